"""The robust variant: harder in every part, and its own aims hold more often."""

from dataclasses import replace

import numpy as np
from plans_by_hand import greedy_plan, no_risks, some_risks, uncertainty
from problems import make_problem
from scipy.stats import norm, triang

from ntm_lib.planning.chance import robust_problem, simulate


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
