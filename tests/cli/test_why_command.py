"""``ntm why`` and ``ntm sign`` at the command line."""

import shutil
import subprocess
import sys

import pytest

from ntm_lib.evaluation.changes import run_folder, write_snapshot
from ntm_lib.evaluation.territory import load_province
from ntm_lib.project import Project


def ntm(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from ntm_lib.cli import main; main()", "--project", str(project.root), *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture
def small(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project whose review covers two years."""
    path = own_project.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("first_year: 2010", "first_year: 2019"), encoding="utf-8")
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


def test_a_stricter_level_between_two_runs_is_told_as_criteria(small: Project) -> None:
    write_snapshot(run_folder(small, "before"), load_province())
    local = small.data / "local" / "criteria.yaml"
    local.parent.mkdir(exist_ok=True)
    local.write_text(
        '- {decision: qd-1980-2016, requirement: "12", region: tdmnpb, years: {from: 2017, to: 2021}, value: 99.9, '
        "document: Quyết định thử, clause: tiêu chí 12, page: 1, by: Văn phòng, on: 2026-11-25}\n",
        encoding="utf-8",
    )
    write_snapshot(run_folder(small, "after"), load_province())
    told = ntm(small, "why", "before", "after", "--export", str(small.root / "why.xlsx"))
    assert told.returncode == 0, told.stderr
    assert "tiêu chí" in told.stdout
    assert (small.root / "why.xlsx").exists()
    listed = ntm(small, "why")
    assert "after, before" in listed.stdout


def test_runs_that_are_not_there_are_told_without_a_traceback(small: Project) -> None:
    told = ntm(small, "why", "before", "after")
    assert told.returncode != 0
    assert "Traceback" not in told.stderr
    shutil.rmtree(small.outputs, ignore_errors=True)
    assert "ntm run" in ntm(small, "why").stderr


def test_signing_freezes_and_is_refused_twice(small: Project) -> None:
    signed = ntm(small, "sign", "--by", "BC 12/BC-BCĐ", "--date", "2019-09-20")
    assert signed.returncode == 0, signed.stderr
    assert "data/local/signed" in signed.stdout
    again = ntm(small, "sign", "--by", "BC 13", "--date", "2019-09-21")
    assert again.returncode != 0
    assert "BC 12/BC-BCĐ" in again.stderr
