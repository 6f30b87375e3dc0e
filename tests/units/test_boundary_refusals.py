"""Boundary files that are refused, and what stays in place then."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from boundary_twins import NEW, OLD, bring, coded, found, inner, moved, old_numbering, refused, reshaped, written

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.provenance import sha256_of
from ntm_lib.units import on
from ntm_lib.units.boundaries import boundary_folder, load_shapes
from ntm_lib.units.boundary_checks import Weight
from ntm_lib.units.boundary_import import (
    MAX_POINTS,
    BoundaryRefusedError,
    import_boundaries,
    remove_import,
)
from ntm_lib.units.territories import state_of


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("NTM_LANG", "en")


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
