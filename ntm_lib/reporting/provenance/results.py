"""Lead figures of results to what stands behind them: communes, counts, criteria, requirements and their levels."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from ntm_lib.evaluation import GROUP_UNKNOWN, VERIFIED, group_labels
from ntm_lib.messages import _
from ntm_lib.reporting.provenance.selection import (
    How,
    Kind,
    Scope,
    Selection,
    resolves,
)
from ntm_lib.review import NotAssessedRule
from ntm_lib.verdicts import Verdict

YEAR = r"(?P<year>\d{4})"
ITEM = r"(?P<item>\d+(?:\.\d+)*(?:/[a-z_]+)?)"
CRITERION = r"(?P<criterion>\d+)"
GROUP = r"(?P<group>all|15_18|10_14|5_9|under_5|unknown)"
_VERDICTS = {
    "met": Verdict.MET,
    "met_count": Verdict.MET,
    "not_met": Verdict.NOT_MET,
    "unknown": Verdict.UNKNOWN,
    "not_applicable": Verdict.NOT_APPLICABLE,
}


def verdict_words() -> dict[str, str]:
    """Return what each count of communes by verdict counts."""
    met = _("Communes meeting criterion {criterion} at the end of {year}.")
    return {
        "met": met,
        "met_count": met,
        "not_met": _("Communes not meeting criterion {criterion} at the end of {year}."),
        "unknown": _("Communes without enough data on criterion {criterion} at the end of {year}."),
        "not_applicable": _("Communes in which criterion {criterion} is not assessed at the end of {year}."),
    }


def in_group(scope: Scope, group: str, year: int) -> Selection:
    """Return the communes of one of the planners' groups."""
    placed = scope.counts(year)["group"]
    words = _("Communes by number of criteria met, end of {year}: {group}.")
    if group == GROUP_UNKNOWN:
        words = _("Communes that cannot be placed in a group with the data of {year}: {group}.")
    meaning = words.format(year=year, group=group_labels()[group])
    return Selection(meaning, "counts", (year,), (), tuple(placed.index[placed == group]), "number")


def mean_of(scope: Scope, year: int, how: How = "mean") -> Selection:
    """Return the communes whose counts a mean was taken of: those that reported."""
    counts = scope.counts(year)
    meaning = _(
        "Mean number of criteria met by the communes with data, end of {year}; from those shown to be met to those that could be."
    ).format(year=year)
    return Selection(meaning, "counts", (year,), (), tuple(counts.index[counts["is_reported"]]), how)


def with_verdict(scope: Scope, criterion: str, name: str, year: int) -> Selection:
    """Return the communes with one verdict on a criterion."""
    verdicts = scope.ground.verdicts(year)[criterion].loc[scope.communes]
    meaning = verdict_words()[name].format(criterion=scope.criterion(criterion), year=year)
    return Selection(
        meaning, "criteria", (year,), (criterion,), tuple(verdicts.index[verdicts == _VERDICTS[name]]), "number"
    )


def counted_as_met(scope: Scope, criterion: str, year: int) -> Selection:
    """Return the communes whose criterion enters their count as met: not assessed as well, where the review says so."""
    verdicts = scope.ground.verdicts(year)[criterion].loc[scope.communes]
    counted = [Verdict.MET]
    if scope.territory.review.not_assessed is NotAssessedRule.COUNTS_AS_MET:
        counted.append(Verdict.NOT_APPLICABLE)
    meaning = _("Communes in which criterion {criterion} counts as met at the end of {year}.").format(
        criterion=scope.criterion(criterion), year=year
    )
    return Selection(
        meaning, "criteria", (year,), (criterion,), tuple(verdicts.index[verdicts.isin(counted)]), "number"
    )


def course(scope: Scope, meaning: str, criteria: tuple[str, ...] = (), years: tuple[int, ...] = ()) -> Selection:
    """Return verdicts on criteria over years, for a figure that was derived from them."""
    shown = criteria or tuple(scope.territory.shown(map(str, scope.territory.scores.criteria.columns)))
    return Selection(meaning, "criteria", years or scope.years, shown)


def of_group(scope: Scope, group: str, year: int) -> Selection:
    """Return the verdicts on the criteria of one group of the last year's set (``ii``), at the end of a year."""
    criteria = scope.territory.reported.rules[scope.last].criteria
    own = criteria.index[criteria["group"].str.lower() == group.lower()]
    shown = tuple(scope.territory.shown(map(str, own)))
    meaning = _("Criteria of group {group} met by each commune, end of {year}.").format(group=group.upper(), year=year)
    return course(scope, meaning, shown, (year,))


@resolves(r"in_programme", r"progress\.communes")
def _in_programme(_scope: Scope, _found: re.Match[str]) -> Selection:
    return Selection(_("Communes that the Programme covers."), "units", how="number")


@resolves(r"communes")
def _communes(scope: Scope, _found: re.Match[str]) -> Selection:
    every = tuple(scope.territory.communes.index)
    return Selection(_("Commune-level units, towns and wards included."), "units", communes=every, how="number")


@resolves(r"districts\.[a-z_]+")
def _districts(scope: Scope, _found: re.Match[str]) -> Selection:
    every = tuple(scope.territory.communes.index)
    return Selection(
        _("Districts and cities of the province, by kind; below: their communes."), "units", communes=every
    )


@resolves(rf"mean\.{YEAR}", rf"mean_low\.{YEAR}", rf"mean_high\.{YEAR}", rf"progress\.mean(?:_low)?\.{YEAR}")
def _mean(scope: Scope, found: re.Match[str]) -> Selection:
    return mean_of(scope, int(found["year"]))


@resolves(r"mean_gain", r"progress\.gain")
def _gain(scope: Scope, _found: re.Match[str]) -> Selection:
    meaning = _("Least rise of the mean number of criteria met, from {first} to {last}.").format(
        first=scope.first, last=scope.last
    )
    return Selection(meaning, "counts", (scope.first, scope.last))


@resolves(rf"group(?:_share)?\.{GROUP}\.{YEAR}", rf"progress\.groups?\.{GROUP}\.{YEAR}")
def _group(scope: Scope, found: re.Match[str]) -> Selection:
    return in_group(scope, found["group"], int(found["year"]))


@resolves(rf"progress\.few\.{YEAR}")
def _few(scope: Scope, found: re.Match[str]) -> Selection:
    return in_group(scope, "under_5", int(found["year"]))


@resolves(rf"reported\.{YEAR}", rf"progress\.base\.{YEAR}")
def _reported(scope: Scope, found: re.Match[str]) -> Selection:
    year = int(found["year"])
    counts = scope.counts(year)
    meaning = _("Communes with any data for {year}.").format(year=year)
    return Selection(meaning, "counts", (year,), (), tuple(counts.index[counts["is_reported"]]), "number")


@resolves(rf"criterion\.{CRITERION}\.(?P<name>met|met_count|not_met|unknown|not_applicable)\.{YEAR}")
def _criterion(scope: Scope, found: re.Match[str]) -> Selection:
    return with_verdict(scope, found["criterion"], found["name"], int(found["year"]))


@resolves(rf"criterion\.{CRITERION}\.(?P<name>met|not_met)")
def _criterion_now(scope: Scope, found: re.Match[str]) -> Selection:
    return with_verdict(scope, found["criterion"], found["name"], scope.last)


@resolves(rf"progress\.criterion_share\.{CRITERION}\.{YEAR}")
def _criterion_met(scope: Scope, found: re.Match[str]) -> Selection:
    meaning = _("Share of communes meeting criterion {criterion} at the end of {year}.")
    made = with_verdict(scope, found["criterion"], "met", int(found["year"]))
    return Selection(
        meaning.format(criterion=scope.criterion(found["criterion"]), year=found["year"]),
        "criteria", made.years, made.items,
    )  # fmt: skip


@resolves(rf"count\.{YEAR}", rf"count_words\.{YEAR}", rf"progress\.count\.{YEAR}")
def _count(scope: Scope, found: re.Match[str]) -> Selection:
    meaning = _("Criteria met by the commune at the end of {year}.").format(year=found["year"])
    return Selection(meaning, "counts", (int(found["year"]),), how="total" if scope.level == "commune" else "")


@resolves(rf"count_of\.{YEAR}")
def _count_of(_scope: Scope, found: re.Match[str]) -> Selection:
    meaning = _("Criteria that the commune's count is out of, {year}.").format(year=found["year"])
    return Selection(meaning, "counts", (int(found["year"]),))


@resolves(rf"(?P<gap>gap\.)?{ITEM}\.{YEAR}")
def _value(scope: Scope, found: re.Match[str]) -> Selection | None:
    if scope.level != "commune":
        return None
    year = int(found["year"])
    words = (
        _("Distance to the required level: {item}, {year}.") if found["gap"] else _("Value reported: {item}, {year}.")
    )
    meaning = words.format(item=scope.ground.requirement_words(found["item"], year), year=year)
    kind: Kind = "requirements"
    return Selection(meaning, kind, (year,), (found["item"],), how="gap" if found["gap"] else "value")


@resolves(rf"(?P<what>not_met|no_value|no_level)\.{ITEM}\.{YEAR}")
def _requirement(scope: Scope, found: re.Match[str]) -> Selection:
    year, item = int(found["year"]), found["item"]
    words = {
        "not_met": _("Communes that had not carried out the requirement by the end of {year}: {item}."),
        "no_value": _("Communes that did not report the requirement for {year}: {item}."),
        "no_level": _("Communes whose requirement has no known level, {year}: {item}."),
    }
    verdict = Verdict.NOT_MET if found["what"] == "not_met" else Verdict.UNKNOWN
    codes = _with_requirement(scope, item, year, lambda held: held == verdict)
    meaning = words[found["what"]].format(year=year, item=scope.ground.requirement_words(item, year))
    return Selection(meaning, "requirements", (year,), (item,), codes, "number")


def _with_requirement(
    scope: Scope, item: str, year: int, is_meant: Callable[[pd.Series], "pd.Series[bool]"]
) -> tuple[str, ...]:
    held = scope.ground.judged(year)[item]
    held = held[held.index.isin(scope.reporters)]
    return tuple(map(str, held.index[is_meant(held).to_numpy(np.bool_)]))


@resolves(rf"rests_on\.(?P<basis>verified|unverified|assumption)\.{YEAR}")
def _rests_on(scope: Scope, found: re.Match[str]) -> Selection:
    year = int(found["year"])
    about = scope.territory.reported.rules[year].requirements
    is_assumed, is_read = about["basis"] == "assumption", about["verified"].isin(VERIFIED)
    meant = {"assumption": is_assumed, "verified": ~is_assumed & is_read, "unverified": ~is_assumed & ~is_read}
    words = {
        "verified": _("Verdicts on requirements of {year} whose level was read in a source."),
        "unverified": _("Verdicts on requirements of {year} whose level was not checked against the signed text."),
        "assumption": _("Verdicts on requirements of {year} whose level is assumed."),
    }
    items = tuple(map(str, about.index[meant[found["basis"]]]))
    return Selection(words[found["basis"]].format(year=year), "requirements", (year,), items, how="decided")


@resolves(rf"verdicts\.[a-z]+\.[a-z0-9_-]+\.{ITEM}\.(?P<first>\d{{4}})(?:-(?P<last>\d{{4}}))?")
def _verdicts(scope: Scope, found: re.Match[str]) -> Selection:
    first, last = int(found["first"]), int(found["last"] or found["first"])
    meaning = _("Verdicts that rest on the level: {item}, {years}.").format(
        item=scope.ground.requirement_words(found["item"], first),
        years=str(first) if first == last else f"{first}-{last}",
    )
    return Selection(meaning, "requirements", tuple(range(first, last + 1)), (found["item"],), how="decided")


def requirement_of(scope: Scope, part: str) -> str | None:
    """Return the requirement that a part of a key names, ``17-1/clean`` or ``17.1/clean``."""
    return scope.ground.requirements.get(part.replace(".", "-"))
