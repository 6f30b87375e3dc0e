"""Plan commune after commune at prices that follow what is left: who comes next pays more for what has run short.

At the best prices many communes stand between two plans, and together they would take far too much or too little. So
each takes its plan at prices that lean against the balance: what those before have used, less what they should have.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from ntm_lib.planning.optimise.items import Flat
from ntm_lib.planning.optimise.moves import State, level_item, put_commune
from ntm_lib.planning.optimise.oracle import answer
from ntm_lib.planning.problem import Floats, Ints


class Lean(NamedTuple):
    """How prices lean: that of a row falls by ``lean`` (rows) for each unit of balance, not below nothing.

    ``row``: those that lean; by ``most`` (rows) at most.
    """

    row: Ints
    lean: Floats
    most: Floats


@njit(cache=True, nogil=True)
def steer(
    flat: Flat, communes: Ints, lean: Lean, state: State, value: Floats, prices: Floats, lack: Floats, balance: Floats
) -> None:
    """Give each of the communes, in their order, its best plan instead of the one it has, where that gains something.

    ``balance`` (rows): what is left over (negative: lacks); it is kept up to date. ``lack`` (rows): cost of a unit that
    lacks.
    """
    n, years = flat.standard.shape
    most = 1
    for commune in communes:
        most = max(most, flat.gap_start[commune + 1] - flat.gap_start[commune])
    added, best = np.zeros((most, years + 1)), np.zeros((most, years + 1))
    now, worth, profit = prices.copy(), np.zeros(n), np.zeros(len(value))
    kept, levels = np.zeros(most, np.int64), np.zeros(3, np.int64)
    for commune in communes:
        for row in lean.row:
            shift = min(lean.most[row], max(-lean.most[row], lean.lean[row] * balance[row]))
            now[row] = max(0.0, prices[row] - shift)
            balance[row] -= state.left[row]
        begin, end = flat.gap_start[commune], flat.gap_start[commune + 1]
        kept[: end - begin] = state.year[begin:end]
        levels[:] = state.level[commune]
        gain = put_commune(flat, state, commune, value, lack, -1.0)
        profits(flat, commune, value, now, profit)
        answer(flat, profit, commune, added, best, worth, state.level, state.year)
        _settle(flat, state, commune)
        gain += put_commune(flat, state, commune, value, lack, 1.0)
        if gain < 0:
            put_commune(flat, state, commune, value, lack, -1.0)
            state.year[begin:end] = kept[: end - begin]
            state.level[commune] = levels
            put_commune(flat, state, commune, value, lack, 1.0)
        for row in lean.row:
            balance[row] += state.left[row]


@njit(cache=True, nogil=True)
def _settle(flat: Flat, state: State, commune: int) -> None:
    """Let the standard be reached in the year in which the last gap is closed, where the levels allow it."""
    years = flat.standard.shape[1]
    if flat.at_start[commune] or not flat.is_whole[commune]:
        return
    last = -1
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        last = max(last, state.year[gap])
    if 0 <= last < years and flat.standard[commune, last] >= 0:
        state.level[commune, 0] = last


@njit(cache=True, nogil=True)
def profits(flat: Flat, commune: int, value: Floats, prices: Floats, profit: Floats) -> None:
    """Fill the profit of all items of a commune at some prices."""
    years = flat.standard.shape[1]
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        for year in range(years):
            if flat.item[gap, year] >= 0:
                _profit(flat, flat.item[gap, year], value, prices, profit)
    for level in range(3):
        for year in range(years):
            item = level_item(flat, commune, level, year)
            if item >= 0:
                _profit(flat, item, value, prices, profit)


@njit(cache=True, nogil=True)
def _profit(flat: Flat, item: int, value: Floats, prices: Floats, profit: Floats) -> None:
    total = value[item]
    for at in range(flat.start[item], flat.start[item + 1]):
        total -= flat.amount[at] * prices[flat.row[at]]
    profit[item] = total
