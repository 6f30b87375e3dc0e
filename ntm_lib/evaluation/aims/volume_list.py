"""Which volumes of work a review shows, by content of the Programme: ``parameters/review/volumes.yaml``."""

from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib import tables
from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.project import Project
from ntm_lib.review import Labels, model_faults
from ntm_lib.strict_yaml import read_yaml

PATH = "review/volumes.yaml"
_NUMBERS = {"integer", "number", "yes_no"}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VolumeLine(_Model):
    """One volume: a column of a table, what it is a part of, and whether less of it is better, words other than the column's.

    ``whole`` is that of the table's contract, unless the list names one that the contract does not tell.
    """

    table: str
    part: str
    whole: str = ""
    falls: bool = False
    label: Labels | None = None


class Content(_Model):
    """One content of the Programme with its volumes."""

    label: Labels
    lines: tuple[VolumeLine, ...] = Field(min_length=1)


class VolumeList(_Model):
    """The volumes of a review in the order they are printed, and the years between the first and the last."""

    milestones: tuple[int, ...] = ()
    contents: tuple[Content, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _milestones_rise(self) -> "VolumeList":
        if any(later <= earlier for earlier, later in pairwise(self.milestones)):
            raise ValueError(_("milestones: years from the earliest to the latest, each once"))
        return self

    @property
    def lines(self) -> list[VolumeLine]:
        """The volumes of all contents."""
        return [line for content in self.contents for line in content.lines]

    def with_wholes(self, project: Project) -> "VolumeList":
        """Return the list with what each volume is a part of by the contract of its table."""
        contents = [
            content.model_copy(
                update={
                    "lines": tuple(line.model_copy(update={"whole": _whole(line, project)}) for line in content.lines)
                }
            )
            for content in self.contents
        ]
        return self.model_copy(update={"contents": tuple(contents)})

    def shown_years(self, years: range) -> list[int]:
        """Return the years to print: the first, the milestones within the period, the last."""
        return sorted({years[0], *(year for year in self.milestones if year in years), years[-1]})


def load_volume_list(project: Project) -> VolumeList:
    """Read the list; every unknown key, table and column is told at once."""
    path = project.parameters / PATH
    where = project.relative(path)
    try:
        read = VolumeList.model_validate(read_yaml(path))
    except ValidationError as error:
        raise model_faults(where, error, VolumeList) from error
    faults = FaultList(_("A list of volumes that cannot be used"))
    for line in read.lines:
        _check(line, where, project, faults)
    parts = [(line.table, line.part) for line in read.lines]
    for table, part in sorted({item for item in parts if parts.count(item) > 1}):
        faults.add(where, _("the volume stands twice: {name}").format(name=f"{table}.{part}"))
    faults.stop_if_any(UsageFaultsError)
    return read.with_wholes(project)


def _whole(line: VolumeLine, project: Project) -> str:
    bounds = {bound.part: bound.whole for bound in tables.contract(line.table, project).bounds}
    return line.whole or bounds.get(line.part, "")


def _check(line: VolumeLine, where: str, project: Project, faults: FaultList) -> None:
    if line.table not in tables.table_ids(project):
        faults.add(where, f"table: '{line.table}'", nearest(line.table, tables.table_ids(project)))
        return
    agreed = tables.contract(line.table, project)
    known = [column.name for column in agreed.columns if column.type in _NUMBERS]
    for key, name in (("part", line.part), ("whole", line.whole)):
        if name and name not in known:
            faults.add(where, f"{line.table}, {key}: '{name}'", nearest(name, known))
    if agreed.key != ("commune_code", "year", "as_of_date"):
        faults.add(where, f"table: '{line.table}'", _("a table with one row a commune and year"))


def volume_names(project: Project) -> list[str]:
    """Return the volumes as aims name them: ``b08.canal_lined_km``."""
    return [f"{line.table}.{line.part}" for line in load_volume_list(project).lines]


def volume_label(name: str) -> str:
    """Return the words for a volume, as its column is headed."""
    return str(Labels(**_column(name).label.model_dump()))


def volume_unit(name: str) -> str:
    """Return the unit of a volume; a yes or no counts communes."""
    column = _column(name)
    return _("communes") if column.type == "yes_no" else column.unit


def _column(name: str) -> tables.Column:
    table, _dot, part = name.partition(".")
    return tables.contract(table).column(part)
