"""Show how sure the plan is: the chance of each aim, ranges of the districts, communes that are not certain."""

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.chance import assumptions, rule, wilson
from ntm_lib.planning.plan import spending
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, bullets, fold, told
from ntm_lib.reporting.plan_sections.targets import year_cell
from ntm_lib.reporting.sections.common import paragraph, rows_of, section
from ntm_lib.reporting.tables import Cell, Column, html_table


def chance(scope: Scope) -> None:
    """Show the chance of the aims (province), the range of each district's targets, uncertain communes, the cautious plan."""
    parts = [_aims(scope)] if scope.is_province else []
    parts += [_ranges(scope), _fragile(scope), _robust(scope), _how(scope)]
    show(section(_("Chance of reaching the aims"), *parts, anchor="chance"))


def aim_words() -> dict[str, str]:
    """Name the aims as a plan prints them."""
    return {
        "standard": _("Communes reaching the standard"),
        "standard_by_year": _("Communes reaching the standard, aim of the year"),
        "advanced": _("Advanced NTM communes"),
        "model": _("Model NTM communes"),
        "floor": _("Every commune meets at least"),
        "mean": _("Criteria per commune on average"),
        "districts": _("District units reaching the standard"),
        "villages": _("Villages reaching the standard"),
        "villages_by_year": _("Villages reaching the standard, aim of the year"),
        "all": _("All aims together"),
        "planned_standard": _("As many communes as the plan says"),
    }


def percent_with_error(key: str, share: float, error: float, draws: int) -> Markup:
    """Write a chance with its own error: ``82,4% ± 1,2``; a dash where none can be told.

    Where no draw, or every draw, reaches the aim the standard error is nothing; the end of the 95 % range stands instead.
    """
    if np.isnan(share):
        return Markup("–")
    shown = figure(key, round(100 * share, 6), "percent")
    if 0 < share < 1:
        return Markup("{} ± {}").format(shown, figure(f"{key}.error", round(100 * error, 6), "number"))
    low, high = wilson(round(share * draws), draws)
    if share >= 1:
        return told(_("{share} (at least {low})"), share=shown, low=figure(f"{key}.low", 100 * float(low), "percent"))
    return told(_("{share} (at most {high})"), share=shown, high=figure(f"{key}.high", 100 * float(high), "percent"))


def _aims(scope: Scope) -> Markup:
    words = aim_words()
    rows: list[list[Cell]] = []
    for row in rows_of(scope.study.simulation.aims):
        key = scope.key("chance", row.aim, row.year)
        digits = 1 if row.aim == "mean" else 0
        both = [
            "–" if np.isnan(value) else figure(f"{key}.{name}", value, "number", digits=digits)
            for name, value in (("asked", row.asked), ("planned", row.planned))
        ]
        if row.aim == "planned_standard":
            both[0] = "–"
        rows.append(
            [
                words[row.aim],
                formats.year(row.year),
                *both,
                percent_with_error(key, row.chance, row.standard_error, scope.study.simulation.draws),
            ]
        )
    return html_table(
        [
            Column(_("Aim")),
            Column(_("Year"), "figure"),
            Column(_("Level asked"), "figure"),
            Column(_("By plan"), "figure"),
            Column(_("Chance of reaching the aim (%)"), "figure"),
        ],
        rows,
        caption=_("Chance of reaching the aims"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[*_aim_notes(scope), _footnote(scope)],
        is_numbered=False,
    )


def _aim_notes(scope: Scope) -> list[str | Markup]:
    """Name the aims that the plan shown does not reach, and those whose chance cannot be told."""
    aims, notes = scope.study.simulation.aims, list[str | Markup]()
    words, asked = aim_words(), aims[aims["asked"].notna()]
    if len(missed := asked[asked["planned"] < asked["asked"] - 1e-6]):
        text = _("Aims of the scenario that this plan does not reach with the resources entered: {names}.")
        notes.append(text.format(names="; ".join(words[name] for name in dict.fromkeys(missed["aim"]))))
    if len(open_ := asked[asked["chance"].isna()]):
        text = _(
            "–: not judged. {names}: reached by an assumed sum of money, criteria not examined one by one; the line of all "
            "aims together is without them."
        )
        notes.append(text.format(names="; ".join(words[name] for name in dict.fromkeys(open_["aim"]))))
    planned = asked[(asked["aim"] == "standard") & (asked["planned"] > asked["asked"])]
    if len(planned):
        row = planned.iloc[0]
        text = _(
            "The plan prepares {planned} communes so that {asked} can be counted on: some will be late. As many as prepared "
            "would need everything to come as planned."
        )
        notes.append(text.format(planned=formats.number(row["planned"]), asked=formats.number(row["asked"])))
    return notes


def _footnote(scope: Scope) -> Markup:
    study = scope.study.simulation
    text = _(
        "How it is computed: the plan is carried out {draws} times with costs, forecasts, surveys, money and disasters drawn "
        "at random; the chance is the share of the draws that reach the aim. ±: the standard error of that share (at least, at most: its range at 95 %). It holds "
        "within these assumptions."
    )
    return told(text, draws=figure(scope.key("draws"), study.draws, "count"))


def _ranges(scope: Scope) -> Markup:
    """Show the range of the targets: of every district on the province's page, year by year on a district's."""
    study, last = scope.study.simulation, scope.years[-1]
    if scope.is_province:
        frame: Any = study.districts.xs(last, level="year")
        labelled = [
            (str(scope.names[code]), "district", str(code), last) for code in frame.index if frame.at[code, "communes"]
        ]
        total = _range_cells(scope, _("Total"), scope.unit.level, scope.unit.code, last, study.province.loc[last])
        head, caption = _("District, city"), _("Range of the districts' targets, {year}").format(year=last)
        rows = [_range_cells(scope, name, level, code, year, frame.loc[code]) for name, level, code, year in labelled]
    else:
        frame = study.districts.xs(scope.unit.code, level="district")
        total, head, caption = None, _("Year"), _("Range of the targets by year")
        rows = [
            _range_cells(scope, str(year), scope.unit.level, scope.unit.code, year, frame.loc[year])
            for year in scope.years
        ]
    standard, criteria = _("Communes reaching the standard"), _("Criteria per commune")
    return html_table(
        [
            Column(head),
            Column(_("By plan"), "figure", group=standard),
            Column(_("Range"), "figure", group=standard),
            Column(_("By plan"), "figure", group=criteria),
            Column(_("Range"), "figure", group=criteria),
        ],
        rows,
        caption=caption,
        source=scope.source,
        stamps=scope.warnings,
        total=total,
        notes=[
            _(
                "Range: eight of ten draws lie in it. The plan itself often stands at its upper end or above it: what can go wrong costs time."
            ),
            _footnote(scope),
        ],
        is_numbered=scope.is_province,
    )


def _range_cells(scope: Scope, name: str, level: str, code: str, year: int, row: Any) -> list[Cell]:
    def key(*parts: object) -> str:
        return scope.key_of(level, code, *parts, year)

    return [
        name,
        figure(key("range_planned"), int(row["standard_planned"]), "count"),
        figure(key("range_standard"), row["standard_low"], "interval", high=row["standard_high"]),
        figure(key("planned_criteria"), row["criteria_planned"], "number"),
        figure(key("range_criteria"), row["criteria_low"], "interval", high=row["criteria_high"], digits=1),
    ]


def _fragile(scope: Scope) -> Markup:
    """List the communes whose year is not certain, in the documents' order and without ranks."""
    study, limit = scope.study.simulation, scope.scenario.settings.uncertainty.fragile_below
    held = study.communes.loc[study.communes.index.isin(scope.communes)]
    held = held.reindex(scope.communes.intersection(held.index, sort=False))
    shown = held[held["is_fragile"].astype(bool)]
    place = pd.Series(scope.places, scope.communes)
    rows: list[list[Cell]] = [
        [
            str(scope.names[code]),
            *([scope.district_of(code)] if scope.is_province else []),
            year_cell(scope, code, int(scope.plan.solution.standard[place[code]]), "standard"),
            percent_with_error(
                scope.key_of("commune", code, "by_year"), row["by_planned_year"], row["by_planned_year_error"], study.draws
            ),
            percent_with_error(scope.key_of("commune", code, "by_end"), row["by_end"], row["by_end_error"], study.draws),
        ]
        for code, row in zip(shown.index.astype(str), shown.to_dict("records"), strict=True)
    ]  # fmt: skip
    table = html_table(
        [
            Column(_("Commune")),
            *([Column(_("District, city"))] if scope.is_province else []),
            Column(_("Year planned"), "figure"),
            Column(_("In that year (%)"), "figure", group=_("Chance of reaching the standard")),
            Column(
                _("By {year} (%)").format(year=scope.years[-1]), "figure", group=_("Chance of reaching the standard")
            ),
        ],
        rows,
        caption=_("Communes whose year is not certain"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _(
                "Not certain: reaches the standard in its year in fewer than {limit} of the draws. Documents' order, no rank."
            ).format(limit=formats.percent(100 * limit, 0))
        ],
        empty=_("None."),
    )
    text = _("{count} of {whole} communes planned to reach the standard are not certain.")
    lead = paragraph(
        text,
        count=figure(scope.key("fragile"), len(shown), "count"),
        whole=figure(scope.key("planned_communes"), len(held), "count"),
    )
    return lead + (fold(_("Communes whose year is not certain"), table) if len(rows) > 12 else table)


def _robust(scope: Scope) -> Markup:
    """Put the cautious variant beside the plan."""
    robust = scope.study.robust
    if robust is None:
        return paragraph(_("No cautious variant of this plan keeps every limit and aim."))
    last = len(scope.years)
    here, there = (
        {
            "standard": int((made.standard[scope.places] < last).sum()),
            "criteria": int((made.done[scope.places] < last).sum() - _left_out(scope)) / len(scope.places),
            "money": _spent(spending(scope.plan.problem, made), scope),
        }
        for made in (scope.plan.solution, robust)
    )
    labels = {
        "standard": (_("Communes reaching the standard by {year}").format(year=scope.years[-1]), 0),
        "criteria": (_("Criteria per commune"), 1),
        "money": (_("Planned money (million VND)"), 0),
    }
    rows: list[list[Cell]] = [
        [
            label,
            figure(scope.key("variant_plan", name), round(here[name], 3), "number", digits=digits),
            figure(scope.key("variant_cautious", name), round(there[name], 3), "number", digits=digits),
        ]
        for name, (label, digits) in labels.items()
    ]
    level = scope.scenario.settings.uncertainty.robust_quantile
    return html_table(
        [Column(_("Target")), Column(_("This plan"), "figure"), Column(_("Cautious variant"), "figure")],
        rows,
        caption=_("Cautious variant"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _("Planned on costs, money and forecasts that are borne out in {level} of the cases.").format(
                level=formats.percent(100 * level, 0)
            )
        ],
        is_numbered=False,
    )


def _left_out(scope: Scope) -> int:
    problem = scope.plan.problem
    return int((problem.met.shape[1] - problem.of[scope.places]).sum())


def _spent(table: pd.DataFrame, scope: Scope) -> float:
    return float(table.loc[table["commune_code"].isin(scope.communes), "spent_vnd_million"].sum())


def _how(scope: Scope) -> Markup:
    sentences = (*assumptions(scope.scenario.settings.uncertainty), rule())
    lines = [Markup("{}").format(text) for text in sentences]
    return fold(_("What is drawn, and what is done when it turns out otherwise"), bullets(lines))
