"""Write tables as an .xlsx workbook in the form of the office: title, unit, number of the row, total first, source, warning."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ntm_lib.messages import _
from ntm_lib.project import whole_file
from ntm_lib.reporting import stamps as words
from ntm_lib.reporting.sheets import Column, Kind, Sheet, printed, safe_text

FONT = "Times New Roman"
CREATED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
"""The day written into every file, so that the same plan gives the same file."""
NUMBERS: dict[Kind, str] = {
    "count": "#,##0",
    "decimal": "#,##0.00",
    "money": "#,##0",
    "year": "0",
    "interval": "#,##0.##",
    "percent": "#,##0.0",
}
"""Number formats; the reader's office suite prints them with its own separators (1.234,5 where it speaks Vietnamese)."""
_SHEET_NAME = 31
_A4_WIDTH = 210  # letters; wider tables are printed on A3
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def write_workbook(
    path: Path, sheets: Sequence[Sheet], *, title: str, about: Sequence[tuple[str, str]], stamps: Sequence[str] = ()
) -> Path:
    """Write a workbook: a first sheet that explains, then one sheet a table.

    Parameters
    ----------
    path
        The file; it appears whole or not at all.
    sheets
        The tables, each on a sheet of its own, numbered Biểu số 01 … in this order.
    title
        Title of the first sheet.
    about
        Lines of the first sheet: what, and its explanation.
    stamps
        Warnings that stand on every sheet, beside those of the table itself.
    """
    import xlsxwriter

    with whole_file(path) as temporary:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
                   "nan_inf_to_errors": False}  # fmt: skip
        book = xlsxwriter.Workbook(str(temporary), options)
        book.set_properties({"title": safe_text(title), "created": CREATED.replace(tzinfo=None)})
        styles = _Styles(book)
        _first_sheet(book, styles, sheets, title, about, stamps)
        names: set[str] = set()
        for number, sheet in enumerate(sheets, start=1):
            _write(
                book,
                styles,
                sheet,
                number,
                _sheet_name(sheet.name, names),
                list(dict.fromkeys([*stamps, *sheet.stamps])),
            )
        book.close()
    return path


class _Styles:
    """The cell formats of one workbook, made once each."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.held: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **given: Any) -> Any:
        """Return a format with the office's font and what is given."""
        key = tuple(sorted(given.items()))
        if key not in self.held:
            self.held[key] = self.book.add_format({"font_name": FONT, "font_size": 12, "valign": "vcenter", **given})
        return self.held[key]

    def cell(self, kind: Kind, *, is_bold: bool = False) -> Any:
        """Return the format of a table's cell."""
        if kind not in NUMBERS:
            return self.get(border=1, text_wrap=True, bold=is_bold)
        align = "center" if kind == "year" else "right"
        return self.get(border=1, num_format=NUMBERS[kind], align=align, bold=is_bold)


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a workbook allows and that no other sheet has."""
    base = safe_text(name).translate(_FORBIDDEN).strip()[:_SHEET_NAME] or "-"
    free, number = base, 2
    while free.casefold() in taken:
        tail = f" {number}"
        free, number = base[: _SHEET_NAME - len(tail)] + tail, number + 1
    taken.add(free.casefold())
    return free


def _first_sheet(
    book: Any,
    styles: _Styles,
    sheets: Sequence[Sheet],
    title: str,
    about: Sequence[tuple[str, str]],
    stamps: Sequence[str],
) -> None:
    page = book.add_worksheet(_("Read first"))
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 96)
    page.hide_gridlines(2)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.merge_range(0, 0, 0, 1, safe_text(title), styles.get(bold=True, font_size=14, text_wrap=True))
    page.set_row(0, 40)
    row = 1
    for stamp in [words.draft(), *stamps]:
        page.merge_range(row, 0, row, 1, safe_text(stamp), styles.get(bold=True, font_color="#9c0006", text_wrap=True))
        page.set_row(row, _height(stamp, 120))
        row += 1
    row += 1
    listed = [(_("Table {number:02d}").format(number=number), sheet.title) for number, sheet in enumerate(sheets, 1)]
    for head, text in [*about, *listed]:
        page.write_string(row, 0, safe_text(head), styles.get(bold=True, valign="top", text_wrap=True))
        page.write_string(row, 1, safe_text(text), styles.get(text_wrap=True, valign="top"))
        page.set_row(row, _height(text, 96))
        row += 1


def _height(text: str, width: int) -> float:
    """Return a row's height for a wrapped text of about ``width`` letters a line."""
    lines = sum(1 + len(part) // width for part in str(text).split("\n"))
    return 17.0 * lines


def _write(book: Any, styles: _Styles, sheet: Sheet, number: int, name: str, stamps: Sequence[str]) -> None:
    """Write one table on a sheet of its own."""
    page = book.add_worksheet(name)
    last = len(sheet.columns)
    _lay_out(page, sheet)
    page.merge_range(0, 0, 0, last, _("Table {number:02d}").format(number=number), styles.get(bold=True, align="right"))
    page.merge_range(
        1, 0, 1, last, safe_text(sheet.title), styles.get(bold=True, font_size=14, align="center", text_wrap=True)
    )
    width = 6 + sum(column.width for column in sheet.columns)
    page.set_row(1, _height(sheet.title, max(20, int(width * 0.8))))
    row = 2
    for stamp in stamps:
        style = styles.get(bold=True, align="center", font_color="#9c0006", text_wrap=True)
        page.merge_range(row, 0, row, last, safe_text(stamp), style)
        page.set_row(row, _height(stamp, max(20, int(width * 0.9))))
        row += 1
    if sheet.unit:
        page.merge_range(row, 0, row, last, safe_text(sheet.unit_line), styles.get(italic=True, align="right"))
        row += 1
    row = _heads(page, styles, sheet.columns, row)
    page.repeat_rows(row - (2 if _has_groups(sheet.columns) else 1), row - 1)
    page.freeze_panes(row, 2)
    if (total := sheet.total_cells()) is not None:
        _row(page, styles, row, "", total, sheet.columns, is_bold=True)
        row += 1
    for label, cells in zip(sheet.numbers(), sheet.cells(), strict=True):
        _row(page, styles, row, label, cells, sheet.columns)
        row += 1
    _foot(page, styles, sheet, row, last, width)


def _lay_out(page: Any, sheet: Sheet) -> None:
    """Set paper, margins, widths and the numbers of pages."""
    page.set_paper(8 if sum(column.width for column in sheet.columns) > _A4_WIDTH else 9)
    if sheet.is_landscape:
        page.set_landscape()
    page.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.set_footer('&C&"Times New Roman,Regular"&P/&N')
    page.set_column(0, 0, 6)
    for place, column in enumerate(sheet.columns, start=1):
        page.set_column(place, place, column.width)


def _has_groups(columns: Sequence[Column]) -> bool:
    return any(column.group for column in columns)


def _heads(page: Any, styles: _Styles, columns: Sequence[Column], row: int) -> int:
    """Write the headings, shared ones above their columns; return the row below."""
    head = styles.get(bold=True, border=1, align="center", text_wrap=True, bg_color="#e7ecf3")
    if not _has_groups(columns):
        page.write_string(row, 0, _("No."), head)
        for place, column in enumerate(columns, start=1):
            page.write_string(row, place, safe_text(column.heading), head)
        page.set_row(row, _head_height(columns))
        return row + 1
    page.merge_range(row, 0, row + 1, 0, _("No."), head)
    place = 1
    while place <= len(columns):
        column = columns[place - 1]
        end = place
        while column.group and end < len(columns) and columns[end].group == column.group:
            end += 1
        if not column.group:
            page.merge_range(row, place, row + 1, place, safe_text(column.heading), head)
        else:
            _span(page, row, place, end, safe_text(column.group), head)
            for at in range(place, end + 1):
                page.write_string(row + 1, at, safe_text(columns[at - 1].heading), head)
        place = end + 1
    page.set_row(row + 1, _head_height(columns))
    return row + 2


def _head_height(columns: Sequence[Column]) -> float:
    return max(_height(column.heading, max(4, int(column.width * 0.85))) for column in columns)


def _span(page: Any, row: int, first: int, last: int, text: str, style: Any) -> None:
    if first == last:
        page.write_string(row, first, text, style)
    else:
        page.merge_range(row, first, row, last, text, style)


def _row(
    page: Any,
    styles: _Styles,
    row: int,
    number: str,
    cells: Sequence[Any],
    columns: Sequence[Column],
    *,
    is_bold: bool = False,
) -> None:
    number_style = styles.get(border=1, align="center", bold=is_bold)
    if number.isdecimal():
        page.write_number(row, 0, int(number), number_style)
    elif number:
        page.write_string(row, 0, safe_text(number), number_style)
    else:
        page.write_blank(row, 0, None, number_style)
    for place, (value, column) in enumerate(zip(cells, columns, strict=True), start=1):
        held = _number_or_text(value, column)
        is_whole = column.kind == "decimal" and isinstance(value, int)  # as in print, see ``sheets.decimals``
        kind: Kind = "text" if isinstance(held, str) else "count" if is_whole else column.kind
        style = styles.cell(kind, is_bold=is_bold)
        if held is None:
            page.write_blank(row, place, None, style)
        elif isinstance(held, str):
            page.write_string(row, place, safe_text(held), style)
        else:
            page.write_number(row, place, held, style)


def _number_or_text(value: Any, column: Column) -> float | str | None:
    """Return what a spreadsheet can hold: a number where there is one, else the printed words."""
    if column.kind == "interval" and value is not None:
        value = value[0] if value[0] == value[1] else printed(value, column)
    if value is None or isinstance(value, str):
        return value
    return float(value) if column.kind in NUMBERS else printed(value, column)


def _foot(page: Any, styles: _Styles, sheet: Sheet, row: int, last: int, width: float) -> None:
    """Write notes and source below the table."""
    lines = [*sheet.notes, *([sheet.source_line] if sheet.source else [])]
    for text in lines:
        page.merge_range(row, 0, row, last, safe_text(text), styles.get(italic=True, font_size=11, text_wrap=True))
        page.set_row(row, _height(text, max(20, int(width * 1.05))))
        row += 1
