"""Values for any form, drawn at random within its limits, and workbooks that hold them."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from ntm_lib.project import Project
from ntm_lib.submissions.forms import Form, SheetForm, fill, form_of
from ntm_lib.submissions.forms.layout import FormColumn, Line, Role, status_of
from ntm_lib.submissions.lines import FINDING, join_keys
from ntm_lib.submissions.model import KEY, VALUES, Level, Sender, empty_values

DAY = dt.date(2019, 6, 30)
COMMUNE, DISTRICT = "01762", "052"


def sender(unit: str = COMMUNE, level: Level = Level.COMMUNE, day: dt.date = DAY) -> Sender:
    return Sender(unit, level, day, "tong_ket_2019", day)


def invent(form: Form, rng: np.random.Generator, share: float = 0.7) -> pd.DataFrame:
    """Return values for a form: each cell that may be empty is filled with the probability ``share``."""
    rows = [row for sheet in form.sheets for row in _sheet(sheet, form, rng, share)]
    return pd.DataFrame(rows, columns=VALUES.names).astype(empty_values().dtypes.to_dict())


def comparable(values: pd.DataFrame) -> pd.DataFrame:
    """Return values without where they stood, in the order of their keys."""
    return values.drop(columns=["sheet", "cell"]).sort_values(KEY, ignore_index=True)


def filled(
    path: Path, project: Project, who: Sender, years: tuple[int, ...], seed: int = 1
) -> tuple[Path, pd.DataFrame]:
    """Write a workbook full of invented values."""
    form = form_of(project, who, years)
    values = invent(form, np.random.default_rng(seed))
    return fill(path, form, values), values


def _sheet(sheet: SheetForm, form: Form, rng: np.random.Generator, share: float) -> Iterator[tuple[object, ...]]:
    lines = sheet.lines if len(sheet.lines) < 60 else sheet.lines[:40]
    for number, line in enumerate(lines):
        keys = [_key(sheet.column(key), line, number, rng) for key in sheet.keys]
        yield from _line(sheet, form, line, FINDING if sheet.is_finding else join_keys(keys), (rng, share))


def _line(
    sheet: SheetForm, form: Form, line: Line, row: str, chance: tuple[np.random.Generator, float]
) -> Iterator[tuple[object, ...]]:
    rng, share = chance
    unit = line.get(sheet.columns[0].item) or rng.choice(list(form.units))
    year = line.get("year") or (form.years[-1] if sheet.years else 2022)
    status = line.get("status") or status_of(int(year), form.sender.as_of)
    as_of = line.get("as_of_date") or form.sender.as_of
    for column in sheet.columns:
        if column.role is not Role.VALUE or (rng.random() > share and not column.required):
            continue
        is_unassessed = column.may_be_unassessed and rng.random() < 0.3
        number, text = (np.nan, None) if is_unassessed else _value(column, rng)
        head = (sheet.table, sheet.set_id, unit, year, row, column.item)
        yield (*head, number, text, is_unassessed, status, as_of, "", "")


def _key(column: FormColumn, line: Line, number: int, rng: np.random.Generator) -> str:
    value = line.get(column.item)
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is not None:
        return str(value)
    if column.type == "date":
        return f"2018-01-{number % 28 + 1:02d}"
    return f"{column.item} | {number} %" if column.type == "text" else str(rng.choice(list(column.words)))


def _value(column: FormColumn, rng: np.random.Generator) -> tuple[float, str | None]:
    low, high = column.min or 0, column.max or 9000
    match column.type:
        case "yes_no":
            return float(rng.integers(2)), None
        case "integer":
            return float(rng.integers(int(low), int(high) + 1)), None
        case "number":
            return round(float(rng.uniform(low, high)), int(rng.integers(0, 5))), None
        case "choice":
            return np.nan, str(rng.choice(list(column.words)))
        case "date" | "code":
            return np.nan, COMMUNE if column.type == "code" else "2018-05-03"
    return np.nan, str(
        rng.choice(["=1+1", "Đường trục xóm Nà Lẹng; 50 % xong", "-", "007", "@x", 'Nhà "văn hóa"', "1,5"])
    )
