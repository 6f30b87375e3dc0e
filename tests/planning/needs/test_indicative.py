"""Indicative costs are the missing amount times the norm, and nothing where one of the two is not known."""

import numpy as np
import pytest

from ntm_lib.evaluation import Territory, load_province
from ntm_lib.evaluation.shortfalls.amounts import amount_rules
from ntm_lib.evaluation.shortfalls.commune import shortfalls
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.norms import read_norms
from ntm_lib.planning.needs.indicative import first_steps, indicative_costs, usual_measure
from ntm_lib.project import Project

SET = "qd-1980-2016"


@pytest.fixture(scope="module")
def territory(project: Project) -> Territory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return load_province(on="2019-12-31")


def test_a_cost_is_the_amount_times_the_norm(territory: Territory, project: Project) -> None:
    rows = indicative_costs(territory, 2020, shortfalls(territory, 2020))
    norms = read_norms(project, "norms", load_measures(project))
    roads = rows[rows["requirement"] == "2.1"]
    np.testing.assert_allclose(roads["low_vnd_million"], roads["amount"] * norms.at["commune_road", "low"])
    np.testing.assert_allclose(roads["high_vnd_million"], roads["amount"] * norms.at["commune_road", "high"])
    stations = rows[(rows["requirement"] == "15.2") & (rows["state"] == "not_met")]
    assert (stations["low_vnd_million"] == norms.at["health_station", "low"]).all()
    assert (rows["low_vnd_million"].dropna() <= rows["high_vnd_million"].dropna()).all()


def test_what_is_not_known_costs_nothing_that_can_be_told(territory: Territory) -> None:
    rows = indicative_costs(territory, 2020, shortfalls(territory, 2020))
    assert rows.loc[rows["state"] == "unknown", "low_vnd_million"].isna().all()
    assert rows.loc[rows["requirement"] == "17.8", "low_vnd_million"].isna().all()  # no whole is handed in for it
    assert (rows["low_vnd_million"].dropna() > 0).all()


def test_by_a_set_that_the_menu_does_not_serve_no_cost_is_told(territory: Territory) -> None:
    rows = indicative_costs(territory, 2015, shortfalls(territory, 2015))
    assert len(rows)
    assert (rows["measure"] == "").all()
    assert rows["low_vnd_million"].isna().all()


def test_menu_and_rules_count_the_same_whole(project: Project, territory: Territory) -> None:
    """Else a cost would silently be missing: only what no table holds may have none."""
    measures, rules = load_measures(project), amount_rules(territory, 2020)
    without = set()
    for requirement in rules.index:
        item = usual_measure(measures, SET, requirement)
        assert item is not None, requirement
        if item.volume.kind == "gap_share":
            base = measures.bases[str(item.volume.base)]
            if rules.at[requirement, "column"] != base.column:
                without.add(requirement)
    assert without == {"17.8"}


def test_work_that_others_wait_for_comes_first(project: Project) -> None:
    measures = load_measures(project)
    assert first_steps(measures, {"commune_plan", "commune_road", "health_station", "jobs"}) == [("commune_plan", 2)]
    assert first_steps(measures, {"commune_road", "jobs"}) == []
