"""Sentences on what is missing, by rules: a condition on the figures, a weight, the sentence."""

from typing import Any

from ntm_lib.evaluation.shortfalls.blocking import NEAR
from ntm_lib.evaluation.shortfalls.kept import FELL
from ntm_lib.evaluation.shortfalls.standing import hardest
from ntm_lib.messages import _
from ntm_lib.reporting.figures import Fig
from ntm_lib.reporting.review.shortfalls.facts import Facts, at_least, row_with_most, volume_digits
from ntm_lib.reporting.review.shortfalls.rules import Item, Rule, with_list
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sentences import Sentence, sentence

MOST = 6
NAMED = 3
MOST_WORKS = 8


def _hardest(facts: Facts) -> Sentence:
    rows = hardest(facts.ground.standing, NAMED).head(MOST)
    items: list[Item] = [
        (
            _("criterion {name}: {at_least}{communes} do not meet it yet"),
            {
                "name": facts.ground.criterion(str(row.Index)),
                "at_least": at_least(row.unknown > 0),
                "communes": facts.share(row.not_met, "criterion", row.Index, "not_met"),
            },
        )
        for row in rows_of(rows)
    ]
    return with_list(_("The criteria hardest to reach are: {list}."), items)


def _composite(facts: Facts) -> tuple[str, str] | None:
    """Return the criterion of several requirements that most communes miss, and the requirement that most often blocks it."""
    table = facts.ground.by_requirement
    several = table.groupby("criterion")["communes"].transform("size") > 1
    blocked = table[several & (table["communes"] > 0)]
    if blocked.empty:
        return None
    missed = facts.ground.standing["not_met"]
    criterion = max(blocked["criterion"].unique(), key=lambda number: int(missed[number]))
    of_it = blocked[blocked["criterion"] == criterion]
    return str(criterion), str(of_it["communes"].idxmax())


def _blocker(facts: Facts) -> Sentence:
    criterion, requirement = _composite(facts) or ("", "")
    row = facts.ground.by_requirement.loc[requirement]
    missed = int(facts.ground.standing["not_met"][criterion])
    return sentence(
        _(
            "Criterion {criterion} is most often held up by requirement {requirement}: {communes} of those that miss it."
        ),
        criterion=facts.ground.criterion(criterion),
        requirement=facts.ground.requirement(requirement),
        communes=facts.share(row["communes"], "blocking", requirement, whole=missed),
    )


def _alone(facts: Facts) -> Sentence:
    row = _most_alone(facts)
    return sentence(
        _("{communes} communes miss criterion {criterion} only because of requirement {requirement}."),
        communes=facts.count(row["alone"], "alone", row.name),
        criterion=facts.ground.criterion(str(row["criterion"])),
        requirement=facts.ground.requirement(str(row.name)),
    )


def _most_alone(facts: Facts) -> Any:
    table = facts.ground.by_requirement
    several = table.groupby("criterion")["communes"].transform("size") > 1
    return row_with_most(table[several], "alone")


def _volumes(facts: Facts) -> Sentence:
    table = facts.ground.volumes
    rows = table[table.index.isin(facts.ground.works) & (table["volume"] > 0)]
    communes = facts.ground.by_requirement["communes"].reindex(rows.index)
    rows = rows[(communes.rank(ascending=False, method="first") <= MOST_WORKS).to_numpy(bool)]
    items: list[Item] = [
        (
            _("{at_least}{volume} {unit} {what}"),
            {
                "what": facts.ground.amount_rules["what"][row.Index],
                "at_least": at_least(row.unknown > 0),
                "volume": facts.number(row.volume, "volume", row.Index, digits=volume_digits(row.volume_unit)),
                "unit": row.volume_unit,
            },
        )
        for row in rows_of(rows)
    ]
    return with_list(_("Still to be done before the required levels are reached: {list}."), items)


def _lost(facts: Facts) -> Sentence:
    still = facts.ground.lost[~facts.ground.lost["met_now"]].drop_duplicates(["commune_code", "criterion"], keep="last")
    most = still["criterion"].value_counts()
    fell = int((still["reason"] == FELL).sum())
    values: dict[str, Fig | str] = {
        "count": facts.count(len(still), "lost", "still"),
        "year": facts.year(facts.ground.year),
    }
    if fell == len(still):
        text = _(
            "In {count} cases a criterion that a commune had met is not kept by {year}; neither set nor level had changed."
        )
    else:
        values["fell"] = facts.count(fell, "lost", "fell")
        text = _(
            "In {count} cases a criterion that a commune had met is not kept by {year}; in {fell} of them neither the set nor the "
            "level had changed."
        )
    if most.max() > 1:
        text += " " + _("Most of these cases ({most} each) are in criterion {criterion}.")
        values |= {
            "most": facts.count(most.max(), "lost", "most"),
            "criterion": facts.ground.first_of(most),
        }
    return sentence(text, **values)


def _near(facts: Facts) -> Sentence:
    cases = facts.ground.cases
    near = cases[cases["state"] == NEAR]
    counts = near["criterion"].value_counts()
    return sentence(
        _(
            "Of {all} cases of a criterion not met in a commune, {near} are nearly met, most often ({most} communes) in criterion {name}."
        ),
        all=facts.count(len(cases), "cases"),
        near=facts.count(len(near), "near"),
        most=facts.count(counts.max(), "near", "most"),
        name=facts.ground.first_of(counts),
    )


def _together(facts: Facts) -> Sentence:
    row = facts.ground.pairs[facts.ground.pairs["is_beyond_chance"]].iloc[0]
    return sentence(
        _(
            "Criteria {first} and {second} are missing together in {both} communes; if they were unrelated, about {expected} "
            "would be expected."
        ),
        first=facts.ground.criterion(row["first"]),
        second=facts.ground.criterion(row["second"]),
        both=facts.count(row["both"], "together", row["first"], row["second"]),
        expected=facts.number(row["expected"], "together", row["first"], row["second"], "expected", digits=0),
    )


def _last(facts: Facts) -> Sentence:
    last = facts.ground.last
    counts = last["criterion"].value_counts().head(NAMED)
    items: list[Item] = [
        (
            _("criterion {name}: {communes} communes"),
            {"name": facts.ground.criterion(str(number)), "communes": facts.count(count, "last", "criterion", number)},
        )
        for number, count in counts.items()
    ]
    return with_list(
        _("What the {communes} communes nearest to all criteria still lack: {list}."),
        items,
        communes=facts.count(facts.ground.last_communes, "last", "lacking"),
    )


def _unknown(facts: Facts) -> Sentence:
    return sentence(
        _(
            "For {count} results of a criterion in a commune there is not enough data: they count neither as met nor as not met."
        ),
        count=facts.count(facts.ground.standing["unknown"].sum(), "criteria", "unknown"),
    )


SHORTCOMINGS: tuple[Rule[Facts], ...] = (
    Rule("hardest", lambda f: bool((f.ground.standing["not_met"] > 0).any()), lambda _f: 3.0, _hardest),
    Rule("blocker", lambda f: _composite(f) is not None, lambda _f: 2.5, _blocker),
    Rule(
        "volumes",
        lambda f: bool((f.ground.volumes["volume"][f.ground.volumes.index.isin(f.ground.works)] > 0).any()),
        lambda _f: 2.0,
        _volumes,
    ),
    Rule("alone", lambda f: _most_alone(f)["alone"] > 1, lambda f: f.part(_most_alone(f)["alone"]), _alone),
    Rule("lost", lambda f: not f.ground.lost["met_now"].all(), lambda _f: 0.9, _lost),
    Rule("near", lambda f: bool((f.ground.cases["state"] == NEAR).any()), lambda _f: 0.8, _near),
    Rule("last", lambda f: not f.ground.last.empty, lambda _f: 0.7, _last),
    Rule("together", lambda f: bool(f.ground.pairs["is_beyond_chance"].any()), lambda _f: 0.6, _together),
    Rule(
        "unknown",
        lambda f: f.ground.standing["unknown"].sum() > 0,
        lambda f: f.part(f.ground.standing["unknown"].sum()) / len(f.ground.standing),
        _unknown,
    ),
)
"""What is said under "Tồn tại, hạn chế"."""
