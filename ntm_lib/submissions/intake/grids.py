"""Every sheet of a file as a grid of cells, with what the formats say kept on the cells themselves."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO, StringIO

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils.cell import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ntm_lib.messages import _
from ntm_lib.submissions.forms.stamp import LISTS, SHEET
from ntm_lib.submissions.intake.anatomy import Anatomy, read_anatomy
from ntm_lib.submissions.intake.faults import Findings

Cells = NDArray[np.object_]
MOST_LINES = 100_000
_UNSEEN = " \t\r\n\u00a0\u200b\u202f\ufeff"
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Broken:
    """Stands in a cell whose formula gave no value: ``text`` is the error, empty when it was never computed."""

    text: str


class Percent(float):
    """A number that its cell shows times 100 with a percent sign."""


@dataclass(frozen=True, eq=False)
class Grid:
    """One sheet: ``cells`` from A1, empty ones are "" ; ``anatomy`` is None for a CSV file.

    ``is_one_byte``: the text came from one byte a letter, in a code not known yet.
    """

    name: str
    cells: Cells
    is_hidden: bool = False
    anatomy: Anatomy = field(default_factory=Anatomy)
    is_csv: bool = False
    is_one_byte: bool = False

    def address(self, row: int, column: int) -> str:
        """Name a cell: ``F12``, in a CSV file by line and column."""
        if self.is_csv:
            return _("line {line}, column {column}").format(line=row + 1, column=column + 1)
        return f"{get_column_letter(column + 1)}{row + 1}"

    def decoded(self, decode: Callable[[str], str]) -> "Grid":
        """Return the grid with its texts decoded."""
        cells = self.cells.copy()
        flat = cells.ravel()
        flat[:] = [decode(cell) if type(cell) is str and cell else cell for cell in flat]
        return replace(self, name=decode(self.name) if self.is_csv is False else self.name, cells=cells)


def read_workbook(data: bytes, findings: Findings) -> tuple[list[Grid], dict[str, str]]:
    """Read the sheets of a workbook and its stamp (empty without one); damage is told and gives none."""
    anatomies = read_anatomy(data, findings)
    if anatomies is None:
        return [], {}
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        grids, stamp = [], {}
        for sheet in book.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet or sheet.name == LISTS:
                continue
            anatomy = anatomies.get(sheet.name, Anatomy())
            if anatomy.too_far:
                _tell_far(sheet.name, anatomy.too_far, findings)
                continue
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            if sheet.name == SHEET:
                stamp = {str(row[0]): str(row[1]) for row in rows if len(row) > 1}
            else:
                is_hidden = sheet.visible is not SheetVisibleEnum.Visible
                grids.append(Grid(sheet.name, _marked(rows, anatomy), is_hidden, anatomy))
    except (CalamineError, ValueError, OSError, KeyError, OverflowError) as error:
        text = _("the inner parts of the workbook are damaged ({detail})").format(detail=str(error)[:80])
        findings.wrong(
            "book.damaged", text, action=_("Open it in Excel, let it be repaired, save it and send it again.")
        )
        return [], {}
    return grids, stamp


def _tell_far(name: str, cell: str, findings: Findings) -> None:
    text = _("a value stands far outside of the table")
    findings.wrong(
        "sheet.far", text, sheet=name, cell=cell, action=_("Delete the rows and columns behind the table and save.")
    )


def _marked(rows: Sequence[Sequence[object]], anatomy: Anatomy) -> Cells:
    """Make a grid and put marks where a value is not what it looks like."""
    places = [*anatomy.errors, *anatomy.uncomputed]
    height = max([len(rows), *(row + 1 for row, _column in places)])
    width = max([max(map(len, rows), default=0), *(column + 1 for _row, column in places)])
    cells = np.full((height, width), "", dtype=object)
    if rows and rows[0]:
        cells[: len(rows), : len(rows[0])] = rows
        _empty_blanks(cells)
    for place, text in anatomy.errors.items():
        cells[place] = Broken(text)
    for place in anatomy.uncomputed:
        cells[place] = Broken("")
    for row, column in anatomy.percents:
        if row < height and column < width and isinstance(cells[row, column], float):
            cells[row, column] = Percent(cells[row, column])
    return cells


def _empty_blanks(cells: Cells) -> None:
    """Empty the cells that hold nothing but spaces and signs that are not seen."""
    flat = cells.ravel()
    for at, cell in enumerate(flat):
        if type(cell) is str and cell and not cell.strip(_UNSEEN):
            flat[at] = ""


def read_csv(name: str, data: bytes, findings: Findings) -> list[Grid]:
    """Read a CSV file, whatever its code and separator; what cannot be one is told and gives none."""
    text, is_one_byte = _decode(data, findings)
    if text is None:
        return []
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        found = _("the file has {count} lines").format(count=len(lines))
        findings.wrong("csv.lines", found, expected=_("at most {count}").format(count=MOST_LINES))
        return []
    separator = _separator(lines)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        found = _("the lines cannot be split into cells: {detail}").format(detail=error)
        findings.wrong("csv.quotes", found, action=_("Check the quotation marks, or send the table as .xlsx."))
        return []
    if not any(cell.strip() for row in rows for cell in row):
        findings.wrong("csv.empty", _("the file holds no cells"), action=_("Send the file again."))
        return []
    width = max(map(len, rows))
    cells = np.full((len(rows), width), "", dtype=object)
    for at, row in enumerate(rows):
        cells[at, : len(row)] = row
    _empty_blanks(cells)
    return [Grid(name, cells, is_csv=True, is_one_byte=is_one_byte)]


def _decode(data: bytes, findings: Findings) -> tuple[str | None, bool]:
    for bom, code in _BOMS.items():
        if data.startswith(bom):
            try:
                return data.decode(code), False
            except UnicodeDecodeError:
                findings.wrong("csv.code", _("the text breaks off within a letter"), action=_("Send the file again."))
                return None, False
    sample = data[:4000]
    if sample[1::2].count(0) > len(sample) // 4:
        return data.decode("utf-16-le", errors="replace"), False
    if b"\0" in sample:
        findings.wrong("csv.binary", _("this is no text file"), action=_("Send the table as .xlsx or as CSV in UTF-8."))
        return None, False
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("latin-1"), True


def _separator(lines: list[str]) -> str:
    """Return the separator that splits the widest line most; a comma before decimals splits little."""
    widest = {mark: max((line.count(mark) for line in lines[:40]), default=0) for mark in "\t;,"}
    return next((mark for mark in "\t;" if widest[mark] >= 3), ",") if any(widest.values()) else ","


def squeeze(text: str) -> str:
    """Return a text with single spaces."""
    return re.sub(r"\s+", " ", text).strip()
