"""Lay what communes handed in on the units of a territory: a line a commune and year, whether or not it reported."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.evaluation.territory import Territory

_HALF = 0.5
KEYS = ["from_code", "to_code", "year"]


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of one table for a territory.

    ``frame``: index (from_code: commune as reported, to_code: commune of the territory, year), every commune of the
    programme and every year of the period; amounts of a divided commune by its share of people; NaN is not reported.
    ``known``, same shape: whether an amount is known in full (a sum with a missing part is not).
    ``share``, same index: the share of the reporting commune's people, 1 for a whole one.
    ``weight``, same index: the communes a line speaks for, 1 unless a district reported for all of its communes.
    ``status``, same index: actual | estimate, empty where nothing was reported. ``is_handed_in``: whether there is
    such a table at all. ``generated``, same index: whether the line is illustrative.
    """

    table: str
    frame: pd.DataFrame
    known: pd.DataFrame
    share: pd.Series
    weight: pd.Series
    status: pd.Series
    is_handed_in: bool
    generated: pd.Series

    @property
    def is_illustrative(self) -> bool:
        """Whether any line is generated."""
        return bool(self.generated.any())

    @property
    def is_mixed(self) -> bool:
        """Whether some lines are generated and others were handed in; lines of silence are neither."""
        return self.is_illustrative and bool((self.known.any(axis=1) & ~self.generated).any())

    def of(self, commune: str) -> "Lines":
        """Keep the lines of one commune of the territory."""
        kept = self.frame.index.get_level_values("to_code") == commune
        held = {
            name: getattr(self, name)[kept] for name in ("frame", "known", "share", "weight", "status", "generated")
        }
        return replace(self, **held)

    def by_commune(self) -> dict[str, "Lines"]:
        """Part the lines by the communes of the territory."""
        held = {
            name: dict(list(getattr(self, name).groupby(level="to_code", sort=False)))
            for name in ("frame", "known", "share", "weight", "status", "generated")
        }
        return {
            str(code): replace(self, **{name: parts[code] for name, parts in held.items()}) for code in held["frame"]
        }

    @property
    def is_smaller_part(self) -> pd.Series:
        """Tell the lines of the smaller part of a divided commune, where its yes or no does not count."""
        return self.share <= _HALF

    @property
    def estimated_years(self) -> list[int]:
        """The years with an estimated line."""
        years = self.status.index[self.status == "estimate"].get_level_values("year")
        return sorted(map(int, years.unique()))


@dataclass(frozen=True, eq=False)
class HandedIn:
    """A table as handed in: plans left out, with the units whose codes it uses; an empty frame without a table.

    ``generated``: whether a row is illustrative, index (commune_code, year).
    """

    frame: pd.DataFrame
    vintage: units.Vintage
    is_handed_in: bool
    generated: pd.Series

    @property
    def of_communes(self) -> pd.DataFrame:
        """The rows of communes."""
        return self.frame[~self._is_above]

    @property
    def of_units_above(self) -> pd.DataFrame:
        """The rows that a district or the province handed in under its own code."""
        return self.frame[self._is_above]

    @property
    def _is_above(self) -> pd.Series:
        above = self.vintage.frame.index[self.vintage.frame["level"] != "commune"]
        return self.frame["commune_code"].isin(above)


def handed_in(territory: Territory, table: str) -> HandedIn:
    """Read a table of the territory's project: actual and estimated rows; what is planned was not done.

    Figures of one row that do not agree are let in and shown. Codes that are no units of the table's date stop.
    """
    project = territory.project
    if not submissions.is_handed_in(table, project):
        vintage = units.on(territory.results.unit_vintage, project)
        empty = pd.DataFrame({"commune_code": pd.Series(dtype="str"), "year": pd.Series(dtype="Int64")})
        generated = _by_unit_year(empty, pd.Series(dtype=bool))
        return HandedIn(empty, vintage, is_handed_in=False, generated=generated)
    read = submissions.read_table(table, project, territory.review.as_of, may_disagree=True)
    read.check(project)
    vintage = units.on(read.unit_vintage or territory.results.unit_vintage, project)
    is_done = read.frame["status"] != "plan"
    frame = read.frame[is_done].reset_index(drop=True)
    whole = HandedIn(frame, vintage, is_handed_in=True, generated=_by_unit_year(frame, read.generated[is_done]))
    vintage.attach(whole.of_communes[["commune_code"]], ["name"])
    return whole


def _by_unit_year(frame: pd.DataFrame, generated: pd.Series) -> pd.Series:
    """Tell of each unit and year of a table whether its rows are generated."""
    keys = [frame["commune_code"].to_numpy(), frame["year"].astype("int64").to_numpy()]
    index = pd.MultiIndex.from_arrays(keys, names=["commune_code", "year"])
    found: pd.Series = pd.Series(generated.to_numpy(bool), index=index).groupby(level=[0, 1]).any()
    return found


def lay(territory: Territory, table: str, source: HandedIn, columns: Sequence[str], *, is_shared: bool = True) -> Lines:
    """Lay rows, one a commune and year, on the territory's communes and years.

    A divided commune's amounts go by its share of people, or stay as they are (``is_shared`` False: an income a head);
    its yes or no stays with its larger part. Where a district reported a year and none of its communes did, its own row stands for them.
    """
    wanted = [*columns, "status"]
    rows = source.of_communes.set_index(["commune_code", "year"]).reindex(columns=wanted)
    parts = parts_of(territory, source.vintage.date)
    index, share = _expected(parts, territory.years)
    frame = rows.reindex(index.droplevel("to_code").set_names(["commune_code", "year"])).set_axis(index)
    weight = pd.Series(1.0, index=index)
    whole = whole_districts(territory, source.vintage)
    own = source.of_units_above
    own = own[own["commune_code"].isin(whole.index) & own["year"].isin(territory.years)]
    if not own.empty:
        frame, weight = _with_districts(frame, weight, own, parts, whole)
    share = share.reindex(frame.index, fill_value=1.0)
    amounts = frame[list(columns)].astype(float)
    flags = [name for name in columns if pd.api.types.is_bool_dtype(rows[name].dtype)]
    amounts = amounts.mul(share if is_shared else 1.0, axis=0).assign(
        **{name: amounts[name].where(share > _HALF, 0.0) for name in flags}
    )
    status = frame["status"].astype("object").fillna("").astype("str")
    places = frame.index.to_frame()[["from_code", "year"]]
    generated = pd.Series(
        pd.MultiIndex.from_frame(places).isin(source.generated.index[source.generated.to_numpy(bool)]),
        index=frame.index,
    )
    return Lines(table, amounts, amounts.notna(), share, weight, status, source.is_handed_in, generated)


def parts_of(territory: Territory, reported_on: dt.date) -> pd.DataFrame:
    """Return which communes of ``reported_on``, in the programme then, lie in the territory.

    Columns: from_code, to_code, people_share (of the old commune), district (its own), district_now (of to_code).
    """
    lineage = units.lineage(reported_on, territory.vintage.date, territory.project)
    old = lineage.before.communes
    links = lineage.links[lineage.links["to_code"].isin(territory.communes.index)]
    links = links[links["from_code"].map(old["is_in_programme"]).astype(bool)]
    return links.assign(
        district=links["from_code"].map(old["parent_code"]),
        district_now=links["to_code"].map(territory.communes["parent_code"]),
    )[["from_code", "to_code", "people_share", "district", "district_now"]].reset_index(drop=True)


def whole_districts(territory: Territory, vintage: units.Vintage) -> pd.Series:
    """Return, by district of ``vintage`` that lies whole in the territory, the number of its programme communes."""
    parts = parts_of(territory, vintage.date)
    inside = parts.groupby("from_code")["people_share"].sum()
    communes = vintage.communes[vintage.communes["is_in_programme"]]
    is_whole = (inside.reindex(communes.index, fill_value=0.0) > 1 - 1e-9).groupby(communes["parent_code"])
    sizes = is_whole.size()[is_whole.all()]
    return sizes[sizes.index.isin(vintage.districts.index)]


def _expected(parts: pd.DataFrame, years: range) -> tuple[pd.MultiIndex, pd.Series]:
    """Return a place for every commune and year, and the share of each."""
    count = len(parts)
    index = pd.MultiIndex.from_arrays(
        [
            np.repeat(parts["from_code"].to_numpy(), len(years)),
            np.repeat(parts["to_code"].to_numpy(), len(years)),
            np.tile(np.array(years), count),
        ],
        names=KEYS,
    )
    return index, pd.Series(np.repeat(parts["people_share"].to_numpy(float), len(years)), index=index)


def _with_districts(
    frame: pd.DataFrame, weight: pd.Series, own: pd.DataFrame, parts: pd.DataFrame, whole: pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """Put a district's own row in the place of its communes where none of them reported the year."""
    keys = ["commune_code", "year"]
    district = frame.index.get_level_values("from_code").map(parts.groupby("from_code")["district"].first().to_dict())
    place = pd.MultiIndex.from_arrays([district, frame.index.get_level_values("year")], names=keys)
    is_silent = frame["status"].isna().to_numpy()
    silent = pd.Series(is_silent, index=place).groupby(level=keys).all()
    own = own.astype({"year": int}).set_index(keys).reindex(columns=frame.columns)
    own = own[own.index.isin(silent.index[silent])]
    is_replaced = place.isin(own.index)
    codes = own.index.get_level_values("commune_code")
    index = pd.MultiIndex.from_arrays([codes, codes, own.index.get_level_values("year")], names=KEYS)
    speaks_for = pd.Series(codes.map(whole.to_dict()).to_numpy(float), index=index)
    return pd.concat([frame[~is_replaced], own.set_axis(index)]), pd.concat([weight[~is_replaced], speaks_for])


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of what was reported.

    By group: ``amount`` (NaN where nobody reported), and by the same groups and columns ``reported``, the communes whose amount is known in full, out of ``expected``. A sum of fewer is "at least", since
    amounts are never negative.
    """

    amount: pd.DataFrame
    reported: pd.DataFrame
    expected: pd.Series

    @property
    def is_complete(self) -> pd.DataFrame:
        """Tell where every commune reported."""
        return self.reported.ge(self.expected, axis=0)


def add_up(lines: Lines, by: str | Sequence[str], districts: pd.Series | None = None) -> Sums:
    """Add the lines up by levels of their index, or by ``district`` (``districts``: district by to_code).

    ``expected`` counts communes and years: grouped by year these are communes.
    """
    keys = [by] if isinstance(by, str) else list(by)
    index = lines.frame.index
    groups = [
        pd.Series(index.get_level_values("to_code" if key == "district" else key), index=index, name=key)
        for key in keys
    ]
    if districts is not None:
        groups = [group.replace(districts.to_dict()) if group.name == "district" else group for group in groups]
    told = pd.concat([*groups, index.to_frame()[["from_code", "year"]].add_suffix("_of_line")], axis=1)
    weight = lines.weight.mask(told.duplicated(), 0.0)  # a divided commune reported once
    known = lines.known.mul(weight, axis=0)
    return Sums(lines.frame.groupby(groups).sum(min_count=1), known.groupby(groups).sum(), weight.groupby(groups).sum())
