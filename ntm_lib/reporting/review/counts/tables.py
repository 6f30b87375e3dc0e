"""The tables of progress: by year, district, group of communes, commune."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ntm_lib import evaluation
from ntm_lib.evaluation import GROUP_UNKNOWN
from ntm_lib.evaluation.counts import kept, planner_groups, progress
from ntm_lib.evaluation.territory import rows_of_year
from ntm_lib.messages import _
from ntm_lib.reporting.review.counts.criteria_tables import kept_note
from ntm_lib.reporting.review.counts.held import cube_of, planners_of, slices_of
from ntm_lib.reporting.review.counts.wording import named, pairs, point_key, point_text
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import district_names, not_assessed_note, source_line, year_text
from ntm_lib.reporting.sheets import Column, Sheet


def by_year(subject: Subject) -> Sheet:
    """Return the mean and the groups of every year."""
    territory = subject.territory
    table = evaluation.trend(territory)
    frame = _with_means(table).assign(
        year=[year_text(territory, int(year)) for year in table.index], code=list(table.index)
    )
    columns = [Column("year", _("Year"), width=12), *_count_columns(frame)]
    return _sheet(
        subject, _("By year"), _("Criteria met and communes by number of criteria met, by year"), columns, frame
    )


def by_district(subject: Subject) -> Sheet:
    """Return a province's districts side by side in the first and the last year; without districts there is no row."""
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    table = progress.by_district(territory)
    if territory.unit.level == "district":
        table = table.iloc[:0]
    now = rows_of_year(table, last) if len(table) else table.droplevel("year")
    frame = _with_means(now).assign(code=now.index, name=named(now.index, district_names(territory)))
    if len(table):
        then = table.xs(first, level="year")
        frame["mean_first"] = pairs(then["mean_low"], then["mean_high"])
    else:
        frame["mean_first"] = pd.Series(dtype="object")
    columns = [
        Column("name", _("District, city"), width=26),
        *_count_columns(frame, last=year_text(territory, last), first=str(first)),
    ]
    whole = evaluation.trend(territory).loc[[last]].reset_index(drop=True)
    total = _with_means(whole).iloc[0].to_dict()
    then_whole = evaluation.trend(territory).loc[first]
    total |= {"name": _("Total"), "mean_first": (then_whole["mean_low"], then_whole["mean_high"])}
    title = _("Results by district, {year}").format(year=year_text(territory, last))
    made = _sheet(subject, _("By district"), title, columns, frame, total=total if len(frame) else None)
    return replace(made, empty=_("There are no districts to set side by side."))


def by_planner_group(subject: Subject) -> Sheet:
    """Return the groups that planners use; membership that is not known is a row of its own."""
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    table = planners_of(territory)
    names = planner_groups.group_names()
    now, then = (table.xs(year, level="year").reset_index() for year in (last, first))
    frame = _with_means(now)
    frame["mean_first"] = pairs(then["mean_low"], then["mean_high"])
    frame["name"] = [names[pair] for pair in zip(now["group"], now["membership"], strict=True)]
    frame["code"] = now["group"] + "_" + now["membership"]
    columns = [
        Column("name", _("Group of communes"), width=34),
        *_count_columns(frame, last=year_text(territory, last), first=str(first)),
    ]
    notes = [
        _("Membership is that of {year}; the same communes are counted in both years. One commune stands in several groups.").format(year=last)
    ]  # fmt: skip
    title = _("Results by group of communes, {year}").format(year=year_text(territory, last))
    return _sheet(subject, _("By group"), title, columns, frame, notes=notes)


def by_commune(subject: Subject) -> Sheet:
    """Return the communes with the criteria they met at each point in time, and what they gained and did not keep."""
    territory = subject.territory
    cube = cube_of(territory)
    last = territory.review.last_year
    frame = pd.DataFrame({"name": territory.in_programme["name"]}, index=cube.communes)
    columns = [Column("name", _("Commune"), width=24)]
    if not territory.vintage.districts.empty and territory.unit.level == "province":
        frame["district"] = territory.in_programme["parent_code"].map(territory.vintage.frame["short_name"])
        columns.append(Column("district", _("District, city"), width=16))
    for part in slices_of(territory):
        met, open_ = part.cube.is_met[:, 0].sum(axis=1), part.cube.is_unknown[:, 0].sum(axis=1)
        key = f"met_{point_key(part.point)}"
        frame[key] = pairs(pd.Series(met, cube.communes), pd.Series(met + open_, cube.communes))
        columns.append(Column(key, point_text(territory, part.point), "interval", _("Criteria met"), 9))
    found = kept.outcomes_by_commune(cube, last)
    words = kept.outcome_words()
    shown = [kept.Outcome.GAINED, kept.Outcome.NOT_KEPT, kept.Outcome.NEW_RULES]
    frame = frame.join(found[[name.value for name in shown]]).assign(code=cube.communes)
    columns += [Column(name.value, words[name], "count", year_text(territory, last), 11) for name in shown]
    title = _("Criteria met by commune")
    return _sheet(subject, _("By commune"), title, columns, frame, notes=[kept_note()], unit=_("Unit: criterion"))


def _with_means(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(mean=pairs(table["mean_low"], table["mean_high"]))


def _count_columns(frame: pd.DataFrame, last: str = "", first: str = "") -> list[Column]:
    labels = evaluation.group_labels()
    shown = [name for name in labels if name != GROUP_UNKNOWN or frame[name].any()]
    mean = _("Criteria per commune")
    before = [Column("mean_first", first, "interval", mean, 10, digits=1)] if first else []
    return [
        Column("communes", _("Number of communes"), "count", width=9),
        Column("reported", _("Communes with data"), "count", width=9),
        *before,
        Column("mean", last or mean, "interval", mean if last else "", 10, digits=1),
        *(Column(name, labels[name], "count", _("Communes by number of criteria met"), 10) for name in shown),
    ]


def _sheet(
    subject: Subject,
    name: str,
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    *,
    total: dict[object, object] | None = None,
    notes: Sequence[str] = (),
    unit: str = "",
) -> Sheet:
    return Sheet(
        name=name,
        title=title,
        columns=columns,
        frame=frame,
        unit=unit or _("Unit: commune"),
        total=total,
        source=source_line(subject.territory),
        notes=[*notes, _mean_note(), not_assessed_note(subject.territory)],
        stamps=subject.stamps,
        row_key="code",
    )


def _mean_note() -> str:
    return _(
        "Where results are missing, a figure is an interval: from what is shown to be met, to what could be. A commune whose "
        "missing results could move it to another group is not placed."
    )
