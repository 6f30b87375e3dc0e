"""Draw the schematic: a map of cells made from the register's points and areas, for want of real boundaries.

It shows who lies beside whom. It is no map of boundaries: no area or length is computed from it.
"""

import datetime as dt
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely

from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.units.coverage import WGS84, local_crs, nest
from ntm_lib.units.power_diagram import disc_domain, power_cells
from ntm_lib.units.territories import state_of, states, steps
from ntm_lib.units.vintage import on


def schematic(date: dt.date, project: Project | None = None) -> gpd.GeoDataFrame:
    """Return the schematic of the communes at ``date``: a coverage in EPSG:4326, index ``code``.

    The communes of the register's first state are drawn as a power diagram (weights area/π) inside the union
    of discs of radius 1.1·√(area/π), closed by 1.5 km; later states are united from them by lineage, so all
    nest exactly. A unit whose parts do not touch in the drawing stays in several parts. A commune of the
    first state without point or area, or at the same point as another, stops with all of them named.
    """
    project = project or Project.find()
    frame = _all_states(project)[state_of(date, project)]
    return frame.copy()


@lru_cache(maxsize=4)
def _all_states(project: Project) -> dict[dt.date, gpd.GeoDataFrame]:
    starts = states(project)
    cells = _first_cells(starts[0], project)
    drawn = nest(cells, steps(starts[0], starts[-1], project))
    return {start: gpd.GeoDataFrame(geometry=shapes, crs=WGS84) for start, shapes in zip(starts, drawn, strict=True)}


def _first_cells(start: dt.date, project: Project) -> gpd.GeoSeries:
    communes = on(start, project).communes
    faults = FaultList(_("The schematic cannot be drawn"))
    wanted = communes[["lat", "lon", "area_km2"]].astype(float)
    where = {code: f"units.csv {code} {name}" for code, name in communes["name"].items()}
    instead = _("Fill them in, or bring boundaries: ntm boundaries import FILE.")
    for code, row in wanted[wanted.isna().any(axis=1)].iterrows():
        faults.add(where[code], _("no {columns}").format(columns=", ".join(row.index[row.isna()])), action=instead)
    faults.stop_if_any()
    crs = local_crs(wanted["lon"], wanted["lat"])
    places = gpd.GeoSeries.from_xy(wanted["lon"], wanted["lat"], crs=WGS84).to_crs(crs)
    points = shapely.get_coordinates(places.to_numpy())
    areas = wanted["area_km2"].to_numpy() * 1e6
    cells = power_cells(points, areas / np.pi, disc_domain(points, areas))
    for code in communes.index[shapely.is_empty(cells)]:
        faults.add(where[code], _("the same point as another commune"), _("a point of its own"))
    faults.stop_if_any()
    return gpd.GeoSeries(cells, index=communes.index, crs=crs)
