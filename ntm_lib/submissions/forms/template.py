"""Write a form as a workbook that a clerk fills in without training."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from ntm_lib.messages import _
from ntm_lib.project import whole_file
from ntm_lib.submissions.forms.explain import write_explanation
from ntm_lib.submissions.forms.layout import (
    FIRST_LINE,
    HEADING,
    ID,
    ORIGIN,
    RULE,
    UNIT,
    Form,
    FormColumn,
    Line,
    Role,
    SheetForm,
)
from ntm_lib.submissions.forms.stamp import LISTS, SHEET, stamp_lines
from ntm_lib.submissions.forms.styles import FONT, Styles, make_styles
from ntm_lib.submissions.forms.words import not_assessed_word

UNASSESSED = object()
"""Stands in a line for "Không xét"."""
_LOCKED = {Role.UNIT, Role.NAME, Role.YEAR}
_PROTECTION = {
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
    "insert_rows": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}
_A3, _A4 = 8, 9
_WIDE = 16  # more columns than this are printed on A3 over several pages


def write_template(path: Path, form: Form, filled: Mapping[str, Sequence[Line]] | None = None) -> Path:
    """Write the workbook of a form; it appears whole or not at all.

    ``filled``: the lines of a sheet, by its name, in place of those listed; a line holds ids of choices, numbers and dates.
    """
    import xlsxwriter

    with whole_file(path) as temporary:
        book = xlsxwriter.Workbook(temporary, {"strings_to_formulas": False, "strings_to_urls": False})
        book.formats[0].set_font_name(FONT)
        book.formats[0].set_font_size(11)
        book.set_properties({"title": form.round_title, "subject": form.sender_name})
        styles = make_styles(book)
        write_explanation(book, form, styles)
        lists = _Lists()
        for sheet in form.sheets:
            lines = None if filled is None else filled.get(sheet.name)
            _SheetWriter(book.add_worksheet(sheet.name), sheet, form, styles, lists).write(lines)
        lists.write(book.add_worksheet(LISTS))
        _write_stamp(book.add_worksheet(SHEET), form)
        book.close()
    return path


def _write_stamp(page: Any, form: Form) -> None:
    for row, (name, value) in enumerate(stamp_lines(form).items()):
        page.write_string(row, 0, name)
        page.write_string(row, 1, value)
    page.protect()
    page.very_hidden()


class _Lists:
    """The drop-down lists, one a column of a hidden sheet; a list used twice is written once."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, ...], int] = {}

    def source(self, words: Sequence[str]) -> str:
        """Return the range that holds these words."""
        column = self._places.setdefault(tuple(words), len(self._places))
        first = xl_rowcol_to_cell(0, column, row_abs=True, col_abs=True)
        last = xl_rowcol_to_cell(len(words) - 1, column, row_abs=True, col_abs=True)
        return f"='{LISTS}'!{first}:{last}"

    def write(self, page: Any) -> None:
        for words, column in self._places.items():
            for row, word in enumerate(words):
                page.write_string(row, column, word)
        page.protect()
        page.very_hidden()


class _SheetWriter:
    """Write one sheet: head, lines, validation, protection, print settings."""

    def __init__(self, page: Any, sheet: SheetForm, form: Form, styles: Styles, lists: _Lists) -> None:
        self.page, self.sheet, self.form, self.styles, self.lists = page, sheet, form, styles, lists

    def write(self, filled: Sequence[Line] | None) -> None:
        lines = list(self.sheet.lines if filled is None else filled)
        count = max(len(lines) + self.sheet.free, 1)
        self._titles()
        for position, column in enumerate(self.sheet.columns):
            self._head(position, column)
            for number in range(count):
                self._cell(number, position, column, lines[number] if number < len(lines) else {})
            self._validate(position, column, count)
        self._settings(count)

    def _titles(self) -> None:
        sender = self.form.sender
        text = _("{unit}; {round}; data as of {date}")
        facts = text.format(unit=self.form.sender_name, round=self.form.round_title, date=f"{sender.as_of:%d/%m/%Y}")
        self.page.write_string(0, 1, self.sheet.title, self.styles.title)
        self.page.write_string(1, 1, facts, self.styles.small)
        self.page.write_string(2, 1, _("An empty cell means not reported; zero is written 0."), self.styles.small)
        self.page.write_string(ORIGIN - 1, 0, self.sheet.mark, self.styles.hidden)
        self.page.set_row(ORIGIN - 1, None, None, {"hidden": True})

    def _head(self, position: int, column: FormColumn) -> None:
        styles = self.styles
        rule = _("Required: {level}").format(level=column.rule) if column.rule else ""
        texts = {
            ID: (column.item, styles.hidden),
            HEADING: (column.heading, styles.side if self.sheet.is_down else styles.heading),
            UNIT: (column.unit, styles.unit),
            RULE: ("\n".join(filter(None, (rule, column.definition))), styles.rule),
        }
        for depth, (text, style) in texts.items():
            self.page.write_string(*self.sheet.place(depth, position), text, style)
        if self.sheet.is_down:
            height = max(
                -(-len(column.heading) // 42), sum(-(-len(line) // 44) for line in texts[RULE][0].split("\n")), 1
            )
            self.page.set_row(self.sheet.place(ID, position)[0], 4 + 13 * height)

    def _cell(self, number: int, position: int, column: FormColumn, line: Line) -> None:
        row, col = self.sheet.place(FIRST_LINE + number, position)
        value = line.get(column.item)
        is_locked = column.role in _LOCKED and value is not None and column.item in line
        style = (self.styles.locked if is_locked else self.styles.open)[column.type]
        if value is None or value == "":
            self.page.write_blank(row, col, None, style)
        elif value is UNASSESSED:
            self.page.write_string(row, col, not_assessed_word(), style)
        elif column.words:
            text = str(value) if isinstance(value, str) else f"{value:g}"
            self.page.write_string(row, col, column.words.get(text, text), style)
        elif isinstance(value, dt.date):
            self.page.write_datetime(row, col, value, style)
        elif isinstance(value, str):
            self.page.write_string(row, col, value, style)
        else:
            self.page.write_number(row, col, value, style)

    def _validate(self, position: int, column: FormColumn, count: int) -> None:
        first = self.sheet.place(FIRST_LINE, position)
        last = self.sheet.place(FIRST_LINE + count - 1, position)
        if (rule := self._rule(column, xl_rowcol_to_cell(*first))) is not None:
            message = {"error_title": _("Not an expected value")[:32], "error_message": _expected(column)[:255]}
            self.page.data_validation(*first, *last, {"ignore_blank": True, **message, **rule})

    def _rule(self, column: FormColumn, cell: str) -> dict[str, Any] | None:
        if column.words:
            words = list(column.words.values()) + ([not_assessed_word()] if column.may_be_unassessed else [])
            return {"validate": "list", "source": self.lists.source(words)}
        if column.role is Role.UNIT:
            units = self.form.units if column.item == "commune_code" else {self.form.sender.unit: "", **self.form.units}
            return {"validate": "list", "source": self.lists.source(list(units)), "error_type": "warning"}
        if column.type == "date":
            first = dt.date(1990, 1, 1)
            last = self.form.sender.as_of if column.role is Role.AS_OF else dt.date(2100, 12, 31)
            return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
        if column.type not in {"number", "integer"}:
            return None
        low, high = _limits(column)
        if column.may_be_unassessed:
            word = not_assessed_word()
            formula = f'=OR({cell}="{word}",AND(ISNUMBER({cell}),{cell}>={low:.15g},{cell}<={high:.15g}))'
            return {"validate": "custom", "value": formula}
        kind = "integer" if column.type == "integer" else "decimal"
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}

    def _settings(self, count: int) -> None:
        sheet, page = self.sheet, self.page
        page.protect("", _PROTECTION)
        fixed = sum(column.role in {Role.UNIT, Role.NAME, Role.YEAR} for column in sheet.columns)
        if sheet.is_down:
            page.set_column(ID, ID, None, None, {"hidden": True})
            page.set_column(HEADING, HEADING, 46)
            page.set_column(UNIT, UNIT, 12)
            page.set_column(RULE, RULE, 38)
            page.set_column(FIRST_LINE, FIRST_LINE + count, 13)
            page.freeze_panes(ORIGIN + fixed, FIRST_LINE)
            page.repeat_columns(HEADING, RULE)
            page.repeat_rows(ORIGIN, ORIGIN + fixed - 1)
        else:
            page.set_row(ORIGIN + ID, None, None, {"hidden": True})
            page.set_row(ORIGIN + HEADING, 110)
            page.set_row(ORIGIN + RULE, 90)
            for position, column in enumerate(sheet.columns):
                page.set_column(position, position, _width(column))
            page.freeze_panes(ORIGIN + FIRST_LINE, fixed)
            page.repeat_rows(ORIGIN + HEADING, ORIGIN + RULE)
            page.repeat_columns(0, fixed - 1)
        across = count + FIRST_LINE if sheet.is_down else len(sheet.columns)
        page.set_landscape()
        page.set_paper(_A3 if across > _WIDE else _A4)
        page.fit_to_pages(-(-across // (2 * _WIDE)), 0)
        page.set_margins(left=0.5, right=0.4, top=0.6, bottom=0.6)
        page.set_footer(f'&L&"{FONT}"&9&A&R&"{FONT}"&9&P/&N')


def _limits(column: FormColumn) -> tuple[float, float]:
    """Return the bounds of a number; one that the contract leaves open is as wide as any figure of a commune."""
    low = -1e12 if column.min is None else column.min
    return low, (1e12 if column.max is None else column.max)


def _width(column: FormColumn) -> float:
    if column.role is Role.NAME:
        return 24
    if column.type == "text":
        return 32 if column.role is Role.VALUE else 16
    return 22 if column.type == "choice" else 15


def _expected(column: FormColumn) -> str:
    if column.words:
        return _("Choose from the list.")
    if column.role is Role.UNIT:
        return _("Give a code of the list; other codes are refused on reading.")
    if column.type == "date":
        return _("Give a date such as 30/06/2019.")
    text = _("Give a whole number") if column.type == "integer" else _("Give a number")
    if column.min is not None and column.max is not None:
        text = f"{text}, {column.min:g} - {column.max:g}"
    elif column.min is not None:
        text = f"{text}, ≥ {column.min:g}"
    return text + ". " + _("Leave the cell empty when it is not reported.")
