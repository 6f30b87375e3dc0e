"""Why a count changed: communes, law, boundaries, missing data; or between two runs."""

from ntm_lib.evaluation.changes.by_sets import by_sets, comparability
from ntm_lib.evaluation.changes.kept import code_version
from ntm_lib.evaluation.changes.signed import (
    as_signed,
    printed_trend,
    read_signed,
    sign_period,
    signed_beside,
    signed_differences,
)
from ntm_lib.evaluation.changes.snapshot import changed_files, files_read, read_snapshot, run_folder, write_snapshot
from ntm_lib.evaluation.changes.split import by_order, split_change
from ntm_lib.evaluation.changes.why import why_changed

__all__ = [
    "as_signed",
    "by_order",
    "by_sets",
    "changed_files",
    "code_version",
    "comparability",
    "files_read",
    "printed_trend",
    "read_signed",
    "read_snapshot",
    "run_folder",
    "sign_period",
    "signed_beside",
    "signed_differences",
    "split_change",
    "why_changed",
    "write_snapshot",
]
