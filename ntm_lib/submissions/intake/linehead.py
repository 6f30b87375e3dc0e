"""Read the head of each line of a sheet: commune, year, status, date and further keys."""

import datetime as dt
from dataclasses import dataclass

from ntm_lib.criteria.levels import number
from ntm_lib.messages import _
from ntm_lib.submissions.forms.layout import FIRST_LINE, HEADING, FormColumn, Role, status_of, year_end
from ntm_lib.submissions.intake.cells import Read, Trouble, as_date, as_number, as_text, as_year, shown
from ntm_lib.submissions.intake.faults import Findings
from ntm_lib.submissions.intake.grids import Broken
from ntm_lib.submissions.intake.headings import Located, fold
from ntm_lib.submissions.intake.places import NoPlace, Places, is_total
from ntm_lib.submissions.lines import FINDING, join_keys
from ntm_lib.submissions.model import Sender

NUMERIC = {"number", "integer", "yes_no"}


@dataclass(frozen=True)
class Line:
    """What the head of one line says; ``at`` is its row in the view."""

    at: int
    unit: str
    year: int
    row: str
    status: str
    as_of: dt.date


class LineReader:
    """Read the lines of one located sheet; what does not fit goes to the findings of the file."""

    def __init__(self, located: Located, sender: Sender, places: Places, findings: Findings) -> None:
        self.located, self.sheet, self.view = located, located.sheet, located.view
        self.sender, self.places, self.findings = sender, places, findings
        self.name = located.grid.name
        self._seen: dict[tuple[object, ...], tuple[int, bool]] = {}
        self.roles: dict[Role, FormColumn] = {
            column.role: column for column in self.sheet.columns if column.role is not Role.VALUE
        }
        self.values = [
            column for column in self.sheet.columns if column.role is Role.VALUE and column.item in located.columns
        ]

    def first_line(self) -> int:
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

    def address(self, at: int, item: str) -> str:
        """Name the cell of a line in the column of an item."""
        place = self.located.columns.get(item)
        return self.located.address(at, 0 if place is None else place)

    def line(self, at: int) -> Line | None:
        """Read the head of a line that holds values; None when it is not about a commune, or wrong, which is told."""
        code, name = self._cell(at, Role.UNIT), self._cell(at, Role.NAME)
        if _counts([cell for cell in self.view[at] if cell != ""]):
            return None
        unit = self.places.find(code, name) if not isinstance(code, Broken) else NoPlace("line.unknown_code", "", "")
        if not isinstance(unit, str):
            self._no_unit(at, unit, code, name)
            return None
        self._as_taken(at, unit, code, name)
        year = self._year(at)
        status, as_of = self._status(at), self._as_of(at, year)
        keys = [self._key(at, self.sheet.column(item)) for item in self.sheet.keys]
        if year is not None and as_of is not None and None not in keys:
            self._once((unit, year, *keys, as_of), at, is_whole=status is not None)
        if year is None or status is None or as_of is None or any(key is None for key in keys):
            return None
        if not self._agree(at, year, status, as_of):
            return None
        return Line(
            at, unit, year, FINDING if self.sheet.is_finding else join_keys([key or "" for key in keys]), status, as_of
        )

    def _once(self, about: tuple[object, ...], at: int, *, is_whole: bool) -> None:
        """Tell of a second line about the same: refused when one of the two is not read, doubted when they fill other cells.

        Two lines that fill the same cell are told when all sheets are read (see `read._repeats`).
        """
        first = self._seen.setdefault(about, (at, is_whole))
        if first[0] == at:
            return
        place = {"sheet": self.name, "cell": self.address(at, self._unit_item())}
        text = _("{unit}, {year}: the line stands twice").format(unit=about[0], year=about[1])
        expected = _("once; first in {sheet}, {cell}").format(
            sheet=self.name, cell=self.address(first[0], self._unit_item())
        )
        places = [self.located.columns[column.item] for column in self.values]
        if not (is_whole and first[1]):
            self.findings.wrong(
                "line.twice", text, expected=expected, action=_("Delete one of the two lines."), **place
            )
        elif not ((self.view[at, places] != "") & (self.view[first[0], places] != "")).any():
            action = _("The two were read as one line, since they fill other cells; write them into one line.")
            self.findings.doubtful("line.in_two_parts", text, expected=expected, action=action, **place)

    def _as_taken(self, at: int, unit: str, code: object, name: object) -> None:
        """Tell for which commune a line was taken that spells it otherwise; doubtful where no code says the same."""
        place = {
            "sheet": self.name,
            "cell": self.address(at, self._unit_item() if name == "" else self.roles[Role.NAME].item),
        }
        if isinstance(code, float):
            text = _("codes stand as numbers; their zeros in front were put back")
            self.findings.repeat("line.code_number", text, **place)
        written = code if name == "" else name
        if self.places.is_as_written(unit, written):
            return
        text = _("'{found}' was taken for {name} ({code})")
        text = text.format(found=shown(written), name=self.places.names[unit], code=unit)
        if code == "" or name == "":
            action = _("Check which commune is meant; write its code.")
            self.findings.doubtful("line.name_taken", text, expected=self.places.names[unit], action=action, **place)
        else:
            self.findings.repeat("line.name_spelled", text, **place)

    def _no_unit(self, at: int, unit: NoPlace | None, code: object, name: object) -> None:
        first = self.view[at, : min(4, self.view.shape[1])]
        if is_total(code, name, *first):
            text = _("a line of totals or below the table was not read: {text}")
            words = next((shown(cell) for cell in (code, name, *first) if isinstance(cell, str) and cell), "")
            self.findings.note(
                "line.total", text.format(text=words), sheet=self.name, cell=self.address(at, self._unit_item())
            )
            return
        place = {"sheet": self.name, "cell": self.address(at, self._unit_item())}
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
                or (cell != "" and column.type in NUMERIC and isinstance(as_number(cell, column), kinds[0]))
                for cell, column in zip(cells, self.values, strict=True)
            )
            or sum(self.view[at] != "") > 3
        )

    def _year(self, at: int) -> int | None:
        cell = self._cell(at, Role.YEAR)
        place = {"sheet": self.name, "cell": self.address(at, "year")}
        year = as_year(cell)
        if cell == "":
            found, expected = _("the line has no year"), _("a year")
            self.findings.wrong(
                "line.no_year", found, expected=expected, action=_("Write the year of the figures."), **place
            )
        elif year is None:
            self.findings.wrong(
                "line.year_unreadable",
                shown(cell),
                expected=_("a year such as 2019"),
                action=_("Write the year of the figures."),
                **place,
            )
        elif self.sheet.years and year not in self.sheet.years:
            expected = ", ".join(map(str, self.sheet.years))
            action = _("Figures of other years belong into the sheet or workbook of that year.")
            self.findings.wrong("line.wrong_year", str(year), expected=expected, action=action, **place)
        else:
            return year
        return None

    def _status(self, at: int) -> str | None:
        cell, column = self._cell(at, Role.STATUS), self.sheet.column("status")
        place = {"sheet": self.name, "cell": self.address(at, "status")}
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
            self.findings.repeat("line.no_as_of", text, sheet=self.name, cell=self.address(at, "as_of_date"))
            is_past = bool(self.sheet.years) and year is not None
            return year_end(year, self.sender.as_of) if is_past and year is not None else self.sender.as_of
        read = as_date(cell)
        if isinstance(read, Read) and isinstance(read.value, dt.date):
            self.understood(read, cell, at, "as_of_date")
            return read.value
        self.trouble(read, cell, at, "as_of_date")
        return None

    def _agree(self, at: int, year: int, status: str, as_of: dt.date) -> bool:
        place = {"sheet": self.name, "cell": self.address(at, "as_of_date")}
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
        self._doubt_status(at, year, status, as_of)
        return True

    def _doubt_status(self, at: int, year: int, status: str, as_of: dt.date) -> None:
        """Doubt a plan for a year that has come and an estimate for a year that is long over, or that has not begun.

        By the form, thực hiện is for a year that is over, ước thực hiện for the running one and kế hoạch for later ones. A year that
        ends with the day of the workbook is being counted still, so its estimate stands.
        """
        last = self.sender.as_of
        is_late_plan = status == "plan" and year <= last.year
        is_odd_estimate = status == "estimate" and (year < last.year or year > as_of.year)
        if not self.sheet.years or not (is_late_plan or is_odd_estimate):
            return
        words = self.sheet.column("status").words
        text = (
            _("{status}, though on {date} {year} is a year past")
            if year < last.year
            else _("{status} for {year}, as of {date}")
        )
        day = last if year < last.year else as_of
        self.findings.doubtful(
            "line.status_doubtful",
            text.format(status=words[status], year=year, date=shown(day)),
            sheet=self.name,
            cell=self.address(at, "status"),
            expected=words[status_of(year, day)],
            action=_(
                "Correct the status or the date. A plan or an estimate never stands for what was counted of the same year."
            ),
        )

    def _key(self, at: int, column: FormColumn) -> str | None:
        place = self.located.columns.get(column.item)
        cell = "" if place is None else self.view[at, place]
        if cell == "":
            found = _("'{column}' is empty in a line with figures").format(column=column.heading)
            action = _("Fill it in, so that the lines can be told apart.")
            self.findings.wrong(
                "line.no_key", found, sheet=self.name, cell=self.address(at, column.item), action=action
            )
            return None
        read = self.read_cell(cell, column)
        if isinstance(read, Trouble):
            self.trouble(read, cell, at, column.item)
            return None
        self.understood(read, cell, at, column.item)
        return f"{read.value:.15g}" if isinstance(read.value, float) else str(read.value)

    @staticmethod
    def read_cell(cell: object, column: FormColumn, mark: str = "") -> Read | Trouble:
        """Read one cell as the type of its column."""
        return as_number(cell, column, mark) if column.type in NUMERIC else as_text(cell, column)

    def trouble(self, trouble: Trouble | Read, cell: object, at: int, item: str) -> None:
        """Tell of a cell that gives no value."""
        if not isinstance(trouble, Trouble):
            return
        tell = self.findings.doubtful if trouble.is_doubtful else self.findings.wrong
        column = self.sheet.column(item)
        found = _("{column}: {found}").format(column=_short(column.heading), found=shown(cell))
        where = self.address(at, item)
        tell(trouble.rule, found, sheet=self.name, cell=where, expected=trouble.expected, action=trouble.action)

    def understood(self, read: Read, cell: object, at: int, item: str) -> None:
        """Tell what was understood on the way to a value, and of the first such cells what."""
        if read.note:
            example = f"'{shown(cell)}' → {number(read.value) if isinstance(read.value, float) else shown(read.value)}"
            where = {"sheet": self.name, "cell": self.address(at, item)}
            self.findings.repeat("cell.understood", read.note, example=example, **where)


def _short(heading: str) -> str:
    return heading if len(heading) <= 70 else f"{heading[:69]}…"


def _counts(cells: list[object]) -> bool:
    """Whether cells merely number the columns: 1, 2, 3 or (1), (2), (3)."""
    numbers = [str(cell).strip("() ").removesuffix(".0") for cell in cells]
    if len(numbers) < 3 or not all(number.isdigit() for number in numbers):
        return False
    return [int(number) for number in numbers] == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))
