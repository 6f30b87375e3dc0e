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
    move_gap,
    move_other,
    pull_gap,
    put,
    put_commune,
    swap_gaps,
)
from ntm_lib.planning.problem import Floats

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
    for commune in range(len(state.level)):
        for level in range(3):
            if 0 <= state.level[commune, level] < years:
                total += value[level_item(flat, commune, level, state.level[commune, level])]
    for at in range(len(others.value)):
        total += others.value[at] * state.other[at]
    return total


@njit(cache=True, nogil=True)
def _put_all(flat: Flat, others: Others, state: State, value: Floats, times: float) -> None:
    """Take all that is done from the rows (1) or give it back (-1)."""
    nothing = np.zeros(len(state.left))
    for commune in range(len(state.level)):
        put_commune(flat, state, commune, value, nothing, times)
    for at in range(len(others.value)):
        put(others.start, others.row, others.amount, at, state.left, nothing, times * state.other[at])


class Course(NamedTuple):
    """How a search goes.

    ``turns``: changes tried. ``hot``, ``cold``: heat at the start and at the end. ``mild``, ``strict``: by how much what
    lacks is overpriced at the start and at the end. ``swaps``, ``pulls``: shares of turns that change two gaps, or make
    room for one. ``enough``: worth of a plan that ends the search.
    """

    turns: int
    hot: float
    cold: float
    mild: float
    strict: float
    swaps: float
    pulls: float
    enough: float


OTHERS = 0.02  # share of turns that change other variables, where there are any


@njit(cache=True, nogil=True)
def _change(
    flat: Flat, others: Others, state: State, value: Floats, price: Floats, course: Course, heat: float,
    draw: np.random.Generator,
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
    if len(others.value) > 0 and kind < OTHERS:
        return move_other(others, state, price, limit, draw)
    return move_gap(flat, state, value, price, limit, draw)


@njit(cache=True, nogil=True)
def anneal(
    flat: Flat, others: Others, state: State, value: Floats, lack: Floats, course: Course, draw: np.random.Generator
) -> float:
    """Search from a plan; years and levels of the state end as those of the best plan that lacks nothing.

    Returns what it is worth, ``NEVER`` where none was found. ``value`` (items): worth. ``lack`` (rows): what a unit that lacks costs.
    """
    best, best_year, best_level = NEVER, state.year.copy(), state.level.copy()
    best_other = state.other.copy()
    phase, pause, rest = max(1, course.turns // PHASES), len(state.year) // 400, 0
    price, heat, now = lack.copy(), course.hot, 0.0
    for turn in range(course.turns):
        if turn % phase == 0:
            passed = turn / course.turns
            heat = course.hot * (course.cold / course.hot) ** passed
            price = lack * (course.mild * (course.strict / course.mild) ** passed * (LAST if passed > CLOSING else 1.0))
            now = worth_of(flat, others, state, value) - _lacks(state.left, price)
        now += _change(flat, others, state, value, price, course, heat, draw)
        rest += 1
        if now > best + KEEP and (rest > pause or turn == course.turns - 1) and _lacks(state.left, price) <= KEEP:
            rest, found = 0, worth_of(flat, others, state, value)
            if found > best:
                best = found
                best_year[:], best_level[:] = state.year, state.level
                best_other[:] = state.other
            if best >= course.enough:
                break
    _put_all(flat, others, state, value, -1.0)
    state.year[:], state.level[:], state.other[:] = best_year, best_level, best_other
    _put_all(flat, others, state, value, 1.0)
    return best
