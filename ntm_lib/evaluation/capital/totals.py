"""Add capital up: by year, source and unit. What communes did not report makes a sum "at least", never smaller."""

import pandas as pd

from ntm_lib.evaluation.capital.book import GROUPS, IN_KIND, SOURCES, UNSPLIT, Book
from ntm_lib.evaluation.capital.lines import Sums, add_up
from ntm_lib.evaluation.territory import Territory


def by_unit(book: Book, territory: Territory) -> Sums:
    """Return the sums of the period by district of a province, by commune below it or where there is no district.

    ``expected`` counts communes times years. A district that reported for its communes stands under its own code.
    """
    if territory.unit.level == "province" and not territory.vintage.districts.empty:
        return add_up(book.lines, "district", territory.communes["parent_code"])
    return add_up(book.lines, "to_code")


def by_source(book: Book) -> pd.DataFrame:
    """Return a row a source of the period, in the order of reports.

    Index: ``SOURCES`` and, where something was reported as a total only, ``UNSPLIT``. Columns: group, amount (NaN: nobody
    reported), share (per cent of the reported total), reported and expected (communes times years).
    """
    rows = [*SOURCES, UNSPLIT] if book.lines.frame[UNSPLIT].notna().any() else list(SOURCES)
    sums = book.by_year
    group_of = {source: group for group, sources in GROUPS.items() for source in sources}
    amount = sums.amount[rows].sum(min_count=1)
    return pd.DataFrame(
        {
            "group": pd.Series({row: group_of.get(row, UNSPLIT) for row in rows}),
            "amount": amount,
            "share": 100 * amount / amount.sum() if amount.sum() else float("nan"),
            "reported": sums.reported[rows].sum(),
            "expected": sums.expected.sum(),
        }
    )


def by_source_and_year(book: Book) -> pd.DataFrame:
    """Return sources × years; NaN where nobody reported the source in the year."""
    rows = by_source(book).index
    return book.by_year.amount[rows].T


def by_group_and_year(book: Book) -> pd.DataFrame:
    """Return years × groups of sources (``UNSPLIT`` last where there is any); NaN where nobody reported."""
    table = by_source_and_year(book)
    return table.groupby(by_source(book)["group"], sort=False).sum(min_count=1).T


def in_kind(book: Book) -> Sums:
    """Return by year what people gave: the quantities of ``IN_KIND``, cash and the value in kind (million VND)."""
    sums = book.by_year
    columns = [*IN_KIND, *GROUPS["people"]]
    return Sums(sums.amount[columns], sums.reported[columns], sums.expected)


def over_period(sums: Sums) -> pd.DataFrame:
    """Return the sums of all groups: a row a column, with amount, reported, expected and ``is_complete``."""
    return pd.DataFrame(
        {
            "amount": sums.amount.sum(min_count=1),
            "reported": sums.reported.sum(),
            "expected": sums.expected.sum(),
            "is_complete": sums.is_complete.all(),
        }
    )


def full_reporters(book: Book, columns: str | list[str] = "total") -> tuple[int, int]:
    """Return how many communes reported amounts in full, in every year that anybody reported, and how many there are."""
    names = [columns] if isinstance(columns, str) else columns
    weight = book.weights
    known = book.known_in_full[names].all(axis=1)
    return int(weight[known.reindex(weight.index, fill_value=False)].sum()), int(weight.sum())
