"""What keeps aims out of reach whatever the money: each answer is solved again with the limit and without it."""

from dataclasses import replace

import numpy as np
import pytest
from planning.problems import make_problem

from ntm_lib.planning.alternatives.asked import any_plan, is_possible
from ntm_lib.planning.alternatives.elastic import least_missing
from ntm_lib.planning.alternatives.hindrance import LIMITS, Hindrance, lift, with_sooner
from ntm_lib.planning.alternatives.nearest import nearest
from ntm_lib.planning.optimise import Options, check
from ntm_lib.planning.optimise.gaps import find_gaps
from ntm_lib.planning.problem import Aims, Infeasible, Order, Problem

OPTIONS = Options(gap=1e-4, nodes=2000, ties=False)
YEARS = 3


def tiny(**aims: object) -> Problem:
    return make_problem(4, 7, 1, criteria=3, years=YEARS, budget=0.5, limits=False, aims=Aims(**aims))


def all_in_time() -> int:
    return int((find_gaps(tiny()).first_standard < YEARS).sum())


def rich(problem: Problem) -> Problem:
    return replace(problem, money=np.full(problem.money.shape, 1e9))


def stands_in_the_way(problem: Problem) -> Hindrance:
    """Ask, and solve again: with any money there is no plan; without what is named there is one."""
    found = nearest(problem, OPTIONS, is_by_year=True)
    assert not {"money", "money_in_year"} & {offer.kind for offer in found.offers}
    assert found.hindrance is not None
    assert not is_possible(rich(problem))
    ways = [(limit,) for limit in found.hindrance.limits] if found.hindrance.is_each else [found.hindrance.limits]
    for way in ways:
        freed = lift(rich(problem), way)
        plan = any_plan(freed)
        assert plan is not None
        assert [
            fault for fault in check(freed, replace(plan, objective=0.0, bound=np.inf)) if "objective" not in fault
        ] == []
    return found.hindrance


def test_where_money_helps_a_sum_is_offered_and_nothing_else_stands_in_the_way() -> None:
    problem = tiny(standard=all_in_time())
    assert not is_possible(problem)
    found = nearest(problem, OPTIONS)
    assert found.hindrance is None
    assert not found.is_money_unknown
    money = next(offer for offer in found.offers if offer.kind == "money")
    assert not check(money.problem, money.solution)
    assert money.money is not None
    assert money.money.sum() == pytest.approx(money.amount)


def test_the_best_single_year_is_the_least_of_all_years() -> None:
    problem = tiny(standard=all_in_time())
    single = []
    for year in range(YEARS):
        try:
            single.append(least_missing(problem, OPTIONS, years=np.arange(YEARS) == year, is_money_only=True).price)
        except Infeasible:
            single.append(np.inf)
    offer = next(offer for offer in nearest(problem, OPTIONS).offers if offer.kind == "money_in_year")
    assert min(single) * (1 - 1e-6) <= offer.amount <= min(single) * 1.02 + 0.1 * problem.money.size


def test_works_that_a_district_cannot_carry() -> None:
    problem = replace(tiny(standard=all_in_time()), works=np.zeros((1, YEARS)))
    found = stands_in_the_way(problem)
    assert (found.limits, found.is_each, found.sooner) == (("works",), True, ())


def test_a_cap_on_the_money_of_a_commune() -> None:
    problem = replace(
        tiny(standard=all_in_time()), commune_cap=np.full(4, 1.0), capped=np.ones(len(tiny().purses), dtype=bool)
    )
    assert stands_in_the_way(problem).limits == ("cap",)


def test_communes_left_out_by_choice() -> None:
    start = tiny().start_standard
    problem = replace(tiny(standard=int(start.sum()) + 1), may_standard=start)
    assert stands_in_the_way(problem).limits == ("excluded",)


@pytest.mark.parametrize(
    "aims",
    [{"advanced": 1}, {"model": 1}, {"districts": 1, "district_share": 0.1, "district_advanced_share": 0.1}],
    ids=["advanced", "model", "advanced in a district"],
)
def test_years_between_the_levels(aims: dict[str, object]) -> None:
    problem = rich(tiny(**aims))
    assert is_possible(problem)
    found = stands_in_the_way(replace(problem, advanced_lag=YEARS + 1))
    assert (found.limits, found.is_each, found.sooner) == (("levels",), True, ())


def test_works_that_must_follow_one_another() -> None:
    problem = rich(tiny(standard=all_in_time()))
    steps, start = problem.steps, problem.start_standard
    commune = int(np.flatnonzero((find_gaps(problem).first_standard < YEARS) & ~start)[0])
    before, after = np.unique(steps.criterion[steps.commune == commune])[:2]
    order = Order(*np.array([[commune], [before], [after], [YEARS]], dtype=np.int64))
    assert is_possible(problem)
    found = stands_in_the_way(replace(problem, order=order))
    assert (found.limits, found.is_each, found.sooner) == (("order",), True, ())


def test_limits_that_only_together_stand_in_the_way() -> None:
    problem = replace(
        tiny(standard=all_in_time()), works=np.zeros((1, YEARS)), commune_cap=np.full(4, 1.0),
        capped=np.ones(len(tiny().purses), dtype=bool),
    )  # fmt: skip
    found = stands_in_the_way(problem)
    assert (set(found.limits), found.is_each) == ({"works", "cap"}, False)


def test_a_criterion_that_no_measure_leads_to_in_time_is_named() -> None:
    problem = rich(tiny())
    first = find_gaps(problem).earliest
    commune = int(np.flatnonzero((first.max(axis=1) > 0) & (first.max(axis=1) < YEARS))[0])
    latest = np.full(4, YEARS)
    latest[commune] = 0
    found = stands_in_the_way(replace(problem, latest=latest))
    assert (found.limits, found.is_each) == (("time",), True)
    late = {(commune, int(criterion), 0) for criterion in np.flatnonzero(first[commune] > 0)}
    assert {(item.commune, item.criterion, item.year) for item in found.sooner} == late
    assert found.is_enough
    assert is_possible(with_sooner(replace(problem, latest=latest), found.sooner))


def test_criteria_met_sooner_do_not_hide_that_money_lacks_too() -> None:
    problem = rich(tiny())
    first = find_gaps(problem).earliest
    commune = int(np.flatnonzero((first.max(axis=1) > 0) & (first.max(axis=1) < YEARS))[0])
    latest = np.full(4, YEARS)
    latest[commune] = 0
    poor = replace(problem, latest=latest, money=np.zeros_like(problem.money))
    found = stands_in_the_way(poor)
    assert found.limits == ("time",)
    assert found.sooner
    assert not found.is_enough


def test_more_communes_than_there_are() -> None:
    problem = tiny(standard=5)
    found = nearest(problem, OPTIONS).hindrance
    assert found is not None
    assert found.limits == ()
    assert not is_possible(lift(rich(problem), LIMITS))
