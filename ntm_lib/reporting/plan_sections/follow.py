"""Show what was really reached beside the plan: published figures, and the results of communes year by year."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.later.against import OUTCOMES, Level, every_year, outcome_labels
from ntm_lib.planning.later.published_marks import published, status_labels
from ntm_lib.planning.which_plan import plan_options
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.office.follow_tables import notes
from ntm_lib.reporting.office.plan_later import figure_word
from ntm_lib.reporting.plan_sections.scope import Scope, fold
from ntm_lib.reporting.sections.common import paragraph, section
from ntm_lib.reporting.tables import Band, Cell, Column, html_table

Row = Mapping[Hashable, Any]


def follow_up(scope: Scope) -> None:
    """Show published figures beside the plan, then what was handed in for each year beside what was planned."""
    title = _("Follow-up: actual against plan")
    show(section(title, _published(scope), _handed_in(scope), anchor="follow"))


def _published(scope: Scope) -> Markup:
    """Return published results, then aims to open; on the page of a district with its part in the plan of the province."""
    district = "" if scope.is_province else scope.unit.code
    frame = published(scope.plan, district)
    results, aims = frame[frame["kind"] == "actual"], frame[frame["kind"] == "aim"]
    notes_below = [
        _(
            "Published figures are facts; the plan of this page starts from the data named above and was not fitted to them."
        )
    ]
    if district and not (results["tier"] == "district").any():
        notes_below.append(
            _(
                "Nothing was published for {district} alone in the years of the plan; what it really reached cannot be told from "
                "the figures of the province."
            ).format(district=formats.in_sentence(scope.unit.name))
        )
    table = _marks(scope, results, _("Published results beside the plan"), notes_below)
    if aims.empty:
        return table
    title = _("Published aims beside the plan")
    return table + fold(title, _marks(scope, aims, title, notes_below[:1]))


def _marks(scope: Scope, frame: pd.DataFrame, title: str, notes_below: list[str]) -> Markup:
    """Return the table of published figures of one kind, on the page of a district grouped by whose they are."""
    rows: list[list[Cell] | Band] = []
    whose = {"province": scope.plan.baseline.vintage.province.name, "district": scope.unit.name}
    for tier, part in frame.groupby("tier", sort=False):
        rows += [] if scope.is_province else [Band(whose[str(tier)])]
        rows += [_mark(scope, place, row) for place, row in enumerate(part.to_dict("records"))]
    planned = [Column(_("Plan"), "figure")]
    if not scope.is_province:
        planned = [Column(name, "figure", group=_("Plan")) for name in (_("Whole province"), scope.unit.name)]
    return html_table(
        [
            Column(_("Figure")),
            Column(_("Year"), "figure"),
            Column(_("Published"), "figure"),
            *planned,
            Column(_("Compared")),
            Column(_("Source")),
        ],
        rows,
        caption=title,
        stamps=scope.warnings,
        notes=notes_below,
        is_numbered=False,
        empty=_("Nothing was published for the years of the plan."),
    )


def _mark(scope: Scope, place: int, row: Row) -> list[Cell]:
    """Return the cells of one published figure; the same figure has the same key on every page."""
    parts = ("followed", row["kind"], place, row["figure"])
    is_own = row["tier"] == "district"
    key = (
        scope.key("own", *parts)
        if is_own
        else scope.key_of("province", scope.plan.baseline.vintage.province.code, *parts)
    )
    planned = [_planned(f"{key}.plan", row, "plan")]
    if not scope.is_province:
        planned = [
            "–" if is_own else planned[0],
            planned[0] if is_own else _planned(f"{scope.key(*parts)}.plan", row, "part"),
        ]
    why = f" ({row['why']})" if row["why"] else ""
    outcome = f"{status_labels()[row['status']]}{why}"
    if not scope.is_province and not is_own:
        outcome = _("Whole province: {outcome}").format(outcome=outcome)
    return [
        figure_word(row["figure"], row["first"], row["last"], row["law"]),
        formats.year(row["year"]),
        figure(key, row["value"], "number", digits=formats.digits_of(row["value"])),
        *planned,
        outcome,
        row["source"],
    ]


def _planned(key: str, row: Row, name: str) -> Cell:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if pd.isna(low):
        return "–"
    return figure(key, low, "interval", high=high, digits=1 if row["figure"] == "mean" else 0)


def _handed_in(scope: Scope) -> Markup:
    """Return what was handed in for each year beside the plan: of the unit, then by district or commune."""
    level: Level = "district" if scope.is_province else "commune"
    frame = every_year(scope.plan, level)
    if not scope.is_province:
        frame = frame[frame.index.get_level_values(0).isin(scope.communes)]
    whole = frame[["planned", *OUTCOMES, "standard_planned", "standard"]].groupby(level="year").sum()
    whole["is_reported"] = frame["is_reported"].groupby(level="year").any()
    by_unit = _by_unit(scope, level, frame, whole)
    is_told = bool(whole["is_reported"].any())
    return (
        (Markup() if is_told else _nothing_handed_in(scope))
        + _by_year(scope, whole)
        + (by_unit if is_told else fold(_("By commune") if level == "commune" else _("By district"), by_unit))
    )


def _nothing_handed_in(scope: Scope) -> Markup:
    command = f"ntm follow {plan_options(scope.scenario, scope.study.from_year)} --year {scope.years[0]} --template …"
    return paragraph(
        _("No results of communes were handed in for the years of this plan. A form to fill in: {command}"),
        command=Markup("<code>{}</code>").format(command),
    )


def _by_year(scope: Scope, whole: pd.DataFrame) -> Markup:
    """Return the outcomes of the unit by the end of each year; what nobody reported is no outcome."""
    labels, criteria = outcome_labels(), _("Criteria, up to the end of the year")
    communes = _("Communes meeting all criteria")

    def cells(year: int, row: Row) -> list[Cell]:
        def cell(name: str) -> Cell:
            is_known = row["is_reported"] or name in {"planned", "unknown", "standard_planned"}
            return figure(scope.key("actual", name, year), int(row[name]), "count") if is_known else "–"

        return [formats.year(year), *map(cell, ("planned", *OUTCOMES, "standard_planned", "standard"))]

    return html_table(
        [
            Column(_("Year")),
            Column(_("Planned"), "figure", group=criteria),
            *(Column(labels[name], "figure", group=criteria) for name in OUTCOMES),
            Column(_("Planned"), "figure", group=communes),
            Column(_("Actual, at least"), "figure", group=communes),
        ],
        [cells(int(str(year)), row) for year, row in zip(whole.index, whole.to_dict("records"), strict=True)],
        caption=_("Actual against plan by year"),
        unit=_("Unit: criterion of a commune; commune"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[*notes(), _("A dash: nobody handed in results for the year.")],
        is_numbered=False,
    )


def _by_unit(scope: Scope, level: Level, frame: pd.DataFrame, whole: pd.DataFrame) -> Markup:
    """Return what was completed beside what was planned by the end of each year, by district or commune."""
    pairs = [(year, name) for year in scope.years for name in ("planned", "done")]

    def cells(name: str, at: str, code: str, table: Any) -> list[Cell]:
        return [
            name,
            *(_completed(scope.key_of(at, code, "actual", kind, year), table.loc[year], kind) for year, kind in pairs),
        ]

    names = {"planned": _("Planned"), "done": _("Actual")}
    units = frame.index.unique(level=0).astype(str)
    return html_table(
        [
            Column(_("Commune") if level == "commune" else _("District, city")),
            *(Column(names[kind], "figure", group=str(year)) for year, kind in pairs),
        ],
        [cells(str(scope.names[code]), level, code, frame.xs(code, level=0)) for code in units],
        caption=_("Criteria completed, planned and actual, up to the end of each year"),
        unit=_("Unit: criterion of a commune"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            _(
                "Two figures: completed as reported, and if what was planned and not reported is completed as well. A dash: nobody "
                "handed in results for the year."
            )
        ],
        total=cells(_("Total"), scope.unit.level, scope.unit.code, whole),
    )


def _completed(key: str, row: Any, kind: str) -> Cell:
    """Return the criteria planned, or those completed: as reported, and with what was not reported."""
    if kind == "planned":
        return figure(key, int(row["planned"]), "count")
    if not row["is_reported"]:
        return "–"
    done = int(row[["ahead", "on_time", "late", "not_planned"]].sum())
    return figure(key, done, "interval", high=done + int(row["unknown"]))
