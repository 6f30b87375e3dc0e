"""Show the tasks by year and responsible body, the policies they need, and what comes if nothing is done."""

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _, language
from ntm_lib.planning.handdown.tasks import policies_needed, tasks
from ntm_lib.planning.handdown.works import works
from ntm_lib.planning.later.orientation import forecasts
from ntm_lib.planning.later.without import without
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.policies import load_policies
from ntm_lib.planning.outlook.trend import LEAST_POINTS
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, amount, bullets, fold, told
from ntm_lib.reporting.sections.common import paragraph, rows_of, section
from ntm_lib.reporting.tables import Band, Cell, Column, html_table


def tasks_by_year(scope: Scope) -> None:
    """Show who leads what in each year, what district, commune and people do, the policies, and the other case."""
    rows = task_rows(scope)
    parts = [_lead(scope, rows), _below(rows), _policies(scope, rows), _nothing_done(scope)]
    show(section(_("Tasks, solutions and policies"), *parts, anchor="tasks"))


def task_rows(scope: Scope) -> pd.DataFrame:
    """Return the tasks of the scope; see ``planning.handdown.tasks``."""
    held = works(scope.plan)
    held = held[held["commune_code"].isin(scope.communes)].rename(columns={"finish_year": "year"})
    return tasks(held, load_measures(scope.project), load_policies(scope.project))


def _lead(scope: Scope, rows: pd.DataFrame) -> Markup:
    lead = rows[rows["role"] == "lead"]
    shown: list[list[Cell] | Band] = []
    for year, of_year in lead.groupby("year", sort=True):
        shown.append(Band(str(year)))
        shown += [
            [
                row.body_label,
                row.task,
                row.criteria,
                figure(scope.key("task", row.measure, "communes", year), int(row.communes), "count"),
                amount(scope.key("task", row.measure, "money", year), row.cost_vnd_million),
            ]
            for row in rows_of(of_year)
        ]
    table = html_table(
        [
            Column(_("Responsible body")),
            Column(_("Task")),
            Column(_("Criterion")),
            Column(_("Number of communes"), "figure"),
            Column(_("Money (million VND)"), "figure"),
        ],
        shown,
        caption=_("Tasks by year and leading body"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _("Bodies as usual; the province issues its own assignment."),
            _("Money of the works, tasks and yearly support, in the year in which it is paid."),
        ],
    )
    count = sum(not isinstance(row, Band) for row in shown)
    return fold(_("Tasks by year and leading body: {count} lines").format(count=count), table)


def _below(rows: pd.DataFrame) -> Markup:
    """Say what district, communes and people do, once for each task."""
    part = rows[rows["role"].isin(["district", "commune", "people"])]
    wide = part.drop_duplicates(["measure", "role"]).pivot_table(
        index=["measure", "task"], columns="role", values="does", aggfunc="first", sort=False
    )
    shown: list[list[Cell]] = [
        [row["task"], *(str(row.get(role, "–")) for role in ("district", "commune", "people"))]
        for row in wide.reset_index().to_dict("records")
    ]
    table = html_table(
        [Column(_("Task")), Column(_("District")), Column(_("Commune")), Column(_("People and village"))],
        shown,
        caption=_("What district, commune and people do"),
    )
    return fold(_("What district, commune and people do"), table)


def _policies(scope: Scope, rows: pd.DataFrame) -> Markup:
    held = policies_needed(rows, load_policies(scope.project))
    labels = {
        "principles": _("Principles"),
        "mechanisms": _("Mechanisms"),
        "policies": _("Policies"),
        "solutions": _("Main solutions"),
    }
    shown: list[list[Cell] | Band] = []
    for group, label in labels.items():
        part = held[held["group"] == group]
        if len(part):
            shown.append(Band(label))
            shown += [
                [row.label, row.text, "–" if pd.isna(row.first_year) else str(row.first_year), basis_word(row.basis)]
                for row in rows_of(part)
            ]
    table = html_table(
        [Column(_("Content")), Column(_("How")), Column(_("Needed from"), "figure"), Column(_("Basis"))],
        shown,
        caption=_("Principles, mechanisms, policies and main solutions"),
        notes=[_("Proposed by the software, not yet reviewed.")],
    )
    return fold(_("Principles, mechanisms, policies and main solutions"), table)


def basis_word(basis: str) -> str:
    """Name how far an entry is founded."""
    return {"read": _("read in the source"), "derived": _("derived"), "assumed": _("assumed")}[basis]


def _nothing_done(scope: Scope) -> Markup:
    """Show what comes if nothing is done."""
    title = Markup("<h3>{}</h3>").format(_("If nothing is done"))
    return title + bullets(nothing_done(scope)) + forecast_table(scope)


def nothing_done(scope: Scope) -> list[Markup]:
    """Say what the data let expect without works and effort: what is met or lost by itself, titles that do not stand."""
    found = without(scope.plan, scope.places)
    first, last = scope.own.loc[scope.start_year], scope.years[-1]
    items = [
        told(
            _(
                "By the trend of the years before, without works and effort a commune is expected to meet {then} criteria on "
                "average by the end of {year} ({now} at the start)."
            ),
            then=figure(scope.key("alone", "mean"), found.mean[0], "interval", high=found.mean[1], digits=1),
            now=figure(
                scope.key("mean", scope.start_year), first["mean_low"], "interval", high=first["mean_high"], digits=1
            ),
            year=last,
        ),
        told(
            _(
                "Of the criteria not met at the start about {gained} are expected to be met by themselves; of those met at the "
                "start about {lost} are expected not to hold. Everything else stays as at the start."
            ),
            gained=_about(scope.key("alone", "gained"), found.gained),
            lost=_about(scope.key("alone", "lost"), found.lost),
        ),
    ]
    if found.below[1]:
        text = _(
            "Of {count} communes that met the earlier criteria set, at least {low} and at most {high} do not meet every "
            "criterion of the plan's law by the results of the start."
        )
        low, high = found.below
        items.append(
            told(
                text,
                count=figure(scope.key("titles"), found.titles, "count"),
                low=figure(scope.key("titles", "below"), low, "count"),
                high=figure(scope.key("titles", "below_high"), high, "count"),
            )
        )
    return items


def _about(key: str, ends: tuple[float, float]) -> Markup:
    """Write an expected number in whole units."""
    low, high = map(round, ends)
    return figure(key, low, "interval", high=high)


def forecast_table(scope: Scope) -> Markup:
    """Show how many communes are expected to meet what money does not buy, with and without effort (province)."""
    if not scope.is_province:
        return Markup()
    table = forecasts(scope.plan)
    if table.empty:
        return paragraph(_("Nothing is forecast for this criteria set."))
    years = [scope.years[0], scope.years[-1], scope.scenario.settings.horizon.orientation_year]
    years = list(dict.fromkeys(years))
    labels = scope.plan.baseline.start_rules.requirements[f"label_{language()}"]
    rows: list[list[Cell]] = []
    for requirement in dict.fromkeys(table.index.get_level_values("requirement")):
        name = f"{str(requirement).partition('/')[0]} {labels.get(requirement, '')}"
        cells: list[Cell] = [name]
        for with_effort in (False, True):
            for year in years:
                at = scope.key("forecast", requirement, "effort" if with_effort else "alone", year)
                cells.append(amount(at, table.loc[(requirement, with_effort), year]))
        known = table.loc[(requirement, False)]
        cells.append(
            figure(
                scope.key("forecast", requirement, "known"),
                int(known["known"]),
                "share",
                whole=int(known["communes"]),
                noun="",
            )
        )
        cells.extend(_past(scope, str(requirement)))
        rows.append(cells)
    alone, effort = _("Without effort"), _("With effort every year")
    return html_table(
        [
            Column(_("Content")),
            *(Column(str(year), "figure", group=alone) for year in years),
            *(Column(str(year), "figure", group=effort) for year in years),
            Column(_("Communes with a forecast"), "figure"),
            Column(_("Years of results"), group=_("Rests on")),
            Column(_("Communes known in each of them"), "figure", group=_("Rests on")),
        ],
        rows,
        caption=_("Communes expected to meet what money does not buy within a year"),
        unit=_("Unit: commune"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[_("Expected number: the sum of the chances of the communes whose past is known."), _pasts_note(scope)],
        is_numbered=False,
    )


def _past(scope: Scope, requirement: str) -> list[Cell]:
    """Say which years of results a forecast rests on, and how many communes are known in each of them."""
    past = scope.plan.outlook.pasts.loc[requirement]
    if pd.isna(past["first_year"]):
        return [_("none"), "–"]
    first, last = int(past["first_year"]), int(past["last_year"])
    key = scope.key("forecast", requirement, "whole")
    years = _("{first} - {last} ({count} years)").format(first=first, last=last, count=last - first + 1)
    return [years, figure(key, int(past["whole"]), "share", whole=int(past["communes"]), noun="")]


def _pasts_note(scope: Scope) -> str:
    """Say how many years forecasts may use, and what is done where there are fewer."""
    text = _(
        "Forecasts use the results of up to {count} years, {first} - {last}. Where the results by one definition or one "
        "poverty standard began later, only those are used; years that were not reported stay unknown; a commune with fewer "
        "than {least} years moves as the province does, and less surely."
    )
    start, count = scope.scenario.settings.horizon.start_year, scope.scenario.settings.forecast.history_years
    return text.format(count=count, first=start - count + 1, last=start, least=LEAST_POINTS)
