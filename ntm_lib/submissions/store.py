"""Find and read the tables that were handed in; the choice of folder is made here and nowhere else."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import SourceRecord, read_record, record_path
from ntm_lib.tables import contract, table_ids

_PUBLISHED = {"b05": "b05_recognised.csv"}  # facts read in a source, never generated


@dataclass(frozen=True, eq=False)
class Table:
    """One table with where it came from; ``frame`` has the types of its contract, codes of ``unit_vintage``."""

    frame: pd.DataFrame
    file: str
    is_illustrative: bool
    unit_vintage: dt.date | None


def folder(project: Project) -> Path:
    """Return the folder whose tables are read."""
    return project.data / "illustrative"


def record(path: Path) -> SourceRecord:
    """Return the source record of a file; an unchanged one is read once."""
    beside = record_path(path)
    return _record(path, beside.stat().st_mtime_ns if beside.exists() else 0)


@lru_cache(maxsize=256)
def _record(path: Path, _stamp: int) -> SourceRecord:
    return read_record(path)


def is_handed_in(table: str, project: Project) -> bool:
    """Tell whether anybody handed in a table other than B2."""
    return _path(table, project).is_file()


def _path(table: str, project: Project) -> Path:
    name = _PUBLISHED.get(table)
    return project.data / "published" / name if name else folder(project) / f"{table}.csv"


def read_table(
    table: str, project: Project | None = None, as_of: dt.date | None = None, *, may_disagree: bool = False
) -> Table:
    """Read one of the tables other than B2, checked against its contract.

    With ``as_of`` only rows whose cut-off date is not later are used; of several rows with the same key the one
    with the latest cut-off date stays. Empty cells are missing, never zero. Raises FaultsError with every fault
    of the file; a table that nobody handed in stops. ``may_disagree``: let lines in whose figures do not agree with each
    other, for those who show the disagreement.
    """
    project = project or Project.find()
    if table not in table_ids(project):
        raise UsageError(
            _("Table '{table}' is not known. Expected: {known}.").format(
                table=table, known=", ".join(table_ids(project))
            )
        )
    path = _path(table, project)
    where = project.relative(path)
    if not path.is_file():
        raise NtmError(_("{file}: nobody handed in table {table}.").format(file=where, table=table.upper()))
    agreed = contract(table, project)
    source = record(path)
    frame = _read(path, path.stat().st_mtime_ns, table, where, project, may_disagree)
    keys = [name for name in agreed.key if name != "as_of_date"]
    return Table(latest(frame, keys, as_of), where, source.nature == "illustrative", source.unit_vintage)


@lru_cache(maxsize=32)
def _read(path: Path, _stamp: int, table: str, where: str, project: Project, may_disagree: bool) -> pd.DataFrame:
    return contract(table, project).read_csv(path, where, may_disagree=may_disagree)


def latest(frame: pd.DataFrame, keys: list[str], as_of: dt.date | None) -> pd.DataFrame:
    """Keep the rows known on ``as_of`` (None: all), and of each key the one with the latest cut-off date."""
    known = frame if as_of is None else frame[frame["as_of_date"] <= pd.Timestamp(as_of)]
    newest = known["as_of_date"] == known.groupby(keys)["as_of_date"].transform("max")
    return known[newest].reset_index(drop=True)
