"""Keep a folder of tables whole or not at all, and read it back only when it is still what was written."""

import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

import ntm_lib
from ntm_lib.errors import FaultList, NtmError, UsageError
from ntm_lib.messages import _

_FIELDS = {"format", "about", "files", "sha256"}
_JUDGING = ("criteria", "evaluation", "scoring", "submissions", "units", "review.py", "verdicts.py")


def write_kept(folder: Path, name: str, version: int, about: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Write ``files`` and, in ``name``, what they are with their fingerprints; the folder must not be there yet.

    It appears whole or not at all. What is kept is never written over: an existing folder is refused.
    """
    if folder.exists():
        raise UsageError(_("{path}: already there, and never written over.").format(path=folder.name))
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for file, content in files.items():
            (temporary / file).write_bytes(content)
        record = {
            "format": version,
            "about": dict(about),
            "files": {file: _sha(content) for file, content in files.items()},
        }
        text = json.dumps({**record, "sha256": _sha(_canonical(record))}, ensure_ascii=False, indent=1)
        (temporary / name).write_text(text, encoding="utf-8")
        temporary.chmod(0o755)
        temporary.rename(folder)
    except FileExistsError as error:
        raise UsageError(_("{path}: already there, and never written over.").format(path=folder.name)) from error
    finally:
        if temporary.exists():
            shutil.rmtree(temporary)


def read_kept(folder: Path, name: str, version: int, files: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what the files are, and their bytes; nothing of it is run.

    Raises NtmError where the folder was never written, is of another format or its record was changed, FaultsError with
    every file that is missing or no longer the one that was written.
    """
    path = folder / name
    if not path.is_file():
        raise NtmError(_("{folder}: nothing is kept there ({file} is missing).").format(folder=folder.name, file=name))
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        is_record = isinstance(record, dict) and set(record) == _FIELDS and dict(record["files"]).keys() == set(files)
    except (ValueError, TypeError) as error:
        raise NtmError(_("{file} in {folder} cannot be read.").format(file=name, folder=folder.name)) from error
    if not is_record or record["format"] != version:
        raise NtmError(_("{file} in {folder} is of another format.").format(file=name, folder=folder.name))
    faults = FaultList(_("Kept files that are no longer what was written"))
    stated = record.pop("sha256")
    if stated != _sha(_canonical(record)):
        faults.add(f"{folder.name}/{name}", _("changed after it was written"))
    held = {}
    for file in files:
        if not (folder / file).is_file():
            faults.add(f"{folder.name}/{file}", _("missing"))
            continue
        held[file] = (folder / file).read_bytes()
        if (found := _sha(held[file])) != (expected := record["files"][file]):
            faults.add(f"{folder.name}/{file}", f"sha256 {found[:16]}…", f"{str(expected)[:16]}…")
    faults.stop_if_any()
    return record["about"], held


def code_version() -> dict[str, str]:
    """Return the version of the workbench and a fingerprint over the source of what reads and judges."""
    root = Path(ntm_lib.__file__).parent
    paths = sorted(
        path for name in _JUDGING for path in ([root / name] if name.endswith(".py") else (root / name).rglob("*.py"))
    )
    held = hashlib.sha256()
    for path in paths:
        held.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return {"version": ntm_lib.__version__, "sha256": held.hexdigest()}


def to_parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet."""
    held = io.BytesIO()
    frame.to_parquet(held, index=False)
    return held.getvalue()


def from_parquet(content: bytes) -> pd.DataFrame:
    """Return a table kept as Parquet."""
    return pd.read_parquet(io.BytesIO(content))


def _canonical(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True).encode()


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
