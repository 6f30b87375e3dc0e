"""Say where each criterion stands: how many communes meet it, how that grew, what the last communes lack."""

import numpy as np
import pandas as pd

from ntm_lib.evaluation.counts.progress import criterion_shares
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict


def standing(territory: Territory) -> pd.DataFrame:
    """Return a row a criterion, at the first and the last year of the period.

    Columns: met (for certain), met_high (if every unknown one were met), not_met, unknown, not_applicable, total; first_met,
    first_high; gain_low, gain_high (communes). Where the criterion has another content in another set the gain compares
    what each year's own set asks.
    """
    first, last = (
        criterion_shares(territory, year) for year in (territory.review.first_year, territory.review.last_year)
    )
    table = last.assign(met_high=last["met"] + last["unknown"])
    table["first_met"] = first["met"]
    table["first_high"] = first["met"] + first["unknown"]
    table["gain_low"] = table["met"] - table["first_high"]
    table["gain_high"] = table["met_high"] - table["first_met"]
    return table


def hardest(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the criteria that most communes do not meet for certain, ties with the last one included."""
    return _first(table[table["not_met"] > 0].sort_values("not_met", ascending=False, kind="stable"), "not_met", most)


def strongest(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the criteria that most communes meet for certain, ties with the last one included."""
    return _first(table[table["met"] > 0].sort_values("met", ascending=False, kind="stable"), "met", most)


def _first(ordered: pd.DataFrame, by: str, most: int) -> pd.DataFrame:
    if len(ordered) <= most:
        return ordered
    first: pd.DataFrame = ordered[ordered[by] >= ordered[by].iloc[most - 1]]
    return first


def last_before_all(territory: Territory, year: int, missing: int) -> pd.DataFrame:
    """List what communes that lack at most ``missing`` criteria still lack: a row a commune and criterion.

    Columns: commune_code, name, short_name, low, of, criterion, state (``not_met`` | ``unknown``). A criterion that is unknown counts as
    lacking here, so that no commune enters on what is not known.
    """
    counts = territory.of_year(territory.counts, year)
    lacking = counts["of"] - counts["low"]
    near = counts[counts["is_reported"] & (lacking > 0) & (lacking <= missing)]
    verdicts = territory.of_year(territory.scores.criteria, year).reindex(near.index)
    codes = verdicts.to_numpy()
    rows, columns = np.nonzero((codes == Verdict.NOT_MET) | (codes == Verdict.UNKNOWN))
    found = pd.DataFrame(
        {
            "commune_code": near.index[rows],
            "criterion": verdicts.columns[columns].astype(str),
            "state": np.where(codes[rows, columns] == Verdict.NOT_MET, "not_met", "unknown"),
        }
    )
    return found.join(near[["low", "of"]], on="commune_code").join(
        territory.communes[["name", "short_name"]], on="commune_code"
    )


def may_be_last(territory: Territory, year: int, missing: int) -> int:
    """Count the communes that unknown criteria alone keep from standing just before all, or from having reached them."""
    counts = territory.of_year(territory.counts, year)
    is_near = counts["of"] - counts["low"] <= missing
    return int((counts["is_reported"] & ~is_near & (counts["of"] - counts["high"] <= missing)).sum())
