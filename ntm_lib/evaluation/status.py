"""Say how certain the results are in time: the cut-off date, and which years are actual, estimated or planned."""

import datetime as dt

import pandas as pd

from ntm_lib.evaluation.once import once
from ntm_lib.evaluation.territory import Territory


@once
def cut_off(territory: Territory) -> dt.date:
    """Return the cut-off date of the review or, without one, the latest cut-off date of the results used."""
    if territory.review.as_of:
        return territory.review.as_of
    dates = [_used(territory, year, "as_of").max() for year in territory.years]
    known = [date.date() for date in dates if not pd.isna(date)]
    return max(known) if known else dt.date(territory.review.last_year, 12, 31)


def status_of(territory: Territory, year: int) -> str:
    """Return the least certain status of the territory's results of a year: actual, estimate or plan."""
    found = set(_used(territory, year, "status"))
    return next((name for name in ("plan", "estimate") if name in found), "actual")


def _used(territory: Territory, year: int, what: str) -> pd.Series:
    """Return one fact of the lines that the territory's verdicts of a year were made from."""
    held = getattr(territory.results, what)
    column: pd.Series = held.get(territory.reported.rules[year].set_id, next(iter(held.values())).iloc[:0])
    codes, years = (column.index.get_level_values(level) for level in ("commune_code", "year"))
    used: pd.Series = column[(years == year) & codes.isin(territory.parts["from_code"])]
    return used
