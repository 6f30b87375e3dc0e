"""What the pages say follows the review's choices: date, cut-off, rules, assumptions, corrections."""

import datetime as dt

import pandas as pd
import pytest
import shipped

from ntm_lib import evaluation, units
from ntm_lib.errors import FaultsError, UsageError
from ntm_lib.evaluation import load_territory
from ntm_lib.project import Project
from ntm_lib.verdicts import Verdict


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project of the test's own, made the active one."""
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


def change(project: Project, name: str, old: str, new: str) -> None:
    path = project.parameters / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("on", "communes"), [("2019-12-31", 177), ("2020-12-31", 139), ("2025-12-31", 53)])
def test_the_province_has_the_communes_of_the_date(on: str, communes: int) -> None:
    territory = shipped.province(on=on)
    assert len(territory.in_programme) == communes
    assert (evaluation.trend(territory)["communes"] == communes).all()


def test_districts_add_up_to_the_province() -> None:
    province = evaluation.trend(shipped.province(on="2019-12-31"))
    vintage = units.on(dt.date(2019, 12, 31))
    parts = [evaluation.trend(shipped.territory(code, on="2019-12-31")) for code in vintage.districts.index]
    counts = ["communes", "reported", *evaluation.group_labels()]
    pd.testing.assert_frame_equal(sum(part[counts] for part in parts), province[counts])
    weighted = sum((part["mean_low"] * part["reported"]).fillna(0) for part in parts) / province["reported"]
    pd.testing.assert_series_equal(weighted, province["mean_low"], check_names=False)


def test_as_at_mid_2019_the_last_two_years_are_estimates_and_fifteen_are_recognised() -> None:
    territory = shipped.province(on="2019-12-31", as_of="2019-06-30")
    assert evaluation.status_of(territory, 2018) == "actual"
    assert evaluation.status_of(territory, 2019) == "estimate"
    assert evaluation.status_of(territory, 2020) in {"estimate", "plan"}
    named, unnamed = evaluation.recognitions(territory), evaluation.unnamed_recognitions(territory)
    assert len(named) + unnamed["not_named"].sum() == 15
    assert evaluation.published_figures(territory)["year"].astype(int).max() <= 2019


def test_in_hindsight_twenty_six_were_recognised_and_every_year_is_actual() -> None:
    territory = shipped.province(on="2019-12-31")
    assert {evaluation.status_of(territory, year) for year in territory.years} == {"actual"}
    named, unnamed = evaluation.recognitions(territory), evaluation.unnamed_recognitions(territory)
    assert len(named) + unnamed["not_named"].sum() == 26
    assert set(named["decision_no"]) == {"46/QĐ-UBND"}  # two decisions of one number, told apart by their dates
    assert named["decision_date"].nunique() == 2


def test_a_commune_that_meets_all_criteria_is_not_called_recognised() -> None:
    territory = shipped.province(on="2019-12-31")
    last = territory.of_year(territory.counts, 2020)
    meets_all = set(last.index[last["low"] == last["of"]])
    assert not meets_all <= set(evaluation.recognitions(territory)["commune_code"])


def test_the_rule_for_not_assessed_criteria_is_a_choice(own: Project) -> None:
    before = load_territory("052").counts
    change(own, "review.yaml", "not_assessed: counts_as_met", "not_assessed: left_out")
    after = load_territory("052").counts
    marked = before["not_assessed"] > 0
    assert marked.any()
    assert (before.loc[marked, "low"] - after.loc[marked, "low"] == before.loc[marked, "not_assessed"]).all()
    assert (after["of"] == 19 - before["not_assessed"]).all()


def test_deleting_an_assumption_makes_its_verdicts_unknown(own: Project) -> None:
    (own.parameters / "assumptions" / "income.yaml").write_text("[]\n", encoding="utf-8")
    territory = load_territory("052")
    income = territory.scores.criteria["10"]
    years = income.index.get_level_values("year")
    assert (income[years == 2018] == Verdict.UNKNOWN).all()
    assert set(income[years == 2015]) <= {Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN}
    assert (income[years == 2015] != Verdict.UNKNOWN).any()  # 2015 stands in the law
    reasons = evaluation.unknowns(territory, 2018)
    assert set(reasons.loc[reasons["criterion"] == "10", "reason"]) == {evaluation.MISSING_LEVEL}


def test_a_level_checked_by_the_office_counts_and_says_by_whom_and_when(own: Project) -> None:
    (own.local).mkdir(exist_ok=True)
    (own.local / "criteria.yaml").write_text(
        """\
- decision: qd-1980-2016
  requirement: "11"
  region: tdmnpb
  years: {from: 2017, to: 2021}
  value: 25
  document: Quyết định số 1980/QĐ-TTg
  clause: Phụ lục, tiêu chí 11
  page: 7
  by: Văn phòng Điều phối
  on: 2019-05-20
""",
        encoding="utf-8",
    )
    territory = load_territory("052")
    confirmed = evaluation.confirmed(territory)
    assert confirmed["requirement"].tolist() == ["11"]
    assert "Văn phòng Điều phối" in confirmed["note"].iloc[0]
    assert "20/05/2019" in confirmed["note"].iloc[0]
    assert "11" not in set(evaluation.rests_on(territory).query("set_id == 'qd-1980-2016'")["requirement"])
    gaps = evaluation.distances(territory, 2020)
    assert (gaps.loc[gaps["requirement"] == "11", "level"] == 25).all()


def test_the_set_that_judges_2016_is_a_choice(own: Project) -> None:
    change(own, "review.yaml", "2016: qd-342-2013", "2016: qd-1980-2016")
    territory = load_territory("052")
    assert territory.reported.rules[2016].set_id == "qd-1980-2016"
    assert territory.reported.rules[2015].set_id == "qd-491-2009+qd-342-2013"


def test_a_commune_whose_unknowns_could_move_it_is_in_no_group() -> None:
    counts = pd.DataFrame(
        {
            "low": [4, 9, 19, 14, 5],
            "high": [5, 9, 19, 16, 5],
            "of": 19,
            "is_reported": [True, True, True, True, False],
        }
    )
    assert evaluation.groups(counts).tolist() == ["unknown", "5_9", "all", "unknown", "unknown"]


def test_a_changed_data_file_stops_at_its_record(own: Project) -> None:
    path = own.data / "illustrative" / "b02" / "2018.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(FaultsError, match=r"b02/2018\.csv"):
        load_territory("052")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"code": "999"}, "999"),
        ({"code": "052", "on": "31/12/2019"}, "31/12/2019"),
        ({"code": "052", "first_year": 2020, "last_year": 2010}, "2020"),
        ({"code": "052", "first_year": 2001}, "2001"),
    ],
)
def test_wrong_use_stops_with_what_is_wrong(arguments: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        shipped.territory(**arguments)


def test_distances_are_never_negative_and_only_of_what_is_not_met() -> None:
    gaps = evaluation.distances(shipped.province(), 2020)
    numbers = gaps.dropna(subset="gap")
    assert (numbers["gap"] >= 0).all()
    assert numbers["value"].notna().all()
    assert gaps.loc[gaps["sense"] == "yes", "gap"].isna().all()
