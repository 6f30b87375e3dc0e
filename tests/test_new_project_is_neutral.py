"""The project of another province holds no text that names the first one or its districts, but where a figure was read."""

import csv
import re
from pathlib import Path

import pytest
from own_province import SHIPPED

from ntm_lib.new_project import new_project
from ntm_lib.project import Project
from ntm_lib.provenance import check_files, record_path

CITED = re.compile(r"^\s*(?:sources|basis_note|note): |^\s*note: ")
"""Lines that say in which source a figure of the menu was read: evidence, wherever it comes from."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("other") / "province"
    new_project(SHIPPED, root)
    return root


def test_nothing_names_the_first_provinces_units(made: Path) -> None:
    with (SHIPPED.data / "units" / "units.csv").open(encoding="utf-8", newline="") as file:
        above = [row["short_name"] for row in csv.DictReader(file) if row["level"] in {"province", "district"}]
    named = re.compile("|".join(map(re.escape, sorted(set(above)))), re.IGNORECASE)
    found = [
        f"{path.relative_to(made)}: {line.strip()[:100]}"
        for path in sorted(made.rglob("*"))
        if path.is_file() and path.parent.name != "new_project"
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line) and not CITED.match(line)
    ]
    assert len(above) > 10
    assert found == []


def test_the_records_beside_reworded_files_still_fit(made: Path) -> None:
    recorded = [path for path in (made / "data").rglob("*") if path.is_file() and record_path(path).exists()]
    assert len(recorded) > 5
    check_files(Project(made), recorded)


def test_a_project_can_be_made_from_one_whose_words_are_its_own(made: Path, tmp_path: Path) -> None:
    outline = made / "parameters" / "planning" / "outline.yaml"
    outline.write_text(
        outline.read_text(encoding="utf-8").replace("UBND TỈNH …………", "UBND TỈNH KHÁC"), encoding="utf-8"
    )
    new_project(Project(made), tmp_path / "third")
    assert "UBND TỈNH KHÁC" in (tmp_path / "third" / "parameters" / "planning" / "outline.yaml").read_text(
        encoding="utf-8"
    )
