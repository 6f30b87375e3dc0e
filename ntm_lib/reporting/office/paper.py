"""The parts of an administrative paper in Word: head with motto, headings, paragraphs, annex tables, signature, page numbers."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from ntm_lib.messages import _
from ntm_lib.reporting.office.outline import Office, filled
from ntm_lib.reporting.sheets import Column, Sheet, clean_text, printed

FONT = "Times New Roman"
BODY, TABLE = 14, 10  # points; the decree asks 13-14 for the text
MARGINS_MM = {"top": 20, "bottom": 20, "left": 30, "right": 15}
"""Nghị định 30/2020/NĐ-CP, Phụ lục I: 20-25 above and below, 30-35 left, 15-20 right."""
STATE, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
CENTRED = {"year", "date", "verdict"}
_NUMERALS = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """Write a number below 40 in Roman numerals."""
    text = ""
    for value, sign in _NUMERALS:
        text, number = text + sign * (number // value), number % value
    return text


def new_document() -> Any:
    """Return an empty document on A4 with the decree's margins and font."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(BODY)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(6)
    _page(document.sections[0], is_landscape=False)
    return document


def _page(section: Any, *, is_landscape: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    sides = (297, 210) if is_landscape else (210, 297)
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(sides[0]), Mm(sides[1])
    for side, width in MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(20 if is_landscape else width))


def paragraph(
    place: Any,
    text: str,
    *,
    is_bold: bool = False,
    is_italic: bool = False,
    align: str = "justify",
    size: float = BODY,
    indent_mm: float = 12.7,
    colour: str = "",
    after: float = 6,
) -> Any:
    """Add a paragraph to a document or cell; a centred or right one is not indented."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt, RGBColor

    added = place.add_paragraph()
    added.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    added.paragraph_format.space_after = Pt(after)
    if align == "justify":
        added.paragraph_format.first_line_indent = Mm(indent_mm)
    run = added.add_run(clean_text(text))
    run.bold, run.italic, run.font.size = is_bold, is_italic, Pt(size)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    return added


def head(document: Any, office: Office, values: Mapping[str, object]) -> None:
    """Write the issuing body beside the national motto, number and date, kind and subject of the paper."""
    table = document.add_table(rows=2, cols=2)
    table.autofit = False
    _set_widths(table, (64, 101))
    left, right = table.rows[0].cells
    body = [
        (filled(office.superior, values), {"size": 12}),
        (filled(office.body, values), {"size": 12, "is_bold": True}),
    ]
    _lines(left, body, rule_mm=28)
    _lines(right, [(STATE, {"size": 12, "is_bold": True}), (MOTTO, {"size": 13, "is_bold": True})], rule_mm=58)
    left, right = table.rows[1].cells
    _lines(left, [(filled(office.number, values), {"size": 13})])
    _lines(right, [(f"{filled(office.place, values)}, {filled(office.day, values)}", {"size": 13, "is_italic": True})])
    paragraph(document, "", after=0)
    paragraph(document, office.kind, is_bold=True, align="center", after=0)
    paragraph(document, filled(office.subject, values), is_bold=True, align="center", after=2)
    _rule(document, 46)


def _lines(cell: Any, lines: Sequence[tuple[str, dict[str, Any]]], rule_mm: float = 0) -> None:
    """Write centred lines into a cell, with a rule below where one is wanted."""
    for text, how in lines:
        paragraph(cell, text, align="center", after=0, **how)
    first = cell.paragraphs[0]
    first._element.getparent().remove(first._element)
    if rule_mm:
        _rule(cell, rule_mm)


def _rule(place: Any, width_mm: float) -> None:
    """Draw a thin centred line: a paragraph with a border above, indented from both sides."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    room = 165.0
    if hasattr(place, "width") and place.width:
        room = place.width.mm - 4
    added = paragraph(place, "", align="center", size=4, after=2)
    side = Mm(max(0.0, (room - width_mm) / 2))
    added.paragraph_format.left_indent = added.paragraph_format.right_indent = side
    added.paragraph_format.space_before = Pt(1)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    border.append(top)
    # The schema wants the border before spacing, indent and alignment.
    properties = added._element.get_or_add_pPr()
    properties.insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def stamp(place: Any, text: str, size: float = 12) -> None:
    """Write a warning."""
    paragraph(place, text, is_bold=True, align="center", size=size, colour="9C0006", after=4)


def heading(document: Any, text: str, level: int) -> None:
    """Write a heading: 0 the part, 1 a section (I.), 2 and on its parts (1.); real headings, so that Word can list them."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    added = document.add_heading(level=min(level + 1, 4))
    added.alignment = WD_ALIGN_PARAGRAPH.CENTER if level == 0 else WD_ALIGN_PARAGRAPH.JUSTIFY
    added.paragraph_format.space_before, added.paragraph_format.space_after = Pt(12 if level < 2 else 6), Pt(6)
    if level:
        added.paragraph_format.first_line_indent = Mm(12.7)
    run = added.add_run(clean_text(text))
    run.bold, run.font.name, run.font.size = True, FONT, Pt(BODY)
    run.font.color.rgb = RGBColor(0, 0, 0)
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FONT)


def foot(document: Any, office: Office, values: Mapping[str, object]) -> None:
    """Write recipients beside the place of the signature; below it where two persons sign."""
    paragraph(document, "", after=6)
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    _set_widths(table, (80, 85))
    if office.left_signer:
        _signer(left, office.left_signer, values)
    else:
        _recipients(left, office, values)
    _signer(right, office.signer, values)
    for cell in (left, right):
        first = cell.paragraphs[0]
        first._element.getparent().remove(first._element)
    if office.left_signer:
        for _line in range(3):
            paragraph(document, "", after=6)
        _recipients(document, office, values)


def _signer(place: Any, signer: str, values: Mapping[str, object]) -> None:
    for line in filled(signer, values).splitlines():
        paragraph(place, line, is_bold=True, align="center", after=0)


def _recipients(place: Any, office: Office, values: Mapping[str, object]) -> None:
    paragraph(place, _("Recipients:"), is_bold=True, is_italic=True, align="left", size=12, after=0)
    for line in office.recipients:
        end = "." if line == office.recipients[-1] else ";"
        paragraph(place, f"- {filled(line, values)}{end}", align="left", size=11, after=0)


def picture(document: Any, png: bytes, caption: str) -> None:
    """Write a picture as wide as the text, with the words below it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    document.add_picture(BytesIO(png), width=Mm(165))
    document.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph(document, caption, is_italic=True, align="center", size=12)


def annex(document: Any, sheet: Sheet, number: int, stamps: Sequence[str]) -> None:
    """Write one table on pages of its own."""
    from docx.enum.section import WD_SECTION

    section = document.add_section(WD_SECTION.NEW_PAGE)
    _page(section, is_landscape=sheet.is_landscape)
    paragraph(document, _("Table {number:02d}").format(number=number), is_bold=True, align="right", after=0)
    paragraph(document, sheet.title, is_bold=True, align="center", after=2)
    for text in dict.fromkeys([*stamps, *sheet.stamps]):
        stamp(document, text, 11)
    if sheet.unit:
        paragraph(document, _("Unit: {unit}").format(unit=sheet.unit), is_italic=True, align="right", size=12, after=2)
    _table(document, sheet, 257 if sheet.is_landscape else 165)
    for text in [*sheet.notes, *([sheet.source_line] if sheet.source else [])]:
        paragraph(document, text, is_italic=True, align="left", size=11, after=0)


def _table(document: Any, sheet: Sheet, room_mm: float) -> None:
    columns = list(sheet.columns)
    rows = [(index, cells) for index, cells in enumerate(sheet.cells(), start=1)]
    has_groups = any(column.group for column in columns)
    total = sheet.total_cells()
    heads = 2 if has_groups else 1
    table = document.add_table(rows=heads + len(rows) + (total is not None), cols=len(columns) + 1)
    table.style = "Table Grid"
    table.autofit = False
    widths = _widths(columns, room_mm)
    style = _table_style(document, TABLE if len(columns) <= 12 else 8 if len(columns) <= 18 else 7)
    grid = [list(row.cells) for row in table.rows]
    _heads(grid, columns, has_groups, style)
    at = heads
    if total is not None:
        _fill(grid[at], "", total, columns, style, is_bold=True)
        at += 1
    for index, cells in rows:
        _fill(grid[at], str(index), cells, columns, style)
        at += 1
    _set_widths(table, widths)
    for place, row in enumerate(table.rows):
        _mark(row, "w:cantSplit")
        if place < heads:
            _mark(row, "w:tblHeader")


def _widths(columns: Sequence[Column], room_mm: float) -> list[float]:
    """Share the room by the columns' own widths."""
    number_mm = 10.0
    wanted = [column.width for column in columns]
    return [number_mm, *((room_mm - number_mm) * width / sum(wanted) for width in wanted)]


def _set_widths(table: Any, widths: Sequence[float]) -> None:
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


def _mark(row: Any, name: str) -> None:
    """Keep a row on one page (cantSplit), or let a heading row stand again on every page (tblHeader)."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def number_pages(document: Any) -> None:
    """Write page numbers at the top, in the middle, from the second page on, as the decree asks."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document.sections[0].different_first_page_header_footer = True
    held = document.sections[0].header.paragraphs[0]
    held.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = held.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._element.append(part)


def fix_archive(path: Path) -> None:
    """Write the archive again with one fixed time for its parts, so that the same content is the same file."""
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
