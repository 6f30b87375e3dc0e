"""The search against the whole problem stated a second time (``restated``): each limit where it binds, and all at once."""

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from ntm_lib.planning.optimise import Options, optimise
from ntm_lib.planning.problem import Aims, Infeasible, Order, Problem, Solution, Steps
from tests.planning.optimise.restated import best_worth, judged
from tests.planning.problems import make_problem

EXACT = Options(gap=0.0, nodes=100_000, ties=False, method="exact")
COMMUNES, PURSES, YEARS = 5, 6, 3
Changes = dict[str, object]


@cache
def roomy() -> Problem:
    """Invent a problem with a price on everything and no limit on anything.

    Left free, one commune has met the standard before, two come in 2021, one in 2023, and one never does.
    """
    sizes = {"communes": COMMUNES, "seed": 218, "districts": 2, "criteria": 4, "years": YEARS}
    made, free = make_problem(**sizes), make_problem(**sizes, limits=False)
    limits = ("order", "works", "commune_cap", "fairness", "keep", "latest", "may_standard", "aims")
    return replace(
        made,
        **{name: getattr(free, name) for name in limits},
        money=np.full((PURSES, YEARS), 1e6),
        capped=np.ones(PURSES, bool),
        villages=np.full(COMMUNES, 2),
        start_villages=0,
        village_value=0.1,
        advanced_value=40.0,
        cost_weight=0.02,
    )


def by_year(*money: float) -> np.ndarray:
    """Put the same money into every purse."""
    return np.tile(np.array(money, dtype=float), (PURSES, 1))


def but(communes: tuple[int, ...], own: int, usual: int) -> np.ndarray:
    """Give the named communes another value than the rest."""
    return np.where(np.isin(np.arange(COMMUNES), communes), own, usual)


def pinned(*communes: int, by: int) -> Changes:
    return {"latest": but(communes, by, YEARS)}


def excluded(*communes: int) -> Changes:
    return {"may_standard": but(communes, 0, 1).astype(bool)}


def kept(*communes: int, by: int) -> Changes:
    return {"keep": but(communes, 1, 0).astype(bool), "keep_by": by}


def counted(commune: int, of: int) -> np.ndarray:
    return but((commune,), of, 4)


def order(*row: int) -> Order:
    """Let a criterion of one commune wait: commune, before, after, lag."""
    return Order(*np.array([row], dtype=np.int64).T)


def packages(vnd_million: float) -> Changes:
    each = np.full((COMMUNES, PURSES), vnd_million / PURSES)
    return {"advanced_spend": each, "model_spend": each}


def without_steps(commune: int, criterion: int) -> Changes:
    """Leave nothing that can be done about the criterion of the commune."""
    steps = roomy().steps
    left = np.flatnonzero((steps.commune != commune) | (steps.criterion != criterion))
    return {"steps": Steps(*(getattr(steps, part.name)[left] for part in fields(Steps)))}


CARRIED, SPENT_AT_ONCE = {"carries": np.ones(PURSES, bool)}, {"carries": np.zeros(PURSES, bool)}
EARLY, LATE = {"money": by_year(2000, 150, 150)}, {"money": by_year(300, 200, 3000)}
LATER_IS_BETTER = {"standard_value": np.tile([60.0, 70.0, 100.0], (COMMUNES, 1))}
TWO_EACH = {"aims": Aims(floor=2)}
MANY_VILLAGES = {"village_value": 1.5}
SIX_VILLAGES = {"village_spend": np.full(PURSES, 40.0), "money": by_year(800, 800, 1e6), "aims": Aims(villages=6)}
# what is broken (none: only the worth changes), the problem without the limit, what the limit changes
LIMITS: dict[str, tuple[str | None, Changes, Changes]] = {
    "money": ("money", {}, {"money": by_year(200, 200, 200)}),
    "money that is not carried over": ("money", EARLY | CARRIED, SPENT_AT_ONCE),
    "money is not spent before it is there": ("money", CARRIED, LATE),
    "money a commune may use": ("cap", {}, {"commune_cap": np.full(COMMUNES, 1800.0)}),
    "of some purses only": ("money", {"commune_cap": np.full(COMMUNES, 1800.0), "capped": np.arange(6) < 2},
                            {"money": by_year(300, 300, 300)}),
    "works": ("works", {}, {"works": np.zeros((2, YEARS))}),
    "works in one district": ("works", {}, {"works": np.array([[0, 1, 1], [9, 9, 9]])}),
    "order": ("order", TWO_EACH, {"order": order(4, 0, 3, 0)}),
    "order with a lag": ("order", {"order": order(3, 2, 1, 0)}, {"order": order(3, 2, 1, 1)}),
    "order past the last year": ("order", TWO_EACH, {"order": order(4, 0, 3, 1)}),
    "pinned": ("latest", {}, pinned(4, by=2)),
    "excluded": ("excluded", {}, excluded(2)),
    "kept as early as can be": ("keep", {}, kept(4, by=0)),
    "kept by a year": ("keep", LATER_IS_BETTER, kept(3, by=1)),
    "kept as early as the order allows": ("keep", LATER_IS_BETTER | {"order": order(3, 1, 2, 1)},
                                          kept(3, by=0)),
    "kept but for what has no step": ("keep", without_steps(4, 1), kept(4, by=0)),
    "kept but for what waits for that": ("keep", without_steps(3, 1) | {"order": order(3, 1, 2, 0)},
                                         kept(3, 4, by=0)),
    "fairness": ("fairness", {}, {"fairness": 0.9}),
    "more for the slower district": ("fairness", {}, {"fairness": 1.1}),
    "upkeep of the standard": (None, {}, {"after_spend": roomy().after_spend * 5}),
    "upkeep of a standard that is worth nothing": (None, {"aims": Aims(floor=4), "standard_value": np.zeros((COMMUNES, YEARS))},
                                                   {"after_spend": roomy().after_spend * 5}),
    "upkeep from the same year": (None, {"after_lag": 2}, {"after_lag": 0}),
    "upkeep out of the year's money": ("money", {}, {"money": by_year(1e6, 250, 250)}),
    "years to the advanced level": ("advanced", {}, {"advanced_lag": 3}),
    "no years to the advanced level": (None, {"advanced_lag": 1}, {"advanced_lag": 0}),
    "years to the model level": ("model", {"model_value": 100.0}, {"model_lag": 2, "model_value": 100.0}),
    "packages": (None, {}, packages(1900.0)),
    "packages out of the money": ("money", packages(900.0), {"money": by_year(300, 300, 300)}),
    "villages there are": ("villages", MANY_VILLAGES, {"villages": np.full(COMMUNES, 1)}),
    "villages out of the money": ("money", MANY_VILLAGES | {"money": by_year(1000, 1000, 1000)},
                                  {"village_spend": np.full(PURSES, 5.0), "money": by_year(350, 350, 350)}),
    "aim of communes": ("aim_standard", {}, {"aims": Aims(standard=5)}),
    "aim of communes by a year": ("aim_standard", LATER_IS_BETTER, {"aims": Aims(standard_by_year={0: 2, 1: 3})}),
    "aim of advanced communes": ("aim_advanced", {"advanced_value": 0.0, "model_value": 0.0}, {"aims": Aims(advanced=2)}),
    "aim of model communes": ("aim_model", {}, {"aims": Aims(model=3)}),
    "floor": ("aim_floor", {}, {"aims": Aims(floor=2)}),
    "floor where less counts": ("aim_floor", {}, {"aims": Aims(floor=3), "of": counted(3, of=2)}),
    "mean": ("aim_mean", {}, {"aims": Aims(mean=3.5)}),
    "mean where less counts": ("aim_mean", {"aims": Aims(mean=3.4)}, {"of": counted(0, of=3)}),
    "district units": ("aim_districts", {}, {"aims": Aims(districts=2)}),
    "share of a district": ("aim_districts", {"aims": Aims(districts=2, district_share=0.5)},
                            {"aims": Aims(districts=2, district_share=0.51)}),
    "advanced share of a district": ("aim_districts", {"advanced_value": 0.0, "aims": Aims(districts=2, district_share=0.5)},
                                     {"aims": Aims(districts=2, district_share=0.5, district_advanced_share=0.4)}),
    "district apart": ("aim_districts", {"aims": Aims(districts=1)},
                       {"aims": Aims(districts=1, districts_apart=np.array([True, False]))}),
    "aim of villages": ("aim_villages", {}, {"aims": Aims(villages=3)}),
    "aim of villages by a year": ("aim_villages", SIX_VILLAGES, {"aims": Aims(villages=6, villages_by_year={0: 2, 1: 6})}),
    "aim of villages by a year where each commune has a cap": (
        "aim_villages", SIX_VILLAGES | {"commune_cap": np.full(COMMUNES, 1e6)}, {"aims": Aims(villages=6, villages_by_year={0: 6})},
    ),
    "villages by a year at the start": (
        "aim_villages", SIX_VILLAGES | {"start_villages": 4, "aims": Aims(villages_by_year={0: 6})}, {"start_villages": 0},
    ),
    "villages at the start": ("aim_villages", {"start_villages": 2, "aims": Aims(villages=3)}, {"start_villages": 1}),
}  # fmt: skip
IMPOSSIBLE: dict[str, Changes] = {
    "more communes than can": without_steps(4, 1) | {"aims": Aims(standard=5)},
    "sooner than steps can": {"aims": Aims(standard_by_year={1: 4})},
    "more advanced than lags allow": {"aims": Aims(advanced=4)},
    "model of too few advanced": {"aims": Aims(model=1), "model_lag": 3},
    "floor above what has steps": without_steps(4, 1) | {"aims": Aims(floor=4)},
    "mean above what has steps": without_steps(4, 1) | {"aims": Aims(mean=3.9)},
    "too many districts": {"aims": Aims(districts=3)},
    "both districts apart": {"aims": Aims(districts=1, districts_apart=np.ones(2, bool))},
    "all criteria of an excluded commune": excluded(2) | {"aims": Aims(floor=4)},
    "more villages than there are": {"aims": Aims(villages=11)},
    "more villages by a year than its money": {"aims": Aims(villages_by_year={0: 9}), "money": by_year(350, 1e6, 1e6)},
    "pinned too early": pinned(2, by=1),
    "pinned and excluded": pinned(2, by=2) | excluded(2),
    "all pinned, no money": pinned(*range(COMMUNES), by=2) | {"money": by_year(200, 200, 200)},
    "kept without works": kept(3, by=0) | {"works": np.zeros((2, YEARS))},
    "no money for the upkeep": {"money": by_year(10, 10, 10)},
    "negative money": {"money": by_year(1e6, -1, 1e6)},
    "a pinned commune above its cap": pinned(3, by=2) | {"commune_cap": np.full(COMMUNES, 900.0)},
}


def best(problem: Problem) -> Solution | None:
    try:
        return optimise(problem, EXACT)
    except Infeasible:
        return None


def agreed(problem: Problem) -> Solution | None:
    """Return the best plan after both statements of the problem came to the same."""
    plan, worth = best(problem), best_worth(problem)
    assert (plan is None) == (worth is None)
    if plan is not None:
        near = pytest.approx(plan.objective, rel=1e-6, abs=1e-6)
        assert worth == near
        assert judged(problem, plan) == (near, [])
    return plan


@pytest.mark.parametrize("name", LIMITS)
def test_with_each_limit_that_binds_both_find_the_same_worth(name: str) -> None:
    row, without, limit = LIMITS[name]
    free = replace(roomy(), **without)
    limited = replace(free, **limit)
    before, after = best(free), agreed(limited)
    assert before is not None
    assert after is not None
    worth, broken = judged(limited, before)
    assert {text.rpartition("_")[0] for text in broken} == ({row} if row else set())
    assert after.objective != pytest.approx(before.objective, rel=1e-6)
    assert row is None or after.objective < worth


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_both_say_that_there_is_no_plan(name: str) -> None:
    assert agreed(roomy()) is not None
    assert agreed(replace(roomy(), **IMPOSSIBLE[name])) is None


@pytest.mark.parametrize("seed", range(12))
def test_with_all_limits_at_once_both_find_the_same_worth(seed: int) -> None:
    made = make_problem(6, seed, 2, criteria=5, years=3, budget=(0.5, 1.0)[seed % 2])
    agreed(
        replace(
            made,
            cost_weight=(0.0, 0.005, 0.02)[seed % 3],
            after_lag=seed % 3,
            advanced_lag=seed % 2,
            advanced_spend=made.advanced_spend / 5,
            model_spend=made.model_spend / 5,
        )
    )
