"""Show the communes: on the map, and each with its nineteen criteria."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
from markupsafe import Markup

from ntm_lib import evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _, language
from ntm_lib.reporting import palette
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.formats import in_sentence, interval
from ntm_lib.reporting.layers import MapLayer
from ntm_lib.reporting.maps import MapHtml
from ntm_lib.reporting.maps import commune_map as draw_map
from ntm_lib.reporting.sections.common import (
    district_names,
    key,
    not_assessed_note,
    section,
    source_line,
    unit_key,
    warnings,
    year_text,
)
from ntm_lib.reporting.sections.levels import criterion_marks, mark_notes
from ntm_lib.reporting.tables import Cell, Column, html_table
from ntm_lib.units.boundaries import load_shapes
from ntm_lib.verdicts import Verdict


def commune_map(territory: Territory, pages: Sequence[str] = ()) -> None:
    """Show the map with its switch; ``pages`` are the district pages (``052-2019``) that shapes may lead to."""
    shapes = load_shapes(territory.vintage.date, territory.project)
    frame, label = map_shapes(territory)
    title = _("Scheme of {name}") if shapes.is_schematic else _("Map of {name}")
    names_note = _("Criteria are named as in the set of {year}.").format(year=territory.review.last_year)
    drawn = draw_map(
        frame,
        [count_layer(territory), *_criterion_layers(territory)],
        list(territory.years),
        start=("count", territory.review.last_year),
        title=title.format(name=in_sentence(territory.unit.name)),
        stamps=[*warnings(territory), label],
        links=_links(territory, pages),
        source=f"{source_line(territory, *territory.years)}. {names_note}",
    )
    heading = _("Scheme") if shapes.is_schematic else _("Map")
    show(MapHtml(section(heading, drawn.html, anchor="map"), drawn.script_hashes))


def map_shapes(territory: Territory) -> tuple[gpd.GeoDataFrame, str]:
    """Return the shapes of the territory's communes as maps take them, and the label that must stand on them."""
    shapes = load_shapes(territory.vintage.date, territory.project)
    communes = territory.communes
    frame = shapes.frame.loc[communes.index].assign(
        name=communes["name"],
        group_name=communes["parent_code"].map(district_names(territory)),
        is_in_programme=communes["is_in_programme"],
    )
    return frame, shapes.label


def _links(territory: Territory, pages: Sequence[str]) -> dict[str, str]:
    page_of = {page.split("-")[0]: f"districts/{page}.html" for page in pages}
    communes = territory.communes
    parents = zip(communes.index, communes["parent_code"], strict=True)
    return {code: page_of[parent] for code, parent in parents if parent in page_of}


def count_layer(territory: Territory) -> MapLayer:
    """Return the map layer of the number of criteria met, by group and year."""
    classes = palette.group_classes(evaluation.group_labels())
    places = {group: place for place, group in enumerate(classes)}
    groups = evaluation.groups(territory.counts).map(places)
    ends = territory.counts
    details = pd.Series([interval(low, high) for low, high in zip(ends["low"], ends["high"], strict=True)], ends.index)
    years = territory.years
    return MapLayer(
        "count",
        _("Number of criteria met"),
        list(classes.values()),
        {year: territory.of_year(groups, year) for year in years},
        {year: territory.of_year(details, year) for year in years},
    )


def _criterion_layers(territory: Territory) -> list[MapLayer]:
    classes = palette.verdict_classes()
    places = {int(verdict): place for place, verdict in enumerate(classes)}
    labels = territory.reported.rules[territory.review.last_year].criteria[f"label_{language()}"]
    codes = territory.scores.criteria.replace(places)
    return [
        MapLayer(
            f"c{criterion}",
            f"{criterion}. {labels[criterion]}",
            list(classes.values()),
            {year: territory.of_year(codes[criterion], year) for year in territory.years},
        )
        for criterion in territory.shown(codes.columns)
    ]


def results(territory: Territory) -> None:
    """Show each commune with its criteria in the last year, in the documents' order."""
    year = territory.review.last_year
    verdicts = territory.of_year(territory.scores.criteria, year)
    counts = territory.of_year(territory.counts, year)
    criteria = territory.reported.rules[year].criteria
    criteria = criteria.loc[territory.shown(criteria.index)]
    marks = criterion_marks(territory, year)
    is_of_interest = bool((counts["of"] != counts["of"].iloc[0]).any())
    names, groups, labels = territory.communes["name"], criteria["group"], criteria[f"label_{language()}"]
    columns = [
        Column(_("Commune")),
        Column(_("Criteria met"), "figure"),
        *([Column(_("Criteria assessed"), "figure")] if is_of_interest else []),
        *(
            Column(criterion + marks[criterion], "sign", group=groups[criterion], hint=labels[criterion])
            for criterion in criteria.index
        ),
    ]
    rows: list[list[Cell]] = [
        [
            names[code],
            figure(
                unit_key("commune", code, territory.vintage.date, "count", year),
                counts.at[code, "low"],
                "interval",
                high=counts.at[code, "high"],
            ),
            *([_of(territory, code, counts, year)] if is_of_interest else []),
            *(Verdict(value) for value in row),
        ]
        for code, row in zip(verdicts.index, verdicts[criteria.index].to_numpy(), strict=True)
    ]
    met = (verdicts == Verdict.MET).sum()
    total: list[Cell] = [
        _("Total: communes meeting the criterion"),
        _mean(territory, counts, year),
        *([None] if is_of_interest else []),
        *(figure(key(territory, "criterion", name, "met_count", year), met[name], "count") for name in criteria.index),
    ]
    legend = _legend(criteria)
    table = html_table(
        columns,
        rows,
        caption=_("Criteria met by each commune, {year}").format(year=year_text(territory, year)),
        source=source_line(territory, year),
        stamps=warnings(territory),
        total=total,
        notes=[legend, not_assessed_note(territory), _interval_note(), *mark_notes()],
    )
    show(section(_("Results of the communes"), table, anchor="communes"))


def _legend(criteria: pd.DataFrame) -> str:
    """Name the criteria behind their numbers, by group."""
    names = criteria[f"label_{language()}"]
    return " ".join(
        f"{group}. {part[f'group_{language()}'].iloc[0]}: "
        + "; ".join(f"{criterion}. {names[criterion]}" for criterion in part.index)
        + "."
        for group, part in criteria.groupby("group", sort=False)
    )


def _of(territory: Territory, code: str, counts: pd.DataFrame, year: int) -> Markup:
    """Return the number of criteria that the count of one commune is out of."""
    return figure(
        unit_key("commune", code, territory.vintage.date, "count_of", year), counts["of"].to_dict()[code], "count"
    )


def _mean(territory: Territory, counts: pd.DataFrame, year: int) -> Markup:
    """Return the mean number of criteria of the communes that reported."""
    reported = counts[counts["is_reported"]]
    low, high = (float(reported[bound].mean()) for bound in ("low", "high"))
    return figure(key(territory, "mean", year), low, "interval", high=high, digits=1)


def _interval_note() -> str:
    return _("11-13: at least 11 criteria are met; 13 if those without enough data were met as well.")
