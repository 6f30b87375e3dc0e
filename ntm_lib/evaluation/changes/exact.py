"""Split the change of a count along a chain of exchanges so that the parts add up to it exactly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FACTORS = ("law", "communes", "boundaries")
"""What is exchanged between two counts, in the order in which it is done unless another is asked for."""
HIDDEN = "hidden"
PARTS = ("communes", "law", "boundaries", HIDDEN)
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """What is counted in one world, units x columns.

    ``value``: 1 where the column counts for certain (a criterion met, a commune's group), else 0. ``is_known``: False where
    missing data leaves it open. ``component``: to which component of the lineage each unit belongs; units without a change of
    boundaries are components of their own. ``is_reported``: whether the unit enters a mean.
    """

    value: Whole
    is_known: Flags
    component: npt.NDArray[np.intp]
    is_reported: Flags


Step = tuple[str, Cells]
"""One exchange: which factor, and the cells after it."""


def parts_of_count(start: Cells, steps: Sequence[Step], size: int) -> dict[str, Whole]:
    """Split the change of the counts of each component (``size`` of them) and column.

    Each exchange changes a count by a whole number. While units stay, the change of a cell belongs to the factor exchanged
    where the cell is known before and after; where units change, that of a component and column where all its cells are. The
    rest is ``hidden``: missing data hides what happened. So the parts add up to last less first in every component and column.
    """
    parts = {part: np.zeros((size, start.value.shape[1]), dtype=np.int64) for part in PARTS}
    before = start
    for factor, after in steps:
        known, change = _change(before, after, size)
        parts[factor] += known
        parts[HIDDEN] += change - known
        before = after
    return parts


def parts_of_mean(start: Cells, steps: Sequence[Step], size: int) -> dict[str, float]:
    """Split the change of the mean per reported unit, all columns together.

    Of each exchange the factor gets what the known cells of units reported before and after explain, each weighed as it
    counts before and after (a merger changes both); communes that begin or cease to report, and unknown cells, are hidden.
    NaN throughout where nobody reported at one end.
    """
    parts = dict.fromkeys(PARTS, 0.0)
    before = start
    for factor, after in steps:
        parts[factor] += _known_change_of_mean(before, after, size)
        before = after
    parts[HIDDEN] = mean_of(before) - mean_of(start) - sum(parts.values())
    return dict.fromkeys(PARTS, float("nan")) if np.isnan(parts[HIDDEN]) else parts


def mean_of(cells: Cells) -> float:
    """Return the mean per reported unit; NaN when none is reported."""
    number = np.count_nonzero(cells.is_reported)
    return float(cells.value[cells.is_reported].sum() / number) if number else float("nan")


def _change(before: Cells, after: Cells, size: int) -> tuple[Whole, Whole]:
    """Return by component and column the change that is known, and the whole change."""
    if _is_same_units(before, after):
        change = after.value - before.value
        known = np.where(before.is_known & after.is_known, change, 0)
        return _gathered(known, before.component, size), _gathered(change, before.component, size)
    change = _gathered(after.value, after.component, size) - _gathered(before.value, before.component, size)
    return np.where(_is_known(before, size) & _is_known(after, size), change, 0), change


def _known_change_of_mean(before: Cells, after: Cells, size: int) -> float:
    if _is_same_units(before, after):
        is_in = before.is_reported & after.is_reported
        known = before.is_known[is_in] & after.is_known[is_in]
        number = np.count_nonzero(is_in)
        return float((after.value - before.value)[is_in][known].sum() / number) if number else 0.0
    is_held = _all_reported(before, size) & _all_reported(after, size)
    is_known = _is_known(before, size) & _is_known(after, size)
    ends = []
    for cells in (before, after):
        is_in = is_held[cells.component]
        number = np.count_nonzero(is_in)
        if not number:
            return 0.0
        ends.append(cells.value[is_in][is_known[cells.component[is_in]]].sum() / number)
    return float(ends[1] - ends[0])


def _is_same_units(before: Cells, after: Cells) -> bool:
    return before.component is after.component


def _all_reported(cells: Cells, size: int) -> Flags:
    silent = np.bincount(cells.component[~cells.is_reported], minlength=size)
    return np.asarray(silent == 0, dtype=np.bool_)


def _is_known(cells: Cells, size: int) -> Flags:
    return np.asarray(_gathered((~cells.is_known).astype(np.int64), cells.component, size) == 0, dtype=np.bool_)


def _gathered(values: Whole, component: npt.NDArray[np.intp], size: int) -> Whole:
    """Add up the rows of each component."""
    if len(component) == size and np.array_equal(component, np.arange(size)):
        return values
    columns = values.shape[1]
    place = component[:, None] * columns + np.arange(columns)
    total = np.bincount(place.ravel(), weights=values.ravel(), minlength=size * columns)  # exact: far below 2**53
    return total.reshape(size, columns).astype(np.int64)
