"""Draw the power diagram (weighted Voronoi diagram) of points inside a domain, as an exact coverage.

The diagram is the lower hull of the points lifted to ``z = x² + y² − w`` (Aurenhammer 1987); its lines and
the edge of the domain are noded together and polygonised once, so neighbours share every vertex.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

Floats = NDArray[np.float64]
_FAR = 30.0  # the sites that bound the outermost cells, in diameters of the points
_SNAP = 1e-3  # metres: the grid on which the lines are noded


def disc_domain(points: Floats, areas: Floats, widen: float = 1.1, close: float = 1500.0) -> Any:
    """Return the union of discs of radius ``widen·√(area/π)``, closed by ``close`` metres, holes filled."""
    discs = shapely.buffer(shapely.points(points), widen * np.sqrt(areas / np.pi))
    closed = shapely.buffer(shapely.buffer(shapely.union_all(discs), close), -close)
    outlines = shapely.get_exterior_ring(shapely.get_parts(closed))
    return shapely.simplify(shapely.union_all(shapely.polygons(outlines)), 50.0)


def power_cells(points: Floats, weights: Floats, domain: Any) -> NDArray[np.object_]:
    """Return one polygon a point: where ``|x − p|² − w`` is least, inside ``domain``.

    Parameters
    ----------
    points : (n, 2) array
        Places in metres.
    weights : (n,) array
        Square metres. When they leave some point without a cell all of them are halved, until every one has
        one; without weights the cells are those of the Voronoi diagram, which no distinct point lacks.
    domain : shapely geometry
        Polygon or multipolygon in metres.

    Returns
    -------
    (n,) array of geometries
        Together they are a coverage of ``domain``. Empty where two points coincide, or outside of the domain.

    """
    for scale in (*0.5 ** np.arange(12), 0.0):
        cells = _cells(points, weights * scale, domain)
        if not shapely.is_empty(cells).any():
            break
    return cells


def _cells(points: Floats, weights: Floats, domain: Any) -> NDArray[np.object_]:
    lines = shapely.union_all([_edges(points, weights), shapely.boundary(domain)], grid_size=_SNAP)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    faces = faces[shapely.contains(domain, shapely.point_on_surface(faces))]
    places = shapely.get_coordinates(shapely.point_on_surface(faces))
    owner = np.argmin(((places[:, None, :] - points) ** 2).sum(axis=2) - weights, axis=1)
    return np.array([shapely.coverage_union_all(faces[owner == site]) for site in range(len(points))])


def _edges(points: Floats, weights: Floats) -> Any:
    """Return the lines of the diagram; the outermost run far beyond the points."""
    centre = points.mean(axis=0)
    size = float(np.ptp(points, axis=0).max()) or 1.0
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = _FAR * np.column_stack([np.cos(turn), np.sin(turn)])
    sites = np.vstack([(points - centre) / size, ring])
    height = (sites**2).sum(axis=1) - np.concatenate([weights / size**2, np.zeros(len(ring))])
    hull = ConvexHull(np.column_stack([sites, height]))
    normal = hull.equations[:, :3]
    is_lower = normal[:, 2] < 0
    with np.errstate(divide="ignore", invalid="ignore"):
        vertices = -normal[:, :2] / (2 * normal[:, 2:3])
    here, side = np.nonzero(is_lower[:, None] & is_lower[hull.neighbors])
    there = hull.neighbors[here, side]
    once = here < there
    ends = np.stack([vertices[here[once]], vertices[there[once]]], axis=1) * size + centre
    return shapely.multilinestrings(shapely.linestrings(ends))
