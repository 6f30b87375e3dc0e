"""Describe every column and item of the files that leave: label, unit, definition, what missing means, source."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ntm_lib import criteria
from ntm_lib.criteria.describe import level_text
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _, language
from ntm_lib.reporting.export.parts import Collected, Part
from ntm_lib.reporting.export.values import Handed
from ntm_lib.submissions.lines import items
from ntm_lib.tables import Column

COLUMNS = (
    "file",
    "column",
    "item",
    "set_id",
    "label_vi",
    "label_en",
    "type",
    "unit",
    "definition",
    "missing",
    "source",
)


def headings() -> dict[str, str]:
    """Return the words for the dictionary's own columns."""
    words = (
        _("File"), _("Column"), _("Item"), _("Set of criteria"), _("Label in Vietnamese"), _("Label in English"), _("Type"),
        _("Unit"), _("Definition"), _("What an empty cell means"), _("Source"),
    )  # fmt: skip
    return dict(zip(COLUMNS, words, strict=True))


def dictionary(collected: Collected) -> pd.DataFrame:
    """Return a line for each column of each file, then one for each item of the values."""
    rows: list[dict[str, str]] = []
    for part in collected.parts:
        source = _source(part)
        rows += [_column_row(part.name, column, "", source) for column in part.columns]
    for table in collected.handed:
        rows += [
            _column_row("tables", column, table.contract.id, table.contract.basis) for column in items(table.contract)
        ]
    if collected.part("results") is not None:
        rows += list(_requirement_rows(collected.territory))
    return pd.DataFrame(
        [{name: row.get(name, "") for name in COLUMNS} for row in rows], columns=list(COLUMNS), dtype="str"
    )


def handed_rows(table: Handed) -> dict[str, str]:
    """Return the heading of each column of a table as handed in, in the reader's language."""
    return {column.name: str(getattr(column.label, language())) for column in table.contract.columns}


def _column_row(file: str, column: Column, table: str, source: str) -> dict[str, str]:
    definition = column.definition_vi if language() == "vi" and column.definition_vi else column.definition
    return {
        "file": file,
        "column": "number, text" if table else column.name,
        "item": f"{table}: {column.name}" if table else "",
        "label_vi": column.label.vi,
        "label_en": column.label.en,
        "type": column.type,
        "unit": column.unit,
        "definition": definition,
        "missing": _missing(column),
        "source": source,
    }


def _missing(column: Column) -> str:
    return {
        "refused": _("never empty"),
        "not_reported": _("not reported; never zero"),
        "nothing_to_say": _("nothing to remark"),
        "not_applicable": _("does not apply"),
    }[column.missing]


def _source(part: Part) -> str:
    if part.name == "units":
        return _("register of units of the workbench (data/units)")
    if part.name in {"verdicts", "counts"}:
        return _("computed by the workbench from the results and the criteria set of the year")
    return _("tables handed in; each line names its file")


def _requirement_rows(territory: Territory) -> Iterator[dict[str, str]]:
    """Describe the requirements of every set that results were handed in by, with the levels of the years judged by it."""
    law = criteria.load(territory.project)
    region = next(iter(territory.reported.rules.values())).region
    for set_id, wide in territory.results.values.items():
        years = [year for year in wide.index.unique("year") if year in territory.years]
        rules = {year: law.rules(law.sets[set_id], year, region).requirements for year in years}
        if not rules:
            continue
        by_year: dict[int, dict[str, Any]] = {
            year: {
                str(name): {str(key): value for key, value in row.items()} for name, row in frame.T.to_dict().items()
            }
            for year, frame in rules.items()
        }
        for name, row in next(iter(by_year.values())).items():
            if row["criterion"] in territory.withheld:
                continue
            text = _levels({str(year): level_text(law, rows[name]) for year, rows in by_year.items()})
            yield {
                "file": "results",
                "column": "number",
                "item": str(name),
                "set_id": set_id,
                "label_vi": row["label_vi"],
                "label_en": row["label_en"],
                "type": "yes_no" if row["unit"] == "yes_no" else "number",
                "unit": str(law.registers.units[row["unit"]].label),
                "definition": _("Criterion {criterion}; required: {level}").format(
                    criterion=row["criterion"], level=text
                ),
                "missing": _("not reported; never zero"),
                "source": row["citation"],
            }


def _levels(by_year: dict[str, str]) -> str:
    """Write the level required; one that differs from year to year with its years."""
    years: dict[str, list[str]] = {}
    for year, level in by_year.items():
        years.setdefault(level, []).append(year)
    if len(years) == 1:
        return next(iter(years))
    return "; ".join(f"{', '.join(at)}: {level}" for level, at in years.items())
