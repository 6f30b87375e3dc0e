"""Invented communes, layers and executed notebooks."""

import geopandas as gpd
import nbformat
import numpy as np
import pandas as pd
import shapely

from ntm_lib.reporting import palette
from ntm_lib.reporting.layers import MapLayer

YEARS = [2019, 2020]


def grid(width=3, height=2, names=None):
    """Return invented communes of 0.1 degree in two districts; the last one is a town outside the programme."""
    count = width * height
    return gpd.GeoDataFrame(
        {
            "name": names or [f"Xã {number}" for number in range(count)],
            "group_name": ["Huyện A" if number < count // 2 else "Huyện B" for number in range(count)],
            "is_in_programme": [number < count - 1 for number in range(count)],
        },
        geometry=[
            shapely.box(106 + x / 10, 22 + y / 10, 106.1 + x / 10, 22.1 + y / 10)
            for y in range(height)
            for x in range(width)
        ],
        index=[f"{number:05d}" for number in range(count)],
        crs="EPSG:4326",
    )


def layers_of(shapes, years=YEARS):
    """Return a layer of two groups and one of verdicts; both change from year to year."""
    inside = shapes.index[shapes["is_in_programme"]]
    places = np.arange(len(inside))
    groups = [palette.MapClass("many", "#08306b", "19"), palette.MapClass("few", "#f6e8b1", "<5")]
    verdicts = list(palette.verdict_classes().values())
    return [
        MapLayer(
            "count",
            "Criteria met",
            groups,
            {year: pd.Series((places + year) % 2, inside) for year in years},
            {year: pd.Series([f"{place}-{place + 1}" for place in places], inside) for year in years},
        ),
        MapLayer("c17", "17. Water", verdicts, {year: pd.Series((places + year) % 4, inside) for year in years}),
    ]


def output(html, kind="display_data", **metadata):
    """Return one output of a cell as `display.show` leaves it."""
    return nbformat.v4.new_output(kind, data={"text/html": str(html), "text/plain": "…"}, metadata={"ntm": metadata})


def notebook(*cells):
    """Return an executed notebook; text makes a markdown cell, a list of outputs a code cell."""
    made = [
        nbformat.v4.new_markdown_cell(cell)
        if isinstance(cell, str)
        else nbformat.v4.new_code_cell("secret_code()", outputs=cell)
        for cell in cells
    ]
    return nbformat.v4.new_notebook(cells=made)
