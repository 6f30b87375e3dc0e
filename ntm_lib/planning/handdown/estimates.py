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
        to ``plan.spending``. What has no unit cost is the same in all three.
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
        tables[name] = sums.reindex(plan.problem.communes, fill_value=0.0)
    return pd.concat(tables, names=["estimate", "commune_code"])
