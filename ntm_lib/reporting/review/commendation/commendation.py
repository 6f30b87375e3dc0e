"""What the internal version says of commendation: who may be considered, why others not, what is to be verified."""

from functools import partial

from ntm_lib.evaluation.commendation import (
    RuleList,
    commendation_list,
    district_list,
    load_phase,
    proposals,
)
from ntm_lib.messages import _
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.commendation import tables, words
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.verdicts import Verdict

RULES = ("commune_ntm", "commune_model", "commune_difficult")


def commendation_sentences(subject: Subject) -> list[Sentence]:
    """Say how many may be considered by each rule, what is open, and where the rules stand; nothing for a commune."""
    if subject.tier == "commune":
        return []
    if tables.phase_of(subject) is None:
        return [sentence(tables.no_rules(), year=str(subject.territory.review.last_year))]
    made = commendation_list(subject.territory)
    return [
        *([sentence(_("The data are illustrative: the lists below only show how they are made and must not be used to consider or propose anybody for commendation."))] if made.is_illustrative else []),
        sentence(
            _("Conditions and quotas of {phase} by {documents} ({verified}). The 5% quota is {rounding}, a choice of the office."),
            phase=made.phase.id, documents=made.phase.documents,
            verified=words.verification(made.phase.verified), rounding=words.rounding(made.settings.rounding),
        ),
        *(line for rule_list in made.lists for line in _rule_sentences(subject, rule_list)),
        *([sentence(_("The order of the communes changes with the weights; each list shows the range of places and every key, and leaves the choice to the body in charge."))] if any(len(one.candidates) > 1 for one in made.lists) else []),
        *_district_sentences(subject),
        *_proposal_sentences(subject),
    ]  # fmt: skip


def _rule_sentences(subject: Subject, found: RuleList) -> list[Sentence]:
    """Say the counts of one rule and its quota."""
    key = partial(subject.key, "commendation", found.rule.id)
    known = int((found.candidates["verdict"] == Verdict.MET).sum())
    values: dict[str, Fig | str] = {
        "rule": str(found.rule.title),
        "open": fig(key("open"), len(found.candidates) - known, "count"),
        "excluded": fig(key("excluded"), len(found.excluded), "count"),
    }
    if known:
        text = _(
            "{rule}: {known} communes fulfil all conditions, {open} have conditions to be verified, {excluded} do not fulfil at least one."
        )
        made = [sentence(text, known=fig(key("known"), known, "count"), **values)]
    else:
        text = _(
            "{rule}: no commune is known to fulfil all conditions yet; {open} have conditions to be verified, {excluded} do not fulfil at least one."
        )
        made = [sentence(text, **values)]
    if found.quota is not None:
        quota = fig(key("quota"), found.quota[0], "interval", high=found.quota[1])
        made.append(sentence(_("Quota of the province by this rule: {quota} communes."), quota=quota))
    return made


def _district_sentences(subject: Subject) -> list[Sentence]:
    table = district_list(subject.territory)
    if table.empty:
        return []
    excluded = int((table["all_communes_recognised"] == Verdict.NOT_MET).sum())
    values: dict[str, Fig | str] = {
        "excluded": fig(subject.key("commendation", "districts", "excluded"), excluded, "count"),
        "all": fig(subject.key("commendation", "districts", "all"), len(table), "count"),
    }
    if subject.tier == "district":
        if excluded:
            return [
                sentence(
                    _("{name} does not yet have all its communes recognised and is not considered as a district."),
                    name=subject.unit.name,
                )
            ]
        return [
            sentence(
                _("{name}: recognition of all communes and of the district itself is to be verified."),
                name=subject.unit.name,
            )
        ]
    if excluded == len(table):
        return [
            sentence(
                _("None of the {all} districts and cities has all its communes recognised yet."), all=values["all"]
            )
        ]
    return [sentence(_("Of {all} districts and cities, {excluded} do not yet have all communes recognised; for the others recognition of the district itself is to be verified."), **values)]  # fmt: skip


def _proposal_sentences(subject: Subject) -> list[Sentence]:
    table = proposals(subject.territory)
    if table is None:
        return [
            sentence(
                _(
                    "No proposal (Table 17) has been handed in: collectives, persons, households and units cannot be listed yet."
                )
            )
        ]
    open_ones = (table["reasons"].map(len) == 0) & (table["to_verify"].map(len) > 0)
    out = table["reasons"].map(len) > 0
    key = partial(subject.key, "commendation", "proposals")
    made = [
        sentence(
            _("Proposals handed in (Table 17): {all}; {open} to be verified, {out} left out with their reason."),
            all=fig(key("all"), len(table), "count"), open=fig(key("open"), int(open_ones.sum()), "count"),
            out=fig(key("out"), int(out.sum()), "count"),
        )
    ]  # fmt: skip
    phase = load_phase(subject.territory.project, subject.territory.review.last_year)
    for rule in phase.rules:
        number = int(((table["kind"] == rule.kind) & ~out).sum())
        if (
            subject.tier == "province"
            and rule.quota_max is not None
            and rule.kind != "district"
            and number > rule.quota_max
        ):
            made.append(
                sentence(
                    _("{rule}: {number} proposals, more than the quota of {quota}."), rule=str(rule.title),
                    number=fig(key(rule.id), number, "count"), quota=fig(key(rule.id, "quota"), rule.quota_max, "count"),
                )
            )  # fmt: skip
    return made


_TABLES = {rule.replace("commune_", "commendation_"): partial(tables.list_sheet, rule=rule) for rule in RULES} | {
    "commendation_excluded": tables.excluded_sheet,
    "commendation_districts": tables.districts_sheet,
    "commendation_proposals": tables.proposals_sheet,
    "commendation_rules": tables.rules_sheet,
}
CONTENTS = Contents(
    sentences={"commendation": commendation_sentences},
    tables=_TABLES,
    internal=frozenset({"commendation", *_TABLES}),
)
