"""Show what was decided and published: recognised communes, published figures; both with their sources."""

from typing import Any

from markupsafe import Markup

from ntm_lib import evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.sections.common import key, paragraph, rows_of, section
from ntm_lib.reporting.tables import Cell, Column, html_table


def recognised(territory: Territory) -> None:
    """List the recognitions read in a source, and say how many more were published without names."""
    register = evaluation.recognitions(territory)
    columns = [
        Column(_("Commune")),
        Column(_("District, city")),
        Column(_("Year for which recognised")),
        Column(_("Recognition decision (number, date)")),
        Column(_("Source")),
    ]
    rows: list[list[Cell]] = [
        [
            row.name,
            row.district,
            formats.year(row.year),
            _("{number} of {date}").format(number=row.decision_no, date=formats.date(row.decision_date)),
            row.source,
        ]
        for row in rows_of(register)
    ]
    table = html_table(
        columns,
        rows,
        caption=_("Communes recognised as reaching NTM, by decisions read in a source"),
        notes=[
            _("Published fact, not illustrative data. Meeting all criteria in the tables above is not recognition.")
            if territory.is_illustrative
            else _("Meeting all criteria in the tables above is not recognition.")
        ],
        empty=_("No recognition decision for this territory was read in a source."),
    )
    unnamed = [
        Markup("<li>{}</li>").format(
            Markup(_("{period}: {count} communes recognised whose names were not found ({source})")).format(  # noqa: S704
                period=_period(row),
                count=figure(
                    key(territory, "recognised_unnamed", row.first_year, row.last_year), row.not_named, "count"
                ),
                source=row.source,
            )
        )
        for row in rows_of(evaluation.unnamed_recognitions(territory))
    ]
    known = Markup("<ul>{}</ul>").format(Markup().join(unnamed)) if unnamed else Markup()
    show(section(_("Recognised communes"), table, known, _sum(territory), anchor="recognised"))


def _sum(territory: Territory) -> Markup:
    """Add up named and unnamed recognitions of the province up to the cut-off date."""
    if territory.unit.level != "province":
        return Markup()
    named = len(evaluation.recognitions(territory))
    unnamed = int(evaluation.unnamed_recognitions(territory)["not_named"].sum())
    return paragraph(
        _(
            "Recognised up to {date}: {all} communes, {named} of them named in the sources found and {unnamed} not. "
            "Communes that merged later are counted as they were when recognised."
        ),
        date=formats.date(evaluation.cut_off(territory)),
        all=figure(key(territory, "recognised"), named + unnamed, "count"),
        named=figure(key(territory, "recognised_named"), named, "count"),
        unnamed=figure(key(territory, "recognised_unnamed"), unnamed, "count"),
    )


def published(territory: Territory) -> None:
    """Show the figures that were published, with source, beside nothing computed: they are facts of their own."""
    figures, words = evaluation.published_figures(territory), evaluation.published_words()
    columns = [
        Column(_("Year")),
        Column(_("Figure")),
        Column(_("Published"), "figure"),
        Column(_("How it was read")),
        Column(_("Source")),
    ]
    rows: list[list[Cell]] = [
        [
            formats.year(row.year),
            words[row.measure],
            _as_printed(row.value),
            _confidence(row.confidence),
            "" if row.confidence == "derived" else row.source_title,
        ]
        for row in rows_of(figures)
    ]
    table = html_table(
        columns,
        rows,
        caption=_("Published figures of the province"),
        notes=[
            _("Shown as published. They were used to calibrate the illustrative data and are not computed from it.")
            if territory.is_illustrative
            else _("Shown as published, not computed from what was reported.")
        ],
        empty=_("No published figure was read in a source."),
    )
    show(section(_("Published figures"), table, anchor="published"))


def _as_printed(value: str) -> str:
    """Write a published number with the reader's decimal sign and no rounding."""
    whole, _point, decimals = value.partition(".")
    return formats.number(float(value), len(decimals)) if whole.isdigit() else value


def _confidence(confidence: str) -> str:
    if confidence.startswith("read (forecast"):
        return _("read in the source; a forecast")
    return {"read": _("read in the source"), "derived": _("computed from published figures")}.get(
        confidence, _("not verified")
    )


def _period(row: Any) -> str:
    return str(row.first_year) if row.first_year == row.last_year else f"{row.first_year}-{row.last_year}"
