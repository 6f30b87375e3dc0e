"""The keys that stand side by side in the list; each is shown, none is hidden in a sum."""

import numpy as np
import pandas as pd

from ntm_lib.evaluation.commendation.conditions import gained, recognised_years, reported_counts
from ntm_lib.evaluation.commendation.rules import Phase
from ntm_lib.evaluation.impact.handed_in import read_or_empty
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict

KEYS = ("gained", "kept", "income_growth", "poverty_cut", "contribution", "satisfaction", "zone", "border")
"""All are better when larger; ``zone`` and ``border`` stand for a harder start, not for a merit of its own."""
_ZONES = {"I": 1, "II": 2, "III": 3}


def keys(territory: Territory, phase: Phase, known: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of each reporting commune, each as two columns ``<key>`` and ``<key>_high``.

    Both are missing where unknown; they differ only for ``gained``, where missing values leave an interval.
    gained: criteria gained over the period; kept: criteria met in the year of recognition and still met in the last
    year, percent; income_growth: percent over the period; poverty_cut: points within the one standard of the phase's
    end; contribution: million VND a household in the phase; satisfaction: percent; zone: 1-3; border: 1 or 0.
    """
    gain = gained(territory, reported_counts(territory))
    start = _start(territory)
    table = pd.DataFrame(
        {
            "gained": gain["low"],
            "kept": _kept(territory),
            "income_growth": _income_growth(territory),
            "poverty_cut": _poverty_cut(territory),
            "contribution": _contribution(territory, phase),
            "satisfaction": known["satisfaction_pct"],
            "zone": start["zone"].map(_ZONES),
            "border": start["is_border"],
        }
    )
    table = table.astype("float64").reindex(known.index)[list(KEYS)]
    high = table.assign(gained=gain["high"].astype("float64").reindex(known.index)).add_suffix("_high")
    return table.join(high)


def _start(territory: Territory) -> pd.DataFrame:
    profile = read_or_empty(territory, "b01").frame
    return profile.sort_values("year").drop_duplicates("commune_code").set_index("commune_code")


def _kept(territory: Territory) -> pd.Series:
    """Return the share of criteria met in the year of recognition that are met in the last year; unknown ones leave it open."""
    years = recognised_years(territory)
    criteria = territory.reported.criteria
    wanted = pd.MultiIndex.from_arrays([years.index, years], names=criteria.index.names)
    then = criteria.reindex(wanted, fill_value=Verdict.UNKNOWN).droplevel("year")
    now = criteria.xs(territory.review.last_year, level="year").reindex(years.index)
    was_met = then == Verdict.MET
    share = 100 * (was_met & (now == Verdict.MET)).sum(axis=1) / was_met.sum(axis=1).where(lambda number: number > 0)
    is_open = (was_met & ~now.isin([Verdict.MET, Verdict.NOT_MET])).any(axis=1)
    return share.mask(is_open)


def _income_growth(territory: Territory) -> pd.Series:
    frame = _living(territory)
    by_year = frame.groupby(["commune_code", "year"])["income_per_head_vnd_million"]
    income = by_year.first().where(by_year.min() == by_year.max()).astype("float64").unstack("year")
    first, last = (_year(income, year) for year in (territory.review.first_year, territory.review.last_year))
    return 100 * (last / first.where(first > 0) - 1)


def _poverty_cut(territory: Territory) -> pd.Series:
    """Return the fall of the poverty rate from the first to the last year of the standard that the last year is counted by."""
    frame = _living(territory)
    standards = frame.loc[frame["year"] == territory.review.last_year, "poverty_standard"].unique()
    if len(standards) != 1:
        return pd.Series(dtype="float64")
    rates = frame[frame["poverty_standard"] == standards[0]]
    rate = rates.set_index(["commune_code", "year"])["poor_pct"].astype("float64").unstack("year")
    cut: pd.Series = rate[min(rate.columns)] - rate[territory.review.last_year]
    return cut


def _living(territory: Territory) -> pd.DataFrame:
    frame = read_or_empty(territory, "b10").frame
    return frame[
        (frame["status"] != "plan") & frame["year"].between(territory.review.first_year, territory.review.last_year)
    ]


def _contribution(territory: Territory, phase: Phase) -> pd.Series:
    """Return what people gave, cash and kind, in the years of the phase, a household; missing when a year is."""
    frame = read_or_empty(territory, "b06").frame
    years = range(phase.first_year, min(phase.last_year, territory.review.last_year) + 1)
    is_year = (frame["period_from"].dt.year == frame["year"]) & (frame["period_to"].dt.year == frame["year"])
    frame = frame[is_year & frame["year"].isin(years) & (frame["status"] != "plan")]
    given = frame[["people_cash_vnd_million", "people_in_kind_vnd_million"]].astype("float64").sum(axis=1, skipna=False)
    by_year = (
        given.groupby([frame["commune_code"], frame["year"]]).sum(min_count=1).unstack("year").reindex(columns=years)
    )
    profile = read_or_empty(territory, "b01").frame
    households = profile[profile["year"].isin(years)].groupby("commune_code")["households"].mean().astype("float64")
    per_household: pd.Series = by_year.sum(axis=1, skipna=False) / households.where(households > 0)
    return per_household


def _year(table: pd.DataFrame, year: int) -> pd.Series:
    return table[year] if year in table.columns else pd.Series(np.nan, index=table.index)
