"""Show what the verdicts rest on: levels not verified, assumed, or checked by the office, and mark them where they count."""

import pandas as pd
from markupsafe import Markup

from ntm_lib import criteria, evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.sections.common import key, label_of, paragraph, section, warnings, year_text
from ntm_lib.reporting.tables import Cell, Column, html_table

UNVERIFIED_MARK = "*"
ASSUMED_MARK = "**"


def level_mark(row: pd.Series) -> str:
    """Return the sign of a level that was not verified or is assumed; empty for the others."""
    if row["basis"] == "assumption":
        return ASSUMED_MARK
    return "" if row["verified"] in evaluation.VERIFIED else UNVERIFIED_MARK


def marked_level(territory: Territory, row: pd.Series) -> str:
    """Write the level of one requirement with its mark."""
    return criteria.level_text(criteria.load(territory.project), row) + level_mark(row)


def criterion_marks(territory: Territory, year: int) -> dict[str, str]:
    """Return for each criterion the strongest mark among the levels it was judged by in a year."""
    levels = territory.reported.rules[year].requirements
    marks = levels.apply(level_mark, axis=1).groupby(levels["criterion"], sort=False).max()
    return {str(criterion): mark for criterion, mark in marks.items()}


def mark_notes() -> list[str]:
    """Explain the marks under a table."""
    return [
        f"{UNVERIFIED_MARK} "
        + _("Level not checked against the signed text.")
        + f" {ASSUMED_MARK} "
        + _("Assumed level; its basis stands under the levels the results rest on.")
    ]


def doubtful_levels(territory: Territory) -> None:
    """Show the levels that were not verified or are assumed, how many verdicts rest on each, and those confirmed."""
    doubtful, confirmed = evaluation.rests_on(territory), evaluation.confirmed(territory)
    table = _table(
        territory,
        doubtful,
        _("Levels that were not checked against the signed text, or are assumed"),
        _("Who holds the signed text enters the level, with clause and page, in data/local/criteria.yaml."),
    )
    folded = Markup("<details><summary>{}</summary>{}</details>").format(
        _("{count} levels, in detail").format(count=formats.number(len(doubtful))), table
    )
    checked = (
        _table(territory, confirmed, _("Levels checked by the office against the signed text"), "")
        if len(confirmed)
        else Markup()
    )
    show(section(_("Levels the results rest on"), _summary(territory), checked, folded, anchor="levels"))


def _summary(territory: Territory) -> Markup:
    last = territory.review.last_year
    shares = evaluation.doubtful_shares(territory, last)
    decided = sum(shares.values())
    return paragraph(
        _(
            "Verdicts on single requirements in {year}: {verified} rest on levels read in a source, {unverified} on levels "
            "not checked against the signed text, {assumption} on assumed levels."
        ),
        year=year_text(territory, last),
        **{
            name: figure(key(territory, "rests_on", name, last), value, "share", whole=decided, noun="")
            for name, value in shares.items()
        },
    )


def _table(territory: Territory, levels: pd.DataFrame, caption: str, note: str) -> Markup:
    law = criteria.load(territory.project)
    columns = [
        Column(_("Requirement")),
        Column(_("Years")),
        Column(_("Required level")),
        Column(_("How it is known")),
        Column(_("Verdicts"), "figure"),
        Column(_("Basis")),
    ]
    rows: list[list[Cell]] = [
        [
            f"{row['requirement'].split('/')[0]}. {label_of(row)}",
            row["years"],
            criteria.level_text(law, row) + level_mark(row),
            row["note"] if row["basis"] == "local" else criteria.verified_text(row),
            figure(
                key(
                    territory,
                    "verdicts",
                    row["basis"],
                    row["set_id"].replace("+", "_"),
                    row["requirement"],
                    row["years"],
                ),
                row["verdicts"],
                "count",
            ),
            row["citation"],
        ]
        for _index, row in levels.iterrows()
    ]
    return html_table(
        columns, rows, caption=caption, stamps=warnings(territory), notes=[*mark_notes(), *([note] if note else [])]
    )
