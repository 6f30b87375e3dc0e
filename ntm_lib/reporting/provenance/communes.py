"""Lead the figures of a commune's own papers to what stands behind them: values, what is missing, costs by the norms."""

import re
from functools import lru_cache

from ntm_lib.messages import _
from ntm_lib.planning.means.measures import Measure, Measures, load_measures
from ntm_lib.planning.needs.indicative import usual_measure
from ntm_lib.reporting.provenance.results import ITEM, YEAR
from ntm_lib.reporting.provenance.selection import How, Scope, Selection, resolves
from ntm_lib.verdicts import Verdict


@resolves(rf"(?P<what>value|missing)\.{ITEM}\.{YEAR}")
def _value(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    item, year = found["item"], int(found["year"])
    words = {
        "value": _("Value reported: {item}, {year}."),
        "missing": _(
            "What is missing to meet the requirement, {year}: {item}. The distance to the required level, in pieces where "
            "the tables tell what the share is a share of."
        ),
    }
    hows: dict[str, How] = {"value": "range", "missing": ""}
    meaning = words[found["what"]].format(item=scope.ground.requirement_words(item, year), year=year)
    short = _short(scope, item, year)
    return Selection(
        meaning, "requirements", (year,), (item,), tuple(short or scope.reporters), hows[found["what"]]
    )  # fmt: skip


def _short(scope: Scope, item: str, year: int) -> list[str]:
    """Return the communes that reported for this one and do not meet a requirement."""
    return [code for code in scope.reporters if scope.ground.verdict(year, item, code) == Verdict.NOT_MET]


@resolves(rf"cost\.{ITEM}\.{YEAR}")
def _cost(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    item, year = found["item"], int(found["year"])
    meaning = _("Indicative cost of what is missing, at low and high norms, prices of the year named: {item}.")
    return Selection(
        meaning.format(item=scope.ground.requirement_words(item, year)), "norms", (year,), _measures(scope, year, [item])
    )  # fmt: skip


@resolves(rf"cost_(?P<what>once|yearly)\.{YEAR}")
def _sum_of_costs(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    year = int(found["year"])
    criteria = scope.ground.criteria(year)
    own = scope.ground.verdicts_of(year, scope.code)
    wanted = [
        item
        for item, criterion in criteria.items()
        if own.get(criterion) in {Verdict.NOT_MET, Verdict.UNKNOWN} and _short(scope, item, year)
    ]
    names = _measures(scope, year, wanted, is_yearly=found["what"] == "yearly")
    words = {
        "once": _("Indicative cost of all that is missing and is paid once, at low and high norms."),
        "yearly": _("Indicative cost of all that is missing and is paid each year, at low and high norms."),
    }
    return Selection(words[found["what"]], "norms", (year,), names)


def _measures(scope: Scope, year: int, requirements: list[str], *, is_yearly: bool | None = None) -> tuple[str, ...]:
    """Return the usual measures against requirements; ``is_yearly`` keeps those that are, or are not, paid each year."""
    menu = load_measures(scope.territory.project)
    set_id = scope.territory.reported.rules[year].set_id
    found = [_usual(menu, set_id, name) for name in requirements]
    return tuple(
        dict.fromkeys(str(item.id) for item in found if item and (is_yearly is None or item.is_effort == is_yearly))
    )


@lru_cache(maxsize=512)
def _usual(menu: Measures, set_id: str, requirement: str) -> Measure | None:
    return usual_measure(menu, set_id, requirement)


@resolves(rf"(?P<what>waiting|without_norm)\.{YEAR}(?:\.\d+)?")
def _counted(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    year = int(found["year"])
    words = {
        "waiting": _("Works that wait for this one, among what the commune is missing; the order stands in the menu of measures."),
        "without_norm": _("Requirements that are missing and whose cost cannot be told: no norm, no volume, or not known whether work is needed."),
    }  # fmt: skip
    return Selection(words[found["what"]], "counts", (year,))
