"""Estimate how long it takes until half have reached something, when some have not yet and some years are not known.

Turnbull's estimator (1976): the distribution of times that makes what was seen most likely, each time known only to lie in
an interval. Where every time is known or open to the right it is Kaplan and Meier's. No library of the project holds it.
"""

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
OPEN = np.iinfo(np.int64).max
"""The right end of a time that has not come yet."""
_STEPS, _CLOSE = 20_000, 1e-10


def turnbull(left: Times, right: Times) -> tuple[Times, Times, NDArray[np.float64]]:
    """Return the most likely distribution of times that lie in ``left..right`` (both included; `OPEN`: not yet).

    Returns the innermost intervals, in order, as left ends, right ends and their shares (summing to 1): within one of them
    nothing tells where the share lies.
    """
    seen, weight = np.unique(np.column_stack([left, right]), axis=0, return_counts=True)
    lefts, rights = np.unique(left), np.unique(right)
    begins = lefts[np.searchsorted(lefts, rights, side="right") - 1]
    is_innermost = np.append(True, begins[1:] > rights[:-1])
    begins, ends = begins[is_innermost], rights[is_innermost]
    may_lie = (seen[:, :1] <= begins) & (ends <= seen[:, 1:])
    share = np.full(len(begins), 1 / len(begins))
    for _step in range(_STEPS):
        held = may_lie * share
        better: NDArray[np.float64] = (weight / held.sum(axis=1)) @ held / weight.sum()
        if np.abs(better - share).max() < _CLOSE:
            return begins, ends, better
        share = better
    return begins, ends, share


def median(left: Times, right: Times) -> tuple[float, float]:
    """Return the interval in which half have reached it; NaN where that has not come yet or nothing is known."""
    if not len(left):
        return float("nan"), float("nan")
    begins, ends, share = turnbull(left, right)
    place = int(np.argmax(np.cumsum(share) >= 0.5 - 1e-6))
    if ends[place] == OPEN:
        return float("nan"), float("nan")
    return float(begins[place]), float(ends[place])
