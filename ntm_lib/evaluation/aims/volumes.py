"""Volumes of work: what stood at the end of a year, out of how much, and what was done in the period."""

from dataclasses import dataclass

import pandas as pd

from ntm_lib import tables
from ntm_lib.evaluation.aims.volume_list import VolumeLine, VolumeList, load_volume_list
from ntm_lib.evaluation.capital.lines import Lines, handed_in, lay
from ntm_lib.evaluation.territory import Territory


@dataclass(frozen=True, eq=False)
class Volumes:
    """The volumes of a territory.

    ``by_year``: index (volume ``table.part``, year): low (what was reported; NaN: nobody reported), high (with what is
    unknown counted as done; NaN: no limit is known), whole (NaN: not known in full), reported and expected (communes).
    ``done``: index volume: amount (rise, or fall where less is better, over the communes that reported the first and the
    last year; NaN: none), both (those communes), communes. ``about``: index volume: content (position in the list), table,
    part, whole, label_vi, label_en, unit, is_count (of communes), falls.
    """

    choice: VolumeList
    by_year: pd.DataFrame
    done: pd.DataFrame
    about: pd.DataFrame
    not_handed_in: tuple[str, ...]
    is_illustrative: bool


def volumes(territory: Territory, commune: str = "") -> Volumes:
    """Add up the volumes of a territory, or of one of its communes."""
    choice = load_volume_list(territory.project)
    laid = {
        name: _laid(territory, name, choice, commune) for name in dict.fromkeys(line.table for line in choice.lines)
    }
    names = [f"{line.table}.{line.part}" for line in choice.lines]
    by_year = pd.concat({name: _yearly(laid[line.table], line) for name, line in zip(names, choice.lines, strict=True)})
    done = pd.DataFrame(
        {name: _done(laid[line.table], line, territory.years) for name, line in zip(names, choice.lines, strict=True)}
    ).T
    return Volumes(
        choice,
        by_year.rename_axis(["volume", "year"]),
        done,
        _about(choice, territory),
        tuple(name for name, lines in laid.items() if not lines.is_handed_in),
        any(lines.is_illustrative for lines in laid.values()),
    )


def _laid(territory: Territory, table: str, choice: VolumeList, commune: str) -> Lines:
    used = [line for line in choice.lines if line.table == table]
    columns = list(dict.fromkeys(name for line in used for name in (line.part, line.whole) if name))
    lines = lay(territory, table, handed_in(territory, table), columns)
    return lines.of(commune) if commune else lines


def _yearly(lines: Lines, line: VolumeLine) -> pd.DataFrame:
    """Return the sums of a volume by year; where the whole is 0 there is nothing to report."""
    part, whole = _part(lines, line), _limit(lines, line)
    missing = part.isna()
    year = part.index.get_level_values("year")
    beyond = whole.where(missing, 0.0)
    weight = lines.weight.mask(lines.frame.index.to_frame()[["from_code", "year"]].duplicated(), 0.0)
    return pd.DataFrame(
        {
            "low": part.groupby(year).sum(min_count=1),
            "high": _full_sum(part.fillna(0.0) + beyond, year),
            "whole": _full_sum(whole, year) if line.whole else float("nan"),
            "reported": weight.where(~missing, 0.0).groupby(year).sum(),
            "expected": weight.groupby(year).sum(),
        }
    )


def _part(lines: Lines, line: VolumeLine) -> pd.Series:
    part = lines.frame[line.part]
    return part.mask(part.isna() & (lines.frame[line.whole] == 0), 0.0) if line.whole else part


def _limit(lines: Lines, line: VolumeLine) -> pd.Series:
    """Return the most that a line can come to: the whole, or 1 for a yes or no; NaN where no limit is known."""
    if line.whole:
        return lines.frame[line.whole]
    is_flag = tables.contract(lines.table).column(line.part).type == "yes_no"
    return lines.weight if is_flag else lines.weight.mask(lines.weight.notna())


def _full_sum(values: pd.Series, year: pd.Index) -> pd.Series:
    """Return sums by year, missing where a part is."""
    return values.groupby(year).sum().mask(values.isna().groupby(year).any())


def _done(lines: Lines, line: VolumeLine, years: range) -> pd.Series:
    part = _part(lines, line)
    first, last = (part.xs(year, level="year") for year in (years[0], years[-1]))
    change = (first - last) if line.falls else (last - first)
    codes = change.index.get_level_values("from_code")
    return pd.Series(
        {"amount": change.sum(min_count=1), "both": codes[change.notna()].nunique(), "communes": codes.nunique()}
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
                "label_vi": column.label.vi,
                "label_en": column.label.en,
                "unit": column.unit,
                "is_count": column.type == "yes_no",
                "falls": line.falls,
            }
    return pd.DataFrame.from_dict(rows, orient="index")
