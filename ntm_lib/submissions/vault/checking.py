"""Check a whole store: the book, every original, every value."""

from collections.abc import Iterator
from dataclasses import dataclass

from ntm_lib.errors import Fault, FaultList, NtmError
from ntm_lib.messages import _
from ntm_lib.submissions.vault.book_store import BookStore
from ntm_lib.submissions.vault.content import fingerprint
from ntm_lib.submissions.vault.entries import TakenIn, broken_links


@dataclass(frozen=True)
class Health:
    """What a check found: how much was checked, what is wrong, and remarks on what does no harm."""

    entries: int
    submissions: int
    rows: int
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]


def check_store(store: BookStore) -> Health:
    """Read everything in a store once and tell all that is not as it was taken in."""
    faults = FaultList(_("The store is damaged"))
    book = store.book()
    for number in broken_links(book.entries):
        faults.add(_("entry {number}").format(number=number), _("it or the one before was changed"))
    for entry in book.taken_in.values():
        for fault in _faults(store, entry):
            faults.add(_("submission {number} ({name})").format(number=entry.number, name=entry.file), fault)
    for number, gone in book.withdrawn.items():
        if number not in book.taken_in:
            faults.add(_("entry {number}").format(number=gone.number), _("it withdraws what was never taken in"))
    remarks = store.own_faults(faults)
    rows = sum(entry.rows for entry in book.taken_in.values())
    return Health(len(book.entries), len(book.taken_in), rows, tuple(faults.faults), tuple(remarks))


def _faults(store: BookStore, entry: TakenIn) -> Iterator[str]:
    try:
        store.original(entry.sha256)
    except NtmError as error:
        yield str(error)
    try:
        if fingerprint(store.part(entry)) != entry.values:
            yield _("its values are no longer those that were taken in")
    except NtmError as error:
        yield str(error)
