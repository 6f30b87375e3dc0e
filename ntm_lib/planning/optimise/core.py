"""The core of a problem: the choices that prices leave open.

At the prices of what communes share each commune decides alone. A choice by which it loses more than a better plan could
spare is in no better plan; one by which it loses much is in hardly any good plan. What is left is a small problem.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse.linalg import spsolve

from ntm_lib.planning.optimise.highs import Relaxed, relax
from ntm_lib.planning.optimise.items import Flat, Items, on_their_own, read_items
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.oracle import NEVER, values
from ntm_lib.planning.problem import Bools, Floats, Infeasible, Ints

ROUNDING = 1e-9  # of the bound


@dataclass(frozen=True, eq=False)
class Losses:
    """What a commune loses at least, at the best prices, if it does something in just that year (last column: never).

    ``standard``, ``advanced``, ``model`` (n, t + 1): reaches the level; ``gaps`` (gaps, t + 1): closes the gap; inf: it
    cannot. ``bound``: what the ``prices`` of the rows of the ``items`` prove of any plan; a plan is worth less than that by
    any of its losses. ``relaxed``: the bound of the linear relaxation, which is lower where a commune would hide the standard.
    """

    items: Items
    prices: Floats
    bound: float
    relaxed: float
    standard: Floats
    advanced: Floats
    model: Floats
    gaps: Floats

    @property
    def of_levels(self) -> Floats:
        """What each commune (n) loses at least if its levels are decided otherwise than is best for it; inf: it has no choice."""
        return np.minimum(np.minimum(_second(self.standard), _second(self.advanced)), _second(self.model))

    @property
    def of_gaps(self) -> Floats:
        """What is lost at least if a gap is not closed in the year that is best for its commune; inf: there is no choice."""
        return _second(self.gaps)


def losses(model: Model) -> Losses:
    """Ask each commune what it loses by each choice, at the prices of the linear relaxation; raises ``Infeasible`` where that has no solution, or a commune no plan."""
    items, relaxed = read_items(model), relax(model)
    prices, own = _row_prices(model, items, relaxed), on_their_own(model, items)
    flat, profit = own.flat, own.value - own.take @ prices
    best = _gained(flat, profit)
    if np.isinf(best).any():
        raise Infeasible
    spare = own.extra_value - own.extra @ prices
    bound = float(best.sum() + np.maximum(spare, 0.0) @ own.upper + prices @ own.room) + model.base
    standard, advanced, higher = (best[:, None] - gained for gained in _by_level(flat, profit))
    gaps = best[flat.owner, None] - _by_gap(flat, profit)
    return Losses(items, prices, bound, relaxed.bound, standard, advanced, higher, gaps)


def _row_prices(model: Model, items: Items, relaxed: Relaxed) -> Floats:
    """Return the prices of the rows of the items: those of the model's rows are sums of them."""
    own = relaxed.prices[model.shared :]
    if not len(items.room):
        return np.zeros(0)
    prices = np.atleast_1d(spsolve((items.rows @ items.rows.T).tocsc(), items.rows @ own))
    return np.where(items.is_equal, prices, np.maximum(prices, 0.0))


def core(model: Model, lost: Losses, levels: float, gaps: float) -> Model:
    """Return the model without the choices that lose more: of ``levels``, and of the years of ``gaps``."""
    lower, upper = model.lower.copy(), model.upper.copy()
    places, gap, year = model.places, lost.items.gap_of, model.problem.steps.year
    every = ((places.standard, lost.standard), (places.advanced, lost.advanced), (places.model, lost.model))
    for place, losing in every:
        early, late = _by_and_after(losing, levels)
        upper[place[(place >= 0) & ~early]] = 0.0
        lower[place[(place >= 0) & ~late]] = 1.0
    early, late = _by_and_after(lost.gaps, gaps)
    upper[places.done[~early[gap, year]]] = 0.0
    lower[places.done[~late[gap, year]]] = 1.0
    return replace(model, lower=lower, upper=upper)


def better(model: Model, lost: Losses, worth: float) -> Model:
    """Return the model without what no plan does that is worth more than ``worth``."""
    most = lost.bound - worth + ROUNDING * abs(lost.bound)
    return core(model, lost, most, most)


def _by_and_after(losing: Floats, most: float) -> tuple[Bools, Bools]:
    """Tell whether something may happen by each year (n, t) and whether it may happen after it, or never."""
    best = losing.min(axis=1, keepdims=True)
    may = losing <= np.maximum(most, best)
    return np.cumsum(may, axis=1)[:, :-1] > 0, np.cumsum(may[:, ::-1], axis=1)[:, -2::-1] > 0


def _second(losing: Floats) -> Floats:
    return np.partition(losing, 1, axis=1)[:, 1]


def _gained(flat: Flat, profit: Floats) -> Floats:
    """Return what each commune (n) gains at most; -inf: it has no plan."""
    n, years = flat.standard.shape
    worth = np.zeros(n)
    values(flat, profit, 0, n, worth, np.zeros((n, 3), np.int64), np.full(len(flat.item), years))
    return np.where(worth > NEVER / 2, worth, -np.inf)


def _by_level(flat: Flat, profit: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what each commune gains at most (n, t + 1) with the standard in each year; the advanced level; the model level."""
    years = flat.standard.shape[1]
    year = np.arange(years + 1)
    advanced, model = (_paid(items, profit) for items in (flat.advanced, flat.model))
    above = advanced[:, :, None] + model[:, None, :]
    above[:, (year[None, :] < year[:, None] + flat.model_lag) & (year < years)[None, :]] = -np.inf
    since = np.where(flat.at_start[:, None], -1, year)
    follows = (year >= since[:, :, None] + flat.advanced_lag) | (year == years)
    whole = _by_standard(flat, profit)[:, :, None, None] + np.where(follows[..., None], above[:, None], -np.inf)
    return whole.max(axis=(2, 3)), whole.max(axis=(1, 3)), whole.max(axis=(1, 2))


def _paid(items: Ints, profit: Floats) -> Floats:
    """Return the profit of a level in each year (n, t + 1); -inf: it cannot be reached then."""
    gained = np.where(items >= 0, profit[np.maximum(items, 0)], -np.inf)
    return np.hstack([gained, np.zeros((len(items), 1))])


def _by_standard(flat: Flat, profit: Floats) -> Floats:
    """Return what each commune gains at most with the standard in each year (n, t + 1), higher levels apart."""
    n, years = flat.standard.shape
    none = np.full((n, years), -1)
    plain, gained = flat._replace(advanced=none, model=none), np.full((n, years + 1), -np.inf)
    for year in range(years):
        only, could = none.copy(), flat.standard[:, year] >= 0
        only[could, year] = flat.standard[could, year]
        asked = plain._replace(standard=only, must=np.minimum(flat.must, year))
        gained[:, year] = np.where(could & ~flat.at_start, _gained(asked, profit), -np.inf)
    without = _gained(plain._replace(standard=none), profit)
    gained[:, years] = np.where((flat.must < years) & ~flat.at_start, -np.inf, without)
    return gained


def _by_gap(flat: Flat, profit: Floats) -> Floats:
    """Return what its commune gains at most (gaps, t + 1) with each gap closed in each year."""
    years = flat.standard.shape[1]
    gained, place = (
        np.full((len(flat.item), years + 1), -np.inf),
        np.arange(len(flat.item)) - flat.gap_start[flat.owner],
    )
    for at in range(int(place.max(initial=-1)) + 1):  # one gap of each commune at a time
        gaps = np.flatnonzero(place == at)
        for year in range(years + 1):
            item, due = flat.item.copy(), flat.due.copy()
            item[gaps] = -1
            if year < years:
                item[gaps, year] = flat.item[gaps, year]
                due[gaps] = np.minimum(due[gaps], year)
            gained[gaps, year] = _gained(flat._replace(item=item, due=due), profit)[flat.owner[gaps]]
    return gained
