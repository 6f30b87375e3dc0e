"""Improve a plan by small changes, worse ones accepted while it is hot: compiled, without a clock, the same for a seed.

What lacks costs more and more as the search goes on. Once a plan lacks nothing and is worth more than any before, it is kept.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from ntm_lib.planning.optimise.items import Flat
from ntm_lib.planning.optimise.moves import (
    NEVER,
    Others,
    State,
    level_item,
    move_commune,
    move_gap,
    move_other,
    pull_gap,
    swap_gaps,
)
from ntm_lib.planning.problem import Floats, Ints

PHASES = 100  # steps in which heat and the cost of what lacks change
CLOSING, LAST = 0.9, 30.0  # from this part of the turns on, what lacks costs so many times more
KEEP = 1e-6  # what may lack in a plan that is kept, by worth


@njit(cache=True, nogil=True)
def _lacks(left: Floats, lack: Floats) -> float:
    total = 0.0
    for row in range(len(left)):
        total += lack[row] * max(0.0, -left[row])
    return total


@njit(cache=True, nogil=True)
def worth_of(flat: Flat, others: Others, state: State, value: Floats) -> float:
    """Return what a plan is worth, whatever lacks."""
    years = flat.standard.shape[1]
    total = 0.0
    for gap in range(len(state.year)):
        if state.year[gap] < years:
            total += value[flat.item[gap, state.year[gap]]]
    for commune in range(len(flat.must)):
        for level in range(3):
            if 0 <= state.level[commune, level] < years:
                total += value[level_item(flat, commune, level, state.level[commune, level])]
    for at in range(len(others.value)):
        total += others.value[at] * state.other[at]
    return total


class Course(NamedTuple):
    """How a search goes.

    ``turns``: changes tried. ``hot``, ``cold``: heat at the start and at the end. ``mild``, ``strict``: by how much what
    lacks is overpriced at the start and at the end. ``swaps``, ``pulls``, ``communes``: shares of turns that change two
    gaps, make room for one, or plan a whole commune anew. ``enough``: worth of a plan that ends the search.
    """

    turns: int
    hot: float
    cold: float
    mild: float
    strict: float
    swaps: float
    pulls: float
    communes: float
    enough: float


OTHERS = 0.02  # share of turns that change other variables, where there are any


@njit(cache=True, nogil=True)
def _change(
    flat: Flat, others: Others, state: State, value: Floats, profit: Floats, price: Floats, course: Course, heat: float,
    kept: Ints, draw: np.random.Generator,
) -> float:  # fmt: skip
    """Try one change, worse ones too while there is heat; return the gain."""
    limit = heat * np.log(draw.random() + 1e-300)
    kind = draw.random()
    if kind < course.swaps:
        return swap_gaps(flat, state, value, price, limit, draw)
    kind -= course.swaps
    if kind < course.pulls:
        return pull_gap(flat, state, value, price, limit, draw)
    kind -= course.pulls
    if kind < course.communes:
        return move_commune(flat, state, value, profit, price, limit, kept, draw)
    if len(others.value) > 0 and kind - course.communes < OTHERS:
        return move_other(others, state, price, limit, draw)
    return move_gap(flat, state, value, price, limit, draw)


@njit(cache=True, nogil=True)
def anneal(
    flat: Flat, others: Others, state: State, value: Floats, profit: Floats, lack: Floats, course: Course,
    draw: np.random.Generator,
) -> float:  # fmt: skip
    """Search from a plan; years and levels of the state end as those of the best plan that lacks nothing.

    Returns what it is worth, ``NEVER`` where none was found. ``value``, ``profit`` (items): worth, and worth less prices, by
    which a commune planned anew chooses. ``lack`` (rows): what a unit that lacks costs.
    """
    best, best_year, best_level, best_other = NEVER, state.year.copy(), state.level.copy(), state.other.copy()
    kept = np.empty(flat.item.shape[0] + 3, np.int64)
    phase, pause, rest = max(1, course.turns // PHASES), len(state.year) // 400, 0
    price, heat, now = lack, course.hot, 0.0
    for turn in range(course.turns):
        if turn % phase == 0:
            passed = turn / course.turns
            heat = course.hot * (course.cold / course.hot) ** passed
            price = lack * (course.mild * (course.strict / course.mild) ** passed * (LAST if passed > CLOSING else 1.0))
            now = worth_of(flat, others, state, value) - _lacks(state.left, price)
        now += _change(flat, others, state, value, profit, price, course, heat, kept, draw)
        rest += 1
        if now > best + KEEP and (rest > pause or turn == course.turns - 1) and _lacks(state.left, price) <= KEEP:
            rest, found = 0, worth_of(flat, others, state, value)
            if found > best:
                best = found
                best_year[:], best_level[:], best_other[:] = state.year, state.level, state.other
            if best >= course.enough:
                break
    state.year[:], state.level[:], state.other[:] = best_year, best_level, best_other
    return best
