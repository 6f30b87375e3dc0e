"""Show the money: what all missing criteria take, what the plan meets, what stays short; by source and year."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.handdown.estimates import estimates, without_price
from ntm_lib.planning.later.balance import TOTAL, WITHOUT_CREDIT, capital_balance
from ntm_lib.planning.later.orientation import remaining
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.norms import ESTIMATES
from ntm_lib.planning.settings import Purse
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.office.plan_balance import reserve_notes, short_note, unplanned_note
from ntm_lib.reporting.plan_sections.opening import assumed_note
from ntm_lib.reporting.plan_sections.recognition import recognition
from ntm_lib.reporting.plan_sections.scope import Scope, amount, billions, told, whole_head
from ntm_lib.reporting.sections.common import section
from ntm_lib.reporting.tables import Cell, Column, html_table


def money(scope: Scope) -> None:
    """Show need, what can be met and what is short by source; money by year and estimate; what recognition costs."""
    parts = [_need(scope), _by_year(scope), _nature(scope), _estimates(scope), recognition(scope)]
    show(section(_("Capital need, what can be met, what is short"), *parts, anchor="money"))


def purses_used(scope: Scope) -> list[str]:
    """Return the purses with money in this plan, in the order they are printed."""
    held = set(scope.plan.problem.purses)
    return [purse.value for purse in Purse if purse.value in held]


def _need(scope: Scope) -> Markup:
    open_ = remaining(scope.plan).loc[scope.communes]
    table = capital_balance(scope.plan, None if scope.is_province else list(scope.communes))
    labels = {purse.value: label for purse, label in purse_labels().items()}
    labels |= {WITHOUT_CREDIT: _("Total without credit"), TOTAL: _("Total")}
    keys = {
        "need": "need_",
        "available": "available_",
        "short": "short_",
        "over": "over_",
        "allotted": "",
        "not_allotted": "left_",
    }
    shown = keys if scope.is_province else {name: keys[name] for name in ("need", "allotted", "not_allotted")}

    def cells(name: str) -> list[Cell]:
        own = name if name in {TOTAL, WITHOUT_CREDIT} else f"purse_{name}"
        amounts = table.loc[name].to_dict()
        return [labels[name], *(amount(scope.key(f"{stem}{own}"), amounts[at]) for at, stem in shown.items())]

    order = sorted(table.index.drop(TOTAL), key=lambda name: name != WITHOUT_CREDIT)
    text = _(
        "Need: what the plan spends, and what the {left} criteria that stay missing would take if they were completed in "
        "{year}."
    )
    notes: list[str | Markup] = [
        told(text, left=figure(scope.key("left_criteria"), int(open_["missing"].sum()), "count"), year=scope.years[-1])
    ]
    if without := int(open_["without_way"].sum()):
        more = _("{count} of them cannot be completed within the plan whatever is spent, and are not priced.")
        notes.append(told(more, count=figure(scope.key("left_without_way"), without, "count")))
    if scope.is_province:
        notes += [short_note(), *reserve_notes(scope.plan), unplanned_note(scope.plan)]
    given = [_("Available"), _("Short"), _("Left over of the source")] if scope.is_province else []
    caption = (
        _("Capital need, what can be met, what is short, {period}")
        if scope.is_province
        else _("Capital need and money allotted, {period}")
    )
    return html_table(
        [
            Column(_("Source")),
            Column(_("Capital need"), "figure"),
            *(Column(label, "figure") for label in given),
            Column(_("Money allotted"), "figure"),
            Column(_("Need without money allotted"), "figure"),
        ],
        [cells(name) for name in order],
        caption=caption.format(period=formats.period(scope.years[0], scope.years[-1])),
        unit=_("Unit: million VND"),
        source=scope.source,
        stamps=scope.warnings,
        total=cells(TOTAL),
        notes=[*notes, assumed_note(scope)],
        is_numbered=False,
    )


def _by_year(scope: Scope) -> Markup:
    """Show what the plan spends of each source in each year; for the province beside what was entered."""
    own, labels = scope.own, purse_labels()
    budget: Any = scope.plan.budget.amounts
    is_whole = scope.is_province
    columns = [Column(_("Source"))]
    for year in scope.years:
        columns += [Column(_("Available"), "figure", group=str(year))] if is_whole else []
        columns += [Column(_("Money allotted"), "figure", group=str(year)) if is_whole else Column(str(year), "figure")]
    columns.append(Column(whole_head(scope.years), "figure"))

    def cells(name: str, key: str, spent: Any, held: Any) -> list[Cell]:
        row: list[Cell] = [name]
        for year in scope.years:
            if is_whole:
                row.append(amount(scope.key(f"available_{key}", year), held[year]))
            row.append(amount(scope.key(key, year), spent[year]))
        return [*row, amount(scope.key(key), sum(spent[year] for year in scope.years))]

    purses = purses_used(scope)
    rows = [cells(labels[Purse(purse)], f"purse_{purse}", own[purse], budget.loc[purse]) for purse in purses]
    available = budget.loc[purses]
    if Purse.CREDIT.value in purses:
        free = available.drop(Purse.CREDIT.value).sum()
        rows.insert(0, cells(_("Total without credit"), "without_credit", own["without_credit_vnd_million"], free))
    notes: list[str | Markup] = [assumed_note(scope)]
    if is_whole and scope.scenario.settings.money.carry_over:
        carried = [labels[purse] for purse in scope.scenario.settings.money.carry_over]
        notes.insert(0, _("Unspent money of these sources may be paid out in the next year: {names}.").format(
            names="; ".join(carried)
        ))  # fmt: skip
    notes += reserve_notes(scope.plan) if is_whole else []
    return html_table(
        columns,
        rows,
        caption=_("Money by source and year"),
        unit=_("Unit: million VND"),
        source=scope.source,
        stamps=scope.warnings,
        total=cells(_("Total"), "money", own["money_vnd_million"], available.sum()),
        notes=notes,
        is_numbered=False,
    )


def _nature(scope: Scope) -> Markup:
    own = scope.own
    rows: list[list[Cell]] = [
        [
            label,
            *(amount(scope.key(name, year), own.at[year, f"{name}_vnd_million"]) for year in scope.years),
            amount(scope.key(name), own[f"{name}_vnd_million"].sum()),
        ]
        for name, label in (("investment", _("Investment")), ("recurrent", _("Recurrent")))
    ]
    return html_table(
        [
            Column(_("Kind of money")),
            *(Column(str(year), "figure") for year in scope.years),
            Column(whole_head(scope.years), "figure"),
        ],
        rows,
        caption=_("Investment and recurrent money by year"),
        unit=_("Unit: million VND"),
        source=scope.source,
        stamps=scope.warnings,
        is_numbered=False,
    )


def _priced(scope: Scope) -> pd.DataFrame:
    """Return the sums of the scope at each estimate; NaN where one of its communes has a sum that is not known."""
    own = estimates(scope.plan).loc[pd.IndexSlice[:, scope.communes], :]
    groups = own.groupby(level="estimate")
    return groups.sum().mask(groups.count().lt(groups.size(), axis=0))


def _unpriced_note(scope: Scope) -> list[str]:
    """Say which works have no price at some estimate, because they cost nothing at the one planned with."""
    free = without_price(scope.plan)
    free = free[free["commune_code"].isin(scope.communes)]
    if free.empty:
        return []
    menu = load_measures(scope.project)
    names = "; ".join(formats.lowered(str(menu[name].label)) for name in dict.fromkeys(free["measure"]))
    text = _(
        "Not known: {names}. The norm planned with is 0 and another estimate is above 0, so that what these works would "
        "take there cannot be scaled from the plan."
    )
    return [text.format(names=names)]


def estimate_words(scope: Scope) -> Markup:
    """Say what the works of the plan would take at the low and the high unit costs."""
    money: dict[Any, float] = _priced(scope)["money"].to_dict()
    if any(pd.isna(money[name]) for name in ("low", "high")):
        return Markup("{}").format(
            _("What the same works would take at other unit costs is not known in full, see the table of estimates.")
        )
    text = _("The same works in the same years would take {low} at low unit costs and {high} at high ones.")
    shown = {name: billions(scope.key("estimate", name, "money"), money[name]) for name in ("low", "high")}
    return told(text, **shown)


def _estimates(scope: Scope) -> Markup:
    """Show what the same works would take at the low, middle and high unit costs."""
    table = _priced(scope)
    rows = {
        "investment": _("Investment"),
        "recurrent": _("Recurrent"),
        "without_credit": _("Total without credit"),
        "money": _("Total"),
    }

    def cells(name: str) -> list[Cell]:
        sums = table[name].to_dict()
        return [
            rows[name],
            *(
                _("Not enough data") if pd.isna(sums[item]) else amount(scope.key("estimate", item, name), sums[item])
                for item in ESTIMATES
            ),
        ]

    words = {"low": _("Low unit costs"), "middle": _("Middle unit costs"), "high": _("High unit costs")}
    planned = words[scope.scenario.settings.costs.estimate]
    return html_table(
        [Column(_("Kind of money")), *(Column(words[item], "figure") for item in ESTIMATES)],
        [cells(name) for name in rows if name != "money"],
        caption=_("Money of the plan at low, middle and high unit costs"),
        unit=_("Unit: million VND"),
        source=scope.source,
        stamps=scope.warnings,
        total=cells("money"),
        notes=[
            _("The same works in the same years; the plan counts with: {estimate}. At higher costs part of them must wait, see the chance of reaching the aims.").format(estimate=planned.lower()),
            _("Surveys, packages of titles and what keeps the standard have one estimate only."),
            *_unpriced_note(scope),
        ],
        is_numbered=False,
    )  # fmt: skip
