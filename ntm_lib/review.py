"""Read what the steering committee chose for one review: period, units, rules of counting."""

import datetime as dt
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _, language
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.strict_yaml import read_yaml


class NotAssessedRule(StrEnum):
    """How a criterion that is not carried out in a commune enters the count of criteria met."""

    COUNTS_AS_MET = "counts_as_met"
    LEFT_OUT = "left_out"


class Audience(StrEnum):
    """Whom a report is for: the public version holds no error risk, no ranks, no names of persons."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Labels(BaseModel):
    """One text in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vi: str
    en: str

    def __str__(self) -> str:
        return self.vi if language() == "vi" else self.en


class Review(BaseModel):
    """The choices of one review, read from ``parameters/review.yaml``.

    ``judged_by`` names, for single years, a decision other than the one the law's own years give (the year-end of
    2016). ``as_of`` is the cut-off date: values reported later are not used; None takes the latest known. ``scenario``: the
    one whose kept plan fills the second part of the reports; empty: none. ``withheld``: criteria whose results stand only
    in the internal version; they stay in the counts. ``illustrative``: whether generated values stand in for what nobody
    handed in; without them that is not reported.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Labels
    province: str
    first_year: int = Field(ge=1990, le=2100)
    last_year: int = Field(ge=1990, le=2100)
    on: dt.date
    as_of: dt.date | None = None
    judged_by: dict[int, str] = Field(default_factory=dict)
    not_assessed: NotAssessedRule = NotAssessedRule.COUNTS_AS_MET
    merge_rule: str = "all_parts"
    scenario: str = ""
    withheld: frozenset[str] = frozenset()
    illustrative: bool = True

    @model_validator(mode="after")
    def _period_runs_forward(self) -> "Review":
        if self.last_year < self.first_year:
            text = _("last_year {last} lies before first_year {first}")
            raise ValueError(text.format(last=self.last_year, first=self.first_year))
        return self

    @property
    def years(self) -> range:
        """The years judged, first to last."""
        return range(self.first_year, self.last_year + 1)


def model_faults(where: str, error: ValidationError, model: type[BaseModel] | None = None) -> UsageFaultsError:
    """Turn a pydantic error into the project's list of faults, in the reader's words; see `model_words`."""
    faults = FaultList(_("Parameters that cannot be used"))
    tell(faults, where, error, model)
    return UsageFaultsError(faults.title, faults.faults)


def load_review(project: Project | None = None, path: Path | None = None) -> Review:
    """Read the review's choices; every fault of the file is told at once."""
    project = project or Project.find()
    path = path or project.parameters / "review.yaml"
    try:
        return Review.model_validate(read_yaml(path))
    except ValidationError as error:
        raise model_faults(project.relative(path), error, Review) from error
