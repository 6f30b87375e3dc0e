import json
import re
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
import shapely
from invented_map import YEARS, grid, layers_of

from ntm_lib.errors import FaultsError
from ntm_lib.reporting import geometry
from ntm_lib.reporting.layers import MapLayer, json_block
from ntm_lib.reporting.map_picture import map_picture
from ntm_lib.reporting.maps import commune_map
from ntm_lib.reporting.templates import script_hash

HOSTILE = "</script><img src=x onerror=alert(1)>${alert(1)}`'\""


def draw(shapes, layers, **changes):
    return commune_map(shapes, layers, YEARS, **{"start": ("count", 2020), "title": "Scheme of A", **changes})


def data_of(drawn):
    return json.loads(re.search(r'type="application/json"[^>]*>(.*?)</script>', drawn.html, re.DOTALL).group(1))


def test_values_are_packed_in_the_order_of_the_shapes(shapes, layers):
    data = data_of(draw(shapes, layers))
    assert data["layers"][0]["values"] == {"2019": "10101-", "2020": "01010-"}
    assert data["layers"][1]["values"]["2020"] == "01230-"
    assert data["layers"][0]["details"]["2020"] == ["0-1", "1-2", "2-3", "3-4", "4-5", ""]
    assert len(data["areas"]) == len(shapes)


def test_one_geometry_serves_all_layers(shapes, layers):
    one, many = (len(draw(shapes, layers * times).html) for times in (1, 5))
    assert (many - one) / 4 < 700
    assert [area["type"] for area in data_of(draw(shapes, layers))["areas"]] == ["Polygon"] * len(shapes)


def test_text_of_the_data_never_ends_its_block_nor_enters_a_script():
    shapes = grid(names=[HOSTILE] * 6)
    drawn = draw(shapes, layers_of(shapes), title=HOSTILE, stamps=[HOSTILE], source=HOSTILE)
    assert "<img" not in drawn.html
    assert data_of(drawn)["names"][0] == HOSTILE
    scripts = re.findall(r"<script>(.*?)</script>", drawn.html, re.DOTALL)
    assert [script_hash(text) for text in scripts] == list(drawn.script_hashes)
    assert not any("alert(1)" in text for text in scripts)


def test_the_same_map_is_written_the_same_and_another_one_gets_another_id(shapes, layers):
    first, again, other = draw(shapes, layers), draw(shapes, layers), draw(shapes, layers, title="Other")
    assert first == again
    assert first.script_hashes[:2] == other.script_hashes[:2]
    assert first.script_hashes[2] != other.script_hashes[2]


def test_nothing_is_fetched(shapes, layers):
    markup = re.sub(r"<script>.*?</script>", "", draw(shapes, layers).html, flags=re.DOTALL)
    assert not re.search(r"<(link|iframe|img)|src=|@import|url\((?!#)", markup)


def test_borders_between_districts_leave_out_the_outer_edge(shapes):
    lines = geometry.inner_borders(geometry.check_shapes(shapes))
    assert shapely.unary_union(lines).equals(shapely.LineString([(106, 22.1), (106.3, 22.1)]))
    assert geometry.inner_borders(shapes.assign(group_name="A")) == []


def test_all_faults_of_the_shapes_are_told_at_once(shapes, layers):
    broken = shapes.drop(columns="name").rename(index={"00001": "00000"}).set_crs(None, allow_override=True)
    broken.loc["00005", "geometry"] = shapely.Point(106, 22)
    with pytest.raises(FaultsError) as caught:
        draw(broken, layers)
    assert {fault.where for fault in caught.value.faults} == {"name", "00000", "00005", "shapes"}


def test_all_faults_of_the_layers_are_told_at_once(shapes, layers):
    count, criterion = layers
    incomplete = MapLayer("count", "Criteria met", count.classes, {2019: count.codes_by_year[2019].iloc[1:]})
    strange = MapLayer("c17", "17", criterion.classes, {year: criterion.codes_by_year[year] * 9 for year in YEARS})
    with pytest.raises(FaultsError) as caught:
        draw(shapes, [incomplete, strange])
    text = str(caught.value)
    assert len(caught.value.faults) == 4
    assert "count, 2019: without a class: '00000'" in text
    assert "count, 2020: no values" in text
    assert "c17, 2020: without a class: '00001', '00002'" in text


def test_a_map_opens_only_with_what_it_has(shapes, layers):
    for start in [("count", 1999), ("c99", 2020)]:
        with pytest.raises(FaultsError, match="start"):
            draw(shapes, layers, start=start)


def test_a_missing_class_is_never_drawn_as_some_class(shapes, layers):
    with_gap = layers[0].codes_by_year[2020].astype(float)
    with_gap.iloc[2] = float("nan")
    layer = MapLayer("count", "Criteria met", layers[0].classes, {2019: layers[0].codes_by_year[2019], 2020: with_gap})
    with pytest.raises(FaultsError, match="'00002'"):
        draw(shapes, [layer])


@pytest.mark.parametrize(
    "href",
    ["https://example.org", "javascript:alert(1)", "/etc/passwd", "//example.org", "a b.html", "..", "a/../b", ""],
)
def test_only_pages_beside_this_one_are_linked(shapes, layers, href):
    with pytest.raises(FaultsError, match="00000"):
        draw(shapes, layers, links={"00000": href})


def test_links_lead_to_pages_beside_this_one(shapes, layers):
    links = {"00000": "districts/052-2019.html", "00001": "../index.html#map"}
    assert data_of(draw(shapes, layers, links=links))["links"][:3] == [*links.values(), ""]
    with pytest.raises(FaultsError, match="99999"):
        draw(shapes, layers, links={"99999": "a.html"})


def test_shapes_in_metres_are_drawn_in_degrees(shapes, layers):
    metres = shapes.to_crs("EPSG:32648")
    west, south, _east, _north = geometry.check_shapes(metres).total_bounds
    assert (west, south) == pytest.approx((106, 22), abs=1e-4)
    assert data_of(draw(metres, layers))["areas"][0]["coordinates"][0][0][0] == pytest.approx(106.1, abs=1e-4)


def test_the_picture_names_every_commune_and_counts_in_its_legend(shapes, layers):
    picture = map_picture(shapes, layers[0], 2020, title="Scheme <A>", stamps=["SCHEMATIC"])
    svg = ET.fromstring(str(picture))  # noqa: S314 - our own
    ns = {"s": "http://www.w3.org/2000/svg"}
    titles = [title.text for title in svg.findall(".//s:path/s:title", ns)]
    assert titles[0] == "Xã 0: many (0-1)"
    assert titles[-1] == "Xã 5: Outside the programme"
    words = [text.text for text in svg.findall(".//s:text", ns)]
    assert words == ["SCHEMATIC", "many (3)", "few (2)", "Outside the programme (1)"]
    fills = [path.get("fill") for path in svg.findall(".//s:path", ns) if path.find("s:title", ns) is not None]
    assert fills == ["#08306b", "#f6e8b1", "#08306b", "#f6e8b1", "#08306b", "#d6d6d6"]


def test_holes_and_islands_keep_their_rings(shapes, layers):
    hole = shapely.box(106, 22, 106.1, 22.1) - shapely.box(106.04, 22.04, 106.06, 22.06)
    shapes.loc["00000", "geometry"] = shapely.MultiPolygon([hole, shapely.box(105.8, 22, 105.9, 22.1)])
    first = re.search(r'<path d="([^"]+)"', map_picture(shapes, layers[0], 2020, title="t")).group(1)
    assert first.count("M") == first.count("Z") == 3


def test_json_cannot_hold_what_is_no_number():
    assert "</" not in json_block({"a": "</script>"})
    with pytest.raises(ValueError, match="JSON"):
        json_block({"a": float("nan")})


def test_details_stand_in_the_order_of_the_shapes(shapes, layers):
    details = {2020: pd.Series(["x"], ["00001"])}
    layer = MapLayer("count", "A", layers[0].classes, layers[0].codes_by_year, details)
    assert data_of(draw(shapes, [layer]))["layers"][0]["details"] == {"2020": ["", "x", "", "", "", ""]}


def test_layers_may_name_the_communes_in_any_order(shapes, layers):
    turned = {year: codes.iloc[::-1] for year, codes in layers[0].codes_by_year.items()}
    layer = MapLayer("count", "A", layers[0].classes, turned)
    assert data_of(draw(shapes, [layer]))["layers"][0]["values"] == {"2019": "10101-", "2020": "01010-"}
