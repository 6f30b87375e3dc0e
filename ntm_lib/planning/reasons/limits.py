"""Which limits of a plan bind, what each keeps out, and how two plans differ."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib.planning.optimise.ledger import Ledger, keep_ledger
from ntm_lib.planning.problem import Bools, Floats, Ints, Problem, Solution

SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Limits:
    """``money``: index (purse, year) with ``available``, ``used``, ``left`` (what could still be spent in that year, money
    carried on counted) in million VND. ``works``: index (district, year) with the same in works (inf: no limit). Both with
    ``keeps_out``: criteria left undone for which this is the one place that is most short, and ``is_binding`` (any).
    """  # fmt: skip

    money: pd.DataFrame
    works: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Undone:
    """The steps of criteria that a plan leaves undone, each against what the plan leaves.

    ``step`` (positions); ``cost`` (million VND over the horizon); ``short_money`` and ``short_works``: the largest
    amount missing in one place (0: none) and ``money_at`` (purse * t + year), ``works_at`` (year) where; ``short_cap``;
    ``waits``: another criterion must come first and is not done early enough.
    """

    step: Ints
    cost: Floats
    short_money: Floats
    money_at: Ints
    short_works: Floats
    works_at: Ints
    short_cap: Floats
    waits: Bools

    @property
    def shortage(self) -> Floats:
        """Weigh what is missing (million VND; a work as one: only to compare the steps of one criterion)."""
        return np.asarray(self.short_money + self.short_works + self.short_cap + np.where(self.waits, np.inf, 0.0))


def undone_steps(problem: Problem, solution: Solution, ledger: Ledger) -> Undone:
    """Compare every step of a criterion left undone with what the plan leaves."""
    steps, years = problem.steps, len(problem.years)
    at = np.flatnonzero(solution.done[steps.commune, steps.criterion] >= years)
    spend = steps.spend[at].toarray()
    total = spend.reshape(len(at), -1, years).sum(axis=2)
    money = np.maximum(spend - np.maximum(ledger.money_left.ravel(), 0.0), 0.0)
    under_way = steps.works[at].toarray()
    works = np.maximum(under_way - np.maximum(ledger.works_left[problem.district[steps.commune[at]]], 0.0), 0.0)
    cap = np.maximum(total[:, problem.capped].sum(axis=1) - ledger.cap_left[steps.commune[at]], 0.0)
    return Undone(
        step=at,
        cost=total.sum(axis=1),
        short_money=np.where(money.max(axis=1, initial=0) > SLACK, money.max(axis=1, initial=0), 0.0),
        money_at=money.argmax(axis=1) if len(at) else at,
        short_works=np.where(works.max(axis=1, initial=0) > SLACK, works.max(axis=1, initial=0), 0.0),
        works_at=works.argmax(axis=1) if len(at) else at,
        short_cap=np.where(cap > SLACK, cap, 0.0),
        waits=_waits(problem, solution, at),
    )


def _waits(problem: Problem, solution: Solution, at: Ints) -> Bools:
    """Tell for which steps something that must come before is not done in time."""
    order, steps, years = problem.order, problem.steps, len(problem.years)
    before = solution.done[order.commune, order.before]
    ready = np.where(before < 0, 0, np.where(before >= years, years, before + order.lag))
    first = np.zeros(problem.met.shape, dtype=np.int64)
    np.maximum.at(first, (order.commune, order.after), ready)
    return np.asarray(first[steps.commune[at], steps.criterion[at]] > steps.year[at])


def limits(problem: Problem, solution: Solution) -> Limits:
    """Return use and rest of each limit, and what it keeps out."""
    ledger = keep_ledger(problem, solution)
    undone = undone_steps(problem, solution, ledger)
    gap = problem.steps.commune[undone.step] * problem.met.shape[1] + problem.steps.criterion[undone.step]
    order = np.lexsort((undone.cost, undone.shortage, gap))
    nearest = order[np.append(True, gap[order][1:] != gap[order][:-1])] if len(order) else order
    counted = nearest[np.isfinite(undone.shortage[nearest])]
    by_money = counted[undone.short_money[counted] > 0]
    by_works = counted[(undone.short_works[counted] > 0) & (undone.short_money[counted] <= 0)]
    district = problem.district[problem.steps.commune[undone.step[by_works]]]
    works_at = district * len(problem.years) + undone.works_at[by_works]
    years = list(problem.years)
    return Limits(
        money=_frame(problem.purses, years, "purse", problem.money, ledger.money.sum(axis=0), ledger.money_left,
                     undone.money_at[by_money]),
        works=_frame(problem.districts, years, "district", problem.works,
                     _by_district(problem, ledger), ledger.works_left, works_at),
    )  # fmt: skip


def _by_district(problem: Problem, ledger: Ledger) -> Floats:
    used = np.zeros(problem.works.shape)
    np.add.at(used, problem.district, ledger.works)
    return used


def _frame(
    names: pd.Index, years: list[int], level: str, have: Floats, used: Floats, left: Floats, out: Ints
) -> pd.DataFrame:
    counts = np.bincount(out, minlength=have.size)
    return pd.DataFrame(
        {
            "available": have.ravel(),
            "used": used.ravel(),
            "left": left.ravel(),
            "keeps_out": counts,
            "is_binding": counts > 0,
        },
        index=pd.MultiIndex.from_product([list(names), years], names=[level, "year"]),
    )


def difference(problem: Problem, old: Solution, new: Solution) -> pd.DataFrame:
    """List what two plans do at different times.

    ``commune_code, criterion`` (empty: all criteria, the standard), ``old_year``, ``new_year`` (NA: not in the horizon).
    """
    parts = []
    for before, after, criteria in ((old.standard[:, None], new.standard[:, None], [""]), (old.done, new.done, None)):
        commune, column = np.nonzero(before != after)
        names = problem.criteria.to_numpy(object) if criteria is None else np.array(criteria, dtype=object)
        parts.append(
            pd.DataFrame(
                {
                    "commune_code": problem.communes[commune],
                    "criterion": names[column],
                    "old_year": as_years(problem, before[commune, column]),
                    "new_year": as_years(problem, after[commune, column]),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def as_years(problem: Problem, position: Ints) -> "pd.Series[int]":
    """Return the years of positions (Int64); NA at the start and beyond the horizon."""
    inside = (position >= 0) & (position < len(problem.years))
    values = np.array(problem.years, dtype=np.int64)[np.where(inside, position, 0)]
    return pd.Series(values, dtype="Int64").where(pd.Series(inside))


def set_back(problem: Problem, old: Solution, new: Solution, commune: int) -> pd.DataFrame:
    """List what comes later, or no longer at all, in all communes but one (position): rows of ``difference``."""
    moved: Any = difference(problem, old, new)
    others = moved["commune_code"] != problem.communes[commune]
    is_later = moved["new_year"].isna() | (moved["new_year"] > moved["old_year"]).fillna(value=False)
    later: pd.DataFrame = moved[others & moved["old_year"].notna() & is_later]
    return later
