"""The search of a country: prices of what communes share, and a plan made at them, without a program of the whole.

Where districts have rows of their own, the best prices come from a program that chooses among what communes offer
(``relaxed``). Where they have none, they come from what groups of communes gain (``prices``), and many communes are enough to
come out right one after the other: each takes its best plan at prices that lean against what is left over or lacks
(``steer``). Where that is not good enough, and for districts, the plan is one offer of each commune (``choose``).
"""

from dataclasses import dataclass

import numpy as np

from ntm_lib.planning.optimise.choose import choose
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.items import Items, read_items
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.pack import Packing, keeps, share_closed, start_from, written
from ntm_lib.planning.optimise.prices import Priced, price
from ntm_lib.planning.optimise.relaxed import relax
from ntm_lib.planning.optimise.steer import Lean, steer
from ntm_lib.planning.problem import Bools, Floats, Ints, NotFound

# A price falls by this share at most, sweep after sweep; by how much when what a commune usually takes is left over, in the
# first try and the others.
LEANS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
SHARP = (1 / 30, 1.0, 30.0)
SWEPT = 5000  # communes in a sweep, at most
STRICT = 5.0  # what lacks costs so many times its worth


def country(model: Model, options: Options, start: Floats | None) -> Found:
    """Price and plan; raises ``NotFound`` where no plan was found, which does not prove that there is none."""
    items, draw = read_items(model), np.random.default_rng(options.seed)
    sharing, bound, best = Sharing.of(model, items), np.inf, start

    def is_enough() -> bool:
        return best is not None and float(model.worth @ best) + model.base >= bound - options.gap * max(1.0, abs(bound))

    if not (sharing.district >= 0).any():
        priced = price(model, items, draw)
        bound = priced.bound
        for sharp in SHARP:
            plan = steered(Packing.of(model, items, priced.prices), priced, sharp, draw)
            best = _better(model, best, plan)
            if is_enough():
                break
    if not is_enough():
        offers, relaxed = relax(model, items, sharing.district, draw)
        bound = min(bound, offers.bound)
        best = _better(model, best, choose(offers, relaxed, sharing.is_wide, sharing.district, options.gap, draw))
    if best is None:
        raise NotFound
    objective = float(model.worth @ best) + model.base
    return Found(best, objective, max(bound, objective), 0)


def _better(model: Model, one: Floats | None, other: Floats | None) -> Floats | None:
    """Return the plan that is worth more; None: there is none."""
    found = [plan for plan in (one, other) if plan is not None]
    return max(found, key=lambda plan: float(model.worth @ plan), default=None)


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


def steered(packing: Packing, priced: Priced, sharp: float, draw: np.random.Generator) -> Floats | None:
    """Return a plan (model's variables) made at the prices of a packing, None where it does not keep every row.

    No district has rows of its own. ``sharp``: how much prices lean.
    """
    items, model = packing.items, packing.model
    state, held, free, room = start_from(packing, priced.x, share_closed(packing, priced.x))
    count = len(items.flat.must)
    usually = np.maximum(np.abs(room), 1e-9) / count
    rows = np.flatnonzero(np.diff(items.take.tocsc().indptr) > 0)
    for most in LEANS:
        lean = Lean(rows, sharp * packing.all_in / usually, most * packing.all_in)
        swept = draw.permutation(count)[:SWEPT]
        left, lack = state.left.copy(), STRICT * packing.lack
        steer(items.flat, swept, lean, state, items.value, packing.prices, lack, left)
    values = held.copy()
    values[free] = state.other
    plan = written(packing, state, values)
    return plan if keeps(model, plan) else None
