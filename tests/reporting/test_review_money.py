"""What reports say of aims, volumes and capital: words of the office, marks, who reported; every tier and date."""

import re

import pandas as pd
import pytest
from invented_capital import handed, rows_of

from ntm_lib.evaluation import Territory, load_province, load_territory
from ntm_lib.evaluation.capital.book import SOURCES
from ntm_lib.project import Project
from ntm_lib.reporting import figures
from ntm_lib.reporting.pictures import Picture
from ntm_lib.reporting.review.aims import aims, volumes
from ntm_lib.reporting.review.capital import capital
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheet_html import sheet_html
from ntm_lib.reporting.sheets import Sheet, printed
from ntm_lib.review import Audience

PARTS: list[Contents] = [aims.CONTENTS, volumes.CONTENTS, capital.CONTENTS]
_HELD: dict[tuple[str, str], Territory] = {}


@pytest.fixture(autouse=True)
def _vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "vi")


def territory(code: str, on: str = "2019-12-31") -> Territory:
    if (code, on) not in _HELD:
        _HELD[code, on] = load_province(on=on) if code == "04" else load_territory(code, on=on)
    return _HELD[code, on]


def texts(subject: Subject, name: str) -> str:
    found = next(part for part in PARTS if name in part.sentences)
    return "\n".join(str(made) for made in found.sentences[name](subject))


def table(subject: Subject, name: str) -> Sheet:
    return next(part for part in PARTS if name in part.tables).tables[name](subject)


@pytest.mark.parametrize(
    ("code", "on", "commune"),
    [
        ("04", "2019-12-31", ""),
        ("04", "2025-12-31", ""),
        ("04", "2025-12-31", "01762"),
        ("052", "2020-12-31", ""),
        ("052", "2019-12-31", "01762"),
    ],
)
def test_every_content_can_be_said_shown_and_drawn_on_every_tier_and_date(code: str, on: str, commune: str) -> None:
    held = territory(code, on)
    commune = commune and str(held.in_programme.index[0])
    subject = Subject(held, Audience.INTERNAL, commune)
    figures.forget()
    for part in PARTS:
        for say in part.sentences.values():
            for made in say(subject):
                assert "nan" not in str(made).lower()
                assert "{" not in str(made)
                assert made.markup()
        for name, make in part.tables.items():
            sheet = make(subject)
            for row in sheet.cells():
                written = [printed(value, column) for value, column in zip(row, sheet.columns, strict=True)]
                assert not any(re.search(r"\bnan\b|None|<NA>", cell) for cell in written), (name, written)
            assert sheet.frame.shape[0] or sheet.empty
            assert sheet_html(sheet, subject.key("table", name))
        for draw in part.pictures.values():
            assert Picture(draw(subject)).png().startswith(b"\x89PNG")


def test_a_figure_key_never_has_two_values() -> None:
    subject = Subject(territory("052"))
    seen: dict[str, str] = {}
    for part in PARTS:
        pages = [made.markup() for say in part.sentences.values() for made in say(subject)]
        pages += [sheet_html(make(subject), subject.key("table", name)) for name, make in part.tables.items()]
        pages += [draw(subject) for draw in part.pictures.values()]
        for key, value in re.findall(r'data-figure="([^"]+)" data-value="([^"]*)"', "".join(pages)):
            assert seen.setdefault(key, value) == value, key
    assert len(seen) > 300


def test_capital_is_said_in_billions_with_and_without_credit_and_what_was_allotted_is_not_reported() -> None:
    said = texts(Subject(territory("052")), "capital")
    assert "920,9 tỷ đồng" in said
    assert "không bao gồm vốn tín dụng là 259,9 tỷ đồng" in said
    assert "chưa có báo cáo kế hoạch vốn giao" in said
    assert "triệu đồng" not in said
    sheet = table(Subject(territory("052")), "capital_by_year")
    assert sheet.unit_line == "Đơn vị tính: triệu đồng"
    assert sheet.frame["allotted"].isna().all()


def test_when_communes_did_not_report_the_text_says_at_least_and_of_how_many() -> None:
    held = load_territory("052", on="2019-12-31")
    codes = sorted(held.parts["from_code"].unique())
    rows = rows_of(codes[:-3], list(held.years), **dict.fromkeys(SOURCES, 100.0))
    with handed(held, b06=rows):
        said = texts(Subject(held), "capital")
        sheet = table(Subject(held), "capital_by_source")
    assert "huy động được ít nhất" in said
    assert "15/18 xã" in said
    assert set(sheet.frame["reporters"]) == {"15/18"}
    assert sheet.stamps == []  # these rows were not generated


def test_without_a_table_the_text_says_so_and_the_sheet_is_empty() -> None:
    held = load_territory("052", on="2019-12-31")
    with handed(held):
        assert texts(Subject(held), "capital") == "Chưa báo cáo: chưa có đơn vị nào gửi Biểu 06."
        assert texts(Subject(held), "capital_arrears") == "Chưa báo cáo: chưa có đơn vị nào gửi Biểu 07."
        assert texts(Subject(held), "capital_checks") == ""
        for name in ("capital_by_source", "capital_by_year", "capital_disagreements", "arrears_by_year"):
            sheet = table(Subject(held), name)
            assert sheet.frame.empty
            assert sheet.total is None
            assert "chưa có đơn vị nào gửi" in sheet.empty


def test_disagreement_is_counted_in_the_text_and_listed_as_reported() -> None:
    held = load_territory("052", on="2019-12-31")
    codes = sorted(held.parts["from_code"].unique())
    rows = rows_of(codes, list(held.years), **dict.fromkeys(SOURCES, 100.0), total=1300.0)
    rows.loc[0, "total_vnd_million"] = 1350.0
    with handed(held, b06=rows):
        said = texts(Subject(held), "capital_checks")
        sheet = table(Subject(held), "capital_disagreements")
    assert said.startswith("Có 1 số liệu")
    assert list(sheet.frame["stated"]) == [1350.0]
    assert list(sheet.frame["computed"]) == [1300.0]


def test_contradicting_aims_and_results_are_said_once_and_not_concluded() -> None:
    said = texts(Subject(territory("04")), "aims")
    assert said.count("Số xã được công nhận đạt chuẩn nông thôn mới") == 1
    for part in ("20 xã (Thủ tướng Chính phủ giao) và 25 xã (tỉnh đề ra)", "là 26", "là 17", "chưa kết luận"):
        assert part in said
    assert "(số liệu minh họa)" in said
    sheet = table(Subject(territory("04")), "aims")
    assert list(sheet.frame["outcome"])[:2] == ["Các nguồn khác nhau, chưa kết luận"] * 2
    assert sheet.frame["computed"].str.contains("MH").sum() == 2


def test_a_district_without_aims_is_told_so() -> None:
    assert "Chưa cập nhật mục tiêu được giao cho huyện Nguyên Bình" in texts(Subject(territory("052")), "aims")
    assert table(Subject(territory("052")), "aims").frame.empty


def test_a_volume_that_shrank_is_a_fall_and_a_missing_table_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = Subject(territory("052"))
    said = texts(subject, "volumes")
    assert "số nhà tạm, dột nát còn 353 nhà, giảm 1.220 nhà" in said
    assert "Biểu 09" in said
    assert re.search(r"-\d", said.replace("2010-2020", "").replace("10-15", "")) is None
    sheet = table(subject, "volumes_by_content")
    assert not sheet.frame["label"].str.contains("OCOP").any()
    assert any("OCOP" in note for note in sheet.notes)


def test_names_of_works_are_internal_and_published_facts_bear_no_illustrative_mark() -> None:
    assert "arrears_by_work" in capital.CONTENTS.internal
    sheet = table(Subject(territory("053")), "published_work")
    assert any("MINH HỌA" in stamp for stamp in sheet.stamps)  # computed figures stand beside
    assert table(Subject(territory("051")), "published_work").stamps == []


def test_text_of_a_work_never_becomes_markup(own_project: Project) -> None:
    held = load_territory("052", on="2019-12-31")
    works = pd.DataFrame(
        {
            "commune_code": ["01762"], "year": [2020], "work_id": ["1"], "work": ["=1+1<script>"],
            "owed_vnd_million": [5.0],
        }
    )  # fmt: skip
    with handed(held, b07=works):
        page = sheet_html(table(Subject(held, Audience.INTERNAL), "arrears_by_work"), "district.052.t")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_at_a_cut_off_within_the_period_estimates_and_silent_years_are_told() -> None:
    subject = Subject(load_territory("052", on="2019-12-31", as_of="2019-06-30"))
    assert "Chưa có báo cáo nguồn vốn các năm: 2019, 2020." in texts(subject, "capital")
    assert "18/18 xã (100,0%) báo cáo đầy đủ các năm có số liệu" in texts(subject, "capital")
    assert "đến hết năm 2020 (ước TH)" in texts(subject, "volumes")
    assert texts(subject, "capital_arrears").startswith("Đến cuối năm 2018")
    assert "2020 (ước TH)" in texts(subject, "capital_cost")
    years = [column.heading for column in table(subject, "volumes_by_content").columns if column.kind == "interval"]
    assert years[:3] == ["2010", "2015", "2020 (ước TH)"]


def test_what_was_disbursed_is_told_out_of_what_was_allotted_where_everybody_reported_both() -> None:
    held = load_territory("052", on="2019-12-31")
    codes = sorted(held.parts["from_code"].unique())
    amounts = dict.fromkeys(SOURCES, 100.0) | {"disbursed": 600.0, "allotted": 800.0}
    whole, part = rows_of(codes, list(held.years), **amounts), rows_of(codes, list(held.years), **amounts)
    part.loc[part.index[0], "allotted_vnd_million"] = float("nan")
    with handed(held, b06=whole):
        assert "(đạt 75,0%)" in texts(Subject(held), "capital")
        assert "allotted" in {column.key for column in table(Subject(held), "capital_by_year").columns}
    again = load_territory("052", on="2019-12-31")  # a territory keeps what it has read
    with handed(again, b06=part):
        assert "chưa tính được tỷ lệ giải ngân" in texts(Subject(again), "capital")
