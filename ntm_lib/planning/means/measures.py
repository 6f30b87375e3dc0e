"""What can be done about a missing requirement: the menu of measures, read from ``data/planning/measures.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, ValidationError, model_validator

from ntm_lib.errors import FaultList, NtmError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.project import Project
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.tables import contract, table_ids

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Basis = Literal["read", "derived", "assumed"]
Place = Literal["border", "zone_I", "zone_II", "zone_III", "karst_without_water", "town_edge"]
Kind = Literal["gap_share", "gap_amount", "whole", "effort_fall", "effort_rise", "one"]
FileT = TypeVar("FileT", bound=BaseModel)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Base(_Model):
    """What volumes are counted from: a column of a table.

    ``where`` keeps only rows with these values (a poverty standard). ``carry``: how a split commune's figure is divided.
    ``typical``: figure of a commune, in ``unit``, used only where no commune reported one; always assumed.
    """

    label: Labels
    unit: Labels
    table: Text
    column: Text
    where: dict[str, str] = {}
    carry: Literal["people", "area"] = "people"
    typical: Annotated[float, Field(gt=0)]


class Applies(_Model):
    """Only communes whose ``base`` is above ``more_than`` and not above ``at_most`` need the measure."""

    base: Id
    more_than: float | None = None
    at_most: float | None = None


class Volume(_Model):
    """How the volume of a commune follows from its data.

    ``gap_share``: gap in percent of ``base``; ``gap_amount``: the gap itself, times ``base`` where one is named;
    ``whole``: all of ``base``; ``effort_fall``, ``effort_rise``: the part of ``base`` that a year of effort reaches, by
    ``forecast.effort_fall_pct`` and ``effort_rise_pct_point``; ``one``: one a commune. ``times``: multiplied with it.
    ``typical_gap``: gap, in the requirement's unit, where no commune's gap is known; assumed. ``is_counted``: rounded up
    to whole pieces. ``work_size``: volume that a district carries as one building work; None: no building work.
    """

    kind: Kind
    base: Id | None = None
    times: Annotated[float, Field(gt=0)] = 1.0
    typical_gap: Annotated[float, Field(gt=0)] | None = None
    is_counted: StrictBool = False
    work_size: Annotated[float, Field(gt=0)] | None = None
    applies: Applies | None = None

    @model_validator(mode="after")
    def _names_what_it_needs(self) -> Self:
        if self.kind not in {"one", "gap_amount"} and self.base is None:
            raise ValueError(_("volume of kind {kind} needs a base").format(kind=self.kind))
        if self.kind == "one" and self.base is not None:
            raise ValueError(_("volume of kind {kind} takes no base").format(kind=self.kind))
        if self.kind.startswith("gap_") != (self.typical_gap is not None):
            raise ValueError(_("volumes by gap, and only they, name a typical_gap"))
        return self


class Roles(_Model):
    """What district, commune and people do in measures of one type."""

    district: Labels
    commune: Labels
    people: Labels


class Sourced(_Model):
    """What says where it was read, or that it is an assumption."""

    basis: Basis
    sources: tuple[Text, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if self.basis != "assumed" and not self.sources:
            raise ValueError(_("no source; name one, or write basis: assumed"))
        return self


class Measure(Sourced):
    """One measure.

    ``serves``: criteria set → requirements; a set that amends another keeps its measures. ``suits``: places the measure
    is meant for (empty: anywhere); among those that suit, the smallest ``priority`` is taken, one meant for the place first. ``lead_years``: years from
    the start of work to counting. ``is_effort``: goes on every year until the requirement is met, cost by year.
    ``needs_first``: measures that come before it where both are missing. ``policies``: mechanisms it uses.
    """

    id: Id
    label: Labels
    serves: dict[str, tuple[Text, ...]] = Field(min_length=1)
    volume: Volume
    unit: Labels
    lead: Id
    with_bodies: tuple[Id, ...] = ()
    roles: Id
    needs_first: tuple[Id, ...] = ()
    lead_years: Annotated[int, Field(ge=1, le=10)]
    nature: Literal["investment", "recurrent"]
    is_effort: StrictBool = False
    has_terrain: StrictBool = False
    suits: tuple[Place, ...] = ()
    priority: Annotated[int, Field(ge=1)] = 1
    policies: tuple[Id, ...] = ()


class MeasuresFile(_Model):
    """``data/planning/measures.yaml``."""

    bodies: dict[Id, Labels]
    roles: dict[Id, Roles]
    bases: dict[Id, Base]
    measures: tuple[Measure, ...] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class Measures:
    """The whole menu: measures, bases, roles and bodies by id; measures in the order of the file."""

    measures: Mapping[str, Measure]
    bases: Mapping[str, Base]
    roles: Mapping[str, Roles]
    bodies: Mapping[str, Labels]

    def __getitem__(self, measure: str) -> Measure:
        return self.measures[measure]

    def menu(self, set_id: str, requirement: str, places: frozenset[str] | None = None) -> list[Measure]:
        """List the measures that serve a requirement, best first.

        ``places``: what is known of the commune (``zone_III``, ``border`` …); measures meant for other places are left
        out. None: every measure, whatever the place.
        """
        serving = [
            item
            for item in self.measures.values()
            if requirement in served(item, set_id)
            and (places is None or not item.suits or places.intersection(item.suits))
        ]
        return sorted(serving, key=lambda item: (item.priority, not item.suits))


def served(measure: Measure, set_id: str) -> tuple[str, ...]:
    """Return the requirements of a set that a measure serves; an amended set keeps those of the sets it amends."""
    parts = set_id.split("+")
    names = ["+".join(parts[: count + 1]) for count in range(len(parts))]
    return tuple(item for name in names for item in measure.serves.get(name, ()))


def path_of(project: Project) -> Path:
    """Return where the menu stands."""
    return project.data / "planning" / "measures.yaml"


def read_model(path: Path, where: str, model: type[FileT], title: str) -> FileT:
    """Read one strict YAML file; every fault of it is told at once."""
    faults = FaultList(title)
    content = read_yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        tell(faults, where, error, model)
        faults.stop_if_any()
        raise


def load_measures(project: Project | None = None) -> Measures:
    """Read the menu of measures of a project; kept until the file changes. FaultsError tells every fault of it."""
    project = project or Project.find()
    path = path_of(project)
    if not path.exists():
        raise NtmError(_("{path}: the file does not exist.").format(path=project.relative(path)))
    return _load(project, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _load(project: Project, _stamp: int) -> Measures:
    path = path_of(project)
    where = project.relative(path)
    file = read_model(path, where, MeasuresFile, _("A menu of measures that cannot be used"))
    faults = FaultList(_("A menu of measures that cannot be used"))
    held: dict[str, Measure] = {}
    for item in file.measures:
        if item.id in held:
            faults.add(f"{where}: {item.id}", _("the measure stands twice"))
        held[item.id] = item
    for item in file.measures:
        _check_names(item, file, held, f"{where}: {item.id}", faults)
    _check_bases(file, project, where, faults)
    _check_order(held, where, faults)
    faults.stop_if_any()
    return Measures(
        MappingProxyType(held),
        MappingProxyType(file.bases),
        MappingProxyType(file.roles),
        MappingProxyType(file.bodies),
    )


def _check_names(item: Measure, file: MeasuresFile, held: Mapping[str, Any], where: str, faults: FaultList) -> None:
    """Note every name of a measure that stands nowhere."""
    bases = [item.volume.base, item.volume.applies.base if item.volume.applies else None]
    named: list[tuple[str, tuple[str, ...], Mapping[str, Any]]] = [
        ("lead", (item.lead,), file.bodies),
        ("with_bodies", item.with_bodies, file.bodies),
        ("roles", (item.roles,), file.roles),
        ("needs_first", item.needs_first, held),
        ("volume.base", tuple(name for name in bases if name is not None), file.bases),
    ]
    for key, names, known in named:
        for name in names:
            if name not in known:
                faults.add(f"{where}.{key}", _("unknown name '{name}'").format(name=name), nearest(name, known))


def _check_bases(file: MeasuresFile, project: Project, where: str, faults: FaultList) -> None:
    """Note every base whose table or column is not agreed."""
    for name, base in file.bases.items():
        place = f"{where}: bases.{name}"
        if base.table not in table_ids(project):
            faults.add(place, _("unknown table '{table}'").format(table=base.table), ", ".join(table_ids(project)))
            continue
        columns = contract(base.table, project).names
        for column in (base.column, *base.where):
            if column not in columns:
                text = _("table {table} has no column '{column}'").format(table=base.table, column=column)
                faults.add(place, text, nearest(column, columns))


def _check_order(held: Mapping[str, Measure], where: str, faults: FaultList) -> None:
    """Note measures that wait for each other."""
    try:
        TopologicalSorter({name: item.needs_first for name, item in held.items()}).prepare()
    except CycleError as error:
        faults.add(where, _("measures wait for each other: {way}").format(way=" → ".join(error.args[1])))
