"""Open the page of a plan: which scenario, by whom and why, by which law, and what it rests on."""

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.alternatives.asked import demands
from ntm_lib.planning.handdown.works import works
from ntm_lib.planning.later.follow_up import UNDER_WAY
from ntm_lib.planning.reasons.words import offer as offer_words
from ntm_lib.planning.scenario import BASE
from ntm_lib.planning.settings import Objective
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.display import declare, show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_notes import package_notes
from ntm_lib.reporting.plan_sections.basis import levels_table, money_shares, result_shares, start_shares
from ntm_lib.reporting.plan_sections.scope import Scope, billions, bullets, fold, met_at, names_apart, told, written
from ntm_lib.reporting.sections.common import decisions, paragraph
from ntm_lib.reporting.setting_words import setting_label, setting_value
from ntm_lib.reporting.tables import Column, html_table


def opening(scope: Scope) -> None:
    """Say what the page is about, declare its unit and warnings, and tell the main figures."""
    scenario = scope.scenario
    declare(
        unit_name=scope.unit.name,
        subtitle=_("Criteria set applied: {sets}").format(sets=decisions(scope.rules)),
        bands=[stamps.draft(), *scope.warnings],
    )
    about = paragraph(
        _(
            "This page shows the scenario {title} for {name} in {period}: which communes shall reach which criteria in "
            "which year, with what works and what money. Proposed by {author}, {date}. Reason: {reason}."
        ),
        title=Markup("<strong>{}</strong>").format(scope.study.title),
        name=Markup("<strong>{}</strong>").format(formats.in_sentence(scope.unit.name)),
        period=formats.period(scope.years[0], scope.years[-1]),
        author=scenario.author,
        date=formats.date(scenario.dated),
        reason=str(scenario.reason).rstrip("."),
    )
    horizon = scenario.settings.horizon
    law = paragraph(
        _(
            "Administrative units of {on}. It starts from the results of {start} and is judged by the law known on {known}: "
            "{sets}."
        ),
        on=formats.date(horizon.on),
        start=scope.results_year,
        known=formats.date(horizon.law_known_on),
        sets=decisions(scope.rules),
    )
    lead = Markup('<div class="lead">{}</div>').format(
        Markup().join([about, law, past(scope), _relaxed(scope), _aimless(scope)])
    )
    show(lead + _key_figures(scope) + _range(scope) + _rests_on(scope) + _changes(scope))


def past(scope: Scope) -> Markup:
    """Say what a plan made anew takes as done since the results it starts from; empty for a plan of all its years."""
    anew = scope.study.anew
    if anew is None:
        return Markup()
    own = anew.actual[anew.actual["commune_code"].isin(scope.communes)]
    done = int((own["state"] != UNDER_WAY).sum())
    text = _(
        "Planned anew from {year}. What was done before is fixed, by {source}: {done} criteria completed, {open} under way; "
        "criteria not reported count as not completed. Money of the years before is spent and not shown."
    )
    return Markup("<p>{}</p>").format(
        told(
            text,
            year=anew.from_year,
            source=anew.source or _("results handed in"),
            done=figure(scope.key("past_done"), done, "count"),
            open=figure(scope.key("past_open"), len(own) - done, "count"),
        )
    )


def _relaxed(scope: Scope) -> Markup:
    if not scope.study.is_relaxed:
        return Markup()
    text = _(
        "With the resources entered, these aims cannot be reached together. The plan below keeps every limit and comes "
        "nearest to the aims; the nearest scenarios stand under {place}."
    )
    if scope.study.is_one_aim:
        text = _(
            "With the resources entered, one aim of the scenario cannot be reached. The plan below keeps every limit and comes "
            "nearest to the aims; the nearest scenarios stand under {place}."
        )
    link = Markup('<a href="#nearest">{}</a>').format(_("Nearest scenarios"))
    less = Markup() if scope.study.taken is None else told(_(" What it asks less: {less}."), less=asked_less(scope))
    return Markup('<div class="failed"><strong>{}</strong></div>').format(told(text, place=link) + less)


def asked_less(scope: Scope) -> str:
    """Say what the plan shown asks less than the scenario; empty where it keeps every aim."""
    taken = scope.study.taken
    return "" if taken is None else offer_words(scope.plan.problem, taken, scope.words)


def aimless(scope: Scope) -> str:
    """Say that a plan of least money without any aim has nothing to do; empty for every other plan."""
    is_least = scope.scenario.settings.objective == Objective.LEAST_COST
    sought = {demand.kind for demand in demands(scope.plan.problem)} - {"keep", "fairness"}
    if not is_least or sought or scope.study.is_relaxed:
        return ""
    return _(
        "The scenario has no aim and seeks the least money, so that its plan only does what the limits demand. "
        "Set aims, or let it seek the most communes or criteria."
    )


def _aimless(scope: Scope) -> Markup:
    text = aimless(scope)
    return Markup('<div class="failed"><strong>{}</strong></div>').format(text) if text else Markup()


def _key_figures(scope: Scope) -> Markup:
    own, last = scope.own, scope.years[-1]
    first = scope.start_year
    end, start = own.loc[last], own.loc[first]
    money = own["money_vnd_million"].sum()
    whole = int(end["communes"])
    items = [
        (
            figure(scope.key("standard_share", last), int(end["standard"]), "share", whole=whole, noun=""),
            told(
                _("communes reaching the standard at the end of {year}; {then} at the start"),
                year=last,
                then=met_at(scope.key("standard", first), start),
            )
            + _perhaps(scope, end),
        ),
        (
            figure(scope.key("mean", last), end["mean_low"], "interval", high=end["mean_high"], digits=1),
            told(
                _("criteria per commune at the end of {year}; {then} at the start"),
                year=last,
                then=figure(scope.key("mean", first), start["mean_low"], "interval", high=start["mean_high"], digits=1),
            ),
        ),
        (
            billions(scope.key("money"), money),
            _("planned money {years}, all sources").format(years=formats.years(scope.years[0], last)),
        ),
    ]
    rows = [Markup("<li><strong>{}</strong> {}</li>").format(shown, words) for shown, words in items]
    return Markup('<ul class="key-figures">{}</ul>').format(Markup().join(rows))


def _range(scope: Scope) -> Markup:
    """Say under the main figures, which are those of the plan without any mishap, what comes with mishaps."""
    place = Markup('<a href="#chance">{}</a>').format(_("Chance of reaching the aims"))
    lead = _("These are the figures of the plan as it stands.")
    see = told(_("See {place}."), place=place)
    return Markup("<p>{} {}{} {}</p>").format(lead, range_words(scope), promise_words(scope), see)


def range_words(scope: Scope) -> Markup:
    """Say how many communes reach the standard when mishaps are counted."""
    text = _(
        "Carried out with what can go otherwise, {range} communes reach the standard by {year} in eight of ten draws."
    )
    return told(text, range=range_figure(scope), year=scope.years[-1])


def promise_words(scope: Scope) -> Markup:
    """Say how likely the number of communes that the scenario asks for is; empty on a district's page and without such an aim."""
    aims = scope.study.simulation.aims
    asked = aims[(aims["aim"] == "standard") & aims["chance"].notna()]
    if not scope.is_province or asked.empty:
        return Markup()
    row = asked.iloc[0]
    key = scope.key("chance", "standard", int(row["year"]))
    text = _(" The aim of the scenario, at least {asked} communes by {year}, is reached in {chance} of the draws.")
    return told(
        text,
        asked=figure(f"{key}.asked", float(row["asked"]), "number", digits=0),
        year=int(row["year"]),
        chance=figure(key, round(100 * float(row["chance"]), 6), "percent"),
    )


def range_figure(scope: Scope) -> Markup:
    """Print the range in which eight of ten draws bring communes to the standard by the end of the plan."""
    last, simulation = scope.years[-1], scope.study.simulation
    table = simulation.province if scope.is_province else simulation.districts.xs(scope.unit.code, level="district")
    low, high = table.loc[last, ["standard_low", "standard_high"]]
    return figure(scope.key("range_standard", last), low, "interval", high=high)


def _perhaps(scope: Scope, end: pd.Series) -> Markup:
    """Say how many more communes miss at the end only criteria whose state is not known; empty for none."""
    more = int(end["standard_high"] - end["standard"])
    text = _("; {more} more communes then miss only criteria whose state is not known")
    return told(text, more=figure(scope.key("standard_open"), more, "count")) if more else Markup()


def assumed_money(scope: Scope) -> tuple[float, float]:
    """Return the money that rests on assumed norms and all money of the scope (million VND).

    Packages, upkeep and what has no work of its own have no norm with a source, so they count as assumed.
    """
    held = works(scope.plan)
    held = held[held["commune_code"].isin(scope.communes)]
    total = float(scope.own["money_vnd_million"].sum())
    sourced = float(held.loc[held["basis"] != "assumed", "cost_vnd_million"].sum())
    return total - sourced, total


def assumed_note(scope: Scope) -> Markup:
    """Say under a table of money how much of it rests on assumed norms and budgets."""
    assumed, total = assumed_money(scope)
    share = 100 * assumed / total if total else float("nan")
    text = _(
        "{norms} of the planned money rests on assumed norms; {budget} of the money available is assumed, what the scenario adds included."
    )
    return told(text, norms=figure(scope.key("assumed_norms"), share, "percent"),
        budget=figure(scope.key_of("province", scope.plan.baseline.vintage.province.code, "assumed_budget"),
                      100 * scope.plan.budget.assumed_share, "percent"),
    )  # fmt: skip


def _rests_on(scope: Scope) -> Markup:
    """List what the page rests on: data, norms, budgets, levels."""
    baseline = scope.plan.baseline
    items = [Markup("{}").format(assumed_note(scope))]
    if baseline.is_mixed:
        items.insert(0, Markup("{}").format(_("Some of the results at the start are illustrative, not reported.")))
    elif baseline.is_illustrative:
        items.insert(0, Markup("{}").format(_("The results at the start are illustrative, not reported.")))
    items += [
        start_shares(scope),
        result_shares(scope),
        money_shares(scope),
        *map(Markup("{}").format, package_notes(scope.plan)),
    ]
    return Markup("<h3>{}</h3>").format(_("What this page rests on")) + bullets(items) + levels_table(scope)


def _changes(scope: Scope) -> Markup:
    """Say what the scenario changes of the base, block by block, with its reasons; the settings stand folded."""
    scenario = scope.scenario
    if scenario.id == BASE or not scenario.changes:
        return Markup()
    reasons = [
        Markup("{}").format(block.reason) for name, block in scenario.blocks.items() if name and str(block.reason)
    ]
    names = names_apart(scope)
    rows = [
        (
            setting_label(key, names),
            written(setting_value(key, before, names)),
            written(setting_value(key, after, names)),
        )
        for key, (before, after, _block) in sorted(scenario.changes.items())
    ]
    table = html_table(
        [Column(_("Setting")), Column(_("Base")), Column(_("This scenario"))],
        rows,
        caption=_("Settings that this scenario changes"),
    )
    title = Markup("<h3>{}</h3>").format(_("How it differs from the base"))
    return title + bullets(reasons) + fold(_("{count} settings").format(count=formats.number(len(rows))), table)
