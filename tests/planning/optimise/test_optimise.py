"""The search against trying every plan, and its proofs; ``test_restated`` compares it with another formulation."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntm_lib.planning.optimise import Options, check, optimise, plans, search
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.problem import Aims, Infeasible, NotFound, Problem, Solution
from tests.planning.problems import make_problem

EXACT = Options(gap=0.0, nodes=100_000, ties=False)


def every_plan(problem: Problem) -> Iterator[Solution]:
    """Every choice of steps with every choice of higher levels and villages; most of them break a limit."""
    steps, years = problem.steps, len(problem.years)
    gaps = sorted(set(zip(steps.commune.tolist(), steps.criterion.tolist(), strict=True)))
    choices = [
        [years, *steps.year[(steps.commune == commune) & (steps.criterion == criterion)].tolist()]
        for commune, criterion in gaps
    ]
    levels = list(itertools.product(range(years + 1), repeat=2))
    for chosen in itertools.product(*choices):
        done = np.where(problem.met, -1, years)
        for (commune, criterion), year in zip(gaps, chosen, strict=True):
            done[commune, criterion] = year
        reached = done.max(axis=1) < years
        for higher in itertools.product(*[levels if at else [(years, years)] for at in reached]):
            advanced, model = np.array(higher).T
            for villages in every_village(problem):
                yield as_plan(problem, done, advanced, model, villages)


def every_village(problem: Problem) -> Iterator[np.ndarray]:
    """Every number of villages in every commune and year."""
    n, years = len(problem.communes), len(problem.years)
    most = np.repeat(problem.villages, years)
    for amounts in itertools.product(*(range(one + 1) for one in most)):
        given = np.array(amounts).reshape(n, years)
        if (given.sum(axis=1) <= problem.villages).all():
            yield given


def as_plan(
    problem: Problem, done: np.ndarray, advanced: np.ndarray, model: np.ndarray, villages: np.ndarray
) -> Solution:
    years = len(problem.years)
    standard = done.max(axis=1)
    plan = Solution(
        done,
        standard,
        advanced,
        model,
        villages,
        np.zeros(0, bool),
        0,
        np.inf,
        0,
        is_proven=False,
        nodes=0,
    )
    size = np.bincount(problem.district, minlength=len(problem.districts))
    share = np.bincount(problem.district, standard < years, minlength=len(size)) / size
    higher = np.bincount(problem.district, advanced < years, minlength=len(size)) / size
    aims = problem.aims
    districts = (share >= aims.district_share - 1e-9) & (higher >= aims.district_advanced_share - 1e-9)
    plan = replace(plan, districts=districts)
    return replace(plan, objective=worth(problem, plan))


def tiny(seed: int, *, criteria: int = 3, villages: tuple[int, int] = (0, 0), **changes: object) -> Problem:
    """Two communes, few gaps, all limits and every aim in turn; two in five have a plan."""
    made = replace(
        make_problem(2, seed, 2, criteria=criteria, years=2, budget=2.0), villages=np.array(villages), **changes
    )
    start, turn = int(made.start_standard.sum()), seed % 5
    return replace(
        made,
        aims=Aims(
            standard=start + seed % 2,
            standard_by_year={0: start + (turn == 1)},
            districts=seed // 2 % 2,
            floor=1,
            district_share=1.0,
            mean=made.met.sum() / 2 + 0.5 if turn == 2 else None,
            advanced=int(turn >= 3),
            model=int(turn == 4),
            villages=1 if made.villages.any() else None,
            villages_by_year={0: 1} if made.villages.any() and seed % 2 else {},
        ),
    )


def assert_best(problem: Problem) -> bool:
    """Compare the search with every plan; tell whether there is one."""
    kept = [plan.objective for plan in every_plan(problem) if not check(problem, plan)]
    if not kept:
        with pytest.raises(Infeasible):
            optimise(problem, EXACT)
        return False
    found = optimise(problem, EXACT)
    assert found.objective == pytest.approx(max(kept), rel=1e-6, abs=1e-6)
    assert found.bound >= max(kept) - 1e-6
    assert check(problem, found) == []
    packed = optimise(problem, replace(EXACT, method="price"))
    assert packed.objective <= max(kept) + 1e-6
    assert packed.bound >= max(kept) - 1e-6
    return True


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), cost=st.sampled_from([0.0, 0.01, 0.05]), after=st.integers(0, 1))
def test_no_plan_that_keeps_the_limits_is_better(seed: int, cost: float, after: int) -> None:
    assert_best(tiny(seed, cost_weight=cost, after_lag=after, advanced_spend=np.full((2, 6), 3.0)))


def test_with_each_aim_and_with_villages_there_are_plans_to_compare() -> None:
    cheap = {"advanced_spend": np.full((2, 6), 3.0), "model_spend": np.full((2, 6), 3.0)}
    assert {seed % 5 for seed in (0, 1, 2, 3, 4, 9, 33) if assert_best(tiny(seed, criteria=2, **cheap))} == set(
        range(5)
    )
    given = {"criteria": 2, "villages": (1, 1), "village_spend": np.full(6, 1.0), "start_villages": 0}
    assert all(assert_best(tiny(seed, **given)) for seed in (0, 35))


def test_the_same_problem_gives_the_same_plan() -> None:
    problem = make_problem(6, 3)
    first, again = (optimise(problem, Options(gap=0.05, nodes=10)) for _turn in range(2))
    assert (first.done == again.done).all()
    assert (first.villages == again.villages).all()
    assert first.objective == again.objective
    assert first.bound == again.bound


def test_a_search_that_runs_out_of_nodes_says_how_far_it_came() -> None:
    problem = make_problem(8, 1)
    found = optimise(problem, Options(gap=0.0, nodes=1, ties=False))
    assert found.gap is not None
    assert found.gap > 0
    assert not found.is_proven
    assert check(problem, found) == []


def test_prices_prove_what_they_find() -> None:
    problem = make_problem(40, 2)
    packed = optimise(problem, Options(gap=0.02, nodes=200, ties=False, method="price"))
    assert packed.gap is not None
    assert packed.gap <= 0.05
    assert check(problem, packed) == []
    whole = optimise(problem, Options(gap=0.02, nodes=200, ties=False, method="exact"), packed)
    assert whole.objective >= packed.objective - 1e-6
    assert whole.objective <= packed.bound + 1e-6
    assert whole.bound >= packed.objective - 1e-6


def test_of_equal_plans_the_cheaper_and_earlier_one_is_kept() -> None:
    problem = make_problem(6, 4, limits=False, budget=3.0, standard_value=np.full((6, 5), 1.0))
    problem = replace(problem, steps=replace(problem.steps, value=np.zeros(len(problem.steps))))
    plain, tied = (optimise(problem, Options(gap=0.0, ties=ties)) for ties in (False, True))
    cost = [replace(problem, cost_weight=1.0, standard_value=np.zeros((6, 5)))] * 2
    assert tied.objective == pytest.approx(plain.objective)
    assert worth(cost[0], tied) >= worth(cost[1], plain) - 1e-6
    never = (tied.standard == 5)[:, None] & ~problem.met
    assert (tied.done[never] == 5).all()  # money without any use is not spent


def test_where_nothing_can_be_done_nothing_is() -> None:
    all_met = make_problem(3, 1, 1, limits=False)
    steps = all_met.steps
    none = replace(steps, commune=steps.commune[:0], criterion=steps.criterion[:0], year=steps.year[:0],
                   spend=steps.spend[:0], works=steps.works[:0], value=steps.value[:0])  # fmt: skip
    at_start = replace(all_met, met=np.ones_like(all_met.met), start_standard=np.ones(3, bool), steps=none)
    for problem in (at_start, replace(all_met, steps=none)):
        found = optimise(problem)
        assert (found.gap, found.objective, found.is_proven) == (0.0, 0.0, True)
        assert (found.standard == np.where(problem.start_standard, -1, 5)).all()
    with pytest.raises(Infeasible):
        optimise(replace(at_start, aims=Aims(standard=4)))


@pytest.mark.parametrize(
    "change",
    [
        {"aims": Aims(standard=7)},
        {"aims": Aims(standard_by_year={0: 6})},
        {"aims": Aims(floor=19)},
        {"aims": Aims(mean=19.0)},
        {"aims": Aims(villages=1)},
        {"aims": Aims(villages_by_year={0: 1})},
        {"aims": Aims(districts=2)},
        {"latest": np.zeros(6, dtype=int)},
        {"money": np.full((6, 5), -1.0)},
    ],
)
def test_what_cannot_be_reached_is_said(change: dict[str, object]) -> None:
    with pytest.raises(Infeasible):
        optimise(make_problem(6, 4, limits=False, **change), Options(nodes=500))


def test_arrays_that_contradict_each_other_are_refused() -> None:
    problem = make_problem(6, 4, limits=False)
    with pytest.raises(ValueError, match="start_standard"):
        optimise(replace(problem, start_standard=~problem.start_standard))


def test_a_start_that_breaks_a_limit_is_not_returned() -> None:
    problem = make_problem(40, 2)
    options = Options(gap=0.05, nodes=10, ties=False, method="price")
    before = optimise(problem, options)
    less = replace(problem, money=problem.money * 0.8, aims=Aims())
    assert check(less, before)
    fresh, begun = optimise(less, options), optimise(less, options, before)
    assert check(less, begun) == []
    assert begun.gap is not None
    assert (begun.objective, begun.bound) == (fresh.objective, fresh.bound)
    assert optimise(problem, options, before).objective >= before.objective - 1e-6
    assert optimise(make_problem(14, 4, limits=False), options, before).gap is not None  # of another problem


@pytest.mark.parametrize(
    ("communes", "limits"),
    [
        (150, False),
        (100, True),
        pytest.param(400, False, marks=pytest.mark.long),
        pytest.param(400, True, marks=pytest.mark.long),
    ],
)
def test_a_country_is_priced_and_its_plan_keeps_every_limit(
    communes: int, limits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = make_problem(communes, 1, limits=limits)
    monkeypatch.setattr(search, "LARGE", 1_000)
    found = optimise(problem, Options(gap=0.005, ties=False))
    assert check(problem, found) == []
    assert found.gap is not None
    assert found.gap <= 0.01
    assert found.bound >= found.objective


@pytest.mark.parametrize(
    "near",
    [Options(gap=0.005, nodes=100, ties=False), pytest.param(Options(gap=1e-4, ties=False), marks=pytest.mark.long)],
)
def test_prices_bound_the_best_plan_and_the_search_repeats_itself(
    near: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = make_problem(60, 2, limits=False)
    best = optimise(problem, near)
    monkeypatch.setattr(search, "TINY", 10)
    monkeypatch.setattr(search, "LARGE", 10)
    found, again = (optimise(problem, Options(gap=0.01, ties=False)) for _turn in range(2))
    assert check(problem, found) == []
    assert found.bound >= best.objective - 1e-6
    assert found.objective <= best.bound + 1e-6
    assert (found.done == again.done).all()


def test_a_core_without_a_plan_does_not_mean_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(_model: object, _options: Options, *, spare: float = 0.0) -> None:
        raise (Infeasible if spare else NotFound)

    monkeypatch.setattr("ntm_lib.planning.optimise.province.levels", give_up)
    problem = make_problem(14, 2)
    found = optimise(problem, Options(gap=0.05, nodes=200, ties=False, method="price"))
    assert check(problem, found) == []
    assert found.gap is not None


def test_villages_are_dealt_to_communes_by_the_villages_they_have() -> None:
    there = np.array([0, 3, 12, 1, 8])
    problem = make_problem(5, 1, 1, villages=there)
    pool = np.array([2, 0, 9, 1, 6])
    dealt = plans.deal(problem, pool)
    assert (dealt.sum(axis=0) == pool).all()
    assert (dealt >= 0).all()
    assert (np.abs(np.cumsum(dealt, axis=1) - np.cumsum(pool) * there[:, None] / there.sum()) <= 1).all()
    everything = plans.deal(problem, np.array([there.sum(), 0, 0, 0, 0]))
    assert (everything[:, 0] == there).all()
