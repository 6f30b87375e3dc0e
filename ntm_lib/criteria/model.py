"""Hold the law as it stands in the files: decisions, criteria, indicators, requirements, levels."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from ntm_lib.messages import _, language

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
ItemId = Annotated[str, StringConstraints(pattern=r"^[1-9]\d*(\.[1-9]\d*)?$")]
PartId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Year = Annotated[int, Field(ge=1990, le=2100, strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Sense(StrEnum):
    """How a value is compared with the level; ``yes`` compares 1 (done) or 0 (not done) with 1."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    YES = "yes"


class Verified(StrEnum):
    """How far a level was read in its source, from best to worst.

    ``memory-low`` is a weak recollection and never counts of itself; an assumed level is never better than
    that.
    """

    PLANNER = "planner"
    READ = "read"
    PARTIAL = "partial"
    MEMORY = "memory"
    MEMORY_LOW = "memory-low"


class Model(BaseModel):
    """A record of a data file: unknown keys are refused and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(Model):
    """One text in both languages."""

    vi: Text
    en: Text

    def __str__(self) -> str:
        return self.vi if language() == "vi" else self.en


def _ends_early(first: object, last: object) -> str:
    return _("ends ({last}) before it begins ({first})").format(first=first, last=last)


class Years(Model):
    """Calendar years from first to last, both included."""

    first: Year = Field(alias="from")
    last: Year = Field(alias="to")

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.last < self.first:
            raise ValueError(_ends_early(self.first, self.last))
        return self

    def __contains__(self, year: int) -> bool:
        return self.first <= year <= self.last

    def overlaps(self, other: "Years") -> bool:
        """Tell whether the two have a year in common."""
        return self.first <= other.last and other.first <= self.last


class Dates(Model):
    """Days from first to last, both included; ``last`` None: still going on."""

    first: dt.date = Field(alias="from")
    last: dt.date | None = Field(alias="to")

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(_ends_early(self.first, self.last))
        return self

    def __contains__(self, date: dt.date) -> bool:
        return self.first <= date and (self.last is None or date <= self.last)


class Cited(Model):
    """Something that says where it was read and how surely."""

    verified: Verified
    sources: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _read_somewhere(self) -> Self:
        if self.verified in {Verified.READ, Verified.PARTIAL} and not self.sources:
            raise ValueError(_("verified: {degree} needs sources").format(degree=self.verified))
        return self


class Level(Cited):
    """What one decision demands in some regions, always or in one year.

    Exactly one of ``value`` (a number in the requirement's unit), ``expected`` ("yes"), ``delegated`` (the
    province sets the level) and ``times`` with ``of`` (a multiple of a quantity that must be known first).
    """

    regions: tuple[Text, ...] | Literal["all"]
    year: Year | None = None
    value: Number | None = None
    expected: Literal["yes"] | None = None
    delegated: Literal["province"] | None = None
    times: Number | None = None
    of: Text | None = None
    clause: Text | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = [name for name in ("value", "expected", "delegated", "times") if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(_("a level needs exactly one of value, expected, delegated, times"))
        if (self.times is None) != (self.of is None):
            raise ValueError(_("times and of belong together"))
        return self

    def holds_in(self, region: str, year: int) -> bool:
        """Tell whether the level is that of ``region`` in ``year``."""
        return (self.regions == "all" or region in self.regions) and self.year in {None, year}


class NotAssessed(Cited):
    """The rule by which a commune may leave a requirement unassessed ("Không xét")."""

    clause: Text
    note: str = ""


class Demand(Model):
    """What one value is compared with: unit, sense, clause and dated levels."""

    unit: Text
    sense: Sense
    clause: Text
    levels: tuple[Level, ...]
    allows_not_assessed: NotAssessed | None = None

    @model_validator(mode="after")
    def _sense_fits_levels(self) -> Self:
        if (self.sense is Sense.YES) != (self.unit == "yes_no"):
            raise ValueError(_('sense "yes" and unit yes_no belong together'))
        for level in self.levels:
            if level.delegated is None and (self.sense is Sense.YES) != (level.expected is not None):
                raise ValueError(_('levels of sense "yes" are written expected: "yes", all others as numbers'))
        return self


class Part(Demand):
    """One of several requirements that make up an indicator."""

    id: PartId
    label: Label


class Indicator(Model):
    """One numbered line of a decision: its own demand, written flat in the file, or several parts."""

    id: ItemId
    label: Label
    own: Demand | None = None
    parts: tuple[Part, ...] = ()
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _gather_own(cls, data: object) -> object:
        if not isinstance(data, dict) or "own" in data:
            return data
        own = {key: value for key, value in data.items() if key in Demand.model_fields}
        rest = {key: value for key, value in data.items() if key not in own}
        return rest if "parts" in data and not own else {**rest, "own": own}

    @model_validator(mode="after")
    def _own_or_parts(self) -> Self:
        if (self.own is None) == (not self.parts):
            raise ValueError(_("an indicator has either parts or its own unit, sense, clause and levels"))
        return self

    def requirements(self) -> dict[str, tuple[Label, Demand]]:
        """Return the requirements by id: the indicator's own, or one a part (``17.1/clean``), in file
        order."""
        if self.own is not None:
            return {self.id: (self.label, self.own)}
        return {f"{self.id}/{part.id}": (part.label, part) for part in self.parts}


class Criterion(Model):
    """One criterion of a decision with its indicators; an amendment holds only the indicators it changes."""

    id: Annotated[str, StringConstraints(pattern=r"^[1-9]\d*$")]
    label: Label
    group: Text | None = None
    indicators: tuple[Indicator, ...]


class Totals(Model):
    """How many criteria and indicators the decision holds by its own count."""

    criteria: int = Field(ge=1)
    indicators: int = Field(ge=1)


class DecisionRecord(Model):
    """The head of a decision: ``_decision.yaml``.

    ``in_force`` is when it was law; ``judges_years`` are the year-ends it judges (None: none), alone or
    with the decision it amends. ``coverage: outline`` says that its indicators are not all written down
    here.
    """

    id: Text
    number: Text
    title: Label
    variant: Text
    issued: dt.date
    in_force: Dates
    judges_years: Years | None
    amends: Text | None = None
    totals: Totals
    coverage: Literal["complete", "outline"] = "complete"
    url: Text | None
    verified: Verified
    note: str = ""


def _value_of_yes(value: object) -> object:
    return 1.0 if value == "yes" else value


class Assumption(Model):
    """A level that is not law here but assumed: dated, with its basis and who assumed it.

    ``set`` is the decision in which the requirement stands. ``value`` is in the requirement's unit ("yes" for
    yes/no). It replaces what the law holds, also a memory-low level.
    """

    set: Text
    requirement: Text
    region: Text
    years: Years
    value: Annotated[Number, BeforeValidator(_value_of_yes)]
    basis: Label
    sources: tuple[Text, ...] = ()
    dated: dt.date
    by: Text


class Correction(Model):
    """A level that a planner read in the signed text; it overrides law and assumption."""

    decision: Text
    requirement: Text
    region: Text
    years: Years
    value: Annotated[Number, BeforeValidator(_value_of_yes)]
    document: Text
    clause: Text
    page: Text | int
    by: Text
    on: dt.date


class Registered(Model):
    """Something with an id of its own in a register."""

    id: Text


class Entry(Registered):
    """One entry of a register of words: regions, groups, quantities."""

    label: Label


class UnitEntry(Entry):
    """A unit of values with the bounds of sense."""

    min: float = float("-inf")
    max: float = float("inf")


class Source(Registered):
    """A text in which something was read."""

    title: Text
    urls: tuple[Text, ...]
