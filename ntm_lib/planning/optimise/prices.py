"""Prices of what communes share: at them every commune decides alone, and what they all gain is a bound on any plan.

The bound is the lower the better the prices; the best prices are those of the linear relaxation, and for a large problem
they are found without solving it. First the prices of money from the exact answers (their sum over many communes is nearly
smooth), then all prices from smooth answers with falling heat. Any prices give a valid bound: the best one seen is kept.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.sparse.linalg import lsqr
from scipy.special import expit

from ntm_lib.planning.optimise.items import Items, counted
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.oracle import values
from ntm_lib.planning.optimise.soft import expect
from ntm_lib.planning.problem import Bools, Floats

FIRST = 200  # evaluations for money alone
HEATS = ((0.2, 60), (0.05, 100), (0.015, 150))  # heat as a share of a usual item's worth, evaluations at most
ROUGH = ((0.2, 60), (0.05, 40))  # where a program finds the best prices from there
MEMORY = 20
THREADS = 2  # their parts are added up in one order: the same problem gives the same prices
ENOUGH = 1e-8


@dataclass(frozen=True, eq=False)
class Priced:
    """``prices`` of the rows of ``Items``, the ``bound`` they prove, ``x``: what is done on the whole (model's variables)."""

    prices: Floats
    bound: float
    x: Floats


def price(model: Model, items: Items, heats: tuple[tuple[float, int], ...] = HEATS) -> Priced:
    """Return good prices of all rows, the bound they prove, and the relaxed plan at which they balance."""
    seek = _Seek(model, items)
    prices = seek.lower(np.zeros(len(items.room)), seek.money, 0.0, FIRST)
    for heat, evaluations in heats:
        prices = seek.lower(prices, ~items.is_equal, heat * seek.usual, evaluations)
        seek.answer(prices)
    return Priced(seek.best, seek.bound, seek.cumulative(prices, heats[-1][0] * seek.usual))


def duals(items: Items, prices: Floats) -> Floats:
    """Turn prices of the model's shared rows into prices of the rows of items (money carried over: of sums up to a year)."""
    found = lsqr(items.rows.T, prices, atol=1e-14, btol=1e-14)[0]
    return np.asarray(np.where(items.is_equal, found, np.maximum(found, 0.0)))


def _balanced(model: Model, items: Items) -> sp.csr_matrix:
    """From the prices of ``<=`` rows to all prices: that of the share of gaps closed is the one at which it is worth nothing."""
    whole = sp.eye(len(items.room), format="lil")
    for row in np.flatnonzero(items.is_equal):
        share = np.flatnonzero(items.others == model.places.closed)[0]
        own = items.extra[share].toarray().ravel()
        whole[row] = np.where(items.is_equal, 0.0, -own / own[row])
    return whole.tocsr()


class _Seek:
    """The dual of one model: what communes answer at prices, and the best bound seen."""

    def __init__(self, model: Model, items: Items) -> None:
        self.model, self.items, self.flat = model, items, items.flat
        self.count, self.years = items.flat.standard.shape
        self.give = items.take.T.tocsr()
        self.usual = items.usual
        own = items.rows.indices[items.rows.indptr[1:] - 1] + model.shared - model.money
        self.money = (own >= 0) & (own < model.problem.money.size)
        self.whole = _balanced(model, items)
        self.best, self.bound = np.zeros(len(items.room)), np.inf

    def answer(self, prices: Floats) -> Floats:
        """Let every commune do its best; keep the bound and return what they take of each row."""
        return self._exact(prices)[1]

    def _exact(self, prices: Floats) -> tuple[float, Floats]:
        flat, items = self.flat, self.items
        profit = items.value - items.take @ prices
        worth, level = np.zeros(self.count), np.zeros((self.count, 3), dtype=np.int64)
        year = np.full(len(flat.item), self.years)
        values(flat, profit, worth, level, year)
        chosen = np.zeros(len(profit))
        gap = np.flatnonzero(year < self.years)
        chosen[flat.item[gap, year[gap]]] = 1.0
        for at, place in enumerate((flat.standard, flat.advanced, flat.model)):
            held = np.flatnonzero((level[:, at] >= 0) & (level[:, at] < self.years))
            chosen[place[held, level[held, at]]] = 1.0
        spare = items.extra_value - items.extra @ prices
        others = np.where(spare > 0, items.upper, 0.0)
        use = self.give @ chosen + items.extra.T @ others
        bound = float(worth.sum() + spare @ others + prices @ items.room) + self.model.base
        if bound < self.bound:
            self.bound, self.best = bound, prices.copy()
        return bound, np.asarray(use)

    def _smooth(self, prices: Floats, heat: float) -> tuple[float, Floats, Floats, Floats]:
        """Worth, use of the rows, and what is done by expectation (items, others), at some heat."""
        items = self.items
        profit = (items.value - items.take @ prices) / heat
        worth = np.zeros(self.count)
        cuts = np.linspace(0, self.count, THREADS + 1).astype(int)
        parts = np.zeros((THREADS, len(profit)))
        with ThreadPoolExecutor(THREADS) as pool:
            jobs = [
                pool.submit(expect, self.flat, profit, cuts[at], cuts[at + 1], worth, parts[at])
                for at in range(THREADS)
            ]
            for job in jobs:
                job.result()
        spare = (items.extra_value - items.extra @ prices) / heat
        others = items.upper * expit(spare)
        done = parts.sum(axis=0)
        total = (
            heat * float(worth.sum() + (items.upper * np.logaddexp(0, spare)).sum())
            + float(prices @ items.room)
            + self.model.base
        )
        return total, np.asarray(self.give @ done + items.extra.T @ others), done, others

    def lower(self, prices: Floats, rows: Bools, heat: float, evaluations: int) -> Floats:
        """Improve the prices of some rows (others stay), by exact answers where there is no heat."""
        items, scale = self.items, self._scale()[rows]
        held = prices.copy()

        def slope(given: Floats) -> tuple[float, Floats]:
            held[rows] = given * scale
            worth, use = self._smooth(self.whole @ held, heat)[:2] if heat else self._exact(self.whole @ held)
            return worth, (self.whole.T @ (items.room - use))[rows] * scale

        found = minimize(
            slope, prices[rows] / scale, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * int(rows.sum()),
            options={"maxfun": evaluations, "maxiter": evaluations, "maxls": 30, "maxcor": MEMORY, "ftol": ENOUGH},
        )  # fmt: skip
        held[rows] = found.x * scale
        return np.asarray(self.whole @ held) if heat else self.best.copy()

    def _scale(self) -> Floats:
        """Units in which prices are sought: those of money by all that is taken of it, of rows that few share larger."""
        items = self.items
        both = np.abs(sp.vstack([items.take, items.extra]))
        size = np.maximum(np.maximum(np.abs(items.room), np.asarray(both.sum(axis=0)).ravel() / self.years), 1e-9)
        most = np.asarray(both.max(axis=0).todense()).ravel()
        return np.asarray(np.where(self.money, 1 / size, 1 / np.sqrt(size * np.where(most > 0, most, size))))

    def cumulative(self, prices: Floats, heat: float) -> Floats:
        """Return what is done by expectation, as the model's variables: counted by the end of each year."""
        done, others = self._smooth(prices, heat)[2:]
        return counted(self.model, self.items, done, others)
