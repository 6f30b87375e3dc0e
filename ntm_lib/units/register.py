"""Read the register of units: every version of every unit with the days on which it was valid."""

import csv
import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ntm_lib.errors import FaultList, NtmError
from ntm_lib.messages import _
from ntm_lib.model_words import model_words
from ntm_lib.project import Project
from ntm_lib.units.names import KIND_WORDS, normalise

LEVELS = ("province", "district", "commune")
PROGRAMME_KINDS = frozenset({"xa"})  # towns and wards lie outside the programme
_ONE_DAY = dt.timedelta(days=1)


def _known_kind(text: str) -> str:
    if text not in KIND_WORDS:
        words = _("'{text}' is not one of {known}")
        raise ValueError(words.format(text=text, known=", ".join(KIND_WORDS)))
    return text


def _nfc(text: object) -> object:
    if isinstance(text, str) and normalise(text) != text:
        raise ValueError(_("'{text}' is not written in NFC with single spaces").format(text=text))
    return text


Code = Annotated[str, Field(pattern=r"^\d+$")]
Name = Annotated[str, BeforeValidator(_nfc), Field(min_length=1)]
Share = Annotated[float, Field(gt=0, le=1)]


class _Row(BaseModel):
    """One line of a table; an empty cell is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Unit(_Row):
    """One version of a unit: what a code meant from ``valid_from`` to ``valid_to`` (None: no end known).

    ``area_km2`` in km², ``people_*`` in persons of the year named; None is unknown. ``area_source`` says
    whether the area was published or is the sum of the parts. ``region`` (province only) is a key of the
    criteria's regions.
    """

    code: Code
    name: Name
    short_name: Name
    level: Literal["province", "district", "commune"]
    kind: Annotated[str, BeforeValidator(_known_kind)]
    parent_code: Code | None = None
    valid_from: dt.date
    valid_to: dt.date | None = None
    area_km2: float | None = Field(None, gt=0)
    area_source: Literal["published", "sum"] | None = None
    people_2009: int | None = Field(None, ge=0)
    people_2019: int | None = Field(None, ge=0)
    people_2025: int | None = Field(None, ge=0)
    is_border: bool | None = None
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    region: str | None = None
    confidence: str
    note: str = ""

    @property
    def is_in_programme(self) -> bool:
        """Whether the programme covers the unit: communes (xã) only, not towns and wards."""
        return self.level == "commune" and self.kind in PROGRAMME_KINDS

    @property
    def last_day(self) -> dt.date:
        """Last valid day, the end of time when none is known."""
        return self.valid_to or dt.date.max

    @property
    def label(self) -> str:
        """Name, code and dates, as a message tells them."""
        end = self.valid_to.strftime("%d/%m/%Y") if self.valid_to else "…"
        return f"{self.code} {self.name} ({self.valid_from:%d/%m/%Y}-{end})"

    def is_valid_on(self, date: dt.date) -> bool:
        """Whether this version holds on ``date``."""
        return self.valid_from <= date <= self.last_day


class Link(_Row):
    """At ``date`` a share of ``from_code`` became part of ``to_code``; shares are those of the old unit."""

    date: dt.date
    from_code: Code
    to_code: Code
    relation: Literal["merged", "absorbs", "split", "renamed", "unchanged"]
    area_share: Share
    people_share: Share
    resolution: str
    source: str
    confidence: str
    note: str = ""


class Total(_Row):
    """A figure that a register publishes itself; ``computed_from`` is the unit column to compare it with."""

    code: Code
    quantity: Literal["area_km2", "people"]
    value: float = Field(gt=0)
    date: dt.date
    computed_from: Literal["area_km2", "people_2009", "people_2019", "people_2025"] | None = None
    confidence: str
    source: str
    note: str = ""


class Alias(_Row):
    """Another spelling of the unit that had this code and this official name."""

    code: Code
    name: Name
    alias: Name
    source: str


@dataclass(frozen=True, eq=False)
class Register:
    """All that is known of the units of one project, read and checked."""

    units: tuple[Unit, ...]
    links: tuple[Link, ...]
    totals: tuple[Total, ...]
    aliases: tuple[Alias, ...]

    @property
    def first_day(self) -> dt.date:
        """First day the register knows."""
        return min(unit.valid_from for unit in self.units)

    @property
    def change_dates(self) -> list[dt.date]:
        """Days on which units changed, oldest first."""
        return sorted({unit.valid_from for unit in self.units} - {self.first_day})

    def versions(self, code: str) -> list[Unit]:
        """Return every version of a code, oldest first; empty for an unknown code."""
        return list(self._by_code.get(code, ()))

    @cached_property
    def _by_code(self) -> dict[str, list[Unit]]:
        by_code: dict[str, list[Unit]] = {}
        for unit in self.units:
            by_code.setdefault(unit.code, []).append(unit)
        return by_code

    def on(self, date: dt.date) -> list[Unit]:
        """Return the units of one day: province, districts, communes, each in code order."""
        return [unit for unit in self.units if unit.is_valid_on(date)]


def read_register(project: Project | None = None) -> Register:
    """Read ``data/units`` of a project; unchanged files are read once.

    Every fault of the four tables is told at once: cells, overlapping versions, missing parents, broken
    lineage.
    """
    folder = (project or Project.find()).data / "units"
    paths = tuple(folder / name for name in ("units.csv", "lineage.csv", "registers.csv", "aliases.csv"))
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise NtmError(
            _("{folder}: {files} missing. Put the register of units there.").format(
                folder=folder, files=", ".join(missing)
            )
        )
    stamps = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    return _read(stamps)


@lru_cache(maxsize=8)
def _read(stamps: tuple[tuple[Path, int, int], ...]) -> Register:
    units_csv, lineage_csv, registers_csv, aliases_csv = (path for path, _time, _size in stamps)
    faults = FaultList(_("The register of units is not usable"))
    units = _rows(units_csv, Unit, faults)
    units.sort(key=lambda unit: (LEVELS.index(unit.level), unit.code, unit.valid_from))
    links = _rows(lineage_csv, Link, faults)
    totals = _rows(registers_csv, Total, faults)
    aliases = _rows(aliases_csv, Alias, faults)
    if not units and not faults.faults:
        faults.add(units_csv.name, _("no units"))
    faults.stop_if_any()
    register = Register(tuple(units), tuple(links), tuple(totals), tuple(aliases))
    _check_versions(register, faults)
    _check_parents(register, faults)
    _check_links(register, faults)
    _check_references(register, faults)
    faults.stop_if_any()
    return register


RowT = TypeVar("RowT", bound=_Row)


def _rows(path: Path, kind: type[RowT], faults: FaultList) -> list[RowT]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            lines = list(csv.DictReader(handle))
    except UnicodeDecodeError:
        faults.add(path.name, _("the file is not UTF-8 text"))
        return []
    rows = []
    for number, line in enumerate(lines, start=2):
        if None in line:
            faults.add(f"{path.name}:{number}", _("more cells than the header"))
            continue
        filled: dict[Any, Any] = {column: cell for column, cell in line.items() if cell}
        try:
            rows.append(kind.model_validate(filled))
        except ValidationError as error:
            for fault in model_words(error, kind):
                where = f"{path.name}:{number}, {'.'.join(map(str, fault.loc))}"
                is_empty = fault.type == "missing"
                faults.add(where, _("empty") if is_empty else fault.found, _("a value") if is_empty else fault.expected)
    return rows


def _check_versions(register: Register, faults: FaultList) -> None:
    for earlier, later in zip(register.units, register.units[1:], strict=False):
        if earlier.code == later.code and later.valid_from <= earlier.last_day:
            faults.add("units.csv", _("{one} overlaps {other}").format(one=earlier.label, other=later.label))
    for unit in register.units:
        if unit.last_day < unit.valid_from:
            faults.add("units.csv", unit.label, _("a first day before the last"))


def _check_parents(register: Register, faults: FaultList) -> None:
    for unit in register.units:
        if unit.level == LEVELS[0]:
            if unit.parent_code is not None:
                faults.add("units.csv", unit.label, _("no parent above a province"))
            continue
        parents = [
            other
            for other in register.versions(unit.parent_code or "")
            if LEVELS.index(other.level) < LEVELS.index(unit.level)
        ]
        if not _covers(unit, parents):
            faults.add(
                "units.csv",
                _("{unit}: parent {parent} is not valid on all its days").format(
                    unit=unit.label, parent=unit.parent_code
                ),
                _("a parent for every day"),
            )


def _covers(unit: Unit, parents: Iterable[Unit]) -> bool:
    """Whether the parents, oldest first, follow one another over all days of the unit."""
    day = unit.valid_from
    for parent in parents:
        if parent.is_valid_on(day):
            if parent.last_day >= unit.last_day:
                return True
            day = parent.last_day + _ONE_DAY
    return False


def _check_links(register: Register, faults: FaultList) -> None:
    for date in sorted({link.date for link in register.links} | set(register.change_dates)):
        links = [link for link in register.links if link.date == date]
        before = _communes(register, date - _ONE_DAY)
        after = _communes(register, date)
        where = f"lineage.csv, {date:%d/%m/%Y}"
        leaving = {link.from_code for link in links}
        staying = set(before) - leaving
        arriving = {link.to_code for link in links} | staying
        for text, codes in (
            (_("not a unit of the day before"), leaving - set(before)),
            (_("not a unit of that day"), arriving - set(after)),
            (_("new, but formed from nothing"), set(after) - arriving),
            (_("another name or kind without a link"), _renamed(staying, before, after)),
        ):
            if codes:
                faults.add(where, f"{text}: {', '.join(sorted(codes))}")
        for share, name in (("area_share", _("area")), ("people_share", _("people"))):
            for code, total in _sums(links, share).items():
                if not math.isclose(total, 1, abs_tol=1e-9):
                    text = _("{code}: shares of {share} sum to {total}")
                    faults.add(where, text.format(code=code, share=name, total=f"{total:g}"), "1")


def _sums(links: Iterable[Link], share: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for link in links:
        sums[link.from_code] = sums.get(link.from_code, 0.0) + getattr(link, share)
    return sums


def _communes(register: Register, date: dt.date) -> dict[str, Unit]:
    return {unit.code: unit for unit in register.on(date) if unit.level == LEVELS[-1]}


def _renamed(codes: Iterable[str], before: dict[str, Unit], after: dict[str, Unit]) -> set[str]:
    def meaning(unit: Unit) -> tuple[str, str]:
        return unit.kind, unit.name

    return {code for code in codes if code in after and meaning(before[code]) != meaning(after[code])}


def _check_references(register: Register, faults: FaultList) -> None:
    known: set[str] = {unit.code for unit in register.units}
    meanings = {(unit.code, unit.name) for unit in register.units}
    for total in register.totals:
        if total.code not in known:
            faults.add("registers.csv", total.code, _("a code of units.csv"))
    for alias in register.aliases:
        if (alias.code, alias.name) not in meanings:
            faults.add("aliases.csv", f"{alias.code} {alias.name}", _("code and official name of units.csv"))
