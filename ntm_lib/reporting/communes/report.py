"""Write the full report of a commune, and the minutes of its management board's meeting, as Word documents."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from ntm_lib.project import Project
from ntm_lib.reporting import formats
from ntm_lib.reporting.communes.facts import Commune
from ntm_lib.reporting.office.document import write_document
from ntm_lib.reporting.office.outline import Outline, check_names, read_outline
from ntm_lib.reporting.review.contents import Contents, all_contents
from ntm_lib.reporting.review.outlines import fill, outline_path
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.review import Audience

Paper = Literal["report", "minutes"]
OUTLINES: Mapping[Paper, str] = {"report": "outline_commune", "minutes": "minutes_commune"}


def write_commune_paper(commune: Commune, path: Path, paper: Paper, audience: Audience = Audience.PUBLIC) -> Path:
    """Write one paper of a commune; the file appears whole or not at all.

    Sentences and verdicts stand marked as proposed by the software; names, votes and conclusions are left blank. Raises
    UsageFaultsError with every fault of the outline, and every name in it that no part offers.
    """
    project = commune.territory.project
    where = outline_path(project, OUTLINES[paper])
    contents = all_contents()
    outline = _outline(project, where, where.stat().st_mtime_ns)
    subject = Subject(commune.territory, audience, commune.code)
    if not subject.is_internal:
        outline = outline.without(lambda block: (block.machine or block.table or block.picture) in contents.internal)
    filling = fill(subject, outline, contents)
    filling = replace(filling, values={**filling.values, **_values(commune)})
    return write_document(path, outline, filling, where=project.relative(where))


@lru_cache(maxsize=4)
def _outline(project: Project, path: Path, _stamp: int) -> Outline:
    """Read and check an outline; one that did not change is read once."""
    outline = read_outline(path, project)
    check_names(outline, _known(all_contents()), project.relative(path))
    return outline


def _known(contents: Contents) -> dict[str, list[str]]:
    return {"machine": list(contents.sentences), "table": list(contents.tables), "picture": list(contents.pictures)}


def _values(commune: Commune) -> dict[str, object]:
    """Return what a commune's outlines call beyond the usual names: the unit next above it, and its committee."""
    above = commune.above[0]
    return {
        "PARENT": above.name.upper(),
        "DISTRICT": f"UBND {above.name.upper()}",
        "Parent_committee": f"Ban Chỉ đạo các Chương trình MTQG {formats.in_sentence(above.name)}",
    }
