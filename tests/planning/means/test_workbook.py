"""Budgets and norms as a workbook: written, edited, read back as a new scenario; a fault writes nothing."""

import openpyxl
import pytest

from ntm_lib.errors import UsageError
from ntm_lib.planning.means.budget import read_budget
from ntm_lib.planning.means.workbook import read_workbook, write_workbook
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.review import Labels

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
    _edit(workbook, lambda book: book["budget"].__setitem__("C4", 999_000.5))
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
        sheet = book["budget"]
        places = {(row[0].value, row[1].value): row for row in sheet.iter_rows(min_row=4)}
        places["local", 2022][2].value = 151_000
        places["local", 2023][2].value = 152_000
        places["local", 2023][3].value, places["local", 2023][4].value = "read", "Nghị quyết 99"

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
        book["budget"]["C4"] = -3
        book["budget"]["C5"] = "=1+1"
        book["norms"]["C4"] = "đắt"

    _edit(workbook, spoil)
    before = _files(own_project)
    with pytest.raises(UsageError, match="budget!C5"):
        _read(own_project, workbook)
    _edit(workbook, lambda book: book["budget"].__setitem__("C5", 5))
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
    _edit(workbook, lambda book: book["budget"].__setitem__("C4", 1.0))
    before = _files(own_project)
    with pytest.raises(UsageError):
        _read(own_project, workbook, "bad_year")
    assert _files(own_project) == before


def test_every_short_name_of_the_workbook_stands_in_its_legend(workbook):
    book = openpyxl.load_workbook(workbook, read_only=True)
    legend = {row[0] for row in book.worksheets[2].iter_rows(min_row=4, values_only=True) if row[1]}
    for sheet, columns in (("budget", ("purse", "basis")), ("norms", ("measure", "nature", "basis"))):
        head, *rows = book[sheet].iter_rows(min_row=3, values_only=True)
        assert set(head) <= legend
        assert {row[head.index(name)] for row in rows for name in columns} <= legend


def test_a_fault_names_the_row_that_the_sheet_shows(own_project, workbook):
    def spoil(book):
        book["budget"].insert_rows(6)
        book["budget"]["C8"] = -7
        book["norms"]["C5"] = -8

    _edit(workbook, spoil)
    with pytest.raises(UsageError) as error:
        _read(own_project, workbook)
    told = str(error.value)
    assert "budget: 8:" in told
    assert "norms: 5: low" in told
