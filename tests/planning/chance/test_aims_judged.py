"""Chances are those of the aims asked for, and only of what a plan judges."""

from dataclasses import replace

import pandas as pd
from planning.plans_by_hand import hand_plan, hand_problem, no_risks, uncertainty

from ntm_lib.planning.chance import simulate
from ntm_lib.planning.problem import Aims


def standard(aims: pd.DataFrame) -> pd.Series:
    return aims.set_index("aim").loc["standard"]


def test_a_plan_that_asks_less_is_judged_by_what_was_asked() -> None:
    two = hand_problem([(0, 0, 0), (1, 0, 0)], [[1.0], [1.0]], [1.0], aims=Aims(standard=1))
    plan = hand_plan(two, [[0], [1]])
    asked = Aims(standard=2)
    row = standard(simulate(two, plan, no_risks(two), uncertainty(draws=50), asked).aims)
    assert (row["asked"], row["planned"], row["chance"]) == (2, 1, 0)
    assert standard(simulate(two, plan, no_risks(two), uncertainty(draws=50)).aims)["chance"] == 1


def test_what_is_paid_as_one_sum_has_no_chance() -> None:
    one = hand_problem([(0, 0, 0)], [[1.0]], [1.0])
    plan = hand_plan(one, [[0]])
    problem = replace(one, aims=Aims(standard=1, advanced=0, model=0))
    aims = simulate(problem, plan, no_risks(one), uncertainty(draws=50)).aims.set_index("aim")
    assert aims.loc[["advanced", "model"], ["chance", "standard_error", "low", "high"]].isna().all(axis=None)
    assert aims.loc["all", "chance"] == aims.loc["standard", "chance"] == 1
    alone = simulate(replace(one, aims=Aims(advanced=0)), plan, no_risks(one), uncertainty(draws=50)).aims
    assert "all" not in set(alone["aim"])
