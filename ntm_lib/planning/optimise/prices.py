"""Prices of what communes share: at them every commune decides alone, and what they all gain is a bound on any plan.

The bound is the lower the better the prices; the best prices are those of the linear relaxation. Where no district has rows
of its own they are found without solving it: what groups of communes gain and take at some prices are planes below what they
gain at any, and the lowest point of the planes near the best prices seen is asked next. First a few communes are asked, then
more, at last all. Any prices give a valid bound: the best one seen is kept.
"""

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from ntm_lib.planning.optimise.items import Items, part
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.offers import Offers, program
from ntm_lib.planning.optimise.pack import Packing
from ntm_lib.planning.problem import Bools, Floats, Ints

FEW, MORE, FIRST = 400, 6, 10  # communes asked first, so many times more each time; evaluations for money alone
GROUPS, ASKED = 200, 60  # of communes; times all are asked at most
WIDE, NEAR, WIDEST = (
    0.5,
    0.02,
    1e3,
)  # how far the next prices may be, as a share: among the first communes, among more; ever
SMALLER, LARGER, PATIENCE = 0.5, 2.0, 3  # times the distance; promises not kept before it becomes smaller
ENOUGH = 3e-5  # what the planes promise at most, as a share of the bound, when it is good enough
WHOLE, KEPT = 1e-9, 0.1  # the share of a promise that keeps it
SCALE = 0.1  # a price of nothing may move by so much of what lacking costs


def price(model: Model, items: Items, draw: np.random.Generator) -> tuple[Floats, float]:
    """Return good prices of all rows, and the bound they prove."""
    count = len(items.flat.must)
    order, size, distance = draw.permutation(count), min(FEW, count), WIDE
    few = _some(model, items, order[:size])
    prices = money_first(model, few, FIRST)
    while True:
        planes = _Planes(Offers(Packing.of(model, few, prices)))
        prices = planes.lower(distance)
        if size == count:
            break
        size, distance = min(MORE * size, count), NEAR
        few = _some(model, items, order[:size])
    return prices, planes.offers.bound


def _some(model: Model, items: Items, communes: Ints) -> Items:
    """Return some communes, with their share of what all share."""
    size = len(items.flat.must)
    if len(communes) == size:
        return items
    inside: Bools = np.isin(np.arange(size), communes)
    return part(items, inside, np.zeros(len(items.room), dtype=bool), len(communes) / size, model.places.closed)


def money_first(model: Model, items: Items, evaluations: int) -> Floats:
    """Lower the bound by the prices of money alone, the others nothing; return the best prices seen."""
    own = items.rows.indices[items.rows.indptr[1:] - 1] + model.shared - model.money
    money = np.flatnonzero((own >= 0) & (own < model.problem.money.size))
    both = np.asarray(abs(items.take).sum(axis=0)).ravel() + np.asarray(abs(items.extra).sum(axis=0)).ravel()
    size = np.maximum(np.maximum(np.abs(items.room), both / len(model.problem.years)), 1e-9)[money]
    offers = Offers(Packing.of(model, items, np.zeros(len(items.room))))

    def slope(given: Floats) -> tuple[float, Floats]:
        prices = np.zeros(len(items.room))
        prices[money] = given / size
        bound, done, others = offers.answer(prices)
        use = items.take.T @ done + items.extra.T @ others
        return bound, np.asarray(items.room - use)[money] / size

    minimize(
        slope, np.zeros(len(money)), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(money),
        options={"maxfun": evaluations, "maxiter": evaluations, "maxls": 30, "maxcor": 20},
    )  # fmt: skip
    return offers.prices


class _Planes:
    """What groups of communes, and the variables of none, gain and take: a program whose columns are prices and gains."""

    def __init__(self, offers: Offers) -> None:
        items = offers.packing.items
        self.offers, self.items = offers, items
        count = len(items.flat.must)
        self.groups = min(GROUPS, count)
        years = items.flat.standard.shape[1]
        owner = np.append(items.flat.owner[items.gap_of], np.tile(np.arange(count).repeat(years), 3))
        self.group = owner % self.groups
        self.asked = np.flatnonzero(
            (np.diff(sp.vstack([items.take, items.extra]).tocsc().indptr) > 0) | (items.room < 0)
        )
        gains = self.groups + 1
        self.solver = program(
            sp.csr_matrix((0, len(self.asked) + gains)), np.zeros(0), np.zeros(0),
            -np.append(items.room[self.asked], np.ones(gains)),
            np.append(np.where(items.is_equal[self.asked], -np.inf, 0.0), np.full(gains, -np.inf)),
            np.full(len(self.asked) + gains, np.inf),
        )  # fmt: skip

    def lower(self, distance: float) -> Floats:
        """Ask at better and better prices; return the best.

        ``distance``: how far the first may be. Where planes promise too much, time after time, the next are nearer; where
        they kept their promise and the best lie as far as they may, farther.
        """
        prices, promised, is_inside, missed = self.offers.prices, np.inf, True, 0
        for turn in range(ASKED):
            before = self.offers.bound
            bound = self._ask(prices)
            kept = (before - bound) / max(before - promised, WHOLE) if turn else 1.0
            missed = 0 if kept > KEPT else missed + 1
            if not missed and not is_inside:
                distance *= LARGER
            elif missed and (kept < -1 or missed >= PATIENCE):
                distance, missed = distance * SMALLER, 0
            promised, prices, is_inside = self._lowest(distance)
            while self._is_enough(promised) and not is_inside and distance < WIDEST:
                distance *= LARGER
                promised, prices, is_inside = self._lowest(distance)
            if self._is_enough(promised):
                break
        return self.offers.prices

    def _is_enough(self, promised: float) -> bool:
        return bool(self.offers.bound - promised <= ENOUGH * abs(self.offers.bound))

    def _ask(self, prices: Floats) -> float:
        """Add the planes that the answers to some prices give; return the bound they prove."""
        items, asked, groups = self.items, self.asked, self.groups
        bound, done, others = self.offers.answer(prices)
        chosen = np.flatnonzero(done)
        pick = sp.csr_matrix((np.ones(len(chosen)), (self.group[chosen], chosen)), (groups, len(done)))
        use = np.vstack([(pick @ items.take).toarray(), others @ items.extra])[:, asked]
        worth = np.append(pick @ items.value, others @ items.extra_value)
        planes = sp.hstack([sp.csr_matrix(use), sp.eye(groups + 1)]).tocsr()
        self.solver.addRows(
            groups + 1, worth, np.full(groups + 1, np.inf), planes.nnz, planes.indptr[:-1], planes.indices, planes.data
        )
        return bound

    def _lowest(self, distance: float) -> tuple[float, Floats, bool]:
        """Return the lowest point of the planes near the best prices: the bound they promise there, the prices of all rows,
        and whether none of them lies as far as it may.
        """  # fmt: skip
        packing, best, asked = self.offers.packing, self.offers.prices[self.asked], self.asked
        least = np.where(self.items.is_equal[asked], -np.inf, 0.0)
        far = distance * np.maximum(np.abs(best), SCALE * packing.lack[asked])
        lower, upper = np.maximum(least, best - far), best + far
        self.solver.changeColsBounds(len(asked), np.arange(len(asked), dtype=np.int32), lower, upper)
        self.solver.run()
        x = np.asarray(self.solver.getSolution().col_value)[: len(asked)]
        is_far = (far > 0) & ((x >= upper - WHOLE * far) | ((x <= lower + WHOLE * far) & (lower > least)))
        prices = self.offers.prices.copy()
        prices[asked] = x
        return float(self.solver.getInfo().objective_function_value) + packing.model.base, prices, not is_far.any()
