"""A dossier is examined by the law of its year; what nobody said is unknown, and a wrong file tells every fault at once."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import shipped

from ntm_lib import units
from ntm_lib.errors import FaultsError
from ntm_lib.evaluation import Territory, load_province, load_territory
from ntm_lib.evaluation.capital.arrears import owed_by_commune
from ntm_lib.evaluation.recognition.dossier import Precheck, overall, precheck
from ntm_lib.project import Project
from ntm_lib.verdicts import Verdict

MET, NOT_MET, UNKNOWN = int(Verdict.MET), int(Verdict.NOT_MET), int(Verdict.UNKNOWN)
Write = Callable[[str, pd.DataFrame], None]
COMPLETE = """
commune: "01771"
name: Quang Thành
on: 2019-12-31
year: 2020
registered: {answer: true, paper: "Công văn số 12/UBND ngày 05/12/2019"}
satisfaction: {households: 700, asked: 420, satisfied: 336, paper: "Báo cáo số 20/BC-MTTQ ngày 10/11/2020"}
arrears: {owed_vnd_million: 0, paper: "Báo cáo số 31/BC-UBND ngày 15/11/2020"}
papers: {letter: true, report: true, opinions: true, minutes: true, arrears_report: true, satisfaction_result: true, photographs: true}
"""


def put(project: Project, text: str, name: str = "01771") -> None:
    folder = project.local / "dossiers"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def state(checked: Precheck, check: str, commune: str = "01771") -> int:
    name = next(item.id for item in checked.conditions if item.check == check)
    return int(checked.states.loc[commune, name])


def test_without_a_file_what_only_the_office_knows_is_unknown(own: Project) -> None:
    checked = precheck(load_territory("052"), 2020)
    assert state(checked, "all_criteria") == MET
    for check in ("registered", "satisfaction", "no_arrears"):
        assert state(checked, check) == UNKNOWN
    assert (checked.papers == UNKNOWN).all(axis=None)
    assert not checked.facts["has_file"].any()


def test_a_complete_dossier_is_complete_and_its_limits_are_met_exactly(own: Project) -> None:
    put(own, COMPLETE)  # 420 of 700 is 60 %, 336 of 420 is 80 %: both limits to the point
    checked = precheck(load_territory("052"), 2020)
    assert (checked.states.loc["01771"] == MET).all()
    assert overall(checked)["01771"] == MET
    assert checked.candidates["01771"]


@pytest.mark.parametrize(
    ("old", "new", "check", "expected"),
    [
        ("satisfied: 336", "satisfied: 335", "satisfaction", NOT_MET),
        ("asked: 420", "asked: 419", "satisfaction", NOT_MET),
        ("answer: true", "answer: false", "registered", NOT_MET),
        ("owed_vnd_million: 0", "owed_vnd_million: 0.1", "no_arrears", NOT_MET),
    ],
)
def test_one_thing_short_is_not_met(own: Project, old: str, new: str, check: str, expected: int) -> None:
    assert old in COMPLETE
    put(own, COMPLETE.replace(old, new))
    checked = precheck(load_territory("052"), 2020)
    assert state(checked, check) == expected
    assert overall(checked)["01771"] == NOT_MET


def test_a_paper_not_spoken_of_keeps_the_dossier_open(own: Project) -> None:
    put(own, COMPLETE.replace("photographs: true", "letter: true").replace("{letter: true, ", "{", 1))
    checked = precheck(load_territory("052"), 2020)
    assert checked.papers.loc["01771", "photographs"] == UNKNOWN
    assert overall(checked)["01771"] == UNKNOWN


def test_a_dossier_of_another_year_or_another_unit_is_not_used(own: Project) -> None:
    put(own, COMPLETE.replace("year: 2020", "year: 2019"))
    assert not precheck(load_territory("052"), 2020).facts["has_file"].any()
    put(own, COMPLETE.replace("01771", "01762").replace("Quang Thành", "Minh Thanh"), "01762")
    (own.local / "dossiers" / "01771.yaml").unlink()
    assert precheck(load_territory("052"), 2020).facts["has_file"].sum() == 1
    later = load_territory("052", on="2020-12-31")  # 01762 is another commune there
    assert "01762" in later.in_programme.index
    assert not precheck(later, 2020).facts["has_file"].any()


def test_every_fault_of_every_file_is_told_at_once(own: Project) -> None:
    put(own, COMPLETE.replace("asked: 420", "asked: 900").replace("Quang Thành", "Quang Trung"))
    put(own, COMPLETE.replace("photographs", "photos").replace("year: 2020", "year: twenty"), "01762")
    put(own, COMPLETE.replace("photographs", "photos"), "01759")
    with pytest.raises(FaultsError) as refused:
        precheck(load_territory("052"), 2020)
    told = [str(fault) for fault in refused.value.faults]
    assert any("satisfaction" in line for line in told)
    assert any("01762.yaml: year" in line for line in told)
    assert any("papers.photos" in line and "photographs" in line for line in told)
    assert any("01759.yaml: commune" in line for line in told)


def test_a_file_of_another_kind_is_not_passed_over_in_silence(own: Project) -> None:
    put(own, COMPLETE)
    (own.local / "dossiers" / "01762.yml").write_text("x: 1\n", encoding="utf-8")
    (own.local / "dossiers" / ".hidden").write_text("", encoding="utf-8")
    with pytest.raises(FaultsError, match=r"01762\.yml") as refused:
        precheck(load_territory("052"), 2020)
    assert len(refused.value.faults) == 1


def test_a_name_that_is_not_the_units_is_refused(own: Project) -> None:
    put(own, COMPLETE.replace("Quang Thành", "Quang Trung"))
    with pytest.raises(FaultsError, match="Xã Quang Thành"):
        precheck(load_territory("052"), 2020)


@pytest.mark.parametrize(
    "text",
    ["- a list\n", "commune: 1771\n", "x: [\n", "commune: !!python/object:os.system {}\n", COMPLETE + "year: 2020\n"],
)
def test_broken_files_stop_with_a_message_that_names_the_file(own: Project, text: str) -> None:
    put(own, text)
    with pytest.raises(FaultsError, match=r"01771\.yaml"):
        precheck(load_territory("052"), 2020)


def test_the_law_of_the_year_decides_what_is_asked() -> None:
    territory = shipped.territory("052")
    assert [item.check for item in precheck(territory, 2015).conditions] == [
        "registered",
        "criteria_at_registration",
        "all_criteria",
    ]
    assert precheck(territory, 2012).period is None
    assert precheck(territory, 2012).states.shape == (len(territory.in_programme), 0)
    assert "no_arrears" in [item.check for item in precheck(territory, 2016).conditions]


def test_criteria_when_registering_are_those_of_the_year_before() -> None:
    territory = shipped.territory("052")
    before = territory.of_year(territory.counts, 2014)
    found = precheck(territory, 2015).states["at_registration_2014"]
    assert (found[before["low"] >= 14] == MET).all()
    assert (found[before["high"] < 14] == NOT_MET).all()
    assert set(precheck(territory, 2010).states.columns) == set()


def b07(*rows: tuple[str, int, str, float | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["commune_code", "year", "work_id", "owed_vnd_million"])
    empty = dict.fromkeys(["approved_vnd_million", "done_vnd_million", "paid_vnd_million", "pay_by_year"], "")
    texts = {"work": "Đường trục xóm", "status": "actual", "source_doc": "Bịa", "reported_by": "", "note": ""}
    table = table.assign(**empty, **texts, as_of_date=table["year"].astype(str) + "-12-31")
    order = "commune_code,year,work_id,work,approved_vnd_million,done_vnd_million,paid_vnd_million,owed_vnd_million,pay_by_year,status,as_of_date,source_doc,reported_by,note"
    return table[order.split(",")]


def parts_of(territory: Territory) -> tuple[str, list[str]]:
    """Return a commune formed from several whole ones, and these."""
    links = units.lineage(territory.results.unit_vintage, territory.vintage.date).links
    whole = links[~links["from_code"].duplicated(keep=False)].merge(
        territory.in_programme[[]], left_on="to_code", right_index=True
    )
    split = set(links["to_code"][links["from_code"].duplicated(keep=False)])
    groups = whole[~whole["to_code"].isin(split)].groupby("to_code")["from_code"].apply(list)
    several = groups[groups.str.len() > 1]
    return str(several.index[0]), several.iloc[0]


def test_arrears_of_the_parts_are_those_of_the_merged_commune(own: Project, write_table: Write) -> None:
    territory = load_province(on="2020-12-31")
    code, parts = parts_of(territory)
    write_table("b07", b07((parts[0], 2020, "1", 10.5), (parts[0], 2020, "2", 0), (parts[1], 2020, "1", 4)))
    found = owed_by_commune(territory, 2020)
    assert found.loc[code, ["owed", "owed_works"]].tolist() == [14.5, 2]
    assert found["owed"].drop(code).isna().all()


def test_nothing_owed_needs_a_row_of_every_part(own: Project, write_table: Write) -> None:
    territory = load_province(on="2020-12-31")
    code, parts = parts_of(territory)
    write_table("b07", b07((parts[0], 2020, "1", 0)))
    assert np.isnan(owed_by_commune(territory, 2020).loc[code, "owed"])
    write_table("b07", b07(*((part, 2020, "1", 0) for part in parts)))
    assert owed_by_commune(territory, 2020).loc[code, "owed"] == 0


def test_a_missing_debt_is_never_zero(own: Project, write_table: Write) -> None:
    write_table("b07", b07(("01771", 2020, "1", 0), ("01771", 2020, "2", None), ("01762", 2018, "1", 7)))
    found = owed_by_commune(load_territory("052"), 2020)
    assert np.isnan(found.loc["01771", "owed"])
    assert np.isnan(found.loc["01762", "owed"])
    assert found.loc["01762", ["owed_before", "owed_before_year"]].tolist() == [7, 2018]
    checked = precheck(load_territory("052"), 2020)
    assert state(checked, "no_arrears", "01762") == UNKNOWN


def test_a_recognised_commune_needs_no_dossier_and_unknown_ones_may() -> None:
    checked = precheck(shipped.territory("052"), 2020)
    assert not checked.candidates["01762"]
    assert checked.candidates["01771"]
    assert checked.candidates.sum() == 1
