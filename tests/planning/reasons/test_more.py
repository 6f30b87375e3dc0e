"""What more money buys: found by brute force on small problems, never less than nothing, bounded from above."""

from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np
import pytest
from planning.problems import make_problem

from ntm_lib.planning.alternatives.filled import filled
from ntm_lib.planning.formulate.restrict import only_district
from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.optimise.ledger import keep_ledger
from ntm_lib.planning.optimise.neighbourhood import reached_districts
from ntm_lib.planning.plan import Draft
from ntm_lib.planning.problem import Aims, Problem, Solution
from ntm_lib.planning.reasons.changes import Change, apply
from ntm_lib.planning.reasons.more import STATE, one_billion, seeks_results

TIGHT = Options(gap=1e-4, nodes=300, ties=False)
ROUGH = Options(gap=0.2, nodes=1, ties=False)
SEEDS, AMOUNT, SMALL = (3, 4, 9, 12), 1000.0, 1e-4


@lru_cache
def solved(seed: int) -> tuple[Problem, Solution]:
    problem = make_problem(
        10, seed, districts=2, criteria=6, years=3, aims=Aims(), keep=np.zeros(10, dtype=bool), latest=np.full(10, 3)
    )
    return problem, optimise(problem, TIGHT)


def tiny(seed: int) -> tuple[Problem, Solution]:
    """So little is open that every plan can be tried; the plan to begin with is found without much search."""
    problem = make_problem(
        2, seed, districts=1, criteria=4, years=2, budget=0.5, aims=Aims(), keep=np.zeros(2, dtype=bool),
        latest=np.full(2, 2), fairness=0.0, advanced_value=0.0, model_value=0.0, village_value=0.0,
    )  # fmt: skip
    return problem, optimise(problem, ROUGH)


def plans_beside(problem: Problem, held: Solution) -> list[Solution]:
    """Every plan that keeps all limits but those of money, and in which nothing comes later than in one plan."""
    plenty = replace(problem, money=np.full_like(problem.money, 1e9))
    gaps = np.argwhere(held.done > 0)
    found = []
    for years in product(*(range(held.done[commune, criterion] + 1) for commune, criterion in gaps)):
        done = held.done.copy()
        done[tuple(gaps.T)] = years
        plan = replace(held, done=done, standard=done.max(axis=1), bound=np.inf)
        reached = (plan.standard < 2).sum() >= problem.aims.district_share * 2
        plan = replace(plan, districts=np.array([reached]), objective=worth(problem, plan))
        if not check(plenty, plan):
            found.append(plan)
    return found


def lacks(problem: Problem, plan: Solution, year: int, purses: list[int]) -> float:
    """Money that the purses must get in a year to pay a plan; inf where that does not help."""
    spent, total = keep_ledger(problem, plan).money.sum(axis=0), 0.0
    for purse, carries in enumerate(problem.carries):
        over = spent[purse] - problem.money[purse]
        over = np.cumsum(over) if carries else over
        helped = [at for at in range(len(over)) if at == year or (carries and at > year)]
        short = max(0.0, *(over[at] for at in helped))
        others = [over[at] for at in range(len(over)) if at not in helped]
        if max(others, default=0.0) > SMALL or (short > SMALL and purse not in purses):
            return np.inf
        total += short
    return total


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gain_is_that_of_every_way_tried(seed: int) -> None:
    problem, rough = tiny(seed)
    held = filled(problem, rough)
    plans = plans_beside(problem, held)
    state = [at for at, purse in enumerate(problem.purses) if purse in STATE]
    without = [plan.objective for plan in plans if lacks(problem, plan, 0, []) == 0]
    assert max(without, default=held.objective) <= held.objective + SMALL, (
        "what fits without money is in the plan already"
    )
    for more in one_billion(problem, rough, amount=AMOUNT):
        year, purses = problem.years.index(more.year), state if more.is_state else list(range(len(problem.purses)))
        paid = [plan.objective for plan in plans if lacks(problem, plan, year, purses) <= AMOUNT]
        assert more.gain == pytest.approx(max(paid) - held.objective, abs=1e-3)
        assert more.gain_beside == pytest.approx(more.gain, abs=1e-3)
        assert more.left_over == pytest.approx(0, abs=1e-3)


def test_some_money_buys_and_some_does_not() -> None:
    gains = [more.gain for seed in SEEDS for more in one_billion(*tiny(seed), amount=AMOUNT)]
    assert min(gains) == pytest.approx(0, abs=1e-6)
    assert max(gains) >= 1


@pytest.mark.parametrize("seed", [2, 3])
def test_what_is_bought_can_be_carried_out_and_nothing_comes_later(seed: int) -> None:
    problem, solution = solved(seed)
    held = filled(problem, solution)
    found = one_billion(problem, held, amount=3000.0, years=[0, 2])
    assert [(more.is_state, more.year) for more in found] == [(False, 2021), (False, 2023), (True, 2021), (True, 2023)]
    assert any(more.gain > 0 for more in found)
    for more in found:
        assert more.solution is not None
        assert not check(apply(problem, more.changes), more.solution)
        assert (more.solution.done <= held.done).all()
        assert sum(change.amount for change in more.changes) <= 3000 * (1 + 1e-5)
        assert {problem.years[change.year] for change in more.changes} <= {more.year}
        assert -1e-9 <= more.gain <= more.gain_beside + 1e-9
        assert more.gain <= more.gain_at_most + 1e-9
        assert more.gain == pytest.approx(more.solution.objective - held.objective)
        assert len(more.criteria) == (more.solution.done < 3).sum() - (held.done < 3).sum()
        assert more.higher[0] == (more.solution.advanced < 3).sum() - (held.advanced < 3).sum()
        assert len(more.communes) == (more.solution.standard < 3).sum() - (held.standard < 3).sum()
        if more.is_state:
            assert {str(problem.purses[change.purse]) for change in more.changes} <= STATE


def test_a_plan_made_anew_with_the_money_gains_no_more_than_is_said() -> None:
    problem, solution = solved(3)
    for more in one_billion(problem, solution, amount=3000.0, years=[1]):
        for purse in (0, 4) if not more.is_state else (2,):
            anew = optimise(apply(problem, [Change("money", 3000.0, purse=purse, year=1)]), ROUGH)
            assert anew.objective - filled(problem, solution).objective <= more.gain_at_most + 1e-6


def test_a_plan_is_filled_first_and_stays_what_it_was_where_nothing_fits() -> None:
    """A plan from which a criterion is taken gets it back without any money, and no money is credited with it."""
    problem, solution = solved(2)
    held = filled(problem, solution)
    assert filled(problem, held) is held
    steps = problem.steps
    taken = np.flatnonzero(held.done[steps.commune, steps.criterion] == steps.year)
    poor = next(plan for plan in (_without(problem, held, int(step)) for step in taken) if not check(problem, plan))
    again = filled(problem, poor)
    assert again.objective > poor.objective
    assert not check(problem, again)
    assert (again.done <= poor.done).all()
    assert again.bound == poor.bound
    for more in one_billion(problem, poor, amount=1.0):
        assert more.gain < again.objective - poor.objective


def _without(problem: Problem, plan: Solution, step: int) -> Solution:
    done = plan.done.copy()
    done[problem.steps.commune[step], problem.steps.criterion[step]] = len(problem.years)
    less = replace(plan, done=done, standard=done.max(axis=1))
    return replace(less, objective=worth(problem, less))


def test_a_plan_that_only_spends_least_is_not_asked() -> None:
    problem, _solution = solved(2)
    zeros = np.zeros_like(problem.standard_value)
    least = replace(
        problem, cost_weight=1.0, standard_value=zeros, steps=replace(problem.steps, value=np.zeros(len(problem.steps))),
        advanced_value=0.0, model_value=0.0, village_value=0.0,
    )  # fmt: skip
    assert seeks_results(problem)
    assert not seeks_results(least)
    assert one_billion(least, optimise(least, TIGHT)) == ()


def test_no_criterion_of_a_shipped_district_that_the_money_pays_is_missed(base_draft: Draft) -> None:
    """One criterion at a time is put on the plan by hand: none that one billion pays for is worth more than what is told."""
    whole = base_draft.problem
    problem = only_district(whole, str(whole.districts[1]), whole.money / len(whole.districts) / 2)
    held = filled(problem, optimise(problem, ROUGH))
    plenty = replace(problem, money=np.full_like(problem.money, 1e9))
    beside = [plan for plan in _with_one(problem, held) if not check(plenty, plan)]
    state = [at for at, purse in enumerate(problem.purses) if purse in STATE]
    bought = 0
    for more in one_billion(problem, held, years=[1, 3]):
        purses = state if more.is_state else list(range(len(problem.purses)))
        year = problem.years.index(more.year)
        gains = [plan.objective - held.objective for plan in beside if lacks(problem, plan, year, purses) <= AMOUNT]
        assert max(gains, default=0.0) <= more.gain + SMALL
        bought += more.gain >= 1
    assert bought


def _with_one(problem: Problem, held: Solution) -> list[Solution]:
    steps, found = problem.steps, []
    for step in np.flatnonzero(held.done[steps.commune, steps.criterion] == len(problem.years)):
        done = held.done.copy()
        done[steps.commune[step], steps.criterion[step]] = steps.year[step]
        plan = replace(held, done=done, standard=done.max(axis=1), bound=np.inf)
        plan = replace(plan, districts=reached_districts(problem, plan))
        found.append(replace(plan, objective=worth(problem, plan)))
    return found
