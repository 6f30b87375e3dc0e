"""Show the targets of each year: of the unit itself, of its districts, of its communes."""

from typing import Any

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.office.plan_units import district_text, higher_levels
from ntm_lib.reporting.plan_notes import package_notes
from ntm_lib.reporting.plan_sections.scope import Scope, amount, fold, met_at, whole_head
from ntm_lib.reporting.sections.common import names, paragraph, section
from ntm_lib.reporting.tables import Band, Cell, Column, html_table

COUNTS = ("standard", "newly_standard", "advanced", "model", "newly_villages")
MONEY = ("money", "investment", "recurrent", "without_credit")


def targets_by_year(scope: Scope) -> None:
    """Show the yearly targets of the unit; for the province its districts, for a district its communes."""
    parts = [_own(scope), _by_district(scope) if scope.is_province else _by_commune(scope)]
    if scope.is_province:
        parts += [paragraph("{said}", said=text) for text in district_text(scope.plan)]
    parts.append(_who_when(scope))
    show(section(_("Targets by year"), *parts, anchor="targets"))


def end_note() -> str:
    """Say what a figure of a planned year means."""
    return _("Situation at the end of each year; a criterion counts from the end of the year in which it is completed.")


def _labels() -> dict[str, str]:
    return {
        "communes": _("Communes in the Programme"),
        "mean": _("Criteria met per commune"),
        "standard": _("Communes reaching the standard"),
        "newly_standard": _("of them new in the year"),
        "advanced": _("Advanced NTM communes"),
        "model": _("Model NTM communes"),
        "newly_villages": _("Villages reaching the standard in the year"),
        "money": _("Planned money, all sources (million VND)"),
        "without_credit": _("without credit (million VND)"),
        "investment": _("of it investment (million VND)"),
        "recurrent": _("of it recurrent (million VND)"),
    }


def _own(scope: Scope) -> Markup:
    own, labels = scope.own, _labels()
    years = [scope.start_year, *scope.years]
    mean = [
        figure(scope.key("mean", year), own.at[year, "mean_low"], "interval", high=own.at[year, "mean_high"], digits=1)
        for year in years
    ]
    communes = [figure(scope.key("communes"), int(own.at[year, "communes"]), "count") for year in years]
    rows: list[list[Cell]] = [[labels["communes"], *communes, None], [labels["mean"], *mean, None]]
    held = higher_levels(scope.plan)
    for name in (name for name in COUNTS if name.startswith(("standard", "newly_s")) or name.split("_")[-1] in held):
        shown: list[Cell] = [
            None
            if year == scope.start_year and name.startswith("newly")
            else met_at(scope.key(name, year), own.loc[year])
            if name == "standard"
            else figure(scope.key(name, year), int(own.at[year, name]), "count")
            for year in years
        ]
        total = figure(scope.key(name), int(own[name].loc[list(scope.years)].sum()), "count")
        rows.append([labels[name], *shown, total if name.startswith("newly") else None])
    for name in MONEY:
        amounts = own[f"{name}_vnd_million"]
        rows.append([
            labels[name], None,
            *(amount(scope.key(name, year), amounts[year]) for year in scope.years),
            amount(scope.key(name), amounts.sum()),
        ])  # fmt: skip
    return html_table(
        [
            Column(_("Target")),
            Column(_("{year} (start)").format(year=scope.start_year), "figure"),
            *(Column(str(year), "figure", group=_("Plan")) for year in scope.years),
            Column(whole_head(scope.years), "figure", group=_("Plan")),
        ],
        rows,
        caption=_("Targets by year, {name}").format(name=formats.in_sentence(scope.unit.name)),
        source=scope.source,
        stamps=scope.warnings,
        notes=[end_note(), interval_note(), *package_notes(scope.plan)],
        is_numbered=False,
    )


def interval_note() -> str:
    """Explain an interval."""
    return _("12-14: at least 12; 14 if the criteria without enough data turn out to be met already.")


def _by_district(scope: Scope) -> Markup:
    frame = scope.targets("district")
    last = scope.years[-1]
    years = [scope.start_year, *scope.years]

    def cells(name: str, level: str, code: str, rows: Any) -> list[Cell]:
        def key(*parts: object) -> str:
            return scope.key_of(level, code, *parts)

        return [
            name,
            figure(key("communes"), int(rows.at[last, "communes"]), "count"),
            *(met_at(key("standard", year), rows.loc[year]) for year in years),
            *(
                figure(
                    key("mean", year), rows.at[year, "mean_low"], "interval", high=rows.at[year, "mean_high"], digits=1
                )
                for year in (scope.start_year, last)
            ),
            figure(key("advanced", last), int(rows.at[last, "advanced"]), "count"),
            figure(key("model", last), int(rows.at[last, "model"]), "count"),
            amount(key("money"), rows["money_vnd_million"].sum()),
            amount(key("without_credit"), rows["without_credit_vnd_million"].sum()),
        ]

    codes = list(dict.fromkeys(frame.index.get_level_values("unit_code")))
    standard, mean = _("Communes reaching the standard"), _("Criteria per commune")
    money = _("Money {years} (million VND)").format(years=formats.years(scope.years[0], last))
    columns = [
        Column(_("District, city")),
        Column(_("Number of communes"), "figure"),
        *(Column(str(year), "figure", group=standard) for year in years),
        *(Column(str(year), "figure", group=mean) for year in (scope.start_year, last)),
        Column(_("Advanced"), "figure", group=str(last)),
        Column(_("Model"), "figure", group=str(last)),
        Column(_("All sources"), "figure", group=money),
        Column(_("Without credit"), "figure", group=money),
    ]
    return html_table(
        columns,
        [cells(scope.names[code], "district", code, scope.of_unit("district", code)) for code in codes],
        caption=_("Targets of the districts and the city"),
        unit=_("Unit: commune"),
        source=scope.source,
        stamps=scope.warnings,
        total=cells(_("Total"), scope.unit.level, scope.unit.code, scope.own),
        notes=[end_note(), interval_note(), *package_notes(scope.plan)],
    )


def year_cell(scope: Scope, code: str, position: int, name: str) -> Cell:
    """Write the year in which a commune reaches a level; a dash when not within the plan."""
    year = scope.plan.year_of(position)
    if year is None:
        return "–"
    shown = figure(scope.key_of("commune", code, f"{name}_year"), year, "year")
    if year == scope.start_year:
        return Markup("{} ({})").format(_("at the start"), shown)
    return shown


def _by_commune(scope: Scope) -> Markup:
    solution, years = scope.plan.solution, [scope.start_year, *scope.years]
    rows: list[list[Cell]] = []
    for place, code in zip(scope.places, scope.communes, strict=True):
        own = scope.of_unit("commune", code)
        counted = [
            figure(
                scope.key_of("commune", code, "count", year),
                int(own.at[year, "criteria_low"]),
                "interval",
                high=int(own.at[year, "criteria_high"]),
            )
            for year in years
        ]
        reached = [
            year_cell(scope, code, int(level[place]), name)
            for name, level in (
                ("standard", solution.standard),
                ("advanced", solution.advanced),
                ("model", solution.model),
            )
        ]
        money = amount(scope.key_of("commune", code, "money"), own["money_vnd_million"].sum())
        rows.append([scope.names[code], *counted, *reached, money])
    own = scope.own
    means = [
        figure(scope.key("mean", year), own.at[year, "mean_low"], "interval", high=own.at[year, "mean_high"], digits=1)
        for year in years
    ]
    last = scope.years[-1]
    total: list[Cell] = [
        _("All, per commune on average"),
        *means,
        met_at(scope.key("standard", last), own.loc[last]),
        *(figure(scope.key(name, last), int(own.at[last, name]), "count") for name in ("advanced", "model")),
        amount(scope.key("money"), own["money_vnd_million"].sum()),
    ]
    group = _("Criteria met at the end of the year")
    reach = _("Year of reaching")
    return html_table(
        [
            Column(_("Commune")),
            *(Column(str(year), "figure", group=group) for year in years),
            Column(_("NTM standard"), "figure", group=reach),
            Column(_("Advanced"), "figure", group=reach),
            Column(_("Model"), "figure", group=reach),
            Column(_("Money (million VND)"), "figure"),
        ],
        rows,
        caption=_("Roadmap by year"),
        unit=_("Unit: criterion; million VND"),
        source=scope.source,
        stamps=scope.warnings,
        total=total,
        notes=[
            interval_note(),
            _("–: not reached within the plan. First row: communes that reach each level by the end of {year}.").format(
                year=last
            ),
            *package_notes(scope.plan),
        ],
    )


def _who_when(scope: Scope) -> Markup:
    """List by year the communes that newly reach a level."""
    plan, rows = scope.plan, list[list[Cell] | Band]()
    levels = (
        (_("NTM standard"), plan.solution.standard),
        (_("Advanced NTM communes"), plan.solution.advanced),
        (_("Model NTM communes"), plan.solution.model),
    )
    for place, year in enumerate(scope.years):
        rows.append(Band(str(year)))
        for label, level in levels:
            codes = [code for at, code in zip(scope.places, scope.communes, strict=True) if level[at] == place]
            if codes:
                rows.append([label, names(_with_district(scope, code) for code in codes)])
            elif level is plan.solution.standard:
                rows.append([label, _("none")])
    table = html_table(
        [Column(_("Level")), Column(_("Communes newly reaching it"))],
        rows,
        caption=_("Communes that reach a level, by year"),
        source=scope.source,
        stamps=scope.warnings,
        notes=list[str | Markup](package_notes(scope.plan)),
        is_numbered=False,
    )
    return fold(_("Communes that reach a level, by year"), table)


def _with_district(scope: Scope, code: str) -> str:
    if not scope.is_province:
        return str(scope.names[code])
    return f"{scope.names[code]} ({scope.district_of(code)})"
