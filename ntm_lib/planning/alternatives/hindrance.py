"""When no sum of money would do: which limit stands in the way, each answer found by solving again.

Money is unlimited throughout. A limit stands in the way when without it there is a plan.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.alternatives.asked import is_possible
from ntm_lib.planning.alternatives.lazily import optimise_lazily
from ntm_lib.planning.optimise import Options
from ntm_lib.planning.optimise.gaps import find_gaps
from ntm_lib.planning.problem import Floats, Infeasible, Ints, Order, Problem, Steps

Limit = Literal["works", "cap", "excluded", "levels", "order", "time"]
LIMITS: tuple[Limit, ...] = ("works", "cap", "excluded", "levels", "order", "time")
SOONER = Options(gap=0.02, nodes=200, ties=False, method="exact")
LATER = 1e-3  # of plans with as few criteria met sooner, the one is taken that needs them later


@dataclass(frozen=True, eq=False)
class Sooner:
    """A criterion that would have to be met sooner than any measure can: positions of commune, criterion and year."""

    commune: int
    criterion: int
    year: int


@dataclass(frozen=True, eq=False)
class Hindrance:
    """What keeps the aims out of reach whatever the money.

    ``limits``: without any single one of them (``is_each``), or only without all of them, there is a plan; empty: there is none
    even without all that is listed in ``LIMITS``. They are: ``works`` a district can carry in a year, ``cap`` of a commune's
    money, ``excluded`` communes, years between the ``levels`` of the standard, ``order`` of works, ``time``: the earliest years
    in which measures lead to criteria. ``sooner``: where ``time`` is among them, as few criteria as are found with
    which there is a plan; ``is_enough``: with these there is one for the money entered too, their own cost left out.
    """  # fmt: skip

    limits: tuple[Limit, ...]
    is_each: bool
    sooner: tuple[Sooner, ...] = ()
    is_enough: bool = False


def beyond_money(problem: Problem, options: Options) -> Hindrance:
    """Find what stands in the way of a problem that has no plan whatever the money."""
    rich = replace(
        problem, money=np.full(problem.money.shape, np.inf), carries=np.zeros(len(problem.purses), dtype=bool)
    )
    there = [limit for limit in LIMITS if _has(problem, limit)]
    single = tuple(limit for limit in there if is_possible(lift(rich, (limit,))))
    limits = single or _smallest(rich, there)
    if "time" not in limits:
        return Hindrance(limits, is_each=bool(single))
    others = () if single else tuple(limit for limit in limits if limit != "time")
    sooner = _sooner(lift(rich, others))
    is_enough = bool(single and sooner) and _has_plan(with_sooner(problem, sooner), options)
    return Hindrance(limits, bool(single), sooner, is_enough)


def _has_plan(problem: Problem, options: Options) -> bool:
    """Tell whether there is a plan; with the money as entered the search for the best finds one soonest."""
    try:
        return optimise_lazily(problem, replace(options, method="exact")).gap is not None
    except Infeasible:
        return False


def _has(problem: Problem, limit: Limit) -> bool:
    """Tell whether a problem has such a limit at all."""
    aims = problem.aims
    has_levels = aims.advanced or aims.model or (aims.districts and aims.district_advanced_share > 0)
    return {
        "works": bool(np.isfinite(problem.works).any()),
        "cap": bool(np.isfinite(problem.commune_cap).any() and problem.capped.any()),
        "excluded": not problem.may_standard.all(),
        "levels": problem.advanced_lag + problem.model_lag > 0 and bool(has_levels),
        "order": len(problem.order.commune) > 0,
        "time": True,
    }[limit]


def _smallest(rich: Problem, there: list[Limit]) -> tuple[Limit, ...]:
    """Put back each limit in turn; those with which there is no plan stay out."""
    out = list(there)
    if not is_possible(lift(rich, tuple(out))):
        return ()
    for limit in there:
        fewer = [held for held in out if held != limit]
        if is_possible(lift(rich, tuple(fewer))):
            out = fewer
    return tuple(out)


def lift(problem: Problem, limits: tuple[Limit, ...]) -> Problem:
    """Return the problem without some limits; without ``time`` every criterion can be met in every year."""
    for limit in limits:
        match limit:
            case "works":
                problem = replace(problem, works=np.full(problem.works.shape, np.inf))
            case "cap":
                problem = replace(problem, commune_cap=np.full(problem.commune_cap.shape, np.inf))
            case "excluded":
                problem = replace(problem, may_standard=np.ones_like(problem.may_standard))
            case "levels":
                problem = replace(problem, advanced_lag=0, model_lag=0)
            case "order":
                none = np.zeros(0, dtype=np.int64)
                problem = replace(problem, order=Order(none, none, none, none))
            case "time":
                problem = _any_year(problem)
    return problem


def _any_year(problem: Problem) -> Problem:
    """Let every criterion be met in every year before the one that steps and order allow."""
    return _with_steps(problem, *_before_earliest(problem))


def _before_earliest(problem: Problem) -> tuple[Ints, Ints, Ints]:
    """Commune, criterion and year of what no measure leads to in time."""
    steps, years = problem.steps, np.arange(len(problem.years))
    missing = years < find_gaps(problem).earliest[:, :, None]
    missing[steps.commune, steps.criterion, steps.year] = False
    commune, criterion, year = np.nonzero(missing)
    return commune, criterion, year


def _with_steps(problem: Problem, commune: Ints, criterion: Ints, year: Ints, value: Floats | None = None) -> Problem:
    """Add steps; each takes the works and money of its criterion's first step, or nothing where there is none."""
    steps, gaps = problem.steps, find_gaps(problem)
    first = np.full(problem.met.shape, len(steps))
    at = np.flatnonzero(gaps.is_first)
    first[steps.commune[at], steps.criterion[at]] = at
    like = first[commune, criterion]
    taken = np.concatenate([np.arange(len(steps)), like])
    communes, criteria, years = (
        np.concatenate(pair) for pair in ((steps.commune, commune), (steps.criterion, criterion), (steps.year, year))
    )
    order = np.lexsort((years, criteria, communes))
    spend, works = (_and_nothing(matrix)[taken[order]] for matrix in (steps.spend, steps.works))
    values = np.concatenate([steps.value, np.zeros(len(year)) if value is None else value])
    made = Steps(communes[order], criteria[order], years[order], spend, works, values[order])
    return replace(problem, steps=made)


def _and_nothing(matrix: sp.csr_matrix) -> sp.csr_matrix:
    return sp.vstack([matrix, sp.csr_matrix((1, matrix.shape[1]))], format="csr")


def with_sooner(problem: Problem, sooner: tuple[Sooner, ...]) -> Problem:
    """Return the problem in which some criteria can be met sooner than any measure leads there."""
    commune, criterion, year = np.array([(item.commune, item.criterion, item.year) for item in sooner]).T
    return _with_steps(problem, commune, criterion, year)


def _sooner(rich: Problem) -> tuple[Sooner, ...]:
    """Return as few criteria met sooner than any measure can as are found with which there is a plan."""
    nothing = replace(rich.steps, value=np.zeros(len(rich.steps)))
    standard = np.zeros_like(rich.standard_value)
    bare = replace(rich, steps=nothing, standard_value=standard, cost_weight=0.0)
    bare = replace(bare, advanced_value=0.0, model_value=0.0, village_value=0.0)
    commune, criterion, year = _before_earliest(bare)
    wait = np.asarray(1.0 + LATER * (len(bare.years) - 1 - year), dtype=np.float64)
    try:
        plan = optimise_lazily(_with_steps(bare, commune, criterion, year, -wait), SOONER)
    except Infeasible:
        return ()
    at = np.flatnonzero(plan.done[commune, criterion] == year)
    return tuple(Sooner(int(commune[one]), int(criterion[one]), int(year[one])) for one in at)
