"""Read the choices of method of the judgement of impact."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ntm_lib.project import Project
from ntm_lib.review import model_faults
from ntm_lib.strict_yaml import read_yaml


class ImpactSettings(BaseModel):
    """The choices of ``parameters/review/impact.yaml``; the file says what each one means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tied_criteria: tuple[str, ...] = Field(min_length=1)
    min_reached: int = Field(ge=3)
    min_comparison: int = Field(ge=3)
    draws: int = Field(ge=99, le=99_999)
    seed: int = Field(ge=0)
    confidence: float = Field(gt=0.5, lt=1)
    power: float = Field(gt=0.5, lt=1)
    leads: int = Field(ge=1, le=6)
    fake_shift: int = Field(ge=2, le=6)
    min_districts: int = Field(ge=3)


def load_impact_settings(project: Project) -> ImpactSettings:
    """Read the choices; every fault of the file is told at once."""
    path = project.parameters / "review" / "impact.yaml"
    try:
        return ImpactSettings.model_validate(read_yaml(path))
    except ValidationError as error:
        raise model_faults(project.relative(path), error, ImpactSettings) from error
