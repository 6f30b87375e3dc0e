"""Draw a table of shares by year as colours with their figures: static SVG, warnings inside the picture."""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.palette import MapClass, is_dark
from ntm_lib.reporting.templates import render
from ntm_lib.reporting.text import STAMP_LETTERS, wrap

WIDTH, TOP, ROW = 720, 22, 20
LEFT, RIGHT = 300, 12
_STEPS = ((20, "#f6e8b1"), (40, "#c2dfe0"), (60, "#67b0cf"), (80, "#2a74b0"), (101, "#08306b"))
"""Shares below each bound (per cent) and their colours, which stay apart without red and green."""


def heat_chart(
    shares: pd.DataFrame,
    *,
    key: str,
    title: str,
    names: Mapping[Any, str],
    columns: Mapping[Any, str],
    breaks: Sequence[Any] = (),
    stamps: Sequence[str] = (),
    source: str | Markup = "",
) -> Markup:
    """Return a table of shares in per cent (0-100) as colours, each with its figure.

    ``shares``: index the rows in the order of ``names``, one column for each key of ``columns``; NaN = not reported, shown
    as a question mark. Figures carry ``key.row.column``. ``breaks``: columns before which another criteria set judges.
    Raises ValueError for shares outside 0-100.
    """
    table = shares.loc[list(names), list(columns)]
    if ((table < 0) | (table > 100)).to_numpy().any():
        raise ValueError("shares lie between 0 and 100")
    width = round((WIDTH - LEFT - RIGHT) / len(columns), 1)
    places = {name: round(LEFT + number * width, 1) for number, name in enumerate(columns)}
    cells = [
        _cell(table.loc[row, column], f"{key}.{row}.{column}", f"{names[row]}, {columns[column]}")
        | {"x": places[column], "y": TOP + number * ROW}
        for number, row in enumerate(names)
        for column in columns
    ]
    reading = "; ".join(
        f"{names[row]}: " + ", ".join(f"{columns[column]} {_text(table.loc[row, column])}" for column in columns)
        for row in names
    )
    return render(
        "chart_heat.html.j2",
        id=hashlib.sha256(f"{title}\0{reading}".encode()).hexdigest()[:8],
        title=title,
        unit="",
        reading=reading,
        years=[(columns[name], round(x + width / 2, 1)) for name, x in places.items()],
        ticks=[],
        stamps=[line for stamp in stamps for line in wrap(stamp, STAMP_LETTERS)],
        width=WIDTH,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=TOP + ROW * len(names),
        source=source,
        rows=[(label, TOP + (number + 0.5) * ROW) for number, label in enumerate(names.values())],
        cells=cells,
        cell_width=width,
        cell_height=ROW,
        breaks=[places[name] for name in breaks if name in places],
        classes=_legend(),
        legend_rows=1,
    )


def _cell(share: float, key: str, place: str) -> dict[str, Any]:
    if formats.is_missing(share):
        return {"is_open": True, "colour": "#fff", "ink": "#1a1f24", "text": "?", "title": f"{place}: {_text(share)}"}
    colour = next(colour for bound, colour in _STEPS if share < bound)
    text = figure(key, share, "number", digits=0, tag="tspan")
    ink = "#fff" if is_dark(colour) else "#1a1f24"
    return {"is_open": False, "colour": colour, "ink": ink, "text": text, "title": f"{place}: {_text(share)}"}


def _text(share: float) -> str:
    return formats.percent(share, 0)


def _legend() -> list[MapClass]:
    labels = [_("under {number}%").format(number=_STEPS[0][0])]
    labels += [f"{low}-{high}%" for (low, _colour), (high, _other) in pairwise(_STEPS[:-1])]
    labels.append(_("from {number}%").format(number=_STEPS[-2][0]))
    return [MapClass(label, colour, "") for label, (_bound, colour) in zip(labels, _STEPS, strict=True)]
