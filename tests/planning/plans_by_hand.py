"""Plans made without any search: commune after commune takes what still fits; and small problems one can reckon by hand."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from problems import make_problem

from ntm_lib.planning.problem import Problem, Risks, Solution, Steps
from ntm_lib.planning.settings import Uncertainty


def greedy_plan(problem: Problem, seed: int = 0) -> Solution:
    """Return a plan within money, works and order (not caps, aims or fairness): communes by chance, earliest steps."""
    return _Greedy(problem, np.random.default_rng(seed)).plan()


class _Greedy:
    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        self.problem, self.rng = problem, rng
        self.years = len(problem.years)
        self.used = np.zeros_like(problem.money)
        self.under_way = np.zeros(problem.works.shape)
        self.done = np.where(problem.met, -1, self.years)
        self.standard = np.where(problem.start_standard, -1, self.years)
        self.advanced = np.full(len(problem.communes), self.years)
        self.model = self.advanced.copy()
        self.villages = np.zeros((len(problem.communes), self.years), dtype=np.int64)

    def plan(self) -> Solution:
        problem = self.problem
        for commune in np.flatnonzero(problem.start_standard):
            self.used += self._after(commune, 0)
        assert self._fits(0)
        height = np.zeros(problem.met.shape[1])
        np.add.at(height, problem.order.before, 1)
        for commune in self.rng.permutation(len(problem.communes)):
            for criterion in np.argsort(-height, kind="stable"):
                if not problem.met[commune, criterion]:
                    self._close(commune, criterion)
            self._levels(commune)
        return Solution(self.done, self.standard, self.advanced, self.model, self.villages,
                        np.zeros(len(problem.districts), dtype=bool), 0.0, 0.0, None, is_proven=False, nodes=0)  # fmt: skip

    def _after(self, commune: int, standard: int) -> np.ndarray:
        years = np.arange(self.years) >= standard + self.problem.after_lag
        return self.problem.after_spend[commune][:, None] * years

    def _fits(self, extra: np.ndarray | int, works: np.ndarray | int = 0, district: int = 0) -> bool:
        used, have = self.used + extra, self.problem.money
        carries = self.problem.carries[:, None]
        over = np.where(carries, used.cumsum(axis=1) > have.cumsum(axis=1), used > have)
        return not over.any() and bool((self.under_way[district] + works <= self.problem.works[district]).all())

    def _close(self, commune: int, criterion: int) -> None:
        problem, steps, order = self.problem, self.problem.steps, self.problem.order
        waits = [
            self.done[commune, order.before[row]] + order.lag[row]
            for row in np.flatnonzero((order.commune == commune) & (order.after == criterion))
            if not problem.met[commune, order.before[row]]
        ]
        district = problem.district[commune]
        for step in np.flatnonzero((steps.commune == commune) & (steps.criterion == criterion)):
            year = steps.year[step]
            if waits and (year < max(waits) or max(waits) >= self.years):
                continue
            spend = steps.spend[step].toarray().reshape(problem.money.shape)
            works = steps.works[step].toarray()[0]
            ends = np.delete(self.done[commune], criterion).max(initial=-1) < self.years
            if ends and not problem.may_standard[commune]:
                return
            standard = max(year, np.delete(self.done[commune], criterion).max(initial=-1))
            if self._fits(spend + (self._after(commune, standard) if ends else 0), works, district):
                self.used += spend + (self._after(commune, standard) if ends else 0)
                self.under_way[district] += works
                self.done[commune, criterion] = year
                self.standard[commune] = standard if ends else self.years
                return

    def _levels(self, commune: int) -> None:
        problem = self.problem
        for level, below, lag, package in (
            (self.advanced, self.standard, problem.advanced_lag, problem.advanced_spend),
            (self.model, self.advanced, problem.model_lag, problem.model_spend),
        ):
            if below[commune] >= self.years or not package[commune].any():
                continue
            for year in range(max(0, below[commune] + lag), self.years):
                spend = package[commune][:, None] * (np.arange(self.years) == year)
                if self._fits(spend):
                    self.used += spend
                    level[commune] = year
                    break
        for year in range(self.years):
            while self.villages[commune].sum() < min(2, problem.villages[commune]):
                spend = problem.village_spend[:, None] * (np.arange(self.years) == year)
                if not self._fits(spend):
                    break
                self.used += spend
                self.villages[commune, year] += 1


def no_risks(problem: Problem) -> Risks:
    """Everything comes as planned."""
    ones = np.ones(len(problem.steps))
    return Risks(
        ones, ones, ones, np.ones(problem.met.shape), np.zeros(len(ones), dtype=bool), np.zeros(len(problem.purses))
    )


def some_risks(problem: Problem, seed: int = 0, money: float = 0.1) -> Risks:
    """Risks like those of the province: every tenth criterion is forecast, every tenth gap needs a survey."""
    rng = np.random.default_rng(seed)
    steps = len(problem.steps)
    effort = problem.steps.criterion % 10 == 9
    return Risks(
        cost_low=rng.uniform(0.8, 1, steps),
        cost_high=rng.uniform(1, 1.4, steps),
        chance=np.where(effort, np.minimum(1, 0.6 + 0.1 * problem.steps.year), 1.0),
        needed=np.where(rng.random(problem.met.shape) < 0.1, 0.5, 1.0),
        effort=effort,
        money_sd=np.full(len(problem.purses), money),
    )


def uncertainty(**changes: float) -> Uncertainty:
    """Return settings of the draws; no disaster unless asked for."""
    plain = {
        "draws": 1000, "seed": 5, "money_sd_pct": 0, "cost_common_share": 0.5, "disaster_chance": 0,
        "fragile_below": 0.6, "robust_quantile": 0.8,
    }  # fmt: skip
    return Uncertainty(**(plain | changes))


def hand_problem(
    rows: list[tuple[int, int, int]], spend: list[list[float]], money: list[float], **changes: object
) -> Problem:
    """One purse. ``rows``: commune, criterion, year of each step; ``spend``: its money by year. Nothing is met at the start."""
    communes, criteria = (max(row[at] for row in rows) + 1 for at in (0, 1))
    years = len(money)
    plain = make_problem(communes, 0, 1, criteria=criteria, years=years, limits=False)
    commune, criterion, year = np.array(rows).T
    works = np.array([[0.0] * at + [1.0] + [0.0] * (years - at - 1) for at in year])
    bare = {
        "met": np.zeros((communes, criteria), dtype=bool),
        "start_standard": np.zeros(communes, dtype=bool),
        "steps": Steps(
            commune, criterion, year, sp.csr_matrix(np.array(spend)), sp.csr_matrix(works), np.ones(len(rows))
        ),
        "purses": plain.purses[:1],
        "money": np.array([money], dtype=float),
        "carries": np.zeros(1, dtype=bool),
        "capped": np.zeros(1, dtype=bool),
        "after_spend": np.zeros((communes, 1)),
        "advanced_spend": np.zeros((communes, 1)),
        "model_spend": np.zeros((communes, 1)),
        "village_spend": np.zeros(1),
        "standard_value": np.ones((communes, years)),
    }
    return replace(plain, **(bare | changes))


def hand_plan(problem: Problem, done: list[list[int]]) -> Solution:
    """Return the plan that completes each criterion in the given year position."""
    when = np.array(done)
    years = len(problem.years)
    none = np.full(len(when), years)
    return Solution(when, when.max(axis=1), none, none, np.zeros((len(when), years), dtype=np.int64),
                    np.zeros(len(problem.districts), dtype=bool), 0.0, 0.0, None, is_proven=False, nodes=0)  # fmt: skip
