"""The tables of the criteria over the years."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.evaluation.counts import durations, kept, shares
from ntm_lib.evaluation.counts.cube import Cube
from ntm_lib.evaluation.counts.kept import Outcome
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.counts.held import cube_of, slices_of
from ntm_lib.reporting.review.counts.wording import criteria_names, pairs, point_key, point_text
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import not_assessed_note, source_line, withheld_note, year_text
from ntm_lib.reporting.sheets import Column, Sheet


def group_of(territory: Territory) -> pd.Series:
    """Return the group of each criterion, as the last year's set has it."""
    groups: pd.Series = territory.reported.rules[territory.review.last_year].criteria["group"]
    return groups


def group_names(territory: Territory) -> dict[str, str]:
    """Return the names of the groups of criteria in their order, without those that would tell of a withheld criterion."""
    criteria = territory.reported.rules[territory.review.last_year].criteria
    telling = criteria["group"][criteria.index.isin(territory.withheld)]
    table = criteria[~criteria["group"].isin(telling)].drop_duplicates("group")
    return dict(zip(table["group"], table[f"group_{language()}"], strict=True))


def reported(territory: Territory, cube: Cube) -> NDArray[np.bool_] | None:
    """Return which communes handed in anything in the years of a cube; None for a day within a year."""
    if len(cube.years) == 1 and cube.years[0] not in territory.years:
        return None
    held = territory.counts["is_reported"].unstack("year")
    found: NDArray[np.bool_] = held.reindex(index=cube.communes, columns=list(cube.years)).to_numpy(np.bool_)
    return found


def only_commune(cube: Cube, commune: str) -> Cube:
    """Return the cube of one commune."""
    place = int(cube.communes.get_indexer(pd.Index([commune]))[0])
    return replace(cube, communes=pd.Index([commune]), verdicts=cube.verdicts[place : place + 1])


def criterion_shares(subject: Subject) -> Sheet:
    """Return how many communes met each criterion at each point in time."""
    territory = subject.territory
    criteria = territory.scores.criteria.columns
    frame = pd.DataFrame({"name": criteria_names(territory, criteria)}, index=criteria)
    columns = [Column("name", _("Criterion"), width=30)]
    for part in slices_of(territory):
        table = shares.criterion_by_year(part.cube).xs(part.point.year, level="year")
        key, head = point_key(part.point), point_text(territory, part.point)
        frame[f"met_{key}"] = pairs(table["low"], table["high"])
        whole = table["of"].where(table["of"] > 0)
        frame[f"share_{key}"] = pairs(100 * table["low"] / whole, 100 * table["high"] / whole)
        columns += [
            Column(f"met_{key}", _("Communes (count)"), "interval", head, 9),
            Column(f"share_{key}", "%", "interval", head, 9, digits=1),
        ]
    title = _("Communes meeting each criterion")
    notes = [_names_note(territory), _base_note(territory), _interval_note()]
    return _sheet(subject, _("Criteria"), title, columns, frame.assign(code=frame.index, criterion=frame.index), notes)


def criteria_groups(subject: Subject) -> Sheet:
    """Return what was reached in each of the groups of criteria at each point in time."""
    territory = subject.territory
    names, groups = group_names(territory), group_of(territory)
    frame = pd.DataFrame({"name": names})
    frame["criteria"] = groups.value_counts().reindex(frame.index)
    columns = [Column("name", _("Group of criteria"), width=30), Column("criteria", _("Criteria"), "count", width=8)]
    for part in slices_of(territory):
        table = shares.criteria_groups_by_year(part.cube, groups, reported(territory, part.cube)).xs(
            part.point.year, level="year"
        )
        key, head = point_key(part.point), point_text(territory, part.point)
        frame[f"mean_{key}"] = pairs(table["mean_low"], table["mean_high"])
        frame[f"all_{key}"] = pairs(table["all_low"], table["all_high"])
        columns += [
            Column(f"mean_{key}", _("Criteria per commune"), "interval", head, 9, digits=1),
            Column(f"all_{key}", _("Communes meeting the whole group"), "interval", head, 9),
        ]
    title = _("Results by group of criteria")
    return _sheet(
        subject,
        _("Groups of criteria"),
        title,
        columns,
        frame.assign(code=frame.index),
        [_interval_note(), *withheld_note(territory)],
    )


def steps(subject: Subject) -> Sheet:
    """Return what was newly met, kept and not kept from each year to the next."""
    territory = subject.territory
    table = kept.steps_by_year(cube_of(territory))
    words = kept.step_words()
    frame = table.assign(year=[year_text(territory, int(year)) for year in table.index], code=table.index)
    columns = [
        Column("year", _("Year"), width=12),
        *(Column(step, text, "count", _("Compared with the year before"), 11) for step, text in words.items()),
    ]
    notes = [
        kept_note(),
        _("One criterion of one commune is counted once; each row adds up to communes times criteria."),
    ]
    return _sheet(
        subject,
        _("Newly met and kept"),
        _("Criteria newly met, kept and not kept, by year"),
        columns,
        frame,
        notes,
        unit=_("Unit: one criterion of one commune"),
    )


def outcomes(subject: Subject) -> Sheet:
    """Return for each criterion in how many communes it was gained, kept, not kept."""
    territory = subject.territory
    last = territory.review.last_year
    table = kept.outcomes_by_criterion(cube_of(territory), last)
    words = kept.outcome_words()
    frame = table.assign(
        name=list(criteria_names(territory, table.index).values()), code=table.index, criterion=table.index
    )
    head = year_text(territory, last)
    columns = [
        Column("name", _("Criterion"), width=30),
        *(Column(outcome, text, "count", head, 10) for outcome, text in words.items()),
    ]
    title = _("Communes by what became of each criterion, {year}").format(year=head)
    return _sheet(subject, _("Kept"), title, columns, frame, [_names_note(territory), kept_note()])


def times(subject: Subject) -> Sheet:
    """Return how long communes took to meet each criterion."""
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    table = durations.time_to_criterion(cube_of(territory))
    frame = table.assign(
        name=list(criteria_names(territory, table.index).values()), code=table.index, criterion=table.index
    )
    not_yet = _("not yet by half of the communes up to {year}").format(year=last)
    frame["median"] = [
        not_yet if formats.is_missing(low) else (low, high)
        for low, high in zip(table["median_low"], table["median_high"], strict=True)
    ]
    columns = [
        Column("name", _("Criterion"), width=30),
        Column("at_start", _("met in {year} already").format(year=first), "count", _("Communes"), 10),
        Column("later", _("first met later"), "count", _("Communes"), 10),
        Column("not_yet", _("not met up to {year}").format(year=last), "count", _("Communes"), 10),
        Column("without_data", _("Not enough data"), "count", _("Communes"), 10),
        Column("median", _("Years until half of the communes had met it"), "interval", width=16),
    ]
    notes = [
        _("Time runs from {year}; a criterion counts from the first year it was met, by the set of that year, whether or not it was kept.").format(year=first),
        _("Communes that have not met a criterion yet stay in the estimate with the time they have waited (Turnbull's estimator; where no year is unknown it is that of Kaplan and Meier). Unknown years make it an interval."),
    ]  # fmt: skip
    return _sheet(subject, _("Time"), _("Time to each criterion"), columns, frame, notes)


def commune_criteria(subject: Subject) -> Sheet:
    """Return the verdicts of one commune at each point in time, with what became of each criterion; no row for others."""
    territory = subject.territory
    criteria = territory.scores.criteria.columns
    frame = pd.DataFrame({"name": criteria_names(territory, criteria)}, index=criteria)
    columns = [Column("name", _("Criterion"), width=30)]
    title = _("Results by criterion")
    if not subject.commune:
        return _sheet(
            subject,
            _("Criteria"),
            title,
            columns,
            frame.iloc[:0].assign(code=""),
            [],
            _("Only in the report of a commune."),
        )
    last = territory.review.last_year
    whole = cube_of(territory)
    place = int(whole.communes.get_indexer(pd.Index([subject.commune]))[0])
    for part in slices_of(territory):
        key = point_key(part.point)
        frame[key] = part.cube.verdicts[place, 0]
        columns.append(Column(key, point_text(territory, part.point), "verdict", width=10))
    outcome = kept.outcomes(whole, last).loc[subject.commune]
    words = kept.outcome_words()
    told = {Outcome.GAINED, Outcome.NOT_KEPT, Outcome.NEW_RULES}
    frame["outcome"] = [words[name] if name in told else "" for name in outcome]
    first = durations.first_met(only_commune(whole, subject.commune)).droplevel("commune_code")
    frame["first_met"] = [
        _first_met(*years) for years in zip(first["earliest"], first["latest"], first["followed"], strict=True)
    ]
    columns += [
        Column("first_met", _("First year met"), width=14),
        Column("outcome", _("Compared with earlier years"), width=20),
    ]
    return _sheet(
        subject,
        _("Criteria"),
        title,
        columns,
        frame.assign(code=frame.index, criterion=frame.index),
        [_names_note(territory), kept_note()],
        unit="",
    )


def _first_met(earliest: object, latest: object, followed: object) -> str:
    if not formats.is_missing(latest):
        return formats.year(latest) if earliest == latest else f"{earliest}-{latest}"
    if formats.is_missing(followed):
        return _("Not enough data")
    return _("not met up to {year}").format(year=followed)


def kept_note() -> str:
    """Say what counts as not kept."""
    return _(
        "Not kept: met in an earlier year by the same requirements and levels, not met now. Where requirements or levels "
        "changed in between, it is told as not met by the new criteria set."
    )


def _names_note(territory: Territory) -> str:
    return _("Criteria are named as in the set of {year}.").format(year=territory.review.last_year)


def _base_note(territory: Territory) -> str:
    return _("Shares are of {count} communes in the Programme.").format(count=len(territory.in_programme))


def _interval_note() -> str:
    return _("Where results are missing, a figure is an interval: from what is shown to be met, to what could be.")


def _sheet(
    subject: Subject,
    name: str,
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    notes: Sequence[str],
    empty: str = "",
    unit: str | None = None,
) -> Sheet:
    return Sheet(
        name=name,
        title=title,
        columns=columns,
        frame=frame,
        unit=_("Unit: commune") if unit is None else unit,
        source=source_line(subject.territory),
        notes=[*notes, not_assessed_note(subject.territory)],
        stamps=subject.stamps,
        row_key="code",
        empty=empty,
    )


TABLES: Mapping[str, Callable[[Subject], Sheet]] = {
    "progress_criteria": criterion_shares,
    "progress_criteria_groups": criteria_groups,
    "progress_steps": steps,
    "progress_kept": outcomes,
    "progress_times": times,
    "progress_commune_criteria": commune_criteria,
}
