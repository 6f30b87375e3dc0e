"""Say what stands in the way of aims that clash, and what the nearest plans reach; names and figures' form come from the caller."""

from collections.abc import Sequence

import numpy as np

from ntm_lib.messages import _
from ntm_lib.planning.alternatives.hindrance import Hindrance, Limit, Sooner
from ntm_lib.planning.alternatives.nearest import Nearest, Offer
from ntm_lib.planning.problem import Problem
from ntm_lib.planning.reasons.words import NAMED, Names, offer


def whatever_the_money(problem: Problem, found: Nearest, names: Names) -> list[str]:
    """Say that no sum of money would do and what stands in the way; nothing where a sum is offered."""
    if found.is_money_unknown:
        return [_("No sum of money was found that would be enough; that there is none is not proven.")]
    if found.hindrance is None:
        return []
    said = [_stands_in_the_way(found.hindrance).format(
        year=problem.years[-1], limits="; ".join(_limits()[limit] for limit in found.hindrance.limits)
    )]  # fmt: skip
    if found.hindrance.sooner:
        text = _sooner(found.hindrance)
        said.append(text.format(criteria=_criteria(problem, found.hindrance.sooner, names)))
    return said


def _stands_in_the_way(held: Hindrance) -> str:
    if not held.limits:
        return _(
            "Whatever money is added and whatever other limits are loosened, the aims cannot be reached by {year}: they ask for "
            "more than the communes and districts of the plan can give, or contradict each other."
        )
    if len(held.limits) == 1:
        return _(
            "Whatever money is added, the aims cannot be reached by {year}. What stands in the way: {limits}. Without this, and "
            "with enough money, they could be."
        )
    if held.is_each:
        return _(
            "Whatever money is added, the aims cannot be reached by {year}. What stands in the way: {limits}. Without any one of "
            "these, and with enough money, they could be."
        )
    return _(
        "Whatever money is added, the aims cannot be reached by {year}. What stands in the way: {limits}. Only without all of "
        "these, and with enough money, they could be."
    )


def _limits() -> dict[Limit, str]:
    return {
        "works": _("works a district can carry in a year"),
        "cap": _("money allotted to the commune"),
        "excluded": _("communes left out by the planner's choice"),
        "levels": _("years that must pass between the standard and the higher levels"),
        "order": _("works that must follow one another"),
        "time": _("criteria that no measure leads to in time"),
    }


def _sooner(held: Hindrance) -> str:
    if held.is_enough:
        return _(
            "With the resources entered, all aims could be reached if only {criteria} (what meeting it in time costs is not counted)."
        )
    if held.is_each:
        return _(
            "With enough money, all aims could be reached if only {criteria} (what meeting it in time costs is not counted)."
        )
    return _("Among these would have to come sooner: {criteria}.")


def _criteria(problem: Problem, sooner: Sequence[Sooner], names: Names) -> str:
    said = [
        _("{commune} met criterion {criterion} by {year}").format(
            commune=names.communes.get(code := str(problem.communes[item.commune]), code),
            criterion=_numbered(names, str(problem.criteria[item.criterion])),
            year=problem.years[item.year],
        )
        for item in sooner[:NAMED]
    ]
    if len(sooner) > NAMED:
        said.append(_("{count} more criteria were met sooner").format(count=names.number(len(sooner) - NAMED)))
    return "; ".join(said)


def _numbered(names: Names, criterion: str) -> str:
    """Write a criterion within a sentence: its number, then its name in brackets."""
    name = names.criteria.get(criterion, "").removeprefix(f"{criterion}. ")
    return f"{criterion} ({name})" if name else criterion


def nearest_plan(problem: Problem, found: Nearest, made: Offer, names: Names) -> str:
    """Say what a nearest plan takes; the one that is shown says so."""
    text = offer(problem, made, names)
    text = text[:1].upper() + text[1:]
    return _("{plan} (the plan shown)").format(plan=text) if made is found.taken else text


def nearest_plans(problem: Problem, found: Nearest, names: Names) -> list[str]:
    """Say of each nearest plan what it takes and what it reaches, numbered."""
    text = _("({number}) {plan}: {reached}")
    return [
        text.format(number=number, plan=nearest_plan(problem, found, made, names), reached=_reached(made, names))
        for number, made in enumerate(found.offers, start=1)
    ]


def _reached(made: Offer, names: Names) -> str:
    parts = [_("{count} communes meeting all criteria").format(count=names.number(made.standard))]
    if made.districts is not None:
        parts.append(_("{count} district units").format(count=names.number(made.districts)))
    parts.append(_("{count} criteria a commune on average").format(count=names.number(round(made.mean, 1))))
    return ", ".join(parts)


def nearest_notes(problem: Problem, found: Nearest, names: Names) -> list[str]:
    """Say how little the extra money is, and what money a year after the horizon is taken to have."""
    shares = [
        100 * (1 - made.at_least / made.amount)
        for made in found.offers
        if made.kind.startswith("money") and made.amount
    ]
    notes = []
    if shares:
        text = _("The money to be added is at most {share}% above the least that would do.")
        notes.append(text.format(share=names.number(float(np.ceil(10 * max(0.0, *shares)) / 10))))
    if any(made.kind == "later" for made in found.offers):
        text = _("The money of {year} is taken to be that of {before}.")
        notes.append(text.format(year=problem.years[-1] + 1, before=problem.years[-1]))
    return notes
