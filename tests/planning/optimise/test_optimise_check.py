# ruff: noqa: ARG005 - the changes share one form
"""Every limit broken on purpose is found in a plan that was good."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.problem import Order, Problem, Solution
from tests.planning.problems import make_problem


@pytest.fixture(scope="module")
def good() -> tuple[Problem, Solution]:
    problem = make_problem(12, 5, 3, budget=0.6)
    return problem, optimise(problem, Options(gap=0.05, nodes=100, ties=False))


def test_the_good_plan_keeps_everything(good: tuple[Problem, Solution]) -> None:
    problem, plan = good
    assert check(problem, plan) == []
    assert plan.gap is not None
    assert (plan.standard < 5).any()


LIMITS: dict[str, tuple[str, Callable[[Problem, Solution], dict[str, object]]]] = {
    "money": ("purse", lambda p, s: {"money": p.money * 0.2}),
    "works": ("works under way", lambda p, s: {"works": p.works * 0}),
    "cap": ("its cap is", lambda p, s: {"commune_cap": np.full(12, 1.0)}),
    "fairness": ("share asked for", lambda p, s: {"fairness": 5.0}),
    "order": ("needs criterion", lambda p, s: {"order": replace(p.order, lag=p.order.lag + 4)}),
    "latest": ("must reach the standard by", lambda p, s: {"latest": np.where(s.standard > 0, 0, 5)}),
    "excluded": ("excluded", lambda p, s: {"may_standard": s.standard == 5}),
    "keep": ("keeps a title", lambda p, s: {"keep": s.standard >= 0, "keep_by": 0, "order": Order(*[p.order.lag[:0]] * 4)}),
    "standard": ("aim standard", lambda p, s: {"aims": replace(p.aims, standard=12)}),
    "by year": ("aim standard by", lambda p, s: {"aims": replace(p.aims, standard_by_year={0: 12})}),
    "advanced": ("aim advanced", lambda p, s: {"aims": replace(p.aims, advanced=13)}),
    "model": ("aim model", lambda p, s: {"aims": replace(p.aims, model=13)}),
    "floor": ("the floor is", lambda p, s: {"aims": replace(p.aims, floor=19)}),
    "mean": ("aim mean", lambda p, s: {"aims": replace(p.aims, mean=18.9)}),
    "districts": ("aim districts", lambda p, s: {"aims": replace(p.aims, districts=4)}),
    "villages": ("aim villages", lambda p, s: {"aims": replace(p.aims, villages=10_000)}),
    "villages by year": ("aim villages by", lambda p, s: {"aims": replace(p.aims, villages_by_year={0: int(s.villages[:, 0].sum()) + p.start_villages + 1})}),
    "too many villages": ("villages [", lambda p, s: {"villages": p.villages - 100}),
    "lag": ("advanced in", lambda p, s: {"advanced_lag": 6}),
    "value": ("objective", lambda p, s: {"standard_value": p.standard_value + 1}),
    "cost": ("objective", lambda p, s: {"cost_weight": 1.0}),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_a_tighter_limit_is_found(name: str, good: tuple[Problem, Solution]) -> None:
    problem, plan = good
    text, change = LIMITS[name]
    if name == "lag":
        first = int(np.flatnonzero(plan.standard < 5)[0])
        plan = replace(plan, advanced=np.where(np.arange(12) == first, 4, plan.advanced))
    assert any(text in fault for fault in check(replace(problem, **change(problem, plan)), plan))


def test_a_plan_that_was_changed_is_found(good: tuple[Problem, Solution]) -> None:
    problem, plan = good
    commune = int(np.flatnonzero((plan.standard >= 0) & (plan.standard < 5))[0])
    criterion = int(np.flatnonzero(plan.done[commune] >= 0)[0])
    later = plan.done.copy()
    later[commune, criterion] = 5
    sooner = plan.done.copy()
    sooner[commune, criterion] = -1
    for changed in (
        replace(plan, done=later),
        replace(plan, done=sooner),
        replace(plan, done=plan.done[:-1]),
        replace(plan, standard=np.where(plan.standard == 5, 4, plan.standard)),
        replace(plan, model=np.zeros(12, dtype=int)),
        replace(plan, villages=plan.villages - 1),
        replace(plan, districts=~plan.districts),
        replace(plan, objective=plan.objective + 1),
        replace(plan, bound=plan.objective - 1),
        replace(plan, objective=np.nan),
    ):
        assert check(problem, changed)


def test_a_step_that_does_not_exist_is_found(good: tuple[Problem, Solution]) -> None:
    problem, plan = good
    steps = problem.steps
    first = steps.year.min() + 1
    keep = np.flatnonzero(steps.year >= first)
    fewer = replace(steps, commune=steps.commune[keep], criterion=steps.criterion[keep], year=steps.year[keep],
                    spend=steps.spend[keep], works=steps.works[keep], value=steps.value[keep])  # fmt: skip
    assert any("no step completes it" in text for text in check(replace(problem, steps=fewer), plan))


def test_money_that_is_carried_is_not_spent_before_it_is_there(good: tuple[Problem, Solution]) -> None:
    problem, plan = good
    total = problem.money.sum(axis=1)
    late = np.zeros_like(problem.money)
    late[:, -1] = total
    carried = replace(problem, carries=np.ones(6, bool))
    assert any("purse" in text for text in check(replace(carried, money=late), plan))
    early = np.zeros_like(problem.money)
    early[:, 0] = total
    assert not any("purse" in text for text in check(replace(carried, money=early), plan))
