"""Checks of communes beside each other: figures copied from one to the next, and one far from all others."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ntm_lib.criteria.levels import number
from ntm_lib.messages import _
from ntm_lib.submissions.checks.filing import Filing
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.lines import ASPECT, Floats, Lines
from ntm_lib.submissions.checks.rule import Rule
from ntm_lib.submissions.model import Weight

_PERCENTS = {"%", "percent"}
_LARGE_SHARE = 40  # ASSUME: percent, of the middle commune; beside it 0.85 looks like a fraction
_SMALL = 10  # a count below it may well be the same everywhere: one school, two cooperatives


def _measured(lines: Lines) -> tuple[list[int], Floats]:
    """Return the places of measured items and their numbers; the ends of a range (0, 100 %) are no measurement."""
    places = [
        place
        for place, item in enumerate(lines.items)
        if item.type in {"number", "integer"} and ASPECT not in item.name
    ]
    numbers = lines.numbers[:, places].copy()
    for column, place in enumerate(places):
        ends = [end for end in (0.0, lines.items[place].min, lines.items[place].max) if end is not None]
        numbers[np.isin(numbers[:, column], ends), column] = np.nan
    return places, numbers


def _units(lines: Lines) -> pd.Series:
    return lines.heads["unit_code"]


def one_value_for_all(filing: Filing) -> Iterator[Hit]:
    """Find years in which every commune of the file has the same value of a measured item."""
    rules = filing.rules.copied
    for _agreed, lines in filing.all_lines():
        places, numbers = _measured(lines)
        is_count = np.array([lines.items[place].type == "integer" for place in places], dtype=bool)
        numbers[(numbers < _SMALL) & is_count] = np.nan
        if not places or _units(lines).nunique() < rules.communes:
            continue
        year = lines.years
        frame = pd.DataFrame(numbers).groupby(year)
        years = np.unique(year)
        low, high, count = (part.to_numpy(float) for part in (frame.min(), frame.max(), frame.count()))
        same = (low == high) & (count >= rules.communes)
        for row, column in np.argwhere(same):
            if _is_alike_by_nature(lines.items[places[column]].name):
                continue
            first = int(np.flatnonzero((year == years[row]) & np.isfinite(numbers[:, column]))[0])
            item = lines.items[places[column]]
            text = _("{year}, {item}: {value} in all {count} communes")
            told = text.format(
                year=int(years[row]),
                item=item.label,
                value=number(low[row, column]),
                count=int(count[row, column]),
            )
            expected, action = _("a value of each commune"), _("Check that the value of each commune was written.")
            yield filing.hit(lines, first, item.name, expected, action, found=told)


def _is_alike_by_nature(item: str) -> bool:
    """Tell items that may well be the same everywhere: years and numbers of criteria."""
    return item.endswith(("_year", "_total"))


def same_line(filing: Filing) -> Iterator[Hit]:
    """Find communes with the same measured values in a whole line as another commune."""
    for _agreed, lines in filing.all_lines():
        numbers = _lines_with_enough(filing, lines)
        if numbers.empty:
            continue
        keyed = numbers.assign(_year=lines.years[numbers.index])
        for line in keyed.index[keyed.duplicated()]:
            twin = keyed.index[
                (keyed == keyed.loc[line]).where(keyed.notna() & keyed.loc[line].notna(), other=True).all(axis=1)
            ][0]
            if _units(lines)[twin] != _units(lines)[line]:
                expected = _("values of its own; {unit} has the same in every column").format(
                    unit=filing.name(_units(lines)[twin])
                )
                yield _of_line(filing, lines, int(line), expected, _("Check whether the line was copied."))


def same_year(filing: Filing) -> Iterator[Hit]:
    """Find communes with the same measured values in a whole line as the year before."""
    for agreed, lines in filing.all_lines():
        if agreed.period not in {"year_end", "during_year"}:
            continue
        numbers = _lines_with_enough(filing, lines)
        now, then = lines.previous
        both = np.isin(now, numbers.index) & np.isin(then, numbers.index)
        now, then = now[both], then[both]
        if not len(now):
            continue
        a, b = (numbers.loc[places].fillna(-1).to_numpy() for places in (now, then))
        for line in now[(a == b).all(axis=1)]:
            expected = _("values of the year; those of the year before are the same in every column")
            yield _of_line(
                filing, lines, int(line), expected, _("Check whether the line was copied from the year before.")
            )


def _lines_with_enough(filing: Filing, lines: Lines) -> pd.DataFrame:
    _places, numbers = _measured(lines)
    frame = pd.DataFrame(numbers)
    return pd.DataFrame(frame[np.isfinite(numbers).sum(axis=1) >= filing.rules.copied.values])


def far_from_all(filing: Filing) -> Iterator[Hit]:
    """Find values hundreds of times above the middle commune of the file in that year."""
    rules = filing.rules
    units = {unit for rule in rules.confusions for unit in rule.units}
    for _agreed, lines in filing.all_lines():
        places = [place for place, item in enumerate(lines.items) if item.unit in units and ASPECT not in item.name]
        if not places or _units(lines).nunique() < rules.copied.communes:
            continue
        numbers = pd.DataFrame(lines.numbers[:, places])
        known = numbers.where(numbers > 0)
        middle = known.groupby(lines.years).transform("median").to_numpy()
        enough = known.groupby(lines.years).transform("count").to_numpy() >= rules.copied.communes
        with np.errstate(invalid="ignore"):
            far = enough & (numbers.to_numpy() > middle * rules.away_from_median)
        for line, column in np.argwhere(far):
            item = lines.items[places[column]]
            expected = _("nearer to {value}, the middle of the communes that year").format(
                value=number(middle[line, column])
            )
            action = _(
                "Check the unit: {unit}. Metres or kilometres, đồng, million or billion, a fraction or a percentage?"
            )
            yield filing.hit(lines, int(line), item.name, expected, action.format(unit=filing.unit(item)))


def fraction_for_percent(filing: Filing) -> Iterator[Hit]:
    """Find a percentage of at most 1 that is near the middle commune of its year when it is taken as a fraction."""
    action = _("Write 85 for 85 %; if the share really is that small, say why in the notes.")
    for _agreed, lines in filing.all_lines():
        places = [place for place, item in enumerate(lines.items) if item.unit in _PERCENTS and ASPECT not in item.name]
        if not places or _units(lines).nunique() < filing.rules.copied.communes:
            continue
        numbers = pd.DataFrame(lines.numbers[:, places])
        by_year = numbers.where(np.isfinite(numbers)).groupby(lines.years)
        middle, count = (by_year.transform(name).to_numpy() for name in ("median", "count"))
        cells = numbers.to_numpy()
        odd = (cells <= 1) & (middle >= _LARGE_SHARE) & (count >= filing.rules.copied.communes)
        odd &= (100 * cells >= middle / 2) & (100 * cells <= 2 * middle)
        for line, column in np.argwhere(odd):
            expected = _("nearer to {value}, the middle of the communes that year").format(
                value=number(middle[line, column])
            )
            yield filing.hit(lines, int(line), lines.items[places[column]].name, expected, action)


def _of_line(filing: Filing, lines: Lines, line: int, expected: str, action: str) -> Hit:
    head = lines.heads.iloc[line]
    text = _("{unit}, {year}: the whole line").format(unit=filing.name(head["unit_code"]), year=int(head["year"]))
    return filing.hit(lines, line, "", expected, action, found=text)


_WHERE = "parameters/submissions/checks.yaml"
RULES = (
    Rule("one_value_for_all", Weight.DOUBTFUL, "one measured value in all communes of a file", "a value was filled down", f"{_WHERE}: copied", one_value_for_all),
    Rule("same_line", Weight.DOUBTFUL, "whole lines of two communes", "a line was copied", f"{_WHERE}: copied", same_line),
    Rule("same_year", Weight.NOTE, "whole lines of two years", "a year was copied from the one before", f"{_WHERE}: copied", same_year),
    Rule("far_from_all", Weight.DOUBTFUL, "one commune beside the middle one of the file", "units are mistaken in the first year too", f"{_WHERE}: away_from_median", far_from_all),
    Rule("fraction_for_percent", Weight.DOUBTFUL, "a share of at most 1 % beside the middle commune of the file", "85 % is written as 0.85", "report_outline: fraction and percentage are mistaken", fraction_for_percent),
)  # fmt: skip
