"""Read what a person wrote for a report: the office's own words, kept beside the figures and never changed."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from ntm_lib.errors import NtmError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.units import Unit

MAX_BYTES = 200_000
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Note:
    """One text of the office: its paragraphs, and when the file was last changed."""

    paragraphs: tuple[str, ...]
    changed: dt.date


def note_path(project: Project, unit: Unit, on: dt.date, name: str) -> Path:
    """Return where the office writes a text: ``data/local/notes/052-20191231/lessons.txt``."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"note name {name!r} does not look like 'lessons'")
    return project.data / "local" / "notes" / f"{unit.code}-{on:%Y%m%d}" / f"{name}.txt"


def read_note(project: Project, unit: Unit, on: dt.date, name: str) -> Note | None:
    """Return the office's text, split at empty lines; None when nobody wrote one or the file is empty.

    Raises NtmError for a file that is not UTF-8 text or larger than ``MAX_BYTES``.
    """
    path = note_path(project, unit, on, name)
    if not path.is_file():
        return None
    where = project.relative(path)
    if path.stat().st_size > MAX_BYTES:
        raise NtmError(
            _("{path}: the text is longer than {limit} bytes. Shorten it.").format(path=where, limit=MAX_BYTES)
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NtmError(
            _("{path}: not UTF-8 text. Save it as plain text, encoding UTF-8.").format(path=where)
        ) from error
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n"))
    paragraphs = tuple(" ".join(block.split()) for block in blocks if block.strip())
    changed = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date()
    return Note(paragraphs, changed) if paragraphs else None
