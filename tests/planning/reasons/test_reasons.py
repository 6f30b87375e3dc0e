from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from planning.problems import make_problem

from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.optimise.gaps import find_gaps
from ntm_lib.planning.optimise.ledger import keep_ledger
from ntm_lib.planning.problem import Aims, Infeasible, Problem, Solution
from ntm_lib.planning.reasons import Reason, explain, reasons
from ntm_lib.planning.reasons.changes import Change, apply
from ntm_lib.planning.reasons.limits import limits, set_back
from ntm_lib.planning.reasons.table import verify
from ntm_lib.planning.reasons.why import LIMITS, deepen
from ntm_lib.planning.reasons.words import limit_name

TIGHT = Options(gap=1e-4, nodes=300, ties=False)
LAST = 3
TEN = 10  # of each of two problems
COMMUNES = 10


def small(seed: int, **changes: object) -> Problem:
    settings = {"districts": 2, "criteria": 6, "years": LAST, "aims": Aims()}
    settings["keep"] = np.zeros(COMMUNES, dtype=bool)
    return make_problem(COMMUNES, seed, **{**settings, "latest": np.full(COMMUNES, LAST), **changes})


@lru_cache
def solved(seed: int) -> tuple[Problem, Solution]:
    problem = small(seed)
    return problem, optimise(problem, TIGHT)


@lru_cache
def table(seed: int) -> pd.DataFrame:
    return reasons(*solved(seed))


def claims(seed: int) -> list[Reason]:
    return [reason for why in table(seed)["why"] for reason in (why.more, why.swap) if reason is not None]


@pytest.mark.parametrize("seed", [2, 3])
def test_twenty_reasons_are_solved_anew_and_hold(seed: int) -> None:
    found = claims(seed)[:TEN]
    assert len(found) == TEN
    for reason in found:
        assert verify(*solved(seed), reason), reason
        pinned = [Change("pin", commune=reason.commune, year=reason.year)]
        whole = optimise(apply(solved(seed)[0], (*reason.changes, *pinned)), TIGHT)
        assert whole.standard[reason.commune] <= reason.year
        assert whole.objective >= reason.witness.objective - (whole.bound - whole.objective) - 1e-3
        assert solved(seed)[1].standard[reason.commune] > reason.year


def test_a_reason_that_is_not_true_is_refused() -> None:
    problem, solution = solved(2)
    reason = next(why.more for why in table(2)["why"] if why.limit == "money" and why.more is not None)
    halved = tuple(replace(change, amount=change.amount / 2) for change in reason.changes)
    doubled = tuple(replace(change, amount=change.amount * 2) for change in reason.changes)
    assert not verify(problem, solution, replace(reason, changes=halved))
    assert not verify(problem, solution, replace(reason, changes=doubled))
    assert not verify(problem, solution, replace(reason, changes=()))
    assert not verify(problem, solution, replace(reason, loss=reason.loss + 1))
    assert not verify(problem, solution, replace(reason, witness=solution))
    needless = Change("counts", commune=reason.commune, criterion=0, year=0)
    assert not verify(problem, solution, replace(reason, changes=(*reason.changes, needless)))


def test_the_extra_money_is_the_least_by_brute_force() -> None:
    """Where few criteria are missing: every combination of their years is tried, the other communes as planned."""
    problem = small(5, works=np.full((2, LAST), np.inf), commune_cap=np.full(COMMUNES, np.inf), fairness=0.0)
    solution = optimise(problem, TIGHT)
    tried = 0
    for why in explain(problem, solution):
        own = np.flatnonzero(~problem.met[why.commune])
        if why.more is None or why.limit in {"counts", "order", "excluded"} or len(own) > 4:
            continue
        extra = sum(change.amount for change in why.more.changes if change.kind == "money")
        assert extra == pytest.approx(_least_extra(problem, solution, why.commune, why.more.year, own), abs=0.01)
        tried += 1
    assert tried >= 2


def _least_extra(problem: Problem, solution: Solution, commune: int, year: int, own: np.ndarray) -> float:
    best = np.inf
    for years in product(range(year + 1), repeat=len(own)):
        done, standard = solution.done.copy(), solution.standard.copy()
        done[commune, own] = years
        standard[commune] = done[commune].max()
        plan = replace(solution, done=done, standard=standard)
        faults = [
            text for text in check(problem, plan) if "purse" not in text and not text.startswith(("objective", "bound"))
        ]
        if faults:
            continue
        short = keep_ledger(problem, plan).money.sum(axis=0) - problem.money
        running = np.maximum.accumulate(np.cumsum(short, axis=1), axis=1)[:, -1]
        extra = np.where(problem.carries, np.maximum(running, 0), np.maximum(short, 0).sum(axis=1))
        best = min(best, float(extra.sum()))
    return best


def test_the_table_says_what_the_plan_says() -> None:
    problem, solution = solved(2)
    frame = table(2)
    assert list(frame.index) == list(problem.communes)
    assert (frame["kind"] == "planned").equals(
        pd.Series((solution.standard >= 0) & (solution.standard < LAST), frame.index, name="kind")
    )
    years = frame["standard_year"].dropna().astype(int)
    position = solution.standard[problem.communes.get_indexer(years.index)]
    assert years.to_list() == [problem.years[at] for at in position]
    assert set(frame["limit"]) <= set(LIMITS)
    assert (frame["met_at_end"] == (solution.done < LAST).sum(axis=1)).all()
    undone = frame[frame["met_at_end"] < 6]
    assert undone["next_cost"].notna().any()
    for row, at in zip(undone.itertuples(), problem.communes.get_indexer(undone.index), strict=True):
        if isinstance(row.next_criterion, str):
            assert solution.done[at, problem.criteria.get_loc(row.next_criterion)] == LAST


def test_an_excluded_commune_and_a_late_criterion_are_named() -> None:
    problem, _solution = solved(2)
    earliest = find_gaps(problem).first_standard
    commune = int(np.flatnonzero((earliest < LAST) & (earliest > 0))[0])
    may = problem.may_standard.copy()
    may[commune] = False
    excluded = replace(problem, may_standard=may)
    plan = optimise(excluded, TIGHT)
    why = explain(excluded, plan, [commune])[0]
    assert (why.kind, why.limit) == ("excluded", "excluded")
    assert why.more is not None
    assert verify(excluded, plan, why.more)
    late = next(why for why in table(2)["why"] if why.limit == "counts")
    named = [change.criterion for change in late.more.changes if change.kind == "counts"]
    assert (find_gaps(problem).earliest[late.commune, named] > late.more.year).all()


def test_without_more_the_whole_problem_loses_what_is_said_at_most() -> None:
    problem, solution = solved(6)
    why = next(why for why in table(6)["why"] if why.swap is not None)
    assert verify(problem, solution, why.more, TIGHT)
    deep = deepen(problem, solution, why, TIGHT)
    assert deep.swap is not None
    found = deep.swap.witness
    assert deep.swap.loss <= why.swap.loss + found.bound - found.objective + 1e-3
    opened = [change for change in deep.swap.changes if change.kind != "pin"]
    assert found.objective <= optimise(apply(problem, opened), TIGHT).bound + 1e-3
    assert not check(apply(problem, deep.swap.changes), found)


def test_use_and_rest_add_up() -> None:
    problem, solution = solved(3)
    found = limits(problem, solution)
    spent = keep_ledger(problem, solution).money.sum(axis=0)
    assert np.allclose(found.money["used"], spent.ravel())
    assert (found.money["left"] >= -1e-3).all()
    free = ~np.repeat(problem.carries, LAST)
    assert np.allclose((found.money["available"] - found.money["used"])[free], found.money["left"][free])
    assert found.works["left"].min() >= -1e-6
    assert found.money["is_binding"].any()


def test_what_is_left_is_just_what_may_still_be_spent() -> None:
    problem, solution = solved(3)
    left = keep_ledger(problem, solution).money_left
    for purse, year in np.ndindex(left.shape):
        taken = [Change("money", -float(left[purse, year]) + 0.01, purse=purse, year=year)]
        over = [Change("money", -float(left[purse, year]) - 1.0, purse=purse, year=year)]
        assert not check(apply(problem, taken), solution)
        assert check(apply(problem, over), solution)


def test_the_same_problem_gives_the_same_reasons() -> None:
    again = reasons(*solved(2))
    assert again.drop(columns="why").equals(table(2).drop(columns="why"))


def test_a_criterion_made_to_count_earlier_keeps_the_steps_in_order() -> None:
    problem, _solution = solved(2)
    steps = problem.steps
    first = np.flatnonzero(np.append(True, np.diff(steps.commune * 6 + steps.criterion) != 0) & (steps.year > 0))[0]
    commune, criterion = int(steps.commune[first]), int(steps.criterion[first])
    changed = apply(problem, [Change("counts", commune=commune, criterion=criterion, year=0)])
    assert len(changed.steps) == len(steps) + 1
    assert find_gaps(changed).earliest[commune, criterion] <= find_gaps(problem).earliest[commune, criterion]
    new = np.flatnonzero((changed.steps.commune == commune) & (changed.steps.criterion == criterion))[0]
    assert changed.steps.spend[[new]].sum() == pytest.approx(steps.spend[[first]].sum())
    own = (problem.steps.commune == commune) & (problem.steps.criterion == criterion)
    assert own.sum() + 1 == ((changed.steps.commune == commune) & (changed.steps.criterion == criterion)).sum()


def test_every_limit_has_a_name() -> None:
    assert len({limit_name(limit) for limit in LIMITS}) == len(LIMITS)
    assert limit_name("worth", is_least_cost=True) not in {limit_name(limit) for limit in LIMITS}
    assert limit_name("money", is_least_cost=True) == limit_name("money")


def test_who_is_set_back_is_told_whole() -> None:
    """Every commune that gives way is there with both years; the asked commune never is; an empty list: nobody loses."""
    problem, solution = solved(6)
    swaps = [why for why in table(6)["why"] if why.swap is not None]
    assert swaps
    for why in swaps:
        later = set_back(problem, solution, why.swap.witness, why.commune)
        standard = later[later["criterion"] == ""]
        assert sorted(standard["commune_code"]) == sorted(problem.communes[list(why.swap.gives_way)])
        assert problem.communes[why.commune] not in set(later["commune_code"])
        worse = why.swap.witness.done > solution.done
        worse[why.commune] = False
        assert len(later) - len(standard) == worse.sum()
        gone = worse & (why.swap.witness.done == LAST)
        assert later[later["criterion"] != ""]["new_year"].isna().sum() == gone.sum()


def test_what_cannot_be_planned_at_all_stays_infeasible() -> None:
    problem, _solution = solved(2)
    earliest = find_gaps(problem).first_standard
    commune = int(np.flatnonzero(earliest > 0)[0])
    with pytest.raises(Infeasible):
        optimise(apply(problem, [Change("pin", commune=commune, year=0)]), TIGHT)
