"""The annotated copy colours and comments each cell found, lists all findings first, and leaves the original as it was."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ntm_lib.cli.findings import findings_lines, summary_line
from ntm_lib.errors import UsageError
from ntm_lib.submissions.checks import annotated_copy, findings_json
from ntm_lib.submissions.checks.annotate import COLOURS
from ntm_lib.submissions.model import Finding, Weight

WRONG = Finding(Weight.WRONG, "total", "B06 - Vốn", "F6", "Tổng: 100", "90", "Cộng lại.")
DOUBTFUL = Finding(Weight.DOUBTFUL, "jump", "B06 - Vốn", "F6", "Tổng: 100, năm trước 5", "gần 5", "Đối chiếu.")
NOTE = Finding(Weight.NOTE, "gone", "Tên 'lạ'", "C7", "để trống")
WHOLE = Finding(Weight.WRONG, "file", "", "", "cả tệp")


def workbook(path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = "B06 - Vốn"
    sheet["F6"] = 100
    sheet["A8"] = "=1+1"
    sheet["A9"] = "'=2+2"
    sheet.merge_cells("B2:D2")
    sheet.protection.sheet = True
    sheet.protection.set_password("kin")
    other = book.create_sheet("Tên 'lạ'")
    other["C7"] = "chữ"
    other.sheet_state = "hidden"
    book.save(path)
    return path


def listed(path: Path) -> Worksheet:
    return load_workbook(path).worksheets[0]


def rows_of(sheet: Worksheet) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(min_row=5, values_only=True))


def test_cells_are_coloured_by_the_heaviest_finding_and_commented_with_all(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    copy = load_workbook(annotated_copy(path, tmp_path / "b.xlsx", [DOUBTFUL, NOTE, WRONG]))
    cell = copy["B06 - Vốn"]["F6"]
    assert cell.value == 100
    assert cell.fill.start_color.rgb.endswith(COLOURS[Weight.WRONG])
    assert "Cộng lại." in cell.comment.text
    assert "năm trước 5" in cell.comment.text
    assert copy["Tên 'lạ'"]["C7"].fill.start_color.rgb.endswith(COLOURS[Weight.NOTE])
    assert copy["B06 - Vốn"].protection.sheet
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_the_first_sheet_lists_every_finding_with_a_link_to_its_cell(tmp_path: Path) -> None:
    sheet = listed(annotated_copy(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", [NOTE, DOUBTFUL, WRONG, WHOLE]))
    rows = rows_of(sheet)
    assert [row[4] for row in rows] == [WRONG.found, WHOLE.found, DOUBTFUL.found, NOTE.found]
    assert sheet["D5"].hyperlink.location == "'B06 - Vốn'!F6"
    assert sheet["D6"].hyperlink is None
    assert sheet["D8"].hyperlink.location == "'Tên ''lạ'''!C7"


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    evil = Finding(Weight.WRONG, "x", "B06 - Vốn", "B2", '=HYPERLINK("http://x";"y")', "+1", "@SUM(1)\x07")
    copy = load_workbook(annotated_copy(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", [evil]))
    assert not [c for sheet in copy.worksheets for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert copy.worksheets[0]["E5"].value == evil.found
    assert copy.worksheets[0]["E5"].quotePrefix
    assert copy["B06 - Vốn"]["A8"].value == "=1+1"


def test_a_cell_inside_a_merged_range_is_marked_where_the_range_shows(tmp_path: Path) -> None:
    inside = Finding(Weight.DOUBTFUL, "x", "B06 - Vốn", "C2", "y")
    copy = load_workbook(annotated_copy(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", [inside]))
    assert copy["B06 - Vốn"]["B2"].comment


def test_a_csv_file_gets_a_workbook_with_its_cells_as_text(tmp_path: Path) -> None:
    path = tmp_path / "b01.csv"
    path.write_text("commune_code;year;people;note\n01732;2018;=1+1;\n", encoding="utf-8")
    found = Finding(Weight.WRONG, "type", "b01", "dòng 2, cột 3", "=1+1")
    copy = load_workbook(annotated_copy(path, tmp_path / "b.xlsx", [found]))
    sheet = copy.worksheets[1]
    assert sheet["A2"].value == "01732"
    assert sheet["C2"].value == "=1+1"
    assert sheet["C2"].data_type == "s"
    assert sheet["C2"].comment


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 broken"])
def test_a_file_that_cannot_be_opened_gives_the_list_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    book = load_workbook(annotated_copy(path, tmp_path / "b.xlsx", [WHOLE, WRONG]))
    assert len(book.worksheets) == 1
    assert [row[4] for row in rows_of(book.worksheets[0])] == [WHOLE.found, WRONG.found]


@pytest.mark.parametrize("cell", ["XFE1048577", "A0", "../x", "A1:B2", "=A1", "dòng 0, cột 0"])
def test_a_cell_that_no_sheet_has_is_listed_without_a_link(cell: str, tmp_path: Path) -> None:
    found = Finding(Weight.NOTE, "x", "B06 - Vốn", cell, "y")
    sheet = listed(annotated_copy(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", [found]))
    assert rows_of(sheet)[0][4] == "y"
    assert sheet["D5"].hyperlink is None


def test_the_original_is_never_overwritten(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    os.link(path, tmp_path / "linked.xlsx")
    for target in (path, tmp_path / "linked.xlsx"):
        with pytest.raises(UsageError, match="tệp gốc"):
            annotated_copy(path, target, [WRONG])
    with pytest.raises(UsageError, match="xlsx"):
        annotated_copy(path, tmp_path / "b.xlsm", [WRONG])


def test_a_sheet_of_the_same_name_stays(tmp_path: Path) -> None:
    path = annotated_copy(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", [WRONG])
    again = load_workbook(annotated_copy(path, tmp_path / "c.xlsx", [WRONG]))
    assert again.sheetnames[0] != again.sheetnames[1]
    assert len(again.sheetnames) == 4


def test_findings_for_programs_have_a_form_that_stays() -> None:
    data = json.loads(findings_json([NOTE, WRONG]))
    assert data["format"] == 1
    assert data["counts"] == {"wrong": 1, "doubtful": 0, "note": 1}
    assert data["findings"][0] == {
        "weight": "wrong",
        "rule": "total",
        "sheet": "B06 - Vốn",
        "cell": "F6",
        "found": "Tổng: 100",
        "expected": "90",
        "action": "Cộng lại.",
    }


def test_the_command_line_groups_by_weight_and_counts_what_it_leaves_out() -> None:
    lines = findings_lines([NOTE, *[DOUBTFUL] * 13, WRONG], of_one_kind=10)
    heads = [line for line in lines if not line.startswith(" ")]
    assert [line.rpartition("(")[2] for line in heads] == ["1)", "13)", "1)"]
    assert sum("năm trước 5" in line for line in lines) == 10
    [more] = [line for line in lines if "3 nội dung cùng loại" in line]
    assert "có ghi chú" not in more
    assert any("xem ở tệp" in line for line in findings_lines([DOUBTFUL] * 13, where_all="xem ở tệp"))
    assert "trang B06 - Vốn, ô F6: Tổng: 100" in lines[1]
    assert len(findings_lines([])) == 1
    assert "1 nội dung sai" in summary_line([WRONG, NOTE])
