"""What each missing requirement takes: by hand on single communes, and sums on all of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntm_lib.errors import FaultsError, UsageError, UsageFaultsError
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.norms import read_norms
from ntm_lib.planning.needs import Needs, load_needs
from ntm_lib.planning.needs.choice import menu
from ntm_lib.planning.needs.lines import missing_lines
from ntm_lib.planning.needs.places import cost_factors, places
from ntm_lib.planning.needs.volumes import read_bases, with_volumes
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.start.baseline import Baseline, load_baseline
from ntm_lib.project import Project
from ntm_lib.submissions import store
from ntm_lib.verdicts import Verdict

ROAD = "2.2"


@pytest.fixture(scope="module")
def baseline(project: Project) -> Baseline:
    return load_baseline(load_scenario("base", project), project)


@pytest.fixture(scope="module")
def needs(baseline: Baseline) -> Needs:
    return load_needs(baseline)


def _with(baseline: Baseline, requirement: str, values: pd.Series, level: float) -> Baseline:
    """Give the reporting communes other values of one at-least requirement (NaN unknown) and judge them anew."""
    table = baseline.values.copy()
    table[requirement] = values.reindex(table.index)
    verdicts = baseline.part_verdicts.copy()
    judged = np.where(
        table[requirement].isna(), Verdict.UNKNOWN, np.where(table[requirement] >= level, Verdict.MET, Verdict.NOT_MET)
    )
    verdicts[requirement] = judged.astype(np.int8)
    merged = baseline.lineage.merge_verdicts(verdicts, rule=baseline.review.merge_rule)
    return replace(baseline, values=table, part_verdicts=verdicts, requirements=merged)


def _volumes(baseline: Baseline, requirement: str, measure: str, chance: float = 0.5) -> pd.DataFrame:
    lines = missing_lines(baseline)
    lines = lines[lines["requirement"] == requirement].reset_index(drop=True).assign(measure=measure)
    chances = pd.Series(chance, index=baseline.values.columns)
    return with_volumes(baseline, load_measures(baseline.project), lines, chances).set_index("commune_code")


def _merged(baseline: Baseline) -> tuple[str, list[str]]:
    """Return a plan commune made of whole communes, and its parts."""
    parts = baseline.parts
    count = parts.groupby("to_code").size()
    whole = parts.groupby("to_code")["area_share"].min() == 1
    code = count.index[(count >= 2) & whole][0]
    return code, list(parts.loc[parts["to_code"] == code, "from_code"])


def test_one_row_for_each_requirement_that_is_not_met_or_not_known(baseline: Baseline, needs: Needs) -> None:
    expected = baseline.requirements.isin([Verdict.NOT_MET, Verdict.UNKNOWN]).to_numpy().sum()
    assert len(needs.lines) == expected
    assert not needs.lines.duplicated(["commune_code", "requirement"]).any()
    rows = baseline.requirements.index.get_indexer(needs.lines["commune_code"])
    columns = baseline.requirements.columns.get_indexer(needs.lines["requirement"])
    codes = baseline.requirements.to_numpy()[rows, columns]
    assert ((codes == Verdict.UNKNOWN) == (needs.lines["state"] == "unknown").to_numpy()).all()


def test_a_road_by_hand(baseline: Baseline) -> None:
    code, parts = _merged(baseline)
    values = baseline.values[ROAD].copy()
    values[parts] = 60.0
    values[parts[0]] = 40.0  # ten points below the level of 50 per cent
    changed = _with(baseline, ROAD, values, 50)
    needs = load_needs(changed)
    line = needs.lines.set_index(["commune_code", "requirement"]).loc[code, ROAD]
    km = read_bases(baseline, needs.measures).figures.loc[parts[0], "village_road"]
    norm = read_norms(baseline.project, "norms", needs.measures).loc["village_road"]
    factor = cost_factors(baseline, baseline.scenario.settings.costs).loc[code, "factor"]
    assert line["measure"] == "village_road"
    assert line["gap"] == pytest.approx(10)
    assert line["volume"] == pytest.approx(0.1 * km)
    assert line["middle_vnd_million"] == pytest.approx(0.1 * km * norm["middle"] * factor)
    assert line["high_vnd_million"] == pytest.approx(0.1 * km * norm["high"] * factor)
    assert line["upkeep_vnd_million"] == pytest.approx(line["middle_vnd_million"] * norm["upkeep_pct"] / 100)
    assert line["chance"] == 1
    assert line["volume_basis"] == "reported"
    assert line["works"] == int(np.ceil(0.1 * km / 4))


def test_parts_add_up_to_the_commune(baseline: Baseline) -> None:
    code, parts = _merged(baseline)
    values = baseline.values[ROAD].copy()
    alone = []
    for missing in ([parts[0]], [parts[1]], parts[:2]):
        values[parts] = 60.0
        values[missing] = 30.0
        alone.append(_volumes(_with(baseline, ROAD, values, 50), ROAD, "village_road").loc[code, "volume"])
    assert alone[0] + alone[1] == pytest.approx(alone[2])


def test_a_divided_commune_is_shared_out_whole(baseline: Baseline) -> None:
    links = baseline.parts[baseline.parts["area_share"] < 1]
    divided = links["from_code"].iloc[0]
    heirs = list(links.loc[links["from_code"] == divided, "to_code"])
    assert len(heirs) == 2
    others = baseline.parts.loc[baseline.parts["to_code"].isin(heirs), "from_code"]
    values = baseline.values[ROAD].copy()
    values[others] = 60.0
    values[divided] = 30.0
    volumes = _volumes(_with(baseline, ROAD, values, 50), ROAD, "village_road").loc[heirs, "volume"]
    km = read_bases(baseline, load_measures(baseline.project)).figures.loc[divided, "village_road"]
    assert volumes.sum() == pytest.approx(0.2 * km)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), more=st.floats(0.5, 30))
def test_a_larger_gap_never_takes_less(baseline: Baseline, seed: int, more: float) -> None:
    rng = np.random.default_rng(seed)
    low = pd.Series(rng.uniform(31, 100, len(baseline.values)), index=baseline.values.index)
    less = low.where(low >= 50, low - more)
    before = _volumes(_with(baseline, ROAD, low, 50), ROAD, "village_road")
    after = _volumes(_with(baseline, ROAD, less, 50), ROAD, "village_road")
    assert before.index.equals(after.index)
    assert (after["volume"] >= before["volume"] - 1e-9).all()
    assert after["volume"].sum() > before["volume"].sum()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), unknown=st.floats(0, 1), chance=st.floats(0, 1))
def test_chance_times_volume_is_what_the_parts_expect(
    baseline: Baseline, seed: int, unknown: float, chance: float
) -> None:
    rng = np.random.default_rng(seed)
    values = pd.Series(rng.uniform(0, 100, len(baseline.values)), index=baseline.values.index)
    values = values.mask(rng.random(len(values)) < unknown)
    changed = _with(baseline, ROAD, values, 50)
    lines = _volumes(changed, ROAD, "village_road", chance)
    km = read_bases(baseline, load_measures(baseline.project)).figures["village_road"]
    typical = (50 - values[values < 50]).median() if (values < 50).any() else 15
    expected = ((50 - values).clip(lower=0).where(values.notna(), typical * chance) / 100 * km).fillna(0)
    parts = baseline.parts
    sums = (expected.reindex(parts["from_code"]).to_numpy() * parts["area_share"]).groupby(parts["to_code"]).sum()
    found = lines["volume"] * lines["chance"]
    assert np.allclose(found, sums.reindex(found.index), atol=1e-9)
    assert lines["chance"].between(0, 1).all()
    assert (lines.loc[lines["state"] == "not_met", "chance"] == 1).all()


def test_purses_add_up_and_estimates_are_in_order(needs: Needs) -> None:
    for estimate in ("low", "middle", "high"):
        assert np.allclose(needs.by_purse(estimate).sum(axis=1), needs.expected(estimate))
    lines = needs.lines
    assert (lines["low_vnd_million"] <= lines["middle_vnd_million"]).all()
    assert (lines["middle_vnd_million"] <= lines["high_vnd_million"]).all()
    numbers = [
        "volume", "factor", "low_vnd_million", "middle_vnd_million", "high_vnd_million", "upkeep_vnd_million",
        "chance",
    ]  # fmt: skip
    assert np.isfinite(lines[numbers].to_numpy(float)).all()
    assert (lines[numbers].to_numpy(float) >= 0).all()
    assert (lines["lead_years"] >= 1).all()
    assert needs.cost().equals(lines["middle_vnd_million"])


def test_unknown_is_a_survey_and_a_chance_never_a_certainty(baseline: Baseline) -> None:
    code, parts = _merged(baseline)
    values = pd.Series(80.0, index=baseline.values.index)
    values[baseline.parts["from_code"].unique()[:60]] = 20.0
    values[parts] = np.nan
    needs = load_needs(_with(baseline, ROAD, values, 50))
    line = needs.lines.set_index(["commune_code", "requirement"]).loc[code, ROAD]
    p = needs.chances.loc[ROAD, "chance"]
    known = values.notna().sum()
    assert p == pytest.approx(((values < 50).sum() + 1) / (known + 2))
    assert needs.chances.loc[ROAD, "chance_basis"] == "data"
    assert line["state"] == "unknown"
    assert line["chance"] == pytest.approx(1 - (1 - p) ** len(parts))
    assert np.isnan(line["gap"])
    assert line["volume"] > 0
    assert line["volume_basis"] == "assumed"
    survey = needs.survey.set_index("commune_code").loc[code]
    assert survey["cost_vnd_million"] == baseline.scenario.settings.unknowns.survey_vnd_million


def test_the_planners_chance_comes_before_the_data(project: Project, baseline: Baseline) -> None:
    scenario = load_scenario("base", project, unknowns__chance_to_do={"other": 0.4, "6.1": 0.9})
    chances = load_needs(replace(baseline, scenario=scenario)).chances
    assert chances.loc["6.1"].tolist() == [0.9, "planner"]
    assert chances.loc["2.1", "chance_basis"] == "data"
    scenario = load_scenario("base", project, unknowns__from_data=False)
    assert (load_needs(replace(baseline, scenario=scenario)).chances["chance_basis"] == "assumed").all()


def test_a_set_that_shows_only_who_fails_says_nothing_of_the_others(project: Project) -> None:
    scenario = load_scenario("base", project, horizon__law_known_on="2022-12-31")
    needs = load_needs(load_baseline(scenario, project))
    assert needs.chances.loc["15.2"].tolist() == [0.5, "assumed"]
    schools = needs.lines[needs.lines["requirement"].isin(["5/level_1_few", "5/level_1_many"])]
    assert (schools.groupby("commune_code")["chance"].min() == 0).all()  # a commune has many schools or few, not both
    assert (schools.groupby("commune_code")["chance"].max() > 0).all()


def test_a_table_that_nobody_handed_in_leaves_typical_volumes(
    baseline: Baseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "folder", lambda project: project.root / "nowhere")
    bases = read_bases(baseline, load_measures(baseline.project))
    assert bases.figures.isna().all(axis=None)
    values = pd.Series(40.0, index=baseline.values.index)
    lines = _volumes(_with(baseline, ROAD, values, 50), ROAD, "village_road")
    assert (lines["volume_basis"] == "assumed").all()
    assert (lines["volume"] > 0).all()


def test_counted_works_are_whole_and_one_is_one(needs: Needs) -> None:
    counted = [key for key, item in needs.measures.measures.items() if item.volume.is_counted]
    volume = needs.lines.loc[needs.lines["measure"].isin(counted), "volume"]
    assert len(volume)
    assert (volume == volume.round()).all()
    single = [key for key, item in needs.measures.measures.items() if item.volume.kind == "one"]
    assert (needs.lines.loc[needs.lines["measure"].isin(single), "volume"] == 1).all()


def test_a_change_of_one_measure_changes_only_it(project: Project, baseline: Baseline, needs: Needs) -> None:
    scenario = load_scenario("base", project, costs__change_pct_by_measure={"village_road": 20})
    changed = load_needs(replace(baseline, scenario=scenario))
    ratio = changed.cost() / needs.cost()
    is_road = needs.lines["measure"] == "village_road"
    assert np.allclose(ratio[is_road], 1.2)
    assert np.allclose(ratio[~is_road].dropna(), 1)


def test_the_planner_chooses_a_measure_for_all_or_for_one_commune(
    project: Project, baseline: Baseline, needs: Needs
) -> None:
    roads = needs.lines[needs.lines["requirement"] == ROAD]
    code = roads["commune_code"].iloc[0]
    scenario = load_scenario(
        "base", project, costs__measure_for={ROAD: "village_road_gravel", f"{code}/{ROAD}": "village_road"}
    )
    lines = load_needs(replace(baseline, scenario=scenario)).lines
    chosen = lines[lines["requirement"] == ROAD].set_index("commune_code")["measure"]
    assert chosen[code] == "village_road"
    assert set(chosen.drop(code)) == {"village_road_gravel"}


def test_unknown_choices_are_refused_together_with_the_nearest(project: Project, baseline: Baseline) -> None:
    scenario = load_scenario(
        "base",
        project,
        costs__measure_for={
            "2.2": "village_rod",
            "17.1/clen": "clean_water",
            "99999/2.1": "commune_road",
            "6.1": "market",
        },
        costs__change_pct_by_measure={"irigation": 5},
        unknowns__chance_to_do={"other": 0.5, "66.6": 0.1},
    )
    with pytest.raises(UsageFaultsError) as refused:
        load_needs(replace(baseline, scenario=scenario))
    text = str(refused.value)
    assert len(refused.value.faults) == 6
    for hint in ("'village_road'", "17.1/clean", "99999", "commune_culture_house", "'irrigation'", "66.6"):
        assert hint in text


def test_the_menu_knows_the_place(baseline: Baseline) -> None:
    there = places(baseline)
    hard = there.index[there["zone_III"] & ~there["karst_without_water"]][0]
    names = [item.id for item in menu(baseline, ROAD, hard)]
    assert names == ["village_road", "village_road_gravel"]
    assert "karst_tanks" not in {item.id for item in menu(baseline, "17.1/hygienic", hard)}
    with pytest.raises(UsageError, match=r"2\.2"):
        menu(baseline, "2.22")


def test_karst_communes_are_the_planners_list(own_project: Project, baseline: Baseline) -> None:
    path = own_project.parameters / "planning" / "places.yaml"
    base = replace(baseline, project=own_project)
    lines = load_needs(base).lines
    code = lines.loc[lines["requirement"] == "17.1/clean", "commune_code"].iloc[0]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("karst_without_water: []", f'karst_without_water: ["{code}"]'), encoding="utf-8")
    chosen = load_needs(base).lines.set_index(["commune_code", "requirement"])["measure"]
    assert chosen[code, "17.1/clean"] == "clean_water_karst"
    assert (chosen.xs("17.1/clean", level="requirement").drop(code) == "clean_water").all()
    path.write_text(text.replace("karst_without_water: []", 'karst_without_water: ["00001"]'), encoding="utf-8")
    with pytest.raises(Exception, match="00001"):
        load_needs(base)


def test_soft_measures_do_not_pay_for_terrain(needs: Needs) -> None:
    soft = needs.lines["measure"].map({key: not item.has_terrain for key, item in needs.measures.measures.items()})
    assert (needs.lines.loc[soft, "factor"] == 1).all()
    assert (needs.lines.loc[~soft, "factor"] > 1).any()


def test_makeshift_houses_of_the_parts_add_up(baseline: Baseline) -> None:
    code, parts = _merged(baseline)
    table, verdicts = baseline.values.copy(), baseline.part_verdicts.copy()
    table.loc[parts, "9.1"] = [7.0, 4.0, *[0.0] * (len(parts) - 2)]
    verdicts.loc[parts, "9.1"] = np.array([0, 0, *[1] * (len(parts) - 2)], dtype=np.int8)  # two not met, the others met
    merged = baseline.lineage.merge_verdicts(verdicts, rule=baseline.review.merge_rule)
    changed = replace(baseline, values=table, part_verdicts=verdicts, requirements=merged)
    line = _volumes(changed, "9.1", "makeshift_houses").loc[code]
    assert line["gap"] == 11
    assert line["volume"] == 11
    assert line["volume_basis"] == "reported"


def test_a_commune_that_nobody_reports_for_takes_a_typical_volume(baseline: Baseline) -> None:
    code, _parts = _merged(baseline)
    kept = baseline.parts[baseline.parts["to_code"] != code].reset_index(drop=True)
    unknown = baseline.requirements.copy()
    unknown.loc[code, ROAD] = Verdict.UNKNOWN
    line = _volumes(replace(baseline, parts=kept, requirements=unknown), ROAD, "village_road", 0.3).loc[code]
    bases = read_bases(baseline, load_measures(baseline.project))
    assert line["chance"] == pytest.approx(0.3)
    assert line["volume"] == pytest.approx(0.15 * bases.typical["village_road"])
    assert line["volume_basis"] == "assumed"


def test_norms_of_another_year_are_brought_to_the_start_year(own_project: Project, baseline: Baseline) -> None:
    base = replace(baseline, project=own_project)
    before = load_needs(base)
    path = own_project.parameters / "planning" / "norms.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[table["measure"] == "village_road", "price_year"] = "2018"
    table.to_csv(path, index=False)
    after = load_needs(base)
    is_road = before.lines["measure"] == "village_road"
    growth = base.scenario.settings.costs.price_growth_pct / 100
    assert np.allclose(after.cost()[is_road], before.cost()[is_road] * (1 + growth) ** 2)
    assert np.allclose(after.cost()[~is_road], before.cost()[~is_road])


def test_a_requirement_without_a_measure_stops_and_is_named(own_project: Project, baseline: Baseline) -> None:
    path = own_project.data / "planning" / "measures.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('serves: {qd-1980-2016: ["6.2"], qd-318-2022: ["6.2"]}', 'serves: {qd-318-2022: ["6.2"]}'),
        encoding="utf-8",
    )
    with pytest.raises(FaultsError, match=r"'6\.2'"):
        load_needs(replace(baseline, project=own_project))
