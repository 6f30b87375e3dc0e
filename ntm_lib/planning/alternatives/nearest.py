"""When the aims cannot be met together: which of them clash, and the nearest plans, each of them solved and checked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ntm_lib.planning.alternatives.asked import Demand, any_plan, ask, demands, drop, is_possible, reach, without
from ntm_lib.planning.alternatives.elastic import least_missing
from ntm_lib.planning.optimise import Options, optimise
from ntm_lib.planning.problem import Floats, Infeasible, Problem, Solution

CLOSE = 0.01  # extra money is the least to within this share
NODES = 50
ROUNDS = 4  # tries with a little more where rounding leaves the money just short


@dataclass(frozen=True, eq=False)
class Lowered:
    """One demand that an offer lowers: asked for and offered (0: dropped)."""

    demand: Demand
    offered: float

    @property
    def short(self) -> float:
        """How much less than asked for (a pinned commune: years later)."""
        less = self.demand.asked - self.offered
        return -less if self.demand.kind == "pinned" else less


@dataclass(frozen=True, eq=False)
class Offer:
    """One nearest plan, solved.

    ``kind``: ``money`` (in any years), ``money_in_year`` (all in ``year``), ``demand`` (one demand lowered), ``demands``
    (several lowered, those listed first held longest), ``later`` (one year more). ``amount``: million VND more, or how much
    less of the one demand, or years. ``at_least``: no plan of this kind takes less (million VND; NaN for the other kinds). ``money`` (s, t): where it
    is added. ``problem``: the problem that ``solution`` solves.
    """

    kind: Literal["money", "money_in_year", "demand", "demands", "later"]
    amount: float
    at_least: float
    year: int | None
    money: Floats | None
    lowered: tuple[Lowered, ...]
    problem: Problem
    solution: Solution


@dataclass(frozen=True, eq=False)
class Nearest:
    """``clash``: a smallest set of demands that cannot be met together with the means given: without any one of them the
    others can. Empty: the means do not even allow a plan without demands. ``offers``: the nearest plans.
    """  # fmt: skip

    clash: tuple[Demand, ...]
    offers: tuple[Offer, ...]

    @property
    def taken(self) -> Offer | None:
        """The first plan that only asks for less: the one that is shown."""
        return next((offer for offer in self.offers if offer.kind in {"demand", "demands"}), None)


def nearest(
    problem: Problem, options: Options, later: Callable[[], Problem] | None = None, *, is_by_year: bool = True
) -> Nearest:
    """Explain an infeasible problem and offer the nearest plans.

    ``later`` builds the problem with one year more. ``is_by_year``: also look for the single year in which extra money
    helps most. A problem that has a plan has no clash and no offers.
    """
    if is_possible(problem):
        return Nearest((), ())
    clash = _clash(problem)
    offers = [
        _more_money(problem, options),
        _more_money_in_a_year(problem, options) if is_by_year else None,
        *(_less(problem, options, demand) for demand in clash),
    ]
    if not any(offer and offer.kind == "demand" for offer in offers):
        offers.append(_less_of_several(problem, options))
    if later is not None:
        offers.append(_later(later(), options))
    return Nearest(clash, tuple(offer for offer in offers if offer is not None))


def _clash(problem: Problem) -> tuple[Demand, ...]:
    """Leave out each demand in turn; those without which a plan exists stay."""
    bare = without(problem)
    if not is_possible(bare):
        return ()
    kept, left = [], problem
    for demand in reversed(demands(problem)):
        fewer = drop(left, demand)
        if is_possible(fewer):
            kept.append(demand)
        else:
            left = fewer
    return tuple(reversed(kept))


def _solved(problem: Problem, options: Options, start: Solution | None = None) -> Solution | None:
    """Solve, and accept only what passed the independent check; with a plan to start from the whole is searched."""
    try:
        found = optimise(problem, options if start is None else replace(options, method="exact"), start)
    except Infeasible:
        return None
    return found if found.gap is not None else None


def _more_money(problem: Problem, options: Options, year: int | None = None) -> Offer | None:
    years = None if year is None else np.arange(len(problem.years)) == year
    close = replace(options, gap=CLOSE, nodes=min(NODES, options.nodes), ties=False)
    try:
        missing = least_missing(problem, close, years=years, is_money_only=True)
    except Infeasible:
        return None
    extra = missing.money
    for _round in range(ROUNDS):
        extra = np.ceil(extra * 10) / 10
        given = replace(problem, money=problem.money + extra)
        solution = _solved(given, options, missing.solution)
        if solution is not None:
            kind: Literal["money", "money_in_year"] = "money" if year is None else "money_in_year"
            named = None if year is None else problem.years[year]
            return Offer(kind, float(extra.sum()), missing.bound, named, extra, (), given, solution)
        extra = extra * (1 + CLOSE)
    return None


def _more_money_in_a_year(problem: Problem, options: Options) -> Offer | None:
    """Give all of it in one year: the year that takes least."""
    close = replace(options, gap=CLOSE, nodes=min(NODES, options.nodes), ties=False)
    amounts = np.full(len(problem.years), np.inf)
    for year in range(len(problem.years)):
        only = np.arange(len(problem.years)) == year
        try:
            amounts[year] = least_missing(problem, close, years=only, is_money_only=True).price
        except Infeasible:
            continue
    best = int(amounts.argmin())
    return _more_money(problem, options, best) if np.isfinite(amounts[best]) else None


def _less(problem: Problem, options: Options, demand: Demand) -> Offer | None:
    """Lower one demand just as far as needed."""
    reached = reach(problem, demand)
    if reached is None:
        return None
    level, start = reached
    lowered = Lowered(demand, min(level, demand.asked) if demand.kind != "pinned" else level)
    given = _lower(problem, lowered)
    solution = _solved(given, options, start)
    if solution is None:
        return None
    return Offer("demand", lowered.short, np.nan, None, None, (lowered,), given, solution)


def _lower(problem: Problem, lowered: Lowered) -> Problem:
    if lowered.offered <= 0 and lowered.demand.kind != "pinned":
        return drop(problem, lowered.demand)
    return ask(problem, lowered.demand, lowered.offered)


def _less_of_several(problem: Problem, options: Options) -> Offer | None:
    """Take up the demands one after the other, each as far as those before it allow."""
    given = without(problem)
    plan = any_plan(given)
    if plan is None:
        return None
    lowered = []
    for demand in demands(problem):
        whole = ask(given, demand, demand.asked) if demand.kind != "keep" else replace(given, keep=problem.keep)
        found = any_plan(whole)
        if found is not None:
            given, plan = whole, found
            continue
        level, plan = reach(given, demand) or (0.0, plan)
        lowered.append(Lowered(demand, level))
        given = _lower(given, lowered[-1])
    solution = _solved(given, options, plan)
    if solution is None:
        return None
    return Offer("demands", float(len(lowered)), np.nan, None, None, tuple(lowered), given, solution)


def _later(problem: Problem, options: Options) -> Offer | None:
    solution = _solved(problem, options)
    if solution is None:
        return None
    return Offer("later", 1.0, np.nan, problem.years[-1], None, (), problem, solution)
