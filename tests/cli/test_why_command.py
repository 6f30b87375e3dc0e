"""``ntm why`` and ``ntm sign`` at the command line."""

import shutil
import sys
from collections.abc import Callable

import pytest

from ntm_lib.cli import main
from ntm_lib.evaluation.changes import run_folder, write_snapshot
from ntm_lib.evaluation.territory import load_province
from ntm_lib.project import Project

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def ntm(small: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command line on the small project and gives its exit code and all it printed."""

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ntm", "--project", str(small.root), *words])
        code = 0
        try:
            main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.fixture
def small(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project whose review covers two years."""
    path = own_project.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("first_year: 2010", "first_year: 2019"), encoding="utf-8")
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


def test_a_stricter_level_between_two_runs_is_told_as_criteria(small: Project, ntm: Run) -> None:
    write_snapshot(run_folder(small, "before"), load_province())
    local = small.data / "local" / "criteria.yaml"
    local.parent.mkdir(exist_ok=True)
    local.write_text(
        '- {decision: qd-1980-2016, requirement: "12", region: tdmnpb, years: {from: 2017, to: 2021}, value: 99.9, '
        "document: Quyết định thử, clause: tiêu chí 12, page: 1, by: Văn phòng, on: 2026-11-25}\n",
        encoding="utf-8",
    )
    write_snapshot(run_folder(small, "after"), load_province())
    code, text = ntm("why", "before", "after", "--export", str(small.root / "why.xlsx"))
    assert code == 0, text
    assert "tiêu chí" in text
    assert (small.root / "why.xlsx").exists()
    assert "after, before" in ntm("why")[1]


def test_runs_that_are_not_there_are_told_without_a_traceback(small: Project, ntm: Run) -> None:
    code, text = ntm("why", "before", "after")
    assert code != 0
    assert "Traceback" not in text
    shutil.rmtree(small.outputs, ignore_errors=True)
    assert "ntm run" in ntm("why")[1]


def test_signing_freezes_and_is_refused_twice(small: Project, ntm: Run) -> None:
    asked = ("sign", "--by", "BC 12/BC-BCĐ", "--date", "2019-09-20")
    code, text = ntm(*asked)
    assert (code, "minh họa" in text, "--illustrative" in text) == (2, True, True)
    assert not (small.local / "signed").exists()
    code, text = ntm(*asked, "--illustrative")
    assert code == 0, text
    assert "minh họa" in text
    assert "data/local/signed" in text
    code, text = ntm("sign", "--by", "BC 13", "--date", "2019-09-21", "--illustrative")
    assert code != 0
    assert "BC 12/BC-BCĐ" in text
