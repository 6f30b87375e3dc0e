"""The wide form of table B2: one line a commune and year, one column a requirement."""

import re
from csv import reader
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyarrow import ArrowInvalid, csv, string

from ntm_lib.criteria import CriteriaSet, Law
from ntm_lib.criteria.model import UnitEntry
from ntm_lib.errors import FaultList, preview
from ntm_lib.messages import _
from ntm_lib.tables import CODE_PATTERN, contract

HEAD = ("commune_code", "year", "set_id", "status", "as_of_date")
NOT_ASSESSED_TEXT = "khong_xet"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")

Texts = NDArray[np.object_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WideFile:
    """The lines of one file: columns of ``head`` as text; ``values`` by requirement of the set."""

    where: str

    set_id: str
    head: dict[str, Texts]
    values: Numbers


def read_wide(path: Path, where: str, law: Law, faults: FaultList) -> WideFile | None:
    """Read one file of wide results; each fault is noted with file, row and column, and then None is returned.

    A requirement without a column is not reported (NaN) in the whole file.
    """
    before = len(faults.faults)
    cells = _cells(path, where, faults)
    criteria_set = None if cells is None else _set_of(cells, where, law, faults)
    if cells is None or criteria_set is None:
        return None
    requirements = criteria_set.requirements
    names = [name for name in cells if name in requirements]
    values = np.full((len(cells["set_id"]), len(requirements)), np.nan, order="F")
    if names:
        quantities = [law.registers.units[requirements[name].demand.unit] for name in names]
        place = pd.Index(list(requirements)).get_indexer(pd.Index(names))
        values[:, place] = _numbers(np.column_stack([cells[name] for name in names]), names, quantities, where, faults)
    if len(faults.faults) > before:
        return None
    return WideFile(where, criteria_set.id, {name: cells[name] for name in HEAD}, values)


def _cells(path: Path, where: str, faults: FaultList) -> dict[str, Texts] | None:
    """Read every cell as text, by column."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            names = next(reader(lines), [])
        options = csv.ConvertOptions(column_types=dict.fromkeys(names, string()), strings_can_be_null=False)
        bad_lines: list[csv.InvalidRow] = []

        def skip(line: csv.InvalidRow) -> str:
            bad_lines.append(line)
            return "skip"

        parsing = csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=skip)
        table = csv.read_csv(path, csv.ReadOptions(use_threads=False), parsing, options)
    except (ArrowInvalid, UnicodeDecodeError) as error:
        faults.add(where, str(error).splitlines()[0], _("a CSV file in UTF-8"))
        return None
    if len(set(names)) < len(names):
        faults.add(where, _("columns that stand twice: {names}").format(names=preview(_repeated(names))))
    elif missing := [name for name in HEAD if name not in names]:
        faults.add(where, _("columns missing: {names}").format(names=preview(missing)), preview(HEAD))
    elif not table.num_rows and not bad_lines:
        faults.add(where, _("no lines below the header"))
    else:
        cells = {
            name: column.fill_null("").to_numpy(zero_copy_only=False)
            for name, column in zip(names, table.columns, strict=True)
        }
        return None if _has_bad_lines(cells, bad_lines, where, faults) else cells
    return None


def _has_bad_lines(cells: dict[str, Texts], bad_lines: list[csv.InvalidRow], where: str, faults: FaultList) -> bool:
    """Note lines with too many or too few cells, and blank ones; ``bad_lines`` are missing in ``cells``."""
    width = str(len(cells))
    wrong = {line.number: line.actual_columns for line in bad_lines if line.text.strip()}
    blank = {line.number for line in bad_lines if not line.text.strip()}
    rows = np.delete(np.arange(2, len(cells[HEAD[0]]) + len(bad_lines) + 2), [line.number - 2 for line in bad_lines])
    blank |= set(rows[np.logical_and.reduce([column == "" for column in cells.values()])].tolist())
    for row in sorted(wrong.keys() | blank):
        if row in blank:
            faults.add(f"{where}:{row}", _("blank line"), action=_("Delete the line."))
        else:
            faults.add(f"{where}:{row}", _("{count} cells").format(count=wrong[row]), width)
    return bool(wrong or blank)


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _set_of(cells: dict[str, Texts], where: str, law: Law, faults: FaultList) -> CriteriaSet | None:
    """Return the one set that the file reports by, when all its columns belong to it."""
    found = set(cells["set_id"])
    if len(found) > 1 or not found <= set(law.sets):
        expected = _("one of {known}").format(known=", ".join(law.sets))
        faults.add(f"{where}, set_id", preview(sorted(found)), expected)
        return None
    criteria_set = law.sets[found.pop()]
    if unknown := [name for name in cells if name not in HEAD and name not in criteria_set.requirements]:
        text = _("columns that the set {set_id} does not have: {names}")
        faults.add(
            where, text.format(set_id=criteria_set.id, names=preview(unknown)), preview(criteria_set.requirements)
        )
        return None
    return criteria_set


def _numbers(cells: Texts, names: list[str], quantities: list[UnitEntry], where: str, faults: FaultList) -> Numbers:
    """Turn cells into numbers: empty is NaN, "khong_xet" is inf; anything else outside the unit is a fault."""
    not_assessed = cells == NOT_ASSESSED_TEXT
    plain = (cells != "") & ~not_assessed
    numbers = np.full(cells.shape, np.nan)
    places, texts = pd.factorize(cells[plain])
    numbers[plain] = np.array([float(text) if _NUMBER.fullmatch(text) else np.nan for text in texts])[places]
    low = np.array([quantity.min for quantity in quantities])
    high = np.array([quantity.max for quantity in quantities])
    good = np.isfinite(numbers) & (numbers >= low) & (numbers <= high)
    is_yes_no = np.array([quantity.id == "yes_no" for quantity in quantities])
    good &= ~is_yes_no | (numbers == 0) | (numbers == 1)
    for row, column in np.argwhere(plain & ~good):
        place = f"{where}:{row + 2}, {names[column]}"
        faults.add(place, f"'{cells[row, column]}'", _expected(quantities[column]))
    numbers[not_assessed] = np.inf
    return numbers


def _expected(quantity: UnitEntry) -> str:
    if quantity.id == "yes_no":
        return _("1 or 0")
    return _("a number from {low} to {high}").format(low=f"{quantity.min:g}", high=f"{quantity.max:g}")


def read_heads(files: list[WideFile], communes: pd.Index, faults: FaultList) -> pd.DataFrame:
    """Check code, year, status and date of the lines of all files; ``communes`` are the codes of the vintage.

    Returns the heads one below the other with whole years, dates, ``file`` and ``row``; a line that stands twice
    is a fault too.
    """
    sizes = [len(file.values) for file in files]
    head = pd.DataFrame({name: np.concatenate([file.head[name] for file in files]) for name in HEAD}).assign(
        file=np.repeat([file.where for file in files], sizes),
        row=np.concatenate([np.arange(2, size + 2) for size in sizes]),
    )
    years = pd.to_numeric(head["year"].where(head["year"].str.fullmatch("[0-9]{4}")), errors="coerce")
    dates = pd.to_datetime(head["as_of_date"], format="%Y-%m-%d", errors="coerce")
    year_ends = pd.to_datetime(years.map("{:.0f}-12-31".format), format="%Y-%m-%d", errors="coerce")
    is_early = (head["status"] == "actual") & (dates < year_ends)
    statuses = contract("b02").column("status").allowed
    codes = head["commune_code"].astype("str")
    for column, good, expected in (
        ("commune_code", codes.str.fullmatch(CODE_PATTERN) & codes.isin(communes), _("a commune of that date")),
        ("year", years.between(1990, 2100), _("a year")),
        ("status", head["status"].isin(statuses), ", ".join(statuses)),
        ("as_of_date", dates.notna(), _("a date such as 2019-12-31")),
        ("as_of_date", ~is_early, _("the end of the year or later, as the status is actual")),
    ):
        for line in head[~good.to_numpy(bool)].to_dict("records"):
            faults.add(f"{line['file']}:{line['row']}, {column}", f"'{line[column]}'", expected)
    for line in head[head.duplicated([*HEAD[:3], HEAD[4]])].to_dict("records"):
        text = _("the line stands twice: {code}, {year}").format(code=line["commune_code"], year=line["year"])
        faults.add(f"{line['file']}:{line['row']}", text)
    return head.assign(
        commune_code=codes,
        year=years.fillna(0).astype(int),
        status=head["status"].astype("str"),
        as_of_date=dates.astype("datetime64[s]"),
    )
