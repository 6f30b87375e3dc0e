"""The robust variant: harder in every part, and its own aims hold more often."""

from dataclasses import replace

import numpy as np
import pytest
from plans_by_hand import greedy_plan, no_risks, some_risks, uncertainty
from problems import make_problem
from scipy.stats import norm, triang

from ntm_lib.planning.chance import robust_problem, simulate
from ntm_lib.planning.plan import draft
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.study import plan_shown
from ntm_lib.project import Project


def test_the_robust_problem_is_harder_in_every_part() -> None:
    problem = make_problem(10, 1, budget=0.6)
    risks = replace(some_risks(problem), chance=np.where(problem.steps.year > 1, 0.9, 0.7))
    robust = robust_problem(problem, risks, uncertainty(robust_quantile=0.8))
    assert robust.steps.year.min() == 2
    np.testing.assert_allclose(robust.money, problem.money * (1 - norm.ppf(0.8) * 0.1))
    keep = risks.chance >= 0.8
    factor = triang.ppf(
        0.8, (1 - risks.cost_low) / (risks.cost_high - risks.cost_low), risks.cost_low, risks.cost_high - risks.cost_low
    )
    expected = problem.steps.spend.toarray()[keep] * factor[keep, None]
    np.testing.assert_allclose(robust.steps.spend.toarray(), expected)
    same = robust_problem(problem, no_risks(problem), uncertainty(robust_quantile=0.9))
    np.testing.assert_array_equal(same.steps.spend.toarray(), problem.steps.spend.toarray())
    np.testing.assert_array_equal(same.money, problem.money)


def test_a_robust_plan_keeps_its_own_aims_more_often() -> None:
    nominal, robust = [], []
    for seed in range(4):
        problem = make_problem(14, seed, budget=0.6, limits=False)
        risks = some_risks(problem)
        draws = uncertainty(draws=200, disaster_chance=0.05)
        for found, asked in ((nominal, problem), (robust, robust_problem(problem, risks, draws))):
            plan = greedy_plan(asked)
            found.append(simulate(problem, plan, risks, draws).aims.iloc[-1]["chance"])
    assert np.mean(robust) >= np.mean(nominal) + 0.05


def test_money_in_reserve_makes_a_plan_hold_more_often() -> None:
    with_it, without = [], []
    for seed in range(4):
        problem = make_problem(14, seed, budget=0.6, limits=False)
        risks, draws = some_risks(problem), uncertainty(draws=200, disaster_chance=0.05)
        plan = greedy_plan(problem)
        for found, money in ((without, problem.money), (with_it, problem.money / 0.85)):
            found.append(simulate(replace(problem, money=money), plan, risks, draws).aims.iloc[-1]["chance"])
    assert all(more >= less for more, less in zip(with_it, without, strict=True))
    assert np.mean(with_it) > np.mean(without) + 0.05


@pytest.mark.long
def test_the_cautious_scenario_promises_what_is_likely(project: Project) -> None:
    """Each aim of the shipped scenario, and all at once, by its 1,000 draws."""
    scenario = load_scenario("robust", project)
    made = draft(scenario, project)
    plan, offers = plan_shown(made)
    assert offers is None
    assert scenario.settings.uncertainty.draws >= 1000
    found = simulate(plan.carried_out, plan.solution, plan.risks, scenario.settings.uncertainty).aims
    asked = found[found["aim"] != "planned_standard"].set_index(["aim", "year"])
    assert (asked["low"] >= 0.9).all(), asked
    assert ("all", plan.years[-1]) in asked.index
    aims = scenario.settings.aims
    assert aims.standard is not None
    assert int((plan.solution.standard < len(plan.years)).sum()) > aims.standard
