"""The demands on a plan one by one: what each asks, how to drop or lower it, how far it can be reached."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ntm_lib.planning.alternatives.lazily import lazily
from ntm_lib.planning.optimise import Options
from ntm_lib.planning.optimise.highs import relax, solve
from ntm_lib.planning.optimise.model import build, with_worth
from ntm_lib.planning.optimise.plans import read
from ntm_lib.planning.problem import Aims, Infeasible, Problem, Solution

Kind = Literal[
    "standard",
    "standard_by_year",
    "advanced",
    "model",
    "floor",
    "mean",
    "districts",
    "villages",
    "villages_by_year",
    "pinned",
    "keep",
    "fairness",
]
COUNTED = ("standard", "standard_by_year", "advanced", "model", "mean", "villages", "villages_by_year")
BY_YEAR: tuple[Kind, ...] = ("standard_by_year", "villages_by_year")
REACH = Options(gap=0.002, nodes=50, ties=False)
ANY = Options(gap=0.5, nodes=2000, ties=False)


@dataclass(frozen=True)
class Demand:
    """One demand: ``kind``; ``year`` (position) of those ``BY_YEAR``; ``commune`` (position) of ``pinned``.

    ``asked``: communes, criteria, districts, villages, or the share of ``fairness``; the year's position of ``pinned``;
    communes of ``keep``.
    """

    kind: Kind
    asked: float
    year: int = -1
    commune: int = -1


def demands(problem: Problem) -> tuple[Demand, ...]:
    """List what the problem demands, the aims first, in the order in which a nearest plan holds on to them."""
    aims = problem.aims
    found: list[Demand] = []
    names: tuple[Kind, ...] = ("standard", "floor", "mean", "advanced", "model", "districts", "villages")
    for name in names:
        asked = getattr(aims, name)
        if asked:
            found.append(Demand(name, float(asked)))
    found += [
        Demand(name, float(count), year=year) for name in BY_YEAR for year, count in sorted(getattr(aims, name).items())
    ]
    years = len(problem.years)
    pinned = np.flatnonzero((problem.latest < years) & ~problem.start_standard)
    found += [Demand("pinned", float(problem.latest[commune]), commune=int(commune)) for commune in pinned]
    if problem.keep.any():
        found.append(Demand("keep", float(problem.keep.sum())))
    if problem.fairness > 0:
        found.append(Demand("fairness", problem.fairness))
    return tuple(found)


def drop(problem: Problem, demand: Demand) -> Problem:
    """Return the problem without one demand."""
    match demand.kind:
        case "pinned":
            latest = problem.latest.copy()
            latest[demand.commune] = len(problem.years)
            return replace(problem, latest=latest)
        case "keep":
            return replace(problem, keep=np.zeros_like(problem.keep))
        case "fairness":
            return replace(problem, fairness=0.0)
        case "standard_by_year" | "villages_by_year":
            held = getattr(problem.aims, demand.kind)
            rest = {year: count for year, count in held.items() if year != demand.year}
            return replace(problem, aims=_with_aim(problem.aims, demand.kind, rest))
        case _:
            return replace(problem, aims=_with_aim(problem.aims, demand.kind, None))


def _with_aim(aims: Aims, name: str, value: Any) -> Aims:
    changed: dict[str, Any] = {name: value}
    return replace(aims, **changed)


def ask(problem: Problem, demand: Demand, value: float) -> Problem:
    """Return the problem with one demand at another level (at what was asked for a pinned commune or kept titles)."""
    aims = problem.aims
    match demand.kind:
        case "pinned":
            latest = problem.latest.copy()
            latest[demand.commune] = int(value)
            return replace(problem, latest=latest)
        case "keep":
            return problem
        case "fairness":
            return replace(problem, fairness=value)
        case "standard_by_year" | "villages_by_year":
            held = {**getattr(aims, demand.kind), demand.year: int(value)}
            return replace(problem, aims=_with_aim(aims, demand.kind, held))
        case "mean":
            return replace(problem, aims=replace(aims, mean=value))
        case _:
            return replace(problem, aims=_with_aim(aims, demand.kind, int(value)))


def any_plan(problem: Problem) -> Solution | None:
    """Return a plan that keeps all limits and demands, whatever its worth; None: there is none.

    The relaxation refuses most impossible problems at once; the search decides the rest.
    """
    try:
        return lazily(problem, _first_plan, lambda plan: plan)
    except Infeasible:
        return None


def _first_plan(problem: Problem) -> Solution:
    model = build(problem)
    relax(model)
    return read(model, solve(with_worth(model, np.zeros(len(model.worth)), -np.inf), ANY).x)


def is_possible(problem: Problem) -> bool:
    """Tell whether any plan keeps all limits and demands."""
    return any_plan(problem) is not None


Finder = Callable[[Problem], Solution | None]


def reach(problem: Problem, demand: Demand, find: Finder = any_plan) -> tuple[float, Solution] | None:
    """Return the highest level of a demand that all other limits and demands allow, and a plan for it.

    None: they allow no plan at all. Exact for counts where the search ends within its nodes, else a level that is
    certain; a mean to one criterion of all communes together. A pinned commune: the first year's position in which it can
    meet all criteria (the number of years: not within the horizon). ``keep`` has one level only: 0. ``find``: how the
    plan of a level that is tried is found (a count that is maximised has the plan that does so).
    """
    free = drop(problem, demand)
    if demand.kind in COUNTED:
        return _highest(free, demand)
    if demand.kind == "fairness":
        return _bisect(free, demand, find)
    years = len(problem.years)
    levels, lowest = {
        "pinned": (range(int(demand.asked) + 1, years), float(years)),
        "keep": (range(0), 0.0),
    }.get(demand.kind, (range(int(demand.asked) - 1, 0, -1), 0.0))
    for level in levels:
        found = find(ask(free, demand, level))
        if found is not None:
            return float(level), found
    plan = find(free)
    return None if plan is None else (lowest, plan)


def _bisect(free: Problem, demand: Demand, find: Finder) -> tuple[float, Solution] | None:
    """Find a share to one hundredth."""
    low, high = 0, max(1, round(demand.asked * 100))
    plan = find(free)
    while plan is not None and high - low > 1:
        middle = (low + high) // 2
        found = find(ask(free, demand, middle / 100))
        if found is None:
            high = middle
        else:
            low, plan = middle, found
    return None if plan is None else (low / 100, plan)


def _highest(free: Problem, demand: Demand) -> tuple[float, Solution] | None:
    """Maximise the count itself."""
    if demand.kind in {"advanced", "model"}:
        free = replace(free, advanced_value=1.0, model_value=1.0)  # only so that the levels stand in the model
    try:
        reached, plan = lazily(free, lambda made: _most(made, demand), lambda found: found[1])
    except Infeasible:
        return None
    if demand.kind == "mean":
        counted = free.met.sum() - (free.met.shape[1] - free.of).sum()
        return float((reached + counted) / max(1, len(free.of))), plan
    if demand.kind.startswith("villages"):
        return float(reached + free.start_villages), plan
    return float(reached + (int(free.start_standard.sum()) if demand.kind.startswith("standard") else 0)), plan


def _most(free: Problem, demand: Demand) -> tuple[int, Solution]:
    """Return how many of what a demand counts can be planned, and the plan."""
    model = build(free)
    places, worth = model.places, np.zeros(len(model.worth))
    at = {
        "standard": places.standard[:, -1],
        "standard_by_year": places.standard[:, demand.year],
        "advanced": places.advanced[:, -1],
        "model": places.model[:, -1],
        "mean": places.done[model.gaps.is_last],
        "villages": np.vstack([places.pool, places.villages]),
        "villages_by_year": np.vstack([places.pool, places.villages])[:, : demand.year + 1],
    }[demand.kind]
    worth[at[at >= 0]] = 1.0
    found = solve(with_worth(model, worth, -np.inf), REACH)
    return round(float(worth @ found.x)), read(model, found.x)


def without(problem: Problem) -> Problem:
    """Return the problem without any demand: only money, works, caps, order and exclusions."""
    for demand in demands(problem):
        problem = drop(problem, demand)
    bare = Aims(
        district_share=problem.aims.district_share,
        district_advanced_share=problem.aims.district_advanced_share,
        districts_apart=problem.aims.districts_apart,
    )
    return replace(problem, aims=bare)
