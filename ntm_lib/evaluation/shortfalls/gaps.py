"""List what is missing: the distance to the level, and what is not known."""

import numpy as np
import pandas as pd

from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.verdicts import Verdict

MISSING_VALUE = "value"
MISSING_LEVEL = "level"


def distances(territory: Territory, year: int) -> pd.DataFrame:
    """List every requirement not met in a year, with its distance to the level.

    Columns: commune_code (as reported), name, short_name, new_name, criterion, indicator, requirement, label_vi, label_en, unit,
    sense, value, level, gap (level minus value for floors, value minus level for ceilings, always >= 0; NaN for
    yes/no requirements), order of the documents.
    """
    cells = _cells(territory, year, Verdict.NOT_MET)
    floor = cells["sense"].isin(["at_least", "above"])
    gap = (cells["level"] - cells["value"]).where(floor, cells["value"] - cells["level"])
    return cells.assign(gap=gap.where(cells["sense"] != "yes"))


def unknowns(territory: Territory, year: int) -> pd.DataFrame:
    """List every requirement without a verdict in a year; ``reason`` says whether value or level is missing."""
    cells = _cells(territory, year, Verdict.UNKNOWN)
    return cells.assign(reason=np.where(cells["level"].isna(), MISSING_LEVEL, MISSING_VALUE))


def _cells(territory: Territory, year: int, verdict: Verdict) -> pd.DataFrame:
    """Return one row for each commune and requirement that has this verdict."""
    rules = territory.reported.rules[year]
    verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
    values = rows_of_year(territory.results.values[rules.set_id], year)
    values = values.reindex(index=verdicts.index, columns=verdicts.columns)
    columns, rows = np.nonzero(verdicts.T.to_numpy() == verdict)
    cells = pd.DataFrame(
        {
            "commune_code": verdicts.index[rows],
            "requirement": verdicts.columns[columns],
            "value": values.to_numpy(float)[rows, columns],
        }
    )
    about = rules.requirements[
        [
            "criterion",
            "indicator",
            "label_vi",
            "label_en",
            "unit",
            "sense",
            "level",
            "state",
            "basis",
            "verified",
            "note",
        ]
    ]
    cells = cells.join(about, on="requirement")
    names = territory.parts.groupby("from_code").agg(
        name=("name", "first"), short_name=("short_name", "first"), new_name=("new_name", tuple)
    )
    return cells.join(names, on="commune_code")
