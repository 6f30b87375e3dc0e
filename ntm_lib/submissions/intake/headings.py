"""Find which sheet of the form a grid is, where its head stands and which column is which."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ntm_lib.messages import in_every_language
from ntm_lib.submissions.forms.layout import MARK, FormColumn, Role, SheetForm
from ntm_lib.submissions.intake.grids import Cells, Grid
from ntm_lib.units.names import loose_key

_DEEPEST_HEAD = 40
_TABLE_NAME = re.compile(r"(?:bieu|table|phuluc|b)(?:so)?0?(\d{1,2})(?!\d)")
_PARENTHESES = re.compile(r"\([^()]*\)")
_LEAST = 3  # headings that must be found before a row is taken for a head
_REQUIREMENT = re.compile(r"^\s*(\d{1,2}(?:\.\d{1,2})?)[.\s:)-]")


@dataclass(frozen=True, eq=False)
class Located:
    """A sheet of the form found in a grid.

    ``view``: the cells with one line of the form to a row; ``head``: row of the head; ``columns``: place by item.
    ``twice`` and ``unknown``: places of columns that stand again and of those that the form does not have.
    """

    grid: Grid
    sheet: SheetForm
    view: Cells
    is_down: bool
    head: int
    columns: dict[str, int]
    twice: dict[str, int]
    unknown: dict[int, str]
    is_by_id: bool

    def address(self, line: int, place: int) -> str:
        """Name a cell of the view as the file names it."""
        return self.grid.address(place, line) if self.is_down else self.grid.address(line, place)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return what spellings of a heading share: letters and digits without diacritics, case or unit in parentheses."""
    return loose_key(_PARENTHESES.sub(" ", text)) or loose_key(text)


@lru_cache(maxsize=4096)
def spelled(text: str) -> str:
    """Return `fold` of a text with what stands in parentheses, which may tell two columns apart (m³, tấn)."""
    return loose_key(text)


def marked_sheet(grid: Grid, sheets: Iterable[SheetForm]) -> SheetForm | None:
    """Return the sheet whose technical id the grid carries."""
    top = {cell.strip() for cell in grid.cells[:8, :8].ravel() if type(cell) is str and cell.startswith(MARK)}
    return next((sheet for sheet in sheets if sheet.mark in top), None)


def has_foreign_mark(grid: Grid) -> bool:
    """Whether the grid carries the technical id of a sheet, of this form or of another one."""
    return any(type(cell) is str and cell.startswith(MARK) for cell in grid.cells[:8, :8].ravel())


def named_table(grid: Grid, name: str) -> str:
    """Return the table that the name of the sheet or file, or a title above the table, speaks of; empty for none."""
    titles = [cell for cell in grid.cells[:6, :6].ravel() if type(cell) is str and cell]
    for text in (name, *titles):
        if (match := _TABLE_NAME.search(fold(text))) is not None:
            return f"b{int(match[1]):02d}"
    return ""


def locate(grid: Grid, sheet: SheetForm) -> Located | None:
    """Find the head of a sheet of the form in a grid, whichever way its columns run; None when there is none."""
    names = _names(sheet)
    best: tuple[tuple[bool, int], bool, int, bool] | None = None
    for is_down in (sheet.is_down, not sheet.is_down):
        view = grid.cells.T if is_down else grid.cells
        for head in range(min(_DEEPEST_HEAD, len(view))):
            by_id = sum(type(cell) is str and cell in names.ids for cell in view[head])
            by_name = 0 if by_id >= _LEAST else len({at for cell in view[head] if (at := names.find(cell))})
            score = (by_id >= _LEAST, by_id or by_name)
            if score[1] >= _LEAST and (best is None or score > best[0]):
                best = (score, is_down, head, by_id >= _LEAST)
        if best is not None and best[3]:
            break
    return None if best is None else _located(grid, sheet, names, *best[1:])


def _located(grid: Grid, sheet: SheetForm, names: "_Names", is_down: bool, head: int, is_by_id: bool) -> Located:
    view = grid.cells.T if is_down else grid.cells
    columns: dict[str, int] = {}
    twice: dict[str, int] = {}
    unknown: dict[int, str] = {}
    for place, cell in enumerate(view[head]):
        item = (cell if cell in names.ids else "") if is_by_id and type(cell) is str else names.find(cell)
        if not item and is_by_id and head + 1 < len(view):
            item = names.find(view[head + 1, place])  # a column put in by hand has a heading and no id
            if item in columns or (item and item in set(view[head])):
                item = ""
        if not item:
            text = cell if type(cell) is str and cell else (view[head + 1, place] if head + 1 < len(view) else "")
            unknown[place] = str(text)
        elif item in columns:
            twice[item] = place
        else:
            columns[item] = place
    return Located(grid, sheet, view, is_down, head, columns, twice, unknown, is_by_id)


class _Names:
    """The names by which the columns of a sheet go: ids, headings with and without their unit."""

    def __init__(self, columns: Sequence[FormColumn]) -> None:
        self.ids = {column.item for column in columns}
        found: dict[str, str] = {}
        short: dict[str, set[str]] = {}
        numbers = Counter(_number(column) for column in columns)
        self._by_number: dict[str, str] = {}
        for column in columns:
            for text in _spellings(column):
                found.setdefault(spelled(text), column.item)
                short.setdefault(fold(text), set()).add(column.item)
            if numbers[_number(column)] == 1 and _number(column):
                self._by_number[_number(column)] = column.item
        self._found = {key: next(iter(items)) for key, items in short.items() if len(items) == 1} | found

    def find(self, cell: object) -> str:
        if type(cell) is not str or not cell:
            return ""
        if cell in self.ids:
            return cell
        if (item := self._found.get(spelled(cell)) or self._found.get(fold(cell))) is not None:
            return item
        match = _REQUIREMENT.match(cell)
        return self._by_number.get(match[1], "") if match else ""


def _number(column: FormColumn) -> str:
    return column.item.partition("/")[0] if column.item[:1].isdigit() else ""


def _spellings(column: FormColumn) -> set[str]:
    texts = {column.heading, column.item, f"{column.heading} {column.unit}"}
    if column.item[:1].isdigit():
        texts.add(column.heading.partition(". ")[2])
    if column.role is Role.UNIT:
        texts |= in_every_language("Commune code") | {"Mã ĐVHC", "Mã đơn vị", "Mã xã", "Mã số"}
    elif column.role is Role.NAME:
        texts |= in_every_language("Name of the unit") | {"Tên xã", "Xã", "Đơn vị", "Tên đơn vị", "Xã, thị trấn"}
    elif column.role is Role.YEAR:
        texts |= {"Năm", "Năm báo cáo", "Year"}
    elif column.role is Role.STATUS:
        texts |= {"Trạng thái", "Trạng thái số liệu", "Tình trạng số liệu", "Status", "Loại số liệu"}
    elif column.role is Role.AS_OF:
        texts |= {"Ngày chốt", "Ngày chốt số liệu", "Số liệu tính đến ngày", "Cut-off date"}
    return texts


@lru_cache(maxsize=256)
def _names_of(columns: tuple[tuple[str, str, str, Role], ...]) -> _Names:
    return _Names([FormColumn(item, role, heading, "text", unit) for item, heading, unit, role in columns])


def _names(sheet: SheetForm) -> _Names:
    """Return the names of a sheet's columns, which many senders share."""
    return _names_of(tuple((column.item, column.heading, column.unit, column.role) for column in sheet.columns))


def share_found(located: Located) -> float:
    """Return the share of the sheet's columns that the grid has."""
    return float(np.mean([column.item in located.columns for column in located.sheet.columns]))
