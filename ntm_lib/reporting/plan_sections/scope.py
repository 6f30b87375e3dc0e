"""What a page of a plan is about: one district or the province in one study, with its keys, warnings and source line."""

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.criteria import YearRules
from ntm_lib.errors import UsageError
from ntm_lib.messages import _, language
from ntm_lib.planning.handdown.register import cut_off, results_year
from ntm_lib.planning.handdown.targets import Tier, targets
from ntm_lib.planning.handdown.works import other_money, part_labels, works
from ntm_lib.planning.later.orientation import remaining
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.reasons import reasons
from ntm_lib.planning.reasons.words import Names
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.settings import Purse
from ntm_lib.planning.study import Study
from ntm_lib.project import Project
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.sections.common import decisions, unit_key
from ntm_lib.units import Unit


@dataclass(frozen=True, eq=False)
class Scope:
    """One unit in one study. ``places``: positions of its communes in the problem; ``code``: district, or the province."""

    study: Study
    unit: Unit
    places: np.ndarray

    @property
    def plan(self) -> Plan:
        """The plan of the study."""
        return self.study.plan

    @property
    def scenario(self) -> Scenario:
        """The scenario of the plan."""
        return self.plan.scenario

    @property
    def project(self) -> Project:
        """The project of the plan."""
        return self.plan.baseline.project

    @property
    def on(self) -> dt.date:
        """The date of the units."""
        return self.plan.baseline.vintage.date

    @property
    def is_province(self) -> bool:
        """Whether the page is about the whole province."""
        return self.unit.level == "province"

    @property
    def years(self) -> tuple[int, ...]:
        """The years planned."""
        return self.plan.years

    @property
    def start_year(self) -> int:
        """The year whose results the plan starts from."""
        return self.scenario.settings.horizon.start_year

    @property
    def results_year(self) -> int:
        """The year whose results were judged; before the start year where the plan was made anew."""
        return results_year(self.plan)

    @property
    def communes(self) -> pd.Index:
        """Codes of the communes in the programme, documents' order."""
        return self.plan.problem.communes[self.places]

    @cached_property
    def names(self) -> pd.Series:
        """Names of all units by code; communes, and districts of such, that start from generated results are marked where others do not."""
        baseline = self.plan.baseline
        names = baseline.vintage.frame["name"]
        names = names.where(~names.index.isin(baseline.communes.index), baseline.communes["name"])
        owner = baseline.communes["parent_code"].reindex(baseline.generated.index)
        districts = names[names.index.isin(owner)]
        return names.mask(
            names.index.isin(districts.index),
            stamps.marked_units(districts, owner, baseline.generated).reindex(names.index),
        )

    def district_of(self, code: str) -> str:
        """Return the name of the district of a commune."""
        owner = self.plan.baseline.communes["parent_code"].to_dict()[code]
        return str(self.names.to_dict()[owner])

    @property
    def rules(self) -> YearRules:
        """The rules of the last planned year: their labels name the criteria."""
        return self.plan.baseline.rules[self.years[-1]]

    def criterion(self, criterion: str) -> str:
        """Write a criterion with its number and name."""
        return f"{criterion}. {self.rules.criteria[f'label_{language()}'][criterion]}"

    @property
    def words(self) -> Names:
        """How reasons and nearest plans print names and money."""
        names = {code: formats.in_sentence(name) for code, name in names_apart(self).items()}
        return Names(
            communes=names,
            districts=names,
            purses={purse.value: label for purse, label in purse_labels().items()},
            criteria={criterion: self.criterion(criterion) for criterion in map(str, self.plan.problem.criteria)},
            money=lambda million: formats.money(million, "billion"),
            number=lambda value: formats.number(value, 0 if float(value).is_integer() else 1),
        )

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Why each commune now or why not, a row each; see ``planning.reasons.reasons``."""
        return reasons(self.plan.problem, self.plan.solution, found=self.study.why).reindex(self.communes)

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    def targets(self, by: Tier) -> pd.DataFrame:
        """Return the targets of a tier with the start year, units of this scope only; see ``planning.handdown.targets``."""
        if by not in self._tables:
            frame = targets(self.plan, by, with_start=True)
            wanted = frame.index.get_level_values("unit_code").isin([self.unit.code, *self.communes])
            self._tables[by] = frame if self.is_province else frame[wanted]
        return self._tables[by]

    @property
    def own(self) -> Any:
        """The targets of the unit itself (DataFrame, whose cells pandas' types cannot tell), a row a year."""
        return self.of_unit("province" if self.is_province else "district", self.unit.code)

    def of_unit(self, by: Tier, code: str) -> Any:
        """Return the targets of one unit (DataFrame), a row a year, the start year first."""
        return self.targets(by).xs(code, level="unit_code")

    def is_alike(self, other: "Scope") -> bool:
        """Tell whether another scenario counts the same: by the same units, years and criteria set."""
        own, their = ((each.on, each.years, each.plan.baseline.law_set) for each in (self, other))
        return own == their

    def key(self, *parts: object) -> str:
        """Return the key of a figure of this unit in this scenario."""
        return self.key_of(self.unit.level, self.unit.code, *parts)

    def key_of(self, level: str, code: str, *parts: object) -> str:
        """Return the key of a figure of another unit in this scenario."""
        return unit_key(level, code, self.on, "plan", self.scenario.id, *parts)

    @cached_property
    def plan_columns(self) -> dict[str, dict[int, dict[Hashable, Any]]]:
        """What the plan holds of each commune: by name and year, the value of each commune (``targets``, money by part, the rest).

        Beside the columns of ``targets``: ``part_<name>`` (money by what it pays for), at the end of the plan ``left_<name>``
        (what stays missing and what it would cost), at the start ``old_low, old_high, start_low, start_high``.
        """
        held = {str(name): _by_year(column) for name, column in self.targets("commune").drop(columns="name").items()}
        paid = pd.concat([works(self.plan), other_money(self.plan)])
        sums = paid.groupby(["part", "commune_code"])[list(self.years)].sum()
        for part in part_labels():
            own: Any = sums.loc[part] if part in sums.index.get_level_values(0) else sums.iloc[:0].droplevel(0)
            held[f"part_{part}"] = {year: own[year].to_dict() for year in self.years}
        left = remaining(self.plan)
        credit = left.get(Purse.CREDIT.value, 0.0)
        left = left.assign(without_credit=left["cost_vnd_million"] - credit)
        held |= {f"left_{name}": {self.years[-1]: left[name].to_dict()} for name in map(str, left.columns)}
        for stem, counts in (("old", self.plan.baseline.old_counts()), ("start", self.plan.baseline.counts())):
            held |= {f"{stem}_{end}": {self.start_year: counts[end].to_dict()} for end in ("low", "high")}
        return held

    @property
    def warnings(self) -> list[str]:
        """The warnings that stand inside each table and picture."""
        return stamps.of_data(self.plan.baseline)

    @property
    def source(self) -> str:
        """The line under every table: which plan, from which results, by which law."""
        baseline = self.plan.baseline
        return _(
            "Source: plan '{scenario}' ({dated}) from {origin}; data as of {date}; criteria set applied: {sets}"
        ).format(
            scenario=self.study.title,
            dated=formats.date(self.scenario.dated),
            origin=stamps.origin(baseline),
            date=formats.date(cut_off(self.plan)),
            sets=decisions(self.rules),
        )


def scope(study: Study, district: str = "") -> Scope:
    """Return what a page shows: a district of the plan's units, or the province without one.

    Raises UsageError for a code that is not a district's, or a district without a commune in the plan.
    """
    problem, vintage = study.plan.problem, study.plan.baseline.vintage
    if not district:
        return Scope(study, vintage.province, np.arange(len(problem.communes)))
    unit = vintage.unit(district)
    places = np.flatnonzero(problem.districts[problem.district] == district)
    if unit.level != "district" or not len(places):
        known = ", ".join(f"{code} {vintage.unit(code).name}" for code in problem.districts)
        raise UsageError(
            _("{unit} is not a district with communes in the plan. There are: {known}.").format(
                unit=unit.label, known=known
            )
        )
    return Scope(study, unit, places)


def names_apart(scope: Scope) -> dict[str, str]:
    """Return the name of each unit by code; communes of the same name with that of their district, so that none is lost."""
    names = {str(code): str(name) for code, name in scope.names.items()}
    is_twice = scope.names.duplicated(keep=False)
    for code in scope.plan.baseline.communes.index.intersection(scope.names.index[is_twice]):
        names[code] = _("{commune} ({district})").format(commune=names[code], district=scope.district_of(code))
    return names


def _by_year(column: pd.Series) -> dict[int, dict[Hashable, Any]]:
    """Return a column of ``targets`` by year; a year without any value is left out."""
    wide = column.unstack("year").dropna(axis=1, how="all")
    return {int(str(year)): wide[year].to_dict() for year in wide.columns}


def written(value: object) -> str:
    """Write a value of the settings as a page prints it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{key}: {written(held)}" for key, held in value.items()) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(written, value)) or "–"
    if isinstance(value, int | float):
        digits = 0 if float(value).is_integer() else len(str(value).partition(".")[2])
        return formats.number(value, digits)
    return str(value)


def told(text: str, **values: object) -> Markup:
    """Fill a text of the catalogue; values are escaped unless they are markup."""
    return Markup(text).format(**values)  # noqa: S704 - catalogue text


def amount(key: str, million: float) -> Markup:
    """Print money in million VND; thousandths are cut, so that one sum added up in two orders is one figure."""
    return figure(key, round(float(million), 3), "number", digits=0)


def met_at(key: str, row: pd.Series) -> Markup:
    """Print the communes that meet all criteria, from what is certain or planned to what the unknown criteria allow."""
    return figure(key, int(row["standard"]), "interval", high=int(row["standard_high"]))


def whole_head(years: Sequence[int]) -> str:
    """Head the column that adds up the columns of the years: ``2021 - 2025``; beside a single year it says so in words."""
    return formats.years(years[0], years[-1]) if len(years) > 1 else _("Whole period")


def billions(key: str, million: float) -> Markup:
    """Print money in a sentence, in billion VND."""
    return figure(key, round(float(million), 3), "money", unit="billion")


def fold(summary: str, *parts: Markup) -> Markup:
    """Return parts that a reader opens when wanted."""
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, Markup("\n").join(parts))


def bullets(items: list[Markup]) -> Markup:
    """Return a list; empty for no items."""
    rows = Markup().join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup("<ul>{}</ul>").format(rows) if items else Markup()
