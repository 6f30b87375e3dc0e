"""``ntm template``, ``ntm check`` and ``ntm submit`` as an office types them."""

import json
import shutil
import sys
from pathlib import Path

import openpyxl
import pytest

from ntm_lib.cli import main
from ntm_lib.project import Project
from ntm_lib.submissions.model import Level
from ntm_lib.submissions.vault import open_store

sys.path.insert(0, str(Path(__file__).parent.parent / "submissions" / "intake"))
from invented_submission import COMMUNE, DISTRICT, sender


@pytest.fixture
def ntm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, own_project: Project):
    """Return a function that runs one command line in a project of its own and gives exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ntm", "--project", str(own_project.root), *arguments])
        code = 0
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def _report(path: Path, households: object = 812) -> Path:
    """Write one figure into a template, by the heading as a clerk finds it."""
    book = openpyxl.load_workbook(path)
    page = book["Biểu 12"]
    row = next(cell.row for cell in page["B"] if cell.value == "Tổng số hộ")
    page.cell(row, 5, households)
    book.save(path)
    return path


def test_a_template_is_filled_in_checked_taken_in_and_withdrawn(ntm, own_project: Project, tmp_path: Path) -> None:
    path = tmp_path / "minh_thanh.xlsx"
    code, out, err = ntm(
        "template", "--commune", COMMUNE, "--on", "2019-06-30", "--years", "2018-2019", "-o", str(path)
    )
    assert (code, err) == (0, "")
    assert "Minh Thanh" in out
    _report(path)
    code, out, _err = ntm("check", str(path))
    assert code == 0, out
    assert open_store(own_project).submissions() == []
    code, out, _err = ntm("submit", str(path), "--by", "Văn phòng điều phối")
    assert code == 0, out
    taken = open_store(own_project).submissions()
    assert [(one.sender, one.level, one.by) for one in taken] == [(COMMUNE, Level.COMMUNE, "Văn phòng điều phối")]
    values = open_store(own_project).values("b12")
    assert values[["unit_code", "year", "item", "number"]].to_numpy().tolist() == [[COMMUNE, 2018, "households", 812.0]]
    assert open_store(own_project).original(taken[0].sha256) == path.read_bytes()
    code, out, _err = ntm("submit", str(path))
    assert code == 1
    assert str(taken[0].id) in out
    code, _out, _err = ntm("submit", "--undo", str(taken[0].id))
    assert code == 0
    assert open_store(own_project).values("b12").empty


def test_a_refused_file_is_told_and_not_stored_and_the_good_one_beside_it_is(
    ntm, own_project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for unit in (COMMUNE, "01831"):
        ntm("template", "--commune", unit, "--on", "2019-06-30", "--years", "2018", "-o", str(folder / f"{unit}.xlsx"))
    _report(folder / f"{COMMUNE}.xlsx", "nhiều hộ")
    _report(folder / "01831.xlsx")
    (folder / "broken.xlsx").write_bytes(b"PK")
    code, out, _err = ntm("submit", str(folder))
    assert code == 1
    assert "nhiều hộ" in out
    assert "1/3 tệp hợp lệ" in out
    assert [one.sender for one in open_store(own_project).submissions()] == ["01831"]


def test_of_two_files_of_one_call_the_second_is_checked_beside_the_first(
    ntm, own_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = tmp_path / "forms" / "a.xlsx"
    ntm("template", "--commune", COMMUNE, "--on", "2019-06-30", "--years", "2018", "-o", str(blank))
    folder = tmp_path / "in"
    folder.mkdir()
    first, second = folder / "1.xlsx", folder / "2.xlsx"
    shutil.copy(blank, first)
    shutil.copy(blank, second)
    _report(first, 812)
    _report(second, 81200)
    monkeypatch.setattr("ntm_lib.submissions.many._WORTH_PROCESSES", 2)
    code, out, _err = ntm("submit", str(folder))
    assert code == 0, out
    assert out.index("1.xlsx") < out.index("2.xlsx")
    assert "gần 812 là số đã nộp trước cho năm 2018" in out
    assert [one.file for one in open_store(own_project).submissions()] == ["1.xlsx", "2.xlsx"]


def test_a_blank_in_a_file_handed_in_again_is_said_to_erase_nothing(ntm, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    ntm("template", "--commune", COMMUNE, "--on", "2019-06-30", "--years", "2018", "-o", str(path))
    ntm("submit", str(_report(path)))
    book = openpyxl.load_workbook(path)
    page = book["Biểu 12"]
    row = next(cell.row for cell in page["B"] if cell.value == "Tổng số hộ")
    page.cell(row, 5).value = None
    page.cell(row + 1, 5).value = 400
    book.save(path)
    code, out, _err = ntm("submit", str(path))
    assert code == 0, out
    assert "Số đã báo cáo trước đó vẫn được tính" in out
    assert "ntm submit --undo 1" in out


def test_json_is_one_object_a_file(ntm, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    ntm("template", "--commune", COMMUNE, "--on", "2019-06-30", "--years", "2018", "-o", str(path))
    _report(path, -5)
    code, out, _err = ntm("check", "--json", str(path), str(tmp_path / "none.xlsx"))
    assert code == 1
    first, second = map(json.loads, out.splitlines())
    assert first["sender"]["unit"] == COMMUNE
    assert not first["accepted"]
    told = next(finding for finding in first["findings"] if finding["rule"] == "cell.negative")
    assert (told["weight"], told["sheet"]) == ("wrong", "Biểu 12")
    assert second["findings"][0]["rule"] == "file.missing"


def test_an_annotated_copy_is_written_beside(ntm, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    ntm("template", "--commune", COMMUNE, "--on", "2019-06-30", "--years", "2018", "-o", str(path))
    before = _report(path, "x5").read_bytes()
    code, out, _err = ntm("check", str(path), "--annotated", str(tmp_path / "copies"))
    copy = tmp_path / "copies" / "a_kiem_tra.xlsx"
    assert code == 1
    assert copy.name in out
    assert any(cell.comment for row in openpyxl.load_workbook(copy)["Biểu 12"].iter_rows() for cell in row)
    assert path.read_bytes() == before


def test_of_a_folder_every_file_is_told_of_and_those_of_its_folders_are_read(ntm, tmp_path: Path) -> None:
    folder, copies = tmp_path / "in", tmp_path / "in" / "copies"
    for name in (
        "052/a.xlsx",
        "053/a.xlsx",
        "b.docx",
        "053/c.pdf",
        "copies/old.xlsx",
        ".hidden/d.xlsx",
        "~$a.xlsx",
        "Thumbs.db",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"no workbook")
    (folder / "053" / "a.xlsx").unlink()
    ntm("template", "--commune", COMMUNE, "--on", "2019-06-30", "--years", "2018", "-o", str(folder / "053" / "a.xlsx"))
    _report(folder / "053" / "a.xlsx", "x5")
    code, out, _err = ntm("check", str(folder), "--annotated", str(copies))
    assert code == 1
    told = [
        line.split(": ")[0].partition(" ")[2]
        for line in out.splitlines()
        if line[:1].isdigit() and line[1:3] == "/4" and ":" in line and "tệp hợp lệ" not in line
    ]
    assert [str(Path(path).relative_to(folder)) for path in told] == ["052/a.xlsx", "053/a.xlsx", "053/c.pdf", "b.docx"]
    assert (copies / "053" / "a_kiem_tra.xlsx").is_file()


def test_everybody_gets_a_workbook(ntm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    few = [sender(), sender(DISTRICT, Level.DISTRICT), sender("04", Level.PROVINCE)]
    monkeypatch.setattr("ntm_lib.submissions.forms.all_senders", lambda *_arguments: few)
    code, out, _err = ntm("template", "--all", "--on", "2019-06-30", "--years", "2019", "-o", str(tmp_path / "all"))
    assert code == 0
    assert "3/3" in out
    names = {path.name for path in (tmp_path / "all").iterdir()}
    assert names == {f"{COMMUNE}_minhthanh.xlsx", f"{DISTRICT}_nguyenbinh.xlsx", "04_caobang.xlsx"}


def test_a_workbook_without_results_for_a_year_no_set_judges_is_told(ntm, tmp_path: Path) -> None:
    asked = ("template", "--commune", COMMUNE, "--on", "2019-06-30", "-o", str(tmp_path / "xa.xlsx"))
    code, _out, err = ntm(*asked, "--years", "2025-2026")
    assert (code, "2026" in err, "Biểu 02" in err, "2025" in err) == (0, True, True, False)
    code, _out, err = ntm(*asked, "--years", "2025")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["template", "-o", "a.xlsx"], ["--commune", "--all"]),
        (["template", "--district", COMMUNE, "--on", "2019-06-30", "-o", "a.xlsx"], ["Minh Thanh"]),
        (["template", "--district", "999", "--on", "2019-06-30", "-o", "a.xlsx"], ["999"]),
        (["template", "--district", DISTRICT, "--on", "2019-07-01", "-o", "a.xlsx"], ["--round", "tong_ket_2019"]),
        (["template", "--district", DISTRICT, "--round", "xx", "-o", "a.xlsx"], ["xx", "tong_ket_2019"]),
        (["template", "--district", DISTRICT, "-o", "a.ods"], [".xlsx"]),
        (["template", "--district", DISTRICT, "--years", "2019-2010", "-o", "a.xlsx"], ["2019-2010"]),
        (["submit"], ["tệp"]),
        (["submit", "--undo", "77"], ["77"]),
        (["submit", "a.xlsx", "--undo", "1"], ["--undo"]),
        (["check", "a.xlsx", "--from", "999"], ["999"]),
    ],
)
def test_wrong_use_is_told_with_exit_code_2(ntm, arguments: list[str], told: list[str], tmp_path: Path) -> None:
    code, out, err = ntm(*arguments)
    assert code == 2
    for words in told:
        assert words in out + err
    assert "Traceback" not in out + err
