"""Ten years on the units of other days: as it was reported, on later maps, and what became of the old districts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.evaluation import merge_rule_words
from ntm_lib.evaluation.counts import joined, series, vintages
from ntm_lib.evaluation.counts.columns import points_of
from ntm_lib.evaluation.counts.series_rules import Rule, rule_words, series_rules
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.counts.held import trends_of
from ntm_lib.reporting.review.counts.wording import Piece, listed, named, pairs, row_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line, year_text
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.tables import contract


def on_units(subject: Subject) -> list[Sentence]:
    """Say how the last year looks on the units of each arrangement, and that the communes did not change by it."""
    territory = subject.territory
    table = trends_of(territory)
    last = territory.review.last_year
    if subject.commune or table.index.unique("on").size < 2:
        return []

    def piece(day: dt.date) -> Piece:
        row = row_of(table, day, last)
        key = subject.key("progress", "on", day, last)
        values: dict[str, Fig | str] = {
            "day": _units_of(day),
            "communes": fig(f"{key}.communes", int(row["communes"]), "count"),
            "mean": fig(f"{key}.mean", row["mean_low"], "interval", high=row["mean_high"], digits=1),
        }
        return _("{day}: {communes} communes, {mean} criteria per commune"), values

    said = [
        listed(
            _("The same results of {year} on the units of {count} dates: {items}."),
            [piece(day) for day in table.index.unique("on")],
            year=year_text(territory, last),
            count=fig(subject.key("progress", "on", "dates"), table.index.unique("on").size, "count"),
        )
    ]
    text = _("The lower figures come from joining communes alone ({rule}); no commune did less.")
    means = table["mean_low"].xs(last, level="year")
    is_whole = territory.unit.level == "province"  # a district's later communes also hold land of others
    if is_whole and means.is_monotonic_decreasing and means.iloc[-1] < means.iloc[0]:
        said.append(sentence(text, rule=merge_rule_words()[territory.review.merge_rule]))
    return said + _crossing(subject)


def _crossing(subject: Subject) -> list[Sentence]:
    """Name the communes of the latest units that hold land of several old districts."""
    territory = subject.territory
    latest = vintages.dates(territory)[-1]
    rows = vintages.old_districts(territory, latest)
    crossing = rows[rows["is_crossing"]].drop_duplicates("code")
    if crossing.empty:
        return []
    text = _("On the units of {day}, {number} units hold land of more than one old district: {names}.")
    return [
        sentence(
            text,
            day=formats.date(latest),
            number=fig(subject.key("progress", "crossing"), len(crossing), "count"),
            names=", ".join(crossing["name"]),
        )
    ]


def on_units_sheet(subject: Subject) -> Sheet:
    """Return the communes and the criteria per commune of each year on the units of each arrangement."""
    territory = subject.territory
    table = trends_of(territory)
    days = list(table.index.unique("on"))
    years = [point.year for point in points_of(territory) if point.on is None]
    frame = pd.DataFrame({"code": [str(day) for day in days], "name": [_units_of(day) for day in days]}, index=days)
    frame["communes"] = [int(row_of(table, day, years[-1])["communes"]) for day in days]
    columns = [Column("name", _("Units of"), width=24), Column("communes", _("Number of communes"), "count", width=10)]
    for year in years:
        rows = table.xs(year, level="year")
        frame[str(year)] = pairs(rows["mean_low"], rows["mean_high"])
        columns.append(
            Column(str(year), year_text(territory, year), "interval", _("Criteria per commune"), 10, digits=1)
        )
    rule = merge_rule_words()[territory.review.merge_rule]
    notes = [
        _("Rule for merged communes: {rule}.").format(rule=rule),
        _("Of a district, every commune with land of it is counted, by all its parts."),
    ]
    return _sheet(subject, _("Units"), _("Criteria per commune on the units of several dates"), columns, frame, notes)


def old_districts_sheet(subject: Subject) -> Sheet:
    """Return the list of new communes for each old district, with what each holds of it; crossing ones are marked."""
    territory = subject.territory
    latest = vintages.dates(territory)[-1]
    rows = vintages.old_districts(territory, latest)
    frame = rows.assign(
        row=rows["district"] + "-" + rows["code"],
        mark=np.where(rows["is_crossing"], _("crossing"), ""),
        **{name: 100 * rows[name] for name in ("area_share", "people_share", "area_part", "people_part")},
    )
    of_district, of_commune = _("Share of the old district (%)"), _("Share of the new unit (%)")
    columns = [
        Column("district_name", _("Old district"), width=22),
        Column("name", _("Unit of {day}").format(day=formats.date(latest)), width=24),
        Column("area_share", _("area"), "decimal", of_district, 9, digits=1),
        Column("people_share", _("people"), "decimal", of_district, 9, digits=1),
        Column("area_part", _("area"), "decimal", of_commune, 9, digits=1),
        Column("people_part", _("people"), "decimal", of_commune, 9, digits=1),
        Column("mark", _("Crossing"), width=11),
        Column("others", _("Also holds land of"), width=24),
    ]
    title = _("The old districts on the units of {day}").format(day=formats.date(latest))
    notes = [_("Shares from the lineage of units; people as of the census of 2019.")]
    made = _sheet(subject, _("Old districts"), title, columns, frame, notes, row_key="row")
    return replace(made, source=_("Source: register of units and their lineage"), stamps=())


def leading_sheet(subject: Subject) -> Sheet:
    """Return the leading indicators of the last year on the latest units, with the share of people that they rest on."""
    territory = subject.territory
    latest, last = vintages.dates(territory)[-1], territory.review.last_year
    rules = series_rules(territory.project)
    year_rules = territory.reported.rules[last]
    of_set = rules.of_set(year_rules.requirements)
    leading = list(of_set.index[of_set["is_leading"]])
    lineage = units.lineage(territory.results.unit_vintage, latest, territory.project)
    carried = series.requirement_series(territory, latest, rules, years=[last], only=leading)
    values = rows_of_year(carried[year_rules.set_id], last)[leading]
    values = values.replace(np.inf, np.nan)
    after = lineage.after.frame
    frame = values[after["is_in_programme"].reindex(values.index).astype(bool)].copy()
    frame.insert(0, "name", named(frame.index, after["name"]))
    frame["covered"] = 100 * joined.coverage(lineage)["people"].reindex(frame.index)
    labels = year_rules.requirements[f"label_{language()}"]
    columns = [
        Column("name", _("Unit of {day}").format(day=formats.date(latest)), width=24),
        *(
            Column(name, f"{name}. {labels[name]}", "decimal", year_text(territory, last), 16, digits=1)
            for name in leading
        ),
        Column("covered", _("People covered (%)"), "decimal", width=10, digits=1),
    ]
    notes = [
        _(
            "Put together from the communes of the reports by the rule of each indicator; a dash: a part did not report."
        ),
        _("People covered: those who lived in communes of the Programme; former towns reported nothing."),
    ]
    title = _("Main indicators on the units of {day}").format(day=formats.date(latest))
    return _sheet(subject, _("Indicators"), title, columns, frame.assign(code=frame.index), notes)


def rules_sheet(subject: Subject) -> Sheet:
    """Return by which rule each indicator of the last year's set is put together after mergers, and why."""
    territory = subject.territory
    requirements = territory.reported.rules[territory.review.last_year].requirements
    of_set = series_rules(territory.project).of_set(requirements)
    words = rule_words()
    frame = pd.DataFrame(
        {
            "name": [f"{name}. {label}" for name, label in requirements[f"label_{language()}"].items()],
            "rule": of_set["rule"].map(words),
            "weight": [_weight(territory, weight) for weight in of_set["weight"]],
            "reason": of_set["reason"].map(str),
            "code": of_set.index,
        },
        index=of_set.index,
    )
    columns = [
        Column("name", _("Indicator"), width=40),
        Column("rule", _("Rule"), width=18),
        Column("weight", _("Weighted by"), width=22),
        Column("reason", _("Reason"), width=44),
    ]
    missing = int((of_set["rule"] == Rule.NOT_DERIVABLE).sum())
    notes = [_("Not derivable: {count} of {of} indicators.").format(count=missing, of=len(of_set))]
    made = _sheet(subject, _("Rules"), _("How indicators are put together after mergers"), columns, frame, notes)
    source = _("Source: data/criteria/series_rules.yaml, the authors' own reading")
    return replace(made, source=source, stamps=())


def _weight(territory: Territory, name: str) -> str:
    if not name:
        return ""
    table, column = name.split(".")
    label = contract(table, territory.project).column(column).label
    return label.vi if language() == "vi" else label.en


def _units_of(day: dt.date) -> str:
    return _("units of {day}").format(day=formats.date(day))


def _sheet(
    subject: Subject,
    name: str,
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    notes: Sequence[str],
    row_key: str = "code",
) -> Sheet:
    return Sheet(
        name=name,
        title=title,
        columns=columns,
        frame=frame,
        source=source_line(subject.territory),
        notes=notes,
        stamps=subject.stamps,
        row_key=row_key,
        empty=_("Nothing to show."),
    )


CONTENTS = Contents(
    sentences={"series_on_units": on_units},
    tables={
        "series_on_units": on_units_sheet,
        "series_old_districts": old_districts_sheet,
        "series_leading": leading_sheet,
        "series_rules": rules_sheet,
    },
)
