"""When each commune reached the standard: the event whose consequences are judged."""

import numpy as np
import pandas as pd

from ntm_lib import submissions
from ntm_lib.errors import UsageError, preview
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.scoring import count


def years_met(territory: Territory, years: list[int], without: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return for each reporting commune the first of ``years`` in which all criteria were met.

    ``without``: criteria left out of the judgement. Columns: first (NaN: not reached), is_unclear. The year is unclear
    where unknown verdicts leave open whether the standard was reached earlier, or at all.
    """
    criteria = territory.reported.criteria
    if strangers := [name for name in without if name not in criteria.columns]:
        raise UsageError(
            _("parameters/review/impact.yaml: tied_criteria {names} are not criteria of the set.").format(
                names=preview(strangers)
            )
        )
    counts = count(criteria.drop(columns=list(without)), territory.review.not_assessed)
    counts = counts[counts.index.get_level_values("year").isin(years)]
    is_met = (counts["low"] == counts["of"]).unstack("year")
    is_not_met = (counts["high"] < counts["of"]).unstack("year")
    return first_years(is_met, is_not_met)


def first_years(is_met: pd.DataFrame, is_not_met: pd.DataFrame) -> pd.DataFrame:
    """Return first year and whether it is unclear, from what is certain (communes by years, in order)."""
    met, not_met = is_met.to_numpy(np.bool_), is_not_met.to_numpy(np.bool_)
    ever, place = met.any(axis=1), met.argmax(axis=1)
    before = np.where(ever, place - 1, met.shape[1] - 1)  # the last year in which it had not been reached
    # ASSUME: a year of unknown verdicts that is followed by a year surely not met counts as not reached.
    is_clear = (before < 0) | not_met[np.arange(len(met)), before]
    first = np.where(ever, is_met.columns.to_numpy(np.float64)[place], np.nan)
    return pd.DataFrame({"first": first, "is_unclear": ~is_clear}, index=is_met.index)


def years_recognised(territory: Territory, met: pd.DataFrame) -> pd.DataFrame:
    """Return the same by the register (B5): the year for which a commune was recognised.

    ``met``: the years by all criteria. Of the recognised communes only some are named in the sources; one that met all
    criteria, or may have, but is not named could be among the others: it is unclear.
    """
    register = submissions.read_table("b05", territory.project, territory.review.as_of).frame
    register = register[register["title"] == "ntm"]
    first = register.groupby("commune_code")["year"].min().reindex(met.index).astype("float64")
    return pd.DataFrame({"first": first, "is_unclear": first.isna() & (met["first"].notna() | met["is_unclear"])})
