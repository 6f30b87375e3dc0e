"""The whole planning problem stated a second time, from ``problem.py`` alone, for another solver (CBC).

One variable says in which year a criterion of a commune is completed, another in which year a commune comes to the standard;
nothing is summed up over years. It shares no code with the search or with ``check``, so that the two can be compared.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import pulp

from ntm_lib.planning.problem import Problem, Solution

Sum = pulp.LpAffineExpression
TOLERANCE = 1e-6


@dataclass
class Restated:
    """The programme with its decisions and rows; the keys are positions: commune, criterion, year."""

    problem: Problem
    lp: pulp.LpProblem
    rows: dict[str, pulp.LpConstraint] = field(default_factory=dict)
    done: dict[tuple[int, int, int], pulp.LpVariable] = field(default_factory=dict)
    standard: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)
    advanced: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)
    model: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)
    villages: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)
    districts: dict[int, pulp.LpVariable] = field(default_factory=dict)
    spend: dict[tuple[int, int, int], Sum] = field(default_factory=lambda: defaultdict(Sum))  # commune, purse, year

    def demand(self, limit: str, row: pulp.LpConstraint | bool) -> None:
        """Add one row of a limit; a row without any decision is already true or false."""
        name = f"{limit}_{len(self.rows)}"
        self.rows[name] = (pulp.lpSum([]) >= (0 if row else 1)) if isinstance(row, bool) else row
        self.lp.addConstraint(self.rows[name], name)

    def number(self, most: int, name: str, *at: int) -> pulp.LpVariable:
        """Make a decision: a whole number from 0."""
        return self.lp.add_variable("_".join([name, *map(str, at)]), 0, most, pulp.LpInteger)

    def completed(self, commune: int, criterion: int, by: int | None = None) -> Sum:
        """1 where the criterion is completed (by the end of a year)."""
        last = len(self.problem.years) if by is None else by
        return pulp.lpSum(self.done.get((commune, criterion, year), 0) for year in range(last + 1))

    def at_standard(self, commune: int, by: int | None = None) -> Sum | int:
        """1 where the commune meets all criteria (by the end of a year; -1: at the start)."""
        if self.problem.start_standard[commune]:
            return 1
        last = len(self.problem.years) if by is None else by
        return pulp.lpSum(self.standard.get((commune, year), 0) for year in range(last + 1))


def restate(problem: Problem) -> Restated:
    """State the problem: decisions, limits, aims, worth."""
    stated = Restated(problem, pulp.LpProblem("restated", pulp.LpMaximize))
    for part in (
        _completions, _order, _levels, _villages, _spending, _money, _works, _keep, _choices_of_the_planner, _fairness,
        _counts, _criteria_counted, _district_units, _worth,
    ):  # fmt: skip
        part(stated)
    return stated


def best_worth(problem: Problem) -> float | None:
    """Return what the best plan is worth; None where there is no plan."""
    lp = restate(problem).lp
    lp.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0.0, gapAbs=1e-7))
    status = pulp.LpStatus[lp.status]
    assert status in {"Optimal", "Infeasible"}, status
    return float(pulp.value(lp.objective) or 0.0) if status == "Optimal" else None


def judged(problem: Problem, plan: Solution) -> tuple[float, list[str]]:
    """Return the worth of a plan's decisions and the rows it breaks, without any search."""
    stated = restate(problem)
    for (commune, criterion, year), variable in stated.done.items():
        variable.varValue = int(plan.done[commune, criterion] == year)
    for name in ("standard", "advanced", "model"):
        for (commune, year), variable in getattr(stated, name).items():
            variable.varValue = int(getattr(plan, name)[commune] == year)
    for (commune, year), variable in stated.villages.items():
        variable.varValue = int(plan.villages[commune, year])
    for district, variable in stated.districts.items():
        variable.varValue = int(plan.districts[district])
    broken = [name for name, row in stated.rows.items() if not row.valid(TOLERANCE * _size(row))]
    return float(pulp.value(stated.lp.objective) or 0.0), broken


def _size(row: pulp.LpConstraint) -> float:
    return max(1.0, abs(row.constant), *(abs(amount) for amount in row.values()))


def _communes(problem: Problem) -> range:
    return range(len(problem.communes))


def _years(problem: Problem) -> range:
    return range(len(problem.years))


def _open(problem: Problem, commune: int) -> list[int]:
    return [criterion for criterion in range(len(problem.criteria)) if not problem.met[commune, criterion]]


def _completions(stated: Restated) -> None:
    """Complete a criterion in one of the years of its steps, or not at all."""
    steps = stated.problem.steps
    for commune, criterion, year in zip(
        steps.commune.tolist(), steps.criterion.tolist(), steps.year.tolist(), strict=True
    ):
        stated.done[commune, criterion, year] = stated.number(1, "done", commune, criterion, year)
    for commune, criterion in {key[:2] for key in stated.done}:
        stated.demand("once", stated.completed(commune, criterion) <= 1)


def _order(stated: Restated) -> None:
    """Complete what must wait only where the other was completed, at least the lag before."""
    problem = stated.problem
    for commune, before, after, lag in _order_rows(problem):
        for year in _years(problem):
            if (commune, after, year) in stated.done:
                row = stated.done[commune, after, year] <= stated.completed(commune, before, by=year - lag)
                stated.demand("order", row)


def _order_rows(problem: Problem) -> Iterable[tuple[int, int, int, int]]:
    order = problem.order
    rows = zip(order.commune.tolist(), order.before.tolist(), order.after.tolist(), order.lag.tolist(), strict=True)
    return [row for row in rows if not problem.met[row[0], row[1]]]


def _levels(stated: Restated) -> None:
    """Hold the standard to the year of the last completion, the higher levels to years after it."""
    problem = stated.problem
    for commune in _communes(problem):
        if not problem.start_standard[commune]:
            _standard(stated, commune)
        for year in _years(problem):
            stated.advanced[commune, year] = stated.number(1, "advanced", commune, year)
            stated.model[commune, year] = stated.number(1, "model", commune, year)
        own = [stated.advanced[commune, year] for year in _years(problem)]
        stated.demand("advanced", pulp.lpSum(own) <= 1)
        stated.demand("model", pulp.lpSum(stated.model[commune, year] for year in _years(problem)) <= 1)
        for year in _years(problem):
            waited = year - problem.advanced_lag
            below = stated.at_standard(commune, waited) if waited >= -1 else 0
            stated.demand("advanced", own[year] <= below)
            ready = pulp.lpSum(own[: max(0, year - problem.model_lag + 1)])
            stated.demand("model", stated.model[commune, year] <= ready)


def _standard(stated: Restated, commune: int) -> None:
    problem, criteria = stated.problem, _open(stated.problem, commune)
    every = [stated.completed(commune, criterion) for criterion in criteria]
    last_of = defaultdict(list)
    for criterion in criteria:
        for year in _years(problem):
            if (commune, criterion, year) in stated.done:
                last_of[year].append(stated.done[commune, criterion, year])
    for year in last_of:
        stated.standard[commune, year] = stated.number(1, "standard", commune, year)
    reached = stated.at_standard(commune)
    for criterion in every:
        stated.demand("standard", reached <= criterion)
    stated.demand("standard", reached >= pulp.lpSum(every) - (len(criteria) - 1))
    for year, completed in last_of.items():
        stated.demand("standard", stated.standard[commune, year] <= pulp.lpSum(completed))
        for later in (one for when in last_of if when > year for one in last_of[when]):
            stated.demand("standard", stated.standard[commune, year] + later <= 1)


def _villages(stated: Restated) -> None:
    problem = stated.problem
    for commune in _communes(problem):
        most = int(problem.villages[commune])
        for year in _years(problem):
            stated.villages[commune, year] = stated.number(most, "villages", commune, year)
        own = pulp.lpSum(stated.villages[commune, year] for year in _years(problem))
        stated.demand("villages", own <= most)


def _spending(stated: Restated) -> None:
    """Add up steps, upkeep of the standard, packages, villages: by commune, purse and year."""
    problem, spend, years = stated.problem, stated.spend, len(stated.problem.years)
    matrix = problem.steps.spend.tocoo()
    for step, column, amount in zip(matrix.row.tolist(), matrix.col.tolist(), matrix.data.tolist(), strict=True):
        commune, purse, year = int(problem.steps.commune[step]), column // years, column % years
        key = (commune, int(problem.steps.criterion[step]), int(problem.steps.year[step]))
        spend[commune, purse, year] += amount * stated.done[key]
    for commune in _communes(problem):
        for purse in range(len(problem.purses)):
            for year in _years(problem):
                after = _after(stated, commune, year) * float(problem.after_spend[commune, purse])
                higher = float(problem.advanced_spend[commune, purse]) * stated.advanced[commune, year]
                model = float(problem.model_spend[commune, purse]) * stated.model[commune, year]
                village = float(problem.village_spend[purse]) * stated.villages[commune, year]
                spend[commune, purse, year] += after + higher + model + village


def _after(stated: Restated, commune: int, year: int) -> Sum | int:
    """1 where keeping the standard costs money in the year."""
    since = year - stated.problem.after_lag
    return stated.at_standard(commune, since) if since >= 0 else 0


def _money(stated: Restated) -> None:
    problem = stated.problem
    for purse in range(len(problem.purses)):
        left = pulp.lpSum([])
        for year in _years(problem):
            spent = pulp.lpSum(stated.spend[commune, purse, year] for commune in _communes(problem))
            left = (left if problem.carries[purse] else 0) + float(problem.money[purse, year]) - spent
            stated.demand("money", left >= 0)
    for commune in _communes(problem):
        if math.isfinite(problem.commune_cap[commune]):
            used = pulp.lpSum(
                stated.spend[commune, purse, year]
                for purse in range(len(problem.purses))
                if problem.capped[purse]
                for year in _years(problem)
            )
            stated.demand("cap", used <= float(problem.commune_cap[commune]))


def _works(stated: Restated) -> None:
    problem, under_way = stated.problem, defaultdict(list)
    matrix = problem.steps.works.tocoo()
    for step, year, works in zip(matrix.row.tolist(), matrix.col.tolist(), matrix.data.tolist(), strict=True):
        commune = int(problem.steps.commune[step])
        key = (commune, int(problem.steps.criterion[step]), int(problem.steps.year[step]))
        under_way[int(problem.district[commune]), year].append(works * stated.done[key])
    for (district, year), works in under_way.items():
        if math.isfinite(problem.works[district, year]):
            stated.demand("works", pulp.lpSum(works) <= float(problem.works[district, year]))


def _keep(stated: Restated) -> None:
    """Ask each criterion of a commune with a title by the year given, or as early as steps and order allow."""
    problem = stated.problem
    for commune in _communes(problem):
        if problem.keep[commune]:
            for criterion in _open(problem, commune):
                first = _earliest(stated, commune, criterion)
                if first is not None:
                    by = max(problem.keep_by, first)
                    stated.demand("keep", stated.completed(commune, criterion, by) >= 1)


def _earliest(stated: Restated, commune: int, criterion: int) -> int | None:
    """Return the first year in which a criterion can be completed, what it waits for included; None: never."""
    problem, ready = stated.problem, 0
    for of, before, after, lag in _order_rows(problem):
        if (of, after) == (commune, criterion):
            first = _earliest(stated, commune, before)
            if first is None:
                return None
            ready = max(ready, first + lag)
    return next((year for year in _years(problem) if year >= ready and (commune, criterion, year) in stated.done), None)


def _choices_of_the_planner(stated: Restated) -> None:
    """Pinned communes come to the standard in time, excluded ones never do."""
    problem = stated.problem
    for commune in _communes(problem):
        if problem.latest[commune] < len(problem.years):
            stated.demand("latest", stated.at_standard(commune, int(problem.latest[commune])) >= 1)
        if not (problem.may_standard[commune] or problem.start_standard[commune]):
            stated.demand("excluded", stated.at_standard(commune) <= 0)


def _fairness(stated: Restated) -> None:
    problem = stated.problem
    gaps, closed = defaultdict(int), defaultdict(list)
    for commune, criterion in {key[:2] for key in stated.done}:
        district = int(problem.district[commune])
        gaps[district] += 1
        closed[district].append(stated.completed(commune, criterion))
    everywhere, total = sum(gaps.values()), pulp.lpSum(part for parts in closed.values() for part in parts)
    for district in gaps if problem.fairness > 0 else ():
        own = pulp.lpSum(closed[district]) * (1 / gaps[district])
        stated.demand("fairness", own >= total * (problem.fairness / everywhere))


def _counts(stated: Restated) -> None:
    """Communes at each level, and villages."""
    problem, aims = stated.problem, stated.problem.aims
    asked = dict(aims.standard_by_year)
    if aims.standard is not None:
        asked[len(problem.years)] = aims.standard
    for year, number in asked.items():
        reached = pulp.lpSum(stated.at_standard(commune, year) for commune in _communes(problem))
        stated.demand("aim_standard", reached >= number)
    for name in ("advanced", "model"):
        number = getattr(aims, name)
        if number is not None:
            stated.demand(f"aim_{name}", pulp.lpSum(getattr(stated, name).values()) >= number)
    villages = dict(aims.villages_by_year)
    if aims.villages is not None:
        villages[len(problem.years)] = aims.villages
    for last, number in villages.items():
        brought = [decision for (_commune, year), decision in stated.villages.items() if year <= last]
        stated.demand("aim_villages", pulp.lpSum(brought) + problem.start_villages >= number)


def _criteria_counted(stated: Restated) -> None:
    """Ask the floor and the mean: at the end, without the criteria a commune does not count."""
    problem, aims = stated.problem, stated.problem.aims
    counted = []
    for commune in _communes(problem):
        criteria = _open(problem, commune)
        closed = pulp.lpSum(stated.completed(commune, criterion) for criterion in criteria)
        counted.append(closed + int(problem.of[commune]) - len(criteria))
        if aims.floor is not None:
            stated.demand("aim_floor", counted[-1] >= min(aims.floor, int(problem.of[commune])))
    if aims.mean is not None:
        stated.demand("aim_mean", pulp.lpSum(counted) >= aims.mean * len(counted))


def _district_units(stated: Restated) -> None:
    """Count a unit where enough of its communes meet the standard, and enough of them the advanced one."""
    problem, aims = stated.problem, stated.problem.aims
    if aims.districts is None:
        return
    for district in range(len(problem.districts)):
        own = [commune for commune in _communes(problem) if problem.district[commune] == district]
        if not own or (aims.districts_apart is not None and aims.districts_apart[district]):
            continue
        unit = stated.districts[district] = stated.number(1, "district", district)
        years = _years(problem)
        standard = pulp.lpSum(stated.at_standard(commune) for commune in own)
        advanced = pulp.lpSum(stated.advanced[commune, year] for commune in own for year in years)
        stated.demand("aim_districts", standard >= _whole(aims.district_share, own) * unit)
        stated.demand("aim_districts", advanced >= _whole(aims.district_advanced_share, own) * unit)
    stated.demand("aim_districts", pulp.lpSum(stated.districts.values()) >= aims.districts)


def _whole(share: float, communes: list[int]) -> int:
    return math.ceil(share * len(communes) - 1e-9)


def _worth(stated: Restated) -> None:
    problem, steps = stated.problem, stated.problem.steps
    keys = zip(steps.commune.tolist(), steps.criterion.tolist(), steps.year.tolist(), strict=True)
    stated.lp.setObjective(
        pulp.lpSum(float(value) * stated.done[key] for key, value in zip(keys, steps.value, strict=True))
        + pulp.lpSum(float(problem.standard_value[at]) * one for at, one in stated.standard.items())
        + pulp.lpSum(problem.advanced_value * one for one in stated.advanced.values())
        + pulp.lpSum(problem.model_value * one for one in stated.model.values())
        + pulp.lpSum(problem.village_value * one for one in stated.villages.values())
        - pulp.lpSum(problem.cost_weight * spent for spent in stated.spend.values())
    )
