"""Lay values into a form, to send figures back or to begin from what is held."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from ntm_lib.submissions.forms.layout import Form, Line, Role, SheetForm
from ntm_lib.submissions.forms.template import UNASSESSED, write_template
from ntm_lib.submissions.lines import FINDING, RESULTS, split_keys

_LINE = ["unit_code", "year", "row", "as_of_date", "status"]


def fill(path: Path, form: Form, values: pd.DataFrame) -> Path:
    """Write the workbook of a form with ``values`` (columns of VALUES) in its cells.

    A line that the form lists takes its values; further lines follow. Values of tables, sets or units that the form does not
    have are a KeyError.
    """
    filled: dict[str, list[Line]] = {}
    is_finding = (values["table"] == RESULTS) & (values["row"] == FINDING)
    for (table, set_id, finding), rows in values.groupby(["table", "set_id", is_finding], sort=False):
        sheet = form.sheet(str(table), str(set_id), is_finding=bool(finding))
        filled[sheet.name] = _lines(sheet, form, rows)
    return write_template(path, form, filled)


def _lines(sheet: SheetForm, form: Form, rows: pd.DataFrame) -> list[Line]:
    given = list(_given(sheet, form, rows))
    if all(line.get("year") is not None and len(line) > 2 for line in sheet.lines) and not _is_open(sheet):
        return list(_merged(sheet, given))
    numbered = sheet.lines[len(given) :]
    return [*given, *numbered]


def _is_open(sheet: SheetForm) -> bool:
    """Whether the lines listed are open ones, told apart by what the sender writes."""
    return any(sheet.column(key).type in {"text", "integer"} for key in sheet.keys)


def _merged(sheet: SheetForm, given: list[Line]) -> Iterator[Line]:
    """Yield the listed lines, each with the values given for it, then the lines that were not listed."""
    by_key: dict[tuple[object, ...], list[Line]] = {}
    for line in given:
        by_key.setdefault(_key(sheet, line), []).append(line)
    for listed in sheet.lines:
        found = by_key.get(_key(sheet, listed), [])
        yield found.pop(0) if found else listed
    yield from (line for lines in by_key.values() for line in lines)


def _key(sheet: SheetForm, line: Line) -> tuple[object, ...]:
    return tuple(line.get(name) for name in (sheet.columns[0].item, "year", *sheet.keys))


def _given(sheet: SheetForm, form: Form, rows: pd.DataFrame) -> Iterator[Line]:
    unit = next(column.item for column in sheet.columns if column.role is Role.UNIT)
    names = {form.sender.unit: form.sender_name, **form.units}
    head: Any
    for head, cells in rows.groupby(_LINE, sort=False):
        code, year, row, as_of, status = head
        line: Line = {unit: code, "name": names[code], "year": int(year), "status": status, "as_of_date": as_of}
        for key, text in zip(sheet.keys, [] if sheet.is_finding else split_keys(row), strict=True):
            line[key] = _typed(sheet, key, text)
        for item, number, text, is_unassessed in cells[["item", "number", "text", "is_not_assessed"]].itertuples(
            index=False
        ):
            line[item] = UNASSESSED if is_unassessed else _value(sheet, item, number, text)
        yield line


def _value(sheet: SheetForm, item: str, number: float, text: Any) -> object:
    return number if pd.isna(text) else _typed(sheet, item, str(text))


def _typed(sheet: SheetForm, item: str, text: str) -> object:
    match sheet.column(item).type:
        case "date":
            return dt.date.fromisoformat(text)
        case "integer":
            return int(text)
    return text
