"""Split the change of a count along a chain of exchanges so that the parts add up to it exactly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FACTORS = ("law", "communes", "boundaries")
"""What is exchanged between two counts, in the order in which it is done unless another is asked for."""
NOT_COMPARED, HIDDEN = "not_compared", "hidden"
PARTS = ("communes", "law", "boundaries", NOT_COMPARED, HIDDEN)
"""What a change is split into; the last two are open: no comparable value or level, and no value reported."""
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """What is counted in one world, units x columns.

    ``value``: 1 where the column counts for certain (a criterion met, a commune's group), else 0. ``is_known``: False where it
    is open; ``is_not_compared``: open since the law holds no level or the results cannot be read under it, not for want of a
    report. ``component``: to which component of the lineage each unit belongs; units without a change of
    boundaries are components of their own. ``is_reported``: whether the unit enters a mean.
    """

    value: Whole
    is_known: Flags
    is_not_compared: Flags
    component: npt.NDArray[np.intp]
    is_reported: Flags


Step = tuple[str, Cells]
"""One exchange: which factor, and the cells after it."""


def parts_of_count(start: Cells, steps: Sequence[Step], size: int) -> dict[str, Whole]:
    """Split the change of the counts of each component (``size`` of them) and column.

    Each exchange changes a count by a whole number. While units stay, the change of a cell belongs to the factor exchanged
    where the cell is known before and after; where units change, that of a component and column where all its cells are. The
    rest is ``not_compared`` where one of the two cells is so, else ``hidden``: missing data hides what happened. So the parts add up to last less first in every component and column.
    """
    parts = {part: np.zeros((size, start.value.shape[1]), dtype=np.int64) for part in PARTS}
    before = start
    for factor, after in steps:
        change, is_known, is_not_compared = _change(before, after, size)
        gathered = [
            _gathered(np.where(mask, change, 0), before.component, size)
            if _is_same_units(before, after)
            else np.where(mask, change, 0)
            for mask in (is_known, is_not_compared, ~is_known & ~is_not_compared)
        ]
        for part, amount in zip((factor, NOT_COMPARED, HIDDEN), gathered, strict=True):
            parts[part] += amount
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
        known, not_compared = _change_of_mean(before, after, size)
        parts[factor] += known
        parts[NOT_COMPARED] += not_compared
        before = after
    parts[HIDDEN] = mean_of(before) - mean_of(start) - sum(parts.values())
    return dict.fromkeys(PARTS, float("nan")) if np.isnan(parts[HIDDEN]) else parts


def mean_of(cells: Cells) -> float:
    """Return the mean per reported unit; NaN when none is reported."""
    number = np.count_nonzero(cells.is_reported)
    return float(cells.value[cells.is_reported].sum() / number) if number else float("nan")


def _change(before: Cells, after: Cells, size: int) -> tuple[Whole, Flags, Flags]:
    """Return the change of each cell (of each component where units change), where it is known, and where not compared."""
    if _is_same_units(before, after):
        is_known = before.is_known & after.is_known
        return after.value - before.value, is_known, ~is_known & (before.is_not_compared | after.is_not_compared)
    change = _gathered(after.value, after.component, size) - _gathered(before.value, before.component, size)
    is_known = ~(_any(~before.is_known, before, size) | _any(~after.is_known, after, size))
    is_not_compared = _any(before.is_not_compared, before, size) | _any(after.is_not_compared, after, size)
    return change, is_known, ~is_known & is_not_compared


def _change_of_mean(before: Cells, after: Cells, size: int) -> tuple[float, float]:
    """Return what known cells, and cells that are not compared, of units reported before and after change the mean by."""
    _whole, *masks = _change(before, after, size)
    if _is_same_units(before, after):
        is_in = before.is_reported & after.is_reported
        change = (after.value - before.value)[is_in]
        number = np.count_nonzero(is_in)
        known, other = (float(change[mask[is_in]].sum() / number) if number else 0.0 for mask in masks)
        return known, other
    is_held = _all_reported(before, size) & _all_reported(after, size)
    ends = [_share(cells, is_held, masks) for cells in (before, after)]
    if not all(ends):
        return 0.0, 0.0
    return ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]


def _share(cells: Cells, is_held: Flags, masks: Sequence[Flags]) -> list[float]:
    """Return what the cells of each mask bring to the mean of the components held; empty where there is none."""
    is_in = is_held[cells.component]
    number = np.count_nonzero(is_in)
    place = cells.component[is_in]
    return [float(cells.value[is_in][mask[place]].sum() / number) for mask in masks] if number else []


def _is_same_units(before: Cells, after: Cells) -> bool:
    return before.component is after.component


def _all_reported(cells: Cells, size: int) -> Flags:
    silent = np.bincount(cells.component[~cells.is_reported], minlength=size)
    return np.asarray(silent == 0, dtype=np.bool_)


def _any(flags: Flags, cells: Cells, size: int) -> Flags:
    """Tell for each component and column whether any of its cells has the flag."""
    return np.asarray(_gathered(flags.astype(np.int64), cells.component, size) > 0, dtype=np.bool_)


def _gathered(values: Whole, component: npt.NDArray[np.intp], size: int) -> Whole:
    """Add up the rows of each component."""
    if len(component) == size and np.array_equal(component, np.arange(size)):
        return values
    columns = values.shape[1]
    place = component[:, None] * columns + np.arange(columns)
    total = np.bincount(place.ravel(), weights=values.ravel(), minlength=size * columns)  # exact: far below 2**53
    return total.reshape(size, columns).astype(np.int64)
