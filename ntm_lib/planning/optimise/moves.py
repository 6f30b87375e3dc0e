"""Small changes of a plan, compiled: a gap in another year, two gaps the other way round, room made for a gap.

A row that is used beyond its room costs ``lack`` for each unit. Each change returns what it gained: worth less what the rows
lack more; one that gains less than ``limit`` is taken back and returns 0.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from ntm_lib.planning.optimise.items import Flat
from ntm_lib.planning.problem import Floats, Ints

NEVER = -1e300
TRIES = 20  # gaps tried to make room for another


class State(NamedTuple):
    """A plan in work: ``left`` of each row, the year of each gap, of each level (n, 3) and the amount of each other variable.

    Years: t is not within the horizon, -1 at the start.
    """

    left: Floats
    year: Ints
    level: Ints
    other: Floats


class Others(NamedTuple):
    """Whole variables of no commune (villages): what one unit takes (csr over rows), its worth, how many there may be."""

    start: Ints
    row: Ints
    amount: Floats
    value: Floats
    upper: Floats


@njit(cache=True, nogil=True)
def put(start: Ints, row: Ints, amount: Floats, item: int, left: Floats, lack: Floats, times: float) -> float:
    """Take an item ``times`` times; return what the rows lack more, by worth."""
    more = 0.0
    for at in range(start[item], start[item + 1]):
        before = left[row[at]]
        after = before - times * amount[at]
        left[row[at]] = after
        more += lack[row[at]] * (max(0.0, -after) - max(0.0, -before))
    return more


@njit(cache=True, nogil=True)
def _price(flat: Flat, item: int, left: Floats, lack: Floats) -> float:
    """Return what the rows would lack more with an item, by worth."""
    more = 0.0
    for at in range(flat.start[item], flat.start[item + 1]):
        before = left[flat.row[at]]
        more += lack[flat.row[at]] * (max(0.0, flat.amount[at] - before) - max(0.0, -before))
    return more


@njit(cache=True, nogil=True)
def _put_item(flat: Flat, item: int, state: State, lack: Floats, times: float) -> float:
    return put(flat.start, flat.row, flat.amount, item, state.left, lack, times)


@njit(cache=True, nogil=True)
def level_item(flat: Flat, commune: int, level: int, year: int) -> int:
    """Return the item of a level (0: standard, 1: advanced, 2: model) reached in a year."""
    if level == 0:
        return int(flat.standard[commune, year])
    return int(flat.advanced[commune, year]) if level == 1 else int(flat.model[commune, year])


@njit(cache=True, nogil=True)
def put_commune(flat: Flat, state: State, commune: int, value: Floats, lack: Floats, times: float) -> float:
    """Take all that a commune does from the rows (1) or give it back (-1); return the gain: worth less what lacks more."""
    years = flat.standard.shape[1]
    gain = 0.0
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        if state.year[gap] < years:
            item = flat.item[gap, state.year[gap]]
            gain += times * value[item] - _put_item(flat, item, state, lack, times)
    for level in range(3):
        if 0 <= state.level[commune, level] < years:
            item = level_item(flat, commune, level, state.level[commune, level])
            gain += times * value[item] - _put_item(flat, item, state, lack, times)
    return gain


@njit(cache=True, nogil=True)
def _window(flat: Flat, state: State, gap: int) -> tuple[int, int]:
    """First and last year that order and deadline leave a gap; a last year of t: it may stay open."""
    years = flat.standard.shape[1]
    first, last = 0, years
    for link in range(flat.parent_start[gap], flat.parent_start[gap + 1]):
        before = state.year[flat.parent[link]]
        first = max(first, years if before >= years else before + flat.parent_lag[link])
    for other in range(gap + 1, flat.gap_start[flat.owner[gap] + 1]):
        for link in range(flat.parent_start[other], flat.parent_start[other + 1]):
            if flat.parent[link] == gap and state.year[other] < years:
                last = min(last, state.year[other] - flat.parent_lag[link])
    return first, (min(last, flat.due[gap]) if flat.due[gap] < years else last)


@njit(cache=True, nogil=True)
def _standard_with(flat: Flat, state: State, gap: int, year: int) -> int:
    """Year in which the commune of a gap meets the standard once the gap is completed in ``year``."""
    years = flat.standard.shape[1]
    commune = flat.owner[gap]
    if not flat.is_whole[commune]:
        return int(years)
    last = year
    for other in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        if other != gap:
            last = max(last, state.year[other])
    return int(last)


@njit(cache=True, nogil=True)
def _shift(flat: Flat, state: State, gap: int, year: int, value: Floats, lack: Floats) -> float:
    """Complete a gap in another year (t: not); return the gain, or NEVER and no change where levels forbid it."""
    years = flat.standard.shape[1]
    commune, old = flat.owner[gap], state.year[gap]
    reached, before = _standard_with(flat, state, gap, year), state.level[commune, 0]
    if reached != before:
        if reached > flat.must[commune] or (reached < years and flat.standard[commune, reached] < 0):
            return NEVER
        above = state.level[commune, 1]
        if above < years and (reached >= years or above < reached + flat.advanced_lag):
            return NEVER
    gain = 0.0
    if old < years:
        item = flat.item[gap, old]
        gain -= value[item] + _put_item(flat, item, state, lack, -1.0)
    if year < years:
        item = flat.item[gap, year]
        gain += value[item] - _put_item(flat, item, state, lack, 1.0)
    if reached != before:
        if before < years:
            item = flat.standard[commune, before]
            gain -= value[item] + _put_item(flat, item, state, lack, -1.0)
        if reached < years:
            item = flat.standard[commune, reached]
            gain += value[item] - _put_item(flat, item, state, lack, 1.0)
        state.level[commune, 0] = reached
    state.year[gap] = year
    return gain


@njit(cache=True, nogil=True)
def _may(flat: Flat, state: State, gap: int, year: int) -> bool:
    """Tell whether order, deadline and steps let a gap be completed in a year (t: stay open)."""
    years = flat.standard.shape[1]
    first, last = _window(flat, state, gap)
    if year >= years:
        return bool(last >= years)
    return bool(first <= year <= last and flat.item[gap, year] >= 0)


@njit(cache=True, nogil=True)
def _higher(flat: Flat, state: State, commune: int, standard: int, profit: Floats, lack: Floats) -> None:
    """Choose the higher levels that follow a standard and take them."""
    years = flat.standard.shape[1]
    best, advanced, model = 0.0, years, years
    for year in range(max(0, standard + flat.advanced_lag), years):
        item = flat.advanced[commune, year]
        if item < 0:
            continue
        gain = profit[item] - _price(flat, item, state.left, lack)
        if gain > best:
            best, advanced, model = gain, year, years
        for then in range(year + flat.model_lag, years):
            above = flat.model[commune, then]
            if above >= 0 and gain + profit[above] - _price(flat, above, state.left, lack) > best:
                best, advanced, model = gain + profit[above] - _price(flat, above, state.left, lack), year, then
    state.level[commune, 1], state.level[commune, 2] = advanced, model
    if advanced < years:
        _put_item(flat, flat.advanced[commune, advanced], state, lack, 1.0)
    if model < years:
        _put_item(flat, flat.model[commune, model], state, lack, 1.0)


@njit(cache=True, nogil=True)
def replan(flat: Flat, state: State, commune: int, last: int, profit: Floats, lack: Floats) -> bool:
    """Plan a commune that takes nothing: every gap by ``last`` (t: those that pay); False where it has no such plan."""
    years = flat.standard.shape[1]
    begin, end = flat.gap_start[commune], flat.gap_start[commune + 1]
    reached = -1
    for gap in range(begin, end):
        first, must = 0, last < years or flat.due[gap] < years
        for link in range(flat.parent_start[gap], flat.parent_start[gap + 1]):
            before = state.year[flat.parent[link]]
            first = max(first, years if before >= years else before + flat.parent_lag[link])
        best, at = (NEVER if must else 0.0), years
        for year in range(first, min(last, flat.due[gap], years - 1) + 1):
            item = flat.item[gap, year]
            if item >= 0:
                gain = profit[item] - _price(flat, item, state.left, lack)
                if gain > best:
                    best, at = gain, year
        if must and at == years:
            return False
        state.year[gap] = at
        reached = max(reached, at)
        if at < years:
            _put_item(flat, flat.item[gap, at], state, lack, 1.0)
    if flat.at_start[commune]:
        state.level[commune, 0] = -1
        _higher(flat, state, commune, -1, profit, lack)
    elif begin < end and reached < years and flat.is_whole[commune]:
        if reached > flat.must[commune] or flat.standard[commune, reached] < 0:
            return False
        state.level[commune, 0] = reached
        _put_item(flat, flat.standard[commune, reached], state, lack, 1.0)
        _higher(flat, state, commune, reached, profit, lack)
    else:
        return bool(flat.must[commune] >= years)
    return True


@njit(cache=True, nogil=True)
def clear(flat: Flat, state: State, commune: int) -> None:
    """Leave a commune without a plan; nothing is given back."""
    years = flat.standard.shape[1]
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        state.year[gap] = years
    for level in range(3):
        state.level[commune, level] = -1 if level == 0 and flat.at_start[commune] else years


@njit(cache=True, nogil=True)
def _below(draw: np.random.Generator, count: int) -> int:
    """Draw a whole number from 0 to ``count`` - 1."""
    return int(draw.random() * count)


@njit(cache=True, nogil=True)
def move_gap(flat: Flat, state: State, value: Floats, lack: Floats, limit: float, draw: np.random.Generator) -> float:
    """Try another year for some gap; return the gain (0 where nothing changed)."""
    years = flat.standard.shape[1]
    gap = _below(draw, len(state.year))
    first, last = _window(flat, state, gap)
    old = state.year[gap]
    top = min(last, years - 1 if state.level[flat.owner[gap], 0] < years else years)
    if top < first:
        return 0.0
    year = first + _below(draw, top - first + 1)
    if year == old or (year < years and flat.item[gap, year] < 0):
        return 0.0
    gain = _shift(flat, state, gap, year, value, lack)
    if gain == NEVER:
        return 0.0
    if gain < limit:
        _shift(flat, state, gap, old, value, lack)
        return 0.0
    return gain


@njit(cache=True, nogil=True)
def swap_gaps(flat: Flat, state: State, value: Floats, lack: Floats, limit: float, draw: np.random.Generator) -> float:
    """Try the years of two gaps the other way round; return the gain (0 where nothing changed)."""
    one, other = _below(draw, len(state.year)), _below(draw, len(state.year))
    first, second = state.year[one], state.year[other]
    years = flat.standard.shape[1]
    if first == second or (max(first, second) >= years and flat.owner[one] != flat.owner[other]):
        return 0.0
    if not _may(flat, state, one, second):
        return 0.0
    gain = _shift(flat, state, one, second, value, lack)
    if gain == NEVER:
        return 0.0
    more = _shift(flat, state, other, first, value, lack) if _may(flat, state, other, first) else NEVER
    if more > NEVER and gain + more >= limit:
        return gain + more
    if more > NEVER:
        _shift(flat, state, other, second, value, lack)
    _shift(flat, state, one, first, value, lack)
    return 0.0


@njit(cache=True, nogil=True)
def pull_gap(flat: Flat, state: State, value: Floats, lack: Floats, limit: float, draw: np.random.Generator) -> float:
    """Try another year for some gap, and make room there by moving one more out; return the gain (0 where nothing changed)."""
    years = flat.standard.shape[1]
    gap, year = _below(draw, len(state.year)), _below(draw, years)
    old = state.year[gap]
    if year == old or not _may(flat, state, gap, year):
        return 0.0
    gain = _shift(flat, state, gap, year, value, lack)
    if gain == NEVER:
        return 0.0
    if gain >= limit:
        return gain
    for _draw in range(TRIES):
        other = _below(draw, len(state.year))
        if other == gap or state.year[other] != year:
            continue
        first, last = _window(flat, state, other)
        for to in range(first, min(last, years) + 1):
            if to == year or (to < years and flat.item[other, to] < 0):
                continue
            more = _shift(flat, state, other, to, value, lack)
            if more == NEVER:
                continue
            if gain + more >= limit:
                return gain + more
            _shift(flat, state, other, year, value, lack)
    back = _shift(flat, state, gap, old, value, lack)
    return gain if back == NEVER else 0.0  # NEVER: it was not allowed to stand where it stood


@njit(cache=True, nogil=True)
def move_other(others: Others, state: State, lack: Floats, limit: float, draw: np.random.Generator) -> float:
    """Try a few units more or less of some other variable; return the gain (0 where nothing changed)."""
    at = _below(draw, len(others.value))
    times = float(1 + _below(draw, 3)) * (1.0 if draw.random() < 0.5 else -1.0)
    if not 0 <= state.other[at] + times <= others.upper[at]:
        return 0.0
    gain = times * others.value[at]
    gain -= put(others.start, others.row, others.amount, at, state.left, lack, times)
    if gain < limit:
        put(others.start, others.row, others.amount, at, state.left, lack, -times)
        return 0.0
    state.other[at] += times
    return float(gain)
