"""The menu of measures and the norms: every requirement has both, and what cannot be used is told at once."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ntm_lib import criteria
from ntm_lib.errors import FaultList, FaultsError, UsageFaultsError
from ntm_lib.planning.means.measures import load_measures, path_of, served
from ntm_lib.planning.means.norms import PURSES, check_norms, read_norms
from ntm_lib.planning.means.parameter_tables import table_path
from ntm_lib.planning.means.policies import load_policies, supported
from ntm_lib.planning.settings import Purse
from ntm_lib.project import Project
from ntm_lib.provenance import check_files
from ntm_lib.strict_yaml import read_yaml

SETS = ("qd-1980-2016", "qd-318-2022", "qd-318-2022+qd-211-2024")


@pytest.mark.parametrize("set_id", SETS)
def test_every_requirement_has_a_measure_and_a_norm_wherever_the_commune_lies(project: Project, set_id: str) -> None:
    measures = load_measures(project)
    norms = read_norms(project, "norms", measures)
    for requirement in criteria.load(project).sets[set_id].requirements:
        anywhere = measures.menu(set_id, requirement, frozenset())
        assert anywhere, f"{set_id} {requirement}: no measure suits every place"
        assert all(item.id in norms.index for item in measures.menu(set_id, requirement))


@pytest.mark.parametrize("set_id", SETS)
def test_measures_serve_only_requirements_that_exist(project: Project, set_id: str) -> None:
    known = set(criteria.load(project).sets[set_id].requirements)
    for item in load_measures(project).measures.values():
        assert set(served(item, set_id)) <= known, item.id


@pytest.mark.parametrize("set_id", SETS)
def test_no_measure_is_paid_twice_for_one_commune(project: Project, set_id: str) -> None:
    every = Counter(
        req for item in load_measures(project).measures.values() for req in [item.id] * len(served(item, set_id))
    )
    assert max(every.values()) == 1


def test_shares_of_the_sources_add_up_to_one(project: Project) -> None:
    norms = read_norms(project, "norms", load_measures(project))
    assert norms[PURSES].sum(axis=1).sub(1).abs().max() < 1e-12
    assert list(norms[PURSES].columns) == [purse.value for purse in Purse]
    assert (norms["low"] <= norms["middle"]).all()
    assert (norms["middle"] <= norms["high"]).all()
    assert (norms["low"] > 0).all()


def test_what_money_does_not_buy_within_a_year_is_an_effort(project: Project) -> None:
    measures = load_measures(project)
    for item in read_yaml(project.data / "planning" / "forecast.yaml"):
        for set_id in item["decisions"]:
            assert all(held.is_effort for held in measures.menu(set_id, item["requirement"])), (
                set_id,
                item["requirement"],
            )


def test_figures_that_were_made_up_say_so(project: Project) -> None:
    measures = load_measures(project)
    norms = read_norms(project, "norms", measures)
    assert set(norms["basis"]) == {"assumed", "derived"}
    assert norms.loc[norms["basis"] == "derived", "source"].str.len().min() > 10
    assert (norms["note"].str.len() > 0).all()


def test_data_files_agree_with_their_source_records(project: Project) -> None:
    folder = project.data / "planning"
    check_files(project, [folder / "measures.yaml", folder / "policies.yaml", folder / "cost_hints.csv"])


def test_a_measure_for_a_place_comes_first_only_there(project: Project) -> None:
    measures = load_measures(project)
    names = [item.id for item in measures.menu("qd-1980-2016", "2.2", frozenset())]
    assert names == ["village_road"]
    assert [item.id for item in measures.menu("qd-1980-2016", "2.2", frozenset({"zone_III"}))] == [
        "village_road",
        "village_road_gravel",
    ]
    karst = frozenset({"karst_without_water"})
    assert [item.id for item in measures.menu("qd-1980-2016", "17.1/hygienic", karst)] == [
        "karst_tanks",
        "hygienic_water",
    ]
    assert "village_road_gravel" in {item.id for item in measures.menu("qd-1980-2016", "2.2")}


def test_the_amendment_of_2024_adds_cooperative_groups(project: Project) -> None:
    measures = load_measures(project)
    assert "cooperative_group" not in {item.id for item in measures.menu("qd-318-2022", "13.1")}
    assert "cooperative_group" in {item.id for item in measures.menu("qd-318-2022+qd-211-2024", "13.1")}


def test_every_policy_named_stands_in_the_file_and_supports_something(project: Project) -> None:
    policies = load_policies(project)
    table = supported(policies, load_measures(project))
    mechanisms = {item.id for item in policies.of("policies")}
    assert mechanisms <= set(table["policy"])
    assert {policies.group[name] for name in table["policy"]} >= {"mechanisms", "policies"}


def _change(project: Project, change: Callable[[dict], None]) -> None:
    path = path_of(project)
    content = read_yaml(path)
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_all_faults_of_the_menu_are_told_at_once(own_project: Project) -> None:
    def spoil(content: dict) -> None:
        by_id = {item["id"]: item for item in content["measures"]}
        by_id["village_road"]["lead"] = "so_giao_thongg"
        by_id["commune_road"]["needs_first"] = ["commune_plann"]
        by_id["irrigation"]["volume"]["base"] = "farmlnd"
        content["bases"]["lane"]["column"] = "road_lane_kmm"
        content["measures"].append(by_id["security"])

    _change(own_project, spoil)
    with pytest.raises(FaultsError) as refused:
        load_measures(own_project)
    text = str(refused.value)
    assert len(refused.value.faults) == 5
    for hint in ("so_giao_thong", "commune_plan", "farmland", "road_lane_km", "security"):
        assert hint in text


def test_measures_that_wait_for_each_other_are_refused(own_project: Project) -> None:
    def spoil(content: dict) -> None:
        {item["id"]: item for item in content["measures"]}["commune_plan"]["needs_first"] = ["plan_rules"]

    _change(own_project, spoil)
    with pytest.raises(FaultsError, match="plan_rules"):
        load_measures(own_project)


def test_a_mistyped_key_is_told_with_the_nearest_name(own_project: Project) -> None:
    def spoil(content: dict) -> None:
        content["measures"][0]["prioritty"] = 1

    _change(own_project, spoil)
    with pytest.raises(FaultsError, match="priority"):
        load_measures(own_project)


def _norms(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_all_faults_of_the_norms_are_told_at_once(project: Project) -> None:
    measures = load_measures(project)
    table = _norms(table_path(project, "norms"))
    table.loc[0, "low"] = "9999"
    table.loc[1, "local_pct"] = "50"
    table.loc[2, "middle"] = "nhiều"
    table.loc[3, "measure"] = "village_rod"
    table.loc[4, "nature"] = "recurrent"
    table.loc[5, "upkeep_pct"] = "-1"
    table.loc[6, ["basis", "source"]] = ["read", ""]
    faults = FaultList("norms")
    check_norms(table, "norms.csv", measures, faults)
    rows = {fault.where.split(":")[1].strip() for fault in faults.faults if ":" in fault.where}
    assert rows >= {"2", "3", "4", "5", "6", "7", "8"}
    assert any("village_road" in fault.expected for fault in faults.faults)
    assert any("village_road" in fault.found for fault in faults.faults if fault.where == "norms.csv")


def test_a_missing_line_is_never_a_price_of_zero(project: Project) -> None:
    measures = load_measures(project)
    table = _norms(table_path(project, "norms"))
    faults = FaultList("norms")
    check_norms(table[table["measure"] != "irrigation"], "norms.csv", measures, faults)
    assert [fault.where for fault in faults.faults] == ["norms.csv"]
    assert "irrigation" in faults.faults[0].found


def test_an_unknown_table_of_norms_is_told_with_the_nearest(project: Project) -> None:
    with pytest.raises(UsageFaultsError, match="'norms'"):
        read_norms(project, "nrms", load_measures(project))
