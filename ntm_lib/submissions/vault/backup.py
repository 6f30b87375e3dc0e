"""Put a whole store into one file, checked, and a store back from it; the two may be of different kinds."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ntm_lib.errors import NtmError, UsageError, disk_reason
from ntm_lib.messages import _
from ntm_lib.project import whole_file
from ntm_lib.submissions.model import VALUES
from ntm_lib.submissions.vault import packs
from ntm_lib.submissions.vault.book_store import BookStore, Load
from ntm_lib.submissions.vault.content import fingerprint, plain
from ntm_lib.submissions.vault.entries import VERSION, Book, Entry, TakenIn, broken_links, seal, write_entry
from ntm_lib.submissions.vault.migrations import migrated

_HEAD = "backup.json"


def back_up(store: BookStore, path: Path) -> Book:
    """Write a store as it stands into one new file, read it back and check it; return the book that it holds.

    Others may go on working: what they add meanwhile is not in it. An existing file is not overwritten.
    """
    if path.exists():
        raise UsageError(_("{file} exists; nothing was overwritten.").format(file=path))
    book = store.book()
    try:
        with whole_file(path) as temporary:
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
                _write(archive, store, book)
            check_backup(temporary)
    except OSError as error:
        raise NtmError(
            _("{file} could not be written: {reason}").format(file=path, reason=disk_reason(error))
        ) from error
    return book


def restore(store: BookStore, path: Path) -> Book:
    """Fill an empty store from a backup that was checked first; return its book."""
    book = check_backup(path)
    with zipfile.ZipFile(path) as archive:
        store.fill(_loads(archive, book))
    return store.book()


def check_backup(path: Path) -> Book:
    """Read a whole backup and return its book; NtmError when anything in it is not as it was written."""
    try:
        return _checked(path)
    except (
        OSError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
        packs.DamagedError,
        NtmError,
    ) as error:
        text = _("{file} is not a whole backup of a store: {reason}")
        raise NtmError(text.format(file=path, reason=error)) from error


def _checked(path: Path) -> Book:
    with zipfile.ZipFile(path) as archive:
        book = _book(archive)
        for entry, load in _loads(archive, book):
            if load is not None and not _is_as_taken_in(entry, load):
                raise ValueError(_("entry {number}").format(number=entry.number))
    return book


def _write(archive: zipfile.ZipFile, store: BookStore, book: Book) -> None:
    last = seal(book.entries[-1]) if book.entries else ""
    head = {"kind": "ntm submissions backup", "version": VERSION, "entries": len(book.entries), "last": last}
    archive.writestr(_HEAD, json.dumps(head))
    for entry in book.entries:
        archive.writestr(f"book/{entry.number:08d}.json", write_entry(entry))
    for sha256 in dict.fromkeys(entry.sha256 for entry in book.taken_in.values()):
        archive.writestr(f"originals/{sha256}", store.original(sha256), zipfile.ZIP_STORED)
    for entry in book.taken_in.values():
        data = packs.parquet_bytes([store.part(entry)], VALUES)
        archive.writestr(f"values/{packs.file_name(entry.part, data)}", data, zipfile.ZIP_STORED)


def _book(archive: zipfile.ZipFile) -> Book:
    """Return the book of a backup; one of an older version is moved to the present one."""
    head = json.loads(archive.read(_HEAD))
    version = int(head["version"])
    names = [f"book/{number:08d}.json" for number in range(1, int(head["entries"]) + 1)]
    book = Book(tuple(migrated([json.loads(archive.read(name)) for name in names], version)))
    last = seal(book.entries[-1]) if book.entries else ""
    if broken_links(book.entries) or (version == VERSION and last != head["last"]):
        raise ValueError(_("the entries are not those that were written"))
    return book


def _loads(archive: zipfile.ZipFile, book: Book) -> Iterator[tuple[Entry, Load | None]]:
    names = [name.removeprefix("values/") for name in archive.namelist() if name.startswith("values/")]
    by_part = {packs.part_of(name): name for name in names}
    for entry in book.entries:
        if isinstance(entry, TakenIn):
            name = by_part[entry.part]
            lines = plain(packs.lines_in(archive.read(f"values/{name}"), name))
            yield entry, Load(archive.read(f"originals/{entry.sha256}"), lines)
        else:
            yield entry, None


def _is_as_taken_in(entry: Entry, load: Load) -> bool:
    return isinstance(entry, TakenIn) and (hashlib.sha256(load.original).hexdigest(), fingerprint(load.table)) == (
        entry.sha256,
        entry.values,
    )
