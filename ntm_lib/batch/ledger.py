"""Remember how each district's last run ended, beside the pages."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ntm_lib.batch.engine import Outcome
from ntm_lib.project import whole_file

NAME = "run.json"
_NOTES = TypeAdapter(dict[str, list[Outcome]])
_PAGE = re.compile(r"\d+-\d{4}")


def read_ledger(out: Path) -> dict[str, list[Outcome]]:
    """Return what earlier runs into ``out`` noted, by the year of the units; unreadable notes count as none.

    Whether a page exists is looked up, not believed.
    """
    try:
        notes = _NOTES.validate_json((out / NAME).read_bytes())
    except (OSError, ValidationError):
        return {}
    return {
        year: [
            replace(entry, has_page=(out / "districts" / f"{entry.name}.html").exists())
            for entry in entries
            if _PAGE.fullmatch(entry.name)
        ]
        for year, entries in notes.items()
    }


def write_ledger(out: Path, on: dt.date, outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Add the outcomes of a run and return the latest of every district, in the documents' order."""
    notes = read_ledger(out)
    latest = {entry.name: entry for entry in [*notes.get(str(on.year), []), *outcomes]}
    notes[str(on.year)] = [latest[name] for name in sorted(latest)]
    with whole_file(out / NAME) as path:
        path.write_bytes(_NOTES.dump_json(notes, indent=1))
    return notes
