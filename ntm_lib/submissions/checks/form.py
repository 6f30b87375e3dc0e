"""Checks of single values and lines: types, limits, keys, status and dates, as the contracts and the law have them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ntm_lib.criteria.levels import day, number
from ntm_lib.messages import _, language
from ntm_lib.submissions.checks.filing import Filing
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.lines import ASPECT, Bools, Lines, as_day, true_at
from ntm_lib.submissions.checks.rule import Rule
from ntm_lib.submissions.forms.words import choice_words
from ntm_lib.submissions.lines import RESULTS, items
from ntm_lib.submissions.model import KEY, Weight
from ntm_lib.tables import table_ids


def unknown_items(filing: Filing) -> Iterator[Hit]:
    """Find values of tables, sets, requirements or columns that there are not."""
    known = set(table_ids(filing.project))
    for lines in filing.tables.values():
        for item in lines.items:
            if item.type:
                continue
            line = int(np.flatnonzero(lines.places[:, lines.column[item.name]] >= 0)[0])
            if lines.table in known and (lines.table != RESULTS or lines.set_id in filing.law.sets):
                expected = _("a column of the table or a requirement of its criteria set")
            else:
                expected = _("one of {known}").format(
                    known=", ".join(filing.law.sets if lines.set_id else sorted(known))
                )
            yield filing.hit(lines, line, item.name, expected, _("Use the template that was sent out."))


def types(filing: Filing) -> Iterator[Hit]:
    """Find values that are not of the agreed type."""
    for lines in filing.tables.values():
        for place, item in enumerate(lines.items):
            wrong, expected = _not_of_type(lines, place)
            for line in true_at(wrong):
                yield filing.hit(lines, line, item.name, expected, _type_action(item.type))


def _not_of_type(lines: Lines, place: int) -> tuple[Bools, str]:
    item, numbers = lines.items[place], lines.numbers[:, place]
    there = lines.places[:, place] >= 0
    if item.type in {"integer", "yes_no", "number"}:
        has_text = there & (pd.notna(lines.texts[:, place]) | np.isinf(numbers))
        if item.type == "integer":
            return has_text | (np.isfinite(numbers) & (numbers % 1 != 0)), _("a whole number")
        if item.type == "yes_no":
            return has_text | (np.isfinite(numbers) & ~np.isin(numbers, (0, 1))), _("1 (yes) or 0 (no)")
        return has_text, _("a number")
    texts = pd.Series(lines.texts[:, place], dtype=object)
    if item.type == "choice":
        return there & ~texts.isin(item.allowed).to_numpy(bool), _("one of {known}").format(
            known=", ".join(choice_words(item.name, item.allowed).values())
        )
    if item.type == "date":
        days = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
        return there & days.isna().to_numpy(bool), _("a day of the calendar")
    return np.zeros(len(lines), dtype=bool), ""


def _type_action(kind: str) -> str:
    if kind == "integer":
        return _("Write the count itself, not a percentage or an average.")
    return _("Correct the cell; leave it empty when the value is not known.")


def limits(filing: Filing) -> Iterator[Hit]:
    """Find numbers outside the limits of their column or unit."""
    for lines in filing.tables.values():
        for place, item in enumerate(lines.items):
            if item.type not in {"integer", "number"}:
                continue
            low, high = (end if end is not None else np.nan for end in (item.min, item.max))
            column = lines.numbers[:, place]
            with np.errstate(invalid="ignore"):
                outside = np.isfinite(column) & ((column < low) | (column > high))
            for line in true_at(outside):
                above = column[line] > high
                bound = (
                    _("at most {high}").format(high=number(high))
                    if above
                    else _("at least {low}").format(low=number(low))
                )
                is_share = above and item.unit in {"%", "percent"}
                action = (
                    _("Write the percentage here, not the count.")
                    if is_share
                    else _("Check the value against its source.")
                )
                yield filing.hit(lines, line, item.name, bound, action)


def key_twice(filing: Filing) -> Iterator[Hit]:
    """Find values about the same thing that stand twice in the file."""
    values = filing.values
    seen = values[KEY].fillna("").astype({"year": int})
    for place in true_at(seen.duplicated()):
        row = values.iloc[place]
        first = values.iloc[int(np.flatnonzero((seen == seen.iloc[place]).all(axis=1))[0])]
        text = _("{unit}, {year}: the same line stands twice ({item})")
        yield Hit(
            str(row["sheet"] or ""),
            str(row["cell"] or ""),
            text.format(unit=filing.name(row["unit_code"]), year=int(row["year"]), item=row["item"]),
            _("once; it stands already in sheet {sheet}, cell {cell}").format(sheet=first["sheet"], cell=first["cell"]),
            _("Delete one of the two, or correct the code, the year or the further keys of the line."),
        )


def missing_in_line(filing: Filing) -> Iterator[Hit]:
    """Find lines without a value that every line of the table needs."""
    for agreed, lines in filing.all_lines():
        for column in items(agreed):
            if not column.required or column.name in agreed.key:
                continue
            place = lines.column.get(column.name)
            there = np.zeros(len(lines), dtype=bool) if place is None else lines.places[:, place] >= 0
            label = column.label.vi if language() == "vi" else column.label.en
            for line in true_at(~there):
                head = lines.heads.iloc[line]
                text = _("{unit}, {year}: {item} is empty").format(
                    unit=filing.name(head["unit_code"]), year=int(head["year"]), item=label
                )
                yield filing.hit(
                    lines, line, column.name, _("a value"), _("Complete the line or delete it."), found=text
                )


def not_assessed(filing: Filing) -> Iterator[Hit]:
    """Find "Không xét" where the set does not allow it."""
    for lines, line, item in _unassessed(filing):
        if item not in filing.law.sets[lines.set_id].requirements:
            continue
        if filing.law.sets[lines.set_id].requirements[item].demand.allows_not_assessed is None:
            yield filing.hit(
                lines,
                line,
                item,
                _("a value: the criteria set has no rule by which this requirement may be left out"),
                _("Write the value reached, or state the paper that allows it in the notes."),
                found=_about_unassessed(filing, lines, line, item),
            )


def not_assessed_with_value(filing: Filing) -> Iterator[Hit]:
    """Find requirements said to be left out that hold a value all the same."""
    for lines, line, item in _unassessed(filing):
        if np.isfinite(lines.number(item)[line]):
            action = _("Delete one of the two.")
            yield filing.hit(lines, line, item, _("either a value or “Not assessed”"), action)


def _unassessed(filing: Filing) -> Iterator[tuple[Lines, int, str]]:
    marked = filing.values["is_not_assessed"].fillna(value=False).to_numpy(bool)
    for lines in filing.lines(RESULTS):
        if lines.set_id in filing.law.sets and marked.any():
            for line, place in np.argwhere((lines.places >= 0) & marked[lines.places]):
                if ASPECT not in lines.items[place].name:
                    yield lines, int(line), lines.items[place].name


def _about_unassessed(filing: Filing, lines: Lines, line: int, item: str) -> str:
    head = lines.heads.iloc[line]
    return _("{unit}, {year}, {item}: not assessed").format(
        unit=filing.name(head["unit_code"]), year=int(head["year"]), item=lines.items[lines.column[item]].label
    )


def early_actual(filing: Filing) -> Iterator[Hit]:
    """Find values called actual whose cut-off date lies before the end of what they speak of."""
    for agreed, lines in filing.all_lines():
        if agreed.period not in {"year_end", "during_year"}:
            continue
        next_years = (lines.years - 1969).astype("datetime64[Y]").astype("datetime64[D]")
        ends = pd.Series(next_years - np.timedelta64(1, "D")).astype("datetime64[ns]")
        if "period_to" in agreed.key:
            ends = lines.day(1).fillna(ends)
        early = (lines.heads["status"] == "actual").to_numpy(bool) & (lines.heads["as_of_date"] < ends).to_numpy(bool)
        for line in true_at(early):
            yield _of_line(
                filing,
                lines,
                int(line),
                _("actual, as of {date}").format(date=day(lines.heads["as_of_date"].iloc[line])),
                _("the end of the year or later, as the status is actual"),
                _("Change the status to estimated outturn, or correct the cut-off date."),
            )


def status_of_past(filing: Filing) -> Iterator[Hit]:
    """Find plans and estimates for a time that was over on the cut-off date."""
    for agreed, lines in filing.all_lines():
        if agreed.period not in {"year_end", "during_year"}:
            continue
        over = lines.heads["as_of_date"].dt.year.to_numpy() > lines.years
        late = over & lines.heads["status"].isin(["plan", "estimate"]).to_numpy(bool)
        for line in true_at(late):
            found = _("a plan") if lines.heads["status"].iloc[line] == "plan" else _("an estimate")
            expected = _("an actual value, as the year was over on the cut-off date")
            yield _of_line(filing, lines, int(line), found, expected, _("Confirm that no actual value is known yet."))


def after_cut_off(filing: Filing) -> Iterator[Hit]:
    """Find lines with a cut-off date after that of the file."""
    if filing.sender is None:
        return
    limit = as_day(filing.sender.as_of)
    for lines in filing.tables.values():
        for line in true_at((lines.heads["as_of_date"] > limit).to_numpy(bool)):
            found = _("as of {date}").format(date=day(lines.heads["as_of_date"].iloc[line]))
            expected = _("not after {date}, the cut-off date of the report").format(date=day(limit))
            yield _of_line(filing, lines, int(line), found, expected, _("Correct the cut-off date of the line."))


def strangers(filing: Filing) -> Iterator[Hit]:
    """Find codes that no unit has on the date of the file."""
    if filing.vintage is None:
        return
    known = filing.vintage.frame.index
    for lines in filing.tables.values():
        codes = lines.heads["unit_code"]
        for line in true_at((~codes.isin(known) & ~codes.duplicated()).to_numpy(bool)):
            expected = _("the code of a unit on {date}").format(date=day(filing.vintage.date))
            yield _of_line(filing, lines, int(line), str(codes.iloc[line]), expected, _("Correct the code."))


def _of_line(filing: Filing, lines: Lines, line: int, found: str, expected: str, action: str) -> Hit:
    head = lines.heads.iloc[line]
    text = _("{unit}, {year}: {found}").format(unit=filing.name(head["unit_code"]), year=int(head["year"]), found=found)
    first = lines.items[int(np.flatnonzero(lines.places[line] >= 0)[0])].name
    return filing.hit(lines, line, first, expected, action, found=text)


_CONTRACT = "data/contracts"
RULES = (
    Rule("unknown_item", Weight.WRONG, "tables, sets, columns and requirements", "nothing can be judged by it", _CONTRACT, unknown_items, is_of_form=True),
    Rule("type", Weight.WRONG, "every value against the type of its column", "a text or half a household cannot be counted", _CONTRACT, types, is_of_form=True),
    Rule("limits", Weight.WRONG, "every number against least and greatest", "no share is above 100 per cent, no count below 0", f"{_CONTRACT}, data/criteria/units.yaml", limits, is_of_form=True),
    Rule("key_twice", Weight.WRONG, "values about the same thing", "it cannot be known which of two counts", "VALUES, KEY", key_twice, is_of_form=True),
    Rule("missing_in_line", Weight.WRONG, "columns that every line needs", "a work without a name cannot be found again", _CONTRACT, missing_in_line, is_of_form=True),
    Rule("unknown_unit", Weight.WRONG, "codes of units", "codes change meaning with mergers", "data/units", strangers, is_of_form=True),
    Rule("not_assessed", Weight.DOUBTFUL, "requirements left out", "a requirement may be left out by a rule only", "data/criteria: allows_not_assessed", not_assessed),
    Rule("not_assessed_with_value", Weight.WRONG, "requirements left out that hold a value", "one of the two cannot be", "contract b02", not_assessed_with_value, is_of_form=True),
    Rule("early_actual", Weight.WRONG, "status and cut-off date", "what is not over yet is an estimate", "office practice: thực hiện, ước thực hiện", early_actual, is_of_form=True),
    Rule("status_of_past", Weight.NOTE, "status and cut-off date", "an estimate is replaced once the year is over", "office practice", status_of_past),
    Rule("after_cut_off", Weight.DOUBTFUL, "cut-off date of each line", "a report speaks of what was known on its cut-off date", "office practice: số liệu tính đến ngày", after_cut_off),
)  # fmt: skip
