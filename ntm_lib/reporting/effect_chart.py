"""Draw differences by years before and after an event, each with its interval, around zero."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.reporting import formats
from ntm_lib.reporting.charts import LEFT, PLOT_HEIGHT, RIGHT, TOP, WIDTH
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.templates import render
from ntm_lib.reporting.text import STAMP_LETTERS, wrap

_ROUND = np.array([1.0, 2.0, 2.5, 5.0, 10.0])


def effect_chart(
    table: pd.DataFrame,
    *,
    title: str,
    unit: str,
    key: str,
    empty: str,
    stamps: Sequence[str] = (),
    source: str = "",
) -> Markup:
    """Return a point with its interval for each row of ``table`` (columns since, estimate, low, high).

    ``since``: years since the event, negative before it. ``key`` begins the keys of the figures (place of the point is
    added). Without rows the picture says ``empty``.
    """
    table = table.sort_values("since").reset_index(drop=True)
    bottom, top, step = _axis(table)
    width = (WIDTH - LEFT - RIGHT) / max(len(table), 1)

    def height(value: float) -> float:
        return round(TOP + PLOT_HEIGHT * (top - value) / (top - bottom), 1)

    labels = [f"{int(since):+d}".replace("+0", "0") for since in table["since"]]
    places = [round(LEFT + (place + 0.5) * width, 1) for place in range(len(table))]
    sizes = table[["estimate", "low", "high"]].to_numpy(np.float64).tolist()
    points = [
        (x, height(estimate), height(low), height(high), _label(key, place, estimate))
        for place, (x, (estimate, low, high)) in enumerate(zip(places, sizes, strict=True))
    ]
    before = int((table["since"] < 0).sum())
    reading = "; ".join(
        f"{label}: {formats.number(estimate, 1)} ({formats.number(low, 1)}; {formats.number(high, 1)})"
        for label, (estimate, low, high) in zip(labels, sizes, strict=True)
    )
    ticks = np.arange(round(bottom / step), round(top / step) + 1) * step if len(table) else np.zeros(1)
    return render(
        "chart_effect.html.j2",
        id=hashlib.sha256(f"{title}\0{reading}".encode()).hexdigest()[:8],
        title=title,
        unit=unit,
        reading=reading or empty,
        years=list(zip(labels, places, strict=True)),
        ticks=[(formats.number(tick, 0 if float(step).is_integer() else 1), height(tick)) for tick in ticks],
        stamps=[line for stamp in stamps for line in wrap(stamp, STAMP_LETTERS)],
        width=WIDTH, left=LEFT, right=WIDTH - RIGHT, top=TOP, bottom=TOP + PLOT_HEIGHT, legend_rows=1,
        source=source,
        zero=height(0.0),
        turn=round(LEFT + before * width, 1) if 0 < before < len(table) else None,
        points=points,
        empty=empty,
    )  # fmt: skip


def _label(key: str, place: int, value: float) -> Markup:
    return figure(f"{key}.{place}", value, "number", digits=1, tag="tspan")


def _axis(table: pd.DataFrame) -> tuple[float, float, float]:
    """Return the round ends of the axis, which holds zero and every interval, and the distance of its ticks."""
    low, high = float(table["low"].min(skipna=True)), float(table["high"].max(skipna=True))
    low, high = (0.0 if np.isnan(end) else end for end in (low, high))
    low, high = min(low, 0.0), max(high, 0.0)
    rough = max(high - low, 1e-6) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    step = float((_ROUND * power)[(_ROUND * power) >= rough * (1 - 1e-9)][0])
    ends = np.floor(low / step + 1e-9) * step, np.ceil(high / step - 1e-9) * step
    return (float(ends[0]), float(ends[1]), step) if ends[1] > ends[0] else (-1.0, 1.0, 1.0)
