"""Show where the plan starts: the results of the start year judged by the plan's law, and what was published."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _, language
from ntm_lib.planning.start.baseline import passage_counts
from ntm_lib.planning.start.basis import published_start
from ntm_lib.planning.start.passage import passage_words
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, fold
from ntm_lib.reporting.sections.common import names, paragraph, rows_of, section
from ntm_lib.reporting.tables import Cell, Column, html_table
from ntm_lib.verdicts import Verdict


def start(scope: Scope) -> None:
    """Show the start: by criterion, by commune on a district's page, requirement by requirement, as published."""
    baseline = scope.plan.baseline
    own = scope.own.loc[scope.start_year]
    text = _(
        "The results of {year} were carried onto the units of the plan and judged by its law. At least {low} and at most "
        "{high} criteria per commune are met; the difference is what the data do not tell."
    )
    if scope.study.anew is not None:
        text = _(
            "The results of {year} were carried onto the units of the plan and judged by its law; what was done since then, as "
            "told at the top of the page, is counted as met. At least {low} and at most {high} criteria per commune are met; "
            "the difference is what the data do not tell."
        )
    lead = paragraph(
        text,
        year=scope.results_year,
        low=figure(scope.key("mean_low", scope.start_year), own["mean_low"], "number"),
        high=figure(scope.key("mean_high", scope.start_year), own["mean_high"], "number"),
    )
    parts = [lead, _by_criterion(scope)]
    if not scope.is_province:
        parts.append(_by_commune(scope))
    parts.append(_passages(scope))
    if scope.is_province:
        parts.append(_published(scope))
    if baseline.law_set != baseline.old_set:
        parts.insert(
            1,
            paragraph(_("The criteria set changed: a criterion may be missing only because the new set is stricter.")),
        )
    show(section(_("Where the plan starts"), *parts, anchor="start"))


def _verdicts(scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the verdicts of the start by the plan's set and by the old one (UNKNOWN for criteria it does not have)."""
    baseline = scope.plan.baseline
    now = baseline.criteria.loc[scope.communes]
    old = baseline.old_criteria.loc[scope.communes].reindex(columns=now.columns, fill_value=int(Verdict.UNKNOWN))
    return now, old


def _by_criterion(scope: Scope) -> Markup:
    now, old = _verdicts(scope)
    is_stricter = scope.plan.baseline.law_set != scope.plan.baseline.old_set
    counts = {
        "met": now == Verdict.MET,
        "not_met": now == Verdict.NOT_MET,
        **({"stricter": (now == Verdict.NOT_MET) & (old == Verdict.MET)} if is_stricter else {}),
        "unknown": now == Verdict.UNKNOWN,
        "not_applicable": now == Verdict.NOT_APPLICABLE,
    }
    words = {
        "met": _("Met"),
        "not_met": _("Not met"),
        "stricter": _("of it: not met by the new criteria set"),
        "unknown": _("Not enough data"),
        "not_applicable": _("Not assessed"),
    }
    if not counts["not_applicable"].to_numpy().any():
        del counts["not_applicable"]
    sums = pd.DataFrame({name: held.sum() for name, held in counts.items()})
    rows: list[list[Cell]] = [
        [
            scope.criterion(str(criterion)),
            *(
                figure(scope.key("start", name, criterion), int(sums[name][criterion]), "count")
                for name in counts
            ),
        ]
        for criterion in now.columns
    ]  # fmt: skip
    return html_table(
        [Column(_("Criterion")), *(Column(words[name], "figure") for name in counts)],
        rows,
        caption=_("Communes by verdict at the start, {year}").format(year=scope.start_year),
        unit=_("Unit: commune"),
        source=scope.source,
        stamps=scope.warnings,
        is_numbered=False,
    )


def _by_commune(scope: Scope) -> Markup:
    now, old = _verdicts(scope)
    before: Any = scope.plan.baseline.old_counts()
    after: Any = scope.plan.baseline.counts()
    is_stricter = scope.plan.baseline.law_set != scope.plan.baseline.old_set
    columns = [
        Column(_("Commune")),
        Column(_("Criteria met, by the set of {year}").format(year=scope.results_year), "figure"),
        Column(_("Criteria met, by the plan's law"), "figure"),
        *([Column(_("Not met by the new criteria set"))] if is_stricter else []),
        Column(_("Not enough data")),
    ]
    rows: list[list[Cell]] = []
    for code in scope.communes:
        lost = now.columns[(now.loc[code] == Verdict.NOT_MET) & (old.loc[code] == Verdict.MET)]
        unknown = now.columns[now.loc[code] == Verdict.UNKNOWN]
        counted = [
            figure(
                scope.key_of("commune", code, name, scope.start_year),
                int(table.at[code, "low"]),
                "interval",
                high=int(table.at[code, "high"]),
            )
            for name, table in (("count_old", before), ("count_start", after))
        ]
        rows.append([
            scope.names[code], *counted, *([names(lost) or "–"] if is_stricter else []), names(unknown) or "–",
        ])  # fmt: skip
    table = html_table(
        columns,
        rows,
        caption=_("Communes at the start, {year}").format(year=scope.start_year),
        unit=_("Unit: criterion"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[_("Criteria stand by their number.")],
    )
    return fold(_("The start of each commune"), table)


def _passages(scope: Scope) -> Markup:
    """Show requirement by requirement what became of the old results under the plan's law."""
    baseline = scope.plan.baseline
    parts = baseline.parts.loc[baseline.parts["to_code"].isin(scope.communes), "from_code"].unique()
    passage = baseline.passage.loc[baseline.passage.index.isin(parts)]
    counts = passage_counts(replace(baseline, passage=passage))
    words = {name: label for name, label in passage_words().items() if counts[name].any()}
    rows: list[list[Cell]] = [
        [
            f"{str(requirement).partition('/')[0]} {row[f'label_{language()}']}",
            *(figure(scope.key("passage", name, requirement), int(row[name]), "count") for name in words),
        ]
        for requirement, row in counts.iterrows()
    ]
    table = html_table(
        [Column(_("Content")), *(Column(label, "figure") for label in words.values())],
        rows,
        caption=_("What became of the results of {year} under the plan's law").format(year=scope.results_year),
        unit=_("Unit: commune as reported"),
        source=scope.source,
        stamps=scope.warnings,
        is_numbered=False,
    )
    return fold(_("What became of each result under the plan's law"), table)


def _published(scope: Scope) -> Markup:
    """Put the published marks beside the computed interval; nothing is fitted to them."""
    marks = published_start(scope.plan.baseline)
    words = {
        "agrees": _("lies inside"),
        "differs": _("lies outside"),
        "not_compared": _("counted by another criteria set"),
    }
    rows: list[list[Cell]] = []
    for place, row in enumerate(rows_of(marks)):
        key = scope.key("published", place)
        computed = (
            figure(f"{key}.computed", row.low, "interval", high=row.high, digits=0 if _is_whole(row) else 1)
            if not np.isnan(row.low)
            else "–"
        )
        rows.append(
            [
                row.label,
                formats.year(row.year),
                figure(key, row.value, "number", digits=formats.digits_of(row.value)),
                computed,
                words[row.agrees],
                row.source_title or "–",
            ]
        )
    return html_table(
        [
            Column(_("Figure")),
            Column(_("Year"), "figure"),
            Column(_("Published"), "figure"),
            Column(_("Computed at the start"), "figure"),
            Column(_("Compared")),
            Column(_("Source")),
        ],
        rows,
        caption=_("Published figures beside the start of the plan"),
        stamps=scope.warnings,
        notes=[
            _("Published figures stand beside the computed ones; no result was changed to meet them."),
            *([_other_set_note()] if marks["is_other_set"].any() else []),
        ],
        is_numbered=False,
    )


def _is_whole(row: object) -> bool:
    return all(float(getattr(row, name)).is_integer() for name in ("low", "high"))


def _other_set_note() -> str:
    return _(
        "Figures by a criteria set other than the plan's: the results of the start carried onto that set for this comparison alone; what "
        "cannot be concluded stays open, so the interval is wide."
    )
