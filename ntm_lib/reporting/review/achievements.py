"""What was achieved and what was not: sentences by rules, and the tables behind them."""

from typing import Any

from ntm_lib.evaluation.shortfalls.blocking import NEAR
from ntm_lib.evaluation.shortfalls.kept import FELL
from ntm_lib.evaluation.shortfalls.standing import hardest, may_be_last, strongest
from ntm_lib.messages import _
from ntm_lib.reporting.figures import Fig
from ntm_lib.reporting.review import achievement_tables as tables
from ntm_lib.reporting.review.commune_achievements import commune_highlights, commune_shortcomings
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.rules import Item, Rule, told, with_list
from ntm_lib.reporting.review.shortfall_facts import Facts, at_least, row_with_most, volume_digits
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sentences import Sentence, sentence

MOST = 6
NAMED = 3
MOST_WORKS = 8


def highlights(subject: Subject) -> list[Sentence]:
    """Say what stands out among the results."""
    return commune_highlights(Facts(subject)) if subject.commune else told(Facts(subject), HIGHLIGHTS, MOST)


def shortcomings(subject: Subject) -> list[Sentence]:
    """Say what is missing, and where."""
    return commune_shortcomings(Facts(subject)) if subject.commune else told(Facts(subject), SHORTCOMINGS, MOST)


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
        name=facts.ground.criterion(str(row.name)),
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
                "what": facts.ground.volume_bases["what"][row.Index],
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
    text = _(
        "In {count} cases a criterion that a commune had met is not kept by {year}; in {fell} of them neither the set nor the "
        "level had changed. The most, {most}, are in criterion {criterion}."
    )
    if len(most) == 1:
        text = _(
            "In {count} cases a criterion that a commune had met is not kept by {year}, all in criterion {criterion}; in {fell} of "
            "them neither the set nor the level had changed."
        )
    values: dict[str, Fig | str] = {
        "count": facts.count(len(still), "lost", "still"),
        "year": facts.year(facts.ground.year),
        "fell": facts.count((still["reason"] == FELL).sum(), "lost", "fell"),
        "criterion": facts.ground.criterion(str(most.index[0])),
    }
    if len(most) > 1:
        values["most"] = facts.count(most.iloc[0], "lost", "most")
    return sentence(text, **values)


def _near(facts: Facts) -> Sentence:
    cases = facts.ground.cases
    near = cases[cases["state"] == NEAR]
    return sentence(
        _(
            "Of {all} cases of a criterion not met in a commune, {near} are nearly met; most of them ({most}) in criterion {name}."
        ),
        all=facts.count(len(cases), "cases"),
        near=facts.count(len(near), "near"),
        most=facts.count(near["criterion"].value_counts().iloc[0], "near", "most"),
        name=facts.ground.criterion(str(near["criterion"].value_counts().index[0])),
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


def _share(facts: Facts, communes: float) -> float:
    return float(communes) / max(facts.communes, 1)


HIGHLIGHTS: tuple[Rule[Facts], ...] = (
    Rule("strongest", lambda f: bool((f.ground.standing["met"] > 0).any()), lambda _f: 3.0, _strongest),
    Rule(
        "all_met",
        lambda f: bool((f.ground.standing["met"] == f.ground.standing["total"]).any()),
        lambda _f: 2.5,
        _all_met,
    ),
    Rule("gained", lambda f: f.ground.standing["gain_low"].max() > 0, lambda _f: 2.0, _gained),
    Rule("near_all", lambda f: f.ground.last_communes > 0, lambda f: 1 + _share(f, f.ground.last_communes), _near_all),
    Rule(
        "regained", lambda f: f.ground.lost["met_now"].mean() >= 0.5, lambda f: _share(f, len(f.ground.lost)), _regained
    ),
)
"""What is said under "Kết quả nổi bật"; a rule without a figure to stand on is silent."""

SHORTCOMINGS: tuple[Rule[Facts], ...] = (
    Rule("hardest", lambda f: bool((f.ground.standing["not_met"] > 0).any()), lambda _f: 3.0, _hardest),
    Rule("blocker", lambda f: _composite(f) is not None, lambda _f: 2.5, _blocker),
    Rule(
        "volumes",
        lambda f: bool((f.ground.volumes["volume"][f.ground.volumes.index.isin(f.ground.works)] > 0).any()),
        lambda _f: 2.0,
        _volumes,
    ),
    Rule("alone", lambda f: _most_alone(f)["alone"] > 1, lambda f: _share(f, _most_alone(f)["alone"]), _alone),
    Rule("lost", lambda f: not f.ground.lost["met_now"].all(), lambda _f: 0.9, _lost),
    Rule("near", lambda f: bool((f.ground.cases["state"] == NEAR).any()), lambda _f: 0.8, _near),
    Rule("last", lambda f: not f.ground.last.empty, lambda _f: 0.7, _last),
    Rule("together", lambda f: bool(f.ground.pairs["is_beyond_chance"].any()), lambda _f: 0.6, _together),
    Rule(
        "unknown",
        lambda f: f.ground.standing["unknown"].sum() > 0,
        lambda f: _share(f, f.ground.standing["unknown"].sum()) / len(f.ground.standing),
        _unknown,
    ),
)
"""What is said under "Tồn tại, hạn chế"."""

CONTENTS = Contents(
    sentences={"highlights": highlights, "shortcomings": shortcomings},
    tables={
        "criteria_standing": tables.criteria_standing,
        "near_misses": tables.near_misses,
        "not_kept": tables.not_kept,
        "blocking_requirements": tables.blocking_requirements,
        "missing_together": tables.missing_together,
        "last_before_all": tables.last_before_all,
    },
)
