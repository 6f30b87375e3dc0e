"""The headline figures of a unit by year, as one long list: what runs are compared by and what is signed."""

import pandas as pd

from ntm_lib.evaluation.counts.progress import GROUP_FLOORS, GROUP_UNKNOWN, groups
from ntm_lib.verdicts import Verdict

COUNTED = ["communes", "reported", *GROUP_FLOORS, GROUP_UNKNOWN]
MEANS = ["mean_low", "mean_high"]


def headlines(counts: pd.DataFrame, criteria: pd.DataFrame) -> pd.Series:
    """Return the headline figures, index (figure, year).

    ``counts`` and ``criteria`` as in `Territory`, index (commune_code, year). Figures: ``communes, reported``; ``mean_low,
    mean_high`` (criteria per reported commune, NaN where nobody reported); the communes in each group; and for each criterion
    ``criterion.N``, the communes that meet it for certain.
    """
    by_year = counts.groupby(level="year")
    reported = counts[counts["is_reported"]].groupby(level="year")
    table = pd.DataFrame(
        {
            "communes": by_year.size(),
            "reported": reported.size(),
            "mean_low": reported["low"].mean(),
            "mean_high": reported["high"].mean(),
        }
    )
    by_group = groups(counts).groupby(level="year").value_counts().unstack(fill_value=0)
    met = (criteria == Verdict.MET).groupby(level="year").sum().add_prefix("criterion.")
    table = table.join(by_group.reindex(columns=[*GROUP_FLOORS, GROUP_UNKNOWN], fill_value=0)).join(met)
    table["reported"] = table["reported"].fillna(0)
    figures = pd.concat({str(name): table[name].astype(float) for name in table.columns}, names=["figure"])
    return figures.rename("value")
