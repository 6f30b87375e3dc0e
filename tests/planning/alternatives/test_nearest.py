from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np
import pytest
from planning.problems import make_problem

from ntm_lib.planning.alternatives.asked import Demand, ask, demands, drop, is_possible, reach, without
from ntm_lib.planning.alternatives.nearest import Nearest, nearest
from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.problem import Aims, Infeasible, Problem
from ntm_lib.planning.reasons.words import Names, demand_name, offer

OPTIONS = Options(gap=1e-4, nodes=2000, ties=False)
YEARS = 3


def tiny(years: int = YEARS, **aims: object) -> Problem:
    """Four communes with three criteria: small enough to try every plan."""
    return make_problem(4, 7, 1, criteria=3, years=years, budget=0.5, limits=False, aims=Aims(**aims))


@lru_cache
def every_plan() -> list[tuple[np.ndarray, float]]:
    """For each plan: years done (n, k) and the least extra money that it takes."""
    problem = tiny()
    steps = problem.steps
    gaps = sorted(set(zip(steps.commune.tolist(), steps.criterion.tolist(), strict=True)))
    choices = [[YEARS, *steps.year[(steps.commune == i) & (steps.criterion == c)].tolist()] for i, c in gaps]
    found = []
    spend = steps.spend.toarray()
    place = {key: at for at, key in enumerate(zip(steps.commune, steps.criterion, steps.year, strict=True))}
    for years in product(*choices):
        done = np.where(problem.met, -1, YEARS)
        used = np.zeros(problem.money.size)
        for (commune, criterion), year in zip(gaps, years, strict=True):
            done[commune, criterion] = year
            if year < YEARS:
                used += spend[place[commune, criterion, year]]
        found.append((done, float(np.maximum(used - problem.money.ravel(), 0).sum())))
    return found


def most_communes(spare: float = 1e-6) -> int:
    return max(int((done.max(axis=1) < YEARS).sum()) for done, extra in every_plan() if extra <= spare)


@lru_cache
def refused() -> tuple[Problem, Nearest]:
    problem = tiny(standard=_reachable())
    return problem, nearest(problem, OPTIONS, lambda: tiny(YEARS + 1, standard=_reachable()))


def _reachable() -> int:
    """More communes than the money allows, as many as steps allow."""
    return max(int((done.max(axis=1) < YEARS).sum()) for done, _extra in every_plan())


def test_brute_force_finds_the_same_limit() -> None:
    problem = tiny()
    assert most_communes() < _reachable()
    assert reach(problem, Demand("standard", _reachable()))[0] == most_communes()
    assert is_possible(tiny(standard=most_communes()))
    assert not is_possible(tiny(standard=most_communes() + 1))


def test_fewer_communes_is_the_least_shortfall() -> None:
    problem, found = refused()
    assert [demand.kind for demand in found.clash] == ["standard"]
    less = next(made for made in found.offers if made.kind == "demand")
    assert less.amount == problem.aims.standard - most_communes()


def test_extra_money_is_the_least_by_brute_force() -> None:
    problem, found = refused()
    made = next(made for made in found.offers if made.kind == "money")
    least = min(extra for done, extra in every_plan() if (done.max(axis=1) < YEARS).sum() >= problem.aims.standard)
    assert made.at_least <= least * (1 + 1e-6)
    assert least * (1 - 1e-6) <= made.amount <= least * 1.011 + 0.1 * problem.money.size
    assert made.money.sum() == pytest.approx(made.amount)


def test_extra_money_in_one_year_stands_in_that_year_alone() -> None:
    problem, found = refused()
    made = next(made for made in found.offers if made.kind == "money_in_year")
    whole = next(made for made in found.offers if made.kind == "money")
    at = problem.years.index(made.year)
    assert made.money[:, at].sum() == pytest.approx(made.amount)
    assert made.amount >= whole.at_least - 1e-6


def test_money_that_lacks_in_one_year_only_is_offered_once() -> None:
    asked = Aims(villages_by_year={0: 6})
    problem = replace(tiny(), villages=np.full(4, 5), village_spend=np.full(6, 100.0), aims=asked)
    found = nearest(replace(problem, money=np.tile([250.0, 1e6, 1e6], (6, 1))), OPTIONS)
    [made] = [made for made in found.offers if made.kind.startswith("money")]
    assert made.amount == pytest.approx(6 * 350, rel=0.01)
    assert made.money[:, 1:].sum() == 0


def test_every_offer_is_a_plan_that_passes_the_check() -> None:
    _problem, found = refused()
    kinds = {made.kind for made in found.offers}
    assert {"money", "demand"} <= kinds
    for made in found.offers:
        assert not check(made.problem, made.solution)
        assert made.solution.gap is not None


def test_a_year_more_is_offered_only_when_it_helps() -> None:
    problem = tiny(standard=_reachable())
    rich = replace(tiny(YEARS + 1, standard=_reachable()), money=np.full((6, YEARS + 1), 1e6))
    poor = replace(rich, money=np.zeros((6, YEARS + 1)))
    assert "later" in {made.kind for made in nearest(problem, OPTIONS, lambda: rich, is_by_year=False).offers}
    assert "later" not in {made.kind for made in nearest(problem, OPTIONS, lambda: poor, is_by_year=False).offers}


def test_clashing_demands_are_a_smallest_set() -> None:
    problem = tiny(standard=_reachable(), floor=1, mean=0.5)
    found = nearest(problem, OPTIONS, is_by_year=False)
    assert found.clash
    left = problem
    for demand in demands(problem):
        if demand not in found.clash:
            left = drop(left, demand)
    assert not is_possible(left)
    for demand in found.clash:
        assert is_possible(drop(left, demand))
    assert "mean" not in {demand.kind for demand in found.clash}


def test_several_demands_give_way_in_their_order() -> None:
    problem = tiny(standard=_reachable(), standard_by_year={0: 4}, mean=3.0)
    found = nearest(problem, OPTIONS, is_by_year=False)
    made = next(made for made in found.offers if made.kind == "demands")
    assert made.lowered[0].demand.kind == "standard"
    assert made.lowered[0].offered == most_communes()
    assert not check(made.problem, made.solution)
    for lowered in made.lowered:
        assert lowered.offered < lowered.demand.asked


def test_villages_by_a_year_are_lowered_to_what_the_money_of_the_years_pays() -> None:
    asked = Aims(villages=9, villages_by_year={0: 2, 1: 6})
    problem = replace(tiny(), villages=np.full(4, 5), village_spend=np.full(6, 100.0), aims=asked)
    problem = replace(problem, money=np.tile([250.0, 100.0, 1e6], (6, 1)))
    assert [(demand.kind, demand.year) for demand in demands(problem)[-2:]] == [
        ("villages_by_year", 0),
        ("villages_by_year", 1),
    ]
    found = nearest(problem, OPTIONS, is_by_year=False)
    assert [(demand.kind, demand.year) for demand in found.clash] == [("villages_by_year", 1)]
    less = next(made for made in found.offers if made.kind == "demand")
    assert (less.amount, dict(less.problem.aims.villages_by_year)) == (3.0, {0: 2, 1: 3})
    assert not check(less.problem, less.solution)
    names = Names({}, {}, {}, {}, str, lambda number: f"{number:.0f}")
    said = offer(problem, less, names)
    assert "6 xóm" in said
    assert "2022: chỉ" in said


def test_a_commune_pinned_too_early_is_told_its_first_year() -> None:
    problem = tiny()
    rich = replace(problem, money=np.full(problem.money.shape, 1e6))
    first = np.array([np.where(rich.met[i], -1, YEARS) for i in range(4)])
    np.minimum.at(first, (rich.steps.commune, rich.steps.criterion), rich.steps.year)
    commune = int(np.flatnonzero((first.max(axis=1) > 0) & (first.max(axis=1) < YEARS))[0])
    pinned = ask(rich, Demand("pinned", 0.0, commune=commune), 0)
    found = nearest(pinned, OPTIONS, is_by_year=False)
    assert [(demand.kind, demand.commune) for demand in found.clash] == [("pinned", commune)]
    assert found.offers[0].lowered[0].offered == first[commune].max()
    assert found.offers[0].solution.standard[commune] == first[commune].max()


def test_a_plan_that_exists_needs_no_offer() -> None:
    found = nearest(tiny(standard=most_communes()), OPTIONS)
    assert not found.clash
    assert not found.offers


def test_no_means_at_all_is_told_apart() -> None:
    problem = replace(tiny(standard=1), money=np.full((6, YEARS), -1.0))
    assert not is_possible(without(problem))
    found = nearest(problem, OPTIONS, is_by_year=False)
    assert not found.clash
    assert {made.kind for made in found.offers} == {"money"}


def test_the_search_itself_refuses_what_nearest_explains() -> None:
    with pytest.raises(Infeasible):
        optimise(tiny(standard=_reachable()), OPTIONS)


def test_offers_are_said_in_words() -> None:
    problem, found = refused()
    names = Names({}, {}, {}, {}, lambda million: f"{million:.0f} triệu", lambda number: f"{number:.0f}")
    assert any(str(problem.aims.standard) in demand_name(problem, demand, names) for demand in found.clash)
    for made in found.offers:
        text = offer(problem, made, names)
        assert text
        if made.kind.startswith("money"):
            assert f"{made.amount:.0f} triệu" in text
