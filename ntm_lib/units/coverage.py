"""Work on a coverage: polygons that share their edges, with no overlap and no gap.

Geometry is planar here: every function expects metres in one local projection, see :func:`local_crs`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

WGS84 = CRS.from_epsg(4326)
DECIMALS = 5  # of a degree, about one metre: what a page stores
Geometries = NDArray[np.object_]
Codes = NDArray[Any]
Floats = NDArray[np.float64]


def local_crs(lon: Any, lat: Any) -> CRS:
    """Return the equal-area projection, in metres, centred in the middle of these places.

    Over a province (200 km) lengths are true to better than 0.1 ‰, areas exactly.
    """
    middle_lon = (np.min(lon) + np.max(lon)) / 2
    middle_lat = (np.min(lat) + np.max(lat)) / 2
    return CRS.from_dict({"proj": "laea", "lon_0": middle_lon, "lat_0": middle_lat, "ellps": "WGS84"})


def to_metres(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Project longitudes and latitudes to the local metres around their own middle."""
    west, south, east, north = shapes.total_bounds
    return shapes.to_crs(local_crs([west, east], [south, north]))


def to_degrees(shapes: Geometries, crs: CRS) -> Geometries:
    """Return a coverage in EPSG:4326, each vertex rounded alike so that shared edges stay shared."""
    degrees = gpd.GeoSeries(shapes, crs=crs).to_crs(WGS84).to_numpy()
    return clean(shapely.transform(degrees, lambda xy: np.round(xy, DECIMALS)))


def clean(shapes: Geometries, gap_width: float = 0.0) -> Geometries:
    """Return a valid coverage: edges noded to each other, an overlap given to the smaller shape.

    A gap narrower than ``gap_width`` (in the units of the coordinates) is given to the neighbour with the
    longest border.
    """
    valid = np.asarray(shapely.make_valid(shapes, method="structure", keep_collapsed=False))
    if gap_width == 0 and shapely.coverage_is_valid(valid):
        return valid
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # newer than the stubs
        valid, gap_width=gap_width, merge_strategy="min_area"
    )
    return np.asarray(cleaned)


def mean_width(shapes: Geometries) -> Floats:
    """Return twice the area over the perimeter: the width of a long thin shape."""
    return np.asarray(2 * shapely.area(shapes) / shapely.length(shapes))


def nest(shapes: gpd.GeoSeries, steps: Sequence[pd.DataFrame]) -> list[gpd.GeoSeries]:
    """Unite the shapes of one vintage into those of each later one, so that all of them nest exactly.

    Parameters
    ----------
    shapes : GeoSeries
        Coverage in metres, indexed by code.
    steps : sequence of DataFrame
        The lineage from each vintage to the next: ``from_code``, ``to_code``, ``area_share``. A shape with
        several successors is cut by straight lines in the ratio of the shares, each piece on the side of the
        unit it joins.

    Returns
    -------
    list of GeoSeries
        Coverages in EPSG:4326, one a vintage, the given one first; index: code, in code order.

    """
    atoms = shapes.to_numpy()
    labels = [shapes.index.to_numpy()]
    for links in steps:
        atoms, parents, codes = _step(atoms, labels[-1], links)
        labels = [*(earlier[parents] for earlier in labels), codes]
    degrees = to_degrees(atoms, shapes.crs)
    return [unite(degrees, codes, WGS84) for codes in labels]


def _step(atoms: Geometries, codes: Codes, links: pd.DataFrame) -> tuple[Geometries, NDArray[np.int_], Codes]:
    """Carry the atoms over one change of units: new atoms, the atom each was part of, their new codes."""
    links = links[links["area_share"] > 0]
    is_split = links["from_code"].duplicated(keep=False)
    successor = links[~is_split].set_index("from_code")["to_code"]
    order = np.arange(len(atoms))
    keep = np.isin(codes, successor.index)
    parts, parents, labels = [atoms[keep]], [order[keep]], [successor.loc[codes[keep]].to_numpy()]
    whole = unite(parts[0], labels[0], None)
    for code, shares in links[is_split].groupby("from_code", sort=True):
        own = order[codes == code]
        shape = shapely.coverage_union_all(atoms[own])
        for target, piece in _cut(shape, shares.set_index("to_code")["area_share"], whole):
            inside = shapely.intersection(atoms[own], piece)
            some = shapely.area(inside) > 0
            parts.append(inside[some])
            parents.append(own[some])
            labels.append(np.full(some.sum(), target, dtype=object))
    pieces = np.concatenate(parts)
    return clean(pieces), np.concatenate(parents), np.concatenate(labels)


def unite(pieces: Geometries, codes: Codes, crs: CRS | None) -> gpd.GeoSeries:
    """Unite the pieces of a coverage by their codes: index ``code``, in order; a missing code is left out."""
    groups = pd.Series(pieces).groupby(codes, sort=True)
    united = {code: shapely.coverage_union_all(group.tolist()) for code, group in groups}
    return gpd.GeoSeries(united, crs=crs).rename_axis("code")


def _cut(shape: Any, shares: pd.Series, joined: gpd.GeoSeries) -> Iterator[tuple[str, Any]]:
    """Cut one shape by area share and yield each successor with its piece."""
    left = float(shares.sum())
    for position, (code, share) in enumerate(shares.items()):
        later = list(shares.index[position + 1 :])
        if not later:
            yield str(code), shape
            return
        towards = _side(shape, joined, [str(code)]) - _side(shape, joined, later)
        piece, shape = _halve(shape, towards, float(share) / left)
        left -= float(share)
        yield str(code), piece


def _side(shape: Any, joined: gpd.GeoSeries, codes: Sequence[str]) -> Floats:
    """Return the middle of the border with these units; their own middle where there is none."""
    others = shapely.union_all(joined.reindex(codes).dropna().to_numpy())
    border = shapely.intersection(shapely.boundary(shape), shapely.buffer(others, 1.0))
    middle = shapely.centroid(border if shapely.length(border) > 0 else others)
    if middle.is_empty:  # a successor formed from nothing else: it takes what is left
        middle = shapely.centroid(shape)
    return np.array([middle.x, middle.y])


def _halve(shape: Any, towards: Floats, share: float) -> tuple[Any, Any]:
    """Cut ``shape`` across ``towards``: the first piece has ``share`` of its area and lies on that side."""
    size = float(np.hypot(*towards))
    direction = towards / size if size > 0 else np.array([1.0, 0.0])
    across = np.array([-direction[1], direction[0]])
    ahead = shapely.get_coordinates(shape) @ direction
    reach = 2 * float(np.ptp(shapely.get_coordinates(shape), axis=0).sum()) + 1
    middle = shapely.get_coordinates(shape).mean(axis=0)

    def beyond(offset: float) -> Any:
        start = middle + direction * (offset - middle @ direction)
        near, far = start + across * reach, start - across * reach
        return shapely.polygons([near, near + direction * reach, far + direction * reach, far])

    low, high = float(ahead.min()), float(ahead.max())
    for _step in range(60):
        offset = (low + high) / 2
        piece = shapely.intersection(shape, beyond(offset))
        if shapely.area(piece) > share * shapely.area(shape):
            low = offset
        else:
            high = offset
    return piece, shapely.difference(shape, piece)
