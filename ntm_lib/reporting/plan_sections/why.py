"""Say for each commune why now or why not, in words that follow from the reasons found."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.reasons.more import seeks_results
from ntm_lib.planning.reasons.why import LIMITS
from ntm_lib.planning.reasons.words import limit_name
from ntm_lib.planning.settings import Purse
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.counterfactual import criteria_blocked, what_it_takes
from ntm_lib.reporting.plan_sections.scope import Scope, amount, told
from ntm_lib.reporting.sections.common import paragraph, rows_of, section
from ntm_lib.reporting.tables import Band, Cell, Column, html_table

NOTHING = 0.0005  # million VND; what comes by its forecast alone costs nothing


def why(scope: Scope) -> None:
    """Show on a district's page each commune's reason; on the province's how often each limit is the main one."""
    show(
        section(
            _("Why now or why not"),
            _last_year(scope),
            _limits(scope),
            _communes(scope) if not scope.is_province else Markup(),
            anchor="why",
        )
    )


def _last_year(scope: Scope) -> Markup:
    """Warn where most communes that newly reach the standard do so in the last year only."""
    years, last = scope.reasons["standard_year"].dropna(), scope.years[-1]
    late = int((years == last).sum())
    if 2 * late <= len(years):
        return Markup()
    text = _(
        "{late} of the {all} communes that newly reach the standard do so only in {year}: a delay puts them beyond the years of the plan."
    )
    shown = [figure(scope.key("limit", name), count, "count") for name, count in (("late", late), ("new", len(years)))]
    return paragraph(text, late=shown[0], all=shown[1], year=last)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _limits(scope: Scope) -> Markup:
    """Count the communes by their main limit."""
    held = scope.reasons
    kinds = {
        "planned": _("Reaches the standard in the plan"),
        "not_planned": _("Does not reach it in the plan"),
        "excluded": _("Set aside by the planner"),
    }
    open_ = held[held["kind"] != "stands_at_start"]
    table: Any = pd.crosstab(open_["limit"], open_["kind"]).reindex(columns=list(kinds), fill_value=0)
    shown = [kind for kind in kinds if table[kind].any()]
    rows: list[list[Cell]] = [
        [
            _first_upper(_limit_name(scope, limit)),
            *(figure(scope.key("limit", limit, kind), int(table.at[limit, kind]), "count") for kind in shown),
        ]
        for limit in LIMITS
        if limit in table.index
    ]
    return html_table(
        [Column(_("Main limit")), *(Column(kinds[kind], "figure") for kind in shown)],
        rows,
        caption=_("Main limit of the communes"),
        unit=_("Unit: commune"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _(
                "For a commune that reaches the standard: what keeps it from being one year earlier. Each reason is a plan that keeps "
                "every limit once all that is named for the commune is changed, the other communes as planned; where several things "
                "must change, the one that weighs most counts here."
            )
        ],
        is_numbered=False,
        empty=_("All communes stand at the standard at the start."),
    )


def _communes(scope: Scope) -> Markup:
    held = scope.reasons
    rows: list[list[Cell] | Band] = []
    groups = (
        ("planned", _("Reaches the standard in the plan")),
        ("not_planned", _("Does not reach it in the plan")),
        ("excluded", _("Set aside by the planner")),
        ("stands_at_start", _("Stands at the standard at the start")),
    )
    for kind, label in groups:
        part = held[held["kind"] == kind]
        if len(part):
            rows.append(Band(label))
            rows += [_row(scope, row) for row in rows_of(part)]
    return html_table(
        [
            Column(_("Commune")),
            Column(_("Criteria at the end"), "figure"),
            Column(_("Next criterion and its cost")),
            Column(_("Main limit")),
            Column(_("What would move it")),
        ],
        rows,
        caption=_("Why now or why not, commune by commune"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _(
                "Next criterion: the cheapest that stays missing; where none does, the first one planned. Communes stand in "
                "the order of the documents."
            )
        ],
    )


def _row(scope: Scope, row: Any) -> list[Cell]:
    code = str(row.Index)
    last = scope.years[-1]
    own = scope.of_unit("commune", code).loc[last]
    count = figure(
        scope.key_of("commune", code, "count", last),
        int(own["criteria_low"]),
        "interval",
        high=int(own["criteria_high"]),
    )
    takes = what_it_takes(scope, code, row)
    return [str(scope.names[code]), count, _next(scope, code, row), _limit(scope, row), takes]


def _next(scope: Scope, code: str, row: Any) -> Cell:
    if not isinstance(row.next_criterion, str) or not row.next_criterion:
        return "–"
    if row.next_cost < NOTHING:
        return told(_("{criterion}: no money needed"), criterion=scope.criterion(row.next_criterion))
    cost = amount(scope.key_of("commune", code, "next_cost"), row.next_cost)
    return told(_("{criterion}: {cost} million VND"), criterion=scope.criterion(row.next_criterion), cost=cost)


def _limit_name(scope: Scope, limit: str) -> str:
    return limit_name(limit, is_least_cost=not seeks_results(scope.plan.problem))


def _limit(scope: Scope, row: Any) -> str:
    """Write the main limit with its place: source, criteria, year."""
    text = _first_upper(_limit_name(scope, row.limit))
    details = []
    if isinstance(row.limit_purse, str) and row.limit_purse:
        details.append(purse_labels()[Purse(row.limit_purse)])
    if row.limit == "counts":
        details.append(_("criterion {criteria}").format(criteria=criteria_blocked(scope, row.why.more)))
    if not pd.isna(row.limit_year):
        details.append(_("year {year}").format(year=int(row.limit_year)))
    return f"{text} ({', '.join(details)})" if details else text
