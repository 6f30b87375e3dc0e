"""Collect what is found in one file; what repeats through a sheet is told once with its number."""

from collections import Counter

from ntm_lib.messages import _
from ntm_lib.submissions.model import Finding, Weight

_EXAMPLES = 5  # of what was understood, in a note that many cells share
_AT_MOST = 200  # findings of one rule in one sheet; more are counted


class Findings:
    """The findings of one file in the order of discovery."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._repeats: dict[tuple[str, str, str], list[Finding]] = {}
        self._examples: dict[tuple[str, str, str], dict[str, None]] = {}

    def add(
        self,
        weight: Weight,
        rule: str,
        found: str,
        *,
        sheet: str = "",
        cell: str = "",
        expected: str = "",
        action: str = "",
    ) -> None:
        """Note one thing; beyond 200 of a rule in a sheet only the number grows."""
        self._counts[rule, sheet] += 1
        if self._counts[rule, sheet] <= _AT_MOST:
            self._kept.append(Finding(weight, rule, sheet, cell, found, expected, action))

    def wrong(
        self, rule: str, found: str, *, sheet: str = "", cell: str = "", expected: str = "", action: str = ""
    ) -> None:
        """Note what makes the file be refused."""
        self.add(Weight.WRONG, rule, found, sheet=sheet, cell=cell, expected=expected, action=action)

    def doubtful(
        self, rule: str, found: str, *, sheet: str = "", cell: str = "", expected: str = "", action: str = ""
    ) -> None:
        """Note a value that is taken as it stands, and listed."""
        self.add(Weight.DOUBTFUL, rule, found, sheet=sheet, cell=cell, expected=expected, action=action)

    def note(self, rule: str, found: str, *, sheet: str = "", cell: str = "", action: str = "") -> None:
        """Note what the reader should know."""
        self.add(Weight.NOTE, rule, found, sheet=sheet, cell=cell, action=action)

    def repeat(self, rule: str, found: str, *, sheet: str, cell: str, example: str = "") -> None:
        """Note a thing that many cells of a sheet share; one note names the first cell, their number and some examples."""
        if example:
            self._examples.setdefault((rule, sheet, found), {})[example] = None
        self._repeats.setdefault((rule, sheet, found), []).append(Finding(Weight.NOTE, rule, sheet, cell, found))

    @property
    def has_wrong(self) -> bool:
        """Whether the file is refused already."""
        return any(finding.weight is Weight.WRONG for finding in self._kept)

    def all(self) -> tuple[Finding, ...]:
        """Return every finding, the shared ones last, and how many of a rule are not listed."""
        shared = []
        for (rule, sheet, found), cells in self._repeats.items():
            text = found if len(cells) == 1 else _("{text} ({count} cells)").format(text=found, count=len(cells))
            if examples := list(self._examples.get((rule, sheet, found), ())):
                text += ": " + "; ".join(examples[:_EXAMPLES]) + ("; …" if len(examples) > _EXAMPLES else "")
            shared.append(Finding(Weight.NOTE, rule, sheet, cells[0].cell, text))
        for (rule, sheet), count in self._counts.items():
            if count > _AT_MOST:
                text = _("{count} more of the same kind are not listed").format(count=count - _AT_MOST)
                shared.append(Finding(Weight.NOTE, rule, sheet, "", text))
        return (*self._kept, *shared)
