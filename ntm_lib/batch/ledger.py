"""Remember how each district's last run ended, beside the pages."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from ntm_lib.batch.engine import Outcome
from ntm_lib.project import whole_file

NAME = "run.json"


def read_ledger(out: Path, on: dt.date) -> list[Outcome]:
    """Return what earlier runs into ``out`` noted for the units of this year; unreadable notes count as none."""
    try:
        notes = json.loads((out / NAME).read_text(encoding="utf-8"))
        return [Outcome(**entry) for entry in notes[str(on.year)]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def write_ledger(out: Path, on: dt.date, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Write the latest outcome of each district and return them in the documents' order."""
    latest = {outcome.name: outcome for outcome in outcomes}
    entries = [replace(latest[name], has_page=(out / "districts" / f"{name}.html").exists()) for name in sorted(latest)]
    try:
        notes = json.loads((out / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        notes = {}
    notes[str(on.year)] = [asdict(entry) for entry in entries]
    with whole_file(out / NAME) as path:
        path.write_text(json.dumps(notes, ensure_ascii=False, indent=1), encoding="utf-8")
    return entries
