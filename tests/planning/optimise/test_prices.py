"""Prices and what communes answer to them: bounds, their slopes, and whole plans packed at them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse.linalg import lsqr

from ntm_lib.planning.optimise import Options, check, optimise, plans
from ntm_lib.planning.optimise import highs as solver
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.optimise.choose import ask_sparing
from ntm_lib.planning.optimise.country import Sharing
from ntm_lib.planning.optimise.items import Items, on_their_own, read_items
from ntm_lib.planning.optimise.levels import levels
from ntm_lib.planning.optimise.model import Model, build
from ntm_lib.planning.optimise.offers import Offers, share_out
from ntm_lib.planning.optimise.oracle import values
from ntm_lib.planning.optimise.pack import Packing, pack
from ntm_lib.planning.optimise.prices import ENOUGH, price
from ntm_lib.planning.optimise.relaxed import relax
from ntm_lib.planning.problem import Aims
from tests.planning.problems import make_problem


def read(size: int, seed: int, **changes: object) -> tuple[Model, Items]:
    model = build(make_problem(size, seed, **changes))
    return model, read_items(model)


def duals(items: Items, prices: np.ndarray) -> np.ndarray:
    """Turn prices of the model's shared rows into prices of the rows of items (money carried over: of sums up to a year)."""
    found = lsqr(items.rows.T, prices, atol=1e-14, btol=1e-14)[0]
    return np.where(items.is_equal, found, np.maximum(found, 0.0))


def exact(model: Model, items: Items, prices: np.ndarray) -> tuple[float, np.ndarray]:
    """Return what no plan exceeds by some prices, and the best profit of each commune."""
    n, years = items.flat.standard.shape
    best, level, year = np.zeros(n), np.zeros((n, 3), dtype=np.int64), np.full(len(items.flat.item), years)
    values(items.flat, items.value - items.take @ prices, 0, len(best), best, level, year)
    spare = items.extra_value - items.extra @ prices
    bound = best.sum() + (np.maximum(spare, 0) * items.upper).sum() + prices @ items.room + model.base
    return float(bound), best


@pytest.mark.parametrize(("size", "seed", "limits"), [(14, 1, True), (40, 2, True), (40, 3, False)])
def test_at_the_prices_of_the_relaxation_the_communes_prove_its_bound(size: int, seed: int, limits: bool) -> None:
    model, items = read(size, seed, limits=limits)
    relaxed = solver.relax(model)
    bound, _best = exact(model, items, duals(items, relaxed.prices[model.shared :]))
    assert bound == pytest.approx(relaxed.bound, rel=1e-6)


def test_any_prices_prove_a_bound() -> None:
    model, items = read(14, 5)
    found = optimise(model.problem, Options(gap=0.001, nodes=2000, ties=False, method="exact"))
    draw = np.random.default_rng(1)
    for _turn in range(20):
        prices = draw.exponential(0.01, len(items.room)) * ~items.is_equal
        assert exact(model, items, prices)[0] >= found.objective - 1e-6


def test_what_communes_offer_at_prices_is_worth_what_they_gain() -> None:
    free = make_problem(40, 4, limits=False)
    years = len(free.years)
    soon = np.where((np.arange(40) % 3 == 0) & ~free.start_standard & build(free).gaps.is_whole, 3, years)
    model, draw = build(replace(free, latest=soon)), np.random.default_rng(2)
    items = read_items(model)
    for scale in (0.001, 0.01, 0.1):
        prices = scale * draw.random(len(items.room))
        offers = Offers(Packing.of(model, items, prices))
        gain = offers.around(items.value - items.take @ prices)
        assert (offers.worth - offers.use @ prices).sum() == pytest.approx(gain)
        reached = items.flat.standard[soon < years, :4]
        done = np.asarray(offers.pick.sum(axis=0)).ravel()
        assert (np.where(reached >= 0, done[reached], 0).sum(axis=1) == 1).all()


@pytest.mark.parametrize(("size", "some", "within"), [(161, 1500, ENOUGH), (400, 150, 5e-4)], ids=["all", "some asked"])
def test_prices_of_money_found_without_the_relaxation_prove_as_much(
    size: int, some: int, within: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ntm_lib.planning.optimise.prices.FEW", 100)
    monkeypatch.setattr("ntm_lib.planning.optimise.prices.SOME", some)
    model, items = read(size, 1, limits=False)
    priced = price(model, items, np.random.default_rng(0))
    bound, relaxed = exact(model, items, priced.best)[0], solver.relax(model)
    assert relaxed.bound - 1e-6 <= bound <= relaxed.bound * (1 + within)
    assert (priced.best[~items.is_equal] >= 0).all()
    offers = Offers(Packing.of(model, items, priced.best))
    for prices in (priced.best, *priced.together):
        offers.ask(prices)
    shared = share_out(offers, np.zeros(len(items.others)), items.upper, is_fixed=False)
    assert relaxed.bound * (1 - 1e-3) <= shared.worth <= relaxed.bound * (1 + 1e-9)


@pytest.mark.parametrize("limits", [False, True], ids=["money", "all limits"])
def test_offers_of_a_sample_lead_to_the_bound_of_the_relaxation(limits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntm_lib.planning.optimise.relaxed.SAMPLE", 60)
    model, items = read(161, 1, limits=limits)
    own, whole = on_their_own(model, items), solver.relax(model)
    offers, shared = relax(model, own, Sharing.of(model, own).district, 2e-4, np.random.default_rng(0))
    assert whole.bound - 1e-6 <= offers.bound <= whole.bound * 1.0002
    assert shared.worth <= whole.bound * (1 + 1e-9)
    assert (offers.prices[~items.is_equal] >= 0).all()


def test_a_packed_plan_keeps_every_limit_and_the_same_seed_packs_the_same() -> None:
    model, items = read(60, 3, aims=Aims())
    relaxed = solver.relax(model)
    packing = Packing.of(model, items, duals(items, relaxed.prices[model.shared :]))
    once, again = (pack(packing, relaxed.x, np.inf, turns=200_000, seed=0) for _turn in range(2))
    assert once is not None
    assert again is not None
    assert (once == again).all()
    plan = plans.read(model, once)
    objective = worth(model.problem, plan)
    assert objective == pytest.approx(model.worth @ once + model.base)
    assert check(model.problem, replace(plan, objective=objective, bound=np.inf)) == []


def test_where_nothing_fits_nothing_is_packed() -> None:
    model, items = read(14, 3, limits=False)
    relaxed = solver.relax(model)
    packing = Packing.of(model, items, np.zeros(len(items.room)))
    tight = replace(packing, items=replace(items, room=items.room - 1e9))
    assert pack(tight, relaxed.x, np.inf, turns=20_000, seed=0) is None


def test_levels_bound_every_plan() -> None:
    problem = make_problem(14, 2)
    model = build(problem)
    few = Options(gap=0.001, nodes=3000, ties=False, method="exact")
    whole, decided = optimise(problem, few), levels(model, few)
    assert decided.bound >= whole.objective - 1e-6
    assert decided.bound <= solver.relax(model).bound + 1e-6


def test_a_province_searched_in_steps_is_no_worse_than_its_proof() -> None:
    problem = make_problem(60, 6)
    found = optimise(problem, Options(gap=0.02, nodes=40, ties=False, method="price"))
    assert found.gap is not None
    assert found.gap <= 0.03
    assert check(problem, found) == []


def test_what_lacks_of_a_row_without_a_price_is_spared_by_offers() -> None:
    model, items = read(40, 3, limits=False)
    prices = np.zeros(len(items.room))
    offers = Offers(Packing.of(model, items, prices))
    offers.ask(prices)
    row = int(np.asarray(offers.use.sum(axis=0)).argmax())
    lack = np.zeros(len(prices))
    lack[row] = 1.0
    ask_sparing(offers, prices, lack)
    use = offers.use[:, [row]].toarray().ravel()
    first, least = use[:40].sum(), np.full(40, np.inf)
    np.minimum.at(least, offers.owner, use)
    assert 0 <= least.sum() < 0.1 * first
