"""What blocks a criterion, what is nearly met: counts add up, and what is missing in the data is never a shortcoming."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_territory import YEAR, district

from ntm_lib import submissions
from ntm_lib.errors import FaultsError
from ntm_lib.evaluation.shortfalls.amounts import missing_volumes, total_volumes
from ntm_lib.evaluation.shortfalls.blocking import FAR, MAY_BE_NEAR, NEAR, blocking, by_requirement, cases
from ntm_lib.evaluation.shortfalls.settings import ShortfallRules, shortfall_rules
from ntm_lib.evaluation.shortfalls.standing import hardest, last_before_all, may_be_last, standing, strongest
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, sha256_of, write_record

NAN = float("nan")
SOME = ["2.1", "2.2", "5", "9.1", "10", "11", "15.1", "15.2", "17.1/hygienic", "17.3"]


@pytest.fixture
def rules(project: Project) -> ShortfallRules:
    return shortfall_rules(project)


def test_where_every_level_is_reached_nothing_blocks(rules: ShortfallRules) -> None:
    territory = district()
    assert cases(territory, YEAR, rules).empty
    assert (by_requirement(territory, YEAR, rules)[["communes", "alone", "close"]] == 0).all(axis=None)
    assert missing_volumes(territory, YEAR).empty
    assert last_before_all(territory, YEAR, 2).empty


def test_one_requirement_of_several_missing_is_near_and_named(rules: ShortfallRules) -> None:
    territory = district({(0, YEAR, "17.1/hygienic"): 30.0})
    row = cases(territory, YEAR, rules).iloc[0]
    assert (row["criterion"], row["requirements"], row["state"]) == ("17", "17.1/hygienic", NEAR)
    assert row["is_one_missing"]
    assert not row["is_close"]
    counted = by_requirement(territory, YEAR, rules).loc["17.1/hygienic"]
    assert counted[["communes", "alone", "close"]].tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"5": 66.0}, NEAR),  # 4 points short of 70, the only requirement of its criterion
        ({"5": 64.0}, FAR),
        ({"10": 33.0}, NEAR),  # within 10 % of 36
        ({"10": 32.0}, FAR),
        ({"11": 16.0}, NEAR),  # a ceiling of 12
        ({"9.1": 5.0, "9.2": 71.0}, NEAR),  # both small
        ({"9.1": 6.0, "9.2": 71.0}, FAR),
        ({"8.1": 0.0, "8.2": 0.0}, FAR),  # yes/no has no distance
        ({"15.1": 84.0, "15.3": NAN}, MAY_BE_NEAR),
        ({"17.1/hygienic": 0.0, "17.3": NAN}, MAY_BE_NEAR),
    ],
)
def test_near_follows_the_stated_rules(values: dict[str, float], state: str, rules: ShortfallRules) -> None:
    territory = district({(0, YEAR, name): value for name, value in values.items()})
    table = cases(territory, YEAR, rules)
    assert table["state"].tolist() == [state]


def test_a_missing_value_is_no_shortcoming(rules: ShortfallRules) -> None:
    territory = district({(0, YEAR, name): NAN for name in SOME})
    assert cases(territory, YEAR, rules).empty
    assert blocking(territory, YEAR).empty
    assert missing_volumes(territory, YEAR).empty
    table = standing(territory)
    assert table["not_met"].sum() == 0
    assert table["unknown"].sum() == len({name.split(".")[0] for name in SOME})
    assert hardest(table, 3).empty


values = st.sampled_from(["met", "missed", "unknown"])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(SOME), values), max_size=25))
def test_counts_add_up_and_hiding_values_never_adds_a_shortcoming(
    rules: ShortfallRules, cells: list[tuple[int, str, str]]
) -> None:
    bad = {"9.1": 20.0, "11": 60.0}
    changes = {
        (place, YEAR, name): bad.get(name, 0.0) if kind == "missed" else NAN
        for place, name, kind in cells
        if kind != "met"
    }
    territory = district(changes)
    table, shown = standing(territory), cases(territory, YEAR, rules)
    assert (table[["met", "not_met", "unknown", "not_applicable"]].sum(axis=1) == table["total"]).all()
    by_criterion = shown["criterion"].value_counts().reindex(table.index, fill_value=0)
    assert (by_criterion == table["not_met"]).all()
    assert (shown["missing"] >= 1).all()
    assert shown["requirements"].str.split().str.len().tolist() == shown["missing"].tolist()
    counted = by_requirement(territory, YEAR, rules)
    assert (counted["communes"] <= counted["criterion"].map(table["not_met"])).all()
    assert counted["communes"].sum() == shown["missing"].sum()
    assert counted["alone"].sum() == ((shown["missing"] == 1) & (shown["unknown"] == 0)).sum()
    hidden = dict.fromkeys(changes, NAN)
    assert cases(district(hidden), YEAR, rules).empty


def test_a_merged_commune_is_blocked_by_what_one_part_misses(rules: ShortfallRules) -> None:
    base = district(on="2020-12-31")
    merged = base.parts[base.parts["to_code"].duplicated(keep=False)]
    own = merged["from_code"].iloc[0]
    place = base.parts["from_code"].drop_duplicates().tolist().index(own)
    territory = district({(place, YEAR, "5"): 10.0}, on="2020-12-31")
    links = base.parts.loc[base.parts["from_code"] == own, "to_code"]
    assert set(cases(territory, YEAR, rules)["commune_code"]) == set(links)
    assert set(blocking(territory, YEAR)["reported_code"]) == {own}


def test_volumes_are_the_missing_share_of_what_was_last_reported() -> None:
    territory = district({(0, YEAR, "2.1"): 60.0, (1, YEAR, "9.1"): 7.0, (2, YEAR, "5"): 69.9, (2, YEAR, "6.1"): 0.0})
    table = missing_volumes(territory, YEAR).set_index("requirement")
    frame = submissions.read_table("b08", territory.project).frame
    code = territory.parts["from_code"].iloc[0]
    own = frame[(frame["commune_code"] == code) & (frame["year"] == YEAR)]["road_commune_km"].iloc[0]
    assert table.loc["2.1", "volume"] == pytest.approx(0.4 * own)
    assert table.loc["2.1", "volume_unit"] == "km"
    assert table.loc["9.1", ["volume", "volume_unit"]].tolist() == [7.0, "nhà"]
    assert table.loc["5", ["volume", "volume_unit"]].tolist() == [1.0, "trường"]  # whole pieces, never 0,1 of a school
    assert table.loc["6.1", ["volume", "volume_unit"]].tolist() == [1.0, "công trình"]


def test_the_table_of_bases_tells_every_fault(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    territory = district()
    path = own_project.data / "criteria" / "shortfalls.csv"
    text = path.read_text(encoding="utf-8").replace("road_commune_km", "road_km").replace(",count,", ",sum,")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultsError, match=r"shortfalls\.csv"):
        missing_volumes(territory, YEAR)  # the source record no longer fits
    record = read_record(path)
    write_record(path, record.model_copy(update={"sha256": sha256_of(path)}))
    with pytest.raises(FaultsError) as refused:
        missing_volumes(territory, YEAR)
    assert len(refused.value.faults) >= 4


def test_a_base_that_nobody_reported_leaves_the_volume_unknown(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    (own_project.data / "illustrative" / "b08.csv").unlink()
    totals = total_volumes(district({(0, YEAR, "2.1"): 60.0}), YEAR)
    assert np.isnan(totals.loc["2.1", "volume"])
    assert totals.loc["2.1", ["known", "unknown"]].tolist() == [0, 1]


def test_ties_with_the_last_of_the_strongest_and_hardest_are_kept() -> None:
    table = pd.DataFrame({"met": [9, 8, 8, 8, 1], "not_met": [0, 5, 5, 5, 7]}, index=list("abcde"))
    assert strongest(table, 2).index.tolist() == ["a", "b", "c", "d"]
    assert hardest(table, 1).index.tolist() == ["e"]
    assert hardest(table, 2).index.tolist() == ["e", "b", "c", "d"]


def test_just_before_all_counts_the_unknown_as_lacking_and_says_who_might_be_there() -> None:
    territory = district(
        {
            (0, YEAR, "10"): 1.0,
            (1, YEAR, "10"): NAN,
            (1, YEAR, "11"): 60.0,
            **{(2, YEAR, name): NAN for name in ("10", "11", "5")},
        }
    )
    last = last_before_all(territory, YEAR, 2)
    parts = territory.parts["from_code"].tolist()
    states = {
        code: dict(zip(rows["criterion"], rows["state"], strict=True)) for code, rows in last.groupby("commune_code")
    }
    assert states == {parts[0]: {"10": "not_met"}, parts[1]: {"10": "unknown", "11": "not_met"}}
    assert may_be_last(territory, YEAR, 2) == 1
