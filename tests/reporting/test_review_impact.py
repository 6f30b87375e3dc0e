"""What the review says of impact and commendation: warnings first, no number without its tests, nothing internal in public."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import shipped

from ntm_lib.evaluation import Territory, load_province, load_territory
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, sha256_of, write_record
from ntm_lib.reporting import figures
from ntm_lib.reporting.effect_chart import effect_chart
from ntm_lib.reporting.review.commendation import commendation
from ntm_lib.reporting.review.impact import impact
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheets import Sheet, printed
from ntm_lib.review import Audience

SVG = "{http://www.w3.org/2000/svg}"
PARTS = (impact.CONTENTS, commendation.CONTENTS)


@pytest.fixture(autouse=True)
def _vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "vi")


@pytest.fixture(scope="module")
def province(project: Project) -> Territory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return shipped.province()


def rows(sheet: Sheet) -> list[list[str]]:
    return [[printed(value, column) for value, column in zip(row, sheet.columns, strict=True)] for row in sheet.cells()]


def svg_of(markup: str) -> ET.Element:
    return ET.fromstring(re.search(r"<svg.*</svg>", markup, re.DOTALL).group(0))  # noqa: S314 - our own


def test_generated_data_are_called_so_in_the_first_line_of_both_parts(province: Territory) -> None:
    subject = Subject(province, Audience.INTERNAL)
    for name, part in (("impact", PARTS[0]), ("commendation", PARTS[1])):
        assert str(part.sentences[name](subject)[0]).startswith("Số liệu minh họa:")
    for part in PARTS:
        for name, make in part.tables.items():
            if name != "commendation_rules":  # published facts
                assert any("khen thưởng" in stamp for stamp in make(subject).stamps)


def test_a_difference_that_was_there_before_is_not_put_down_to_the_standard(province: Territory) -> None:
    told = " ".join(map(str, impact.impact_sentences(Subject(province))))
    assert "từ trước khi đạt" in told
    assert "không được coi là tác động" in told
    assert "Xã đăng ký đạt chuẩn khi đã gần đủ điều kiện" in str(impact.limit_sentences(Subject(province))[0])


def test_every_figure_of_the_sentences_has_a_key_of_its_own(province: Territory) -> None:
    subject = Subject(province, Audience.INTERNAL)
    said = [line for part in PARTS for make in part.sentences.values() for line in make(subject)]
    held: dict[str, str] = {}
    for line in said:
        assert "{" not in str(line)
        for found in line.figures:
            assert held.setdefault(found.key, found.plain()) == found.plain()


def test_tables_print_a_dash_and_a_reason_for_what_is_not_estimated(province: Territory) -> None:
    sheet = impact.tests_sheet(Subject(province))
    table = rows(sheet)
    assert sheet.frame["id"].is_unique
    old = next(row for row in table if "2006 - 2010" in row[0])
    assert old[4:10] == ["-"] * 6
    assert "quá ít xã" in old[-1]
    assert sum("2006 - 2010" in row[0] for row in table) == 1


def test_a_small_district_gets_words_instead_of_numbers() -> None:
    subject = Subject(shipped.territory("052"), Audience.INTERNAL)
    told = [str(line) for line in impact.impact_sentences(subject)]
    assert len(told) == 2
    assert "ít hơn mức 10 xã" in told[1]
    assert impact.limit_sentences(subject) == []
    assert impact.tests_sheet(subject).frame.empty
    assert impact.money_sheet(subject).frame.empty
    picture = svg_of(impact.path_picture(subject, "income"))
    assert any("Chưa đủ số xã" in "".join(text.itertext()) for text in picture.iter(f"{SVG}text"))


@pytest.mark.parametrize("commune", ["", "01762"])
def test_each_content_is_made_for_each_tier(commune: str) -> None:
    subject = Subject(shipped.territory("052"), Audience.INTERNAL, commune)
    for part in PARTS:
        for make in part.sentences.values():
            assert bool(make(subject)) != bool(commune) or make is impact.limit_sentences
        for name, make in part.tables.items():
            sheet = make(subject)
            rows(sheet)
            assert len(sheet.frame) or sheet.empty, name
        for make in part.pictures.values():
            svg_of(make(subject))


def test_units_of_2025_have_no_districts_and_crash_nothing() -> None:
    subject = Subject(shipped.province(on="2025-12-31"), Audience.INTERNAL)
    assert len(commendation.commendation_sentences(subject)) > 5
    assert len(rows(commendation.tables.districts_sheet(subject))) == 13  # those of the date of the results


def test_everything_of_commendation_is_internal_and_nothing_is_called_a_ranking(province: Territory) -> None:
    part = commendation.CONTENTS
    assert part.internal == {*part.sentences, *part.tables}
    subject = Subject(province, Audience.INTERNAL)
    titles = [make(subject).title for make in part.tables.values()]
    assert sum(title.startswith("Danh sách đủ điều kiện để xem xét") for title in titles) == 3
    assert not any("xếp hạng" in title.casefold() for title in titles)


def test_the_list_stands_in_the_documents_order_with_every_key(province: Territory) -> None:
    sheet = commendation.tables.list_sheet(Subject(province, Audience.INTERNAL), "commune_ntm")
    assert sheet.frame["code"].is_monotonic_increasing
    assert sheet.total is None
    assert not any(column.heading.casefold() == "điểm" for column in sheet.columns)
    assert {"Cần xác minh"} == {row[2] for row in rows(sheet)}
    assert any("không phải thứ tự khen thưởng" in note for note in sheet.notes)


@pytest.mark.parametrize(
    ("audience", "chosen", "shown"), [("internal", True, True), ("internal", False, False), ("public", True, False)]
)
def test_names_stand_only_in_the_internal_version_and_by_choice(
    own_project: Project, monkeypatch: pytest.MonkeyPatch, audience: str, chosen: bool, shown: bool
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    path = own_project.data / "illustrative" / "b17.csv"
    head = "unit_code,year,proposal_id,kind,candidate,form,deed,is_eligible,check_note,status,as_of_date,source_doc,reported_by,note"
    path.write_text(
        f"{head}\n052,2020,1,person,<b>Tên thử</b>,Bằng khen,Việc thử,1,,actual,2020-12-31,Tờ trình 1,,\n",
        encoding="utf-8",
    )
    record = read_record(own_project.data / "illustrative" / "b10.csv")
    write_record(path, record.model_copy(update={"sha256": sha256_of(path)}))
    choices = own_project.parameters / "review" / "commendation.yaml"
    text = choices.read_text(encoding="utf-8")
    choices.write_text(text.replace("show_names: false", f"show_names: {str(chosen).lower()}"), encoding="utf-8")
    subject = Subject(load_territory("052"), Audience(audience))
    printed_rows = rows(commendation.tables.proposals_sheet(subject))
    assert any("Tên thử" in cell for cell in printed_rows[0]) is shown
    assert any("Việc thử" in cell for cell in printed_rows[0]) is shown
    assert "Tên thử" not in " ".join(map(str, commendation.commendation_sentences(subject)))


def test_a_missing_outcome_is_said_instead_of_a_number(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    (own_project.data / "illustrative" / "b10.csv").unlink()
    subject = Subject(load_province())
    told = [str(line) for line in impact.impact_sentences(subject)]
    assert told[1:] == ["Thu nhập và hộ nghèo chưa được báo cáo theo xã; vì vậy không ước lượng tác động."]
    assert impact.tests_sheet(subject).frame.empty


def points(svg: ET.Element) -> list[float]:
    return [float(circle.get("cy")) for circle in svg.iter(f"{SVG}circle")][:-1]  # the last stands in the legend


def test_points_lie_around_zero_on_the_scale() -> None:
    table = pd.DataFrame({"since": [1, -1, 0], "estimate": [5.0, -2.5, 0], "low": [0.0, -5, -1], "high": [10.0, 0, 1]})
    svg = svg_of(effect_chart(table, title="<b>T</b>", unit="%", key="a.b", empty="none", stamps=["STAMP"]))
    low, zero, high = points(svg)
    assert low > zero > high
    assert (low - zero) * 2 == pytest.approx(zero - high, abs=0.3)
    assert svg.find(f"{SVG}title").text == "<b>T</b>"
    assert figures.printed()["a.b.2"].value == "5"
    assert any("STAMP" in "".join(text.itertext()) for text in svg.iter(f"{SVG}text"))


def test_an_empty_chart_says_so_and_has_no_points() -> None:
    table = pd.DataFrame({"since": [], "estimate": [], "low": [], "high": []}, dtype=np.float64)
    svg = svg_of(effect_chart(table, title="T", unit="%", key="a.b", empty="Nothing to show"))
    assert points(svg) == []
    assert any("Nothing to show" in "".join(text.itertext()) for text in svg.iter(f"{SVG}text"))
