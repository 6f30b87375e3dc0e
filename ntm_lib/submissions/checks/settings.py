"""Read what a checker takes for plausible: ``parameters/submissions/checks.yaml``."""

import datetime as dt
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.project import Project
from ntm_lib.review import Labels, model_faults
from ntm_lib.strict_yaml import read_yaml


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Share(_Model):
    """``percent`` of a table is ``part`` out of ``whole``, within ``tolerance`` points."""

    table: str
    part: str
    whole: str
    percent: str
    tolerance: float = Field(gt=0)


class Within(_Model):
    """The sum of ``parts`` is not above the sum of ``wholes``; ``is_certain``: the opposite cannot be."""

    table: str
    parts: tuple[str, ...] = Field(min_length=1)
    wholes: tuple[str, ...] = Field(min_length=1)
    is_certain: bool
    reason: Labels


class Product(_Model):
    """``product`` is the product of ``factors``, within ``tolerance_pct`` per cent."""

    table: str
    factors: tuple[str, str]
    product: str
    tolerance_pct: float = Field(gt=0)


class Same(_Model):
    """The same quantity of a unit and year in several tables (``b01.households``), within ``tolerance_pct`` per cent."""

    items: tuple[str, ...] = Field(min_length=2)
    tolerance_pct: float = Field(ge=0)


class Ratio(_Model):
    """``upper`` divided by ``lower`` lies between ``low`` and ``high``."""

    table: str
    upper: str
    lower: str
    low: float = Field(gt=0)
    high: float = Field(gt=0)
    reason: Labels


class Band(_Model):
    """Communes that meet from so many to so many criteria; ``last`` None: all criteria of the set."""

    item: str
    first: int = Field(ge=0)
    last: int | None = None


class Groups(_Model):
    """The table of groups: its columns of all communes and of the mean, and the bands."""

    table: str
    communes: str
    mean: str
    mean_tolerance: float = Field(gt=0)
    bands: tuple[Band, ...]


class Counts(_Model):
    """The table of counts by criterion; ``criterion`` is its further key."""

    table: str
    communes: str
    met: str


class Standard(_Model):
    """The years whose end a poverty standard may be used for."""

    id: str
    first: int
    last: int


class Jump(_Model):
    """What is beyond plausibility from one year to the next, for items of these units or names in these tables.

    ``factor``: grown or shrunk so many times and by ``floor`` or more; ``points``: changed by more than so much a year. ``turns``: years that are not compared with earlier ones, as the measure
    changed.
    """

    tables: tuple[str, ...]
    units: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    factor: float | None = Field(default=None, gt=1)
    floor: float = Field(default=0, ge=0)
    points: float | None = Field(default=None, gt=0)
    turns: tuple[int, ...] = ()
    reason: Labels

    @model_validator(mode="after")
    def _says_something(self) -> "Jump":
        if self.factor is None and self.points is None:
            raise ValueError("factor | points")
        return self


class Confusions(_Model):
    """Powers of ten by which a value is too large or too small when its unit was mistaken.

    ``least``: the larger of the two values is at least this; below it a factor says little.
    """

    units: tuple[str, ...]
    powers: tuple[int, ...]
    least: float = Field(default=0, ge=0)


class Near(_Model):
    """When values are too many just above a level, or too alike."""

    window: dict[str, float]
    least: int = Field(ge=2)
    false_discovery: float = Field(gt=0, lt=1)
    exactly_least: int = Field(ge=2)
    exactly_share: float = Field(gt=0, le=1)


class Copied(_Model):
    """From how many communes or values on identical figures are told."""

    communes: int = Field(ge=2)
    values: int = Field(ge=2)


class Register(_Model):
    """How far area and people may lie from the register of units, in per cent."""

    area_pct: float = Field(gt=0)
    people_pct: float = Field(gt=0)


class Decisions(_Model):
    """The earliest day of a decision, and how many years after the year it is for it may be signed."""

    first_day: dt.date
    years_after: int = Field(ge=0)


class CheckRules(_Model):
    """The choices of ``parameters/submissions/checks.yaml``."""

    shares: tuple[Share, ...]
    within: tuple[Within, ...]
    products: tuple[Product, ...]
    same: tuple[Same, ...]
    ratios: tuple[Ratio, ...]
    groups: Groups
    counts: Counts
    poverty_standards: tuple[Standard, ...]
    jumps: tuple[Jump, ...]
    revision: float = Field(gt=0)
    confusions: tuple[Confusions, ...]
    confusion_tolerance: float = Field(gt=0, lt=0.5)
    away_from_median: float = Field(gt=1)
    near_level: Near
    copied: Copied
    register_of_units: Register
    decisions: Decisions


def check_rules(project: Project) -> CheckRules:
    """Read the rules; every fault of the file is told at once. An unchanged file is read once."""
    path = project.parameters / "submissions" / "checks.yaml"
    return _read(path, project.relative(path), path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=8)
def _read(path: Path, where: str, _stamp: int) -> CheckRules:
    try:
        return CheckRules.model_validate(read_yaml(path))
    except ValidationError as error:
        raise model_faults(where, error, CheckRules) from error
