"""Why each commune reaches the standard when it does, or does not: counterfactual plans that can be checked.

A reason says: with these changes, this very plan keeps all limits, and the commune reaches the standard by that year. What
is missing is the least for which that holds while the other communes' plans stand as they are; who would give way without any
more money is searched commune by commune. Both are found in neighbourhoods of the plan, small enough to be solved at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ntm_lib.planning.alternatives.elastic import Missing, least_missing, work_price
from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.optimise.gaps import Gaps, find_gaps
from ntm_lib.planning.optimise.ledger import Ledger, closed_shares, commune_worth, keep_ledger
from ntm_lib.planning.optimise.neighbourhood import cut, put_back
from ntm_lib.planning.problem import Infeasible, Problem, Solution
from ntm_lib.planning.reasons.changes import Change, apply

KINDS = ("stands_at_start", "planned", "not_planned", "excluded")
LIMITS = (
    "none",
    "first_year",
    "excluded",
    "counts",
    "order",
    "money",
    "works",
    "cap",
    "fairness",
    "aims",
    "worth",
    "gap",
)
TRIES = 3  # communes asked, one after the other, to give way
GROUP = 8  # communes that together give way
EXACT = Options(gap=1e-6, nodes=2000, ties=False)  # neighbourhoods are small
ROUGH = Options(gap=0.005, nodes=100, ties=False)
OPENING = frozenset({"include", "counts", "order"})  # changes without which no money would help
TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Reason:
    """One counterfactual: with ``changes``, ``witness`` is a plan in which ``commune`` meets all criteria by ``year``.

    ``limit``: one of LIMITS, the change that weighs most. ``gives_way``: communes (positions) that the witness brings to
    the standard later than the plan, or not at all. ``loss``: worth of the plan less worth of the witness (negative: the
    witness is worth more, as extra money allows). ``price``: all that is missing in million VND, works at
    ``elastic.work_price``.
    """

    commune: int
    year: int
    limit: str
    changes: tuple[Change, ...]
    gives_way: tuple[int, ...]
    loss: float
    price: float
    witness: Solution

    @property
    def main(self) -> Change | None:
        """The change that ``limit`` names: the largest of its kind."""
        own = [change for change in self.changes if change.kind == self.limit]
        return max(own, key=lambda change: change.amount) if own else None


@dataclass(frozen=True, eq=False)
class Why:
    """One commune: ``kind`` (KINDS), ``limit`` (LIMITS); ``more``: what would bring it to the standard (a year earlier);
    ``swap``: the same without any more, another commune giving way (None: none of those tried would do).
    """  # fmt: skip

    commune: int
    kind: str
    limit: str
    more: Reason | None
    swap: Reason | None


@dataclass(frozen=True, eq=False)
class _Known:
    """What is worked out once for all communes."""

    problem: Problem
    solution: Solution
    ledger: Ledger
    gaps: Gaps
    worth: np.ndarray
    price: float


def explain(problem: Problem, solution: Solution, communes: Iterable[int] | None = None) -> tuple[Why, ...]:
    """Find the reasons for the communes (positions; default: all)."""
    ledger = keep_ledger(problem, solution)
    known = _Known(
        problem, solution, ledger, find_gaps(problem), commune_worth(problem, solution, ledger), work_price(problem)
    )
    wanted = range(len(problem.communes)) if communes is None else communes
    return tuple(_why(known, int(commune)) for commune in wanted)


def _why(known: _Known, commune: int) -> Why:
    problem, solution = known.problem, known.solution
    years, standard = len(problem.years), int(solution.standard[commune])
    if standard < 0:
        return Why(commune, "stands_at_start", "none", None, None)
    kind = "planned" if standard < years else "not_planned" if problem.may_standard[commune] else "excluded"
    if standard == 0:
        return Why(commune, kind, "first_year", None, None)
    more = _more(known, commune, standard - 1)
    if more is None:
        return Why(commune, kind, "aims", None, None)
    scarce = {"money", "works", "cap", "fairness"} & {change.kind for change in more.changes}
    swap = _swap(known, commune, standard - 1, more) if scarce else None
    return Why(commune, kind, more.limit, more, swap)


def _more(known: _Known, commune: int, year: int) -> Reason | None:
    """Find the least that brings a commune to the standard by a year, all other communes as planned."""
    problem = known.problem
    free = np.array([commune])
    changes = _unblock(known, commune, year)
    opened = apply(problem, changes)
    pinned = apply(opened, [Change("pin", commune=commune, year=year)])
    part = cut(pinned, known.solution, known.ledger, free)
    try:
        missing = least_missing(part, EXACT, price=known.price)
    except Infeasible:
        return None
    changes += _amounts(missing, commune)
    changed = apply(opened, changes)
    witness = put_back(changed, known.solution, free, missing.solution)
    fairness = _fairness(changed, witness)
    if fairness is not None:
        changes, changed = (*changes, fairness), apply(changed, [fairness])
    if check(changed, witness):
        return None
    loss = known.solution.objective - witness.objective
    weights = {"works": known.price}
    weigh = [change.amount * weights.get(change.kind, 1.0) for change in changes]
    limit = _limit(changes, weigh, loss)
    return Reason(commune, year, limit, changes, (), loss, missing.price, witness)


def _unblock(known: _Known, commune: int, year: int) -> tuple[Change, ...]:
    """Open what keeps the commune from the standard by the year whatever is spent: exclusion, first years, order."""
    problem = known.problem
    changes = [] if problem.may_standard[commune] else [Change("include", commune=commune)]
    if known.gaps.first_standard[commune] <= year:
        return tuple(changes)
    own = np.flatnonzero(problem.steps.commune == commune)
    first = np.full(problem.met.shape[1], len(problem.years))
    np.minimum.at(first, problem.steps.criterion[own], problem.steps.year[own])
    late = np.flatnonzero((first > year) & ~problem.met[commune])
    changes += [Change("counts", commune=commune, criterion=int(criterion), year=year) for criterion in late]
    if find_gaps(apply(problem, changes)).first_standard[commune] > year:
        changes.append(Change("order", commune=commune))
    return tuple(changes)


def _amounts(missing: Missing, commune: int) -> tuple[Change, ...]:
    money = [
        Change("money", float(missing.money[purse, year]), purse=int(purse), year=int(year))
        for purse, year in np.argwhere(missing.money > 0)
    ]
    works = [
        Change("works", float(missing.works[district, year]), district=int(district), year=int(year))
        for district, year in np.argwhere(missing.works > 0)
    ]
    cap = [Change("cap", float(missing.cap[0]), commune=commune)] if missing.cap[0] > 0 else []
    return (*money, *works, *cap)


def _fairness(problem: Problem, plan: Solution) -> Change | None:
    """Lower the fairness between districts where the plan does not reach it."""
    shares, average = closed_shares(problem, plan)
    reached = float(np.nanmin(shares, initial=np.inf)) / average if average else np.inf
    return Change("fairness", reached - TOLERANCE) if reached < problem.fairness else None


def _limit(changes: tuple[Change, ...], weights: list[float], loss: float) -> str:
    kinds = [change.kind for change in changes]
    for kind in ("include", "counts", "order"):
        if kind in kinds:
            return "excluded" if kind == "include" else kind
    scarce = [at for at, kind in enumerate(kinds) if kind in {"money", "works", "cap"}]
    if scarce:
        return str(kinds[max(scarce, key=lambda at: weights[at])])
    if "fairness" in kinds:
        return "fairness"
    return "worth" if loss > TOLERANCE else "gap"


def _swap(known: _Known, commune: int, year: int, more: Reason) -> Reason | None:
    """Ask other communes to give way: one that has enough to give, else several together."""
    alone, together = _candidates(known, commune, more)
    found = [_without_more(known, commune, year, more, [other]) for other in alone[:TRIES]]
    if not any(found) and together:
        found = [_without_more(known, commune, year, more, together)]
    return min((reason for reason in found if reason), key=lambda reason: reason.loss, default=None)


def _without_more(known: _Known, commune: int, year: int, more: Reason, others: list[int]) -> Reason | None:
    """Decide the commune and the others anew within what they have, the commune meeting all criteria by the year."""
    problem, solution = known.problem, known.solution
    changes = (*_opening(more), Change("pin", commune=commune, year=year))
    pinned = apply(problem, changes)
    free = np.sort(np.array([commune, *others]))
    try:
        part = optimise(cut(pinned, solution, known.ledger, free), EXACT if len(others) == 1 else ROUGH)
    except Infeasible:
        return None
    witness = put_back(pinned, solution, free, part)
    if check(pinned, witness):
        return None
    gives = tuple(np.flatnonzero(witness.standard > solution.standard).tolist())
    return Reason(commune, year, more.limit, changes, gives, solution.objective - witness.objective, 0.0, witness)


def _opening(more: Reason) -> tuple[Change, ...]:
    return tuple(change for change in more.changes if change.kind in OPENING)


def _candidates(known: _Known, commune: int, more: Reason) -> tuple[list[int], list[int]]:
    """Return communes that use, where something is missing, as much as is missing, and the smallest group that does.

    Those worth least come first; the group is filled in that order and has at most GROUP communes (else none).
    """
    problem, ledger = known.problem, known.ledger
    used, asked = [], []
    for change in more.changes:
        if change.kind == "money":
            until = slice(0 if problem.carries[change.purse] else change.year, change.year + 1)
            used.append(ledger.money[:, change.purse, until].sum(axis=1))
        elif change.kind == "works":
            used.append(np.where(problem.district == change.district, ledger.works[:, change.year], 0.0))
        elif change.kind == "cap":
            return [], []  # the cap is the commune's own
        else:
            continue
        asked.append(change.amount)
    if not used:
        return [], []
    share = np.minimum(np.array(used) / np.array(asked)[:, None], 1.0)
    may = ~problem.keep & (share > 0).any(axis=0)
    may[commune] = False
    found = np.flatnonzero(may)
    ranked = found[np.lexsort((found, known.worth[found]))]
    alone = ranked[(share[:, ranked] >= 1 - TOLERANCE).all(axis=0)]
    helpful = found[np.lexsort((found, known.worth[found] / share[:, found].sum(axis=0)))]
    reach = np.cumsum(np.array(used)[:, helpful], axis=1) >= np.array(asked)[:, None] * (1 - TOLERANCE)
    enough = np.flatnonzero(reach.all(axis=0))
    together = helpful[: enough[0] + 1] if len(enough) and enough[0] < GROUP else helpful[:0]
    return alone.tolist(), together.tolist()


def deepen(problem: Problem, solution: Solution, why: Why, options: Options) -> Why:
    """Search anew, over all communes, who gives way when nothing more is given; ``swap`` None: no plan at all."""
    if why.more is None:
        return why
    changes = (*_opening(why.more), Change("pin", commune=why.commune, year=why.more.year))
    try:
        found = optimise(apply(problem, changes), options, why.swap.witness if why.swap else None)
    except Infeasible:
        return replace(why, swap=None)
    gives = tuple(np.flatnonzero(found.standard > solution.standard).tolist())
    loss = solution.objective - found.objective
    return replace(why, swap=Reason(why.commune, why.more.year, why.limit, changes, gives, loss, 0.0, found))
