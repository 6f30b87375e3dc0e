"""Tasks by year and responsible body: nobody is forgotten and the money adds up."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib.errors import FaultsError
from ntm_lib.planning.handdown.tasks import ROLES, policies_needed, tasks
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.policies import load_policies
from ntm_lib.project import Project


def _steps(rows: list[tuple[str, str, str, str, int, int, dict[int, float]]]) -> pd.DataFrame:
    """Invent steps; the last of a row is what is paid in each year."""
    names = ["commune_code", "criterion", "requirement", "measure", "start_year", "year"]
    paid = pd.DataFrame([row[6] for row in rows], columns=range(2021, 2029), dtype=float).fillna(0.0)
    return pd.concat([pd.DataFrame([row[:6] for row in rows], columns=names), paid], axis=1)


def test_a_road_of_two_years_gives_tasks_in_both(project: Project) -> None:
    measures, policies = load_measures(project), load_policies(project)
    steps = _steps([
        ("01291", "2", "2.1", "commune_road", 2021, 2022, {2021: 4000.0, 2022: 1000.0}),
        ("01294", "2", "2.1", "commune_road", 2022, 2022, {2022: 3000.0}),
    ])  # fmt: skip
    found = tasks(steps, measures, policies)
    lead = found[found["role"] == "lead"].set_index("year")
    assert list(lead.index) == [2021, 2022]
    assert lead["body"].unique().tolist() == ["so_giao_thong"]
    assert lead["communes"].tolist() == [1, 2]
    assert lead["starts"].tolist() == [1, 1]
    assert lead["completes"].tolist() == [0, 2]
    assert lead["cost_vnd_million"].tolist() == [4000.0, 4000.0]
    assert lead.loc[2021, "policies"] == "integrate_programmes; special_procedure"
    assert set(found.loc[found["year"] == 2021, "role"]) == {"lead", "district", "commune", "people"}
    assert (found["does"].str.len() > 0).all()


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_money_and_steps_add_up(project: Project, data: st.DataObject) -> None:
    measures, policies = load_measures(project), load_policies(project)
    step = st.tuples(
        st.sampled_from(["01291", "01294", "01296"]), st.just("2"), st.just("2.2"), st.sampled_from(sorted(measures.measures)),
        st.integers(2021, 2025), st.integers(0, 3), st.floats(0, 1e5),
    )  # fmt: skip
    rows = [
        (*row[:5], row[4] + row[5], {row[4]: row[6], row[4] + row[5]: row[6] / 3})
        for row in data.draw(st.lists(step, min_size=1, max_size=12))
    ]
    steps = _steps(rows)
    found = tasks(steps, measures, policies)
    for year in range(2021, 2029):
        assert found.loc[found["year"] == year, "cost_vnd_million"].sum() == pytest.approx(steps[year].sum())
    assert found.loc[found["role"] == "lead", "completes"].sum() == len(steps)
    assert found.loc[found["role"] == "lead", "starts"].sum() == len(steps)
    assert set(found["role"]) <= set(ROLES)
    assert found["year"].is_monotonic_increasing


def test_policies_that_tasks_need_and_those_that_hold_for_all(project: Project) -> None:
    measures, policies = load_measures(project), load_policies(project)
    found = tasks(_steps([("01291", "15", "15.1", "insurance_support", 2023, 2023, {2023: 90.0})]), measures, policies)
    needed = policies_needed(found, policies).set_index("policy")
    assert needed.loc["insurance_after_recognition", "first_year"] == 2023
    assert needed.loc["insurance_after_recognition", "measures"] == 1
    assert "state_and_people" not in needed.index
    assert needed.loc["no_arrears", "measures"] == 0


def test_no_steps_give_no_tasks(project: Project) -> None:
    found = tasks(_steps([]), load_measures(project), load_policies(project))
    assert found.empty
    assert "cost_vnd_million" in found.columns


def test_unknown_measures_and_steps_that_run_backward_are_refused(project: Project) -> None:
    measures, policies = load_measures(project), load_policies(project)
    with pytest.raises(FaultsError, match="no_such"):
        tasks(_steps([("01291", "2", "2.1", "no_such", 2021, 2022, {})]), measures, policies)
    with pytest.raises(FaultsError, match="2023 > 2022"):
        tasks(_steps([("01291", "2", "2.1", "commune_road", 2023, 2022, {})]), measures, policies)
    with pytest.raises(FaultsError, match="5 "):
        tasks(_steps([("01291", "2", "2.1", "commune_road", 2021, 2022, {2024: 5.0})]), measures, policies)
    with pytest.raises(FaultsError, match="start_year"):
        tasks(_steps([]).drop(columns="start_year"), measures, policies)
