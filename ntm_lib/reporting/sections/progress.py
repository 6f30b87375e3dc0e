"""Show what was reached: headline, by year, by criterion, by district."""

import pandas as pd
from markupsafe import Markup

from ntm_lib import evaluation
from ntm_lib.evaluation import GROUP_UNKNOWN, Territory
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats, palette
from ntm_lib.reporting.charts import column_chart, trend_chart
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.sections.common import (
    district_names,
    key,
    not_assessed_note,
    paragraph,
    section,
    source_line,
    unit_key,
    warnings,
    year_text,
)
from ntm_lib.reporting.tables import Cell, Column, html_table


def headline(territory: Territory) -> None:
    """Say first what changed since the beginning of the period."""
    head = evaluation.headline(territory)
    first, last = head.first_year, head.last_year
    show(
        section(
            _("Main results"),
            _tiles(territory, head),
            _means(territory, head),
            _reached(territory, head),
            _group_table(territory, pd.DataFrame({first: head.first, last: head.last}).T),
            anchor="headline",
        )
    )


def _tiles(territory: Territory, head: evaluation.Headline) -> Markup:
    """Return the few figures that a reader must see first."""
    year, row = head.last_year, head.last
    tiles = [
        (
            figure(key(territory, "mean", year), row["mean_low"], "interval", high=row["mean_high"], digits=1),
            _("criteria per commune, {year}"),
        ),
        *(
            (figure(key(territory, "group", name, year), int(row[name]), "count"), text)
            for name, text in (
                ("all", _("communes meeting all criteria, {year}")),
                ("under_5", _("communes under 5 criteria, {year}")),
                (GROUP_UNKNOWN, _("communes without enough data to place, {year}")),
            )
        ),
    ]
    items = Markup().join(
        Markup("<li><strong>{}</strong>{}</li>").format(shown, text.format(year=year_text(territory, year)))
        for shown, text in tiles
    )
    return Markup('<ul class="key-figures">{}</ul>').format(items)


def _means(territory: Territory, head: evaluation.Headline) -> Markup:
    now = _mean(territory, head.last, head.last_year)
    if head.first_year == head.last_year:
        return now
    return _mean(territory, head.first, head.first_year) + now + _gain(territory, head)


def _gain(territory: Territory, head: evaluation.Headline) -> Markup:
    low, high = head.gain()
    is_exact = formats.number(low, 1) == formats.number(high, 1)
    text = (
        _("From {first_year} to {last_year}: {gain} more criteria per commune.")
        if is_exact
        else _("From {first_year} to {last_year}: at least {gain} more criteria per commune.")
    )
    years = {"first_year": head.first_year, "last_year": head.last_year}
    if low < 0 and not is_exact:
        gain = paragraph(
            _("Whether it rose from {first_year} to {last_year} cannot be told: too little was reported."), **years
        )
    else:
        gain = paragraph(text, gain=figure(key(territory, "mean_gain"), low, "number"), **years)
    rules = territory.reported.rules
    if rules[head.first_year].set_id != rules[head.last_year].set_id:
        gain += paragraph(_("The two years are judged by different criteria sets."))
    return gain


def _mean(territory: Territory, row: pd.Series, year: int) -> Markup:
    is_certain = formats.interval(row["mean_low"], row["mean_high"], 1) == formats.number(row["mean_low"], 1)
    text = (
        _("{year}: {low} criteria per commune on average; data from {base}.")
        if is_certain
        else _(
            "{year}: at least {low} criteria per commune on average, at most {high} if those without enough data were "
            "met; data from {base}."
        )
    )
    return paragraph(
        text,
        year=Markup("<strong>{}</strong>").format(year_text(territory, year)),
        low=figure(key(territory, "mean_low", year), row["mean_low"], "number"),
        high=figure(key(territory, "mean_high", year), row["mean_high"], "number"),
        base=figure(key(territory, "reported", year), int(row["reported"]), "share", whole=int(row["communes"])),
    )


def _reached(territory: Territory, head: evaluation.Headline) -> Markup:
    def share(name: str, row: pd.Series, year: int) -> Markup:
        shown = figure(key(territory, "group_share", name, year), int(row[name]), "share", whole=int(row["communes"]))
        return Markup(_("at least {number}")).format(number=shown) if row[GROUP_UNKNOWN] else shown  # noqa: S704

    all_met, few_now = (share(name, head.last, head.last_year) for name in ("all", "under_5"))
    if head.first_year == head.last_year:
        text = _(
            "Communes meeting all criteria in {year}: {all}. Communes under 5 criteria: {few}. Meeting all criteria is not the same as being recognised."
        )
        return paragraph(text, year=year_text(territory, head.last_year), all=all_met, few=few_now)
    return paragraph(
        _(
            "Communes meeting all criteria in {last_year}: {all}. Communes under 5 criteria: {few_then} in {first_year}, "
            "{few_now} in {last_year}. Meeting all criteria is not the same as being recognised."
        ),
        last_year=year_text(territory, head.last_year),
        first_year=head.first_year,
        all=all_met,
        few_then=share("under_5", head.first, head.first_year),
        few_now=few_now,
    )


def _group_table(territory: Territory, table: pd.DataFrame) -> Markup:
    labels = evaluation.group_labels()
    shown = [name for name in labels if name != GROUP_UNKNOWN or table[name].any()]
    columns = [
        Column(_("Year")),
        Column(_("Communes with data"), "figure"),
        Column(_("Criteria per commune"), "figure"),
        *(Column(labels[name], "figure", group=_("Communes by number of criteria met")) for name in shown),
    ]
    rows: list[list[Cell]] = []
    for year, row in table.T.items():
        cells: list[Cell] = [
            year_text(territory, int(str(year))),
            figure(
                key(territory, "reported", year),
                int(row["reported"]),
                "share",
                whole=int(row["communes"]),
                noun="",
            ),
            figure(key(territory, "mean", year), row["mean_low"], "interval", high=row["mean_high"], digits=1),
        ]
        cells += [figure(key(territory, "group", name, year), int(row[name]), "count") for name in shown]
        rows.append(cells)
    notes = [
        _(
            "Where results are missing, the average is an interval: from the criteria shown to be met, to those that could "
            "be. A commune whose missing results could move it to another group is not placed."
        ),
        not_assessed_note(territory),
    ]
    return html_table(
        columns,
        rows,
        caption=_("Communes by number of criteria met"),
        unit=_("Unit: commune"),
        source=source_line(territory, *table.index),
        stamps=warnings(territory),
        notes=notes,
        is_numbered=False,
    )


def trend(territory: Territory) -> None:
    """Show the course of the years as a chart and as a table."""
    table = evaluation.trend(territory)
    changes = [
        year
        for year, before in zip(list(territory.years)[1:], territory.years, strict=False)
        if territory.reported.rules[year].set_id != territory.reported.rules[before].set_id
    ]
    chart = trend_chart(
        table["mean_low"],
        table["mean_high"],
        title=_("Average number of criteria met per commune, {name}").format(
            name=formats.in_sentence(territory.unit.name)
        ),
        stamps=warnings(territory),
        breaks=changes,
        unit=_("criteria per commune"),
        maximum=len(territory.scores.criteria.columns),
        key=key(territory, "mean"),
        source=source_line(territory, *territory.years),
    )
    columns = column_chart(
        table[list(evaluation.group_labels())],
        palette.group_classes(evaluation.group_labels()),
        key=key(territory, "group"),
        title=_("Communes by number of criteria met, {name}").format(name=formats.in_sentence(territory.unit.name)),
        unit=_("communes"),
        stamps=warnings(territory),
        source=source_line(territory, *territory.years),
    )
    note = paragraph(
        _(
            "Dashed lines mark a change of the criteria set: figures before and after are measured by different rules and a "
            "fall there need not be a fall in fact."
        )
    )
    show(
        section(
            _("Course of the years"),
            chart,
            note if changes else Markup(),
            columns,
            _group_table(territory, table),
            anchor="trend",
        )
    )


def criterion_shares(territory: Territory) -> None:
    """Show for each criterion how many communes met it at the beginning and the end."""
    first, last = territory.review.first_year, territory.review.last_year
    then, now = (evaluation.criterion_shares(territory, year) for year in (first, last))
    labels = territory.reported.rules[last].criteria[f"label_{language()}"]
    columns = [
        Column(_("Criterion")),
        Column(year_text(territory, first), "figure", group=_("Communes meeting the criterion")),
        Column(year_text(territory, last), "figure", group=_("Communes meeting the criterion")),
        Column(_("Not met"), "figure", group=year_text(territory, last)),
        Column(_("Not enough data"), "figure", group=year_text(territory, last)),
        Column(_("Not assessed"), "figure", group=year_text(territory, last)),
    ]
    rows: list[list[Cell]] = []
    for criterion in territory.shown(now.index):
        before, row = then.T[criterion], now.T[criterion]
        count = [
            figure(key(territory, "criterion", criterion, name, last), row[name], "count")
            for name in ("not_met", "unknown", "not_applicable")
        ]
        rows.append(
            [
                f"{criterion}. {labels[criterion]}",
                figure(
                    key(territory, "criterion", criterion, "met", first),
                    before["met"],
                    "share",
                    whole=before["total"],
                    noun="",
                ),
                figure(
                    key(territory, "criterion", criterion, "met", last),
                    row["met"],
                    "share",
                    whole=row["total"],
                    noun="",
                ),
                *count,
            ]
        )
    table = html_table(
        columns,
        rows,
        caption=_("Communes meeting each criterion"),
        unit=_("Unit: commune"),
        source=source_line(territory, first, last),
        stamps=warnings(territory),
        notes=[_("Criteria are named as in the set of {year}.").format(year=last), not_assessed_note(territory)],
        is_numbered=False,
    )
    show(section(_("Results by criterion"), table, anchor="criteria"))


def by_district(territory: Territory) -> None:
    """Show the districts side by side, in the documents' order; nothing where there is no district level."""
    if territory.vintage.districts.empty:
        return
    year = territory.review.last_year
    counts = territory.of_year(territory.counts, year)
    district = territory.in_programme["parent_code"]
    labels = evaluation.group_labels()
    grouped = evaluation.groups(counts).groupby(district).value_counts().unstack(fill_value=0)
    grouped = grouped.reindex(columns=list(labels), fill_value=0)
    shown = [name for name in labels if name != GROUP_UNKNOWN or grouped[name].any()]
    columns = [
        Column(_("District, city")),
        Column(_("Number of communes"), "figure"),
        Column(_("Criteria per commune"), "figure"),
        *(Column(labels[name], "figure", group=_("Communes by number of criteria met")) for name in shown),
    ]

    def cells(name: str, level: str, code: str, rows: pd.DataFrame, groups: pd.Series) -> list[Cell]:
        reported = rows[rows["is_reported"]]
        low, high = (float(reported[bound].mean()) for bound in ("low", "high"))

        def of(*parts: object) -> str:
            return unit_key(level, code, territory.vintage.date, *parts)

        return [
            name,
            figure(of("in_programme"), len(rows), "count"),
            figure(of("mean", year), low, "interval", high=high, digits=1),
            *(figure(of("group", group, year), int(groups[group]), "count") for group in shown),
        ]

    names = district_names(territory)
    rows = [
        cells(names[code], "district", code, part, grouped.T[code])
        for code, part in ((str(code), part) for code, part in counts.groupby(district))
    ]
    table = html_table(
        columns,
        rows,
        caption=_("Districts and city, {year}").format(year=year_text(territory, year)),
        unit=_("Unit: commune"),
        source=source_line(territory, year),
        stamps=warnings(territory),
        total=cells(_("Total"), territory.unit.level, territory.unit.code, counts, grouped.sum()),
    )
    show(section(_("Results by district"), table, anchor="districts"))
