"""The rules of recognition, re-recognition and withdrawal as dated data: ``data/recognition/rules.yaml``."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.errors import FaultList, NtmError
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.provenance import check_files
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml

Verified = Literal["read", "partial", "memory", "assumed"]
"""How far a rule was verified: read in the source named, in part, from memory, or assumed. No original was read whole."""
Check = Literal[
    "registered", "criteria_at_registration", "all_criteria", "no_arrears", "satisfaction", "security", "papers"
]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Pct = Annotated[float, Field(ge=0, le=100)]
ModelT = TypeVar("ModelT", bound=BaseModel)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Period(_Model):
    """The days on which a document ruled; ``last`` None: still in force."""

    id: Id
    first: dt.date = Field(alias="from")
    last: dt.date | None = Field(alias="to")
    document: str
    note: str = ""

    def covers(self, day: dt.date) -> bool:
        """Tell whether the document ruled on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


class _Rule(_Model):
    id: Id
    period: Id
    verified: Verified
    source: str = Field(min_length=1)
    note: str = ""


class Condition(_Rule):
    """One condition of recognition. ``check`` names how it is examined; the figures it needs stand beside it."""

    check: Check
    label: Labels
    least: int | None = None
    asked_pct: Pct | None = None
    satisfied_pct: Pct | None = None


class Paper(_Rule):
    """One paper of a commune's dossier."""

    label: Labels


class Again(_Rule):
    """After how many years a recognition is due for re-recognition."""

    years: int = Field(ge=1, le=50)


class Withdrawal(_Rule):
    """A share of criteria no longer met that leads to withdrawal.

    ``key_criteria``: one of these must be among them, by variant of the set; ``by_set``: the decision whose criteria count.
    """

    by_set: str
    label: Labels
    least_pct: Pct
    below_pct: Pct | None = None
    key_criteria: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class VillageSet(_Model):
    """What is known of the set of criteria for villages."""

    document: str
    criteria: int
    groups: int
    verified: Verified
    source: str


class VillageAim(_Model):
    """An aim for villages: the indicator of the table of targets, which villages it counts, out of how many."""

    indicator: str
    of: Literal["border", "all"]
    out_of: int | None
    label: Labels


class Rules(_Model):
    """Every rule, with the periods in which each is in force."""

    periods: tuple[Period, ...]
    conditions: tuple[Condition, ...]
    papers: tuple[Paper, ...]
    again: tuple[Again, ...]
    withdrawal: tuple[Withdrawal, ...]
    not_read: tuple[Labels, ...]
    village_set: VillageSet
    village_aims: tuple[VillageAim, ...]

    @model_validator(mode="after")
    def _periods_are_known(self) -> "Rules":
        known = {period.id for period in self.periods}
        rules: Sequence[_Rule] = (*self.conditions, *self.papers, *self.again, *self.withdrawal)
        if unknown := sorted({rule.period for rule in rules} - known):
            raise ValueError(_("periods not known: {names}").format(names=", ".join(unknown)))
        return self

    def period_on(self, day: dt.date) -> Period | None:
        """Return the period that rules on a day; None before the first."""
        return next((period for period in self.periods if period.covers(day)), None)

    def period(self, name: str) -> Period:
        """Return a period by its id."""
        return next(period for period in self.periods if period.id == name)

    def conditions_on(self, day: dt.date) -> list[Condition]:
        """List the conditions in force on a day."""
        return [item for item in self.conditions if self.period(item.period).covers(day)]

    def papers_on(self, day: dt.date) -> list[Paper]:
        """List the papers of a dossier of a day."""
        return [item for item in self.papers if self.period(item.period).covers(day)]

    def again_for(self, decided: dt.date) -> Again | None:
        """Return the rule of re-recognition in force on the day of a decision; None: none is known."""
        return next((item for item in self.again if self.period(item.period).covers(decided)), None)


def rules_path(project: Project) -> Path:
    """Return the file of the rules."""
    return project.data / "recognition" / "rules.yaml"


def load_rules(project: Project | None = None) -> Rules:
    """Read the rules; a file that is not the one its record describes, or is malformed, stops with every fault."""
    project = project or Project.find()
    path = rules_path(project)
    if not path.is_file():
        raise NtmError(_("{path}: the file does not exist.").format(path=project.relative(path)))
    check_files(project, [path])
    return _load(path, project.relative(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _load(path: Path, where: str, _stamp: int) -> Rules:
    return read_strict(path, where, Rules, _("Rules of recognition that cannot be used"))


def read_strict(path: Path, where: str, model: type[ModelT], title: str) -> ModelT:
    """Read one strict YAML file; FaultsError tells every fault at once."""
    content = read_yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = FaultList(title)
        tell(faults, where, error, model)
        faults.stop_if_any()
        raise
