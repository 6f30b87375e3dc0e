"""The parts of an administrative paper in Word: head with motto, headings, paragraphs, annex tables, signature, page numbers."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from ntm_lib.messages import _
from ntm_lib.reporting.office.outline import Office, filled
from ntm_lib.reporting.office.paper_table import mark, set_widths, write_table
from ntm_lib.reporting.sheets import Sheet, clean_text

FONT = "Times New Roman"
BODY = 14  # points; the decree asks 13-14 for the text
MARGINS_MM = {"top": 20, "bottom": 20, "left": 30, "right": 15}
"""Nghị định 30/2020/NĐ-CP, Phụ lục I: 20-25 above and below, 30-35 left, 15-20 right."""
STATE, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
BLANK = "………"
"""Dots to be written on: a line that has them is not spread to the margins."""
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
    """Add a paragraph to a document or cell; a centred or right one, and a small one on the left, is not indented."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt, RGBColor

    added = place.add_paragraph()
    added.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    added.paragraph_format.space_after = Pt(after)
    if align == "justify" or (align == "left" and size == BODY):
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
    set_widths(table, (64, 101))
    left, right = table.rows[0].cells
    body = [
        (filled(office.superior, values), {"size": 12}),
        *((line, {"size": 12, "is_bold": True}) for line in filled(office.body, values).splitlines()),
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
    mark(table.rows[0], "w:cantSplit")
    set_widths(table, (80, 85))
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
        paragraph(document, sheet.unit_line, is_italic=True, align="right", size=12, after=2)
    write_table(document, sheet, 257 if sheet.is_landscape else 165)
    for text in [*sheet.notes, *([sheet.source_line] if sheet.source else [])]:
        paragraph(document, text, is_italic=True, align="left", size=11, after=0)


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
