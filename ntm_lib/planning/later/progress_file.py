"""Read what was really done from the workbook or CSV that a planner filled in, or from the results handed in."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from ntm_lib.errors import FaultList, FaultsError
from ntm_lib.messages import _, in_every_language
from ntm_lib.planning.later.follow_up import STATES, UNDER_WAY, actual_from_results, check_actual, reported_verdicts
from ntm_lib.verdicts import Verdict

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Draft

DONE = STATES[0]
NOT_DONE = "not_done"
KEYS = ("commune_code", "criterion", "state", "year")
"""The columns that are read."""
ABOUT = ("commune", "district", "criterion_name", "planned_state", "planned_year")
"""Columns of the template that only explain a line; what stands in them is not read."""
MAX_BYTES = 20_000_000
MAX_ROWS = 20_000
_HEAD_ROWS = 20
_SHOWN = 10


@dataclass(frozen=True, eq=False)
class Progress:
    """What is known of what was really done.

    ``actual``: criteria done or under way, in the form of ``follow_up.check_actual``. ``not_done``: ``commune_code,
    criterion`` of those told or found not to be done. What stands in neither is not known. ``source``: name of the file;
    empty: the results handed in.
    """

    actual: pd.DataFrame
    not_done: pd.DataFrame
    source: str

    def __len__(self) -> int:
        return len(self.actual) + len(self.not_done)


def state_words() -> dict[str, str]:
    """Name the states that a line may tell, as they are written in the template."""
    return {DONE: _("completed"), UNDER_WAY: _("under way"), NOT_DONE: _("not completed")}


def read_progress(path: Path, made: "Draft", before: int | None = None) -> Progress:
    """Read a filled-in template (.xlsx or .csv).

    Parameters
    ----------
    path
        A table with the columns ``KEYS``, in any order, headings in one of its first rows; those of ``ABOUT`` may stand
        beside them. ``state``: one of ``state_words``, in either language, or its key; empty with a year: completed;
        empty without a year: nothing is told of the line. ``year``: when it was completed, or its work began.
    made
        The plan that is followed.
    before
        Only years before this one may stand there.

    Raises FaultsError with every fault at once: the file cannot be read, a column is missing or unknown, a state, commune,
    criterion or year is not known, a year is missing or stands where nothing was done, a criterion stands twice.
    """
    faults = FaultList(_("Reported progress that cannot be used"))
    table = _table(path, faults)
    faults.stop_if_any()
    assert table is not None  # noqa: S101 - a table that was not read is a fault
    table = table[(table["state"] != "") | (table["year"] != "")]
    table = table.assign(state=[_state(text) for text in table["state"]])
    not_done = (table["state"] == NOT_DONE).to_numpy()
    _check_states(table, path.name, faults)
    # What was not done has no year; for the common check it takes one that cannot be wrong.
    is_free = not_done | (table["year"] == "").to_numpy()
    width = len(made.problem.communes[0])
    checked = table.assign(
        # A spreadsheet drops the zeros that a code begins with.
        commune_code=[code.zfill(width) if code.isdigit() else code for code in table["commune_code"]],
        year=table["year"].mask(is_free, str(made.problem.years[0])),
        state=table["state"].where(table["state"] == UNDER_WAY, DONE),
    )
    told = None
    try:
        told = check_actual(checked[list(KEYS)], made, before, path.name, table.index.to_numpy())
    except FaultsError as error:
        faults.faults.extend(error.faults)
    faults.stop_if_any()
    assert told is not None  # noqa: S101 - otherwise there was a fault
    pairs = ["commune_code", "criterion"]
    return Progress(told[~not_done].reset_index(drop=True), told.loc[not_done, pairs].reset_index(drop=True), path.name)


def progress_from_results(made: "Draft", year: int) -> Progress:
    """Return what the results handed in for the years up to ``year`` show; ``year``: one of ``reported_years``."""
    verdicts = reported_verdicts(made, year).to_numpy()
    commune, criterion = np.nonzero((verdicts == Verdict.NOT_MET) & ~made.problem.met)
    not_done = pd.DataFrame(
        {"commune_code": made.problem.communes[commune], "criterion": made.problem.criteria[criterion]}
    )
    return Progress(actual_from_results(made, year), not_done, "")


def _state(text: str) -> str:
    """Return the key of a state written in words, in either language; what is none stays as it is."""
    english = {DONE: "completed", UNDER_WAY: "under way", NOT_DONE: "not completed"}
    known = {word.casefold(): key for key, told in english.items() for word in in_every_language(told)}
    return known.get(text.casefold(), text)


def _check_states(table: pd.DataFrame, name: str, faults: FaultList) -> None:
    """Tell states that are not known, a line a word, and years that are missing or stand where nothing was done."""
    state, year = table["state"], table["year"]
    unknown = state[~state.isin([DONE, UNDER_WAY, NOT_DONE, ""])]
    for word, held in unknown.groupby(unknown):
        text = _("unknown state '{found}'").format(found=word)
        faults.add(f"{name}: {_lines(held)}", text, ", ".join(state_words().values()))
    lacking = state[state.isin([DONE, UNDER_WAY]) & (year == "")]
    if len(lacking):
        expected = _("the year of completion, or in which the work began")
        faults.add(f"{name}: {_lines(lacking)}", _("no year"), expected)
    needless = state[(state == NOT_DONE) & (year != "")]
    if len(needless):
        faults.add(f"{name}: {_lines(needless)}", _("a year, though nothing was completed"), _("an empty cell"))


def _lines(held: pd.Series) -> str:
    """Write the numbers of lines, the first few of many."""
    numbers = [str(line) for line in held.index]
    return ", ".join(numbers[:_SHOWN]) + (f" … ({len(numbers)})" if len(numbers) > _SHOWN else "")


def _table(path: Path, faults: FaultList) -> pd.DataFrame | None:
    """Return the columns read as text, the numbers of the lines in the file as index."""
    rows = _rows(path, faults)
    if rows is None:
        return None
    head = next((place for place, row in enumerate(rows[:_HEAD_ROWS]) if KEYS[0] in row), None)
    if head is None:
        faults.add(path.name, _("no row of headings with '{name}'").format(name=KEYS[0]), ", ".join(KEYS))
        return None
    names = rows[head]
    known = (*KEYS, *ABOUT, "")
    for name in [*sorted(set(KEYS) - set(names) - {"state"}), *sorted(set(names) - set(known))]:
        text = _("column '{name}' is missing") if name in KEYS else _("column '{name}' is not known")
        faults.add(path.name, text.format(name=name), ", ".join(KEYS))
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        faults.add(path.name, _("column '{name}' stands twice").format(name=name), ", ".join(KEYS))
    if faults.faults:
        return None
    lines = range(head + 2, len(rows) + 1)
    frame = pd.DataFrame(rows[head + 1 :], columns=names, index=pd.Index(lines), dtype=object)
    if "state" not in frame:
        frame["state"] = ""
    held = frame[list(KEYS)]
    return held[(held != "").any(axis=1)]


def _rows(path: Path, faults: FaultList) -> list[list[str]] | None:
    """Return the cells of a file as text, every row as long as the longest; None and a fault where it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            limit = _("at most {limit} MB").format(limit=MAX_BYTES // 1_000_000)
            faults.add(path.name, _("the file is too large"), limit)
            return None
        rows = _of_workbook(path, faults) if path.suffix.lower() == ".xlsx" else _of_csv(path)
    except FileNotFoundError:
        faults.add(path.name, _("the file does not exist"))
        return None
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError, csv.Error):
        faults.add(path.name, _("not a file that can be read"), _(".xlsx, or .csv in UTF-8"))
        return None
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _of_csv(path: Path) -> list[list[str]]:
    """Read a CSV; offices that write numbers with a comma separate columns by a semicolon."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        head = source.readline()
        source.seek(0)
        separator = ";" if head.count(";") > head.count(",") else ","
        return [
            [cell.strip().removeprefix("\ufeff") for cell in row] for row in csv.reader(source, delimiter=separator)
        ]


def _of_workbook(path: Path, faults: FaultList) -> list[list[str]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    page = book[book.sheetnames[0]]
    rows = []
    for number, cells in enumerate(page.iter_rows(max_row=MAX_ROWS + 1, values_only=True), start=1):
        rows.append([_text(value, f"{path.name}: {number}", faults) for value in cells])
    book.close()
    if len(rows) > MAX_ROWS and any(rows[-1]):
        faults.add(path.name, _("too many lines"), _("at most {limit} lines").format(limit=MAX_ROWS))
    return rows


def _text(value: Any, where: str, faults: FaultList) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case str() if value.startswith("="):
            faults.add(where, _("a formula"), _("the figure itself"))
            return ""
        case _:
            return str(value).strip()
