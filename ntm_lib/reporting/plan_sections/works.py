"""Show the works: what is built where, when and for how much; and what else the money pays for."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.handdown.works import other_money, part_labels, works
from ntm_lib.planning.means.budget import purse_labels, short_purse_labels
from ntm_lib.planning.settings import Purse
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_notes import package_notes
from ntm_lib.reporting.plan_sections.opening import assumed_note
from ntm_lib.reporting.plan_sections.scope import Scope, amount, fold, whole_head
from ntm_lib.reporting.sections.common import rows_of, section
from ntm_lib.reporting.tables import Band, Cell, Column, html_table

MOST = 30
"""Works listed on the province's page; the districts' pages list all of theirs."""


def works_list(scope: Scope) -> None:
    """Show what the money pays for by year, then the list of works."""
    held = works(scope.plan)
    held = held[held["commune_code"].isin(scope.communes)]
    rest = other_money(scope.plan)
    rest = rest[rest["commune_code"].isin(scope.communes)]
    parts = [_by_part(scope, held, rest), _list(scope, held[held["part"] == "work"])]
    if not scope.is_province:
        others = held[held["part"] != "work"]
        parts.append(fold(_("Other tasks and yearly support"), _tasks(scope, others)))
    show(section(_("List of works"), *parts, anchor="works"))


def _by_part(scope: Scope, held: pd.DataFrame, rest: pd.DataFrame) -> Markup:
    """Sum up what the money pays for; adds up to the money of the plan."""
    years = list(scope.years)
    sums = pd.concat([held, rest]).groupby("part")[[*years, "cost_vnd_million"]].sum()
    sizes = held.groupby("part").size()
    labels = {part: label for part, label in part_labels().items() if part in sums.index}

    def cells(name: str, key: str, amounts: Any, size: int | None) -> list[Cell]:
        count = None if size is None else figure(scope.key("works", key), size, "count")
        total = amount(scope.key(key), amounts["cost_vnd_million"])
        return [name, count, *(amount(scope.key(key, year), amounts[year]) for year in years), total]

    rows = [
        cells(label, f"part_{part}", sums.loc[part], int(sizes[part]) if part in sizes else None)
        for part, label in labels.items()
    ]
    own = scope.own["money_vnd_million"]
    total = [
        _("Total"),
        None,
        *(amount(scope.key("money", year), own[year]) for year in years),
        amount(scope.key("money"), own.sum()),
    ]
    return html_table(
        [
            Column(_("What the money pays for")),
            Column(_("Number"), "figure"),
            *(Column(str(year), "figure") for year in years),
            Column(whole_head(years), "figure"),
        ],
        rows,
        caption=_("What the money pays for, by year"),
        unit=_("Unit: million VND"),
        source=scope.source,
        stamps=scope.warnings,
        total=total,
        notes=[assumed_note(scope), *package_notes(scope.plan)],
        is_numbered=False,
    )


def _volume(row: Any, key: str) -> Cell:
    if pd.isna(row.volume):
        return "–"
    volume = float(row.volume)
    # A small scale is printed as exactly as it takes to be no zero.
    digits = 0 if volume.is_integer() else 1 if volume >= 0.1 else 2 if volume >= 0.01 else 3
    return Markup("{} {}").format(figure(f"{key}.volume", volume, "number", digits=digits), row.unit)


def _rows(scope: Scope, held: pd.DataFrame, key: str) -> list[list[Cell] | Band]:
    """Write the works, those of one year of completion under one heading."""
    rows: list[list[Cell] | Band] = []
    for year, part in held.groupby("finish_year", sort=True):
        rows.append(Band(_("Completed in {year}").format(year=year)))
        for row in rows_of(part):
            at = scope.key_of("commune", row.commune_code, key, row.criterion, row.requirement, row.measure)
            span = str(row.start_year) if row.start_year == row.finish_year else f"{row.start_year}-{row.finish_year}"
            sure = "" if row.chance >= 1 else " " + _("(if the survey says so)")
            rows.append(
                [
                    f"{row.name}{sure}",
                    str(scope.names[row.district_code]) if scope.is_province else row.criterion,
                    _volume(row, at),
                    span,
                    amount(f"{at}.cost", row.cost_vnd_million),
                    _payers(row),
                ]
            )
    return rows


def _columns(scope: Scope) -> list[Column]:
    return [
        Column(_("Work")),
        Column(_("District, city")) if scope.is_province else Column(_("Criterion"), "figure"),
        Column(_("Scale"), "figure"),
        Column(_("Years of work"), "figure"),
        Column(_("Money (million VND)"), "figure"),
        Column(_("Source of money")),
    ]


def _payers(row: Any) -> str:
    """Name the sources that pay for a work, the largest first."""
    paid = {purse: float(getattr(row, purse.value)) for purse in Purse}
    labels = short_purse_labels()
    return "; ".join(labels[purse] for purse in sorted(paid, key=lambda each: -paid[each]) if paid[purse] > 0)


def _payers_note() -> str:
    full, short = purse_labels(), short_purse_labels()
    text = _("Source of money, the largest part first: {names}. The amounts of each stand in the workbook of the plan.")
    return text.format(names="; ".join(f"{short[purse]}: {formats.lowered(full[purse])}" for purse in Purse))


def _list(scope: Scope, held: pd.DataFrame) -> Markup:
    caption = _("List of works")
    note = _(
        "Names are proposed by the software and not yet reviewed. Where a survey comes first, the money is the expected one."
    )
    if scope.is_province:
        held = held.nlargest(MOST, "cost_vnd_million", keep="first")
        caption = _("The {count} largest works").format(count=len(held))
    table = html_table(
        _columns(scope),
        _rows(scope, held, "work"),
        caption=caption,
        unit=_("Unit: million VND"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[note, _payers_note()],
        empty=_("The plan builds nothing here."),
    )
    return fold(_("{caption}: {count}").format(caption=caption, count=len(held)), table) if len(held) > MOST else table


def _tasks(scope: Scope, held: pd.DataFrame) -> Markup:
    return html_table(
        _columns(scope),
        _rows(scope, held, "task"),
        caption=_("Other tasks and yearly support"),
        unit=_("Unit: million VND"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[_payers_note()],
    )
