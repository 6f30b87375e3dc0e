"""Say how many of the criteria that a plan completes are judged by levels that are assumed or that nobody checked."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib.planning.start.baseline import is_weak

if TYPE_CHECKING:
    from ntm_lib.criteria import YearRules
    from ntm_lib.planning.plan import Plan

KINDS = ("assumed", "unverified", "verified")


def completed_by_level(plan: "Plan") -> pd.DataFrame:
    """Return, by plan commune, how many criteria the plan completes by what their required levels rest on.

    Columns ``assumed`` (a level of the criterion in the year of completion is assumed), ``unverified`` (none is, but one was not
    checked against the signed text), ``verified``; a row adds up to the criteria that the plan completes.
    """
    problem, years = plan.problem, len(plan.problem.years)
    commune, criterion = np.nonzero((plan.solution.done >= 0) & (plan.solution.done < years))
    finish = plan.solution.done[commune, criterion]
    kinds = np.array([_kinds(plan.baseline.rules_of(year), problem.criteria) for year in problem.years])
    counts = pd.crosstab(problem.communes[commune], kinds[finish, criterion])
    counts = counts.reindex(index=problem.communes, columns=list(KINDS), fill_value=0)
    return counts.rename_axis(index="commune_code", columns=None)


def assumed_criteria(plan: "Plan") -> list[str]:
    """List the criteria of which a level in some year of the plan is assumed: a commune at the standard meets them too."""
    kinds = np.array([_kinds(plan.baseline.rules_of(year), plan.problem.criteria) for year in plan.problem.years])
    return [str(item) for item in plan.problem.criteria[(kinds == "assumed").any(axis=0)]]


def _kinds(rules: "YearRules", criteria: pd.Index) -> np.ndarray:
    frame = rules.requirements
    assumed = (frame["basis"] == "assumption").groupby(frame["criterion"]).any().reindex(criteria, fill_value=False)
    weak = is_weak(rules).groupby(frame["criterion"]).any().reindex(criteria, fill_value=False)
    return np.select([assumed.to_numpy(bool), weak.to_numpy(bool)], ["assumed", "unverified"], "verified")
