"""What was handed in: results by requirement and the other tables, with status, cut-off date and origin."""

from ntm_lib.submissions.results import NOT_ASSESSED, Results, read_results, read_words
from ntm_lib.submissions.store import Table, is_handed_in, read_table

__all__ = ["NOT_ASSESSED", "Results", "Table", "is_handed_in", "read_results", "read_table", "read_words"]
