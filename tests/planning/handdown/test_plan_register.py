"""The register passes the contract of table B16 and names what the plan brings to each level."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from planning.handed_down import Menu, make_plan

from ntm_lib.errors import FaultsError
from ntm_lib.planning.handdown.register import ALL_CRITERIA, register
from ntm_lib.tables import contract


@pytest.fixture(scope="module")
def plan(request):
    from ntm_lib.project import Project

    return make_plan(Project.find(), 6, communes=30, limits=True)


def test_passes_the_contract_and_reads_back(plan, project, tmp_path):
    table = register(plan, menu=Menu())
    agreed = contract("b16", project)
    agreed.check(table, "register")
    path = tmp_path / "b16.csv"
    table.to_csv(path, index=False)
    again = agreed.read_csv(path)
    pd.testing.assert_frame_equal(again, table, check_dtype=False, rtol=1e-9)


def test_holds_the_communes_of_each_level_and_only_them(plan):
    table = register(plan, menu=Menu())
    count, codes = len(plan.years), plan.problem.communes
    for level, reached in (
        ("ntm", plan.solution.standard),
        ("advanced", plan.solution.advanced),
        ("model", plan.solution.model),
    ):
        rows = table[table["target_level"] == level]
        inside = (reached >= 0) & (reached < count)
        assert set(rows["commune_code"]) == set(codes[inside])
        years = pd.Series(reached, codes)
        assert all(plan.years[years[row.commune_code]] == row.year for row in rows.itertuples())
    assert (table.loc[table["target_level"] != "ntm", "criterion"] == ALL_CRITERIA).all()


def test_every_missing_criterion_of_a_registered_commune_stands_in_it(plan):
    table = register(plan, menu=Menu())
    for place, code in enumerate(plan.problem.communes):
        rows = table[(table["commune_code"] == code) & (table["target_level"] == "ntm")]
        if not rows.empty:
            missing = {
                name for name, year in zip(plan.problem.criteria, plan.solution.done[place], strict=True) if year >= 0
            }
            assert set(rows["criterion"]) == missing


def test_several_sources_stand_in_the_note_and_not_in_the_column(plan):
    table = register(plan, menu=Menu())
    shared = table[table["money_source"].isna() & table["volume"].notna()]
    assert len(shared)
    assert shared["note"].str.contains("%").all()


def test_illustrative_results_mark_every_row(plan):
    assert register(plan, menu=Menu())["note"].str.startswith(("Minh họa", "Illustrative")).all()


def test_the_cut_off_day_is_that_of_the_start(plan):
    assert set(register(plan, menu=Menu())["as_of_date"]) == {pd.Timestamp("2020-12-31")}
    assert set(register(plan, as_of=dt.date(2021, 6, 30), menu=Menu())["as_of_date"]) == {pd.Timestamp("2021-06-30")}


def test_a_register_that_breaks_the_contract_stops(plan):
    broken = plan.needs.lines.assign(volume=-1.0)
    with pytest.raises(FaultsError, match="volume"):
        register(replace(plan, needs=replace(plan.needs, lines=broken)), menu=Menu())
