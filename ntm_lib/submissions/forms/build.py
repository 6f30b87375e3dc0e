"""Lay out the workbook of a sender from the contracts, the law of each year and the units of the date."""

import datetime as dt
import re
from collections.abc import Iterable

from ntm_lib import criteria, tables, units
from ntm_lib.errors import UsageError
from ntm_lib.messages import _, language
from ntm_lib.project import Project
from ntm_lib.review import load_review
from ntm_lib.submissions.forms.layout import Form, FormColumn, Line, Role, SheetForm, numbered, status_of, year_end
from ntm_lib.submissions.forms.requirements import finding_sheet, requirement_columns
from ntm_lib.submissions.forms.words import choice_words, status_words, yes_no_words
from ntm_lib.submissions.lines import RESULTS, items, row_keys, unit_key
from ntm_lib.submissions.model import Level, Sender
from ntm_lib.submissions.rounds import find_round, load_rounds
from ntm_lib.tables import Column, TableContract, Words
from ntm_lib.units import Vintage

_FREE_A_UNIT = 25  # open lines of a list, such as works or villages, a commune
_FREE_AT_MOST = 400
_PERIOD = re.compile(r".*_(\d{4})_(\d{4})$")


def form_of(project: Project, sender: Sender, years: Iterable[int] | None = None) -> Form:
    """Lay out the workbook of a sender.

    ``years``: those asked for; None: from the review's first year to that of the cut-off date. Raises UsageError for a unit
    that is not of that level on that date or has no commune in the programme, and for a round that is not known.
    """
    vintage = units.on(sender.unit_vintage, project)
    unit = vintage.unit(sender.unit)
    if unit.level != sender.level:
        raise UsageError(_("{unit} is not a unit of the level asked for.").format(unit=unit.label))
    communes = _communes(vintage, sender)
    chosen = tuple(sorted(set(years))) if years is not None else _years(project, sender.as_of)
    maker = _Maker(project, sender, vintage, communes, chosen)
    filled = [maker.contract(table) for table in tables.table_ids(project)]
    sheets = [sheet for table in filled if sender.level in table.filled_by for sheet in maker.sheets(table)]
    title = find_round(sender.round, project).title if sender.round in load_rounds(project) else sender.round
    return Form(sender, unit.name, str(title), chosen, communes, tuple(sheets))


def _communes(vintage: Vintage, sender: Sender) -> dict[str, str]:
    is_one = sender.level == Level.COMMUNE
    inside = vintage.communes.loc[[sender.unit]] if is_one else vintage.communes_of(sender.unit)
    inside = inside[inside["is_in_programme"]]
    if inside.empty:
        text = _("{unit} has no commune in the programme on that date.")
        raise UsageError(text.format(unit=vintage.unit(sender.unit).label))
    return {str(code): str(name) for code, name in inside["name"].items()}


def _years(project: Project, as_of: dt.date) -> tuple[int, ...]:
    review = load_review(project)
    return tuple(range(min(review.first_year, as_of.year), as_of.year + 1))


def _word(words: Words) -> str:
    return words.vi if language() == "vi" else words.en


class _Maker:
    """Make the sheets of one sender."""

    def __init__(
        self, project: Project, sender: Sender, vintage: Vintage, communes: dict[str, str], years: tuple[int, ...]
    ) -> None:
        self.project, self.sender, self.vintage = project, sender, vintage
        self.communes, self.years = communes, years
        self.law = criteria.load(project)

    def contract(self, table: str) -> TableContract:
        return tables.contract(table, self.project)

    def sheets(self, table: TableContract) -> list[SheetForm]:
        if table.id == RESULTS:
            return self._results(table)
        keys = row_keys(table)
        named = self.communes if unit_key(table) == "commune_code" else self._senders_own()
        columns = (
            *self._head(table, is_listed=not _is_list(table)),
            *(_column(table.column(key), Role.KEY) for key in keys),
            *(_column(column, Role.VALUE) for column in items(table)),
        )
        lines, free = self._lines(table, named)
        return [
            SheetForm(
                _sheet_name(table.id),
                table.id,
                "",
                _word(table.title),
                columns,
                lines,
                free,
                () if table.period in {"plan_year", "event"} else self.years,
                self.sender.level == Level.COMMUNE and not _is_list(table) and not keys,
                tuple(keys),
            )
        ]

    def _senders_own(self) -> dict[str, str]:
        return {self.sender.unit: self.vintage.unit(self.sender.unit).name}

    def _head(self, table: TableContract, *, is_listed: bool) -> tuple[FormColumn, ...]:
        last = self.sender.as_of
        years = self.years if table.period not in {"plan_year", "event"} else ()
        head = [table.column(name) for name in (unit_key(table), "year", "status", "as_of_date")]
        code, year, status, as_of = (_word(column.label) for column in head)
        return (
            FormColumn(head[0].name, Role.UNIT, code, "code", required=True),
            FormColumn("name", Role.NAME, _("Name of the unit"), "text"),
            FormColumn(
                "year",
                Role.YEAR,
                year,
                "integer",
                min=min(years, default=1990),
                max=max(years, default=2100),
                required=True,
            ),
            FormColumn(
                "status",
                Role.STATUS,
                status,
                "choice",
                definition=_("Actual: the year is over and counted. Estimated: not over yet. Planned: to come."),
                words=status_words(),
                required=True,
            ),
            FormColumn(
                "as_of_date",
                Role.AS_OF,
                as_of,
                "date",
                definition=_("Last day whose facts are counted; not after {date}.").format(date=f"{last:%d/%m/%Y}")
                if is_listed
                else _("Last day whose facts are counted; empty: the day of the workbook."),
                required=is_listed,
            ),
        )

    def _lines(self, table: TableContract, named: dict[str, str]) -> tuple[tuple[Line, ...], int]:
        """Return the lines already listed, and how many open ones follow."""
        if _is_list(table):
            count = min(_FREE_A_UNIT * len(named), _FREE_AT_MOST)
            return tuple(self._open_line(table, named, number) for number in numbered(count)), 0
        lines = [
            {**self._start(table, code, name, year), **keys}
            for code, name in named.items()
            for year in self.years
            for keys in self._listed_keys(table, year)
        ]
        return tuple(lines), (0 if not row_keys(table) else len(named))

    def _start(self, table: TableContract, code: str, name: str, year: int) -> Line:
        as_of = year_end(year, self.sender.as_of)
        return {
            unit_key(table): code,
            "name": name,
            "year": year,
            "status": status_of(year, as_of),
            "as_of_date": as_of,
        }

    def _open_line(self, table: TableContract, named: dict[str, str], number: str) -> Line:
        line: Line = {}
        if len(named) == 1:
            line = dict(zip((unit_key(table), "name"), next(iter(named.items())), strict=True))
        if len(self.years) == 1 and table.period not in {"plan_year", "event"}:
            line = {**self._start(table, "", "", self.years[0]), **line}
        first = _numbering(table)
        return line | ({first: number} if first else {})

    def _listed_keys(self, table: TableContract, year: int) -> list[Line]:
        """Return the keys of the lines of one year: its period, or each allowed value that may hold in it."""
        keys = row_keys(table)
        if not keys:
            return [{}]
        if keys == ["period_from", "period_to"]:
            return [{"period_from": dt.date(year, 1, 1), "period_to": year_end(year, self.sender.as_of)}]
        return [{keys[0]: value} for value in table.column(keys[0]).allowed if _holds_in(value, year)]

    def _results(self, table: TableContract) -> list[SheetForm]:
        chosen = load_review(self.project).judged_by
        years_of: dict[str, list[int]] = {}
        for year in self.years:
            try:
                years_of.setdefault(self.law.set_for_year(year, set_for_year=chosen).id, []).append(year)
            except (
                UsageError
            ):  # a year that no set judges has no sheet of results; the first sheet lists the years of each
                continue
        sheets = [self._results_sheet(table, set_id, tuple(years)) for set_id, years in years_of.items()]
        return [*sheets, *(finding_sheet(sheet, self.sender.level) for sheet in sheets[-1:])]

    def _results_sheet(self, table: TableContract, set_id: str, years: tuple[int, ...]) -> SheetForm:
        criteria_set = self.law.sets[set_id]
        columns = requirement_columns(self.law, set_id, years, self.vintage.region, language())
        span = f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0])
        lines = tuple(self._start(table, code, name, year) for code, name in self.communes.items() for year in years)
        return SheetForm(
            f"{_sheet_name(table.id)} ({span})",
            table.id,
            set_id,
            f"{_word(table.title)} - {criteria_set.numbers}",
            (*self._head(table, is_listed=True), *columns),
            lines,
            0,
            years,
            self.sender.level == Level.COMMUNE,
            (),
        )


def _is_list(table: TableContract) -> bool:
    """Whether a commune and year may have any number of lines, told apart by what the sender writes."""
    keys = [table.column(name) for name in row_keys(table)]
    return any(column.type in {"text", "integer"} for column in keys)


def _numbering(table: TableContract) -> str:
    """Return the key that merely numbers the lines, if there is one."""
    keys = [table.column(name) for name in row_keys(table)]
    ids = [key.name for key in keys if key.type == "integer" or key.name.endswith("_id")]
    return ids[0] if ids else ""


def _holds_in(value: str, year: int) -> bool:
    span = _PERIOD.match(value)
    return span is None or int(span[1]) <= year <= int(span[2])


def _sheet_name(table: str) -> str:
    return _("Table {number}").format(number=table[1:])


def _column(column: Column, role: Role) -> FormColumn:
    words = yes_no_words() if column.type == "yes_no" else choice_words(column.name, column.allowed)
    label = _word(column.label)
    definition = column.definition_vi if language() == "vi" else column.definition
    return FormColumn(
        column.name,
        role,
        label,
        column.type,
        unit=column.unit,
        definition="" if definition == label else definition,
        words=words,
        min=column.min,
        max=column.max,
        required=column.required,
        is_percent=column.unit == "%",
    )
