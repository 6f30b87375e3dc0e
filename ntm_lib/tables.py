"""Column contracts of the tables B1-B17: what each column means, its unit, type and limits."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import pandas_dtype
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.errors import FaultList, FaultsError, UsageError, preview
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.strict_yaml import read_yaml

if TYPE_CHECKING:
    from pandera.pandas import Check, DataFrameSchema

COMMON_FILE = "common.yaml"
EXPORT_FILE = "export.yaml"
CODE_PATTERN = r"^\d{2,5}$"
Type = Literal["code", "text", "choice", "integer", "number", "yes_no", "date"]
DTYPES: dict[Type, str] = {
    "code": "str",
    "text": "str",
    "choice": "str",
    "integer": "Int64",
    "number": "float64",
    "yes_no": "boolean",
    "date": "datetime64[s]",
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Model):
    """One text in both languages."""

    vi: str
    en: str


class Column(_Model):
    """One column. ``missing`` says what an empty cell means; in a required column it is refused.

    ``unit`` is empty for texts and codes; ``definition_vi`` is what a form prints beside the label, empty where the label says it
    all; ``min`` and ``max`` are inclusive.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: Type
    label: Words
    definition: str
    definition_vi: str = ""
    unit: str = ""
    required: bool = False
    missing: Literal["refused", "not_reported", "nothing_to_say", "not_applicable"] = "not_reported"
    allowed: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _agrees(self) -> "Column":
        if self.required != (self.missing == "refused"):
            raise ValueError(_("required columns, and only they, have `missing: refused`"))
        if (self.type == "choice") != bool(self.allowed):
            raise ValueError(_("a choice, and only a choice, lists its allowed values"))
        return self

    @property
    def dtype(self) -> str:
        """Return the pandas dtype of the column."""
        return DTYPES[self.type]


class SumRule(_Model):
    """``total`` equals the sum of the ``parts`` that are reported, within ``tolerance`` (same unit)."""

    total: str
    parts: tuple[str, ...]
    tolerance: float


class Bound(_Model):
    """``part`` is never more than ``whole``."""

    part: str
    whole: str


class TableContract(_Model):
    """The agreed form of one table.

    ``key`` names the columns that tell rows apart; ``period`` says what ``year`` stands for: the state at its end,
    the flow during it, or a plan for it. Empty means not reported; zero is written 0.
    """

    id: str
    title: Words
    filled_by: tuple[Literal["commune", "district", "province", "computed"], ...]
    period: Literal["year_end", "during_year", "plan_year", "event"]
    basis: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sums: tuple[SumRule, ...] = ()
    bounds: tuple[Bound, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> "TableContract":
        names = [column.name for column in self.columns]
        used = [*self.key, *(name for bound in self.bounds for name in (bound.part, bound.whole))]
        used += [name for rule in self.sums for name in (rule.total, *rule.parts)]
        unknown = sorted(set(used) - set(names))
        if unknown or len(set(names)) < len(names):
            raise ValueError(_("columns twice or unknown: {names}").format(names=preview(unknown or names)))
        if optional := [item.name for item in self.columns if item.name in self.key and not item.required]:
            raise ValueError(_("key columns must be required: {names}").format(names=preview(optional)))
        return self

    @property
    def names(self) -> list[str]:
        """Return the column names in the order of the form."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """Return one column by name; an unknown name is a KeyError."""
        return {column.name: column for column in self.columns}[name]

    def schema(self, *, may_disagree: bool = False) -> "DataFrameSchema":  # type: ignore[override]
        """Return the pandera schema of a typed frame: strict columns, limits, unique key, sums, bounds.

        ``may_disagree``: without sums and bounds, for those who show what does not agree.
        """
        from pandera.pandas import Check, DataFrameSchema
        from pandera.pandas import Column as SchemaColumn

        columns = {
            column.name: SchemaColumn(
                column.dtype, checks=_checks(column), nullable=not column.required, name=column.name
            )
            for column in self.columns
        }
        rules = [Check(_not_above(bound), error=f"{bound.part} <= {bound.whole}") for bound in self.bounds]
        rules += [Check(_sums_up(rule), error=f"{rule.total} = {' + '.join(rule.parts)}") for rule in self.sums]
        if may_disagree:
            rules = []
        return DataFrameSchema(columns, checks=rules, strict=True, ordered=False, unique=list(self.key), name=self.id)

    def check(self, frame: pd.DataFrame, where: str, *, may_disagree: bool = False) -> None:
        """Check a typed frame; FaultsError tells every fault with its row (2 is the first below the header).

        ``may_disagree``: let figures of one line in that do not agree.
        """
        faults = FaultList(_("{where}: not as table {table} is agreed").format(where=where, table=self.id.upper()))
        self._find_faults(frame, where, faults, may_disagree=may_disagree)
        faults.stop_if_any()

    def read_csv(self, path: Path, where: str = "", *, may_disagree: bool = False) -> pd.DataFrame:
        """Read one file of this table with the agreed types; codes stay text, an empty cell is missing.

        Raises FaultsError with every fault of the file: cells of a wrong type, missing or unknown columns, limits and,
        unless they ``may_disagree``, figures of one line that do not agree.
        """
        where = where or path.name
        faults = FaultList(_("{where}: not as table {table} is agreed").format(where=where, table=self.id.upper()))
        try:
            cells = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8", skip_blank_lines=False)
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            faults.add(where, str(error).strip(), _("a CSV file in UTF-8"))
            faults.stop_if_any()
            raise
        except FileNotFoundError:
            faults.add(where, _("the file does not exist"))
            faults.stop_if_any()
            raise
        for position in np.flatnonzero((cells.apply(lambda column: column.str.strip()) == "").all(axis=1)):
            faults.add(f"{where}:{position + 2}", _("blank line"), action=_("Delete the line."))
        faults.stop_if_any()
        frame = self.typed(cells, where, faults)
        self._find_faults(frame, where, faults, may_disagree=may_disagree)
        faults.stop_if_any()
        return frame

    def typed(self, cells: pd.DataFrame, where: str, faults: FaultList) -> pd.DataFrame:
        """Turn a frame of texts into the agreed types; what cannot be read becomes a fault and stays missing."""
        frame = cells.copy()
        for column in self.columns:
            if column.name in cells.columns:
                frame[column.name] = _typed_column(cells[column.name], column, where, faults)
        return frame

    def _find_faults(self, frame: pd.DataFrame, where: str, faults: FaultList, *, may_disagree: bool = False) -> None:
        from pandera.errors import SchemaErrors

        try:
            self.schema(may_disagree=may_disagree).validate(frame.reset_index(drop=True), lazy=True)
        except SchemaErrors as error:
            told = {fault.where for fault in faults.faults}
            for case in error.failure_cases.to_dict("records"):
                place = where if pd.isna(case["index"]) else f"{where}:{int(case['index']) + 2}"
                self._tell(faults, place, case, told)

    def _tell(self, faults: FaultList, place: str, case: dict[str, Any], told: set[str]) -> None:
        """Tell one failure case of pandera in the project's words, one fault a cell and one a row and rule."""
        check, column, found = str(case["check"]), str(case["column"]), str(case["failure_case"])
        match check:
            case "column_in_schema":
                faults.add(place, _("unknown column '{name}'").format(name=found), preview(self.names))
            case "column_in_dataframe":
                faults.add(place, _("column '{name}' is missing").format(name=found))
            case "multiple_fields_uniqueness":
                if column == self.key[0]:
                    faults.add(place, _("the key stands twice: {found}").format(found=found), ", ".join(self.key))
            case _ if case["schema_context"] == "DataFrameSchema":
                if column == self.names[0]:
                    faults.add(place, _("figures do not agree"), check)
            case _ if (cell := f"{place}, {column}") not in told:
                told.add(cell)
                is_empty = check == "not_nullable"
                faults.add(cell, _("empty") if is_empty else f"'{found}'", _("a value") if is_empty else check)


def _checks(column: Column) -> list["Check"]:
    from pandera.pandas import Check

    checks = []
    if column.type == "code":
        checks.append(Check.str_matches(CODE_PATTERN, error=_("a code of 2 to 5 digits")))
    if column.allowed:
        checks.append(Check.isin(column.allowed, error=", ".join(column.allowed)))
    if column.min is not None:
        checks.append(Check.ge(column.min, error=f">= {column.min:g}"))
    if column.max is not None:
        checks.append(Check.le(column.max, error=f"<= {column.max:g}"))
    if column.type == "number":
        checks.append(Check(lambda cells: ~np.isinf(cells), error=_("a finite number")))
    return checks


def _not_above(bound: Bound) -> Callable[[pd.DataFrame], pd.Series]:
    def holds(frame: pd.DataFrame) -> pd.Series:
        if not {bound.part, bound.whole} <= set(frame.columns):
            return pd.Series(data=True, index=frame.index)
        part, whole = frame[bound.part].astype(float), frame[bound.whole].astype(float)
        return (part <= whole + 1e-9) | part.isna() | whole.isna()

    return holds


def _sums_up(rule: SumRule) -> Callable[[pd.DataFrame], pd.Series]:
    def holds(frame: pd.DataFrame) -> pd.Series:
        if not {rule.total, *rule.parts} <= set(frame.columns):
            return pd.Series(data=True, index=frame.index)
        parts = frame[list(rule.parts)].astype(float)
        gap = (parts.sum(axis=1) - frame[rule.total].astype(float)).abs()
        return (gap <= rule.tolerance + 1e-9) | gap.isna() | parts.isna().all(axis=1)

    return holds


def _typed_column(cells: pd.Series, column: Column, where: str, faults: FaultList) -> pd.Series:
    texts = cells.mask(cells == "")
    if column.type in {"code", "text", "choice"}:
        return pd.Series(texts.astype("str"))
    if column.type == "date":
        values = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce").astype(pandas_dtype(column.dtype))
        expected = _("a date such as 2019-12-31")
    else:
        values = pd.to_numeric(texts, errors="coerce")
        expected = {"yes_no": _("1 or 0"), "integer": _("a whole number")}.get(column.type, _("a number"))
        if column.type == "yes_no":
            values = values.where(values.isin([0, 1]))
        if column.type == "integer":
            values = values.where(values % 1 == 0)
        values = values.astype(pandas_dtype(column.dtype))
    for position in np.flatnonzero(values.isna() & texts.notna()):
        faults.add(f"{where}:{position + 2}, {column.name}", f"'{cells.iloc[position]}'", expected)
    return pd.Series(values)


def table_ids(project: Project | None = None) -> list[str]:
    """Return the ids of the agreed tables, b01 first."""
    folder = (project or Project.find()).data / "contracts"
    return list(_ids(folder, folder.stat().st_mtime_ns))


@lru_cache(maxsize=16)
def _ids(folder: Path, _stamp: int) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("b*.yaml")))


def contract(table: str, project: Project | None = None) -> TableContract:
    """Return the agreed form of a table such as ``b08``; an unknown table or a faulty file stops."""
    folder = (project or Project.find()).data / "contracts"
    if table not in table_ids(project):
        raise UsageError(
            _("Table '{table}' is not known. Expected: {known}.").format(
                table=table, known=", ".join(table_ids(project))
            )
        )
    return _contract(folder / f"{table}.yaml", (folder / f"{table}.yaml").stat().st_mtime_ns)


def export_columns(project: Project | None = None) -> tuple[Column, ...]:
    """Return what is agreed on the columns of the files that leave the workbench."""
    path = (project or Project.find()).data / "contracts" / EXPORT_FILE
    try:
        return tuple(Column.model_validate(item) for item in read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("A table contract that cannot be used"))
        tell(faults, path.name, error, Column)
        raise FaultsError(faults.title, faults.faults) from error


@lru_cache(maxsize=64)
def _contract(path: Path, _stamp: int) -> TableContract:
    content = read_yaml(path)
    shared = {column["name"]: column for column in read_yaml(path.with_name(COMMON_FILE))}
    columns = [shared.get(item, item) if isinstance(item, str) else item for item in content["columns"]]
    try:
        return TableContract.model_validate({**content, "columns": columns})
    except ValidationError as error:
        faults = FaultList(_("A table contract that cannot be used"))
        tell(faults, path.name, error, TableContract)
        raise FaultsError(faults.title, faults.faults) from error
