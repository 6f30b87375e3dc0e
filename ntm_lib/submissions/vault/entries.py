"""The book of a store: numbered entries, never changed, each of which carries the fingerprint of the one before."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.submissions.model import Level, Submission

VERSION = 2
"""The version of the book that this program writes; `migrations` brings older ones to it."""

_HEX = Field(pattern=r"^[0-9a-f]{64}$")


class _Entry(BaseModel):
    """What every entry says: its number from 1 on, the moment in UTC, who, the fingerprint of the entry before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int = Field(ge=1)
    moment: AwareDatetime
    by: str
    previous: str = Field(pattern=r"^([0-9a-f]{64})?$")


class TakenIn(_Entry):
    """A file was taken in. ``values`` is the fingerprint of its values, ``part`` the name under which they are kept."""

    kind: Literal["taken_in"] = "taken_in"
    file: str
    sha256: Annotated[str, _HEX]
    round: str
    level: Level
    sender: str
    unit_vintage: dt.date
    as_of: dt.date
    part: str = Field(pattern=r"^[0-9a-f]{32}$")
    rows: int = Field(ge=0)
    values: Annotated[str, _HEX]


class Withdrawn(_Entry):
    """The submission of that number was withdrawn."""

    kind: Literal["withdrawn"] = "withdrawn"
    submission: int


class Closed(_Entry):
    """A round was closed."""

    kind: Literal["closed"] = "closed"
    round: str


Entry = TakenIn | Withdrawn | Closed
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])


def write_entry(entry: Entry) -> str:
    """Return an entry as JSON, always in the same letters."""
    return entry.model_dump_json()


def read_entry(text: str | bytes, where: str) -> Entry:
    """Read one entry; what this program does not know stops, since a newer one may have written it."""
    try:
        return _ENTRY.validate_json(text)
    except ValidationError as error:
        reason = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        text = _(
            "{where} is not an entry that this program can read ({reason}). It is damaged, or a newer program wrote it."
        )
        raise NtmError(text.format(where=where, reason=reason)) from error


def seal(entry: Entry) -> str:
    """Return the fingerprint of an entry, which the next one carries."""
    return hashlib.sha256(write_entry(entry).encode()).hexdigest()


def broken_links(entries: Sequence[Entry]) -> list[int]:
    """Return the numbers of entries that are not the next one after the entry before, whole and unchanged."""
    before = ["", *map(seal, entries)]
    return [
        entry.number
        for place, entry in enumerate(entries)
        if entry.number != place + 1 or entry.previous != before[place]
    ]


@dataclass(frozen=True)
class Book:
    """The entries up to one moment and what follows from them."""

    entries: tuple[Entry, ...]

    def until(self, known_on: dt.datetime | None) -> "Book":
        """Return the book as it stood at a moment that carries its time zone; None: as it stands."""
        if known_on is None:
            return self
        if known_on.tzinfo is None:
            raise ValueError("known_on has no time zone")
        return Book(tuple(entry for entry in self.entries if entry.moment <= known_on))

    @cached_property
    def taken_in(self) -> dict[int, TakenIn]:
        """The files taken in, by number."""
        return {entry.number: entry for entry in self._of(TakenIn)}

    @cached_property
    def withdrawn(self) -> dict[int, Withdrawn]:
        """The withdrawals, by the number of what was withdrawn."""
        return {entry.submission: entry for entry in self._of(Withdrawn)}

    @cached_property
    def closed(self) -> dict[str, dt.datetime]:
        """The closed rounds in the order of closing, with the moment."""
        return {entry.round: entry.moment for entry in self._of(Closed)}

    def _of(self, kind: type) -> Iterable:  # type: ignore[type-arg]
        return (entry for entry in self.entries if isinstance(entry, kind))

    @cached_property
    def counting(self) -> dict[int, TakenIn]:
        """The submissions that are not withdrawn, by number."""
        return {number: entry for number, entry in self.taken_in.items() if number not in self.withdrawn}

    @cached_property
    def ranks(self) -> dict[int, int]:
        """Of each counting submission how its round ranks: a closed one outranks whatever is open (0).

        So the figures of a closed round stay what they were when it was signed; of two closed rounds the first counts.
        """
        closing = {name: place for place, name in enumerate(reversed(self.closed), start=1)}
        return {entry.number: closing.get(entry.round, 0) for entry in self.counting.values()}

    def submission(self, number: int) -> Submission:
        """Return one submission as the user sees it; UsageError for a number that is none."""
        if number not in self.taken_in:
            raise UsageError(_("No submission has the number {number}.").format(number=number))
        entry, gone = self.taken_in[number], self.withdrawn.get(number)
        return Submission(
            id=number,
            file=entry.file,
            sha256=entry.sha256,
            round=entry.round,
            level=entry.level,
            sender=entry.sender,
            unit_vintage=entry.unit_vintage,
            received=entry.moment,
            by=entry.by,
            withdrawn=gone.moment if gone else None,
            withdrawn_by=gone.by if gone else "",
        )

    def check_open(self, round_id: str) -> None:
        """Stop when a round is closed."""
        if round_id in self.closed:
            text = _(
                "Round {id} was closed on {date}; its figures are signed and do not change. Report in a new round."
            )
            raise UsageError(text.format(id=round_id, date=f"{self.closed[round_id]:%d/%m/%Y}"))
