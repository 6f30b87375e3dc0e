"""Write slides as PowerPoint: points, pictures and tables that can be edited, and what is said as speaker's notes."""

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import Any

from ntm_lib.project import whole_file
from ntm_lib.reporting.office.document import machine_mark
from ntm_lib.reporting.office.paper import fix_archive
from ntm_lib.reporting.sheets import clean_text
from ntm_lib.reporting.slides.deck import Deck, Slide

FONT = "Arial"
WIDTH_IN, HEIGHT_IN = 13.333, 7.5
BLUE, RED, GREY = "0B4F7D", "8C1C13", "4D565E"
_BLANK = 6


def write_powerpoint(deck: Deck, path: Path) -> Path:
    """Write the slides as .pptx, whole or not at all; the same deck gives the same file."""
    from pptx import Presentation
    from pptx.util import Inches

    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDTH_IN), Inches(HEIGHT_IN)
    for number, slide in enumerate(deck.slides, start=1):
        page = show.slides.add_slide(show.slide_layouts[_BLANK])
        (_cover if slide.is_cover else _content)(page, slide)
        _text(page, (0.5, 7.05, 11.6, 0.35), [deck.foot], size=9, colour=RED, is_bold=True)
        _text(page, (12.3, 7.05, 0.6, 0.35), [f"{number}/{len(deck.slides)}"], size=9, colour=GREY, align="right")
        if slide.said:
            page.notes_slide.notes_text_frame.text = "\n".join(clean_text(str(item)) for item in slide.said)
    properties = show.core_properties
    properties.title, properties.author, properties.last_modified_by, properties.revision = deck.title, "", "", 1
    properties.created = properties.modified = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
    with whole_file(path) as temporary:
        show.save(str(temporary))
        fix_archive(temporary)
    return path


def _cover(page: Any, slide: Slide) -> None:
    _text(page, (0.9, 0.7, 11.5, 0.9), [slide.body], size=18, is_bold=True, align="center")
    _text(page, (0.9, 2.2, 11.5, 2.6), [slide.heading], size=34, is_bold=True, colour=BLUE, align="center")
    _text(page, (0.9, 5.3, 11.5, 0.8), [slide.below], size=18, align="center")


def _content(page: Any, slide: Slide) -> None:
    _text(page, (0.5, 0.3, 12.3, 0.95), [slide.heading], size=26, is_bold=True, colour=BLUE)
    _line(page, 1.28)
    has_right = slide.picture is not None or bool(slide.rows)
    points = [str(point) for point in slide.points]
    if points:
        room = (0.5, 1.5, 5.7 if has_right else 12.3, 5.0)
        _text(page, room, points, size=slide.points_size, is_list=True)
        _text(page, (0.5, 6.65, 6.0, 0.3), [machine_mark()], size=10, colour=GREY, is_italic=True)
    left = 6.4 if points else 0.5
    if slide.picture is not None:
        _picture(page, slide, left)
    elif slide.rows:
        _table(page, slide, left)


def _text(
    page: Any,
    room: tuple[float, float, float, float],
    lines: list[str],
    *,
    size: float,
    colour: str = "1A1F24",
    align: str = "left",
    is_bold: bool = False,
    is_italic: bool = False,
    is_list: bool = False,
) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    frame = page.shapes.add_textbox(*(Inches(side) for side in room)).text_frame
    frame.word_wrap = True
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = getattr(PP_ALIGN, align.upper())
        run = paragraph.add_run()
        run.text = clean_text(f"• {line}" if is_list else line)
        run.font.name, run.font.size, run.font.bold, run.font.italic = FONT, Pt(size), is_bold, is_italic
        run.font.color.rgb = _colour(colour)
        if is_list:
            paragraph.space_after = Pt(8)


def _colour(name: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(name)  # type: ignore[no-untyped-call]


def _line(page: Any, top: float) -> None:
    from pptx.enum.shapes import MSO_CONNECTOR
    from pptx.util import Inches, Pt

    line = page.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Inches(0.5), Inches(top), Inches(12.83), Inches(top))
    line.line.color.rgb, line.line.width = _colour(BLUE), Pt(2)


def _picture(page: Any, slide: Slide, left: float) -> None:
    from pptx.util import Inches

    assert slide.picture is not None  # noqa: S101 - for the type checker
    _text(page, (left, 1.4, WIDTH_IN - left - 0.5, 0.5), [slide.picture.caption], size=12, is_bold=True)
    added = page.shapes.add_picture(BytesIO(slide.picture.png()), Inches(left), Inches(1.95))
    scale = min(Inches(WIDTH_IN - left - 0.5) / added.width, Inches(4.9) / added.height)
    added.width, added.height = int(added.width * scale), int(added.height * scale)
    if not slide.points:
        added.left = int((Inches(WIDTH_IN) - added.width) / 2)
    added._element._nvXxPr.cNvPr.set("descr", clean_text(slide.picture.caption))


def _table(page: Any, slide: Slide, left: float) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    assert slide.sheet is not None  # noqa: S101 - for the type checker
    columns = slide.sheet.columns
    width, count = WIDTH_IN - left - 0.5, len(slide.rows) + 1
    height, size = min(0.36, 5.1 / (count + 1)), Pt(11 if count <= 11 else 9)
    shape = page.shapes.add_table(
        count, len(columns), Inches(left), Inches(1.45), Inches(width), Inches(height * count)
    )
    wanted = [column.width for column in columns]
    for place, column in enumerate(columns):
        shape.table.columns[place].width = Inches(width * wanted[place] / sum(wanted))
        _fill(shape.table.cell(0, place), column.heading, size, PP_ALIGN.CENTER, is_bold=True)
    for at, row in enumerate(slide.rows, start=1):
        for place, (text, is_number) in enumerate(row):
            _fill(shape.table.cell(at, place), text, size, PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT)


def _fill(cell: Any, text: str, size: Any, align: Any, *, is_bold: bool = False) -> None:
    from pptx.util import Inches

    cell.margin_top = cell.margin_bottom = Inches(0.02)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = align
    run = paragraph.add_run()
    run.text = clean_text(text)
    run.font.name, run.font.size, run.font.bold = FONT, size, is_bold
