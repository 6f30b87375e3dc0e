"""Take one file in: read it, check it, store it; the one place where form, content and store meet."""

from dataclasses import dataclass
from pathlib import Path

from ntm_lib.errors import UsageError
from ntm_lib.project import Project
from ntm_lib.submissions.intake import read_file
from ntm_lib.submissions.model import Reading, Sender
from ntm_lib.submissions.vault.interface import Store


@dataclass(frozen=True)
class Taken:
    """What became of a file: the number of its submission, or why the store did not take it (``refusal``)."""

    reading: Reading
    number: int | None = None
    refusal: str = ""


def check_file(
    path: Path,
    project: Project,
    sender: Sender | None = None,
    *,
    store: Store | None = None,
    annotated_in: Path | None = None,
) -> Reading:
    """Read and check one file; nothing is stored.

    ``store``: what was handed in before, for rules that compare with it. ``annotated_in``: folder for a copy of the workbook with the
    findings in their cells.
    """
    reading = read_file(path, project, sender)
    return reading


def take_in(path: Path, project: Project, store: Store, by: str, sender: Sender | None = None) -> Taken:
    """Read, check and store one file; one that is refused, known already or of a closed round is not stored, which is told."""
    reading = check_file(path, project, sender, store=store)
    if not reading.is_accepted:
        return Taken(reading)
    try:
        return Taken(reading, store.add(reading, path.read_bytes(), by).id)
    except UsageError as error:
        return Taken(reading, refusal=str(error))
