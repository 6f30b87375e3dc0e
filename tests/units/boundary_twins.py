"""Small twins of real boundary files, faults included, made from the schematic."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from ntm_lib.project import Project
from ntm_lib.units import on
from ntm_lib.units.boundaries import boundary_folder
from ntm_lib.units.boundary_checks import Weight
from ntm_lib.units.boundary_import import BoundaryRefusedError, import_boundaries
from ntm_lib.units.schematic import schematic

OLD, NEW = dt.date(2019, 12, 31), dt.date(2025, 12, 31)


def coded(project: Project, date: dt.date) -> gpd.GeoDataFrame:
    """Return a clean file with five-digit codes and full names, as the official one of 2025."""
    frame = schematic(date, project).reset_index()
    frame["fullName"] = on(date, project).communes["name"].to_numpy()
    return frame


def old_numbering(project: Project) -> gpd.GeoDataFrame:
    """Return a file with numbers of an older system stored as floats, names and districts."""
    communes = on(OLD, project).communes
    districts = on(OLD, project).districts["name"]
    frame = schematic(OLD, project).reset_index(drop=True)
    frame["object_id"] = np.arange(len(frame)) + 2471
    frame["province_vn"] = on(OLD, project).province.name
    frame["commune_id"] = 2030101.0 + 2 * np.arange(len(frame))
    frame["commune_vn"] = communes["name"].to_numpy()
    frame["district_vn"] = districts.loc[communes["parent_code"]].to_numpy()
    return frame


def reshaped(frame: gpd.GeoDataFrame, position: int, shape: shapely.Geometry) -> gpd.GeoDataFrame:
    """Replace one shape."""
    geometry = frame.geometry.to_numpy().copy()
    geometry[position] = shape
    return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))


def moved(frame: gpd.GeoDataFrame, east_m: float, north_m: float) -> gpd.GeoDataFrame:
    """Move every shape by metres."""
    north = north_m / 110_600
    east = east_m / (111_320 * np.cos(np.radians(frame.total_bounds[1])))
    return frame.set_geometry(frame.translate(east, north))


def written(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    """Write the twin as GeoJSON or in the format of the suffix."""
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, engine="pyogrio", **options)
    return path


LARGE = 20.0  # km²: a shape that a fault can be cut from


def bring(frame, project, name="twin.geojson", **said):
    return import_boundaries(written(frame, project.root / name), project, **said)


def refused(frame, project, name="twin.geojson"):
    with pytest.raises(BoundaryRefusedError) as error:
        bring(frame, project, name)
    assert not list(boundary_folder(project).rglob("*.parquet"))
    return {finding.check: finding for finding in error.value.report.findings}, str(error.value)


def found(report):
    return {finding.check: finding for finding in report.findings}


def warned(report):
    return {finding.check for finding in report.findings if finding.weight is Weight.WARN}


def inner(frame, project, date):
    """Position of a large shape that touches no outer edge."""
    union = shapely.union_all(frame.geometry.to_numpy())
    areas = on(date, project).communes["area_km2"].to_numpy()
    inside = ~shapely.intersects(frame.geometry.to_numpy(), shapely.boundary(union))
    return int(np.flatnonzero(inside & (areas > LARGE))[0])
