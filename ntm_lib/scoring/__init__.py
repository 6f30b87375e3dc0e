"""Values + levels → verdicts → criteria → counts, with unknown kept apart from not met."""

from ntm_lib.scoring.findings import with_findings
from ntm_lib.scoring.judge import judge, judge_column
from ntm_lib.scoring.score import Scores, count, criteria_verdicts, score
from ntm_lib.scoring.trace import Trace, trace
from ntm_lib.submissions import NOT_ASSESSED

__all__ = [
    "NOT_ASSESSED",
    "Scores",
    "Trace",
    "count",
    "criteria_verdicts",
    "judge",
    "judge_column",
    "score",
    "trace",
    "with_findings",
]
