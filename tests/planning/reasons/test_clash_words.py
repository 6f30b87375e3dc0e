"""What clashes, what no money buys and what comes nearest is said in whole sentences."""

from dataclasses import replace

import numpy as np
import pytest
from planning.problems import make_problem

from ntm_lib.planning.alternatives.hindrance import Hindrance, Limit, Sooner
from ntm_lib.planning.alternatives.nearest import Nearest, nearest
from ntm_lib.planning.optimise import Options
from ntm_lib.planning.problem import Aims, Problem
from ntm_lib.planning.reasons.clash_words import nearest_notes, nearest_plans, whatever_the_money
from ntm_lib.planning.reasons.words import Names

OPTIONS = Options(gap=1e-4, nodes=2000, ties=False)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "en")


@pytest.fixture(scope="module")
def problem() -> Problem:
    return make_problem(4, 7, 1, criteria=3, years=3, budget=0.5, limits=False, aims=Aims(standard=3))


@pytest.fixture(scope="module")
def found(problem: Problem) -> Nearest:
    return nearest(problem, OPTIONS, lambda: replace(make_problem(4, 7, 1, criteria=3, years=4, limits=False)))


def names() -> Names:
    return Names(
        {"00001": "Commune B"}, {}, {}, {"2": "2. Roads"}, lambda money: f"{money:.0f} million", lambda n: f"{n:g}"
    )


@pytest.mark.parametrize(
    ("limits", "is_each", "words"),
    [
        (("works",), True, "in the way: works a district can carry in a year. Without this,"),
        (("works", "cap"), True, "Without any one of these,"),
        (("works", "cap"), False, "Only without all of these,"),
        ((), False, "they ask for more than the communes and districts"),
    ],
)
def test_what_stands_in_the_way_of_money(
    problem: Problem, found: Nearest, limits: tuple[Limit, ...], is_each: bool, words: str
) -> None:
    [told] = whatever_the_money(problem, replace(found, hindrance=Hindrance(limits, is_each)), names())
    assert told.startswith("Whatever money is added")
    assert words in told


def test_the_criteria_that_come_too_late_are_named(problem: Problem, found: Nearest) -> None:
    late = Hindrance(("time",), is_each=True, sooner=(Sooner(1, 1, 2),), is_enough=True)
    told = whatever_the_money(problem, replace(found, hindrance=late), names())[1]
    assert "With the resources entered" in told
    assert "if only Commune B met criterion 2 (Roads) by 2023" in told
    told = whatever_the_money(problem, replace(found, hindrance=replace(late, is_enough=False)), names())[1]
    assert "With enough money" in told
    many = replace(late, sooner=(Sooner(1, 1, 2),) * 5)
    assert "2 more criteria" in whatever_the_money(problem, replace(found, hindrance=many), names())[1]


def test_where_money_is_offered_nothing_more_is_said(problem: Problem, found: Nearest) -> None:
    assert whatever_the_money(problem, found, names()) == []
    left = replace(found, offers=tuple(offer for offer in found.offers if not offer.kind.startswith("money")))
    assert "not proven" in whatever_the_money(problem, left, names())[0]


def test_nearest_plans_say_what_they_take_and_reach(problem: Problem, found: Nearest) -> None:
    lines = nearest_plans(problem, found, names())
    assert len(lines) == len(found.offers) >= 2
    assert sum("(the plan shown)" in line for line in lines) == 1
    money = next(offer for offer in found.offers if offer.kind == "money")
    assert money.money is not None
    line = lines[found.offers.index(money)]
    assert f"{money.amount:.0f} million more" in line
    by_year = money.money.sum(axis=0)
    assert all(f"{year}" in line for year in np.array(problem.years)[by_year > 0])
    assert f"{money.standard} communes meeting all criteria" in line


def test_the_notes_say_how_close_the_money_is_and_what_a_later_year_rests_on(problem: Problem, found: Nearest) -> None:
    close, later = nearest_notes(problem, found, names())
    assert "% above the least" in close
    assert later == "The money of 2024 is taken to be that of 2023."
