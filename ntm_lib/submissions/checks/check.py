"""Check what was read from one file."""

from dataclasses import replace

import pandas as pd

from ntm_lib.project import Project
from ntm_lib.submissions.checks.filing import filing_of
from ntm_lib.submissions.checks.registry import RULES
from ntm_lib.submissions.model import Finding, Reading, Weight

_HEAVIEST_FIRST = [Weight.WRONG, Weight.DOUBTFUL, Weight.NOTE]


def check_reading(reading: Reading, project: Project, before: pd.DataFrame | None = None) -> Reading:
    """Return the reading with the findings of content added, the heaviest first; no value is changed.

    ``before``: the values (columns of ``VALUES``, perhaps with ``submission`` and ``round``) that count now for the units of the
    file, as its own level gave them. Checks that repeat those of
    reading are silent where a cell, or the same line of the same sheet, was refused already. A file that says nothing
    about its sender is checked without the units.
    """
    if reading.values.empty:
        return reading
    filing = filing_of(reading, project, before)
    refused = {(finding.sheet, finding.cell) for finding in reading.findings if finding.weight is Weight.WRONG}
    partly = {sheet for sheet, _cell in refused}
    found: list[Finding] = []
    for rule in RULES:
        told = rule.findings(filing)
        found += [
            finding
            for finding in told
            if not (rule.is_of_form and (finding.sheet, finding.cell) in refused)
            and not (rule.is_of_absence and finding.sheet in partly)
        ]
    return replace(reading, findings=in_order((*reading.findings, *dict.fromkeys(found))))


def in_order(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings with the heaviest first; within a weight their order stays."""
    return tuple(sorted(findings, key=lambda finding: _HEAVIEST_FIRST.index(finding.weight)))
