"""Say in words which demands clash and what the nearest plans would take."""

import numpy as np
from markupsafe import Markup

from ntm_lib.explore.model import Answer
from ntm_lib.messages import _
from ntm_lib.planning.alternatives.asked import Demand
from ntm_lib.planning.alternatives.nearest import Lowered, Nearest, Offer
from ntm_lib.planning.problem import Problem
from ntm_lib.planning.reasons.clash_words import whatever_the_money
from ntm_lib.planning.reasons.words import Names
from ntm_lib.reporting import formats


def infeasible_box(answer: Answer) -> Markup:
    """Say that the demands cannot be met together, and what is shown instead."""
    shown = (
        _("With the money given no plan is possible at all; raise the money or leave communes out.")
        if answer.plan is None
        else _("Shown below: what the money allows when the aims, pinned communes and kept titles are set aside.")
    )
    title = (
        _("No plan that meets these aims together was found; that there is none is not certain.")
        if answer.is_unsure
        else _("With the resources entered these aims cannot be met together.")
    )
    return Markup("<div class='band' role='alert'>{}<br>{}</div>").format(title, shown)


def offers_list(found: Nearest, answer: Answer) -> Markup:
    """List the clashing demands and the nearest plans."""
    problem = answer.draft.problem
    held = answer.draft.baseline.vintage.frame["name"]
    names = dict(zip(map(str, held.index), map(str, held), strict=True))
    parts = []
    if found.clash:
        clash = Markup().join(Markup("<li>{}</li>").format(_demand(problem, demand, names)) for demand in found.clash)
        title = _("Cannot be met together:") if len(found.clash) > 1 else _("Cannot be met:")
        parts.append(Markup("<p>{}</p><ul>{}</ul>").format(title, clash))
    words = Names(names, names, {}, {}, lambda amount: formats.money(amount, "billion"), formats.number)
    parts += [Markup("<p>{}</p>").format(text) for text in whatever_the_money(problem, found, words)]
    if found.offers:
        lines = Markup().join(Markup("<li>{}</li>").format(_offer(problem, offer, names)) for offer in found.offers)
        parts.append(Markup("<p>{}</p><ol>{}</ol>").format(_("The nearest scenarios:"), lines))
    if not parts:
        return Markup("<p>{}</p>").format(_("No near scenario was found."))
    return Markup("<div class='ntm-offers'>{}</div>").format(Markup().join(parts))


def _demand(problem: Problem, demand: Demand, names: dict[str, str]) -> str:
    digits = 2 if demand.kind == "mean" else 0
    year = problem.years[int(demand.asked) if demand.kind == "pinned" else demand.year]
    code = str(problem.communes[demand.commune]) if demand.kind == "pinned" else ""
    return _demand_words()[demand.kind].format(
        count=formats.number(demand.asked, digits),
        share=formats.percent(100 * demand.asked),
        year=year,
        name=names.get(code, code),
    )


def _demand_words() -> dict[str, str]:
    by_year = _("{count} communes at the standard by {year}")
    return {
        "standard": by_year,
        "standard_by_year": by_year,
        "advanced": _("{count} advanced communes"),
        "model": _("{count} model communes"),
        "floor": _("at least {count} criteria in each commune"),
        "mean": _("{count} criteria per commune on average"),
        "districts": _("{count} districts at the standard"),
        "villages": _("{count} villages at the standard"),
        "villages_by_year": _("{count} villages at the standard by {year}"),
        "pinned": _("{name} reaches the standard by {year}"),
        "keep": _("{count} communes keep the title they hold"),
        "fairness": _("each district closes at least {share} of the average share of gaps"),
    }


def _offer(problem: Problem, offer: Offer, names: dict[str, str]) -> str:
    match offer.kind:
        case "money" | "money_in_year":
            years = [] if offer.money is None else _years(problem, offer)
            return _("add {amount} ({years})").format(
                amount=formats.money(offer.amount, "billion"), years="; ".join(years)
            )
        case "demand" | "demands":
            return "; ".join(_lowered(problem, lowered, names) for lowered in offer.lowered)
        case "later":
            return _("one year later")


def _years(problem: Problem, offer: Offer) -> list[str]:
    by_year = np.zeros(len(problem.years)) if offer.money is None else offer.money.sum(axis=0)
    return [
        f"{year}: {formats.money(amount, 'billion')}"
        for year, amount in zip(problem.years, by_year.tolist(), strict=True)
        if amount > 0
    ]


def _lowered(problem: Problem, lowered: Lowered, names: dict[str, str]) -> str:
    demand = _demand(problem, lowered.demand, names)
    if lowered.demand.kind == "pinned":
        if lowered.offered >= len(problem.years):
            return _("without: {demand}").format(demand=demand)
        return _("{demand} → {year}").format(demand=demand, year=problem.years[int(lowered.offered)])
    if lowered.offered <= 0 or lowered.demand.kind == "keep":
        return _("without: {demand}").format(demand=demand)
    digits = 2 if lowered.demand.kind in {"mean", "fairness"} else 0
    return _("{demand} → {level}").format(demand=demand, level=formats.number(lowered.offered, digits))
