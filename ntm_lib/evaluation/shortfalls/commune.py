"""Say for each commune of today what it is short of: requirement by requirement, in km, households, rooms where that is known."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.evaluation.shortfalls.amounts import amount_rules, amounts, last_figures
from ntm_lib.evaluation.shortfalls.gaps import distances, unknowns
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.verdicts import Verdict

PROFILE = {"area": "area_km2", "villages": "villages", "households": "households", "people": "people"}
"""The figures of a commune's profile, and the column of table B1 that holds each."""


def requirement_results(territory: Territory, year: int) -> pd.DataFrame:
    """List every requirement of every commune of today, met or not.

    One row for each commune and requirement: ``commune_code, requirement, criterion, label_vi, label_en, short_vi,
    short_en, unit, sense, level, state, basis, verified``; ``verdict`` (of a merged commune by the review's rule);
    ``value_low, value_high``: the least and the greatest value of its parts (NaN: no part reported one).
    """
    rules = territory.reported.rules[year]
    verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
    values = rows_of_year(territory.results.values[rules.set_id], year)
    values = values.reindex(index=verdicts.index, columns=verdicts.columns)
    values = values.where(np.isfinite(values)).reindex(territory.parts["from_code"])
    grouped = values.groupby(territory.parts["to_code"].to_numpy())
    codes = territory.in_programme.index
    if territory.vintage.date != territory.results.unit_vintage:
        lineage = units.lineage(territory.results.unit_vintage, territory.vintage.date, territory.project)
        verdicts = lineage.merge_verdicts(verdicts, territory.review.merge_rule)
    table = pd.DataFrame(
        {
            "commune_code": np.repeat(codes, verdicts.shape[1]),
            "requirement": np.tile(verdicts.columns, len(codes)),
            "verdict": verdicts.reindex(codes, fill_value=Verdict.UNKNOWN).to_numpy().ravel(),
            "value_low": grouped.min().reindex(codes).to_numpy().ravel(),
            "value_high": grouped.max().reindex(codes).to_numpy().ravel(),
        }
    )
    about = rules.requirements[
        ["criterion", "label_vi", "label_en", "unit", "sense", "level", "state", "basis", "verified"]
    ]
    names = amount_rules(territory, year)[["short_vi", "short_en"]]
    table = table.join(about, on="requirement").join(names, on="requirement")
    for name in ("vi", "en"):
        table[f"short_{name}"] = table[f"short_{name}"].fillna(table[f"label_{name}"])
    return table


def carried_figures(
    territory: Territory, year: int, table: str, column: str, by: str, where: Mapping[str, str] = MappingProxyType({})
) -> pd.Series:
    """Return the last figure of each commune of today up to a year; NaN where one of its parts did not report it.

    ``by`` (area | people): how a divided commune's figure is divided. Index: commune code of today.
    """
    parts = territory.parts
    last = last_figures(territory, year, table, column, where).reindex(parts["from_code"]).to_numpy(float)
    own = pd.Series(last * parts[f"{by}_share"].to_numpy(float))
    to = parts["to_code"].to_numpy()
    carried: pd.Series = own.groupby(to).sum().where(own.notna().groupby(to).all())
    return carried.reindex(territory.in_programme.index)


def shortfalls(territory: Territory, year: int) -> pd.DataFrame:
    """List what keeps the criteria of each commune of today from being met in a year.

    One row for each commune, requirement and state; only of criteria that are not met or not known there. Columns:
    ``commune_code`` (of today), ``criterion, requirement, label_vi, label_en, short_vi, short_en, unit, sense, level,
    basis, verified``; ``state`` (not_met | unknown), ``reason`` (value | level, empty where not met);
    ``value_low, value_high``: values of the parts that are short; ``gap``: that of the worst part; ``amount`` (sum of
    the parts, NaN where no part's is known), ``amount_is_least``: some part's is not known; ``amount_unit_vi,
    amount_unit_en``; ``parts`` (names of the reporting communes that are short), ``of_parts`` (how many the commune has).
    Order: documents' order of communes, then that of the requirements.
    """
    rules = territory.reported.rules[year]
    cells = pd.concat(
        [
            distances(territory, year).assign(state="not_met", reason=""),
            unknowns(territory, year).assign(state="unknown", gap=np.nan),
        ],
        ignore_index=True,
    ).drop(columns=["name", "short_name", "new_name"])
    cells = cells.join(amount_rules(territory, year), on="requirement")
    parts = territory.parts.rename(columns={"short_name": "part"})
    cells = cells.merge(
        parts[["from_code", "to_code", "area_share", "people_share", "part"]],
        left_on="commune_code",
        right_on="from_code",
    )
    cells = cells[_is_open(territory, year, cells)]
    cells["amount"] = amounts(territory, year, cells)
    return _joined(territory, cells, list(rules.requirements.index))


def _is_open(territory: Territory, year: int, cells: pd.DataFrame) -> pd.Series:
    """Tell which rows belong to a criterion that is not met or not known in the commune of today."""
    verdicts = territory.of_year(territory.scores.criteria, year)
    rows = verdicts.index.get_indexer(pd.Index(cells["to_code"]))
    columns = verdicts.columns.get_indexer(pd.Index(cells["criterion"]))
    found = np.where(rows >= 0, verdicts.to_numpy()[rows, columns], Verdict.MET)
    return pd.Series(np.isin(found, [Verdict.NOT_MET, Verdict.UNKNOWN]), index=cells.index)


def _joined(territory: Territory, cells: pd.DataFrame, requirements: list[str]) -> pd.DataFrame:
    """Join the parts of each commune of today."""
    first = [
        "criterion", "label_vi", "label_en", "short_vi", "short_en", "unit", "sense", "level", "basis", "verified",
        "reason", "unit_vi", "unit_en",
    ]  # fmt: skip
    grouped = cells.groupby(["to_code", "requirement", "state"], sort=False)
    table = grouped.agg(
        **{name: (name, "first") for name in first},
        value_low=("value", "min"),
        value_high=("value", "max"),
        gap=("gap", "max"),
        known=("amount", "count"),
        rows=("amount", "size"),
        parts=("part", tuple),
    )
    table["amount"] = grouped["amount"].sum(min_count=1)
    table["amount_is_least"] = (table["known"] > 0) & (table["known"] < table["rows"])
    of_parts = territory.parts.groupby("to_code").size()
    table = table.reset_index().rename(
        columns={"to_code": "commune_code", "unit_vi": "amount_unit_vi", "unit_en": "amount_unit_en"}
    )
    for name in ("vi", "en"):
        table[f"short_{name}"] = table[f"short_{name}"].fillna(table[f"label_{name}"])
    table["of_parts"] = table["commune_code"].map(of_parts).astype(int)
    place = territory.in_programme.index.get_indexer(pd.Index(table["commune_code"]))
    order = {name: number for number, name in enumerate(requirements)}
    table = table.assign(_place=place, _order=table["requirement"].map(order))
    table = table.sort_values(["_place", "_order", "state"], kind="stable")
    return table.drop(columns=["_place", "_order", "known", "rows"]).reset_index(drop=True)
