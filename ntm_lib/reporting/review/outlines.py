"""Find the outline of a report of the review and say what fills it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar

from ntm_lib import evaluation
from ntm_lib.evaluation.notes import read_note
from ntm_lib.project import Project
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.document import Filling
from ntm_lib.reporting.office.outline import Block, Outline, Part, check_names, read_outline
from ntm_lib.reporting.review.contents import Contents, all_contents
from ntm_lib.reporting.review.subject import Subject

Made = TypeVar("Made")
NOTHING = Filling()


def outline_path(project: Project, name: str) -> Path:
    """Return where an outline stands: ``parameters/review/outline_district.yaml``."""
    return project.parameters / "review" / f"{name}.yaml"


def read_report_outline(subject: Subject, name: str, contents: Contents | None = None) -> Outline:
    """Read an outline (``outline_district``, ``press``); the public version leaves out what only the office reads.

    Raises UsageFaultsError with every fault of the file and every name in it that no part offers.
    """
    project = subject.territory.project
    contents = contents or all_contents()
    path = outline_path(project, name)
    outline = read_outline(path, project)
    known = {"machine": list(contents.sentences), "table": list(contents.tables), "picture": list(contents.pictures)}
    check_names(outline, known, project.relative(path))
    return outline if subject.is_internal else outline.without(lambda block: _names(block) & contents.internal != set())


def _names(block: Block) -> set[str]:
    return {name for name in (block.machine, block.table, block.picture) if name is not None}


def fill(
    subject: Subject,
    outline: Outline,
    contents: Contents | None = None,
    *,
    more: Mapping[str, object] = MappingProxyType({}),
    made: Filling = NOTHING,
) -> Filling:
    """Make everything that an outline calls, and nothing else.

    ``more``: what names in braces stand for beyond the usual; ``made``: what another paper on the same subject called.
    """
    contents = contents or all_contents()
    project, on = subject.territory.project, subject.territory.vintage.date
    notes = {name: read_note(project, subject.unit, on, name) for name in outline.named("note")}
    return Filling(
        values={**outline_values(subject), **more},
        sentences=_all(outline.named("machine"), made.sentences, lambda name: contents.said(name, subject)),
        tables=_all(outline.named("table"), made.tables, lambda name: contents.table(name, subject)),
        pictures=_all(outline.named("picture"), made.pictures, lambda name: contents.picture(name, subject)),
        notes={name: note.paragraphs for name, note in notes.items() if note is not None},
        stamps=subject.stamps,
    )


def _all(names: Sequence[str], made: Mapping[str, Made], make: Callable[[str], Made]) -> dict[str, Made]:
    return {name: made[name] if name in made else make(name) for name in names}


Asked = Literal["kept", "alone", "left out"]
"""Which places that still wait for a person's word are kept: all, those that are all there is below a heading, none."""


def spoken(outline: Outline, filling: Filling, *, asked: Asked) -> Outline:
    """Return the outline without the blocks that hold nothing: no sentence, an empty table, a picture that may not be seen.

    ``asked``: which places that still wait for a person's word are kept.
    """
    alone = set() if asked == "left out" else {id(block) for block in _alone(outline)}

    def is_silent(block: Block) -> bool:
        if block.machine is not None:
            return not filling.sentences[block.machine]
        if block.table is not None:
            return filling.tables[block.table].frame.empty
        if block.picture is not None:
            return filling.pictures[block.picture] is None
        is_unwritten = block.note is not None and block.note not in filling.notes
        return is_unwritten and asked != "kept" and id(block) not in alone

    kept = outline.without(is_silent)
    # A part that falls silent keeps its place, so that the others keep their number.
    return kept.model_copy(update={"parts": tuple(_part(kept, part) for part in outline.parts)})


def _alone(outline: Outline) -> Iterator[Block]:
    """Return the first block of each heading below which a person's words are all there is."""
    sections = [section for part in outline.parts for section in part.sections]
    while sections:
        section = sections.pop()
        sections += section.sections
        if section.blocks and not section.sections and all(block.note is not None for block in section.blocks):
            yield section.blocks[0]


def _part(kept: Outline, part: Part) -> Part:
    """Return what is left of a part: the one with its heading."""
    return next(
        (other for other in kept.parts if other.heading == part.heading), part.model_copy(update={"sections": ()})
    )


def outline_values(subject: Subject) -> dict[str, object]:
    """Return what the names in braces of an outline stand for."""
    territory, unit = subject.territory, subject.unit
    first, last = territory.review.first_year, territory.review.last_year
    period = formats.period(first, last)
    parent = territory.unit if subject.commune else territory.vintage.province
    return {
        "unit": subject.name,
        "Unit": unit.name,
        "UNIT": unit.name.upper(),
        "place": unit.short_name,
        "PARENT": parent.name.upper(),
        "province": formats.in_sentence(territory.vintage.province.name),
        "review": str(territory.review.title),
        "first": first,
        "last": last,
        "period": period,
        "PERIOD": period.upper(),
        "next_first": last + 1,
        "next_last": last + 5,
        "orientation": last + 10,
        "date": formats.date(evaluation.cut_off(territory)),
        "year": evaluation.cut_off(territory).year,
    }
