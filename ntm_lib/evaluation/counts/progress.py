"""Count what was reached: by year, by group of communes, by criterion."""

from dataclasses import dataclass

import pandas as pd

from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.verdicts import Verdict

GROUP_FLOORS = {"all": None, "15_18": 15, "10_14": 10, "5_9": 5, "under_5": 0}
"""The groups that planners use, from high to low, with the smallest count of each; ``all`` is every criterion."""
GROUP_UNKNOWN = "unknown"


def group_labels() -> dict[str, str]:
    """Return the words for the groups, in the order of columns."""
    return {
        "all": _("all criteria"),
        "15_18": _("15 to 18 criteria"),
        "10_14": _("10 to 14 criteria"),
        "5_9": _("5 to 9 criteria"),
        "under_5": _("fewer than 5 criteria"),
        GROUP_UNKNOWN: _("not enough data to place"),
    }


def groups(counts: pd.DataFrame) -> pd.Series:
    """Place each commune-year in its group; where the unknown criteria could move it, it is ``unknown``."""
    low, high = (_group_of(counts[bound], counts["of"]) for bound in ("low", "high"))
    return low.where((low == high) & counts["is_reported"], GROUP_UNKNOWN)


def _group_of(number: pd.Series, of: pd.Series) -> pd.Series:
    group = pd.Series("under_5", index=number.index, dtype="str")
    for name, floor in reversed(GROUP_FLOORS.items()):
        group = group.mask(number >= (of if floor is None else floor), name)
    return group


def trend(territory: Territory) -> pd.DataFrame:
    """Return a row a year: communes, reported, mean_low, mean_high, and the number of communes in each group.

    Means are per reported commune; ``low`` takes unknown criteria as not yet shown, ``high`` as met. A year in which
    nobody reported has missing means.
    """
    counts = territory.counts
    reported = counts[counts["is_reported"]].groupby(level="year")
    table = pd.DataFrame(
        {
            "communes": counts.groupby(level="year").size(),
            "reported": reported.size(),
            "mean_low": reported["low"].mean(),
            "mean_high": reported["high"].mean(),
        }
    ).fillna({"reported": 0})
    by_group = groups(counts).groupby(level="year").value_counts().unstack(fill_value=0)
    by_group = by_group.reindex(columns=[*GROUP_FLOORS, GROUP_UNKNOWN], fill_value=0)
    return table.join(by_group).astype({"reported": int})


def criterion_shares(territory: Territory, year: int) -> pd.DataFrame:
    """Return a row a criterion: communes met, not_met, unknown, not_applicable, and the total."""
    verdicts = territory.of_year(territory.scores.criteria, year)
    names = {
        "met": Verdict.MET,
        "not_met": Verdict.NOT_MET,
        "unknown": Verdict.UNKNOWN,
        "not_applicable": Verdict.NOT_APPLICABLE,
    }
    table = pd.DataFrame({name: (verdicts == code).sum() for name, code in names.items()})
    return table.assign(total=len(verdicts)).rename_axis("criterion")


@dataclass(frozen=True)
class Headline:
    """What a reader must know first: the same figures at the first and the last year."""

    communes: int
    first: pd.Series
    last: pd.Series
    first_year: int
    last_year: int

    def gain(self) -> tuple[float, float]:
        """Return the least and the greatest rise of the mean that the missing values allow."""
        return (
            float(self.last["mean_low"] - self.first["mean_high"]),
            float(self.last["mean_high"] - self.first["mean_low"]),
        )


def headline(territory: Territory) -> Headline:
    """Return the first and the last year of the period side by side."""
    by_year = trend(territory).T
    first, last = territory.review.first_year, territory.review.last_year
    return Headline(len(territory.in_programme), by_year[first], by_year[last], first, last)
