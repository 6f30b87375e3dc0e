"""The years after the plan rest on the forecasts: what is not likely is not counted, and what is, is counted with its chance."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planning.handed_down import make_plan
from scipy.stats import binom

from ntm_lib.planning.later.foreseen import count_range
from ntm_lib.planning.later.orientation import orientation, remaining, year_of_all
from ntm_lib.planning.plan import Plan
from ntm_lib.project import Project

ROOT = Project(Path(__file__).parents[3])
RICH = 100.0


@pytest.fixture(scope="module")
def made() -> Plan:
    return make_plan(ROOT, 8, communes=30, districts=2, budget=RICH)


def forecast(plan: Plan, column: int, free: dict[int, float], effort: dict[int, float] | None = None) -> Plan:
    """Let one criterion rest on a forecast: the same chance of all communes by year, without and with effort."""
    criterion, communes = plan.problem.criteria[column], plan.problem.communes
    years = range(plan.years[0], plan.scenario.settings.horizon.orientation_year + 1)
    parts = []
    for is_effort, chances in ((False, free), (True, effort or free)):
        index = pd.MultiIndex.from_product(
            [communes, [f"{criterion}.1"], [is_effort]], names=["commune_code", "requirement", "with_effort"]
        )
        parts.append(pd.DataFrame({year: chances.get(year, chances[0]) for year in years}, index=index))
    rules: Any = SimpleNamespace(requirements=pd.DataFrame({"criterion": {f"{criterion}.1": criterion}}))
    start: Any = SimpleNamespace(criteria=plan.baseline.criteria, start_rules=rules)
    outlook: Any = SimpleNamespace(chance=pd.concat(parts), requirements=[f"{criterion}.1"])
    return replace(plan, baseline=start, outlook=outlook)


def column_that_holds_back(plan: Plan) -> int:
    """Return a criterion that some commune misses at the end, all its others being costed."""
    left = remaining(plan)
    can = ((left["missing"] > 0) & (left["without_way"] == 0)).to_numpy()
    return int((plan.solution.done[can] >= len(plan.years)).sum(axis=0).argmax())


def test_what_is_not_likely_is_not_counted_however_much_money_there_is(made: Plan) -> None:
    column = column_that_holds_back(made)
    by_money, likely = orientation(made), orientation(forecast(made, column, {0: 0.9}))
    unlikely = orientation(forecast(made, column, {0: 0.3}))
    misses = made.solution.done[:, column] >= len(made.years)
    assert likely["standard"].tolist() == by_money["standard"].tolist()
    assert (unlikely["standard"] < likely["standard"]).all()
    assert (unlikely["standard"] <= (~misses).sum()).all()
    assert (unlikely["without_way"] >= misses.sum()).all()
    assert (unlikely["standard"] + unlikely["missing"] == len(misses)).all()


def test_a_forecast_that_becomes_likely_counts_from_that_year(made: Plan) -> None:
    column = column_that_holds_back(made)
    first = made.years[-1] + 1
    late = orientation(forecast(made, column, {0: 0.3} | dict.fromkeys(range(first + 2, 2031), 0.9)))
    never = orientation(forecast(made, column, {0: 0.3}))
    always = orientation(forecast(made, column, {0: 0.9}))
    assert late["standard"].loc[: first + 1].tolist() == never["standard"].loc[: first + 1].tolist()
    assert late["standard"].loc[first + 2] > never["standard"].loc[first + 2]
    assert late["standard"].loc[2030] == always["standard"].loc[2030]


def test_the_expected_number_is_the_sum_of_the_chances_with_its_range(made: Plan) -> None:
    table = orientation(forecast(made, column_that_holds_back(made), {0: 0.8}))
    for row in table.itertuples():
        assert row.expected == pytest.approx(0.8 * row.standard)
        low, high = binom.ppf([0.1, 0.9], row.standard, 0.8)
        assert (row.low, row.high) == (low, high)
    certain = orientation(made)
    assert (certain["expected"] == certain["standard"]).all()
    assert (certain["low"] == certain["high"]).all()


def test_communes_that_stood_in_the_plan_count_with_their_chance_too(made: Plan) -> None:
    done = np.where(made.problem.met, -1, 0)
    whole = replace(made, solution=replace(made.solution, done=done, standard=done.max(axis=1)))
    table = orientation(forecast(whole, 0, {0: 0.7}))
    assert (table["standard"] == 30).all()
    assert table["expected"].tolist() == pytest.approx([21.0] * len(table))
    assert year_of_all(whole) == made.years[-1]


def test_effort_counts_only_where_the_plan_pays_it(made: Plan) -> None:
    column = column_that_holds_back(made)
    done = made.solution.done.copy()
    done[0, column], done[1, column] = -1, 0
    plan = replace(made, solution=replace(made.solution, done=done, standard=done.max(axis=1)))
    standing = plan.solution.standard < len(plan.years)
    table = orientation(forecast(plan, column, {0: 0.5}, {0: 0.9}))
    completed = ((done[:, column] >= 0) & standing).sum()
    held = ((done[:, column] < 0) & standing).sum()
    assert completed > 0
    assert held > 0
    new = table["standard"] - standing.sum()
    # What the money buys afterwards either misses the criterion (effort in its cost) or met it all along (none).
    assert (table["expected"] >= 0.9 * completed + 0.5 * held + 0.5 * new - 1e-9).all()
    assert (table["expected"] <= 0.9 * completed + 0.5 * held + 0.9 * new + 1e-9).all()


def test_the_range_is_that_of_events_by_themselves() -> None:
    rng = np.random.default_rng(3)
    chances = rng.random(139)
    counts = (rng.random((100_000, 139)) < chances).sum(axis=1)
    low, high = np.quantile(counts, [0.1, 0.9], method="inverted_cdf")
    assert count_range(chances) == (low, high)
    assert count_range(np.empty(0)) == (0, 0)
    assert count_range(np.ones(5)) == (5, 5)


def test_no_year_of_all_is_named_against_the_forecasts(made: Plan) -> None:
    assert year_of_all(forecast(made, column_that_holds_back(made), {0: 0.3})) is None
