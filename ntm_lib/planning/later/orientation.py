"""Look beyond the plan: what is left at its end, and how far money of the same size would carry in the years after."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.handdown.targets import PURSES, is_unknown
from ntm_lib.planning.problem import Floats

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

LAST = 100  # years after the plan in which all communes are looked for


def remaining(plan: "Plan") -> pd.DataFrame:
    """Return what each commune still misses at the end of the plan and what that costs.

    Index ``commune_code``; ``missing`` (criteria), ``unknown`` (of them, not known at the start), ``without_way``
    (of them, criteria that the plan knows no way to complete within its years: their cost is not known), ``cost_vnd_million``
    and one column a purse: the other criteria, at the prices and chances of completing them in the last year of the plan.
    """
    problem, years = plan.problem, len(plan.problem.years)
    steps = problem.steps
    missing = plan.solution.done >= years
    last = np.full(problem.met.shape, -1)
    np.maximum.at(last, (steps.commune, steps.criterion), steps.year)
    is_last = (steps.year == last[steps.commune, steps.criterion]) & missing[steps.commune, steps.criterion]
    spend = steps.spend[is_last].toarray().reshape(int(is_last.sum()), len(problem.purses), years).sum(axis=2)
    cost = np.zeros((len(problem.communes), len(problem.purses)))
    np.add.at(cost, steps.commune[is_last], spend)
    frame = pd.DataFrame(
        {
            "missing": missing.sum(axis=1),
            "unknown": (missing & is_unknown(plan)).sum(axis=1),
            "without_way": (missing & (last < 0)).sum(axis=1),
            "cost_vnd_million": cost.sum(axis=1),
        },
        index=pd.Index(problem.communes, name="commune_code"),
    )
    return frame.join(pd.DataFrame(cost, index=frame.index, columns=list(problem.purses)))


def orientation(plan: "Plan") -> pd.DataFrame:
    """Return how far the plan's money would carry after its last year.

    Returns
    -------
    DataFrame
        Index: the years after the plan up to the orientation year; ``communes``, ``standard`` (communes that meet all criteria:
        those of the plan and those that money and prices allow, cheapest first), ``standard_at_pace`` (the same, had as
        many communes a year reached it as in the plan), ``missing`` (communes still missing criteria), ``without_way`` (of
        them, communes with a criterion whose cost is not known: never counted as reached), ``remaining_vnd_million`` (cost
        of the costed criteria still open, prices of the last plan year), ``money_vnd_million`` (what a year has left for
        them, prices of the last plan year). ``orientation_notes`` states the assumptions.
    """
    years = range(plan.problem.years[-1] + 1, plan.scenario.settings.horizon.orientation_year + 1)
    order, cost, open_cost = _queue(plan)
    horizon = len(plan.problem.years)
    reached = int((plan.solution.standard < horizon).sum())
    first = int((plan.solution.standard == -1).sum())
    communes = len(plan.problem.communes)
    without = int((remaining(plan)["without_way"] > 0).sum())
    rows = []
    for ahead, _year in enumerate(years, start=1):
        money = _money(plan, ahead)
        fits = (cost <= money[None, :] + 1e-6).all(axis=1)
        new = int(fits.cumprod().sum()) if len(order) else 0
        left = np.maximum(open_cost - np.minimum(money, open_cost), 0.0).sum()
        at_pace = min(communes, reached + round((reached - first) / horizon * ahead))
        rows.append(
            {
                "communes": communes,
                "standard": reached + new,
                "standard_at_pace": at_pace,
                "missing": communes - reached - new,
                "without_way": without,
                "remaining_vnd_million": left,
                "money_vnd_million": (money - _money(plan, ahead - 1)).sum(),
            }
        )
    return pd.DataFrame(rows, index=pd.Index(years, name="year"))


def year_of_all(plan: "Plan") -> int | None:
    """Return the first year in which every commune could meet all criteria with money of the same size.

    None when money grows slower than prices ever let it, or when the cost of a commune's criterion is not known.
    """
    if (remaining(plan)["without_way"] > 0).any():
        return None
    _order, _cost, open_cost = _queue(plan)
    for ahead in range(LAST + 1):
        if (open_cost <= _money(plan, ahead) + 1e-6).all():
            return int(plan.problem.years[-1] + ahead)
    return None


def orientation_notes(plan: "Plan") -> list[str]:
    """State what ``orientation`` assumes, in sentences for the page."""
    text = _(
        "Assumed: from {year} on each source has the average yearly money of the plan, less what upkeep and the standards "
        "reached take in the plan's last year; prices rise {growth}% a year; the cheapest communes come first; money of "
        "one source does not replace another's; forecasts, mergers and a later criteria set are left out."
    )
    growth = f"{plan.scenario.settings.costs.price_growth_pct:g}".replace(".", ",")
    return [text.format(year=plan.problem.years[-1] + 1, growth=growth)]


def _queue(plan: "Plan") -> tuple[np.ndarray, Floats, Floats]:
    """Return the communes that could still reach the standard, cheapest first, what they cost up to each, and in all."""
    left = remaining(plan)
    can = (left["missing"] > 0) & (left["without_way"] == 0) & plan.problem.may_standard
    cost = left.loc[can, list(plan.problem.purses)].to_numpy(float)
    order = np.argsort(cost.sum(axis=1), kind="stable")
    return order, np.cumsum(cost[order], axis=0), left[list(plan.problem.purses)].to_numpy(float).sum(axis=0)


def _money(plan: "Plan", ahead: int) -> Floats:
    """Return the money of each purse in the first ``ahead`` years after the plan, in prices of its last year."""
    problem = plan.problem
    # ASSUME: every year after the plan brings the average of the plan's years; see ``orientation_notes``.
    yearly = problem.money.mean(axis=1)
    spent = plan.spending
    last = spent[spent["year"] == problem.years[-1]]
    finish = plan.steps.set_index(["commune_code", "criterion"])["year"]
    keys = pd.MultiIndex.from_frame(last[["commune_code", "criterion"]])
    is_upkeep = (last["kind"] == "step").to_numpy() & (finish.reindex(keys) < problem.years[-1]).to_numpy()
    lasting = last[is_upkeep | (last["kind"] == "keeping").to_numpy()]
    bound = lasting.groupby("purse")["spent_vnd_million"].sum().reindex(problem.purses, fill_value=0.0).to_numpy(float)
    growth = 1 + plan.scenario.settings.costs.price_growth_pct / 100
    worth = (growth ** -np.arange(1.0, ahead + 1)).sum()
    # Upkeep and health insurance rise with prices, so they keep their worth.
    return np.asarray(np.maximum(yearly * worth - bound * ahead, 0.0))


def forecasts(plan: "Plan") -> pd.DataFrame:
    """Return how many communes are expected to meet each forecast requirement, up to the orientation year.

    Index (``requirement``, ``with_effort``), one column a year: the sum of the chances over the communes whose chance is
    known; ``known`` and ``communes`` say over how many of how many. Empty where nothing is forecast.
    """
    chance = plan.outlook.chance
    if chance.empty:
        return pd.DataFrame()
    groups = chance.groupby(level=["requirement", "with_effort"], sort=False)
    table = groups.sum(min_count=1)
    table.insert(0, "known", groups.count().iloc[:, 0])
    table.insert(1, "communes", len(plan.problem.communes))
    return table


__all__ = ["PURSES", "forecasts", "orientation", "orientation_notes", "remaining", "year_of_all"]
