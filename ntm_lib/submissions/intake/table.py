"""Read the lines of one sheet of the form into values."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ntm_lib.messages import _
from ntm_lib.submissions.forms.layout import FIRST_LINE, HEADING, FormColumn, Role, year_end
from ntm_lib.submissions.intake.cells import (
    UNASSESSED,
    Read,
    Trouble,
    as_date,
    as_number,
    as_text,
    as_year,
    decimal_mark,
    shown,
)
from ntm_lib.submissions.intake.faults import Findings
from ntm_lib.submissions.intake.grids import Broken
from ntm_lib.submissions.intake.headings import Located, fold
from ntm_lib.submissions.intake.places import NoPlace, Places, is_total
from ntm_lib.submissions.lines import FINDING, join_keys
from ntm_lib.submissions.model import VALUES, Sender, empty_values

_NUMERIC = {"number", "integer", "yes_no"}
_TYPES = empty_values().dtypes.to_dict()


@dataclass(frozen=True)
class Line:
    """What the head of one line says; ``at`` is its row in the view."""

    at: int
    unit: str
    year: int
    row: str
    status: str
    as_of: dt.date


class TableReader:
    """Read one located sheet; what does not fit goes to the findings of the file."""

    def __init__(self, located: Located, sender: Sender, places: Places, findings: Findings) -> None:
        self.located, self.sheet, self.view = located, located.sheet, located.view
        self.sender, self.places, self.findings = sender, places, findings
        self.name = located.grid.name
        self.roles: dict[Role, FormColumn] = {
            column.role: column for column in self.sheet.columns if column.role is not Role.VALUE
        }
        self.values = [
            column for column in self.sheet.columns if column.role is Role.VALUE and column.item in located.columns
        ]

    def read(self) -> pd.DataFrame:
        """Return the values of the sheet, one to a row; empty cells have none."""
        if self.view.size == 0 or not self.values:
            return empty_values()
        first = self._first_line()
        block = self.view[first:, [self.located.columns[column.item] for column in self.values]]
        is_filled = block != ""
        used = np.flatnonzero(is_filled.any(axis=1)) + first
        lines = [line for at in used if (line := self._line(int(at))) is not None]
        self._required(lines)
        texts = [cell for cell in block.ravel() if type(cell) is str and cell[:1] in "+-0123456789" and cell]
        mark = decimal_mark(texts)
        frames = [frame for column in self.values if (frame := self._column(column, lines, mark)) is not None]
        return pd.concat(frames, ignore_index=True).astype(_TYPES) if frames else empty_values()

    def _first_line(self) -> int:
        """Return the first row below the head; rows of headings, units, rules and column numbers belong to the head."""
        at = self.located.head + 1
        if self.located.is_by_id:
            return at + (FIRST_LINE - HEADING if self._has_headings(at) else 0)
        while at < min(self.located.head + 4, len(self.view)) and self._is_head(at):
            at += 1
        return at

    def _has_headings(self, at: int) -> bool:
        if at >= len(self.view):
            return False
        headings = {fold(column.heading): column.item for column in self.sheet.columns}
        found = sum(type(cell) is str and fold(cell) in headings for cell in self.view[at] if cell != "")
        return found >= len(self.located.columns) / 2

    def _is_head(self, at: int) -> bool:
        """Whether a row below headings written by hand goes on with them: nothing but words, no commune, no year."""
        if _counts([cell for cell in self.view[at] if cell != ""]):
            return True
        place = self.located.columns.get("year")
        has_year = place is not None and as_year(self.view[at, place]) is not None
        has_unit = isinstance(self.places.find(self._cell(at, Role.UNIT), self._cell(at, Role.NAME)), str)
        is_named = any(self._cell(at, role) != "" for role in (Role.UNIT, Role.NAME))
        has_figures = any(type(cell) is not str or cell[:1].isdigit() for cell in self.view[at] if cell != "")
        return not (has_year or has_unit or is_named or has_figures)

    def _cell(self, at: int, role: Role) -> object:
        column = self.roles.get(role)
        place = None if column is None else self.located.columns.get(column.item)
        return "" if place is None else self.view[at, place]

    def _address(self, at: int, item: str) -> str:
        place = self.located.columns.get(item)
        return self.located.address(at, 0 if place is None else place)

    def _line(self, at: int) -> Line | None:
        """Read the head of a line that holds values; None when it is not about a commune, or wrong, which is told."""
        code, name = self._cell(at, Role.UNIT), self._cell(at, Role.NAME)
        if _counts([cell for cell in self.view[at] if cell != ""]):
            return None
        unit = self.places.find(code, name) if not isinstance(code, Broken) else NoPlace("line.unknown_code", "", "")
        if not isinstance(unit, str):
            self._no_unit(at, unit, code, name)
            return None
        year = self._year(at)
        status, as_of = self._status(at), self._as_of(at, year)
        keys = [self._key(at, self.sheet.column(item)) for item in self.sheet.keys]
        if year is None or status is None or as_of is None or any(key is None for key in keys):
            return None
        if not self._agree(at, year, status, as_of):
            return None
        return Line(
            at, unit, year, FINDING if self.sheet.is_finding else join_keys([key or "" for key in keys]), status, as_of
        )

    def _no_unit(self, at: int, unit: NoPlace | None, code: object, name: object) -> None:
        first = self.view[at, : min(4, self.view.shape[1])]
        if is_total(code, name, *first):
            text = _("a line of totals or below the table was not read: {text}")
            words = next((shown(cell) for cell in (code, name, *first) if isinstance(cell, str) and cell), "")
            self.findings.note(
                "line.total", text.format(text=words), sheet=self.name, cell=self._address(at, self._unit_item())
            )
            return
        place = {"sheet": self.name, "cell": self._address(at, self._unit_item())}
        if isinstance(unit, NoPlace):
            found = " ".join(shown(cell) for cell in (code, name) if cell != "")
            self.findings.wrong(unit.rule, found, expected=unit.expected, action=unit.action, **place)
        elif self._has_figures(at):
            text = _("the line holds figures but no commune")
            action = _("Write the code of the commune, or delete the line.")
            self.findings.wrong("line.no_unit", text, expected=_("a commune of the form"), action=action, **place)
        else:
            words = next((shown(cell) for cell in self.view[at] if cell != ""), "")
            self.findings.note(
                "line.outside", _("text outside of the table was not read: {text}").format(text=words), **place
            )

    def _unit_item(self) -> str:
        return self.roles[Role.UNIT].item

    def _has_figures(self, at: int) -> bool:
        cells = (self.view[at, self.located.columns[column.item]] for column in self.values)
        kinds = (Read, Trouble)
        return (
            any(
                isinstance(cell, (float, Broken))
                or (cell != "" and column.type in _NUMERIC and isinstance(as_number(cell, column), kinds[0]))
                for cell, column in zip(cells, self.values, strict=True)
            )
            or sum(self.view[at] != "") > 3
        )

    def _year(self, at: int) -> int | None:
        cell = self._cell(at, Role.YEAR)
        place = {"sheet": self.name, "cell": self._address(at, "year")}
        year = as_year(cell)
        if cell == "":
            found, expected = _("the line has no year"), _("a year")
            self.findings.wrong(
                "line.no_year", found, expected=expected, action=_("Write the year of the figures."), **place
            )
        elif year is None:
            self.findings.wrong("line.year_unreadable", shown(cell), expected=_("a year such as 2019"), **place)
        elif self.sheet.years and year not in self.sheet.years:
            expected = ", ".join(map(str, self.sheet.years))
            action = _("Figures of other years belong into the sheet or workbook of that year.")
            self.findings.wrong("line.wrong_year", str(year), expected=expected, action=action, **place)
        else:
            return year
        return None

    def _status(self, at: int) -> str | None:
        cell, column = self._cell(at, Role.STATUS), self.sheet.column("status")
        place = {"sheet": self.name, "cell": self._address(at, "status")}
        expected = " / ".join(column.words.values())
        if cell == "":
            action = _("Choose the status of the figures from the list.")
            self.findings.wrong(
                "line.no_status", _("the line has no status"), expected=expected, action=action, **place
            )
            return None
        read = as_text(cell, column)
        if isinstance(read, Trouble):
            self.findings.wrong("line.status_unknown", shown(cell), expected=expected, action=read.action, **place)
            return None
        return str(read.value)

    def _as_of(self, at: int, year: int | None) -> dt.date | None:
        cell = self._cell(at, Role.AS_OF)
        if cell == "":
            text = _("the cut-off date is empty: the end of the year or the day of the workbook is taken")
            self.findings.repeat("line.no_as_of", text, sheet=self.name, cell=self._address(at, "as_of_date"))
            is_past = bool(self.sheet.years) and year is not None
            return year_end(year, self.sender.as_of) if is_past and year is not None else self.sender.as_of
        read = as_date(cell)
        if isinstance(read, Read) and isinstance(read.value, dt.date):
            self._understood(read, at, "as_of_date")
            return read.value
        self._trouble(read, cell, at, "as_of_date")
        return None

    def _agree(self, at: int, year: int, status: str, as_of: dt.date) -> bool:
        place = {"sheet": self.name, "cell": self._address(at, "as_of_date")}
        if as_of > self.sender.as_of:
            expected = _("not after {date}, the day of the workbook").format(date=shown(self.sender.as_of))
            self.findings.wrong(
                "line.after_cut_off", shown(as_of), expected=expected, action=_("Check the date."), **place
            )
            return False
        if status == "actual" and self.sheet.years and as_of < dt.date(year, 12, 31):
            found = _("actual, though {year} was not over on {date}").format(year=year, date=shown(as_of))
            word = self.sheet.column("status").words["estimate"]
            self.findings.wrong(
                "line.actual_too_early", found, expected=word, action=_("Correct the status or the date."), **place
            )
            return False
        return True

    def _key(self, at: int, column: FormColumn) -> str | None:
        place = self.located.columns.get(column.item)
        cell = "" if place is None else self.view[at, place]
        if cell == "":
            found = _("'{column}' is empty in a line with figures").format(column=column.heading)
            action = _("Fill it in, so that the lines can be told apart.")
            self.findings.wrong(
                "line.no_key", found, sheet=self.name, cell=self._address(at, column.item), action=action
            )
            return None
        read = self._read(cell, column)
        if isinstance(read, Trouble):
            self._trouble(read, cell, at, column.item)
            return None
        self._understood(read, at, column.item)
        return f"{read.value:.15g}" if isinstance(read.value, float) else str(read.value)

    @staticmethod
    def _read(cell: object, column: FormColumn, mark: str = "") -> Read | Trouble:
        return as_number(cell, column, mark) if column.type in _NUMERIC else as_text(cell, column)

    def _required(self, lines: list[Line]) -> None:
        for column in self.sheet.columns:
            if column.role is not Role.VALUE or not column.required:
                continue
            place = self.located.columns.get(column.item)
            for line in lines:
                if place is None or self.view[line.at, place] == "":
                    found = _("'{column}' is empty in a line with figures").format(column=column.heading)
                    cell = self._address(line.at, column.item)
                    self.findings.wrong("line.required", found, sheet=self.name, cell=cell, action=_("Fill it in."))

    def _column(self, column: FormColumn, lines: list[Line], mark: str) -> pd.DataFrame | None:
        """Return the values of one column; the plain numbers within its limits are read all at once."""
        cells = self.view[[line.at for line in lines], self.located.columns[column.item]]
        kept = np.flatnonzero(cells != "")
        if not len(kept):
            return None
        values: list[object] = []
        places: list[int] = []
        is_plain = column.type == "number" and not column.words
        low, high = _span(column)
        for at in map(int, kept):
            cell = cells[at]
            if is_plain and type(cell) is float and low <= cell <= high:
                values.append(cell)
                places.append(at)
                continue
            read = self._read(cell, column, mark)
            if isinstance(read, Trouble):
                self._trouble(read, cell, lines[at].at, column.item)
            elif read.value != "":
                self._understood(read, lines[at].at, column.item)
                values.append(read.value)
                places.append(at)
        return self._frame(column, [lines[at] for at in places], values) if values else None

    def _frame(self, column: FormColumn, lines: list[Line], values: list[object]) -> pd.DataFrame:
        is_numeric = column.type in _NUMERIC
        numbers = np.array(values, dtype=float) if is_numeric else np.full(len(values), np.nan)
        unassessed = numbers == UNASSESSED
        return pd.DataFrame(
            {
                "table": self.sheet.table,
                "set_id": self.sheet.set_id,
                "unit_code": [line.unit for line in lines],
                "year": [line.year for line in lines],
                "row": [line.row for line in lines],
                "item": column.item,
                "number": np.where(unassessed, np.nan, numbers),
                "text": None if is_numeric else values,
                "is_not_assessed": unassessed,
                "status": [line.status for line in lines],
                "as_of_date": [line.as_of for line in lines],
                "sheet": self.name,
                "cell": [self._address(line.at, column.item) for line in lines],
            },
            columns=VALUES.names,
        )

    def _trouble(self, trouble: Trouble | Read, cell: object, at: int, item: str) -> None:
        if not isinstance(trouble, Trouble):
            return
        tell = self.findings.doubtful if trouble.is_doubtful else self.findings.wrong
        column = self.sheet.column(item)
        found = _("{column}: {found}").format(column=_short(column.heading), found=shown(cell))
        where = self._address(at, item)
        tell(trouble.rule, found, sheet=self.name, cell=where, expected=trouble.expected, action=trouble.action)

    def _understood(self, read: Read, at: int, item: str) -> None:
        if read.note:
            self.findings.repeat("cell.understood", read.note, sheet=self.name, cell=self._address(at, item))


def _short(heading: str) -> str:
    return heading if len(heading) <= 70 else f"{heading[:69]}…"


def _span(column: FormColumn) -> tuple[float, float]:
    return (
        -np.finfo(float).max if column.min is None else column.min,
        np.finfo(float).max if column.max is None else column.max,
    )


def _counts(cells: list[object]) -> bool:
    """Whether cells merely number the columns: 1, 2, 3 or (1), (2), (3)."""
    numbers = [str(cell).strip("() ").removesuffix(".0") for cell in cells]
    if len(numbers) < 3 or not all(number.isdigit() for number in numbers):
        return False
    return [int(number) for number in numbers] == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))
