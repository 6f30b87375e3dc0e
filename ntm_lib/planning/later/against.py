"""Say of every criterion whether it went as planned: ahead, on time, late, not done, not planned, or not known."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.later.follow_up import against_actual, as_planned, reported_years
from ntm_lib.planning.later.progress_file import DONE, Progress, progress_from_results

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

Level = Literal["district", "commune"]
PAIR = ["commune_code", "criterion"]
NOTHING = Progress(
    pd.DataFrame(columns=[*PAIR, "year", "state"], dtype=object), pd.DataFrame(columns=PAIR, dtype=object), ""
)
"""What is known where nobody reported."""


def outcome_labels() -> dict[str, str]:
    """Name the outcomes of one criterion, best first."""
    return {
        "ahead": _("Ahead of the plan"),
        "on_time": _("On time"),
        "late": _("Completed late"),
        "not_done": _("Not completed"),
        "not_planned": _("Completed, not in the plan"),
        "unknown": _("Not reported"),
    }


OUTCOMES = ("ahead", "on_time", "late", "not_done", "not_planned", "unknown")


def outcomes(plan: "Plan", progress: Progress, year: int) -> pd.DataFrame:
    """Put what was done by the end of a year beside the plan, criterion by criterion.

    Returns
    -------
    DataFrame
        A row for each criterion that the plan completes by then or that was done by then, documents' order:
        ``commune_code, name, district_code, criterion, planned_year, actual_year`` (missing where there is none) and
        ``outcome``: ahead (done before its planned year), on_time, late (done after it), not_done (planned by then; told or
        found not done, still under way, or done only later), not_planned (done, in no year of the plan), unknown (planned
        by then, and nothing was told of it).
    """
    table = against_actual(plan, progress.actual, year)
    later = pd.MultiIndex.from_frame(pd.concat([progress.actual[PAIR], progress.not_done[PAIR]], ignore_index=True))
    is_told = pd.MultiIndex.from_frame(table[PAIR]).isin(later)
    planned, actual = (table[name].astype(float).to_numpy() for name in ("planned_year", "actual_year"))
    is_done = ~np.isnan(actual)
    outcome = np.select(
        [is_done & np.isnan(planned), is_done & (actual < planned), is_done & (actual == planned), is_done, is_told],
        ["not_planned", "ahead", "on_time", "late", "not_done"],
        default="unknown",
    )
    return table.drop(columns="status").assign(outcome=outcome)


def by_unit(plan: "Plan", table: pd.DataFrame, year: int, level: Level = "district") -> pd.DataFrame:
    """Count ``outcomes`` by district or commune.

    Index ``district_code`` or ``commune_code``, documents' order, every unit of the plan; ``name``; ``planned`` (criteria
    planned by the end of the year), one column an outcome; ``standard_planned`` and ``standard`` (communes that meet all
    criteria by the plan, and by what was done: at least so many, since what was not told may be done as well). Counts add up
    from commune to district to province.
    """
    problem, key = plan.problem, f"{level}_code"
    codes = {"district": problem.districts, "commune": problem.communes}[level]
    place = {"district": problem.district, "commune": np.arange(len(problem.communes))}[level]
    units = pd.Index(codes, name=key)
    counts = table.groupby([key, "outcome"]).size().unstack(fill_value=0)
    counts = counts.reindex(index=units, columns=list(OUTCOMES), fill_value=0)
    is_planned = table["planned_year"].notna() & (table["planned_year"].fillna(0) <= year)
    counts.insert(0, "planned", table[is_planned].groupby(key).size().reindex(units, fill_value=0))
    met = problem.met.copy()
    done = table[table["actual_year"].notna()]
    met[problem.communes.get_indexer(pd.Index(done["commune_code"])), problem.criteria.get_indexer(pd.Index(done["criterion"]))] = True  # fmt: skip
    standard = {
        "standard_planned": plan.solution.standard <= problem.years.index(year),
        "standard": met.all(axis=1),
    }
    for name, held in standard.items():
        counts[name] = np.bincount(place[held], minlength=len(units))
    counts.insert(0, "name", plan.baseline.vintage.frame["name"].reindex(units).to_numpy())
    return counts


def every_year(plan: "Plan", level: Level = "district") -> pd.DataFrame:
    """Put the results handed in for each year of the plan beside it, counted by district or commune.

    Index (unit, ``year``), units in the documents' order; the columns of ``by_unit``, and ``is_reported``: whether results
    by the plan's set were handed in for that year at all. Where not, every planned criterion is not reported (``unknown``).
    """
    reported = set(reported_years(plan))
    told = {year: progress_from_results(plan, year) if year in reported else NOTHING for year in plan.years}
    tables = {year: by_unit(plan, outcomes(plan, held, year), year, level) for year, held in told.items()}
    frame = pd.concat(tables, names=["year"]).swaplevel()
    index = pd.MultiIndex.from_product([tables[plan.years[0]].index, plan.years], names=frame.index.names)
    return frame.reindex(index).assign(is_reported=index.get_level_values("year").isin(reported))


def told_against_start(plan: "Plan", progress: Progress) -> pd.DataFrame:
    """Return ``commune_code, criterion`` told as not done though the plan has them as met at the start.

    The plan does not plan them, so they are not compared; whoever reads the comparison must be told.
    """
    told, problem = progress.not_done, plan.problem
    rows = problem.communes.get_indexer(pd.Index(told["commune_code"]))
    columns = problem.criteria.get_indexer(pd.Index(told["criterion"]))
    return told[problem.met[rows, columns]].reset_index(drop=True)


def told_done_at_start(plan: "Plan", progress: Progress) -> pd.DataFrame:
    """Return ``commune_code, criterion`` told as done or under way though the plan has them as met at the start.

    Nothing of them was planned, so they are not compared; whoever reads the comparison must be told.
    """
    told, problem = progress.actual, plan.problem
    rows = problem.communes.get_indexer(pd.Index(told["commune_code"]))
    columns = problem.criteria.get_indexer(pd.Index(told["criterion"]))
    return told.loc[problem.met[rows, columns], PAIR].reset_index(drop=True)


def planned_by(plan: "Plan", year: int) -> pd.DataFrame:
    """Return what the plan completes, or has under way, by the end of a year, in the form of ``check_actual``.

    The table that a planner fills in; documents' order.
    """
    problem, done = plan.problem, plan.solution.done
    if year < problem.years[-1]:
        table = as_planned(plan, year + 1)
    else:
        commune, criterion = np.nonzero((done >= 0) & (done < len(problem.years)))
        table = pd.DataFrame(
            {
                "commune_code": problem.communes[commune],
                "criterion": problem.criteria[criterion],
                "year": np.array(problem.years)[done[commune, criterion]],
                "state": DONE,
            }
        )
    place = [problem.communes.get_indexer(pd.Index(table["commune_code"])), problem.criteria.get_indexer(pd.Index(table["criterion"]))]  # fmt: skip
    return table.iloc[np.lexsort((place[1], place[0]))].reset_index(drop=True)
