"""What is watched after the standard was reached: income and poverty, within one way of measuring."""

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.errors import NtmError
from ntm_lib.evaluation.impact.handed_in import read_or_empty
from ntm_lib.evaluation.status import status_of
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _


def actual_years(territory: Territory) -> list[int]:
    """Return the years whose results are actual: an estimate or a plan proves no effect."""
    return [year for year in territory.years if status_of(territory, year) == "actual"]


def incomes(territory: Territory) -> pd.Series:
    """Return 100 times the logarithm of income per head by (commune_code, year): differences are near percent.

    Prices and growth that all communes of a comparison group share in a year cancel. Missing where nothing was
    reported, the income is zero, or two rows of one year contradict each other.
    """
    frame = _rows(territory, "b10")
    by_year = frame.groupby(["commune_code", "year"])["income_per_head_vnd_million"]
    income = by_year.first().where(by_year.min() == by_year.max())
    return pd.Series(100 * np.log(income.where(income > 0)), name="outcome")


def poverty(territory: Territory) -> dict[str, pd.Series]:
    """Return the poverty rate (percent) by (commune_code, year), one series for each standard: they are never chained.

    Without any row there is one empty series, under the empty standard.
    """
    frame = _rows(territory, "b10")
    counted = (
        100 * frame["poor_households"].astype("float64") / frame["households"].astype("float64").where(lambda n: n > 0)
    )
    frame = frame.assign(outcome=frame["poor_pct"].astype("float64").fillna(counted))
    by_standard = {
        str(standard): rows.set_index(["commune_code", "year"])["outcome"]
        for standard, rows in frame.groupby("poverty_standard")
    }
    return by_standard or {"": frame.set_index(["commune_code", "year"])["outcome"]}


def minority_share(territory: Territory) -> pd.Series:
    """Return the share of ethnic minorities by (commune_code, year): an outcome that the programme cannot change."""
    return _rows(territory, "b01").set_index(["commune_code", "year"])["ethnic_minority_pct"].astype("float64")


def money_per_head(territory: Territory, first_year: int, last_year: int) -> pd.Series:
    """Return the programme's budget money from ``first_year`` to ``last_year``, million VND a head of those years.

    State budget given to the programme itself, all tiers; not integrated programmes, credit or contributions. Missing
    unless every year was reported as a year of its own (sums over several years are not split).
    """
    frame = _rows(territory, "b06")
    is_year = (frame["period_from"].dt.year == frame["year"]) & (frame["period_to"].dt.year == frame["year"])
    frame = frame[is_year & frame["year"].between(first_year, last_year)]
    parts = ["central_investment", "central_recurrent", "provincial", "district", "commune"]
    money = frame[[f"{part}_vnd_million" for part in parts]].sum(axis=1, skipna=False)
    by_year = money.groupby([frame["commune_code"], frame["year"]]).sum(min_count=1).unstack("year")
    by_year = by_year.reindex(columns=range(first_year, last_year + 1))
    people = _rows(territory, "b01").set_index(["commune_code", "year"])["people"].astype("float64").unstack("year")
    heads = people.reindex(index=by_year.index, columns=by_year.columns).mean(axis=1)
    per_head: pd.Series = by_year.sum(axis=1, skipna=False) / heads
    return per_head


def comparison_groups(territory: Territory) -> pd.DataFrame:
    """Return by reporting commune with whom it may be compared: ``district``, ``zone`` (at the start), ``province``."""
    communes = territory.reported.criteria.index.unique("commune_code")
    parents = units.on(territory.results.unit_vintage, territory.project).frame["parent_code"]
    profile = _rows(territory, "b01").sort_values("year").drop_duplicates("commune_code").set_index("commune_code")
    return pd.DataFrame(
        {
            "district": parents.reindex(communes).to_numpy(),
            "zone": profile["zone"].reindex(communes).astype("object").to_numpy(),
            "province": "",
        },
        index=communes,
    )


def _rows(territory: Territory, table: str) -> pd.DataFrame:
    """Return the actual rows of a table for the reporting communes and the years under review."""
    read = read_or_empty(territory, table)
    if read.unit_vintage != territory.results.unit_vintage:
        raise NtmError(
            _(
                "{file}: its codes are of {found}, those of the results of {expected}; impact compares commune by commune."
            ).format(file=read.file, found=read.unit_vintage, expected=territory.results.unit_vintage)
        )
    frame = read.frame
    communes = territory.reported.criteria.index.unique("commune_code")
    wanted = frame["commune_code"].isin(communes) & frame["year"].isin(actual_years(territory))
    return frame[wanted & (frame["status"] == "actual")]
