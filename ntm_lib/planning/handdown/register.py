"""The register of the next period (table B16): which commune is put forward for which level, with the work it takes."""

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib.messages import _, language
from ntm_lib.planning.handdown.works import part_labels, work_name, works
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.settings import Purse
from ntm_lib.tables import contract

if TYPE_CHECKING:
    from ntm_lib.criteria import YearRules
    from ntm_lib.planning.means.measures import Measures
    from ntm_lib.planning.plan import Plan

ALL_CRITERIA = "all"
SOURCES = {
    Purse.CENTRAL_INVESTMENT: "central",
    Purse.CENTRAL_RECURRENT: "central",
    Purse.INTEGRATED: "integrated",
    Purse.CREDIT: "credit",
    Purse.FIRMS: "firms",
    Purse.PEOPLE_CASH: "people",
    Purse.PEOPLE_IN_KIND: "people",
}
"""The word of the table for each purse; local matching funds have none, since the table asks which tier pays."""


def register(plan: "Plan", *, as_of: dt.date | None = None, menu: "Measures | None" = None) -> pd.DataFrame:
    """Return the register as table B16 is agreed; checked against its contract.

    Parameters
    ----------
    plan
        Communes that the plan brings to the standard, and to the advanced and the model level.
    as_of
        Last day whose facts the register takes in; None: that of the results the plan starts from.
    menu
        The menu of measures; None: that of the plan's project.

    Returns
    -------
    DataFrame
        Columns and types of table B16. ``year``: year meant for recognition. A criterion that needs no money, by its
        forecast, stands without volume and cost. ``money_source`` is empty where several sources, or local funds, pay;
        the note then names them with their shares. Advanced and model communes stand as one sum each, criterion
        ``all``. Raises FaultsError when the rows do not keep the contract.
    """
    rows = register_rows(plan, as_of=as_of, menu=menu)
    return rows[contract("b16", plan.baseline.project).names]


def register_rows(plan: "Plan", *, as_of: dt.date | None = None, menu: "Measures | None" = None) -> pd.DataFrame:
    """Return the register with ``paid_by`` beside the columns of table B16: every source of a cost with its share, in words."""
    day = as_of or cut_off(plan)
    listed = _works_rows(plan, menu)
    levels = [_level_rows(plan, level) for level in ("advanced", "model")]
    rows = pd.concat([listed, _free_rows(plan, listed), *levels])
    rows = rows.assign(
        set_id=plan.baseline.law_set,
        status="plan",
        as_of_date=pd.Timestamp(day),
        source_doc=str(plan.scenario.title),
        reported_by=None,
    )
    generated = rows["commune_code"].map(plan.baseline.generated).fillna(value=False).astype(bool)
    rows["note"] = rows["note"].where(~generated, [f"{_('Illustrative')}. {note}".strip() for note in rows["note"]])
    agreed = contract("b16", plan.baseline.project)
    rows["place"] = plan.problem.communes.get_indexer(pd.Index(rows["commune_code"]))
    rows["criterion_place"] = plan.problem.criteria.get_indexer(pd.Index(rows["criterion"]))
    rows["level_place"] = rows["target_level"].map(list(agreed.column("target_level").allowed).index)
    rows = rows.sort_values(["level_place", "year", "place", "criterion_place"], kind="stable")
    rows = rows.reset_index(drop=True)[[*agreed.names, "paid_by"]]
    rows = rows.astype({column.name: column.dtype for column in agreed.columns})
    agreed.check(rows[agreed.names], _("register of scenario {name}").format(name=plan.scenario.id))
    return rows


def results_year(plan: "Plan") -> int:
    """Return the year whose results the plan starts from.

    That is the start year; for a plan made anew, where what was done since is told apart, the last year with results.
    """
    start = plan.scenario.settings.horizon.start_year
    years = {year for series in plan.baseline.results.as_of.values() for year in series.index.unique("year")}
    return int(max(year for year in years if year <= start))


def cut_off(plan: "Plan") -> dt.date:
    """Return the last day whose facts the results that the plan starts from take in."""
    start = results_year(plan)
    days = [
        series[series.index.get_level_values("year") == start].max() for series in plan.baseline.results.as_of.values()
    ]
    latest: dt.date = max(day for day in days if pd.notna(day)).date()
    return latest


def _registered(plan: "Plan", level: np.ndarray) -> pd.Series:
    """Return by commune the year in which the plan brings it to a level; only communes that reach it in the horizon."""
    years = np.array(plan.problem.years)
    reached = np.flatnonzero((level >= 0) & (level < len(years)))
    return pd.Series(years[level[reached]], index=plan.problem.communes[reached])


def _works_rows(plan: "Plan", menu: "Measures | None") -> pd.DataFrame:
    """Return a row for each named work of the communes that reach the standard."""
    year = _registered(plan, plan.solution.standard)
    held = works(plan, menu)
    held = held[held["commune_code"].isin(year.index)]
    purses = [purse.value for purse in Purse]
    names = purse_labels()
    paid = [dict(zip(Purse, row, strict=True)) for row in held[purses].to_numpy(float)]
    sources = [_source(amounts) for amounts in paid]
    shares = [_shares(amounts, names) for amounts in paid]
    unsure = held["chance"].to_numpy(float) < 1
    told = [share if source is None else "" for share, source in zip(shares, sources, strict=True)]
    notes = [
        f"{note}; {_('needed only if the survey says so')}".strip("; ") if is_unsure else note
        for note, is_unsure in zip(told, unsure, strict=True)
    ]
    rules = plan.baseline.rules[plan.problem.years[-1]]
    volume = held["volume"].astype(float)
    cost = held["full_cost_vnd_million"].astype(float)
    return pd.DataFrame(
        {
            "commune_code": held["commune_code"],
            "year": held["commune_code"].map(year),
            "target_level": "ntm",
            "criterion": held["criterion"],
            # The requirement tells apart two works of one measure.
            "work_item": [
                f"{name} ({requirement_words(rules, item)})"
                for name, item in zip(held["name"], held["requirement"], strict=True)
            ],
            "volume": volume,
            "volume_unit": held["unit"],
            "unit_cost_vnd_million": (cost / volume).where(volume > 0),
            "cost_vnd_million": cost,
            "money_source": sources,
            "paid_by": shares,
            "note": notes,
        }
    )


def requirement_words(rules: "YearRules", requirement: str) -> str:
    """Name a requirement as a list prints it: the number of its indicator; of a part of one, its label as well."""
    number, _slash, part = requirement.partition("/")
    labels = rules.requirements[f"label_{language()}"]
    return f"{number} {labels[requirement]}" if part and requirement in labels.index else number


def _source(money: dict[Purse, float]) -> str | None:
    """Return the one source of an amount in the word of the table; none where several, or local funds, pay."""
    words = {SOURCES.get(purse) for purse, amount in money.items() if amount > 0}
    return words.pop() if len(words) == 1 else None


def _shares(money: dict[Purse, float], names: dict[Purse, str]) -> str:
    """Name every source of an amount with its share; one alone stands without."""
    total = sum(money.values())
    paying = {purse: amount for purse, amount in money.items() if amount > 0}
    if len(paying) == 1:
        return names[next(iter(paying))]
    return "; ".join(f"{names[purse]} {round(100 * amount / total)}%" for purse, amount in paying.items())


def _free_rows(plan: "Plan", listed: pd.DataFrame) -> pd.DataFrame:
    """Return the criteria of the same communes that the plan completes without a named work."""
    problem, solution = plan.problem, plan.solution
    year = _registered(plan, solution.standard)
    commune, criterion = np.nonzero((solution.done >= 0) & problem.communes.isin(year.index)[:, None])
    pairs = pd.MultiIndex.from_arrays([problem.communes[commune], problem.criteria[criterion]])
    pairs = pairs[~pairs.isin(pd.MultiIndex.from_frame(listed[["commune_code", "criterion"]]))]
    spent = plan.spending
    paid = spent[spent["kind"] == "step"].groupby(["commune_code", "criterion"])["spent_vnd_million"].sum()
    cost = paid.reindex(pairs).to_numpy(float)
    codes = pairs.get_level_values(0)
    return pd.DataFrame(
        {
            "commune_code": codes,
            "year": year.reindex(codes).to_numpy(),
            "target_level": "ntm",
            "criterion": pairs.get_level_values(1),
            "work_item": np.where(
                np.isnan(cost), _("no money planned: met by its own progress"), part_labels()["other"]
            ),
            "cost_vnd_million": cost,
            "paid_by": "",
            "note": "",
        }
    )


def _level_rows(plan: "Plan", level: str) -> pd.DataFrame:
    """Return one row for each commune that reaches the advanced or the model level."""
    year = _registered(plan, getattr(plan.solution, level))
    spent = plan.spending
    own = spent[spent["kind"] == level]
    cost = own.groupby("commune_code")["spent_vnd_million"].sum()
    paid = own.pivot_table(index="commune_code", columns="purse", values="spent_vnd_million", aggfunc="sum")
    paid = paid.reindex(index=year.index, columns=[purse.value for purse in Purse]).fillna(0.0)
    purses = purse_labels()
    label = part_labels()[level]
    names = plan.baseline.communes["name"].reindex(year.index)
    return pd.DataFrame(
        {
            "commune_code": year.index,
            "year": year.to_numpy(),
            "target_level": level,
            "criterion": ALL_CRITERIA,
            "work_item": [work_name(label, name) for name in names],
            "cost_vnd_million": cost.reindex(year.index).to_numpy(float),
            "paid_by": [_shares(dict(zip(Purse, row, strict=True)), purses) for row in paid.to_numpy(float)],
            "note": _("one sum, not yet divided by criterion"),
        }
    )
