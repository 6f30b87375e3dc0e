"""Lay verdicts out as an array by commune, year and criterion, with the eras in which a criterion's rules stood."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.criteria import YearRules
from ntm_lib.evaluation.territory import Territory
from ntm_lib.review import NotAssessedRule
from ntm_lib.verdicts import Verdict


@dataclass(frozen=True, eq=False)
class Cube:
    """Verdicts of some communes.

    ``verdicts``: int8, (commune, year, criterion), in the order of ``communes``, ``years`` and ``criteria``.
    ``eras``: int, (year, criterion): years of one era judge the criterion by the same requirements and levels.
    """

    communes: pd.Index
    years: Sequence[int]
    criteria: pd.Index
    verdicts: NDArray[np.int8]
    eras: NDArray[np.int64]
    not_assessed: NotAssessedRule

    @cached_property
    def is_met(self) -> NDArray[np.bool_]:
        """Where a criterion counts as met for certain, by the review's rule for criteria that are not assessed."""
        met: NDArray[np.bool_] = self.verdicts == Verdict.MET
        if self.not_assessed is NotAssessedRule.COUNTS_AS_MET:
            met |= self.verdicts == Verdict.NOT_APPLICABLE
        return met

    @cached_property
    def is_unknown(self) -> NDArray[np.bool_]:
        """Where data or a level are missing."""
        unknown: NDArray[np.bool_] = self.verdicts == Verdict.UNKNOWN
        return unknown

    def place(self, year: int) -> int:
        """Return the position of a year; ValueError for one outside the period."""
        return list(self.years).index(year)


def cube(territory: Territory) -> Cube:
    """Return the verdicts of a territory's communes in the programme, in the documents' order."""
    return of_criteria(
        territory.scores.criteria,
        territory.in_programme.index,
        territory.years,
        territory.reported.rules,
        territory.review.not_assessed,
    )


def of_criteria(
    criteria: pd.DataFrame,
    communes: pd.Index,
    years: Sequence[int],
    rules: Mapping[int, YearRules],
    not_assessed: NotAssessedRule,
) -> Cube:
    """Lay out verdicts with index (commune_code, year); a commune without a line for a year is unknown there."""
    wanted = pd.MultiIndex.from_product([communes, list(years)], names=criteria.index.names)
    if not wanted.equals(criteria.index):
        criteria = criteria.reindex(wanted, fill_value=Verdict.UNKNOWN)
    shape = len(communes), len(years), criteria.shape[1]
    verdicts = criteria.to_numpy(dtype=np.int8).reshape(shape)
    return Cube(communes, tuple(years), criteria.columns, verdicts, eras(rules, years, criteria.columns), not_assessed)


def eras(rules: Mapping[int, YearRules], years: Sequence[int], criteria: pd.Index) -> NDArray[np.int64]:
    """Return the number of the era of each year and criterion: a requirement, sense, level or decision changed between eras.

    So another set begins an era for every criterion that it changed, and a level that rises from year to year (income)
    begins one each year: what was met before and is not met after such a change is no fall.
    """
    judged = [_judged_by(rules[year].requirements) for year in years]
    changed = np.zeros((len(years), len(criteria)), dtype=np.int64)
    for place, (before, after) in enumerate(pairwise(judged), start=1):
        changed[place] = [before.get(criterion) != after.get(criterion) for criterion in criteria]
    return np.cumsum(changed, axis=0)


def _judged_by(requirements: pd.DataFrame) -> dict[str, dict[str, tuple[str, str, float | None]]]:
    """Return for each criterion what judges it: sense, decision and level (None: no usable one) of each requirement."""
    found: dict[str, dict[str, tuple[str, str, float | None]]] = {}
    columns = [requirements[name].tolist() for name in ("criterion", "sense", "decision", "level")]
    for requirement, criterion, sense, decision, level in zip(requirements.index, *columns, strict=True):
        found.setdefault(criterion, {})[requirement] = (sense, decision, None if math.isnan(level) else level)
    return found
