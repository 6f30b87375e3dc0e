"""Carry ten years of values to the communes of another day, each indicator and volume by its own rule."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.errors import NtmError
from ntm_lib.evaluation.counts.joined import Parts, Values, parts
from ntm_lib.evaluation.counts.series_rules import Rule, SeriesRules, series_rules
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.tables import contract

INDEX = ["commune_code", "year"]


def requirement_series(
    territory: Territory,
    to_date: dt.date,
    rules: SeriesRules | None = None,
    years: Sequence[int] | None = None,
    only: Collection[str] | None = None,
) -> Mapping[str, pd.DataFrame]:
    """Return the values of each criteria set on the communes of ``to_date`` that have land of the territory.

    By set as in `Results.values`: index (commune_code, year), a column a requirement; NaN where a part is missing or the
    requirement is not derivable. All parts of a commune are counted, those of other districts as well. ``years``,
    ``only``: these years and requirements alone.
    """
    rules = rules or series_rules(territory.project)
    lineage = units.lineage(territory.results.unit_vintage, to_date, territory.project)
    joined = parts(lineage, of=pd.Index(territory.parts["from_code"]))
    by_year = territory.reported.rules
    years = list(territory.years if years is None else years)
    carried = {}
    for set_id in dict.fromkeys(by_year[year].set_id for year in years):
        own = [year for year in years if by_year[year].set_id == set_id]
        of_set = rules.of_set(by_year[own[0]].requirements)
        if only is not None:
            of_set = of_set[of_set.index.isin(list(only))]
        carried[set_id] = carry(territory.results.values[set_id], of_set, joined, own, Weights(territory, joined, own))
    return carried


def volume_series(
    territory: Territory,
    table: str,
    to_date: dt.date,
    only: Mapping[str, str] | None = None,
    rules: SeriesRules | None = None,
) -> pd.DataFrame:
    """Return the columns of one table on the communes of ``to_date`` that have land of the territory.

    ``only`` chooses the rows of a table that holds several for a commune and year (one poverty standard). Index
    (commune_code, year), a column for each that has a rule, in its unit. A table that nobody handed in stops.
    """
    of_table = (rules or series_rules(territory.project)).of_table(table)
    frame = reported(territory, table, only)
    lineage = units.lineage(territory.results.unit_vintage, to_date, territory.project)
    joined = parts(lineage, of=pd.Index(territory.parts["from_code"]))
    years = list(territory.years)
    return carry(frame, of_table, joined, years, Weights(territory, joined, years))


def carry(
    values: pd.DataFrame, rules: pd.DataFrame, joined: Parts, years: Sequence[int], weights: Mapping[str, Values]
) -> pd.DataFrame:
    """Carry values, index (commune_code, year), by the rule of each column (index of ``rules``); whole arrays.

    ``weights``: for each name of ``rules["weight"]`` the weights (old commune, year).
    """
    cube = spread(values[list(rules.index)], joined.old, years)
    carried = np.full((len(joined.new), *cube.shape[1:]), np.nan)
    kinds = rules["rule"] + " " + rules["by"]
    for kind in kinds.unique():
        columns = np.flatnonzero(kinds == kind)
        rule, by = rules[["rule", "by"]].iloc[columns[0]]
        part = cube[:, :, columns]
        if rule == Rule.SUM:
            carried[:, :, columns] = joined.sums(part, by)
        elif rule == Rule.ALL_PARTS:
            carried[:, :, columns] = joined.all_parts(part)
        elif rule == Rule.WEIGHTED_MEAN:
            weight = np.stack([weights[name] for name in rules["weight"].iloc[columns]], axis=2)
            carried[:, :, columns] = joined.means(part, weight, by)
    index = pd.MultiIndex.from_product([joined.new, list(years)], names=INDEX)
    return pd.DataFrame(carried.reshape(len(index), -1), index=index, columns=rules.index)


def spread(values: pd.DataFrame, communes: pd.Index, years: Sequence[int]) -> Values:
    """Lay values with index (commune_code, year) out as (commune, year, column); what has no line is missing."""
    wanted = pd.MultiIndex.from_product([communes, list(years)], names=INDEX)
    found = values if wanted.equals(values.index) else values.reindex(wanted)
    return found.to_numpy(dtype=float, na_value=np.nan).reshape(len(communes), len(years), -1)


class Weights(dict[str, Values]):
    """The weights (old commune, year) of the columns named ``table.column``, read when they are first asked for."""

    def __init__(self, territory: Territory, joined: Parts, years: Sequence[int]) -> None:
        super().__init__()
        self._territory, self._joined, self._years = territory, joined, years

    def __missing__(self, name: str) -> Values:
        """Read one column; where its table was not handed in, every weight is missing."""
        table, column = name.split(".")
        shape = len(self._joined.old), len(self._years)
        if not submissions.is_handed_in(table, self._territory.project):
            self[name] = np.full(shape, np.nan)
        else:
            frame = reported(self._territory, table)[[column]]
            self[name] = spread(frame, self._joined.old, self._years)[:, :, 0]
        return self[name]


def reported(territory: Territory, table: str, only: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return a table by (commune_code, year); one of other units than the results, or with several rows for a year, stops."""
    read = submissions.read_table(table, territory.project, territory.review.as_of)
    if read.unit_vintage != territory.results.unit_vintage:
        raise NtmError(
            _("{file}: uses the units of {found}, the results those of {expected}.").format(
                file=read.file, found=read.unit_vintage, expected=territory.results.unit_vintage
            )
        )
    frame = read.frame
    for column, wanted in (only or {}).items():
        frame = frame[frame[column] == wanted]
    frame = frame.astype({"year": int}).set_index(INDEX).sort_index()
    if frame.index.has_duplicates:
        keys = set(contract(table, territory.project).key) - {*INDEX, "as_of_date"}
        raise NtmError(
            _("{file}: several rows for a commune and year; say which with: {columns}.").format(
                file=read.file, columns=", ".join(sorted(keys))
            )
        )
    return frame
