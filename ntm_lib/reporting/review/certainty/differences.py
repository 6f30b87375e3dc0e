"""Where commune, district and province do not say the same: the sheet for the meeting, by the department that answers for it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib import criteria
from ntm_lib.evaluation import cut_off
from ntm_lib.evaluation.certainty.differences import LEVELS, differences
from ntm_lib.evaluation.shortfalls.bodies import body_of, lead_bodies
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import fig
from ntm_lib.reporting.office.workbook import write_workbook
from ntm_lib.reporting.palette import verdict_label
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.shortfalls.facts import body_note
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.submissions.levels import level_words
from ntm_lib.submissions.model import Level
from ntm_lib.verdicts import Verdict


def differences_of(subject: Subject) -> pd.DataFrame:
    """Return the differences that concern the subject, with ``body``, the department that leads on the requirement."""
    territory = subject.territory
    table = differences(territory)
    if subject.commune:
        table = table[table["to_code"] == subject.commune].reset_index(drop=True)
    bodies = lead_bodies(territory.project)
    pairs = zip(table["criterion"], table["indicator"], strict=True)
    return table.assign(
        body=[body_of(bodies, str(item), str(indicator)) or _("Not assigned") for item, indicator in pairs]
    )


def differences_sheet(subject: Subject) -> Sheet:
    """List every requirement on which the levels differ: what each says, and whose word counts."""
    table = differences_of(subject).sort_values(
        ["body", "criterion_place", "place", "year", "commune_code"], ignore_index=True
    )
    registers = criteria.load(subject.territory.project).registers.units
    words = level_words()
    said = {level: _said(table, level, {name: str(item.label) for name, item in registers.items()}) for level in LEVELS}
    frame = table.assign(
        what=_requirement(table),
        counts=table["counts"].map(words),
        key=table["commune_code"] + "-" + table["year"].astype("str") + "-" + table["requirement"],
        **{f"{level}_said": texts for level, texts in said.items()},
    )
    columns = [
        Column("body", _("Department responsible"), width=24),
        Column("what", _("Requirement"), width=34),
        Column("name", _("Commune"), width=18),
        Column("year", _("Year"), "year", width=8),
        *(Column(f"{level}_said", words[level], width=20) for level in LEVELS if level in _reporting_levels(subject)),
        Column("counts", _("Whose word counts"), width=20),
        Column("verdict", _("Result that counts"), "verdict", width=14),
    ]
    return Sheet(
        name=_("Differences"),
        title=_("Requirements on which commune, district and province differ, {unit}").format(unit=subject.name),
        columns=columns,
        frame=frame,
        unit=_("Unit: as each requirement says"),
        source=_source(subject),
        notes=[*_notes(), body_note(subject.territory.project)],
        stamps=subject.internal_stamps,
        row_key="key",
        empty=_("No differences among what was handed in."),
    )


def differences_by_body(subject: Subject) -> Sheet:
    """Count the differences by department: how many turn the verdict, how many stand on a finding against the value."""
    table = differences_of(subject)
    turns = table.assign(turns=_turns(table))
    counts = turns.groupby("body", sort=True).agg(
        requirements=("requirement", "nunique"), communes=("commune_code", "nunique"), items=("requirement", "size"),
        turns=("turns", "sum"),
    )  # fmt: skip
    columns = [
        Column("body", _("Department responsible"), width=34),
        Column("requirements", _("Requirements"), "count"),
        Column("communes", _("Communes"), "count"),
        Column("items", _("Differences"), "count"),
        Column("turns", _("Of these, met by one and not met by another"), "count", width=18),
    ]
    return Sheet(
        name=_("Differences by department"),
        title=_("Differences by the department responsible, {unit}").format(unit=subject.name),
        columns=columns,
        frame=counts.reset_index().assign(place=range(1, len(counts) + 1)),
        unit=_("Unit: a requirement of a commune in a year"),
        source=_source(subject),
        notes=[body_note(subject.territory.project)],
        stamps=subject.internal_stamps,
        row_key="place",
        empty=_("No differences among what was handed in."),
    )


def difference_sentences(subject: Subject) -> list[Sentence]:
    """Say how many requirements are still to be agreed on; nothing where there is no difference."""
    table = differences_of(subject)
    if table.empty:
        return []
    turns = _turns(table)
    values = {
        "items": fig(subject.key("differences", "items"), len(table), "count"),
        "communes": fig(subject.key("differences", "communes"), int(table["commune_code"].nunique()), "count"),
        "bodies": fig(subject.key("differences", "bodies"), int(table["body"].nunique()), "count"),
    }
    text = _(
        "Commune, district and province still differ on {items} items in {communes} communes, of {bodies} departments."
    )
    said = [sentence(text, **values)]
    if turns.any():
        turned = fig(subject.key("differences", "turned"), int(turns.sum()), "count")
        text = _(
            "On {count} of these, one level finds the requirement met and another not met; the word of the highest level counts."
        )
        said.append(sentence(text, count=turned))
    return said


def write_differences(path: Path, subject: Subject) -> Path:
    """Write the sheets for the meeting as a workbook."""
    about = [
        (_("Unit"), subject.unit.name),
        (_("Data as of"), formats.date(cut_off(subject.territory))),
        (_("Whose word counts"), _notes()[0]),
    ]
    sheets = [differences_sheet(subject), differences_by_body(subject)]
    return write_workbook(path, sheets, title=sheets[0].title, about=about)


def _turns(table: pd.DataFrame) -> pd.Series:
    """Tell where one level finds met and another not met."""
    verdicts = table[[f"{level}_verdict" for level in LEVELS]]
    return (verdicts == Verdict.MET).any(axis=1) & (verdicts == Verdict.NOT_MET).any(axis=1)


def _requirement(table: pd.DataFrame) -> pd.Series:
    return table["requirement"].str.split("/").str[0] + ". " + table[f"label_{language()}"]


def _said(table: pd.DataFrame, level: str, units: dict[str, str]) -> list[str]:
    """Write what a level says: its value with its unit, and the verdict."""
    rows: Any = zip(table[level], table[f"{level}_verdict"], table["unit"], strict=True)
    return [_words(value, verdict, unit, units) for value, verdict, unit in rows]


def _words(value: float, verdict: Any, unit: str, units: dict[str, str]) -> str:
    if pd.isna(verdict):
        return ""
    label = verdict_label(Verdict(int(verdict)))
    if pd.isna(value) or np.isinf(value) or unit == "yes_no":
        return label
    return _("{value} {unit} ({verdict})").format(value=formats.number(value, 1), unit=units[unit], verdict=label)


def _reporting_levels(subject: Subject) -> tuple[str, ...]:
    """Return the levels that there are: since 7/2025 there is no district."""
    has_district = not subject.territory.vintage.districts.empty
    return tuple(level for level in LEVELS if has_district or level != Level.DISTRICT.value)


def _source(subject: Subject) -> str:
    return _("Source: reports of communes, districts and the province (Table 02); data as of {date}").format(
        date=formats.date(cut_off(subject.territory))
    )


def _notes() -> list[str]:
    return [
        _("The word of the highest level counts: the province's appraisal, then the district's verification, then the commune's own assessment."),
        _("A finding “met” or “not met” decides over a value, also where the value alone would be judged otherwise."),
    ]  # fmt: skip


CONTENTS = Contents(
    sentences={"differences": difference_sentences},
    tables={"differences": differences_sheet, "differences_by_body": differences_by_body},
    internal=frozenset({"differences", "differences_by_body"}),
)
