"""Say what each amount of a plan pays for: which work of which commune, upkeep, effort, package; to the last đồng."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib.planning.settings import Purse

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

COLUMNS = [
    "commune_code", "district_code", "part", "criterion", "requirement", "measure", "purse", "year", "is_recurrent",
    "spent_vnd_million",
]  # fmt: skip
PARTS = ("work", "task", "effort", "upkeep", "survey", "other", "keeping", "advanced", "model", "village")
"""What money pays for: building works, other tasks, yearly efforts, upkeep, surveys of what is not known, steps without a
line of needs, what keeps the standard, and the packages."""


def breakdown(plan: "Plan") -> pd.DataFrame:
    """Return all money of a plan by what it pays for.

    Returns
    -------
    DataFrame
        ``commune_code, district_code, part`` (one of ``PARTS``), ``criterion, requirement, measure`` (empty where none
        applies), ``purse, year, is_recurrent, spent_vnd_million``. For each commune, criterion, purse and year the rows
        add up to ``plan.spending``: the lines of the needs only say how a step's money is divided. Money of a step that
        no line explains stands as part ``other``. The money of a line that is only perhaps needed is the expected one.
    """
    spending = plan.spending
    steps = spending[spending["kind"] == "step"].merge(_completion(plan), on=["commune_code", "criterion"])
    parts = pd.concat([_lines(plan, steps), _packages(spending)], ignore_index=True)
    parts["is_recurrent"] = _is_recurrent(plan, parts)
    return parts[COLUMNS]


def _completion(plan: "Plan") -> pd.DataFrame:
    """Return the year in which each criterion is completed within the horizon."""
    problem, done = plan.problem, plan.solution.done
    commune, criterion = np.nonzero((done >= 0) & (done < len(problem.years)))
    return pd.DataFrame(
        {
            "commune_code": problem.communes[commune],
            "criterion": problem.criteria[criterion],
            "finish": np.array(problem.years)[done[commune, criterion]],
        }
    )


def _lines(plan: "Plan", steps: pd.DataFrame) -> pd.DataFrame:
    """Divide the money of each step among the lines of the needs, in proportion to what each takes in that year."""
    wanted = [
        "commune_code", "criterion", "requirement", "measure", "cost", "chance", "lead_years", "works", "is_effort",
        "is_recurrent", "upkeep_vnd_million", "is_survey_needed",
    ]  # fmt: skip
    lines = plan.needs.lines
    lines = lines.assign(cost=lines[f"{plan.scenario.settings.costs.estimate}_vnd_million"])[wanted]
    cells = steps.reset_index(drop=True).rename_axis("cell").reset_index()
    both = cells.merge(lines, on=["commune_code", "criterion"], how="left")
    is_after = (both["year"] > both["finish"]).to_numpy()
    work = _work_weight(plan, both)
    growth = 1 + plan.scenario.settings.costs.price_growth_pct / 100
    price = growth ** (both["year"].to_numpy(float) - plan.problem.years[0] + 1)
    weight = (
        np.where(is_after, both["upkeep_vnd_million"] * _upkeep_payer(plan, both), work)
        * both["chance"].to_numpy(float)
        * price
    )
    surveys = _surveys(plan, both)
    both = pd.concat([both.assign(is_survey=False), both[surveys > 0].assign(is_survey=True)], ignore_index=True)
    is_survey = both["is_survey"].to_numpy(bool)
    is_after = (both["year"] > both["finish"]).to_numpy() & ~is_survey
    weight = np.nan_to_num(np.concatenate([weight, surveys[surveys > 0]]).astype(float))
    total = np.bincount(both["cell"], weight, minlength=len(cells))[both["cell"]]
    share = np.divide(weight, total, out=np.zeros(len(both)), where=total > 0)
    is_other = total <= 0
    # Money that no line explains stands once, without a line.
    share = np.where(is_other & ~both["cell"].duplicated(), 1.0, share)
    both["part"] = np.select(
        [is_other, is_survey, is_after, _is_true(both["is_effort"]), both["works"].fillna(0) > 0],
        ["other", "survey", "upkeep", "effort", "work"],
        "task",
    )
    both.loc[is_other, ["requirement", "measure"]] = ""
    both["spent_vnd_million"] = both["spent_vnd_million"] * share
    return _exact(both[share > 0], cells).drop(columns="cell")


def _surveys(plan: "Plan", both: pd.DataFrame) -> np.ndarray:
    """Return what the survey of a line takes of a purse in a year: local money of the first year, shared as needed."""
    survey = plan.needs.survey.set_index("commune_code")
    each = (survey["cost_vnd_million"] / survey["requirements"]).reindex(both["commune_code"]).to_numpy(float)
    is_paid = (both["year"] == plan.problem.years[0]) & (both["purse"] == Purse.LOCAL.value)
    return np.where(is_paid & _is_true(both["is_survey_needed"]), np.nan_to_num(each), 0.0)


def _measure_share(plan: "Plan", both: pd.DataFrame) -> np.ndarray:
    """Return the share of a line's cost that its purse pays."""
    payer = plan.needs.shares.stack()  # noqa: PD013 - melt has no index
    payer.index.names = ["measure", "purse"]
    return np.asarray(payer.reindex(pd.MultiIndex.from_frame(both[["measure", "purse"]])).fillna(0.0).to_numpy())


def _upkeep_payer(plan: "Plan", both: pd.DataFrame) -> np.ndarray:
    """Return who pays upkeep: local funds, or the payers of what is paid anew every year."""
    is_local = (both["purse"] == Purse.LOCAL.value).to_numpy(float)
    return np.where(_is_true(both["is_recurrent"]), _measure_share(plan, both), is_local)


def _work_weight(plan: "Plan", both: pd.DataFrame) -> np.ndarray:
    """Return what a line takes of a purse in a year up to completion; only the proportions within a cell count."""
    share = _measure_share(plan, both)
    lead = both["lead_years"].fillna(1).to_numpy(float)
    is_building = (both["year"] > both["finish"] - lead).to_numpy()
    free = _chance_without_effort(plan, both)
    needs_effort = ~(free >= plan.scenario.settings.forecast.confidence)
    is_effort = _is_true(both["is_effort"])
    pace = np.where(is_effort, np.where(np.isnan(free), is_building, needs_effort), is_building / lead)
    closed = {purse.value for purse in plan.scenario.settings.money.closed}
    # A closed purse's part was moved to the other purses of the measure, in the same proportions for all lines.
    share = np.where(both["purse"].isin(closed), 0.0, share)
    return np.asarray(both["cost"].to_numpy(float) * pace * np.where(share > 0, share, 0.0))


def _chance_without_effort(plan: "Plan", both: pd.DataFrame) -> np.ndarray:
    """Return the chance that a forecast requirement is met by itself when its criterion is completed; NaN: not forecast."""
    chance = plan.outlook.chance
    if chance.empty:
        return np.full(len(both), np.nan)
    free = chance.xs(key=False, level="with_effort").stack()  # noqa: PD013 - melt has no index
    free.index.names = ["commune_code", "requirement", "year"]
    keys = both[["commune_code", "requirement", "finish"]].set_axis(list(free.index.names), axis=1)
    return np.asarray(free.reindex(pd.MultiIndex.from_frame(keys)).to_numpy(float))


def _exact(parts: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Put what rounding left over on the first part of each cell, so that the parts add up to the cell."""
    found = parts.groupby("cell")["spent_vnd_million"].sum()
    rest = cells["spent_vnd_million"] - found.reindex(cells.index, fill_value=0.0)
    first = ~parts["cell"].duplicated()
    parts.loc[first, "spent_vnd_million"] += rest.reindex(parts.loc[first, "cell"]).to_numpy()
    return parts


def _packages(spending: pd.DataFrame) -> pd.DataFrame:
    rest = spending[spending["kind"] != "step"]
    return rest.assign(part=rest["kind"], requirement="", measure="", is_recurrent=rest["kind"] == "keeping").drop(
        columns="kind"
    )


def _is_recurrent(plan: "Plan", parts: pd.DataFrame) -> np.ndarray:
    """Tell recurrent money from investment: the two central purses by their name, all other money by what it pays for."""
    recurrent = plan.needs.lines.groupby("measure")["is_recurrent"].first().astype(bool)
    by_measure = parts["measure"].map(recurrent).fillna(value=False).to_numpy(bool)
    by_part = parts["part"].isin(["effort", "upkeep", "survey", "keeping"]).to_numpy() | by_measure
    purse = parts["purse"]
    # ASSUME: packages of advanced and model communes and of villages are investment, but for what central recurrent
    # money pays of them.
    is_recurrent = by_part & (purse != Purse.CENTRAL_INVESTMENT).to_numpy()
    return np.asarray(is_recurrent | (purse == Purse.CENTRAL_RECURRENT).to_numpy())


def _is_true(flags: pd.Series) -> np.ndarray:
    """Return flags of lines as truth values; a cell without a line has none."""
    return np.asarray(flags.fillna(value=False).astype(bool))
