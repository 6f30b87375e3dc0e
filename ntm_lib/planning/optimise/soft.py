"""What each commune would do at given prices when it cares a little less: the smooth side of ``oracle``.

Every plan of a commune counts by ``exp(profit)``; the log of the sum is smooth in the prices and its slope is what the
commune is expected to do. Profits come divided by the heat; as that falls, the answers become those of ``oracle``.
"""

import numpy as np
from numba import njit

from ntm_lib.planning.optimise.items import Flat
from ntm_lib.planning.problem import Floats

NONE = -1e30  # the log of nothing
SMALL = 1e-7


@njit(cache=True, nogil=True)
def _add(one: float, other: float) -> float:
    """Log of the sum of two numbers given by their logs."""
    if one < other:
        one, other = other, one
    return one if other <= NONE / 2 else one + np.log1p(np.exp(other - one))


@njit(cache=True, nogil=True)
def _gaps(flat: Flat, profit: Floats, commune: int, last: int, is_whole: bool, at: Floats, later: Floats) -> float:
    """Log of the sum over all ways to close a commune's gaps by year ``last``.

    Fills ``at`` (gaps, t + 1): of completing in a year, or never; ``later``: in that year or after, or never. Of several
    gaps that must come before one only the first is heeded, as in ``oracle``.
    """
    begin, end = flat.gap_start[commune], flat.gap_start[commune + 1]
    years = flat.standard.shape[1]
    at[: end - begin] = 0.0
    total = 0.0
    for gap in range(end - 1, begin - 1, -1):
        here = gap - begin
        must = is_whole or flat.due[gap] < years
        if must:
            at[here, years] = NONE
        later[here, years] = at[here, years]
        for year in range(years - 1, -1, -1):
            item = flat.item[gap, year]
            if item >= 0 and year <= min(last, flat.due[gap]) and at[here, year] > NONE / 2:
                at[here, year] += profit[item]
            else:
                at[here, year] = NONE
            later[here, year] = _add(later[here, year + 1], at[here, year])
        first = flat.parent_start[gap]
        if first == flat.parent_start[gap + 1]:
            if later[here, 0] <= NONE / 2:
                return NONE
            total += later[here, 0]
            continue
        before = flat.parent[first] - begin
        for year in range(years):
            more = later[here, min(years, year + flat.parent_lag[first])]
            at[before, year] = NONE if more <= NONE / 2 else at[before, year] + more
        if must:
            at[before, years] = NONE
    return total


@njit(cache=True, nogil=True)
def _higher(flat: Flat, profit: Floats, commune: int, standard: int) -> float:
    """Log of the sum over the higher levels that may follow a standard, none of them included."""
    years = flat.standard.shape[1]
    total = 0.0
    for year in range(max(0, standard + flat.advanced_lag), years):
        item = flat.advanced[commune, year]
        if item < 0:
            continue
        total = _add(total, profit[item])
        for then in range(year + flat.model_lag, years):
            above = flat.model[commune, then]
            if above >= 0:
                total = _add(total, profit[item] + profit[above])
    return total


@njit(cache=True, nogil=True)
def _expect_higher(flat: Flat, profit: Floats, commune: int, standard: int, weight: float, expected: Floats) -> None:
    years = flat.standard.shape[1]
    total = _higher(flat, profit, commune, standard)
    for year in range(max(0, standard + flat.advanced_lag), years):
        item = flat.advanced[commune, year]
        if item < 0:
            continue
        expected[item] += weight * np.exp(profit[item] - total)
        for then in range(year + flat.model_lag, years):
            above = flat.model[commune, then]
            if above >= 0:
                share = weight * np.exp(profit[item] + profit[above] - total)
                expected[item] += share
                expected[above] += share


@njit(cache=True, nogil=True)
def _expect_gaps(
    flat: Flat, commune: int, weight: float, at: Floats, later: Floats, chance: Floats, expected: Floats
) -> None:
    begin, end = flat.gap_start[commune], flat.gap_start[commune + 1]
    years = flat.standard.shape[1]
    for gap in range(begin, end):
        here, first = gap - begin, flat.parent_start[gap]
        chance[here] = 0.0
        if first == flat.parent_start[gap + 1]:
            for year in range(years):
                if at[here, year] > NONE / 2:
                    chance[here, year] = np.exp(at[here, year] - later[here, 0])
        else:
            before, lag = flat.parent[first] - begin, flat.parent_lag[first]
            for done in range(years):
                soonest = min(years, done + lag)
                for year in range(soonest, years):
                    if chance[before, done] > 0 and at[here, year] > NONE / 2:
                        chance[here, year] += chance[before, done] * np.exp(at[here, year] - later[here, soonest])
        for year in range(years):
            if chance[here, year] > 0:
                expected[flat.item[gap, year]] += weight * chance[here, year]


@njit(cache=True, nogil=True)
def expect(flat: Flat, profit: Floats, begin: int, end: int, worth: Floats, expected: Floats) -> None:
    """Fill ``worth`` (n), the log of the sum over all plans of each commune, and add to ``expected`` (items) what it does.

    Only communes ``begin`` to ``end``, so that several threads can share the work. A commune that has no plan at all keeps
    a worth of ``NONE``.
    """
    years = flat.standard.shape[1]
    most = 1
    for commune in range(begin, end):
        most = max(most, flat.gap_start[commune + 1] - flat.gap_start[commune])
    at, later, chance = np.zeros((most, years + 1)), np.zeros((most, years + 1)), np.zeros((most, years + 1))
    ways = np.zeros(years + 1)
    for commune in range(begin, end):
        if flat.at_start[commune]:
            worth[commune] = _higher(flat, profit, commune, -1)
            _expect_higher(flat, profit, commune, -1, 1.0, expected)
            continue
        worth[commune] = NONE
        for standard in range(years, -1, -1):
            ways[standard] = NONE
            reached = standard < years
            if standard > flat.must[commune]:
                continue
            if reached and (not flat.is_whole[commune] or flat.standard[commune, standard] < 0):
                continue
            value = _gaps(flat, profit, commune, min(standard, years - 1), reached, at, later)
            if reached and value > NONE / 2:
                value += profit[flat.standard[commune, standard]] + _higher(flat, profit, commune, standard)
            ways[standard] = value
            worth[commune] = _add(worth[commune], value)
        for standard in range(years + 1):
            weight = np.exp(ways[standard] - worth[commune]) if ways[standard] > NONE / 2 else 0.0
            if weight < SMALL:
                continue
            reached = standard < years
            _gaps(flat, profit, commune, min(standard, years - 1), reached, at, later)
            _expect_gaps(flat, commune, weight, at, later, chance, expected)
            if reached:
                expected[flat.standard[commune, standard]] += weight
                _expect_higher(flat, profit, commune, standard, weight, expected)
