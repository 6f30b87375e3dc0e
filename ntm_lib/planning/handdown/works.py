"""The list of works (danh mục công trình): what is built where, how much of it, when, for how much and from which source."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib.messages import _, language
from ntm_lib.planning.handdown.breakdown import breakdown
from ntm_lib.planning.means.measures import Measures, load_measures
from ntm_lib.planning.settings import Purse

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

PURSES = [purse.value for purse in Purse]
NAMED = ("work", "task", "effort")
"""Parts of the money that stand as a line with a name; the others are summed up by commune."""
LINE = ["commune_code", "criterion", "requirement", "measure", "part"]


def works(plan: "Plan", menu: Measures | None = None) -> pd.DataFrame:
    """Return the list of works, one row a work: building works first, then other tasks, then yearly efforts.

    Parameters
    ----------
    plan
        The plan; only what it completes within the horizon is listed.
    menu
        The menu of measures that names the works; None: that of the plan's project.

    Returns
    -------
    DataFrame
        ``part`` (work | task | effort), ``name`` (proposed: ``is_proposed_name``; nobody has named these works yet),
        ``commune_code, commune, district_code, criterion, requirement, measure``; ``volume, unit``; ``start_year,
        finish_year``; ``cost_vnd_million`` (money of the plan: the expected one where ``chance`` < 1, since a survey
        will tell whether the work is needed) and ``full_cost_vnd_million`` (when it is needed); one column a purse and
        one a year; ``basis`` (read | derived | assumed), ``volume_basis``, ``is_level_doubtful``. With ``other_money``
        it adds up to ``plan.spending``.
    """
    parts = breakdown(plan)
    parts = parts[parts["part"].isin(NAMED)]
    frame = _wide(parts, LINE, plan)
    spans = parts.groupby(LINE, sort=False)["year"].agg(start_year="min")
    frame = frame.join(spans).reset_index()
    needs = plan.needs.lines.drop_duplicates(["commune_code", "criterion", "requirement", "measure"])
    told = ["commune_code", "criterion", "requirement", "measure", "volume", "chance", "basis", "volume_basis",
            "level_is_doubtful"]  # fmt: skip
    frame = frame.merge(needs[told], on=told[:4], how="left").rename(columns={"level_is_doubtful": "is_level_doubtful"})
    problem, done = plan.problem, plan.solution.done
    position = problem.communes.get_indexer(pd.Index(frame["commune_code"]))
    finish = done[position, problem.criteria.get_indexer(pd.Index(frame["criterion"]))]
    frame["finish_year"] = np.array(problem.years)[finish]
    frame["district_code"] = problem.districts[problem.district[position]]
    frame["full_cost_vnd_million"] = frame["cost_vnd_million"] / frame["chance"]
    frame["commune"] = plan.baseline.communes["name"].reindex(frame["commune_code"]).to_numpy()
    return _named(frame, load_measures(plan.baseline.project) if menu is None else menu, plan)


def _named(frame: pd.DataFrame, menu: Measures, plan: "Plan") -> pd.DataFrame:
    """Give each row its name and unit and put the rows and columns in order."""
    label = {key: str(menu[key].label) for key in frame["measure"].unique()}
    unit = {key: str(menu[key].unit) for key in frame["measure"].unique()}
    frame["name"] = [
        work_name(label[measure], commune) for measure, commune in zip(frame["measure"], frame["commune"], strict=True)
    ]
    frame["unit"] = frame["measure"].map(unit)
    frame["is_proposed_name"] = True
    order = frame.assign(
        part_place=frame["part"].map({part: place for place, part in enumerate(NAMED)}),
        place=plan.problem.communes.get_indexer(pd.Index(frame["commune_code"])),
        criterion_place=plan.problem.criteria.get_indexer(pd.Index(frame["criterion"])),
    ).sort_values(["part_place", "place", "criterion_place", "requirement"], kind="stable")
    columns = [
        "part", "name", "is_proposed_name", "commune_code", "commune", "district_code", "criterion", "requirement",
        "measure", "volume", "unit", "start_year", "finish_year", "cost_vnd_million", "full_cost_vnd_million", "chance",
        *PURSES, *plan.problem.years, "basis", "volume_basis", "is_level_doubtful",
    ]  # fmt: skip
    return order[columns].reset_index(drop=True)


def other_money(plan: "Plan") -> pd.DataFrame:
    """Return the money that buys no named work, one row a commune and part.

    ``part`` (upkeep, survey, other, keeping, advanced, model, village), ``name``, ``commune_code, commune, district_code,
    cost_vnd_million``, ``is_recurrent`` (all of it), one column a purse and one a year. ``works`` and this table add up
    to ``plan.spending``.
    """
    parts = breakdown(plan)
    parts = parts[~parts["part"].isin(NAMED)]
    keys = ["commune_code", "part"]
    frame = _wide(parts, keys, plan)
    frame["is_recurrent"] = parts.groupby(keys, sort=False)["is_recurrent"].all()
    frame = frame.reset_index()
    position = plan.problem.communes.get_indexer(pd.Index(frame["commune_code"]))
    frame["district_code"] = plan.problem.districts[plan.problem.district[position]]
    frame["commune"] = plan.baseline.communes["name"].reindex(frame["commune_code"]).to_numpy()
    labels = part_labels()
    frame["name"] = [
        work_name(labels[part], commune) for part, commune in zip(frame["part"], frame["commune"], strict=True)
    ]
    order = frame.assign(place=position, part_place=frame["part"].map(list(labels).index))
    columns = [
        "part", "name", "commune_code", "commune", "district_code", "is_recurrent", "cost_vnd_million", *PURSES,
        *plan.problem.years,
    ]  # fmt: skip
    return order.sort_values(["part_place", "place"], kind="stable")[columns].reset_index(drop=True)


def part_labels() -> Mapping[str, str]:
    """Name what money pays for, in the order in which lists print it."""
    return {
        "work": _("Building works"),
        "task": _("Other tasks"),
        "effort": _("Yearly support"),
        "upkeep": _("Upkeep of finished works (recurrent)"),
        "survey": _("Survey of what is not known (recurrent)"),
        "keeping": _("Keeping the standard after recognition (recurrent)"),
        "advanced": _("Advanced commune package"),
        "model": _("Model commune package"),
        "village": _("Villages reaching the village standard"),
        "other": _("Money of the plan without a work of its own"),
    }


def work_name(label: str, commune: str) -> str:
    """Propose the name of a work: what is done, and the commune inside the sentence."""
    place = commune[:1].lower() + commune[1:] if language() == "vi" else commune
    return f"{label}, {place}"


def _wide(parts: pd.DataFrame, keys: list[str], plan: "Plan") -> pd.DataFrame:
    """Lay money out: a row for each key, columns ``cost_vnd_million``, the purses, the years."""
    money = parts.groupby(keys, sort=False)["spent_vnd_million"]
    tables = [money.sum().rename("cost_vnd_million").to_frame()]
    for column, order in (("purse", PURSES), ("year", list(plan.problem.years))):
        table = parts.groupby([*keys, column], sort=False)["spent_vnd_million"].sum().unstack(column)
        tables.append(table.reindex(columns=order).fillna(0.0))
    return pd.concat(tables, axis=1)
