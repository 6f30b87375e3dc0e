"""Where a plan starts: the same as the evaluation by the same law, an honest interval by another."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib import criteria, units
from ntm_lib.criteria.passage import How
from ntm_lib.errors import FaultsError, NtmError, UsageError
from ntm_lib.evaluation import load_province
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.start import basis
from ntm_lib.planning.start.baseline import Baseline, load_baseline, passage_counts
from ntm_lib.planning.start.basis import later_levels, published_start, rest_shares, rests_on
from ntm_lib.planning.start.levels import read_levels
from ntm_lib.planning.start.passage import PASSAGES, carry_over
from ntm_lib.planning.start.published_aims import published_aims
from ntm_lib.project import Project
from ntm_lib.scoring import judge
from ntm_lib.submissions import NOT_ASSESSED
from ntm_lib.verdicts import Verdict

DATES = {"old": "2020-12-31", "new": "2022-12-31", "amended": "2024-12-31"}
VERDICT_OF = {
    "kept": {Verdict.MET, Verdict.NOT_APPLICABLE},
    "now_met": {Verdict.MET, Verdict.NOT_APPLICABLE},
    "stricter": {Verdict.NOT_MET},
    "still_missing": {Verdict.NOT_MET},
    "not_derivable": {Verdict.UNKNOWN},
    "not_reported": {Verdict.UNKNOWN},
    "no_level": {Verdict.UNKNOWN},
}


@pytest.fixture(scope="module")
def starts(project: Project) -> dict[str, Baseline]:
    return {
        name: load_baseline(load_scenario("base", project, horizon__law_known_on=day), project)
        for name, day in DATES.items()
    }


def test_the_law_is_the_one_known_on_the_day(starts: dict[str, Baseline]) -> None:
    assert {name: start.law_set for name, start in starts.items()} == {
        "old": "qd-1980-2016",
        "new": "qd-318-2022",
        "amended": "qd-318-2022+qd-211-2024",
    }
    assert {start.old_set for start in starts.values()} == {"qd-1980-2016"}


def test_the_same_law_gives_the_counts_of_the_evaluation(starts: dict[str, Baseline]) -> None:
    start = starts["old"]
    territory = load_province(on=start.vintage.date.isoformat())
    expected = territory.of_year(territory.counts, start.scenario.settings.horizon.start_year)
    columns = ["low", "high", "unknown", "not_assessed", "of"]
    assert (start.counts()[columns] == expected[columns]).all(axis=None)
    assert set(np.unique(start.passage)) <= {"kept", "still_missing", "not_reported"}
    assert start.old_criteria.equals(start.criteria)


@pytest.mark.parametrize("name", DATES)
def test_every_passage_has_its_verdict(starts: dict[str, Baseline], name: str) -> None:
    start = starts[name]
    for passage in PASSAGES:
        found = set(start.part_verdicts.to_numpy()[start.passage.to_numpy() == passage].tolist())
        assert found <= VERDICT_OF[passage], passage
    counted = passage_counts(start)[list(PASSAGES)]
    assert (counted.sum(axis=1) == len(start.passage)).all()
    is_unknown = (start.part_verdicts == Verdict.UNKNOWN).to_numpy()
    assert (np.isnan(start.values.to_numpy()) <= is_unknown).all()


def test_new_and_rewritten_indicators_are_never_guessed(starts: dict[str, Baseline]) -> None:
    new = starts["new"].passage
    for requirement in ("5/minimum", "11", "12.1", "12.2", "13.3", "15.4", "17.4", "17.12", "18.6", "9.2"):
        assert set(new[requirement]) == {"not_derivable"}, requirement
    assert "still_missing" in set(new["13.1"])
    assert set(starts["amended"].passage["13.1"]) == {"not_derivable"}
    assert (starts["amended"].part_verdicts["18.4"] == Verdict.UNKNOWN).all()


def test_stricter_rules_keep_what_was_missing_and_conclude_nothing_else(starts: dict[str, Baseline]) -> None:
    old, new = starts["old"].part_verdicts, starts["new"].part_verdicts
    assert (new["16"][old["16"] == Verdict.NOT_MET] == Verdict.NOT_MET).all()
    assert (new["16"][old["16"] == Verdict.MET] == Verdict.UNKNOWN).all()
    assert (new["13.2"][old["13.2"] == Verdict.MET] == Verdict.MET).all()
    assert (new["13.2"][old["13.2"] == Verdict.NOT_MET] == Verdict.UNKNOWN).all()
    insured = starts["new"].values["15.1"]
    assert ((insured >= 90) == (new["15.1"] == Verdict.MET))[insured.notna()].all()
    assert {"stricter", "kept"} <= set(starts["new"].passage["15.1"])


def test_the_published_figures_lie_in_the_interval(starts: dict[str, Baseline]) -> None:
    shown = published_start(starts["new"]).set_index(["year", "measure"])
    assert (shown["agrees"] == "agrees").all()
    mean = shown.loc[(2022, "average criteria per commune (2021-2025 set)")]
    assert mean["low"] < mean["value"] == 9.19 < mean["high"]
    assert shown.loc[(2020, "communes recognised NTM (cumulative)"), ["value", "low", "high"]].tolist() == [17] * 3
    assert shown.loc[(2022, "communes meeting the 2021-2025 set"), "value"] == 0


def test_figures_by_the_later_set_stand_beside_their_interval_on_a_plan_by_the_old_one(
    starts: dict[str, Baseline], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_old = published_start(starts["old"])
    is_later = by_old["measure"].str.contains("2021-2025")
    assert by_old["is_other_set"].equals(is_later)
    ends = ["value", "low", "high", "agrees"]
    by_new = published_start(starts["new"])
    assert by_old.loc[is_later, ends].equals(by_new.loc[is_later, ends])
    assert not by_new["is_other_set"].any()

    def refuse(*_arguments: object) -> Baseline:
        raise UsageError("no way")

    monkeypatch.setattr(basis, "load_baseline", refuse)
    without = published_start(starts["old"])
    assert (without.loc[is_later, "agrees"] == "not_compared").all()


def test_a_figure_outside_the_interval_is_told(own_project: Project) -> None:
    path = own_project.data / "planning" / "published_marks.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("least: 15, most: 18", "least: 19, most: 19"), encoding="utf-8")
    scenario = load_scenario("base", own_project, horizon__law_known_on=DATES["new"])
    shown = published_start(load_baseline(scenario, own_project)).set_index("measure")
    assert shown.loc["communes with 15-18 criteria (2021-2025 set)", "agrees"] == "differs"


def test_communes_of_the_plan(starts: dict[str, Baseline], project: Project) -> None:
    start = starts["old"]
    frame = start.communes
    in_programme = start.vintage.communes["is_in_programme"]
    assert list(frame.index) == list(start.vintage.communes.index[in_programme])
    table = pd.read_csv(project.data / "illustrative" / "b01.csv", dtype={"commune_code": str})
    reported = table[table["year"] == 2020].set_index("commune_code")
    for column in ("villages", "households", "people"):
        assert frame[column].sum() == reported.loc[start.parts["from_code"].unique(), column].sum()
    ranks = {"I": 0, "II": 1, "III": 2}
    hardest = start.parts.assign(rank=start.parts["from_code"].map(reported["zone"]).map(ranks))
    assert (frame["zone"].map(ranks) == hardest.groupby("to_code")["rank"].max().reindex(frame.index)).all()
    assert frame["is_atk"].isna().all()  # the list was not found: unknown, never "no"


def test_what_the_start_rests_on(starts: dict[str, Baseline]) -> None:
    start = starts["new"]
    listed = rests_on(start).set_index("requirement")
    assert {"2.1", "10", "17.1/clean"} <= set(listed.index[listed["why"] == "assumed"])
    assert listed.loc["15.2", "why"] == "passage"
    assert "3.1" not in listed.index
    shares = rest_shares(start)
    assert (
        sum(shares.values()) + (start.requirements == Verdict.NOT_APPLICABLE).to_numpy().sum()
        == start.requirements.size
    )
    assert not start.doubtful[start.criteria == Verdict.UNKNOWN].eq(other=True).to_numpy().any()
    assert start.doubtful["10"].all()


def test_without_assumptions_nothing_rests_on_them(own_project: Project) -> None:
    path = own_project.parameters / "planning" / "levels.yaml"
    path.write_text("# none\n", encoding="utf-8")
    start = load_baseline(load_scenario("base", own_project, horizon__law_known_on=DATES["new"]), own_project)
    assert (start.passage[["2.1", "10", "17.1/clean"]] == "no_level").to_numpy().mean() > 0.98
    assert (start.criteria["10"] == Verdict.UNKNOWN).all()
    mean = start.counts()[["low", "high"]].mean()
    assert mean["low"] <= 9.19 <= mean["high"]


def test_income_levels_move_by_year(starts: dict[str, Baseline]) -> None:
    levels = {year: rules.requirements.loc["10", "level"] for year, rules in starts["new"].rules.items()}
    assert levels == {2021: 39, 2022: 42, 2023: 45, 2024: 48, 2025: 51}
    held = {rules.requirements.loc["10", "level"] for rules in starts["old"].rules.values()}
    assert held == {36}
    assert all(
        not rules.requirements["level"].isna().any() for start in starts.values() for rules in start.rules.values()
    )
    assert starts["old"].rules_of(2030).requirements.equals(starts["old"].rules[2025].requirements)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"requirement": "99"}, "'99'"),
        ({"set": "qd-1"}, "'qd-1'"),
        ({"region": "moon"}, "'moon'"),
        ({"value": 140}, "140"),
    ],
)
def test_assumed_levels_that_cannot_stand(own_project: Project, change: dict[str, object], told: str) -> None:
    path = own_project.parameters / "planning" / "levels.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries[1] |= change
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    with pytest.raises(FaultsError, match=told):
        read_levels(own_project, criteria.load(own_project))


def test_an_assumption_never_hides_the_law(own_project: Project) -> None:
    path = own_project.parameters / "planning" / "levels.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries.append({**entries[1], "set": "qd-318-2022", "requirement": "15.1", "value": 10})
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    start = load_baseline(load_scenario("base", own_project, horizon__law_known_on=DATES["new"]), own_project)
    assert start.rules[2022].requirements.loc["15.1", "level"] == 90


def test_passage_rules_are_checked(own_project: Project) -> None:
    path = own_project.data / "criteria" / "bridges" / "passage.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"3.2":', '"3.9":').replace('take: "17.1/clean"', 'take: "17.1/cleann"'), encoding="utf-8"
    )
    with pytest.raises(FaultsError) as stopped:
        load_baseline(load_scenario("base", own_project, horizon__law_known_on=DATES["new"]), own_project)
    assert "3.9" in str(stopped.value)
    assert "17.1/cleann" in str(stopped.value)


def test_a_year_without_results_stops(project: Project) -> None:
    scenario = load_scenario("base", project, horizon__start_year=2009)
    with pytest.raises(NtmError):
        load_baseline(scenario, project)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 35.0, 49.9, 50.0, 80.0, 100.0, float("nan")]), min_size=1, max_size=12),
    st.sampled_from(list(How)),
)
def test_what_may_be_concluded(project: Project, values: list[float], how: How) -> None:
    law = criteria.load(project)
    region = units.on(pd.Timestamp("2020-12-31").date(), project).region
    rules = law.for_year(2020, region)
    frame = pd.DataFrame(np.nan, index=range(len(values)), columns=rules.requirements.index)
    frame["17.1/clean"] = values
    ways = pd.DataFrame({"how": How.NONE, "take": ""}, index=rules.requirements.index)
    ways.loc["17.1/clean", "how"] = how
    if how is not How.NONE:
        ways.loc["17.1/clean", "take"] = "17.1/clean"
    _values, verdicts, _passages = carry_over(frame, judge(frame, rules), ways, rules)
    given, found = np.array(values), verdicts["17.1/clean"].to_numpy()
    expected = np.where(np.isnan(given), Verdict.UNKNOWN, (given >= 50).astype(int))
    if how is How.NONE:
        expected[:] = Verdict.UNKNOWN
    if how is How.AT_BEST:
        expected[expected == Verdict.MET] = Verdict.UNKNOWN
    if how is How.AT_WORST:
        expected[expected == Verdict.NOT_MET] = Verdict.UNKNOWN
    assert found.tolist() == expected.tolist()


def test_not_assessed_goes_on_only_where_the_law_knows_it(project: Project) -> None:
    law = criteria.load(project)
    rules = law.for_year(2020, units.on(pd.Timestamp("2020-12-31").date(), project).region)
    frame = pd.DataFrame(np.nan, index=["a"], columns=rules.requirements.index)
    frame["7"] = NOT_ASSESSED
    ways = pd.DataFrame({"how": How.VALUE, "take": rules.requirements.index}, index=rules.requirements.index)
    ways.loc["6.1", "take"] = "7"
    _values, verdicts, passages = carry_over(frame, judge(frame, rules), ways, rules)
    assert verdicts.loc["a", "7"] == Verdict.NOT_APPLICABLE
    assert verdicts.loc["a", "6.1"] == Verdict.UNKNOWN
    assert passages.loc["a", "6.1"] == "not_derivable"


def test_every_published_aim_of_the_planned_years_is_listed(starts: dict[str, Baseline]) -> None:
    aims = published_aims(starts["old"])
    last = aims[aims["year"] == 2025]
    assert ((aims["setting"] == "") == (aims["left_out"] != "")).all()
    assert set(last["setting"]) - {""} == {"standard", "advanced", "model", "mean", "floor", "districts", "villages"}
    assert len(last[last["left_out"] != ""]) == 4  # shares of villages, of model villages, income, the city's task
    first = aims[aims["setting"].str.endswith("_by_year")]
    assert dict(zip(first["setting"], first["value"], strict=True)) == {
        "standard_by_year": "5",
        "villages_by_year": "30",
    }
    assert "chưa xét" not in set(aims["left_out"])
    assert not aims["label"].str.contains("capital|GRDP|vốn").any()


def test_an_aim_that_nobody_described_is_listed_as_not_considered(
    own_project: Project, starts: dict[str, Baseline]
) -> None:
    path = own_project.data / "planning" / "published_aims.yaml"
    path.write_text("[]\n", encoding="utf-8")
    aims = published_aims(replace(starts["old"], project=own_project))
    assert set(aims["left_out"]) == {"chưa xét"}
    assert "communes NTM: {value}" in set(aims["label"])
    path.write_text("- {indicator: communes NTM, setting: standrad, label: {vi: a, en: b}}\n", encoding="utf-8")
    with pytest.raises(FaultsError, match="standrad"):
        published_aims(replace(starts["old"], project=own_project))


def test_levels_of_later_years_that_are_assumed_are_listed(starts: dict[str, Baseline]) -> None:
    old = later_levels(starts["old"]).set_index("requirement")
    assert old.loc["10", ["years", "level", "why", "verified"]].tolist() == ["2021-2025", 36, "assumed", "memory-low"]
    new = later_levels(starts["new"])
    assert new.loc[new["requirement"] == "10", "years"].tolist() == ["2022", "2023", "2024", "2025"]
