"""Slides: one section a slide, offline, figures with keys, notes for the speaker; PowerPoint read back."""

import hashlib

import pandas as pd
import pytest
from pptx import Presentation

from ntm_lib.reporting.charts import trend_chart
from ntm_lib.reporting.figures import fig
from ntm_lib.reporting.page_check import Outline
from ntm_lib.reporting.pictures import Picture
from ntm_lib.reporting.sentences import sentence
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.reporting.slides.deck import Deck, Slide, _rows
from ntm_lib.reporting.slides.html import write_slides
from ntm_lib.reporting.slides.powerpoint import write_powerpoint


@pytest.fixture
def deck():
    said = sentence("{name} has {count} communes", name="<b>A</b>", count=fig("district.052.communes", 19, "count"))
    low = pd.Series({2019: 9.0, 2020: 11.0})
    picture = Picture(trend_chart(low, title="Mean", key="district.052.mean"))
    sheet = Sheet(
        "s", "T", [Column("name", "Name"), Column("n", "N", "count")], pd.DataFrame({"name": ["=1+1"], "n": [1]})
    )
    return Deck(
        "Ten years",
        (
            Slide("Ten years", body="COMMITTEE", below="July 2019"),
            Slide("Results", points=(said,), picture=picture, said=(str(said), "More")),
            Slide("Table", sheet=sheet, rows=_rows(sheet, 10)),
        ),
        "DRAFT",
    )


def test_the_page_has_a_section_a_slide_and_its_notes(deck, tmp_path):
    page = write_slides(deck, tmp_path / "slides.html").read_text(encoding="utf-8")
    tags = [tag for tag, _values in Outline.of(page).elements]
    assert tags.count("section") == 3
    assert page.count('<aside class="notes">') == 1
    assert "&lt;b&gt;A&lt;/b&gt; has" in page
    assert 'data-figure="district.052.communes" data-value="19"' in page
    assert "http://" not in page.split("<body>")[1].split("<script>")[0].replace("http://www.w3.org/2000/svg", "")
    assert page.count("DRAFT") == 3


def test_powerpoint_holds_the_same_with_speaking_notes(deck, tmp_path):
    show = Presentation(str(write_powerpoint(deck, tmp_path / "slides.pptx")))
    texts = [[shape.text_frame.text for shape in page.shapes if shape.has_text_frame] for page in show.slides]
    assert len(texts) == 3
    assert any("Ten years" in text for text in texts[0])
    assert any("<b>A</b> has 19 communes" in text for text in texts[1])
    assert show.slides[1].notes_slide.notes_text_frame.text.splitlines() == ["<b>A</b> has 19 communes", "More"]
    (table,) = [shape.table for shape in show.slides[2].shapes if shape.has_table]
    assert table.cell(1, 0).text == "=1+1"
    assert any(shape.shape_type == 13 for shape in show.slides[1].shapes)  # a picture


def test_the_same_deck_gives_the_same_file(deck, tmp_path):
    digests = {
        hashlib.sha256(write_powerpoint(deck, tmp_path / name).read_bytes()).hexdigest()
        for name in ("a.pptx", "b.pptx")
    }
    assert len(digests) == 1
