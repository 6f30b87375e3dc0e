"""Where a commune lies: terrain and distance as factors on costs, and the places that measures suit."""

import datetime as dt
from typing import Annotated, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from pyproj import Geod

from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.planning.means.measures import Place, read_model
from ntm_lib.planning.settings import Costs
from ntm_lib.planning.start.baseline import Baseline
from ntm_lib.units import Vintage

Floats = npt.NDArray[np.float64]
PLACES: tuple[str, ...] = get_args(Place)
_EARTH = Geod(ellps="WGS84")


class PlacesFile(BaseModel):
    """``parameters/planning/places.yaml``: what a planner knows of places and data do not tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: dt.date
    karst_without_water: tuple[str, ...]
    town_edge_km: Annotated[float, Field(ge=0)] | None
    town_edge: tuple[str, ...]


def read_places(baseline: Baseline) -> PlacesFile:
    """Read the planner's lists; codes that are not communes of the plan stop, all at once."""
    path = baseline.project.parameters / "planning" / "places.yaml"
    where = baseline.project.relative(path)
    title = _("Places that cannot be used")
    file = read_model(path, where, PlacesFile, title)
    faults = FaultList(title)
    known = list(baseline.communes.index)
    for key in ("karst_without_water", "town_edge"):
        for code in getattr(file, key):
            if code not in known:
                expected = nearest(code, known) if known else ""
                faults.add(f"{where}: {key}", _("{code} is not a commune of the plan").format(code=code), expected[:80])
    if (file.karst_without_water or file.town_edge) and file.on != baseline.vintage.date:
        text = _("codes of {date}").format(date=file.on.isoformat())
        faults.add(f"{where}: on", text, baseline.vintage.date.isoformat(), _("Write the codes of that day."))
    faults.stop_if_any()
    return file


def places(baseline: Baseline) -> pd.DataFrame:
    """Tell which places each plan commune is, as far as known (bool; unknown is False, so no special measure is taken).

    Columns: ``PLACES``. Zones and border from the baseline, karst and town's edge from ``places.yaml``.
    """
    file = read_places(baseline)
    communes = baseline.communes
    zone = communes["zone"].astype("object")
    near = town_distance_km(communes, baseline.vintage)
    columns = {
        "border": communes["is_border"].fillna(value=False).astype(bool),
        **{f"zone_{name}": zone == name for name in ("I", "II", "III")},
        "karst_without_water": communes.index.isin(file.karst_without_water),
        "town_edge": communes.index.isin(file.town_edge)
        | (near <= (-1 if file.town_edge_km is None else file.town_edge_km)),
    }
    return pd.DataFrame({name: np.asarray(columns[name], dtype=bool) for name in PLACES}, index=communes.index)


def distance_km(lat: Floats, lon: Floats, lat_to: Floats, lon_to: Floats) -> Floats:
    """Return the length of the shortest way on the ellipsoid, km; NaN where a point is unknown."""
    points = np.stack(np.broadcast_arrays(lon, lat, lon_to, lat_to)).astype(float)
    known = np.isfinite(points).all(axis=0)
    metres = np.full(known.shape, np.nan)
    metres[known] = _EARTH.inv(*(row[known] for row in points))[2]
    return metres / 1000


def town_distance_km(communes: pd.DataFrame, vintage: Vintage) -> Floats:
    """Return the distance of each commune to the nearest unit outside the programme (towns and wards); NaN unknown."""
    towns = vintage.communes[~vintage.communes["is_in_programme"]].dropna(subset=["lat", "lon"])
    if towns.empty:
        return np.full(len(communes), np.nan)
    here = communes[["lat", "lon"]].to_numpy(float)[:, None, :]
    there = towns[["lat", "lon"]].to_numpy(float)[None, :, :]
    table = distance_km(here[..., 0], here[..., 1], there[..., 0], there[..., 1])
    return np.where(np.isnan(table).all(axis=1), np.nan, np.nan_to_num(table, nan=np.inf).min(axis=1))


def seats(vintage: Vintage) -> pd.DataFrame:
    """Return the point of each district's seat: ``lat, lon``, index: code of the unit above the communes.

    The seat is the most populous unit of the district outside the programme (its town or a ward of the city); where
    there is none with a point, the people-weighted centre of its communes.
    """
    # ASSUME: which of several towns is the seat is not in the register; the most populous one is taken.
    units = vintage.communes.dropna(subset=["lat", "lon"])
    weight = units["people_2019"].astype("Float64").fillna(units["people_2009"].astype("Float64")).fillna(1.0)
    units = units.assign(weight=weight.astype(float).clip(lower=1.0))
    towns = units[~units["is_in_programme"]].sort_values("weight", ascending=False, kind="stable")
    found = towns.groupby("parent_code")[["lat", "lon"]].first()
    summed = units.assign(lat=units["lat"] * units["weight"], lon=units["lon"] * units["weight"])
    centre = summed.groupby("parent_code")[["lat", "lon", "weight"]].sum()
    centre = centre[["lat", "lon"]].div(centre["weight"], axis=0)
    return found.combine_first(centre)


def cost_factors(baseline: Baseline, costs: Costs) -> pd.DataFrame:
    """Return the factors on costs of each plan commune.

    Columns: ``zone`` and ``distance`` factor, ``factor`` (their product), ``distance_km`` from the district's seat
    (NaN unknown), ``is_assumed``: zone or point unknown, so the province's mean factor was taken.
    """
    communes = baseline.communes
    zone = (
        communes["zone"]
        .astype("object")
        .map({str(key): value for key, value in costs.zone_factor.items()})
        .astype(float)
    )
    seat = seats(baseline.vintage).reindex(communes["parent_code"]).to_numpy(float)
    km = distance_km(communes["lat"].to_numpy(float), communes["lon"].to_numpy(float), seat[:, 0], seat[:, 1])
    distance = np.minimum(1 + costs.distance_factor_per_10km * km / 10, costs.distance_factor_max)
    unknown = zone.isna().to_numpy() | np.isnan(km)
    # ASSUME: where zone or point is not known, the mean factor of the known communes.
    zone_mean = zone.mean() if zone.notna().any() else float(np.mean(list(costs.zone_factor.values())))
    distance_mean = float(np.nanmean(distance)) if (~np.isnan(distance)).any() else 1.0
    frame = pd.DataFrame(
        {"zone": zone.fillna(zone_mean), "distance": np.nan_to_num(distance, nan=distance_mean), "distance_km": km},
        index=communes.index,
    )
    return frame.assign(factor=frame["zone"] * frame["distance"], is_assumed=unknown)
