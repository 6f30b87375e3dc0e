"""Show the tasks by year and responsible body, the policies they need, and what comes if nothing is done."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _, language
from ntm_lib.planning.handdown.tasks import policies_needed, tasks
from ntm_lib.planning.handdown.works import works
from ntm_lib.planning.later.orientation import forecasts
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.policies import load_policies
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, amount, bullets, fold, told
from ntm_lib.reporting.sections.common import paragraph, rows_of, section
from ntm_lib.reporting.tables import Band, Cell, Column, html_table
from ntm_lib.verdicts import Verdict


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
    """Say what the data let expect without works and effort."""
    plan = scope.plan
    verdicts = plan.baseline.criteria.reindex(index=plan.problem.communes, columns=plan.problem.criteria).to_numpy()
    inside = scope.places
    lost = (np.isin(verdicts, [Verdict.MET, Verdict.NOT_APPLICABLE]) & ~plan.problem.met)[inside]
    own = scope.own
    items = [
        told(
            _("No criterion is completed: {low} criteria per commune as at the start, at least."),
            low=figure(scope.key("mean_low", scope.start_year), own.at[scope.start_year, "mean_low"], "number"),
        ),
    ]
    if lost.any():
        text = _("{count} criteria that are met at the start are expected to be lost as levels rise.")
        items.append(told(text, count=figure(scope.key("lost_by_itself"), int(lost.sum()), "count")))
    at_risk = plan.problem.keep[inside] & ~plan.problem.start_standard[inside]
    if at_risk.any():
        text = _("{count} communes recognised before would not meet the criteria of the plan's law.")
        items.append(told(text, count=figure(scope.key("to_keep"), int(at_risk.sum()), "count")))
    title = Markup("<h3>{}</h3>").format(_("If nothing is done"))
    return title + bullets(items) + forecast_table(scope)


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
        name = f"{requirement} {labels.get(requirement, '')}"
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
        rows.append(cells)
    alone, effort = _("Without effort"), _("With effort every year")
    return html_table(
        [
            Column(_("Content")),
            *(Column(str(year), "figure", group=alone) for year in years),
            *(Column(str(year), "figure", group=effort) for year in years),
            Column(_("Communes with a forecast"), "figure"),
        ],
        rows,
        caption=_("Communes expected to meet what money does not buy within a year"),
        unit=_("Unit: commune"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[_("Expected number: the sum of the chances of the communes whose past is known.")],
        is_numbered=False,
    )
