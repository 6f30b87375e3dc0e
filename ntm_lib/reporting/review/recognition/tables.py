"""The tables of recognition: register, states after mergers, balance, data beside the register, rules."""

import re
from typing import Any

import pandas as pd

from ntm_lib.evaluation.recognition.balance import cause_words
from ntm_lib.evaluation.recognition.rules import Rules, load_rules
from ntm_lib.evaluation.recognition.standing import not_named
from ntm_lib.evaluation.recognition.states import state_day, state_words
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.recognition.held import balance_of, judged_year, standing_of, states_of, withdrawal_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import not_assessed_note, rows_of, source_line
from ntm_lib.reporting.sheets import Column, Sheet

_ADDRESS = re.compile(r"\s*(?:https?://|www\.)\S+")


def verified_words() -> dict[str, str]:
    """Return the words for how far a rule was verified."""
    return {
        "read": _("Read in the source named"),
        "partial": _("Read in part; not checked against the signed text"),
        "memory": _("Not checked against the signed text"),
        "assumed": _("Assumed; not checked against the signed text"),
    }


def without_address(text: str) -> str:
    """Return a source without its web address, which stands in the data."""
    return _ADDRESS.sub("", text)


def of_origin(table: pd.DataFrame, subject: Subject) -> pd.DataFrame:
    """Keep the rows about the communes that the commune of the subject was formed from; all without a commune.

    ``commune_code`` is of the units of the results: a code may mean another commune later.
    """
    if not subject.commune:
        return table
    parts = subject.territory.parts
    return table[table["commune_code"].isin(parts.loc[parts["to_code"] == subject.commune, "from_code"])]


def of_today(table: pd.DataFrame, subject: Subject) -> pd.DataFrame:
    """Keep the rows about the commune of the subject, codes of the territory's units; all without a commune."""
    return table[table["commune_code"] == subject.commune] if subject.commune else table


def pairs(low: pd.Series, high: pd.Series) -> pd.Series:
    """Return the two ends of each interval as one cell."""
    return pd.Series(list(zip(low, high, strict=True)), index=low.index, dtype="object")


def register_sheet(subject: Subject) -> Sheet:
    """List each recognised commune with year, decision, announcement and when it is due again."""
    held = of_origin(states_of(subject.territory), subject)
    frame = held.assign(
        announced=held["announced_on"].map(lambda day: _("Not known") if pd.isna(day) else formats.date(day.date())),
        due_basis=held["due_verified"].map({**verified_words(), "": _("Not known")}),
        printed_source=held["source"].map(without_address),
    )
    columns = [
        Column("name", _("Commune"), width=20),
        Column("district", _("District, city"), width=20),
        Column("year", _("Year for which recognised"), "year"),
        Column("decision_no", _("Number of the decision"), group=_("Decision of recognition"), width=16),
        Column("decision_date", _("Date"), "date", group=_("Decision of recognition"), width=16),
        Column("announced", _("Announced on"), width=16),
        Column("due", _("Expected"), "date", group=_("Due for re-recognition"), width=16),
        Column("due_basis", _("Rule"), group=_("Due for re-recognition"), width=24),
        Column("printed_source", _("Source"), width=36),
    ]
    notes = [_("Numbers of decisions repeat from year to year: read number and date together.")]
    if missing := not_named(subject.territory, subject.territory.review.last_year):
        notes.append(
            _("{count} more recognised communes of the province are not listed: their names were not found.").format(
                count=formats.number(missing)
            )
        )
    return Sheet(
        "recognition_register",
        _("Communes recognised as reaching NTM"),
        columns,
        frame,
        notes=notes,
        row_key="commune_code",
        empty=_("No recognition decision for this territory was read in a source."),
    )


def states_sheet(subject: Subject) -> Sheet:
    """Say of each recognised commune what it is part of today, and what its recognition is worth."""
    held = of_origin(states_of(subject.territory), subject)
    words = state_words()
    frame = held.assign(
        state_word=held["state"].map(words),
        formed=held["parts"].where(held["parts"] > 1).map(lambda count: "" if pd.isna(count) else str(int(count))),
        paper=held["review_doc"].fillna(""),
    )
    columns = [
        Column("name", _("Commune as recognised"), width=20),
        Column("year", _("Year for which recognised"), "year"),
        Column("now_name", _("Commune today"), width=22),
        Column("formed", _("Formed from (communes)")),
        Column("state_word", _("State of the recognition"), width=36),
        Column("paper", _("Paper of the re-review"), width=24),
    ]
    day = formats.date(state_day(subject.territory))
    return Sheet(
        "recognition_states",
        _("Recognised communes after the rearrangement of units, on {date}").format(date=day),
        columns,
        frame,
        notes=[_("A merged commune inherits nothing: without a decision its state is left open.")],
        row_key="commune_code",
        empty=_("No recognition decision for this territory was read in a source."),
    )


def balance_sheet(subject: Subject) -> Sheet:
    """Add up the recognitions cause by cause to the published number."""
    found = balance_of(subject.territory)
    words = cause_words()
    rows = found.rows
    frame = rows.assign(
        cause_word=rows["cause"].map(words),
        period=[_period(first, last) for first, last in zip(rows["first_year"], rows["last_year"], strict=True)],
        stay=pairs(rows["stay_low"], rows["stay_high"]),
        gone=pairs(rows["communes"] - rows["stay_high"], rows["communes"] - rows["stay_low"]),
        row=rows["cause"] + "_" + rows["first_year"].astype(str),
    )
    title = (
        _("Recognitions of all years and what became of them by {date}")
        if found.published is None
        else _("Recognitions of all years beside the number published for the end of {year}")
    )
    columns = [
        Column("cause_word", _("What is known"), width=40),
        Column("period", _("Year for which recognised")),
        Column("communes", _("Recognised"), "count"),
        Column("stay", _("Still counted"), "interval"),
        Column("gone", _("No longer counted"), "interval"),
        Column("names", _("Communes"), width=44),
    ]
    total = {"cause_word": _("Total"), "communes": found.recognised}
    notes = [_("An interval means that the sources do not tell; the total of each column is exact.")]
    if found.published is not None:
        total |= {"stay": (found.published,) * 2, "gone": (found.missing,) * 2}
        notes.append(_("Published number: {source}.").format(source=without_address(found.source)))
    if not found.agrees:
        notes.append(_("The rows cannot add up to the published number; the sources are to be checked."))
    return Sheet(
        "recognition_balance",
        title.format(date=formats.date(found.on), year=found.year),
        columns,
        frame,
        unit=_("Unit: commune"),
        total=total,
        notes=notes,
        row_key="row",
        empty=_("No recognition decision for this territory was read in a source."),
    )


def _period(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def standing_sheet(subject: Subject) -> Sheet:
    """List the communes where data and register differ or that are recognised: the data beside the decision."""
    territory = subject.territory
    year = judged_year(territory)
    table = standing_of(territory).rename_axis("commune_code").reset_index()
    table = table[table["meets"].fillna(value=True) | (table["state"] != "")]
    table = of_today(table, subject)
    frame = table.assign(
        count=pairs(table["low"], table["high"]),
        found=[_found(row.meets, bool(row.is_recognised), bool(row.is_reassessed)) for row in rows_of(table)],
    )
    columns = [
        Column("name", _("Commune"), width=22),
        Column("count", _("Criteria met"), "interval", group=_("By the data")),
        Column("of", _("out of"), "count", group=_("By the data")),
        Column("year", _("Year"), "year", group=_("By the register")),
        Column("decision_no", _("Number of the decision"), group=_("By the register")),
        Column("decision_date", _("Date"), "date", group=_("By the register"), width=16),
        Column("found", _("Remark"), width=46),
    ]
    notes = [
        _("Meeting every criterion is not recognition; recognition is by decision only."),
        not_assessed_note(territory),
    ]
    if missing := not_named(territory, year):
        text = _("{count} recognised communes of the province are not known by name and may be among those listed.")
        notes.append(text.format(count=formats.number(missing)))
    return Sheet(
        "recognition_and_criteria",
        _("Communes that meet every criterion by the data of {year}, and recognised communes").format(year=year),
        columns,
        frame,
        source=source_line(territory, year),
        notes=notes,
        stamps=subject.stamps,
        row_key="commune_code",
        empty=_("No commune meets every criterion or is recognised."),
    )


def _found(meets: Any, is_recognised: bool, is_reassessed: bool) -> str:
    """Say carefully how data and register stand to each other."""
    if is_reassessed:
        return _("A recognised commune was merged into it: to be assessed again")
    if pd.isna(meets):
        return (
            _("Recognised; not enough data to say whether every criterion is still met")
            if is_recognised
            else _("May meet every criterion; not enough data")
        )
    if is_recognised:
        return (
            _("Recognised, and the data show every criterion met")
            if meets
            else _("Recognised; the data show a criterion not met: check the data first")
        )
    return _("Meets every criterion by the data; no decision that names it was found")


def withdrawal_sheet(subject: Subject) -> Sheet:
    """Try each rule of withdrawal on each recognised commune."""
    year = judged_year(subject.territory)
    rules = {rule.id: str(rule.label) for rule in load_rules(subject.territory.project).withdrawal}
    tried = of_today(withdrawal_of(subject.territory), subject)
    answers = {1: _("Applies"), 0: _("Does not apply"), -1: _("Not enough data")}
    frame = tried.assign(
        rule_word=tried["rule"].map(rules),
        share=pairs(tried["low_pct"], tried["high_pct"]),
        answer=tried["verdict"].map(answers),
        force=tried["is_in_force"].map({True: _("Yes"), False: _("No, a trial only")}),
        row=tried["commune_code"] + "_" + tried["rule"],
    )
    columns = [
        Column("name", _("Commune"), width=20),
        Column("rule_word", _("Condition of withdrawal"), width=48),
        Column("not_met", _("Criteria not met"), "count"),
        Column("unknown", _("Without enough data"), "count"),
        Column("share", _("Share not met (%)"), "interval", digits=1),
        Column("key_not_met", _("Key criteria not met")),
        Column("force", _("In force in the year")),
        Column("answer", _("Result"), width=18),
    ]
    return Sheet(
        "recognition_withdrawal",
        _("Conditions of withdrawal tried on the data of {year}").format(year=year),
        columns,
        frame,
        source=source_line(subject.territory, year),
        notes=[
            _("A trial is no ground for withdrawal. Communes to be assessed again after a merger are not tried."),
            _("A rule counts the criteria of the set it names; a trial counts those of the set of the year."),
        ],
        stamps=subject.stamps,
        row_key="row",
        empty=_("No recognised commune to try the conditions on."),
    )


def rules_sheet(subject: Subject) -> Sheet:
    """List the rules of re-recognition and withdrawal with their days and how far each was verified."""
    rules = load_rules(subject.territory.project)
    frame = pd.DataFrame(
        _rule_rows(rules), columns=["row", "kind", "text", "document", "first", "last", "basis", "source"]
    )
    columns = [
        Column("kind", _("Kind of rule"), width=18),
        Column("text", _("Content"), width=48),
        Column("document", _("Document"), width=26),
        Column("first", _("From"), "date", group=_("In force"), width=16),
        Column("last", _("To"), group=_("In force"), width=16),
        Column("basis", _("How far verified"), width=26),
        Column("source", _("Source"), width=36),
    ]
    unread = "; ".join(formats.in_sentence(str(item)) for item in rules.not_read)
    return Sheet(
        "recognition_rules",
        _("Rules of recognition, re-recognition and withdrawal used by the software"),
        columns,
        frame,
        notes=[_("Not read in any source: {items}.").format(items=unread)],
        row_key="row",
    )


def _rule_rows(rules: Rules) -> list[list[object]]:
    verified = verified_words()
    listed = [
        *((_("Recognition"), rule, str(rule.label)) for rule in rules.conditions),
        *((_("Re-recognition"), rule, _("After {years} years").format(years=rule.years)) for rule in rules.again),
        *((_("Withdrawal"), rule, str(rule.label)) for rule in rules.withdrawal),
    ]
    periods = {period.id: period for period in rules.periods}
    return [
        [
            rule.id,
            kind,
            text,
            periods[rule.period].document,
            periods[rule.period].first,
            formats.date(last) if (last := periods[rule.period].last) else _("Not known to have ended"),
            verified[rule.verified],
            without_address(rule.source),
        ]
        for kind, rule, text in listed
    ]
