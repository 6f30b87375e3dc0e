"""Tell in words which rule holds on a day: level, clause, how it is known, which set judges the year."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ntm_lib.criteria.audit import kind_of
from ntm_lib.criteria.law import Law, YearRules
from ntm_lib.criteria.levels import day, number
from ntm_lib.criteria.sets import CriteriaSet
from ntm_lib.errors import UsageError
from ntm_lib.messages import _, language
from ntm_lib.model_words import nearest


@dataclass(frozen=True)
class Description:
    """The rule on one day: ``in_force`` and ``judging`` are the sets (None: no set then), ``lines`` the
    text."""

    item: str
    date: dt.date
    region: str
    in_force: CriteriaSet | None
    judging: CriteriaSet | None
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def describe(
    law: Law,
    item: str,
    date: dt.date,
    *,
    region: str,
    variant: str = "commune",
    set_for_year: Mapping[int, str] | None = None,
) -> Description:
    """Describe a criterion ("17"), indicator ("17.1") or requirement ("17.1/clean") on ``date``.

    Where the set in force is not the one that judges the year-end, both are told; after the last year that any
    set was made to judge, that its levels may not hold any more. Raises UsageError when neither set has ``item``
    or there is no set at all.
    """
    in_force = _or_none(lambda: law.in_force(date, variant))
    judging = _or_none(lambda: law.set_for_year(date.year, variant, set_for_year))
    sets = [found for found in dict.fromkeys((in_force, judging)) if found]
    if not sets:
        law.in_force(date, variant)
    lines = [_headline(_("In force on {date}").format(date=day(date)), in_force)]
    lines.append(_headline(_("Judges the end of {year}").format(year=date.year), judging))
    if in_force and not judging and (outdated := _outdated(in_force, date.year)):
        lines.append(outdated)
    told = 0
    for criteria_set in sets:
        rules = law.rules(criteria_set, date.year, region)
        rows = select(rules, item)
        told += len(rows)
        if len(rows):
            lines += ["", *_section(law, criteria_set, rules, rows)]
    if not told:
        known = [key for found in sets for key in (*found.criteria, *found.requirements)]
        raise UsageError(
            _("'{item}' is not in {sets}. Expected: {known}.").format(
                item=item,
                sets=", ".join(found.id for found in sets),
                known=nearest(item, dict.fromkeys(known)),
            )
        )
    return Description(item, date, region, in_force, judging, tuple(lines))


def select(rules: YearRules, item: str) -> pd.DataFrame:
    """Return the requirements of a criterion, an indicator or a single requirement; empty when there is
    none."""
    frame = rules.requirements
    return frame[(frame["criterion"] == item) | (frame["indicator"] == item) | (frame.index == item)]


def level_text(law: Law, row: Mapping[str, Any] | pd.Series) -> str:
    """Write the level of one requirement: ``≥ 90%``, ``đạt``, or why there is no level."""
    match row["state"]:
        case "delegated":
            return _("set by the province, whose rule is not held")
        case "relative":
            return str(row["note"])
        case "unconfirmed":
            return _("only a weak recollection, not used")
        case "missing":
            return _("level not found")
    if row["sense"] == "yes":
        return _("met as described")
    sign = {"at_least": "≥", "at_most": "≤", "above": ">"}[row["sense"]]
    unit = str(law.registers.units[row["unit"]].label)
    return f"{sign} {number(row['level'])}{'' if unit == '%' else ' '}{unit}"


def verified_text(row: Mapping[str, Any] | pd.Series) -> str:
    """Write how the level of one requirement is known."""
    if kind_of(row) == "assumed":
        return _("assumed, not law")
    return {
        "planner": _("read in the signed text by a planner"),
        "read": _("read in the source named"),
        "partial": _("read in part"),
        "memory": _("from memory, not checked against the signed text"),
        "memory-low": _("a weak recollection"),
    }[row["verified"]]


def _headline(what: str, criteria_set: CriteriaSet | None) -> str:
    return f"{what}: {criteria_set.numbers if criteria_set else _('no set')}"


def _outdated(criteria_set: CriteriaSet, year: int) -> str:
    """Say that a set was made for years that are over; empty where it was not."""
    judged = criteria_set.decisions[-1].judges_years
    if not judged or year <= judged.last:
        return ""
    period = f"{judged.first}-{judged.last}" if judged.first < judged.last else str(judged.last)
    text = _("No criteria set for {year} is held here. What follows is the last one, made for {period}: it is not known to hold in {year}.")  # fmt: skip
    return text.format(year=year, period=period)


def _section(law: Law, criteria_set: CriteriaSet, rules: YearRules, rows: pd.DataFrame) -> list[str]:
    names = "label_vi" if language() == "vi" else "label_en"
    region = law.registers.regions[rules.region].label
    lines = [f"{criteria_set.numbers} - {region} - {rules.year}"]
    lines += [
        _("Criterion {id}. {name}").format(id=criterion, name=rules.criteria.loc[criterion, names])
        for criterion in rows["criterion"].unique()
    ]
    for key, row in rows.iterrows():
        lines += _requirement_lines(law, str(key), row, names)
    return lines


def _requirement_lines(law: Law, key: str, row: pd.Series, names: str) -> list[str]:
    lines = [f"  {key} {row[names]}: {level_text(law, row)}"]
    how = "" if row["state"] == "missing" else f" ({verified_text(row)})"
    lines.append(f"    {row['citation']}{how}")
    if row["basis"] != "law":
        lines.append(f"    {row['note']}")
    lines += [f"    {_source_text(law, source)}" for source in filter(None, row["sources"].split(", "))]
    if row["allows_not_assessed"]:
        rule = _("May be left unassessed: {clause}").format(clause=row["not_assessed_citation"])
        lines.append(f"    {rule}")
    return lines


def _source_text(law: Law, source: str) -> str:
    entry = law.registers.sources[source]
    return " ".join((entry.id, entry.title, *entry.urls))


def _or_none(find: Callable[[], CriteriaSet]) -> CriteriaSet | None:
    try:
        return find()
    except UsageError:
        return None
