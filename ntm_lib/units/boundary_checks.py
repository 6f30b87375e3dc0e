"""Check the geometry of a boundary file against the register: place, area, overlaps, gaps, slivers, shift.

The schematic is never measured here or anywhere else: what is measured is always the user's own file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from babel.numbers import format_decimal

from ntm_lib.errors import preview
from ntm_lib.messages import _, language
from ntm_lib.units.coverage import Floats, Geometries, local_crs, mean_width

KM2 = 1e6  # square metres
TOTAL_REFUSED, TOTAL_WARNED = 0.05, 0.01  # of the register's total area
UNIT_WARNED, UNIT_VANISHING = 0.20, 0.01  # of the register's area of the unit
SLIVER_WIDTH = 50.0  # metres, mean width of an overlap or a gap that is only bad tracing
NOISE = 1.0  # square metres: below it an overlap or a gap is arithmetic
SHIFT_TOLD = 100.0  # metres; VN-2000 read as WGS 84 lies 150-250 m off
_SHOWN = 5


class Weight(StrEnum):
    """What a finding does: stop the import, warn, or only inform."""

    REFUSE = "refuse"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One result of a check: ``expected`` and ``action`` may be empty."""

    weight: Weight
    check: str
    found: str
    expected: str = ""
    action: str = ""


def number(value: float, digits: int = 1) -> str:
    """Print a number in the language of the process."""
    return str(format_decimal(value, format="#,##0" + ("." + "0" * digits if digits else ""), locale=language()))


def km2(square_metres: float) -> str:
    """Print an area in km², a small one in m²."""
    small = square_metres < 0.01 * KM2
    return f"{number(square_metres, 0)} m²" if small else f"{number(square_metres / KM2, 2)} km²"


def check_place(bounds: Floats, communes: pd.DataFrame) -> Iterator[Finding]:
    """Compare the file's bounding box with the register's points; tells swapped axes and unprojected metres.

    ``bounds`` is west, south, east, north; ``communes`` has ``lon``, ``lat`` and ``area_km2``.
    """
    lon, lat = communes["lon"].dropna(), communes["lat"].dropna()
    if lon.empty or lat.empty:
        return
    margin = 4 * np.sqrt(communes["area_km2"].max(skipna=True) / np.pi) / 111 if len(communes) else 0.0
    margin = margin if np.isfinite(margin) else 0.25
    home = np.array([lon.min() - margin, lat.min() - margin, lon.max() + margin, lat.max() + margin])
    if _inside(bounds, home):
        return
    if _inside(bounds[[1, 0, 3, 2]], home):
        action = _("Longitude and latitude are swapped: write the file again with longitude first.")
    elif np.abs(bounds).max() > 360:
        action = _("The numbers are metres, not degrees: name the file's coordinate system with --crs.")
    else:
        action = _("Check that the file is of this province and that its coordinate system is right.")
    yield Finding(Weight.REFUSE, _("Place"), _box(bounds), _("inside {box}").format(box=_box(home)), action)


def _inside(box: Floats, home: Floats) -> bool:
    return bool((box[:2] >= home[:2]).all() and (box[2:] <= home[2:]).all())


def _box(box: Floats) -> str:
    west, south, east, north = (number(float(side), 2) for side in box)
    return f"{west} – {east}, {south} – {north}"


def check_shapes(shapes: gpd.GeoSeries, names: pd.Series) -> Iterator[Finding]:
    """Look at each shape alone: none or no polygon, invalid, repeated points. Any coordinates."""
    geometry = shapes.to_numpy()
    is_polygon = np.isin(shapely.get_type_id(geometry), (3, 6)) & ~shapely.is_empty(geometry)
    if not is_polygon.all():
        found = preview(names[~is_polygon], _SHOWN)
        yield Finding(Weight.REFUSE, _("Shapes"), found, _("a polygon for each unit"))
    geometry, names = geometry[is_polygon], names[is_polygon]
    invalid = ~shapely.is_valid(geometry)
    if invalid.any():
        found = _("{units}: invalid shape ({reason}); it was made valid").format(
            units=preview(names[invalid], _SHOWN), reason=shapely.is_valid_reason(geometry[invalid])[0]
        )
        yield Finding(Weight.WARN, _("Shapes"), found)
    points, owner = shapely.get_coordinates(geometry, return_index=True)
    repeated = (np.diff(points, axis=0) == 0).all(axis=1) & (np.diff(owner) == 0)
    if repeated.any():
        found = _("{count} repeated points in {units}").format(
            count=number(int(repeated.sum()), 0),
            units=preview(names.iloc[np.unique(owner[1:][repeated])], _SHOWN),
        )
        yield Finding(Weight.WARN, _("Repeated points"), found)


def check_areas(shapes: gpd.GeoSeries, communes: pd.DataFrame, province_km2: float | None) -> Iterator[Finding]:
    """Compare total area and the area of each unit with the register, where the register knows them.

    ``shapes`` in metres by code; ``communes`` by code with ``name`` and ``area_km2``; ``province_km2`` may be
    unknown, then the communes' own areas are summed.
    """
    total = float(communes["area_km2"].sum(skipna=False)) if province_km2 is None else province_km2
    off = shapes.area.sum() / KM2 / total - 1
    if np.isfinite(off) and abs(off) > TOTAL_WARNED:
        yield Finding(
            Weight.REFUSE if abs(off) > TOTAL_REFUSED else Weight.WARN,
            _("Total area"),
            _("{area} ({percent} % off the register)").format(
                area=km2(shapes.area.sum()), percent=number(100 * off, 1)
            ),
            km2(total * KM2),
        )
    measured = shapes[shapes.index.isin(communes.index)].area
    known = communes["area_km2"].reindex(measured.index)
    ratio = measured / KM2 / known
    vanishing = (ratio < UNIT_VANISHING) | (measured < 1e4)
    told = pd.DataFrame({"name": communes["name"].reindex(measured.index), "m2": measured, "known": known})
    if vanishing.any():
        action = _("The shape is hardly that of the unit; its place may be one of the gaps.")
        yield Finding(Weight.WARN, _("Area near zero"), _area_list(told[vanishing]), "", action)
    differs = ~vanishing & ((ratio - 1).abs() > UNIT_WARNED) & ((measured / KM2 - known).abs() > 1)
    if differs.any():
        worst = told[differs].loc[(ratio[differs] - 1).abs().sort_values(ascending=False).index]
        found = _("{count} units differ by more than {percent} %: {units}").format(
            count=int(differs.sum()), percent=number(100 * UNIT_WARNED, 0), units=_area_list(worst)
        )
        yield Finding(Weight.WARN, _("Area of units"), found)


def _area_list(rows: pd.DataFrame) -> str:
    first = rows.head(_SHOWN)
    shown = [
        f"{name} {km2(measured)}" + (f" / {km2(known * KM2)}" if np.isfinite(known) else "")
        for name, measured, known in zip(
            first["name"], first["m2"].astype(float), first["known"].astype(float), strict=True
        )
    ]
    return "; ".join(shown) + (f" … ({len(rows)})" if len(rows) > _SHOWN else "")


def check_topology(shapes: gpd.GeoSeries, names: pd.Series) -> Iterator[Finding]:
    """Find overlaps, gaps and slivers. ``shapes`` in metres; ``names`` in the same order."""
    geometry, labels = shapes.to_numpy(), names.to_numpy()
    first, second = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    common = shapely.intersection(geometry[first], geometry[second])
    pairs = [f"{a} – {b}" for a, b in zip(labels[first], labels[second], strict=True)]
    yield from _told(_("Overlaps"), common, pairs)
    holes = _holes(shapely.union_all(geometry))
    hole, unit = shapely.STRtree(geometry).query(holes, predicate="intersects")
    around = pd.Series(labels[unit]).groupby(hole).agg(" – ".join).reindex(range(len(holes)), fill_value="")
    yield from _told(_("Gaps"), holes, list(around))
    parts, owner = shapely.get_parts(geometry, return_index=True)
    sizes = shapely.area(parts)
    small = (sizes < 0.01 * shapely.area(geometry)[owner]) & (mean_width(parts) < SLIVER_WIDTH)
    if small.any():
        found = _("{count} slivers of {area} in {units}").format(
            count=int(small.sum()),
            area=km2(sizes[small].sum()),
            units=preview(labels[np.unique(owner[small])], _SHOWN),
        )
        yield Finding(Weight.WARN, _("Slivers"), found)


def _holes(union: shapely.Geometry) -> Geometries:
    rings = [ring for part in shapely.get_parts(union) for ring in part.interiors]
    return np.array([shapely.Polygon(ring) for ring in rings], dtype=object)


def _told(check: str, pieces: Geometries, labels: list[str]) -> Iterator[Finding]:
    """Sum up overlaps or gaps: number, area, how many are slivers, the largest by name."""
    sizes = shapely.area(pieces)
    real = np.flatnonzero(sizes > NOISE)
    if not real.size:
        return
    largest = real[np.argsort(-sizes[real])][:_SHOWN]
    found = _("{count} of together {area}, {slivers} of them narrower than {width} m; largest: {list}").format(
        count=number(real.size, 0),
        area=km2(sizes[real].sum()),
        slivers=number(int((mean_width(pieces[real]) < SLIVER_WIDTH).sum()), 0),
        width=number(SLIVER_WIDTH, 0),
        list="; ".join(f"{labels[place]} {km2(sizes[place])}" for place in largest),
    )
    yield Finding(Weight.WARN, check, found)


def mean_offset(shapes: gpd.GeoSeries, communes: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the mean offset of the shapes' centres from the register's points, and its error, in metres.

    Both are (east, north). ``shapes`` in degrees by code. Units without a point are left out.
    """
    seeds = communes.reindex(shapes.index)[["lon", "lat"]].dropna()
    crs = local_crs(seeds["lon"], seeds["lat"])
    points = gpd.GeoSeries.from_xy(seeds["lon"], seeds["lat"], crs=4326).to_crs(crs)
    centres = shapes.loc[seeds.index].to_crs(crs).centroid
    away = np.column_stack([centres.x - points.x, centres.y - points.y])
    return away.mean(axis=0), away.std(axis=0, ddof=1) / np.sqrt(len(away))


def check_shift(shapes: gpd.GeoSeries, communes: pd.DataFrame) -> Iterator[Finding]:
    """Note a systematic offset from the register's points; it can be suspected, not proven. Degrees."""
    if communes.reindex(shapes.index)[["lon", "lat"]].notna().all(axis=1).sum() < 3:
        return
    mean, error = mean_offset(shapes, communes)
    size = float(np.hypot(*mean))
    if size > max(SHIFT_TOLD, 2 * float(np.hypot(*error))):
        found = _(
            "the shapes lie on average {size} m from the register's points ({east} m east, {north} m north, "
            "error about {error} m)"
        ).format(
            size=number(size, 0),
            east=number(float(mean[0]), 0),
            north=number(float(mean[1]), 0),
            error=number(float(np.hypot(*error)), 0),
        )
        action = _(
            "This alone proves nothing. VN-2000 read as WGS 84 lies 150-250 m off: compare the coordinate "
            "system with the file's description."
        )
        yield Finding(Weight.NOTE, _("Shift"), found, "", action)


def refusals(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop an import."""
    return [finding for finding in findings if finding.weight is Weight.REFUSE]
