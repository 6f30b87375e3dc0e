"""Which districts may be considered: all their communes recognised, and recognised themselves."""

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.evaluation.commendation.conditions import recognised_years, reported_counts, unnamed_in_phase
from ntm_lib.evaluation.commendation.rules import Phase, load_phase
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict


def district_list(territory: Territory) -> pd.DataFrame:
    """Return a row a district of the date of the results, in the documents' order; empty where units have no districts.

    Columns: name, communes, recognised (named in the register), not_met (communes that surely miss a criterion in the
    last year), all_communes_recognised (verdict). A district's own recognition and earlier rewards stand in no table:
    they are always to be verified.
    """
    phase = load_phase(territory.project, territory.review.last_year)
    frame = units.on(territory.results.unit_vintage, territory.project).frame
    counts = reported_counts(territory).xs(territory.review.last_year, level="year")
    years = recognised_years(territory).reindex(counts.index)
    communes = pd.DataFrame(
        {
            "district": frame["parent_code"].reindex(counts.index),
            "recognised": years.notna(),
            "not_met": (counts["high"] < counts["of"]) & years.isna(),
        }
    )
    communes = communes[communes["district"].map(frame["level"]) == "district"]
    table = communes.groupby("district").agg(
        communes=("recognised", "size"), recognised=("recognised", "sum"), not_met=("not_met", "sum")
    )
    verdict = _verdict(table, territory, phase)
    table = table.assign(all_communes_recognised=verdict, name=frame["name"].reindex(table.index))
    return table.reindex(frame.index[frame.index.isin(table.index)])


def _verdict(table: pd.DataFrame, territory: Territory, phase: Phase) -> pd.Series:
    """All communes recognised: surely not where one surely misses a criterion, or more lack a name than were not named."""
    missing = table["communes"] - table["recognised"]
    not_all = (table["not_met"] > 0) | (missing > unnamed_in_phase(territory, phase)[1])
    codes = np.select(
        [missing == 0, not_all], [np.int8(Verdict.MET), np.int8(Verdict.NOT_MET)], np.int8(Verdict.UNKNOWN)
    )
    return pd.Series(codes.astype(np.int8), index=table.index)
