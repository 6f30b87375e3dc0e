"""Volumes of work: what stood at the end of a year, out of how much, and what was done in the period."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from ntm_lib import tables
from ntm_lib.evaluation.aims.volume_list import VolumeList, load_volume_list
from ntm_lib.evaluation.capital.lines import Lines, handed_in, lay
from ntm_lib.evaluation.territory import Territory


@dataclass(frozen=True, eq=False)
class Volumes:
    """The volumes of a territory.

    ``by_year``: index (volume ``table.part``, year): low (what was reported; NaN: nobody reported), high (with what is
    unknown counted as done; NaN: no limit is known), whole (NaN: not known in full), reported and expected (communes).
    ``done``: index volume: amount (rise, or fall where less is better, over the communes that reported the first and the
    last year; NaN: none), both (those communes), communes. ``about``: index volume: content (position in the list), table,
    part, whole, label_vi, label_en, unit, is_count (of communes), falls. ``estimated_years``: years with an estimate.
    """

    choice: VolumeList
    by_year: pd.DataFrame
    done: pd.DataFrame
    about: pd.DataFrame
    not_handed_in: tuple[str, ...]
    is_illustrative: bool
    estimated_years: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class VolumeLines:
    """The volumes of a territory as communes reported them, by table."""

    choice: VolumeList
    by_table: Mapping[str, Lines]
    about: pd.DataFrame


def volume_lines(territory: Territory) -> VolumeLines:
    """Read the tables of the list of volumes."""
    choice = load_volume_list(territory.project)
    by_table = {}
    for table in dict.fromkeys(line.table for line in choice.lines):
        used = [line for line in choice.lines if line.table == table]
        columns = list(dict.fromkeys(name for line in used for name in (line.part, line.whole) if name))
        by_table[table] = lay(territory, table, handed_in(territory, table), columns)
    return VolumeLines(choice, MappingProxyType(by_table), _about(choice, territory))


def volumes(territory: Territory, commune: str = "", read: VolumeLines | None = None) -> Volumes:
    """Add up the volumes of a territory, or of one of its communes; ``read``: its lines, when they are known already."""
    read = read or volume_lines(territory)
    by_table = {name: lines.of(commune) if commune else lines for name, lines in read.by_table.items()}
    added = [
        _added(lines, read.about[read.about["table"] == name], territory.years) for name, lines in by_table.items()
    ]
    names = read.about.index
    return Volumes(
        read.choice,
        pd.concat([by_year for by_year, _done in added]).sort_index(),
        pd.concat([done for _by_year, done in added]).reindex(names),
        read.about,
        tuple(name for name, lines in by_table.items() if not lines.is_handed_in),
        any(lines.is_illustrative for lines in by_table.values()),
        tuple(sorted({year for lines in by_table.values() for year in lines.estimated_years})),
    )


def _added(lines: Lines, about: pd.DataFrame, years: range) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sums by volume and year, and what was done; where the whole is 0 there is nothing to report."""
    whole = pd.DataFrame({name: _limit(lines, row) for name, row in about.iterrows()}, index=lines.frame.index)
    part = lines.frame[list(about["part"])].set_axis(about.index, axis=1)
    part = part.mask(part.isna() & whole.eq(0), 0.0)
    year, told = lines.frame.index.get_level_values("year"), lines.frame.index.to_frame()[["from_code", "year"]]
    once = lines.weight.mask(told.duplicated(), 0.0)  # a divided commune reported once
    weight = pd.DataFrame(
        {
            name: lines.weight.mask(lines.is_smaller_part, 0.0) if row["is_count"] else once
            for name, row in about.iterrows()
        }
    )
    has_whole = about.index[about["whole"] != ""]
    most = part.fillna(whole)
    by_year = {
        "low": part.groupby(year).sum(min_count=1),
        "high": most.groupby(year).sum().mask(most.isna().groupby(year).any()),
        "whole": whole[has_whole].groupby(year).sum().mask(whole[has_whole].isna().groupby(year).any()),
        "reported": (part.notna() * weight).groupby(year).sum(),
        "expected": weight.groupby(year).sum(),
    }
    stacked = pd.concat({name: frame.T.stack(future_stack=True) for name, frame in by_year.items()}, axis=1)  # noqa: PD013
    stacked = stacked.rename_axis(["volume", "year"])
    return stacked, _done(part, about, years)


def _limit(lines: Lines, row: pd.Series) -> pd.Series:
    """Return the most that a line can come to: the whole, or 1 for a yes or no; NaN where no limit is known."""
    if row["whole"]:
        return pd.Series(lines.frame[row["whole"]])
    return lines.weight.mask(lines.is_smaller_part, 0.0) if row["is_count"] else lines.weight.mask(lines.weight.notna())


def _done(part: pd.DataFrame, about: pd.DataFrame, years: range) -> pd.DataFrame:
    """Return what was done between the first and the last year, over the communes that reported both."""
    change = part.xs(years[-1], level="year") - part.xs(years[0], level="year")
    change = change.mul(about["falls"].map({True: -1.0, False: 1.0}), axis=1)
    codes = change.index.get_level_values("from_code")
    both = change.notna().groupby(codes).any().sum()
    return pd.DataFrame({"amount": change.sum(min_count=1), "both": both, "communes": codes.nunique()})


def _about(choice: VolumeList, territory: Territory) -> pd.DataFrame:
    rows = {}
    for position, content in enumerate(choice.contents):
        for line in content.lines:
            column = tables.contract(line.table, territory.project).column(line.part)
            rows[f"{line.table}.{line.part}"] = {
                "content": position,
                "table": line.table,
                "part": line.part,
                "whole": line.whole,
                "label_vi": (line.label or column.label).vi,
                "label_en": (line.label or column.label).en,
                "unit": column.unit,
                "is_count": column.type == "yes_no",
                "falls": line.falls,
            }
    return pd.DataFrame.from_dict(rows, orient="index")
