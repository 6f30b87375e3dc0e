"""Write communes with counts and verdicts of one year as a GeoPackage that QGIS opens in the colours of the pages.

No area or length is computed, and no line is drawn around the outer edge: only lines between communes and districts.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from ntm_lib import evaluation
from ntm_lib.errors import UsageError
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _, language
from ntm_lib.reporting import geometry, palette
from ntm_lib.reporting.export.parts import generated_lines, mark_word
from ntm_lib.reporting.export.qml import classes_style, lines_style
from ntm_lib.units.boundaries import Shapes, load_shapes
from ntm_lib.verdicts import Verdict

OUTSIDE = "outside"
"""Group and verdict of what the programme does not cover, such as wards and towns."""
COMMUNES, LINES, WORDS = "communes", "inner_lines", "dictionary"
STYLES = """CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT,
    f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT,
    ui TEXT, update_time DATETIME)"""
"""The table in which QGIS looks for the styles of a GeoPackage's layers, in its own spelling."""
_GEOMETRY = "geom"
_VERSION = "1.2"  # which every QGIS in use reads without a warning


@dataclass(frozen=True)
class Style:
    """One style of a layer; the first of a layer is the one that QGIS opens it with."""

    layer: str
    name: str
    qml: str


def write_geopackage(path: Path, territory: Territory, year: int, words: pd.DataFrame, stamps: Sequence[str]) -> int:
    """Write the layers ``communes`` and ``inner_lines``, their styles and the dictionary; return the number of communes.

    ``stamps``: warnings that go into the layers' descriptions beside that of the shapes. Raises UsageError for a year outside
    the review.
    """
    if year not in territory.years:
        text = _("The year {year} is not in the review ({first}-{last}).")
        raise UsageError(text.format(year=year, first=territory.years[0], last=territory.years[-1]))
    shapes = load_shapes(territory.vintage.date, territory.project)
    communes = commune_layer(territory, shapes, year)
    warnings = [shapes.label, *stamps]
    about = f"{_title(shapes, year)}. {' '.join(f'{warning}.' for warning in warnings)}"
    _write(path, communes, COMMUNES, _title(shapes, year), about)
    lines = inner_lines(territory, communes)
    _write(path, lines, LINES, _("Lines between communes and districts"), about)
    dictionary = pd.concat([_own_words(territory, year), words], ignore_index=True)
    _write(path, gpd.GeoDataFrame(dictionary), WORDS, _("Data dictionary"), about)
    _add_styles(path, [*_styles(territory, shapes, year, warnings), *_line_styles()], about)
    return len(communes)


def commune_layer(territory: Territory, shapes: Shapes, year: int) -> gpd.GeoDataFrame:
    """Return every commune with its shape, count, group and verdicts of a year.

    Columns: code, name, district, is_in_programme, year, met_low, met_high, of (missing outside the programme), grp (the
    group), grp_name, v01 … (one a criterion: met, not_met, unknown, not_applicable), is_illustrative, mark, warning. Outside the
    programme group and verdicts are ``outside``.
    """
    communes = territory.communes
    counts = territory.of_year(territory.counts, year).reindex(communes.index)
    groups = territory.of_year(evaluation.groups(territory.counts), year).reindex(communes.index, fill_value=OUTSIDE)
    verdicts = territory.of_year(territory.scores.criteria, year)
    words = {int(verdict): verdict.name.lower() for verdict in Verdict}
    shown = {
        _field(name): verdicts[name].map(words).reindex(communes.index, fill_value=OUTSIDE)
        for name in territory.shown(verdicts.columns)
    }
    is_inside = communes["is_in_programme"]
    generated = {code for code, of_year in generated_lines(territory) if of_year == year}
    is_illustrative = is_inside & communes.index.isin(generated)
    frame = pd.DataFrame({
        "code": communes.index,
        "name": communes["name"],
        "district": communes["parent_code"].map(territory.vintage.frame["name"]),
        "is_in_programme": is_inside,
        "year": year,
        **{new: counts[old].astype("Int32") for new, old in (("met_low", "low"), ("met_high", "high"), ("of", "of"))},
        "grp": groups,
        "grp_name": groups.map({**evaluation.group_labels(), OUTSIDE: _("Outside the programme")}),
        **shown,
        "is_illustrative": is_illustrative,
        "mark": is_illustrative.map({True: mark_word(), False: ""}),
        "warning": shapes.label,
    }, index=communes.index)  # fmt: skip
    geometries = shapes.frame.geometry.reindex(communes.index)
    return gpd.GeoDataFrame(frame, geometry=geometries, crs=shapes.frame.crs).reset_index(drop=True)


def inner_lines(territory: Territory, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the lines between communes and, where there are several, between districts (field ``kind``).

    The outer edge is left out, so that none of them can be read as a border of the country.
    """
    parents = territory.communes["parent_code"].to_numpy()
    found = {"commune": communes.assign(group_name=communes["code"])}
    if not territory.vintage.districts.empty:
        found["district"] = communes.assign(group_name=parents)
    lines = [(kind, line) for kind, shapes in found.items() for line in geometry.inner_borders(shapes)]
    kinds = [kind for kind, _line in lines]
    return gpd.GeoDataFrame(
        {"kind": kinds, "warning": communes["warning"].iloc[0]},
        geometry=[line for _kind, line in lines],
        crs=communes.crs,
    )


def _field(criterion: str) -> str:
    return f"v{int(criterion):02d}"


def _title(shapes: Shapes, year: int) -> str:
    return _("{shapes}: criteria met by commune, {year}").format(shapes=shapes.title, year=year)


def _write(path: Path, frame: gpd.GeoDataFrame, layer: str, title: str, about: str) -> None:
    import pyogrio

    options = {"IDENTIFIER": title, "DESCRIPTION": about}
    if "geometry" in frame:
        made = {"append": True} if path.exists() else {"dataset_options": {"VERSION": _VERSION}}
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", layer_options={**options, "GEOMETRY_NAME": _GEOMETRY},
                                promote_to_multi=layer == COMMUNES, **made)  # fmt: skip
    else:
        pyogrio.write_dataframe(
            pd.DataFrame(frame), path, layer=layer, driver="GPKG", layer_options=options, append=True
        )


def _styles(territory: Territory, shapes: Shapes, year: int, warnings: Sequence[str]) -> list[Style]:
    """Return the style by groups, then one a criterion; each name says that the data or the shapes are illustrative."""
    notes = [mark_word()] if territory.is_illustrative else []
    notes += [shapes.title] if shapes.is_schematic else []
    tail = f" ({', '.join(notes)})" if notes else ""
    outside = {OUTSIDE: palette.MapClass(_("Outside the programme"), palette.OUTSIDE_COLOUR, "")}
    groups = palette.group_classes(evaluation.group_labels()) | outside
    verdicts = {verdict.name.lower(): each for verdict, each in palette.verdict_classes().items()} | outside
    names = territory.reported.rules[year].criteria[f"label_{language()}"]
    shown = territory.shown(territory.scores.criteria.columns)
    return [
        Style(
            COMMUNES,
            _("Groups by criteria met, {year}").format(year=year) + tail,
            classes_style("grp", groups, warnings),
        ),
        *(
            Style(COMMUNES, f"{name}. {names[name]}, {year}{tail}", classes_style(_field(name), verdicts, warnings))
            for name in shown
        ),
    ]


def _line_styles() -> list[Style]:
    widths: Mapping[str, tuple[str, str, float]] = {
        "commune": (_("Between communes"), "#ffffff", 0.2),
        "district": (_("Between districts"), "#3c444b", 0.4),
    }
    return [Style(LINES, _("Lines between communes and districts"), lines_style("kind", widths))]


def _add_styles(path: Path, styles: Sequence[Style], about: str) -> None:
    """Add the table of styles and enter it among the contents, so that every program finds it."""
    firsts = {style.layer: style.name for style in reversed(styles)}
    rows = [
        ("", "", style.layer, _GEOMETRY, style.name, style.qml, firsts[style.layer] == style.name, about)
        for style in styles
    ]
    with closing(sqlite3.connect(path)) as base, base:
        (moment,) = base.execute("SELECT last_change FROM gpkg_contents WHERE table_name = ?", (COMMUNES,)).fetchone()
        base.execute(STYLES)
        base.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, "
            "useAsDefault, description, owner, update_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
            [(*row, moment) for row in rows],
        )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (moment,),
        )


def _own_words(territory: Territory, year: int) -> pd.DataFrame:
    """Describe the fields that only the layer has: the verdict of each criterion."""
    labels = territory.reported.rules[year].criteria
    rows = [
        {
            "file": COMMUNES,
            "column": _field(name),
            "item": name,
            "label_vi": labels.at[name, "label_vi"],
            "label_en": labels.at[name, "label_en"],
            "type": "text",
            "definition": _(
                "met, not_met, unknown (a value or level is missing), not_applicable, outside (the programme)"
            ),
            "missing": _("never empty"),
        }
        for name in territory.shown(territory.scores.criteria.columns)
    ]
    return pd.DataFrame(rows)
