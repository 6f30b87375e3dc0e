"""Read how large an error of a reported value is plausible, by the form of its indicator."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.project import Project
from ntm_lib.review import Labels, model_faults
from ntm_lib.strict_yaml import read_yaml


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlausibleError(_Model):
    """What 95 % of the errors stay within, in the unit or in per cent of the value; ``wrong``: chance of a wrong yes/no.

    ``wrong`` also holds for a value at the very end of its range, which says "all" or "none" and is not a measurement.
    """

    half_width: float | None = Field(default=None, gt=0)
    half_width_percent: float | None = Field(default=None, gt=0)
    wrong: float = Field(default=0.0, ge=0, lt=0.5)
    reason: Labels

    @model_validator(mode="after")
    def _says_something(self) -> "PlausibleError":
        if self.half_width is not None and self.half_width_percent is not None:
            raise ValueError("half_width | half_width_percent")
        if self.half_width is None and self.half_width_percent is None and not self.wrong:
            raise ValueError("half_width | half_width_percent | wrong")
        return self


class Heaping(_Model):
    """How wide the window on either side of a level is, by unit, and when a test is worth making."""

    window: dict[str, float]
    min_communes: int = Field(ge=2)
    false_discovery: float = Field(gt=0, lt=1)


class CertaintyRules(_Model):
    """The choices of ``parameters/evaluation/certainty.yaml``; ``errors`` by unit of the requirement."""

    errors: dict[str, PlausibleError]
    listed_from: float = Field(gt=0, lt=1)
    heaping: Heaping


def certainty_rules(project: Project) -> CertaintyRules:
    """Read the rules; every fault of the file is told at once."""
    path = project.parameters / "evaluation" / "certainty.yaml"
    try:
        return CertaintyRules.model_validate(read_yaml(path))
    except ValidationError as error:
        raise model_faults(project.relative(path), error, CertaintyRules) from error
