"""Findings for programs, in a form that stays.

``{"format": 1, "counts": {"wrong": n, "doubtful": n, "note": n}, "findings": [{"weight", "rule", "sheet", "cell", "found",
"expected", "action"}, …]}``: all texts, the heaviest first. ``rule`` is an id that never changes its meaning; ``found``,
``expected`` and ``action`` are words for a reader, in the language asked for; ``sheet`` and ``cell`` are empty when the whole
file is meant. Fields may be added; a change of their meaning raises ``format``.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ntm_lib.submissions.checks.check import in_order
from ntm_lib.submissions.model import Finding, Weight

FORMAT = 1


def findings_data(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return findings as plain data; see the module for the form."""
    ordered = in_order(tuple(findings))
    counts = {weight.value: sum(finding.weight is weight for finding in ordered) for weight in Weight}
    rows = [{**asdict(finding), "weight": finding.weight.value} for finding in ordered]
    return {"format": FORMAT, "counts": counts, "findings": rows}


def findings_json(findings: Sequence[Finding]) -> str:
    """Write findings as JSON text; see the module for the form."""
    return json.dumps(findings_data(findings), ensure_ascii=False, indent=2)
