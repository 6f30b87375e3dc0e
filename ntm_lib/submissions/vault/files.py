"""A store in plain files: originals, values as Parquet, and a book whose next file is the moment at which all of it counts."""

import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from functools import reduce
from operator import and_
from pathlib import Path

import pyarrow as pa
from pyarrow import compute

from ntm_lib.errors import FaultList, NtmError, UsageError, disk_reason, preview
from ntm_lib.messages import _
from ntm_lib.submissions.vault import disk, packs
from ntm_lib.submissions.vault.book_store import BookStore, Load, Wanted
from ntm_lib.submissions.vault.content import LINES, UnitsOn, plain
from ntm_lib.submissions.vault.entries import VERSION, Book, Entry, TakenIn, read_entry, write_entry
from ntm_lib.submissions.vault.migrations import Raw, check_version, is_moved_mark, migrated, moved_mark

HEAD = "store.json"
BOOK = "book"
_HEX = re.compile(r"[0-9a-f]{64}")


class FileStore(BookStore):
    """A store in one folder.

    ``store.json``: version and the folder of the book; ``book/00000001.json`` …: the entries; ``originals/<sha256>``;
    ``values/<part>-<sum>.parquet``; ``packs/``: copies for quick reading. An original and its values are on the disk before the
    entry that names them appears; until then nobody sees them, and what a killed process leaves behind does no harm.
    """

    def __init__(self, folder: Path, units_on: UnitsOn) -> None:
        super().__init__(units_on)
        self.folder = folder
        self._entries: list[Entry] = []
        self._book_folder: Path | None = None
        self._parts: dict[str, Path] = {}

    def book(self) -> Book:
        """Return the book as it stands now; entries once read are not read again."""
        folder = self._open()
        if folder is not None:
            if not self._entries:
                book_files(folder)
            while (path := folder / entry_name(len(self._entries) + 1)).exists():
                self._entries.append(read_entry(path.read_bytes(), path.name))
        return Book(tuple(self._entries))

    def original(self, sha256: str) -> bytes:
        """Return an original, after checking that it is still the one of this hash."""
        path = self.folder / "originals" / sha256
        if not _HEX.fullmatch(sha256) or not path.is_file():
            raise NtmError(_("The store has no original {hash}.").format(hash=sha256))
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise NtmError(
                _("{file} is damaged: {reason}").format(file=path, reason=_("it is no longer what was written"))
            )
        return data

    def part(self, entry: TakenIn) -> pa.Table:
        """Return the values of one submission as they were taken in."""
        return plain(self._read_part(entry, None))

    def fill(self, entries: Iterator[tuple[Entry, Load | None]]) -> None:
        """Write a whole book into a folder beside this one, which takes its place when all is written."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise UsageError(_("{folder} is not empty; nothing was overwritten.").format(folder=self.folder))
        disk.make_folder(self.folder.parent)
        other = FileStore(self.folder.with_name(f".{self.folder.name}.{uuid.uuid4().hex}"), self._units_on)
        try:
            other._create()
            for entry, load in entries:
                other._append(entry, load)
            if self.folder.exists():
                self.folder.rmdir()
            other.folder.rename(self.folder)
        except OSError as error:
            raise _not_written(error) from error
        finally:
            shutil.rmtree(other.folder, ignore_errors=True)
        disk.sync_folder(self.folder.parent)

    def own_faults(self, faults: FaultList) -> list[str]:
        """Note packs that are not what the parts say; tell of files that no entry names."""
        book = self.book()
        for block in packs.blocks(book.taken_in, len(book.entries)):
            for path in packs.pack_paths(self.folder / "packs", block):
                if not self._is_good_pack(path, block, book):
                    action = _("Delete it; it is made again from the values.")
                    faults.add(path.name, _("the pack is damaged"), action=action)
        known = {name for entry in book.taken_in.values() for name in (entry.part, entry.sha256)}
        places = [self.folder / "originals", self.folder / "values"]
        left = [
            path
            for place in places
            if place.is_dir()
            for path in place.iterdir()
            if (packs.part_of(path.name) or path.name) not in known
        ]
        if not left:
            return []
        return [_("{count} files were left by work that was broken off; they do no harm.").format(count=len(left))]

    def migrate(self) -> int:
        """Bring an older store to the present version; return the version that it had.

        The old book is ended with a mark that no older program can read, so that none writes on; the new book is made beside
        it, and the new ``store.json`` is the moment at which it holds. Broken off at any point, it can be done again.
        """
        path = self.folder / HEAD
        if not path.is_file():
            raise UsageError(_("{folder} holds no store.").format(folder=self.folder))
        found = disk.read_json(path)
        version = int(found["version"])
        if version >= VERSION:
            check_version(version)
            return version
        try:
            entries = migrated(_ended(self.folder / found["book"]), version)
            disk.replace(path, head(self._new_book(entries).name))
        except OSError as error:
            raise _not_written(error) from error
        return version

    def _new_book(self, entries: list[Entry]) -> Path:
        book = self.folder / f"{BOOK}-{VERSION}"
        temporary = self.folder / f".{book.name}.{uuid.uuid4().hex}"
        disk.make_folder(temporary)
        try:
            for entry in entries:
                disk.publish(temporary / entry_name(entry.number), write_entry(entry).encode())
            if not book.exists():  # else it was made before, from the same ended book
                temporary.rename(book)
        except FileExistsError:
            pass
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        disk.sync_folder(self.folder)
        return book

    def _append(self, entry: Entry, load: Load | None) -> bool:
        try:
            folder = self._open() or self._create()
            if isinstance(entry, TakenIn) and load is not None:
                self._keep(entry, load)
            return disk.publish(folder / entry_name(entry.number), write_entry(entry).encode())
        except OSError as error:
            raise _not_written(error) from error

    def _keep(self, entry: TakenIn, load: Load) -> None:
        original = self.folder / "originals" / entry.sha256
        if not disk.publish(original, load.original) and original.read_bytes() != load.original:
            disk.replace(original, load.original)  # the one on the disk was damaged
        packs.write_lines(self.folder / "values", entry.part, packs.parquet_bytes([load.table], load.table.schema))

    def _lines(self, wanted: Wanted, book: Book) -> pa.Table:
        numbers, condition, found = sorted(wanted.submissions), _condition(wanted), []
        whole = packs.blocks(numbers, len(self._entries))
        for block, inside in whole.items():
            found += self._from_pack(block, inside, condition) or self._from_parts(inside, condition, book)
        packed = {number for inside in whole.values() for number in inside}
        found += self._from_parts([number for number in numbers if number not in packed], condition, book)
        return pa.concat_tables(found).unify_dictionaries() if found else LINES.empty_table()

    def _from_pack(self, block: int, numbers: list[int], condition: compute.Expression | None) -> list[pa.Table]:
        """Return the lines of a block; nothing when its pack cannot be made or is damaged, which a check tells."""
        folder, taken_in = self.folder / "packs", Book(tuple(self._entries)).taken_in
        only = compute.field("submission").isin(pa.array(numbers, pa.int64()))
        for path in packs.pack_paths(folder, block) or packs.make_pack(folder, block, taken_in, self.part):
            with suppress(OSError, packs.DamagedError):
                return [packs.read_lines(path, only if condition is None else only & condition)]
        return []

    def _from_parts(self, numbers: list[int], condition: compute.Expression | None, book: Book) -> list[pa.Table]:
        return [packs.numbered(self._read_part(book.taken_in[number], condition), number) for number in numbers]

    def _read_part(self, entry: TakenIn, condition: compute.Expression | None) -> pa.Table:
        if entry.part not in self._parts:
            self._parts = {packs.part_of(path.name): path for path in (self.folder / "values").glob("*.parquet")}
        path = self._parts.get(entry.part, self.folder / "values" / entry.part)
        try:
            return packs.read_lines(path, condition)
        except OSError as error:
            raise NtmError(_("{file} cannot be read: {reason}").format(file=path, reason=disk_reason(error))) from error
        except packs.DamagedError as error:
            reason = _("it is no longer what was written")
            raise NtmError(_("{file} is damaged: {reason}").format(file=path, reason=reason)) from error

    def _is_good_pack(self, path: Path, block: int, book: Book) -> bool:
        """Whether a pack holds what its parts hold; where a part itself is damaged the pack cannot be judged."""
        try:
            return bool(plain(packs.read_lines(path, None)).equals(packs.packed(block, book.taken_in, self.part)))
        except NtmError:
            return True
        except (OSError, packs.DamagedError):
            return False

    def _open(self) -> Path | None:
        """Return the folder of the book; None before anything was written."""
        if self._book_folder is None:
            head = self.folder / HEAD
            if not head.is_file():
                if (self.folder / BOOK).is_dir() and any((self.folder / BOOK).iterdir()):
                    raise NtmError(_("{file} is missing, so the store cannot be read.").format(file=head))
                return None
            content = disk.read_json(head)
            check_version(content["version"])
            self._book_folder = self.folder / content["book"]
        return self._book_folder

    def _create(self) -> Path:
        for name in (BOOK, "originals", "values"):
            disk.make_folder(self.folder / name)
        disk.publish(self.folder / HEAD, head(BOOK))
        folder = self._open()
        assert folder is not None  # noqa: S101 - just written
        return folder


def head(book: str) -> bytes:
    """Return the content of ``store.json``."""
    return json.dumps({"kind": "ntm submissions", "version": VERSION, "book": book}).encode()


def entry_name(number: int) -> str:
    """Return the name of the file of an entry."""
    return f"{number:08d}.json"


def book_files(folder: Path) -> list[Path]:
    """Return the files of the entries in their order; a gap stops, since what followed would be passed over."""
    names = {path.name for path in folder.glob("[0-9]*.json")}
    wanted = [entry_name(number) for number in range(1, len(names) + 1)]
    if lost := [name for name in wanted if name not in names]:
        text = _("{folder}: entries of the store are missing: {names}. Restore it from a backup.")
        raise NtmError(text.format(folder=folder, names=preview(lost)))
    return [folder / name for name in wanted]


def _ended(folder: Path) -> Raw:
    """Return the entries of an older book after ending it, so that no other process adds to it."""
    while True:
        entries = [disk.read_json(path) for path in book_files(folder)]
        if entries and is_moved_mark(entries[-1]):
            return entries[:-1]
        number = len(entries) + 1
        disk.publish(folder / entry_name(number), moved_mark(number).encode())


def _condition(wanted: Wanted) -> compute.Expression | None:
    parts = []
    if wanted.table is not None:
        parts.append(compute.field("table") == wanted.table)
    if wanted.unit_codes is not None:
        parts.append(compute.field("unit_code").isin(pa.array(wanted.unit_codes, pa.string())))
    if wanted.item is not None:
        parts.append(compute.field("item") == wanted.item)
    if wanted.as_of is not None:
        parts.append(compute.field("as_of_date") <= pa.scalar(wanted.as_of, pa.date32()))
    return reduce(and_, parts) if parts else None


def _not_written(error: OSError) -> NtmError:
    text = _(
        "The store could not be written ({reason}); nothing was changed. Make room or check the disk, then try again."
    )
    return NtmError(text.format(reason=disk_reason(error)))
