"""Checks of years and periods: cumulated and yearly sums, the poverty standard of a year, decisions by number and date."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ntm_lib.criteria.levels import day, number
from ntm_lib.messages import _
from ntm_lib.submissions.checks.filing import Filing
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.lines import Bools, Lines, as_day, true_at
from ntm_lib.submissions.checks.rule import Rule
from ntm_lib.submissions.forms.words import choice_words
from ntm_lib.submissions.lines import row_keys
from ntm_lib.submissions.model import Weight

_SLACK = 0.05
_ALIKE = 3  # so many sources of a line: one alone may be a chance
_NEVER = (4, 8)  # years and sources from on which sums that never fall are told
_NUMBER_OF_DECISION = re.compile(r"^\d+[a-zA-Z]?(/\d{4})?/[\w.\-]+$")


def _with_period(filing: Filing) -> Iterator[tuple[Lines, pd.DataFrame]]:
    """Yield lines that have a period, with its first and last day."""
    for agreed, lines in filing.all_lines():
        keys = row_keys(agreed)
        if {"period_from", "period_to"} <= set(keys):
            days = {"first": lines.day(keys.index("period_from")), "last": lines.day(keys.index("period_to"))}
            yield lines, pd.DataFrame(days)


def period_order(filing: Filing) -> Iterator[Hit]:
    """Find periods that are no days or end before they begin."""
    for lines, period in _with_period(filing):
        wrong = period.isna().any(axis=1) | (period["last"] < period["first"])
        for line in true_at(wrong):
            expected = _("first and last day of the period, such as 2018-01-01 and 2018-12-31")
            yield _line(filing, lines, int(line), _written(lines, line), expected, _("Correct the days of the period."))


def period_of_year(filing: Filing) -> Iterator[Hit]:
    """Find periods that do not end in the year of their line."""
    for lines, period in _with_period(filing):
        for line in true_at((period["last"].dt.year != lines.years) & period["last"].notna()):
            expected = _("a period that ends in {year}").format(year=int(lines.years[line]))
            yield _line(filing, lines, int(line), _written(lines, line), expected, _("Correct the year or the period."))


def cumulated_falls(filing: Filing) -> Iterator[Hit]:
    """Find sums from one first day on that are smaller at a later last day."""
    for lines, period in _with_period(filing):
        order = _ordered(lines, period, ["unit_code", "first", "last", "as_of_date"])
        same = (order[["unit_code", "first"]] == order[["unit_code", "first"]].shift()).all(axis=1)
        later = np.flatnonzero(same & (order["last"] > order["last"].shift()))
        now, then = (order.index.to_numpy()[places] for places in (later, later - 1))
        with np.errstate(invalid="ignore"):
            falls = lines.numbers[now] < lines.numbers[then] - _SLACK
        for row, place in np.argwhere(falls):
            expected = _("at least {value}, the sum up to {date}").format(
                value=number(lines.numbers[then[row], place]), date=day(period["last"].iloc[then[row]])
            )
            action = _("Check which sums are cumulated and which are of one year; correct the period.")
            yield filing.hit(lines, int(now[row]), lines.items[place].name, expected, action)


def cumulated_as_yearly(filing: Filing) -> Iterator[Hit]:
    """Find sums of one year that equal what all years up to it add up to."""
    for lines, period in _with_period(filing):
        yearly = _ordered(lines, period[_is_yearly(period)], ["unit_code", "last", "as_of_date"])
        yearly = yearly.drop_duplicates(["unit_code", "last"], keep="last")
        values = pd.DataFrame(lines.numbers[yearly.index.to_numpy()]).set_axis(yearly.index)
        units = yearly["unit_code"]
        before = (values.fillna(0).groupby(units).cumsum() - values.fillna(0)).to_numpy(float)
        terms = (values > 0).groupby(units).cumsum() - (values > 0).astype(int)
        cumulated = _cumulated_at(lines, period, yearly)
        with np.errstate(invalid="ignore"):
            is_sum = (terms.to_numpy() >= 2) & (np.abs(values.to_numpy() - before) <= _SLACK)
            is_sum &= (is_sum.sum(axis=1) >= np.maximum(_ALIKE, (values > 0).to_numpy().sum(axis=1) / 2))[:, None]
            is_same = (terms.to_numpy() >= 1) & (np.abs(values.to_numpy() - cumulated) <= _SLACK)
        for row, place in np.argwhere((is_sum | is_same) & (values.to_numpy() > 0)):
            expected = _("the sum of the year alone; all years before make {sum}").format(
                sum=number(before[row, place])
            )
            action = _("Write the sum of the year, or the first day from which it is cumulated.")
            yield filing.hit(lines, int(yearly.index[row]), lines.items[place].name, expected, action)


def never_falls(filing: Filing) -> Iterator[Hit]:
    """Find units whose sums of single years never fall, in any source, as cumulated sums would."""
    least_years, least_items = _NEVER
    for lines, period in _with_period(filing):
        yearly = _ordered(lines, period[_is_yearly(period)], ["unit_code", "last", "as_of_date"])
        yearly = yearly.drop_duplicates(["unit_code", "last"], keep="last")
        for _code, own in yearly.groupby("unit_code", sort=False):
            numbers = lines.numbers[own.index.to_numpy()]
            with np.errstate(invalid="ignore"):
                numbers = numbers[:, (numbers > 0).all(axis=0)]
            if len(own) < least_years or numbers.shape[1] < least_items or (np.diff(numbers, axis=0) < 0).any():
                continue
            told = _("in {count} years no source ever falls").format(count=len(own))
            action = _("Check which sums are cumulated and which are of one year; correct the period.")
            yield _line(filing, lines, int(own.index[-1]), told, _("sums of single years, which rise and fall"), action)


def cumulated_beside_years(filing: Filing) -> Iterator[Hit]:
    """Find cumulated sums that are not what the years within the period, all reported, add up to."""
    for lines, period in _with_period(filing):
        yearly = _ordered(lines, period[_is_yearly(period)], ["unit_code", "last", "as_of_date"])
        yearly = yearly.drop_duplicates(["unit_code", "last"], keep="last")
        spans = period.index[(period["last"].dt.year > period["first"].dt.year)]
        for line in spans:
            first, last = period.loc[line, "first"], period.loc[line, "last"]
            inside = yearly[(yearly["unit_code"] == lines.heads["unit_code"].iloc[line])]
            inside = inside[(inside["first"] >= first) & (inside["last"] <= last)]
            if len(inside) != last.year - first.year + 1 or (last.month, last.day) != (12, 31):
                continue
            sums = lines.numbers[inside.index.to_numpy()].sum(axis=0)
            with np.errstate(invalid="ignore"):
                off = np.abs(sums - lines.numbers[line]) > _SLACK * len(inside)
            for place in true_at(off):
                expected = _("{sum}, what the years of the period add up to").format(sum=number(sums[place]))
                action = _("Check which sums are cumulated and which are of one year; correct the period.")
                yield filing.hit(lines, int(line), lines.items[place].name, expected, action)


def _is_yearly(period: pd.DataFrame) -> pd.Series:
    first, last = period["first"].dt, period["last"].dt
    is_whole = (first.month == 1) & (first.day == 1) & (last.month == 12) & (last.day == 31)
    return pd.Series(is_whole & (first.year == last.year))


def _ordered(lines: Lines, period: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return lines.heads.join(period, how="inner").dropna(subset=["last"]).sort_values(by, kind="stable")


def _cumulated_at(lines: Lines, period: pd.DataFrame, yearly: pd.DataFrame) -> np.ndarray:
    """Return the cumulated sums (of more than a year) of the same unit and last day, NaN where there are none."""
    spans = period["last"].dt.year > period["first"].dt.year
    longest = _ordered(lines, period[spans], ["unit_code", "last", "first"]).drop_duplicates(["unit_code", "last"])
    place = pd.MultiIndex.from_frame(longest[["unit_code", "last"]]).get_indexer(
        pd.MultiIndex.from_frame(yearly[["unit_code", "last"]])
    )
    found = np.full((len(yearly), len(lines.items)), np.nan)
    found[place >= 0] = lines.numbers[longest.index.to_numpy()[place[place >= 0]]]
    return found


def poverty_standard(filing: Filing) -> Iterator[Hit]:
    """Find poverty counted by a standard that was not that of the year."""
    for lines, standard in _with_standard(filing):
        for line, used in enumerate(standard):
            year = int(lines.years[line])
            right = [item.id for item in filing.rules.poverty_standards if item.first <= year <= item.last]
            if right and used not in right:
                expected = _("for the end of {year}: {standards}").format(
                    year=year, standards=", ".join(_standards(right))
                )
                action = _("Correct the standard or the year; figures of two standards are never chained.")
                yield _line(filing, lines, line, _standards([used])[0], expected, action)


def poverty_of_turn(filing: Filing) -> Iterator[Hit]:
    """Find communes with one figure for a year that is counted by the old and the new standard."""
    for lines, standard in _with_standard(filing):
        frame = lines.heads.assign(standard=standard)
        for year in np.unique(lines.years):
            both = {item.id for item in filing.rules.poverty_standards if item.first <= year <= item.last}
            if len(both) < 2:
                continue
            here = frame[frame["year"] == year]
            missing = here.groupby("unit_code", sort=False)["standard"].agg(lambda used, both=both: both - set(used))
            for code, absent in missing.items():
                if absent:
                    line = int(here.index[here["unit_code"] == code][0])
                    expected = _("a second line by: {standards}").format(
                        standards=", ".join(_standards(sorted(absent)))
                    )
                    action = _("Add the line when the figure is known.")
                    used = _standards([frame["standard"].iloc[line]])[0]
                    yield _line(filing, lines, line, used, expected, action)


def _standards(ids: list[str]) -> list[str]:
    """Return the words for poverty standards."""
    return list(choice_words("poverty_standard", tuple(ids)).values())


def _with_standard(filing: Filing) -> Iterator[tuple[Lines, list[str]]]:
    for agreed, lines in filing.all_lines():
        keys = row_keys(agreed)
        if "poverty_standard" in keys:
            yield lines, lines.key(keys.index("poverty_standard"))


def _with_decision(filing: Filing) -> Iterator[tuple[Lines, pd.DataFrame]]:
    for agreed, lines in filing.all_lines():
        keys = row_keys(agreed)
        if {"decision_no", "decision_date"} <= set(keys):
            numbers = pd.Series(lines.key(keys.index("decision_no"))).str.strip()
            frame = pd.DataFrame({"number": numbers, "date": lines.day(keys.index("decision_date"))})
            titles = lines.key(keys.index("title")) if "title" in keys else [""] * len(frame)
            yield lines, frame.assign(title=titles, unit_code=lines.heads["unit_code"], year=lines.years)


def decision_two_dates(filing: Filing) -> Iterator[Hit]:
    """Find decision numbers that stand with several dates."""
    for lines, decisions in _with_decision(filing):
        signed = decisions.dropna(subset=["date"]).drop_duplicates(["number", "date"])
        several = signed[signed.duplicated("number", keep=False)]
        for name in several["number"].unique():
            days = several.loc[several["number"] == name, "date"]
            line = int(decisions.index[decisions["number"] == name][0])
            told = _("decision {number} of {dates}").format(
                number=name, dates=", ".join(day(date) for date in sorted(days))
            )
            expected = _("possible: numbers repeat from year to year")
            yield _line(filing, lines, line, told, expected, _("Confirm the dates; number and date are read together."))


def decision_twice(filing: Filing) -> Iterator[Hit]:
    """Find one decision that recognises one commune twice, in several years."""
    for lines, decisions in _with_decision(filing):
        for line in true_at(decisions.duplicated(["unit_code", "title", "number", "date"]) & decisions["date"].notna()):
            told = _("decision {number} stands twice").format(number=decisions["number"].iloc[line])
            yield _line(
                filing,
                lines,
                int(line),
                told,
                _("once for a unit and title"),
                _("Delete one of the two, or correct the year."),
            )


def decision_date(filing: Filing) -> Iterator[Hit]:
    """Find decisions signed at an implausible time: before the programme, after the cut-off date, or far from their year."""
    rules = filing.rules.decisions
    for lines, decisions in _with_decision(filing):
        last = lines.heads["as_of_date"]
        if filing.sender is not None:
            last = last.where(last <= as_day(filing.sender.as_of), as_day(filing.sender.as_of))
        years_after = decisions["date"].dt.year - decisions["year"]
        early = decisions["date"] < as_day(rules.first_day)
        odd = early | (decisions["date"] > last) | ~(years_after.between(0, rules.years_after) | years_after.isna())
        for line in true_at(odd):
            signed = decisions["date"].iloc[line]
            told = _("decision {number} of {dates}").format(number=decisions["number"].iloc[line], dates=day(signed))
            year = int(decisions["year"].iloc[line])
            expected = _("signed in {first} to {last}, not before {earliest}, not after {latest}").format(
                first=year, last=year + rules.years_after, earliest=day(rules.first_day), latest=day(last.iloc[line])
            )
            yield _line(filing, lines, int(line), told, expected, _("Check date and year against the decision."))


def decision_number(filing: Filing) -> Iterator[Hit]:
    """Find decision numbers that do not look like one, and decisions without a date."""
    for lines, decisions in _with_decision(filing):
        is_odd: Bools = (
            ~decisions["number"].str.match(_NUMBER_OF_DECISION).to_numpy(bool) | decisions["date"].isna().to_numpy()
        )
        for line in true_at(is_odd):
            expected = _("number and date of the decision, such as 46/QĐ-UBND and 2019-01-14")
            yield _line(
                filing, lines, int(line), _written(lines, line), expected, _("Copy number and date from the decision.")
            )


def _written(lines: Lines, line: int | np.intp) -> str:
    return " - ".join(key for key in str(lines.heads["row"].iloc[line]).split("|") if key) or "–"


def _line(filing: Filing, lines: Lines, line: int, found: str, expected: str, action: str) -> Hit:
    head = lines.heads.iloc[line]
    text = _("{unit}, {year}: {found}").format(unit=filing.name(head["unit_code"]), year=int(head["year"]), found=found)
    return filing.hit(lines, line, "", expected, action, found=text)


_SEEN = "report_outline: points that a checker should test"
RULES = (
    Rule("period_order", Weight.WRONG, "first and last day of a period", "a sum without its period cannot be used", _SEEN, period_order),
    Rule("period_of_year", Weight.DOUBTFUL, "the last day of a period beside the year", "sums of periods and years are mixed in papers", _SEEN, period_of_year),
    Rule("cumulated_falls", Weight.DOUBTFUL, "sums from one first day on", "a cumulated sum never falls", _SEEN, cumulated_falls),
    Rule("cumulated_as_yearly", Weight.DOUBTFUL, "sums of a year beside those of the years before", "cumulated sums are written as those of the year", _SEEN, cumulated_as_yearly),
    Rule("never_falls", Weight.DOUBTFUL, "sums of single years over time", "cumulated sums are written as those of the year", _SEEN, never_falls),
    Rule("cumulated_beside_years", Weight.DOUBTFUL, "cumulated sums beside the years they cover", "both are printed and must agree", _SEEN, cumulated_beside_years),
    Rule("poverty_standard", Weight.DOUBTFUL, "the poverty standard beside the year", "a rate without its standard misleads", "report_outline; office_practice: money; parameters/submissions/checks.yaml", poverty_standard),
    Rule("poverty_of_turn", Weight.NOTE, "years between two standards", "2015 carries two values", "office_practice: money", poverty_of_turn),
    Rule("decision_two_dates", Weight.NOTE, "decision numbers with several dates", "46/QĐ-UBND stands in 01/2019 and in 01/2020", _SEEN, decision_two_dates),
    Rule("decision_twice", Weight.WRONG, "decisions by number and date", "a commune is recognised once by a decision", _SEEN, decision_twice),
    Rule("decision_date", Weight.DOUBTFUL, "the day of a decision beside its year", "a decision follows the year it is for", "office_practice: status of a commune", decision_date),
    Rule("decision_number", Weight.DOUBTFUL, "the number of a decision", "number and date are the key of a recognition", _SEEN, decision_number),
)  # fmt: skip
