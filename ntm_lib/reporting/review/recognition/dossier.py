"""The dossier of a commune before it is sent: the state of each condition, and the notice of what is still missing."""

from collections.abc import Callable, Mapping

import pandas as pd

from ntm_lib.evaluation.recognition.dossier import Precheck, overall, row_of
from ntm_lib.evaluation.recognition.rules import Condition
from ntm_lib.evaluation.status import status_of
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.recognition import dossier_tables as tables
from ntm_lib.reporting.review.recognition.held import precheck_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Sheet
from ntm_lib.verdicts import Verdict


def summary(subject: Subject) -> list[Sentence]:
    """Say how far the dossier of the commune, or those of the territory, are complete."""
    checked = precheck_of(subject.territory)
    if checked.period is None:
        text = _("For {year} no rule of recognition was read, so no dossier is examined.")
        return [sentence(text, year=_fig(subject, "year", checked.year, "year"))]
    said = _of_commune(subject, checked) if subject.commune else _of_territory(subject, checked)
    if said and status_of(subject.territory, checked.year) != "actual":
        text = _("The results of {year} are estimated or planned: a dossier cannot rest on them.")
        said.append(sentence(text, year=_fig(subject, "open_year", checked.year, "year")))
    return said


def _of_commune(subject: Subject, checked: Precheck) -> list[Sentence]:
    if not checked.candidates[subject.commune]:
        return []
    states = row_of(checked.states, subject.commune)
    text = _(
        "Examined for {year} by {document}: of {all} conditions {met} are met, {not_met} are not met and for {unknown} no "
        "ground is at hand."
    )
    said = [
        sentence(
            text,
            year=_fig(subject, "year", checked.year, "year"),
            document=checked.period.document if checked.period else "",
            all=_fig(subject, "conditions", len(states)),
            met=_fig(subject, "met", int((states == Verdict.MET).sum())),
            not_met=_fig(subject, "not_met", int((states == Verdict.NOT_MET).sum())),
            unknown=_fig(subject, "unknown", int((states == Verdict.UNKNOWN).sum())),
        )
    ]
    if not row_of(checked.facts, subject.commune)["has_file"]:
        said.append(
            sentence(_("The office has not entered what it knows of this dossier; what only it knows stays open."))
        )
    return said


def _of_territory(subject: Subject, checked: Precheck) -> list[Sentence]:
    listed = checked.candidates
    if not listed.any():
        text = _(
            "At the end of {year}, no commune not yet recognised may meet every criterion, and no dossier is entered."
        )
        return [sentence(text, year=_fig(subject, "year", checked.year, "year"))]
    values: dict[str, Fig | str] = {
        "year": _fig(subject, "year", checked.year, "year"),
        "document": checked.period.document if checked.period else "",
        "all": _fig(subject, "listed", int(listed.sum())),
    }
    if not checked.facts.loc[listed, "has_file"].any():
        text = _(
            "For {year}, {all} communes without a known decision meet every criterion or may meet it by the data; nothing of "
            "their dossiers is entered, so no dossier can be examined by {document}."
        )
        return [sentence(text, **values)]
    joined = overall(checked)[listed]
    text = _(
        "Dossiers examined for {year} by {document}: {all} communes without a known decision meet every criterion, may meet "
        "it, or have a dossier entered; {complete} dossiers are complete, {lacking} lack a condition or a paper, for {unknown} "
        "it cannot be told yet."
    )
    return [
        sentence(
            text,
            **values,
            complete=_fig(subject, "complete", int((joined == Verdict.MET).sum())),
            lacking=_fig(subject, "lacking", int((joined == Verdict.NOT_MET).sum())),
            unknown=_fig(subject, "open", int((joined == Verdict.UNKNOWN).sum())),
        )
    ]


def notice(subject: Subject) -> list[Sentence]:
    """Draft the notice of what a commune's dossier lacks, item by item; empty where there is no dossier to speak of."""
    if not subject.commune:
        return []
    checked = precheck_of(subject.territory)
    if checked.period is None or not checked.candidates.loc[subject.commune]:
        return []
    facts = row_of(checked.facts, subject.commune)
    held = row_of(checked.papers, subject.commune)
    lacking = checked.lacking(subject.commune)
    papers = [item for item in checked.paper_list if held[item.id] != Verdict.MET]
    if not lacking and not papers:
        return [sentence(_("The dossier of {unit} lacks nothing that is examined here."), unit=subject.name)]
    opening = sentence(
        _("The dossier of {unit} for {year} was examined by {document}. {unit} is asked to complete the following:"),
        unit=subject.name,
        year=_fig(subject, "notice_year", checked.year, "year"),
        document=checked.period.document,
    )
    asked = [_ASKED[item.check](subject, item, facts, checked) for item in lacking]
    needed = [
        sentence(
            _("Paper to be added: {paper}.")
            if held[item.id] == Verdict.NOT_MET
            else _("Paper to be confirmed as lying in the dossier: {paper}."),
            paper=formats.in_sentence(str(item.label)),
        )
        for item in papers
    ]
    return [opening, *asked, *needed]


def _registered(_subject: Subject, _rule: Condition, facts: pd.Series, _checked: Precheck) -> Sentence:
    if facts["registered"] == 0:
        return sentence(_("Registration: the commune has not registered for the year; register and have it confirmed."))
    return sentence(_("Registration: add the paper by which the commune registered, with the district's confirmation."))


def _at_registration(subject: Subject, rule: Condition, facts: pd.Series, _checked: Precheck) -> Sentence:
    return sentence(
        _("Criteria when registering: {count} by the data of the year before; at least {least} are required."),
        count=_interval(subject, "before", facts["count_before_low"], facts["count_before_high"]),
        least=_fig(subject, "at_registration", rule.least),
    )


def _criteria(subject: Subject, _rule: Condition, facts: pd.Series, checked: Precheck) -> Sentence:
    not_met, unknown = (
        tables.criteria_named(subject, checked, verdict) for verdict in (Verdict.NOT_MET, Verdict.UNKNOWN)
    )
    values: dict[str, Fig | str] = {
        "count": _interval(subject, "criteria", facts["low"], facts["high"]),
        "of": _fig(subject, "criteria_of", facts["of"]),
        "not_met": not_met,
        "unknown": unknown,
    }
    if not_met and unknown:
        text = _("Criteria: {count} of {of} are met; not met yet: {not_met}; figures to be added: {unknown}.")
    elif not_met:
        text = _("Criteria: {count} of {of} are met; not met yet: {not_met}.")
    else:
        text = _("Criteria: {count} of {of} are met; figures to be added: {unknown}.")
    return sentence(text, **values)


def _arrears(subject: Subject, _rule: Condition, facts: pd.Series, _checked: Precheck) -> Sentence:
    if facts["owed_by_office"] > 0:
        text = _("Arrears: {owed} are still owed by the office's paper; settle them and report.")
        return sentence(text, owed=_fig(subject, "owed", facts["owed_by_office"], "money", digits=1))
    if facts["owed"] > 0:
        return sentence(
            _("Arrears: {owed} are still owed for {works} works (table {table}); settle them and report."),
            owed=_fig(subject, "owed", facts["owed"], "money", digits=1),
            works=_fig(subject, "owed_works", facts["owed_works"]),
            table="07",
        )
    if facts["owed_before"] > 0:
        return sentence(
            _("Arrears: {owed} were owed in {year} and nothing was reported since; confirm that nothing is owed."),
            owed=_fig(subject, "owed_before", facts["owed_before"], "money", digits=1),
            year=_fig(subject, "owed_before_year", facts["owed_before_year"], "year"),
        )
    return sentence(_("Arrears: nothing was reported for the year; add a report that nothing is owed."))


def _satisfaction(subject: Subject, rule: Condition, facts: pd.Series, _checked: Precheck) -> Sentence:
    required = _fig(subject, "satisfied_required", rule.satisfied_pct, "percent", digits=0)
    if pd.isna(facts["satisfied_pct"]):
        text = _(
            "Satisfaction: add the result of the survey led by the Fatherland Front (at least {required} satisfied{mark})."
        )
        return sentence(text, required=required, mark=_mark(rule))
    values: dict[str, Fig | str] = {
        "asked": _fig(subject, "asked", facts["asked_pct"], "percent"),
        "satisfied": _fig(subject, "satisfied", facts["satisfied_pct"], "percent"),
        "required": required,
        "mark": _mark(rule),
    }
    if rule.asked_pct is None:
        text = _(
            "Satisfaction: {asked} of the households asked, {satisfied} satisfied; required: {required} satisfied{mark}."
        )
        return sentence(text, **values)
    text = _(
        "Satisfaction: {asked} of the households asked, {satisfied} satisfied; required: {least} asked, {required} "
        "satisfied{mark}."
    )
    least = _fig(subject, "asked_required", rule.asked_pct, "percent", digits=0)
    return sentence(text, least=least, **values)


def _mark(rule: Condition) -> str:
    """Mark a level that was not read in full."""
    return "" if rule.verified == "read" else _("; level not checked against the signed text")


def _security(_subject: Subject, _rule: Condition, facts: pd.Series, _checked: Precheck) -> Sentence:
    if facts["security"] == 0:
        return sentence(
            _("Security: the commune is listed as complex as to security and order; the condition is not met.")
        )
    return sentence(_("Security: add the confirmation of the police on security and order."))


_ASKED: Mapping[str, Callable[[Subject, Condition, pd.Series, Precheck], Sentence]] = {
    "registered": _registered,
    "criteria_at_registration": _at_registration,
    "all_criteria": _criteria,
    "no_arrears": _arrears,
    "satisfaction": _satisfaction,
    "security": _security,
}


def conditions_sheet(subject: Subject) -> Sheet:
    """List each condition of the commune's dossier with its state and what it rests on."""
    checked = precheck_of(subject.territory)
    if not subject.commune:
        return tables.conditions(subject, checked, {})
    facts = row_of(checked.facts, subject.commune)
    lacking = checked.lacking(subject.commune)
    told = {item.id: str(_ASKED[item.check](subject, item, facts, checked)) for item in lacking}
    return tables.conditions(subject, checked, told)


def _fig(subject: Subject, name: str, value: object, kind: str = "count", **context: object) -> Fig:
    return fig(subject.key("dossier", name), value, kind, **context)


def _interval(subject: Subject, name: str, low: object, high: object) -> Fig:
    return fig(subject.key("dossier", name), low, "interval", high=high)


CONTENTS = Contents(
    sentences={"dossier": summary, "dossier_notice": notice},
    tables={
        "dossier_conditions": conditions_sheet,
        "dossier_papers": tables.papers_sheet,
        "dossier_candidates": tables.candidates_sheet,
    },
    internal=frozenset({"dossier", "dossier_notice", "dossier_conditions", "dossier_papers", "dossier_candidates"}),
)
