"""Workbook and document: read back, safe against formulas, stamped on every sheet, the same file for the same plan."""

import hashlib

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook
from planning.handed_down import Menu, make_plan, real_menu

from ntm_lib.errors import UsageFaultsError
from ntm_lib.project import Project
from ntm_lib.reporting import stamps
from ntm_lib.reporting.office import plan_tables as tables
from ntm_lib.reporting.office.document import Filling, machine_mark, write_document
from ntm_lib.reporting.office.outline import Outline
from ntm_lib.reporting.office.paper import MOTTO, STATE, roman
from ntm_lib.reporting.office.plan_text import machine_text, read_plan_outline
from ntm_lib.reporting.office.workbook import write_workbook
from ntm_lib.reporting.sheets import Column, Sheet, safe_text, sums

EVIL = ["＝1+1", "=1+1", "+84", "-2", "@SUM(A1)", "\t=1", " =cmd|' /C calc'!A0", "\u202e=x", "\x00=x"]


@pytest.fixture(scope="module")
def plan():
    return make_plan(Project.find(), 6, communes=16, limits=True)


def sheets_of(plan):
    return [
        tables.targets_sheet(plan, "province"),
        tables.targets_sheet(plan, "district"),
        tables.money_sheet(plan, "district"),
        tables.works_sheet(plan, Menu()),
        tables.other_money_sheet(plan),
        tables.register_sheet(plan, Menu()),
        tables.villages_sheet(plan),
        tables.orientation_sheet(plan),
        tables.published_sheet(plan),
    ]


def write(plan, path):
    return write_workbook(
        path, sheets_of(plan), title="Kế hoạch", about=tables.about_plan(plan), stamps=tables.plan_stamps(plan)
    )


def texts(sheet):
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def test_every_sheet_carries_the_warning_once_and_its_number(plan, tmp_path):
    book = load_workbook(write(plan, tmp_path / "plan.xlsx"))
    assert len(book.worksheets) == 10
    for place, sheet in enumerate(book.worksheets):
        found = texts(sheet)
        assert found.count(stamps.illustrative()) == 1
        if place:
            assert any(f"{place:02d}" in text for text in found[:2])
            assert any("phương án" in text or "scenario" in text for text in found)
    assert stamps.draft() in texts(book.worksheets[0])


def test_a_plan_of_real_results_carries_no_warning(plan):
    from dataclasses import replace

    real = replace(plan, baseline=replace(plan.baseline, is_illustrative=False))
    assert all(not sheet.stamps for sheet in sheets_of(real))


def test_figures_come_back_as_numbers_and_add_up_below_the_total(plan, tmp_path):
    book = load_workbook(write(plan, tmp_path / "plan.xlsx"))
    asked = sheets_of(plan)[3]
    sheet = book.worksheets[4]
    at = list(asked.columns).index(next(item for item in asked.columns if item.key == "cost_vnd_million")) + 1
    column = [row[at].value for row in sheet.iter_rows() if isinstance(row[at].value, int | float)]
    assert len(column) == len(asked.frame) + 1
    assert column[0] == pytest.approx(sum(column[1:]))
    spent = plan.spending["spent_vnd_million"].sum()
    other = tables.other_money_sheet(plan).total["cost_vnd_million"]
    assert column[0] + other == pytest.approx(spent)


@pytest.mark.parametrize("text", EVIL)
def test_no_text_becomes_a_formula(text, tmp_path):
    frame = pd.DataFrame({"name": [text], "money": [1.5]})
    columns = [Column("name", text), Column("money", "Vốn", "money", text)]
    sheet = Sheet(text, text, columns, frame, text, sums(frame, columns, "name"), text, [text], [text])
    book = load_workbook(write_workbook(tmp_path / "x.xlsx", [sheet], title=text, about=[(text, text)], stamps=[text]))
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value).lstrip().startswith(("=", "+", "@", "\t"))
    assert not safe_text(text).lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert "\x00" not in safe_text(text)
    assert "\u202e" not in safe_text(text)


def test_sheets_of_the_same_name_are_told_apart(tmp_path):
    frame = pd.DataFrame({"a": [1]})
    sheets = [
        Sheet("Mục [tiêu]: huyện/xã của tỉnh, năm 2025", "t", [Column("a", "a", "count")], frame) for _copy in range(3)
    ]
    book = load_workbook(write_workbook(tmp_path / "x.xlsx", sheets, title="t", about=[]))
    assert len(set(book.sheetnames)) == 4


def test_missing_figures_stay_empty_and_are_never_zero(tmp_path):
    frame = pd.DataFrame({"name": ["a", "b"], "money": [None, None]}).astype({"money": float})
    columns = [Column("name", "Tên"), Column("money", "Vốn", "money")]
    sheet = Sheet("s", "t", columns, frame, total=sums(frame, columns, "name"))
    page = load_workbook(write_workbook(tmp_path / "x.xlsx", [sheet], title="t", about=[])).worksheets[1]
    assert [row[2].value for row in page.iter_rows()][-3:] == [None, None, None]


def outline():
    return read_plan_outline(Project.find())


def write_doc(plan, path, given=None):
    names = {"targets_province": tables.targets_sheet(plan, "province"), "villages": tables.villages_sheet(plan)}
    given = given or outline().model_dump()
    (part,) = given["parts"]
    part["sections"] = part["sections"][:3]
    for inner in part["sections"][2]["sections"]:
        inner["blocks"] = [item for item in inner["blocks"] if item["table"] is None or item["table"] in names]
    years = {
        "first": 2021,
        "last": 2025,
        "orientation": 2030,
        "period": "giai đoạn 2021 - 2025",
        "PERIOD": "GIAI ĐOẠN 2021 - 2025",
    }
    said = {**machine_text(plan, real_menu(Project.find())), "basis": ["Cơ sở"], "without": ["Xu hướng"]}
    filling = Filling(years, said, names, stamps=tables.plan_stamps(plan))
    return write_document(path, Outline.model_validate(given), filling)


def test_the_document_has_the_form_of_an_administrative_paper(plan, tmp_path):
    document = Document(str(write_doc(plan, tmp_path / "x.docx")))
    page = document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert (round(page.left_margin.mm), round(page.right_margin.mm), round(page.top_margin.mm)) == (30, 15, 20)
    assert document.styles["Normal"].font.name == "Times New Roman"
    head = " ".join(cell.text for row in document.tables[0].rows for cell in row.cells)
    assert STATE in head
    assert MOTTO in head
    found = [item.text for item in document.paragraphs]
    assert stamps.draft() in found
    headings = [item.text for item in document.paragraphs if item.style.name.startswith("Heading")]
    assert headings[0].startswith("Phần thứ hai")
    assert headings[1:4] == ["I. BỐI CẢNH", "II. QUAN ĐIỂM, NGUYÊN TẮC", "III. MỤC TIÊU"]
    assert not any("{" in text for text in found)


def test_machine_text_is_marked_and_annexes_carry_the_warning(plan, tmp_path):
    document = Document(str(write_doc(plan, tmp_path / "x.docx")))
    found = [item.text for item in document.paragraphs]
    said = machine_text(plan, real_menu(Project.find()))
    for name in ("start", "aims", "villages", "orientation"):
        assert found[found.index(said[name][0]) - 1] == f"[{machine_mark()}]"
    assert found.count(stamps.illustrative()) == 3  # the head and two annexes
    table = document.tables[2]
    assert table.rows[0].cells[0].text in {"TT", "No."}
    years = [row.cells[1].text for row in table.rows][-len(plan.years) :]
    assert years == [str(year) for year in plan.years]


def test_the_same_plan_gives_the_same_files(plan, tmp_path):
    def digest(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()

    assert digest(write_doc(plan, tmp_path / "a.docx")) == digest(write_doc(plan, tmp_path / "b.docx"))
    assert digest(write(plan, tmp_path / "a.xlsx")) == digest(write(plan, tmp_path / "b.xlsx"))


def test_an_outline_that_names_what_nobody_makes_stops_with_all_faults(plan, tmp_path):
    given = outline().model_dump()
    given["parts"][0]["sections"][0]["blocks"] = [{"machine": "strat"}, {"table": "targts_province"}]
    with pytest.raises(UsageFaultsError) as error:
        write_doc(plan, tmp_path / "x.docx", given)
    assert len(error.value.faults) == 2
    assert "targets_province" in str(error.value)
    assert not (tmp_path / "x.docx").exists()


def test_a_faulty_outline_is_told(own_project):
    path = own_project.parameters / "planning" / "outline.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("{machine: start}", "{machine: start, text: x}"), encoding="utf-8"
    )
    with pytest.raises(UsageFaultsError, match=r"outline\.yaml"):
        read_plan_outline(own_project)


def test_roman_numerals():
    assert [roman(number) for number in (1, 4, 9, 14, 19)] == ["I", "IV", "IX", "XIV", "XIX"]
