"""Decide who reaches which level when, with criteria in parts: a small whole-number problem that proves nearly everything.

A criterion completed in part wins little, a commune that reaches the standard in part wins much. So the levels alone are
whole-numbered. What is found bounds every plan, and is the relaxed plan that lies nearest to a whole one.
"""

from dataclasses import replace

import numpy as np

from ntm_lib.planning.optimise import highs
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.problem import Floats


def levels(model: Model, options: Options, *, spare: float = 0.0) -> Found:
    """Return a plan with whole levels and the bound it proves, to the gap of ``options`` or as far as its nodes go.

    ``spare``: so much of what a usual step takes, or of what there is, is left unused in each purse and year, so that whole
    criteria fit in later (the bound then holds only for plans that do the same). Raises ``Infeasible`` when there is no such
    plan, ``NotFound`` when the nodes ran out before one was found.
    """
    whole = np.zeros(len(model.worth), dtype=bool)
    whole[level_columns(model)] = True
    high, money = model.high.copy(), slice(model.money, model.money + model.problem.money.size)
    if spare:
        high[money] -= spare * np.minimum(_usual(model), np.maximum(high[money], 0.0))
    return highs.solve(replace(model, whole=whole, high=high), replace(options, hasty=True), goes_on=False)


def _usual(model: Model) -> Floats:
    """Return what a step that pays from a purse in a year usually takes of it (s * t)."""
    spend = model.problem.steps.spend.tocsc()
    return np.array([np.median(part) if len(part) else 0.0 for part in np.split(spend.data, spend.indptr[1:-1])])


def level_columns(model: Model) -> np.ndarray:
    """Positions of the variables that tell levels of communes and districts."""
    places = model.places
    kinds = (places.standard, places.advanced, places.model, places.districts)
    return np.concatenate([place[place >= 0] for place in kinds])


def with_levels(model: Model, x: Floats) -> Model:
    """Return the model with the levels of every commune as they stand in ``x``."""
    lower, upper = model.lower.copy(), model.upper.copy()
    held = level_columns(model)
    lower[held] = upper[held] = np.rint(x[held])
    return replace(model, lower=lower, upper=upper)
