"""Checks of results by requirement against the law: levels as written, assessments, values just above the level."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom, false_discovery_control

from ntm_lib.criteria.levels import number
from ntm_lib.criteria.model import Sense
from ntm_lib.messages import _
from ntm_lib.submissions.checks.filing import Filing, shown
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.lines import ASPECT, FOUND, Floats, Lines, true_at
from ntm_lib.submissions.checks.rule import Rule
from ntm_lib.submissions.lines import RESULTS
from ntm_lib.submissions.model import Weight


def required_level(filing: Filing) -> Iterator[Hit]:
    """Find levels written in the file that are not those the workbench holds."""
    for lines in filing.lines(RESULTS):
        for item, requirement in _aspects(lines, "required_level"):
            level = levels(filing, lines, [requirement])[:, 0]
            for line in true_at(np.abs(level - lines.number(item)) > 1e-9):
                expected = _("{level} ({citation})").format(
                    level=number(level[line]), citation=_citation(filing, lines, line, requirement)
                )
                action = _(
                    "Compare with the decision of the year and region; the workbench judges by the level it holds."
                )
                yield filing.hit(lines, line, item, expected, action)


def assessed(filing: Filing) -> Iterator[Hit]:
    """Find assessments (met or not) that the value reached, of the same unit and year, and the level contradict."""
    for found in filing.lines(FOUND):
        for lines in filing.lines(RESULTS):
            if lines.set_id == found.set_id:
                yield from _contradicted(filing, found, lines)


def _contradicted(filing: Filing, found: Lines, lines: Lines) -> Iterator[Hit]:
    keys = ["unit_code", "year"]
    latest = lines.heads.sort_values("as_of_date", kind="stable").drop_duplicates(keys, keep="last")
    place = pd.MultiIndex.from_frame(latest[keys]).get_indexer(pd.MultiIndex.from_frame(found.heads[keys]))
    own = latest.index.to_numpy()[place]
    for item in found.items:
        if not item.type or item.name not in lines.column:
            continue
        value = np.where(place >= 0, lines.number(item.name)[own], np.nan)
        level = levels(filing, found, [item.name])[:, 0]
        met, said = _met(value, level, _sense(filing, lines, item.name)), found.number(item.name)
        for line in true_at(np.isfinite(met) & np.isfinite(said) & (met != said)):
            expected = _("{verdict}: value {value}, level {level} ({citation})").format(
                verdict=_("met") if met[line] == 1 else _("not met yet"),
                value=shown(lines, int(own[line]), item.name),
                level=number(level[line]),
                citation=_citation(filing, found, line, item.name),
            )
            head = found.heads.iloc[line]
            told = _("{unit}, {year}, {item}: {verdict}").format(
                unit=filing.name(head["unit_code"]),
                year=int(head["year"]),
                item=item.label,
                verdict=_("met") if said[line] == 1 else _("not met yet"),
            )
            action = _("Check value and assessment; both are kept as they stand.")
            yield filing.hit(found, line, item.name, expected, action, found=told)


def _aspects(lines: Lines, aspect: str) -> Iterator[tuple[str, str]]:
    """Yield the items that say this of a requirement, with the requirement."""
    for item in lines.items:
        requirement, _mark, name = item.name.partition(ASPECT)
        if item.type and name == aspect:
            yield item.name, requirement


def levels(filing: Filing, lines: Lines, requirements: Sequence[str]) -> Floats:
    """Return the level of each requirement for the year of each line; NaN where no usable one is held."""
    years, place = np.unique(lines.years, return_inverse=True)
    held = [filing.levels(lines.set_id, int(year)) for year in years]
    table = np.full((len(years), len(requirements)), np.nan)
    for row, frame in enumerate(held):
        if frame is not None:
            table[row] = frame["level"].reindex(list(requirements)).to_numpy(float)
    return table[place]


def _citation(filing: Filing, lines: Lines, line: int, requirement: str) -> str:
    held = filing.levels(lines.set_id, int(lines.years[line]))
    return "" if held is None else str(held.at[requirement, "citation"])


def _sense(filing: Filing, lines: Lines, requirement: str) -> Sense:
    return filing.law.sets[lines.set_id].requirements[requirement].demand.sense


def _met(value: Floats, level: Floats, sense: Sense) -> Floats:
    """Return 1 met, 0 not met, NaN not known."""
    with np.errstate(invalid="ignore"):
        met = {
            Sense.AT_LEAST: value >= level,
            Sense.YES: value >= level,
            Sense.AT_MOST: value <= level,
            Sense.ABOVE: value > level,
        }[sense]
    return np.where(np.isfinite(value) & np.isfinite(level), met, np.nan)


def heaping(filing: Filing) -> Iterator[Hit]:
    """Find requirements for which far more communes stand just past the level than just short of it."""
    rules = filing.rules.near_level
    cases = [case for lines in filing.lines(RESULTS) for case in _near(filing, lines)]
    if not cases:
        return
    adjusted = false_discovery_control([binom.sf(case.passing - 1, case.count, 0.5) for case in cases])
    for case, chance in zip(cases, adjusted, strict=True):
        if chance <= rules.false_discovery:
            text = _("{year}, {item}: of {count} communes close to the level, {passing} stand just past it")
            told = text.format(
                year=int(case.lines.years[case.line]),
                item=case.lines.items[case.lines.column[case.item]].label,
                count=case.count,
                passing=case.passing,
            )
            expected = _("about as many on either side of the level")
            action = _("Look at the papers of these communes; real effort stops at a level too.")
            yield filing.hit(case.lines, case.line, case.item, expected, action, found=told)


@dataclass(frozen=True, eq=False)
class _Case:
    """A level of a year with enough communes close to it."""

    lines: Lines
    line: int
    item: str
    passing: int
    count: int


def _near(filing: Filing, lines: Lines) -> Iterator[_Case]:
    rules = filing.rules.near_level
    names, margin = _margins(filing, lines)
    window = np.array([rules.window.get(lines.items[lines.column[name]].unit, np.nan) for name in names])
    with np.errstate(invalid="ignore"):
        passing, failing = (margin >= 0) & (margin < window), (margin < 0) & (margin >= -window)
    for year in np.unique(lines.years):
        here = (lines.years == year)[:, None]
        passed, count = (passing & here).sum(axis=0), ((passing | failing) & here).sum(axis=0)
        for place in true_at(count >= rules.least):
            line = int(np.flatnonzero(((passing | failing) & here)[:, place])[0])
            yield _Case(lines, line, names[place], int(passed[place]), int(count[place]))


def exactly_at_level(filing: Filing) -> Iterator[Hit]:
    """Find communes whose values of a year are, for many requirements, exactly the level."""
    rules = filing.rules.near_level
    for lines in filing.lines(RESULTS):
        _names, margin = _margins(filing, lines)
        known, exact = np.isfinite(margin).sum(axis=1), (margin == 0).sum(axis=1)
        for line in true_at((exact >= rules.exactly_least) & (exact >= rules.exactly_share * known)):
            head = lines.heads.iloc[line]
            text = _("{unit}, {year}: {exact} of {known} values are exactly the required level")
            told = text.format(
                unit=filing.name(head["unit_code"]),
                year=int(head["year"]),
                exact=int(exact[line]),
                known=int(known[line]),
            )
            expected, action = (
                _("values as they were measured"),
                _("Check that results were written, not required levels."),
            )
            yield filing.hit(lines, line, "", expected, action, found=told)


def _margins(filing: Filing, lines: Lines) -> tuple[list[str], Floats]:
    """Return the measured requirements and how far their values lie past the level, lines by requirements.

    NaN also where value or level is an end of the range, which says "all" or "none" and is no measurement.
    """
    measured = [item for item in lines.items if item.type == "number" and ASPECT not in item.name]
    names = [item.name for item in measured]
    if not names:
        return [], np.full((len(lines), 0), np.nan)
    value = lines.numbers[:, [lines.column[name] for name in names]]
    level = levels(filing, lines, names)
    sign = np.array([-1.0 if _sense(filing, lines, name) is Sense.AT_MOST else 1.0 for name in names])
    ends = np.array([[np.nan if end is None else end for end in (item.min, item.max)] for item in measured])
    at_end = np.logical_or.reduce([(value == end) | (level == end) for end in ends.T])
    return names, np.where(at_end, np.nan, sign * (value - level))


RULES = (
    Rule("required_level", Weight.DOUBTFUL, "the level as the reporter wrote it", "a result measured against another level is no result", "contract b02; data/criteria", required_level),
    Rule("assessed", Weight.DOUBTFUL, "self-assessment, verification and appraisal beside value and level", "self-review was sketchy in many communes", "central inspection 2011-2013, as read in the portal", assessed),
    Rule("heaping", Weight.NOTE, "communes just past and just short of each level", "values may be pushed over a level", "as the evaluation's heaping; parameters/submissions/checks.yaml: near_level", heaping),
    Rule("exactly_at_level", Weight.NOTE, "values equal to the level", "levels are copied into the column of results", "parameters/submissions/checks.yaml: near_level", exactly_at_level),
)  # fmt: skip
