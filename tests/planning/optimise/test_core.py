"""What communes lose by a choice, and the core that is left without the choices that lose too much."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from ntm_lib.planning.optimise import highs
from ntm_lib.planning.optimise.core import Losses, better, core, losses
from ntm_lib.planning.optimise.levels import levels
from ntm_lib.planning.optimise.model import Model, build
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.problem import Aims, Infeasible
from tests.planning.problems import make_problem

FREE = {"latest": np.full(10, 3), "keep": np.zeros(10, dtype=bool)}  # no commune must reach anything by a year
EXACT = Options(gap=1e-6, nodes=100_000)
CASES = [
    pytest.param({"limits": False}, id="money"),
    pytest.param({"aims": Aims()}, id="all limits"),
    pytest.param({"aims": Aims(floor=3)}, id="floor"),
    pytest.param({"aims": Aims(), "advanced_value": 40.0, "model_value": 60.0}, id="higher levels"),
]


def read(seed: int, changes: dict[str, object]) -> tuple[Model, Losses]:
    model = build(make_problem(10, seed, criteria=5, years=3, **FREE, **changes))
    return model, losses(model)


def choices(model: Model, lost: Losses) -> Iterator[tuple[float, np.ndarray, int]]:
    """Yield what each choice loses, with the variables (t, -1: none) that count it by the end of each year, and the year chosen (t: never)."""
    years = len(model.problem.years)
    done = np.full((len(lost.gaps), years), -1)
    done[lost.items.gap_of, model.problem.steps.year] = model.places.done
    every = (
        (lost.standard, model.places.standard),
        (lost.advanced, model.places.advanced),
        (lost.model, model.places.model),
        (lost.gaps, done),
    )
    for losing, place in every:
        for at in np.flatnonzero((place >= 0).any(axis=1)):
            for year in (*np.flatnonzero(place[at] >= 0), years):
                yield losing[at, year], place[at], year


def chosen(model: Model, place: np.ndarray, year: int) -> Model:
    """Return the model with something done in just that year."""
    lower, upper = model.lower.copy(), model.upper.copy()
    before, after = place[:year][place[:year] >= 0], place[year:][place[year:] >= 0]
    upper[before] = np.minimum(upper[before], 0.0)
    lower[after] = 1.0
    return replace(model, lower=lower, upper=upper)


@pytest.mark.parametrize("changes", CASES)
def test_no_plan_with_a_choice_is_worth_more_than_the_bound_less_what_the_choice_loses(
    changes: dict[str, object],
) -> None:
    model, lost = read(1, changes)
    draw, told = np.random.default_rng(0), list(choices(model, lost))
    never = [(place, year) for losing, place, year in told if np.isinf(losing)]
    priced = [one for one in told if 1e-6 < one[0] < np.inf]
    assert len(priced) > 30
    for at in draw.permutation(len(priced))[:12]:
        losing, place, year = priced[at]
        try:
            found = highs.solve(chosen(model, place, year), EXACT)
        except Infeasible:
            continue
        assert found.objective <= lost.bound - losing + 1e-6 * abs(lost.bound)
    for at in draw.permutation(len(never))[:6]:
        with pytest.raises(Infeasible):
            highs.solve(chosen(model, *never[at]), EXACT)


@pytest.mark.parametrize("changes", CASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_left_out_is_in_no_better_plan(seed: int, changes: dict[str, object]) -> None:
    model, lost = read(seed, changes)
    best = highs.solve(model, EXACT)
    assert best.objective <= lost.bound + 1e-6
    assert best.objective <= lost.relaxed + 1e-6 == pytest.approx(highs.relax(model).bound)
    if changes == {"limits": False}:
        assert lost.bound == pytest.approx(lost.relaxed)
    small = better(model, lost, best.objective - 1e-2)
    assert (small.lower < small.upper).sum() < (model.lower < model.upper).sum()
    assert highs.solve(small, EXACT).objective == pytest.approx(best.objective, rel=2e-6)
    try:
        above = levels(better(model, lost, best.objective + 1e-2), EXACT)
    except Infeasible:
        return
    assert above.bound >= best.objective - 1e-2


def test_a_core_keeps_what_is_best_for_each_commune_and_more_with_a_greater_loss() -> None:
    model, lost = read(1, {"aims": Aims()})
    open_at = [
        int((small.lower < small.upper).sum()) for small in (core(model, lost, most, most) for most in (0.0, 1.0, 10.0))
    ]
    assert open_at == sorted(open_at)
    assert open_at[0] < open_at[-1] <= int((model.lower < model.upper).sum())
    for losing in (lost.standard, lost.gaps):
        assert losing.min(axis=1) == pytest.approx(0.0, abs=1e-6)
    assert (lost.of_levels >= -1e-9).all()
    assert (lost.of_gaps >= -1e-9).all()


def test_where_a_commune_has_no_plan_there_are_no_losses() -> None:
    problem = make_problem(14, 1, criteria=6, years=3, aims=Aims(floor=7))
    with pytest.raises(Infeasible):
        losses(build(problem))


def test_sides_added_to_rows_of_money_shut_no_plan_out() -> None:
    model, draw = build(make_problem(14, 1)), np.random.default_rng(0)
    low = highs._both_sides(model)
    money = slice(model.money, model.money + model.problem.money.size)
    assert np.isfinite(low[money]).all()
    upper = np.minimum(model.upper, model.problem.money.sum())
    for _try in range(50):
        x = np.where(draw.random(len(upper)) < 0.5, model.lower, upper)
        assert ((model.rows @ x)[money] >= low[money]).all()
    rest = np.delete(np.arange(len(low)), np.r_[money])
    assert (low[rest] == model.low[rest]).all()


def test_money_left_over_leaves_room_for_a_part_of_a_usual_step() -> None:
    model = build(make_problem(14, 2, limits=False))
    money = slice(model.money, model.money + model.problem.money.size)
    few = Options(gap=1e-3, nodes=200)
    left = [model.high[money] - model.rows[money] @ levels(model, few, spare=spare).x for spare in (0.0, 0.5)]
    usual = np.array([np.median(column.data) for column in model.problem.steps.spend.tocsc().T])
    assert (left[0] < 0.5 * usual - 1e-6).any()
    assert (left[1] >= 0.5 * np.minimum(usual, model.high[money]) - 1e-3).all()


def test_a_closed_purse_does_not_close_the_core() -> None:
    problem = make_problem(14, 2, limits=False)
    closed = problem.money.copy()
    closed[0, 1] = 0.0
    model = build(replace(problem, money=closed))
    few = Options(gap=1e-3, nodes=200)
    assert levels(model, few, spare=0.5).objective <= levels(model, few).objective + 1e-6
