"""Take one file in: read it, check it, store it; the one place where form, content and store meet."""

from dataclasses import dataclass
from pathlib import Path

from ntm_lib.errors import NtmError
from ntm_lib.project import Project
from ntm_lib.submissions.checks import annotated_copy, check_reading
from ntm_lib.submissions.intake import read_file
from ntm_lib.submissions.model import Finding, Reading, Sender
from ntm_lib.submissions.vault.interface import Store

_UNOPENED = ("file.", "zip.", "csv.", "book.damaged")
"""Findings after which a file is not opened again, not even for its annotated copy."""


@dataclass(frozen=True)
class Taken:
    """What became of a file: the number of its submission, or why the store did not take it (``refusal``)."""

    reading: Reading
    number: int | None = None
    refusal: str = ""


def check_file(path: Path, project: Project, sender: Sender | None = None, store: Store | None = None) -> Reading:
    """Read a file and check its form and its content; nothing is stored.

    ``store``: where the sender's earlier files are, for rules that compare with them.
    """
    reading = read_file(path, project, sender)
    who = reading.sender
    if store is None or who is None or reading.values.empty:
        return check_reading(reading, project)
    return check_reading(reading, project, store.told_by(who.unit, who.level))


def take_in(path: Path, project: Project, store: Store, by: str, sender: Sender | None = None) -> Taken:
    """Read, check and store one file; see `put`."""
    return put(path, check_file(path, project, sender, store), store, by)


def put(path: Path, reading: Reading, store: Store, by: str) -> Taken:
    """Store a file that was read and checked.

    One that is refused, that was taken in already or whose round is closed is not stored, which is told. A file that changes
    between reading and storing is refused by the store, which compares its hash.
    """
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
