import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from ntm_lib.reporting import figures, palette
from ntm_lib.reporting.charts import column_chart, trend_chart
from ntm_lib.reporting.palette import MapClass

SVG = "{http://www.w3.org/2000/svg}"
YEARS = range(2010, 2021)
LOW = pd.Series([2.0, 2.3, np.nan, 4, 5.2, 6.46, 7, 7.5, 8.3, 9.9, 12.0], index=YEARS)
HIGH = LOW + pd.Series([0, 0, 0, 1, 0.5, 0, 0, 0, 0, 0, 0], index=YEARS)


def svg_of(html):
    """Return the picture as XML, which also proves that it is well-formed."""
    return ET.fromstring(re.search(r"<svg.*</svg>", html, re.DOTALL).group(0))  # noqa: S314 - our own


def texts(svg):
    return ["".join(text.itertext()).strip() for text in svg.iter(f"{SVG}text")]


def lines(svg):
    return [path.get("d") for path in svg.iter(f"{SVG}path") if path.get("stroke-width") == "2.4"]


def test_a_year_without_value_interrupts_the_line():
    svg = svg_of(trend_chart(LOW, HIGH, title="Mean", key="d.mean", maximum=19, stamps=["ILLUSTRATIVE"]))
    runs = [line for line in lines(svg) if line != "M0 9H26"]
    assert [line.count("L") + 1 for line in runs] == [2, 8]
    assert "?Not reported" in texts(svg)
    assert "ILLUSTRATIVE" in texts(svg)
    assert "d.mean.2012" not in figures.printed()
    assert figures.printed()["d.mean.2013"].text == "4.0-5.0"


def test_another_criteria_set_interrupts_the_line():
    svg = svg_of(trend_chart(LOW, title="Mean", breaks=[2017]))
    assert [line.count("L") + 1 for line in lines(svg) if line != "M0 9H26"] == [2, 4, 4]
    assert "Change of the criteria set" in texts(svg)


def test_the_band_is_drawn_only_where_something_is_not_certain():
    bands = [svg_of(trend_chart(LOW, high, title="Mean")) for high in (HIGH, None)]
    assert ["Possible where data are missing" in texts(svg) for svg in bands] == [True, False]


def test_the_content_stands_in_words_too():
    svg = svg_of(trend_chart(LOW, HIGH, title="<b>Mean</b>"))
    assert svg.find(f"{SVG}title").text == "<b>Mean</b>"
    assert "2012: Not reported; 2013: 4.0-5.0" in svg.find(f"{SVG}desc").text


def test_points_lie_on_the_scale():
    svg = svg_of(trend_chart(pd.Series([0.0, 19.0], index=[2010, 2020]), title="Mean", maximum=19))
    heights = [float(circle.get("cy")) for circle in svg.iter(f"{SVG}circle")][:2]
    assert heights == [286.0, 26.0]


def test_a_picture_is_small():
    assert len(trend_chart(LOW, HIGH, title="Mean", key="d.mean").encode()) < 30_000


def test_nothing_known_still_makes_a_picture():
    svg = svg_of(trend_chart(pd.Series(np.nan, index=YEARS), title="Mean"))
    assert texts(svg).count("?Not reported") == len(YEARS)


def test_negative_values_are_refused():
    with pytest.raises(ValueError, match="negative"):
        trend_chart(-LOW, title="Mean")


@pytest.fixture
def classes():
    return palette.group_classes({name: name for name in ["all", "15_18", "10_14", "5_9", "under_5", "unknown"]})


def test_columns_stack_to_the_sum(classes):
    counts = pd.DataFrame(
        {"all": [0, 2], "15_18": [1, 2], "10_14": [2, 2], "5_9": [3, 2], "under_5": [4, 2], "unknown": [5, 2]},
        index=[2010, 2020],
    )
    svg = svg_of(column_chart(counts, classes, key="d.groups", title="Groups"))
    pieces = [group for group in svg.iter(f"{SVG}g") if group.find(f"{SVG}title") is not None]
    heights = [float(piece.find(f"{SVG}rect").get("height")) for piece in pieces]
    assert len(pieces) == 11
    assert sum(heights[:5]) == pytest.approx(260, abs=0.5)
    assert pieces[0].find(f"{SVG}title").text == "2010, 15_18: 1"
    assert figures.printed()["d.groups.all.2010"].text == "0"


def test_a_missing_count_is_refused(classes):
    counts = pd.DataFrame(np.nan, index=[2010], columns=list(classes))
    with pytest.raises(ValueError, match="missing"):
        column_chart(counts, classes, key="d.groups", title="Groups")


def test_an_amount_that_was_not_reported_has_no_piece_and_a_silent_year_a_question_mark(classes):
    amounts = pd.DataFrame(np.nan, index=[2010, 2020], columns=list(classes))
    amounts.loc[2020, "all"] = 7.0
    svg = svg_of(column_chart(amounts, classes, key="d.money", title="Money", is_amount=True))
    pieces = [group for group in svg.iter(f"{SVG}g") if group.find(f"{SVG}title") is not None]
    assert [piece.find(f"{SVG}title").text for piece in pieces] == ["2020, all: 7"]
    marks = [text for text in svg.iter(f"{SVG}text") if (text.text or "").startswith("?")]
    assert len(marks) == 1
    assert "d.money.all.2010" not in figures.printed()


def test_long_labels_of_a_legend_stand_two_in_a_row():
    long = {name: MapClass("A label that is long enough to need its room", "#08306b", "") for name in ("a", "b", "c")}
    svg = svg_of(column_chart(pd.DataFrame({"a": [1], "b": [1], "c": [1]}, index=[2020]), long, key="d.x", title="X"))
    places = [group.get("transform") for group in svg.iter(f"{SVG}g") if "translate" in (group.get("transform") or "")]
    assert any("translate(0 20)" in place for place in places)
