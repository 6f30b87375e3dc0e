"""Say, criterion by criterion, how many verdicts of communes rest on levels that were not verified or are assumed."""

import numpy as np
import pandas as pd

from ntm_lib.evaluation.certainty.basis import VERIFIED, is_doubtful
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.scoring import criteria_verdicts
from ntm_lib.verdicts import Verdict


def rests_by_criterion(territory: Territory, year: int) -> pd.DataFrame:
    """Return a row a criterion, reporting communes counted.

    Columns: levels, unverified, assumed (requirements); met, met_doubtful (met criteria that need a doubtful level), not_met,
    not_met_doubtful (not met, and every requirement missing has a doubtful level: one verified level that is missed is
    enough to stand).
    """
    rules = territory.reported.rules[year]
    about = rules.requirements
    doubtful = is_doubtful(about)
    assumed = about["basis"] == "assumption"
    verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
    criteria = criteria_verdicts(verdicts, rules)
    codes = verdicts.to_numpy()
    names = about["criterion"].to_numpy()
    is_doubtful_column = doubtful.to_numpy()
    table = pd.DataFrame(index=pd.Index(criteria.columns, name="criterion"))
    for column, counted in (
        ("levels", about["level"].notna()),
        ("unverified", ~about["verified"].isin(VERIFIED) & ~assumed),
        ("assumed", assumed),
    ):
        table[column] = counted.groupby(names).sum().reindex(table.index).astype(int)
    decided = np.isin(codes, [Verdict.MET, Verdict.NOT_MET])
    leans = _any_of(decided & is_doubtful_column, names, criteria)
    firm_miss = _any_of((codes == Verdict.NOT_MET) & ~is_doubtful_column, names, criteria)
    met, not_met = (criteria.to_numpy() == verdict for verdict in (Verdict.MET, Verdict.NOT_MET))
    table["met"], table["not_met"] = met.sum(axis=0), not_met.sum(axis=0)
    table["met_doubtful"] = (met & leans).sum(axis=0)
    table["not_met_doubtful"] = (not_met & ~firm_miss).sum(axis=0)
    return table


def _any_of(cells: np.ndarray, names: np.ndarray, criteria: pd.DataFrame) -> np.ndarray:
    """Join the requirements' columns to criteria: true where one is."""
    joined = [cells[:, names == criterion].any(axis=1) for criterion in criteria.columns]
    return np.column_stack(joined)
