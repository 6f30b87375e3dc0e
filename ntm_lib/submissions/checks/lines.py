"""The values of a file set out by table again: one row a line of the form, one column an item, and the cell of each."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.submissions.lines import FINDING, RESULTS, split_keys

ASPECT = ":"
"""Between a requirement and what else is said of it: ``17.1/clean:required_level``; alone it is the value reached."""
FOUND = "b02:found"
"""What a level found (met or not) stands apart from the values reached, as if it were a table."""
HEAD = ["unit_code", "year", "row", "as_of_date"]

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Item:
    """What a column of lines holds; ``type`` and ``unit`` as in the contract, for a requirement the unit of the law.

    ``type`` is empty for an item that the table or the set does not have.
    """

    name: str
    label: str
    type: str = ""
    unit: str = ""
    min: float | None = None
    max: float | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of one table (and set, for b02).

    ``heads``: columns of ``HEAD`` with ``status``, ``as_of_date`` as datetime64. ``numbers`` (NaN) and ``texts`` (None):
    lines by items; ``places``: the row of ``values`` a cell came from, -1 where nothing was reported.
    """

    table: str
    set_id: str
    heads: pd.DataFrame
    items: tuple[Item, ...]
    numbers: Floats
    texts: Objects
    places: Places
    values: pd.DataFrame

    @cached_property
    def column(self) -> dict[str, int]:
        """The place of each item by name."""
        return {item.name: place for place, item in enumerate(self.items)}

    def __len__(self) -> int:
        return len(self.heads)

    def number(self, item: str) -> Floats:
        """Return the numbers of an item by line; NaN where, or when nowhere, reported."""
        place = self.column.get(item)
        return np.full(len(self), np.nan) if place is None else self.numbers[:, place]

    def text(self, item: str) -> Objects:
        """Return the texts of an item by line; None where not reported."""
        place = self.column.get(item)
        return np.full(len(self), None) if place is None else self.texts[:, place]

    @cached_property
    def years(self) -> NDArray[np.int64]:
        """The year of each line."""
        return self.heads["year"].to_numpy(np.int64)

    @cached_property
    def unit_years(self) -> pd.MultiIndex:
        """The unit and year of each line."""
        return pd.MultiIndex.from_frame(self.heads[["unit_code", "year"]])

    def key(self, place: int) -> list[str]:
        """Return one of the further keys by line, in the order of the contract; empty where the line has fewer."""
        return [(split_keys(row) + [""] * (place + 1))[place] for row in self.heads["row"]]

    def day(self, place: int) -> pd.Series:
        """Return one of the further keys as a day; NaT where it is none."""
        return pd.Series(pd.to_datetime(pd.Series(self.key(place)), format="%Y-%m-%d", errors="coerce"))

    @cached_property
    def previous(self) -> tuple[Places, Places]:
        """Return the lines that have an earlier year, and the nearest earlier one of the same unit and further keys.

        Of several cut-off dates of a year only the latest takes part.
        """
        unit, row = (pd.factorize(self.heads[name], sort=True)[0] for name in ("unit_code", "row"))
        year, day = self.years, self.heads["as_of_date"].to_numpy("datetime64[s]").astype(np.int64)
        order = np.lexsort((day, year, row, unit))
        line = np.column_stack([unit, row, year])[order]
        is_latest = np.append((line[1:] != line[:-1]).any(axis=1), [True] * bool(len(order)))
        order, line = order[is_latest], line[is_latest]
        later = np.flatnonzero((line[1:, :2] == line[:-1, :2]).all(axis=1)) + 1
        return order[later].astype(np.intp), order[later - 1].astype(np.intp)

    @cached_property
    def by_year(self) -> "Lines":
        """Lines with a period (first and last day) as lines of years: that of a whole year no longer tells them apart."""
        first, last = self.day(0).dt, self.day(1).dt
        is_whole = (
            (first.month == 1) & (first.day == 1) & (last.month == 12) & (last.day == 31) & (first.year == last.year)
        )
        row = np.where(is_whole, "", self.heads["row"])
        return replace(self, heads=self.heads.assign(row=row))


def set_out(values: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame, list[str], tuple[Floats, Objects, Places]]]:
    """Yield table, set, heads, item names and the arrays of ``Lines``, each value in the first place that its key has."""
    if values.empty:
        return
    tidy = values.reset_index(drop=True)
    tidy = tidy.assign(as_of_date=pd.to_datetime(tidy["as_of_date"]), row=tidy["row"].fillna(""))
    tidy["set_id"] = tidy["set_id"].fillna("")
    is_found = (tidy["table"] == RESULTS) & (tidy["row"] == FINDING)
    tidy["table"] = tidy["table"].mask(is_found, FOUND)
    heads = np.zeros(len(tidy), dtype=np.int64)
    for name in HEAD:
        codes, known = pd.factorize(tidy[name], use_na_sentinel=False)
        heads = heads * max(len(known), 1) + codes
    for (table, set_id), part in tidy.groupby(["table", "set_id"], sort=True):
        line = pd.factorize(heads[part.index])[0]
        column, names = pd.factorize(part["item"])
        shape = (int(line.max()) + 1, len(names))
        numbers, texts = np.full(shape, np.nan), np.full(shape, None, dtype=object)
        places = np.full(shape, -1, dtype=np.intp)
        back = slice(None, None, -1)  # so that of a key that stands twice the first stays
        where = (line[back], column[back])
        numbers[where] = part["number"].to_numpy(float)[back]
        texts[where] = part["text"].astype(object).where(part["text"].notna(), None).to_numpy()[back]
        places[where] = part.index.to_numpy()[back]
        first = part.loc[~pd.Series(line, index=part.index).duplicated(), [*HEAD, "status"]]
        yield (
            str(table),
            str(set_id),
            first.reset_index(drop=True),
            [str(name) for name in names],
            (numbers, texts, places),
        )


def true_at(mask: Bools | pd.Series) -> list[int]:
    """Return the places at which a mask is true."""
    return [int(place) for place in np.flatnonzero(np.asarray(mask))]


def as_day(date: dt.date) -> pd.Timestamp:
    """Return a date in the type that heads hold."""
    return pd.Timestamp(date)
