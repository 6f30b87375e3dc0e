"""A district cut out of the province can always carry out its own part, and all parts use all money once."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.problems import make_problem

from ntm_lib.planning.formulate.restrict import district_aims, money_shares, only_district, only_solution
from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.optimise.ledger import keep_ledger

QUICK = Options(gap=0.02, ties=False)


@pytest.fixture(scope="module")
def solved():
    problem = make_problem(40, 3, districts=4)
    return problem, optimise(problem, QUICK)


def part(problem, solution, shares, district, **aims):
    place = problem.districts.get_loc(district)
    return only_district(problem, district, shares[place] * problem.money, **aims)


def valued(problem, solution):
    """Give a part of a solution the worth that it has by its own problem."""
    objective = worth(problem, solution)
    return replace(solution, objective=objective, bound=objective)


def test_every_dong_falls_to_one_district(solved):
    problem, solution = solved
    shares = money_shares(problem, solution)
    assert shares.shape == (4, *problem.money.shape)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-12)


def test_each_district_can_carry_out_its_part_with_its_money_and_aims(solved):
    problem, solution = solved
    shares = money_shares(problem, solution)
    for district in problem.districts:
        aims = district_aims(problem, solution, district)
        own = part(problem, solution, shares, district, aims=aims)
        assert check(own, valued(own, only_solution(problem, solution, district))) == []
        assert aims.standard is not None


def test_a_district_alone_does_at_least_as_well_as_in_the_plan(solved):
    problem, solution = solved
    district = problem.districts[1]
    own = part(problem, solution, money_shares(problem, solution), district)
    best = optimise(own, QUICK)
    assert check(own, best) == []
    assert best.bound >= worth(own, only_solution(problem, solution, district)) - 1e-9


def test_the_parts_hold_every_commune_step_and_order_once(solved):
    problem, solution = solved
    parts = [part(problem, solution, money_shares(problem, solution), name) for name in problem.districts]
    assert sorted(code for own in parts for code in own.communes) == sorted(problem.communes)
    assert sum(len(own.steps) for own in parts) == len(problem.steps)
    assert sum(len(own.order.commune) for own in parts) == len(problem.order.commune)
    assert sum(own.steps.spend.sum() for own in parts) == pytest.approx(problem.steps.spend.sum())
    for own in parts:
        inside = problem.communes.isin(own.communes)
        codes = np.sort(problem.communes[problem.steps.commune[inside[problem.steps.commune]]])
        assert np.sort(own.communes[own.steps.commune]).tolist() == codes.tolist()
        np.testing.assert_array_equal(own.villages, problem.villages[inside])


def test_a_district_that_is_not_there_is_refused(solved):
    problem = solved[0]
    with pytest.raises(KeyError):
        only_district(problem, "no such", problem.money)


def test_only_aims_of_the_province_become_aims_of_the_district(solved):
    problem, solution = solved
    few = replace(
        problem, aims=replace(problem.aims, advanced=None, standard_by_year={}, villages_by_year={}, floor=None)
    )
    aims = district_aims(few, solution, problem.districts[0])
    assert (aims.advanced, aims.floor, aims.districts) == (None, None, None)
    assert (dict(aims.standard_by_year), dict(aims.villages_by_year)) == ({}, {})
    assert aims.standard == int((solution.standard[problem.district == 0] < 5).sum())
    assert only_district(problem, problem.districts[0], problem.money).aims.floor == problem.aims.floor


def test_villages_by_year_of_the_districts_make_up_those_of_the_province(solved):
    problem, solution = solved
    asked = replace(problem, aims=replace(problem.aims, villages_by_year={1: 3, 3: 5}))
    parts = [district_aims(asked, solution, name).villages_by_year for name in problem.districts]
    for year in (1, 3):
        assert sum(part[year] for part in parts) == solution.villages[:, : year + 1].sum()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=2, max_size=5), st.data())
def test_shares_pay_any_spending_that_the_money_allows(spent, data):
    """Invented spending of one purse, with and without carrying over; steps of one commune a district do it."""
    from ntm_lib.planning.formulate.restrict import _shares

    spent = np.array(spent, dtype=float)
    carries = data.draw(st.booleans())
    total = spent.sum(axis=0)
    extra = np.array(data.draw(st.lists(st.integers(0, 5), min_size=4, max_size=4)), dtype=float)
    early = data.draw(st.integers(0, 3)) if carries else None
    money = total + extra
    if early is not None:  # all money of later years comes already in one early year
        money[early] += money[early + 1 :].sum()
        money[early + 1 :] = 0
    shares = _shares(spent, money, np.ones(len(spent)), carries=carries)
    np.testing.assert_allclose(shares.sum(axis=0), 1)
    given_money, used = shares * money, spent
    if carries:
        given_money, used = given_money.cumsum(axis=1), used.cumsum(axis=1)
    assert (used <= given_money + 1e-9).all()


def test_money_that_no_plan_spends_is_shared_by_communes(solved):
    problem, solution = solved
    idle = replace(
        solution,
        done=np.where(problem.met, -1, 5),
        standard=np.where(problem.start_standard, -1, 5),
        advanced=np.full(40, 5),
        model=np.full(40, 5),
        villages=np.zeros_like(solution.villages),
    )
    problem = replace(problem, after_spend=np.zeros_like(problem.after_spend))
    assert keep_ledger(problem, idle).money.sum() == 0
    np.testing.assert_allclose(money_shares(problem, idle), 0.25)
