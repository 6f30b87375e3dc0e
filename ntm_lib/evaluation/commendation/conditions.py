"""Judge the conditions of commendation commune by commune; what nobody stated stays unknown."""

import numpy as np
import pandas as pd

from ntm_lib import submissions
from ntm_lib.evaluation.commendation.rules import Phase
from ntm_lib.evaluation.commendation.settings import CommendationSettings
from ntm_lib.evaluation.impact.handed_in import read_or_empty
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.territory import Territory
from ntm_lib.scoring import count
from ntm_lib.verdicts import Verdict


def reported_counts(territory: Territory) -> pd.DataFrame:
    """Count the criteria of each reporting commune and year, on the communes as they reported."""
    return count(territory.reported.criteria, territory.review.not_assessed)


def conditions(territory: Territory, phase: Phase, known: pd.DataFrame, settings: CommendationSettings) -> pd.DataFrame:
    """Return a verdict for each reporting commune and condition on communes; columns: the names of conditions.

    ``known``: what the office stated (`handed_in`).
    """
    counts = reported_counts(territory)
    recognised = _recognised(territory, phase, counts)
    table = {
        "recognised_in_phase": recognised,
        "model_title": _model(territory, phase, recognised),
        "especially_difficult": _flag(_profile(territory, phase.last_year)["is_especially_difficult"]),
        "great_effort": _effort(gained(territory, counts), settings.effort_criteria_gained),
        "not_rewarded_before": _flag(1 - known["is_rewarded_before"]),
        "no_arrears": _no_arrears(territory, known.index),
        "no_discipline": _flag(1 - known["is_disciplined"]),
        "dossier_complete": _flag(known["is_dossier_complete"]),
    }
    return pd.DataFrame({name: verdicts.reindex(known.index, fill_value=np.int8(Verdict.UNKNOWN))
                         for name, verdicts in table.items()})  # fmt: skip


def gained(territory: Territory, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the criteria gained over the period by commune: least and most that the missing values allow.

    The years are judged by the set of each year: a stricter set hides part of what was done.
    """
    first, last = (counts.xs(year, level="year") for year in (territory.review.first_year, territory.review.last_year))
    return pd.DataFrame({"low": last["low"] - first["high"], "high": last["high"] - first["low"]})


def recognised_years(territory: Territory) -> pd.Series:
    """Return the year for which each named commune was recognised, by the register (B5)."""
    register = submissions.read_table("b05", territory.project, territory.review.as_of).frame
    years = register[register["title"] == "ntm"].groupby("commune_code")["year"].min()
    wanted = territory.reported.criteria.index.unique("commune_code")
    return years[years.index.isin(wanted)]


def unnamed_in_phase(territory: Territory, phase: Phase) -> tuple[int, int]:
    """Return the least and the greatest number of communes of the province recognised in the phase without a name found."""
    table = read_published(territory.project, "recognised_counts.csv", ["first_year", "last_year", "not_named"])
    table = table[["first_year", "last_year", "not_named"]].astype(int)
    if territory.review.as_of:  # a year's recognitions are decided in the January after it
        table = table[table["last_year"] < territory.review.as_of.year]
    inside = (table["first_year"] >= phase.first_year) & (table["last_year"] <= phase.last_year)
    touches = (table["last_year"] >= phase.first_year) & (table["first_year"] <= phase.last_year)
    return int(table.loc[inside, "not_named"].sum()), int(table.loc[touches, "not_named"].sum())


def _recognised(territory: Territory, phase: Phase, counts: pd.DataFrame) -> pd.Series:
    """Recognised in the phase: by the register; unknown for a commune that may be among those not named.

    Recognition asks for all criteria: a commune that surely missed one in every year of the phase was not recognised.
    """
    years = recognised_years(territory).reindex(counts.index.unique("commune_code"))
    year = counts.index.get_level_values("year")
    in_phase = counts[(year >= phase.first_year) & (year <= phase.last_year)]
    never = (in_phase["high"] < in_phase["of"]).groupby("commune_code").all().reindex(years.index, fill_value=False)
    nobody_unnamed = unnamed_in_phase(territory, phase)[1] == 0
    return _choose(
        years.between(phase.first_year, phase.last_year).fillna(value=False),
        never | (years < phase.first_year).fillna(value=False) | (years.isna() & nobody_unnamed),
    )


def _model(territory: Territory, phase: Phase, recognised: pd.Series) -> pd.Series:
    """Model title: by the register; no list of model communes is complete, so a recognised one stays unknown."""
    register = submissions.read_table("b05", territory.project, territory.review.as_of).frame
    held = register[(register["title"] == "model") & register["year"].between(phase.first_year, phase.last_year)]
    has_title = pd.Series(recognised.index.isin(held["commune_code"]), index=recognised.index)
    return _choose(has_title, (recognised == Verdict.NOT_MET) & ~has_title)


def _profile(territory: Territory, year: int) -> pd.DataFrame:
    """Return the communes' profile (B1) of the last year up to ``year``."""
    profile = read_or_empty(territory, "b01").frame
    profile = profile[profile["year"] <= year].sort_values("year")
    return profile.drop_duplicates("commune_code", keep="last").set_index("commune_code")


def _effort(gain: pd.DataFrame, least: int) -> pd.Series:
    return _choose(gain["low"] >= least, gain["high"] < least)


def _no_arrears(territory: Territory, communes: pd.Index) -> pd.Series:
    """No arrears at the last year by B7: a commune without a row there has stated nothing."""
    frame = read_or_empty(territory, "b07").frame
    owed = frame[frame["year"] == territory.review.last_year].groupby("commune_code")["owed_vnd_million"]
    table = pd.DataFrame({"owed": owed.sum(), "is_whole": owed.count() == owed.size()}).reindex(communes)
    return _choose((table["owed"] == 0) & table["is_whole"].eq(other=True), table["owed"] > 0)


def _flag(values: pd.Series) -> pd.Series:
    """Return the verdicts of yes/no values: 1, 0, missing."""
    numbers = values.astype("float64")
    return _choose(numbers == 1, numbers == 0)


def _choose(is_met: pd.Series, is_not_met: pd.Series) -> pd.Series:
    codes = np.select([is_met, is_not_met], [np.int8(Verdict.MET), np.int8(Verdict.NOT_MET)], np.int8(Verdict.UNKNOWN))
    return pd.Series(codes.astype(np.int8), index=is_met.index)
