"""Find the communes whose status would change under a plausible error of what was reported.

Errors of different values are taken as independent. The chance that each requirement truly passes is then known
(`margins`), a criterion's is their product, and the number of criteria met follows by adding them one by one: the exact
distribution, no draws. What is unknown stays unknown: a criterion with an unknown part can be not met or unknown, never met.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.evaluation.certainty.margins import margins
from ntm_lib.evaluation.certainty.settings import CertaintyRules
from ntm_lib.evaluation.counts.progress import GROUP_UNKNOWN, groups
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.review import NotAssessedRule
from ntm_lib.verdicts import Verdict

Floats = NDArray[np.float64]
EXACT_RULE = "all_parts"


def can_tell(territory: Territory) -> bool:
    """Tell whether the chances can be computed: for communes as they reported, or merged ones that must pass in every part."""
    return territory.vintage.date == territory.results.unit_vintage or territory.review.merge_rule == EXACT_RULE


def flips(territory: Territory, year: int, rules: CertaintyRules) -> pd.DataFrame:
    """Return for each commune of the programme how firm its status is, index commune_code.

    Columns: low, high, of, group; other_group (chance of a group other than the one it is placed in; NaN where it has
    none), all_now (every criterion met for certain), all_chance (chance that this is truly so), single (requirements
    within the plausible error of their level each of which alone would move the commune to another group).
    Raises ValueError where `can_tell` is false.
    """
    if not can_tell(territory):
        raise ValueError(f"no exact chances under the rule {territory.review.merge_rule!r}")
    counts = territory.of_year(territory.counts, year)
    cells = margins(territory, year, rules)
    no_fail, has_unknown, applies = _criteria(territory, year, cells, counts.index)
    chance = distribution(no_fail, has_unknown, applies)
    fixed = (~applies).sum(axis=1) if territory.review.not_assessed is NotAssessedRule.COUNTS_AS_MET else 0
    placed = groups(counts)
    same, all_met = _chances(chance, np.broadcast_to(fixed, len(counts)), counts, placed)
    is_placed = (placed != GROUP_UNKNOWN).to_numpy()
    return counts[["low", "high", "of"]].assign(
        group=placed,
        other_group=np.where(is_placed, np.clip(1 - same, 0, 1), np.nan),
        all_now=(counts["low"] == counts["of"]) & counts["is_reported"],
        all_chance=np.where(counts["is_reported"], all_met, np.nan),
        single=_single(territory, year, cells, counts, placed),
    )


def _criteria(
    territory: Territory, year: int, cells: pd.DataFrame, communes: pd.Index
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return, communes x criteria: the chance that nothing known fails, whether something is unknown, whether it applies."""
    rules = territory.reported.rules[year]
    verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
    chance = pd.DataFrame(1.0, index=verdicts.index, columns=verdicts.columns)
    rows = chance.index.get_indexer(pd.Index(cells["commune_code"]))
    columns = chance.columns.get_indexer(pd.Index(cells["requirement"]))
    array = chance.to_numpy(copy=True)
    array[rows, columns] = cells["chance"]
    parts = territory.parts[territory.parts["to_code"].isin(communes)]
    place = verdicts.index.get_indexer(pd.Index(parts["from_code"]))
    to = communes.get_indexer(pd.Index(parts["to_code"]))
    criteria = list(territory.scores.criteria.columns)
    of_requirement = pd.Index(criteria).get_indexer(pd.Index(rules.requirements["criterion"]))
    no_fail = np.ones((len(communes), len(criteria)))
    has_unknown = np.zeros(no_fail.shape, dtype=bool)
    applies = np.zeros(no_fail.shape, dtype=bool)
    codes = verdicts.to_numpy()
    for column, criterion in enumerate(of_requirement):
        np.multiply.at(no_fail[:, criterion], to, array[place, column])
        np.logical_or.at(has_unknown[:, criterion], to, codes[place, column] == Verdict.UNKNOWN)
        np.logical_or.at(applies[:, criterion], to, codes[place, column] != Verdict.NOT_APPLICABLE)
    without = ~np.isin(np.arange(len(communes)), to)
    has_unknown[without], applies[without] = True, True
    return no_fail, has_unknown, applies


def distribution(no_fail: Floats, has_unknown: NDArray[np.bool_], applies: NDArray[np.bool_]) -> Floats:
    """Return the chance of each (criteria met, criteria unknown), communes x met x unknown; each commune's sums to 1."""
    count = no_fail.shape[1]
    most_unknown = int((has_unknown & applies).sum(axis=1).max(initial=0))
    chance = np.zeros((len(no_fail), count + 1, most_unknown + 1))
    chance[:, 0, 0] = 1.0
    for column in range(count):
        p = np.where(applies[:, column], no_fail[:, column], 0.0)[:, None, None]
        to_unknown = has_unknown[:, column][:, None, None]
        moved = chance * (1 - p)
        moved[:, 1:] += np.where(to_unknown, 0.0, chance * p)[:, :-1]
        moved[:, :, 1:] += np.where(to_unknown, chance * p, 0.0)[:, :, :-1]
        chance = moved
    return chance


def _chances(
    chance: Floats, fixed: NDArray[np.int64], counts: pd.DataFrame, placed: pd.Series
) -> tuple[Floats, Floats]:
    """Add up the chance of staying in the group, and that of every criterion."""
    same, all_met = np.zeros(len(counts)), np.zeros(len(counts))
    for met in range(chance.shape[1]):
        for unknown in range(chance.shape[2]):
            low = pd.Series(met + fixed, index=counts.index)
            there = counts.assign(low=low, high=low + unknown)
            mass = chance[:, met, unknown]
            same += np.where(groups(there) == placed, mass, 0.0)
            all_met += np.where(low >= counts["of"], mass, 0.0)
    return same, all_met


def _single(territory: Territory, year: int, cells: pd.DataFrame, counts: pd.DataFrame, placed: pd.Series) -> pd.Series:
    """Count the requirements near their level each of which alone decides the commune's group."""
    down, up = (groups(counts.assign(low=counts["low"] + step, high=counts["high"] + step)) for step in (-1, 1))
    links = territory.parts[["from_code", "to_code"]]
    near = cells.merge(links, left_on="commune_code", right_on="from_code")
    case = ["to_code", "criterion"]
    near["fails"] = (near["verdict"] == Verdict.NOT_MET).groupby([near[name] for name in case]).transform("sum")
    verdicts = territory.of_year(territory.scores.criteria, year)
    row, column = (
        verdicts.index.get_indexer(pd.Index(near["to_code"])),
        verdicts.columns.get_indexer(pd.Index(near["criterion"])),
    )
    near = near.assign(criterion_verdict=verdicts.to_numpy()[row, column])[row >= 0]
    near = near[near["is_within"]]
    loses = (near["criterion_verdict"] == Verdict.MET) & near["to_code"].map(down != placed).astype(bool)
    gains = (near["criterion_verdict"] == Verdict.NOT_MET) & (near["verdict"] == Verdict.NOT_MET) & (near["fails"] == 1)
    unknown = _unknown_cases(territory, year)
    gains &= ~pd.MultiIndex.from_frame(near[case]).isin(unknown)
    gains &= near["to_code"].map(up != placed).astype(bool)
    found = near[loses | gains].groupby("to_code").size()
    return found.reindex(counts.index, fill_value=0).where(placed != GROUP_UNKNOWN, 0).astype(int)


def _unknown_cases(territory: Territory, year: int) -> pd.MultiIndex:
    """Return the (commune, criterion) pairs in which a requirement is unknown."""
    rules = territory.reported.rules[year]
    verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
    rows, columns = np.nonzero(verdicts.to_numpy() == Verdict.UNKNOWN)
    cells = pd.DataFrame(
        {"from_code": verdicts.index[rows], "criterion": rules.requirements["criterion"].to_numpy()[columns]}
    )
    merged = cells.merge(territory.parts[["from_code", "to_code"]], on="from_code")
    return pd.MultiIndex.from_frame(merged[["to_code", "criterion"]])
