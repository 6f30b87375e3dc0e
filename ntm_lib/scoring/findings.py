"""Let the findings of districts and the province decide where they were the last word."""

import numpy as np
import pandas as pd

from ntm_lib.verdicts import Verdict


def with_findings(verdicts: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Put the findings that count in the place of the law's verdicts on the values.

    ``verdicts``: int8, index (commune_code, year), one column per requirement. ``words``: of the same set, see
    `submissions.levels.results_that_count`: ``finding`` 1 is met, 0 not met, NaN leaves the verdict. A finding on a line or
    requirement that ``verdicts`` does not have changes nothing.
    """
    found = words["finding"].dropna()
    if found.empty:
        return verdicts
    rows = verdicts.index.get_indexer(found.reset_index("requirement").index)
    columns = verdicts.columns.get_indexer(found.index.get_level_values("requirement"))
    is_there = (rows >= 0) & (columns >= 0)
    codes = verdicts.to_numpy(np.int8, copy=True)
    codes[rows[is_there], columns[is_there]] = np.where(found == 1, Verdict.MET, Verdict.NOT_MET)[is_there]
    return pd.DataFrame(codes, index=verdicts.index, columns=verdicts.columns)
