"""Find a good plan in a moment, near one that was made for nearly the same problem; the relaxation says how good it is."""

from dataclasses import replace

import numpy as np

from ntm_lib.planning.optimise import Options, check
from ntm_lib.planning.optimise import highs, plans
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.optimise.model import Model, build
from ntm_lib.planning.optimise.price import rest_stands
from ntm_lib.planning.optimise.search import finish
from ntm_lib.planning.problem import Floats, Infeasible, Ints, Problem, Solution

AROUND = Options(gap=0.003, nodes=10, ties=False)
SHARES = (0.0, 0.5)  # of the communes at the standard that are decided anew beside all others, round by round


def near(problem: Problem, start: Solution, options: Options) -> Solution | None:
    """Return a plan near ``start``, checked, with the relaxation's bound; None where none was found near it.

    Communes that ``start`` brings to the standard stand as they are and all others are decided anew; then those that
    reach it last are decided anew too. Ends once a plan is proven to ``options.gap``. Raises ``Infeasible`` when even the
    relaxation has no plan.
    """
    model = build(problem)
    relaxed = highs.relax(model)
    best = plans.write(model, start)
    enough = relaxed.bound - options.gap * max(1.0, abs(relaxed.bound))
    found, nodes = (best if _fits(problem, start) else None), 0
    for share in SHARES:
        if found is not None and float(model.worth @ found) + model.base >= enough:
            break
        base = best if found is None else found
        try:
            tried = highs.solve(rest_stands(model, base, _free(problem, start, share)), AROUND, found, enough)
        except Infeasible:
            continue
        nodes += tried.nodes
        if found is None or tried.objective > model.worth @ found + model.base:
            found = tried.x
    return None if found is None else _proven(problem, model, found, relaxed.bound, nodes, options)


def _fits(problem: Problem, plan: Solution) -> bool:
    value = worth(problem, plan)
    return not check(problem, replace(plan, objective=value, bound=value))


def _free(problem: Problem, start: Solution, share: float) -> Ints:
    """Return the communes to decide anew: those below the standard, and a share of the others, the latest first."""
    years = len(problem.years)
    below = np.flatnonzero(start.standard >= years)
    reached = np.flatnonzero(start.standard < years)
    latest = reached[np.argsort(-start.standard[reached], kind="stable")]
    return np.concatenate([below, latest[: round(share * len(reached))]])


def _proven(problem: Problem, model: Model, x: Floats, bound: float, nodes: int, options: Options) -> Solution | None:
    plan = plans.read(model, x)
    done = finish(problem, replace(plan, objective=worth(problem, plan)), bound, nodes, options)
    return None if done.gap is None else done
