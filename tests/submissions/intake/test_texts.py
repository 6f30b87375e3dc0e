"""CSV in every code and separator, names as offices write them, single cells as clerks write them."""

import sys
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from ntm_lib.project import Project
from ntm_lib.submissions.forms import fill, form_of
from ntm_lib.submissions.forms.layout import FormColumn, Role
from ntm_lib.submissions.intake import read_file
from ntm_lib.submissions.intake.cells import Read, Trouble, as_date, as_number, as_text, as_year, decimal_mark
from ntm_lib.submissions.intake.grids import Percent
from ntm_lib.submissions.intake.scripts import from_vni
from ntm_lib.submissions.model import Level, Weight
from ntm_lib.units.boundary_files import from_tcvn3

sys.path.insert(0, str(Path(__file__).parent))
from invented_submission import COMMUNE, DISTRICT, comparable, filled, invent, sender

HEAD = ["Mã xã", "Tên xã", "Năm", "Trạng thái", "Ngày chốt số liệu", "Chuẩn nghèo áp dụng", "Tổng số hộ", "Số hộ nghèo"]
HEAD += ["Tỷ lệ hộ nghèo (%)", "Thu nhập bình quân đầu người"]


def poverty(project: Project) -> FormColumn:
    return form_of(project, sender(DISTRICT, Level.DISTRICT), (2018,)).sheet("b10").column("poverty_standard")


def lines(project: Project) -> list[list[str]]:
    word = poverty(project).words["multidimensional_2016_2020"]
    return [
        HEAD,
        ["", "Minh Thanh", "2018", "Thực hiện", "31/12/2018", word, "1.024", "210", "20,5", "17,25"],
        ["1753", "", "2018", "TH", "31-12-2018", word, "812", "0", "0", ""],
        ["", "Tổng cộng", "", "", "", "", "1836", "210", "", ""],
    ]


def to_one_byte(text: str, decode) -> bytes:
    """Return a text in an old code, by turning the decoder round letter by letter and pair by pair."""
    singles = {decode(chr(at)): chr(at) for at in range(128, 256) if decode(chr(at)) != chr(at)}
    vowels = [chr(at) for at in range(32, 256) if chr(at).isalpha()]
    pairs = {decode(a + b): a + b for a in vowels for b in vowels if ord(b) > 127}
    known = {letter: code for letter, code in (pairs | singles).items() if len(letter) == 1 and ord(letter) > 127}
    return "".join(known.get(letter, letter) for letter in text).encode("latin-1")


CODES = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "TCVN3": lambda text: to_one_byte(text, from_tcvn3),
    "VNI": lambda text: to_one_byte(text, from_vni),
}


@pytest.mark.parametrize("mark", [";", "\t", ","])
@pytest.mark.parametrize("code", CODES)
def test_csv_is_read_in_every_code_and_with_every_separator(
    code: str, mark: str, project: Project, tmp_path: Path
) -> None:
    rows = [[f'"{cell}"' if mark in cell else cell for cell in row] for row in lines(project)]
    text = "\r\n".join(mark.join(row) for row in rows)
    path = tmp_path / "bieu_10.csv"
    path.write_bytes(CODES[code](text))
    reading = read_file(path, project, sender(DISTRICT, Level.DISTRICT))
    assert [finding for finding in reading.findings if finding.weight is Weight.WRONG] == []
    values = reading.values.set_index(["unit_code", "item"])["number"]
    assert values.loc["01762"].to_dict() == {
        "households": 1024,
        "poor_households": 210,
        "poor_pct": 20.5,
        "income_per_head_vnd_million": 17.25,
    }
    assert values.loc["01753"].to_dict() == {"households": 812, "poor_households": 0, "poor_pct": 0}
    assert set(reading.values["row"]) == {"multidimensional_2016_2020"}
    rules = {finding.rule for finding in reading.findings}
    assert ("text.old_code" in rules) == (code in {"TCVN3", "VNI"})
    assert "line.total" in rules


def test_csv_without_a_sender_says_what_is_missing(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "b10.csv"
    path.write_text("commune_code,year,status\n01762,2018,actual\n", encoding="utf-8")
    assert {finding.rule for finding in read_file(path, project).findings} == {"stamp.missing"}


def test_two_communes_of_one_name_need_a_code(project: Project, tmp_path: Path) -> None:
    head = "Tên xã;Năm;Danh hiệu;Số quyết định;Ngày quyết định;Nguồn;Trạng thái;Ngày chốt số liệu;Ngày công bố"
    path = tmp_path / "bieu 05.csv"
    path.write_text(f"{head}\nĐức Long;2017;ntm;12;3/1/2018;CV 1;TH;31/12/2018;5/1/2018", encoding="utf-8")
    reading = read_file(path, project, sender("04", Level.PROVINCE))
    told = next(finding for finding in reading.findings if finding.rule == "line.two_of_one_name")
    assert "01669" in told.expected
    assert "01822" in told.expected
    assert not reading.is_accepted


def test_an_old_font_in_a_workbook_is_read_too(project: Project, tmp_path: Path) -> None:
    form = form_of(project, sender(DISTRICT, Level.DISTRICT), (2018,))
    values = invent(form, np.random.default_rng(5))
    values = values[(values["table"] == "b10") & values["text"].isna()]
    path = fill(tmp_path / "a.xlsx", form, values)
    book = openpyxl.load_workbook(path)
    for name in book.sheetnames:
        if name != "Biểu 10":
            book.remove(book[name])
    page = book["Biểu 10"]
    page.delete_rows(4, 2)
    for row in page.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = to_one_byte(cell.value, from_tcvn3).decode("latin-1")
    book.save(path)
    reading = read_file(path, project, form.sender)
    assert "text.old_code" in {finding.rule for finding in reading.findings}
    assert reading.is_accepted, reading.findings
    assert comparable(reading.values).equals(comparable(values))


COUNT = FormColumn("n", Role.VALUE, "n", "integer", "hộ", min=0)
SHARE = FormColumn("p", Role.VALUE, "p", "number", "%", min=0, max=100, is_percent=True, may_be_unassessed=True)
LENGTH = FormColumn("km", Role.VALUE, "km", "number", "km", min=0)
ANSWER = FormColumn("y", Role.VALUE, "y", "yes_no", words={"1": "Đạt", "0": "Chưa đạt"})


@pytest.mark.parametrize(
    ("cell", "column", "value"),
    [
        ("12,5", LENGTH, 12.5),
        ("12.5 km", LENGTH, 12.5),
        ("1.234.567", COUNT, 1_234_567),
        ("1 234", COUNT, 1234),
        ("1\u00a0234,5", LENGTH, 1234.5),
        ("12.345,6", LENGTH, 12_345.6),
        (" 0 ", COUNT, 0),
        ("85%", SHARE, 85),
        ("85,5 %", SHARE, 85.5),
        (Percent(0.855), SHARE, 85.5),
        ("Không xét", SHARE, np.inf),
        ("khong xet", SHARE, np.inf),
        ("Đạt", ANSWER, 1),
        ("chưa đạt", ANSWER, 0),
        ("X", ANSWER, 1),
        (True, ANSWER, 1),
        (0.0, ANSWER, 0),
        ("45 hộ", COUNT, 45),
    ],
)
def test_numbers_are_read_as_clerks_write_them(cell: object, column: FormColumn, value: float) -> None:
    read = as_number(cell, column)
    assert isinstance(read, Read), read
    assert read.value == value


@pytest.mark.parametrize(
    ("cell", "column", "rule"),
    [
        ("1.234", LENGTH, "cell.ambiguous"),
        ("1,234", COUNT, "cell.ambiguous"),
        ("(5)", COUNT, "cell.negative"),
        ("5%", COUNT, "cell.percent_for_count"),
        ("…", COUNT, "cell.dash"),
        ("chưa có số liệu", SHARE, "cell.dash"),
        ("khoảng 5", COUNT, "cell.text"),
        ("12,5", COUNT, "cell.not_whole"),
        ("đang làm", ANSWER, "cell.yes_no"),
        (2.0, ANSWER, "cell.yes_no"),
        ("12,5,5", LENGTH, "cell.text"),
        (float("nan"), LENGTH, "cell.infinite"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_told(cell: object, column: FormColumn, rule: str) -> None:
    read = as_number(cell, column)
    assert isinstance(read, Trouble)
    assert read.rule == rule


def test_the_other_numbers_of_a_sheet_say_which_mark_stands_before_decimals() -> None:
    assert decimal_mark(["12,5", "3", "1.234"]) == ","
    assert decimal_mark(["12.5", "0.125"]) == "."
    assert decimal_mark(["12.5", "3,25"]) == ""
    assert as_number("1.234", LENGTH, ",").value == 1234
    assert as_number("1.234", LENGTH, ".").value == 1.234


@pytest.mark.parametrize(
    "cell",
    [
        "30/06/2019",
        "30-6-2019",
        "30.06.2019",
        "2019-06-30",
        "ngày 30 tháng 6 năm 2019",
        43646.0,
        "43646",
        "30 / 6 / 2019",
    ],
)
def test_dates_are_read_with_the_day_first(cell: object) -> None:
    assert str(as_date(cell).value) == "2019-06-30"


@pytest.mark.parametrize(
    ("cell", "year"), [(2019.0, 2019), ("năm 2019", 2019), ("2019", 2019), ("19", None), (3.0, None)]
)
def test_years(cell: object, year: int | None) -> None:
    assert as_year(cell) == year


NAMES = [
    ["Mã xã", "Tên xã", "Năm", "Trạng thái", "Ngày chốt số liệu", "Chuẩn nghèo áp dụng", "Tổng số hộ", "Số hộ nghèo"]
]


def _told(project: Project, folder: Path, rows: list[list[str]]) -> list[tuple[str, Weight, str]]:
    word = poverty(project).words["multidimensional_2016_2020"]
    path = folder / "bieu_10.csv"
    table = [*NAMES, *([cell or word if at == 5 else cell for at, cell in enumerate(row)] for row in rows)]
    path.write_text("\n".join(";".join(row) for row in table), encoding="utf-8")
    found = read_file(path, project, sender(DISTRICT, Level.DISTRICT)).findings
    return [(finding.rule, finding.weight, finding.found) for finding in found]


@pytest.mark.parametrize(
    ("code", "name", "rule", "weight"),
    [
        ("", "Xã Minh Thánh", "line.name_taken", Weight.DOUBTFUL),
        ("", "xa  MINH THANH", "line.name_taken", Weight.DOUBTFUL),
        ("01762", "Minh Thánh", "line.name_spelled", Weight.NOTE),
    ],
)
def test_a_name_spelled_otherwise_says_which_commune_was_taken(
    code: str, name: str, rule: str, weight: Weight, project: Project, tmp_path: Path
) -> None:
    told = _told(project, tmp_path, [[code, name, "2018", "TH", "31/12/2018", "", "812", "1.388"]])
    assert any(one[:2] == (rule, weight) and "Xã Minh Thanh (01762)" in one[2] for one in told), told


def test_a_name_spelled_right_and_what_was_read_from_texts(project: Project, tmp_path: Path) -> None:
    told = _told(project, tmp_path, [["", "minh thanh", "2018", "TH", "31/12/2018", "", "812", "10"]])
    assert not {rule for rule, *_rest in told} & {"line.name_taken", "line.name_spelled"}
    assert any("'812' → 812" in found for rule, _weight, found in told if rule == "cell.understood")


@pytest.mark.parametrize(
    ("status", "second", "rule", "weight"),
    [
        ("", ["812", "9"], "line.twice", Weight.WRONG),
        ("TH", ["812", ""], "line.twice", Weight.WRONG),
        ("TH", ["", "9"], "line.in_two_parts", Weight.DOUBTFUL),
    ],
)
def test_a_line_that_stands_twice_is_told_whatever_else_is_wrong_with_it(
    status: str, second: list[str], rule: str, weight: Weight, project: Project, tmp_path: Path
) -> None:
    head = ["01762", "Minh Thanh", "2018"]
    rows = [[*head, "TH", "31/12/2018", "", "812", ""], [*head, status, "31/12/2018", "", *second]]
    told = [one for one in _told(project, tmp_path, rows) if one[0].startswith(("line.twice", "line.in_two"))]
    assert [one[:2] for one in told] == [(rule, weight)]


@pytest.mark.parametrize(("made", "read"), [("en", "vi"), ("vi", "en")])
def test_a_form_is_read_in_either_language(
    made: str, read: str, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_LANG", made)
    path, values = filled(tmp_path / "a.xlsx", project, sender(COMMUNE), (2018,))
    monkeypatch.setenv("NTM_LANG", read)
    reading = read_file(path, project)
    assert reading.is_accepted, reading.findings
    assert comparable(reading.values).equals(comparable(values))


def test_answers_in_other_words_are_told_and_blanks_are_empty(project: Project, tmp_path: Path) -> None:
    for cell in ("x", "K", 1.0, True):
        assert as_number(cell, ANSWER).note, cell
    assert as_number("Đạt", ANSWER).note == ""
    title = FormColumn("title", Role.VALUE, "t", "choice", words={"ntm": "Xã nông thôn mới", "model": "Xã kiểu mẫu"})
    assert [as_text(cell, title).value for cell in ("Đạt chuẩn", "kiểu mẫu")] == ["ntm", "model"]
    told = _told(project, tmp_path, [["01762", "", "2018", "TH", "31/12/2018", "", "812", " \u00a0\u200b"]])
    assert {weight for _rule, weight, _found in told} == {Weight.NOTE}, told
