"""Readings and stores to test with."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from ntm_lib.submissions.model import VALUES, Level, Reading, Sender, Submission
from ntm_lib.submissions.vault import BookStore

BEFORE, AFTER = dt.date(2019, 6, 30), dt.date(2020, 12, 31)
SAME, CHANGED = "01762", "01765"  # the first means one unit on both dates, the second two
_SINCE = {BEFORE: {SAME: dt.date(2004, 7, 1), CHANGED: dt.date(2004, 7, 1)}}
_SINCE[AFTER] = _SINCE[BEFORE] | {CHANGED: dt.date(2020, 2, 1)}


def units_on(date: dt.date) -> Mapping[str, dt.date]:
    """Return since when each code has meant its unit."""
    return _SINCE.get(date, {})


def line(item: str = "17.1", number: float | None = 1.0, **other: object) -> dict[str, object]:
    """Return one line of values."""
    plain = {
        "table": "b02",
        "set_id": "qd-1980-2016",
        "unit_code": SAME,
        "year": 2018,
        "row": "",
        "item": item,
        "number": number,
        "text": None,
        "is_not_assessed": False,
        "status": "actual",
        "as_of_date": BEFORE,
        "sheet": "Biểu 02",
        "cell": "F12",
    }
    assert set(other) <= set(plain)
    return plain | other


def frame(lines: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Return lines as a frame of ``VALUES``."""
    return pd.DataFrame(list(lines), columns=VALUES.names)


def reading(
    lines: Iterable[Mapping[str, object]],
    original: bytes = b"original",
    *,
    level: Level = Level.COMMUNE,
    round_id: str = "tong_ket_2019",
    unit: str = SAME,
    vintage: dt.date = BEFORE,
    file: str = "xa.xlsx",
) -> Reading:
    """Return an accepted reading."""
    sender = Sender(unit, level, vintage, round_id, BEFORE)
    return Reading(file, hashlib.sha256(original).hexdigest(), sender, frame(lines), ())


def hand_in(store: BookStore, original: bytes, *lines: Mapping[str, object], **sender: object) -> Submission:
    """Take a file in."""
    return store.add(reading(lines, original, **sender), original, "Văn phòng")


def numbers(store: BookStore, table: str = "b02", **view: object) -> dict[str, float]:
    """Return the values that count by level, code and item."""
    found = store.values(table, **view)
    return {
        f"{level} {code} {item}": number
        for level, code, item, number in zip(
            found["level"], found["unit_code"], found["item"], found["number"], strict=True
        )
    }


def to_an_older_version(folder: Path) -> None:
    """Rewrite a store as version 1 of the book, in which entries did not carry the fingerprint of the one before."""
    for path in (folder / "book").glob("*.json"):
        entry = json.loads(path.read_text(encoding="utf-8"))
        del entry["previous"]
        path.write_text(json.dumps(entry), encoding="utf-8")
    (folder / "store.json").write_text('{"kind": "ntm submissions", "version": 1, "book": "book"}', encoding="utf-8")
