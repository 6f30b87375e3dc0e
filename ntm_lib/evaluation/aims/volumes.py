"""Volumes of work: what stood at the end of a year, out of how much, and what was done in the period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

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

    @cached_property
    def rows(self) -> dict[tuple[str, int], dict[str, Any]]:
        """The row of ``by_year`` of each volume and year."""
        return self.by_year.to_dict("index")  # type: ignore[return-value]

    @cached_property
    def named(self) -> dict[str, dict[str, Any]]:
        """What is known of each volume whatever the year: ``about`` and ``done`` together."""
        return self.about.join(self.done).to_dict("index")  # type: ignore[return-value]


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
    lines = {name: held.of(commune) if commune else held for name, held in read.by_table.items()}
    return _volumes(read, lines, *_added_up(read, lines, territory.years, ["year"]))


def volumes_by_commune(territory: Territory, read: VolumeLines) -> dict[str, Volumes]:
    """Add up the volumes of every commune of a territory at once; one for which only its district reported is left out."""
    added = _added_up(read, read.by_table, territory.years, ["to_code", "year"])
    by_year, done = ({str(code): rows for code, rows in frame.groupby(level="to_code")} for frame in added)
    lines = {name: held.by_commune() for name, held in read.by_table.items()}
    codes = set(by_year).intersection(territory.in_programme.index, *lines.values())
    return {
        code: _volumes(
            read,
            {name: held[code] for name, held in lines.items()},
            by_year[code].droplevel("to_code"),
            done[code].droplevel("to_code"),
        )
        for code in codes
    }


def _added_up(
    read: VolumeLines, lines: Mapping[str, Lines], years: range, by: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sums of all tables, and what was done."""
    about = read.about
    added = [_added(held, about[about["table"] == name], years, by) for name, held in lines.items()]
    return pd.concat([by_year for by_year, _done in added]), pd.concat([done for _by_year, done in added])


def _volumes(read: VolumeLines, lines: Mapping[str, Lines], by_year: pd.DataFrame, done: pd.DataFrame) -> Volumes:
    return Volumes(
        read.choice,
        by_year.sort_index(),
        done.reindex(read.about.index),
        read.about,
        tuple(name for name, held in lines.items() if not held.is_handed_in),
        any(held.is_illustrative for held in lines.values()),
        tuple(sorted({year for held in lines.values() for year in held.estimated_years})),
    )


def _added(lines: Lines, about: pd.DataFrame, years: range, by: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sums by volume and levels of the lines, and what was done; where the whole is 0 there is nothing to report."""
    whole = pd.DataFrame({name: _limit(lines, row) for name, row in about.iterrows()}, index=lines.frame.index)
    part = lines.frame[list(about["part"])].set_axis(about.index, axis=1)
    part = part.mask(part.isna() & whole.eq(0), 0.0)
    above = [name for name in by if name != "year"]
    told = lines.frame.index.to_frame()[["from_code", "year", *above]]
    once = lines.weight.mask(told.duplicated(), 0.0)  # a divided commune reported once
    weight = pd.DataFrame(
        {
            name: lines.weight.mask(lines.is_smaller_part, 0.0) if row["is_count"] else once
            for name, row in about.iterrows()
        }
    )
    has_whole = about.index[about["whole"] != ""]
    most, levels = part.fillna(whole), list(by)
    by_year = {
        "low": part.groupby(level=levels).sum(min_count=1),
        "high": most.groupby(level=levels).sum().mask(most.isna().groupby(level=levels).any()),
        "whole": whole[has_whole].groupby(level=levels).sum().mask(whole[has_whole].isna().groupby(level=levels).any()),
        "reported": (part.notna() * weight).groupby(level=levels).sum(),
        "expected": weight.groupby(level=levels).sum(),
    }
    long = {name: frame.rename_axis(columns="volume").stack(future_stack=True) for name, frame in by_year.items()}  # noqa: PD013
    stacked = pd.concat(long, axis=1).reorder_levels(["volume", *above, "year"])
    return stacked, _done(part, about, years, above)


def _limit(lines: Lines, row: pd.Series) -> pd.Series:
    """Return the most that a line can come to: the whole, or 1 for a yes or no; NaN where no limit is known."""
    if row["whole"]:
        return pd.Series(lines.frame[row["whole"]])
    return lines.weight.mask(lines.is_smaller_part, 0.0) if row["is_count"] else lines.weight.mask(lines.weight.notna())


def _done(part: pd.DataFrame, about: pd.DataFrame, years: range, above: Sequence[str]) -> pd.DataFrame:
    """Return what was done between the first and the last year, over the communes that reported both."""
    first, last = (pd.DataFrame(part.xs(year, level="year")) for year in (years[0], years[-1]))
    change = last - first
    change = change.mul(about["falls"].map({True: -1.0, False: 1.0}), axis=1).rename_axis(columns="volume")
    both = change.notna().groupby(level=["from_code", *above]).any()
    if not above:
        communes = both.index.nunique()
        return pd.DataFrame({"amount": change.sum(min_count=1), "both": both.sum(), "communes": communes})
    long = {
        "amount": change.groupby(level=list(above)).sum(min_count=1),
        "both": both.groupby(level=list(above)).sum(),
        "communes": both.notna().groupby(level=list(above)).sum(),
    }
    return pd.concat({name: frame.stack(future_stack=True) for name, frame in long.items()}, axis=1).reorder_levels(  # noqa: PD013
        ["volume", *above]
    )


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
