"""Carry out a plan, year by year, in the draws of what it could not know.

What the province does (``rule`` says it in the page's words): nothing is begun that is not in the plan, and nothing
earlier than planned. Each year the upkeep of what stands and the cost of keeping the standard are paid first, as far as
the money reaches. Then come works postponed from earlier years, then works under way, then new ones; among equals a
criterion that others wait for comes first, then the commune planned to reach the standard soonest, then the one with the
fewest planned criteria, then the earlier completion and the larger worth. A work whose year finds a purse short, no free
place among the works of its district, or a disaster in its district, waits whole for the next year, at that year's price;
one further down that still fits goes ahead. Then the packages of the advanced and the model level, then villages. Money
left in a purse that does not carry over is lost. An effort goes on, at its yearly cost, until the criterion is met. A
criterion that the survey finds met costs nothing and counts from the year in which the plan would have begun on it. The
caps of communes and the fairness between districts bound the plan, not its carrying out.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ntm_lib.messages import _
from ntm_lib.planning.chance.draws import Draws, Works, Years
from ntm_lib.planning.problem import Bools, Floats, Ints, Problem, Solution

SLACK = 2e-6  # of a purse's year and of a million VND: what rounding may exceed
OVER = 100  # stage of a work that takes nothing more
Whole = npt.NDArray[np.int32]


def rule() -> str:
    """Return what is assumed about carrying out the plan, for the page."""
    return _(
        "The province keeps to the order of the plan: each year it first pays for the upkeep of finished works, then for "
        "works postponed from earlier years and works under way, then for new works, communes planned to reach the standard "
        "soonest first. A work for which a source of money runs short, for which its district has no free place, or whose "
        "district is struck by a disaster, waits for the next year; no work outside the plan is begun. Money not spent is "
        "kept only in the sources that may be carried over."
    )


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a plan in r draws.

    ``done`` (m, r), ``standard``, ``advanced``, ``model`` (n, r): year positions, t: not within the horizon, -1: at the
    start. ``villages`` (t, r): completed by the end of each year, those at the start included. ``paid``, ``lost`` (s, t,
    r): million VND spent, and left over where nothing carries over. ``unpaid`` (t, r): upkeep that found no money.
    """

    done: Years
    standard: Years
    advanced: Years
    model: Years
    villages: Whole
    paid: Floats
    lost: Floats
    unpaid: Floats


class Visit(NamedTuple):
    """One stage of one work, looked at in one year, in the draws that stand before this stage.

    Stages count from 0; the one after the last is that of an effort which goes on until the forecast bears it out.
    """

    work: int
    stage: int
    is_late: bool


def priority(problem: Problem, solution: Solution, works: Works) -> Ints:
    """Rank of each work in the plan's order (m), 0 first."""
    planned = np.bincount(works.commune, minlength=len(problem.communes))
    worth = problem.steps.value[works.step] + problem.standard_value[works.commune].max(axis=1, initial=0)
    keys = (np.arange(len(works)), -worth, works.finish, planned[works.commune], solution.standard[works.commune])
    rank = np.empty(len(works), dtype=np.int64)
    rank[np.lexsort(keys)] = np.arange(len(works))
    return rank


def carry_out(problem: Problem, solution: Solution, works: Works, draws: Draws, effort: Bools) -> Outcome:
    """Carry out a plan in every draw; ``effort`` (steps) as in ``Risks``."""
    run = _Run(problem, solution, works, draws, effort)
    for year in range(len(problem.years)):
        run.open_year(year)
        for visit in run.visits(year):
            run.work_on(visit, year)
        run.recognise(year)
        run.buy_packages(year)
        run.bring_villages(year)
        run.close_year(year)
    return Outcome(
        run.done, run.standard, run.advanced, run.model, run.reached, run.paid, run.lost, run.unpaid
    )  # fmt: skip


class _Run:
    """The state of all draws while the years go by: arrays end in the axis of draws."""

    def __init__(self, problem: Problem, solution: Solution, works: Works, draws: Draws, effort: Bools) -> None:
        self.problem, self.solution, self.works, self.draws = problem, solution, works, draws
        communes, purses, years, size = len(problem.communes), len(problem.purses), len(problem.years), draws.size
        self.years = years
        self.effort = effort[works.step]
        self.length = works.finish - works.start + 1
        self.rank = priority(problem, solution, works)
        self.before = _before(problem, works)
        self.stage = np.where(draws.is_needed, 0, OVER).astype(np.int8)
        self.finished = np.full((len(works), size), years, dtype=np.int8)
        self.done = np.where(draws.is_needed, years, works.start[:, None]).astype(np.int8)
        self.standard, self.advanced, self.model = (
            np.repeat(np.where(level == -1, -1, years).astype(np.int8)[:, None], size, axis=1)
            for level in (np.where(problem.start_standard, -1, years), solution.advanced, solution.model)
        )
        self.is_whole = np.asarray((problem.met | (solution.done < years)).all(axis=1))
        self.of_commune = sp.csr_matrix(
            (np.ones(len(works), dtype=np.int32), (works.commune, np.arange(len(works)))), (communes, len(works))
        )
        self.left = np.zeros((purses, size))
        self.slack = SLACK * np.maximum(1.0, np.cumsum(problem.money, axis=1))
        self.paid = np.zeros((purses, years, size))
        self.lost = np.zeros((purses, years, size))
        self.unpaid = np.zeros((years, size))
        self.reached = np.zeros((years, size), dtype=np.int32)
        self.brought = np.zeros((communes, size), dtype=np.int32)

    def open_year(self, year: int) -> None:
        """Take the year's money and works, pay what is owed for what stands."""
        self.left = self.left + self.draws.money[:, year]
        self.have = self.left.copy()
        self.free = np.repeat(self.problem.works[:, [year]], self.draws.size, axis=1)
        owed = np.zeros_like(self.left)
        for after in range(1, year + 1):  # what a work finished that many years ago takes
            at = np.minimum(self.works.finish + after, self.years - 1)
            takes = np.where(
                (self.works.finish + after < self.years)[:, None], self.works.spend[np.arange(len(at)), :, at], 0
            )
            held = np.flatnonzero(takes.any(axis=1))
            owed += takes[held].T @ ((self.finished[held] == year - after) * self.draws.cost[held])
        since = np.maximum(self.standard, 0) + self.problem.after_lag
        owed += self.problem.after_spend.T @ (since <= year).astype(float)
        pays = np.minimum(owed, np.maximum(self.left, 0))
        self.unpaid[year] = np.maximum(owed - pays - self.slack[:, [year]], 0).sum(axis=0)
        self.left -= pays

    def visits(self, year: int) -> list[Visit]:
        """List what may be worked on this year, in the order of the rule, by where each work stands at its beginning."""
        self.stands = self.stage.copy()
        work, stage, turn = [], [], []
        for number in range(int(self.length.max(initial=0)) + 1):
            due = self.works.start + number
            at = np.flatnonzero((due <= year) & (self.stands == number).any(axis=1))
            work.append(at)
            stage.append(np.full(len(at), number))
            turn.append(np.where(due[at] < year, 0, 2 if number == 0 else 1))
        if not work:
            return []
        works, stages, turns = (np.concatenate(part) for part in (work, stage, turn))
        order = np.lexsort((-stages, self.rank[works], turns, -self.works.height[works]))
        return [Visit(int(works[at]), int(stages[at]), bool(turns[at] == 0)) for at in order]

    def work_on(self, visit: Visit, year: int) -> None:
        """Do one stage of a work in the draws that have reached it and find money, a free place and no disaster."""
        row, number, is_late = visit
        works, district = self.works, self.problem.district[self.works.commune[visit.work]]
        goes_on = number == self.length[row]
        begun = min(works.start[row] + number, works.finish[row])
        can = self.stands[row] == number
        places = 0.0 if goes_on else works.works[row, begun] * self.draws.size_up[row]
        if places > 0:
            can &= ~self.draws.disaster[district, year] & (self.free[district] >= places - SLACK)
        is_last = number == self.length[row] - 1
        for other, lag in self.before[row] if is_last else ():
            can &= self.done[other] <= year - lag
        if goes_on:
            price = works.go_on[row, :, year]
        else:
            price = works.spend[row, :, begun] * (works.dearer[row, year - begun] if is_late else 1.0)
        needs = [(purse, price[purse] * self.draws.cost[row]) for purse in np.flatnonzero(price)]
        for purse, need in needs:
            can &= self.left[purse] + self.slack[purse, year] >= need
        for purse, need in needs:
            np.subtract(self.left[purse], need, out=self.left[purse], where=can)
        if places > 0:
            np.subtract(self.free[district], places, out=self.free[district], where=can)
        if is_last or goes_on:
            self._finish(row, can, year)
        else:
            self.stage[row][can] = number + 1

    def _finish(self, row: int, can: Bools, year: int) -> None:
        """Count a work whose last stage is paid; an effort that the forecast does not bear out yet goes on."""
        counts = self.draws.counts[row]
        if self.effort[row]:
            self.stage[row][can] = self.length[row]
            can = np.asarray(can & (counts <= year))
        self.finished[row][can] = year
        self.done[row][can] = np.maximum(counts[can], year)
        self.stage[row][can] = OVER

    def recognise(self, year: int) -> None:
        """Note the communes whose last criterion counts from this year on."""
        is_open = self.of_commune @ (self.done > year).astype(np.int32)
        reaches = self.is_whole[:, None] & (is_open == 0) & (self.standard == self.years)
        self.standard[reaches] = year

    def buy_packages(self, year: int) -> None:
        """Pay the planned packages of the advanced level, then of the model level, where the level below stands."""
        problem = self.problem
        for planned, level, below, lag, spend in (
            (self.solution.advanced, self.advanced, self.standard, problem.advanced_lag, problem.advanced_spend),
            (self.solution.model, self.model, self.advanced, problem.model_lag, problem.model_spend),
        ):
            wanted = np.flatnonzero((planned >= 0) & (planned <= year))
            for commune in wanted[np.lexsort((wanted, planned[wanted]))]:
                can = (level[commune] == self.years) & (below[commune] + lag <= year)
                for purse in np.flatnonzero(spend[commune]):
                    can &= self.left[purse] + self.slack[purse, year] >= spend[commune, purse]
                self.left -= spend[commune][:, None] * can
                level[commune][can] = year

    def bring_villages(self, year: int) -> None:
        """Bring the villages planned up to this year to the village standard, as many as the money allows."""
        planned = self.solution.villages[:, : year + 1].sum(axis=1)
        spend = self.problem.village_spend
        purses = np.flatnonzero(spend)
        for commune in np.flatnonzero(planned):
            number = planned[commune] - self.brought[commune]
            for purse in purses:
                affordable = np.floor((self.left[purse] + self.slack[purse, year]) / spend[purse])
                number = np.minimum(number, np.maximum(affordable, 0))
            number = number.astype(np.int32)
            self.brought[commune] += number
            self.left -= spend[:, None] * number
        self.reached[year] = self.problem.start_villages + self.brought.sum(axis=0)

    def close_year(self, year: int) -> None:
        """Book what was paid; keep what may be carried over, lose the rest."""
        self.paid[:, year] = self.have - self.left
        is_lost = ~self.problem.carries
        self.lost[is_lost, year] = np.maximum(self.left[is_lost], 0)
        self.left[is_lost] = 0


def _before(problem: Problem, works: Works) -> list[list[tuple[int, int]]]:
    """List for each work the planned works that must count before it, each with its lag."""
    at = np.full(problem.met.shape, -1)
    at[works.commune, works.criterion] = np.arange(len(works))
    found: list[list[tuple[int, int]]] = [[] for _work in range(len(works))]
    order = problem.order
    before, after = at[order.commune, order.before], at[order.commune, order.after]
    for row in np.flatnonzero((before >= 0) & (after >= 0)):
        found[after[row]].append((int(before[row]), int(order.lag[row])))
    return found
