"""What a report offers on changes: the same results by each criteria set, and what communes, law, units and missing data did."""

from functools import partial

from ntm_lib.reporting.review.changes import said as changes_said
from ntm_lib.reporting.review.changes import sets as changes_sets
from ntm_lib.reporting.review.changes import signed as changes_signed
from ntm_lib.reporting.review.changes import tables as changes_tables
from ntm_lib.reporting.review.contents import Contents

CONTENTS = Contents(
    sentences={
        "same_results_by_set": changes_sets.sets_said,
        "change_parts": changes_said.parts_said,
        "change_across_merger": changes_said.merger_said,
        "change_order": changes_said.order_said,
        "signed_period": changes_signed.signed_said,
    },
    tables={
        "same_results_by_set": changes_sets.sets_sheet,
        "not_comparable_last": partial(changes_sets.not_comparable_sheet, end="last"),
        "not_comparable_first": partial(changes_sets.not_comparable_sheet, end="first"),
        "change_means": changes_tables.means_sheet,
        "change_counts": changes_tables.counts_sheet,
        "change_counts_merger": partial(changes_tables.counts_sheet, is_merger=True),
        "change_by_criterion": changes_tables.criteria_sheet,
        "change_by_unit": changes_tables.units_sheet,
        "signed_beside": changes_signed.signed_sheet,
    },
    internal=frozenset({"change_order"}),
)
