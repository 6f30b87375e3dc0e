"""How sure the results are; for the office only: what a small error would change, heaping, ties, levels not verified."""

from typing import Any

from ntm_lib.evaluation import GROUP_UNKNOWN, doubtful_shares, group_labels
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import fig
from ntm_lib.reporting.review.certainty import tables
from ntm_lib.reporting.review.certainty.facts import Certainty
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.shortfalls.rules import Rule, told
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, sentence

MOST = 6


def certainty_summary(subject: Subject) -> list[Sentence]:
    """Say how firm the conclusions are."""
    facts = Certainty(subject)
    return told(facts, COMMUNE if subject.commune else RULES, MOST)


def _risk(facts: Certainty) -> Sentence:
    table = facts.held.flips
    placed = table[table["group"] != GROUP_UNKNOWN]
    return sentence(
        _(
            "Under a plausible error of what was reported, {communes} would have a chance of {chance} or more of standing in "
            "another group than now; on average {expected} communes would."
        ),
        communes=facts.share(len(facts.held.at_risk), "certainty", "at_risk", whole=len(placed)),
        chance=formats.percent(100 * facts.held.rules.listed_from, 0),
        expected=facts.number(placed["other_group"].sum(), "certainty", "expected_moves"),
    )


def _all_met(facts: Certainty) -> Sentence:
    table = facts.held.flips
    now = table[table["all_now"].astype(bool)]
    return sentence(
        _(
            "Of the {communes} communes that meet every criterion, {expected} would be expected to hold if every value were measured "
            "again without error."
        ),
        communes=facts.count(len(now), "certainty", "all_now"),
        expected=facts.number(now["all_chance"].sum(), "certainty", "all_expected"),
    )


def _heaped(facts: Certainty) -> Sentence:
    rows = facts.held.heaping[facts.held.heaping["is_heaped"]]
    row = rows.sort_values("p_value").iloc[0]
    return sentence(
        _(
            "For {count} levels more communes stand just past the level than the values around it explain, most clearly requirement "
            "{requirement}: {passing} just past, {failing} just short. The papers of these communes should be looked at first."
        ),
        count=facts.count(len(rows), "certainty", "heaped"),
        requirement=facts.ground.requirement(str(row.name)),
        passing=facts.count(row["passing"], "certainty", "heaped_passing"),
        failing=facts.count(row["failing"], "certainty", "heaped_failing"),
    )


def _no_heap(facts: Certainty) -> Sentence:
    return sentence(
        _(
            "Of {count} levels with enough communes near them, none shows more communes just past it than the values around explain."
        ),
        count=facts.count(facts.held.heaping["p_value"].notna().sum(), "certainty", "tested"),
    )


def _doubtful(facts: Certainty) -> Sentence:
    shares = doubtful_shares(facts.subject.territory, facts.held.year)
    return sentence(
        _(
            "Of {all} verdicts on requirements in {year}, {unverified} rest on levels not checked against the signed text and {assumed} on "
            "assumed levels."
        ),
        all=facts.count(sum(shares.values()), "certainty", "verdicts"),
        year=facts.year(facts.held.year),
        unverified=facts.count(shares["unverified"], "certainty", "unverified"),
        assumed=facts.count(shares["assumption"], "certainty", "assumed"),
    )


def _within(facts: Certainty) -> Sentence:
    cells = facts.of_parts(facts.held.margins)
    near = cells[cells["is_within"]]
    return sentence(
        _(
            "{near} results stand so near to their level that a plausible error reaches over it; {met} of them are met, {not_met} not."
        ),
        near=facts.count(len(near), "certainty", "within"),
        met=facts.count((near["margin"] >= 0).sum(), "certainty", "within_met"),
        not_met=facts.count((near["margin"] < 0).sum(), "certainty", "within_not_met"),
    )


def _own_risk(facts: Certainty) -> Sentence:
    row: Any = facts.held.flips.loc[facts.subject.commune]
    return sentence(
        _(
            "The commune's chance of standing in another group than “{group}”, should a plausible error be in what was reported, is about "
            "{chance}."
        ),
        group=group_labels()[row["group"]],
        chance=fig(facts.subject.key("certainty", "other_group"), 100 * row["other_group"], "percent", digits=0),
    )


def _places(facts: Certainty) -> Sentence:
    row = facts.held.ranges.loc[facts.subject.commune]
    if row["best"] == row["worst"]:
        return sentence(
            _("By the number of criteria met the commune stands in place {best} of {all}, shared with nobody."),
            best=facts.count(row["best"], "certainty", "best"),
            all=facts.count(len(facts.held.ranges), "certainty", "places"),
        )
    return sentence(
        _(
            "By the number of criteria met, ties and what is unknown left open, the commune stands between places {best} and {worst} of {all}."
        ),
        best=facts.count(row["best"], "certainty", "best"),
        worst=facts.count(row["worst"], "certainty", "worst"),
        all=facts.count(len(facts.held.ranges), "certainty", "places"),
    )


def _is_placed(facts: Certainty) -> bool:
    table = facts.held.flips
    return facts.subject.commune in table.index and bool(table["other_group"].notna()[facts.subject.commune])


RULES: tuple[Rule[Certainty], ...] = (
    Rule("risk", lambda f: len(f.held.flips) > 0, lambda _f: 3.0, _risk),
    Rule("all_met", lambda f: bool(f.held.flips["all_now"].any()), lambda _f: 2.5, _all_met),
    Rule("doubtful", lambda f: sum(doubtful_shares(f.subject.territory, f.held.year).values()) > 0, lambda _f: 2.0, _doubtful),
    Rule("heaped", lambda f: bool(f.held.heaping["is_heaped"].any()), lambda _f: 1.5, _heaped),
    Rule("no_heap", lambda f: bool(f.held.heaping["p_value"].notna().any() and not f.held.heaping["is_heaped"].any()), lambda _f: 1.5, _no_heap),
    Rule("within", lambda f: bool(f.held.margins["is_within"].any()), lambda _f: 1.0, _within),
)  # fmt: skip
"""What is said of a province or district."""

COMMUNE: tuple[Rule[Certainty], ...] = (
    Rule("risk", _is_placed, lambda _f: 2.0, _own_risk),
    Rule("within", lambda f: bool(f.of_parts(f.held.margins)["is_within"].any()), lambda _f: 1.0, _within),
    Rule("places", lambda f: f.subject.commune in f.held.ranges.index, lambda _f: 0.5, _places),
)
"""What is said of one commune."""


_TABLES = {
    "distance_to_level": tables.distance_to_level,
    "status_at_risk": tables.status_at_risk,
    "heaping_at_levels": tables.heaping_at_levels,
    "count_ties": tables.count_ties,
    "rests_by_criterion": tables.rests_by_criterion,
}

CONTENTS = Contents(
    sentences={"certainty_summary": certainty_summary},
    tables=_TABLES,
    internal=frozenset({"certainty_summary", *_TABLES}),
)
