"""The search of a country: prices of what communes share, and a plan made at them, without a program of the whole.

The best prices come from a program that chooses among what communes offer (``relaxed``); the plan is one offer of each
commune (``choose``).
"""

from dataclasses import dataclass

import numpy as np

from ntm_lib.planning.optimise.choose import choose
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.items import Items, on_their_own, read_items
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.relaxed import relax
from ntm_lib.planning.problem import Bools, Floats, Ints, NotFound


def country(model: Model, options: Options, start: Floats | None) -> Found:
    """Price what communes share, and plan at the prices; raises ``NotFound`` where no plan was found, which does not prove that there is none."""
    draw, items = np.random.default_rng(options.seed), on_their_own(model, read_items(model))
    sharing = Sharing.of(model, items)
    offers, relaxed = relax(model, items, sharing.district, options.gap, draw)
    plan = choose(offers, relaxed, sharing.is_wide, sharing.district, options.gap, draw)
    found = [one for one in (plan, start) if one is not None]
    if not found:
        raise NotFound(offers.bound)
    best = max(found, key=lambda one: float(model.worth @ one))
    return Found(best, float(model.worth @ best) + model.base, offers.bound, 0)


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
