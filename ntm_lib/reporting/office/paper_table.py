"""The tables of an administrative paper in Word: headings, widths, rows."""

from collections.abc import Sequence
from typing import Any

from ntm_lib.messages import _
from ntm_lib.reporting.sheets import Column, Sheet, clean_text, printed

MM_A_LETTER = 0.19
"""Millimetres that a letter takes for each point of its size, on average."""
PADDING_MM = 4.2
"""What a cell's own margins take of its width."""
CENTRED = {"year", "date", "verdict"}
TABLE = 10
"""Points of a table with few columns; more columns are printed smaller."""


def write_table(document: Any, sheet: Sheet, room_mm: float) -> None:
    """Write the table of a sheet: shared headings, the total first, rows that no page breaks."""
    columns = list(sheet.columns)
    rows = list(zip(sheet.numbers(), sheet.cells(), strict=True))
    has_groups = any(column.group for column in columns)
    total = sheet.total_cells()
    heads = 2 if has_groups else 1
    table = document.add_table(rows=heads + len(rows) + (total is not None), cols=len(columns) + 1)
    table.style = "Table Grid"
    table.autofit = False
    size = TABLE if len(columns) <= 12 else 8 if len(columns) <= 18 else 7
    widths = _widths(columns, [cells for _number, cells in rows], room_mm, size)
    style = _table_style(document, size)
    grid = [list(row.cells) for row in table.rows]
    _heads(grid, columns, has_groups, style)
    at = heads
    if total is not None:
        _fill(grid[at], "", total, columns, style, is_bold=True)
        at += 1
    for number, cells in rows:
        _fill(grid[at], number, cells, columns, style)
        at += 1
    set_widths(table, widths)
    for place, row in enumerate(table.rows):
        mark(row, "w:cantSplit")
        if place < heads:
            mark(row, "w:tblHeader")


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Any]], room_mm: float, size: float) -> list[float]:
    """Share the room by the columns' own widths, each at least as wide as what may not be broken in it."""
    number_mm = 10.0
    room = room_mm - number_mm
    wanted = [room * column.width / sum(column.width for column in columns) for column in columns]
    letter_mm = size * MM_A_LETTER
    least = [
        PADDING_MM + letter_mm * _longest(column, [row[place] for row in rows]) for place, column in enumerate(columns)
    ]
    lacking = [max(0.0, low - width) for low, width in zip(least, wanted, strict=True)]
    spare = [max(0.0, width - low) for low, width in zip(least, wanted, strict=True)]
    moved = min(sum(lacking), sum(spare) / 2)
    given = moved / sum(spare) if any(spare) else 0.0
    taken = moved / sum(lacking) if any(lacking) else 0.0
    return [
        number_mm,
        *(width + taken * more - given * rest for width, more, rest in zip(wanted, lacking, spare, strict=True)),
    ]


def _longest(column: Column, values: Sequence[Any]) -> int:
    """Return the letters of the longest piece that may not be broken: a word, or a whole figure."""
    texts = ["" if value is None else printed(value, column) for value in values]
    pieces = [text.split() if column.kind == "text" else [text] for text in texts]
    heads = column.heading.split()
    return min(max((len(piece) for row in [heads, *pieces] for piece in row), default=0), 24)


def set_widths(table: Any, widths: Sequence[float]) -> None:
    """Set the widths of the columns, in millimetres; a merged cell gets those of all it spans."""

    from docx.shared import Mm

    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table._tbl.tr_lst:
        place = 0
        for cell in row.tc_lst:
            span = cell.grid_span
            cell.width = Mm(sum(widths[place : place + span]))
            place += span


def _heads(grid: list[list[Any]], columns: Sequence[Column], has_groups: bool, style: Any) -> None:
    bottom = grid[1 if has_groups else 0]
    if not has_groups:
        _cell(bottom[0], _("No."), style, "center", is_bold=True)
        for cell, column in zip(bottom[1:], columns, strict=True):
            _cell(cell, column.heading, style, "center", is_bold=True)
        return
    top = grid[0]
    _cell(top[0].merge(bottom[0]), _("No."), style, "center", is_bold=True)
    place = 1
    while place <= len(columns):
        column = columns[place - 1]
        end = place
        while column.group and end < len(columns) and columns[end].group == column.group:
            end += 1
        if column.group:
            merged = top[place].merge(top[end]) if end > place else top[place]
            _cell(merged, column.group, style, "center", is_bold=True)
            for at in range(place, end + 1):
                _cell(bottom[at], columns[at - 1].heading, style, "center", is_bold=True)
        else:
            _cell(top[place].merge(bottom[place]), column.heading, style, "center", is_bold=True)
        place = end + 1


def _fill(
    row: list[Any], number: str, cells: Sequence[Any], columns: Sequence[Column], style: Any, *, is_bold: bool = False
) -> None:
    _cell(row[0], number, style, "center", is_bold=is_bold)
    for cell, value, column in zip(row[1:], cells, columns, strict=True):
        is_text = column.kind == "text" or isinstance(value, str)
        align = "left" if is_text else "center" if column.kind in CENTRED else "right"
        _cell(
            cell,
            "" if value is None and is_bold else printed(value, column),
            style,
            align,
            is_bold=is_bold,
        )


def _cell(cell: Any, text: str, style: Any, align: str, *, is_bold: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraphs = cell.paragraphs
    for extra in paragraphs[1:]:
        extra._element.getparent().remove(extra._element)
    held = paragraphs[0]
    held._p.style = style.style_id  # by id: the library's own setter searches all styles for every cell
    held.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    run = held.add_run(clean_text(text))
    if is_bold:
        run.bold = True


def _table_style(document: Any, size: float) -> Any:
    """Return the style of a table's cells; it also makes empty cells as low as full ones."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    name = f"NTM {size:g}"
    if name in document.styles:
        return document.styles[name]
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.font.size, style.paragraph_format.space_after = Pt(size), Pt(0)
    return style


def mark(row: Any, name: str) -> None:
    """Keep a row on one page (cantSplit), or let a heading row stand again on every page (tblHeader)."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
