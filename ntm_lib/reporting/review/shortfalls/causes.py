"""Why: difficulties, causes and requests as communes wrote them.

No cause and no lesson is invented: a cause is what somebody wrote, a lesson is only asked for.
"""

import pandas as pd

from ntm_lib.evaluation.shortfalls.remarks import NOT_SAID, mentions
from ntm_lib.messages import _
from ntm_lib.reporting.figures import Fig
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.shortfalls.facts import Facts
from ntm_lib.reporting.review.shortfalls.questions import discussion_questions, lesson_prompts
from ntm_lib.reporting.review.shortfalls.remark_tables import (
    about,
    addressee_words,
    quoted,
    remarks_by_criterion,
    remarks_of,
    requests_by_addressee,
)
from ntm_lib.reporting.review.shortfalls.rules import Item, with_list
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sentences import Sentence

NAMED = 3


def _quotes(facts: Facts, rows: pd.DataFrame, *key: object) -> list[Item]:
    """Return the criteria most often written on, each with the words that most communes used."""
    table = rows.assign(addressee="")
    text = _("{about} ({communes} communes), for example: “{quote}”")
    if facts.subject.commune:
        text = _("{about}: “{quote}”")
    items: list[Item] = []
    counted = mentions(table).head(NAMED)
    shown = counted[(counted["communes"] > 1) | (counted.index == 0) | bool(facts.subject.commune)]
    for row in rows_of(shown):
        values: dict[str, Fig | str] = {"about": about(facts, row.criterion), "quote": quoted(facts, row.quote)}
        number = facts.count(row.communes, "remarks", *key, row.criterion or "general")
        items.append((text, values if facts.subject.commune else {**values, "communes": number}))
    return items


def _said(facts: Facts, text: str, rows: pd.DataFrame, *key: object, **names: str) -> list[Sentence]:
    if rows.empty:
        return []
    values: dict[str, Fig | str] = {"year": str(facts.ground.remark_year), **names}
    if not facts.subject.commune:
        values["communes"] = facts.count(rows["commune_code"].nunique(), "remarks", *key, "communes")
    return [with_list(text, _quotes(facts, rows, *key), **values)]


def difficulties(subject: Subject) -> list[Sentence]:
    """Say which difficulties communes wrote of, most often named first."""
    text = _("In the reports of {year}, {communes} communes write of difficulties, most often {list}.")
    own = _("In its report of {year} the commune writes of difficulties {list}.")
    facts = Facts(subject)
    return _said(facts, own if subject.commune else text, remarks_of(facts, "difficulty"), "difficulty")


def causes(subject: Subject) -> list[Sentence]:
    """Say which causes communes gave, objective and subjective apart."""
    facts = Facts(subject)
    objective = _("Objective causes are given by {communes} communes in the reports of {year}, most often {list}.")
    subjective = _("Subjective causes are given by {communes} communes in the reports of {year}, most often {list}.")
    if subject.commune:
        objective = _("The commune's report of {year} gives as objective cause {list}.")
        subjective = _("The commune's report of {year} gives as subjective cause {list}.")
    return [
        *_said(facts, objective, remarks_of(facts, "cause", "objective"), "objective"),
        *_said(facts, subjective, remarks_of(facts, "cause", "subjective"), "subjective"),
    ]


def requests(subject: Subject) -> list[Sentence]:
    """Say what communes ask for, by addressee; a request that names nobody stands under the criterion's lead body."""
    facts = Facts(subject)
    rows = remarks_of(facts, "request")
    made = []
    for addressee, label in addressee_words(facts).items():
        to = rows[rows["addressee"] == addressee]
        if addressee == NOT_SAID:
            text = _("{communes} communes make requests without saying to whom, most often {list}.")
            own = _("Requests of the commune that do not say to whom: {list}.")
        else:
            text = _("{communes} communes make requests to: {addressee}, most often {list}.").replace(
                "{addressee}", label
            )
            own = _("Requests of the commune to: {addressee}: {list}.")
        made += _said(facts, own if subject.commune else text, to, "request", addressee, addressee=label)
    return made


CONTENTS = Contents(
    sentences={
        "difficulties": difficulties,
        "causes": causes,
        "requests": requests,
        "discussion_questions": discussion_questions,
        "lesson_prompts": lesson_prompts,
    },
    tables={"remarks_by_criterion": remarks_by_criterion, "requests_by_addressee": requests_by_addressee},
)
