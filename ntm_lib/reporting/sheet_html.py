"""Show a printed table on a page: each figure with the key that leads from it to its source."""

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from ntm_lib.reporting import tables
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.sentences import Sentence
from ntm_lib.reporting.sheets import Column, Sheet, clean_text, decimals
from ntm_lib.verdicts import Verdict

_FIGURE: dict[str, str] = {
    "count": "count", "decimal": "number", "money": "number", "percent": "percent", "interval": "interval",
    "year": "year", "date": "date",
}  # fmt: skip


LETTERS = 28
"""The most letters that a column of text is held open for."""


def sheet_html(sheet: Sheet, key: str) -> Markup:
    """Return a table of a page; ``key`` begins the keys of its figures (row and column are added)."""
    rows, total = keyed_cells(sheet, key)
    return tables.html_table(
        [_column(column) for column in sheet.columns],
        rows,
        caption=sheet.title,
        unit=sheet.unit_line,
        numbers=sheet.numbers(),
        source=sheet.source_line,
        stamps=sheet.stamps,
        total=total,
        notes=sheet.notes,
        empty=sheet.empty,
    )


def keyed_cells(sheet: Sheet, key: str) -> tuple[list[list[tables.Cell]], list[tables.Cell] | None]:
    """Return the rows of a table and its total, each figure with its key; ``key`` as in `sheet_html`."""
    named = list(range(1, len(sheet.frame) + 1)) if sheet.row_key is None else list(sheet.frame[sheet.row_key])
    rows = [
        [_cell(value, column, f"{key}.{_part(name)}.{_part(column.key)}") for value, column in _pairs(row, sheet)]
        for name, row in zip(named, sheet.cells(), strict=True)
    ]
    held = sheet.total_cells()
    total = None if held is None else [
        "" if value is None else _cell(value, column, f"{key}.total.{_part(column.key)}") for value, column in _pairs(held, sheet)
    ]  # fmt: skip
    return rows, total


def _pairs(row: Sequence[Any], sheet: Sheet) -> Iterator[tuple[Any, Column]]:
    return zip(row, sheet.columns, strict=True)


def _column(column: Column) -> tables.Column:
    if column.kind == "verdict":
        return tables.Column(column.heading, "verdict", column.group)
    letters = min(round(column.width), LETTERS) if column.kind == "text" and column.width > 14 else 0
    return tables.Column(column.heading, "text" if column.kind == "text" else "figure", column.group, letters=letters)


def _cell(value: Any, column: Column, key: str) -> tables.Cell:
    if column.kind == "verdict" and value is not None:
        return Verdict(value)
    if isinstance(value, Sentence):
        return value.markup()
    if isinstance(value, str) or column.kind == "text":
        return "" if value is None else clean_text(value)
    kind = _FIGURE[column.kind]
    digits: dict[str, Any] = {"digits": decimals(value, column)} if kind in {"number", "percent", "interval"} else {}
    if column.kind == "interval":
        low, high = (None, None) if value is None else value
        return figure(key, low, kind, high=high, **digits)
    return figure(key, value, kind, **digits)


def _part(name: Any) -> str:
    """Return a part of a key: lower-case letters, digits, `_`, `-` and `/` only."""
    text = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "_-/") else "-" for letter in str(name)
    )
    return text.lower().strip("-/") or "x"
