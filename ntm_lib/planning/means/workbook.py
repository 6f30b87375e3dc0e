"""Keep budgets and norms as a workbook: write the tables of a scenario, read them back as a new scenario."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from ntm_lib.errors import FaultList, UsageError, UsageFaultsError
from ntm_lib.messages import LANGUAGES, _, speaking
from ntm_lib.planning.means.budget import check_budget
from ntm_lib.planning.means.measures import Measures, load_measures
from ntm_lib.planning.means.norms import ESTIMATES, check_norms
from ntm_lib.planning.means.parameter_tables import read_cells, table_path
from ntm_lib.planning.means.workbook_words import choice_words, heading_words, in_codes, key_names, value_words
from ntm_lib.planning.scenario import Scenario, save_scenario
from ntm_lib.project import Project, whole_file
from ntm_lib.review import Labels

MAX_BYTES = 20_000_000
MAX_ROWS = 20_000
PRINTED, LINE = 200, 15  # characters on the width of a sheet; height of a line, for not every program finds it
SPARE_ROWS = 50  # lines below the last one that offer the same choices


@dataclass(frozen=True)
class _Sheet:
    """One table of a plan as a sheet: its file, tab and setting, its title, what tells its lines apart, its figures."""

    name: str
    tab: str
    setting: str
    title: str
    keys: tuple[str, ...]
    figures: tuple[str, ...]


def _sheets() -> tuple[_Sheet, ...]:
    return (
        _Sheet(
            "budget",
            _("Money available"),
            "money.table",
            _("Money that can be raised, by source and year (million VND)"),
            ("purse", "year"),
            ("amount_vnd_million",),
        ),
        _Sheet(
            "norms",
            _("Table of norms"),
            "costs.norms",
            _("Norms: cost of one unit of each measure (million VND)"),
            ("measure",),
            tuple(ESTIMATES),
        ),
    )


def _tabs(name: str) -> set[str]:
    """Return what the tab of a table may be called: in either language, or as its file."""
    tabs = {name}
    for tongue in LANGUAGES:
        with speaking(tongue):
            tabs |= {sheet.tab for sheet in _sheets() if sheet.name == name}
    return tabs


def _table_of(scenario: Scenario, sheet: _Sheet) -> str:
    block, field = sheet.setting.split(".")
    return str(getattr(getattr(scenario.settings, block), field))


def _cells(project: Project, scenario: Scenario, sheet: _Sheet) -> pd.DataFrame:
    return read_cells(project, _table_of(scenario, sheet), FaultList(_("A workbook that cannot be used")))


def write_workbook(project: Project, scenario: Scenario, path: Path) -> Path:
    """Write the budget and norms of a scenario to ``path`` (.xlsx), one sheet a table, and a legend.

    A planner reads names and words; the codes of the files stand in grey beside them, so that reading back is sure. Text
    is never written as a formula. The file appears whole or not at all.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(_("{path}: give the workbook a name that ends in .xlsx.").format(path=path))
    with whole_file(path) as temporary:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(str(temporary), options) as book:
            book.set_properties({"created": dt.datetime(2000, 1, 1), "title": str(scenario.title)})  # noqa: DTZ001 - a fixed stamp
            head = book.add_format(
                {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"}
            )
            note = book.add_format({"text_wrap": True, "valign": "top"})
            grey = book.add_format({"font_color": "#808080", "font_size": 8, "valign": "top"})
            title, plain = book.add_format({"bold": True}), book.add_format({})
            measures = load_measures(project)
            for sheet in _sheets():
                table = _with_names(_cells(project, scenario, sheet), sheet.keys[0], measures)
                _write_sheet(book.add_worksheet(sheet.tab), sheet, table, (title, plain, head, note, grey))
            _write_words(book.add_worksheet(_("Legend")), value_words(measures), head, note)
    return path


def _write_words(page: Any, values: Mapping[str, str], head: Any, note: Any) -> None:
    """Write what the short names of the other sheets mean; this sheet is not read back."""
    page.write_string(0, 0, _("What the short names of the other sheets mean"))
    lines = {**heading_words(), **values}
    for column, name in enumerate((_("Short name"), _("Meaning"))):
        page.write_string(2, column, name, head)
    for row, (short, meaning) in enumerate(lines.items(), start=3):
        page.write_string(row, 0, short)
        page.write_string(row, 1, meaning, note)
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 80)
    page.freeze_panes(3, 0)
    _to_print(page, 2, PRINTED)


def _to_print(page: Any, headings: int, width: int) -> None:
    """Print on A4 with the row of headings and the names on each sheet; ``width``: of all columns, in characters."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(-(-width // PRINTED), 0)
    page.repeat_rows(headings)
    page.repeat_columns(0, 1)


def _with_names(table: pd.DataFrame, key: str, measures: Measures) -> pd.DataFrame:
    """Put names beside codes and words in place of the codes of a few choices."""
    shown = table.copy()
    shown.insert(
        table.columns.get_indexer(pd.Index([key]))[0] + 1,
        f"{key}_name",
        table[key].map(key_names(key, measures)).fillna(""),
    )
    for column in table.columns:
        if words := choice_words(column):
            shown[column] = table[column].map(words).fillna(table[column])
    return shown


def _write_sheet(page: Any, sheet: _Sheet, table: pd.DataFrame, formats: tuple[Any, ...]) -> None:
    """Write title, what to do, codes of the columns in grey, headings, lines."""
    title, plain, head, note, grey = formats
    page.write_string(0, 0, sheet.title, title)
    page.write_string(
        1,
        0,
        _(
            "Change the figures, keep the grey codes; a missing line is an error, write 0 for none. A new line needs the name or the code."
        ),
        plain,
    )
    words, key = heading_words(), sheet.keys[0]
    widths = [16 if name == key else 45 if table[name].str.len().max() > 30 else 18 for name in table.columns]
    for column, name in enumerate(table.columns):
        page.write_string(2, column, name, grey)
        page.write_string(3, column, words.get(name, name), head)
        page.set_column(column, column, widths[column], grey if name == key else note)
        if choices := choice_words(name):
            allowed = {"validate": "list", "source": list(choices.values())}
            page.data_validation(4, column, 3 + len(table) + SPARE_ROWS, column, allowed)
    page.set_row(3, 4 * LINE)
    for row, line in enumerate(table.itertuples(index=False), start=4):
        page.set_row(row, LINE * max(-(-len(text) // wide) for text, wide in zip(line, widths, strict=True)) or LINE)
        for column, text in enumerate(line):
            number = pd.to_numeric(text, errors="coerce")
            if text and pd.notna(number):
                page.write_number(row, column, float(number))
            elif text:
                page.write_string(row, column, text)
    page.freeze_panes(4, 2)
    _to_print(page, 3, sum(widths))


def read_workbook(
    project: Project,
    path: Path,
    name: str,
    *,
    origin: Scenario,
    title: Labels,
    author: str,
    reason: Labels,
) -> Path:
    """Make a new scenario of a workbook: its tables become files of their own, and the scenario names them.

    Only tables that differ from those of ``origin`` are written. Every fault of every sheet is told at once, with its
    cell; nothing is written then. Formulas are refused: what they show depends on the program that opened the file.
    """
    faults = FaultList(_("A workbook that cannot be used"))
    tables, measures = _read_tables(path, faults), load_measures(project)
    faults.stop_if_any(UsageFaultsError)
    where = {sheet.name: f"{path.name}, {sheet.tab}" for sheet in _sheets()}
    for sheet in _sheets():
        tables[sheet.name] = in_codes(tables[sheet.name], sheet.keys[0], measures, where[sheet.name], faults)
    budget, norms = tables["budget"], tables["norms"]
    check_budget(budget, where["budget"], origin.years, faults, rows=list(budget.index))
    check_norms(norms, where["norms"], measures, faults, rows=list(norms.index))
    faults.stop_if_any(UsageFaultsError)
    changes: dict[str, Any] = {}
    written: dict[Path, pd.DataFrame] = {}
    for sheet in _sheets():
        held = _cells(project, origin, sheet)
        if not _is_same(held, tables[sheet.name]):
            changes[sheet.setting] = f"{name}_{sheet.name}"
            table = _with_basis(held, tables[sheet.name], sheet, author)
            written[table_path(project, f"{name}_{sheet.name}")] = table
    return _keep(project, name, written, changes, origin=origin, title=title, author=author, reason=reason)


def _keep(
    project: Project, name: str, written: Mapping[Path, pd.DataFrame], changes: Mapping[str, Any], *, origin: Scenario,
    title: Labels, author: str, reason: Labels,
) -> Path:  # fmt: skip
    """Write the tables, then the scenario; when the scenario is refused the tables go again."""
    for path in written:
        if path.exists():
            raise UsageError(_("{path} exists already. Choose another name.").format(path=project.relative(path)))
    if not changes:
        raise UsageError(_("The workbook changes nothing of scenario '{name}'.").format(name=origin.id))
    try:
        for path, table in written.items():
            with whole_file(path) as temporary:
                table.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")
        return save_scenario(
            project, name, title=title, author=author, reason=reason, changes=changes, origin=origin.id
        )
    except Exception:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _read_tables(path: Path, faults: FaultList) -> dict[str, pd.DataFrame]:
    """Read the sheets as text; a file that is no workbook, is too large, or lacks a sheet is a fault."""
    try:
        if path.stat().st_size > MAX_BYTES:
            faults.add(
                path.name, _("the file is too large"), _("at most {limit} MB").format(limit=MAX_BYTES // 1_000_000)
            )
            return {}
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except FileNotFoundError:
        faults.add(path.name, _("the file does not exist"))
        return {}
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError):
        faults.add(path.name, _("not a workbook that can be read"), ".xlsx")
        return {}
    tables = {}
    for sheet in _sheets():
        held = [name for name in book.sheetnames if name.strip() in _tabs(sheet.name)]
        if len(held) != 1:
            faults.add(path.name, _("no sheet '{name}'").format(name=sheet.tab), ", ".join(book.sheetnames))
        else:
            tables[sheet.name] = _read_sheet(book[held[0]], f"{path.name}, {held[0]}", faults)
    book.close()
    return tables


def _read_sheet(page: Any, where: str, faults: FaultList) -> pd.DataFrame:
    """Read a table as text; the index is the row of the sheet, blank rows are passed over."""
    rows: dict[int, list[str]] = {}
    for number, cells in enumerate(page.iter_rows(min_row=3, max_row=MAX_ROWS, values_only=True), start=3):
        texts = [
            _text(value, f"{where}!{get_column_letter(place + 1)}{number}", faults) for place, value in enumerate(cells)
        ]
        if any(texts):
            rows[number] = texts
    if not rows:
        faults.add(where, _("the sheet is empty"))
        return pd.DataFrame()
    (_first, head), *lines = rows.items()
    names = [name for name in head if name]
    return pd.DataFrame([line[: len(names)] for _row, line in lines], [row for row, _line in lines], names)


def _text(value: object, where: str, faults: FaultList) -> str:
    match value:
        case None:
            return ""
        case bool() | dt.datetime() | dt.date():
            faults.add(where, str(value), _("a number or text"))
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case str() if value.startswith("="):
            faults.add(where, _("a formula"), _("the figure itself"))
            return ""
        case _:
            return str(value).strip()


def _with_basis(held: pd.DataFrame, found: pd.DataFrame, sheet: _Sheet, author: str) -> pd.DataFrame:
    """Return the table with an edited figure no longer under the source of the one before it.

    A line whose figures changed while basis and source stayed is assumed; its note says who changed what. Whoever edits
    basis or source too gives a figure its own.
    """
    keys = list(sheet.keys)
    before = held.set_index(keys).reindex(pd.MultiIndex.from_frame(found[keys]) if len(keys) > 1 else found[keys[0]])
    before = before.set_axis(found.index)
    old, new = (table[list(sheet.figures)].apply(pd.to_numeric, errors="coerce") for table in (before, found))
    is_edited = (old != new).any(axis=1) & old.notna().any(axis=1)
    is_edited &= (before["basis"] == found["basis"]) & (before["source"].str.strip() == found["source"])
    text = _("Changed by {author}; before: {figures} ({source})")
    notes = [
        "; ".join(filter(None, (note, text.format(author=author, figures=figures, source=source or "–"))))
        for note, figures, source in zip(
            found["note"], before[list(sheet.figures)].fillna("").agg(" / ".join, axis=1), found["source"], strict=True
        )
    ]
    return found.assign(
        basis=found["basis"].mask(is_edited, "assumed"),
        source=found["source"].mask(is_edited, ""),
        note=found["note"].where(~is_edited, pd.Series(notes, index=found.index)),
    )


def _is_same(held: pd.DataFrame, found: pd.DataFrame) -> bool:
    """Tell whether two tables say the same, numbers compared as numbers."""
    if list(held.columns) != list(found.columns) or len(held) != len(found):
        return False
    for name in held.columns:
        left, right = (pd.to_numeric(table[name], errors="coerce") for table in (held, found))
        texts = held[name].str.strip().to_numpy() == found[name].to_numpy()
        if not (texts | (left.to_numpy() == right.to_numpy())).all():
            return False
    return True
