"""Actual against plan, criterion by criterion; what was not told is not reported, never not completed."""

from types import SimpleNamespace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.handed_down import make_plan

from ntm_lib.errors import FaultsError
from ntm_lib.planning.later import against
from ntm_lib.planning.later.against import (
    OUTCOMES,
    by_unit,
    every_year,
    outcomes,
    planned_by,
    told_against_start,
    told_done_at_start,
)
from ntm_lib.planning.later.follow_up import as_planned, reported_verdicts, reported_years
from ntm_lib.planning.later.progress_file import KEYS, Progress, progress_from_results, read_progress, state_words
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.start.baseline import load_baseline
from ntm_lib.verdicts import Verdict

PAIR = ["commune_code", "criterion"]
NONE = pd.DataFrame({name: pd.Series(dtype=object) for name in PAIR})
NOTHING = pd.DataFrame({"commune_code": [], "criterion": [], "year": [], "state": []})


@pytest.fixture(scope="module")
def plan(project):
    return make_plan(project, 3)


def planned_cells(plan, year):
    """Return commune and criterion of what the plan completes by a year, with the year of completion."""
    table = planned_by(plan, year)
    return table[table["state"] == "done"].reset_index(drop=True)


def test_each_outcome_is_told_apart(plan):
    year = plan.years[2]
    planned = planned_cells(plan, year)
    early = planned[planned["year"] == plan.years[1]].iloc[:1].assign(year=plan.years[0])
    on_time, late = planned.iloc[[2]], planned[planned["year"] == plan.years[0]].iloc[[0]].assign(year=year)
    late = late[~late["criterion"].isin(on_time["criterion"]) | ~late["commune_code"].isin(on_time["commune_code"])]
    never = np.argwhere(plan.solution.done == len(plan.years))[0]
    extra = {
        "commune_code": plan.problem.communes[never[0]],
        "criterion": plan.problem.criteria[never[1]],
        "year": year,
    }
    actual = pd.concat([early, on_time, late, pd.DataFrame([extra]).assign(state="done")], ignore_index=True)
    used = set(map(tuple, actual[PAIR].to_numpy()))
    left = [row for row in planned[PAIR].itertuples(index=False, name=None) if row not in used]
    not_done = pd.DataFrame(left[:2], columns=PAIR)
    table = outcomes(plan, Progress(actual, not_done, "x.csv"), year).set_index(PAIR)["outcome"]
    assert table[tuple(early[PAIR].iloc[0])] == "ahead"
    assert table[tuple(on_time[PAIR].iloc[0])] == "on_time"
    assert table[tuple(late[PAIR].iloc[0])] == "late"
    assert table[extra["commune_code"], extra["criterion"]] == "not_planned"
    assert [table[pair] for pair in left[:2]] == ["not_done", "not_done"]
    assert set(table[left[2:]]) == {"unknown"}


def test_what_is_done_only_after_the_year_or_still_under_way_is_not_completed(plan):
    planned = planned_cells(plan, plan.years[0])
    actual = pd.concat([planned.iloc[[0]].assign(year=plan.years[1]), planned.iloc[[1]].assign(state="under_way")])
    table = outcomes(plan, Progress(actual, NONE, ""), plan.years[0]).set_index(PAIR)["outcome"]
    assert [table[tuple(pair)] for pair in planned.iloc[:2][PAIR].to_numpy()] == ["not_done", "not_done"]


def test_counts_by_district_add_up(plan):
    year = plan.years[1]
    whole = outcomes(plan, Progress(as_planned(plan, plan.years[2]), NONE, ""), year)
    counts = by_unit(plan, whole, year)
    assert counts["planned"].sum() == counts["on_time"].sum() == len(planned_cells(plan, year))
    assert (counts["standard"] == counts["standard_planned"]).all()
    assert counts["standard"].sum() == (plan.solution.standard <= 1).sum()
    empty = by_unit(plan, outcomes(plan, Progress(NOTHING, NONE, ""), year), year)
    assert (empty["planned"] == empty["unknown"]).all()
    assert list(empty.index) == list(plan.problem.districts)
    assert set(OUTCOMES) < set(empty.columns)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), reported=st.sets(st.integers(0, 4)))
def test_what_was_handed_in_adds_up_from_commune_to_district_to_province(plan, seed, reported):
    """Whoever reports, and in whichever years: each criterion planned or done has one outcome, and units add up."""
    rng = np.random.default_rng(seed)
    years = [plan.years[place] for place in reported if place < len(plan.years)]

    def handed_in(_plan, year):
        planned = planned_cells(plan, year)
        draw = rng.random(len(planned))
        done = planned[draw < 0.4].assign(year=lambda table: np.minimum(table["year"] + rng.integers(0, 2), year))
        return Progress(done, planned.loc[(draw >= 0.4) & (draw < 0.7), PAIR], "")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(against, "reported_years", lambda _plan: years)
        patch.setattr(against, "progress_from_results", handed_in)
        rng = np.random.default_rng(seed)
        communes = every_year(plan, "commune")
        rng = np.random.default_rng(seed)
        districts = every_year(plan, "district")
    counts = ["planned", *OUTCOMES, "standard_planned", "standard"]
    problem = plan.problem
    owner = pd.Series(problem.districts[problem.district], index=problem.communes)
    code, year = communes.index.get_level_values(0), communes.index.get_level_values("year")
    summed = communes[counts].groupby([owner.reindex(code).to_numpy(), year]).sum()
    np.testing.assert_array_equal(summed.to_numpy(), districts[counts].sort_index().to_numpy())
    assert set(year[communes["is_reported"]]) == set(years)
    for table in (communes, districts):
        told = table[[name for name in OUTCOMES if name not in {"not_planned", "unknown"}]].sum(axis=1)
        assert (told[~table["is_reported"]] == 0).all()  # what nobody told is neither done nor not done
        assert (table["unknown"] <= table["planned"]).all()
        assert (table["planned"] <= told + table["unknown"]).all()
    whole = districts.groupby(level="year")["planned"].sum()
    assert whole.to_dict() == {item: len(planned_cells(plan, item)) for item in plan.years}


def test_the_last_year_of_the_plan_has_a_form_too(plan):
    table = planned_by(plan, plan.years[-1])
    assert len(table) == ((plan.solution.done >= 0) & (plan.solution.done < len(plan.years))).sum()
    assert set(table["state"]) == {"done"}


def test_criteria_met_at_the_start_that_are_told_as_not_completed_are_named(plan):
    met = np.argwhere(plan.problem.met)[0]
    pair = {"commune_code": [plan.problem.communes[met[0]]], "criterion": [plan.problem.criteria[met[1]]]}
    assert len(told_against_start(plan, Progress(NOTHING, pd.DataFrame(pair), ""))) == 1
    assert told_against_start(plan, Progress(NOTHING, NONE, "")).empty


def test_results_handed_in_tell_what_is_done_what_is_not_and_leave_the_rest_unknown(project):
    """The results of 2020 beside a plan that starts a year earlier."""
    start = load_baseline(load_scenario("base", project, horizon__start_year=2019, horizon__first_year=2020), project)
    met = (start.criteria == Verdict.MET).to_numpy()
    problem = SimpleNamespace(
        years=(2020, 2021), communes=start.criteria.index, criteria=start.criteria.columns, met=met
    )
    made = SimpleNamespace(baseline=start, problem=problem)
    assert reported_years(made) == [2020]
    verdicts = reported_verdicts(made, 2020)
    progress = progress_from_results(made, 2020)
    done, not_done = (pd.MultiIndex.from_frame(table[PAIR]) for table in (progress.actual, progress.not_done))
    assert set(progress.actual["year"]) == {2020}
    assert len(done) == ((verdicts == Verdict.MET).to_numpy() & ~met).sum() > 0
    assert len(not_done) == ((verdicts == Verdict.NOT_MET).to_numpy() & ~met).sum() > 0
    assert done.intersection(not_done).empty
    assert progress.source == ""


def write(path, rows, head=KEYS, above=()):
    if path.suffix == ".csv":
        lines = [",".join(map(str, row)) for row in (*above, head, *rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        for row in (*above, head, *rows):
            book.active.append(list(row))
        book.save(path)
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_filled_in_table_is_read_and_lines_left_empty_tell_nothing(plan, tmp_path, ending):
    codes = plan.problem.communes
    rows = [
        (codes[0], "2", "hoàn thành", 2021),
        (codes[0], "3", "", 2022),
        (codes[0], "4", "Đang thực hiện", 2021),
        (codes[0], "5", "not completed", ""),
        (codes[1], "5", "", ""),
    ]
    path = write(tmp_path / f"actual.{ending}", rows, above=[("Kết quả",), ("Mã xã", "Tiêu chí")])
    progress = read_progress(path, plan)
    assert progress.actual.to_dict("list") == {
        "commune_code": [codes[0]] * 3,
        "criterion": ["2", "3", "4"],
        "year": [2021, 2022, 2021],
        "state": ["done", "done", "under_way"],
    }
    assert progress.not_done.to_dict("list") == {"commune_code": [codes[0]], "criterion": ["5"]}
    assert progress.source == path.name


def test_a_table_is_read_in_either_language_and_without_leading_zeros(plan, tmp_path, monkeypatch):
    code = plan.problem.communes[1]
    assert code.lstrip("0") != code
    path = write(tmp_path / "actual.csv", [(code.lstrip("0"), "2", "hoàn thành", 2021), (code, "3", "Under way", 2021)])
    for language in ("en", "vi"):
        monkeypatch.setenv("NTM_LANG", language)
        assert list(read_progress(path, plan).actual["state"]) == ["done", "under_way"]


def test_a_word_that_is_wrong_everywhere_is_told_once(plan, tmp_path):
    codes = plan.problem.communes
    path = write(tmp_path / "actual.csv", [(code, "2", "xong", 2021) for code in codes])
    with pytest.raises(FaultsError) as refused:
        read_progress(path, plan)
    [fault] = refused.value.faults
    assert f"({len(codes)})" in fault.where
    assert "chưa hoàn thành" in fault.expected


def test_a_table_with_semicolons_is_read(plan, tmp_path):
    path = tmp_path / "actual.csv"
    code = plan.problem.communes[0]
    path.write_text(f"\ufeffcommune_code;criterion;state;year\n{code};2;done;2021\n", encoding="utf-8")
    assert len(read_progress(path, plan)) == 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_fault_of_a_file_is_told_at_once_with_its_line(plan, tmp_path, ending):
    code = plan.problem.communes[0]
    rows = [
        (code, "2", "hoàn thành", ""),
        (code, "3", "chưa hoàn thành", 2021),
        (code, "4", "có lẽ", 2021),
        ("99999", "4", "hoàn thành", 2021),
        (code, "77", "hoàn thành", 2021),
        (code, "5", "hoàn thành", 2024),
        (code, "6", "chưa hoàn thành", ""),
        (code, "6", "hoàn thành", 2021),
    ]
    path = write(tmp_path / f"actual.{ending}", rows, above=[("Kết quả",)])
    with pytest.raises(FaultsError) as refused:
        read_progress(path, plan, before=2023)
    places = sorted(int(fault.where.rpartition(": ")[2]) for fault in refused.value.faults)
    assert places == [3, 4, 5, 6, 7, 8, 10]
    assert "Traceback" not in str(refused.value)


def test_a_file_that_is_no_table_is_refused(plan, tmp_path):
    code = plan.problem.communes[0]
    (tmp_path / "a.xlsx").write_text("no workbook", encoding="utf-8")
    (tmp_path / "b.csv").write_bytes(b"commune_code,criterion,state,year\n\xff\xfe")
    (tmp_path / "c.csv").write_text("", encoding="utf-8")
    write(tmp_path / "d.csv", [], head=("commune_code", "criterion", "yaer"))
    write(tmp_path / "e.xlsx", [(code, "=1+1", "hoàn thành", 2021)])
    for name in ("a.xlsx", "b.csv", "c.csv", "d.csv", "e.xlsx", "missing.csv"):
        with pytest.raises(FaultsError, match=name):
            read_progress(tmp_path / name, plan)
    with pytest.raises(FaultsError) as refused:
        read_progress(tmp_path / "d.csv", plan)
    assert len(refused.value.faults) == 2  # one column missing, one unknown


def test_states_have_their_words():
    assert list(state_words()) == ["done", "under_way", "not_done"]


def test_what_was_told_done_of_a_criterion_that_stood_at_the_start_is_named(plan):
    stood, open_ = np.argwhere(plan.problem.met)[0], np.argwhere(~plan.problem.met)[0]
    codes, criteria = plan.problem.communes, plan.problem.criteria
    rows = [(codes[place[0]], criteria[place[1]], plan.years[0], "done") for place in (stood, open_)]
    actual = pd.DataFrame(rows, columns=[*PAIR, "year", "state"])
    told = told_done_at_start(plan, Progress(actual, NONE, "x.csv"))
    assert told.to_numpy().tolist() == [[codes[stood[0]], criteria[stood[1]]]]
