"""What communes wrote is counted by commune, quoted to the letter, and sent to whom it names."""

import pandas as pd
import pytest
import shipped

from ntm_lib.evaluation import load_territory
from ntm_lib.evaluation.shortfalls.bodies import body_of, lead_bodies
from ntm_lib.evaluation.shortfalls.remarks import NOT_SAID, addressees, mentions, remarks, years_with_remarks
from ntm_lib.evaluation.shortfalls.settings import shortfall_rules
from ntm_lib.project import Project


def test_a_request_goes_to_the_highest_body_it_names(project: Project) -> None:
    texts = pd.Series(
        [
            "Đề nghị Trung ương và tỉnh bổ sung vốn",
            "Đề nghị UBND tỉnh",
            "Đề nghị huyện hỗ trợ",
            "Đề nghị ưu tiên bố trí vốn",
        ]
    )
    found = addressees(texts, shortfall_rules(project).addressees)
    assert found.tolist() == ["centre", "province", "district", NOT_SAID]


def test_communes_are_counted_once_and_the_commonest_words_quoted_as_written() -> None:
    rows = [("01", "Thiếu  vốn"), ("02", "thiếu vốn"), ("02", "Thiếu người"), ("03", "Địa hình <b>khó</b>")]
    table = pd.DataFrame(rows, columns=["commune_code", "text"]).assign(
        kind="difficulty", cause_kind="", criterion="2", addressee=""
    )
    row = mentions(table).iloc[0]
    assert (row["communes"], row["quote"], row["quoted"]) == (3, "Thiếu  vốn", 2)


def test_the_remarks_of_districts_add_up_to_those_of_the_table(project: Project) -> None:
    territory = shipped.territory("052", on="2019-12-31")
    rules = shortfall_rules(project)
    assert years_with_remarks(territory) == [2015, 2018, 2020]
    table = remarks(territory, 2020, rules)
    assert set(table["commune_code"]) <= set(territory.parts["from_code"])
    assert (table.loc[table["kind"] != "request", "addressee"] == "").all()
    counted = mentions(table)
    assert counted["communes"].sum() >= table["commune_code"].nunique()
    assert remarks(territory, 2016, rules).empty


def test_without_the_table_there_is_nothing_to_quote(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    (own_project.data / "illustrative" / "b15.csv").unlink()
    territory = load_territory("052", on="2019-12-31")
    table = remarks(territory, 2020, shortfall_rules(own_project))
    assert table.empty
    assert mentions(table).empty
    assert years_with_remarks(territory) == []


def test_an_indicator_has_its_own_lead_body_before_its_criterion(project: Project) -> None:
    bodies = lead_bodies(project)
    assert body_of(bodies, "15", "15.1") == "Bảo hiểm xã hội tỉnh"
    assert body_of(bodies, "15", "15.2") == "Sở Y tế"
    assert body_of(bodies, "99") == ""
