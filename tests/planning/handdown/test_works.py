"""The list of works and the other money are the plan's money, and each work has name, scale, years and source."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.handed_down import Menu, make_plan

from ntm_lib.planning.handdown.works import PURSES, other_money, works
from ntm_lib.project import Project

plans = st.builds(
    make_plan,
    st.just(Project.find()),
    seed=st.integers(0, 10_000),
    communes=st.integers(3, 25),
    limits=st.booleans(),
    years=st.integers(2, 6),
)


@settings(max_examples=20, deadline=None)
@given(plan=plans)
def test_works_and_other_money_are_the_plans_spending(plan):
    listed, other, spent = works(plan, Menu()), other_money(plan), plan.spending
    total = pd.concat([listed, other])
    for commune, amount in spent.groupby("commune_code")["spent_vnd_million"].sum().items():
        assert np.isclose(total.loc[total["commune_code"] == commune, "cost_vnd_million"].sum(), amount)
    for year in plan.years:
        assert np.isclose(total[year].sum(), spent.loc[spent["year"] == year, "spent_vnd_million"].sum())
    for purse in PURSES:
        assert np.isclose(total[purse].sum(), spent.loc[spent["purse"] == purse, "spent_vnd_million"].sum())
    for frame in (listed, other):
        np.testing.assert_allclose(frame[PURSES].sum(axis=1), frame["cost_vnd_million"], atol=1e-6)
        np.testing.assert_allclose(frame[list(plan.years)].sum(axis=1), frame["cost_vnd_million"], atol=1e-6)


def test_each_work_is_named_once_and_ends_when_its_criterion_is_completed(project):
    plan = make_plan(project, 4)
    listed = works(plan, Menu())
    assert not listed.duplicated(["commune_code", "criterion", "requirement", "measure"]).any()
    done = plan.solution.done
    for row in listed.itertuples():
        place = plan.problem.communes.get_loc(row.commune_code), plan.problem.criteria.get_loc(row.criterion)
        assert row.finish_year == plan.years[done[place]]
        assert plan.years[0] <= row.start_year <= row.finish_year
        assert row.name == f"Việc {row.measure}, xã Số {row.commune_code}"
        assert row.is_proposed_name
    needs = plan.needs.lines.set_index(["commune_code", "requirement"])
    keys = pd.MultiIndex.from_frame(listed[["commune_code", "requirement"]])
    assert np.allclose(listed["volume"], needs["volume"].reindex(keys))
    assert (listed["part"] == "work").sum() > 0
    is_work = needs["works"].reindex(keys).to_numpy() > 0
    assert (is_work[(listed["part"] == "work").to_numpy()]).all()


def test_a_work_that_a_survey_may_spare_shows_its_full_cost(project):
    listed = works(make_plan(project, 4), Menu())
    unsure = listed[listed["chance"] < 1]
    assert len(unsure)
    assert np.allclose(unsure["full_cost_vnd_million"], unsure["cost_vnd_million"] / 0.4)


def test_upkeep_stands_apart_and_is_recurrent(project):
    plan = make_plan(project, 2, limits=True)
    other = other_money(plan).set_index("part")
    assert other.loc["upkeep", "name"].str.contains("xã Số").all()
    assert other.loc["upkeep", "is_recurrent"].all()
    keeping = plan.spending.query("kind == 'keeping'")["spent_vnd_million"].sum()
    assert np.isclose(other.loc[["keeping"], "cost_vnd_million"].sum(), keeping)
