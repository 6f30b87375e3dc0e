"""Draw one layer of one year as a picture for print; it needs no script."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import Markup
from numpy.typing import NDArray

from ntm_lib.messages import _
from ntm_lib.reporting import formats, geometry, palette
from ntm_lib.reporting.layers import OUTSIDE, SYMBOLS, MapLayer, PackedLayer, pack
from ntm_lib.reporting.templates import render
from ntm_lib.reporting.text import STAMP_LETTERS, wrap

WIDTH = 720
MAX_HEIGHT = 640
_LEGEND_LINE = 22
_STAMP_LINE = 16


@dataclass(frozen=True)
class _Shape:
    path: str
    fill: str
    title: str


def map_picture(
    shapes: gpd.GeoDataFrame, layer: MapLayer, year: int, *, title: str, stamps: Sequence[str] = ()
) -> Markup:
    """Return a static SVG picture: shapes with their names, legend, title and warnings inside the frame.

    ``shapes``: index commune code; columns name, group_name, is_in_programme, geometry in any CRS. Communes
    outside the programme are grey. Raises FaultsError as `commune_map` does.
    """
    shapes = geometry.check_shapes(shapes)
    (packed,) = pack(shapes, [layer], [year])
    return draw_picture(shapes, geometry.inner_borders(shapes), packed, year, title=title, stamps=stamps)


def draw_picture(
    shapes: gpd.GeoDataFrame,
    borders: Sequence[shapely.LineString],
    layer: PackedLayer,
    year: int,
    *,
    title: str,
    stamps: Sequence[str],
) -> Markup:
    """Draw checked shapes; see `map_picture`."""
    frame = _Frame.around(shapes)
    symbols = layer.symbols[year]
    details = layer.details.get(year) or [""] * len(shapes)
    name = hashlib.sha256(f"{title}\0{layer.layer.id}{year}{symbols}".encode()).hexdigest()[:8]
    drawn = [
        _Shape(frame.path(area), _fill(layer, symbol, name), _words(layer, symbol, unit, detail))
        for area, symbol, unit, detail in zip(shapes.geometry, symbols, shapes["name"], details, strict=True)
    ]
    legend = _legend(layer, symbols, name)
    stamp_lines = [line for stamp in stamps for line in wrap(stamp, STAMP_LETTERS)]
    return render(
        "map_picture.html.j2",
        id=name,
        title=title,
        shapes=drawn,
        borders=[frame.path(line) for line in borders],
        legend=legend,
        stamps=stamp_lines,
        width=WIDTH,
        map_height=frame.height,
        height=frame.height + _STAMP_LINE * len(stamp_lines) + _LEGEND_LINE * ((len(legend) + 2) // 3) + 18,
    )


@dataclass(frozen=True)
class _Frame:
    """Put longitude and latitude on the paper; equirectangular at the middle latitude."""

    west: float
    north: float
    scale: float
    squeeze: float
    left: float
    height: int

    @classmethod
    def around(cls, shapes: gpd.GeoDataFrame) -> "_Frame":
        west, south, east, north = shapes.total_bounds
        squeeze = float(np.cos(np.radians((south + north) / 2)))
        width, height = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
        scale = min((WIDTH - 16) / width, (MAX_HEIGHT - 16) / height)
        return cls(west, north, scale, squeeze, (WIDTH - width * scale) / 2, round(height * scale) + 16)

    def path(self, shape: shapely.Geometry) -> str:
        """Return the SVG path of an area or a line, in tenths of a pixel."""
        is_area = shapely.get_dimensions(shape) == 2
        parts = shapely.get_parts(shape)
        rings = shapely.get_rings(parts) if is_area else parts
        return "".join(self._ring(shapely.get_coordinates(ring), is_area) for ring in rings)

    def _ring(self, points: NDArray[np.float64], is_area: bool) -> str:
        x = self.left + (points[:, 0] - self.west) * self.squeeze * self.scale
        y = 8 + (self.north - points[:, 1]) * self.scale
        steps = [f"{a:g} {b:g}" for a, b in zip(x.round(1), y.round(1), strict=True)]
        return "M" + "L".join(steps[:-1] if is_area else steps) + ("Z" if is_area else "")


def _fill(layer: PackedLayer, symbol: str, name: str) -> str:
    shown = layer.shown(symbol)
    if shown is None:
        return palette.OUTSIDE_COLOUR
    return f"url(#h{name})" if shown.is_hatched else shown.colour


def _words(layer: PackedLayer, symbol: str, unit: str, detail: str) -> str:
    shown = layer.shown(symbol)
    if shown is None:
        return f"{unit}: {_('Outside the programme')}"
    return f"{unit}: {shown.label} ({detail})" if detail else f"{unit}: {shown.label}"


def _legend(layer: PackedLayer, symbols: str, name: str) -> list[tuple[str, str, str]]:
    """Return fill, words and number of communes of every class, and of the grey ones where there are any."""
    entries = [
        (_fill(layer, symbol, name), shown.label, formats.number(symbols.count(symbol)))
        for symbol, shown in zip(SYMBOLS, layer.layer.classes, strict=False)
    ]
    if OUTSIDE in symbols:
        count = formats.number(symbols.count(OUTSIDE))
        entries.append((palette.OUTSIDE_COLOUR, _("Outside the programme"), count))
    return entries
