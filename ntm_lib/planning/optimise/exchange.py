"""Improve a plan of offers: communes that lose most, and some that hardly care, choose again together while the rest stands.

What one gives up another can take only if the sums come out, which single switches seldom find; a small program does.
"""

import highspy
import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise.offers import Offers, one_each, program
from ntm_lib.planning.problem import Floats, Ints

SIZE, NODES, GAP = 150, 5, 2e-5  # communes, nodes and gap (of the bound) of an exchange
NEAR, CARELESS = (
    8.0,
    6,
)  # offers that lose at most so much by a usual item's worth; drawn from so many times their number
SPREAD = 0.5  # of chance in who loses most, by a usual item's worth


def exchange(
    offers: Offers, prices: Floats, at: Ints, chosen: Ints, left: Floats, draw: np.random.Generator
) -> tuple[Ints, Floats]:
    """Return the offer of each commune (n) and what is left of each row; the plan is worth no less than before.

    ``at``: offers to choose from, the ``chosen`` ones among them. ``left`` (rows) must lack nothing.
    """
    usual = offers.packing.items.usual
    profit = offers.worth - offers.use @ prices
    best = np.full(offers.count, -np.inf)
    np.maximum.at(best, offers.owner[at], profit[at])
    free = _who(best - profit[chosen], _nearest(offers, profit, at, chosen), usual, draw)
    some = at[np.isin(offers.owner[at], free)]
    loss = best[offers.owner[some]] - profit[some]
    some = some[(loss < NEAR * usual) | (chosen[offers.owner[some]] == some)]
    use: sp.csr_matrix = offers.use[some]
    room = left + np.asarray(offers.use[chosen[free]].sum(axis=0)).ravel()
    taken = _solve(offers, some, use, room, chosen)
    if taken is None:
        return chosen, left
    final = chosen.copy()
    final[offers.owner[taken]] = taken
    return final, room - np.asarray(offers.use[taken].sum(axis=0)).ravel()


def _nearest(offers: Offers, profit: Floats, at: Ints, chosen: Ints) -> Floats:
    """How far each commune's other offers are from its own, by profit at the prices (n; inf: it has none)."""
    owner = offers.owner[at]
    is_other = chosen[owner] != at
    nearest = np.full(offers.count, np.inf)
    np.minimum.at(nearest, owner[is_other], np.abs(profit[chosen][owner] - profit[at])[is_other])
    return nearest


def _who(loss: Floats, nearest: Floats, usual: float, draw: np.random.Generator) -> Ints:
    size = min(SIZE, len(loss))
    first = np.argsort(-(loss + draw.exponential(SPREAD * usual, len(loss))))[: size // 2]
    rest = np.setdiff1d(np.argsort(nearest, kind="stable")[: CARELESS * size], first)
    return np.append(first, draw.choice(rest, min(len(rest), size - len(first)), replace=False))


def _solve(offers: Offers, at: Ints, use: sp.csr_matrix, room: Floats, chosen: Ints) -> Ints | None:
    """Return the best offer found for each commune of ``at``; None: nothing better than the ``chosen`` ones."""
    count, rows = len(at), np.flatnonzero(np.diff(use.tocsc().indptr) > 0)
    communes, takes = one_each(offers.owner[at], count)
    ones, free = np.ones(len(communes)), np.full(len(rows), np.inf)
    solver = program(
        sp.vstack([takes, use[:, rows].T]), np.append(ones, -free), np.append(ones, room[rows]), offers.worth[at],
        np.zeros(count), np.ones(count), count,
    )  # fmt: skip
    now = float(offers.worth[chosen[communes]].sum())
    gap = GAP * abs(offers.bound) / max(1.0, abs(now))
    for name, value in {"mip_max_nodes": NODES, "mip_allow_restart": False, "mip_rel_gap": gap}.items():
        solver.setOptionValue(name, value)
    begin = highspy.HighsSolution()
    begin.col_value = (chosen[offers.owner[at]] == at).astype(float)
    solver.setSolution(begin)
    solver.run()
    x = np.asarray(solver.getSolution().col_value)
    taken = at[x > 1 / 2] if len(x) else at[:0]
    is_better = len(taken) == len(communes) and offers.worth[taken].sum() > now * (1 + 1e-12)
    return taken if is_better else None
