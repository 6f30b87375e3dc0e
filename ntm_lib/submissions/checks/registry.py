"""All checks of content, in the order in which they look."""

import pandas as pd

from ntm_lib.submissions.checks import across, alike, change, form, periods, results, sums, texts

RULES = (
    *form.RULES,
    *sums.RULES,
    *results.RULES,
    *periods.RULES,
    *across.RULES,
    *change.RULES,
    *alike.RULES,
    *texts.RULES,
)


def rules_frame() -> pd.DataFrame:
    """Return the checks as a table: id, weight, what it looks at, why, source."""
    rows = [(rule.id, rule.weight.value, rule.what, rule.why, rule.source) for rule in RULES]
    return pd.DataFrame(rows, columns=["id", "weight", "what", "why", "source"])
