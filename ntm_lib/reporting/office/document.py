"""Write the draft of a plan as a .docx in the form of administrative papers (Nghị định 30/2020/NĐ-CP, Phụ lục I)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.project import whole_file
from ntm_lib.reporting import stamps as words
from ntm_lib.reporting.office import paper
from ntm_lib.reporting.office.outline import Block, Outline, Section, blocks_of
from ntm_lib.reporting.sheets import Sheet, clean_text

CREATED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
"""The day written into every file, so that the same plan gives the same file."""


def machine_mark() -> str:
    """Mark sentences that the software wrote."""
    return _("Text proposed by the software, not reviewed")


def write_document(
    path: Path,
    outline: Outline,
    *,
    years: Mapping[str, int],
    machine: Mapping[str, Sequence[str]],
    tables: Mapping[str, Sheet],
    stamps: Sequence[str] = (),
) -> Path:
    """Write the document.

    Parameters
    ----------
    path
        The file; it appears whole or not at all.
    outline
        Headings, the office's words, and what stands where.
    years
        ``first``, ``last``, ``orientation``: put into the outline's texts.
    machine
        Sentences for each ``machine`` block, by name; they stand marked as not reviewed.
    tables
        Tables by name; those that the outline names become Biểu số 01 … in its order, in annexes.
    stamps
        Warnings that stand at the head of the document and above each table.

    Raises UsageFaultsError with every machine block or table of the outline that nobody can fill, all at once.
    """
    _check(outline, machine, tables)
    document = paper.new_document()
    named = [block.table for block in blocks_of(outline.sections) if block.table]
    numbers = {name: place for place, name in enumerate(dict.fromkeys(named), start=1)}
    paper.head(document, outline.office, years)
    for stamp in [words.draft(), *stamps]:
        paper.stamp(document, stamp)
    paper.heading(document, _filled(outline.part, years), 0)
    for place, section in enumerate(outline.sections, start=1):
        _section(document, section, (place,), years, machine, tables, numbers)
    paper.foot(document, outline.office)
    for name, number in numbers.items():
        paper.annex(document, tables[name], number, stamps)
    paper.number_pages(document)
    _fix_properties(document, _filled(outline.office.subject, years))
    with whole_file(path) as temporary:
        document.save(str(temporary))
        paper.fix_archive(temporary)
    return path


def _check(outline: Outline, machine: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    faults = FaultList(_("An outline that cannot be used"))
    for block in blocks_of(outline.sections):
        for kind, name, known in (("machine", block.machine, machine), ("table", block.table, tables)):
            if name is not None and name not in known:
                faults.add(
                    "outline.yaml", _("unknown {kind} '{name}'").format(kind=kind, name=name), nearest(name, known)
                )
    faults.stop_if_any(UsageFaultsError)


def _filled(text: str, years: Mapping[str, int]) -> str:
    """Put the years into a text of the outline; other braces stay."""
    for name, year in years.items():
        text = text.replace(f"{{{name}}}", str(year))
    return text


def _section(
    document: Any,
    section: Section,
    place: tuple[int, ...],
    years: Mapping[str, int],
    machine: Mapping[str, Sequence[str]],
    tables: Mapping[str, Sheet],
    numbers: Mapping[str, int],
) -> None:
    label = paper.roman(place[0]) if len(place) == 1 else str(place[-1])
    paper.heading(document, f"{label}. {_filled(section.heading, years)}", len(place))
    for block in section.blocks:
        _block(document, block, years, machine, tables, numbers)
    for number, inner in enumerate(section.sections, start=1):
        _section(document, inner, (*place, number), years, machine, tables, numbers)


def _block(
    document: Any,
    block: Block,
    years: Mapping[str, int],
    machine: Mapping[str, Sequence[str]],
    tables: Mapping[str, Sheet],
    numbers: Mapping[str, int],
) -> None:
    if block.text is not None:
        paper.paragraph(document, _filled(block.text, years))
    elif block.machine is not None:
        paper.paragraph(document, f"[{machine_mark()}]", is_italic=True, colour="9C0006")
        for sentence in machine[block.machine]:
            paper.paragraph(document, clean_text(sentence))
    elif block.table is not None:
        text = _("({table}: {title}, annexed)").format(
            table=_("Table {number:02d}").format(number=numbers[block.table]), title=tables[block.table].title
        )
        paper.paragraph(document, text, is_italic=True)


def _fix_properties(document: Any, title: str) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "", ""
    properties.comments, properties.revision = words.draft(), 1
    properties.created = properties.modified = CREATED.replace(tzinfo=None)
