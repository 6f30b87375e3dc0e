"""Files that are checked several at once come in their order, whatever becomes of the processes."""

from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from ntm_lib.project import Project
from ntm_lib.submissions import many
from ntm_lib.submissions.taking import check_file


def test_a_process_that_is_ended_from_outside_loses_no_file(
    own_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / f"{name}.xlsx" for name in "abc"]
    for path in paths:
        path.write_bytes(b"PK")

    def broken(files, project, sender, _jobs):
        yield files[0], check_file(files[0], project, sender)
        raise BrokenProcessPool

    monkeypatch.setattr(many, "_at_once", broken)
    found = list(many.check_files(paths, own_project, jobs=2))
    assert [path for path, _reading in found] == paths
    assert all(reading.findings for _path, reading in found)


def test_few_files_are_not_worth_a_process(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_arguments):
        raise AssertionError("a process was started")

    monkeypatch.setattr(many, "_at_once", never)
    assert len(list(many.check_files([Path("none.xlsx")] * 3, own_project))) == 3


def test_a_file_that_ends_its_process_is_refused_and_the_others_are_read(
    own_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / f"{number}.xlsx" for number in range(9)]
    for path in paths:
        path.write_bytes(b"PK")

    def deadly(files, project, sender, _jobs):
        for path in files:
            if path.name in {"1.xlsx", "7.xlsx"}:
                raise BrokenProcessPool
            yield path, check_file(path, project, sender)

    monkeypatch.setattr(many, "_at_once", deadly)
    found = dict(many.check_files(paths, own_project, jobs=2))
    assert list(found) == paths
    ended = {path.name for path, reading in found.items() if reading.findings[0].rule == "file.ended"}
    assert ended == {"1.xlsx", "7.xlsx"}
    assert not found[paths[1]].is_accepted
