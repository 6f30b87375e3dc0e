"""The files that a record names, each once: what a project holds, and what was handed in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ntm_lib import submissions
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, record_path, sha256_of
from ntm_lib.reporting import formats


class Files:
    """The files that a record names: path, hash, nature and date, each once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tables: dict[str, str] = {}
        self._places: dict[Any, int] = {}
        self.rows: list[list[Any]] = []

    def place(self, name: str) -> int:
        """Return the place of a file, by its path within the project."""
        if name not in self._places:
            self._places[name] = len(self.rows)
            self.rows.append([name, *_file_facts(self._project.root / name)])
        return self._places[name]

    def place_of_submission(self, name: str, sha256: str) -> int:
        """Return the place of a file that was handed in: its name as sent, known by its hash."""
        if sha256 not in self._places:
            self._places[sha256] = len(self.rows)
            self.rows.append([name, sha256, nature_words()["submitted"], "", 0])
        return self._places[sha256]

    def place_of(self, row: list[Any]) -> int:
        """Return the place of a file whose facts are known from another record."""
        held = (row[0], row[1])
        if held not in self._places:
            self._places[held] = len(self.rows)
            self.rows.append(row)
        return self._places[held]

    def of_table(self, name: str) -> str:
        """Return the path of a file; a table's (``b07.csv``) is where it was handed in."""
        project, table = self._project, name.removesuffix(".csv")
        if "/" in name or not submissions.is_handed_in(table, project):
            return name
        if table not in self._tables:
            self._tables[table] = submissions.read_table(table, project, may_disagree=True).file
        return self._tables[table]


def _file_facts(path: Path) -> tuple[str, str, str, int]:
    """Return hash, nature, date, and whether it is illustrative: from the source record, else from the file itself."""
    if record_path(path).exists():
        held = read_record(path)
        return (
            held.sha256,
            nature_words()[held.nature],
            formats.date(held.retrieved),
            int(held.nature == "illustrative"),
        )
    return (sha256_of(path) if path.is_file() else "", "", "", 0)


def nature_words() -> Mapping[str, str]:
    """Return the words for the natures of data."""
    return {
        "illustrative": _("illustrative"),
        "submitted": _("reported by communes"),
        "published": _("published"),
        "fact": _("fact"),
        "imported": _("imported"),
    }
