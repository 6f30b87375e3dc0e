"""Short forms of what stands in a record: numbers, signs of verdicts, lists in which each thing stands once."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

NOT_ASSESSED = "x"
"""How a value "Không xét" stands in the record; a value that was not reported is null."""
ALL = -1
"""Stands for all communes of the page, or all that reported."""
_SIGNS = {1: "1", 0: "0", -1: "-", 2: "2"}


class Interned:
    """A list in which each thing stands once."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}

    def place(self, thing: Any) -> int:
        """Return the place of a thing, adding it when it is new."""
        return self._places.setdefault(thing, len(self._places))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._places)


def short(column: list[Any]) -> Any:
    """Return a column, or its one value when all are the same."""
    return column[0] if column and all(item == column[0] for item in column) else column


def is_none(value: Any) -> bool:
    """Tell whether a value is missing."""
    return bool(pd.isna(value))


def number(value: Any) -> float | int | str | None:
    """Return a number, whole where it is, null for a missing value and `NOT_ASSESSED` for "Không xét"."""
    held = float(value)
    if math.isnan(held):
        return None
    if math.isinf(held):
        return NOT_ASSESSED
    return int(held) if held.is_integer() else held


def signs(verdicts: pd.Series) -> str:
    """Return verdicts as letters: 1 met, 0 not met, 2 not assessed, - not enough data or nothing reported."""
    return "".join("-" if is_none(value) else _SIGNS.get(int(value), "-") for value in verdicts)
