"""Read the rules by which shortfalls are judged: what is near, what is last, what counts as together."""

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.project import Project
from ntm_lib.review import Labels, model_faults
from ntm_lib.strict_yaml import read_yaml


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Near(_Model):
    """How little may be missing for a requirement to be near: in its own unit, or in per cent of the level."""

    within: float | None = Field(default=None, gt=0)
    within_percent: float | None = Field(default=None, gt=0)
    reason: Labels

    @model_validator(mode="after")
    def _one_measure(self) -> "Near":
        if (self.within is None) == (self.within_percent is None):
            raise ValueError("within | within_percent")
        return self


class Together(_Model):
    """From how many communes, and how many that miss both, a pair of criteria may be called missing together."""

    min_communes: int = Field(ge=2)
    min_together: int = Field(ge=1)
    false_discovery: float = Field(gt=0, lt=1)


class Addressee(_Model):
    """One addressee of requests, and the words by which a request names it."""

    id: str
    label: Labels
    words: tuple[str, ...] = Field(min_length=1)


class ShortfallRules(_Model):
    """The choices of ``parameters/evaluation/shortfalls.yaml``; ``near`` by unit of the requirement."""

    near: dict[str, Near]
    last_missing: int = Field(ge=1)
    together: Together
    addressees: tuple[Addressee, ...]


def shortfall_rules(project: Project) -> ShortfallRules:
    """Read the rules; every fault of the file is told at once."""
    path = project.parameters / "evaluation" / "shortfalls.yaml"
    try:
        return ShortfallRules.model_validate(read_yaml(path))
    except ValidationError as error:
        raise model_faults(project.relative(path), error, ShortfallRules) from error
