"""The aims that were assigned: published ones of the province and the country, and those an office wrote down for a unit."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ntm_lib import units
from ntm_lib.errors import FaultList, NtmError, UsageFaultsError
from ntm_lib.evaluation.aims.measures import measure_fault
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.units import Unit

PATH = "review/aims.csv"
_AT_MOST = ("communes_under", "poverty_pct")


@dataclass(frozen=True)
class Aim:
    """One aim.

    ``set_by``: pm | province | nation (not set for the province) | unit (its own file). ``operator``: at_least | at_most.
    ``indicator``: the published wording, shown where nothing computes it (``measure`` is empty). ``confidence``: how it
    was read (read, derived …); ``source``: where.
    """

    period: str
    target_year: int
    measure: str
    operator: Literal["at_least", "at_most"]
    value: float
    set_by: str
    confidence: str
    source: str
    note: str
    indicator: str = ""


class OfficeAim(BaseModel):
    """One line of ``parameters/review/aims.csv``.

    ``unit_code`` is a code of the day ``units_on``; ``measure`` a name such as ``average_criteria`` or
    ``communes_under:5``; ``decided_by`` the paper that set the aim.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    unit_code: str = Field(pattern=r"^\d{2,5}$")
    units_on: dt.date
    period: str = Field(min_length=1)
    target_year: int = Field(ge=1990, le=2100)
    measure: str = Field(min_length=1)
    operator: Literal["at_least", "at_most"]
    value: float
    decided_by: str = Field(min_length=1)
    decided_on: dt.date | None
    note: str = ""

    @field_validator("decided_on", mode="before")
    @classmethod
    def _empty_is_unknown(cls, value: object) -> object:
        return None if value == "" else value


def aims_of(territory: Territory, commune: str = "") -> list[Aim]:
    """Return the aims whose target year lies in the review's period, the published ones of a province first.

    Contradicting versions all stand; a commune or district has only the aims its file holds.
    """
    unit = territory.vintage.unit(commune) if commune else territory.unit
    published = _published(territory) if unit.level == "province" else []
    return [aim for aim in [*published, *_of_unit(territory.project, unit)] if aim.target_year in territory.years]


def _published(territory: Territory) -> list[Aim]:
    columns = ["period", "target_year", "scope", "scope_name", "indicator", "operator", "value", "measure", "set_by"]
    table = read_published(territory.project, "targets.csv", columns)
    is_own = (table["scope"] == "province") & (table["scope_name"] == territory.unit.short_name)
    is_national = (table["scope"] == "nation") & table["measure"].ne("")
    rows = table[(is_own | is_national) & pd.to_numeric(table["value"], errors="coerce").notna()]
    return [
        Aim(
            period=row["period"],
            target_year=int(row["target_year"]),
            measure=row["measure"],
            operator="at_most" if row["measure"].startswith(_AT_MOST) or row["operator"] == "<=" else "at_least",
            value=float(row["value"]),
            set_by=row["set_by"],
            confidence=row["confidence"],
            source=row["source_title"],
            note=row["note"],
            indicator=row["indicator"],
        )
        for row in rows.to_dict("records")
    ]


def _of_unit(project: Project, unit: Unit) -> list[Aim]:
    return [
        Aim(
            period=line.period,
            target_year=line.target_year,
            measure=line.measure,
            operator=line.operator,
            value=line.value,
            set_by="unit",
            confidence="read",
            source=line.decided_by,
            note=line.note,
        )
        for line in read_office_aims(project)
        if _is_unit(line, unit, project)
    ]


def _is_unit(line: OfficeAim, unit: Unit, project: Project) -> bool:
    if line.unit_code != unit.code:
        return False
    meant = units.on(line.units_on, project).unit(line.unit_code)
    return meant.valid_from == unit.valid_from


def read_office_aims(project: Project) -> list[OfficeAim]:
    """Read the aims that offices wrote down; every fault of the file is told at once. No file: no aims."""
    path = project.parameters / PATH
    if not path.is_file():
        return []
    where = project.relative(path)
    faults = FaultList(_("A list of aims that cannot be used"))
    try:
        cells = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=True)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise NtmError(_("{path}: not a CSV file in UTF-8.").format(path=where)) from error
    names = list(OfficeAim.model_fields)
    if list(cells.columns) != names:
        faults.add(where, ", ".join(cells.columns), ", ".join(names))
        faults.stop_if_any(UsageFaultsError)
    lines = []
    for position, row in enumerate(cells.to_dict("records"), start=2):
        place = f"{where}:{position}"
        try:
            line = OfficeAim.model_validate(row)
        except ValidationError as error:
            tell(faults, place, error, OfficeAim)
            continue
        _check(line, place, project, faults)
        lines.append(line)
    repeated = cells.duplicated(["unit_code", "units_on", "target_year", "measure", "decided_by"], keep="first")
    for position in cells.index[repeated]:
        faults.add(f"{where}:{position + 2}", _("the same aim of the same paper stands twice"))
    faults.stop_if_any(UsageFaultsError)
    return lines


def _check(line: OfficeAim, place: str, project: Project, faults: FaultList) -> None:
    try:
        units.on(line.units_on, project).unit(line.unit_code)
    except NtmError as error:
        faults.add(f"{place}: unit_code", str(error))
    if expected := measure_fault(line.measure, project):
        faults.add(f"{place}: measure", f"'{line.measure}'", expected)
