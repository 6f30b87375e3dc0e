"""An outline loses what holds nothing, and keeps the place of its parts; what only the office reads is left out by name."""

from dataclasses import replace

import docx
import pandas as pd
import pytest

from ntm_lib.reporting.office.document import Filling, write_document
from ntm_lib.reporting.office.outline import Outline
from ntm_lib.reporting.review.outlines import spoken
from ntm_lib.reporting.sentences import said
from ntm_lib.reporting.sheets import Column, Sheet

OFFICE = dict.fromkeys(["superior", "body", "number", "place", "day", "kind", "subject", "signer"], "") | {
    "recipients": ["A"]
}


def sheet(rows):
    return Sheet("s", "T", [Column("n", "N", "count")], pd.DataFrame({"n": list(range(rows))}))


@pytest.fixture
def outline():
    sections = [
        {"heading": "A", "blocks": [{"machine": "spoken"}, {"machine": "silent"}, {"table": "empty"}]},
        {"heading": "B", "sections": [{"heading": "B1", "blocks": [{"table": "empty"}]}]},
        {"heading": "C", "blocks": [{"note": "lessons", "ask": "(…)"}]},
    ]
    second = [{"heading": "D", "blocks": [{"table": "full"}]}]
    return Outline.model_validate(
        {"office": OFFICE, "parts": [{"heading": "1", "sections": sections}, {"heading": "2", "sections": second}]}
    )


FILLING = Filling(sentences={"spoken": [said("x")], "silent": []}, tables={"empty": sheet(0), "full": sheet(2)})


def test_what_holds_nothing_is_left_out(outline):
    first, second = spoken(outline, FILLING, asked="left out").parts
    assert [section.heading for section in first.sections] == ["A"]
    assert [block.machine for block in first.sections[0].blocks] == ["spoken"]
    assert [section.heading for section in second.sections] == ["D"]


def test_the_headings_that_are_printed_are_numbered_without_a_gap(outline, tmp_path):
    filling = replace(FILLING, notes={"lessons": ["x"]})
    path = write_document(tmp_path / "a.docx", spoken(outline, filling, asked="left out"), filling)
    headings = [line.text for line in docx.Document(path).paragraphs if line.text[-3:] in {". A", ". C", ". D"}]
    assert headings == ["I. A", "II. C", "I. D"]


def test_a_place_that_waits_for_a_person_is_kept_when_asked(outline):
    first = spoken(outline, FILLING, asked="kept").parts[0]
    assert [section.heading for section in first.sections] == ["A", "C"]


def test_a_part_that_falls_silent_keeps_its_place(outline):
    silent = Filling(sentences={"spoken": [], "silent": []}, tables={"empty": sheet(0), "full": sheet(2)})
    first, second = spoken(outline, silent, asked="left out").parts
    assert first.sections == ()
    assert second.heading == "2"
