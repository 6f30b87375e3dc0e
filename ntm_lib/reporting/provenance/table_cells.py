"""Lead the figures of the report's tables to what stands behind them, by the row and column of their keys."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from ntm_lib.messages import _
from ntm_lib.reporting.provenance.contents import capital, capital_columns, from_files, lines, span, volume_of
from ntm_lib.reporting.provenance.results import (
    counted_as_met,
    course,
    in_group,
    mean_of,
    of_group,
    requirement_of,
    with_verdict,
)
from ntm_lib.reporting.provenance.selection import How, Scope, Selection, resolves

TABLE = r"table\.(?P<name>[a-z0-9_]+)\.(?P<row>[a-z0-9_/.-]+)\.(?P<column>[a-z0-9_/-]+)"


@resolves(TABLE)
def _table(scope: Scope, found: re.Match[str]) -> Selection | None:
    resolver = _TABLES.get(found["name"])
    return resolver(scope, found["row"], found["column"]) if resolver else None


_Cell = Callable[[Scope, str, str], Selection]


def _of_row(scope: Scope, row: str) -> Scope:
    """Return the unit that a row is about, when its key is the code of one."""
    level = scope.ground.level_of(row)
    return replace(scope, level=level, code=row) if level else scope


def _progress(scope: Scope, row: str, column: str) -> Selection:
    """Return what a row of counts holds: by year, district or commune."""
    scope = _of_row(scope, row)
    made = _progress_cell(scope, row, column)
    return made if made.communes is not None else replace(made, communes=tuple(scope.communes))


def _progress_cell(scope: Scope, row: str, column: str) -> Selection:
    year = int(row) if re.fullmatch(r"\d{4}", row) else scope.last
    if found := re.search(r"\d{4}$", column):
        year = int(found[0])
    if column == "mean_first":
        year = scope.first
    if column in _GROUPS:
        return in_group(scope, column, year)
    if column.startswith("mean"):
        return mean_of(scope, year)
    if column == "reported":
        counts = scope.counts(year)
        meaning = _("Communes with any data for {year}.").format(year=year)
        return Selection(meaning, "counts", (year,), (), tuple(counts.index[counts["is_reported"]]), "number")
    if column == "communes":
        return Selection(_("Communes that the Programme covers."), "counts", (year,), how="number")
    meaning = _("Criteria met by the communes at the end of {year}.").format(year=year)
    return Selection(meaning, "counts", (year,))


_GROUPS = {"all", "15_18", "10_14", "5_9", "under_5", "unknown"}


def _group_of_planners(scope: Scope, _row: str, column: str) -> Selection:
    year = scope.first if column == "mean_first" else scope.last
    meaning = _("Groups of communes by table B1, with the criteria that each met, {year}.").format(year=year)
    return Selection(meaning, "counts", (year,))


def _criterion_cell(scope: Scope, row: str, column: str) -> Selection:
    criterion = row if row in scope.ground.columns else ""
    found = re.fullmatch(r"(met|share)_(\d{4})", column)
    if criterion and found:
        made = counted_as_met(scope, criterion, int(found[2]))
        return made if found[1] == "met" else replace(made, communes=None, how="")
    if criterion and column in {"not_met", "unknown", "not_applicable"}:
        return with_verdict(scope, criterion, column, scope.last)
    year = re.search(r"(\d{4})$", column)
    meaning = _("Derived from the verdicts of each commune on each criterion, {years}.").format(
        years=year[1] if year else f"{scope.first}-{scope.last}"
    )
    return course(scope, meaning, (criterion,) if criterion else (), (int(year[1]),) if year else ())


def _group_cell(scope: Scope, row: str, column: str) -> Selection:
    year = re.search(r"(\d{4})$", column)
    return of_group(scope, row, int(year[1]) if year else scope.last)


def _kept(scope: Scope, row: str, _column: str) -> Selection:
    criterion = (row,) if row in scope.ground.columns else ()
    meaning = _("Derived from the verdicts of each commune on each criterion, {years}.").format(
        years=f"{scope.first}-{scope.last}"
    )
    return course(scope, meaning, criterion)


def _steps(scope: Scope, row: str, _column: str) -> Selection:
    years = (int(row) - 1, int(row)) if row.isdigit() else scope.years
    meaning = _("Derived from the verdicts of each commune on each criterion, {years}.").format(years=span(years))
    return course(scope, meaning, years=years)


def _together(scope: Scope, row: str, _column: str) -> Selection:
    pair = tuple(part for part in row.split("-") if part in scope.ground.columns)
    meaning = _("Communes missing both criteria together, end of {year}.").format(year=scope.last)
    return course(scope, meaning, pair, (scope.last,))


def _requirement_cell(scope: Scope, row: str, column: str) -> Selection:
    item = requirement_of(scope, row) or requirement_of(scope, column)
    meaning = _("Derived from the values and verdicts of requirements, end of {year}.").format(year=scope.last)
    items = (item,) if item else ()
    return (
        Selection(meaning, "requirements", (scope.last,), items)
        if items
        else course(scope, meaning, years=(scope.last,))
    )


def _not_comparable(scope: Scope, row: str, column: str) -> Selection:
    return _requirement_cell(scope, row.partition("_")[2] or row, column)


def _changes(scope: Scope, row: str, _column: str) -> Selection:
    criterion = (row,) if row in scope.ground.columns else ()
    found = re.match(r"(\d{4})_(\d{4})", row)
    years = (int(found[1]), int(found[2])) if found else (scope.first, scope.last)
    scope = _of_row(scope, row)
    meaning = _("Change between {first} and {last}, split by its causes; below: the results of both years.").format(
        first=years[0], last=years[1]
    )
    made = course(scope, meaning, criterion, years) if criterion else Selection(meaning, "counts", years)
    return replace(made, communes=tuple(scope.communes)) if made.kind == "counts" else made


def _series(scope: Scope, _row: str, column: str) -> Selection:
    year = int(column) if re.fullmatch(r"\d{4}", column) else scope.last
    meaning = _(
        "The same results judged by another set or laid on other units; below: the results as reported and judged by the set of the year."
    )
    return Selection(meaning, "counts", (year,))


def _by_set(scope: Scope, row: str, column: str) -> Selection:
    return _series(scope, column, row)


def _old_districts(_scope: Scope, _row: str, _column: str) -> Selection:
    return from_files(
        _("Register of units and their lineage: which part of an old unit lies in which new one."),
        "data/units/units.csv", "data/units/lineage.csv",
    )  # fmt: skip


def _capital_cell(scope: Scope, row: str, column: str) -> Selection:
    """Return a cell of a table of capital: year, unit or source in the row; source, kind or year in the column."""
    years = scope.years
    for part in (row, column):
        if re.fullmatch(r"\d{4}", part):
            years = (int(part),)
    scope = _of_row(scope, row)
    name = column if capital_columns(column) else row
    how: How = "" if column in {"share", "year"} else "sum"
    made = capital(scope, name, years, how)
    return replace(made, communes=tuple(scope.reporters)) if made.kind == "lines" else made


def _cost_cell(scope: Scope, row: str, _column: str) -> Selection:
    meaning = _(
        "Money for one more criterion: capital of table B6 over the criteria gained between {first} and {last}."
    ).format(first=scope.first, last=scope.last)
    return lines(scope, meaning, "b06", capital_columns(row) or capital_columns("total"))


def _arrears_cell(scope: Scope, _row: str, _column: str) -> Selection:
    return lines(scope, _("Debts for works, as reported in table B7."), "b07", ("owed_vnd_million",))


def _remark_cell(scope: Scope, _row: str, _column: str) -> Selection:
    return lines(scope, _("Communes that wrote of it in table B15."), "b15", ("text",))


def _volume_cell(scope: Scope, row: str, column: str) -> Selection:
    table, _dash, name = row.partition("-")
    year = int(column) if column.isdigit() else scope.last
    part = column if column in {"done", "share"} else ""
    return volume_of(scope, table, name, year, part)


_TABLES: Mapping[str, _Cell] = {
    **dict.fromkeys(("progress_by_year", "progress_by_district", "progress_by_commune"), _progress),
    "progress_by_planner_group": _group_of_planners,
    **dict.fromkeys(("progress_criteria", "criteria_standing"), _criterion_cell),
    "progress_criteria_groups": _group_cell,
    **dict.fromkeys(("progress_kept", "progress_times", "not_kept", "near_misses"), _kept),
    "progress_steps": _steps,
    "missing_together": _together,
    "blocking_requirements": _requirement_cell,
    **dict.fromkeys(("not_comparable_first", "not_comparable_last"), _not_comparable),
    **dict.fromkeys(
        ("change_by_criterion", "change_by_unit", "change_counts", "change_counts_merger", "change_means"), _changes
    ),
    **dict.fromkeys(("series_leading", "series_on_units"), _series),
    "same_results_by_set": _by_set,
    "series_old_districts": _old_districts,
    **dict.fromkeys(
        ("capital_by_source", "capital_by_source_and_year", "capital_by_unit", "capital_by_year", "capital_in_kind"),
        _capital_cell,
    ),
    "capital_cost_for_each_criterion": _cost_cell,
    "arrears_by_year": _arrears_cell,
    **dict.fromkeys(("remarks_by_criterion", "requests_by_addressee"), _remark_cell),
    "volumes_by_content": _volume_cell,
}
"""How the figures of a table lead on, by the name that the outline calls it."""
