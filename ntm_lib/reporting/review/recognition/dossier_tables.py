"""The tables of dossiers: conditions, papers, and the communes of a territory that have a dossier to speak of."""

from typing import Any

import pandas as pd

from ntm_lib.evaluation.recognition.dossier import Precheck, overall, row_of
from ntm_lib.messages import _, language
from ntm_lib.reporting.review.recognition.held import precheck_of
from ntm_lib.reporting.review.recognition.tables import verified_words, without_address
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.verdicts import Verdict


def state_label(state: Any, *, of_paper: bool = False) -> str:
    """Return the words for the state of a condition, or of a paper."""
    words = (
        {Verdict.MET: _("In the dossier"), Verdict.NOT_MET: _("Not in the dossier"), Verdict.UNKNOWN: _("Not said")}
        if of_paper
        else {Verdict.MET: _("Met"), Verdict.NOT_MET: _("Not met"), Verdict.UNKNOWN: _("No ground at hand")}
    )
    return words[Verdict(state)]


def criteria_named(subject: Subject, checked: Precheck, verdict: Verdict) -> str:
    """Name the criteria of the commune with a verdict: ``2. Giao thông, 10. Thu nhập``."""
    row = row_of(checked.criteria, subject.commune)
    labels = subject.territory.reported.rules[checked.year].criteria[f"label_{language()}"].to_dict()
    return ", ".join(f"{name}. {labels[name]}" for name, held in row.items() if held == verdict)


def conditions(subject: Subject, checked: Precheck, lacking: dict[str, str]) -> Sheet:
    """List the conditions in force with state, what is lacking (``lacking`` by condition), and the rule's source."""
    states = row_of(checked.states, subject.commune) if subject.commune else pd.Series(dtype=int)
    shown = checked.conditions if subject.commune else ()
    frame = pd.DataFrame(
        {
            "row": [item.id for item in shown],
            "condition": [str(item.label) for item in shown],
            "state": [state_label(states[item.id]) for item in shown],
            "lacking": [lacking.get(item.id, "") for item in shown],
            "basis": [verified_words()[item.verified] for item in shown],
            "rule_source": [without_address(item.source) for item in shown],
        }
    )
    columns = [
        Column("condition", _("Condition"), width=40),
        Column("state", _("State"), width=16),
        Column("lacking", _("Ground, and what is to be completed"), width=52),
        Column("basis", _("How far the rule was verified"), width=26),
        Column("rule_source", _("Source of the rule"), width=30),
    ]
    return Sheet(
        "dossier_conditions",
        _("Conditions of recognition for {year}: {document}").format(
            year=checked.year, document=checked.period.document if checked.period else _("no rule read")
        ),
        columns,
        frame,
        source=source_line(subject.territory, checked.year),
        notes=[_("Text proposed by the software, not reviewed")],
        stamps=subject.stamps,
        row_key="row",
        empty=_("For a single commune only."),
    )


def papers_sheet(subject: Subject) -> Sheet:
    """List the papers of the commune's dossier and whether each lies in it."""
    checked = precheck_of(subject.territory)
    shown = checked.paper_list if subject.commune else ()
    held = row_of(checked.papers, subject.commune) if subject.commune else pd.Series(dtype=int)
    frame = pd.DataFrame(
        {
            "row": [item.id for item in shown],
            "paper": [str(item.label) for item in shown],
            "state": [state_label(held[item.id], of_paper=True) for item in shown],
            "basis": [verified_words()[item.verified] for item in shown],
        }
    )
    columns = [
        Column("paper", _("Paper"), width=60),
        Column("state", _("State"), width=18),
        Column("basis", _("How far the list was verified"), width=30),
    ]
    return Sheet(
        "dossier_papers",
        _("Papers of the dossier, {year}").format(year=checked.year),
        columns,
        frame,
        notes=[_("Entered by the office in data/local/dossiers; what is not entered is not said.")],
        row_key="row",
        empty=_("For a single commune only."),
    )


def candidates_sheet(subject: Subject) -> Sheet:
    """List the communes with a dossier to speak of, and the state of each condition."""
    checked = precheck_of(subject.territory)
    listed = checked.candidates
    states = checked.states[listed]
    papers = checked.papers[listed]
    frame = states.apply(lambda column: column.map(state_label))
    frame = frame.assign(
        commune_code=frame.index,
        name=subject.territory.in_programme["name"].reindex(frame.index),
        papers=(papers == Verdict.MET).sum(axis=1),
        overall=overall(checked)[listed].map(state_label),
    )
    if subject.commune:
        frame = frame[frame["commune_code"] == subject.commune]
    columns = [
        Column("name", _("Commune"), width=22),
        *(Column(item.id, str(item.label), group=_("Conditions"), width=22) for item in checked.conditions),
        Column("papers", _("Papers in the dossier (of {count})").format(count=len(checked.paper_list)), "count"),
        Column("overall", _("Dossier as a whole"), width=18),
    ]
    return Sheet(
        "dossier_candidates",
        _("Dossiers of communes without a known decision of recognition, {year}").format(year=checked.year),
        columns,
        frame.reset_index(drop=True),
        source=source_line(subject.territory, checked.year),
        notes=[_("Text proposed by the software, not reviewed")],
        stamps=subject.stamps,
        row_key="commune_code",
        empty=_("No commune to list."),
    )
