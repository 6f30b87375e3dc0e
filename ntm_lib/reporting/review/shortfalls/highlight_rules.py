"""Sentences on what stands out, by rules: a condition on the figures, a weight, the sentence."""

from ntm_lib.evaluation.shortfalls.standing import may_be_last, strongest
from ntm_lib.messages import _
from ntm_lib.reporting.review.shortfalls.facts import Facts, at_least, row_with_most
from ntm_lib.reporting.review.shortfalls.rules import Item, Rule, with_list
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sentences import Sentence, sentence

MOST = 6
NAMED = 3


def _strongest(facts: Facts) -> Sentence:
    rows = strongest(facts.ground.standing, NAMED).head(MOST)
    items: list[Item] = [
        (
            _("criterion {name}: {communes}"),
            {
                "name": facts.ground.criterion(str(row.Index)),
                "communes": facts.share(row.met, "criterion", row.Index, "met"),
            },
        )
        for row in rows_of(rows)
    ]
    return with_list(
        _("By the end of {year} the criteria that most communes meet are: {list}."),
        items,
        year=facts.year(facts.ground.year),
    )


def _gained(facts: Facts) -> Sentence:
    table = facts.ground.standing
    row = row_with_most(table, "gain_low")
    text = _(
        "The greatest rise since {first} is in criterion {name}: {at_least}{gain} more communes meet it, each year judged by "
        "the set in force."
    )
    return sentence(
        text,
        first=facts.year(facts.subject.territory.review.first_year),
        name=facts.ground.first_of(table["gain_low"]),
        at_least=at_least(row["gain_low"] != row["gain_high"]),
        gain=facts.count(row["gain_low"], "criterion", row.name, "gain"),
    )


def _all_met(facts: Facts) -> Sentence:
    table = facts.ground.standing
    full = table.index[table["met"] == table["total"]]
    return sentence(
        _("{count} criteria are met by every commune: {names}."),
        count=facts.count(len(full), "criteria_met_by_all"),
        names=", ".join(facts.ground.criterion(str(number)) for number in full),
    )


def _regained(facts: Facts) -> Sentence:
    lost = facts.ground.lost
    return sentence(
        _("Of {lost} cases in which a criterion was not kept during the period, {again} are met again in {year}."),
        lost=facts.count(len(lost), "lost", "all"),
        again=facts.count(lost["met_now"].sum(), "lost", "met_again"),
        year=facts.year(facts.ground.year),
    )


def _near_all(facts: Facts) -> Sentence:
    possible = may_be_last(facts.subject.territory, facts.ground.year, facts.ground.rules.last_missing)
    return sentence(
        _("There are {at_least}{communes} that lack {most} criteria or fewer."),
        at_least=at_least(possible > 0),
        communes=facts.share(facts.ground.last_communes, "last", "communes"),
        most=facts.count(facts.ground.rules.last_missing, "last", "most"),
    )


HIGHLIGHTS: tuple[Rule[Facts], ...] = (
    Rule("strongest", lambda f: bool((f.ground.standing["met"] > 0).any()), lambda _f: 3.0, _strongest),
    Rule(
        "all_met",
        lambda f: bool((f.ground.standing["met"] == f.ground.standing["total"]).any()),
        lambda _f: 2.5,
        _all_met,
    ),
    Rule("gained", lambda f: f.ground.standing["gain_low"].max() > 0, lambda _f: 2.0, _gained),
    Rule("near_all", lambda f: f.ground.last_communes > 0, lambda f: 1 + f.part(f.ground.last_communes), _near_all),
    Rule("regained", lambda f: f.ground.lost["met_now"].mean() >= 0.5, lambda f: f.part(len(f.ground.lost)), _regained),
)
"""What is said under "Kết quả nổi bật"; a rule without a figure to stand on is silent."""
