"""Say where a file of data came from and prove that it is still that file."""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ntm_lib.errors import FaultList, FaultsError, NtmError
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project, whole_file
from ntm_lib.strict_yaml import read_yaml

SOURCE_SUFFIX = ".source.yaml"
Nature = Literal["fact", "published", "illustrative", "submitted", "imported"]


class SourceRecord(BaseModel):
    """The record that stands beside a raw file as ``<file>.source.yaml``.

    ``nature`` decides how every page made from the file must mark itself; ``unit_vintage`` is the date whose
    unit codes the file uses (None where it holds no unit codes).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    origin: str
    retrieved: date
    licence: str
    nature: Nature
    sha256: str
    unit_vintage: date | None = None
    sources: tuple[str, ...] = ()
    note: str = ""


def sha256_of(path: Path) -> str:
    """Return the hex digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def record_path(path: Path) -> Path:
    """Return the place of the record that belongs to ``path``."""
    return path.with_name(path.name + SOURCE_SUFFIX)


def read_record(path: Path) -> SourceRecord:
    """Read the record beside ``path``; a missing or malformed record stops, with every fault of it."""
    record = record_path(path)
    if not record.exists():
        raise NtmError(_("{path}: no source record. Write {record}.").format(path=path, record=record.name))
    try:
        return SourceRecord.model_validate(read_yaml(record))
    except ValidationError as error:
        faults = FaultList(_("A source record that cannot be used"))
        tell(faults, str(record), error, SourceRecord)
        raise FaultsError(faults.title, faults.faults) from error


def write_record(path: Path, record: SourceRecord) -> None:
    """Write the record that belongs to ``path``, whole or not at all."""
    fields = {name: value for name, value in record.model_dump().items() if value not in (None, (), "")}
    fields["sources"] = list(record.sources)
    if not record.sources:
        del fields["sources"]
    with whole_file(record_path(path)) as temporary:
        temporary.write_text(yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=110), encoding="utf-8")


def check_files(project: Project, paths: Iterable[Path]) -> None:
    """Check that each file is the one its record describes; every fault is told at once."""
    faults = FaultList(_("Data files that do not agree with their source record"))
    for path in paths:
        if not record_path(path).exists():
            faults.add(project.relative(path), _("no source record"), record_path(path).name)
        elif (found := sha256_of(path)) != (expected := read_record(path).sha256):
            faults.add(
                project.relative(path),
                f"sha256 {found}",
                f"{expected[:16]}…",
                _("Write into the record where the new values come from, with the new fingerprint."),
            )
    faults.stop_if_any()


def check_records(project: Project, folder: Path) -> None:
    """Check every CSV or Parquet file below ``folder`` as `check_files` does."""
    check_files(project, sorted([*folder.rglob("*.csv"), *folder.rglob("*.parquet")]))
