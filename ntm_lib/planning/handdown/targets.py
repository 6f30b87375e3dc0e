"""Targets to hand down: what each commune, district and the province shall reach in each year, and with what money."""

from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from ntm_lib.planning.handdown.breakdown import breakdown
from ntm_lib.planning.settings import Purse
from ntm_lib.verdicts import Verdict

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

Tier = Literal["province", "district", "commune"]
PURSES = [purse.value for purse in Purse]
COUNTS = [
    "communes", "criteria_of", "criteria_low", "criteria_high", "completed", "standard", "standard_high",
    "newly_standard", "advanced", "newly_advanced", "model", "newly_model", "villages", "newly_villages",
]  # fmt: skip
MONEY = ["money_vnd_million", "without_credit_vnd_million", "investment_vnd_million", "recurrent_vnd_million", *PURSES]

_HELD: WeakKeyDictionary["Plan", dict[bool, pd.DataFrame]] = WeakKeyDictionary()


def targets(plan: "Plan", by: Tier = "province", *, with_start: bool = False) -> pd.DataFrame:
    """Return the targets of every unit of a tier for every year.

    Parameters
    ----------
    plan
        The plan. A criterion that the plan completes counts from the end of its year.
    by
        The tier of the units; districts and communes stand in the documents' order.
    with_start
        Adds a row for the start year: what the results of that year say; its money is missing, since it is not planned.

    Returns
    -------
    DataFrame
        Index (``unit_code``, ``year``); ``name``; counts at the end of the year: ``communes``, ``criteria_of`` (criteria
        they are judged by), ``criteria_low`` (met for certain or completed by the plan) and ``criteria_high`` (and every
        criterion whose start is unknown and that the plan has not completed yet), ``mean_low, mean_high`` a commune,
        ``completed`` in the year, ``standard`` (communes that meet all) and ``standard_high`` (and those that miss
        unknown criteria only), ``advanced``, ``model``, ``villages`` (those of the plan) with what is new in the year
        (``newly_…``); money of the year in million VND: total, without credit, investment, recurrent, by purse.
        Every count and sum adds up from commune to district to province.
    """
    problem = plan.problem
    frame = _by_commune(plan, with_start=with_start).copy()
    names = plan.baseline.vintage.frame["name"]
    code, year = (frame.index.get_level_values(level) for level in ("unit_code", "year"))
    if by == "commune":
        units = pd.Index(problem.communes)
    else:
        owner = pd.Series(problem.districts[problem.district], index=problem.communes)
        units = pd.Index(problem.districts)
        if by == "province":
            units = pd.Index([plan.baseline.vintage.province.code])
            owner = pd.Series(units[0], index=problem.communes)
        keys = [pd.Index(owner.reindex(code), name="unit_code"), year]
        frame = frame.groupby(keys).sum(min_count=1)
        # A district without a commune in the programme has no targets.
        units = units[units.isin(owner)]
    years = sorted(set(year))
    frame = frame.reindex(pd.MultiIndex.from_product([units, years], names=["unit_code", "year"]))
    for bound in ("low", "high"):
        frame[f"mean_{bound}"] = frame[f"criteria_{bound}"] / frame["communes"]
    frame.insert(0, "name", names.reindex(frame.index.get_level_values("unit_code")).to_numpy())
    return frame.astype(dict.fromkeys(COUNTS, "int64"))[["name", *COUNTS, "mean_low", "mean_high", *MONEY]]


def _by_commune(plan: "Plan", *, with_start: bool) -> pd.DataFrame:
    """Return counts and money of every commune and year; worked out once for a plan, which never changes."""
    held = _HELD.setdefault(plan, {})
    if with_start not in held:
        held[with_start] = pd.concat(
            [_counts(plan, with_start=with_start), _money(plan, with_start=with_start)], axis=1
        )
    return held[with_start]


def _counts(plan: "Plan", *, with_start: bool) -> pd.DataFrame:
    """Return the counts of every commune and year."""
    problem, solution = plan.problem, plan.solution
    years = np.arange(-1 if with_start else 0, len(problem.years))
    done = np.where(_stands_at_start(plan), -1, solution.done) if with_start else solution.done
    # What stands at the start and is expected to be lost counts at the start, and again once it is completed.
    met = np.where(years[None, None, :] < 0, done[:, :, None] < 0, solution.done[:, :, None] <= years)
    unknown = is_unknown(plan)[:, :, None] & ~met
    left_out = (problem.met.shape[1] - problem.of)[:, None]
    low = met.sum(axis=1) - left_out
    standard = met.all(axis=1)
    levels = {"advanced": solution.advanced, "model": solution.model}
    villages = np.concatenate([np.zeros((len(low), 1), dtype=np.int64), solution.villages], axis=1)[:, years + 1]
    reached = {
        "standard": standard,
        **{name: level[:, None] <= years for name, level in levels.items()},
        "villages": villages.cumsum(axis=1),
    }
    counts = {
        "communes": np.ones_like(low),
        "criteria_of": np.broadcast_to(problem.of[:, None], low.shape),
        "criteria_low": low,
        "criteria_high": low + unknown.sum(axis=1),
        "completed": (solution.done[:, :, None] == years).sum(axis=1) * (years >= 0),
        "standard_high": (met | unknown).all(axis=1),
        **reached,
        "newly_standard": (solution.standard[:, None] == years) & (years >= 0),
        **{f"newly_{name}": (level[:, None] == years) & (years >= 0) for name, level in levels.items()},
        "newly_villages": villages,
    }
    index = _index(plan, with_start=with_start)
    frame = pd.DataFrame({name: np.asarray(values).astype(np.int64).ravel() for name, values in counts.items()}, index)
    return frame[COUNTS]


def is_unknown(plan: "Plan") -> np.ndarray:
    """Return which criteria (communes, criteria) are not known at the start; the plan treats them as work to do."""
    verdicts = plan.baseline.criteria.reindex(index=plan.problem.communes, columns=plan.problem.criteria)
    return np.asarray(verdicts.to_numpy() == Verdict.UNKNOWN) & ~plan.problem.met


def _stands_at_start(plan: "Plan") -> np.ndarray:
    verdicts = plan.baseline.criteria.reindex(index=plan.problem.communes, columns=plan.problem.criteria).to_numpy()
    return np.asarray(plan.problem.met | (verdicts == Verdict.MET) | (verdicts == Verdict.NOT_APPLICABLE))


def _index(plan: "Plan", *, with_start: bool) -> pd.MultiIndex:
    years = list(plan.problem.years)
    if with_start:
        years = [plan.scenario.settings.horizon.start_year, *years]
    return pd.MultiIndex.from_product([plan.problem.communes, years], names=["unit_code", "year"])


def _money(plan: "Plan", *, with_start: bool) -> pd.DataFrame:
    """Return the money of every commune and year; missing in the start year."""
    parts = breakdown(plan).rename(columns={"commune_code": "unit_code", "spent_vnd_million": "spent"})
    keys = ["unit_code", "year"]
    by_purse = parts.pivot_table(index=keys, columns="purse", values="spent", aggfunc="sum", observed=True)
    by_nature = parts.pivot_table(index=keys, columns="is_recurrent", values="spent", aggfunc="sum")
    planned = _index(plan, with_start=False)
    by_purse = by_purse.reindex(index=planned, columns=PURSES).fillna(0.0)
    by_nature = by_nature.reindex(index=planned, columns=[False, True]).fillna(0.0)
    frame = by_purse.copy()
    frame["money_vnd_million"] = by_purse.sum(axis=1)
    frame["without_credit_vnd_million"] = by_purse.drop(columns=Purse.CREDIT.value).sum(axis=1)
    frame["investment_vnd_million"], frame["recurrent_vnd_million"] = by_nature[False], by_nature[True]
    return frame[MONEY].reindex(_index(plan, with_start=with_start))


def districts_reached(plan: "Plan") -> pd.DataFrame:
    """Return the district-level units whose communes reach the shares that the scenario asks of a district, and when.

    Index ``district_code``, documents' order, only units with a commune in the Programme; ``name``, ``communes``,
    ``standard``, ``advanced`` (communes at the end of the plan), ``year`` (the first year at whose end both shares are
    reached, missing when none is; the start year where they stand at the start), ``is_apart`` (never counted for the aim of
    districts). The criteria of the district level itself are not judged. Empty for units without a district level.
    """
    problem, solution, aims = plan.problem, plan.solution, plan.problem.aims
    count, code = len(problem.districts), plan.baseline.vintage.province.code
    if list(problem.districts) == [code]:
        count = 0
    belongs = np.arange(count)[:, None] == problem.district[None, :]
    size = belongs.sum(axis=1)[:, None]
    years = np.arange(-1, len(problem.years))
    standard, advanced = (
        belongs.astype(int) @ (level[:, None] <= years) for level in (solution.standard, solution.advanced)
    )
    reached = (standard >= aims.district_share * size - 1e-6) & (advanced >= aims.district_advanced_share * size - 1e-6)
    named = np.array([plan.scenario.settings.horizon.start_year, *problem.years])
    apart = np.zeros(count, dtype=bool) if aims.districts_apart is None else aims.districts_apart[:count]
    codes = pd.Index(problem.districts[:count], name="district_code")
    frame = pd.DataFrame(
        {
            "name": plan.baseline.vintage.frame["name"].reindex(codes).to_numpy(),
            "communes": size[:, 0],
            "standard": standard[:, -1],
            "advanced": advanced[:, -1],
            "year": pd.array(named[reached.argmax(axis=1)], dtype="Int64"),
            "is_apart": apart,
        },
        index=codes,
    )
    frame["year"] = frame["year"].mask(~reached.any(axis=1))
    return frame[frame["communes"] > 0]


def villages(plan: "Plan") -> pd.DataFrame:
    """Return the villages brought to the village standard, a row a commune that has villages in the plan.

    Index ``commune_code``; ``name, district_code, possible`` (villages that can still be brought there), one column a
    year with the villages of that year, ``total``.
    """
    problem = plan.problem
    shown = np.flatnonzero((problem.villages > 0) | (plan.solution.villages.sum(axis=1) > 0))
    codes = problem.communes[shown]
    frame = pd.DataFrame(
        plan.solution.villages[shown], index=pd.Index(codes, name="commune_code"), columns=list(problem.years)
    )
    frame.insert(0, "name", plan.baseline.communes["name"].reindex(codes).to_numpy())
    frame.insert(1, "district_code", problem.districts[problem.district[shown]])
    frame.insert(2, "possible", problem.villages[shown])
    return frame.assign(total=plan.solution.villages[shown].sum(axis=1))
