"""Write a document as a .docx in the form of administrative papers (Nghị định 30/2020/NĐ-CP, Phụ lục I)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ntm_lib.messages import _
from ntm_lib.project import whole_file
from ntm_lib.reporting import stamps as words
from ntm_lib.reporting.office import paper
from ntm_lib.reporting.office.outline import Block, Outline, Section, check_names, filled, with_marks
from ntm_lib.reporting.pictures import Picture
from ntm_lib.reporting.sheets import Sheet, clean_text

CREATED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
"""The day written into every file, so that the same content gives the same file."""


def machine_mark() -> str:
    """Mark sentences that the software wrote."""
    return _("Text proposed by the software, not reviewed")


@dataclass(frozen=True)
class Filling:
    """What fills an outline, by the names that its blocks call.

    ``values``: for the names in braces; ``sentences``: anything that prints as text; ``pictures``: as pages show them; ``notes``: the paragraphs a person wrote, empty when nobody did.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    sentences: Mapping[str, Sequence[object]] = field(default_factory=dict)
    tables: Mapping[str, Sheet] = field(default_factory=dict)
    pictures: Mapping[str, Picture | None] = field(default_factory=dict)
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    stamps: Sequence[str] = ()


def write_document(path: Path, outline: Outline, filling: Filling, *, where: str = "outline.yaml") -> Path:
    """Write the document: head, parts, foot, and the tables that the outline names as Biểu số 01 … in its order.

    The file appears whole or not at all. Sentences of the software stand marked as not reviewed, the warnings at the head
    and above each table. Raises UsageFaultsError with every name of the outline that nobody can fill, all at once.
    """
    check_names(
        outline,
        {"machine": list(filling.sentences), "table": list(filling.tables), "picture": list(filling.pictures)},
        where,
    )
    document = paper.new_document()
    writer = _Writer(document, filling, {name: place for place, name in enumerate(outline.named("table"), start=1)})
    paper.head(document, outline.office, filling.values)
    for stamp in [words.draft(), *filling.stamps]:
        paper.stamp(document, stamp)
    for part in outline.parts:
        if part.heading and part.sections:
            paper.heading(document, filled(part.heading, filling.values), 0)
        for place, section in enumerate(part.sections, start=1):
            writer.section(section, (place,))
    paper.foot(document, outline.office, filling.values)
    for name, number in writer.numbers.items():
        paper.annex(document, filling.tables[name], number, filling.stamps)
    paper.number_pages(document)
    _fix_properties(document, filled(outline.office.subject, filling.values))
    with whole_file(path) as temporary:
        document.save(str(temporary))
        paper.fix_archive(temporary)
    return path


@dataclass(frozen=True)
class _Writer:
    """Write sections and blocks into one document; ``numbers``: those of the annexes by name."""

    document: Any
    filling: Filling
    numbers: Mapping[str, int]

    def section(self, section: Section, place: tuple[int, ...]) -> None:
        label = paper.roman(place[0]) if len(place) == 1 else ".".join(map(str, place[1:]))
        paper.heading(self.document, f"{label}. {filled(section.heading, self.filling.values)}", len(place))
        for block, mark in with_marks(section, self.filling.notes):
            self.block(block, is_marked=mark)
        for number, inner in enumerate(section.sections, start=1):
            self.section(inner, (*place, number))

    def block(self, block: Block, *, is_marked: bool) -> None:
        if block.text is not None:
            text = filled(block.text, self.filling.values)
            paper.paragraph(self.document, text, align="left" if paper.BLANK in text else "justify")
        elif block.machine is not None:
            self._sentences(self.filling.sentences[block.machine], is_marked=is_marked)
        elif block.table is not None:
            text = _("({table}: {title}, annexed)").format(
                table=_("Table {number:02d}").format(number=self.numbers[block.table]),
                title=self.filling.tables[block.table].title,
            )
            paper.paragraph(self.document, text, is_italic=True)
        elif block.picture is not None:
            picture = self.filling.pictures[block.picture]
            if picture is not None:
                paper.picture(self.document, picture.png(), picture.caption)
        elif block.note is not None:
            self._note(block)

    def _sentences(self, sentences: Sequence[object], *, is_marked: bool) -> None:
        if sentences and is_marked:
            paper.paragraph(self.document, f"[{machine_mark()}]", is_italic=True, colour="9C0006")
        for said in sentences:
            paper.paragraph(self.document, clean_text(said))

    def _note(self, block: Block) -> None:
        written = self.filling.notes.get(str(block.note), ())
        for text in written:
            paper.paragraph(self.document, text)
        if not written:
            paper.paragraph(self.document, filled(block.ask, self.filling.values), is_italic=True)


def _fix_properties(document: Any, title: str) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "", ""
    properties.comments, properties.revision = words.draft(), 1
    properties.created = properties.modified = CREATED.replace(tzinfo=None)
