"""What a commune is short of is what its own figures say: never more, never a guess, and never zero for what is missing."""

import hashlib
import re

import numpy as np
import pandas as pd
import pytest
import shipped

from ntm_lib import evaluation
from ntm_lib.evaluation import Territory, load_province
from ntm_lib.evaluation.shortfalls.bodies import lead_bodies
from ntm_lib.evaluation.shortfalls.commune import requirement_results, shortfalls
from ntm_lib.project import Project
from ntm_lib.submissions import read_table
from ntm_lib.verdicts import Verdict

YEAR = 2020


@pytest.fixture(scope="module", params=["2019-12-31", "2020-12-31", "2025-12-31"])
def territory(request: pytest.FixtureRequest, project: Project) -> Territory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return shipped.province(on=request.param)


@pytest.fixture(scope="module")
def old(project: Project) -> Territory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return shipped.province(on="2019-12-31")


def with_record(path, text: str) -> None:
    """Change a data file and let its record agree."""
    path.write_text(text, encoding="utf-8")
    record = path.with_name(path.name + ".source.yaml")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    record.write_text(re.sub(r"sha256: \w+", f"sha256: {digest}", record.read_text(encoding="utf-8")), encoding="utf-8")


def test_an_amount_is_the_share_missing_of_the_whole_that_was_reported(old: Territory, project: Project) -> None:
    rows = shortfalls(old, YEAR).set_index(["commune_code", "requirement"])
    table = read_table("b08", project).frame
    table = table[table["year"] == YEAR].set_index("commune_code")
    roads = rows.xs("2.1", level="requirement")
    expected = (roads["level"] - roads["value_low"]) / 100 * table["road_commune_km"].reindex(roads.index)
    np.testing.assert_allclose(roads["amount"], expected)
    villages = rows.xs("6.3", level="requirement")
    share = (villages["level"] - villages["value_low"]) / 100 * table["villages"].reindex(villages.index).astype(float)
    assert (villages["amount"] == np.ceil(share - 1e-9)).all()
    assert len(roads) > 30
    assert len(villages) > 30


def test_the_poor_are_counted_by_the_standard_of_the_criterion(old: Territory, project: Project) -> None:
    rows = shortfalls(old, YEAR)
    poor = rows[rows["requirement"] == "11"].set_index("commune_code")
    table = read_table("b10", project).frame
    table = table[(table["poverty_standard"] == "multidimensional_2016_2020") & (table["year"] <= YEAR)]
    households = table.sort_values("year").groupby("commune_code")["households"].last().astype(float)
    expected = np.ceil((poor["value_low"] - poor["level"]) / 100 * households.reindex(poor.index) - 1e-9)
    assert (poor["amount"] == expected).all()


def test_only_criteria_that_are_not_met_or_not_known_have_shortfalls(territory: Territory) -> None:
    rows = shortfalls(territory, YEAR)
    verdicts = territory.of_year(territory.scores.criteria, YEAR)
    found = [
        verdicts.at[code, criterion] for code, criterion in zip(rows["commune_code"], rows["criterion"], strict=True)
    ]
    assert set(found) <= {Verdict.NOT_MET, Verdict.UNKNOWN}
    open_ = {(code, name) for code in verdicts.index for name in verdicts if verdicts.at[code, name] == Verdict.NOT_MET}
    assert open_ <= set(zip(rows["commune_code"], rows["criterion"], strict=True))


def test_merged_communes_hold_the_kilometres_of_their_parts(territory: Territory, old: Territory) -> None:
    before = shortfalls(old, YEAR)
    before = before[(before["requirement"] == "2.2") & (before["state"] == "not_met")].set_index("commune_code")[
        "amount"
    ]
    parts = territory.parts
    carried = before.reindex(parts["from_code"]).to_numpy() * parts["area_share"].to_numpy()
    expected = pd.Series(carried).groupby(parts["to_code"].to_numpy()).sum(min_count=1).dropna()
    after = shortfalls(territory, YEAR)
    after = after[(after["requirement"] == "2.2") & (after["state"] == "not_met")].set_index("commune_code")["amount"]
    pd.testing.assert_series_equal(after.sort_index(), expected.sort_index(), check_names=False)


def test_what_is_not_known_has_no_amount_and_says_why(territory: Territory) -> None:
    rows = shortfalls(territory, YEAR)
    unknown = rows[rows["state"] == "unknown"]
    assert len(unknown)
    assert unknown["amount"].isna().all()
    assert set(unknown["reason"]) <= {evaluation.MISSING_VALUE, evaluation.MISSING_LEVEL}
    assert (rows.loc[rows["state"] == "not_met", "reason"] == "").all()


def test_without_the_table_of_volumes_amounts_are_missing_and_not_zero(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    for path in (own_project.data / "illustrative").glob("b08.csv*"):
        path.unlink()
    rows = shortfalls(load_province(), YEAR)
    roads = rows[rows["requirement"] == "2.1"]
    assert len(roads)
    assert roads["amount"].isna().all()
    assert roads["gap"].notna().all()
    assert rows.loc[rows["requirement"] == "9.1", "amount"].notna().all()  # a number of houses is its own amount


def test_a_part_without_a_figure_makes_the_amount_a_least(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    merged = load_province(on="2025-12-31")
    rows = shortfalls(merged, YEAR)
    several = rows[(rows["requirement"] == "2.1") & (rows["parts"].map(len) > 1)].iloc[0]
    part = merged.parts[merged.parts["to_code"] == several["commune_code"]]
    gone = part.loc[part["short_name"] == several["parts"][0], "from_code"].iloc[0]
    path = own_project.data / "illustrative" / "b08.csv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(f"{gone},")]
    with_record(path, "\n".join(lines) + "\n")
    after = shortfalls(load_province(on="2025-12-31"), YEAR)
    row = after[(after["requirement"] == "2.1") & (after["commune_code"] == several["commune_code"])].iloc[0]
    assert row["amount_is_least"]
    assert 0 < row["amount"] < several["amount"]


def test_every_rule_names_a_requirement_of_its_set_and_every_criterion_has_a_body(
    old: Territory, project: Project
) -> None:
    table = pd.read_csv(project.data / "criteria" / "shortfalls.csv", dtype=str)
    for year in (2012, 2015, YEAR):
        about = old.reported.rules[year].requirements
        own = table[table["decision"].isin(about["decision"].unique())]
        replaced = own["decision"].ne(own["requirement"].map(about["decision"])) & (year == 2015)
        assert set(own.loc[~replaced, "requirement"]) <= set(about.index)
    assert {str(number) for number in range(1, 20)} <= set(lead_bodies(project).index)


def test_every_requirement_of_every_commune_has_a_result(territory: Territory) -> None:
    rows = requirement_results(territory, YEAR)
    rules = territory.reported.rules[YEAR]
    assert len(rows) == len(territory.in_programme) * len(rules.requirements)
    worst = rows.assign(is_met=rows["verdict"].isin([Verdict.MET, Verdict.NOT_APPLICABLE]))
    all_met = worst.groupby(["commune_code", "criterion"], sort=False)["is_met"].all()
    verdicts = territory.of_year(territory.scores.criteria, YEAR).rename_axis(columns="criterion")
    met = verdicts.isin([Verdict.MET, Verdict.NOT_APPLICABLE]).melt(ignore_index=False, value_name="is_met")
    met = met.set_index("criterion", append=True)["is_met"]
    assert all_met.sort_index().tolist() == met.reindex(all_met.index).sort_index().tolist()
