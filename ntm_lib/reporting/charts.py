"""Draw charts by year as static SVG: light, readable in print, warnings inside the picture."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.palette import MapClass, is_dark
from ntm_lib.reporting.templates import render
from ntm_lib.reporting.text import STAMP_LETTERS, wrap

WIDTH, PLOT_HEIGHT = 720, 260
LEFT, RIGHT, TOP = 52, 18, 26
_MIN_LABEL_HEIGHT = 12
_SHORT_LABEL = 28
"""Letters of a label of which three stand side by side."""


@dataclass(frozen=True)
class _Scale:
    """Put years and values on the paper."""

    years: tuple[int, ...]
    top: float

    @property
    def step(self) -> float:
        return (WIDTH - LEFT - RIGHT) / len(self.years)

    def x(self, year: int) -> float:
        return round(LEFT + (self.years.index(year) + 0.5) * self.step, 1)

    def y(self, value: float) -> float:
        return round(TOP + PLOT_HEIGHT * (1 - value / self.top), 1)


def trend_chart(
    low: pd.Series,
    high: pd.Series | None = None,
    *,
    title: str,
    unit: str = "",
    key: str = "",
    digits: int = 1,
    maximum: float | None = None,
    breaks: Sequence[int] = (),
    stamps: Sequence[str] = (),
    source: str | Markup = "",
) -> Markup:
    """Return a line by year; what is not certain is a band from low to high.

    ``low``, ``high``: Series by year in one unit; the line follows ``low``, what the data show. NaN = not
    reported: the line is interrupted and a question mark stands at the year. ``key`` begins the keys of the
    figures at the points (the year is added); without it no figure is printed. ``breaks``: years from which
    another criteria set judges; the line does not lead across. ``maximum`` fixes the top of the axis (19 for
    criteria). Raises ValueError for negative values.
    """
    years = tuple(int(year) for year in low.index)
    high = low if high is None else high.reindex(low.index)
    scale = _Scale(years, _top(pd.concat([low, high]), maximum))
    known = [year for year in years if not (formats.is_missing(low[year]) or formats.is_missing(high[year]))]
    runs = _runs(years, known, breaks)
    points = [(scale.x(year), scale.y(low[year]), scale.y(high[year]), _label(key, year, low, high, digits))
              for year in known]  # fmt: skip
    reading = "; ".join(f"{year}: {formats.interval(low[year], high[year], digits)}" for year in years)
    has_band = any(high[year] > low[year] for year in known)
    return render(
        "chart_trend.html.j2",
        **_frame(title, unit, scale, reading, stamps),
        source=source,
        paths=["M" + _path(scale, run, low) for run in runs],
        bands=[f"M{_path(scale, run, high)}L{_path(scale, run[::-1], low)}Z" for run in runs] if has_band else [],
        points=points,
        gaps=[scale.x(year) for year in years if year not in known],
        breaks=[round(scale.x(year) - scale.step / 2, 1) for year in breaks if year in years],
        legend_rows=1,
    )


def column_chart(
    counts: pd.DataFrame,
    classes: Mapping[str, MapClass],
    *,
    key: str,
    title: str,
    unit: str = "",
    stamps: Sequence[str] = (),
    source: str | Markup = "",
    is_amount: bool = False,
) -> Markup:
    """Return stacked columns by year.

    ``counts``: index year, one column for each key of ``classes`` (drawn from the bottom up in that order),
    whole numbers. Figures carry ``key.class.year``, those too small for a label only in the title of their
    piece. Raises ValueError for missing values: what is unknown is counted in the class of unknown ones.
    ``is_amount``: amounts that were added up (money); a missing one was not reported: it has no piece, and a question
    mark stands at a year without any.
    """
    table = counts[list(classes)]
    if table.isna().to_numpy().any() and not is_amount:
        raise ValueError("counts by class have no missing values")
    years = [int(year) for year in table.index]
    scale = _Scale(tuple(years), _top(table.sum(axis=1), None))
    reading = "; ".join(
        f"{year}: "
        + ", ".join(f"{shown.label} {formats.number(table[group][year])}" for group, shown in classes.items())
        for year in years
    )
    frame = _frame(title, unit, scale, reading, stamps)
    per_row = 3 if max(len(shown.label) for shown in classes.values()) <= _SHORT_LABEL else 2
    gaps = [scale.x(year) for year in years if table.T[year].isna().all()]
    pieces = [piece for year in years for piece in _column(year, table.T[year], classes, key, scale)]
    return render(
        "chart_columns.html.j2",
        **frame,
        source=source,
        pieces=pieces,
        classes=list(classes.values()),
        column_width=round(min(44.0, scale.step * 0.72), 1),
        gaps=gaps,
        per_row=per_row,
        legend_width=(WIDTH - LEFT - RIGHT) // per_row,
        legend_rows=math.ceil(len(classes) / per_row),
    )


def _frame(title: str, unit: str, scale: _Scale, reading: str, stamps: Sequence[str]) -> dict[str, Any]:
    """Return what every chart has: title, axes, warnings, and its content in words for those who do not see
    it."""
    return {
        "id": hashlib.sha256(f"{title}\0{reading}".encode()).hexdigest()[:8],
        "title": title,
        "unit": unit,
        "reading": reading,
        "years": [(year, scale.x(year)) for year in scale.years],
        "ticks": [(formats.number(tick, _decimals(tick)), scale.y(tick)) for tick in _ticks(scale.top)],
        "stamps": [line for stamp in stamps for line in wrap(stamp, STAMP_LETTERS)],
        "width": WIDTH,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "bottom": TOP + PLOT_HEIGHT,
    }


def _label(key: str, year: int, low: pd.Series, high: pd.Series, digits: int) -> Markup | str:
    if not key:
        return ""
    return figure(f"{key}.{year}", low[year], "interval", high=high[year], digits=digits, tag="tspan")


def _path(scale: _Scale, years: Iterable[int], values: pd.Series) -> str:
    return "L".join(f"{scale.x(year)} {scale.y(values[year])}" for year in years)


def _runs(years: Sequence[int], known: Sequence[int], breaks: Sequence[int]) -> list[list[int]]:
    """Split the known years where one between them is missing or another criteria set begins."""
    runs: list[list[int]] = [[]]
    for year in years:
        if year not in known or year in breaks:
            runs.append([])
        if year in known:
            runs[-1].append(year)
    return [run for run in runs if run]


def _column(
    year: int, counts: pd.Series, classes: Mapping[str, MapClass], key: str, scale: _Scale
) -> list[dict[str, Any]]:
    """Return the pieces of one column from the bottom up."""
    tops = counts.cumsum()
    pieces = []
    for group, shown in classes.items():
        count = counts[group]
        if formats.is_missing(count):
            continue
        top, bottom = scale.y(float(tops[group])), scale.y(float(tops[group] - count))
        text = figure(f"{key}.{group}.{year}", count, "count", tag="tspan")
        if count:
            pieces.append({
                "x": scale.x(year), "y": top, "height": round(bottom - top, 1), "shown": shown,
                "ink": "#fff" if is_dark(shown.colour) else "#1a1f24",
                "text": text if bottom - top >= _MIN_LABEL_HEIGHT else "",
                "title": f"{year}, {shown.label}: {formats.number(count)}",
            })  # fmt: skip
    return pieces


def _top(values: pd.Series, maximum: float | None) -> float:
    """Return the top of the axis: the given one, or the first round number that holds all values."""
    if (values < 0).any():
        raise ValueError(_("A chart from zero cannot show negative values."))
    largest = float(values.max()) if values.notna().any() else 1.0
    if maximum is not None:
        return max(float(maximum), largest)
    step = _step(largest)
    return max(step, math.ceil(largest / step - 1e-9) * step)


def _step(top: float) -> float:
    """Return a round distance that gives about five ticks."""
    rough = max(top, 1e-9) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))


def _ticks(top: float) -> list[float]:
    step = _step(top)
    ticks = [float(tick) for tick in np.arange(0, top + step * 1e-6, step).round(6)]
    return ticks if top - ticks[-1] < step * 0.3 else [*ticks, top]


def _decimals(tick: float) -> int:
    return 0 if float(tick).is_integer() else 1
