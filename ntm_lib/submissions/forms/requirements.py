"""The columns of table B2: a requirement each, with unit, level required and clause; and what a level found."""

from dataclasses import replace
from functools import lru_cache

import pandas as pd

from ntm_lib.criteria import Law
from ntm_lib.criteria.describe import level_text
from ntm_lib.messages import language
from ntm_lib.submissions.forms.layout import FormColumn, Role, SheetForm
from ntm_lib.submissions.forms.words import finding_word, met_words
from ntm_lib.submissions.model import Level


@lru_cache(maxsize=64)
def requirement_columns(
    law: Law,
    set_id: str,
    years: tuple[int, ...],
    region: str,
    _language: str,
) -> tuple[FormColumn, ...]:
    """Return a column to each requirement of a set, with the levels of the years in a region; kept by language."""
    rules = {year: law.rules(law.sets[set_id], year, region).requirements for year in years}
    return tuple(
        _requirement(law, str(name), {year: frame.loc[name] for year, frame in rules.items()})
        for name in next(iter(rules.values())).index
    )


def _requirement(law: Law, name: str, rows: dict[int, pd.Series]) -> FormColumn:
    row = next(iter(rows.values()))
    quantity = law.registers.units[row["unit"]]
    is_yes_no = row["unit"] == "yes_no"
    label = row["label_vi"] if language() == "vi" else row["label_en"]
    citations = dict.fromkeys(str(row["citation"]) for row in rows.values())
    return FormColumn(
        name,
        Role.VALUE,
        f"{name.partition('/')[0]}. {label}",
        "yes_no" if is_yes_no else "number",
        unit=str(quantity.label),
        definition="; ".join(filter(None, citations)),
        rule=_rule(law, rows),
        words=met_words() if is_yes_no else {},
        min=quantity.min if quantity.min != float("-inf") else None,
        max=quantity.max if quantity.max != float("inf") else None,
        may_be_unassessed=bool(row["allows_not_assessed"]),
        is_percent=row["unit"] == "percent",
    )


def _rule(law: Law, rows: dict[int, pd.Series]) -> str:
    """Write the level required; one that differs from year to year with its years."""
    by_text: dict[str, list[int]] = {}
    for year, row in rows.items():
        by_text.setdefault(level_text(law, row), []).append(year)
    if len(by_text) == 1:
        return next(iter(by_text))
    return "; ".join(f"{', '.join(map(str, years))}: {text}" for text, years in by_text.items())


def finding_sheet(sheet: SheetForm, level: Level) -> SheetForm:
    """Return the sheet for what the sender's level found in the last year: met, not met or not assessed."""
    year = sheet.years[-1]
    columns = tuple(
        replace(column, type="yes_no", words=met_words(), unit="", min=None, max=None, is_percent=False)
        if column.role is Role.VALUE
        else column
        for column in sheet.columns
    )
    word = finding_word(level)
    return replace(
        sheet,
        name=f"{sheet.name.partition(' (')[0]} - {word} ({year})"[:31],
        title=f"{sheet.title} - {word}",
        columns=columns,
        lines=tuple(line for line in sheet.lines if line["year"] == year),
        years=(year,),
        is_finding=True,
    )
