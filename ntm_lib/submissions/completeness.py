"""Count the cells that a unit filled in for a round against those that its workbook asks for."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from ntm_lib import tables
from ntm_lib.project import Project
from ntm_lib.submissions.forms import form_of
from ntm_lib.submissions.forms.layout import Role, SheetForm
from ntm_lib.submissions.lines import FINDING, join_keys
from ntm_lib.submissions.model import Level, Sender, Submission
from ntm_lib.submissions.rounds import Round
from ntm_lib.submissions.vault.interface import Store

_UNIT = ["level", "code"]
_LINE = ["set_id", "unit_code", "year", "row"]
_OPTIONAL = {"nothing_to_say", "not_applicable"}
"""Meanings of an empty cell that is no gap."""


@dataclass(frozen=True)
class _Asked:
    """What the workbooks of all units ask: cells by unit and table, the lines listed and the items wanted by table."""

    cells: pd.DataFrame
    lines: dict[str, pd.DataFrame]
    items: dict[str, pd.DataFrame]


def completeness(
    project: Project, store: Store, held: Round, units: pd.Index, submissions: Sequence[Submission]
) -> pd.DataFrame:
    """Count cells and lines by unit and table.

    ``units``: index (level, code); ``submissions``: those of the round. Returned, index (level, code, table): ``asked``, the
    cells of values on the lines that the workbook lists, without remarks whose empty cell says that there is nothing to say;
    ``filled``, those of them with a value (or "Không xét") among what counts of the unit's own files; ``lines``, all lines
    handed in. Lists whose lines the sender makes (works, villages) ask for no certain number of cells: ``asked`` is 0 there.
    """
    counted = _counted(submissions)
    asked = _asked(project, held, units)
    found = [
        _by_unit(asked, table, _values(store, table, counted, submissions))
        for table in sorted(set(asked.cells["table"]))
    ]
    if not found:
        index = pd.MultiIndex.from_arrays([[], [], []], names=[*_UNIT, "table"])
        return pd.DataFrame({"filled": 0, "asked": 0, "lines": 0}, index=index, dtype=int)
    return pd.concat(found)


def _counted(submissions: Sequence[Submission]) -> pd.DataFrame:
    rows = [(one.id, one.level.value, one.sender) for one in submissions if one.withdrawn is None]
    return pd.DataFrame(rows, columns=["submission", *_UNIT])


def _values(store: Store, table: str, counted: pd.DataFrame, submissions: Sequence[Submission]) -> pd.DataFrame:
    """Return the values of the round's own files, as the store stood at the round's last change.

    What a later round reported anew does not empty the earlier one.
    """
    if counted.empty:
        return pd.DataFrame(columns=[*_UNIT, *_LINE, "item"])
    known_on = max(moment for one in submissions for moment in (one.received, one.withdrawn) if moment is not None)
    values = store.values(table, known_on=known_on)[["submission", *_LINE, "item"]]
    return values.merge(counted, on="submission").drop(columns="submission")


def _by_unit(asked: _Asked, table: str, values: pd.DataFrame) -> pd.DataFrame:
    cells = asked.cells[asked.cells["table"] == table].groupby(_UNIT)["cells"].sum()
    key = [*_UNIT, *_LINE]
    values = values.astype({"year": "int64"})
    filled = pd.Series(dtype=int)
    if table in asked.lines:
        wanted = values.merge(asked.items[table], on=["set_id", "item"])
        inside = wanted.merge(asked.lines[table], on=key).drop_duplicates([*key, "item"])
        filled = inside.groupby(_UNIT).size()
    lines = values.drop_duplicates(key).groupby(_UNIT).size()
    frame = pd.DataFrame({"filled": filled.reindex(cells.index), "asked": cells, "lines": lines.reindex(cells.index)})
    return frame.fillna(0).astype(int).assign(table=table).set_index("table", append=True)


def _asked(project: Project, held: Round, units: pd.Index) -> _Asked:
    cells: list[tuple[str, str, str, int]] = []
    lines: dict[str, list[tuple[str, str, str, str, int, str]]] = {}
    items: dict[str, dict[str, list[str]]] = {}
    of_a_commune: tuple[SheetForm, ...] = ()
    for level, code in units:
        is_commune = level == Level.COMMUNE
        if not (is_commune and of_a_commune):
            sheets = form_of(project, Sender(code, Level(level), held.as_of, held.id, held.as_of)).sheets
        if is_commune:  # the workbooks of communes are alike but for the commune's own code
            of_a_commune = sheets = of_a_commune or sheets
        for sheet in sheets:
            wanted = items.setdefault(sheet.table, {}).setdefault(sheet.set_id, _items(project, sheet))
            listed = [] if _is_list(sheet) else list(_lines(sheet, code if is_commune else ""))
            cells.append((level, code, sheet.table, len(listed) * len(wanted)))
            lines.setdefault(sheet.table, []).extend((level, code, *line) for line in listed)
    return _Asked(
        pd.DataFrame(cells, columns=[*_UNIT, "table", "cells"]),
        {table: pd.DataFrame(found, columns=[*_UNIT, *_LINE]) for table, found in lines.items() if found},
        {
            table: pd.DataFrame(
                [(set_id, item) for set_id, names in sets.items() for item in names], columns=["set_id", "item"]
            )
            for table, sets in items.items()
        },
    )


def _items(project: Project, sheet: SheetForm) -> list[str]:
    columns = {column.name: column for column in tables.contract(sheet.table, project).columns}
    values = [column.item for column in sheet.columns if column.role is Role.VALUE]
    return [item for item in values if item not in columns or columns[item].missing not in _OPTIONAL]


def _is_list(sheet: SheetForm) -> bool:
    """Whether the sender makes the lines and tells them apart by what is written."""
    return any(sheet.column(key).type in {"text", "integer"} for key in sheet.keys)


def _lines(sheet: SheetForm, own: str) -> Iterator[tuple[str, str, int, str]]:
    """Yield set, unit, year and further keys of each listed line; ``own``: the only unit of the sheet, else empty."""
    unit = next(column.item for column in sheet.columns if column.role is Role.UNIT)
    for line in sheet.lines:
        row = FINDING if sheet.is_finding else join_keys([_text(line[key]) for key in sheet.keys])
        yield sheet.set_id, own or str(line[unit]), int(str(line["year"])), row


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
