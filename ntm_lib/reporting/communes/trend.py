"""Draw the small line of criteria met by year; a year without enough data is a bar from the least to the greatest count."""

from itertools import pairwise
from typing import Any

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting import stamps
from ntm_lib.reporting.communes.facts import Commune
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.templates import render

WIDTH, HEIGHT, _TOP, _BOTTOM, _SIDE, _MARK = 330, 82, 26, 17, 14, 8


def trend_picture(commune: Commune) -> Markup:
    """Return the picture as SVG; each number carries its key. A year in which nobody reported has no point."""
    series = commune.series
    years = list(series.index)
    step = (WIDTH - 2 * _SIDE) / max(len(years) - 1, 1)
    of = float(series["of"].max())
    points = [_point(commune, year, _SIDE + place * step, of) for place, year in enumerate(years)]
    label = _("Criteria met by year, {name}").format(name=commune.full_name)
    if commune.is_illustrative and not commune.is_mixed:
        label += f" ({_('illustrative')})"
    return render(
        "commune_trend.html.j2",
        width=WIDTH,
        height=HEIGHT + (_MARK if any(point["mark"] for point in points) else 0),
        label=label,
        points=points,
        lines=_lines(points),
        change=_change(commune, years, step),
    )


def _point(commune: Commune, year: int, x: float, of: float) -> dict[str, Any]:
    row: Any = commune.series.loc[year]
    if not row["is_reported"]:
        return {"x": round(x, 1), "y": None, "year": year, "mark": ""}
    key = commune.key("count", year)
    return {
        "x": round(x, 1),
        "y": _height(row["low"], of),
        "y_high": _height(row["high"], of),
        "year": year,
        "mark": stamps.marked("").strip() if commune.is_mixed and year in commune.generated_years else "",
        "text": figure(key, row["low"], "interval", high=row["high"], tag="tspan"),
    }


def _height(count: float, of: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * float(count) / of, 1)


def _lines(points: list[dict[str, Any]]) -> list[str]:
    """Join neighbouring years; where one is missing the line is broken."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point["y"] is None:
            runs.append([])
        else:
            runs[-1].append(f"{point['x']},{point['y']}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _change(commune: Commune, years: list[int], step: float) -> dict[str, Any] | None:
    """Return where the criteria set changed last within the period, and to what."""
    rules = commune.territory.reported.rules
    changed = [year for before, year in pairwise(years) if rules[before].set_id != rules[year].set_id]
    if not changed:
        return None
    year = changed[-1]
    number = rules[year].decisions[0].number
    return {
        "x": round(_SIDE + (years.index(year) - 0.5) * step, 1),
        "text": _("from {year}: Decision {number}").format(year=year, number=number),
    }
