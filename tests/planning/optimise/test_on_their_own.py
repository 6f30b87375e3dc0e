"""What holds for each commune alone, floor and own share of money, against trying every choice of the commune."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from ntm_lib.planning.optimise.items import Flat, on_their_own, read_items
from ntm_lib.planning.optimise.model import build
from ntm_lib.planning.optimise.offers import Offers
from ntm_lib.planning.optimise.oracle import values
from ntm_lib.planning.optimise.pack import Packing
from ntm_lib.planning.problem import Aims, Infeasible
from tests.planning.problems import make_problem

COUNT = 40
FLOOR = Aims(floor=3)
CHEAP, DEAR = 0.0005, 0.02  # money, by worth
FREE = {"latest": np.full(COUNT, 2), "keep": np.zeros(COUNT, dtype=bool)}  # no commune must reach anything by a year


def read(seed: int, **changes: object) -> Offers:
    """Return what communes with four criteria, two years and a floor offer."""
    model = build(make_problem(COUNT, seed, criteria=4, years=2, aims=FLOOR, **changes))
    items = on_their_own(model, read_items(model))
    return Offers(Packing.of(model, items, np.zeros(len(items.room))))


def scarce(seed: int) -> np.ndarray:
    """Return six tenths of what a commune spends of the capped purses at most."""
    problem = make_problem(COUNT, seed, criteria=4, years=2)
    steps = problem.steps
    spent = steps.spend @ np.repeat(problem.capped, 2).astype(float)
    most = np.zeros((COUNT, 4))
    np.maximum.at(most, (steps.commune, steps.criterion), spent)
    return np.round(0.6 * most.sum(axis=1), 1)


def gains(offers: Offers, draw: np.random.Generator, dear: float) -> np.ndarray:
    """Return the profit of each item where money and criteria cost something."""
    items = offers.packing.items
    profit = items.value - draw.exponential(dear) * np.asarray(items.take.sum(axis=1)).ravel()
    profit[: len(items.gap_of)] -= draw.exponential(1.0, len(items.gap_of))
    return profit


def answered(flat: Flat, profit: np.ndarray) -> np.ndarray:
    """Return what is proven of each commune's best gain."""
    n, years = flat.standard.shape
    worth = np.zeros(n)
    values(flat, profit, 0, n, worth, np.zeros((n, 3), dtype=np.int64), np.full(len(flat.item), years))
    return worth


def choices(flat: Flat, commune: int) -> Iterator[tuple[list[int], int]]:
    """Yield every choice of a commune that order and levels allow: its items, and how many gaps they close."""
    years = flat.standard.shape[1]
    gaps = range(flat.gap_start[commune], flat.gap_start[commune + 1])
    for plan in product(range(years + 1), repeat=len(gaps)):
        year = dict(zip(gaps, plan, strict=True))
        if any(at < years and flat.item[gap, at] < 0 for gap, at in year.items()):
            continue
        if any(
            year[gap] < years and year[gap] < year[flat.parent[link]] + flat.parent_lag[link]
            for gap in gaps
            for link in range(flat.parent_start[gap], flat.parent_start[gap + 1])
        ):
            continue
        if any(at > flat.due[gap] for gap, at in year.items() if flat.due[gap] < years):
            continue
        done = [int(flat.item[gap, at]) for gap, at in year.items() if at < years]
        reached = max(plan, default=years) if flat.is_whole[commune] else years
        if reached > flat.must[commune] or (reached < years and flat.standard[commune, reached] < 0):
            continue
        levels = [[flat.standard[commune, reached]] if reached < years else []]
        start = -1 if flat.at_start[commune] else reached
        for above in range(start + flat.advanced_lag, years) if start < years else ():
            if flat.advanced[commune, above] >= 0:
                levels.append([*levels[0], flat.advanced[commune, above]])
                levels += [
                    [*levels[0], flat.advanced[commune, above], flat.model[commune, top]]
                    for top in range(above + flat.model_lag, years)
                    if flat.model[commune, top] >= 0
                ]
        for level in levels:
            yield done + [int(item) for item in level], len(done)


def allowed(flat: Flat, commune: int) -> list[list[int]]:
    """Return the choices that keep the floor and the own share."""
    return [
        items
        for items, closed in choices(flat, commune)
        if closed >= flat.least[commune] and flat.capped[items].sum() <= flat.cap[commune]
    ]


@pytest.mark.parametrize("seed", range(6))
def test_a_commune_answers_within_share_and_floor_and_no_choice_gains_more_than_is_proven(seed: int) -> None:
    offers, draw = read(seed, commune_cap=scarce(seed), **FREE), np.random.default_rng(seed)
    offers.keep_shares(offers.prices)
    flat = offers.packing.items.flat
    over = 0
    for _turn in range(5):
        profit = gains(offers, draw, CHEAP)
        offers.around(profit)
        for commune, proven in enumerate(answered(flat, profit)):
            best, _closed = max(choices(flat, commune), key=lambda one: profit[one[0]].sum())
            over += flat.capped[best].sum() > flat.cap[commune]
            assert proven >= max((profit[one].sum() for one in allowed(flat, commune)), default=-np.inf) - 1e-9
    assert over > 0
    for commune in range(offers.count):
        kept = {tuple(sorted(one)) for one in allowed(flat, commune)}
        offered = np.flatnonzero(offers.owner == commune)
        assert len(offered) or not kept
        assert {tuple(sorted(offers.pick[at].indices.tolist())) for at in offered} <= kept


@pytest.mark.parametrize("seed", range(6))
def test_where_nothing_must_come_first_the_best_answer_with_a_floor_is_proven(seed: int) -> None:
    offers, draw = read(seed, limits=False), np.random.default_rng(seed)
    flat = offers.packing.items.flat
    short = 0
    for _turn in range(5):
        profit = gains(offers, draw, DEAR)
        best = [max(profit[one].sum() for one in allowed(flat, commune)) for commune in range(offers.count)]
        assert answered(flat, profit) == pytest.approx(best)
        free = [max(choices(flat, at), key=lambda one: profit[one[0]].sum())[1] for at in range(offers.count)]
        short += (free < flat.least).sum()
    assert short > 0


def test_a_commune_that_has_no_plan_proves_that_there_is_none() -> None:
    must = np.where(np.arange(COUNT) == 0, 1, 2)
    offers = read(0, commune_cap=np.zeros(COUNT), latest=must)
    with pytest.raises(Infeasible):
        offers.ask(offers.prices)
