"""Searching without the balance between districts first changes neither what is found nor what is proven."""

from dataclasses import replace

import numpy as np
import pytest
from planning.problems import make_problem

from ntm_lib.planning.alternatives.lazily import is_balanced, optimise_lazily
from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.problem import Aims, Infeasible, Problem

EXACT = Options(gap=1e-6, nodes=5000, ties=False, method="exact")


def unequal(fairness: float) -> Problem:
    """Two districts; what one of them closes is worth ten times as much."""
    problem = make_problem(8, 2, 2, criteria=5, years=3, budget=0.3, limits=False, fairness=fairness)
    dear = np.where(problem.district == 0, 10.0, 1.0)
    steps = replace(problem.steps, value=problem.steps.value * dear[problem.steps.commune])
    return replace(problem, steps=steps, standard_value=problem.standard_value * dear[:, None])


@pytest.mark.parametrize("fairness", [0.1, 0.9])
def test_the_best_plan_is_the_same(fairness: float) -> None:
    problem = unequal(fairness)
    found, whole = optimise_lazily(problem, EXACT), optimise(problem, EXACT)
    assert not check(problem, found)
    assert found.objective == pytest.approx(whole.objective, rel=1e-5)
    assert found.bound >= whole.objective - 1e-6 * abs(whole.objective)


def test_a_plan_that_breaks_the_balance_is_not_taken() -> None:
    problem = unequal(0.9)
    free = replace(problem, fairness=0.0)
    assert not is_balanced(problem, free, optimise(free, EXACT))
    assert is_balanced(problem, free, optimise(problem, EXACT))


def test_what_is_impossible_stays_so() -> None:
    problem = replace(unequal(0.5), aims=Aims(standard=9))
    with pytest.raises(Infeasible):
        optimise_lazily(problem, EXACT)
