"""What the page shows of an answer: figures, targets by year, map, money, communes, comparison, nearest plans."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.errors import FaultsError, NtmError
from ntm_lib.explore.model import Answer
from ntm_lib.explore.place import Place
from ntm_lib.messages import _
from ntm_lib.planning.handdown.targets import targets
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.settings import Objective, Purse
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.layers import MapLayer, pack
from ntm_lib.reporting.map_picture import draw_picture
from ntm_lib.reporting.palette import MapClass
from ntm_lib.reporting.setting_words import setting_label, word_labels
from ntm_lib.reporting.tables import Cell, Column, html_table

YEAR_COLOURS = ("#4a1486", "#08519c", "#2a7fb8", "#4eb3a0", "#a1d99b", "#e5f2a5")
LATER_COLOUR, EXCLUDED_COLOUR = "#f4e9d8", "#f0a03c"
DIGITS = 1


def objective_labels() -> dict[str, str]:
    """Name what a plan may be best in."""
    return {objective.value: word_labels()[objective.value] for objective in Objective}


def problem_box(error: NtmError) -> Markup:
    """Say what cannot be used, every fault on its line."""
    if isinstance(error, FaultsError):
        told = [replace(fault, where=setting_label(fault.where)) for fault in error.faults]
        lines = Markup().join(Markup("<li>{}</li>").format(str(fault)) for fault in told)
        return Markup("<div class='band' role='alert'>{}<ul>{}</ul></div>").format(error.title, lines)
    return notice(str(error))


def notice(text: str) -> Markup:
    """Return a notice that cannot be overlooked."""
    return Markup("<div class='band' role='alert'>{}</div>").format(text)


def summary(answer: Answer, plan: Plan, place: Place) -> Markup:
    """Return the key figures of a plan and, in a footnote, how exact it is."""
    frame = _targets(plan)
    start, end = frame.iloc[0], frame.iloc[-1]
    last = plan.years[-1]
    money = frame["money_vnd_million"].sum()
    free = frame["without_credit_vnd_million"].sum()
    entries = [
        (
            _("communes at the standard, {year}").format(year=last),
            _count(place, "standard", end["standard"], end["communes"]),
        ),
        (
            _("criteria per commune, {year}").format(year=last),
            _figure(place, "mean", end["mean_low"], "interval", last, high=end["mean_high"], digits=DIGITS),
        ),
        (_("planned money, {years}").format(years=formats.years(plan.years[0], last)), _billion(place, "need", money)),
        (_("of it without credit"), _billion(place, "without_credit", free)),
    ]
    boxes = Markup().join(Markup("<li><strong>{}</strong>{}</li>").format(value, words) for words, value in entries)
    before = _("At the start: {standard} communes at the standard, {mean} criteria per commune.").format(
        standard=formats.interval(start["standard"], start["standard_high"]),
        mean=formats.interval(start["mean_low"], start["mean_high"], DIGITS),
    )
    bands = Markup().join(Markup("<p class='band'>{}</p>").format(text) for text in place.warnings)
    return Markup("{}<h2>{}</h2><ul class='key-figures'>{}</ul><p class='note'>{}</p>{}").format(
        bands, _("Results of the scenario: {name}").format(name=place.name), boxes, before, _proof(answer, plan)
    )


def _proof(answer: Answer, plan: Plan) -> Markup:
    seconds = formats.number(max(answer.seconds, 0.01), 2)
    gap = plan.solution.gap
    if answer.is_kept and gap is not None:
        text = _("This is the plan that was kept; greatest difference from the best plan: {gap}.")
        return Markup("<p class='note'>{}</p>").format(text.format(gap=formats.percent(100 * gap, 2)))
    if gap is None:
        text = _("Computed in {seconds} seconds; how far the plan is from the best one was not established.")
        return Markup("<p class='note'>{}</p>").format(text.format(seconds=seconds))
    text = _("Computed in {seconds} seconds; greatest difference from the best plan: {gap}.")
    return Markup("<p class='note'>{}</p>").format(text.format(seconds=seconds, gap=formats.percent(100 * gap, 2)))


def targets_table(plan: Plan, place: Place) -> Markup:
    """Return the targets and the money by year."""
    columns = [
        Column(_("Year")),
        Column(_("Communes at the standard"), "figure", group=_("Targets at the end of the year")),
        Column(_("New in the year"), "figure", group=_("Targets at the end of the year")),
        Column(_("Advanced communes"), "figure", group=_("Targets at the end of the year")),
        Column(_("Model communes"), "figure", group=_("Targets at the end of the year")),
        Column(_("Criteria per commune"), "figure", group=_("Targets at the end of the year")),
        Column(_("Planned money"), "figure", group=_("Money (billion VND)")),
        Column(_("Without credit"), "figure", group=_("Money (billion VND)")),
    ]
    frame = _targets(plan)
    rows: list[list[Cell]] = [
        [
            _("{year} (start)").format(year=year) if pd.isna(row["money_vnd_million"]) else str(year),
            _figure(place, "standard", row["standard"], "interval", year, high=row["standard_high"])
            if pd.isna(row["money_vnd_million"])
            else _figure(place, "standard", row["standard"], "count", year),
            *(_figure(place, name, row[name], "count", year) for name in ("newly_standard", "advanced", "model")),
            _figure(place, "mean", row["mean_low"], "interval", year, high=row["mean_high"], digits=DIGITS),
            *(
                None if pd.isna(row[name]) else _figure(place, name, row[name] / 1000, "number", year, digits=DIGITS)
                for name in ("money_vnd_million", "without_credit_vnd_million")
            ),
        ]
        for year, row in frame.iterrows()
    ]
    total: list[Cell] = [_("Whole period"), None, _figure(place, "newly", frame["newly_standard"].sum(), "count")]
    total += [None, None, None]
    total += [
        _figure(place, f"{name}_sum", frame[name].sum() / 1000, "number", digits=DIGITS)
        for name in ("money_vnd_million", "without_credit_vnd_million")
    ]
    note = _("12-14: at least 12; 14 if the criteria without enough data turn out to be met already.")
    return html_table(
        columns,
        rows,
        caption=_("Targets and planned money by year"),
        stamps=place.warnings,
        total=total,
        notes=[note],
        is_numbered=False,
    )


def money_table(plan: Plan, place: Place) -> Markup:
    """Return, by source, what is available, what the plan uses and what is left."""
    spent = plan.spending.groupby(["purse", "year"])["spent_vnd_million"].sum()
    have = pd.DataFrame(plan.problem.money, index=plan.problem.purses, columns=list(plan.years))
    used = spent.unstack("year").reindex(index=have.index, columns=have.columns).fillna(0.0) if len(spent) else have * 0
    columns = [
        Column(_("Source of money")),
        Column(_("Available"), "figure", group=_("Whole period")),
        Column(_("Used"), "figure", group=_("Whole period")),
        Column(_("Left"), "figure", group=_("Whole period")),
        *(Column(str(year), "figure", group=_("Used in the year")) for year in plan.years),
    ]

    def cells(name: str, available: pd.Series, needed: pd.Series) -> list[Cell]:
        values = [available.sum(), needed.sum(), available.sum() - needed.sum(), *needed]
        keys = ["have", "used", "left", *map(str, plan.years)]
        return [
            _figure(place, f"{name}.{key}", round(value / 1000, 6), "number", digits=DIGITS)
            for key, value in zip(keys, values, strict=True)
        ]

    labels = purse_labels()
    rows: list[list[Cell]] = [
        [labels[Purse(name)], *cells(name, have.loc[name], used.loc[name])] for name in have.index
    ]
    total: list[Cell] = [_("Total"), *cells("all", have.sum(), used.sum())]
    assumed = plan.budget.assumed_share
    note = _("{share} of the money available is assumed, what the scenario adds included.").format(
        share=formats.percent(100 * assumed)
    )
    return html_table(
        columns, rows, caption=_("Capital by source"), unit=_("Unit: billion VND"), stamps=place.warnings, total=total,
        notes=[] if np.isnan(assumed) else [note],
    )  # fmt: skip


def communes_table(plan: Plan, place: Place) -> Markup:
    """Return each commune: criteria at the start and the end, year of the standard, money."""
    frame = targets(plan, by="commune", with_start=True)
    years = frame.index.get_level_values("year")
    start, end = (frame[years == year].droplevel("year") for year in (years.min(), years.max()))
    money = frame.groupby(level="unit_code", sort=False)["money_vnd_million"].sum()
    names = plan.baseline.vintage.frame["name"]
    is_province = place.district is None
    columns = [
        Column(_("Commune")),
        *([Column(_("District"))] if is_province else []),
        Column(_("Criteria at the start"), "figure"),
        Column(_("Criteria in {year}").format(year=plan.years[-1]), "figure"),
        Column(_("Reaches the standard")),
        Column(_("Planned money (million VND)"), "figure"),
    ]
    words = standard_words(plan)
    districts = plan.problem.districts[plan.problem.district]
    rows: list[list[Cell]] = [
        [
            str(start.at[code, "name"]),
            *([str(names.get(district, district))] if is_province else []),
            _figure(
                place,
                f"c{code}.start",
                start.at[code, "criteria_low"],
                "interval",
                high=start.at[code, "criteria_high"],
            ),
            _figure(
                place, f"c{code}.end", end.at[code, "criteria_low"], "interval", high=end.at[code, "criteria_high"]
            ),
            words[code],
            _figure(place, f"c{code}.money", money[code], "count"),
        ]
        for code, district in zip(plan.problem.communes, districts, strict=True)
    ]
    table = html_table(columns, rows, caption=_("Communes of the plan"), stamps=place.warnings)
    return Markup("<div class='ntm-scroll'>{}</div>").format(table)


def standard_words(plan: Plan) -> dict[str, str]:
    """Say for each commune when it reaches the standard."""
    excluded = set(plan.scenario.settings.limits.excluded)
    years = len(plan.years)
    words = {}
    for code, position in zip(plan.problem.communes, plan.solution.standard, strict=True):
        if position < 0:
            words[code] = _("At the start")
        elif position < years:
            words[code] = str(plan.years[position])
        else:
            words[code] = _("Left out by choice") if code in excluded else _("Not in this period")
    return words


def map_picture(plan: Plan, place: Place) -> Markup:
    """Return the picture of the communes by the year in which they reach the standard."""
    classes = [
        MapClass(_("At the start"), YEAR_COLOURS[0], "●"),
        *(
            MapClass(str(year), YEAR_COLOURS[1 + place_ * 4 // max(1, len(plan.years) - 1)], str(year))
            for place_, year in enumerate(plan.years)
        ),
        MapClass(_("Not in this period"), LATER_COLOUR, "○"),
        MapClass(_("Left out by choice"), EXCLUDED_COLOUR, "×"),
    ]
    words = pd.Series(standard_words(plan))
    classes = classes if (words == classes[-1].label).any() else classes[:-1]
    codes = words.map({shown.label: number for number, shown in enumerate(classes)})
    counts = targets(plan, by="commune", with_start=True)["criteria_low"].unstack("year").iloc[:, -1]
    details = counts.map(lambda count: _("{count} criteria").format(count=formats.number(count)))
    last = plan.years[-1]
    layer = MapLayer("standard", _("Year of the standard"), classes, {last: codes}, {last: details})
    (packed,) = pack(place.frame, [layer], [last])
    title = f"{place.map_title}: {_('year in which each commune reaches the standard')}"
    drawn = draw_picture(place.frame, place.borders, packed, last, title=title, stamps=place.map_stamps)
    return Markup("<figure class='ntm-chart'><figcaption>{}</figcaption>{}</figure>").format(title, drawn)


def comparison(plan: Plan, other: Plan | None, title: str, place: Place) -> Markup:
    """Set a plan beside that of a stored scenario."""
    if other is None:
        text = _("The aims of scenario '{title}' cannot be met with its money, so there is no plan to compare with.")
        return notice(text.format(title=title))
    own, stored = _targets(plan), _targets(other)
    if own.index[-1] != stored.index[-1] or not plan.problem.communes.equals(other.problem.communes):
        return notice(
            _("Scenario '{title}' plans for other years or units; it cannot be compared.").format(title=title)
        )
    end, last = (own.iloc[-1], stored.iloc[-1]), plan.years[-1]
    sums = [frame[["money_vnd_million", "without_credit_vnd_million"]].sum() / 1000 for frame in (own, stored)]
    lines = [
        (_("Communes at the standard, {year}").format(year=last), "standard", "count", [row["standard"] for row in end]),
        (_("Advanced communes, {year}").format(year=last), "advanced", "count", [row["advanced"] for row in end]),
        (_("Criteria per commune (at least), {year}").format(year=last), "mean", "number", [row["mean_low"] for row in end]),
        (_("Planned money (billion VND)"), "money", "number", [row["money_vnd_million"] for row in sums]),
        (_("Without credit (billion VND)"), "free", "number", [row["without_credit_vnd_million"] for row in sums]),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            words,
            *(
                _figure(place, f"compare.{key}.{at}", value, kind)
                for at, value in enumerate((*pair, pair[0] - pair[1]))
            ),
        ]
        for words, key, kind, pair in lines
    ]
    columns = [
        Column(_("What is compared")),
        *(Column(words, "figure") for words in (_("This scenario"), title, _("Difference"))),
    ]
    notes = _swapped(plan, other)
    return html_table(
        columns,
        rows,
        caption=_("Compared with a stored scenario"),
        stamps=place.warnings,
        notes=notes,
        is_numbered=False,
    )


def _swapped(plan: Plan, other: Plan) -> list[str]:
    """Name the communes that reach the standard in one of two plans only."""
    years = len(plan.years)
    here, there = plan.solution.standard < years, other.solution.standard < years
    names = plan.baseline.vintage.frame["short_name"].reindex(plan.problem.communes).to_numpy()
    sentences = (
        (here & ~there, _("Only in this scenario: {names}.")),
        (there & ~here, _("Only in the stored scenario: {names}.")),
    )
    return [
        text.format(names=", ".join(sorted(map(str, names[mask]), key=formats.sort_key)))
        for mask, text in sentences
        if mask.any()
    ]


def _targets(plan: Plan) -> pd.DataFrame:
    """Return the targets of the whole plan by year, the start first."""
    return targets(plan, by="province", with_start=True).droplevel("unit_code")


def _figure(place: Place, name: str, value: object, kind: str, year: object = "all", **context: Any) -> Markup:
    key = f"explore.{place.district or 'province'}.{name.lower()}.{year}"
    return figure(key, value, kind, **context)


def _count(place: Place, name: str, value: object, whole: object) -> Markup:
    return _figure(place, f"head.{name}", value, "share", whole=whole, noun="")


def _billion(place: Place, name: str, value: object) -> Markup:
    return _figure(place, f"head.{name}", value, "money", unit="billion")
