"""What the law tells of itself: the audit, the rule on a day, the bridge between sets."""

import datetime as dt
import re

import pytest

from ntm_lib import criteria
from ntm_lib.criteria.bridge import Comparability
from ntm_lib.errors import FaultsError, UsageError
from ntm_lib.project import Project


def test_audit_groups_years_and_names_kinds(law: criteria.Law) -> None:
    frame = criteria.audit(law, "tdmnpb", range(2010, 2023)).set_index(["set_id", "requirement", "first_year"])
    income = frame.xs("10", level="requirement")[["last_year", "kind"]]
    assert income.loc[("qd-491-2009", 2010)].to_list() == [2010, "assumed"]
    assert income.loc[("qd-1980-2016", 2021)].to_list() == [2021, "missing"]
    assert ("qd-1980-2016", 2020) not in income.index, "the level of 2020 was read"
    roads = frame.loc[("qd-1980-2016", "2.1", 2017)]
    assert (roads["last_year"], roads["kind"], roads["level"]) == (2021, "assumed", 100)
    assert frame.loc[("qd-318-2022", "2.1", 2022), "kind"] == "delegated"
    assert frame.loc[("qd-318-2022", "12.1", 2022), "kind"] == "missing"
    poor = frame.loc[("qd-1980-2016", "11", 2017)]
    assert (poor["last_year"], poor["kind"], poor["verified"]) == (2021, "unverified", "memory")
    assert ("qd-1980-2016", "15.1", 2017) not in frame.index, "read law needs no audit"


def test_audit_lists_each_doubtful_requirement_of_each_year_once(law: criteria.Law) -> None:
    frame = criteria.audit(law, "tdmnpb", range(2010, 2021))
    for year in range(2010, 2021):
        rows = frame[(frame["first_year"] <= year) & (frame["last_year"] >= year)]
        rules = law.for_year(year, "tdmnpb").requirements
        doubtful = rules.index[(rules["basis"] != "law") | rules["level"].isna() | (rules["verified"] != "read")]
        assert sorted(rows["requirement"]) == sorted(doubtful)


def test_an_empty_audit_keeps_its_columns(mini) -> None:
    law = criteria.load(
        mini(
            (
                "data/criteria/qd-1-2000/02_market.yaml",
                '"yes", verified: memory',
                '"yes", verified: read, sources: [S1]',
            )
        )
    )
    assert "kind" in criteria.audit(law, "hills", []).columns


def test_describe_in_vietnamese(law: criteria.Law) -> None:
    text = str(criteria.describe(law, "11", dt.date(2019, 12, 31), region="tdmnpb"))
    assert "1980/QĐ-TTg" in text
    assert "≤ 12%" in text
    assert "31/12/2019" in text
    assert "Phụ lục, tiêu chí 11" in text


def test_describe_tells_both_sets_where_they_differ(law: criteria.Law, monkeypatch) -> None:
    monkeypatch.setenv("NTM_LANG", "en")
    told = criteria.describe(law, "10", dt.date(2013, 1, 31), region="tdmnpb")
    assert told.in_force is law.sets["qd-491-2009"]
    assert told.judging is law.sets["qd-491-2009+qd-342-2013"]
    assert "1.2 times the provincial mean, which is not known" in str(told)
    assert "≥ 14 million VND" in str(told)
    assert "S06" in str(told)


def test_describe_finds_criterion_indicator_and_part(law: criteria.Law) -> None:
    def requirements(item: str) -> list[str]:
        lines = criteria.describe(law, item, dt.date(2020, 12, 31), region="tdmnpb").lines
        return [line.split()[0] for line in lines if re.match(r"  \d", line)]

    assert len(requirements("17")) == 9
    assert requirements("17.1") == ["17.1/hygienic", "17.1/clean"]
    assert requirements("17.1/clean") == ["17.1/clean"]


def test_describe_after_all_judged_years_tells_what_is_in_force(law: criteria.Law) -> None:
    told = criteria.describe(law, "7", dt.date(2030, 1, 1), region="tdmnpb")
    assert told.judging is None
    assert told.in_force is law.sets["qd-318-2022+qd-211-2024"]
    assert "2024-2025" in told.lines[2], "that it was made for other years stands before its levels"
    assert "2030" in told.lines[2]
    within = criteria.describe(law, "7", dt.date(2025, 1, 1), region="tdmnpb")
    assert "2024-2025" not in str(within)


def test_an_assumed_level_says_so(law: criteria.Law, monkeypatch) -> None:
    monkeypatch.setenv("NTM_LANG", "en")
    text = str(criteria.describe(law, "2.1", dt.date(2018, 12, 31), region="tdmnpb"))
    assert "assumed, not law" in text
    assert "no provincial rule was found" in text


@pytest.mark.parametrize(
    ("sets", "is_own_reading"),
    [(("qd-491-2009+qd-342-2013", "qd-1980-2016"), True), (("qd-1980-2016", "qd-318-2022"), False)],
)
def test_bridges_name_every_indicator(project: Project, sets: tuple[str, str], *, is_own_reading: bool) -> None:
    found = criteria.bridge(*sets, project=project)
    assert found.is_own_reading is is_own_reading
    assert set(found.links["comparability"]) <= {item.value for item in Comparability}
    one_sided = found.links[(found.links["from_indicator"] == "") | (found.links["to_indicator"] == "")]
    assert set(one_sided["comparability"]) == {"new", "dropped"}


def test_no_bridge_is_wrong_use(project: Project) -> None:
    with pytest.raises(UsageError):
        criteria.bridge("qd-491-2009", "qd-318-2022", project=project)


def test_a_bridge_that_leaves_out_or_invents_an_indicator_is_refused(own_project: Project) -> None:
    path = own_project.data / "criteria" / "bridges" / "491-1980.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("4.2,4.2,same,", "4.3,4.2,same,"), encoding="utf-8")
    with pytest.raises(FaultsError) as refusal:
        criteria.bridge("qd-342-2013", "qd-1980-2016", project=own_project)
    assert "'4.3'" in str(refusal.value)
    assert "'4.2'" in str(refusal.value)
