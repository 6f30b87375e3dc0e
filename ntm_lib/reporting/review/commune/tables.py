"""The tables of a commune's report: the dossier's form, and what is missing with work, cost and body."""

import pandas as pd

from ntm_lib.messages import _, language
from ntm_lib.reporting import formats, palette
from ntm_lib.reporting.communes import words
from ntm_lib.reporting.communes.facts import Commune, communes_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sections.levels import ASSUMED_MARK, UNVERIFIED_MARK
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.verdicts import Verdict


def commune_of(subject: Subject) -> Commune:
    """Return the commune that a subject is about."""
    return communes_of(subject.territory).commune(subject.commune)


def dossier_sheet(subject: Subject) -> Sheet:
    """Return the table of the dossier: criterion, content, required level, result, self-assessment (proposed)."""
    commune = commune_of(subject)
    frame = pd.DataFrame(
        [
            {
                "requirement": row.requirement,
                "criterion": f"{row.criterion}. {commune.criterion_name(row.criterion)}",
                "content": f"{row.requirement.split('/')[0]}. {getattr(row, f'label_{language()}')}",
                "required": words.required(commune, row),
                "reached": words.reached_said(commune, row),
                "verdict": palette.verdict_label(Verdict(int(row.verdict))),
            }
            for row in rows_of(commune.results)
        ]
    )
    columns = [
        Column("criterion", _("Criterion"), width=18),
        Column("content", _("Content of the criterion"), width=46),
        Column("required", _("Required level"), width=13),
        Column("reached", _("Result"), width=14),
        Column("verdict", _("Self-assessment (proposed)"), width=14),
    ]
    return _sheet(subject, "commune_dossier", _("Result by criterion, {name}"), columns, frame)


def missing_sheet(subject: Subject) -> Sheet:
    """Return what is missing with work, cost and body; no row where nothing is."""
    commune, measures = commune_of(subject), communes_of(subject.territory).measures
    columns = [
        Column("criterion", _("Criterion"), width=16),
        Column("what", _("Requirement not met"), width=26),
        Column("reached", _("Result"), width=10),
        Column("required", _("Required level"), width=11),
        Column("missing", _("Still missing"), width=11),
        Column("work", _("What to do"), width=34),
        Column("cost", _("Indicative cost, million VND"), width=16),
        Column("body", _("Body to call"), width=20),
    ]
    rows = [
        {
            "requirement": row.requirement,
            "criterion": f"{row.criterion}. {commune.criterion_name(row.criterion)}",
            "what": words.short_with_parts(commune, row),
            "reached": words.short_of_said(commune, row),
            "required": words.required(commune, row),
            "missing": words.missing_said(commune, row),
            "work": str(measures[row.measure].label) if row.measure else "",
            "cost": words.cost_said(commune, row),
            "body": commune.body(row.criterion),
        }
        for row in rows_of(commune.short)
    ]
    frame = pd.DataFrame(rows, columns=["requirement", *(column.key for column in columns)])
    return _sheet(subject, "commune_missing", _("What is missing and what to do, {name}"), columns, frame)


def _sheet(subject: Subject, name: str, title: str, columns: list[Column], frame: pd.DataFrame) -> Sheet:
    return Sheet(
        name=name,
        title=title.format(name=formats.in_sentence(commune_of(subject).full_name)),
        columns=columns,
        frame=frame,
        source=communes_of(subject.territory).source,
        notes=[
            f"{UNVERIFIED_MARK} " + _("Level not checked against the signed text."),
            f"{ASSUMED_MARK} " + _("Assumed level, awaiting a decision of the province."),
            _(
                "Verdicts and costs are proposed by the software from the data reported; the board checks and changes them."
            ),
        ],
        stamps=subject.stamps,
        is_landscape=True,
        row_key="requirement",
        empty=_("No criterion is left unmet."),
    )
