"""Price a plan once more at the low, middle and high unit costs: the same works in the same years."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib.planning.handdown.breakdown import breakdown
from ntm_lib.planning.means.norms import ESTIMATES
from ntm_lib.planning.settings import Purse

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

PRICED = ("work", "task", "effort", "upkeep")
"""Parts of the money that have a unit cost; surveys, packages and what keeps the standard have one estimate only."""


def estimates(plan: "Plan") -> pd.DataFrame:
    """Return what the plan's works, tasks, yearly support and all else would take at each estimate of the unit costs.

    Returns
    -------
    DataFrame
        Index ``estimate`` (low | middle | high), ``commune_code`` (communes of the plan); million VND over the years of the plan:
        ``investment, recurrent``, their sum ``money``, and ``without_credit``. The estimate that the scenario plans with adds up
        to ``plan.spending``. What has no unit cost is the same in all three. NaN: a work of the plan costs nothing at the
        estimate planned with and something at this one (a norm of 0), so its money there is not known.
    """
    parts = breakdown(plan)
    norms = plan.needs.norms[ESTIMATES]
    factors = (
        norms.div(norms[plan.scenario.settings.costs.estimate], axis=0).replace([np.inf, -np.inf], np.nan).fillna(1.0)
    )
    is_priced = parts["part"].isin(PRICED).to_numpy(bool)
    is_recurrent = parts["is_recurrent"].to_numpy(bool)
    is_credit = (parts["purse"] == Purse.CREDIT.value).to_numpy(bool)
    tables = {}
    for name in ESTIMATES:
        factor = factors[name].reindex(parts["measure"]).fillna(1.0).to_numpy(float)
        spent = parts["spent_vnd_million"].to_numpy(float) * np.where(is_priced, factor, 1.0)
        table = pd.DataFrame(
            {
                "investment": np.where(is_recurrent, 0.0, spent),
                "recurrent": np.where(is_recurrent, spent, 0.0),
                "without_credit": np.where(is_credit, 0.0, spent),
                "money": spent,
            }
        )
        sums = table.groupby(parts["commune_code"].to_numpy()).sum()
        tables[name] = sums.reindex(plan.problem.communes, fill_value=0.0).mask(_unknown(plan, name))
    return pd.concat(tables, names=["estimate", "commune_code"])


def without_price(plan: "Plan") -> pd.DataFrame:
    """Return the lines of need that the plan completes at no cost and that another estimate prices above nothing.

    Columns ``commune_code, measure, is_recurrent`` and, for each estimate, whether it is one that prices the line.
    """
    problem, lines = plan.problem, plan.needs.lines
    done = plan.solution.done[
        problem.communes.get_indexer(pd.Index(lines["commune_code"])),
        problem.criteria.get_indexer(pd.Index(lines["criterion"])),
    ]
    planned = lines[f"{plan.scenario.settings.costs.estimate}_vnd_million"]
    free = lines[((done >= 0) & (done < len(problem.years))) & (planned == 0).to_numpy(bool)]
    found = free[["commune_code", "measure", "is_recurrent"]].assign(
        **{name: free[f"{name}_vnd_million"] > 0 for name in ESTIMATES}
    )
    return found[found[list(ESTIMATES)].any(axis=1)].reset_index(drop=True)


def _unknown(plan: "Plan", estimate: str) -> pd.DataFrame:
    """Tell which sums of a commune are not known at an estimate: communes x columns."""
    free = without_price(plan)
    free = free[free[estimate].to_numpy(bool)]
    by_kind = {
        name: plan.problem.communes.isin(free.loc[free["is_recurrent"] == flag, "commune_code"])
        for name, flag in (("investment", False), ("recurrent", True))
    }
    either = by_kind["investment"] | by_kind["recurrent"]
    return pd.DataFrame(by_kind | {"without_credit": either, "money": either}, index=plan.problem.communes)
