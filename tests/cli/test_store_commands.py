"""``ntm store`` and ``ntm history`` as an office types them."""

import datetime as dt
import hashlib
import sys
from pathlib import Path

import pandas as pd
import pytest

from ntm_lib.cli import main
from ntm_lib.project import Project
from ntm_lib.submissions.model import VALUES, Level, Reading, Sender
from ntm_lib.submissions.vault import open_store

AS_OF = dt.date(2019, 6, 30)


@pytest.fixture
def ntm(own_project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs one command line in a project of its own and gives its exit code and what it printed."""
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    monkeypatch.delenv("NTM_STORE_URL", raising=False)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ntm", *arguments])
        code = 0
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code or 0
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def hand_in(
    project: Project, number: float, code: str = "01762", on: dt.date = AS_OF, requirement: str = "17.1"
) -> int:
    """Take in a file with one value of 17.1 and one text; return its number."""
    original = f"{number} {code} {on} {requirement}".encode()
    lines = [
        ("b02", "qd-1980-2016", code, 2018, "", requirement, number, None, False, "actual", AS_OF, "Biểu 02", "F12"),
        ("b04", "", code, 2018, "", "note", None, "=HYPERLINK(1)", False, "estimate", AS_OF, "Biểu 04", "C3"),
    ]
    values = pd.DataFrame(lines, columns=VALUES.names)
    sender = Sender(code, Level.COMMUNE, on, "tong_ket_2019", AS_OF)
    reading = Reading(f"lần {number}.xlsx", hashlib.sha256(original).hexdigest(), sender, values, ())
    return open_store(project).add(reading, original, "Văn phòng").id


def test_history_prints_every_version_and_what_became_of_it(ntm, own_project: Project) -> None:
    for number in (98.25, 1234.5, 3.0):
        hand_in(own_project, number)
    open_store(own_project).withdraw(3, "Nông Thị B")
    code, text = ntm("history", "01762", "17.1", "--on", "2019-06-30")
    assert code == 0
    lines = text.splitlines()
    first, second, third = lines[-3:]
    assert "98,25" in first
    assert "đã được thay" in first
    assert "1.234,5" in second
    assert "đang dùng" in second
    assert "lần 1234.5.xlsx Biểu 02 F12" in second
    assert "đã rút" in third
    assert "Nông Thị B" in third
    code, text = ntm("history", "01762", "note", "--on", "2019-06-30")
    assert code == 0
    assert "=HYPERLINK(1)" in text


def test_history_of_a_code_that_changed_its_meaning_asks_for_the_date_and_keeps_the_units_apart(
    ntm, own_project: Project
) -> None:
    from ntm_lib import units

    changed = _changed_code(own_project)
    before, after = AS_OF, dt.date(2026, 1, 1)
    hand_in(own_project, 11.0, changed, before)
    hand_in(own_project, 22.0, changed, after)
    code, text = ntm("history", changed, "17.1")
    assert code == 2
    assert "--on" in text
    for date, shown, other in ((before, "11", "22"), (after, "22", "11")):
        code, text = ntm("history", changed, "17.1", "--on", str(date))
        assert code == 0
        assert units.resolve(changed, date, own_project).name in text
        last = text.splitlines()[-1]
        assert f"lần {shown}.0.xlsx" in last
        assert f"lần {other}.0.xlsx" not in text


def _changed_code(project: Project) -> str:
    """Return a code that means units of two names on the two dates of the test."""
    from ntm_lib import units

    old, new = (units.on(date, project).communes["name"] for date in (AS_OF, dt.date(2026, 1, 1)))
    both = old.index.intersection(new.index)
    return next(code for code in both if old[code] != new[code])


def test_history_of_what_nobody_handed_in_is_told(ntm) -> None:
    code, text = ntm("history", "01762", "17.1", "--on", "2019-06-30")
    assert code == 2
    assert "17.1" in text
    code, text = ntm("history", "99999", "17.1", "--on", "2019-06-30")
    assert code == 2
    assert "99999" in text


def test_history_of_an_indicator_is_that_of_its_parts_and_an_unknown_one_is_told(ntm, own_project: Project) -> None:
    for requirement, number in (("17.1/hygienic", 81.5), ("17.1/clean", 42.5)):
        hand_in(own_project, number, requirement=requirement)
    for item in ("17.1", "17"):
        code, text = ntm("history", "01762", item, "--on", "2019-06-30")
        assert code == 0, text
        first, second = text.splitlines()[-2:]
        assert ("17.1/hygienic" in first, "81,5" in first) == (True, True)
        assert ("17.1/clean" in second, "42,5" in second) == (True, True)
    code, text = ntm("history", "01762", "17.1/clean", "--on", "2019-06-30")
    assert ("42,5" in text, "81,5" in text) == (True, False)
    code, text = ntm("history", "01762", "17.1/cleam", "--on", "2019-06-30")
    assert (code, "17.1/clean" in text) == (2, True)
    code, text = ntm("history", "01762", "99.9", "--on", "2019-06-30")
    assert (code, "ntm criteria show" in text) == (2, True)


def test_an_empty_store_is_whole_and_lists_the_rounds(ntm, own_project: Project) -> None:
    code, text = ntm("store", "check")
    assert (code, "0 lần nộp" in text) == (0, True)
    code, text = ntm("store", "rounds")
    assert code == 0
    assert "28/6/2019" in text
    assert not (own_project.local / "submissions").exists()


def test_a_round_is_closed_once_and_listed_as_closed(ntm, own_project: Project) -> None:
    hand_in(own_project, 1.0)
    code, text = ntm("store", "close", "tong_ket_2018", "--by", "Ban Chỉ đạo")
    assert code == 2
    assert "tong_ket_2019" in text
    code, text = ntm("store", "close", "tong_ket_2019", "--by", "Ban Chỉ đạo")
    assert code == 0
    assert "1 lần nộp" in text
    code, text = ntm("store", "close", "tong_ket_2019", "--by", "Ban Chỉ đạo")
    assert code == 2
    assert "đã khóa" in text
    code, text = ntm("store", "rounds")
    assert f"{dt.datetime.now(dt.UTC):%Y}" in text.splitlines()[-1]


def test_a_store_goes_into_one_file_and_comes_back(ntm, own_project: Project, tmp_path: Path) -> None:
    hand_in(own_project, 1.0)
    backup = tmp_path / "sao lưu.zip"
    assert ntm("store", "backup", str(backup))[0] == 0
    code, text = ntm("store", "backup", str(backup))
    assert (code, "sao lưu.zip" in text) == (2, True)
    assert ntm("store", "restore", str(backup))[0] == 2
    kept = own_project.local / "submissions"
    kept.rename(tmp_path / "away")
    code, text = ntm("store", "restore", str(backup))
    assert (code, "1 lần nộp" in text) == (0, True)
    assert open_store(own_project).values("b02")["number"].tolist() == [1.0]
    assert ntm("store", "migrate")[0] == 0
    next((kept / "originals").iterdir()).write_bytes(b"other")
    code, text = ntm("store", "check")
    assert (code, "Traceback" in text) == (1, False)
    assert "lần nộp số 1" in text
    code, text = ntm("store", "restore", str(tmp_path / "none.zip"))
    assert (code, "none.zip" in text) == (1, True)
