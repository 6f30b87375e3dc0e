"""Sums that must agree: what was stated beside what is computed. Disagreement is shown, never mended."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from ntm_lib.evaluation.capital.arrears import TABLE as ARREARS
from ntm_lib.evaluation.capital.arrears import works_of
from ntm_lib.evaluation.capital.book import GROUPS, SOURCES, STATE, STATED, TOLERANCE, Book, is_whole_year
from ntm_lib.evaluation.capital.lines import handed_in, parts_of, whole_districts
from ntm_lib.evaluation.territory import Territory

COLUMNS = ["check", "code", "year", "item", "stated", "computed", "difference"]


def disagreements(book: Book, territory: Territory, commune: str = "") -> pd.DataFrame:
    """List what does not agree by more than rounding, million VND; empty when everything does.

    ``check``: source_total | total_without_credit | total_less_credit | disbursed_over_state | disbursed_over_allotted | communes_to_district |
    districts_to_province | communes_to_province | work_done | work_paid | not_one_year | overlapping. ``code``: the unit as reported. ``item``: the
    column or the work. ``difference``: stated less computed. What is missing is not compared.
    """
    parts = parts_of(territory, book.source.vintage.date)
    if commune:
        parts = parts[parts["to_code"] == commune]
    years = territory.years
    rows = book.source.frame.reindex(columns=["commune_code", "year", "period_from", *SOURCES, *STATED])
    rows = rows[rows["year"].isin(years)]
    codes = [*parts["from_code"]] if commune else [*parts["from_code"], *parts["district"], territory.unit.code]
    own = rows[rows["commune_code"].isin(codes)]
    found = [_within_rows(own), _works(territory, parts), _set_aside(book)]
    if not commune:
        found.append(_between_tiers(book, territory))
    joined = pd.concat([frame for frame in found if not frame.empty] or [pd.DataFrame(columns=COLUMNS)])
    return joined[COLUMNS].sort_values(["check", "year", "code", "item"], kind="stable").reset_index(drop=True)


def _told(
    rows: pd.DataFrame, check: str, item: str | pd.Series, stated: pd.Series, computed: pd.Series
) -> pd.DataFrame:
    return pd.DataFrame({
        "check": check, "code": rows["commune_code"], "year": rows["year"], "item": item,
        "stated": stated, "computed": computed, "difference": stated - computed,
    })  # fmt: skip


def _apart(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["difference"].abs() > TOLERANCE + 1e-9]


def _within_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Compare the figures of one row with each other."""
    other = [name for name in SOURCES if name not in GROUPS["credit"]]
    total, without = rows["total"], rows["total_without_credit"]
    sources, others = rows[list(SOURCES)].sum(axis=1, min_count=1), rows[other].sum(axis=1, min_count=1)
    state = rows[list(STATE)].sum(axis=1, min_count=len(STATE))
    over = pd.concat([
        _told(rows, "disbursed_over_state", "disbursed", rows["disbursed"], state),
        _told(rows, "disbursed_over_allotted", "disbursed", rows["disbursed"], rows["allotted"]),
    ])  # fmt: skip
    return pd.concat([
        _apart(_told(rows, "source_total", "total", total, sources)),
        _apart(_told(rows, "total_without_credit", "total_without_credit", without, others)),
        _apart(_told(rows, "total_less_credit", "total_without_credit", without, total - rows["credit"])),
        over[over["difference"] > TOLERANCE],
    ])  # fmt: skip


def _works(territory: Territory, parts: pd.DataFrame) -> pd.DataFrame:
    """Compare what was done with what was paid and is owed, work by work."""
    works = works_of(handed_in(territory, ARREARS))
    works = works[works["commune_code"].isin(parts["from_code"]) & works["year"].isin(territory.years)]
    over = _told(works, "work_paid", works["work"], works["paid"], works["done"])
    return pd.concat([
        _apart(_told(works, "work_done", works["work"], works["done"], works["paid"] + works["owed"])),
        over[over["difference"] > TOLERANCE],
    ])  # fmt: skip


def _set_aside(book: Book) -> pd.DataFrame:
    aside = book.set_aside
    return pd.DataFrame({
        "check": aside["reason"], "code": aside["commune_code"], "year": aside["year"], "item": "total",
        "stated": aside["total"], "computed": float("nan"), "difference": float("nan"),
    })  # fmt: skip


def _between_tiers(book: Book, territory: Territory) -> pd.DataFrame:
    """Compare a district's own row with its communes, and the province's with its districts, or its communes."""
    vintage = book.source.vintage
    communes = vintage.communes[vintage.communes["is_in_programme"]]
    sizes = whole_districts(territory, vintage)
    columns = [*SOURCES, *STATED]
    rows = book.source.frame.reindex(columns=["commune_code", "year", "period_from", "period_to", *columns])
    rows = rows[is_whole_year(rows)]
    rows = rows[rows["year"].isin(territory.years)].astype({"year": int})
    below = rows[rows["commune_code"].isin(communes.index)]
    district = below["commune_code"].map(communes["parent_code"])
    sums = below.groupby([district.rename("commune_code"), "year"])[columns].sum(min_count=1)
    counts = below.groupby([district.rename("commune_code"), "year"])[columns].count()
    own = rows[rows["commune_code"].isin(sizes.index)].set_index(["commune_code", "year"])[columns]
    found = [_tier("communes_to_district", own, sums, counts, lambda codes: codes.map(sizes))]
    if territory.unit.level == "province":
        top = territory.unit.code
        stated = rows[rows["commune_code"] == top].set_index(["commune_code", "year"])[columns]
        for check, tier, count in (
            ("districts_to_province", own, len(sizes)),
            ("communes_to_province", below.set_index("year")[columns], len(communes)),
        ):
            by_year = tier.groupby(level="year")
            sums_of, lines = _under(by_year.sum(min_count=1), top), _under(by_year.count(), top)
            found.append(_tier(check, stated, sums_of, lines, lambda _codes, count=count: count))  # type: ignore[misc]
    return pd.concat(found)


def _under(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    """Index a frame by year as rows of one unit."""
    return pd.concat({code: frame}, names=["commune_code", "year"])


def _tier(
    check: str, own: pd.DataFrame, sums: pd.DataFrame, counts: pd.DataFrame, expected: Callable[[pd.Series], Any]
) -> pd.DataFrame:
    """Compare stated figures with sums of the tier below: only complete sums, or ones that are more already."""
    told = {"stated": own, "computed": sums.reindex(own.index), "lines": counts.reindex(own.index).fillna(0)}
    long = pd.concat(
        [frame.melt(ignore_index=False, var_name="item", value_name=name) for name, frame in told.items()], axis=1
    )
    long = long.loc[:, ~long.columns.duplicated()].reset_index().rename(columns={"commune_code": "code"})
    long = long.assign(check=check, difference=long["stated"] - long["computed"])
    is_complete = long["lines"] == expected(long["code"])
    is_apart = long["difference"].abs() > TOLERANCE * long["lines"] + 1e-9
    return pd.DataFrame(long[is_apart & (is_complete | (long["difference"] < 0))][COLUMNS])
