"""A real district with invented values, judged anew."""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.evaluation import Territory, load_territory, territory
from ntm_lib.scoring import score

YEAR = 2020
SET = "qd-1980-2016"


@lru_cache(maxsize=4)
def _base(code: str, on: str, _project: str) -> Territory:
    return load_territory(code, on=on)


def passing(base: Territory, year: int = YEAR) -> pd.Series:
    """Return a value for each requirement of a year that just reaches its level."""
    return base.reported.rules[year].requirements["level"].astype(float)


def judged(base: Territory, values: Mapping[str, pd.DataFrame]) -> Territory:
    """Return the territory with other values, by set, judged by the same law and review."""
    results = replace(base.results, values={**base.results.values, **values})
    reporting = units.on(results.unit_vintage, base.project)
    scores = score(
        results,
        criteria.load(base.project),
        region=reporting.region,
        years=base.review.years,
        judged_by=base.review.judged_by,
        communes=reporting.communes.index[reporting.communes["is_in_programme"]],
    )
    return territory._within(base.project, base.review, base.unit, base.vintage, scores, results)


def district(
    changes: Mapping[tuple[int, int, str], float] | None = None, *, on: str = "2019-12-31", code: str = "052"
) -> Territory:
    """Return a district whose communes reach every level of the set of 2017-2020, but for the changes.

    ``changes``: value by (place of the reporting commune, year, requirement); NaN is not reported.
    """
    base = _base(code, on, os.environ["NTM_PROJECT"])
    values = base.results.values[SET].copy()
    parts = base.parts["from_code"].drop_duplicates().tolist()
    for year in values.index.unique("year"):
        if year in base.reported.rules and base.reported.rules[year].set_id == SET:
            rows = pd.MultiIndex.from_product([parts, [year]]).intersection(values.index)
            values.loc[rows, :] = np.tile(passing(base, year).reindex(values.columns), (len(rows), 1))
    for (place, year, requirement), value in (changes or {}).items():
        values.loc[(parts[place], year), requirement] = value
    return judged(base, {SET: values})
