"""Bring the book of an older version to the present one; originals and values stay as they are.

A migration is a function from the entries of one version, as they were read from JSON, to those of the next. It must give
the same result each time, since two processes may do it at once.
"""

import json
from collections.abc import Callable
from typing import Any

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.submissions.vault.entries import VERSION, Entry, read_entry, seal

Raw = list[dict[str, Any]]


def chain(entries: Raw) -> Raw:
    """Version 1 to 2: every entry carries the SHA-256 of the one before, so that a changed or lost one is noticed."""
    chained: Raw = []
    previous = ""
    for entry in entries:
        whole = read_entry(json.dumps(entry | {"previous": previous}), str(entry.get("number")))
        chained.append(whole.model_dump(mode="json"))
        previous = seal(whole)
    return chained


MIGRATIONS: dict[int, Callable[[Raw], Raw]] = {1: chain}
"""By the version that they start from."""


def migrated(entries: Raw, version: int) -> list[Entry]:
    """Return the entries of an older version as this program writes them."""
    if version > VERSION:
        check_version(version)
    for step in range(version, VERSION):
        entries = MIGRATIONS[step](entries)
    return [read_entry(json.dumps(entry), str(entry.get("number"))) for entry in entries]


def check_version(version: int) -> None:
    """Stop when a store is not of the version that this program writes."""
    if version > VERSION:
        text = _("The store is of version {version}, this program knows versions up to {own}. Use the newer program.")
        raise NtmError(text.format(version=version, own=VERSION))
    if version < VERSION:
        text = _("The store is of version {version}, this program works with {own}. Move it with: ntm store migrate")
        raise UsageError(text.format(version=version, own=VERSION))


def moved_mark(number: int) -> str:
    """Return the entry that ends an older book: a program that still writes that version cannot read it and stops."""
    return json.dumps({"number": number, "kind": "moved", "version": VERSION})


def is_moved_mark(entry: dict[str, Any]) -> bool:
    """Whether an entry ends its book."""
    return entry.get("kind") == "moved"
