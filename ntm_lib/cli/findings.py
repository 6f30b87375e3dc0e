"""Print the findings of a file on the command line, by weight, each with its place and what to do."""

from collections import Counter
from collections.abc import Sequence

from ntm_lib.messages import _
from ntm_lib.reporting.sheets import clean_text
from ntm_lib.submissions.checks.annotate import weight_words
from ntm_lib.submissions.model import Finding, Weight

OF_ONE_KIND = 10
"""So many findings of one rule are printed; the rest is counted."""


def findings_lines(findings: Sequence[Finding], of_one_kind: int = OF_ONE_KIND, where_all: str = "") -> list[str]:
    """Return the lines to print, the heaviest findings first; no finding, one line that says so.

    ``where_all``: where those stand that are merely counted; empty: nowhere.
    """
    if not findings:
        return [_("Nothing was found to correct or confirm.")]
    lines: list[str] = []
    for weight, title in weight_words().items():
        group = [finding for finding in findings if finding.weight is weight]
        if group:
            lines += [f"{title} ({len(group)})", *_group(group, of_one_kind, where_all)]
    return lines


def _group(findings: Sequence[Finding], of_one_kind: int, where_all: str) -> list[str]:
    shown: Counter[str] = Counter()
    lines = []
    for finding in findings:
        shown[finding.rule] += 1
        if shown[finding.rule] <= of_one_kind:
            lines.append(f"  - {_line(finding)}")
    more = sum(max(count - of_one_kind, 0) for count in shown.values())
    if more:
        text = _("and {count} more of the same kinds").format(count=more)
        lines.append(f"  … {text}; {where_all}" if where_all else f"  … {text}")
    return lines


def _line(finding: Finding) -> str:
    where = (
        _("sheet {sheet}, cell {cell}").format(sheet=finding.sheet, cell=finding.cell)
        if finding.cell
        else finding.sheet
    )
    text = f"{where}: {finding.found}" if where else finding.found
    if finding.expected:
        text += " — " + _("expected: {expected}").format(expected=finding.expected)
    return clean_text(f"{text}. {finding.action}" if finding.action else text)


def summary_line(findings: Sequence[Finding]) -> str:
    """Return one line with how many there are of each weight."""
    counts = {weight.value: sum(finding.weight is weight for finding in findings) for weight in Weight}
    return _("Findings: {wrong} wrong, {doubtful} doubtful, {note} notes").format(**counts)
