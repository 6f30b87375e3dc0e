"""The four verdicts and how several become one; a missing value is unknown, never "not met"."""

from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Verdict(IntEnum):
    """What is known of one requirement, indicator or criterion in one commune and year."""

    NOT_APPLICABLE = 2
    MET = 1
    NOT_MET = 0
    UNKNOWN = -1


def all_of(verdicts: pd.DataFrame | NDArray[np.int8], axis: int = 1) -> NDArray[np.int8]:
    """Join verdicts of which every one must be met.

    Any NOT_MET gives NOT_MET; else any UNKNOWN gives UNKNOWN; else MET. NOT_APPLICABLE is passed over; where
    all are so, or there is none to join, the result is NOT_APPLICABLE. ``axis`` is the one that disappears.
    """
    codes = np.asarray(verdicts, dtype=np.int8)
    ranks = np.abs(2 * codes + (codes < 0))  # NOT_MET 0 < UNKNOWN 1 < MET 2 < NOT_APPLICABLE 4: the least decides
    least = np.minimum.reduce(ranks, axis=axis, initial=2 * Verdict.NOT_APPLICABLE)
    return np.where(least == 1, Verdict.UNKNOWN, least >> 1).astype(np.int8)


def any_of(verdicts: pd.DataFrame | NDArray[np.int8], axis: int = 1) -> NDArray[np.int8]:
    """Join verdicts of which one met is enough.

    Any MET gives MET; else any UNKNOWN gives UNKNOWN; else NOT_MET. NOT_APPLICABLE as in `all_of`.
    """
    codes = np.asarray(verdicts, dtype=np.int8)
    return np.select(
        [
            (codes == Verdict.MET).any(axis=axis),
            (codes == Verdict.UNKNOWN).any(axis=axis),
            (codes == Verdict.NOT_MET).any(axis=axis),
        ],
        [np.int8(Verdict.MET), np.int8(Verdict.UNKNOWN), np.int8(Verdict.NOT_MET)],
        default=np.int8(Verdict.NOT_APPLICABLE),
    ).astype(np.int8)
