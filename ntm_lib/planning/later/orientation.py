"""Look beyond the plan: what is left at its end, and how far money of the same size would carry in the years after."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib.messages import _, language
from ntm_lib.planning.handdown.targets import PURSES, is_unknown
from ntm_lib.planning.later.foreseen import Foreseen, count_range, foreseen
from ntm_lib.planning.problem import Bools, Floats, Ints

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
    missing, last = plan.solution.done >= years, _last_steps(plan)
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


def _last_steps(plan: "Plan") -> Ints:
    """Return the year position of the last step of each criterion (n, k), -1 where it has none."""
    steps = plan.problem.steps
    last = np.full(plan.problem.met.shape, -1)
    np.maximum.at(last, (steps.commune, steps.criterion), steps.year)
    return last


def orientation(plan: "Plan") -> pd.DataFrame:
    """Return how far the plan's money and the forecasts would carry after its last year.

    Returns
    -------
    DataFrame
        Index: the years after the plan up to the orientation year; ``communes``, ``standard`` (communes that meet all criteria,
        as a plan counts them: those of the plan and those that money and prices allow, cheapest first, once each forecast
        of their open criteria is likely enough), ``expected`` (how many of them the forecasts bear out, the sum of their
        chances), ``low``, ``high`` (80 % range of that number, communes taken by themselves), ``standard_at_pace`` (as many
        communes a year as in the plan), ``missing`` (communes still missing criteria), ``without_way`` (of them, communes
        with a criterion whose cost is not known or whose forecast is not likely yet: never counted as reached),
        ``remaining_vnd_million`` (cost of the costed criteria still open, prices of the last plan year),
        ``money_vnd_million`` (what a year has left for them, prices of the last plan year). ``orientation_notes`` states
        the assumptions.
    """
    years = range(plan.problem.years[-1] + 1, plan.scenario.settings.horizon.orientation_year + 1)
    ahead_of = foreseen(plan, _last_steps(plan))
    left = remaining(plan)
    cost = left[list(plan.problem.purses)].to_numpy(float)
    horizon = len(plan.problem.years)
    in_plan = plan.solution.standard < horizon
    first = int((plan.solution.standard == -1).sum())
    stands, rows = in_plan.copy(), []
    for place, _year in enumerate(years):
        money = _money(plan, place + 1)
        has_way = _has_way(plan, ahead_of, place)
        stands |= _paid_for(cost, money, stands & ~in_plan, has_way & ~stands & plan.problem.may_standard)
        low, high = count_range(ahead_of.chance[stands, place])
        total = cost.sum(axis=0)
        rows.append(
            {
                "communes": len(stands),
                "standard": int(stands.sum()),
                "expected": float(ahead_of.chance[stands, place].sum()),
                "low": low,
                "high": high,
                "standard_at_pace": min(
                    len(stands), int(in_plan.sum()) + round((in_plan.sum() - first) / horizon * (place + 1))
                ),
                "missing": int((~stands).sum()),
                "without_way": int((~has_way & ~stands).sum()),
                "remaining_vnd_million": float(np.maximum(total - money, 0.0).sum()),
                "money_vnd_million": (money - _money(plan, place)).sum(),
            }
        )
    return pd.DataFrame(rows, index=pd.Index(years, name="year"))


def _has_way(plan: "Plan", ahead_of: Foreseen, place: int) -> Bools:
    """Tell which communes can complete every open criterion by a year after the plan: it is costed, its forecasts likely."""
    is_open = plan.solution.done >= len(plan.problem.years)
    is_costed = (_last_steps(plan) >= 0) | ahead_of.comes_alone
    return np.asarray((~is_open | (is_costed & ahead_of.is_likely[:, :, place])).all(axis=1))


def _paid_for(cost: Floats, money: Floats, before: Bools, can: Bools) -> Bools:
    """Return which communes the money up to a year pays for (n): those paid for before, then the cheapest of the others."""
    order = np.flatnonzero(can)
    order = order[np.argsort(cost[order].sum(axis=1), kind="stable")]
    used = cost[before].sum(axis=0) + np.cumsum(cost[order], axis=0)
    paid = before.copy()
    paid[order[(used <= money + 1e-6).all(axis=1).cumprod().astype(bool)]] = True
    return paid


def year_of_all(plan: "Plan") -> int | None:
    """Return the first year in which every commune could meet all criteria with money of the same size.

    Up to the orientation year also by the forecasts; no forecast reaches further, so a later year is one of money alone.
    None when money grows slower than prices ever let it, or when a criterion has no cost or is not likely by then.
    """
    if (plan.solution.standard < len(plan.problem.years)).all():
        return int(plan.problem.years[-1])
    table = orientation(plan)
    reached = table.index[table["missing"] == 0]
    if len(reached):
        return int(reached[0])
    if len(table) == 0 or table["without_way"].iloc[-1] > 0 or not plan.problem.may_standard.all():
        return None
    open_cost = remaining(plan)[list(plan.problem.purses)].to_numpy(float).sum(axis=0)
    for ahead in range(len(table) + 1, LAST + 1):
        if (open_cost <= _money(plan, ahead) + 1e-6).all():
            return int(plan.problem.years[-1] + ahead)
    return None


def orientation_notes(plan: "Plan") -> list[str]:
    """State what ``orientation`` assumes, in sentences for the page."""
    settings = plan.scenario.settings
    texts = [
        _(
            "Assumed: the plan is carried out as it stands; from {year} on each source has the average yearly money of the plan, less what upkeep and the standards "
            "reached take in the plan's last year; prices rise {growth}% a year; the cheapest communes come first; money of "
            "one source does not replace another's; mergers and a later criteria set are left out."
        ),
        _(
            "Communes are counted as in the plan: each criterion that money does not buy within a year must be met with a chance of at "
            "least {confidence}% by its forecast, with the effort of the plan, whose gain stays after {last}. Expected "
            "number: the sum of the chances that every forecast of a commune comes true; range: in 8 of 10 cases, were "
            "communes independent of each other, so that the real range is wider. Later money, works and disasters are not "
            "drawn; what has no forecast is taken as it stands."
        ),
    ]
    decimal = "," if language() == "vi" else "."
    growth = f"{settings.costs.price_growth_pct:g}".replace(".", decimal)
    confidence = f"{100 * settings.forecast.confidence:g}".replace(".", decimal)
    last = plan.problem.years[-1]
    return [text.format(year=last + 1, growth=growth, confidence=confidence, last=last) for text in texts]


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
