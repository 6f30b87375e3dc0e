"""Make the tables of a page: title, unit, warning and source stand inside the table and travel with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting import palette
from ntm_lib.reporting.templates import render
from ntm_lib.reporting.text import unbroken
from ntm_lib.verdicts import Verdict

Cell = str | Markup | Verdict | None
"""Plain text (escaped), a `figures.figure`, or a verdict; None: nothing applies, the cell stays empty."""


@dataclass(frozen=True)
class Column:
    """One column: its heading, what its cells hold, and the heading it shares with its neighbours.

    ``kind``: text | figure (right aligned) | verdict (sign and words) | sign (the sign; the words only for
    screen readers). ``hint`` is the full name behind a short heading; ``letters`` what a line of a cell should hold at least.
    """

    title: str
    kind: Literal["text", "figure", "verdict", "sign"] = "text"
    group: str = ""
    hint: str = ""
    letters: int = 0


@dataclass(frozen=True)
class Band:
    """A row that is the heading of the rows below it."""

    title: str


@dataclass(frozen=True)
class _Group:
    title: str
    span: int


def html_table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell] | Band],
    *,
    caption: str,
    unit: str = "",
    source: str | Markup = "",
    stamps: Sequence[str] = (),
    total: Sequence[Cell] | None = None,
    notes: Sequence[str | Markup] = (),
    is_numbered: bool = True,
    numbers: Sequence[str] | None = None,
    row_headers: int = 1,
    empty: str = "",
) -> Markup:
    """Return a table in the form of the office: column TT, the total first, unit, warning, legend, source.

    ``rows``: one cell for each column, or a `Band`. ``total`` is the first row (its first cell usually
    "Tổng số"). The first ``row_headers`` columns head their rows; the first stays in view when the table
    scrolls sideways. The legend of verdicts is added where a column shows them. ``empty`` is printed when
    there is no row. Raises ValueError when a row's length differs from the columns', TypeError for a bare
    number: figures go through `figures.figure`.
    """
    body = [row if isinstance(row, Band) else _checked(row, columns) for row in rows]
    return render(
        "table.html.j2",
        columns=columns,
        groups=_groups(columns),
        rows=list(_numbered(body) if numbers is None else zip(numbers, body, strict=True)),
        total=None if total is None else _checked(total, columns),
        caption=caption,
        unit=unit,
        source=source,
        stamps=stamps,
        notes=notes,
        is_numbered=is_numbered,
        row_headers=row_headers,
        width=len(columns) + is_numbered,
        legend=verdict_legend() if any(column.kind in {"verdict", "sign"} for column in columns) else "",
        empty=empty or _("No rows."),
    )


def verdict_legend() -> Markup:
    """Return the explanation of the signs of verdicts."""
    verdicts = [
        (verdict, palette.verdict_mark(verdict), _legend_words(verdict)) for verdict in palette.verdict_classes()
    ]
    return render("verdict_legend.html.j2", verdicts=verdicts)


def _legend_words(verdict: Verdict) -> str:
    label, short = palette.verdict_label(verdict), palette.verdict_short(verdict)
    return label if label == short else f"{label} ({short})"


def _checked(row: Sequence[Cell], columns: Sequence[Column]) -> list[Markup]:
    if len(row) != len(columns):
        raise ValueError(f"a row has {len(row)} cells, the table {len(columns)} columns: {list(row)!r}")
    return [_cell(cell, column) for cell, column in zip(row, columns, strict=True)]


def _cell(cell: Cell, column: Column) -> Markup:
    """Return the inside of one cell as markup; verdicts carry sign and words."""
    if isinstance(cell, Verdict):
        words = palette.verdict_label(cell) if column.kind == "sign" else palette.verdict_short(cell)
        gap = "" if column.kind == "sign" else " "
        return Markup('<b class="v{}">{}</b>{}<i>{}</i>').format(int(cell), palette.verdict_mark(cell), gap, words)
    if cell is None:
        return Markup()
    if not isinstance(cell, str):
        raise TypeError(f"cell {cell!r} of column {column.title!r} is no text: print it through figures.figure")
    return cell if isinstance(cell, Markup) else unbroken(cell)


def _numbered(rows: Iterable[list[Markup] | Band]) -> Iterable[tuple[str, list[Markup] | Band]]:
    number = 0
    for row in rows:
        number += not isinstance(row, Band)
        yield str(number), row


def _groups(columns: Sequence[Column]) -> list[_Group]:
    """Join neighbours with the same heading; empty when no column has one."""
    groups: list[_Group] = []
    for column in columns:
        if column.group and groups and groups[-1].title == column.group:
            groups[-1] = _Group(column.group, groups[-1].span + 1)
        else:
            groups.append(_Group(column.group, 1))
    return groups if any(group.title for group in groups) else []
