"""Checks of what a file says: findings of content, an annotated copy of the workbook, and findings for programs."""

from ntm_lib.submissions.checks.annotate import annotated_copy
from ntm_lib.submissions.checks.as_json import findings_json
from ntm_lib.submissions.checks.check import check_reading, in_order
from ntm_lib.submissions.checks.registry import RULES, rules_frame

__all__ = ["RULES", "annotated_copy", "check_reading", "findings_json", "in_order", "rules_frame"]
