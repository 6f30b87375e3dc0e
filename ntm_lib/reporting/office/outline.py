"""Read the outline of the plan document: an editable file of headings, the office's own words, and places for the software's."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.strict_yaml import read_yaml


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Office(_Part):
    """Who issues the document, as it stands at its head and foot."""

    superior: str
    body: str
    number: str
    place: str
    day: str
    kind: str
    subject: str
    recipients: tuple[str, ...]
    signer: str


class Block(_Part):
    """One paragraph or reference: exactly one of the office's words, the software's sentences, a table."""

    text: str | None = None
    machine: str | None = None
    table: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(item is not None for item in (self.text, self.machine, self.table)) != 1:
            raise ValueError(_("expected exactly one of: text, machine, table"))
        return self


class Section(_Part):
    """A heading with what stands below it."""

    heading: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()


class Outline(_Part):
    """The whole outline. ``{first}``, ``{last}``, ``{orientation}`` in its texts are the years of the plan."""

    office: Office
    part: str
    sections: tuple[Section, ...] = Field(min_length=1)


def outline_path(project: Project) -> Path:
    """Return where the outline stands."""
    return project.parameters / "planning" / "outline.yaml"


def read_outline(project: Project | None = None) -> Outline:
    """Read the outline; UsageFaultsError tells every fault of it."""
    project = project or Project.find()
    path = outline_path(project)
    try:
        return Outline.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("An outline that cannot be used"))
        tell(faults, project.relative(path), error, Outline)
        raise UsageFaultsError(faults.title, faults.faults) from error


def blocks_of(sections: tuple[Section, ...]) -> list[Block]:
    """Return every block in the order of the document."""
    found: list[Block] = []
    for section in sections:
        found += [*section.blocks, *blocks_of(section.sections)]
    return found
