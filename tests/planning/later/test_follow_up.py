"""Actual against plan, and planning anew with the past fixed."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from planning.handed_down import any_solution, make_draft, make_plan

from ntm_lib.errors import FaultsError, UsageError
from ntm_lib.planning.later.follow_up import (
    UNDER_WAY,
    against_actual,
    as_planned,
    check_actual,
    read_actual,
)
from ntm_lib.planning.later.published_marks import _status, plan_figure, published
from ntm_lib.planning.later.replan import committed, read_past, replan
from ntm_lib.planning.optimise.check import check
from ntm_lib.planning.plan import solve, with_solution
from ntm_lib.planning.problem import Aims, Solution
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.project import Project
from ntm_lib.provenance import sha256_of
from ntm_lib.verdicts import Verdict

ROOT = Project.find()
NOTHING = pd.DataFrame({"commune_code": [], "criterion": [], "year": []})


def test_published_marks_stand_beside_the_plan(project):
    plan = make_plan(project, 1, criteria=19)
    table = published(plan)
    mean = table.query("figure == 'mean' and kind == 'actual'").iloc[0]
    low, high = plan_figure(plan, "mean", 2022)
    assert (mean["year"], mean["value"], mean["plan_low"], mean["plan_high"]) == (2022, 9.19, low, high)
    assert mean["status"] == ("missed" if low > 9.19 else "exceeded" if high < 9.19 else "not_known")
    group = table.query("figure == 'group' and first == 15 and kind == 'actual'").iloc[0]
    assert (group["year"], group["value"]) == (2024, 14)
    assert "15/06/2024" in group["why"]
    old_set = table.query("figure == 'standard' and value == 17")
    assert set(old_set["status"]) == {"not_comparable"}
    assert table["why"][table["status"] == "not_comparable"].ne("").all()
    aim = table.query("year == 2025 and kind == 'aim' and figure == 'standard'")
    assert set(aim["value"]) == {50}
    assert set(aim["status"]) == {"missed"}  # the invented province has fewer communes than the aim
    assert table["source"].ne("").all()


def test_a_plan_by_the_old_set_is_not_compared_with_marks_by_the_new_one(project):
    plan = make_plan(project, 1)
    plan = replace(plan, baseline=replace(plan.baseline, law_set="qd-1980-2016"))
    table = published(plan)
    assert set(table.query("figure == 'mean' and value == 9.19")["status"]) == {"not_comparable"}
    assert "not_comparable" not in set(table.query("figure == 'standard' and value == 17")["status"])


@pytest.mark.parametrize(
    ("value", "ends", "said"),
    [
        (14, [(0, 112)], "not_known"),
        (0, [(0, 17)], "not_known"),
        (17, [(0, 17)], "reached"),
        (18, [(0, 17)], "exceeded"),
        (5, [(5, 5)], "reached"),
        (4, [(5, 5)], "missed"),
        (10, [(12, 12), (9, 9)], "reached"),  # the middle of a year, between what was planned for its two ends
        (10, [(12, 12), (9, 11)], "not_known"),
        (8, [(12, 12), (9, 9)], "missed"),
    ],
)
def test_what_the_unknown_start_leaves_open_is_never_told_as_reached(value, ends, said):
    assert _status("actual", value, ends, is_upper_limit=False) == said


def test_villages_that_stood_before_the_plan_count_for_the_published_aim(project):
    plan = make_plan(project, 1, criteria=19)
    reached = plan.solution.villages.sum()
    plan = replace(plan, problem=replace(plan.problem, start_villages=180 - int(reached)))
    [aim] = published(plan, plan.problem.districts[0]).query("figure == 'villages'").to_dict("records")
    assert (aim["value"], aim["plan_low"], aim["plan_high"], aim["status"]) == (180, 180, 180, "reached")
    assert np.isnan([aim["part_low"], aim["part_high"]]).all()


def test_the_two_published_aims_of_district_units_stand_beside_the_districts_of_the_plan(project):
    plan = make_plan(project, 3, criteria=19, communes=12, districts=4)
    problem, last = plan.problem, len(plan.years)
    apart = str(problem.districts[1])
    aims = plan.scenario.settings.aims.model_copy(update={"districts_apart": (apart,)})
    plan = replace(
        plan, scenario=replace(plan.scenario, settings=plan.scenario.settings.model_copy(update={"aims": aims}))
    )
    standard = np.full(len(problem.communes), last)
    sizes = np.bincount(problem.district, minlength=4)
    standard[np.isin(problem.district, [0, 1])] = 0  # two whole, one of them apart
    of_third = np.flatnonzero(problem.district == 2)
    standard[of_third[: sizes[2] // 2 + 1]] = 0  # more than half
    of_fourth = np.flatnonzero(problem.district == 3)
    standard[of_fourth[: sizes[3] // 2]] = 0  # half at most
    done = np.where(standard[:, None] == 0, np.where(problem.met, -1, 0), np.where(problem.met, -1, last))
    done[standard == last, 0] = last
    plan = with_solution(plan, replace(plan.solution, done=done, standard=standard))
    table = published(plan).query("kind == 'aim' and figure.str.startswith('districts')").set_index("figure")
    known = (plan.baseline.criteria != Verdict.UNKNOWN).all(axis=1).to_numpy()
    assert table["value"].to_dict() == {"districts": 2, "districts_over": 2}
    assert table["plan_low"].to_dict() == {"districts": 1, "districts_over": 3}
    assert (table["plan_high"] >= table["plan_low"]).all()
    assert not known.all()
    assert table["status"].to_dict()["districts_over"] == "exceeded"
    assert table["status"].to_dict()["districts"] in {"missed", "not_known"}
    own = published(plan, apart).query("figure.str.startswith('districts')").set_index("figure")
    assert own["part_low"].to_dict() == {"districts": 0, "districts_over": 1}


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_of_the_districts_add_up_to_the_marks_of_the_province(project, seed):
    plan = make_plan(project, seed, criteria=19)
    parts = [published(plan, district) for district in plan.problem.districts]
    whole = published(plan)
    assert whole["part_low"].isna().all()
    for part in parts:
        assert set(part["tier"]) == {"province"}  # no district has published figures of these years
        pd.testing.assert_frame_equal(part.drop(columns=["part_low", "part_high"]), whole.drop(columns=["part_low", "part_high"]))  # fmt: skip
    is_sum = whole["figure"] != "mean"
    for end in ("low", "high"):
        summed = sum(part[f"part_{end}"] for part in parts)
        np.testing.assert_allclose(summed[is_sum], whole.loc[is_sum, f"plan_{end}"])
        sizes = np.bincount(plan.problem.district)
        mean = sum(part[f"part_{end}"] * size for part, size in zip(parts, sizes, strict=True)) / sizes.sum()
        np.testing.assert_allclose(mean[~is_sum], whole.loc[~is_sum, f"plan_{end}"])


def test_what_was_published_of_a_district_is_compared_with_its_own_plan(own_project):
    path = own_project.data / "published" / "results.csv"
    record = path.with_name("results.csv.source.yaml")
    plan = make_plan(own_project, 1, criteria=19)
    district = plan.problem.districts[0]
    with path.open("a", encoding="utf-8") as file:
        file.write(
            f"2022,district,Huyện {district},average criteria per commune (2021-2025 set),25,criteria,x,,read,\n"
        )
        file.write(
            f"2022,district,{plan.problem.districts[1]},average criteria per commune (2021-2025 set),1,x,x,,read,\n"
        )
    record.write_text(re.sub(r"sha256: \S+", f"sha256: {sha256_of(path)}", record.read_text(encoding="utf-8")), encoding="utf-8")  # fmt: skip
    own = published(plan, district).query("tier == 'district'")
    assert own["value"].tolist() == [25]
    assert own["status"].tolist() == ["exceeded"]
    ends = plan_figure(plan, "mean", 2022, district=district)
    assert (own["plan_low"].iloc[0], own["plan_high"].iloc[0]) == ends == (own["part_low"].iloc[0], own["part_high"].iloc[0])  # fmt: skip
    assert set(published(plan)["tier"]) == {"province"}


def test_group_counts_are_an_interval(project):
    plan = make_plan(project, 2)
    done, criteria = plan.solution.done, plan.baseline.criteria.to_numpy()
    low = (done <= 1).sum(axis=1)
    high = low + ((criteria == -1) & (done > 1)).sum(axis=1)
    assert plan_figure(plan, "group", plan.years[1], 10, 14) == (
        ((low >= 10) & (high <= 14)).sum(),
        ((high >= 10) & (low <= 14)).sum(),
    )


def test_reported_progress_is_compared_criterion_by_criterion(project):
    plan = make_plan(project, 3)
    year = plan.years[1]
    actual = as_planned(plan, plan.years[2])
    assert set(against_actual(plan, actual, year)["status"]) == {"reached"}
    done = actual[actual["state"] == "done"]
    half = against_actual(plan, done.iloc[::2], year)
    assert (half["status"] == "reached").sum() == len(done.iloc[::2])
    assert set(half["status"]) <= {"reached", "missed", "not_known"}
    late = np.argwhere(plan.solution.done == len(plan.years))[0]
    extra = pd.DataFrame(
        {
            "commune_code": [plan.problem.communes[late[0]]],
            "criterion": [plan.problem.criteria[late[1]]],
            "year": [year],
        }
    )
    more = against_actual(plan, pd.concat([done, extra]), year)
    assert (more["status"] == "exceeded").sum() == 1
    assert more.loc[more["status"] == "exceeded", "planned_year"].isna().all()


def test_every_fault_of_reported_progress_is_told_at_once(project, tmp_path):
    made = make_draft(project, 1)
    code = made.problem.communes[0]
    path = tmp_path / "actual.csv"
    path.write_text(
        f"commune_code,criterion,year,state\n{code},2,2021,done\n{code},2,2022,done\n99999,2,2021,\n"
        f"{code},77,2021,\n{code},3,2030,\n{code},4,2024,\n{code},5,x,\n{code},6,2021,perhaps\n",
        encoding="utf-8",
    )
    with pytest.raises(FaultsError) as error:
        read_actual(path, made, before=2023)
    places = [fault.where.split(": ")[1] for fault in error.value.faults]
    assert sorted(places) == ["3", "4", "5", "6", "7", "8", "9"]
    assert "actual.csv" in str(error.value)
    with pytest.raises(FaultsError, match="commune_code"):
        check_actual(pd.DataFrame({"commune": ["1"]}), made)
    with pytest.raises(FaultsError):
        read_actual(tmp_path / "missing.csv", made)


def test_a_plan_is_not_made_anew_outside_its_years(project):
    made = make_draft(project, 1)
    for year in (made.years[0], made.years[-1] + 1):
        with pytest.raises(UsageError, match=str(year)):
            replan(made, NOTHING, year)


@pytest.mark.parametrize("seed", range(6))
def test_the_rest_of_a_plan_that_went_as_planned_is_a_plan_of_the_new_draft(seed):
    """What was planned, done and begun as planned: the rest of the old plan keeps every limit of the new problem."""
    made = make_draft(ROOT, seed, communes=14, districts=2, years=5)
    old = with_solution(made, any_solution(made.problem, seed))
    spent = _spent(old)
    made = replace(made, problem=replace(made.problem, money=spent + 1.0))
    old = with_solution(made, old.solution)
    from_year, at = made.years[2], 2
    actual = as_planned(old, from_year)
    new = replan(old, actual, from_year)
    rest = _rest(old.solution, at, new)
    np.testing.assert_allclose(
        _spent(with_solution(new, rest)) + committed(old, actual, from_year).to_numpy(), spent[:, at:], atol=1e-6
    )
    faults = [text for text in check(new.problem, rest) if not text.startswith(("objective", "bound", "district"))]
    # The packages of levels are planned anew from the first year that is left.
    assert [text for text in faults if "advanced" not in text and "model" not in text] == []


def _spent(plan):
    rows = plan.spending[~plan.spending["kind"].isin(["advanced", "model", "village"])]
    table = rows.pivot_table(index="purse", columns="year", values="spent_vnd_million", aggfunc="sum")
    return table.reindex(index=plan.problem.purses, columns=list(plan.years)).fillna(0.0).to_numpy()


def _rest(solution, at, new):
    count = len(new.years)
    done = np.where(solution.done < at, -1, solution.done - at)
    none = np.full(len(done), count)
    villages = np.zeros((len(done), count), dtype=np.int64)
    districts = np.zeros(len(new.problem.districts), dtype=bool)
    return Solution(done, done.max(axis=1), none, none, villages, districts, 0.0, 1e9, None, is_proven=False, nodes=0)


def test_what_was_not_begun_takes_as_long_as_before(project):
    made = make_draft(project, 2)
    problem, at = made.problem, 2
    new = replan(made, NOTHING, made.years[at]).problem
    first = _first(problem)
    assert new.met.sum() == problem.met.sum()
    later = _first(new)
    possible = first + at < len(made.years)
    assert (later[possible] == first[possible]).all()
    assert (later[~possible & ~problem.met] == len(new.years)).all()
    assert (new.money == problem.money[:, at:]).all()
    for year in range(len(new.years)):
        rows = new.steps.year == year
        old = (problem.steps.year == year + at) & ~np.isin(problem.steps.commune, [])
        assert rows.sum() <= old.sum()
    assert new.steps.spend.shape == (len(new.steps), len(new.purses) * len(new.years))


def _first(problem):
    first = np.full(problem.met.shape, len(problem.years))
    np.minimum.at(first, (problem.steps.commune, problem.steps.criterion), problem.steps.year)
    return first


def test_what_is_under_way_keeps_the_years_behind_it(project):
    made = make_draft(project, 2)
    problem, at = made.problem, 2
    slow = np.argwhere(_first(problem) == 2)[0]
    row = {"commune_code": [problem.communes[slow[0]]], "criterion": [problem.criteria[slow[1]]], "year": [2021]}
    begun = pd.DataFrame(row | {"state": [UNDER_WAY]})
    assert _first(replan(made, begun, made.years[at]).problem)[tuple(slow)] == 0
    assert _first(replan(made, NOTHING, made.years[at]).problem)[tuple(slow)] == 2


def test_done_criteria_are_met_their_needs_gone_and_their_upkeep_taken(project):
    made = make_draft(project, 4)
    lines = made.needs.lines
    row = lines.iloc[0]
    actual = pd.DataFrame({"commune_code": [row["commune_code"]], "criterion": [row["criterion"]], "year": [2021]})
    new = replan(made, actual, 2023)
    place = made.problem.communes.get_loc(row["commune_code"]), made.problem.criteria.get_loc(row["criterion"])
    assert new.problem.met[place]
    assert new.baseline.criteria.iloc[place] == 1
    assert (
        len(new.needs.lines)
        == len(lines) - (lines["commune_code"].eq(row["commune_code"]) & lines["criterion"].eq(row["criterion"])).sum()
    )
    taken = committed(made, actual, 2023)
    np.testing.assert_allclose(new.problem.money, made.problem.money[:, 2:] - taken.to_numpy())
    assert new.scenario.settings.horizon.first_year == 2023
    assert new.scenario.settings.horizon.start_year == 2022
    assert new.budget.amounts.columns.tolist() == [2023, 2024, 2025]


def test_a_deadline_that_passed_becomes_the_end(project):
    made = make_draft(project, 6)
    first = _first(made.problem)
    can = np.flatnonzero((first + 2 < 5).all(axis=1) | made.problem.met.all(axis=1))
    hard = np.flatnonzero(_first(made.problem).max(axis=1, where=~made.problem.met, initial=0) + 2 >= 5)
    latest = np.full(len(made.problem.communes), 5)
    latest[:] = 1
    old = replace(made, problem=replace(made.problem, latest=latest))
    new = replan(old, NOTHING, 2023).problem
    count = len(new.years)
    assert (new.latest[hard] == count).all()
    open_ones = [place for place in can if not new.met[place].all()]
    assert all(new.latest[place] == count - 1 for place in open_ones)


def test_aims_of_past_years_fall_away(project):
    made = make_draft(project, 6)
    aims = Aims(standard_by_year={0: 1, 3: 4}, villages=9, villages_by_year={1: 2, 2: 5, 4: 9})
    new = replan(replace(made, problem=replace(made.problem, aims=aims)), NOTHING, 2023).problem.aims
    assert dict(new.standard_by_year) == {1: 4}
    assert (new.villages, dict(new.villages_by_year)) == (9, {0: 5, 2: 9})
    asked = load_scenario(
        "base", project, aims__villages=9, aims__villages_by_year={2022: 2, 2023: 5}, aims__standard_by_year={2022: 2}
    )
    later = replan(replace(made, scenario=asked), NOTHING, 2023).scenario.settings.aims
    assert (later.villages_by_year, later.standard_by_year) == ({2023: 5}, {})


def test_the_new_draft_can_be_planned(project):
    made = make_draft(project, 0, communes=4, districts=1, criteria=6)
    actual = as_planned(with_solution(made, any_solution(made.problem, 0)), 2023)
    new = replan(made, actual[actual["state"] == "done"], 2023)
    if (new.problem.money < 0).any():
        new = replace(new, problem=replace(new.problem, money=np.maximum(new.problem.money, 0)))
    plan = solve(new)
    assert plan.years == (2023, 2024, 2025)
    assert plan.solution.gap is not None
    past = read_past(made, check_actual(actual, made), 2023)
    assert (plan.solution.done[(past.done >= 0) & (past.done < 2)] == -1).all()
