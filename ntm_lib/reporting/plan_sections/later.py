"""Show the villages and the years after the plan."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.handdown.targets import villages as village_table
from ntm_lib.planning.later.orientation import orientation as look_ahead
from ntm_lib.planning.later.orientation import orientation_notes, remaining
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.office.plan_later import no_villages, village_notes, year_of_all_words
from ntm_lib.reporting.plan_sections.scope import Scope, amount, billions, told
from ntm_lib.reporting.sections.common import paragraph, rows_of, section
from ntm_lib.reporting.tables import Cell, Column, html_table


def villages(scope: Scope) -> None:
    """Show the villages brought to the village standard, by commune or, for the province, by district."""
    if not (scope.plan.problem.aims.ask_for_villages or scope.plan.solution.villages.any()):
        show(section(_("Villages"), paragraph(no_villages()), anchor="villages"))
        return
    held = village_table(scope.plan)
    held = held[held.index.isin(scope.communes)]
    years = list(scope.years)
    level = "district" if scope.is_province else "commune"
    sums = held.groupby("district_code")[["possible", *years, "total"]].sum() if scope.is_province else held

    def cells(name: str, at: str, code: str, row: Any) -> list[Cell]:
        shown = [figure(scope.key_of(at, code, "newly_villages", year), int(row[year]), "count") for year in years]
        possible = figure(scope.key_of(at, code, "possible_villages"), int(row["possible"]), "count")
        return [name, possible, *shown, figure(scope.key_of(at, code, "newly_villages"), int(row["total"]), "count")]

    total = held[["possible", *years, "total"]].sum()
    table = html_table(
        [
            Column(_("District, city") if scope.is_province else _("Commune")),
            Column(_("Villages that can still reach it"), "figure"),
            *(Column(str(year), "figure", group=_("Villages reaching the standard")) for year in years),
            Column(_("Total"), "figure", group=_("Villages reaching the standard")),
        ],
        [
            cells(str(scope.names[code]), level, code, row)
            for code, row in zip(sums.index.astype(str), sums.to_dict("records"), strict=True)
        ],
        caption=_("Villages reaching the standard, by year"),
        unit=_("Unit: village"),
        source=scope.source,
        stamps=scope.warnings,
        total=cells(_("Total"), scope.unit.level, scope.unit.code, total) if len(held) else None,
        notes=list[str | Markup](village_notes(scope.plan)),
        empty=_("No village of this territory lies in the scope of the plan."),
    )
    show(section(_("Villages"), table, anchor="villages"))


def orientation(scope: Scope) -> None:
    """Show what is left at the end and, for the province, how far the same yearly money would carry."""
    left = remaining(scope.plan).loc[scope.communes]
    last, until = scope.years[-1], scope.scenario.settings.horizon.orientation_year
    lead = Markup("<p>{}</p>").format(_still_missing(scope, left))
    body = _ahead(scope) if scope.is_province and until > last else Markup()
    show(section(_("Orientation to {year}").format(year=until), lead, body, anchor="orientation"))


def _still_missing(scope: Scope, left: pd.DataFrame) -> Markup:
    """Say what is missing at the end, and what of it can be costed."""
    unpriced = int(left["without_way"].sum())
    text = _(
        "At the end of {year} {communes} communes still miss {missing} criteria; completing them would take about {money}."
    )
    if unpriced:
        text = _(
            "At the end of {year} {communes} communes still miss {missing} criteria. Those that can be costed would take about "
            "{money}; {unpriced} cannot be completed within the plan whatever is spent, and are not in this sum."
        )
    return told(
        text,
        year=scope.years[-1],
        communes=figure(scope.key("communes_left"), int((left["missing"] > 0).sum()), "count"),
        missing=figure(scope.key("left_criteria"), int(left["missing"].sum()), "count"),
        money=billions(scope.key("left_money"), float(left["cost_vnd_million"].sum())),
        unpriced=figure(scope.key("left_without_way"), unpriced, "count"),
    )


def _ahead(scope: Scope) -> Markup:
    frame = look_ahead(scope.plan)
    rows: list[list[Cell]] = [
        [
            str(row.Index),
            figure(scope.key("ahead", "standard", row.Index), int(row.standard), "count"),
            amount(scope.key("ahead", "expected", row.Index), row.expected),
            figure(scope.key("ahead", "range", row.Index), int(row.low), "interval", high=int(row.high)),
            figure(scope.key("ahead", "pace", row.Index), int(row.standard_at_pace), "count"),
            figure(scope.key("ahead", "missing", row.Index), int(row.missing), "count"),
            figure(scope.key("ahead", "without_way", row.Index), int(row.without_way), "count"),
            amount(scope.key("ahead", "money", row.Index), row.money_vnd_million),
            amount(scope.key("ahead", "left", row.Index), row.remaining_vnd_million),
        ]
        for row in rows_of(frame)
    ]
    outlook = year_of_all_words(scope.plan)
    return paragraph("{outlook}", outlook=outlook) + html_table(
        [
            Column(_("Year")),
            Column(_("as a plan counts them"), "figure", group=_("Communes reaching the standard")),
            Column(_("expected by the forecasts"), "figure", group=_("Communes reaching the standard")),
            Column(_("in 8 of 10 cases"), "figure", group=_("Communes reaching the standard")),
            Column(_("at the pace of the plan"), "figure", group=_("Communes reaching the standard")),
            Column(_("in all"), "figure", group=_("Communes still missing criteria")),
            Column(
                _("without a known cost or a likely forecast"), "figure", group=_("Communes still missing criteria")
            ),
            Column(_("Money of the year (million VND)"), "figure"),
            Column(_("Still needed (million VND)"), "figure"),
        ],
        rows,
        caption=_("Orientation to {year}").format(year=frame.index[-1]),
        source=scope.source,
        stamps=scope.warnings,
        notes=list(orientation_notes(scope.plan)),
        is_numbered=False,
    )
