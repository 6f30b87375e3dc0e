"""Switch offers until no row lacks anything: one commune or two at a time, cooler and stricter turn by turn.

At the prices of what all share many offers of a commune are worth nearly the same; what decides among them is how the rows
come out. Compiled, without a clock, the same for a seed.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from ntm_lib.planning.optimise.moves import Others, put
from ntm_lib.planning.problem import Floats, Ints

NEVER = -1e300
PHASES = 200  # steps in which heat and the cost of what lacks change


class Choice(NamedTuple):
    """Offers, those of a commune together: ``first`` (n + 1); what each takes, csr of offers x rows; ``worth`` (offers)."""

    first: Ints
    start: Ints
    row: Ints
    amount: Floats
    worth: Floats


class Taken(NamedTuple):
    """``chosen`` (n): the offer of each commune; ``other``: amount of each other variable; ``left`` of each row."""

    chosen: Ints
    other: Floats
    left: Floats


class Course(NamedTuple):
    """Heat in units of worth, from ``hot`` to ``cold``; what lacks costs ``mild`` to ``strict`` times ``lack``.

    ``pairs``, ``others``: share of turns that switch two communes, that change another variable. ``enough``: worth that
    ends the search.
    """

    turns: int
    hot: float
    cold: float
    mild: float
    strict: float
    pairs: float
    others: float
    enough: float


@njit(cache=True, nogil=True)
def _switch(choice: Choice, taken: Taken, commune: int, offer: int, lack: Floats) -> tuple[float, float]:
    """Give a commune another offer; return what that is worth more, and what the rows lack more."""
    old = taken.chosen[commune]
    more = put(choice.start, choice.row, choice.amount, offer, taken.left, lack, 1.0)
    more += put(choice.start, choice.row, choice.amount, old, taken.left, lack, -1.0)
    taken.chosen[commune] = offer
    return choice.worth[offer] - choice.worth[old], more


@njit(cache=True, nogil=True)
def _add(others: Others, taken: Taken, at: int, step: float, lack: Floats) -> tuple[float, float]:
    """Change another variable; return what that is worth more, and what the rows lack more."""
    taken.other[at] += step
    return step * others.value[at], put(others.start, others.row, others.amount, at, taken.left, lack, step)


@njit(cache=True, nogil=True)
def _change(
    choice: Choice, others: Others, taken: Taken, lack: Floats, share: float, draw: np.random.Generator
) -> tuple[float, float, int, float]:
    """Change something at random; return worth and lack more, where (communes, then others), and what undoes it."""
    count, more = len(taken.chosen), len(others.value)
    if more and draw.random() < share:
        at, step = int(draw.random() * more), 1.0 if draw.random() < 1 / 2 else -1.0
        if not 0 <= taken.other[at] + step <= others.upper[at]:
            step = 0.0
        gain, lacks = _add(others, taken, at, step, lack)
        return gain, lacks, count + at, -step
    at = int(draw.random() * count)
    before = taken.chosen[at]
    offer = choice.first[at] + int(draw.random() * (choice.first[at + 1] - choice.first[at]))
    gain, lacks = _switch(choice, taken, at, offer, lack) if offer != before else (0.0, 0.0)
    return gain, lacks, at, float(before)


@njit(cache=True, nogil=True)
def _undo(choice: Choice, others: Others, taken: Taken, lack: Floats, at: int, back: float) -> None:
    count = len(taken.chosen)
    if at >= count:
        _add(others, taken, at - count, back, lack)
    elif taken.chosen[at] != int(back):
        _switch(choice, taken, at, int(back), lack)


@njit(cache=True, nogil=True)
def _lacks(left: Floats, lack: Floats) -> float:
    return float((lack * np.maximum(0.0, -left)).sum())


@njit(cache=True, nogil=True)
def _fits(left: Floats, spare: Floats) -> bool:
    row = 0
    while row < len(left) and left[row] >= -spare[row]:
        row += 1
    return row == len(left)


@njit(cache=True, nogil=True)
def balance(
    choice: Choice,
    others: Others,
    taken: Taken,
    spare: Floats,
    lack: Floats,
    course: Course,
    phases: tuple[int, int],
    draw: np.random.Generator,
    best: Taken,
    found: float,
) -> float:
    """Search from ``taken`` on; fill ``best`` with the best plan that lacks at most ``spare`` of any row, return its worth.

    ``lack`` (rows): cost of a unit that lacks. ``phases``: the first of ``PHASES`` and the one that is not searched any more.
    ``found``: what ``best`` is worth at the beginning; ``NEVER``: no such plan was found.
    """
    heat, worth, lacking, little, now = course.hot, 0.0, 0.0, 0.0, lack.copy()
    block = max(1, course.turns // PHASES)
    for turn in range(phases[0] * block, phases[1] * block):
        if turn % block == 0:
            part = turn / course.turns
            heat = course.hot * (course.cold / course.hot) ** part
            now = lack * course.mild * (course.strict / course.mild) ** part
            worth = choice.worth[taken.chosen].sum() + (others.value * taken.other).sum()
            lacking, little = _lacks(taken.left, now), float((now * spare).sum())
        gain, more, at, back = _change(choice, others, taken, now, course.others, draw)
        also, also_back = -1, 0.0
        if draw.random() < course.pairs:
            also_gain, also_more, also, also_back = _change(choice, others, taken, now, course.others, draw)
            gain, more = gain + also_gain, more + also_more
        if gain - more < heat * np.log(draw.random() + 1e-300):
            if also >= 0:
                _undo(choice, others, taken, now, also, also_back)
            _undo(choice, others, taken, now, at, back)
            continue
        worth, lacking = worth + gain, lacking + more
        if worth > found and lacking <= little and _fits(taken.left, spare):
            found = worth
            best.chosen[:], best.other[:], best.left[:] = taken.chosen, taken.other, taken.left
            if found >= course.enough:
                break
    return found
