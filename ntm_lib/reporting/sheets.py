"""What a printed table is, in a workbook as in a document: columns, rows, unit, total, warnings, source."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.palette import verdict_label
from ntm_lib.verdicts import Verdict

Kind = Literal["text", "count", "decimal", "money", "year", "percent", "interval", "date", "verdict"]
"""``percent`` is given in per cent (0-100); ``interval`` holds a pair (low, high); ``verdict`` a `Verdict`."""
DIGITS: dict[Kind, int] = {"count": 0, "decimal": 2, "money": 0, "percent": 1, "interval": 0}
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # the wide ones too: some office programs narrow them
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """One column: the frame's column it prints, its heading, what it holds, the heading it shares, its width.

    A column of text may hold sentences: on a page their figures keep their keys.

    ``digits``: decimals, where they differ from those of the kind.
    """

    key: Any
    heading: str
    kind: Kind = "text"
    group: str = ""
    width: float = 12
    digits: int | None = None

    @property
    def decimals(self) -> int:
        """How many decimals its numbers are printed with."""
        return DIGITS.get(self.kind, 0) if self.digits is None else self.digits


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table to print.

    ``total``: the first row ("Tổng số"), by column key; columns without an entry stay empty; None: no total.
    ``is_landscape``: how it lies on paper. ``row_key``: the frame's column that names a row for good (a code, a year),
    from which the keys of its figures are made; without it rows are known by their place. ``number_key``: the column that
    holds what stands under "TT" (empty for a row that is part of the one above); without it rows are counted. ``empty`` is
    printed when there is no row.
    """

    name: str
    title: str
    columns: Sequence[Column]
    frame: pd.DataFrame
    unit: str = ""
    total: dict[Any, Any] | None = None
    source: str = ""
    notes: Sequence[str] = ()
    stamps: Sequence[str] = field(default_factory=tuple)
    is_landscape: bool = True
    row_key: Any = None
    number_key: Any = None
    empty: str = ""

    @property
    def source_line(self) -> str:
        """The line below the table that names its source; empty without one."""
        head = _("Source: {source}").format(source="")
        return self.source if not self.source or self.source.startswith(head) else head + self.source

    @property
    def unit_line(self) -> str:
        """The line above the table that names its unit; empty without one."""
        head = _("Unit: {unit}").format(unit="")
        return self.unit if not self.unit or self.unit.startswith(head) else head + self.unit

    def cells(self) -> list[list[Any]]:
        """Return the rows as values, the missing ones as None."""
        table = self.frame[[column.key for column in self.columns]]
        return [[_value(value) for value in row] for row in table.itertuples(index=False, name=None)]

    def numbers(self) -> list[str]:
        """Return what stands under "TT" in each row."""
        if self.number_key is None:
            return [str(place) for place in range(1, len(self.frame) + 1)]
        return [str(number) for number in self.frame[self.number_key]]

    def total_cells(self) -> list[Any] | None:
        """Return the total's row as values."""
        if self.total is None:
            return None
        held = [self.total.get(column.key) for column in self.columns]
        return [_value(value) for value in held]


def _value(value: Any) -> Any:
    """Return a cell's value, None when it is missing; a pair stays a pair."""
    return value if isinstance(value, tuple) or not formats.is_missing(value) else None


def sums(
    frame: pd.DataFrame, columns: Sequence[Column], label_at: Any, kinds: Sequence[Kind] = ("count", "money")
) -> dict[Any, Any]:
    """Return the total's row of a frame: the sum of each counted column; a column with no value at all stays empty."""
    total: dict[Any, Any] = {label_at: _("Total")}
    for column in columns:
        if column.kind in kinds and column.key != label_at:
            total[column.key] = frame[column.key].sum(min_count=1)
    return total


def that_say_something(columns: Sequence[Column], frame: pd.DataFrame, *optional: Any) -> list[Column]:
    """Return the columns without those of ``optional`` keys that hold no text in any row."""
    silent = {key for key in optional if not frame[key].fillna("").astype(str).str.strip().any()}
    return [column for column in columns if column.key not in silent]


def clean_text(text: object) -> str:
    """Return a text without characters that cannot be seen or that turn the direction of writing."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", str(text)))


def safe_text(text: object) -> str:
    """Return a clean text that no spreadsheet takes for a formula.

    One that begins like a formula gets an apostrophe before it, the way a spreadsheet marks text; so it stays text also
    where the sheet is saved as CSV and opened again.
    """
    plain = clean_text(text)
    return f"'{plain}" if plain.startswith(_FORMULA) or plain.lstrip().startswith(_FORMULA) else plain


def printed(value: Any, column: Column) -> str:
    """Write one value for a document: numbers the Vietnamese way; a missing number is a dash with its meaning in a note."""
    if isinstance(value, str) or (column.kind == "text" and not formats.is_missing(value)):
        return clean_text(value)
    if column.kind == "interval":
        return _interval(value, decimals(value, column))
    if formats.is_missing(value):
        return "" if column.kind == "text" else "-"
    return _WRITERS[column.kind](value, decimals(value, column))


def decimals(value: Any, column: Column) -> int:
    """Return how many decimals a value is printed with: a whole number (`int`), or a pair of them, has none."""
    ends = value if isinstance(value, tuple) else (value,)
    return (
        0 if column.kind in {"decimal", "interval"} and all(isinstance(end, int) for end in ends) else column.decimals
    )


def _interval(value: Any, digits: int) -> str:
    if value is None or any(formats.is_missing(end) for end in value):
        return "-"
    low, high = value
    return formats.interval(low, high, digits)


_WRITERS: dict[Kind, Callable[[Any, int], str]] = {
    "count": formats.number,
    "decimal": formats.number,
    "money": formats.number,
    "percent": formats.percent,
    "year": lambda value, _digits: formats.year(value),
    "date": lambda value, _digits: formats.date(value),
    "verdict": lambda value, _digits: verdict_label(Verdict(value)),
}
