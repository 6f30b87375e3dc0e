"""The search of a country: prices of what communes share, and a plan made at them, without a program of the whole.

The best prices come from a program that chooses among what communes offer (``relaxed``); the plan is one offer of each
commune (``choose``).
"""

from dataclasses import dataclass

import numpy as np

from ntm_lib.planning.optimise.choose import Effort, choose
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.items import Items, on_their_own, read_items
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.relaxed import relax
from ntm_lib.planning.problem import Bools, Floats, Ints, NotFound

WHOLE = Effort(rounds=6, exchanges=20)


@dataclass(frozen=True, eq=False)
class AtPrices:
    """The best ``plan`` found at prices (model's variables; None: none), the ``bound`` on any plan and the ``prices`` that prove it."""

    plan: Floats | None
    bound: float
    prices: Floats


def country(model: Model, options: Options, start: Floats | None) -> Found:
    """Price and plan; raises ``NotFound`` where no plan was found, which does not prove that there is none."""
    priced = at_prices(model, read_items(model), options, WHOLE)
    found = [one for one in (priced.plan, start) if one is not None]
    if not found:
        raise NotFound
    best = max(found, key=lambda one: float(model.worth @ one))
    return Found(best, float(model.worth @ best) + model.base, priced.bound, 0)


def at_prices(model: Model, items: Items, options: Options, effort: Effort) -> AtPrices:
    """Price what communes share, and plan at the prices."""
    draw, items = np.random.default_rng(options.seed), on_their_own(model, items)
    sharing = Sharing.of(model, items)
    offers, relaxed = relax(model, items, sharing.district, options.gap, draw)
    plan = choose(offers, relaxed, sharing.is_wide, sharing.district, options.gap, draw, effort)
    return AtPrices(plan, offers.bound, offers.prices)


@dataclass(frozen=True, eq=False)
class Sharing:
    """``district`` (rows): the one whose communes alone take of it, -1 where none or several do; ``is_wide``: several do."""

    district: Ints
    is_wide: Bools

    @classmethod
    def of(cls, model: Model, items: Items) -> "Sharing":
        """Read who takes of each row of the items of a model."""
        flat, take = items.flat, items.take.tocoo()
        n, years = flat.standard.shape
        owner = np.append(flat.owner[items.gap_of], np.tile(np.arange(n).repeat(years), 3))
        district = model.problem.district[owner[take.row]]
        rows, count = take.shape[1], len(model.problem.districts)
        first, last = np.full(rows, count), np.full(rows, -1)
        np.minimum.at(first, take.col, district)
        np.maximum.at(last, take.col, district)
        return cls(np.where(first == last, first, -1), last > first)
