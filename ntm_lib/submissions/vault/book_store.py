"""What every kind of store does alike: decide by the book, append one entry, read what counts."""

import datetime as dt
import hashlib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

import pandas as pd
import pyarrow as pa

from ntm_lib.errors import FaultList, NtmError, UsageError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.submissions.model import Level, Reading, Sender, Submission
from ntm_lib.submissions.vault import content
from ntm_lib.submissions.vault.content import LINES, UnitsOn
from ntm_lib.submissions.vault.entries import Book, Closed, Entry, TakenIn, Withdrawn, seal

_CLOCK_TOLERANCE = dt.timedelta(hours=1)
_SHOWN = 20  # faults told one by one


class AlreadyHandedInError(UsageError):
    """The same original was taken in before, as ``submission``."""

    def __init__(self, submission: Submission, file: str) -> None:
        self.submission = submission
        text = _(
            "{file}: this very file was taken in on {date} as number {number} ({name}). It is not stored twice; to let it "
            "count again, withdraw what came after it."
        )
        date = f"{submission.received:%d/%m/%Y}"
        super().__init__(text.format(file=file, date=date, number=submission.id, name=submission.file))


@dataclass(frozen=True)
class Load:
    """What an entry that takes in a file stands for: the unchanged original and its values in the types of ``VALUES``."""

    original: bytes
    table: pa.Table


@dataclass(frozen=True)
class Wanted:
    """Which lines to read, of which submissions; None: of all tables, units, items, cut-off dates."""

    submissions: Collection[int]
    table: str | None = None
    unit_codes: Collection[str] | None = None
    item: str | None = None
    as_of: dt.date | None = None


class BookStore(ABC):
    """A store of which every change is one entry of the book; see `interface.Store` for what the methods promise.

    Who wants to change something reads the book, decides, and appends the entry with the next number. When another process
    took that number meanwhile, the decision is made anew on the longer book; so no lock is needed and none can be left behind.
    """

    def __init__(self, units_on: UnitsOn) -> None:
        self._units_on = units_on

    @abstractmethod
    def book(self) -> Book:
        """Return the book as it stands now."""

    @abstractmethod
    def original(self, sha256: str) -> bytes:
        """Return an original, after checking that it is still the one of this hash."""

    @abstractmethod
    def part(self, entry: TakenIn) -> pa.Table:
        """Return the values of one submission as they were taken in."""

    @abstractmethod
    def fill(self, entries: Iterator[tuple[Entry, Load | None]]) -> None:
        """Write a whole book into an empty store, all or nothing; UsageError when the store holds anything."""

    @abstractmethod
    def own_faults(self, faults: FaultList) -> list[str]:
        """Note what is wrong with what only this kind of store has; return remarks on what does no harm."""

    @abstractmethod
    def migrate(self) -> int:
        """Bring an older store to the present version; return the version that it had."""

    @abstractmethod
    def _append(self, entry: Entry, load: Load | None) -> bool:
        """Write one entry with what it stands for, whole or not at all; False when its number is taken."""

    @abstractmethod
    def _lines(self, wanted: Wanted, book: Book) -> pa.Table:
        """Return lines in the columns of ``LINES``, in the order of submissions; texts may come packed as dictionaries."""

    def add(self, reading: Reading, original: bytes, by: str) -> Submission:
        """Take in an accepted reading with its unchanged original."""
        sender = _acceptable(reading, original)
        load = Load(original, content.as_table(reading.values, reading.file))
        values, part = content.fingerprint(load.table), uuid.uuid4().hex

        def decide(book: Book) -> TakenIn:
            book.check_open(sender.round)
            _check_new(book, reading, sender)
            entry = TakenIn(
                **_next(book, by),
                file=reading.file,
                sha256=reading.sha256,
                round=sender.round,
                level=sender.level,
                sender=sender.unit,
                unit_vintage=sender.unit_vintage,
                as_of=sender.as_of,
                part=part,
                rows=load.table.num_rows,
                values=values,
            )
            self._check_signed(book, entry, load.table)
            return entry

        return self._submission(self._write(decide, load).number)

    def withdraw(self, number: int, by: str) -> Submission:
        """Withdraw a submission; what it superseded counts again."""

        def decide(book: Book) -> Withdrawn:
            found = book.submission(number)
            if found.withdrawn:
                text = _("Submission {number} was withdrawn on {date} already.")
                raise UsageError(text.format(number=number, date=f"{found.withdrawn:%d/%m/%Y}"))
            book.check_open(found.round)
            return Withdrawn(**_next(book, by), submission=number)

        self._write(decide)
        return self._submission(number)

    def close(self, round_id: str, by: str) -> None:
        """Close a round: what counts in it never changes again."""

        def decide(book: Book) -> Closed:
            book.check_open(round_id)
            return Closed(**_next(book, by), round=round_id)

        self._write(decide)

    def closed(self) -> dict[str, dt.datetime]:
        """Return the closed rounds with the moment of closing."""
        return dict(self.book().closed)

    def submissions(self, round_id: str | None = None) -> list[Submission]:
        """Return every submission of a round (None: of all), the withdrawn ones too, in the order of their ids."""
        book = self.book()
        found = map(book.submission, book.taken_in)
        return [one for one in found if round_id is None or one.round == round_id]

    def values(self, table: str, as_of: dt.date | None = None, known_on: dt.datetime | None = None) -> pd.DataFrame:
        """Return the values that count, with ``submission``, ``level`` and ``unit_vintage``; see `interface.Store`."""
        book = self.book().until(known_on)
        lines = self._known(Wanted(list(book.counting), table=table, as_of=as_of), book)
        units = content.unit_numbers(lines, book, self._units_on)
        return _frame(lines.filter(pa.array(content.is_counting(lines, units, book.ranks))), book)

    def told_by(self, unit: str, level: Level) -> pd.DataFrame:
        """Return what counts of all that one unit handed in at its level; see `interface.Store`."""
        book = self.book()
        own = [number for number, entry in book.counting.items() if (entry.sender, entry.level) == (unit, level)]
        lines = self._known(Wanted(own), book)
        units = content.unit_numbers(lines, book, self._units_on)
        frame = _frame(lines.filter(pa.array(content.is_counting(lines, units, book.ranks))), book)
        return frame.assign(round=frame["submission"].map({number: book.taken_in[number].round for number in own}))

    def history(self, unit_code: str, item: str) -> pd.DataFrame:
        """Return every version of one code's values of an item, the oldest submission first, withdrawn ones marked.

        Columns of ``VALUES`` and `Submission`, with ``counts``: whether the line counts today. A code may have meant several
        units; ``unit_vintage`` is the date that says which.
        """
        book = self.book()
        lines = self._known(Wanted(list(book.taken_in), unit_codes=[unit_code], item=item), book)
        units = content.unit_numbers(lines, book, self._units_on)
        frame = _frame(lines, book).assign(counts=content.is_counting(lines, units, book.ranks))
        names = ["id", *(field.name for field in fields(Submission) if field.name not in {"id", *frame.columns})]
        facts = pd.DataFrame([asdict(book.submission(number)) for number in book.taken_in], columns=names)
        frame = frame.sort_values("submission", kind="stable")
        return frame.merge(facts.rename(columns={"id": "submission"}), on="submission", how="left", validate="m:1")

    def _write(self, decide: Callable[[Book], Entry], load: Load | None = None) -> Entry:
        while True:
            entry = decide(self.book())
            if self._append(entry, load):
                return entry

    def _submission(self, number: int) -> Submission:
        return self.book().submission(number)

    def _known(self, wanted: Wanted, book: Book) -> pa.Table:
        return content.with_level(self._lines(wanted, book), book)

    def _check_signed(self, book: Book, entry: TakenIn, table: pa.Table) -> None:
        """Stop when a value differs from one of the same key that counts in a closed round."""
        signed = [number for number, other in book.counting.items() if other.round in book.closed]
        if not signed:
            return
        codes = table.column("unit_code").unique().to_pylist()
        old = self._lines(Wanted(signed, unit_codes=codes), book)
        new = table.append_column(LINES.field("submission"), pa.array([entry.number] * table.num_rows, pa.int64()))
        changed = content.changes_of_signed(old, new, Book((*book.entries, entry)), self._units_on)
        faults = FaultList(
            _("{file}: {count} figures of a closed round would change").format(file=entry.file, count=len(changed))
        )
        for row in changed.head(_SHOWN).to_dict("records"):
            faults.add(
                f"{row['sheet']} {row['cell']}",
                f"{row['unit_code']} {row['year']} {row['item']}: {_shown(row)}",
                _shown(row, "_signed"),
                _("Report a correction with the cut-off date of the new round."),
            )
        faults.stop_if_any(UsageFaultsError)


def _acceptable(reading: Reading, original: bytes) -> Sender:
    if reading.sender is None:
        raise UsageError(_("{file}: the file does not say who reports.").format(file=reading.file))
    if not reading.is_accepted:
        raise UsageError(_("{file}: something in the file is wrong; it is not taken in.").format(file=reading.file))
    if hashlib.sha256(original).hexdigest() != reading.sha256:
        raise NtmError(_("{file}: the file changed while it was read. Hand it in again.").format(file=reading.file))
    return reading.sender


def _check_new(book: Book, reading: Reading, sender: Sender) -> None:
    for number, entry in book.counting.items():
        same = (entry.sha256, entry.round, entry.level, entry.sender)
        if same == (reading.sha256, sender.round, sender.level, sender.unit):
            raise AlreadyHandedInError(book.submission(number), reading.file)


def _next(book: Book, by: str) -> dict[str, Any]:
    """Return number, moment and seal of the next entry; moments grow with the numbers even when clocks differ a little."""
    now = dt.datetime.now(dt.UTC)
    if not book.entries:
        return {"number": 1, "moment": now, "by": by, "previous": ""}
    last = book.entries[-1]
    if last.moment - now > _CLOCK_TOLERANCE:
        text = _(
            "The clock of this computer says {now}, but the last entry of the store is of {last}. Set the clock right."
        )
        raise NtmError(text.format(now=f"{now:%d/%m/%Y %H:%M}", last=f"{last.moment:%d/%m/%Y %H:%M}"))
    moment = max(now, last.moment + dt.timedelta(microseconds=1))
    return {"number": last.number + 1, "moment": moment, "by": by, "previous": seal(last)}


def _frame(lines: pa.Table, book: Book) -> pd.DataFrame:
    frame = content.plain(lines).to_pandas()
    vintage = pd.Series({number: entry.unit_vintage for number, entry in book.taken_in.items()}, dtype=object)
    return pd.DataFrame(frame.assign(unit_vintage=vintage.reindex(frame["submission"]).to_numpy()))


def _shown(row: dict[Any, Any], suffix: str = "") -> str:
    if row[f"is_not_assessed{suffix}"]:
        return _("Not assessed")
    text = row[f"text{suffix}"]
    return f"{row[f'number{suffix}']:g}" if pd.isna(text) else str(text)
