"""Prices of what communes share: at them every commune decides alone, and what they all gain is a bound on any plan.

The bound is the lower the better the prices; the best prices are those of the linear relaxation. Where no district has rows
of its own they are found without solving it: what groups of communes gain and take at some prices are planes below what they
gain at any, and the lowest point of the planes near the best prices seen is asked next. First a few communes are asked, then
some that stand for all; what all leave of the rows at the prices corrects what the some have of them, and they are asked
again. Any prices give a valid bound: the best one seen is kept.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from ntm_lib.planning.optimise.items import Items, part
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.offers import Offers, program
from ntm_lib.planning.optimise.pack import Packing
from ntm_lib.planning.problem import Bools, Floats, Ints

FEW, FIRST = 200, 10  # communes asked first; evaluations for money alone
SOME, CORRECTED = 1500, 8  # communes that stand for all; times they are asked again at most
GROUPS, ASKED = 100, 60  # of communes; times a program is made of their planes at most
WIDE, WIDER, NEAR, WIDEST = 0.5, 0.1, 0.02, 1e3  # how far the next prices may be, as a share: few, some, again; ever
SMALLER, LARGER, PATIENCE = 0.5, 2.0, 3  # times the distance; promises not kept before it becomes smaller
ROUGH, FAIR, ENOUGH = 1e-3, 1e-4, 3e-5  # what planes promise at most, as a share of the bound, to end: few, some, again
WHOLE, KEPT = 1e-9, 0.1  # the share of a promise that keeps it
SCALE = 0.1  # a price of nothing may move by so much of what lacking costs
TOGETHER = 4  # prices whose answers together leave nothing over


@dataclass(frozen=True, eq=False)
class Priced:
    """The ``best`` prices of all rows, and prices near them whose answers, in parts, ``together`` use what there is of each row."""

    best: Floats
    together: list[Floats]


def price(model: Model, items: Items, draw: np.random.Generator) -> Priced:
    """Find good prices of all rows."""
    count = len(items.flat.must)
    few = _some(model, items, draw.permutation(count)[:FEW])
    planes = _Planes(model, few, money_first(model, few, FIRST))
    prices = planes.lower(WIDE, ROUGH if count > FEW else ENOUGH)
    if count <= FEW:
        return Priced(prices, planes.together())
    offers, share = Offers(Packing.of(model, items, prices)), min(SOME, count) / count
    some = _some(model, items, _like_all(offers, prices))
    planes = _Planes(model, some, prices)
    for turn in range(CORRECTED):
        before = offers.bound
        bound, done, others = offers.answer(prices)
        if before - bound <= ENOUGH * abs(bound):
            break
        left = items.room - items.take.T @ done - items.extra.T @ others
        how = (NEAR, ENOUGH) if turn else (WIDER, FAIR)
        prices = planes.corrected(prices, share * np.asarray(left), *how)
    return Priced(offers.prices, planes.together())


def _like_all(offers: Offers, prices: Floats) -> Ints:
    """Return communes that stand for all: some at even distances in the order of what all would reach and gain at prices."""
    items, count = offers.packing.items, offers.count
    worth, level, _year = offers.best(items.value - items.take @ prices)
    order = np.lexsort((worth, level[:, 0]))
    return order[np.linspace(0, count, min(SOME, count), endpoint=False).astype(np.int64)]


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


@dataclass(frozen=True, eq=False)
class _Asked:
    """``prices`` of all rows, what all ``gain`` at them, the rooms of the rows not counted, and what they ``use`` of each row."""

    prices: Floats
    gain: float
    use: Floats


class _Planes:
    """What groups of communes, and the variables of none, gain and take: a program whose columns are prices and gains.

    ``best``, ``bound``: the best prices asked and what they prove, for the ``room`` of the rows.
    """

    def __init__(self, model: Model, items: Items, prices: Floats) -> None:
        packing = Packing.of(model, items, prices)
        self.offers, self.items, self.room, self.lack = Offers(packing), items, items.room, packing.lack
        self.best, self.bound, self.asked = prices, np.inf, list[_Asked]()
        count, years = items.flat.standard.shape
        self.groups = min(GROUPS, count)
        owner = np.append(items.flat.owner[items.gap_of], np.tile(np.arange(count).repeat(years), 3))
        self.group = owner % self.groups
        is_used = np.diff(sp.vstack([items.take, items.extra]).tocsc().indptr) > 0
        self.rows = np.flatnonzero(is_used | (items.room < 0))
        self.least = np.where(items.is_equal, -np.inf, 0.0)[self.rows]
        gains = self.groups + 1
        self.solver = program(
            sp.csr_matrix((0, len(self.rows) + gains)), np.zeros(0), np.zeros(0),
            -np.append(self.room[self.rows], np.ones(gains)), np.append(self.least, np.full(gains, -np.inf)),
            np.full(len(self.rows) + gains, np.inf),
        )  # fmt: skip

    def lower(self, distance: float, enough: float) -> Floats:
        """Ask at better and better prices; return the best.

        ``distance``: how far the first may be. Where planes promise too much, time after time, the next are nearer; where
        they kept their promise, those that lie as far as they may, farther. ``enough``: what planes promise to end, as a
        share of the bound.
        """
        far = np.full(len(self.rows), distance)
        prices, promised, missed = self.best, np.inf, 0
        at_edge = np.zeros(len(far), dtype=bool)
        for turn in range(ASKED):
            before = self.bound
            bound = self._ask(prices)
            kept = (before - bound) / max(before - promised, WHOLE) if turn else 1.0
            missed = 0 if kept > KEPT else missed + 1
            if not missed:
                far[at_edge] *= LARGER
            elif kept < -1 or missed >= PATIENCE:
                far, missed = far * SMALLER, 0
            promised, prices, at_edge = self._lowest(far)
            while self.bound - promised <= enough * abs(self.bound) and at_edge.any() and far.max() < WIDEST:
                far[at_edge] *= LARGER
                promised, prices, at_edge = self._lowest(far)
            if self.bound - promised <= enough * abs(self.bound):
                break
        return self.best

    def corrected(self, prices: Floats, left: Floats, distance: float, enough: float) -> Floats:
        """Return the best prices if as much were ``left`` of each row at some prices; ``distance``, ``enough``: see ``lower``."""
        self.room = self._answer(prices).use + left
        self.best, self.bound = prices, np.inf
        self.solver.changeColsCost(len(self.rows), np.arange(len(self.rows), dtype=np.int32), self.room[self.rows])
        return self.lower(distance, enough)

    def together(self) -> list[Floats]:
        """Return the prices whose planes carry most of the lowest point: parts of their answers use what there is of each row."""
        weight = np.abs(np.asarray(self.solver.getSolution().row_dual)).reshape(len(self.asked), -1).sum(axis=1)
        return [self.asked[at].prices for at in np.argsort(-weight, kind="stable")[:TOGETHER]]

    def _ask(self, prices: Floats) -> float:
        """Return the bound that some prices prove."""
        bound = self._answer(prices).gain + float(self.room @ prices)
        if bound < self.bound:
            self.best, self.bound = prices, bound
        return bound

    def _answer(self, prices: Floats) -> _Asked:
        """Return what all answer to prices; what is new becomes planes."""
        for known in self.asked:
            if np.array_equal(known.prices, prices):
                return known
        items, groups = self.items, self.groups
        bound, done, others = self.offers.answer(prices)
        chosen = np.flatnonzero(done)
        pick = sp.csr_matrix((np.ones(len(chosen)), (self.group[chosen], chosen)), (groups, len(done)))
        use = np.vstack([(pick @ items.take).toarray(), others @ items.extra])
        worth = np.append(pick @ items.value, others @ items.extra_value)
        planes = sp.hstack([sp.csr_matrix(use[:, self.rows]), sp.eye(groups + 1)]).tocsr()
        self.solver.addRows(
            groups + 1, worth, np.full(groups + 1, np.inf), planes.nnz, planes.indptr[:-1], planes.indices, planes.data
        )
        self.asked.append(_Asked(prices, bound - float(items.room @ prices), use.sum(axis=0)))
        return self.asked[-1]

    def _lowest(self, distance: Floats) -> tuple[float, Floats, Bools]:
        """Return the lowest point of the planes near the best prices: the bound they promise there, the prices of all rows,
        and which of them lie as far as they may.
        """  # fmt: skip
        best, least = self.best[self.rows], self.least
        far = distance * np.maximum(np.abs(best), SCALE * self.lack[self.rows])
        lower, upper = np.maximum(least, best - far), best + far
        self.solver.changeColsBounds(len(best), np.arange(len(best), dtype=np.int32), lower, upper)
        self.solver.run()
        x = np.asarray(self.solver.getSolution().col_value)[: len(best)]
        is_far = (far > 0) & ((x >= upper - WHOLE * far) | ((x <= lower + WHOLE * far) & (lower > least)))
        prices = self.best.copy()
        prices[self.rows] = x
        base = self.offers.packing.model.base
        return float(self.solver.getInfo().objective_function_value) + base, prices, is_far
