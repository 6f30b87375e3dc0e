"""Show what recognition takes from a commune, what keeping the standard then costs, and where it would fall back without."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.needs.recognition import recognition_cost
from ntm_lib.planning.settings import Purse
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, amount, billions, fold, told, whole_head
from ntm_lib.reporting.plan_sections.targets import year_cell
from ntm_lib.reporting.tables import Cell, Column, html_table


def recognition(scope: Scope) -> Markup:
    """Show what recognition costs by year and source, and commune by commune on a district's page."""
    losses = _losses(scope)
    parts = [Markup("<p>{}</p>").format(recognition_words(scope)), _by_source(scope, _keeping(scope))]
    if not scope.is_province and len(losses):
        parts.append(fold(_("What each commune would lose by recognition"), _communes(scope, losses)))
    return Markup("<h3>{}</h3>").format(_("What recognition costs")) + Markup("\n").join(parts)


def recognition_words(scope: Scope) -> Markup:
    """Say what keeping the standard costs, and in how many communes the insured share falls back without that support."""
    rules, held = scope.scenario.settings.recognition, _keeping(scope)
    text = _(
        "A commune that is recognised becomes zone I and loses policies: free health insurance lapses {grace} year(s) after, "
        "and content {item} can fall back. Keeping it takes {money} of the budget in {period}, in {communes} communes."
    )
    lead = told(
        text,
        grace=rules.grace_years,
        item=rules.insured_requirement,
        money=billions(scope.key("keeping"), held["spent_vnd_million"].sum()),
        period=formats.period(scope.years[0], scope.years[-1]),
        communes=figure(scope.key("keeping_communes"), held["commune_code"].nunique(), "count"),
    )
    return Markup(" ").join(filter(None, [lead, _falls(scope, _losses(scope))]))


def _keeping(scope: Scope) -> pd.DataFrame:
    spending = scope.plan.spending
    return spending[(spending["kind"] == "keeping") & spending["commune_code"].isin(scope.communes)]


def _losses(scope: Scope) -> pd.DataFrame:
    """Return the communes that stand at the standard by the end of the plan, with what recognition takes from them."""
    place = pd.Series(scope.plan.solution.standard[scope.places], scope.communes)
    reached = place[place < len(scope.years)]
    return recognition_cost(scope.plan.baseline).loc[reached.index].assign(place=reached)


def _falls(scope: Scope, losses: pd.DataFrame) -> Markup:
    falls = losses["falls_below"]
    text = _(
        "Without that support content {item} would fall below its level in {falls} of the {communes} communes at the standard by {year}."
    )
    said = told(
        text,
        item=scope.scenario.settings.recognition.insured_requirement,
        falls=figure(scope.key("insured_falls"), int(falls.fillna(value=False).sum()), "count"),
        communes=figure(scope.key("insured_communes"), len(losses), "count"),
        year=scope.years[-1],
    )
    if unknown := int(falls.isna().sum()):
        more = _("In {count} of them the insured share is not known.")
        said = said + " " + told(more, count=figure(scope.key("insured_unknown"), unknown, "count"))
    return said if len(losses) else Markup()


def _by_source(scope: Scope, held: pd.DataFrame) -> Markup:
    labels = purse_labels()
    table: Any = held.pivot_table(index="purse", columns="year", values="spent_vnd_million", aggfunc="sum")
    table = table.reindex(columns=list(scope.years)).fillna(0.0)
    purses = [purse.value for purse in Purse if purse.value in table.index and table.loc[purse.value].sum() > 0]

    def cells(name: str, key: str, spent: Any) -> list[Cell]:
        years = [amount(scope.key(key, year), spent[year]) for year in scope.years]
        return [name, *years, amount(scope.key(key), spent.sum())]

    return html_table(
        [
            Column(_("Source")),
            *(Column(str(year), "figure") for year in scope.years),
            Column(whole_head(scope.years), "figure"),
        ],
        [cells(labels[Purse(name)], f"keeping_{name}", table.loc[name]) for name in purses],
        caption=_("Keeping the standard after recognition, by source"),
        unit=_("Unit: million VND"),
        source=scope.source,
        stamps=scope.warnings,
        total=cells(_("Total"), "keeping", table.sum()),
        notes=[_("Basis: {basis}.").format(basis=scope.scenario.settings.recognition.basis.rstrip("."))],
        is_numbered=False,
    )


def _communes(scope: Scope, losses: pd.DataFrame) -> Markup:
    purses = [name for name in losses.columns if name in {purse.value for purse in Purse}]
    zones = scope.plan.baseline.communes["zone"].astype("string").fillna("–").to_dict()

    def percent(code: str, name: str, value: float) -> Cell:
        return figure(scope.key_of("commune", code, name), value, "percent")

    rows: list[list[Cell]] = [
        [
            str(scope.names[code]),
            zones[code],
            year_cell(scope, code, int(row["place"]), "standard"),
            percent(code, "insured_before", row["insured_before_pct"]),
            percent(code, "insured_after", row["insured_after_pct"]),
            percent(code, "insured_level", row["level_pct"]),
            amount(scope.key_of("commune", code, "insured_cost"), sum(row[name] for name in purses)),
        ]
        for code, row in zip(losses.index.astype(str), losses.to_dict("records"), strict=True)
    ]
    item = scope.scenario.settings.recognition.insured_requirement
    return html_table(
        [
            Column(_("Commune")),
            Column(_("Zone"), "figure"),
            Column(_("Year planned"), "figure"),
            Column(_("Insured at recognition"), "figure", group=_("Content {item} (%)").format(item=item)),
            Column(_("After free cards lapse, without support"), "figure", group=_("Content {item} (%)").format(item=item)),
            Column(_("Required level"), "figure", group=_("Content {item} (%)").format(item=item)),
            Column(_("Support a year (million VND)"), "figure"),
        ],
        rows,
        caption=_("What each commune would lose by recognition"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _("Insured at recognition: the share reported for the start, at least the required level. Support at prices of the start year."),
            _("Other policies of zones II and III that lapse are not priced."),
        ],
    )  # fmt: skip
