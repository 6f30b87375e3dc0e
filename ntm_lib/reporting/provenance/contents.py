"""Lead figures of the written report to what stands behind them: sentences by their keys, tables by row and column."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from ntm_lib import tables
from ntm_lib.evaluation.capital.book import GROUPS, SOURCES, STATE, UNIT
from ntm_lib.messages import _, language
from ntm_lib.reporting.provenance.results import (
    CRITERION,
    ITEM,
    YEAR,
    counted_as_met,
    course,
    in_group,
    mean_of,
    requirement_of,
    requirement_words,
    with_verdict,
)
from ntm_lib.reporting.provenance.selection import How, Scope, Selection, resolves

REGISTER = "data/published/b05_recognised.csv"
NUMBERS = "data/published/recognised_counts.csv"
RESULTS = "data/published/results.csv"
TARGETS = "data/published/targets.csv"
AIMS = "parameters/review/aims.csv"
RULES = "data/recognition/rules.yaml"
HIDDEN = {"b07", "b15"}
"""Tables whose lines by commune stand only in the internal version: arrears by work, what communes wrote."""


def lines(
    scope: Scope, meaning: str, table: str, columns: tuple[str, ...], years: tuple[int, ...] = (), how: How = ""
) -> Selection:
    """Return columns of a table that was handed in."""
    items = tuple(f"{table}.{name}" for name in columns)
    if table in HIDDEN:
        return Selection(meaning, "files", years or scope.years, (f"{table}.csv",))
    return Selection(meaning, "lines", years or scope.years, items, how=how)


def from_files(meaning: str, *files: str) -> Selection:
    """Return published facts or parameters that belong to no commune."""
    return Selection(meaning, "files", (), files)


def _money(*sources: str) -> tuple[str, ...]:
    return tuple(f"{source}{UNIT}" for source in sources)


def _capital_columns(name: str) -> tuple[str, ...]:
    """Return the columns that a line of capital adds up."""
    known: dict[str, tuple[str, ...]] = {
        "total": _money(*SOURCES),
        "without": _money(*(source for source in SOURCES if source != "credit")),
        "state": _money(*STATE),
        "investment": _money("central_investment"),
        "recurrent": _money("central_recurrent"),
        "disbursed": _money("disbursed"),
        "cash": _money("people_cash"),
        "in_kind": _money("people_in_kind"),
        "days": ("people_labour_days",),
        "land": ("people_land_m2",),
        **{group: _money(*sources) for group, sources in GROUPS.items()},
        **{f"group_{group}": _money(*sources) for group, sources in GROUPS.items()},
        **{source: _money(source) for source in SOURCES},
        **{name: _money(name) for name in ("people_cash", "people_in_kind")},
        **{
            name: (name,)
            for name in ("people_labour_days", "people_land_m2", "people_material_m3", "people_material_t")
        },
    }
    known["without_credit"] = known["without"]
    return known.get(name, ())


def _capital(scope: Scope, name: str, years: tuple[int, ...], how: How = "sum") -> Selection:
    columns = _capital_columns(name) or _money(*SOURCES)
    meaning = _("Capital reported by the communes in table B6, added up over {years}.").format(years=_span(years))
    return lines(scope, meaning, "b06", columns, years, how if _capital_columns(name) else "")


def _span(years: tuple[int, ...]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


@resolves(
    r"capital\.(?P<name>total|without_credit|central_investment|central_recurrent|disbursed)",
    r"capital\.group\.(?P<name>[a-z]+)",
    r"people\.(?P<name>cash|days|in_kind|land)",
)
def _capital_sum(scope: Scope, found: re.Match[str]) -> Selection:
    return _capital(scope, found["name"], scope.years)


@resolves(r"capital\.group_share\.(?P<name>[a-z]+)", r"capital\.(?P<name>full_reporters|disagreements)")
def _capital_share(scope: Scope, found: re.Match[str]) -> Selection:
    return _capital(scope, found["name"], scope.years, "")


@resolves(rf"capital_picture(?:_without_credit)?\.(?P<name>[a-z]+)\.{YEAR}")
def _capital_picture(scope: Scope, found: re.Match[str]) -> Selection:
    return _capital(scope, found["name"], (int(found["year"]),), "")


@resolves(r"cost\..+")
def _cost(scope: Scope, _found: re.Match[str]) -> Selection:
    meaning = _(
        "Money for one more criterion: capital of table B6 over the criteria gained between {first} and {last}."
    ).format(first=scope.first, last=scope.last)
    return lines(scope, meaning, "b06", _capital_columns("total"))


@resolves(rf"arrears\.[a-z]+\.{YEAR}", r"question\.money_ow(?:ed|ing)")
def _arrears(scope: Scope, _found: re.Match[str]) -> Selection:
    return lines(scope, _("Debts for works, as reported in table B7."), "b07", ("owed_vnd_million",))


@resolves(r"question\.money(?:_few|_most)?")
def _question_money(scope: Scope, _found: re.Match[str]) -> Selection:
    meaning = _("Money given by the people for each household, from table B6 and the households of table B1.")
    return lines(scope, meaning, "b06", _money("people_cash"))


@resolves(rf"volume\.(?P<table>b\d\d)-(?P<column>[a-z0-9_]+)\.{YEAR}(?:\.(?P<part>[a-z]+))?")
def _volume(scope: Scope, found: re.Match[str]) -> Selection:
    return _volume_of(scope, found["table"], found["column"], int(found["year"]), found["part"] or "")


def _volume_of(scope: Scope, table: str, column: str, year: int, part: str) -> Selection:
    label = tables.contract(table, scope.territory.project).column(column).label
    name = label.vi if language() == "vi" else label.en
    words = {
        "": _("{volume}: sum over the communes, end of {year}."),
        "share": _("{volume}: share of the whole, end of {year}."),
        "done": _("{volume}: change from the first to the last year, over the communes that reported both."),
        "communes": _("{volume}: communes that should report, {year}."),
    }
    years = (scope.first, year) if part == "done" else (year,)
    return lines(scope, words[part].format(volume=name, year=year), table, (column,), years, "" if part else "sum")


@resolves(rf"(?P<name>volume)\.{ITEM}", rf"(?P<name>alone|blocking)\.{ITEM}")
def _blocking(scope: Scope, found: re.Match[str]) -> Selection:
    words = {
        "volume": _("What is missing to meet the requirement, over the communes that do not meet it, {year}: {item}."),
        "alone": _("Communes that miss the criterion by this requirement alone, {year}: {item}."),
        "blocking": _("Communes not meeting the requirement, among those that miss its criterion, {year}: {item}."),
    }
    item = requirement_of(scope, found["item"]) or found["item"]
    meaning = words[found["name"]].format(year=scope.last, item=requirement_words(scope.territory, item, scope.last))
    return Selection(meaning, "requirements", (scope.last,), (item,))


@resolves(r"volume\.(?:both|communes)")
def _volume_base(scope: Scope, _found: re.Match[str]) -> Selection:
    columns = ("road_commune_paved_km",)
    return lines(
        scope, _("Communes whose volumes were reported in both years."), "b08", columns, (scope.first, scope.last)
    )


@resolves(
    r"cases",
    r"near(?:\.most)?",
    r"question\.near",
    r"question\.(?:silent_missed|silent|unknown|lost|works|works_blocked)",
)
def _cases(scope: Scope, _found: re.Match[str]) -> Selection:
    meaning = _("Derived from the verdicts on every criterion at the end of {year}.").format(year=scope.last)
    return course(scope, meaning, years=(scope.last,))


@resolves(r"last\.(?:communes|lacking|most)", r"last\.criterion\.\d+")
def _last(scope: Scope, _found: re.Match[str]) -> Selection:
    meaning = _("Communes that lack only a few criteria, end of {year}.").format(year=scope.last)
    return Selection(meaning, "counts", (scope.last,))


@resolves(
    rf"criterion\.{CRITERION}\.gain",
    rf"progress\.median_years\.{CRITERION}",
    rf"progress\.not_kept\.{CRITERION}\.{YEAR}",
)
def _criterion_course(scope: Scope, found: re.Match[str]) -> Selection:
    criterion = found["criterion"]
    meaning = _("Course of criterion {criterion} from {first} to {last}.")
    return course(
        scope, meaning.format(criterion=scope.criterion(criterion), first=scope.first, last=scope.last), (criterion,)
    )


@resolves(
    r"lesson\..+", r"lost\..+", r"criteria\..+", r"criteria_met_by_all", r"progress\.(?:outcome|steps|criteria_group)\..+",
    r"progress\.(?:crossing|floor)", r"together\..+",
)  # fmt: skip
def _course(scope: Scope, found: re.Match[str]) -> Selection:
    years = (scope.first, scope.last)
    if step := re.search(r"steps\.[a-z_]+\.(\d{4})", found.string):
        years = (int(step[1]) - 1, int(step[1]))
    meaning = _("Derived from the verdicts of each commune on each criterion, {years}.").format(years=_span(years))
    return course(scope, meaning, years=years if "outcome" in found.string or step else scope.years)


@resolves(rf"progress\.planners\.[a-z_]+\.{YEAR}\.(?:communes|mean_low)")
def _planners(_scope: Scope, found: re.Match[str]) -> Selection:
    meaning = _("Groups of communes by table B1, with the criteria that each met, {year}.").format(year=found["year"])
    return Selection(meaning, "counts", (int(found["year"]),))


@resolves(
    rf"progress\.on\.[0-9-]+\.{YEAR}\.(?:mean|communes)", r"progress\.on\.dates", r"merger\..+",
    rf"by_set\.[a-z0-9_-]+\.{YEAR}\..+", rf"by_both\.{YEAR}\..+",
)  # fmt: skip
def _otherwise(scope: Scope, found: re.Match[str]) -> Selection:
    year = found.groupdict().get("year")
    years = (int(year),) if year else (scope.last,)
    meaning = _(
        "The same results judged by another set or laid on other units; below: the results as reported and judged by the set of the year."
    )
    return Selection(meaning, "counts", years)


@resolves(r"change\.[a-z_]+\.(?P<first>\d{4})_(?P<last>\d{4})(?:_[a-z]+)?\..+")
def _change(_scope: Scope, found: re.Match[str]) -> Selection:
    years = (int(found["first"]), int(found["last"]))
    meaning = _("Change between {first} and {last}, split by its causes; below: the results of both years.").format(
        first=years[0], last=years[1]
    )
    return Selection(meaning, "counts", years)


@resolves(r"remarks\..+")
def _remarks(scope: Scope, _found: re.Match[str]) -> Selection:
    return lines(scope, _("Communes that wrote of it in table B15."), "b15", ("text",))


@resolves(
    r"recognised(?:_named|_unnamed)?",
    r"recognised_unnamed\.\d{4}\.\d{4}",
    r"recognition\..+",
    r"table\.recognition_(?:register|states|balance)\..+",
)
def _recognised(_scope: Scope, _found: re.Match[str]) -> Selection:
    return from_files(
        _("Published recognition decisions and published numbers of recognised communes."), REGISTER, NUMBERS
    )


@resolves(r"table\.recognition_rules\..+")
def _recognition_rules(_scope: Scope, _found: re.Match[str]) -> Selection:
    return from_files(_("Rules of recognition, with their sources."), RULES)


@resolves(r"published\..+", r"table\.published_(?:beside_computed|work)\..+")
def _published(_scope: Scope, _found: re.Match[str]) -> Selection:
    return from_files(_("Published figures, each with its source."), RESULTS)


@resolves(r"aim\..+", r"villages\..+", r"table\.(?:national_)?aims\..+")
def _aims(_scope: Scope, _found: re.Match[str]) -> Selection:
    return from_files(_("Aims that were published or set, and what was reached against them."), AIMS, TARGETS, RESULTS)


@resolves(r"impact(?:_path|_money)?\..+", r"table\.impact_(?:tests|money)\..+")
def _impact(scope: Scope, found: re.Match[str]) -> Selection:
    column = "poor_pct" if "poverty" in found.string else "income_per_head_vnd_million"
    meaning = _(
        "Estimated from income and poverty of table B10, before and after the communes met every criterion; settings in parameters/review/impact.yaml."
    )
    return lines(scope, meaning, "b10", (column,))


TABLE = r"table\.(?P<name>[a-z0-9_]+)\.(?P<row>[a-z0-9_/.-]+)\.(?P<column>[a-z0-9_/-]+)"


@resolves(r"table\.capital_by_(?:year|unit)\.[a-z0-9]+\.allotted")
def _allotted(_scope: Scope, _found: re.Match[str]) -> Selection:
    return Selection(_("Table 06 has no column for what was allotted, so nothing stands behind this cell."), "none")


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


def _kept(scope: Scope, row: str, _column: str) -> Selection:
    criterion = (row,) if row in scope.ground.columns else ()
    meaning = _("Derived from the verdicts of each commune on each criterion, {years}.").format(
        years=f"{scope.first}-{scope.last}"
    )
    return course(scope, meaning, criterion)


def _steps(scope: Scope, row: str, _column: str) -> Selection:
    years = (int(row) - 1, int(row)) if row.isdigit() else scope.years
    meaning = _("Derived from the verdicts of each commune on each criterion, {years}.").format(years=_span(years))
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
    name = column if _capital_columns(column) else row
    how: How = "" if column in {"share", "year"} else "sum"
    made = _capital(scope, name, years, how)
    return replace(made, communes=tuple(scope.reporters)) if made.kind == "lines" else made


def _cost_cell(scope: Scope, row: str, _column: str) -> Selection:
    meaning = _(
        "Money for one more criterion: capital of table B6 over the criteria gained between {first} and {last}."
    ).format(first=scope.first, last=scope.last)
    return lines(scope, meaning, "b06", _capital_columns(row) or _capital_columns("total"))


def _arrears_cell(scope: Scope, _row: str, _column: str) -> Selection:
    return lines(scope, _("Debts for works, as reported in table B7."), "b07", ("owed_vnd_million",))


def _remark_cell(scope: Scope, _row: str, _column: str) -> Selection:
    return lines(scope, _("Communes that wrote of it in table B15."), "b15", ("text",))


def _volume_cell(scope: Scope, row: str, column: str) -> Selection:
    table, _dash, name = row.partition("-")
    year = int(column) if column.isdigit() else scope.last
    part = column if column in {"done", "share"} else ""
    return _volume_of(scope, table, name, year, part)


_TABLES: Mapping[str, _Cell] = {
    **dict.fromkeys(("progress_by_year", "progress_by_district", "progress_by_commune"), _progress),
    "progress_by_planner_group": _group_of_planners,
    **dict.fromkeys(("progress_criteria", "progress_criteria_groups", "criteria_standing"), _criterion_cell),
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
