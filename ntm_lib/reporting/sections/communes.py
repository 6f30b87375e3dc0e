"""Show the communes: on the map, and each with its nineteen criteria."""

from collections.abc import Sequence

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
from ntm_lib.reporting.sections.common import commune_key, key, section, source_line, warnings, year_text
from ntm_lib.reporting.sections.levels import criterion_marks, mark_notes
from ntm_lib.reporting.tables import Cell, Column, html_table
from ntm_lib.review import NotAssessedRule
from ntm_lib.units.boundaries import load_shapes
from ntm_lib.verdicts import Verdict


def commune_map(territory: Territory, pages: Sequence[str] = ()) -> None:
    """Show the map with its switch; ``pages`` are the district pages (``052-2019``) that shapes may lead to."""
    shapes = load_shapes(territory.vintage.date, territory.project)
    communes = territory.communes
    frame = shapes.frame.loc[communes.index].assign(
        name=communes["name"],
        group_name=communes["parent_code"].map(territory.vintage.frame["name"]),
        is_in_programme=communes["is_in_programme"],
    )
    title = _("Scheme of {name}") if shapes.is_schematic else _("Map of {name}")
    drawn = draw_map(
        frame,
        [_count_layer(territory), *_criterion_layers(territory)],
        list(territory.years),
        start=("count", territory.review.last_year),
        title=title.format(name=in_sentence(territory.unit.name)),
        stamps=[*warnings(territory), shapes.label],
        links=_links(territory, pages),
        source=source_line(territory),
    )
    heading = _("Scheme") if shapes.is_schematic else _("Map")
    show(MapHtml(section(heading, drawn.html, anchor="map"), drawn.script_hashes))


def _links(territory: Territory, pages: Sequence[str]) -> dict[str, str]:
    page_of = {page.split("-")[0]: f"districts/{page}.html" for page in pages}
    communes = territory.communes
    parents = zip(communes.index, communes["parent_code"], strict=True)
    return {code: page_of[parent] for code, parent in parents if parent in page_of}


def _count_layer(territory: Territory) -> MapLayer:
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
        for criterion in codes.columns
    ]


def results(territory: Territory) -> None:
    """Show each commune with its criteria in the last year, in the documents' order."""
    year = territory.review.last_year
    verdicts = territory.of_year(territory.scores.criteria, year)
    counts = territory.of_year(territory.counts, year)
    criteria = territory.reported.rules[year].criteria
    marks = criterion_marks(territory, year)
    names, groups, labels = territory.communes["name"], criteria["group"], criteria[f"label_{language()}"]
    columns = [
        Column(_("Commune")),
        Column(_("Criteria met"), "figure"),
        *(
            Column(criterion + marks[criterion], "sign", group=groups[criterion], hint=labels[criterion])
            for criterion in criteria.index
        ),
    ]
    rows: list[list[Cell]] = [
        [
            names[code],
            figure(
                commune_key(code, "count", year),
                counts.at[code, "low"],
                "interval",
                high=counts.at[code, "high"],
            ),
            *(Verdict(value) for value in row),
        ]
        for code, row in zip(verdicts.index, verdicts.to_numpy(), strict=True)
    ]
    met = (verdicts == Verdict.MET).sum()
    total: list[Cell] = [
        _("Total: communes meeting the criterion"),
        None,
        *(figure(key(territory, "criterion", name, "met_count", year), met[name], "count") for name in criteria.index),
    ]
    legend = "; ".join(f"{criterion}. {label}" for criterion, label in labels.items())
    table = html_table(
        columns,
        rows,
        caption=_("Criteria met by each commune, {year}").format(year=year_text(territory, year)),
        source=source_line(territory, year),
        stamps=warnings(territory),
        total=total,
        notes=[legend + ".", _not_assessed(territory), _interval_note(), *mark_notes()],
    )
    show(section(_("Results of the communes"), table, anchor="communes"))


def _interval_note() -> str:
    return _("11-13: at least 11 criteria are met; 13 if those without enough data were met as well.")


def _not_assessed(territory: Territory) -> Markup | str:
    if territory.review.not_assessed is NotAssessedRule.COUNTS_AS_MET:
        return _("A criterion that is not assessed in a commune counts as met (rule of this review).")
    return _(
        "A criterion that is not assessed in a commune is left out of the count and of its total (rule of this review)."
    )
