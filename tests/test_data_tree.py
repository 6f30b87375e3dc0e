"""The data tree, read whole: each file is the one its source record describes, and nothing is half known."""

from pathlib import Path

import pytest

from ntm_lib.errors import FaultsError
from ntm_lib.project import Project
from ntm_lib.provenance import check_records, read_record, sha256_of

ROOT = Path(__file__).parent.parent


def test_every_data_file_agrees_with_its_source_record(project: Project) -> None:
    for folder in sorted(path for path in project.data.iterdir() if path.is_dir()):
        check_records(project, folder)
    check_records(project, ROOT / "data" / "units")


def test_a_changed_file_and_a_file_without_record_are_told_together(own_project: Project) -> None:
    folder = own_project.data / "units"
    with (folder / "units.csv").open("a", encoding="utf-8") as handle:
        handle.write("\n")
    (folder / "new.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(FaultsError) as refused:
        check_records(own_project, folder)
    assert {fault.where for fault in refused.value.faults} == {"data/units/units.csv", "data/units/new.csv"}
    assert sha256_of(folder / "units.csv") in str(refused.value), "whole, to be copied into the record"


def test_generated_files_say_that_they_are_illustrative_and_published_ones_that_they_are_not() -> None:
    for path in (ROOT / "data" / "illustrative").rglob("*.csv"):
        assert read_record(path).nature == "illustrative"
    for path in (ROOT / "data" / "published").rglob("*.csv"):
        assert read_record(path).nature == "published"
