"""Write files so that each is there whole or not at all, and stays after a power cut."""

import json
import os
import uuid
from pathlib import Path
from typing import Any

from ntm_lib.errors import NtmError
from ntm_lib.messages import _


def publish(path: Path, data: bytes) -> bool:
    """Write a new file; False, and nothing changed, when there is one of this name already.

    The bytes are on the disk before the name appears, and of several processes exactly one gives the name.
    """
    temporary = _written(path, data)
    try:
        _give_name(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def replace(path: Path, data: bytes) -> None:
    """Write a file in place of the one of this name."""
    temporary = _written(path, data)
    try:
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder that stays after a power cut; one that is there is left alone."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_json(path: Path) -> Any:
    """Read one JSON file; NtmError when it is damaged."""
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise NtmError(_("{file} is damaged: {reason}").format(file=path, reason=error)) from error


def _written(path: Path, data: bytes) -> Path:
    """Write the bytes under a name of their own beside ``path``; what could not be written whole is taken away."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    except BaseException:
        os.close(handle)
        temporary.unlink(missing_ok=True)
        raise
    os.close(handle)
    return temporary


def _give_name(temporary: Path, path: Path) -> None:
    """Name a file; FileExistsError when the name is taken."""
    if os.name == "nt":
        temporary.rename(path)  # never replaces there
    else:
        path.hardlink_to(temporary)
