"""Budgets and norms as a workbook: written, edited, read back as a new scenario; a fault writes nothing."""

import csv

import openpyxl
import pytest

from ntm_lib.errors import UsageError
from ntm_lib.messages import speaking
from ntm_lib.planning.means.budget import read_budget
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.workbook import read_workbook, write_workbook
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.settings import Purse
from ntm_lib.review import Labels

BUDGET, NORMS = "Khả năng cân đối vốn", "Bảng định mức"
TEXT = Labels(vi="Tăng vốn", en="More money")


@pytest.fixture
def workbook(own_project, tmp_path):
    return write_workbook(own_project, load_scenario("base", own_project), tmp_path / "tables.xlsx")


def _edit(path, change):
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def _read(project, path, name="edited"):
    return read_workbook(
        project, path, name, origin=load_scenario("base", project), title=TEXT, author="Tổ", reason=TEXT
    )


def _files(project):
    return sorted(path.name for path in project.parameters.rglob("*") if path.is_file())


def test_an_edited_figure_becomes_a_scenario_with_its_own_table(own_project, workbook):
    _edit(workbook, lambda book: book[BUDGET].__setitem__("D5", 999_000.5))
    _read(own_project, workbook)
    made = load_scenario("edited", own_project)
    assert made.settings.money.table == "edited_budget"
    assert made.settings.costs.norms == "norms"
    amounts = read_budget(own_project, made.settings).amounts
    base = read_budget(own_project, load_scenario("base", own_project).settings).amounts
    assert amounts.loc["central_investment", 2021] == 999_000.5
    assert amounts.drop(columns=2021).equals(base.drop(columns=2021))


def test_an_edited_figure_leaves_the_source_of_the_one_before_it(own_project, workbook):
    def edit(book):
        sheet = book[BUDGET]
        places = {(row[0].value, row[2].value): row for row in sheet.iter_rows(min_row=5)}
        places["local", 2022][3].value = 151_000
        places["local", 2023][3].value = 152_000
        places["local", 2023][4].value, places["local", 2023][5].value = "đọc trong nguồn", "Nghị quyết 99"

    _edit(workbook, edit)
    _read(own_project, workbook)
    table = read_budget(own_project, load_scenario("edited", own_project).settings).table.set_index(["purse", "year"])
    changed, own = table.loc[("local", 2022)], table.loc[("local", 2023)]
    assert (changed["basis"], changed["source"]) == ("assumed", "")
    assert "150000 (Nông nghiệp VN (12/2022)" in changed["note"]
    assert "Tổ" in changed["note"]
    assert (own["basis"], own["source"], own["note"]) == ("read", "Nghị quyết 99", "Giữ như năm 2022")
    base = read_budget(own_project, load_scenario("base", own_project).settings).table.set_index(["purse", "year"])
    others = [key for key in base.index if key not in {("local", 2022), ("local", 2023)}]
    assert table.loc[others].equals(base.loc[others])


def test_an_unchanged_workbook_makes_no_scenario(own_project, workbook):
    before = _files(own_project)
    with pytest.raises(UsageError, match="base"):
        _read(own_project, workbook)
    assert _files(own_project) == before


def test_every_fault_is_told_and_nothing_is_written(own_project, workbook):
    def spoil(book):
        book[BUDGET]["D5"] = -3
        book[BUDGET]["D6"] = "=1+1"
        book[NORMS]["D5"] = "đắt"

    _edit(workbook, spoil)
    before = _files(own_project)
    with pytest.raises(UsageError, match="Khả năng cân đối vốn!D6"):
        _read(own_project, workbook)
    _edit(workbook, lambda book: book[BUDGET].__setitem__("D6", 5))
    with pytest.raises(UsageError) as error:
        _read(own_project, workbook)
    assert "-3" in str(error.value)
    assert "đắt" in str(error.value)
    assert _files(own_project) == before


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(own_project, tmp_path, content):
    path = tmp_path / "broken.xlsx"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"broken\.xlsx"):
        _read(own_project, path)


def test_a_scenario_that_exists_is_not_overwritten_and_leaves_no_table(own_project, workbook):
    _edit(workbook, lambda book: book[BUDGET].__setitem__("D5", 1.0))
    before = _files(own_project)
    with pytest.raises(UsageError):
        _read(own_project, workbook, "bad_year")
    assert _files(own_project) == before


def test_every_code_of_the_workbook_stands_in_its_legend(workbook):
    book = openpyxl.load_workbook(workbook, read_only=True)
    legend = {row[0] for row in book.worksheets[2].iter_rows(min_row=4, values_only=True) if row[1]}
    for sheet, key in ((BUDGET, "purse"), (NORMS, "measure")):
        head, *rows = book[sheet].iter_rows(min_row=3, values_only=True)
        assert set(head) <= legend
        assert {row[head.index(key)] for row in rows[1:]} <= legend


def test_a_planner_reads_words_and_the_codes_stand_in_one_grey_column_and_row(own_project, workbook):
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames[:2] == [BUDGET, NORMS]
    codes = {purse.value for purse in Purse} | set(load_measures(own_project).measures)
    codes |= {"read", "derived", "assumed", "investment", "recurrent"}
    for sheet in (book[BUDGET], book[NORMS]):
        for row in sheet.iter_rows(min_row=4, min_col=2):
            assert not codes & {cell.value for cell in row}
        for row in sheet.iter_rows(min_row=5):
            assert row[0].value in codes
            assert row[1].value
        assert {cell.font.color.rgb for cell in sheet[3]} == {"FF808080"}
        offered = {
            text for rule in sheet.data_validations.dataValidation for text in rule.formula1.strip('"').split(",")
        }
        assert "giả định" in offered


@pytest.mark.parametrize("tongue", ["vi", "en"])
def test_a_name_without_a_code_and_words_of_either_language_are_read(own_project, tmp_path, tongue):
    with speaking(tongue):
        path = write_workbook(own_project, load_scenario("base", own_project), tmp_path / "tables.xlsx")

    def edit(book):
        budget, norms = book.worksheets[:2]
        budget["A5"], norms["A6"] = None, None
        budget["D5"] = 999_000.5
        norms["B6"] = f"  {norms['B6'].value.upper()} "

    _edit(path, edit)
    _read(own_project, path)
    made = load_scenario("edited", own_project)
    assert (made.settings.money.table, made.settings.costs.norms) == ("edited_budget", "norms")
    assert read_budget(own_project, made.settings).amounts.loc["central_investment", 2021] == 999_000.5


def test_names_that_contradict_their_code_and_words_out_of_place_are_told_at_once(own_project, workbook):
    def spoil(book):
        book[BUDGET]["B5"] = "Vốn tín dụng"
        book[BUDGET]["A6"], book[BUDGET]["B6"] = None, "Vốn tín dung"
        book[BUDGET]["E7"] = "đoán"
        book[NORMS]["H5"] = "vay"

    _edit(workbook, spoil)
    before = _files(own_project)
    with pytest.raises(UsageError) as error:
        _read(own_project, workbook)
    told = str(error.value)
    assert f"{BUDGET}: 5: tên 'Vốn tín dụng' đứng cạnh mã 'central_investment'" in told
    assert f"{BUDGET}: 6: không có tên 'Vốn tín dung'" in told
    assert "Vốn tín dụng" in told.split("6: không có tên")[1]
    assert "7: basis: 'đoán'" in told
    assert "giả định" in told
    assert "5: nature: 'vay'" in told
    assert _files(own_project) == before


def test_a_workbook_of_the_earlier_form_is_still_read(own_project, tmp_path):
    book = openpyxl.Workbook()
    for place, name in enumerate(("budget", "norms")):
        sheet = book.active if place == 0 else book.create_sheet()
        sheet.title = name
        rows = csv.reader(
            (own_project.parameters / "planning" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        )
        for number, row in enumerate(rows, start=3):
            for column, text in enumerate(row, start=1):
                sheet.cell(number, column, text)
    book["budget"]["C4"] = 77.0
    path = tmp_path / "earlier.xlsx"
    book.save(path)
    _read(own_project, path)
    made = load_scenario("edited", own_project)
    assert read_budget(own_project, made.settings).amounts.loc["central_investment", 2021] == 77.0


def test_a_fault_names_the_row_that_the_sheet_shows(own_project, workbook):
    def spoil(book):
        book[BUDGET].insert_rows(7)
        book[BUDGET]["D9"] = -7
        book[NORMS]["D6"] = -8

    _edit(workbook, spoil)
    with pytest.raises(UsageError) as error:
        _read(own_project, workbook)
    told = str(error.value)
    assert f"{BUDGET}: 9:" in told
    assert f"{NORMS}: 6: low" in told
