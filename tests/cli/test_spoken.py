"""What typer and the system say is told in Vietnamese: help, faults of a command line, files that cannot be read or written."""

import errno
import sys
from pathlib import Path

import pytest
from xlsxwriter.exceptions import FileCreateError

from ntm_lib.cli import main
from ntm_lib.errors import NtmError
from ntm_lib.project import whole_file
from ntm_lib.strict_yaml import read_yaml


@pytest.fixture
def ntm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs one command line and gives its exit code and what it printed."""

    def run(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["ntm", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return stopped.value.code, printed.out + printed.err

    return run


ENGLISH = ("Usage", "Options", "Arguments", "Commands", "required", "default", "Error", "Invalid", "Missing", "Try", "Show",
           "No such", "Got ", "integer", "FILE", "CODE", "<")  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--help"], 0, ["Cách dùng: ntm", "Các lệnh:", "differences"]),
        (["check", "--help"], 0, ["Tham số:", "TỆP...  [bắt buộc]", "--from MÃ"]),
        (["export", "--help"], 0, ["[mặc định: all]", "[bắt buộc]"]),
        (["store"], 2, ["Các lệnh:", "backup"]),
        (["check"], 2, ["Còn thiếu TỆP...", "ntm check --help"]),
        (["chek"], 2, ["Không có lệnh “chek”", "'check'"]),
        (["check", "--fron", "052"], 2, ["Không có lựa chọn --fron", "--from"]),
        (["submit", "--undo", "abc"], 2, ["--undo: 'abc' — cần: số nguyên"]),
        (["submit", "--undo"], 2, ["Sau --undo phải ghi giá trị"]),
        (["check", "a.xlsx", "--json=1"], 2, ["Sau --json không ghi giá trị"]),
        (["status", "052"], 2, ["Thừa tham số: 052"]),
        (["scenario", "read", "--help"], 0, ["{TỆP}", "TỆP  [bắt buộc]"]),
        (["scenario", "show"], 2, ["{TÊN}", "Còn thiếu TÊN"]),
        (["trace", "01762"], 2, ["{XÃ}", "Còn thiếu"]),
        (["why", "--help"], 0, ["[LẦN_TRƯỚC] [LẦN_SAU]", "LẦN_TRƯỚC  "]),
        (["run", "--help"], 0, ["--jobs SỐ", "[1 đến 64]"]),
        (["run", "--jobs", "0"], 2, ["--jobs: '0' — cần: từ 1 trở lên"]),
        (["criteria", "show", "11", "--on", "2019"], 2, ["--on: '2019' không phải là ngày"]),
    ],
)
def test_typers_own_words_are_vietnamese(ntm, arguments: list[str], code: int, told: list[str]) -> None:
    found, text = ntm(*arguments)
    assert found == code
    for words in told:
        assert words in text
    assert not [word for word in ENGLISH if word in text]


def test_in_english_they_are_english(ntm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "en")
    code, text = ntm("submit", "--undo", "abc")
    assert code == 2
    assert "--undo: 'abc' — expected: a whole number" in text
    assert "Usage: ntm submit [OPTIONS]" in text


def test_a_file_that_cannot_stand_where_it_should_is_told(ntm, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    path = tmp_path / "a" / "b" / "huyen.xlsx"
    code, text = ntm("template", "--province", "--on", "2019-06-30", "--years", "2019", "-o", str(path))
    assert (code, "Traceback" in text) == (1, False)
    assert f"Không ghi được {path}" in text


@pytest.mark.parametrize("wrap", [lambda error: error, FileCreateError])
def test_a_full_disk_leaves_nothing_and_is_told(tmp_path: Path, wrap) -> None:
    path = tmp_path / "bao cao.xlsx"
    path.write_text("before")
    with pytest.raises(NtmError, match=r"bao cao\.xlsx: đĩa đã đầy"):
        _fill_up(path, wrap(OSError(errno.ENOSPC, "No space left on device")))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "before"


def _fill_up(path: Path, full: Exception) -> None:
    with whole_file(path) as temporary:
        temporary.write_text("half")
        raise full


def test_another_file_that_is_missing_is_not_the_one_that_is_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"other\.csv"), whole_file(tmp_path / "bao cao.xlsx"):
        (tmp_path / "other.csv").read_text()


def test_a_folder_in_the_place_of_a_parameter_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "review.yaml").mkdir()
    with pytest.raises(NtmError, match="đây là thư mục, không phải tệp"):
        read_yaml(tmp_path / "review.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: b: c", ":1: dòng có hai dấu hai chấm"),
        ("a:\n\tb: 1", ":2: có ký tự không được đứng đầu"),
        ("a: 'x", "thiếu dấu nháy đóng"),
        ("a: [1, 2", "dấu ngoặc"),
        ("a: 1\na: 2", "khóa 'a' bị lặp"),
        ("a: \x07", "không đúng cách viết"),
        ("a: !x 1", "không đúng cách viết"),
    ],
)
def test_broken_yaml_is_told_in_words_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "review.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NtmError) as refusal:
        read_yaml(path)
    assert told in str(refusal.value)
    assert not [word for word in ("mapping", "found", "expected", "constructor") if word in str(refusal.value)]
