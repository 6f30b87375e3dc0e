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
    """The files that a record names: path, hash, nature and date, each once; ``known``: facts that records share."""

    def __init__(self, project: Project, known: "Known | None" = None) -> None:
        self._project = project
        self._known = Known(project) if known is None else known
        self._places: dict[tuple[str, str], int] = {}
        self.rows: list[list[Any]] = []

    def place(self, name: str) -> int:
        """Return the place of a file, by its path within the project."""
        return self.place_of(self._known.row(name))

    def place_of_submission(self, name: str, sha256: str) -> int:
        """Return the place of a file that was handed in: its name as sent, and its hash."""
        return self.place_of([name, sha256, nature_words()["submitted"], "", 0])

    def place_of(self, row: list[Any]) -> int:
        """Return the place of a file whose facts are known, as from another record."""
        held = (row[0], row[1])
        if held not in self._places:
            self._places[held] = len(self.rows)
            self.rows.append(row)
        return self._places[held]

    def of_table(self, name: str) -> str:
        """Return the path of a file; a table's (``b07.csv``) is where it was handed in."""
        return name if "/" in name else self._known.path_of_table(name)


class Known:
    """Facts of files, looked up once for all the records that share them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._rows: dict[str, list[Any]] = {}
        self._tables: dict[str, str] = {}

    def row(self, name: str) -> list[Any]:
        """Return path, hash, nature, date and whether it is illustrative, of a file of the project."""
        if name not in self._rows:
            self._rows[name] = [name, *_file_facts(self._project.root / name)]
        return self._rows[name]

    def path_of_table(self, name: str) -> str:
        """Return where a table (``b07.csv``) was handed in; its own name when nobody did."""
        if name not in self._tables:
            project, table = self._project, name.removesuffix(".csv")
            is_handed_in = submissions.is_handed_in(table, project)
            self._tables[name] = (
                submissions.read_table(table, project, may_disagree=True).file if is_handed_in else name
            )
        return self._tables[name]


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
