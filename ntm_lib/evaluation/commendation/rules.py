"""Read who may be commended: published conditions and quotas as dated data."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from ntm_lib.errors import FaultList, FaultsError, NtmError
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.provenance import check_files
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml

Kind = Literal["commune", "district", "collective", "person", "household", "enterprise"]
Condition = Literal[
    "recognised_in_phase", "model_title", "especially_difficult", "great_effort", "all_communes_recognised",
    "district_recognised", "not_rewarded_before", "no_arrears", "no_discipline", "dossier_complete",
]  # fmt: skip
Base = Literal["law", "own"]


class Rule(BaseModel):
    """One way in: whom it is for, its conditions with their base (law or the office's own), its quota if one was read.

    ``quota_pct`` is in percent of the communes that ``quota_of`` names; ``quota_min`` and ``quota_max`` are numbers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Kind
    title: Labels
    conditions: dict[Condition, Base]
    quota_pct: float | None = Field(default=None, gt=0, le=100)
    quota_of: Literal["communes", "recognised", "model"] | None = None
    quota_min: int | None = Field(default=None, ge=0)
    quota_max: int | None = Field(default=None, ge=1)
    note: Labels

    @model_validator(mode="after")
    def _percent_has_a_base(self) -> "Rule":
        if (self.quota_pct is None) != (self.quota_of is None):
            raise ValueError(_("quota_pct and quota_of stand together"))
        return self


class Phase(BaseModel):
    """The rules of one phase of the movement, the papers they stand in and how far these were verified."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    first_year: int
    last_year: int
    documents: str
    verified: Literal["read", "partial", "memory"]
    sources: tuple[str, ...] = Field(min_length=1)
    rules: tuple[Rule, ...]

    def of_kind(self, kind: Kind) -> list[Rule]:
        """Return the rules for one kind of candidate."""
        return [rule for rule in self.rules if rule.kind == kind]


def find_phase(project: Project, year: int) -> Phase | None:
    """Return the phase that holds ``year``; None for a year without published rules."""
    return next((phase for phase in _phases(project) if phase.first_year <= year <= phase.last_year), None)


def load_phase(project: Project, year: int) -> Phase:
    """Return the phase that holds ``year``; a year without published rules stops."""
    found = find_phase(project, year)
    if found is None:
        raise NtmError(
            _("{file}: no conditions of commendation for {year}. Known: {known}.").format(
                file="data/commendation/rules.yaml", year=year, known=", ".join(phase.id for phase in _phases(project))
            )
        )
    return found


def _phases(project: Project) -> tuple[Phase, ...]:
    path = project.data / "commendation" / "rules.yaml"
    check_files(project, [path])
    try:
        return TypeAdapter(tuple[Phase, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("Rules of commendation that cannot be used"))
        tell(faults, project.relative(path), error)
        raise FaultsError(faults.title, faults.faults) from error
