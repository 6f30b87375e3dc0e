"""The workbook that is handed down: every unit named for good, and sums that agree by year, unit and source as written."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from planning.handed_down import Menu, make_plan

from ntm_lib.planning.later.balance import TOTAL, WITHOUT_CREDIT, capital_balance
from ntm_lib.project import Project
from ntm_lib.reporting.office import plan_tables as tables
from ntm_lib.reporting.office.plan_marks import purse_columns
from ntm_lib.reporting.office.workbook import write_workbook

ROOT = Project.find()
PURSES = [column.key for column in purse_columns()]
COUNTS = ["communes", "criteria_low", "criteria_high", "completed", "standard", "standard_high", "newly_standard"]
MONEY = ["money_vnd_million", "without_credit_vnd_million", "investment_vnd_million", "recurrent_vnd_million", *PURSES]


def sheets_by_name(plan):
    """Return the sheets that share the plan's money, by what they are."""
    return {
        "province": tables.targets_sheet(plan, "province"),
        "money": tables.money_sheet(plan, "province"),
        **dict(zip((*plan.years, None), tables.year_sheets(plan), strict=True)),
        "communes": tables.years_sheet(plan, "commune"),
        "works": tables.works_sheet(plan, Menu()),
        "other": tables.other_money_sheet(plan),
        "register": tables.register_sheet(plan, Menu()),
        "villages": tables.villages_sheet(plan),
    }


def written(plan, path):
    """Write the sheets and read each back: the first row, then rows by column key."""
    sheets = sheets_by_name(plan)
    book = load_workbook(write_workbook(path, list(sheets.values()), title="x", about=[]), read_only=True)
    return {name: _read(page, sheet) for (name, sheet), page in zip(sheets.items(), book.worksheets[1:], strict=True)}


def _read(page, sheet):
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    titles = {"TT", "No."}
    head = next(place for place, row in enumerate(rows) if row[0] in titles)
    first = head + (2 if any(column.group for column in sheet.columns) else 1)
    keys = [column.key for column in sheet.columns]
    count = len(sheet.frame) + (sheet.total is not None)
    table = [dict(zip(keys, row[1:], strict=False)) for row in rows[first : first + count]]
    return (table[0], table[1:]) if sheet.total is not None else ({}, table)


def total(rows, key):
    """Add up a column; an empty cell is nothing."""
    return sum(row[key] or 0 for row in rows)


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 10_000),
    communes=st.integers(3, 8),
    districts=st.integers(1, 3),
    limits=st.booleans(),
    years=st.integers(2, 3),
)
def test_the_written_workbook_adds_up_by_year_unit_and_source(tmp_path, seed, communes, districts, limits, years):
    plan = make_plan(ROOT, seed, communes, districts=districts, limits=limits, years=years)
    held = written(plan, tmp_path / "plan.xlsx")
    tiers = {row["tier"] for row in held[None][1]}
    assert len(tiers) == 2
    for year in (*plan.years, None):
        whole, rows = held[year]
        for tier in tiers:
            own = [row for row in rows if row["tier"] == tier]
            for key in [*COUNTS, *MONEY]:
                assert total(own, key) == pytest.approx(whole[key], abs=1e-6), (year, tier, key)
        for row in rows:
            assert sum(row[purse] for purse in PURSES) == pytest.approx(row["money_vnd_million"], abs=1e-6)
    whole = held[None][0]
    for key in ["completed", "newly_standard", *MONEY]:
        assert sum(held[year][0][key] for year in plan.years) == pytest.approx(whole[key], abs=1e-6)
    of_year = {row["year"]: row for row in held["money"][1]}
    for year in plan.years:
        for key in ["money_vnd_million", *PURSES]:
            assert of_year[year][key] == pytest.approx(held[year][0][key], abs=1e-6)
        listed = total(held["works"][1], year) + total(held["other"][1], year)
        assert listed == pytest.approx(held[year][0]["money_vnd_million"], abs=1e-6)
        assert total(held["communes"][1], year) == pytest.approx(held[year][0]["money_vnd_million"], abs=1e-6)


def test_every_row_of_a_commune_tells_its_code_and_district(tmp_path):
    plan = make_plan(ROOT, 6, communes=16, limits=True)
    names = plan.baseline.vintage.frame["name"]
    district = dict(
        zip(plan.problem.communes, names.reindex(plan.problem.districts[plan.problem.district]), strict=True)
    )
    held = written(plan, tmp_path / "plan.xlsx")
    codes = {"works": "commune_code", "other": "commune_code", "register": "commune_code", "villages": "commune_code"}
    for name, key in {**codes, "communes": "unit_code"}.items():
        assert held[name][1]
        for row in held[name][1]:
            assert row["district"] == district[row[key]]
    for year in plan.years:
        rows = [row for row in held[year][1] if row["unit_code"] in district]
        assert sorted(row["unit_code"] for row in rows) == sorted(district)
        assert all(row["district"] == district[row["unit_code"]] for row in rows)


def test_units_without_a_district_level_have_no_district_rows_and_columns(tmp_path):
    plan = make_plan(ROOT, 2, communes=6, districts=1)
    plan = replace(plan, problem=replace(plan.problem, districts=pd.Index(["04"])))
    whole, rows = written(plan, tmp_path / "plan.xlsx")[plan.years[0]]
    assert len(rows) == 6
    assert "district" not in rows[0]
    assert total(rows, "money_vnd_million") == pytest.approx(whole["money_vnd_million"])
    assert tables.district_text(plan) == []


def test_the_register_names_every_source_and_no_code_of_the_table(tmp_path):
    _whole, rows = written(make_plan(ROOT, 6, communes=16, limits=True), tmp_path / "plan.xlsx")["register"]
    paid = [row for row in rows if row["cost_vnd_million"]]
    assert paid
    assert all(row["paid_by"] for row in paid if row["volume"])
    assert not {row["criterion"] for row in rows} & {"all"}


def test_tasks_are_paid_when_their_works_are(project):
    plan = make_plan(project, 4)
    listed, tasks = tables.works_sheet(plan, Menu()).frame, _tasks(plan)
    for year in plan.years:
        assert tasks.loc[tasks["year"] == year, "cost_vnd_million"].sum() == pytest.approx(listed[year].sum())


def _tasks(plan):
    from ntm_lib.planning.handdown.tasks import tasks
    from ntm_lib.planning.handdown.works import works
    from ntm_lib.planning.means.measures import load_measures
    from ntm_lib.planning.means.policies import load_policies

    menu = load_measures(plan.baseline.project)
    steps = works(plan, Menu()).rename(columns={"finish_year": "year"})
    known = list(menu.measures)
    steps["measure"] = [known[int(name[1:])] for name in steps["measure"]]
    return tasks(steps, menu, load_policies(plan.baseline.project)).query("role == 'lead'")


def test_what_is_short_is_need_less_money_source_by_source(project):
    plan = make_plan(project, 3)
    table = capital_balance(plan)
    purses = table.drop([TOTAL, WITHOUT_CREDIT], errors="ignore")
    given = plan.budget.amounts.sum(axis=1)
    for purse, row in purses.iterrows():
        assert row["need"] == pytest.approx(row["allotted"] + row["not_allotted"])
        assert row["available"] == pytest.approx(given[purse])
        assert row["short"] - row["over"] == pytest.approx(row["need"] - row["available"])
        assert min(row["short"], row["over"]) == 0
    assert table.loc[TOTAL, "short"] == pytest.approx(purses["short"].sum())
    plenty = replace(plan, budget=replace(plan.budget, amounts=plan.budget.amounts + 1e9))
    assert capital_balance(plenty).loc[TOTAL, "short"] == 0
    own = capital_balance(plan, list(plan.problem.communes[:3]))
    assert own["available"].isna().all()
    assert own.loc[TOTAL, "need"] < table.loc[TOTAL, "need"]


def test_a_district_reaches_the_standard_when_its_communes_do(project):
    from ntm_lib.planning.handdown.targets import districts_reached

    plan = make_plan(project, 5, communes=9, districts=3)
    standard = plan.solution.standard.copy()
    standard[plan.problem.district == 1] = 2
    standard[np.flatnonzero(plan.problem.district == 0)[0]] = len(plan.years)
    plan = replace(plan, solution=replace(plan.solution, standard=standard))
    held = districts_reached(plan)
    assert held["year"].tolist()[1] == plan.years[2]
    assert held["year"].isna().tolist()[0]
    said = tables.district_text(plan)[0]
    named = str(held["name"].iloc[1])
    assert named[:1].lower() + named[1:] in said or named in said
    assert str(plan.years[2]) in said
