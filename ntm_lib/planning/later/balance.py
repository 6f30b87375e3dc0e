"""Balance the money: what all missing criteria take, what there is, what the plan allots, what is short."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ntm_lib.planning.later.orientation import remaining
from ntm_lib.planning.settings import Purse

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

TOTAL, WITHOUT_CREDIT = "money", "without_credit"


def capital_balance(plan: "Plan", communes: Sequence[str] | None = None) -> pd.DataFrame:
    """Return need, money available, allotted, short and left over by source, for the whole plan.

    Parameters
    ----------
    plan
        The plan.
    communes
        Only these; what is available is known for the province alone and is then missing.

    Returns
    -------
    DataFrame
        Index: the sources of the plan in their order, then ``without_credit`` (where there is credit) and ``money`` (all);
        million VND: ``allotted`` (what the plan spends), ``not_allotted`` (what the criteria that stay missing and can be
        costed would take), ``need`` (both), ``available``, ``short`` (need less what is available, source by source: what
        one source has over does not pay for another's works, so the sums add up the sources), ``over`` (available less
        need, likewise).
    """
    held = set(plan.problem.purses)
    purses = [purse.value for purse in Purse if purse.value in held]
    spent, left = plan.spending, remaining(plan)
    if communes is not None:
        spent, left = spent[spent["commune_code"].isin(communes)], left.loc[list(communes)]
    frame = pd.DataFrame({"allotted": spent.groupby("purse")["spent_vnd_million"].sum()}).reindex(purses).fillna(0.0)
    frame["not_allotted"] = left[purses].sum()
    frame["need"] = frame["allotted"] + frame["not_allotted"]
    given = plan.budget.amounts.loc[purses].sum(axis=1)
    frame["available"] = given if communes is None else float("nan")
    frame["short"] = (frame["need"] - frame["available"]).clip(lower=0.0)
    frame["over"] = (frame["available"] - frame["need"]).clip(lower=0.0)
    sums = {TOTAL: frame.sum(min_count=1)}
    if Purse.CREDIT.value in held:
        sums = {WITHOUT_CREDIT: frame.drop(Purse.CREDIT.value).sum(min_count=1), **sums}
    return pd.concat([frame, pd.DataFrame(sums).T]).rename_axis("purse")
