"""What a workbook looks like for a sender: its sheets, their columns and the lines already listed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ntm_lib.submissions.lines import FINDING
from ntm_lib.submissions.model import Sender
from ntm_lib.tables import Type

FORMAT = 1
"""Version of this layout, stamped into every workbook; a reader refuses a newer one."""

# Depth of the head of a sheet, then its lines; along the other direction run the columns of the form.
ID, HEADING, UNIT, RULE, FIRST_LINE = range(5)
ORIGIN = 4
MARK = "ntm:"


class Role(StrEnum):
    """What a cell of a line says."""

    UNIT = "unit"
    NAME = "name"
    YEAR = "year"
    STATUS = "status"
    AS_OF = "as_of"
    KEY = "key"
    VALUE = "value"


@dataclass(frozen=True)
class FormColumn:
    """One column: ``item`` is a column of the contract or a requirement.

    ``rule`` is the level required, ``words`` the text for each allowed value, ``min`` and ``max`` inclusive.
    """

    item: str
    role: Role
    heading: str
    type: Type
    unit: str = ""
    definition: str = ""
    rule: str = ""
    words: dict[str, str] = field(default_factory=dict)
    min: float | None = None
    max: float | None = None
    required: bool = False
    may_be_unassessed: bool = False
    is_percent: bool = False


Line = dict[str, object]
"""Cells of one line by the item of their column: numbers, texts (ids of choices), dates; absent is empty."""


@dataclass(frozen=True)
class SheetForm:
    """One sheet. ``lines`` are listed already, ``free`` more are open; ``is_down``: columns run downwards, one line a column.

    ``set_id`` is empty for tables other than b02; ``years`` are those a line may speak of, empty for any. ``is_finding``: a sheet of
    b02 that holds what the sender's level found (met, not met) instead of figures.
    """

    name: str
    table: str
    set_id: str
    title: str
    columns: tuple[FormColumn, ...]
    lines: tuple[Line, ...]
    free: int
    years: tuple[int, ...]
    is_down: bool
    keys: tuple[str, ...]
    is_finding: bool = False

    @property
    def mark(self) -> str:
        """Return the technical id that the sheet carries: ``ntm:b02:qd-1980-2016``."""
        return f"{MARK}{self.table}:{self.set_id}" + (f":{FINDING}" if self.is_finding else "")

    def place(self, depth: int, position: int) -> tuple[int, int]:
        """Return row and column (from 0) of one cell: ``depth`` into head and lines, ``position`` among the columns."""
        return (ORIGIN + position, depth) if self.is_down else (ORIGIN + depth, position)

    def column(self, item: str) -> FormColumn:
        """Return one column by its item; an unknown one is a KeyError."""
        return self._by_item[item]

    @property
    def _by_item(self) -> dict[str, FormColumn]:
        return {column.item: column for column in self.columns}


@dataclass(frozen=True)
class Form:
    """The workbook of one sender; ``units`` are the communes it may report on, with their names, by code."""

    sender: Sender
    sender_name: str
    round_title: str
    years: tuple[int, ...]
    units: dict[str, str]
    sheets: tuple[SheetForm, ...]

    def sheet(self, table: str, set_id: str = "", *, is_finding: bool = False) -> SheetForm:
        """Return one sheet; a table that the sender does not fill in is a KeyError."""
        return {(sheet.table, sheet.set_id, sheet.is_finding): sheet for sheet in self.sheets}[
            table, set_id, is_finding
        ]


def year_end(year: int, as_of: dt.date) -> dt.date:
    """Return the last day of a year, or the cut-off date when that comes first."""
    return min(dt.date(year, 12, 31), as_of)


def status_of(year: int, as_of: dt.date) -> str:
    """Return what the values of a year are on the cut-off date, unless the sender says otherwise."""
    if year > as_of.year:
        return "plan"
    return "actual" if dt.date(year, 12, 31) <= as_of else "estimate"


def numbered(count: int) -> Iterator[str]:
    """Return running numbers as texts, from 1."""
    return map(str, range(1, count + 1))
