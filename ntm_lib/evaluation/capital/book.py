"""The capital of a territory as handed in (table B6): by source, commune and year, in million VND."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import pandas as pd

from ntm_lib.evaluation.capital.lines import HandedIn, Lines, Sums, add_up, handed_in, lay
from ntm_lib.evaluation.territory import Territory

TABLE = "b06"
UNIT = "_vnd_million"
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "central": ("central_investment", "central_recurrent"),
        "local": ("provincial", "district", "commune"),
        "integrated": ("integrated_30a", "integrated_135", "integrated_other"),
        "credit": ("credit",),
        "firms": ("firms",),
        "foreign": ("ngo",),
        "people": ("people_cash", "people_in_kind"),
    }
)
"""The sources in the order of reports, each with its lines in the table."""
SOURCES = tuple(source for group in GROUPS.values() for source in group)
STATE = (*GROUPS["central"], *GROUPS["local"], *GROUPS["integrated"])
"""Money of the state: what can be allotted and disbursed."""
UNSPLIT = "unsplit"
"""Capital that was reported as a total only."""
IN_KIND = ("people_labour_days", "people_land_m2", "people_material_m3", "people_material_t")
TOLERANCE = 0.05
"""Million VND by which figures may differ that are rounded one by one."""
STATED = ("total", "total_without_credit", "allotted", "disbursed")


@dataclass(frozen=True, eq=False)
class Book:
    """The capital of a territory.

    ``lines.frame`` columns: the ``SOURCES`` and ``UNSPLIT`` (million VND), ``total`` and ``without_credit`` (sums of
    these), ``state``, ``allotted``, ``disbursed``, the quantities of ``IN_KIND``. ``set_aside``: rows that no year can take in
    (columns commune_code, year, period_from, period_to, total, reason: not_one_year | overlapping).
    ``part_years``: (commune_code, year) reported for a part of the year only. ``source``: the table as handed in.
    """

    lines: Lines
    set_aside: pd.DataFrame
    part_years: pd.MultiIndex
    source: HandedIn

    def of(self, commune: str) -> "Book":
        """Keep what one commune of the territory reported."""
        return self._with(self.lines.of(commune))

    def by_commune(self) -> dict[str, "Book"]:
        """Part the book by the communes of the territory."""
        return {code: self._with(lines) for code, lines in self.lines.by_commune().items()}

    def _with(self, lines: Lines) -> "Book":
        codes = lines.frame.index.get_level_values("from_code").unique()
        kept = self.set_aside[self.set_aside["commune_code"].isin(codes)]
        part = self.part_years[self.part_years.get_level_values(0).isin(codes)]
        return replace(self, lines=lines, set_aside=kept, part_years=part)

    @cached_property
    def by_year(self) -> Sums:
        """The sums of each year; columns as in ``lines``; ``expected`` is communes."""
        return add_up(self.lines, "year")

    @cached_property
    def silent_years(self) -> list[int]:
        """The years of which nobody reported any capital."""
        total = self.by_year.amount["total"]
        return [int(year) for year in total.index[total.isna()]]

    @cached_property
    def known_in_full(self) -> pd.DataFrame:
        """Whether each commune's amounts are known in full in every year that anybody reported; index from_code."""
        years = self.lines.known.index.get_level_values("year")
        is_heard = ~years.isin(self.silent_years) if len(self.silent_years) < years.nunique() else years.notna()
        return self.lines.known[is_heard].groupby(level="from_code").all()

    @cached_property
    def weights(self) -> pd.Series:
        """The communes that each reporting unit speaks for; index from_code."""
        weights: pd.Series = self.lines.weight.groupby(level="from_code").max()
        return weights


def capital_book(territory: Territory) -> Book:
    """Read the capital of a territory; without a table every line is missing, never zero."""
    source = handed_in(territory, TABLE)
    amounts = source.frame.rename(columns=lambda name: name.removesuffix(UNIT))
    source = replace(source, frame=amounts)
    if not source.is_handed_in:
        columns = [*SOURCES, *STATED, *IN_KIND, "status", "period_from", "period_to"]
        amounts = amounts.reindex(columns=["commune_code", "year", *columns])
    yearly, set_aside, part_years = _by_year(amounts)
    columns = [*SOURCES, *STATED, *IN_KIND]
    lines = lay(territory, TABLE, replace(source, frame=yearly), columns)
    codes = lines.frame.index.get_level_values("from_code").unique()
    set_aside = set_aside[set_aside["commune_code"].isin(codes) & set_aside["year"].isin(territory.years)]
    part_years = part_years[part_years.get_level_values(0).isin(codes)]
    frame = _with_totals(lines.frame)
    told = frame.index.to_frame()
    is_part = pd.MultiIndex.from_frame(told[["from_code", "year"]]).isin(part_years)
    known = _known(lines.frame, frame).mask(pd.Series(is_part, index=frame.index), other=False)
    return Book(replace(lines, frame=frame, known=known), set_aside, part_years, source)


def _by_year(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.MultiIndex]:
    """Bring rows of any period to one a commune and year.

    A row of the whole year stands for it; without one, parts of the year that do not overlap are added and the year is
    known in part. What reaches beyond its year, or overlaps, is set aside: cumulated money is never mixed with a year's.
    """
    keys = ["commune_code", "year"]
    begins, ends, first, last = _days(rows)
    is_within = (begins >= first) & (ends <= last) & (begins <= ends)
    is_whole = is_whole_year(rows)
    has_whole = is_whole.groupby([rows[name] for name in keys]).transform("any")
    parts = rows[is_within & ~has_whole].sort_values([*keys, "period_from"])
    latest_end = parts.groupby(keys)["period_to"].cummax().groupby([parts[name] for name in keys]).shift()
    clashes = (parts["period_from"] <= latest_end).groupby([parts[name] for name in keys]).transform("any")
    aside = pd.concat([
        rows[~is_within].assign(reason="not_one_year"),
        parts[clashes].assign(reason="overlapping"),
    ])  # fmt: skip
    amounts = [name for name in (*SOURCES, *STATED, *IN_KIND) if name in rows]
    parts = parts[~clashes]
    added = parts.groupby(keys)[amounts].sum(min_count=1)
    added["status"] = parts.groupby(keys)["status"].agg(
        lambda held: "estimate" if "estimate" in set(held) else "actual"
    )
    yearly = pd.concat([rows.loc[is_whole, [*keys, *amounts, "status"]], added.reset_index()], ignore_index=True)
    part_years = pd.MultiIndex.from_frame(added.reset_index()[keys])
    return yearly, aside[[*keys, "period_from", "period_to", "total", "reason"]].reset_index(drop=True), part_years


def is_whole_year(rows: pd.DataFrame) -> pd.Series:
    """Tell the rows whose period is exactly their year."""
    begins, ends, first, last = _days(rows)
    return (begins == first) & (ends == last)


def _days(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    """Return the first and last day of each row's period, and of its year."""
    year = rows["year"].astype("Int64").astype("str")
    first, last = (pd.to_datetime(year + day, errors="coerce") for day in ("-01-01", "-12-31"))
    return pd.to_datetime(rows["period_from"]), pd.to_datetime(rows["period_to"]), first, last


def _with_totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the sums of the sources; a line with no source at all keeps what it states as a total."""
    sources = frame[list(SOURCES)]
    is_split = sources.notna().any(axis=1)
    unsplit = frame["total"].mask(is_split)
    other = [name for name in SOURCES if name not in GROUPS["credit"]]
    without = frame[other].sum(axis=1, min_count=1).where(is_split, frame["total_without_credit"])
    return frame.drop(columns=["total", "total_without_credit"]).assign(
        **{UNSPLIT: unsplit},
        total=sources.sum(axis=1, min_count=1).where(is_split, unsplit),
        without_credit=without,
        state=frame[list(STATE)].sum(axis=1, min_count=1),
    )


def _known(stated: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Tell which amounts are known in full: of a sum every part, or the stated total confirms those that are given."""
    other = [name for name in SOURCES if name not in GROUPS["credit"]]
    known = frame.notna()
    for name, said, parts in (("total", "total", SOURCES), ("without_credit", "total_without_credit", other)):
        is_confirmed = (frame[name] - stated[said]).abs() <= TOLERANCE + 1e-9
        known[name] = frame[list(parts)].notna().all(axis=1) | is_confirmed
    known["state"] = frame[list(STATE)].notna().all(axis=1)
    return known
