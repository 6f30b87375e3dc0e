"""A twin of each fault of real boundary files, made from the schematic."""

import datetime as dt
import unicodedata

import numpy as np
import pytest
import shapely
from boundary_twins import (
    NEW,
    OLD,
    bring,
    coded,
    found,
    inner,
    moved,
    old_numbering,
    refused,
    reshaped,
    warned,
    written,
)

from ntm_lib.provenance import check_records, read_record, sha256_of
from ntm_lib.units import on
from ntm_lib.units.boundaries import boundary_folder, load_shapes
from ntm_lib.units.boundary_checks import Weight, mean_offset
from ntm_lib.units.boundary_files import from_tcvn3
from ntm_lib.units.boundary_import import (
    import_boundaries,
)


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("NTM_LANG", "en")


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "parquet"])
@pytest.mark.parametrize("crs", [4326, 9210])
def test_each_format_and_system_comes_in_whole(own_project, suffix, crs):
    report = bring(coded(own_project, NEW).to_crs(crs), own_project, f"twin.{suffix}")
    assert report.n_units == report.n_features == len(on(NEW, own_project).communes)
    assert report.state == dt.date(2025, 7, 1)
    shapes = load_shapes(NEW, own_project)
    assert not shapes.is_schematic
    assert list(shapes.frame.index) == list(on(NEW, own_project).communes.index)
    assert shapely.coverage_is_valid(shapes.frame.geometry.to_numpy())
    assert load_shapes(OLD, own_project).is_schematic  # never a finer state
    original = report.stored.parent / "original"
    assert sha256_of(original / f"twin.{suffix}") == sha256_of(own_project.root / f"twin.{suffix}")
    assert (original / "twin.dbf").exists() == (suffix == "shp")
    assert read_record(report.stored).nature == "imported"
    check_records(own_project, boundary_folder(own_project))
    assert not [path for path in boundary_folder(own_project).iterdir() if path.name.startswith(".")]


def test_old_numbering_is_matched_by_name_within_the_district(own_project):
    frame = old_numbering(own_project).sample(frac=1, random_state=3)
    report = bring(frame, own_project)
    assert report.columns == {"name": "commune_vn", "district": "district_vn"}
    assert report.n_units == len(on(OLD, own_project).communes)
    shapes = load_shapes(OLD, own_project).frame
    communes = on(OLD, own_project).communes
    for code, name in communes["name"].items():
        district = on(OLD, own_project).unit(communes["parent_code"][code]).name
        row = frame[(frame["commune_vn"] == name) & (frame["district_vn"] == district)]
        common = shapely.area(shapely.intersection(row.geometry.iloc[0], shapes.geometry[code]))
        assert common > 0.5 * shapely.area(row.geometry.iloc[0])


def test_a_fine_file_serves_the_states_formed_from_it(own_project):
    bring(old_numbering(own_project), own_project)
    for date in (dt.date(2020, 2, 15), dt.date(2021, 1, 1), NEW):
        shapes = load_shapes(date, own_project)
        assert shapes.derived_from == dt.date(2012, 9, 25)
        assert list(shapes.frame.index) == list(on(date, own_project).communes.index)
        assert shapely.coverage_is_valid(shapes.frame.geometry.to_numpy())


def test_codes_as_floats_regain_their_zeros(own_project):
    frame = coded(own_project, OLD).drop(columns="fullName")
    frame["code"] = frame["code"].astype(float)
    report = bring(frame, own_project)
    assert report.columns == {"code": "code"}
    assert "zeros" in found(report)["Codes"].found


def plain(text):
    return unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d")).encode("ascii", "ignore").decode()


@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(plain, id="no diacritics"),
        pytest.param(lambda name: name.replace(" ", ""), id="no spaces"),
        pytest.param(lambda name: plain(name).replace(" ", ""), id="neither"),
        pytest.param(lambda name: unicodedata.normalize("NFD", name), id="decomposed"),
        pytest.param(str.upper, id="capitals"),
    ],
)
def test_other_spellings_of_names(own_project, spell):
    frame = old_numbering(own_project)
    frame["commune_vn"] = on(OLD, own_project).communes["short_name"].map(spell).to_numpy()
    frame["district_vn"] = frame["district_vn"].map(spell)
    assert bring(frame, own_project).n_units == len(frame)


TCVN3 = {from_tcvn3(chr(code)): chr(code) for code in range(0xA1, 0xFF)}


def in_tcvn3(text):
    """Write text in the one-byte code; its capitals with a tone are lower case in a font of capitals."""
    return "".join(TCVN3.get(mark) or TCVN3.get(mark.lower(), mark) for mark in text)


def test_tcvn3_text_is_decoded_and_told(own_project):
    lower = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
    assert set(lower) <= set(TCVN3)
    assert from_tcvn3("T©n Ch©u, §×nh Phong") == "Tân Châu, Đình Phong"
    frame = old_numbering(own_project)
    frame["commune_vn"] = on(OLD, own_project).communes["short_name"].map(in_tcvn3).to_numpy()
    frame["district_vn"] = frame["district_vn"].map(in_tcvn3)
    report = bring(frame, own_project)
    assert report.n_units == len(frame)
    assert "TCVN3" in found(report)["Text"].found


@pytest.mark.filterwarnings("ignore:Column names longer", "ignore:Normalized/laundered")
def test_a_shapefile_with_cut_column_names_and_tcvn3_bytes(own_project):
    frame = old_numbering(own_project).drop(columns=["object_id", "province_vn"])
    for column in ("commune_vn", "district_vn"):
        frame[column] = frame[column].map(in_tcvn3)
    path = written(frame, own_project.root / "twin.shp", encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    report = import_boundaries(path, own_project)
    assert report.columns == {"name": "commune_vn", "district": "district_v"}
    assert report.n_units == len(frame)


def test_vni_text_is_named(own_project):
    frame = old_numbering(own_project)
    frame["commune_vn"] = [f"Taân Chaâu {position}" for position in range(len(frame))]
    assert "VNI" in refused(frame, own_project)[1]


def test_overlap_gap_sliver_and_repeated_points_are_warnings_with_names(own_project):
    frame = coded(own_project, OLD)
    position = inner(frame, own_project, OLD)
    code, name = frame["code"][position], frame["fullName"][position]
    shape = frame.geometry[position]
    grown = shapely.buffer(shape, 0.001)  # some 100 m over all neighbours
    report = bring(reshaped(frame, position, grown), own_project)
    assert name in found(report)["Overlaps"].found
    shrunk = shapely.buffer(shape, -0.003)
    report = bring(reshaped(frame, position, shrunk), own_project)
    assert name in found(report)["Gaps"].found
    assert "km²" in found(report)["Gaps"].found
    point = shapely.get_coordinates(shape)[0]
    sliver = shapely.box(point[0], point[1] + 0.2, point[0] + 0.01, point[1] + 0.2001)
    report = bring(reshaped(frame, position, shapely.union_all([shape, sliver])), own_project)
    assert name in found(report)["Slivers"].found
    ring = shapely.get_coordinates(shape)
    report = bring(reshaped(frame, position, shapely.Polygon(np.insert(ring, 1, ring[1], axis=0))), own_project)
    assert name in found(report)["Repeated points"].found
    stored = load_shapes(OLD, own_project).frame
    assert shapely.coverage_is_valid(stored.geometry.to_numpy())
    assert stored.geometry[code].area > 0


def test_a_clean_file_has_no_warning_about_its_topology(own_project):
    report = bring(coded(own_project, OLD), own_project)
    assert not warned(report) & {"Overlaps", "Gaps", "Slivers", "Repeated points", "Shapes", "Total area"}


def test_an_invalid_shape_is_made_valid_and_told(own_project):
    frame = coded(own_project, OLD)
    position = inner(frame, own_project, OLD)
    west, south, east, north = frame.geometry[position].bounds
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    report = bring(reshaped(frame, position, bow), own_project)
    assert frame["fullName"][position] in found(report)["Shapes"].found
    assert load_shapes(OLD, own_project).frame.is_valid.all()


def test_a_unit_with_hardly_any_area_is_named(own_project):
    frame = coded(own_project, OLD)
    position = inner(frame, own_project, OLD)
    speck = shapely.buffer(shapely.point_on_surface(frame.geometry[position]), 0.0002)
    report = bring(reshaped(frame, position, speck), own_project)
    assert frame["fullName"][position] in found(report)["Area near zero"].found
    assert "Gaps" in warned(report)


def test_a_shift_is_noted_and_measured(own_project):
    communes = on(OLD, own_project).communes
    frame = coded(own_project, OLD)
    shifted = moved(frame, 135.0, -135.0)
    before, _error = mean_offset(frame.set_index("code").geometry, communes)
    after, _error = mean_offset(shifted.set_index("code").geometry, communes)
    np.testing.assert_allclose(after - before, [135, -135], atol=3)
    far = moved(frame, 500.0, -500.0)  # beyond the noise of the schematic's own centres
    report = bring(far, own_project)
    assert found(report)["Shift"].weight is Weight.NOTE
    assert "Shift" not in found(bring(frame, own_project))
