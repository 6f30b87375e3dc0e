"""Who was recognised and what became of it: the register, the mergers, why the sum is not the published number."""

import pandas as pd

from ntm_lib.evaluation.recognition.balance import NOT_NAMED, Balance
from ntm_lib.evaluation.recognition.rules import load_rules
from ntm_lib.evaluation.recognition.standing import compare, not_named
from ntm_lib.evaluation.recognition.states import REASSESS, TOWN, WITHDRAWN, state_day, state_words
from ntm_lib.evaluation.status import cut_off
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.recognition import tables
from ntm_lib.reporting.review.recognition.held import balance_of, judged_year, standing_of, states_of, withdrawal_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.verdicts import Verdict


def recognised(subject: Subject) -> list[Sentence]:
    """Say how many were recognised, and set it apart from meeting every criterion."""
    if subject.commune:
        return _of_commune(subject)
    last = judged_year(subject.territory)
    numbers = compare(standing_of(subject.territory))
    said = [*_named(subject), _meets(subject, numbers, last)]
    if numbers["recognised_not_met"] + numbers["recognised_unknown"]:
        said.append(
            sentence(
                _(
                    "Of the recognised communes, the data of {year} show {not_met} with a criterion not met and {unknown} "
                    "without enough data; the data are to be checked again before anything is concluded."
                ),
                year=_fig(subject, "checked_year", last, "year"),
                not_met=_fig(subject, "recognised_not_met", numbers["recognised_not_met"]),
                unknown=_fig(subject, "recognised_unknown", numbers["recognised_unknown"]),
            )
        )
    return said


def _named(subject: Subject) -> list[Sentence]:
    """Count the register; for a province with those whose names were not found, for a district with a caution."""
    territory = subject.territory
    day = cut_off(territory)
    named = len(states_of(territory))
    missing = not_named(territory, territory.review.last_year)
    values = {
        "date": _fig(subject, "date", day, "date"),
        "named": _fig(subject, "named", named),
        "missing": _fig(subject, "not_named", missing),
    }
    if subject.tier == "province":
        text = _(
            "By {date}, {all} recognitions of communes were published, each commune counted as it was when recognised: "
            "{named} are known with commune, number and date of the decision, of {missing} the names were not found in the "
            "sources read."
        )
        return [sentence(text, all=_fig(subject, "all", named + missing), **values)]
    if named:
        text = _("By {date}, the register holds {named} communes of {unit} with the number and date of their decision.")
        said = [sentence(text, unit=subject.name, date=values["date"], named=values["named"])]
    else:
        text = _("By {date}, no recognition decision that names a commune of {unit} was read in a source.")
        said = [sentence(text, unit=subject.name, date=values["date"])]
    if missing:
        text = _("{missing} more communes of the province were recognised without their names being found.")
        said.append(sentence(text, missing=values["missing"]))
    return said


def _meets(subject: Subject, numbers: dict[str, int], year: int) -> Sentence:
    values = {
        "year": _fig(subject, "standing_year", year, "year"),
        "meets": _fig(subject, "meets", numbers["meets"]),
        "both": _fig(subject, "both", numbers["both"]),
        "only": _fig(subject, "meets_only", numbers["meets_only"]),
    }
    if not numbers["meets"]:
        text = _("At the end of {year}, the data show no commune that meets every criterion for certain.")
        return sentence(text, year=values["year"])
    missing = not_named(subject.territory, year)
    if numbers["meets_only"] and missing:
        text = _(
            "Meeting every criterion is not yet recognition: at the end of {year}, the data show {meets} communes that meet "
            "every criterion; {both} of them are recognised by name, {only} are not in the register (some may be among the "
            "{missing} recognised communes whose names were not found)."
        )
        return sentence(text, missing=_fig(subject, "standing_not_named", missing), **values)
    text = _(
        "Meeting every criterion is not yet recognition: at the end of {year}, the data show {meets} communes that meet "
        "every criterion; {both} of them are recognised by name, {only} are not in the register."
    )
    return sentence(text, **values)


def _of_commune(subject: Subject) -> list[Sentence]:
    """Say what is known of the commune itself, or of the communes it was formed from."""
    held = tables.of_origin(states_of(subject.territory), subject)
    if held.empty:
        text = _("No recognition decision that names {unit} was read in a source.")
        return [sentence(text, unit=subject.name)]
    words = state_words()
    return [
        sentence(
            _(
                "{name} was recognised as reaching NTM for {year} by Decision {number} of {date}. State on {day}: {state}."
            ),
            name=str(row.name),
            year=_fig(subject, f"year_{row.commune_code}", row.year, "year"),
            number=str(row.decision_no),
            date=_fig(subject, f"decided_{row.commune_code}", row.decision_date.date(), "date"),
            day=_fig(subject, f"state_day_{row.commune_code}", state_day(subject.territory), "date"),
            state=formats.in_sentence(words[str(row.state)]),
        )
        for row in rows_of(held)
    ]


def after_mergers(subject: Subject) -> list[Sentence]:
    """Say what the mergers and re-reviews left of the recognitions, and when they are due again."""
    if subject.commune:
        return []
    held = states_of(subject.territory)
    if held.empty:
        return []
    said = [_due(subject, held)]
    if not held["state"].isin([REASSESS, TOWN, WITHDRAWN]).any():
        return said
    told = {name: held[held["state"] == name] for name in (REASSESS, TOWN, WITHDRAWN)}
    text = {
        REASSESS: _(
            "{count} recognised communes were merged with others and are to be assessed again after the rearrangement of "
            "units, no result being known yet: {names}."
        ),
        TOWN: _("{count} recognised communes became part of a town or ward and left the Programme: {names}."),
        WITHDRAWN: _("The recognition of {count} communes was withdrawn: {names}."),
    }
    changed = [
        sentence(text[name], count=_fig(subject, f"state_{name}", len(rows)), names=_joined(rows["name"]))
        for name, rows in told.items()
        if len(rows)
    ]
    return [*changed, *said]


def _due(subject: Subject, held: pd.DataFrame) -> Sentence:
    known = held.dropna(subset=["due"])
    if known.empty:
        return sentence(_("No rule of re-recognition is known for these decisions."))
    is_read = set(known["due_verified"]) == {"read"}
    first, last = known["due"].min().date(), known["due"].max().date()
    ends = {"first": _fig(subject, "due_first", first, "date"), "last": _fig(subject, "due_last", last, "date")}
    if first == last:
        text = (
            _("By the rule read in a source, re-recognition falls due on {first}.")
            if is_read
            else _(
                "Counted by years as before 2017, re-recognition would fall due on {first}; the rule in force was not checked "
                "against the signed text."
            )
        )
        return sentence(text, first=ends["first"])
    text = (
        _("By the rule read in a source, the decisions fall due for re-recognition from {first} to {last}.")
        if is_read
        else _(
            "Counted by years as before 2017, the decisions would fall due for re-recognition from {first} to {last}; the rule "
            "in force was not checked against the signed text."
        )
    )
    return sentence(text, **ends)


def balance_sentences(subject: Subject) -> list[Sentence]:
    """Say why the published number is not the sum of the recognitions; only where a number was published."""
    if subject.commune:
        return []
    found = balance_of(subject.territory)
    if found.published is None:
        return []
    values = {
        "all": _fig(subject, "sum", found.recognised),
        "year": _fig(subject, "sum_year", found.year, "year"),
        "published": _fig(subject, "published", found.published),
    }
    if found.missing == 0:
        text = _("The recognitions of all years add up to {all}, as published for the end of {year} ({published}).")
        return [sentence(text, **values)]
    lacking = _fig(subject, "lacking", found.missing)
    text = _(
        "The recognitions of all years add up to {all}, but {published} are published for the end of {year}: {lacking} of "
        "them are no longer counted."
    )
    return [sentence(text, lacking=lacking, **values), *_causes(subject, found)]


def _causes(subject: Subject, found: Balance) -> list[Sentence]:
    if not found.agrees:
        text = _("What is known of the communes cannot add up to the published number; the sources are to be checked.")
        return [sentence(text)]
    rows = found.rows.set_index("cause")
    said = []
    if found.of(TOWN):
        text = _("Known for certain: {count} became part of a town or ward ({names}).")
        said.append(
            sentence(text, count=_fig(subject, "gone_town", found.of(TOWN)), names=_joined(rows.loc[[TOWN], "names"]))
        )
    if found.of(REASSESS):
        text = _("Not known: the outcome for {count} communes merged with others ({names}).")
        names = _joined(rows.loc[[REASSESS], "names"])
        said.append(sentence(text, count=_fig(subject, "open_merged", found.of(REASSESS)), names=names))
    open_rows = found.rows[found.rows["cause"] == NOT_NAMED]
    if len(open_rows):
        text = _(
            "The rest lies among {count} communes recognised before the mergers whose names were not found: by the sum, "
            "{least} to {most} of them are no longer counted. The causes were not read in a source."
        )
        least = int((open_rows["communes"] - open_rows["stay_high"]).sum())
        most = int((open_rows["communes"] - open_rows["stay_low"]).sum())
        said.append(
            sentence(
                text,
                count=_fig(subject, "open_not_named", found.of(NOT_NAMED)),
                least=_fig(subject, "open_least", least),
                most=_fig(subject, "open_most", most),
            )
        )
    return said


def withdrawal(subject: Subject) -> list[Sentence]:
    """Say what the rules of withdrawal would find on the data; internal, since it speaks of a risk."""
    last = judged_year(subject.territory)
    tried = tables.of_today(withdrawal_of(subject.territory), subject)
    if tried.empty:
        return []
    rules = load_rules(subject.territory.project)
    document = rules.period(rules.withdrawal[0].period).document
    worst = tried.groupby("commune_code")["verdict"]
    applies = int((worst.max() == Verdict.MET).sum())
    unknown = int((worst.agg(lambda held: Verdict.UNKNOWN in set(held) and Verdict.MET not in set(held))).sum())
    if subject.commune:
        return [_withdrawal_of_commune(subject, document, last, applies, unknown)]
    values: dict[str, Fig | str] = {
        "document": document,
        "year": _fig(subject, "withdrawal_year", last, "year"),
        "communes": _fig(subject, "withdrawal_tried", worst.ngroups),
        "applies": _fig(subject, "withdrawal_applies", applies),
        "unknown": _fig(subject, "withdrawal_unknown", unknown),
    }
    text = (
        _(
            "By the conditions of withdrawal of {document} on the data of {year}: of {communes} recognised communes, {applies} "
            "fall under one and {unknown} lack data to tell."
        )
        if tried["is_in_force"].all()
        else _(
            "Trial of the conditions of withdrawal of {document}, not yet in force in {year}: of {communes} recognised "
            "communes, {applies} would fall under one and {unknown} lack data to tell. A trial is no ground for withdrawal."
        )
    )
    return [sentence(text, **values)]


def _withdrawal_of_commune(subject: Subject, document: str, year: int, applies: int, unknown: int) -> Sentence:
    if applies:
        text = _(
            "Trial of the conditions of withdrawal of {document} on the data of {year}: {unit} would fall under one."
        )
    elif unknown:
        text = _(
            "Trial of the conditions of withdrawal of {document} on the data of {year}: {unit} lacks data to tell."
        )
    else:
        text = _("Trial of the conditions of withdrawal of {document} on the data of {year}: none applies to {unit}.")
    shown = _fig(subject, "withdrawal_year", year, "year")
    return sentence(text, document=document, year=shown, unit=subject.name)


def _joined(held: pd.Series) -> str:
    """Name communes inside a sentence; a cell may hold several."""
    return ", ".join(formats.in_sentence(name) for cell in held for name in cell.split(", "))


def _fig(subject: Subject, name: str, value: object, kind: str = "count", **context: object) -> Fig:
    return fig(subject.key("recognition", name), value, kind, **context)


CONTENTS = Contents(
    sentences={
        "recognised": recognised,
        "recognised_after_mergers": after_mergers,
        "recognised_balance": balance_sentences,
        "recognition_withdrawal": withdrawal,
    },
    tables={
        "recognition_register": tables.register_sheet,
        "recognition_states": tables.states_sheet,
        "recognition_balance": tables.balance_sheet,
        "recognition_and_criteria": tables.standing_sheet,
        "recognition_rules": tables.rules_sheet,
        "recognition_withdrawal": tables.withdrawal_sheet,
    },
    internal=frozenset({"recognition_withdrawal", "recognition_and_criteria"}),
)
