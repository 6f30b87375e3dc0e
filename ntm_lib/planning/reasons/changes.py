"""One thing that would have to be different: the counterfactual half of every reason and offer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.problem import Order, Problem, Steps

Kind = Literal["money", "works", "cap", "pin", "include", "counts", "order", "fairness"]


@dataclass(frozen=True)
class Change:
    """A change of a problem; positions, -1 where a part does not apply.

    ``money``: ``amount`` million more in ``purse`` in ``year``. ``works``: ``amount`` works more that ``district`` carries
    in ``year``. ``cap``: ``amount`` million more that ``commune`` may use of the allocated purses. ``pin``: ``commune``
    meets all criteria by ``year``. ``include``: ``commune`` is no longer excluded. ``counts``: ``criterion`` of
    ``commune`` can be counted in ``year``, earlier than its steps allow (what its first step spends is spent earlier by
    the same number of years, at the latest by the first year; a criterion without any step costs nothing: only
    its year is in question). ``order``: nothing in ``commune`` waits for anything else. ``fairness``: the share that
    each district must close is ``amount``.
    """

    kind: Kind
    amount: float = 0.0
    commune: int = -1
    criterion: int = -1
    district: int = -1
    purse: int = -1
    year: int = -1


def apply(problem: Problem, changes: Iterable[Change]) -> Problem:
    """Return the problem with every change made."""
    for change in changes:
        problem = _APPLY[change.kind](problem, change)
    return problem


def _money(problem: Problem, change: Change) -> Problem:
    money = problem.money.copy()
    money[change.purse, change.year] += change.amount
    return replace(problem, money=money)


def _works(problem: Problem, change: Change) -> Problem:
    works = problem.works.copy()
    works[change.district, change.year] += change.amount
    return replace(problem, works=works)


def _cap(problem: Problem, change: Change) -> Problem:
    cap = problem.commune_cap.copy()
    cap[change.commune] += change.amount
    return replace(problem, commune_cap=cap)


def _pin(problem: Problem, change: Change) -> Problem:
    latest = problem.latest.copy()
    latest[change.commune] = min(latest[change.commune], change.year)
    return replace(problem, latest=latest)


def _include(problem: Problem, change: Change) -> Problem:
    may_standard = problem.may_standard.copy()
    may_standard[change.commune] = True
    return replace(problem, may_standard=may_standard)


def _counts(problem: Problem, change: Change) -> Problem:
    """Insert one step where it belongs by commune, criterion and year."""
    steps, years = problem.steps, len(problem.years)
    own = np.flatnonzero((steps.commune == change.commune) & (steps.criterion == change.criterion))
    if len(own) and (steps.year[own] == change.year).any():
        return problem
    first = own[0] if len(own) else -1
    back = int(steps.year[first]) - change.year if len(own) else 0
    spend = steps.spend[[first]] if len(own) else sp.csr_matrix((1, steps.spend.shape[1]))
    works = steps.works[[first]] if len(own) else sp.csr_matrix((1, years))
    key = (steps.commune, steps.criterion, steps.year)
    before = _lies_before(key, (change.commune, change.criterion, change.year))
    at = int(before.sum())
    return replace(
        problem,
        steps=Steps(
            commune=np.insert(steps.commune, at, change.commune),
            criterion=np.insert(steps.criterion, at, change.criterion),
            year=np.insert(steps.year, at, change.year),
            spend=sp.vstack([steps.spend[:at], _earlier(spend, back, years), steps.spend[at:]], format="csr"),
            works=sp.vstack([steps.works[:at], _earlier(works, back, years), steps.works[at:]], format="csr"),
            value=np.insert(steps.value, at, steps.value[first] if len(own) else 0.0),
        ),
    )


def _lies_before(key: tuple[np.ndarray, np.ndarray, np.ndarray], place: tuple[int, int, int]) -> np.ndarray:
    commune, criterion, year = key
    return np.asarray(
        (commune < place[0])
        | ((commune == place[0]) & (criterion < place[1]))
        | ((commune == place[0]) & (criterion == place[1]) & (year < place[2]))
    )


def _earlier(row: sp.csr_matrix, back: int, years: int) -> sp.csr_matrix:
    """Move amounts by year ``back`` years forward in time; what falls before the first year is due in the first."""
    held = row.tocoo()
    block, year = held.col // years, held.col % years
    column = block * years + np.clip(year - back, 0, years - 1)
    return sp.csr_matrix((held.data, (held.row, column)), row.shape)


def _order(problem: Problem, change: Change) -> Problem:
    order = problem.order
    kept = order.commune != change.commune
    return replace(problem, order=Order(order.commune[kept], order.before[kept], order.after[kept], order.lag[kept]))


def _fairness(problem: Problem, change: Change) -> Problem:
    return replace(problem, fairness=change.amount)


_APPLY = {
    "money": _money,
    "works": _works,
    "cap": _cap,
    "pin": _pin,
    "include": _include,
    "counts": _counts,
    "order": _order,
    "fairness": _fairness,
}
