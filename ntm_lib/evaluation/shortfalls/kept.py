"""List the criteria that were met and then were not, and whether the level or the set had become stricter."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib import units
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.scoring import criteria_verdicts, judge
from ntm_lib.verdicts import Verdict

FELL, LEVEL_RAISED, SET_CHANGED = "fell", "level_raised", "set_changed"


def not_kept(territory: Territory) -> pd.DataFrame:
    """List every loss of a criterion: a row a commune, criterion and year.

    Columns: commune_code, criterion, year (the first in which it was no longer met), met_in (the last known year before,
    in which it was met), reason, met_now (bool: met again in the last year; an unknown one is not). ``reason``: ``fell``:
    by the earlier year's levels too it was not met; ``level_raised``: by those it still would be met; ``set_changed``:
    another criteria set, so this table cannot tell. A year without a verdict is neither met nor lost.
    """
    verdicts = territory.scores.criteria
    found = [_losses(column.unstack("year"), str(criterion)) for criterion, column in verdicts.items()]
    table = pd.concat(found, ignore_index=True)
    table = table.assign(reason=_reasons(territory, table))
    last = territory.of_year(territory.scores.criteria, territory.review.last_year)
    column = last.columns.get_indexer(pd.Index(table["criterion"]))
    row = last.index.get_indexer(pd.Index(table["commune_code"]))
    return table.assign(met_now=last.to_numpy()[row, column] == Verdict.MET)


def _losses(verdicts: pd.DataFrame, criterion: str) -> pd.DataFrame:
    """Find in one criterion (communes x years) where the last known verdict was met and this one is not."""
    codes = verdicts.to_numpy(float)
    years = verdicts.columns.to_numpy(int)
    known = np.where(np.isin(codes, [Verdict.MET, Verdict.NOT_MET]), codes, np.nan)
    before = pd.DataFrame(known).ffill(axis=1).shift(axis=1).to_numpy()
    known_in = pd.DataFrame(np.where(np.isnan(known), np.nan, years)).ffill(axis=1).shift(axis=1).to_numpy()
    rows, columns = np.nonzero((known == Verdict.NOT_MET) & (before == Verdict.MET))
    return pd.DataFrame(
        {
            "commune_code": verdicts.index[rows],
            "criterion": criterion,
            "year": years[columns],
            "met_in": known_in[rows, columns].astype(int),
        }
    )


def _reasons(territory: Territory, losses: pd.DataFrame) -> NDArray[np.object_]:
    """Judge each loss once more by the levels of the year in which the criterion was last met."""
    reasons = np.full(len(losses), FELL, dtype=object)
    years = losses[["year", "met_in"]].drop_duplicates().to_numpy(int).tolist()
    for year, met_in in years:
        places = np.flatnonzero((losses["year"] == year) & (losses["met_in"] == met_in))
        rows = losses.iloc[places]
        now, then = territory.reported.rules[year], territory.reported.rules[met_in]
        if now.set_id != then.set_id:
            reasons[places] = SET_CHANGED
        elif not now.requirements["level"].equals(then.requirements["level"]):
            again = _judged_again(territory, year, met_in)
            row = again.index.get_indexer(pd.Index(rows["commune_code"]))
            column = again.columns.get_indexer(pd.Index(rows["criterion"]))
            reasons[places[again.to_numpy()[row, column] == Verdict.MET]] = LEVEL_RAISED
    return reasons


def _judged_again(territory: Territory, year: int, met_in: int) -> pd.DataFrame:
    """Return the criteria of a year by the levels of an earlier one, on the territory's units."""
    rules = territory.reported.rules[met_in]
    reporting = rows_of_year(territory.reported.requirements[rules.set_id], year).index
    values = rows_of_year(territory.results.values[rules.set_id], year).reindex(reporting)
    verdicts = criteria_verdicts(judge(values, rules), rules).astype(np.int8)
    if territory.vintage.date == territory.results.unit_vintage:
        return verdicts
    lineage = units.lineage(territory.results.unit_vintage, territory.vintage.date, territory.project)
    return lineage.merge_verdicts(verdicts, rule=territory.review.merge_rule)
