"""What a printed table is, in a workbook as in a document: columns, rows, unit, total, warnings, source."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.reporting import formats

Kind = Literal["text", "count", "decimal", "money", "year"]
DIGITS: dict[Kind, int] = {"count": 0, "decimal": 2, "money": 0}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """One column: the frame's column it prints, its heading, what it holds, the heading it shares, its width."""

    key: Any
    heading: str
    kind: Kind = "text"
    group: str = ""
    width: float = 12


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table to print.

    ``total``: the first row ("Tổng số"), by column key; columns without an entry stay empty; None: no total.
    ``is_landscape``: how it lies on paper.
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

    def cells(self) -> list[list[Any]]:
        """Return the rows as values, the missing ones as None."""
        table = self.frame[[column.key for column in self.columns]]
        return [
            [None if formats.is_missing(value) else value for value in row]
            for row in table.itertuples(index=False, name=None)
        ]

    def total_cells(self) -> list[Any] | None:
        """Return the total's row as values."""
        if self.total is None:
            return None
        held = [self.total.get(column.key) for column in self.columns]
        return [None if formats.is_missing(value) else value for value in held]


def sums(
    frame: pd.DataFrame, columns: Sequence[Column], label_at: Any, kinds: Sequence[Kind] = ("count", "money")
) -> dict[Any, Any]:
    """Return the total's row of a frame: the sum of each counted column; a column with no value at all stays empty."""
    total: dict[Any, Any] = {label_at: _("Total")}
    for column in columns:
        if column.kind in kinds and column.key != label_at:
            total[column.key] = frame[column.key].sum(min_count=1)
    return total


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


def printed(value: Any, kind: Kind) -> str:
    """Write one value for a document: numbers the Vietnamese way; a missing number is a dash with its meaning in a note."""
    if formats.is_missing(value):
        return "" if kind == "text" else "-"
    if kind == "text":
        return clean_text(value)
    return formats.year(value) if kind == "year" else formats.number(value, DIGITS[kind])
