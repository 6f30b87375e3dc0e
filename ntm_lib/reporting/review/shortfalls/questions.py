"""Questions for the local discussion and for lessons, made from figures; none is answered here."""

import pandas as pd

from ntm_lib.evaluation.shortfalls.blocking import NEAR
from ntm_lib.evaluation.shortfalls.standing import hardest
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.shortfalls.facts import Facts, row_with_most
from ntm_lib.reporting.review.shortfalls.rules import Rule, told
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sentences import Sentence, sentence

NAMED = 3
MOST_QUESTIONS = 6
FEW = 2


def _works_question(facts: Facts) -> Sentence:
    table = facts.ground.done_but_missed
    row = table.iloc[0]
    return sentence(
        _(
            "In {communes} communes the works of criterion {criterion} stand at the required level and the criterion is still "
            "missed, mostly for requirement {requirement} ({blocked} communes): what is still lacking, and who completes it?"
        ),
        communes=facts.count(row["communes"], "question", "works"),
        criterion=facts.ground.criterion(str(row.name)),
        requirement=facts.ground.requirement(row["requirement"]),
        blocked=facts.count(row["blocked"], "question", "works_blocked"),
    )


def _lost_question(facts: Facts) -> Sentence:
    still = facts.ground.lost[~facts.ground.lost["met_now"]]
    most = still.groupby("criterion")["commune_code"].nunique().sort_values(ascending=False, kind="stable")
    return sentence(
        _(
            "{communes} communes had met criterion {criterion} and do not meet it in {year}: what changed, and who keeps up the result "
            "once it is reached?"
        ),
        communes=facts.count(most.iloc[0], "question", "lost"),
        criterion=facts.ground.criterion(str(most.index[0])),
        year=facts.year(facts.ground.year),
    )


def _poor_in_money(facts: Facts) -> pd.DataFrame:
    """Return the communes in the lowest quarter of money by household that still miss several works."""
    money = facts.ground.money.dropna(subset=["per_household"])
    if len(money) < facts.ground.rules.together.min_communes:
        return money.iloc[0:0]
    return money[(money["per_household"] <= money["per_household"].quantile(0.25)) & (money["missing_works"] >= FEW)]


def _money_question(facts: Facts) -> Sentence:
    rows = _poor_in_money(facts)
    owed, review = rows["owed"], facts.subject.territory.review
    return sentence(
        _(
            "{communes} communes had no more than {most} million VND a household over {period} (without credit), the lowest quarter, "
            "and still lack {few} requirements of works or more; {owing} of them report arrears, {amount} million VND in all. Is "
            "money not allotted, or are projects not ready?"
        ),
        communes=facts.count(len(rows), "question", "money"),
        most=facts.number(rows["per_household"].max(), "question", "money_most"),
        period=formats.period(review.first_year, review.last_year),
        few=facts.count(FEW, "question", "money_few"),
        owing=facts.count((owed > 0).sum(), "question", "money_owing"),
        amount=facts.number(owed.sum(), "question", "money_owed", digits=0),
    )


def _near_counts(facts: Facts) -> pd.Series:
    cases = facts.ground.cases
    return cases[cases["state"] == NEAR]["criterion"].value_counts()


def _near_question(facts: Facts) -> Sentence:
    counts = _near_counts(facts)
    number = str(counts.index[0])
    return sentence(
        _(
            "Criterion {criterion} is nearly met in {communes} that miss it: can what is missing be completed within "
            "one plan year, and from which source?"
        ),
        criterion=facts.ground.criterion(number),
        communes=facts.share(counts.iloc[0], "question", "near", whole=int(facts.ground.standing["not_met"][number])),
    )


def _unwritten(facts: Facts) -> tuple[str, int] | None:
    """Return the hardest criterion on which few communes wrote anything, and how many did."""
    if facts.ground.remark_year is None:
        return None
    for number in hardest(facts.ground.standing, NAMED).index:
        written = facts.ground.remarks
        communes = written[written["criterion"] == str(number)]["commune_code"].nunique()
        if communes < 0.5 * facts.ground.standing["not_met"][number]:
            return str(number), int(communes)
    return None


def _silent_question(facts: Facts) -> Sentence:
    number, communes = _unwritten(facts) or ("", 0)
    return sentence(
        _(
            "{missed} communes do not meet criterion {criterion}, but only {communes} wrote of a difficulty, a cause or a request on "
            "it: what is the cause as the other communes see it?"
        ),
        missed=facts.count(facts.ground.standing["not_met"][number], "question", "silent_missed"),
        criterion=facts.ground.criterion(number),
        communes=facts.count(communes, "question", "silent"),
    )


def _unknown_question(facts: Facts) -> Sentence:
    row = row_with_most(facts.ground.standing, "unknown")
    return sentence(
        _(
            "For criterion {criterion} the results of {communes} communes are not known: when can they be completed? Lead body: {body}."
        ),
        criterion=facts.ground.criterion(str(row.name)),
        communes=facts.count(row["unknown"], "question", "unknown"),
        body=facts.ground.body(str(row.name)),
    )


QUESTIONS: tuple[Rule[Facts], ...] = (
    Rule(
        "works",
        lambda f: len(f.ground.done_but_missed) > 0 and f.ground.done_but_missed["communes"].iloc[0] >= FEW,
        lambda _f: 2.0,
        _works_question,
    ),
    Rule("lost", lambda f: not f.ground.lost["met_now"].all(), lambda _f: 1.8, _lost_question),
    Rule("money", lambda f: len(_poor_in_money(f)) >= FEW, lambda _f: 1.6, _money_question),
    Rule("near", lambda f: not _near_counts(f).empty, lambda _f: 1.4, _near_question),
    Rule("silent", lambda f: _unwritten(f) is not None, lambda _f: 1.2, _silent_question),
    Rule(
        "unknown",
        lambda f: f.ground.standing["unknown"].max() > 0,
        lambda f: f.part(f.ground.standing["unknown"].max()),
        _unknown_question,
    ),
)
"""What the figures cannot explain and people can."""


def discussion_questions(subject: Subject) -> list[Sentence]:
    """Ask what the figures cannot explain; each question carries its figures. For a commune: see `commune_questions`."""
    facts = Facts(subject)
    return commune_questions(facts) if subject.commune else told(facts, QUESTIONS, MOST_QUESTIONS)


def commune_questions(facts: Facts) -> list[Sentence]:
    """Ask for the commune's meeting: on what is nearly met, and on what was not kept."""
    cases = facts.of_commune(facts.ground.cases)
    near = cases[cases["state"] == NEAR].head(NAMED)
    asked = [
        sentence(
            _("Criterion {criterion} lacks little ({what}): who completes it, by when, from which source?"),
            criterion=facts.ground.criterion(row.criterion),
            what=facts.ground.names_of(row.requirements),
        )
        for row in rows_of(near)
    ]
    lost = facts.of_commune(facts.ground.lost)
    return asked + [
        sentence(
            _(
                "Criterion {criterion} was met in {year} and is no longer: what is the cause, and how will it be kept from now on?"
            ),
            criterion=facts.ground.criterion(row.criterion),
            year=facts.year(row.met_in),
        )
        for row in rows_of(lost[~lost["met_now"]].drop_duplicates("criterion", keep="last"))
    ]


def lesson_prompts(subject: Subject) -> list[Sentence]:
    """Ask for the lessons that only people can draw; nothing is answered here."""
    facts = Facts(subject)
    if subject.commune:
        return []
    table = facts.ground.standing
    made = []
    if table["gain_low"].max() > 0:
        row = row_with_most(table, "gain_low")
        made.append(
            sentence(
                _(
                    "Criterion {criterion} rose in at least {gain} communes: which way of working brought it about, and can it be repeated?"
                ),
                criterion=facts.ground.criterion(str(row.name)),
                gain=facts.count(row["gain_low"], "lesson", "gain"),
            )
        )
    lost = facts.ground.lost
    if lost["met_now"].any():
        made.append(
            sentence(
                _("{count} criteria that had not been kept were met again: what did these communes do?"),
                count=facts.count(lost["met_now"].sum(), "lesson", "again"),
            )
        )
    rows = hardest(table, 1)
    if len(rows):
        made.append(
            sentence(
                _(
                    "Criterion {criterion} is not met in {communes} communes: what should have been done differently, at which level?"
                ),
                criterion=facts.ground.criterion(str(rows.index[0])),
                communes=facts.count(rows["not_met"].iloc[0], "lesson", "hardest"),
            )
        )
    return made
