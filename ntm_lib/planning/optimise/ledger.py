"""What a plan uses of each limit and what it leaves: plain sums over its steps; money in million VND."""

from dataclasses import dataclass

import numpy as np

from ntm_lib.planning.optimise.check import spending
from ntm_lib.planning.problem import Bools, Floats, Problem, Solution


@dataclass(frozen=True, eq=False)
class Ledger:
    """``steps`` (steps): carried out. ``packages`` (n, s, t): advanced and model packages and villages; ``money`` (n, s, t):
    all money, packages included. ``works`` (n, t): works under way.
    """  # fmt: skip

    problem: Problem
    steps: Bools
    packages: Floats
    money: Floats
    works: Floats

    @property
    def money_left(self) -> Floats:
        """Money (s, t) that could still be spent in a year without touching anything else of the plan."""
        left = self.problem.money - self.money.sum(axis=0)
        running = np.cumsum(left, axis=1)
        lasting = np.minimum.accumulate(running[:, ::-1], axis=1)[:, ::-1]
        return np.where(self.problem.carries[:, None], lasting, left)

    @property
    def works_left(self) -> Floats:
        """Works (d, t) that a district could still carry."""
        used = np.zeros(self.problem.works.shape)
        np.add.at(used, self.problem.district, self.works)
        return np.asarray(self.problem.works - used)

    @property
    def cap_left(self) -> Floats:
        """Money (n) of the capped purses that a commune could still use (inf: no cap)."""
        return np.asarray(self.problem.commune_cap - self.money[:, self.problem.capped].sum(axis=(1, 2)))


def keep_ledger(problem: Problem, solution: Solution) -> Ledger:
    """Add up what a solution uses."""
    steps, years = problem.steps, len(problem.years)
    chosen = solution.done[steps.commune, steps.criterion] == steps.year
    when = np.arange(years)
    packages = (
        problem.advanced_spend[:, :, None] * (solution.advanced[:, None, None] == when)
        + problem.model_spend[:, :, None] * (solution.model[:, None, None] == when)
        + problem.village_spend[None, :, None] * solution.villages[:, None, :]
    )
    works = np.zeros((len(problem.communes), years))
    under_way = steps.works[chosen].tocoo()
    np.add.at(works, (steps.commune[chosen][under_way.row], under_way.col), under_way.data)
    return Ledger(problem, chosen, packages, spending(problem, solution, np.flatnonzero(chosen)), works)


def commune_worth(problem: Problem, solution: Solution, ledger: Ledger) -> Floats:
    """Return what the steps and the standard of each commune are worth (n), money counted."""
    years = len(problem.years)
    held: Floats = np.bincount(
        problem.steps.commune[ledger.steps], problem.steps.value[ledger.steps], minlength=len(problem.communes)
    ).astype(float)
    reached = np.flatnonzero((solution.standard >= 0) & (solution.standard < years))
    held[reached] += problem.standard_value[reached, solution.standard[reached]]
    return np.asarray(held - problem.cost_weight * ledger.money.sum(axis=(1, 2)))


def closed_shares(problem: Problem, solution: Solution) -> tuple[Floats, float]:
    """Return the share of the gaps closed in each district (d; NaN: no gap) and in all.

    A gap is a criterion not met at the start that has a step.
    """
    is_gap = np.zeros(problem.met.shape, dtype=bool)
    is_gap[problem.steps.commune, problem.steps.criterion] = True
    is_closed = is_gap & (solution.done < len(problem.years))
    size = len(problem.districts)
    gaps = np.bincount(problem.district, is_gap.sum(axis=1), minlength=size)
    closed = np.bincount(problem.district, is_closed.sum(axis=1), minlength=size)
    shares = np.divide(closed, gaps, out=np.full(size, np.nan), where=gaps > 0)
    return shares, float(closed.sum() / max(1.0, gaps.sum()))
