from functools import lru_cache

import numpy as np
from planning.problems import make_problem

from ntm_lib.planning.alternatives.near_equal import NearEqual, near_equal
from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.problem import Aims, Problem

OPTIONS = Options(gap=1e-4, nodes=500, ties=False)
TOLERANCE = 0.2


@lru_cache
def found() -> tuple[Problem, NearEqual]:
    problem = make_problem(10, 3, 2, criteria=5, years=3, limits=False, aims=Aims())
    return problem, near_equal(problem, optimise(problem, OPTIONS), OPTIONS, tolerance=TOLERANCE, count=4)


def test_plans_are_nearly_equal_sound_and_different() -> None:
    problem, near = found()
    assert len(near.plans) == 4
    best = near.plans[0].objective
    sets = {tuple(np.flatnonzero(plan.standard < 3)) for plan in near.plans}
    assert len(sets) == len(near.plans)
    for plan in near.plans:
        assert not check(problem, plan)
        assert plan.objective >= best - TOLERANCE * max(1.0, abs(best)) - 1e-6
        assert plan.bound >= plan.objective
        assert plan.gap is not None


def test_each_commune_is_counted_in_its_plans() -> None:
    problem, near = found()
    for at, code in enumerate(problem.communes):
        count = sum(plan.standard[at] < 3 for plan in near.plans)
        row = near.place.loc[code]
        assert row["plans"] == count
        expected = "all" if count == len(near.plans) else "some" if count else "none"
        assert row["group"] == ("start" if problem.start_standard[at] else expected)
    assert "some" in set(near.place["group"])


def test_no_tolerance_leaves_only_plans_of_the_same_worth() -> None:
    problem, near = found()
    exact = near_equal(problem, near.plans[0], OPTIONS, tolerance=0.0, count=3)
    assert all(plan.objective >= near.plans[0].objective - 1e-5 for plan in exact.plans)


def test_the_same_plans_every_time() -> None:
    problem, near = found()
    again = near_equal(problem, near.plans[0], OPTIONS, tolerance=TOLERANCE, count=4)
    assert again.place.equals(near.place)
    assert all((one.done == other.done).all() for one, other in zip(near.plans, again.plans, strict=True))
