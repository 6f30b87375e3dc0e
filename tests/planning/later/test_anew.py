"""A plan made anew is kept apart with the past it rests on, and what it changes is told."""

from dataclasses import replace

import invented_study
import numpy as np
import pandas as pd
import pytest
from planning.handed_down import any_solution, make_draft

from ntm_lib.errors import FaultsError, UsageError
from ntm_lib.planning.later import anew as anew_module
from ntm_lib.planning.later.anew import Anew, draft_plan
from ntm_lib.planning.later.follow_up import as_planned
from ntm_lib.planning.later.plan_changes import KINDS, commune_changes, money_changes, standard_counts
from ntm_lib.planning.later.replan import committed, replan
from ntm_lib.planning.plan import draft, with_solution
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.study import has_study, load_or_make_study, load_study, save_study, study_path
from ntm_lib.reporting.office.plan_later import village_notes

FROM = 2023
NOTHING = pd.DataFrame({"commune_code": [], "criterion": [], "year": [], "state": []})


@pytest.fixture(scope="module")
def changed_project(tmp_path_factory, copied_project):
    return copied_project(tmp_path_factory.mktemp("anew"))


@pytest.fixture(scope="module")
def made_anew(changed_project):
    """Return a kept study of the base made anew: a few criteria done, nothing of the rest planned."""
    scenario = load_scenario("base", changed_project)
    old = draft(scenario, changed_project)
    rows = np.argwhere(~old.problem.met)[:3]
    actual = pd.DataFrame(
        {
            "commune_code": old.problem.communes[rows[:, 0]],
            "criterion": old.problem.criteria[rows[:, 1]],
            "year": FROM - 1,
            "state": "done",
        }
    )
    anew = Anew(scenario, FROM, actual, "thực hiện.xlsx")
    made = draft_plan(scenario, changed_project, anew)
    study = invented_study.make_study(made, every=10_000)
    study = replace(study, plan=replace(study.plan, scenario=made.scenario), anew=anew)
    save_study(changed_project, study)
    return study


def test_it_is_kept_beside_the_plan_of_all_years_and_comes_back(changed_project, made_anew):
    scenario = load_scenario("base", changed_project)
    path = study_path(changed_project, scenario, FROM)
    assert path.name == "base-from-2023.json"
    assert path.is_file()
    assert not has_study(scenario, changed_project)
    back = load_study("base", changed_project, FROM)
    assert back.from_year == FROM
    assert back.plan.years == (2023, 2024, 2025)
    assert back.plan.digest == made_anew.plan.digest
    assert back.anew.source == "thực hiện.xlsx"
    assert back.anew.actual.to_dict("list") == made_anew.anew.actual.to_dict("list")
    assert "2023" in str(back.plan.scenario.title)
    assert load_or_make_study("base", changed_project, from_year=FROM).plan.digest == back.plan.digest


def test_one_that_was_not_kept_is_never_made_without_its_past(own_project):
    with pytest.raises(UsageError, match="--from 2024 --actual"):
        load_or_make_study("base", own_project, from_year=2024)


def test_a_file_of_another_year_is_not_taken_for_it(changed_project, made_anew):
    scenario = load_scenario("base", changed_project)
    held = study_path(changed_project, scenario, FROM)
    for name in (study_path(changed_project, scenario, 2024), study_path(changed_project, scenario)):
        name.write_bytes(held.read_bytes())
    assert not has_study(scenario, changed_project, 2024)
    assert not has_study(scenario, changed_project)


def test_what_was_done_may_not_take_more_than_the_years_have(project, monkeypatch):
    made = make_draft(project, 4)
    poor = replace(made, problem=replace(made.problem, money=np.zeros_like(made.problem.money)))
    actual = as_planned(with_solution(made, any_solution(made.problem, 4)), FROM)
    short = committed(made, actual, FROM)
    assert (short.to_numpy() > 1).any()
    monkeypatch.setattr(anew_module, "draft", lambda *_args, **_options: poor)
    with pytest.raises(FaultsError) as refused:
        draft_plan(made.scenario, project, Anew(made.scenario, FROM, actual, ""))
    assert len(refused.value.faults) == (short.to_numpy() > 1e-6).sum()


@pytest.mark.parametrize("seed", range(4))
def test_what_changes_against_the_plan_before(project, seed):
    made = make_draft(project, seed, years=5)
    old = with_solution(made, any_solution(made.problem, seed))
    actual = as_planned(old, FROM)
    anew = Anew(made.scenario, FROM, actual[actual["state"] == "done"], "")
    fresh = replan(made, anew.actual, FROM)
    new = with_solution(fresh, any_solution(fresh.problem, seed + 50))
    table = commune_changes(old, new, anew)
    assert set(table["kind"]) <= set(KINDS)
    assert list(table.index) == list(old.problem.communes)
    for code, row in table.iterrows():
        at = old.problem.communes.get_loc(code)
        before, after = old.solution.standard[at], new.solution.standard[at]
        if after < 0 <= before < 2:  # done in the past, as it was planned
            assert (row["kind"], row["new_year"]) == ("same", old.years[before])
        elif before == 5:
            assert row["kind"] in {"added", "never"}
        elif after == 3:
            assert row["kind"] == "dropped"
            assert pd.isna(row["new_year"])
        elif after >= 0:
            expected = "same" if after + 2 == before else "later" if after + 2 > before else "earlier"
            assert row["kind"] == expected
    counts = standard_counts(old, new, anew)
    assert list(counts["old"]) == [(old.solution.standard <= year).sum() for year in (2, 3, 4)]
    assert list(counts["new"]) == [(new.solution.standard <= year).sum() for year in (0, 1, 2)]
    money = money_changes(old, new, anew)
    assert money["new"].sum() == pytest.approx(new.spending["spent_vnd_million"].sum())
    np.testing.assert_allclose(money["committed"], committed(old, anew.actual, FROM).sum())
    assert money["old"].sum() == pytest.approx(old.spending.query("year >= @FROM")["spent_vnd_million"].sum())


def test_villages_done_before_are_told_kept_and_not_planned_again(own_project, made_anew):
    scenario = load_scenario("base", own_project)
    before = draft_plan(scenario, own_project, replace(made_anew.anew, villages=0)).problem
    told = replace(made_anew.anew, villages=100)
    made = draft_plan(scenario, own_project, told)
    assert (before.start_villages, made.problem.start_villages) == (0, 100)
    taken = before.villages - made.problem.villages
    assert taken.sum() == 100
    assert (np.abs(taken - before.villages * 100 / before.villages.sum()) <= 1).all()
    solution = replace(made_anew.plan.solution, villages=0 * made_anew.plan.solution.villages)
    plan = replace(with_solution(made, solution), scenario=made.scenario)
    save_study(own_project, replace(made_anew, plan=plan, anew=told))
    back = load_study("base", own_project, FROM)
    assert (back.anew.villages, back.plan.problem.start_villages) == (100, 100)
    assert "Toàn tỉnh có 100 xóm đã đạt chuẩn" in village_notes(back.plan)[0]
    with pytest.raises(UsageError, match=str(before.villages.sum())):
        draft_plan(scenario, own_project, replace(told, villages=int(before.villages.sum()) + 1))


def test_a_plan_made_anew_with_nothing_done_drops_what_was_planned_for_the_past(project):
    made = make_draft(project, 1, years=5)
    old = with_solution(made, any_solution(made.problem, 1))
    anew = Anew(made.scenario, FROM, NOTHING, "")
    fresh = replan(made, NOTHING, FROM)
    new = with_solution(fresh, any_solution(fresh.problem, 2))
    table = commune_changes(old, new, anew)
    early = table[(table["old_year"] < FROM) & (table["old_year"] > 2020)]
    assert set(early["kind"]) <= {"later", "dropped"}
