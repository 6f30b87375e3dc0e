import pandas as pd
import pytest
import shapely
from boundary_twins import NEW, OLD, coded, written

from ntm_lib.errors import NtmError
from ntm_lib.units import on
from ntm_lib.units.boundaries import load_shapes
from ntm_lib.units.boundary_import import import_boundaries
from ntm_lib.units.schematic import schematic


def test_without_a_file_the_schematic_says_so(monkeypatch):
    shapes = load_shapes(OLD)
    assert shapes.is_schematic
    assert shapes.derived_from is None
    monkeypatch.setenv("NTM_LANG", "en")
    assert "SCHEMATIC" in shapes.label
    assert shapes.title == "Schematic"
    assert shapes.frame.equals(schematic(OLD))


def test_districts_are_united_without_a_seam():
    communes = on(OLD).communes
    districts = load_shapes(OLD).united(communes["parent_code"])
    assert list(districts.index) == list(on(OLD).districts.index)
    assert shapely.coverage_is_valid(districts.geometry.to_numpy())


def test_a_missing_parent_is_left_out():
    parents = on(OLD).communes["parent_code"].where(lambda code: code == on(OLD).districts.index[0], pd.NA)
    assert list(load_shapes(OLD).united(parents).index) == [on(OLD).districts.index[0]]


def test_an_import_names_its_source_and_date(own_project, monkeypatch):
    monkeypatch.setenv("NTM_LANG", "en")
    path = written(coded(own_project, NEW), own_project.root / "file.geojson")
    import_boundaries(path, own_project, source="Survey office", dated=OLD)
    shapes = load_shapes(NEW, own_project)
    assert shapes.source_label == "Survey office, 31/12/2019"
    assert "not confirmed" in shapes.label
    assert shapes.title == "Map"


def test_a_stored_file_that_was_changed_stops(own_project):
    path = written(coded(own_project, NEW), own_project.root / "file.geojson")
    stored = import_boundaries(path, own_project).stored
    other = schematic(NEW, own_project).iloc[::-1]
    other.to_parquet(stored)
    with pytest.raises(NtmError, match=stored.name):
        load_shapes(NEW, own_project)
