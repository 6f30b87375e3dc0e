"""What is known of each plan commune beside its results: people, villages, zone, place on the special lists."""

from collections.abc import Sequence

import pandas as pd

from ntm_lib import submissions
from ntm_lib.errors import NtmError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.review import Review
from ntm_lib.units import Lineage

UNIT_COLUMNS = ["name", "short_name", "parent_code", "area_km2", "people_2019", "lat", "lon", "is_border"]
FLAGS = ("is_especially_difficult", "is_atk", "is_poor_district")
COUNTS = ("villages", "households", "people")


def commune_frame(project: Project, review: Review, lineage: Lineage, parts: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the plan's communes with their profile of ``year`` (table B1, carried over the lineage).

    Counts are summed, by people where a commune was divided; ``zone`` is that of the hardest part; a flag holds when it
    holds for any part. What one part leaves open stays NA, unless the others decide it. Index: code, documents' order.
    """
    communes = lineage.after.communes
    frame = communes.loc[communes["is_in_programme"], UNIT_COLUMNS]
    table = submissions.read_table("b01", project, review.as_of)
    table.check(project)
    held = table.frame[table.frame["year"] == year].set_index("commune_code")
    if held.empty:
        raise NtmError(_("{file}: no lines for {year}.").format(file=table.file, year=year))
    if table.unit_vintage != lineage.from_date:
        raise NtmError(
            _("{file}: uses the units of {found}, the results those of {expected}.").format(
                file=table.file, found=table.unit_vintage, expected=lineage.from_date
            )
        )
    carried = {name: lineage.carry(held[name]).reindex(frame.index) for name in COUNTS}
    flags = {name: _any_part(held[name], parts).reindex(frame.index) for name in (*FLAGS, "is_border")}
    border = frame["is_border"].fillna(flags.pop("is_border"))
    return frame.assign(is_border=border, zone=_hardest(held["zone"], parts, frame.index), **flags, **carried)


def _any_part(values: pd.Series, parts: pd.DataFrame) -> pd.Series:
    given = values.reindex(parts["from_code"]).astype("boolean").set_axis(parts.index)
    is_true = given.fillna(value=False).groupby(parts["to_code"]).any()
    is_open = given.isna().groupby(parts["to_code"]).any()
    found: pd.Series = is_true.astype("boolean").mask(is_open & ~is_true)
    return found


def _hardest(
    zones: pd.Series, parts: pd.DataFrame, index: pd.Index, order: Sequence[str] = ("I", "II", "III")
) -> pd.Series:
    """Return the hardest zone among the parts; NA where an unknown part could be harder than the known ones."""
    given = zones.reindex(parts["from_code"]).set_axis(parts.index)
    rank = given.map({zone: place for place, zone in enumerate(order)}).astype("Float64")
    hardest = rank.groupby(parts["to_code"]).max()
    is_open = rank.isna().groupby(parts["to_code"]).any() & (hardest != len(order) - 1).fillna(value=True)
    named = hardest.mask(is_open).map(dict(enumerate(order)), na_action="ignore")
    found: pd.Series = named.reindex(index).astype("str")
    return found
