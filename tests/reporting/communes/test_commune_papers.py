"""The report and the minutes have the parts of the official outline; what people must say is left blank."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import docx
import pytest

from ntm_lib.errors import UsageError, UsageFaultsError
from ntm_lib.evaluation import load_territory, narrowed
from ntm_lib.project import Project
from ntm_lib.reporting.communes import CommunePaper, commune_sheet, communes_of, write_commune_sheets
from ntm_lib.reporting.review.commune.commune import aims
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.review import Audience


def paragraphs(path: Path) -> list[str]:
    return [item.text for item in docx.Document(str(path)).paragraphs if item.text.strip()]


def headings(path: Path) -> list[str]:
    return [item.text for item in docx.Document(str(path)).paragraphs if item.style.name.startswith("Heading")]


@pytest.fixture(scope="module")
def report(communes, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("papers") / "report.docx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_LANG", "vi")
        return CommunePaper(communes("2019-12-31").commune("01753"), "report").write(path)


@pytest.fixture(scope="module")
def minutes(communes, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("papers") / "minutes.docx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_LANG", "vi")
        return CommunePaper(communes("2019-12-31").commune("01753"), "minutes").write(path)


def test_the_report_has_the_parts_of_the_outline_in_order(report: Path) -> None:
    found = headings(report)
    expected = [
        "Phần thứ nhất: KẾT QUẢ THỰC HIỆN CHƯƠNG TRÌNH GIAI ĐOẠN 2010 - 2020",
        "I. ĐẶC ĐIỂM, TÌNH HÌNH",
        "II. CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH",
        "IV. KẾT QUẢ THỰC HIỆN BỘ TIÊU CHÍ QUỐC GIA VỀ XÃ NÔNG THÔN MỚI",
        "VI. ĐÁNH GIÁ CHUNG",
        "Phần thứ hai: MỤC TIÊU, NHIỆM VỤ, GIẢI PHÁP GIAI ĐOẠN 2021 - 2025",
        "II. MỤC TIÊU",
        "III. NHIỆM VỤ",
        "IV. GIẢI PHÁP CHỦ YẾU",
        "VII. KIẾN NGHỊ, ĐỀ XUẤT",
    ]
    places = [found.index(heading) for heading in expected if heading in found]
    assert [found[place] for place in places] == expected
    assert places == sorted(places)


def test_sentences_of_the_software_stand_marked_and_the_data_are_stamped(report: Path) -> None:
    said = paragraphs(report)
    assert said.count("[Nội dung do phần mềm gợi ý, chưa được rà soát]") >= 6
    assert any("SỐ LIỆU MINH HỌA" in text for text in said)
    assert "Năm 2020, xét theo Quyết định số 1980/QĐ-TTg, xã đạt 14/19 tiêu chí." in said
    assert any(
        text.startswith("Tiêu chí 9 (Nhà ở dân cư; cơ quan hướng dẫn: Sở Xây dựng): xóa nhà tạm") for text in said
    )
    assert any("còn 25 nhà, mức đạt chuẩn là không còn" in text for text in said)


def test_the_table_of_the_dossier_has_every_requirement(report: Path, province) -> None:
    table = next(item for item in docx.Document(str(report)).tables if len(item.rows) > 40)
    head = [cell.text for cell in table.rows[0].cells]
    assert head == ["TT", "Tiêu chí", "Nội dung tiêu chí", "Mức đạt chuẩn", "Kết quả", "Tự đánh giá (gợi ý)"]
    rules = province("2019-12-31").reported.rules[2020]
    assert len(table.rows) == 1 + len(rules.requirements)
    assert {row.cells[5].text for row in table.rows[1:]} <= {"Đạt", "Chưa đạt", "Chưa đủ số liệu", "Không xét"}


def test_the_minutes_leave_persons_votes_and_conclusion_blank(minutes: Path) -> None:
    said = paragraphs(minutes)
    votes = [text for text in said if text.startswith("Thông qua") and "tán thành" in text]
    assert len(votes) == 3
    assert all("tán thành ……/……; không tán thành ……" in text for text in votes)
    assert "Chủ trì: ………………………………… Thư ký: …………………………………" in said
    assert any(text.startswith("Chủ trì kết luận: …") for text in said)
    assert headings(minutes)[:1] == ["I. THỜI GIAN, ĐỊA ĐIỂM, THÀNH PHẦN"]
    signers = [cell.text for table in docx.Document(str(minutes)).tables for cell in table.rows[0].cells]
    assert {"THƯ KÝ", "CHỦ TRÌ"} <= set(signers)


def test_what_a_person_wrote_takes_the_place_of_the_question(own_project: Project, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    folder = own_project.data / "local" / "notes" / "01753-20191231"
    folder.mkdir(parents=True)
    (folder / "lessons.txt").write_text("Dân bàn, dân làm <b>trước</b>.", encoding="utf-8")
    commune = communes_of(load_territory("052", on="2019-12-31")).commune("01753")
    said = paragraphs(CommunePaper(commune, "report").write(tmp_path / "report.docx"))
    assert "Dân bàn, dân làm <b>trước</b>." in said
    assert not any(text.startswith("Bài học kinh nghiệm:") for text in said)


def test_an_outline_that_names_what_nobody_offers_stops_and_the_old_file_stays(
    own_project: Project, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    path = own_project.parameters / "review" / "outline_commune.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("commune_tasks", "comune_task"), encoding="utf-8")
    kept = tmp_path / "report.docx"
    kept.write_bytes(b"old")
    commune = communes_of(load_territory("052", on="2019-12-31")).commune("01753")
    with pytest.raises(UsageFaultsError) as refused:
        CommunePaper(commune, "report").write(kept)
    assert any("comune_task" in fault.found for fault in refused.value.faults)
    assert kept.read_bytes() == b"old"


def test_a_report_of_2025_names_the_province_where_there_is_no_district(communes, tmp_path: Path) -> None:
    commune = communes("2025-12-31").commune("01360")
    path = CommunePaper(commune, "report").write(tmp_path / "report.docx")
    head = docx.Document(str(path)).tables[0].rows[0].cells[0].text
    assert "UBND TỈNH CAO BẰNG" in head
    assert "BAN QUẢN LÝ\nXÃ SƠN LỘ" in head
    assert any("xã Sơn Lập, xã Sơn Lộ" in text for text in paragraphs(path))


def test_chosen_communes_are_written_with_an_index_of_all(province, project: Project, tmp_path: Path) -> None:
    told: list[str] = []
    territory = province("2019-12-31")
    written = write_commune_sheets(
        project, tmp_path, territory, codes=["01753", "01762"], formats=("html", "docx"), finished=told.append
    )
    names = [path.name for path in written]
    assert names == [
        "01753-2019.docx", "01753-2019-minutes.docx",
        "01753-2019.html", "01753-2019-report.html", "01753-2019-minutes.html",
        "01762-2019.docx", "01762-2019-minutes.docx",
        "01762-2019.html", "01762-2019-report.html", "01762-2019-minutes.html", "index.html",
    ]  # fmt: skip
    assert told == ["01753", "01762"]
    assert sorted(path.name for path in (tmp_path / "communes").iterdir()) == sorted(names)
    index = (tmp_path / "communes" / "index.html").read_text(encoding="utf-8")
    assert index.count('<th scope="row">') == len(territory.in_programme)
    assert index.count("<h2 id=") == territory.communes.loc[territory.in_programme.index, "parent_code"].nunique()
    assert 'href="01753-2019.html"' in index
    assert "01291-2019.html" not in index  # not written: named without a link
    assert 'href="01762-2019-report.html"' in index
    pages = {path.name: path.read_text(encoding="utf-8") for path in written if path.suffix == ".html"}
    for page in (name for name in names if name.startswith("01762") and name.endswith("html")):
        others = {name for name in names if name.startswith("01762") and name != page}
        assert all(f'href="{other}"' in pages[page] for other in others), page


def test_codes_and_formats_that_cannot_be_written_are_told_together(province, project: Project, tmp_path: Path) -> None:
    territory = province("2019-12-31")
    with pytest.raises(UsageFaultsError) as refused:
        write_commune_sheets(project, tmp_path, territory, codes=["01753", "01267", "99999"])
    assert {fault.where for fault in refused.value.faults} == {"01267", "99999"}
    with pytest.raises(UsageError, match="pdf"):
        write_commune_sheets(project, tmp_path, territory, formats=("html", "pdf"))
    assert not (tmp_path / "communes").exists()


def test_the_same_commune_gives_the_same_files(province, project: Project, tmp_path: Path) -> None:
    first, again = (
        write_commune_sheets(project, tmp_path / place, territory, codes=["01753"], formats=("html", "docx"))
        for place, territory in (
            ("a", narrowed(province("2019-12-31"), "052")),
            ("b", load_territory("052", "2019-12-31")),
        )
    )
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_a_withheld_criterion_stands_in_no_paper(province, tmp_path: Path) -> None:
    whole = province("2019-12-31")
    district = narrowed(whole, str(whole.communes.at["01348", "parent_code"]))
    commune = communes_of(replace(district, withheld=frozenset({"18", "19"}))).commune("01348")
    for paper in ("report", "minutes"):
        path = CommunePaper(commune, paper).write(tmp_path / f"{paper}.docx")
        tables = [cell.text for table in docx.Document(str(path)).tables for row in table.rows for cell in row.cells]
        text = "\n".join([*paragraphs(path), *tables])
        assert "tiếp cận pháp luật" not in text
        assert "18.1" not in text
        assert "Tiêu chí chưa đạt: 2 (Giao thông)" in text
        assert "18, 19" in text  # the note that says what is left out


def test_the_internal_version_bears_its_mark(communes, tmp_path: Path) -> None:
    commune = communes("2019-12-31").commune("01753")
    for audience, marks in ((Audience.PUBLIC, False), (Audience.INTERNAL, True)):
        path = CommunePaper(commune, "report", audience).write(tmp_path / f"{audience}.docx")
        assert ("Lưu hành nội bộ" in "\n".join(paragraphs(path))) is marks
        assert ("Lưu hành nội bộ" in commune_sheet(commune, audience)) is marks


def test_where_nothing_is_missing_no_empty_table_is_annexed(communes, tmp_path: Path) -> None:
    commune = communes("2019-12-31").commune("01762")
    said = paragraphs(CommunePaper(commune, "report").write(tmp_path / "report.docx"))
    assert "Biểu số 01" in said
    assert not any("Nội dung còn thiếu" in text for text in said)
    assert "Tồn tại, hạn chế khác: …………" in said  # the board still has its place


def test_the_page_says_what_the_word_document_says(report: Path, minutes: Path, communes) -> None:
    commune = communes("2019-12-31").commune("01753")
    for paper, document in (("report", report), ("minutes", minutes)):
        page = CommunePaper(commune, paper).page()
        shown = unescape(re.sub(r"<[^>]+>", "", page))
        wanted = [text for text in paragraphs(document) if len(text) > 40 and not text.startswith(("[", "(", "- "))]
        missing = [text for text in wanted if text not in shown]
        assert missing == [], missing[:3]
        assert page.count("<script") == 2  # the record of its figures, and what opens it
        assert "<details>" not in page  # what is folded away is not printed


def test_aims_are_proposed_for_every_commune_and_ask_for_data_where_some_are_missing(province) -> None:
    territory = province("2019-12-31")
    counts = territory.of_year(territory.counts, territory.review.last_year)
    for code in territory.in_programme.index:
        said = [str(item) for item in aims(Subject(territory, commune=code))]
        assert said
        assert any("Bổ sung số liệu" in text for text in said) is bool(counts.at[code, "unknown"]), code


def test_a_review_of_one_year_names_the_year_and_no_period(project: Project, monkeypatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(project.root))
    commune = communes_of(load_territory("052", on="2019-12-31", first_year=2020, last_year=2020)).commune("01753")
    made = {paper: CommunePaper(commune, paper).page() for paper in ("report", "minutes")}
    said = {
        name: unescape(re.sub(r"<[^>]+>", "", page))
        for name, page in (made | {"sheet": commune_sheet(commune)}).items()
    }
    doubled = r"2020\s*[-–]\s*2020|năm 2020 (?:và|đến) năm 2020"
    assert {name: re.findall(doubled, text) for name, text in said.items()} == {name: [] for name in said}
    assert "KẾT QUẢ THỰC HIỆN CHƯƠNG TRÌNH NĂM 2020" in said["report"]
    assert "Khối lượng thực hiện theo nội dung của Chương trình, xã Bắc Hợp, năm 2020" in said["report"]
    assert "Trong năm 2020, tổng nguồn vốn huy động của xã Bắc Hợp đạt" in said["report"]
    assert "giai đoạn 2021 - 2025" in said["minutes"]  # the next period stays one
