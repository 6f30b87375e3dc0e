"""Write a copy of a file in which every cell with a finding is coloured and commented, behind a sheet that lists all."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.project import whole_file
from ntm_lib.submissions.checks.check import in_order
from ntm_lib.submissions.intake.faults import Findings
from ntm_lib.submissions.intake.grids import read_csv
from ntm_lib.submissions.model import Finding, Weight

COLOURS = {Weight.WRONG: "F8B4B4", Weight.DOUBTFUL: "FFE08A", Weight.NOTE: "CFE3F7"}
_CELL = re.compile(r"^\$?([A-Z]{1,3})\$?([1-9]\d{0,6})$")
_TWO_NUMBERS = re.compile(r"^[^\d:]*\s(\d{1,7}),\s[^\d:]*\s(\d{1,5})$")  # line 3, column 5
_LONGEST = 1500  # letters of a comment
_UNREADABLE = (
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    OSError,
    AttributeError,
    EOFError,
)


class _Line(NamedTuple):
    """A finding with the cell it is about, when the copy has that cell."""

    finding: Finding
    sheet: str
    cell: str


def weight_words() -> dict[Weight, str]:
    """Return what each weight is called."""
    return {
        Weight.WRONG: _("Wrong: to be corrected before handing in"),
        Weight.DOUBTFUL: _("Doubtful: accepted, to be confirmed"),
        Weight.NOTE: _("Note"),
    }


def annotated_copy(path_in: Path, path_out: Path, findings: Sequence[Finding]) -> Path:
    """Write the annotated copy as .xlsx and return its path; the original is never touched.

    The first sheet lists all findings, the heaviest first, each with a link to its cell; a cell has the colour of its
    heaviest finding and a comment with all of them. Formulas of the original stand as their values, so that the copy
    computes and fetches nothing; texts never become formulas. A file that cannot be opened as a workbook (nor is CSV) gives
    the list alone. The file must have passed the guards of reading (size, zip bombs) before. Raises UsageError when the copy
    would stand in the place of the original.
    """
    if path_out.suffix.lower() != ".xlsx":
        raise UsageError(
            _("{path}: the annotated copy is a workbook; its name ends in .xlsx.").format(path=path_out.name)
        )
    if path_out.exists() and path_in.exists() and path_out.samefile(path_in):
        raise UsageError(_("{path}: the original is never overwritten. Name another file.").format(path=path_out.name))
    book = _opened(path_in)
    lines = [_place(book, finding) for finding in in_order(tuple(findings))]
    _mark(book, lines)
    _list(book, lines)
    with whole_file(path_out) as temporary, temporary.open("wb") as target:
        book.save(target)
    return path_out


def _opened(path: Path) -> Workbook:
    if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        return _from_csv(path.read_bytes(), path.stem)
    try:
        book = load_workbook(path)
        _without_formulas(book, path)
    except _UNREADABLE:
        book = Workbook()
        book.remove(book.active)
    return book


def _without_formulas(book: Workbook, path: Path) -> None:
    """Put the value last computed in the place of each formula; one never computed stands as text."""
    formulas = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    if not formulas:
        return
    computed = load_workbook(path, data_only=True)
    for cell in formulas:
        value = computed[cell.parent.title][cell.coordinate].value
        _write(cell, getattr(cell.value, "text", cell.value) if value is None else value)


def _from_csv(content: bytes, title: str) -> Workbook:
    """Set a CSV file out as a workbook, its cells as texts; one that cannot be read gives no sheet."""
    book = Workbook()
    book.remove(book.active)
    for grid in read_csv(title, content, Findings()):
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "CSV")
        for row, column in np.argwhere(grid.cells != ""):
            _write(sheet.cell(int(row) + 1, int(column) + 1), str(grid.cells[row, column]))
    return book


def _write(cell: Cell, value: Any) -> None:
    """Write a value; a text stays text, whatever it begins with."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in set("=+-@\t\r")
    else:
        cell.value = value


def _place(book: Workbook, finding: Finding) -> _Line:
    """Find the cell of a finding; in a copy of a CSV file every finding is on its one sheet."""
    titles = book.sheetnames
    sheet = finding.sheet if finding.sheet in titles else (titles[0] if len(titles) == 1 and finding.cell else "")
    if not sheet:
        return _Line(finding, "", "")
    match = _CELL.match(finding.cell)
    if match:
        cell = "".join(match.groups())
    else:
        two = _TWO_NUMBERS.match(finding.cell)
        cell = f"{get_column_letter(int(two[2]))}{two[1]}" if two and 0 < int(two[2]) <= 16384 and int(two[1]) else ""
    row = int(re.sub(r"\D", "", cell) or 0)
    is_inside = bool(cell) and 0 < row <= 1_048_576
    return _Line(finding, sheet, cell if is_inside else "")


def _mark(book: Workbook, lines: Sequence[_Line]) -> None:
    by_cell: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for line in lines:
        if line.cell:
            by_cell[line.sheet, line.cell].append(line.finding)
    for (title, address), found in by_cell.items():
        cell = _top_left(book[title], address)
        colour = COLOURS[found[0].weight]
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
        told = [cell.comment.text] if cell.comment else []
        told += [_told(finding) for finding in found]
        text = ILLEGAL_CHARACTERS_RE.sub("", "\n\n".join(told))
        cell.comment = Comment(text[:_LONGEST] + ("…" if len(text) > _LONGEST else ""), "NTM", height=180, width=360)


def _top_left(sheet: Worksheet, address: str) -> Cell:
    """Return a cell, or the one that a merged range shows in its place."""
    cell = sheet[address]
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if address in area)
        return sheet.cell(area.min_row, area.min_col)
    return cell


def _told(finding: Finding) -> str:
    text = f"{weight_words()[finding.weight]}\n{finding.found}"
    if finding.expected:
        text += "\n" + _("Expected: {expected}").format(expected=finding.expected)
    return f"{text}\n{finding.action}" if finding.action else text


def _list(book: Workbook, lines: Sequence[_Line]) -> None:
    """Put the list of findings before all sheets."""
    sheet = book.create_sheet(_title(book), 0)
    counts = {weight: sum(line.finding.weight is weight for line in lines) for weight in Weight}
    _write(sheet.cell(1, 1), _("Findings: {wrong} wrong, {doubtful} doubtful, {note} notes").format(**counts))
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    _write(
        sheet.cell(2, 1), _("A working copy. Correct the original file and hand it in again; this copy is not read.")
    )
    heads = (_("No."), _("Weight"), _("Sheet"), _("Cell"), _("Found"), _("Expected (heading)"), _("What to do"))
    for column, (head, width) in enumerate(zip(heads, (6, 26, 16, 10, 60, 50, 50), strict=True), start=1):
        _write(sheet.cell(4, column), head)
        sheet.cell(4, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    words = weight_words()
    for row, line in enumerate(lines, start=5):
        finding = line.finding
        cells = (
            row - 4,
            words[finding.weight],
            finding.sheet,
            finding.cell,
            finding.found,
            finding.expected,
            finding.action,
        )
        for column, value in enumerate(cells, start=1):
            _write(sheet.cell(row, column), value)
            sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
        colour = COLOURS[finding.weight]
        sheet.cell(row, 2).fill = PatternFill("solid", start_color=colour, end_color=colour)
        if line.cell:
            target = "'" + line.sheet.replace("'", "''") + f"'!{line.cell}"
            link = sheet.cell(row, 4)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=target)
            link.font = Font(underline="single", color="0563C1")
    sheet.freeze_panes = "A5"
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet


def _title(book: Workbook) -> str:
    title = _("Findings (sheet)")
    taken = {name.casefold() for name in book.sheetnames}
    return next(
        name for name in (title, *(f"{title} {number}" for number in range(2, 1000))) if name.casefold() not in taken
    )
