"""Say for each commune why now or why not, in words that follow from the reasons found."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.reasons.why import LIMITS
from ntm_lib.planning.reasons.words import limit_name
from ntm_lib.planning.settings import Purse
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, amount, told
from ntm_lib.reporting.sections.common import names, paragraph, rows_of, section
from ntm_lib.reporting.tables import Band, Cell, Column, html_table


def why(scope: Scope) -> None:
    """Show on a district's page each commune's reason; on the province's how often each limit is the main one."""
    show(
        section(
            _("Why now or why not"),
            _limits(scope),
            _communes(scope) if not scope.is_province else Markup(),
            anchor="why",
        )
    )


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
            _first_upper(limit_name(limit)),
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
                "For a commune that reaches the standard: what keeps it from being one year earlier. Each reason was found by "
                "planning anew with that one thing changed."
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
    return [str(scope.names[code]), count, _next(scope, code, row), _limit(scope, row), _more(scope, code, row)]


def _next(scope: Scope, code: str, row: Any) -> Cell:
    if not isinstance(row.next_criterion, str) or not row.next_criterion:
        return "–"
    cost = amount(scope.key_of("commune", code, "next_cost"), row.next_cost)
    return told(_("{criterion}: {cost} million VND"), criterion=scope.criterion(row.next_criterion), cost=cost)


def _limit(scope: Scope, row: Any) -> str:
    """Write the main limit with its place: source, criterion, year."""
    text = _first_upper(limit_name(row.limit))
    details = []
    if isinstance(row.limit_purse, str) and row.limit_purse:
        details.append(purse_labels()[Purse(row.limit_purse)])
    if isinstance(row.limit_criterion, str) and row.limit_criterion:
        details.append(scope.criterion(row.limit_criterion))
    if not pd.isna(row.limit_year):
        details.append(_("year {year}").format(year=int(row.limit_year)))
    return f"{text} ({', '.join(details)})" if details else text


def _more(scope: Scope, code: str, row: Any) -> Markup:
    """Say what would bring the commune to the standard by the year asked about, or one year earlier."""
    if pd.isna(row.asked_year) or row.kind == "stands_at_start":
        return Markup("–")
    wants = []
    if not pd.isna(row.extra_money) and row.extra_money > 0:
        money = amount(scope.key_of("commune", code, "extra_money"), row.extra_money)
        wants.append(told(_("{amount} million VND more"), amount=money))
    if not pd.isna(row.extra_works) and row.extra_works > 0:
        count = figure(scope.key_of("commune", code, "extra_works"), row.extra_works, "number", digits=1)
        wants.append(told(_("{amount} works more in the district's year"), amount=count))
    if row.limit == "counts" and isinstance(row.limit_criterion, str):
        wants.append(told(_("criterion {criterion} met earlier"), criterion=row.limit_criterion))
    gives = [str(scope.names[other]) for other in row.gives_way] if isinstance(row.gives_way, list | tuple) else []
    text = _("{wants}: the standard in {year}") if wants else ""
    shown = told(text, wants=Markup("; ").join(wants), year=int(row.asked_year)) if wants else Markup()
    if gives:
        other = _("or, without any more, {names} would come later").format(names=names(gives))
        shown = Markup("{}; {}").format(shown, other) if wants else Markup("{}").format(other)
    return shown or Markup("–")


def _search_note(scope: Scope) -> list[Markup]:
    """Warn that a gain may partly come from searching anew, where the plan is not proven to be the best."""
    gap = scope.plan.solution.gap
    if not gap:
        return []
    province = scope.plan.baseline.vintage.province.code
    shown = figure(scope.key_of("province", province, "gap"), 100 * gap, "percent", digits=3)
    return [
        told(
            _(
                "The plan may lie up to {gap} below the best one, so a small part of a gain may come from planning anew."
            ),
            gap=shown,
        )
    ]


def billion(scope: Scope) -> None:
    """Show what one billion more in each year would buy (province)."""
    rows: list[list[Cell]] = []
    for row in scope.study.billion:
        key = scope.key("billion", row.year)
        gained = [str(scope.names[code]) for code in row.communes]
        rows.append(
            [
                str(row.year),
                figure(f"{key}.criteria", int(row.criteria_more), "count"),
                figure(f"{key}.communes", len(gained), "count"),
                names(gained) or "–",
            ]
        )
    table = html_table(
        [
            Column(_("Year of the money")),
            Column(_("Criteria more"), "figure"),
            Column(_("Communes more"), "figure"),
            Column(_("Communes newly reaching the standard")),
        ],
        rows,
        caption=_("What one billion more would buy"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _(
                "The plan was made anew with one billion VND more in that year, spread over the sources by what is missing."
            ),
            *_search_note(scope),
        ],
        is_numbered=False,
    )
    lead = paragraph(_("With one billion VND more, which communes gain which criteria."))
    show(section(_("With one billion more"), lead, table, anchor="billion"))
