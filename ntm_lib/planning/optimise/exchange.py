"""Improve a plan of offers: communes that lose most, that nearly reach other levels or hardly care choose again together.

What one gives up another can take only if the sums come out, which single switches seldom find; a small program does.
"""

from functools import partial

import highspy
import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise.offers import Offers, one_each, program
from ntm_lib.planning.optimise.threads import THREADS, side_by_side
from ntm_lib.planning.problem import Floats, Ints

LEAST, MOST, ONE_OF = 100, 250, 40  # communes of an exchange: one of so many of all, within bounds
NODES, GAP = 5, 2e-5  # of an exchange; the gap as a share of the bound
NEAR = 8.0  # offers that lose at most so much by a usual item's worth
LOSING, UNDECIDED = 0.6, 0.2  # shares of the communes who lose most, and who nearly reach other levels
CARELESS = 6  # communes that hardly care are drawn from so many times their number
SPREAD = 0.5  # of chance in who loses most, by a usual item's worth
TINY = 1e-9


def exchange(
    offers: Offers, prices: Floats, at: Ints, chosen: Ints, left: Floats, more: float, draw: np.random.Generator
) -> tuple[Ints, Floats]:
    """Return the offer of each commune (n) and what is left of each row; the plan is worth no less than before.

    ``at``: offers to choose from, the ``chosen`` ones among them. ``left`` (rows) must lack nothing. ``more``: a gain
    that ends the search.
    """
    usual = offers.packing.items.usual
    profit = offers.worth - offers.use @ prices
    best = np.full(offers.count, -np.inf)
    np.maximum.at(best, offers.owner[at], profit[at])
    loss = best[offers.owner[at]] - profit[at]
    some = at[(loss < NEAR * usual) | (chosen[offers.owner[at]] == at)]
    reached = np.asarray(offers.pick[:, len(offers.packing.items.gap_of) :].sum(axis=1)).ravel()
    is_other = chosen[offers.owner[at]] != at
    has_other_levels = reached[at] != reached[chosen][offers.owner[at]]
    near, near_levels = (_nearest(offers, profit, at[those], chosen) for those in (is_other, has_other_levels))
    free = _who(best - profit[chosen], near, near_levels, usual, draw)
    found = side_by_side(partial(_solve, offers, some, left, chosen, more), free)
    final = chosen.copy()
    for taken in sorted(found, key=lambda one: _gain(offers, chosen, one), reverse=True):
        owner = offers.owner[taken]
        rest = left + np.asarray((offers.use[final[owner]] - offers.use[taken]).sum(axis=0)).ravel()
        if (rest >= np.minimum(left, 0.0) - TINY).all():  # beside the better exchange the other may not fit in
            final[owner], left = taken, rest
    return final, left


def _gain(offers: Offers, chosen: Ints, taken: Ints) -> float:
    return float((offers.worth[taken] - offers.worth[chosen[offers.owner[taken]]]).sum())


def _nearest(offers: Offers, profit: Floats, at: Ints, chosen: Ints) -> Floats:
    """How far the nearest offer of ``at`` is from each commune's own, by profit at the prices (n; inf: it has none)."""
    owner = offers.owner[at]
    nearest = np.full(offers.count, np.inf)
    np.minimum.at(nearest, owner, np.abs(profit[chosen][owner] - profit[at]))
    return nearest


def _who(loss: Floats, near: Floats, near_levels: Floats, usual: float, draw: np.random.Generator) -> list[Ints]:
    """Draw communes for two exchanges side by side: who lose most, who nearly reach other levels, who hardly care.

    No commune is in both.
    """
    size = min(max(len(loss) // ONE_OF, LEAST), MOST)
    count = min(THREADS, max(1, len(loss) // size))
    size = min(size, len(loss) // count) * count
    first = np.argsort(-(loss + draw.exponential(SPREAD * usual, len(loss))))[: int(LOSING * size)]
    undecided = np.argsort(near_levels * draw.random(len(loss)), kind="stable")[: int(UNDECIDED * size)]
    first = np.append(first, np.setdiff1d(undecided[np.isfinite(near_levels[undecided])], first))
    draw.shuffle(first)
    rest = np.setdiff1d(np.argsort(near, kind="stable")[: CARELESS * size], first)
    careless = draw.choice(rest, min(len(rest), size - len(first)), replace=False)
    parts = zip(np.array_split(first, count), np.array_split(careless, count), strict=True)
    return [np.append(*part) for part in parts]


def _solve(offers: Offers, at: Ints, left: Floats, chosen: Ints, more: float, free: Ints) -> Ints:
    """Return the best offer found for each commune of ``free``; none: nothing better than the ``chosen`` ones.

    ``at``: offers to choose from; ``left`` (rows): what they may take more than now.
    """
    at = at[np.isin(offers.owner[at], free)]
    use, room = offers.use[at], left + np.asarray(offers.use[chosen[free]].sum(axis=0)).ravel()
    count, rows = len(at), np.flatnonzero(np.diff(use.tocsc().indptr) > 0)
    communes, takes = one_each(offers.owner[at], count)
    ones, boundless = np.ones(len(communes)), np.full(len(rows), np.inf)
    solver = program(
        sp.vstack([takes, use[:, rows].T]), np.append(ones, -boundless), np.append(ones, room[rows]), offers.worth[at],
        np.zeros(count), np.ones(count), count,
    )  # fmt: skip
    now = float(offers.worth[chosen[communes]].sum())
    gap = GAP * abs(offers.bound) / max(1.0, abs(now))
    for name, value in {
        "mip_max_nodes": NODES,
        "mip_allow_restart": False,
        "mip_rel_gap": gap,
        "objective_target": -now - more,
    }.items():
        solver.setOptionValue(name, value)
    begin = highspy.HighsSolution()
    begin.col_value = (chosen[offers.owner[at]] == at).astype(float)
    solver.setSolution(begin)
    solver.run()
    x = np.asarray(solver.getSolution().col_value)
    taken = at[x > 1 / 2] if len(x) else at[:0]
    is_better = len(taken) == len(communes) and offers.worth[taken].sum() > now * (1 + 1e-12)
    return taken if is_better else at[:0]
