"""Lead the figures of a commune's own papers to what stands behind them: values, what is missing, costs by the norms."""

import re
from functools import lru_cache
from typing import Any

import pandas as pd

from ntm_lib import tables
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.once import once
from ntm_lib.evaluation.shortfalls.amounts import last_years
from ntm_lib.evaluation.shortfalls.commune import PROFILE
from ntm_lib.messages import _, language
from ntm_lib.planning.means.measures import Measure, Measures, load_measures
from ntm_lib.planning.needs.indicative import costed_shortfalls, usual_measure
from ntm_lib.reporting.provenance.contents import lines
from ntm_lib.reporting.provenance.results import ITEM, YEAR, course
from ntm_lib.reporting.provenance.selection import How, Scope, Selection, resolves
from ntm_lib.verdicts import Verdict


@resolves(rf"(?P<what>value|reached|missing)\.{ITEM}\.{YEAR}")
def _value(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    item, year = found["item"], int(found["year"])
    reported = _("Value reported: {item}, {year}.")
    words = {
        "value": reported,
        "reached": reported,
        "missing": _(
            "What is missing to meet the requirement, {year}: {item}. The distance to the required level, in pieces where "
            "the tables tell what the share is a share of."
        ),
    }
    hows: dict[str, How] = {"value": "range", "reached": "range", "missing": ""}
    meaning = words[found["what"]].format(item=scope.ground.requirement_words(item, year), year=year)
    short = [] if found["what"] == "reached" else _short(scope, item, year)
    communes = tuple(short or scope.reporters)
    return Selection(meaning, "requirements", (year,), (item,), communes, hows[found["what"]])


def _short(scope: Scope, item: str, year: int) -> list[str]:
    """Return the communes that reported for this one and do not meet a requirement."""
    return [code for code in scope.reporters if scope.ground.verdict(year, item, code) == Verdict.NOT_MET]


@resolves(rf"parts_(?P<what>not_met|unknown|all)\.{ITEM}\.{YEAR}")
def _parts(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    item, year = found["item"], int(found["year"])
    words = {
        "not_met": _("Former communes that do not meet the requirement, {year}: {item}."),
        "unknown": _("Former communes for which it cannot be told, {year}: {item}."),
        "all": _("Former communes that the commune was formed from, {year}: {item}."),
    }
    meant = {"not_met": {Verdict.NOT_MET}, "unknown": {Verdict.UNKNOWN}, "all": set(Verdict)}[found["what"]]
    own = tuple(code for code in scope.reporters if scope.ground.verdict(year, item, code) in meant)
    meaning = words[found["what"]].format(item=scope.ground.requirement_words(item, year), year=year)
    return Selection(meaning, "requirements", (year,), (item,), own, "number")


@resolves(rf"cost\.{ITEM}\.{YEAR}")
def _cost(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    item, year = found["item"], int(found["year"])
    meaning = _("Indicative cost of what is missing, at low and high norms, prices of the year named: {item}.")
    set_id = scope.territory.reported.rules[year].set_id
    measure = _usual(load_measures(scope.territory.project), set_id, item)
    names = (str(measure.id),) if measure else ()
    return Selection(meaning.format(item=scope.ground.requirement_words(item, year)), "norms", (year,), names)


@lru_cache(maxsize=512)
def _usual(menu: Measures, set_id: str, requirement: str) -> Measure | None:
    return usual_measure(menu, set_id, requirement)


@resolves(rf"cost_(?P<what>once|yearly|told|assumed|untold)\.{YEAR}")
def _costs(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    year, what = int(found["year"]), found["what"]
    rows = _costed(scope.territory, year, scope.code)
    is_told = rows["low_vnd_million"].notna()
    chosen = {
        "once": is_told & ~rows["is_yearly"],
        "yearly": is_told & rows["is_yearly"],
        "told": is_told,
        "assumed": is_told & rows["is_assumed_norm"],
        "untold": ~is_told,
    }
    words = {
        "once": _("Indicative cost of all that is missing and is paid once, at low and high norms."),
        "yearly": _("Indicative cost of all that is missing and is paid each year, at low and high norms."),
        "told": _("Amounts of the indicative cost, one for each requirement that is missing and has a norm and a volume."),
        "assumed": _("Amounts of the indicative cost whose norm is assumed."),
        "untold": _("Requirements that are missing and whose cost cannot be told: no norm, no volume, or not known whether work is needed."),
    }  # fmt: skip
    rows = rows[chosen[what]]
    if what == "untold":
        return Selection(words[what], "requirements", (year,), tuple(dict.fromkeys(rows["requirement"])))
    return Selection(words[what], "norms", (year,), tuple(dict.fromkeys(rows["measure"])))


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


@resolves(rf"profile\.(?P<name>{'|'.join(PROFILE)})\.{YEAR}")
def _profile(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    territory, column, year = scope.territory, PROFILE[found["name"]], int(found["year"])
    label = tables.contract("b01", territory.project).column(column).label
    parts = territory.parts[territory.parts["to_code"] == scope.code]
    meaning = _("{label}: the last figure that was reported in table B1 up to {year}.")
    is_whole = bool((parts["people_share"] == 1).all())
    if not is_whole:
        meaning += " " + _("Of a commune that was divided, its share counts.")
    last = _last_years(territory, year, column)
    told = [last[code] for code in parts["from_code"] if code in last]
    years = tuple(sorted(set(told))) or (year,)
    how: How = "sum" if is_whole and len(years) == 1 and len(told) == len(parts) else ""
    meaning = meaning.format(label=label.vi if language() == "vi" else label.en, year=year)
    return lines(scope, meaning, "b01", (column,), years, how)


@once
def _made(_territory: Territory) -> dict[tuple[object, ...], Any]:
    return {}


def _last_years(territory: Territory, year: int, column: str) -> dict[str, int]:
    """Return the year of the last figure of table B1 up to a year, by commune that reported; made once a territory."""
    held = _made(territory)
    if (column, year) not in held:
        held[column, year] = {str(code): int(last) for code, last in last_years(territory, year, "b01", column).items()}
    found: dict[str, int] = held[column, year]
    return found


def _costed(territory: Territory, year: int, code: str) -> pd.DataFrame:
    """Return the shortfalls of one commune with their costs."""
    held, every = _made(territory), costed_shortfalls(territory, year)
    if (year,) not in held:
        held[year,] = {str(name): rows for name, rows in every.groupby("commune_code", sort=False)}
    rows: pd.DataFrame = held[year,].get(code, every.iloc[:0])
    return rows


@resolves(rf"(?:group|group_of)\.(?P<group>[a-z0-9_-]+)\.{YEAR}")
def _group(scope: Scope, found: re.Match[str]) -> Selection | None:
    year = int(found["year"])
    of = scope.territory.reported.rules[year].criteria["group"]
    own = tuple(scope.territory.shown(map(str, of.index[of.str.lower() == found["group"]])))
    meaning = _("Criteria of group {group} met by each commune, end of {year}.").format(
        group=found["group"].upper(), year=year
    )
    return course(scope, meaning, own, (year,)) if scope.level == "commune" and own else None


@resolves(rf"to_keep\.{YEAR}")
def _to_keep(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    year = int(found["year"])
    held = scope.ground.verdicts_of(year, scope.code)
    met = tuple(name for name in scope.territory.shown(held) if held[name] == Verdict.MET)
    return course(scope, _("Criteria met by the commune at the end of {year}.").format(year=year), met, (year,))
