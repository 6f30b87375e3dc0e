"""When the aims cannot be met together: which of them clash, and the nearest plans, each of them solved and checked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from ntm_lib.planning.alternatives.asked import Demand, any_plan, ask, demands, drop, is_possible, reach, without
from ntm_lib.planning.alternatives.elastic import Missing, least_missing
from ntm_lib.planning.alternatives.hindrance import Hindrance, beyond_money
from ntm_lib.planning.alternatives.lazily import lazily, optimise_lazily
from ntm_lib.planning.optimise import Options
from ntm_lib.planning.optimise.threads import side_by_side
from ntm_lib.planning.problem import Floats, Infeasible, NotFound, Problem, Solution

CLOSE = 0.01  # extra money is the least to within this share
NODES = 50
ROUNDS = 4  # tries with a little more where rounding leaves the money just short
WHOLE = 15_000  # steps up to which all is searched at once: for an offer, which need not be close, that is fastest


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

    @property
    def standard(self) -> int:
        """Communes that meet all criteria at the end."""
        return int((self.solution.standard < len(self.problem.years)).sum())

    @property
    def districts(self) -> int | None:
        """District units that reach the aim's share at the end; None where no aim counts them."""
        aims = self.problem.aims
        apart = np.zeros_like(self.solution.districts) if aims.districts_apart is None else aims.districts_apart
        return int((self.solution.districts & ~apart).sum()) if aims.districts else None

    @property
    def mean(self) -> float:
        """Criteria a commune at the end."""
        left_out = (self.problem.met.shape[1] - self.problem.of).sum()
        done = (self.solution.done < len(self.problem.years)).sum()
        return float((done - left_out) / max(1, len(self.problem.communes)))


@dataclass(frozen=True, eq=False)
class Nearest:
    """``clash``: a smallest set of demands that cannot be met together with the means given: without any one of them the
    others can. Empty: the means do not even allow a plan without demands. ``offers``: the nearest plans. ``hindrance``: what
    keeps the aims out of reach whatever the money; None: a sum of money is offered, or it is not known whether any would do.
    """  # fmt: skip

    clash: tuple[Demand, ...]
    offers: tuple[Offer, ...]
    hindrance: Hindrance | None = None

    @property
    def is_money_unknown(self) -> bool:
        """Whether neither a sum of money was found nor proven that none would do."""
        has_money = any(offer.kind in {"money", "money_in_year"} for offer in self.offers)
        return bool(self.offers) and self.hindrance is None and not has_money

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
    jobs: list[Callable[[], _Answer]] = [
        partial(_with_money, problem, options, is_by_year=is_by_year),
        *(partial(_one, _less, problem, options, demand) for demand in clash),
    ]
    if later is not None:
        jobs.append(partial(_one, _later, later(), options))
    money, *rest = side_by_side(lambda job: job(), jobs)
    less, after = rest[: len(clash)], rest[len(clash) :]
    if not any(answer.offers for answer in less):
        less = [_one(_less_of_several, problem, options)]
    offers = [offer for answer in (money, *less, *after) for offer in answer.offers]
    return Nearest(clash, tuple(offers), money.hindrance)


@dataclass(frozen=True, eq=False)
class _Answer:
    offers: tuple[Offer, ...]
    hindrance: Hindrance | None = None


def _one(search: Callable[..., Offer | None], *asked: object) -> _Answer:
    offer = search(*asked)
    return _Answer(() if offer is None else (offer,))


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
    """Solve, and accept only what passed the independent check."""
    if start is not None or len(problem.steps) <= WHOLE:
        options = replace(options, method="exact")
    try:
        found = optimise_lazily(problem, options, start)
    except Infeasible:
        return None
    return found if found.gap is not None else None


def _with_money(problem: Problem, options: Options, *, is_by_year: bool) -> _Answer:
    """Offer the least money, in any years and, where these are several, all in one; where no money would do, say what stands in its way."""
    try:
        missing = _missing(problem, options)
    except NotFound:
        return _Answer(())
    except Infeasible:
        return _Answer((), beyond_money(problem, options))
    found = [_money_offer(problem, options, missing)]
    if is_by_year and np.count_nonzero(missing.money.sum(axis=0)) > 1:  # else it is the same offer
        best = _best_year(problem, options, missing)
        found += [] if best is None else [_money_offer(problem, options, best[1], best[0])]
    return _Answer(tuple(offer for offer in found if offer is not None))


def _missing(problem: Problem, options: Options, year: int | None = None, at_most: float = np.inf) -> Missing:
    years = None if year is None else np.arange(len(problem.years)) == year
    close = replace(options, gap=CLOSE, nodes=min(NODES, options.nodes), ties=False)
    search = partial(least_missing, options=close, years=years, is_money_only=True, at_most=at_most)
    return lazily(problem, search, lambda missing: missing.solution)


def _best_year(problem: Problem, options: Options, missing: Missing) -> tuple[int, Missing] | None:
    """Return the year in which all of the money is least, and what is missing; a year must be better by more than ``CLOSE``.

    The years that take most of the money given in any years come first: most of the others are then refused at once.
    """
    best: tuple[int, Missing] | None = None
    for year in np.argsort(-missing.money.sum(axis=0), kind="stable").tolist():
        at_most = np.inf if best is None else best[1].price * (1 - CLOSE)
        try:
            best = year, _missing(problem, options, year, at_most)
        except Infeasible:
            continue
    return best


def _money_offer(problem: Problem, options: Options, missing: Missing, year: int | None = None) -> Offer | None:
    """Give what is missing, rounded up; where rounding leaves it just short, a little more."""
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


def _less(problem: Problem, options: Options, demand: Demand) -> Offer | None:
    """Lower one demand just as far as needed."""
    reached = reach(problem, demand, lambda asked: _solved(asked, options))
    if reached is None:
        return None
    level, plan = reached
    lowered = Lowered(demand, min(level, demand.asked) if demand.kind != "pinned" else level)
    given = _lower(problem, lowered)
    solution = plan if plan.gap is not None else _solved(given, options, plan)
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
