"""What an aim is measured by: a value as an interval, how many communes it rests on, whether it is illustrative."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from ntm_lib.evaluation.aims.value import UNKNOWN_VALUE, Evidence, Value
from ntm_lib.evaluation.aims.volume_list import volume_label, volume_names, volume_unit
from ntm_lib.evaluation.aims.welfare import income, income_ratio, poverty, poverty_line, poverty_standards
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.status import cut_off, status_of
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.project import Project
from ntm_lib.verdicts import Verdict


@dataclass(frozen=True)
class Measure:
    """One kind of measure: its words and unit by its argument, its value, what the argument is, decimals printed."""

    label: Callable[[str], str]
    unit: Callable[[str], str]
    value: Callable[[Evidence, int, str], Value]
    argument: str = ""
    digits: int = 0


def measured(evidence: Evidence, name: str, year: int) -> Value:
    """Return the value of a measure (``communes_under:5``) at the end of a year of the period; unknown outside it."""
    kind, _colon, argument = name.partition(":")
    if kind not in MEASURES or year not in evidence.territory.years:
        return UNKNOWN_VALUE
    return MEASURES[kind].value(evidence, year, argument)


def measure_words(name: str) -> tuple[str, str, int]:
    """Return the words for a measure, its unit and the decimals it is printed with."""
    kind, _colon, argument = name.partition(":")
    measure = MEASURES[kind]
    return measure.label(argument), measure.unit(argument), measure.digits


def measure_fault(name: str, project: Project) -> str:
    """Say what is expected in the place of a measure's name, or nothing when it is one."""
    kind, _colon, argument = name.partition(":")
    if kind not in MEASURES:
        return nearest(kind, MEASURES)
    match MEASURES[kind].argument:
        case "number" | "year" if not argument.isdecimal():
            return f"{kind}:5" if MEASURES[kind].argument == "number" else f"{kind}:2015"
        case "standard" if argument not in poverty_standards(project):
            return nearest(argument, [f"{kind}:{name}" for name in poverty_standards(project)])
        case "volume" if argument not in (known := volume_names(project)):
            return nearest(f"{kind}:{argument}", [f"{kind}:{name}" for name in known])
        case "" if argument:
            return kind
    return ""


def _counts(evidence: Evidence, year: int) -> pd.DataFrame:
    counts = evidence.territory.of_year(evidence.territory.counts, year)
    return counts.loc[[evidence.commune]] if evidence.commune else counts


def _of_results(evidence: Evidence, year: int, low: float, high: float) -> Value:
    counts, territory = _counts(evidence, year), evidence.territory
    return Value(
        low,
        high,
        int(counts["is_reported"].sum()),
        len(counts),
        status_of(territory, year),
        territory.is_illustrative,
    )


def _average(evidence: Evidence, year: int, _argument: str) -> Value:
    counts = _counts(evidence, year)
    return _of_results(evidence, year, float(counts["low"].mean()), float(counts["high"].mean()))


def _under(evidence: Evidence, year: int, argument: str) -> Value:
    counts, floor = _counts(evidence, year), int(argument)
    return _of_results(evidence, year, int((counts["high"] < floor).sum()), int((counts["low"] < floor).sum()))


def _all_met(evidence: Evidence, year: int, _argument: str) -> Value:
    counts = _counts(evidence, year)
    low, high = (int((counts[end] >= counts["of"]).sum()) for end in ("low", "high"))
    return _of_results(evidence, year, low, high)


def _criterion(evidence: Evidence, year: int, argument: str) -> Value:
    verdicts = evidence.territory.of_year(evidence.territory.scores.criteria, year)
    if evidence.commune:
        verdicts = verdicts.loc[[evidence.commune]]
    if argument not in verdicts or argument in evidence.territory.withheld:
        return UNKNOWN_VALUE
    codes = verdicts[argument]
    low = int((codes == Verdict.MET).sum())
    return _of_results(evidence, year, low, low + int((codes == Verdict.UNKNOWN).sum()))


def _recognised(evidence: Evidence, year: int, _argument: str) -> Value:
    """Count decisions as published, on the units of their day; below the province those without a name may lie here."""
    territory = evidence.territory
    named = int((evidence.recognised["year"] <= year).sum())
    table = read_published(territory.project, "recognised_counts.csv", ["last_year", "not_named"])
    known = table["last_year"].astype(int) <= year
    if territory.review.as_of:  # a year's recognitions are decided in the January after it
        known &= table["last_year"].astype(int) < territory.review.as_of.year
    unnamed = int(table.loc[known, "not_named"].astype(int).sum())
    communes = 1 if evidence.commune else len(territory.in_programme)
    is_province = territory.unit.level == "province" and not evidence.commune
    low, high = (named + unnamed, named + unnamed) if is_province else (named, min(named + unnamed, communes))
    if year > cut_off(territory).year:
        return Value(low, math.nan, communes, communes, is_published=True)
    return Value(low, max(low, high), communes, communes, is_published=True)


def _recognised_share(evidence: Evidence, year: int, argument: str) -> Value:
    """Divide the decisions by the communes of the programme; on units of another day than the decisions' there is no share."""
    if evidence.territory.vintage.date != evidence.territory.results.unit_vintage:
        return UNKNOWN_VALUE
    count = _recognised(evidence, year, argument)
    factor = 100 / count.expected
    return Value(count.low * factor, count.high * factor, count.communes, count.expected, is_published=True)


def _volume(evidence: Evidence, year: int, argument: str) -> Value:
    found = evidence.volumes
    rows = found.by_year.xs(argument, level="volume")
    low, high, reported, expected = (float(rows[name][year]) for name in ("low", "high", "reported", "expected"))
    status = "estimate" if year in found.estimated_years else "actual"
    return Value(low, high, int(reported), int(expected), status, found.is_illustrative)


def _volume_share(evidence: Evidence, year: int, argument: str) -> Value:
    found = _volume(evidence, year, argument)
    whole = float(evidence.volumes.by_year.xs(argument, level="volume")["whole"][year])
    factor = 100 / whole if whole else math.nan
    return replace(found, low=found.low * factor, high=found.high * factor)


MEASURES: Mapping[str, Measure] = MappingProxyType({
    "recognised": Measure(lambda _a: _("Number of communes recognised as reaching NTM"), lambda _a: _("communes"), _recognised),
    "recognised_pct": Measure(lambda _a: _("Share of communes recognised as reaching NTM"), lambda _a: "%", _recognised_share, digits=1),
    "all_criteria": Measure(lambda _a: _("Communes meeting all criteria"), lambda _a: _("communes"), _all_met),
    "average_criteria": Measure(
        lambda _a: _("Average number of criteria met per commune"), lambda _a: _("criteria per commune"), _average, digits=2,
    ),
    "communes_under": Measure(
        lambda number: _("Communes meeting under {number} criteria").format(number=number), lambda _a: _("communes"), _under, "number",
    ),
    "criterion": Measure(
        lambda number: _("Communes meeting criterion {number}").format(number=number), lambda _a: _("communes"), _criterion, "number",
    ),
    "income": Measure(
        lambda _a: _("Income per head of the communes"), lambda _a: _("million VND a person and year"), income, digits=1,
    ),
    "income_ratio": Measure(
        lambda year: _("Income per head against {year}").format(year=year), lambda _a: _("times"), income_ratio, "year", digits=2,
    ),
    "poverty_pct": Measure(lambda standard: _("Poverty rate, {line}").format(line=poverty_line(standard)), lambda _a: "%", poverty, "standard", digits=2),
    "volume": Measure(volume_label, volume_unit, _volume, "volume", digits=1),
    "volume_pct": Measure(lambda name: _("Share: {label}").format(label=volume_label(name)), lambda _a: "%", _volume_share, "volume", digits=1),
})  # fmt: skip
"""The measures that an aim may name; ``communes_under:5`` gives one its argument."""
