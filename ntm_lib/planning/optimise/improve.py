"""Improve a plan round by round: a few communes are decided anew by the solver while the others stand."""

from dataclasses import replace
from functools import partial

import numpy as np

from ntm_lib.planning.optimise import highs
from ntm_lib.planning.optimise.highs import Found, Relaxed
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


def indifference(model: Model, relaxed: Relaxed) -> Floats:
    """How much worse each commune would do the other way (n): reach the standard, or not; 0 where the relaxation is open.

    Order and lags are left out: this only chooses which communes are looked at again.
    """
    open_communes = np.zeros(len(model.problem.communes), dtype=bool)
    for column, commune in owned(model):
        part = np.abs(relaxed.x[column] - np.rint(relaxed.x[column])) > WHOLE
        open_communes[commune[part]] = True
    reached, unreached = _profits(model, _priced(model, relaxed))
    return np.where(open_communes, 0.0, np.abs(reached - unreached) + WHOLE)


def _priced(model: Model, relaxed: Relaxed) -> Floats:
    """Worth of each variable less what it takes, at the prices of the shared rows."""
    return np.asarray(model.worth - model.rows[model.shared :].T @ relaxed.prices[model.shared :])


def _profits(model: Model, priced: Floats) -> tuple[Floats, Floats]:
    """Best profit of each commune (n) that reaches the standard in some year (-inf: cannot), and of one that does not."""
    steps, gaps, place = model.problem.steps, model.gaps, model.places.standard
    years = place.shape[1]
    value = np.zeros((*model.problem.met.shape, years))
    value[steps.commune, steps.criterion, steps.year] = priced[model.places.done]
    value = np.cumsum(value[:, :, ::-1], axis=2)[:, :, ::-1]  # what completing in a year is worth
    there = np.full(value.shape, -np.inf)
    there[steps.commune, steps.criterion, steps.year] = value[steps.commune, steps.criterion, steps.year]
    best = np.maximum.accumulate(there, axis=2)
    is_gap = gaps.upto.max(axis=2, initial=-1) >= 0
    unreached = np.maximum(best[:, :, -1], 0.0, where=is_gap, out=np.zeros(is_gap.shape)).sum(axis=1)
    level = np.where(place >= 0, priced[np.maximum(place, 0)], 0.0)
    level = np.cumsum(level[:, ::-1], axis=1)[:, ::-1]
    closed = np.where(is_gap[:, :, None], best, 0.0).sum(axis=1)
    reached = np.where(place >= 0, closed + level, -np.inf).max(axis=1, initial=-np.inf)
    return reached, unreached


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
