"""Take one file in: read it, check it, store it; the one place where form, content and store meet."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ntm_lib.errors import NtmError
from ntm_lib.project import Project
from ntm_lib.submissions.checks import annotated_copy, check_reading
from ntm_lib.submissions.intake import read_file
from ntm_lib.submissions.model import VALUES, Finding, Reading, Sender
from ntm_lib.submissions.vault.interface import Store

_UNOPENED = ("file.", "zip.", "csv.", "book.damaged")
"""Findings after which a file is not opened again, not even for its annotated copy."""


@dataclass(frozen=True)
class Taken:
    """What became of a file: the number of its submission, or why the store did not take it (``refusal``)."""

    reading: Reading
    number: int | None = None
    refusal: str = ""


class Before:
    """What a store held when a run began, which the values of a file are compared with; each table is read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables: dict[str, pd.DataFrame] = {}

    def of(self, reading: Reading) -> pd.DataFrame | None:
        """Return the values that counted for the units and tables of a file, as its own level gave them; None for none."""
        if reading.sender is None or reading.values.empty:
            return None
        codes = set(reading.values["unit_code"])
        found = []
        for table in reading.values["table"].unique():
            held = self._table(table)
            found.append(held[held["unit_code"].isin(codes) & (held["level"] == reading.sender.level)])
        values = pd.concat(found, ignore_index=True)
        return None if values.empty else values[VALUES.names]

    def _table(self, table: str) -> pd.DataFrame:
        if table not in self._tables:
            self._tables[table] = self._store.values(table)
        return self._tables[table]


def check_file(path: Path, project: Project, sender: Sender | None = None, before: Before | None = None) -> Reading:
    """Read a file and check its form and its content; nothing is stored.

    ``before``: what was handed in earlier, for rules that compare with it.
    """
    reading = read_file(path, project, sender)
    return check_reading(reading, project, None if before is None else before.of(reading))


def take_in(
    path: Path, project: Project, store: Store, by: str, sender: Sender | None = None, before: Before | None = None
) -> Taken:
    """Read, check and store one file.

    One that is refused, that was taken in already or whose round is closed is not stored, which is told. A file that changes
    between reading and storing is refused by the store, which compares its hash.
    """
    reading = check_file(path, project, sender, before)
    if not reading.is_accepted:
        return Taken(reading)
    try:
        return Taken(reading, store.add(reading, path.read_bytes(), by).id)
    except NtmError as error:
        return Taken(reading, refusal=str(error))


def annotate(path: Path, folder: Path, findings: tuple[Finding, ...]) -> Path | None:
    """Write a copy of a file with its findings in the cells into a folder; None for a file that is not safe to open."""
    if not findings or any(
        finding.rule.startswith(_UNOPENED) and finding.rule != "file.no_values" for finding in findings
    ):
        return None
    return annotated_copy(path, folder / f"{path.stem}_kiem_tra.xlsx", findings)
