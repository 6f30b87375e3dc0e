"""Bring the shapes of communes into the form that maps draw."""

from collections.abc import Sequence
from itertools import combinations

import geopandas as gpd
import numpy as np
import shapely

from ntm_lib.errors import FaultList
from ntm_lib.messages import _

COLUMNS = ("name", "group_name", "is_in_programme")
DECIMALS = 5
"""Decimals of a degree kept, about one metre."""


def check_shapes(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the shapes in longitude and latitude, rounded; all faults are told at once.

    Index: commune code (text). Columns: name, group_name, is_in_programme, geometry (polygons).
    """
    faults = FaultList(_("Shapes that cannot be drawn"))
    for column in COLUMNS:
        if column not in shapes.columns:
            faults.add(column, _("the column is missing"))
    for code in shapes.index[shapes.index.duplicated()].unique():
        faults.add(code, _("the code stands twice"))
    kinds = shapes.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    for code in shapes.index[~kinds | shapes.geometry.is_empty.to_numpy()]:
        faults.add(code, _("no area to draw"), _("a polygon"))
    if shapes.empty:
        faults.add(_("shapes"), _("no commune at all"))
    if shapes.crs is None:
        faults.add(_("shapes"), _("no coordinate reference system"))
    faults.stop_if_any()
    degrees = shapes.to_crs("EPSG:4326")
    rounded = shapely.transform(degrees.geometry.to_numpy(), lambda points: points.round(DECIMALS))
    return degrees.set_geometry(gpd.GeoSeries(rounded, index=shapes.index, crs="EPSG:4326"))


def inner_borders(shapes: gpd.GeoDataFrame) -> list[shapely.LineString]:
    """Return the lines between groups of communes (districts); the outer edge is left out on purpose."""
    groups = shapes.dissolve("group_name", method="unary").geometry
    edges = groups.boundary.to_numpy()
    pairs = [
        shapely.intersection(edges[first], edges[second])
        for first, second in combinations(range(len(edges)), 2)
        if groups.iloc[first].intersects(groups.iloc[second])
    ]
    return _lines(pairs)


def _lines(pieces: Sequence[shapely.Geometry]) -> list[shapely.LineString]:
    parts = shapely.get_parts(np.asarray(pieces, dtype=object)) if pieces else np.array([], dtype=object)
    lines = parts[shapely.get_type_id(parts) == 1] if len(parts) else parts
    if not len(lines):
        return []
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))
