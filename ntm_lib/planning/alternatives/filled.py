"""Fill a plan: everything planned stands, nothing comes later, and what still fits is searched to a proof."""

from dataclasses import replace

import numpy as np

from ntm_lib.planning.optimise import Options, highs, plans
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.optimise.model import Model, build
from ntm_lib.planning.optimise.search import finish
from ntm_lib.planning.problem import Floats, Problem, Solution

BESIDE = Options(gap=1e-6, nodes=300, ties=False)  # few things fit beside a plan: the search is small
NOTHING = 1e-6  # a gain of less is rounding


def filled(problem: Problem, solution: Solution) -> Solution:
    """Return the plan with all that still fits, nothing coming later; the plan itself where nothing does."""
    return fill(build(problem), solution)[0]


def fill(model: Model, solution: Solution) -> tuple[Solution, float]:
    """Return the filled plan, and what a plan could gain on it at most while nothing comes later."""
    problem = model.problem
    start = plans.write(model, solution)
    found = highs.solve(stands(model, start), BESIDE, start)
    plan = plans.read(model, found.x)
    plan = replace(plan, objective=worth(problem, plan))
    if plan.objective > solution.objective + NOTHING:
        better = finish(problem, plan, solution.bound, solution.nodes + found.nodes, BESIDE)
        if better.gap is not None:
            return replace(better, is_proven=solution.is_proven), max(0.0, found.bound - better.objective)
    return solution, max(0.0, found.bound - solution.objective)


def stands(model: Model, x: Floats) -> Model:
    """Return the model in which all that a plan (the model's variables) does is done at least as early."""
    places = model.places
    kinds = (places.standard, places.advanced, places.model, places.villages, places.pool)
    held = np.concatenate([places.done, *(place[place >= 0] for place in kinds)])
    lower = model.lower.copy()
    lower[held] = np.maximum(lower[held], np.rint(x[held]))
    return replace(model, lower=lower)
