import datetime as dt
import time
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib.errors import FaultsError
from ntm_lib.units import on
from ntm_lib.units.coverage import local_crs, nest, to_metres
from ntm_lib.units.power_diagram import disc_domain, power_cells
from ntm_lib.units.schematic import schematic
from ntm_lib.units.territories import state_of, states, steps

DATES = [dt.date(2019, 12, 31), dt.date(2020, 12, 31), dt.date(2025, 12, 31)]


@pytest.mark.parametrize(("date", "count"), list(zip(DATES, (199, 161, 56), strict=True)))
def test_one_shape_for_each_commune_and_a_real_coverage(date, count):
    shapes = schematic(date)
    assert list(shapes.index) == list(on(date).communes.index)
    assert len(shapes) == count
    assert shapes.crs.to_epsg() == 4326
    assert not shapes.is_empty.any()
    assert shapes.is_valid.all()
    assert shapely.coverage_is_valid(shapes.geometry.to_numpy())


def test_the_finest_cells_are_single_polygons_without_holes_between_them():
    shapes = schematic(DATES[0])
    assert set(shapes.geom_type) == {"Polygon"}
    union = shapely.union_all(shapes.geometry.to_numpy())
    assert sum(len(part.interiors) for part in shapely.get_parts(union)) == 0


def test_states_nest_exactly():
    frames = [schematic(date) for date in DATES]
    for (older, newer), links in zip(pairwise(frames), steps(*_ends()), strict=True):
        whole = links[~links["from_code"].duplicated(keep=False)].set_index("from_code")["to_code"]
        parts = older.loc[whole.index].geometry.to_numpy()
        wholes = newer.loc[whole].geometry.to_numpy()
        assert shapely.area(shapely.difference(parts, wholes)).max() < 1e-13  # square degrees: 1 mm²
        outline = [shapely.union_all(frame.geometry.to_numpy()) for frame in (older, newer)]
        assert shapely.area(shapely.symmetric_difference(*outline)) == 0


def _ends():
    return state_of(DATES[0]), state_of(DATES[-1])


def test_a_split_cell_is_cut_in_the_ratio_of_the_shares_beside_its_neighbours():
    links = steps(*_ends())[0]
    split = links[links["from_code"].duplicated(keep=False)]
    assert len(split) >= 2
    for code, shares in split.groupby("from_code"):
        old, new = schematic(DATES[0]).geometry, schematic(DATES[1]).geometry
        both = to_metres(gpd.GeoSeries([old[code], *new[shares["to_code"]]], crs=4326)).to_numpy()
        pieces = shapely.intersection(both[0], both[1:])
        np.testing.assert_allclose(shapely.area(pieces) / shapely.area(both[0]), shares["area_share"], atol=1e-4)
        assert all(piece.geom_type == "Polygon" for piece in pieces)
        assert all(new[target].geom_type == "Polygon" for target in shares["to_code"])


def test_states_are_days_on_which_territory_changed():
    starts = states()
    assert starts == [dt.date(2012, 9, 25), dt.date(2020, 2, 1), dt.date(2025, 7, 1)]
    assert state_of(dt.date(2020, 3, 15)) == dt.date(2020, 2, 1)


def test_neighbours_in_the_schematic_are_made_once_and_quickly(own_project):
    project = own_project
    on(DATES[0], project)
    begun = time.perf_counter()
    first = schematic(DATES[0], project)
    assert time.perf_counter() - begun < 5  # about 0.15 s alone; room for a loaded machine
    first.iloc[0, 0] = shapely.Point(0, 0)
    assert schematic(DATES[0], project).geom_type.iloc[0] == "Polygon"


def test_a_commune_without_point_or_area_is_told(own_project):
    project = own_project
    path = project.data / "units" / "units.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    is_first = (table["level"] == "commune") & (table["valid_from"] == table["valid_from"].min())
    rows = table.index[is_first][[3, 7]]
    table.loc[rows[0], "lat"] = ""
    table.loc[rows[1], "area_km2"] = ""
    table.to_csv(path, index=False)
    with pytest.raises(FaultsError) as error:
        schematic(DATES[0], project)
    assert len(error.value.faults) == 2
    assert "lat" in str(error.value)
    assert "area_km2" in str(error.value)


def test_power_cells_agree_with_their_definition():
    rng = np.random.default_rng(1)
    points, areas = rng.uniform(0, 1e5, (60, 2)), rng.uniform(1e6, 1e8, 60)
    domain = disc_domain(points, areas, widen=3)
    cells = power_cells(points, areas / np.pi, domain)
    places = rng.uniform(0, 1e5, (2000, 2))
    places = places[shapely.contains_xy(domain, places)]
    nearest = np.argmin(((places[:, None] - points) ** 2).sum(axis=2) - areas / np.pi, axis=1)
    assert len(places) > 500
    assert shapely.intersects(cells[nearest], shapely.points(places)).all()
    assert shapely.area(cells).sum() == pytest.approx(shapely.area(domain), rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 30), st.integers(0, 10_000))
def test_every_distinct_point_has_a_cell(count, seed):
    rng = np.random.default_rng(seed)
    points, areas = rng.uniform(0, 3e4, (count, 2)), rng.uniform(1e5, 5e8, count)
    cells = power_cells(points, areas / np.pi, disc_domain(points, areas))
    assert not shapely.is_empty(cells).any()
    assert shapely.coverage_is_valid(cells)


def test_a_unit_split_in_three_keeps_its_shares():
    boxes = [shapely.box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000)] + [shapely.box(1000, 1000, 2000, 2000)]
    shapes = gpd.GeoSeries(boxes, index=["1", "2", "3", "4"], crs=local_crs([105, 106], [22, 23]))
    shares = {"1": 0.2, "3": 0.3, "4": 0.5}
    links = pd.DataFrame(
        [(code, code, 1.0) for code in shares] + [("2", code, share) for code, share in shares.items()],
        columns=["from_code", "to_code", "area_share"],
    )
    before, after = nest(shapes, [links])
    grown = after.to_crs(shapes.crs).area - before.to_crs(shapes.crs).area.reindex(after.index)
    np.testing.assert_allclose(grown[list(shares)], [value * 1e6 for value in shares.values()], rtol=0.02)
    assert set(after.geom_type) == {"Polygon"}
