"""Villages by year: a village is worth and costs the same whenever it is done, so a plan spreads them over the years."""

from dataclasses import replace

import numpy as np

from ntm_lib.planning.optimise import plans
from ntm_lib.planning.optimise.ledger import keep_ledger
from ntm_lib.planning.problem import Floats, Ints, Problem, Solution

ROUNDING = 1e-9  # of a village: what money is short of by less than this is there


def evenly(problem: Problem, plan: Solution) -> Solution:
    """Return the plan with its villages as even over the years as money and aims by year allow.

    How many each commune completes, what the plan spends in all and what it is worth stay as they are.
    """
    now = plan.villages.sum(axis=0)
    if now.max(initial=0) - now.min(initial=0) < 2:
        return plan
    in_year, until = _most(problem, plan)
    asked = np.zeros(len(now), dtype=np.int64)
    for year, count in problem.aims.villages_by_year.items():
        asked[year] = count - problem.start_villages
    return replace(plan, villages=plans.share_out(plan.villages.sum(axis=1), even(now, in_year, until, asked)))


def even(now: Ints, in_year: Ints, until: Ints, asked: Ints) -> Ints:
    """Spread a number over the years (t): of all ways that keep the limits one whose sum of squares is least.

    ``now``: a way that keeps them. ``in_year``: most in each year; ``until``, ``asked``: most and least by its end.
    """
    found = now.copy()
    while True:
        moved = False
        for source in np.argsort(-found, kind="stable").tolist():
            for to in np.argsort(found, kind="stable").tolist():
                first, last = min(source, to), max(source, to)
                by_end = found.cumsum()[first:last]
                between = until[first:last] - by_end if to < source else by_end - asked[first:last]
                count = min((found[source] - found[to]) // 2, in_year[to] - found[to], between.min(initial=found.sum()))
                if count > 0:
                    found[source] -= count
                    found[to] += count
                    moved = True
        if not moved:
            return found


def _most(problem: Problem, plan: Solution) -> tuple[Ints, Ints]:
    """Return the most villages that the money allows in each year (t) and up to the end of each year (t)."""
    pays = problem.village_spend > 0
    each = problem.village_spend[pays, None]
    others = keep_ledger(problem, plan).money.sum(axis=0)[pays] - each * plan.villages.sum(axis=0)
    left = (problem.money[pays] - others) / each
    carries = problem.carries[pays]
    now = plan.villages.sum(axis=0)
    return _whole(left[~carries], now), _whole(np.cumsum(left[carries], axis=1), now.cumsum())


def _whole(villages: Floats, at_least: Ints) -> Ints:
    """Return the fewest of what the purses (rows) allow, in whole villages; what the plan does is allowed."""
    most = np.floor(villages.min(axis=0, initial=float(np.iinfo(np.int32).max)) + ROUNDING)
    return np.asarray(np.maximum(most, at_least), dtype=np.int64)
