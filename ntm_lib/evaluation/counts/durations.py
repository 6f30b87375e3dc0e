"""Tell how long communes took to meet each criterion; those not yet there are censored, not left out.

The year in which a criterion was first met lies after the last year known not to be met before it, and not after the
first year known to be met: unknown years between them make it an interval. A commune that never met a criterion is
followed to its last known year. The median over communes is that of `waiting`, an estimator for such times.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.evaluation.counts.cube import Cube
from ntm_lib.evaluation.counts.waiting import OPEN, median
from ntm_lib.review import NotAssessedRule
from ntm_lib.verdicts import Verdict

_NEVER = -1


def first_met(cube: Cube) -> pd.DataFrame:
    """Return when each commune first met each criterion, index (commune_code, criterion).

    Columns (Int64): ``earliest`` and ``latest`` year of the first time, missing where it was never met; ``followed``:
    the last year known not to be met of those, missing where nothing at all is known, or where the criterion is never
    assessed in the commune and leaves the count.
    """
    earliest, latest, followed = _places(cube)
    index = pd.MultiIndex.from_product([cube.communes, cube.criteria], names=["commune_code", "criterion"])
    names = {"earliest": earliest, "latest": latest, "followed": followed}
    years = np.array([*cube.years, 0])
    table = pd.DataFrame({name: years[places].ravel() for name, places in names.items()}, index=index).astype("Int64")
    return table.mask(np.column_stack([places.ravel() for places in names.values()]) == _NEVER)


def time_to_criterion(cube: Cube) -> pd.DataFrame:
    """Return a row a criterion: how long communes took to meet it.

    Columns: ``communes`` with any data; ``at_start`` (known to be met in the first year); ``later`` (first met in a later
    year, or in one that is not known for certain); ``not_yet`` (never known to be met); ``without_data``;
    ``median_low``, ``median_high``: years from the first year until half of the communes had met it; NaN where fewer
    than half had by the last year.
    """
    earliest, latest, followed = _places(cube)
    has_met, has_data = latest != _NEVER, (latest != _NEVER) | (followed != _NEVER)
    table = pd.DataFrame(
        {
            "communes": has_data.sum(axis=0),
            "at_start": (latest == 0).sum(axis=0),
            "later": (latest > 0).sum(axis=0),
            "not_yet": (has_data & ~has_met).sum(axis=0),
            "without_data": (~has_data).sum(axis=0),
        },
        index=cube.criteria.rename("criterion"),
    )
    left, right = np.where(has_met, earliest, followed + 1), np.where(has_met, latest, OPEN)
    medians = [median(left[known, place], right[known, place]) for place, known in enumerate(has_data.T)]
    table[["median_low", "median_high"]] = np.array(medians, dtype=float).reshape(-1, 2)
    return table


def _places(cube: Cube) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of the earliest and latest first year and of the last year followed: (commune, criterion)."""
    met = cube.is_met
    not_met = cube.verdicts == Verdict.NOT_MET
    if cube.not_assessed is NotAssessedRule.LEFT_OUT:
        # a criterion that is only sometimes not assessed is not met in those years
        not_met |= (cube.verdicts == Verdict.NOT_APPLICABLE) & (cube.verdicts != Verdict.NOT_APPLICABLE).any(
            axis=1, keepdims=True
        )
    has_met = met.any(axis=1)
    latest = np.where(has_met, met.argmax(axis=1), _NEVER)
    steps = np.arange(met.shape[1])[None, :, None]
    before = not_met & (steps < np.where(has_met, latest, met.shape[1])[:, None, :])
    last_without = np.where(before, steps, _NEVER).max(axis=1)
    return np.where(has_met, last_without + 1, _NEVER), latest, np.where(has_met, _NEVER, last_without)
