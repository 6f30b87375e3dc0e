"""Read the outline of a document: an editable file of headings, the office's own words, and places for the software's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.project import Project
from ntm_lib.strict_yaml import read_yaml

KINDS = ("text", "machine", "table", "picture", "note")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Office(_Model):
    """Who issues the document, as it stands at its head and foot; ``signer`` may have several lines.

    ``left_signer``: who signs on the left, as in minutes; then the recipients stand below.
    """

    superior: str
    body: str
    number: str
    place: str
    day: str
    kind: str
    subject: str
    recipients: tuple[str, ...]
    signer: str
    left_signer: str = ""


class Block(_Model):
    """One paragraph or reference, exactly one of ``KINDS``.

    ``text``: the office's words; ``machine``: the software's sentences; ``table``, ``picture``: by name; ``note``: the
    place of what a person writes in a file of that name, with ``ask``, what should stand there until someone did.
    """

    text: str | None = None
    machine: str | None = None
    table: str | None = None
    picture: str | None = None
    note: str | None = None
    ask: str = ""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(_("expected exactly one of: {kinds}").format(kinds=", ".join(KINDS)))
        if self.note is not None and not self.ask:
            raise ValueError(_("a note needs `ask`: what should be written there"))
        return self


class Section(_Model):
    """A heading with what stands below it; numbered by its place among the headings that are printed."""

    heading: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()


class Part(_Model):
    """One part (Phần thứ nhất …) with its sections; a paper without parts has one with no heading."""

    heading: str = ""
    sections: tuple[Section, ...] = Field(min_length=1)


class Outline(_Model):
    """The whole outline. Names in braces in its texts, such as ``{first}``, are filled in; see `filled`."""

    office: Office
    parts: tuple[Part, ...] = Field(min_length=1)

    def blocks(self) -> list[Block]:
        """Return every block in the order of the document."""
        return [block for part in self.parts for block in blocks_of(part.sections)]

    def named(self, kind: str) -> list[str]:
        """Return the names that the blocks of one kind call, each once, in the order of the document."""
        return list(dict.fromkeys(name for block in self.blocks() if (name := getattr(block, kind)) is not None))

    def without(self, is_hidden: Callable[[Block], bool]) -> "Outline":
        """Return the outline without some blocks, and without the sections that then hold nothing."""
        parts = (part.model_copy(update={"sections": _kept(part.sections, is_hidden)}) for part in self.parts)
        return self.model_copy(update={"parts": tuple(part for part in parts if part.sections)})


def _kept(sections: Sequence[Section], is_hidden: Callable[[Block], bool]) -> tuple[Section, ...]:
    kept = []
    for section in sections:
        blocks = tuple(block for block in section.blocks if not is_hidden(block))
        inner = _kept(section.sections, is_hidden)
        if blocks or inner:
            kept.append(section.model_copy(update={"blocks": blocks, "sections": inner}))
    return tuple(kept)


def blocks_of(sections: Sequence[Section]) -> list[Block]:
    """Return every block below some sections, in order."""
    found: list[Block] = []
    for section in sections:
        found += [*section.blocks, *blocks_of(section.sections)]
    return found


def with_marks(section: Section, notes: Mapping[str, Sequence[str]]) -> Iterator[tuple[Block, bool]]:
    """Return the blocks below a heading, each with whether the mark of the software's sentences is written above it.

    It is written once below a heading, and again after a person's words (``notes``: paragraphs by name).
    """
    is_due = True
    for block in section.blocks:
        yield block, is_due
        is_written = block.note is not None and bool(notes.get(block.note))
        is_due = is_written or (is_due and block.machine is None)


def filled(text: str, values: Mapping[str, object]) -> str:
    """Put values into a text of the outline; braces with another name stay."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def read_outline(path: Path, project: Project) -> Outline:
    """Read an outline; UsageFaultsError tells every fault of it."""
    try:
        return Outline.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("An outline that cannot be used"))
        tell(faults, project.relative(path), error, Outline)
        raise UsageFaultsError(faults.title, faults.faults) from error


def check_names(outline: Outline, known: Mapping[str, Sequence[str]], where: str) -> None:
    """Stop with every block whose name nobody can fill; ``known``: by kind, the names there are."""
    faults = FaultList(_("An outline that cannot be used"))
    for kind, names in known.items():
        for name in outline.named(kind):
            if name not in names:
                faults.add(where, _("unknown {kind} '{name}'").format(kind=kind, name=name), nearest(name, names))
    faults.stop_if_any(UsageFaultsError)
