"""Plans that communes could take, and the linear program that shares out among them what all of them want.

Each commune offers its best plan at some prices. The program takes of each commune one offer, or parts of several, and its
prices ask for better ones: few rounds lead to the linear relaxation, with hardly a commune that takes parts.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numba import njit

from ntm_lib.planning.optimise.items import Flat
from ntm_lib.planning.optimise.oracle import NEVER, values
from ntm_lib.planning.optimise.pack import Packing
from ntm_lib.planning.optimise.quiet import without_banner
from ntm_lib.planning.optimise.threads import THREADS, side_by_side
from ntm_lib.planning.problem import Bools, Floats, Infeasible, Ints

MANY = 2000  # communes: so many answer in two threads
STRICT = 5.0  # what lacks in the program costs so many times its worth
ROUNDING = 1e-12  # of a commune's own share
ODD = 0x9E3779B97F4A7C15  # tells the offers of one commune from those of another


class Offers:
    """``pick`` csr (offers, items), ``owner`` (offers): the commune, ``use`` csr (offers, rows), ``worth`` (offers).

    ``bound``: the lowest proven so far, ``prices``: those that prove it.
    """

    def __init__(self, packing: Packing) -> None:
        items = packing.items
        self.count, self.years = items.flat.standard.shape
        self.packing, self.flat = packing, items.flat._replace(cap=np.full(self.count, np.inf))
        self.mark = np.random.default_rng(0).integers(-(2**62), 2**62, len(items.value))
        self.seen = np.zeros(0, np.int64)
        self.pick, self.owner = sp.csr_matrix((0, len(items.value))), np.zeros(0, np.int64)
        self.use, self.worth = sp.csr_matrix((0, len(items.room))), np.zeros(0)
        self.bound, self.prices = np.inf, packing.prices

    def answer(self, prices: Floats) -> tuple[float, Floats, Floats]:
        """Return what prices prove, what all communes would do (items), and the amounts of the other variables."""
        items = self.packing.items
        profit = items.value - items.take @ prices
        spare = items.extra_value - items.extra @ prices
        each, level, year = self.best(profit)
        worth = float(each.sum())
        done = np.bincount(self._happens(level, year)[1], minlength=len(profit)).astype(float)
        return self._prove(prices, worth, spare), done, np.where(spare > 0, items.upper, 0.0)

    def ask(self, prices: Floats) -> None:
        """Take in the best plan of each commune at prices, and what they prove."""
        items = self.packing.items
        worth = self.around(items.value - items.take @ prices)
        self._prove(prices, worth, items.extra_value - items.extra @ prices)

    def around(self, profit: Floats, communes: Bools | None = None) -> float:
        """Take in the best plan of each of the communes at some profit of the items; return what all gain."""
        flat, items = self.flat, self.packing.items
        each, level, year = self.best(profit)
        worth = float(each.sum())
        fits = np.ones(self.count, dtype=bool) if communes is None else communes.copy()
        _settle(flat, profit, level, year, fits)
        owners, happens = self._happens(level, year)
        if np.isfinite(flat.cap).any():
            used = np.bincount(owners, flat.capped[happens], minlength=self.count)
            fits &= used <= flat.cap * (1 + ROUNDING)
        mine = fits[owners]
        owners, happens = owners[mine], happens[mine]
        with np.errstate(over="ignore"):
            told = np.zeros(self.count, np.uint64)
            np.add.at(told, owners, self.mark.view(np.uint64)[happens])
            told += np.arange(self.count, dtype=np.uint64) * np.uint64(ODD)
        key = told.view(np.int64)
        at = np.searchsorted(self.seen, key)
        is_new = fits & (np.append(self.seen, key[:1])[at] != key)
        is_new[at == len(self.seen)] = fits[at == len(self.seen)]
        new = np.flatnonzero(is_new)
        order = np.argsort(key[new])
        self.seen = np.insert(self.seen, at[new][order], key[new][order])
        pick = sp.csr_matrix((np.ones(len(owners)), (owners, happens)), (self.count, len(items.value)))[new]
        self.pick = sp.vstack([self.pick, pick], format="csr")
        self.owner = np.append(self.owner, new)
        self.use = sp.vstack([self.use, pick @ items.take], format="csr")
        self.worth = np.append(self.worth, pick @ items.value)
        return worth

    def keep_shares(self, prices: Floats) -> None:
        """Let every offer keep its commune's own share of money from now on; those that do not are left out if the commune has another.

        Mixed in parts, offers may keep it together: so they do where the bound is sought.
        """
        if np.isinf(self.packing.items.flat.cap).all():
            return
        self.flat = self.packing.items.flat
        self.ask(prices)
        keeps = self.pick @ self.flat.capped <= self.flat.cap[self.owner] * (1 + ROUNDING)
        has_none = np.bincount(self.owner[keeps], minlength=self.count) == 0
        left = np.flatnonzero(keeps | has_none[self.owner])
        self.pick, self.use = self.pick[left], self.use[left]
        self.owner, self.worth = self.owner[left], self.worth[left]

    def _prove(self, prices: Floats, worth: float, spare: Floats) -> float:
        items = self.packing.items
        bound = float(worth + np.maximum(spare, 0.0) @ items.upper + prices @ items.room) + self.packing.model.base
        if bound < self.bound:
            self.bound, self.prices = bound, prices.copy()
        return bound

    def best(self, profit: Floats) -> tuple[Floats, Ints, Ints]:
        """Return what each commune gains at most (n), the years of its levels (n, 3) and of its gaps.

        Raises ``Infeasible`` where a commune has no plan at all.
        """
        worth, level = np.zeros(self.count), np.zeros((self.count, 3), dtype=np.int64)
        year = np.full(len(self.flat.item), self.years)
        ends = np.linspace(0, self.count, (THREADS if self.count > MANY else 1) + 1, dtype=np.int64)
        parts = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
        side_by_side(lambda part: values(self.flat, profit, *part, worth, level, year), parts)
        if (worth <= NEVER / 2).any():
            raise Infeasible
        return worth, level, year

    def _happens(self, level: Ints, year: Ints) -> tuple[Ints, Ints]:
        """Return communes and the items they do."""
        flat = self.flat
        gap = np.flatnonzero(year < self.years)
        owner, item = [flat.owner[gap]], [flat.item[gap, year[gap]]]
        for at, place in enumerate((flat.standard, flat.advanced, flat.model)):
            held = np.flatnonzero((level[:, at] >= 0) & (level[:, at] < self.years))
            owner.append(held)
            item.append(place[held, level[held, at]])
        return np.concatenate(owner), np.concatenate(item)


@njit(cache=True, nogil=True)
def _settle(flat: Flat, profit: Floats, level: Ints, year: Ints, fits: Bools) -> None:
    """Let the standard be reached with the last gap; where it may not be, leave open the gap that pays least.

    ``fits`` (n): becomes False for a commune that is left without a plan.
    """
    n, years = flat.standard.shape
    for commune in range(n):
        if flat.at_start[commune] or not flat.is_whole[commune] or not fits[commune]:
            continue
        last, least, least_at = -1, 1e300, -1
        for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
            last = max(last, year[gap])
            if year[gap] < years and flat.due[gap] >= years and profit[flat.item[gap, year[gap]]] < least:
                is_asked = False
                for other in range(gap + 1, flat.gap_start[commune + 1]):
                    for link in range(flat.parent_start[other], flat.parent_start[other + 1]):
                        is_asked |= flat.parent[link] == gap
                if not is_asked:
                    least, least_at = profit[flat.item[gap, year[gap]]], gap
        if last < 0 or last >= years:
            continue
        if flat.standard[commune, last] >= 0:
            level[commune, 0] = last
        elif least_at >= 0 and flat.gap_start[commune + 1] - flat.gap_start[commune] > flat.least[commune]:
            year[least_at] = years
        else:
            fits[commune] = False


@dataclass(frozen=True, eq=False)
class Shared:
    """``taken`` (offers): the part taken of each; ``others``: amount of each other variable; ``prices`` of the rows; ``worth``."""

    taken: Floats
    others: Floats
    prices: Floats
    worth: float


def share_out(offers: Offers, lower: Floats, upper: Floats, *, is_fixed: bool) -> Shared:
    """Solve the program over all offers; ``lower``, ``upper``: of the other variables.

    ``is_fixed``: the share of gaps closed stands, and no more may be closed than that.
    """
    items, packing = offers.packing.items, offers.packing
    count, others = len(offers.worth), len(items.others)
    both = sp.vstack([offers.use, items.extra]).T.tocsr()
    kept = np.flatnonzero((np.diff(both.indptr) > 0) | (items.room < 0))
    is_equal = items.is_equal[kept]
    takes = sp.csr_matrix(
        (np.ones(count), (offers.owner, np.arange(count))), (offers.count, count + others + len(kept))
    )
    rows = sp.vstack([takes, sp.hstack([both[kept], -sp.eye(len(kept))])])
    ones = np.ones(offers.count)
    solver = program(
        rows,
        np.append(ones, np.where(is_equal & (not is_fixed), items.room[kept], -np.inf)),
        np.append(ones, items.room[kept]),
        np.concatenate([offers.worth, items.extra_value, -STRICT * packing.lack[kept]]),
        np.concatenate([np.zeros(count), lower, np.zeros(len(kept))]),
        np.concatenate([np.ones(count), upper, np.where(is_equal, 0.0, np.inf)]),
    )
    solver.setBasis(_basis(offers, others + len(kept), len(kept)))
    solver.run()
    solution, prices = solver.getSolution(), np.zeros(len(items.room))
    x = np.asarray(solution.col_value)
    prices[kept] = -np.asarray(solution.row_dual)[offers.count :]
    prices = np.where(items.is_equal, prices, np.maximum(prices, 0.0))
    worth = packing.model.base - solver.getInfo().objective_function_value
    return Shared(x[:count], x[count : count + others], prices, worth)


def _basis(offers: Offers, others: int, rows: int) -> highspy.HighsBasis:
    """Return where the program begins: each commune takes what is best at the prices that prove the bound."""
    profit = offers.worth - offers.use @ offers.prices
    order = np.lexsort((-profit, offers.owner))
    best = order[np.searchsorted(offers.owner[order], np.arange(offers.count))]
    status = highspy.HighsBasisStatus
    columns = [status.kLower] * (len(profit) + others)
    for one in best.tolist():
        columns[one] = status.kBasic
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = columns, [status.kUpper] * offers.count + [status.kBasic] * rows
    basis.valid = True
    return basis


def one_each(owner: Ints, width: int) -> tuple[Ints, sp.csr_matrix]:
    """Return the communes that own offers, and for each the row that counts its offers; ``width``: columns of the program."""
    communes, own = np.unique(owner, return_inverse=True)
    count = len(owner)
    return communes, sp.csr_matrix((np.ones(count), (own, np.arange(count))), (len(communes), width))


def program(
    rows: sp.spmatrix, low: Floats, high: Floats, worth: Floats, lower: Floats, upper: Floats, whole: int = 0
) -> highspy.Highs:
    """Set up the solver; the first ``whole`` columns are whole."""
    without_banner()
    matrix, lp = rows.tocsc(), highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = -worth, lower, upper
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if whole:
        kinds = [highspy.HighsVarType.kInteger] * whole
        lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (len(worth) - whole)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {"output_flag": False, "threads": 1}.items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    return solver
