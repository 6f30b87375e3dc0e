"""A twin of each fault of real boundary files, made from the schematic."""

import datetime as dt
import unicodedata

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from boundary_twins import NEW, OLD, coded, moved, old_numbering, reshaped, written

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.provenance import check_records, read_record, sha256_of
from ntm_lib.units import on
from ntm_lib.units.boundaries import boundary_folder, load_shapes
from ntm_lib.units.boundary_checks import Weight, mean_offset
from ntm_lib.units.boundary_files import from_tcvn3
from ntm_lib.units.boundary_import import (
    MAX_POINTS,
    BoundaryRefusedError,
    import_boundaries,
    remove_import,
)
from ntm_lib.units.territories import state_of

LARGE = 20.0  # km²: a shape that a fault can be cut from


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("NTM_LANG", "en")


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


def test_a_repeated_code_a_missing_commune_and_an_overlap_are_told_at_once(own_project):
    frame = coded(own_project, OLD)
    position = inner(frame, own_project, OLD)
    frame = reshaped(frame, position, shapely.buffer(frame.geometry[position], 0.001))
    lost, twice = frame["code"][0], frame["code"][1]
    frame.loc[0, ["code", "fullName"]] = frame.loc[1, ["code", "fullName"]]
    findings, text = refused(frame, own_project)
    assert lost in findings["Missing units"].found
    assert twice in findings["Repeated units"].found
    assert findings["Overlaps"].weight is Weight.WARN
    assert all(check in text for check in ("Missing units", "Repeated units", "Overlaps"))


def test_unknown_names_are_told_with_what_to_do(own_project):
    frame = old_numbering(own_project)
    frame.loc[5, "commune_vn"] = "Xã Không Có Thật"
    findings, text = refused(frame, own_project)
    assert "Không Có Thật" in findings["Unknown names"].found
    assert "aliases.csv" in text


def test_names_that_repeat_are_refused_without_district_unless_the_place_tells(own_project):
    communes = on(OLD, own_project).communes
    names = communes["name"]
    repeated = names[names.duplicated(keep=False)]
    assert not repeated.empty
    frame = coded(own_project, OLD).drop(columns="code")
    inside = shapely.contains_xy(frame.geometry.to_numpy(), communes["lon"], communes["lat"])
    assert inside[names.duplicated(keep=False)].all()
    assert bring(frame, own_project).n_units == len(frame)
    away = moved(frame, 9_000.0, 0.0)
    with pytest.raises(BoundaryRefusedError, match=r"Ambiguous names|Missing units"):
        bring(away, own_project)


def test_swapped_axes_metres_without_system_and_a_wrong_province(own_project):
    frame = coded(own_project, NEW)
    swapped = frame.set_geometry(frame.geometry.map(lambda shape: shapely.transform(shape, np.fliplr)))
    assert "swapped" in refused(swapped, own_project)[0]["Place"].action
    metres = frame.to_crs(9210)
    bare = metres.set_crs(4326, allow_override=True)  # GeoJSON without a system counts as degrees
    assert "metres" in refused(bare, own_project)[0]["Place"].action
    other = frame.set_geometry(frame.translate(0, -6))
    other["ten_tinh"] = "Tỉnh Khác"
    findings, _text = refused(other, own_project)
    assert findings["Place"].weight is Weight.REFUSE
    assert "Tỉnh Khác" in findings["Province"].found


def test_a_missing_system_is_asked_for_and_taken(own_project):
    path = written(coded(own_project, NEW).to_crs(9210), own_project.root / "twin.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(NtmError, match="--crs"):
        import_boundaries(path, own_project)
    report = import_boundaries(path, own_project, crs="EPSG:9210")
    assert report.n_units == len(on(NEW, own_project).communes)
    with pytest.raises(UsageError, match="not a known coordinate system"):
        import_boundaries(path, own_project, crs="EPSG:nine")


def test_other_provinces_are_left_out(own_project):
    frame = coded(own_project, NEW)
    frame["ten_tinh"] = on(NEW, own_project).province.name
    foreign = frame.iloc[:4].assign(ten_tinh="Tỉnh Khác", code=["90001", "90002", "90003", "90004"])
    foreign = foreign.set_geometry(foreign.translate(0, -6))
    report = bring(pd.concat([frame, foreign], ignore_index=True), own_project)
    assert report.n_features == len(frame)
    assert "4" in found(report)["Province"].found


def test_an_area_far_off_and_an_unknown_state_are_refused(own_project):
    frame = coded(own_project, NEW)
    centre = frame.geometry.union_all().centroid
    small = frame.set_geometry(frame.scale(0.9, 0.9, origin=centre))
    assert refused(small, own_project)[0]["Total area"].weight is Weight.REFUSE
    half = coded(own_project, OLD).iloc[::3]
    findings, _text = refused(half, own_project)
    assert findings["State of the communes"].weight is Weight.REFUSE


def test_codes_against_the_names_of_another_date_are_refused(own_project):
    frame = coded(own_project, OLD)
    frame.loc[[0, 1], "fullName"] = frame.loc[[1, 0], "fullName"].to_numpy()
    findings, _text = refused(frame, own_project)
    assert frame["code"][0] in findings["Code and name disagree"].found


def test_a_refused_file_leaves_the_earlier_import(own_project):
    stored = bring(coded(own_project, NEW), own_project, source="Sở A").stored
    before = sha256_of(stored)
    with pytest.raises(BoundaryRefusedError):
        bring(coded(own_project, NEW).iloc[1:], own_project, "worse.geojson")
    assert sha256_of(stored) == before
    assert "Sở A" in load_shapes(NEW, own_project).label


def test_a_failure_while_writing_leaves_the_earlier_import(own_project, monkeypatch):
    stored = bring(coded(own_project, NEW), own_project).stored
    before = sha256_of(stored)

    def full(*_args, **_options):
        raise OSError("no space left")

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", full)
    with pytest.raises(NtmError, match="no space"):
        bring(coded(own_project, NEW), own_project, "next.geojson")
    assert sha256_of(stored) == before
    assert [path.name for path in boundary_folder(own_project).iterdir()] == [stored.parent.name]


def test_remove_brings_the_schematic_back(own_project):
    bring(coded(own_project, NEW), own_project)
    remove_import(NEW, own_project)
    assert load_shapes(NEW, own_project).is_schematic
    with pytest.raises(NtmError, match="no imported boundaries"):
        remove_import(NEW, own_project)


def test_a_heavy_file_is_simplified_as_a_coverage(own_project):
    frame = coded(own_project, NEW)
    dense = shapely.segmentize(frame.geometry.to_numpy(), 0.0002)
    waved = shapely.transform(dense, lambda xy: xy + 0.0001 * np.sin(xy[:, ::-1] * 3000))
    frame = frame.set_geometry(gpd.GeoSeries(waved, crs=4326))
    assert shapely.get_num_coordinates(waved).sum() > 5 * MAX_POINTS
    report = bring(frame, own_project)
    assert report.n_points <= MAX_POINTS
    assert report.tolerance_m > 0
    assert shapely.coverage_is_valid(load_shapes(NEW, own_project).frame.geometry.to_numpy())
    assert report.stored.parent.name == state_of(NEW, own_project).isoformat()
    assert any("simplified" in line for line in report.lines())


def test_one_of_several_layers_must_be_chosen(own_project):
    path = own_project.root / "twin.gpkg"
    written(coded(own_project, NEW), path, layer="xa")
    written(coded(own_project, NEW).iloc[:3], path, layer="huyen", mode="a")
    with pytest.raises(UsageError, match="--layer"):
        import_boundaries(path, own_project)
    assert import_boundaries(path, own_project, layer="xa").n_units == len(on(NEW, own_project).communes)


def test_points_instead_of_shapes_are_refused(own_project):
    frame = coded(own_project, NEW)
    findings, _text = refused(frame.set_geometry(frame.representative_point()), own_project)
    assert findings["Shapes"].weight is Weight.REFUSE


def test_a_lost_shape_is_named(own_project):
    frame = coded(own_project, NEW)
    findings, _text = refused(reshaped(frame, 4, None), own_project)
    assert frame["fullName"][4] in findings["Shapes"].found


def test_the_given_date_is_the_one_that_is_matched(own_project):
    frame = coded(own_project, NEW)
    with pytest.raises(BoundaryRefusedError) as error:
        bring(frame, own_project, on=OLD)
    assert "Missing units" in found(error.value.report)
    assert bring(frame, own_project, on=NEW).state == state_of(NEW, own_project)


def test_files_that_cannot_be_read_are_told(own_project, tmp_path):
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    table = tmp_path / "table.csv"
    table.write_text("code\n1\n", encoding="utf-8")
    empty = tmp_path / "empty.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    fake = tmp_path / "fake.parquet"
    fake.write_bytes(b"PAR1 but not really")
    for path in (broken, empty, fake, tmp_path / "absent.gpkg"):
        with pytest.raises(NtmError, match=path.name):
            import_boundaries(path, own_project)
    with pytest.raises(UsageError, match="kind of file"):
        import_boundaries(table, own_project)
    good = written(coded(own_project, NEW), tmp_path / "good.geojson")
    with pytest.raises(UsageError, match="no column nothing"):
        import_boundaries(good, own_project, name_column="nothing")
