"""Read a user's boundary file: its shapes in degrees, its text columns, and what was done for that."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.units.coverage import WGS84

SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".parquet", ".geoparquet")
_PARQUET = (".parquet", ".geoparquet")
_DBF_LENGTH = 10  # a Shapefile cuts the names of its columns

# Column names seen in files of Vietnamese communes, most telling first (lower case).
_CONVENTIONS = {
    "code": "ma_xa maxa ma_px code_xa commune_code gso_code adm3_pcode ward_code code ma ref level3_id",
    "name": (
        "ten_xa tenxa ten_px commune_vn name_3 adm3_vi fullname tenhc ten_dvhc ward name shapename "
        "names.primary adm3_en commune varname_3 name_4 ten"
    ),
    "district": "ten_huyen tenhuyen district_vn name_2 adm2_vi district adm2_en quan_huyen huyen name_3",
    "province": "ten_tinh tentinh province_vn name_1 adm1_vi province adm1_en tinh name_2",
}
# TCVN3 (ABC), the one-byte code of older Vietnamese files, as it looks when read as Latin-1.
_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
)


@dataclass(frozen=True)
class BoundaryFile:
    """What was read: ``frame`` in EPSG:4326 (or in metres passed off as degrees, which the checks catch)."""

    path: Path
    frame: gpd.GeoDataFrame
    crs: CRS
    notes: tuple[str, ...]


def read_boundary_file(path: Path, crs: str | None = None, layer: str | None = None) -> BoundaryFile:
    """Read GeoJSON, GeoPackage, Shapefile or GeoParquet.

    ``crs`` stands in for a missing coordinate system, or overrides the file's own; ``layer`` names one layer
    of several. Raises UsageError for an unknown kind of file or system, NtmError for a file that cannot be
    read, that holds no shapes, or whose coordinate system is not known.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            _("{path}: this kind of file is not read. Give one of: {suffixes}.").format(
                path=path, suffixes=", ".join(SUFFIXES)
            )
        )
    if not path.is_file():
        raise NtmError(_("{path}: the file does not exist.").format(path=path))
    frame = _read(path, layer)
    if frame.empty:
        raise NtmError(_("{path}: the file holds no shapes.").format(path=path))
    notes = []
    given = _parse_crs(crs) if crs else None
    if given is not None and frame.crs is not None and frame.crs != given:
        notes.append(
            _("The file says {own}; it was read as {given}, as asked.").format(own=frame.crs.name, given=given.name)
        )
    known = given or frame.crs
    if known is None:
        raise NtmError(
            _(
                "{path}: the coordinate system is not known (a .prj file may be missing). Name it with "
                "--crs, for example --crs EPSG:4326 for longitudes and latitudes."
            ).format(path=path)
        )
    frame = frame.set_crs(known, allow_override=True)
    frame = frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=known)
    if frame.geometry.name != "geometry":
        frame = frame.drop(columns="geometry", errors="ignore").rename_geometry("geometry")
    return BoundaryFile(path, frame.to_crs(WGS84) if _is_sane(frame, known) else frame, known, tuple(notes))


def _read(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    try:
        if path.suffix.lower() in _PARQUET:
            return gpd.read_parquet(path)
        layers = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
        if len(layers) > 1 and layer not in layers:
            raise UsageError(
                _("{path}: the file has several layers: {layers}. Choose one with --layer.").format(
                    path=path, layers=", ".join(layers)
                )
            )
        frame = gpd.read_file(path, layer=layer or layers[0])
    except (pyogrio.errors.DataSourceError, OSError, ValueError, IndexError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NtmError(_("{path}: the file cannot be read: {reason}").format(path=path, reason=reason)) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise NtmError(_("{path}: the file holds no shapes.").format(path=path))
    return frame


def _parse_crs(crs: str) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise UsageError(_("--crs {crs}: not a known coordinate system.").format(crs=crs)) from error


def _is_sane(frame: gpd.GeoDataFrame, crs: CRS) -> bool:
    """Tell whether the coordinates can belong to ``crs``; metres declared as degrees cannot."""
    west, south, east, north = frame.total_bounds
    return not crs.is_geographic or (west >= -180 and east <= 180 and south >= -90 and north <= 90)


def candidates(frame: pd.DataFrame, role: str) -> list[str]:
    """Return the columns that may hold the ``role`` (code, name, district, province), most telling first."""
    names = _CONVENTIONS[role].split()
    order = {name[:length]: place for length in (_DBF_LENGTH, None) for place, name in enumerate(names)}
    found = [(order[key], column) for column in frame.columns if (key := _fold_title(column)) in order]
    return [column for _place, column in sorted(found)]


def _fold_title(column: Any) -> str:
    """Return a column's title in lower case with plain letters: ``Tên xã`` is ``ten_xa``."""
    plain = unicodedata.normalize("NFD", str(column).strip().replace("đ", "d").replace("Đ", "D"))
    return "".join(mark for mark in plain if not unicodedata.combining(mark)).lower().replace(" ", "_")


def texts(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as NFC text; a missing value, blank or ``NA`` is an empty text."""
    values = frame[column]
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    text = values.astype("string").fillna("").str.normalize("NFC").str.strip()
    return text.mask(text.isin(["NA", "None", "nan"]), "").astype(object)


def from_tcvn3(text: str) -> str:
    """Decode TCVN3 text that was read as Latin-1; other text comes back changed beyond use."""
    return text.translate(_TCVN3)
