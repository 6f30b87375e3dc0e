"""Show what the start and the money of a plan rest on: levels read, recalled or assumed, what is not known."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib import criteria
from ntm_lib.messages import _, language
from ntm_lib.planning.handdown.rests import assumed_criteria, completed_by_level
from ntm_lib.planning.handdown.works import works
from ntm_lib.planning.start.baseline import Baseline
from ntm_lib.planning.start.basis import later_levels, rest_shares, rests_on
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, fold, told
from ntm_lib.reporting.tables import Cell, Column, html_table

COST = "cost_vnd_million"


def start_shares(scope: Scope) -> Markup:
    """Say how many verdicts of the start rest on what."""
    shares = rest_shares(_own(scope))
    decided = sum(shares.values()) - shares["unknown"]
    text = _(
        "Of {decided} verdicts at the start {verified} rest on levels read in a source, {unverified} on levels recalled or read in "
        "part and not checked against the signed text, {assumption} on assumed levels, {passage} on a passage from the earlier criteria set "
        "that is not sure; {unknown} results are not known and are planned as a survey first."
    )
    names = ("verified", "unverified", "assumption", "passage")
    return told(
        text,
        decided=figure(scope.key("decided_verdicts"), decided, "count"),
        unknown=figure(scope.key("unknown_results"), shares["unknown"], "count"),
        **{
            name: figure(scope.key("verdicts_by", name), shares[name], "share", whole=decided, noun="")
            for name in names
        },
    )


def result_shares(scope: Scope) -> Markup:
    """Say how many of the criteria that the plan completes are judged by assumed and by unchecked levels."""
    counts = completed_by_level(scope.plan).loc[scope.communes].sum()
    whole = int(counts.sum())
    text = _(
        "Of {completed} criteria that the plan completes {assumed} are judged by assumed levels, {unverified} by levels not checked "
        "against the signed text."
    )
    said = told(
        text,
        completed=figure(scope.key("completed"), whole, "count"),
        **{
            name: figure(scope.key("completed_by", name), int(counts[name]), "share", whole=whole, noun="")
            for name in ("assumed", "unverified")
        },
    )
    if criteria_ := assumed_criteria(scope.plan):
        more = _("Each commune that reaches the standard does so by assumed levels of criteria {criteria}, too.")
        said = said + " " + told(more, criteria=", ".join(criteria_))
    return said


def money_shares(scope: Scope) -> Markup:
    """Say how much money of works, tasks and yearly support rests on doubtful levels, unknown states, assumed volumes."""
    held = works(scope.plan)
    held = held[held["commune_code"].isin(scope.communes)]
    total = float(held[COST].sum())
    marks = {
        "level": held["is_level_doubtful"].astype(bool),
        "state": held["chance"] < 1,
        "volume": held["volume_basis"] == "assumed",
        "norm": held["basis"] == "assumed",
    }
    marks["any"] = pd.concat(marks, axis=1).any(axis=1)
    text = _(
        "Of the planned money of works, tasks and yearly support {level} is for contents whose required level was not checked or "
        "is assumed, {state} for works of which only a survey will tell whether they are needed, {volume} rests on typical "
        "volumes that nobody reported; {any} rests on at least one of these or on an assumed norm."
    )
    return told(
        text,
        **{
            name: figure(
                scope.key("money_by", name), 100 * float(held.loc[mark, COST].sum()) / total if total else float("nan"),
                "percent",
            )
            for name, mark in marks.items() if name != "norm"
        },
    )  # fmt: skip


def levels_table(scope: Scope) -> Markup:
    """List every requirement whose level is recalled or assumed, or whose passage is not sure, and how many verdicts hang on it."""
    law = criteria.load(scope.project)
    labels = {
        "assumed": _("assumed level"),
        "unverified": _("level not checked"),
        "passage": _("carried from the earlier set, not sure"),
    }
    start, later = rests_on(_own(scope)), later_levels(scope.plan.baseline)
    lines: Any = [*start.assign(years="").to_dict("records"), *later.to_dict("records")]
    rows: list[list[Cell]] = [
        [
            f"{row['requirement'].partition('/')[0]} {row[f'label_{language()}']}",
            formats.year(scope.plan.baseline.start_rules.year) if row["years"] == "" else row["years"],
            criteria.level_text(law, row),
            labels[row["why"]],
            _known(row),
            figure(scope.key("verdicts_on", row["requirement"]), int(row["verdicts"]), "count")
            if row["years"] == ""
            else "–",
            "; ".join(filter(None, (row["citation"], row["passage_note"]))),
        ]
        for row in lines
    ]
    table = html_table(
        [
            Column(_("Content")),
            Column(_("Years")),
            Column(_("Required level")),
            Column(_("Why it is not sure")),
            Column(_("How the level is known")),
            Column(_("Verdicts at the start"), "figure"),
            Column(_("Basis")),
        ],
        rows,
        caption=_("Levels and passages that this plan rests on and that are not sure"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _("Levels assumed for plans stand in parameters/planning/levels.yaml, each with its date, author and reason."),
        ],
        empty=_("None."),
    )  # fmt: skip
    return fold(_("{count} levels and passages that are not sure, in detail").format(count=len(rows)), table)


def _known(row: Mapping[str, Any]) -> str:
    """Say how a level is known; a weak recollection is named as such even where an assumption makes it usable."""
    text = criteria.verified_text(row)
    return _("{how}; recalled, low confidence").format(how=text) if row["verified"] == "memory-low" else text


def _own(scope: Scope) -> Baseline:
    baseline = scope.plan.baseline
    return replace(baseline, requirements=baseline.requirements.loc[scope.communes])
