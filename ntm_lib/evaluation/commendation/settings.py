"""Read the choices about commendation."""

from enum import StrEnum
from math import ceil, floor

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ntm_lib.project import Project
from ntm_lib.review import model_faults
from ntm_lib.strict_yaml import read_yaml


class Rounding(StrEnum):
    """How a quota in percent becomes a number of communes."""

    DOWN = "down"
    HALF_UP = "half_up"
    UP = "up"
    AT_LEAST_ONE = "at_least_one"

    def whole(self, share: float) -> int:
        """Return the quota; nothing to choose from stays nothing."""
        share = round(share, 9)
        match self:
            case Rounding.UP:
                return ceil(share)
            case Rounding.HALF_UP:
                return floor(share + 0.5)
            case Rounding.AT_LEAST_ONE:
                return max(floor(share), 1 if share > 0 else 0)
        return floor(share)


class Weights(BaseModel):
    """The office's own weights of the keys; only their proportions matter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gained: float = Field(gt=0)
    kept: float = Field(gt=0)
    income_growth: float = Field(gt=0)
    poverty_cut: float = Field(gt=0)
    contribution: float = Field(gt=0)
    satisfaction: float = Field(gt=0)
    zone: float = Field(gt=0)
    border: float = Field(gt=0)


class CommendationSettings(BaseModel):
    """The choices of ``parameters/review/commendation.yaml``; the file says what each one means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rounding: Rounding
    effort_criteria_gained: int = Field(ge=1)
    weights: Weights
    draws: int = Field(ge=200, le=100_000)
    concentration: float = Field(gt=0)
    seed: int = Field(ge=0)
    range: float = Field(gt=0.5, lt=1)
    firm: float = Field(gt=0.5, lt=1)
    show_names: bool


def load_commendation_settings(project: Project) -> CommendationSettings:
    """Read the choices; every fault of the file is told at once."""
    path = project.parameters / "review" / "commendation.yaml"
    try:
        return CommendationSettings.model_validate(read_yaml(path))
    except ValidationError as error:
        raise model_faults(project.relative(path), error, CommendationSettings) from error
