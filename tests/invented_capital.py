"""Capital that a test makes up, as if it had been handed in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

import pandas as pd

from ntm_lib import units
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.capital import arrears as arrears_module
from ntm_lib.evaluation.capital import book as book_module
from ntm_lib.evaluation.capital import checks as checks_module
from ntm_lib.evaluation.capital.book import IN_KIND, SOURCES, STATED, UNIT, Book, capital_book
from ntm_lib.evaluation.capital.lines import HandedIn

NOTHING_GENERATED = pd.Series(dtype=bool, index=pd.MultiIndex.from_arrays([[], []], names=["commune_code", "year"]))


def rows_of(codes: Sequence[str], years: Sequence[int], **amounts: object) -> pd.DataFrame:
    """Return whole-year rows of B6 for every code and year, with these columns by their short names, others empty."""
    frame = pd.MultiIndex.from_product([list(codes), list(years)], names=["commune_code", "year"]).to_frame(index=False)
    names = [*(f"{name}{UNIT}" for name in (*SOURCES, *STATED)), *IN_KIND]
    frame = frame.assign(**dict.fromkeys(names, float("nan")), status="actual")
    for name, value in amounts.items():
        frame[name if name in {*IN_KIND, "status"} else f"{name}{UNIT}"] = value
    return frame.assign(
        period_from=pd.to_datetime(frame["year"].astype(str) + "-01-01"),
        period_to=pd.to_datetime(frame["year"].astype(str) + "-12-31"),
    )


@contextmanager
def handed(territory: Territory, **tables: pd.DataFrame) -> Iterator[None]:
    """Let these tables be what was handed in; a table that is not named was not handed in."""
    vintage = units.on(territory.results.unit_vintage, territory.project)

    def read(_territory: Territory, table: str) -> HandedIn:
        frame = tables.get(
            table, pd.DataFrame({"commune_code": pd.Series(dtype="str"), "year": pd.Series(dtype="Int64")})
        )
        return HandedIn(frame.reset_index(drop=True), vintage, table in tables, NOTHING_GENERATED)

    modules = (book_module, arrears_module, checks_module)
    patches = [patch.object(module, "handed_in", read) for module in modules]
    for made in patches:
        made.start()
    try:
        yield
    finally:
        for made in patches:
            made.stop()


def book_of(territory: Territory, rows: pd.DataFrame) -> Book:
    """Return the capital of a territory from rows of B6."""
    with handed(territory, b06=rows):
        return capital_book(territory)
