"""Count what was reached: by year, by group of communes, by criterion."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ntm_lib.evaluation.counts import planner_groups
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
    return summary(territory.counts, [territory.counts.index.get_level_values("year").rename("year")])


def summary(counts: pd.DataFrame, by: Sequence[pd.Index | pd.Series]) -> pd.DataFrame:
    """Return the columns of `trend` for each group of commune-years; ``by`` are as long as ``counts``."""
    is_reported = counts["is_reported"]
    held = counts[["low", "high"]].where(is_reported)
    frame = pd.DataFrame({"communes": 1, "reported": is_reported.astype(int)}, index=counts.index)
    keys = [pd.Series(key.to_numpy(), index=counts.index, name=key.name) for key in by]
    table = frame.groupby(keys).sum()
    means = held.groupby(keys).mean()
    table = table.assign(mean_low=means["low"], mean_high=means["high"])
    placed = pd.get_dummies(groups(counts)).reindex(columns=[*GROUP_FLOORS, GROUP_UNKNOWN], fill_value=False)
    return table.join(placed.astype(int).groupby(keys).sum())


def by_district(territory: Territory) -> pd.DataFrame:
    """Return the columns of `trend`, index (district code, year); empty where the units have no district."""
    if territory.vintage.districts.empty:
        return summary(territory.counts.iloc[:0], _by(territory.counts.iloc[:0], pd.Series(dtype="str"), "district"))
    return summary(territory.counts, _by(territory.counts, territory.in_programme["parent_code"], "district"))


def by_planner_group(territory: Territory, year: int) -> pd.DataFrame:
    """Return the columns of `trend`, index (place, group, membership, year), for the groups that planners use.

    Every year is counted over the communes that belong to the group in ``year``, so that its course is that of the same
    communes; ``place`` gives the order of rows. The memberships of one group add up to the communes of the territory.
    """
    members = planner_groups.by_group(planner_groups.memberships(territory, year))
    counts = territory.counts.reset_index().merge(members, left_on="commune_code", right_index=True)
    return summary(counts, [counts[name] for name in ("place", "group", "membership", "year")])


def _by(counts: pd.DataFrame, group: pd.Series, name: str) -> list[pd.Index]:
    codes = counts.index.get_level_values("commune_code")
    return [
        pd.Index(group.reindex(codes).to_numpy(), name=name),
        counts.index.get_level_values("year").rename("year"),
    ]


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
