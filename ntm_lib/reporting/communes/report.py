"""Write the full report of a commune, and the minutes of its management board's meeting, as Word documents."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.communes.facts import Commune
from ntm_lib.reporting.office.document import write_document
from ntm_lib.reporting.review.outlines import fill, outline_path, read_report_outline, spoken
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
    subject = Subject(commune.territory, audience, commune.code)
    outline = read_report_outline(subject, OUTLINES[paper])
    filling = fill(subject, outline)
    filling = replace(filling, values={**filling.values, **_values(commune)})
    outline = spoken(outline, filling, asked="kept")
    return write_document(path, outline, filling, where=project.relative(outline_path(project, OUTLINES[paper])))


def _values(commune: Commune) -> dict[str, object]:
    """Return what a commune's outlines call beyond the usual names: the unit next above it, and its committee."""
    above = commune.above[0]
    committee = _("Steering committee of the National Target Programmes of {unit}")
    return {
        "PARENT": above.name.upper(),
        "committee": committee.format(unit=formats.in_sentence(above.name)),
    }
