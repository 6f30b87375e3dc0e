"""Tell which communes belong to the groups that planners use; unknown membership is its own group, never "no"."""

import numpy as np
import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.units.boundaries import imported_states, load_shapes

YES, NO, PART, UNKNOWN = "yes", "no", "part", "unknown"
_PROFILE = {
    "border": "is_border",
    "difficult": "is_especially_difficult",
    "zone": "zone",
    "atk": "is_atk",
    "poor_district": "is_poor_district",
    "pilot": "is_pilot",
}
"""The groups and their columns of table B1."""
NEAR_TOWN = "near_town"
_TABLE = "b01"


def group_names() -> dict[tuple[str, str], str]:
    """Return the words for each group and membership, in the order of rows."""
    yes_no = {
        "border": _("Border communes"),
        "difficult": _("Especially difficult communes"),
        "atk": _("Safety-zone communes (ATK)"),
        "poor_district": _("Communes of poor districts"),
        "pilot": _("Pilot communes"),
        NEAR_TOWN: _("Communes at a town's edge"),
    }
    names: dict[tuple[str, str], str] = {}
    for group, words in yes_no.items():
        names[group, YES] = words
        names[group, NO] = _("not among: {group}").format(group=words[:1].lower() + words[1:])
        names[group, PART] = _("in part: {group}").format(group=words[:1].lower() + words[1:])
        names[group, UNKNOWN] = _("membership not reported: {group}").format(group=words[:1].lower() + words[1:])
        if group == "difficult":
            names |= {("zone", zone): _("Communes of zone {zone}").format(zone=zone) for zone in ("I", "II", "III")}
            names["zone", YES] = _("Communes by zone")
            names["zone", PART] = _("formed from communes of several zones")
            names["zone", UNKNOWN] = _("zone not reported")
    return names


def memberships(territory: Territory, year: int) -> pd.DataFrame:
    """Return the membership of each commune in the programme, in one year, a column a group.

    Values: ``yes``, ``no``, ``unknown`` and, for a commune formed from others, ``part`` where they differ; ``zone`` holds
    I, II, III, ``part`` or ``unknown``. From table B1 of the year; the border also from the register of units, the edge
    of a town from imported boundaries (never from the schematic).
    """
    communes = territory.in_programme
    found = _merged(_profile(territory, year), _parts(territory), communes.index)
    register = communes["is_border"].map({True: YES, False: NO})
    on_border = found["border"].replace(PART, YES)  # a commune with one part on the border is on it
    found["border"] = on_border.mask(on_border == UNKNOWN, register).fillna(UNKNOWN)
    found[NEAR_TOWN] = _near_town(territory)
    return found


def _profile(territory: Territory, year: int) -> pd.DataFrame:
    """Return the memberships as reported, in codes of the table's units; empty where nobody handed in the table."""
    if not submissions.is_handed_in(_TABLE, territory.project):
        return pd.DataFrame(columns=list(_PROFILE), dtype="str")
    table = submissions.read_table(_TABLE, territory.project, territory.review.as_of)
    rows = table.frame[table.frame["year"] == year].set_index("commune_code")
    return pd.DataFrame({group: _words(rows[column]) for group, column in _PROFILE.items()})


def _parts(territory: Territory) -> pd.DataFrame:
    """Return the links from the communes in the programme of the table's units to those of the territory."""
    vintage = territory.results.unit_vintage
    if submissions.is_handed_in(_TABLE, territory.project):
        vintage = submissions.read_table(_TABLE, territory.project).unit_vintage or vintage
    if vintage == territory.results.unit_vintage:
        return territory.parts
    lineage = units.lineage(vintage, territory.vintage.date, territory.project)
    is_in = lineage.links["from_code"].map(lineage.before.frame["is_in_programme"]).astype(bool)
    return lineage.links[is_in & lineage.links["to_code"].isin(territory.in_programme.index)]


def _words(column: pd.Series) -> pd.Series:
    return column if column.dtype != "boolean" else column.astype("object").map({True: YES, False: NO})


def _merged(profile: pd.DataFrame, parts: pd.DataFrame, communes: pd.Index) -> pd.DataFrame:
    """Join the memberships of the parts of each commune: all alike, or different (``part``), or one is not known."""
    of_parts = profile.reindex(parts["from_code"]).set_axis(pd.Index(parts["to_code"]), axis=0)
    by_commune = of_parts.groupby(level=0)
    kinds, known, size = by_commune.nunique(), by_commune.count(), by_commune.size()
    joined = by_commune.first().astype("object")
    joined = joined.mask(known.lt(size, axis=0), UNKNOWN).mask(kinds > 1, PART)
    return joined.reindex(communes).fillna(UNKNOWN)


def _near_town(territory: Territory) -> pd.Series:
    """Tell which communes share a boundary with a unit outside the programme (town, ward), from imported boundaries.

    A commune on the outer edge without such a neighbour is unknown: what lies beyond the province is not seen.
    """
    communes = territory.in_programme.index
    if not imported_states(territory.project):
        return pd.Series(UNKNOWN, index=communes)
    shapes = load_shapes(territory.vintage.date, territory.project)
    if shapes.is_schematic:
        return pd.Series(UNKNOWN, index=communes)
    frame, inside = shapes.frame, territory.vintage.communes["is_in_programme"]
    towns = frame[~inside.reindex(frame.index).astype(bool)].union_all()
    own = frame.geometry.reindex(communes)
    is_near = own.intersects(towns).to_numpy(np.bool_)
    is_at_edge = own.intersects(frame.union_all().boundary).to_numpy(np.bool_)
    found = np.select([own.isna().to_numpy(), is_near, is_at_edge], [UNKNOWN, YES, UNKNOWN], default=NO)
    return pd.Series(found, index=communes)


def by_group(found: pd.DataFrame) -> pd.DataFrame:
    """Return the memberships one below the other: columns group, membership; index commune, each once a group."""
    long = found.rename_axis("commune_code").melt(ignore_index=False, var_name="group", value_name="membership")
    order = [pair for pair in group_names() if pair in set(zip(long["group"], long["membership"], strict=True))]
    place = {pair: number for number, pair in enumerate(order)}
    return long.assign(place=[place[pair] for pair in zip(long["group"], long["membership"], strict=True)])
