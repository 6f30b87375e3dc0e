"""Lead figures of the written report to what stands behind them: sentences by their keys."""

import re

from ntm_lib import tables
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.aims.volume_list import load_volume_list
from ntm_lib.evaluation.capital.book import GROUPS, SOURCES, STATE, UNIT
from ntm_lib.evaluation.once import once
from ntm_lib.messages import _, language
from ntm_lib.planning.means.parameter_tables import table_path
from ntm_lib.planning.scenario import BASE, folder, load_scenario
from ntm_lib.planning.study import study_path
from ntm_lib.reporting.provenance.results import (
    CRITERION,
    ITEM,
    YEAR,
    course,
    of_group,
    requirement_of,
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


def capital_columns(name: str) -> tuple[str, ...]:
    """Return the columns that a line of capital adds up."""
    known: dict[str, tuple[str, ...]] = {
        "total": _money(*SOURCES),
        "without": _money(*(source for source in SOURCES if source != "credit")),
        "state": _money(*STATE),
        "investment": _money("central_investment"),
        "recurrent": _money("central_recurrent"),
        "allotted": _money("allotted"),
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


def capital(scope: Scope, name: str, years: tuple[int, ...], how: How = "sum") -> Selection:
    """Return the lines of table B6 behind a line of capital; an unknown name means every source."""
    columns = capital_columns(name) or _money(*SOURCES)
    meaning = _("Capital reported by the communes in table B6, added up over {years}.").format(years=span(years))
    return lines(scope, meaning, "b06", columns, years, how if capital_columns(name) else "")


def span(years: tuple[int, ...]) -> str:
    """Write years as one year or from the first to the last."""
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


@resolves(
    r"capital\.(?P<name>total|without_credit|central_investment|central_recurrent|allotted|disbursed)",
    r"capital\.group\.(?P<name>[a-z]+)",
    r"people\.(?P<name>cash|days|in_kind|land)",
)
def _capital_sum(scope: Scope, found: re.Match[str]) -> Selection:
    return capital(scope, found["name"], scope.years)


@resolves(
    r"capital\.group_share\.(?P<name>[a-z]+)", r"capital\.(?P<name>full_reporters|disagreements|disbursement_rate)"
)
def _capital_share(scope: Scope, found: re.Match[str]) -> Selection:
    return capital(scope, found["name"], scope.years, "")


@resolves(rf"capital_picture(?:_without_credit)?\.(?P<name>[a-z]+)\.{YEAR}")
def _capital_picture(scope: Scope, found: re.Match[str]) -> Selection:
    return capital(scope, found["name"], (int(found["year"]),), "")


@resolves(r"cost\.[a-z].*")
def _cost(scope: Scope, _found: re.Match[str]) -> Selection:
    meaning = _(
        "Money for one more criterion: capital of table B6 over the criteria gained between {first} and {last}."
    ).format(first=scope.first, last=scope.last)
    return lines(scope, meaning, "b06", capital_columns("total"))


@resolves(rf"arrears\.[a-z]+\.{YEAR}", r"question\.money_ow(?:ed|ing)")
def _arrears(scope: Scope, _found: re.Match[str]) -> Selection:
    return lines(scope, _("Debts for works, as reported in table B7."), "b07", ("owed_vnd_million",))


@resolves(r"question\.money(?:_few|_most)?")
def _question_money(scope: Scope, _found: re.Match[str]) -> Selection:
    meaning = _("Money given by the people for each household, from table B6 and the households of table B1.")
    return lines(scope, meaning, "b06", _money("people_cash"))


@resolves(rf"volume\.(?P<table>b\d\d)-(?P<column>[a-z0-9_]+)\.{YEAR}(?:\.(?P<part>[a-z]+))?")
def _volume(scope: Scope, found: re.Match[str]) -> Selection:
    return volume_of(scope, found["table"], found["column"], int(found["year"]), found["part"] or "")


def volume_of(scope: Scope, table: str, column: str, year: int, part: str) -> Selection:
    """Return the lines behind a volume; ``part``: empty (the sum), share, done or communes."""
    label = tables.contract(table, scope.territory.project).column(column).label
    name = label.vi if language() == "vi" else label.en
    words = {
        "": _("{volume}: sum over the communes, end of {year}."),
        "share": _("{volume}: share of the whole, end of {year}."),
        "done": _("{volume}: change from the first to the last year, over the communes that reported both."),
        "communes": _("{volume}: communes that should report, {year}."),
    }
    years = (scope.first, year) if part == "done" else (year,)
    hows: dict[str, How] = {"": "sum", "share": "share", "done": "rise"}
    whole = _wholes(scope.territory).get((table, column), "") if part == "share" else ""
    columns = (column, whole) if whole else (column,)
    return lines(scope, words[part].format(volume=name, year=year), table, columns, years, hows.get(part, ""))


@once
def _wholes(territory: Territory) -> dict[tuple[str, str], str]:
    """Return the column that each volume is a share of, by table and column; empty where there is none."""
    chosen = load_volume_list(territory.project).lines
    return {(line.table, line.part): line.whole for line in reversed(chosen)}


@resolves(rf"(?P<name>volume)\.{ITEM}", rf"(?P<name>alone|blocking)\.{ITEM}")
def _blocking(scope: Scope, found: re.Match[str]) -> Selection:
    words = {
        "volume": _("What is missing to meet the requirement, over the communes that do not meet it, {year}: {item}."),
        "alone": _("Communes that miss the criterion by this requirement alone, {year}: {item}."),
        "blocking": _("Communes not meeting the requirement, among those that miss its criterion, {year}: {item}."),
    }
    item = requirement_of(scope, found["item"]) or found["item"]
    meaning = words[found["name"]].format(year=scope.last, item=scope.ground.requirement_words(item, scope.last))
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
    r"lesson\..+", r"lost\..+", r"criteria\..+", r"criteria_met_by_all", r"progress\.(?:outcome|steps)\..+",
    r"progress\.(?:crossing|floor)", r"together\..+",
)  # fmt: skip
def _course(scope: Scope, found: re.Match[str]) -> Selection:
    years = (scope.first, scope.last)
    if step := re.search(r"steps\.[a-z_]+\.(\d{4})", found.string):
        years = (int(step[1]) - 1, int(step[1]))
    meaning = _("Derived from the verdicts of each commune on each criterion, {years}.").format(years=span(years))
    return course(scope, meaning, years=years if "outcome" in found.string or step else scope.years)


@resolves(rf"progress\.criteria_group\.(?P<group>[a-z0-9_-]+)\.(?:{YEAR}|of)")
def _criteria_group(scope: Scope, found: re.Match[str]) -> Selection:
    return of_group(scope, found["group"], int(found["year"] or scope.last))


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


@resolves(r"next\..+", r"table\.next_[a-z_]+\..+")
def _next_period(scope: Scope, _found: re.Match[str]) -> Selection:
    project, name = scope.territory.project, scope.territory.review.scenario
    scenario = load_scenario(name or BASE, project)
    settings = scenario.settings
    paths = [
        study_path(project, scenario),
        *(folder(project) / f"{held}.yaml" for held in dict.fromkeys([scenario.id, BASE])),
        table_path(project, settings.money.table),
        table_path(project, settings.costs.norms),
    ]
    meaning = _(
        "From the kept plan of the scenario “{title}”; commune by commune, with works and unit costs, on that plan's own page."
    ).format(title=str(scenario.title))
    return from_files(meaning, *(project.relative(path) for path in paths))
