"""Show what is missing: the distance to the required level, and what is not known."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib import criteria, evaluation
from ntm_lib.evaluation import MISSING_LEVEL, Territory
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.sections.common import (
    key,
    label_of,
    names,
    paragraph,
    rows_of,
    section,
    source_line,
    unit_key,
    warnings,
    year_text,
)
from ntm_lib.reporting.sections.levels import mark_notes, marked_level
from ntm_lib.reporting.tables import Band, Cell, Column, html_table


def distances(territory: Territory) -> None:
    """Show for each requirement not met the communes, their values and what is missing."""
    year = territory.review.last_year
    cells = _shown(territory, evaluation.distances(territory, year))
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


def _shown(territory: Territory, cells: pd.DataFrame) -> pd.DataFrame:
    return cells[~cells["criterion"].isin(territory.withheld)]


def _measured(territory: Territory, year: int, cells: pd.DataFrame) -> Markup:
    columns = [
        Column(_("Commune")),
        Column(_("Value reached"), "figure"),
        Column(_("Still missing (share: in percentage points)"), "figure"),
    ]
    rows: list[list[Cell] | Band] = []
    for requirement, group in cells.groupby("requirement", sort=False):
        rows.append(Band(_heading(territory, group.iloc[0])))
        for row in rows_of(group):
            where = (requirement, year)
            rows.append(
                [
                    _name(row.name, row.name, row.new_name),
                    figure(_key(territory, row.commune_code, *where), row.value, "number", digits=_digits(row)),
                    figure(_key(territory, row.commune_code, "gap", *where), row.gap, "number", digits=_digits(row)),
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
    """Head the rows of one requirement; the mark of illustrative data stands here too, for the table is long."""
    text = _("{requirement}. {label} (unit: {unit}; required level: {level})").format(
        requirement=row["requirement"].split("/")[0],
        label=label_of(row),
        unit=criteria.load(territory.project).registers.units[row["unit"]].label,
        level=marked_level(territory, row),
    )
    return f"{text} - {_('illustrative')}" if territory.is_illustrative else text


def _key(territory: Territory, code: str, *parts: object) -> str:
    """Return the key of a figure of a commune as it reported."""
    return unit_key("commune", code, territory.results.unit_vintage, *parts)


def _digits(row: Any) -> int:
    """Return as many decimals as show that the value is not the level: whole numbers for counts, else one or more."""
    if row.unit in {"household", "count"}:
        return 0
    return next((digits for digits in (1, 2, 3) if round(row.value, digits) != round(row.level, digits)), 1)


def _name(shown: str, name: str, new_names: tuple[str, ...]) -> str:
    """Name a commune, and where it stands on the units of the page when that is elsewhere."""
    if new_names == (name,):
        return shown
    return _("{name} (now in {new_name})").format(name=shown, new_name=", ".join(map(formats.in_sentence, new_names)))


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
    cells = _shown(territory, evaluation.unknowns(territory, year))
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
