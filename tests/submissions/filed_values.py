"""Make readings of invented values for the tests of checks, one line of a form at a time."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib.submissions.model import Finding, Level, Reading, Sender, empty_values

ON = dt.date(2019, 12, 31)
DISTRICT = "052"  # Nguyên Bình: its codes serve, its figures are invented
COMMUNES = ["01729", "01732", "01735", "01738", "01741", "01744", "01747", "01750"]
SET = "qd-1980-2016"
Rows = list[dict[str, Any]]


def line(
    table: str,
    unit: str,
    year: int,
    items: dict[str, Any],
    *,
    row: str = "",
    set_id: str = "",
    status: str = "actual",
    as_of: dt.date | None = None,
) -> Rows:
    """Return the values of one line; a text stands as text, None is not reported, "khong_xet" is not assessed."""
    rows = []
    for item, value in items.items():
        if value is None:
            continue
        is_text = isinstance(value, str) and value != "khong_xet"
        rows.append(
            {
                "table": table,
                "set_id": set_id or (SET if table == "b02" else ""),
                "unit_code": unit,
                "year": year,
                "row": row,
                "item": item,
                "number": np.nan if isinstance(value, str) else float(value),
                "text": value if is_text else None,
                "is_not_assessed": value == "khong_xet",
                "status": status,
                "as_of_date": as_of or dt.date(year, 12, 31),
                "sheet": table.upper(),
            }
        )
    return rows


def frame(rows: Rows) -> pd.DataFrame:
    """Return a frame of values; each has a cell of its own."""
    if not rows:
        return empty_values()
    cells = [{"cell": f"C{place + 5}", **row} for place, row in enumerate(rows)]
    return pd.DataFrame(cells)[empty_values().columns].astype({"year": "int16"})


def reading(
    rows: Rows, level: Level = Level.DISTRICT, unit: str = DISTRICT, findings: tuple[Finding, ...] = ()
) -> Reading:
    """Return a reading of these values."""
    sender = Sender(unit, level, ON, "tong_ket_2019", dt.date(2020, 12, 31))
    return Reading("file.xlsx", "0" * 64, sender, frame(rows), findings)
