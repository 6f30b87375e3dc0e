"""Improve a plan round by round: a few communes are decided anew by the solver while the others stand."""

from dataclasses import replace
from functools import partial

import numpy as np

from ntm_lib.planning.optimise import highs
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.threads import THREADS, side_by_side
from ntm_lib.planning.problem import Bools, Floats, Ints

FREE, NODES, GAP = 32, 15, 2e-4  # communes, nodes and gap of a search
ROUNDS, IDLE = 18, 5  # rounds at most, and without a gain
WHOLE = 1e-6


def improve(model: Model, best: Floats, order: Ints, options: Options, enough: float) -> tuple[Floats, int]:
    """Return the best plan found (model's variables) and the nodes searched.

    In turn: communes that hardly care (the first of ``order``), any communes, two districts. The choice is drawn from the
    seed, so the same problem gives the same plan. Ends when the plan is worth ``enough``, the nodes run out, or ``IDLE``
    rounds gained nothing.
    """
    draw, nodes, idle = np.random.default_rng(options.seed), 0, 0
    worth = float(model.worth @ best) + model.base
    few = replace(options, gap=min(options.gap, GAP), nodes=NODES, ties=False)
    for turn in range(ROUNDS):
        if worth >= enough or nodes >= options.nodes or idle >= IDLE:
            break
        free = [_some_communes(model, order, turn * THREADS + at, draw) for at in range(THREADS)]
        tried = side_by_side(partial(_anew, model, few, best), free)
        found = max(tried, key=lambda one: one.objective)
        nodes += sum(one.nodes for one in tried)
        idle = 0 if found.objective > worth + WHOLE else idle + 1
        if found.objective > worth:
            best, worth = found.x, found.objective
    return best, nodes


def _anew(model: Model, options: Options, plan: Floats, free: Ints) -> Found:
    return highs.solve(rest_stands(model, plan, free), options, plan)


def _some_communes(model: Model, order: Ints, turn: int, draw: np.random.Generator) -> Ints:
    size = min(FREE, len(order))
    match turn % 3:
        case 0:
            return draw.choice(order[: 2 * FREE], min(size, len(order[: 2 * FREE])), replace=False)
        case 1:
            return draw.choice(order, size, replace=False)
    count = len(model.problem.districts)
    districts = draw.choice(count, min(2, count), replace=False)
    return np.flatnonzero(np.isin(model.problem.district, districts))[:FREE]


def owned(model: Model) -> list[tuple[Ints, Ints]]:
    """Variables that belong to one commune, with the commune."""
    owned = [(model.places.done, model.problem.steps.commune)]
    for place in (model.places.standard, model.places.advanced, model.places.model, model.places.villages):
        commune, year = np.nonzero(place >= 0)
        owned.append((place[commune, year], commune))
    return owned


def rest_stands(model: Model, x: Floats, free: Ints) -> Model:
    """Return the model with every commune but the free ones, and those the relaxation leaves open, as the relaxation has it."""
    is_free: Bools = np.zeros(len(model.problem.communes), dtype=bool)
    is_free[free] = True
    lower, upper = model.lower.copy(), model.upper.copy()
    for column, commune in owned(model):
        part = np.abs(x[column] - np.rint(x[column])) > WHOLE
        is_free[commune[part]] = True
    for column, commune in owned(model):
        fixed = column[~is_free[commune]]
        lower[fixed] = upper[fixed] = np.rint(x[fixed])
    return replace(model, lower=lower, upper=upper)
