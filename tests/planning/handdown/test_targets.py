"""Targets add up across commune, district, province, year and source, to the last đồng."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.handed_down import make_plan

from ntm_lib.planning.handdown.breakdown import PARTS, breakdown
from ntm_lib.planning.handdown.targets import COUNTS, MONEY, PURSES, targets, villages
from ntm_lib.planning.later.orientation import orientation, remaining, year_of_all
from ntm_lib.planning.plan import with_solution
from ntm_lib.planning.settings import Purse
from ntm_lib.project import Project
from ntm_lib.verdicts import Verdict

ROOT = Project.find()
plans = st.builds(
    make_plan,
    st.just(ROOT),
    seed=st.integers(0, 10_000),
    communes=st.integers(3, 30),
    districts=st.integers(1, 4),
    limits=st.booleans(),
    years=st.integers(2, 6),
)


@settings(max_examples=25, deadline=None)
@given(plan=plans)
def test_everything_adds_up(plan):
    commune, district, province = (targets(plan, by) for by in ("commune", "district", "province"))
    owner = pd.Series(plan.problem.districts[plan.problem.district], index=plan.problem.communes)
    of_commune = owner.reindex(commune.index.get_level_values("unit_code")).to_numpy()
    years = commune.index.get_level_values("year")
    up = commune[[*COUNTS, *MONEY]].groupby([of_commune, years]).sum()
    np.testing.assert_allclose(up.to_numpy(), district.reindex(up.index)[up.columns].to_numpy(), rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(
        district.groupby(level="year")[[*COUNTS, *MONEY]].sum().to_numpy(),
        province[[*COUNTS, *MONEY]].to_numpy(),
        rtol=1e-12,
        atol=1e-6,
    )
    for frame in (commune, district, province):
        total = frame["money_vnd_million"]
        np.testing.assert_allclose(frame[PURSES].sum(axis=1), total, atol=1e-6)
        np.testing.assert_allclose(frame["investment_vnd_million"] + frame["recurrent_vnd_million"], total, atol=1e-6)
        np.testing.assert_allclose(frame["without_credit_vnd_million"] + frame["credit"], total, atol=1e-6)
    spent = plan.spending
    assert np.isclose(province["money_vnd_million"].sum(), spent["spent_vnd_million"].sum())
    by_purse = spent.groupby(["purse", "year"])["spent_vnd_million"].sum()
    for (purse, year), amount in by_purse.items():
        assert np.isclose(province.xs(year, level="year")[purse].sum(), amount)


@settings(max_examples=25, deadline=None)
@given(plan=plans)
def test_what_money_pays_for_is_the_plans_money(plan):
    parts, spent = breakdown(plan), plan.spending
    assert set(parts["part"]) <= set(PARTS)
    kind = parts["part"].where(parts["part"].isin(["keeping", "advanced", "model", "village"]), "step")
    keys = ["commune_code", "kind", "criterion", "purse", "year"]
    found = parts.assign(kind=kind).groupby(keys)["spent_vnd_million"].sum()
    asked = spent.groupby(keys)["spent_vnd_million"].sum()
    assert found.index.equals(asked.index)
    np.testing.assert_allclose(found, asked, rtol=1e-12, atol=1e-9)
    assert (parts["spent_vnd_million"] > -1e-9).all()
    assert not parts.loc[parts["purse"] == Purse.CENTRAL_INVESTMENT, "is_recurrent"].any()
    assert parts.loc[parts["purse"] == Purse.CENTRAL_RECURRENT, "is_recurrent"].all()


def test_counts_are_what_the_solution_says(project):
    plan = make_plan(project, 3, communes=20, limits=True)
    table, done = targets(plan, "commune", with_start=True), plan.solution.done
    verdicts = plan.baseline.criteria
    start = table.xs(2020, level="year")
    assert (start["criteria_low"].to_numpy() == (verdicts == Verdict.MET).sum(axis=1).to_numpy()).all()
    assert (start["criteria_high"] - start["criteria_low"]).to_numpy().sum() == (
        verdicts == Verdict.UNKNOWN
    ).sum().sum()
    assert start["money_vnd_million"].isna().all()
    for place, year in enumerate(plan.years):
        rows = table.xs(year, level="year")
        assert (rows["criteria_low"].to_numpy() == (done <= place).sum(axis=1)).all()
        assert rows["standard"].sum() == (plan.solution.standard <= place).sum()
        assert rows["newly_standard"].sum() == (plan.solution.standard == place).sum()
        assert rows["advanced"].sum() == (plan.solution.advanced <= place).sum()
        assert rows["newly_villages"].sum() == plan.solution.villages[:, place].sum()
        still_unknown = ((verdicts == Verdict.UNKNOWN).to_numpy() & (done > place)).sum(axis=1)
        assert ((rows["criteria_high"] - rows["criteria_low"]).to_numpy() == still_unknown).all()
        assert (rows["standard_high"] >= rows["standard"]).all()
    assert (table["mean_low"] == table["criteria_low"]).all()
    assert villages(plan)["total"].sum() == plan.solution.villages.sum()


def test_a_completed_unknown_criterion_is_no_longer_open(project):
    plan = make_plan(project, 5)
    last = targets(plan, "province").iloc[-1]
    unknown = (plan.baseline.criteria == Verdict.UNKNOWN).to_numpy()
    assert last["criteria_high"] - last["criteria_low"] == (unknown & (plan.solution.done == len(plan.years))).sum()


@pytest.fixture(scope="module")
def made():
    return make_plan(ROOT, 8, communes=30, districts=2, budget=2.5)


def test_orientation_counts_only_what_money_buys(made):
    table, left = orientation(made), remaining(made)
    horizon = len(made.years)
    reached = (made.solution.standard < horizon).sum()
    assert list(table.index) == list(range(made.years[-1] + 1, 2031))
    assert (table["standard"] + table["missing"] == len(made.problem.communes)).all()
    assert table["standard"].is_monotonic_increasing
    assert table["remaining_vnd_million"].is_monotonic_decreasing
    assert table["standard"].iloc[0] >= reached
    assert (left["missing"] > 0).sum() == len(made.problem.communes) - reached
    assert (left.loc[left["missing"] == 0, "cost_vnd_million"] == 0).all()


def test_orientation_is_the_sum_done_by_hand(made):
    """The cheapest communes whose costs, source by source, fit into the money of the first year after the plan."""
    left = remaining(made)
    growth = 1 + made.scenario.settings.costs.price_growth_pct / 100
    spent, last = made.spending, made.years[-1]
    finish = {(row.commune_code, row.criterion): row.year for row in made.steps.itertuples()}
    money = {}
    for place, purse in enumerate(made.problem.purses):
        rows = spent[(spent["purse"] == purse) & (spent["year"] == last)]
        lasting = sum(
            row.spent_vnd_million
            for row in rows.itertuples()
            if row.kind == "keeping" or (row.kind == "step" and finish[row.commune_code, row.criterion] < last)
        )
        money[purse] = max(made.problem.money[place].mean() / growth - lasting, 0)
    used = dict.fromkeys(money, 0.0)
    new = 0
    for row in left[(left["missing"] > 0) & (left["without_way"] == 0)].sort_values("cost_vnd_million").itertuples():
        used = {purse: used[purse] + getattr(row, purse) for purse in used}
        if any(used[purse] > money[purse] + 1e-6 for purse in used):
            break
        new += 1
    reached = (made.solution.standard < len(made.years)).sum()
    assert orientation(made)["standard"].iloc[0] == reached + new


def test_the_year_of_all_is_unknown_where_a_cost_is_unknown(made):
    ways = remaining(made)["without_way"]
    if ways.any():
        assert year_of_all(made) is None
    done = np.where(made.problem.met, -1, 0)
    all_done = with_solution(made, any_all(made, done))
    assert year_of_all(all_done) == made.years[-1]


def any_all(plan, done):
    from dataclasses import replace

    return replace(plan.solution, done=done, standard=done.max(axis=1))
