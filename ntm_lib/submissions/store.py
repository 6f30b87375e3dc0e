"""Find and read the tables that were handed in, over the illustrative ones; the choice is made here and nowhere else."""

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from ntm_lib import units
from ntm_lib.errors import FaultList, NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import SourceRecord, check_files, read_record, record_path, sha256_of
from ntm_lib.review import load_review
from ntm_lib.submissions.levels import WHERE, highest, line_facts, newest_lines
from ntm_lib.submissions.lines import row_keys, split_keys, unit_key
from ntm_lib.submissions.reported import on_units, reported
from ntm_lib.tables import TableContract, contract, table_ids

_PUBLISHED = {"b05": "b05_recognised.csv"}  # facts read in a source, never generated


@dataclass(frozen=True, eq=False)
class Table:
    """One table with where it came from; ``frame`` has the types of its contract, codes of ``unit_vintage``.

    ``generated``: whether each row was generated, the index is that of ``frame``. ``words``: what of it was handed in, index as
    ``frame`` and the column (``item``), with ``level, status, as_of_date, file, sheet, cell, submission, sha256``. ``file``: the
    illustrative or published file that rows come from, or a word for the store where there is none; see `check`.
    """

    frame: pd.DataFrame
    file: str
    unit_vintage: dt.date | None
    generated: pd.Series
    words: pd.DataFrame
    is_of_file: bool = True

    @property
    def is_illustrative(self) -> bool:
        """Whether any row was generated."""
        return bool(self.generated.any())

    def check(self, project: Project) -> None:
        """Stop when the file behind the rows is no longer the one that its source record describes."""
        if self.is_of_file:
            check_files(project, [project.root / self.file])


def folder(project: Project) -> Path:
    """Return the folder of the illustrative tables."""
    return project.data / "illustrative"


def uses_illustrative(project: Project) -> bool:
    """Tell whether the illustrative tables stand in for what nobody handed in: as the review chose, and if there are any."""
    path = project.parameters / "review.yaml"
    return folder(project).is_dir() and _chooses_illustrative(project, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=16)
def _chooses_illustrative(project: Project, _stamp: int) -> bool:
    return load_review(project).illustrative


def record(path: Path) -> SourceRecord:
    """Return the source record of a file; an unchanged one is read once."""
    beside = record_path(path)
    return _record(path, beside.stat().st_mtime_ns if beside.exists() else 0)


@lru_cache(maxsize=256)
def _record(path: Path, _stamp: int) -> SourceRecord:
    return read_record(path)


def is_handed_in(table: str, project: Project) -> bool:
    """Tell whether there is a table other than B2: handed in, illustrative or published."""
    path = _path(table, project)
    return (path is not None and path.is_file()) or not reported(project, table).empty


def _path(table: str, project: Project) -> Path | None:
    """Return the file under what was handed in; None where the review does without illustrative tables."""
    if name := _PUBLISHED.get(table):
        return project.data / "published" / name
    return folder(project) / f"{table}.csv" if uses_illustrative(project) else None


def read_table(
    table: str, project: Project | None = None, as_of: dt.date | None = None, *, may_disagree: bool = False
) -> Table:
    """Read one of the tables other than B2, checked against its contract.

    What somebody handed in for a unit and year replaces every generated or published row of that unit and year, and a district's
    row the generated ones of its communes; its empty cells are not reported. Each of its values is the word of the highest level
    that gave one as of the row's latest cut-off date, unless another one is firmer (see `levels.newest_lines`).

    With ``as_of`` only rows whose cut-off date is not later are used; of several rows with the same key the one
    with the latest cut-off date stays. Empty cells are missing, never zero. Raises FaultsError with every fault
    of the file; a table that nobody handed in stops. ``may_disagree``: let rows of files in whose figures do not agree with
    each other, for those who show the disagreement; what was handed in was checked then, and doubts were listed.
    """
    project = project or Project.find()
    if table not in table_ids(project):
        raise UsageError(
            _("Table '{table}' is not known. Expected: {known}.").format(
                table=table, known=", ".join(table_ids(project))
            )
        )
    base = _of_file(table, project, as_of, may_disagree)
    values = reported(project, table, as_of)
    if base is not None and values.empty:
        return base
    if not values.empty:
        return _with_submitted(base, values, table, project)
    if is_handed_in(table, project):  # only later than as_of
        return _of_submissions(values, table, project, units.on(load_review(project).on, project))
    raise NtmError(
        _("{file}: nobody handed in table {table}.").format(
            file=project.relative(folder(project) / f"{table}.csv"), table=table.upper()
        )
    )


def _of_file(table: str, project: Project, as_of: dt.date | None, may_disagree: bool) -> Table | None:
    path = _path(table, project)
    if path is None or not path.is_file():
        return None
    agreed, source, where = contract(table, project), record(path), project.relative(path)
    frame = _read(path, path.stat().st_mtime_ns, table, where, project, may_disagree)
    frame = latest(frame, [name for name in agreed.key if name != "as_of_date"], as_of)
    generated = pd.Series(source.nature == "illustrative", index=frame.index)
    return Table(frame, where, source.unit_vintage, generated, _no_words())


@lru_cache(maxsize=32)
def _read(path: Path, _stamp: int, table: str, where: str, project: Project, may_disagree: bool) -> pd.DataFrame:
    return _checked(_Read(sha256_of(path), contract(table, project), where, may_disagree, path))


@dataclass(frozen=True)
class _Read:
    """What the lines of a file depend on; the same content is checked once, wherever the file stands."""

    sha256: str
    agreed: TableContract
    where: str
    may_disagree: bool
    path: Path = field(compare=False)


@lru_cache(maxsize=48)
def _checked(read: _Read) -> pd.DataFrame:
    return read.agreed.read_csv(read.path, read.where, may_disagree=read.may_disagree)


def no_rows(table: str, project: Project, unit_vintage: dt.date | None) -> Table:
    """Return a table that nobody handed in: its columns and no row."""
    columns = contract(table, project).columns
    frame = pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in columns})
    return Table(frame, f"{table}.csv", unit_vintage, pd.Series(dtype=bool), _no_words(), is_of_file=False)


def _no_words() -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([[], []], names=["line", "item"])
    return pd.DataFrame(columns=WHERE, index=index, dtype=object)


def _with_submitted(base: Table | None, values: pd.DataFrame, table: str, project: Project) -> Table:
    date = base.unit_vintage if base is not None and base.unit_vintage else min(values["unit_vintage"])
    vintage = units.on(date, project)
    own = _of_submissions(values, table, project, vintage)
    if base is None:
        return own
    unit = unit_key(contract(table, project))
    told = pd.MultiIndex.from_frame(own.frame[[unit, "year"]].astype({"year": "int64"}))
    years = base.frame["year"].astype("int64")
    replaced = pd.MultiIndex.from_arrays([base.frame[unit], years]).isin(told)
    parents = vintage.frame["parent_code"]
    above = base.frame[unit].map(parents)
    for _tier in range(2):  # the district, then the province
        replaced |= pd.MultiIndex.from_arrays([above, years]).isin(told) & base.generated.to_numpy()
        above = above.map(parents)
    kept = base.frame[~replaced]
    frame = pd.concat([kept, own.frame], ignore_index=True)
    generated = pd.Series([*base.generated[~replaced], *own.generated], index=frame.index, dtype=bool)
    places, items = (own.words.index.get_level_values(name) for name in ("line", "item"))
    words = own.words.set_axis(pd.MultiIndex.from_arrays([places + len(kept), items]))
    return replace(base, frame=frame, generated=generated, words=words, unit_vintage=date)


def _of_submissions(values: pd.DataFrame, table: str, project: Project, vintage: units.Vintage) -> Table:
    """Return the rows that were handed in, a row a unit, year and further keys."""
    agreed = contract(table, project)
    line = ["unit_code", "year", "set_id", "row"]
    values = on_units(values.assign(set_id=values["set_id"].fillna("")), vintage, project)
    values = highest(newest_lines(values, line), [*line, "item"])
    number = values["number"].map(repr, na_action="ignore")
    values = values.assign(cell_text=values["text"].where(values["text"].notna(), number))
    cells = values.set_index([*line, "item"])["cell_text"].unstack("item")
    top = line_facts(values, line).reindex(cells.index)
    keys = [split_keys(row) for row in cells.index.get_level_values("row")]
    names = row_keys(agreed)
    given = {
        unit_key(agreed): cells.index.get_level_values("unit_code"),
        "year": cells.index.get_level_values("year").astype("str"),
        "set_id": cells.index.get_level_values("set_id"),
        "status": top["status"].to_numpy(),
        "as_of_date": top["as_of_date"].dt.strftime("%Y-%m-%d").to_numpy(),
        "reported_by": top["level"].to_numpy(),
        **{name: [key[place] if place < len(key) else "" for key in keys] for place, name in enumerate(names)},
    }
    given = {name: column for name, column in given.items() if name in agreed.names}
    wide = cells.assign(**given).reset_index(drop=True).reindex(columns=agreed.names).astype("object")
    wide = wide.where(wide.notna(), "")
    faults = FaultList(_("Submitted values that are not as table {table} is agreed").format(table=table.upper()))
    frame = agreed.typed(wide, _("submissions"), faults)
    faults.stop_if_any()
    agreed.check(frame, _("submissions"), may_disagree=True)
    place = cells.index.get_indexer(pd.MultiIndex.from_frame(values[line]))
    words = values[WHERE].set_index(pd.MultiIndex.from_arrays([place, values["item"]], names=["line", "item"]))
    return Table(
        frame, _("submissions"), vintage.date, pd.Series(data=False, index=frame.index), words, is_of_file=False
    )


def latest(frame: pd.DataFrame, keys: list[str], as_of: dt.date | None) -> pd.DataFrame:
    """Keep the rows known on ``as_of`` (None: all), and of each key the one with the latest cut-off date."""
    known = frame if as_of is None else frame[frame["as_of_date"] <= pd.Timestamp(as_of)]
    newest = known["as_of_date"] == known.groupby(keys)["as_of_date"].transform("max")
    return known[newest].reset_index(drop=True)
