"""A few communes decided anew while the rest of a plan stands: small problems that are solved at once."""

from dataclasses import replace

import numpy as np

from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.optimise.ledger import Ledger
from ntm_lib.planning.problem import Aims, Ints, Order, Problem, Solution, Steps


def cut(problem: Problem, solution: Solution, ledger: Ledger, free: Ints) -> Problem:
    """Return the problem of the communes ``free`` (positions, rising) alone, with what the others leave.

    Advanced and model levels and villages stay as the plan has them; a commune with an advanced level keeps a standard
    early enough for it. Floors hold; the other aims and fairness are about all communes and are left to ``check``.
    ``ledger``: of the solution; it may belong to the problem before a change.
    """
    years = len(problem.years)
    others = np.ones(len(problem.communes), dtype=bool)
    others[free] = False
    taken = ledger.money[others].sum(axis=0) + ledger.packages[free].sum(axis=0)
    works = problem.works.copy()
    np.subtract.at(works, problem.district[others], ledger.works[others])
    is_advanced = solution.advanced[free] < years
    needed = np.where(is_advanced, np.maximum(solution.advanced[free] - problem.advanced_lag, -1), years)
    capped = ledger.packages[free][:, problem.capped].sum(axis=(1, 2))
    return replace(
        problem,
        communes=problem.communes[free],
        district=problem.district[free],
        met=problem.met[free],
        of=problem.of[free],
        start_standard=problem.start_standard[free],
        keep=problem.keep[free],
        steps=_steps_of(problem, free),
        order=_order_of(problem, free),
        standard_value=problem.standard_value[free],
        advanced_value=0.0,
        model_value=0.0,
        village_value=0.0,
        money=problem.money - taken,
        works=works,
        commune_cap=problem.commune_cap[free] - capped,
        fairness=0.0,
        after_spend=problem.after_spend[free],
        latest=np.minimum(problem.latest[free], np.where(problem.start_standard[free], years, needed)),
        may_standard=problem.may_standard[free],
        advanced_spend=problem.advanced_spend[free],
        model_spend=problem.model_spend[free],
        villages=np.zeros(len(free), dtype=np.int64),
        aims=Aims(floor=problem.aims.floor),
    )


def _steps_of(problem: Problem, free: Ints) -> Steps:
    steps = problem.steps
    begin, end = np.searchsorted(steps.commune, [free, free + 1])
    at = np.concatenate([np.arange(first, last) for first, last in zip(begin, end, strict=True)])
    return Steps(
        commune=np.searchsorted(free, steps.commune[at]),
        criterion=steps.criterion[at],
        year=steps.year[at],
        spend=steps.spend[at],
        works=steps.works[at],
        value=steps.value[at],
    )


def _order_of(problem: Problem, free: Ints) -> Order:
    order = problem.order
    at = np.flatnonzero(np.isin(order.commune, free))
    return Order(np.searchsorted(free, order.commune[at]), order.before[at], order.after[at], order.lag[at])


def put_back(problem: Problem, solution: Solution, free: Ints, part: Solution) -> Solution:
    """Return the plan with the communes ``free`` as ``part`` decides them, summed anew; it carries no proof."""
    done, standard = solution.done.copy(), solution.standard.copy()
    done[free] = part.done
    standard[free] = part.standard
    plan = replace(solution, done=done, standard=standard, bound=np.inf, gap=None, is_proven=False, nodes=0)
    plan = replace(plan, districts=reached_districts(problem, plan))
    return replace(plan, objective=worth(problem, plan))


def reached_districts(problem: Problem, solution: Solution) -> np.ndarray:
    """Tell which districts (d) have the shares of communes that the district aim asks for."""
    size, years = np.bincount(problem.district, minlength=len(problem.districts)), len(problem.years)
    reached = size > 0
    for level, share in (
        (solution.standard, problem.aims.district_share),
        (solution.advanced, problem.aims.district_advanced_share),
    ):
        reached &= np.bincount(problem.district[level < years], minlength=len(size)) >= share * size - 1e-6
    return reached
