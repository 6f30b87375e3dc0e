"""The columns of tables that the figures of a page lead to, line by line."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib import submissions, tables
from ntm_lib.evaluation import Territory
from ntm_lib.reporting.provenance.columns import number
from ntm_lib.reporting.provenance.origins import Words
from ntm_lib.reporting.provenance.selection import Selection, label_column
from ntm_lib.submissions.store import Table


def columns_of(used: Iterable[Selection]) -> dict[str, tuple[list[str], frozenset[int]]]:
    """Return the columns that figures lead to, and the years of their lines, by table."""
    found: dict[str, tuple[dict[str, None], set[int]]] = {}
    for item in used:
        for name in item.items if item.kind == "lines" else ():
            table, _dot, column = name.partition(".")
            columns, years = found.setdefault(table, ({}, set()))
            columns[column] = None
            years |= {*item.years}
    return {table: (list(columns), frozenset(years)) for table, (columns, years) in sorted(found.items())}


class HandedIn:
    """The tables of a territory, each read once, from which the lines of any of its communes are cut."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._tables: dict[str, _Lines | None] = {}

    def of(
        self, used: Iterable[Selection], words: Words, reporters: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        """Return, by table, the lines that figures lead to, of the communes named; None: of all that reported.

        There is no line where none may be shown or nobody handed the table in. ``row``: of the file, 0 for a line of a
        submission, whose sheets and cells stand in ``words``; communes are known by their places among ``reporters``.
        """
        codes = list(dict.fromkeys(self._territory.parts["from_code"])) if reporters is None else reporters
        found = {}
        for name, (columns, years) in columns_of(used).items():
            title, lines = tables.contract(name, self._territory.project).title, self._lines(name)
            held: dict[str, Any] = {"title": title.vi if _is_vietnamese() else title.en, "file": None}
            held |= {"commune": [], "year": [], "row": [], "columns": {}, "words": {}}
            found[name] = held if lines is None else held | lines.of(codes, columns, years, words)
        return found

    def _lines(self, name: str) -> "_Lines | None":
        territory = self._territory
        if name not in self._tables:
            is_handed_in = submissions.is_handed_in(name, territory.project)
            self._tables[name] = _Lines(territory, name) if is_handed_in else None
        return self._tables[name]


class _Lines:
    """The lines of one table that count."""

    def __init__(self, territory: Territory, name: str) -> None:
        self._territory, self._name = territory, name
        self._agreed = tables.contract(name, territory.project)
        self._read = submissions.read_table(name, territory.project, territory.review.as_of, may_disagree=True)
        self._columns: dict[str, list[Any]] = {}

    def of(
        self, reporters: Sequence[str], columns: Sequence[str], years: frozenset[int], words: Words
    ) -> dict[str, Any]:
        """Return the file, and the lines of some communes and years; see `HandedIn.of`."""
        file = words.files.place(self._read.file) if self._read.is_of_file else None
        reported_on = self._territory.results.unit_vintage
        if self._territory.withheld or (self._read.unit_vintage or reported_on) != reported_on:
            return {"file": file}
        places = {code: place for place, code in enumerate(reporters)}
        own = chain.from_iterable(self._lines_of.get(code, ()) for code in reporters)
        chosen = [line for line in own if self._years[line] in years]
        return {
            "file": file,
            "commune": [places[self._codes[line]] for line in chosen],
            "year": [self._years[line] for line in chosen],
            "row": [self._rows[line] for line in chosen],
            "columns": {name: self._column(name, chosen) for name in columns},
            "words": self._words_of(chosen, frozenset(columns), words),
        }

    @cached_property
    def _frame(self) -> pd.DataFrame:
        lines = _numbered(self._territory, self._name, self._read)
        return lines[lines["commune_code"].isin(self._territory.parts["from_code"])]

    @cached_property
    def _codes(self) -> list[str]:
        return [str(code) for code in self._frame["commune_code"]]

    @cached_property
    def _years(self) -> list[int]:
        return [int(year) for year in self._frame["year"]]

    @cached_property
    def _rows(self) -> list[int]:
        return [int(row) for row in self._frame["file_row"]]

    @cached_property
    def _lines_of(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for line in sorted(range(len(self._years)), key=self._years.__getitem__):
            found.setdefault(self._codes[line], []).append(line)
        return found

    def _column(self, name: str, chosen: Sequence[int]) -> list[Any]:
        """Return label, unit and values of a column."""
        agreed = self._agreed.column(name)
        if name not in self._columns:
            cells = self._frame[name].astype("float64").to_numpy(np.float64)
            self._columns[name] = [number(value) for value in cells]
        label = agreed.label.vi if _is_vietnamese() else agreed.label.en
        return [label, agreed.unit, [self._columns[name][line] for line in chosen]]

    def _words_of(self, chosen: Sequence[int], columns: frozenset[str], words: Words) -> dict[str, list[Any]]:
        """Return, by column, [line, sheet, cell] of each value that was handed in."""
        held: dict[str, list[Any]] = {}
        for place, line in enumerate(chosen):
            for row in self._told.get(line, ()):
                if row.item in columns:
                    held.setdefault(str(row.item), []).append([place, words.place(row), str(row.cell)])
        return held

    @cached_property
    def _told(self) -> dict[int, list[Any]]:
        """Return the words that were handed in, by line."""
        places = {line: place for place, line in enumerate(self._frame.index)}
        found: dict[int, list[Any]] = {}
        for row in self._read.words.reset_index().itertuples():
            if row.line in places:
                found.setdefault(places[row.line], []).append(row)
        return found


def _is_vietnamese() -> bool:
    return label_column() == "label_vi"


def _numbered(territory: Territory, name: str, read: Table) -> pd.DataFrame:
    """Return the lines that count with ``file_row``, as a spreadsheet counts (0: handed in); what is planned is left out."""
    agreed = tables.contract(name, territory.project)
    frame = read.frame
    rows = np.zeros(len(frame), dtype=np.int64)
    if read.is_of_file:
        whole = agreed.read_csv(territory.project.root / read.file, read.file, may_disagree=True)
        keys = list(agreed.key)
        found = pd.MultiIndex.from_frame(whole[keys]).get_indexer(pd.MultiIndex.from_frame(frame[keys]))
        own = ~frame.index.isin(read.words.index.get_level_values("line")) & (found >= 0)
        rows[own] = found[own] + 2  # the heading is row 1
    frame = frame.assign(file_row=rows)
    return frame[frame["status"] != "plan"] if "status" in frame else frame
