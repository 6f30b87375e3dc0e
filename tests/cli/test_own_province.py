"""From an empty province to a report of its own data, as the README says: by files alone, without illustrative data."""

import datetime as dt
import re
import sys
from pathlib import Path

import own_province
import pytest
from in_this_process import in_this_process

from ntm_lib.cli import main
from ntm_lib.project import Project
from ntm_lib.submissions.forms import all_senders, file_name
from ntm_lib.submissions.model import Level


@pytest.fixture
def ntm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs one command line in a project and gives exit code, output and errors."""

    def run(project: Path, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ntm", "--project", str(project), *arguments])
        code = 0
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def _receive(project: Project, forms: Path, folder: Path) -> int:
    """Fill in the workbooks of the communes and put them where what was received is kept; return how many."""
    folder.mkdir()
    senders = [one for one in all_senders(project, None, None) if one.level is Level.COMMUNE]
    for sender in senders:
        path = (forms / file_name(project, sender)).rename(folder / file_name(project, sender))
        own_province.fill_in(project, path, sender)
    return len(senders)


def _five_commands(ntm, project: Project, tmp_path: Path, *only: str) -> Path:
    root, forms, received = project.root, tmp_path / "bieu_mau", tmp_path / "da_nhan"
    code, out, err = ntm(root, "template", "--all", "-o", str(forms))
    assert (code, err) == (0, ""), out
    count = _receive(project, forms, received)
    code, out, _err = ntm(root, "check", str(received), "--annotated", str(tmp_path / "tra_lai"))
    assert code == 0, out
    code, out, _err = ntm(root, "submit", str(received), "--by", "Văn phòng Điều phối")
    assert code == 0, out
    assert f"{count}/{count}" in out
    code, out, _err = ntm(root, "status")
    assert "Tệp bị" in out
    assert code == 0, out
    with in_this_process():
        code, out, err = ntm(root, "run", *only)
    assert code == 0, out + err
    return root / "outputs"


def test_a_province_with_districts(ntm, tmp_path: Path) -> None:
    due = {"commune": dt.date(2020, 1, 10), "district": dt.date(2020, 1, 20), "province": dt.date(2020, 2, 1)}
    own = own_province.found(tmp_path / "tinh", own_province.WITH_DISTRICTS, range(2018, 2020), due)
    made = _five_commands(ntm, own, tmp_path, "--district", "991")
    assert [path.name for path in (made / "districts").iterdir()] == ["991-2019.html"]
    page = (made / "districts" / "991-2019.html").read_text(encoding="utf-8")
    assert "Xã Đồng Trầm" in page
    assert "Bãi Sậy" not in page
    for path in made.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "Cao Bằng" not in text, path.name
        assert "liệu minh họa" not in text, path.name
    assert re.search(r">01</\w+> thị xã", (made / "index.html").read_text(encoding="utf-8"))


def test_a_province_of_two_tiers_of_a_single_year(ntm, tmp_path: Path) -> None:
    due = {"commune": dt.date(2026, 1, 10), "province": dt.date(2026, 2, 1)}
    own = own_province.found(tmp_path / "tinh", own_province.TWO_TIERS, range(2025, 2026), due)
    made = _five_commands(ntm, own, tmp_path)
    assert not (made / "districts").exists()
    page = (made / "index.html").read_text(encoding="utf-8")
    assert "Xã Mường Hạ" in page
    assert "năm 2025" in page
    assert "Cao Bằng" not in page
    code, _out, err = ntm(own.root, "run", "--district", "98002")
    assert code == 2
    assert "31/12/2025" in err


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["units", "show", "99"], ["units.csv"]),
        (["run"], ["review.yaml: province", "review.yaml: first_year", "review.yaml: on"]),
        (["template", "--all", "-o", "x"], ["rounds.yaml: 0.id", "rounds.yaml: 0.as_of"]),
    ],
)
def test_each_file_left_empty_is_told_with_its_place(ntm, tmp_path: Path, command, told) -> None:
    root = tmp_path / "tinh"
    code, out, _err = ntm(own_province.SHIPPED.root, "new", str(root))
    assert code == 0, out
    assert "data/units/units.csv" in out
    code, out, err = ntm(root, *command)
    assert code in {1, 2}
    for words in told:
        assert words in out + err
    assert not [path for path in root.rglob("*") if "illustrative" in path.name]


def test_a_folder_that_holds_something_is_left_alone(ntm, tmp_path: Path) -> None:
    (tmp_path / "cũ.txt").write_text("của tỉnh", encoding="utf-8")
    code, _out, err = ntm(own_province.SHIPPED.root, "new", str(tmp_path))
    assert code == 2
    assert str(tmp_path) in err
    assert [path.name for path in tmp_path.iterdir()] == ["cũ.txt"]
