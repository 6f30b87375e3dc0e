"""Villages over the years: as even as the limits allow, against trying every way; nothing else of the plan changes."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.optimise.pace import even, evenly
from ntm_lib.planning.problem import Aims, Problem
from tests.planning.problems import make_problem

EXACT = Options(gap=0.0, nodes=1000)
VILLAGES = np.array([0, 3, 12, 1, 8, 6])


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10), st.integers(0, 10_000))
def test_no_other_way_is_more_even(villages: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    now = draw.multinomial(villages, np.full(4, 0.25))
    in_year, until = now + draw.integers(0, 9, 4), now.cumsum() + draw.integers(0, 9, 4)
    asked = now.cumsum() - draw.integers(0, 9, 4)
    found = even(now, in_year, until, asked)
    ways = np.array([way for way in product(range(villages + 1), repeat=4) if sum(way) == villages])
    by_end = ways.cumsum(axis=1)
    allowed = ways[(ways <= in_year).all(axis=1) & (by_end <= until).all(axis=1) & (by_end >= asked).all(axis=1)]
    assert (allowed == found).all(axis=1).any()
    assert (found**2).sum() == (allowed**2).sum(axis=1).min()


def only_villages(*, carries: bool, cap: float) -> Problem:
    """Ask for 25 villages at the least money; two and a half can be paid in the first year, none in the second."""
    made = make_problem(6, 5, 2, limits=False)
    return replace(
        made, villages=VILLAGES, village_spend=np.full(6, 10.0), aims=Aims(villages=25), cost_weight=1.0,
        money=np.tile([25.0, 0.0, 1e6, 1e6, 1e6], (6, 1)), carries=np.full(6, carries), capped=np.ones(6, dtype=bool),
        commune_cap=np.where(VILLAGES == 12, cap, np.inf), steps=replace(made.steps, value=0 * made.steps.value),
        standard_value=0 * made.standard_value,
    )  # fmt: skip


@pytest.mark.parametrize("cap", [np.inf, 500.0])
@pytest.mark.parametrize(("carries", "first"), [(False, [2, 0]), (True, [1, 1])])
def test_a_plan_spreads_its_villages_and_changes_nothing_else(carries: bool, first: list[int], cap: float) -> None:
    problem = only_villages(carries=carries, cap=cap)
    found = optimise(problem, EXACT)
    assert found.villages.sum(axis=0)[:2].tolist() == first
    assert sorted(found.villages.sum(axis=0)[2:]) == [7, 8, 8]
    heap = replace(found, villages=found.villages.sum(axis=1, keepdims=True) * (np.arange(5) == 4))
    again = evenly(problem, heap)
    assert check(problem, found) == check(problem, heap) == check(problem, again) == []
    assert sorted(again.villages.sum(axis=0)) == sorted(found.villages.sum(axis=0))
    assert (again.villages.sum(axis=1) == heap.villages.sum(axis=1)).all()
    assert found.villages[VILLAGES == 12].sum() <= min(12, cap / 60)


def test_what_is_asked_by_a_year_goes_before_evenness() -> None:
    problem = only_villages(carries=True, cap=np.inf)
    found = optimise(replace(problem, aims=Aims(villages=25, villages_by_year={2: 20})), EXACT)
    assert found.gap is not None
    by_year = found.villages.sum(axis=0).tolist()
    assert (by_year[:3], sorted(by_year[3:])) == ([1, 1, 18], [2, 3])
    assert evenly(problem, replace(found, villages=0 * found.villages)).villages.sum() == 0
