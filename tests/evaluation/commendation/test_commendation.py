"""Who may be considered: conditions judged by what is known, quotas, keys side by side, ranks under changed weights."""

import numpy as np
import pandas as pd
import pytest
import shipped

from ntm_lib.errors import FaultsError, NtmError
from ntm_lib.evaluation import load_province, load_territory
from ntm_lib.evaluation.commendation import (
    KEYS,
    CommendationSettings,
    Rounding,
    commendation_list,
    district_list,
    load_commendation_settings,
    load_phase,
    proposals,
    rank_ranges,
)
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, sha256_of, write_record
from ntm_lib.verdicts import Verdict

HEAD = "commune_code,is_rewarded_before,is_disciplined,is_dossier_complete,satisfaction_pct\n"
B17 = "unit_code,year,proposal_id,kind,candidate,form,deed,is_eligible,check_note,status,as_of_date,source_doc,reported_by,note\n"


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    own_project.local.mkdir(exist_ok=True)
    return own_project


@pytest.fixture
def settings(project: Project) -> CommendationSettings:
    return load_commendation_settings(project).model_copy(update={"draws": 500})


def table(**columns: list[float]) -> pd.DataFrame:
    """Return keys of a few candidates; those not given are unknown of all, ``<key>_high`` follows the key."""
    number = len(next(iter(columns.values())))
    low = {name: columns.get(name, [np.nan] * number) for name in KEYS}
    high = {f"{name}_high": columns.get(f"{name}_high", low[name]) for name in KEYS}
    return pd.DataFrame(low | high, dtype=float)


@pytest.mark.parametrize(
    ("rule", "quotas"),
    [("down", [0, 0, 1, 2]), ("half_up", [0, 1, 1, 2]), ("up", [0, 1, 2, 2]), ("at_least_one", [0, 1, 1, 2])],
)
def test_quotas_are_rounded_as_chosen(rule: str, quotas: list[int]) -> None:
    assert [Rounding(rule).whole(share) for share in (0.0, 0.85, 1.3, 2.0)] == quotas
    assert Rounding(rule).whole(0.05 * 40) == 2  # a rounding error is no further commune


def test_the_rules_are_those_of_the_phase_and_say_how_far_they_were_verified(project: Project) -> None:
    assert load_phase(project, 2015).id == "2011-2015"
    phase = load_phase(project, 2020)
    assert "1730/QĐ-TTg" in phase.documents
    assert phase.verified == "partial"
    assert {rule.kind for rule in phase.rules} == {
        "commune",
        "district",
        "person",
        "collective",
        "household",
        "enterprise",
    }
    person = next(rule for rule in phase.rules if rule.kind == "person")
    assert (person.quota_min, person.quota_max) == (2, 3)
    with pytest.raises(NtmError, match="2025"):
        load_phase(project, 2025)


def test_changed_rules_stop_at_their_record_and_wrong_ones_are_told(own: Project) -> None:
    path = own.data / "commendation" / "rules.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("quota_of: recognised", "quota_of: everybody"), encoding="utf-8")
    with pytest.raises(FaultsError, match=r"rules\.yaml"):
        load_phase(own, 2020)
    write_record(path, read_record(path).model_copy(update={"sha256": sha256_of(path)}))
    with pytest.raises(FaultsError, match="everybody"):
        load_phase(own, 2020)


def test_nothing_that_nobody_stated_counts_as_fulfilled() -> None:
    made = commendation_list(shipped.province())
    assert [one.rule.id for one in made.lists] == ["commune_ntm", "commune_model", "commune_difficult"]
    for one in made.lists:
        assert (one.candidates["verdict"] == Verdict.UNKNOWN).all()
        assert all("no_discipline" in names and "dossier_complete" in names for names in one.candidates["to_verify"])
        assert (one.excluded["reasons"].map(len) > 0).all()
        assert len(one.candidates) + len(one.excluded) == 177
        assert one.candidates["satisfaction"].isna().all()


def test_named_communes_are_recognised_and_those_that_may_be_among_the_unnamed_stay_open() -> None:
    found = commendation_list(shipped.province()).lists[0]
    is_open = found.candidates["to_verify"].map(lambda names: "recognised_in_phase" in names)
    assert (~is_open).sum() == 10
    assert is_open.any()
    assert found.quota == (1, 1)  # 5 % of 16 to 26 communes, at least one


def test_what_the_office_states_decides(own: Project) -> None:
    (own.local / "commendation.csv").write_text(HEAD + "01762,0,0,1,95\n01690,1,0,1,\n01456,,1,,88\n", encoding="utf-8")
    found = commendation_list(load_province()).lists[0]
    minh_thanh = found.candidates.loc["01762"]
    assert minh_thanh["satisfaction"] == 95
    assert minh_thanh["to_verify"] == ("no_arrears",)  # no line on arrears was handed in for the last year
    assert found.excluded.loc["01690", "reasons"] == ("not_rewarded_before",)
    assert found.excluded.loc["01456", "reasons"] == ("no_discipline",)


def test_every_fault_of_what_was_stated_is_told_at_once(own: Project) -> None:
    lines = "01762,2,0,1,95\n99999,0,0,1,\n01690,,,x,120\n01690,,,,\n"
    (own.local / "commendation.csv").write_text(HEAD + lines, encoding="utf-8")
    with pytest.raises(FaultsError) as refused:
        commendation_list(load_territory("052"))
    assert {fault.where.rpartition("/")[2] for fault in refused.value.faults} == {
        "commendation.csv:2, is_rewarded_before", "commendation.csv:3, commune_code", "commendation.csv:4, is_dossier_complete",
        "commendation.csv:4, satisfaction_pct", "commendation.csv:5, commune_code",
    }  # fmt: skip


def test_arrears_at_the_last_year_exclude_and_a_whole_zero_fulfils(own: Project) -> None:
    path = own.data / "illustrative" / "b07.csv"
    head = path.read_text(encoding="utf-8").splitlines()[0]
    rows = [
        f"{code},2020,1,Đường,100,100,{100 - owed},{owed},,actual,2020-12-31,,,"
        for code, owed in (("01762", 0), ("01768", 40))
    ]
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    write_record(path, read_record(path).model_copy(update={"sha256": sha256_of(path)}))
    found = commendation_list(load_territory("052")).lists[0]
    assert "no_arrears" not in found.candidates.loc["01762", "to_verify"]
    assert "no_arrears" in found.excluded.loc["01768", "reasons"]


def test_tables_that_nobody_handed_in_leave_keys_and_conditions_unknown(own: Project) -> None:
    for name in ("b01", "b06", "b07", "b10"):
        (own.data / "illustrative" / f"{name}.csv").unlink()
    made = commendation_list(load_territory("052"))
    difficult = made.lists[2]
    assert difficult.candidates["to_verify"].map(lambda names: "especially_difficult" in names).all()
    assert (
        difficult.candidates[["income_growth", "poverty_cut", "contribution", "zone", "border"]].isna().all(axis=None)
    )
    assert {"income_growth", "poverty_cut", "contribution", "zone", "border"} <= set(difficult.ranks.left_out)


def test_the_quota_is_the_provinces_and_a_district_has_none() -> None:
    made = commendation_list(shipped.territory("052"))
    assert [one.quota for one in made.lists] == [None, None, None]
    assert set(made.names["district"]) == {"Huyện Nguyên Bình"}


def test_gained_criteria_are_an_interval_and_poverty_stays_within_one_standard() -> None:
    territory = shipped.province()
    found = commendation_list(territory).lists[0].candidates
    assert (found["gained"] <= found["gained_high"]).all()
    assert (found["gained"] < found["gained_high"]).any()
    frame = pd.read_csv(territory.project.data / "illustrative" / "b10.csv", dtype={"commune_code": str})
    frame = frame[(frame["commune_code"] == "01762") & (frame["poverty_standard"] == "multidimensional_2016_2020")]
    rate = frame.set_index("year")["poor_pct"]
    assert found.loc["01762", "poverty_cut"] == pytest.approx(rate[2015] - rate[2020])


def test_a_candidate_better_in_every_key_comes_first_under_all_weights(settings: CommendationSettings) -> None:
    ranks = rank_ranges(table(gained=[9, 5, 3], income_growth=[90, 40, 60], poverty_cut=[20, 12, 10]), settings)
    assert ranks.table.loc[0, ["rank_low", "rank_high", "before", "open"]].tolist() == [1, 1, 2, 0]
    assert ranks.table.loc[[1, 2], "rank_low"].tolist() == [2, 2]
    assert ranks.table.loc[[1, 2], "open"].tolist() == [1, 1]  # better here, worse there: the weights decide
    assert set(ranks.left_out) == {"kept", "contribution", "satisfaction", "zone", "border"}
    assert ranks.firm_share == pytest.approx(2 / 3)


def test_ties_stay_ties(settings: CommendationSettings) -> None:
    ranks = rank_ranges(table(gained=[7, 7, 2], poverty_cut=[10, 10, 1]), settings)
    assert ranks.table["rank_low"].tolist() == [1, 1, 3]
    assert ranks.table["rank_high"].tolist() == [1, 1, 3]
    assert ranks.table["open"].tolist() == [1, 1, 0]


def test_a_missing_value_widens_the_range(settings: CommendationSettings) -> None:
    full = rank_ranges(table(gained=[9, 8, 7, 6], poverty_cut=[9, 8, 7, 6]), settings)
    parted = rank_ranges(table(gained=[9, 8, 7, 6], poverty_cut=[9, np.nan, 7, 6]), settings)
    assert full.table.loc[1, ["rank_low", "rank_high"]].tolist() == [2, 2]
    low, high = parted.table.loc[1, ["rank_low", "rank_high"]]
    assert low <= 2
    assert high > 2
    assert parted.table.loc[0, "rank_low"] == 1


def test_an_interval_of_criteria_is_neither_its_best_nor_its_worst(settings: CommendationSettings) -> None:
    ranks = rank_ranges(table(gained=[6, 2, 4], gained_high=[6, 9, 4], kept=[1, 1, 1]), settings)
    assert ranks.table.loc[1, ["rank_low", "rank_high"]].tolist() == [1, 3]


def test_the_offices_weights_matter(settings: CommendationSettings) -> None:
    keys = table(gained=[9, 1], income_growth=[1, 9])
    even = rank_ranges(keys, settings).table
    heavy = settings.model_copy(
        update={"weights": settings.weights.model_copy(update={"gained": 30.0}), "concentration": 20.0}
    )
    assert even["open"].tolist() == [1, 1]
    assert rank_ranges(keys, heavy).table["rank_low"].tolist() == [1, 2]
    assert rank_ranges(keys, heavy).table["open"].tolist() == [0, 0]


def test_one_candidate_or_none_has_no_order(settings: CommendationSettings) -> None:
    one = rank_ranges(table(gained=[5]), settings)
    assert one.table.loc[0, ["rank_low", "rank_high", "open"]].tolist() == [1, 1, 0]
    assert np.isnan(one.firm_share)
    assert rank_ranges(table(gained=[]), settings).table.empty


def test_a_district_is_open_only_where_all_its_communes_may_be_recognised() -> None:
    found = district_list(shipped.province())
    assert len(found) == 13
    assert (found["communes"].sum(), found["recognised"].sum()) == (177, 10)
    short = found["not_met"] > 0
    assert (found.loc[short, "all_communes_recognised"] == Verdict.NOT_MET).all()


def test_without_a_table_there_are_no_proposals() -> None:
    assert proposals(shipped.province()) is None


def test_proposals_are_checked_by_what_they_hold(own: Project) -> None:
    rows = [
        "052,2020,1,person,Nguyễn Văn A (thử),Bằng khen,Vận động hiến đất,1,,actual,2020-12-31,Tờ trình 1,,",
        "052,2020,2,person,Nguyễn Văn B (thử),Bằng khen,,,,actual,2020-12-31,,,",
        "052,2014,3,collective,Xóm C (thử),Giấy khen,Làm đường,1,,actual,2020-12-31,Tờ trình 2,,",
        "052,2020,4,household,Hộ D (thử),Giấy khen,Hiến đất,0,,actual,2020-12-31,Tờ trình 3,,",
        "052,2020,5,enterprise,HTX E (thử),Bằng khen,Liên kết,1,,actual,2020-12-31,Tờ trình 4,,",
        "052,2020,6,enterprise,HTX E (thử),Bằng khen,Liên kết,1,,actual,2020-12-31,Tờ trình 5,,",
        "042,2020,1,person,Nguyễn Văn F (thử),Bằng khen,Vận động,1,,actual,2020-12-31,Tờ trình 6,,",
    ]
    path = own.data / "illustrative" / "b17.csv"
    path.write_text(B17 + "\n".join(rows) + "\n", encoding="utf-8")
    record = read_record(own.data / "illustrative" / "b10.csv")
    write_record(path, record.model_copy(update={"sha256": sha256_of(path)}))
    found = proposals(load_territory("052")).set_index("proposal_id")
    assert found["reasons"].tolist() == [(), (), ("outside_phase",), ("refused",), (), ()]
    assert found.loc["1", "to_verify"] == ()
    assert found.loc["2", "to_verify"] == ("unchecked", "no_deed", "no_paper")
    assert found.loc["4", "to_verify"] == ("no_rule",)
    assert found.loc["5", "to_verify"] == ("twice", "no_rule")
    assert len(proposals(load_province())) == 7
