"""Show what is missing: the distance to the required level, and what is not known."""

import pandas as pd
from markupsafe import Markup

from ntm_lib import evaluation
from ntm_lib.evaluation import MISSING_LEVEL, Territory
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.sections.common import (
    commune_key,
    key,
    label_of,
    names,
    paragraph,
    rows_of,
    section,
    source_line,
    warnings,
    year_text,
)
from ntm_lib.reporting.sections.levels import mark_notes, marked_level
from ntm_lib.reporting.tables import Band, Cell, Column, html_table


def distances(territory: Territory) -> None:
    """Show for each requirement not met the communes, their values and what is missing."""
    year = territory.review.last_year
    cells = evaluation.distances(territory, year)
    measured, yes_no = cells[cells["sense"] != "yes"], cells[cells["sense"] == "yes"]
    note = paragraph(
        _(
            "The required level stands in the heading of each requirement; levels that were not checked against the signed "
            "text or are assumed are listed below."
        )
    )
    show(
        section(
            _("Distance to the required level, {year}").format(year=year_text(territory, year)),
            note,
            _measured(territory, year, measured),
            _yes_no(territory, year, yes_no, _("Requirements not yet carried out"), "not_met"),
            anchor="distances",
        )
    )


def _measured(territory: Territory, year: int, cells: pd.DataFrame) -> Markup:
    columns = [
        Column(_("Commune")),
        Column(_("Value reached"), "figure"),
        Column(_("Still missing"), "figure"),
    ]
    rows: list[list[Cell] | Band] = []
    for requirement, group in cells.groupby("requirement", sort=False):
        rows.append(Band(_heading(territory, group.iloc[0])))
        for row in rows_of(group):
            where = (requirement, year)
            rows.append(
                [
                    _name(row.name, row.name, row.new_name),
                    figure(commune_key(row.commune_code, *where), row.value, "number", digits=1),
                    figure(commune_key(row.commune_code, "gap", *where), row.gap, "number", digits=1),
                ]
            )
    return html_table(
        columns,
        rows,
        caption=_("Requirements measured by a number and not yet met"),
        source=source_line(territory, year),
        stamps=warnings(territory),
        notes=mark_notes(),
        is_numbered=False,
        empty=_("Every requirement measured by a number is met or without data."),
    )


def _heading(territory: Territory, row: pd.Series) -> str:
    return _("{requirement}. {label} (required: {level})").format(
        requirement=row["requirement"].split("/")[0], label=label_of(row), level=marked_level(territory, row)
    )


def _name(shown: str, name: str, new_name: str) -> str:
    """Name a commune, and where it stands today when that is another one."""
    if name == new_name:
        return shown
    return _("{name} (now in {new_name})").format(name=shown, new_name=formats.in_sentence(new_name))


def _yes_no(territory: Territory, year: int, cells: pd.DataFrame, caption: str, what: str) -> Markup:
    columns = [Column(_("Requirement")), Column(_("Number of communes"), "figure"), Column(_("Communes"))]
    rows: list[list[Cell]] = [
        [
            f"{requirement}. {label_of(group.iloc[0])}",
            figure(
                key(territory, what, requirement, year),
                len(group),
                "share",
                whole=_reporting(territory, year),
                noun="",
            ),
            names(_name(row.short_name, row.name, row.new_name) for row in rows_of(group)),
        ]
        for requirement, group in cells.groupby("requirement", sort=False)
    ]
    return html_table(
        columns,
        rows,
        caption=caption,
        unit=_("Unit: commune"),
        source=source_line(territory, year),
        stamps=warnings(territory),
        empty=_("None."),
    )


def _reporting(territory: Territory, year: int) -> int:
    rules = territory.reported.rules[year]
    return len(territory.reported.requirements[rules.set_id].xs(year, level="year"))


def unknowns(territory: Territory) -> None:
    """Show what has no verdict, and whether the value or the level is missing."""
    year = territory.review.last_year
    cells = evaluation.unknowns(territory, year)
    no_level, no_value = cells[cells["reason"] == MISSING_LEVEL], cells[cells["reason"] != MISSING_LEVEL]
    show(
        section(
            _("What is not known, {year}").format(year=year_text(territory, year)),
            paragraph(_("A missing result is neither met nor not met: it is counted as not known.")),
            _yes_no(territory, year, no_value, _("Results not reported"), "no_value"),
            _yes_no(territory, year, no_level, _("Required level not known"), "no_level")
            if len(no_level)
            else Markup(),
            anchor="unknowns",
        )
    )
