"""What a check is: an id, a weight, what it looks at, why, where that comes from, and the function that looks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ntm_lib.submissions.checks.filing import Filing
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.model import Finding, Weight

Find = Callable[[Filing], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One check of content. ``is_of_form``: reading checks it too, so it is silent where the cell is refused already.

    ``is_of_absence``: it tells of what is not there, so it is silent on a sheet of which something was refused and not read.
    """

    id: str
    weight: Weight
    what: str
    why: str
    source: str
    find: Find
    is_of_form: bool = False
    is_of_absence: bool = False

    def findings(self, filing: Filing) -> list[Finding]:
        """Return what the check finds in a file."""
        return [
            Finding(self.weight, self.id, hit.sheet, hit.cell, hit.found, hit.expected, hit.action)
            for hit in self.find(filing)
        ]
