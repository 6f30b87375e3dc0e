"""Know a unit by code and date: the units of one day, and what a code means."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NoReturn

import pandas as pd

from ntm_lib.errors import FaultList, NtmError, UsageError, preview
from ntm_lib.messages import _
from ntm_lib.model_words import close_to
from ntm_lib.project import Project
from ntm_lib.units import names
from ntm_lib.units.register import Register, Unit, read_register

_PEOPLE = ["people_2009", "people_2019", "people_2025"]
_COLUMNS = [
    *(
        "name",
        "short_name",
        "level",
        "kind",
        "parent_code",
        "valid_from",
        "valid_to",
        "area_km2",
        "area_source",
    ),
    *(*_PEOPLE, "is_in_programme", "is_border", "lat", "lon", "region", "confidence", "note"),
]


@dataclass(frozen=True, eq=False)
class Vintage:
    """The units of one day."""

    date: dt.date
    units: tuple[Unit, ...]
    register: Register = field(repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a unit, indexed by ``code`` (text): province, districts, communes, each in code order.

        Columns are the fields of `Unit` and ``is_in_programme`` (bool). ``area_km2``, ``lat``, ``lon`` are
        float, ``people_*`` Int64, ``is_border`` boolean; missing is unknown. A copy: changing it changes
        nothing else.
        """
        return self._frame.copy(deep=False)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        rows = [{name: getattr(unit, name) for name in ("code", *_COLUMNS)} for unit in self.units]
        frame = pd.DataFrame(rows, columns=["code", *_COLUMNS]).set_index("code")
        types = dict.fromkeys(["area_km2", "lat", "lon"], "float64") | dict.fromkeys(_PEOPLE, "Int64")
        return frame.astype(types | {"is_in_programme": "bool", "is_border": "boolean"})

    @cached_property
    def _by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @property
    def province(self) -> Unit:
        """The province; a register with several is refused here."""
        found = [unit for unit in self.units if unit.level == "province"]
        if len(found) != 1:
            raise NtmError(
                _("The register holds {count} provinces on {date}, not one.").format(
                    count=len(found), date=_day(self.date)
                )
            )
        return found[0]

    @property
    def region(self) -> str:
        """The province's region, a key of the criteria's regions; unknown stops."""
        if self.province.region is None:
            raise NtmError(
                _("{name} has no region in units.csv. Levels of the criteria depend on it.").format(
                    name=self.province.name
                )
            )
        return self.province.region

    @property
    def districts(self) -> pd.DataFrame:
        """Rows of `frame` at district level; empty where there is none."""
        return self._level("district")

    @property
    def communes(self) -> pd.DataFrame:
        """Rows of `frame` at commune level: communes, towns and wards."""
        return self._level("commune")

    def _level(self, level: str) -> pd.DataFrame:
        return self._frame[self._frame["level"] == level]

    def communes_of(self, code: str) -> pd.DataFrame:
        """Return the communes in a district or province; an unknown code stops."""
        unit = self.unit(code)
        communes = self.communes
        if unit.level == "province":
            inside = {other.code for other in self.units if other.parent_code == code} | {code}
            return communes[communes["parent_code"].isin(inside)]
        return communes[communes["parent_code"] == code]

    def unit(self, code: str) -> Unit:
        """Return the unit that has this code on this day; otherwise stop and name what comes near."""
        if (unit := self._by_code.get(code)) is not None:
            return unit
        others = [unit.label for unit in [*self.register.versions(code), *self._successors(code)]]
        near = close_to(code, self._by_code)
        hints = others or [self._by_code[other].label for other in near]
        text = _("{code} is not the code of a unit on {date}.").format(code=code, date=_day(self.date))
        raise UsageError(f"{text} {_hint(hints)}".rstrip())

    def find(self, name: str, within: str | None = None, level: str | None = None) -> Unit:
        """Return the unit of this name, spelling pairs and aliases accepted; ambiguous or unknown names stop.

        ``within`` is the code of a district or province; inside a district a name without diacritics is
        accepted too. A kind written before the name ("Thị trấn …") must be the unit's. ``level`` narrows the
        search.
        """
        units = [unit for unit in self._inside(within) if level is None or unit.level == level]
        found = self._matching(units, name, names.key)
        if not found and within is not None and self.unit(within).level == "district":
            found = self._matching(units, name, names.loose_key)
        if len(found) != 1:
            where = "" if within is None else " " + _("in {place}").format(place=self.unit(within).name)
            self._refuse(name, where, units, found)
        return found[0]

    def attach(self, table: pd.DataFrame, columns: Sequence[str], on: str = "commune_code") -> pd.DataFrame:
        """Join columns of the communes of this day to a table.

        ``on`` is a column or an index level of text codes. Rows, order and index stay. Codes that are not
        communes of this day (and missing ones), unknown columns, and columns the table has already stop, all
        named.
        """
        codes = table[on] if on in table.columns else table.index.get_level_values(on).to_series(index=table.index)
        communes = self.communes
        faults = FaultList(_("The table cannot be joined to the units of {date}").format(date=_day(self.date)))
        strangers = codes[~codes.isin(communes.index)].drop_duplicates()
        for code in strangers:
            known = "; ".join(unit.label for unit in self.register.versions(str(code)))
            faults.add(on, f"{code} ({known})" if known else str(code), _("a commune of that day"))
        for column in columns:
            if column not in communes.columns:
                faults.add(column, _("no such column of the units"), ", ".join(communes.columns))
            elif column in table.columns:
                faults.add(column, _("the table has this column already"))
        faults.stop_if_any()
        joined = communes[list(columns)].reindex(codes.to_numpy()).set_axis(table.index)
        return pd.concat([table, joined], axis=1)

    def _inside(self, within: str | None) -> list[Unit]:
        if within is None:
            return list(self.units)
        codes = set(self.communes_of(within).index)
        return [unit for unit in self.units if unit.code in codes or unit.parent_code == within]

    def _refuse(self, name: str, where: str, units: list[Unit], found: list[Unit]) -> NoReturn:
        day = _day(self.date)
        if found:
            candidates = "; ".join(f"{unit.label}, {self._place(unit)}" for unit in found)
            raise UsageError(
                _(
                    "'{name}'{where} is ambiguous on {date}. Candidates: {candidates}. "
                    "Name the district, or use the code."
                ).format(name=name, where=where, date=day, candidates=candidates)
            )
        near = names.nearest(name, dict.fromkeys(unit.name for unit in units))
        hints = [f"{unit.code} {unit.name}" for other in near for unit in units if unit.name == other]
        text = _("No unit is called '{name}'{where} on {date}.").format(name=name, where=where, date=day)
        raise UsageError(f"{text} {_hint(hints)}".rstrip())

    def _matching(self, units: list[Unit], name: str, key: Callable[[str], str]) -> list[Unit]:
        kind, _rest = names.split_kind(name)
        wanted = key(name)
        return [
            unit
            for unit in units
            if kind in {None, unit.kind} and wanted in {key(spelling) for spelling in self._spellings(unit)}
        ]

    def _spellings(self, unit: Unit) -> list[str]:
        others = [alias.alias for alias in self.register.aliases if (alias.code, alias.name) == (unit.code, unit.name)]
        return [unit.short_name, *others]

    def _successors(self, code: str) -> list[Unit]:
        """Return the units of this day that took land from a unit of this code."""
        heirs = {link.to_code for link in self.register.links if link.from_code == code and link.date <= self.date}
        return [unit for unit in self.units if unit.code in heirs]

    def _place(self, unit: Unit) -> str:
        parent = self._by_code.get(unit.parent_code or "")
        return parent.name if parent else ""


def on(date: dt.date, project: Project | None = None) -> Vintage:
    """Return the units of one day; a day before the register begins stops."""
    day = date.date() if isinstance(date, dt.datetime) else date
    return _vintage(read_register(project), day)


@lru_cache(maxsize=32)
def _vintage(register: Register, date: dt.date) -> Vintage:
    if date < register.first_day:
        raise UsageError(
            _("The register of units begins on {first}; {date} lies before it. Choose a later date.").format(
                first=_day(register.first_day), date=_day(date)
            )
        )
    return Vintage(date, tuple(register.on(date)), register)


def resolve(code: str, on_date: dt.date | None = None, project: Project | None = None) -> Unit:
    """Return the unit that a code typed by a user means.

    With a date, the unit of that day. Without one, the latest version, provided that name and kind were the
    same in every version; a code whose meaning changed stops with each meaning and its dates, as an unknown
    code does.
    """
    if on_date is not None:
        return on(on_date, project).unit(code)
    register = read_register(project)
    versions = register.versions(code)
    if not versions:
        near = close_to(code, sorted({unit.code for unit in register.units}))
        hints = [unit.label for other in near for unit in register.versions(other)]
        text = _("{code} is not the code of any unit.").format(code=code)
        raise UsageError(f"{text} {_hint(hints)}".rstrip())
    if len({(unit.kind, names.key(unit.name)) for unit in versions}) > 1:
        raise UsageError(
            _("{code} has meant different units: {meanings}. Say which with --on DATE.").format(
                code=code, meanings="; ".join(_meanings(versions))
            )
        )
    return versions[-1]


def register_totals(date: dt.date, project: Project | None = None) -> pd.DataFrame:
    """Set the figures that registers publish beside the sums computed from the communes of one day.

    One row a figure whose unit, on the figure's own date, was the same version as on ``date``. Columns:
    ``code, name, quantity`` (area_km2 | people), ``date`` (of the figure), ``published, computed,
    difference`` (computed less published; NaN where a commune's figure is unknown or there is none to
    compare), ``confidence, source, note``.
    """
    vintage = on(date, project)
    rows = []
    for total in vintage.register.totals:
        unit = next((unit for unit in vintage.register.versions(total.code) if unit.is_valid_on(vintage.date)), None)
        if unit is None or not unit.is_valid_on(total.date):
            continue
        communes = vintage.communes.loc[[unit.code]] if unit.level == "commune" else vintage.communes_of(unit.code)
        parts = communes[total.computed_from].astype("float64") if total.computed_from else pd.Series(dtype=float)
        computed = float(parts.sum()) if len(parts) and parts.notna().all() else float("nan")
        facts = total.model_dump(include={"code", "quantity", "date", "confidence", "source", "note"})
        rows.append(facts | {"name": unit.name, "published": total.value, "computed": computed})
    columns = ["code", "name", "quantity", "date", "published", "computed", "confidence", "source", "note"]
    frame = pd.DataFrame(rows, columns=columns)
    difference = (frame["computed"] - frame["published"]).round(6)  # no digit beyond what was published
    frame.insert(columns.index("computed") + 1, "difference", difference)
    return frame


def _meanings(versions: Sequence[Unit]) -> list[str]:
    """Tell each run of versions with one name and kind, with the days it lasted."""
    runs: list[list[Unit]] = []
    for unit in versions:
        if runs and (runs[-1][-1].kind, runs[-1][-1].name) == (unit.kind, unit.name):
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return [run[-1].model_copy(update={"valid_from": run[0].valid_from}).label for run in runs]


def _hint(candidates: Sequence[str]) -> str:
    return _("Did you mean: {names}?").format(names=preview(candidates, limit=8)) if candidates else ""


def _day(date: dt.date) -> str:
    return date.strftime("%d/%m/%Y")
