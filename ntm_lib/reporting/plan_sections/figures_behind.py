"""Tell what stands behind each figure of a plan's page: columns by commune and year, unit costs, files, parts of the settings."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ntm_lib.messages import _
from ntm_lib.planning.handdown.works import part_labels
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.scenario import BASE
from ntm_lib.reporting.plan_sections.scope import Scope
from ntm_lib.verdicts import Verdict

Kind = Literal["plan", "norms", "files"]
How = Literal["", "sum", "mean", "ends", "number", "works", "first"]
"""How the figure follows from the columns: ``sum`` over communes, years and items; ``mean`` over communes of each item;
``ends``: the sum of each item; ``number``: as many communes; ``works``: as many works of the part; ``first``: the first
year that holds more than nothing. Empty: worked out in more steps than the record holds."""
KEY = re.compile(r"(?P<level>[a-z_]+)\.(?P<code>\d+)-\d{8}\.plan\.(?P<scenario>[a-z0-9_-]+)\.(?P<rest>.+)")
YEAR = r"(?P<year>\d{4})"
AIMS, MONEY, COSTS = "aims", "money", "costs"


@dataclass(frozen=True)
class Behind:
    """What stands behind one figure. ``items``: columns, measures or files by ``kind``; ``parts``: of the settings."""

    meaning: str
    kind: Kind
    items: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    communes: tuple[str, ...] = ()
    how: How = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Unit:
    """The unit that a key names, on the page of a scope."""

    scope: Scope
    level: str
    code: str

    @cached_property
    def communes(self) -> tuple[str, ...]:
        """The communes of the unit that the page is about."""
        problem = self.scope.plan.problem
        codes = tuple(map(str, self.scope.communes))
        if self.level == "commune":
            return tuple(code for code in codes if code == self.code)
        if self.level == "district":
            own = problem.districts[problem.district[self.scope.places]] == self.code
            return tuple(np.array(codes, dtype=object)[np.asarray(own)])
        return codes

    @property
    def years(self) -> tuple[int, ...]:
        """The years planned."""
        return self.scope.years


Rule = Callable[[Unit, re.Match[str]], Behind]
_RULES: list[tuple[re.Pattern[str], Rule]] = []


def _behind(*patterns: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        _RULES.extend((re.compile(pattern), rule) for pattern in patterns)
        return rule

    return register


def behind(scope: Scope, key: str) -> Behind | None:
    """Return what stands behind a figure; None for a key that no rule knows."""
    parts = KEY.fullmatch(key)
    if parts is None:
        return None
    if parts["scenario"] != scope.scenario.id:
        text = _("A figure of another scenario, {id}; it leads on from that scenario's own page.")
        path = f"parameters/scenarios/{parts['scenario']}.yaml"
        return Behind(text.format(id=parts["scenario"]), "files", (path,))
    unit = Unit(scope, parts["level"], parts["code"])
    for pattern, rule in _RULES:
        if found := pattern.fullmatch(parts["rest"]):
            made = rule(unit, found)
            return made if made.communes or made.kind == "files" else replace(made, communes=unit.communes)
    return None


def labels() -> dict[str, tuple[str, str]]:
    """Return the words and the unit of each column that a record may hold."""
    million = _("million VND")
    purses = {str(purse.value): (label, million) for purse, label in purse_labels().items()}
    missing = {
        f"left_{name}": (_("Still missing: {what}").format(what=label), million)
        for name, (label, _unit) in purses.items()
    }
    return {
        "criteria_low": (_("Criteria met, at least"), ""),
        "criteria_high": (_("Criteria met, at most"), ""),
        "old_low": (_("Criteria met by the earlier set, at least"), ""),
        "old_high": (_("Criteria met by the earlier set, at most"), ""),
        "start_low": (_("Criteria met by the plan's law, at least"), ""),
        "start_high": (_("Criteria met by the plan's law, at most"), ""),
        "communes": (_("Communes in the Programme"), ""),
        "standard": (_("Communes reaching the standard"), ""),
        "standard_high": (_("Communes reaching the standard, at most"), ""),
        "newly_standard": (_("of them new in the year"), ""),
        "advanced": (_("Advanced NTM communes"), ""),
        "model": (_("Model NTM communes"), ""),
        "newly_villages": (_("Villages reaching the standard in the year"), ""),
        "money_vnd_million": (_("Planned money, all sources"), million),
        "without_credit_vnd_million": (_("without credit"), million),
        "investment_vnd_million": (_("Investment"), million),
        "recurrent_vnd_million": (_("Recurrent"), million),
        **purses,
        **{f"part_{name}": (label, million) for name, label in part_labels().items()},
        "left_missing": (_("Criteria that stay missing"), ""),
        "left_without_way": (_("Criteria that cannot be completed within the plan"), ""),
        "left_cost_vnd_million": (_("What completing them would cost"), million),
        "left_without_credit": (_("What completing them would cost, without credit"), million),
        **missing,
    }  # fmt: skip


def _sum(items: tuple[str, ...], years: tuple[int, ...], *parts: str, how: How = "sum") -> Behind:
    name = labels()[items[0]][0]
    span = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
    text = _("{name}, {years}: commune by commune in the plan.").format(name=name, years=span)
    return Behind(text, "plan", items, years, how=how, parts=parts)


@_behind(rf"standard(?:_share)?\.{YEAR}")
def _standard(_unit: Unit, found: re.Match[str]) -> Behind:
    year = int(found["year"])
    has_ends = found.string.startswith("standard.")
    items = ("standard", "standard_high") if has_ends else ("standard",)
    return _sum(items, (year,), AIMS, MONEY, "limits", how="ends" if has_ends else "sum")


@_behind(
    rf"(?P<name>newly_standard|advanced|model|newly_villages)(?:\.{YEAR})?", r"(?P<name>communes)", rf"(?P<name>communes)\.{YEAR}"
)  # fmt: skip
def _counted(unit: Unit, found: re.Match[str]) -> Behind:
    year = found.groupdict().get("year")
    last = (unit.years[-1],)
    years = (int(year),) if year else last if found["name"] == "communes" else unit.years
    return _sum((found["name"],), years, AIMS, MONEY, "limits")


@_behind(rf"(?P<name>mean|mean_low|mean_high|planned_criteria)\.{YEAR}")
def _mean(_unit: Unit, found: re.Match[str]) -> Behind:
    ends = {"mean": ("low", "high"), "mean_high": ("high",)}.get(found["name"], ("low",))
    items = tuple(f"criteria_{end}" for end in ends)
    how: How = "" if found["name"] == "planned_criteria" else "mean"
    return _sum(items, (int(found["year"]),), AIMS, MONEY, "limits", how=how)


@_behind(rf"(?P<name>count|count_old|count_start)\.{YEAR}")
def _count(_unit: Unit, found: re.Match[str]) -> Behind:
    stem = {"count": "criteria", "count_old": "old", "count_start": "start"}[found["name"]]
    return _sum((f"{stem}_low", f"{stem}_high"), (int(found["year"]),), AIMS, MONEY, how="ends")


@_behind(rf"(?P<name>money|without_credit|investment|recurrent|purse_[a-z_]+|part_[a-z]+|keeping)(?:\.{YEAR})?")
def _money(unit: Unit, found: re.Match[str]) -> Behind:
    years = (int(found["year"]),) if found["year"] else unit.years
    return _sum((_column(found["name"]),), years, MONEY, COSTS)


def _column(name: str) -> str:
    if name == "keeping":
        return "part_keeping"
    if name.startswith(("purse_", "part_")):
        return name.removeprefix("purse_")
    return f"{name}_vnd_million"


@_behind(r"(?P<what>need|left)_(?P<name>money|without_credit|purse_[a-z_]+)")
def _need(unit: Unit, found: re.Match[str]) -> Behind:
    name = found["name"]
    left = {"money": "left_cost_vnd_million", "without_credit": "left_without_credit"}
    missing = left.get(name, f"left_{name.removeprefix('purse_')}")
    items = (missing,) if found["what"] == "left" else (_column(name), missing)
    years = (unit.years[-1],) if found["what"] == "left" else unit.years
    return _sum(items, years, MONEY, COSTS)


@_behind(r"(?:short|over)_(?:money|without_credit|purse_[a-z_]+)")
def _short(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _(
        "Need of the source (what the plan spends and what the missing criteria would take) beside the money that the "
        "scenario has to plan with: what is short, or left over; sums add up the sources."
    )
    return _of_files(unit, text, MONEY, COSTS)


@_behind(r"left_(?P<name>criteria|without_way)")
def _left(unit: Unit, found: re.Match[str]) -> Behind:
    item = "left_missing" if found["name"] == "criteria" else "left_without_way"
    return _sum((item,), (unit.years[-1],), MONEY, "limits")


@_behind(r"communes_left", r"keeping_communes")
def _communes_with(unit: Unit, found: re.Match[str]) -> Behind:
    item = "left_missing" if found.string == "communes_left" else "part_keeping"
    years = (unit.years[-1],) if found.string == "communes_left" else unit.years
    table = unit.scope.plan_columns[item]
    own = [code for code in unit.communes if sum(table[year].get(code, 0) for year in years if year in table) > 0]
    return replace(_sum((item,), years, MONEY, COSTS, how="number"), communes=tuple(own))


@_behind(r"start\.(?P<name>met|not_met|unknown|not_applicable)\.(?P<criterion>\d+)")
def _start(unit: Unit, found: re.Match[str]) -> Behind:
    wanted = {"met": Verdict.MET, "not_met": Verdict.NOT_MET, "unknown": Verdict.UNKNOWN}
    verdicts: Any = unit.scope.plan.baseline.criteria[found["criterion"]].loc[list(unit.communes)]
    own = verdicts.index[verdicts == wanted.get(found["name"], Verdict.NOT_APPLICABLE)]
    text = _("Communes with this verdict at the start, judged by the plan's law: criterion {criterion}.").format(
        criterion=unit.scope.criterion(found["criterion"])
    )
    items, year = ("start_low", "start_high"), unit.scope.start_year
    return Behind(text, "plan", items, (year,), tuple(map(str, own)) or ("",), "number", ("horizon",))


@_behind(r"(?P<name>standard|advanced|model)_year")
def _year(unit: Unit, found: re.Match[str]) -> Behind:
    name = found["name"]
    years = (unit.scope.start_year, *unit.years)
    return _sum((name,), years, AIMS, MONEY, "limits", how="first")


@_behind(r"works\.part_(?P<part>[a-z]+)")
def _works(unit: Unit, found: re.Match[str]) -> Behind:
    return _sum((f"part_{found['part']}",), unit.years, COSTS, how="works")


@_behind(
    r"(?:work|task)\.[^.]+(?:\.[^.]+)*?\.(?P<measure>[a-z][a-z0-9_]*)\.(?:volume|cost)",
    rf"task\.(?P<measure>[a-z][a-z0-9_]*)\.(?:communes|money)\.{YEAR}",
)
def _work(unit: Unit, found: re.Match[str]) -> Behind:
    text = _(
        "Works of this kind in the plan: volume by the communes' data, money by the unit cost below with the factors of terrain, "
        "distance and prices that the scenario sets."
    )
    return Behind(text, "norms", (found["measure"],), unit.years, parts=(COSTS,))


@_behind(rf"available_[a-z_]+(?:\.{YEAR})?", r"assumed_budget")
def _available(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _("Money that the scenario has to plan with, by source and year, each line with its basis and source.")
    return Behind(
        text, "files", (f"parameters/planning/{unit.scope.scenario.settings.money.table}.csv",), parts=(MONEY,)
    )


@_behind(
    r"chance\..+", rf"range_[a-z]+\.{YEAR}", r"by_(?:year|end)(?:\.[a-z]+)?", r"draws", r"fragile", r"planned_communes",
    r"variant_[a-z]+\.[a-z]+",
)  # fmt: skip
def _simulated(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _(
        "The plan carried out {draws} times with costs, forecasts, money and disasters drawn at random; the assumptions stand "
        "in the settings and below the table."
    ).format(draws=unit.scope.study.simulation.draws)
    return _of_files(unit, text, "uncertainty")


@_behind(r"limit\..+", r"billion\..+", r"near_equal\..+", r"offer\..+", r"next_cost", r"extra_[a-z]+(?:\.\d+)?", r"gap")
def _planned_again(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _(
        "Found by planning again with one thing changed, or by the check of the plan; settings and means as named below."
    )
    return _of_files(unit, text, AIMS, MONEY, COSTS, "limits", "search")


@_behind(
    r"passage\..+", r"decided_verdicts", r"verdicts_(?:by|on)\..+", r"unknown_results", r"titles(?:\..+)?", r"past_(?:done|open)",
    r"possible_villages", r"newly_villages\..+",
)  # fmt: skip
def _from_start(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _("From the results of the start year, carried onto the units of the plan and judged by its law.")
    return _of_files(unit, text, "horizon", "unknowns")


@_behind(r"completed(?:_by\.[a-z]+)?")
def _completed(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _("Criteria that the plan completes, by what their required levels in that year rest on.")
    return replace(_of_files(unit, text, "horizon"), items=("parameters/planning/levels.yaml",))


@_behind(r"assumed_norms", r"money_by\.[a-z]+")
def _assumed(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _(
        "Share of the planned money of works whose unit cost is an assumption; each norm has its basis in the table."
    )
    return _of_files(unit, text, COSTS)


@_behind(r"estimate\.(?:low|middle|high)\.[a-z_]+")
def _estimated(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _("The planned works priced once more at that estimate of each unit cost; the norms have all three.")
    return _of_files(unit, text, COSTS)


@_behind(rf"keeping_[a-z_]+(?:\.{YEAR})?", r"insured_[a-z]+")
def _insured(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _(
        "What a commune loses by recognition: its people and insured share at the start, and what the settings assume by zone, "
        "premium and share paid by the budget."
    )
    return _of_files(unit, text, "recognition")


@_behind(r"forecast\..+", r"alone\..+", r"ahead\..+")
def _ahead(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _(
        "Carried forward from the plan, its yearly money and the trends of the results; the rules stand below the table."
    )
    return _of_files(unit, text, "forecast", "horizon")


@_behind(rf"actual\.[a-z_]+\.{YEAR}")
def _actual(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _(
        "Counted criterion by criterion: what the plan completes by the end of the year beside the results handed in for it."
    )
    return _of_files(unit, text, "horizon", "unknowns")


@_behind(r"published\..+", r"(?:own\.)?followed\..+")
def _published(unit: Unit, _found: re.Match[str]) -> Behind:
    text = _("A published figure, or the plan's own beside it; each with its source.")
    folder = "data/planning"
    return replace(_of_files(unit, text), items=(f"{folder}/published_marks.yaml", f"{folder}/follow_up.yaml"))


def _of_files(unit: Unit, meaning: str, *parts: str) -> Behind:
    settings, name = unit.scope.scenario.settings, unit.scope.scenario.id
    files = [f"parameters/scenarios/{held}.yaml" for held in dict.fromkeys([name, BASE])]
    files += [f"parameters/planning/{held}.csv" for held in (settings.money.table, settings.costs.norms)]
    return Behind(meaning, "files", tuple(files), parts=parts)
