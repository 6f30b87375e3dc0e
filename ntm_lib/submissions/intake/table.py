"""Read the cells of one sheet of the form into values."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ntm_lib.messages import _
from ntm_lib.submissions.forms.layout import FormColumn, Role
from ntm_lib.submissions.intake.cells import UNASSESSED, Trouble, decimal_mark
from ntm_lib.submissions.intake.linehead import NUMERIC, Line, LineReader
from ntm_lib.submissions.model import VALUES


class Values:
    """The values of a file, gathered column by column and made a frame once."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in VALUES.names}

    def add(self, count: int, **columns: Any) -> None:
        """Add values; a column is a list of ``count`` cells, or one cell that all of them share."""
        for name, held in self._columns.items():
            cells = columns[name]
            held.extend(cells if isinstance(cells, list) else [cells] * count)

    def frame(self) -> pd.DataFrame:
        """Return the values in the columns of VALUES."""
        return pd.DataFrame(pa.Table.from_pydict(self._columns, schema=VALUES).to_pandas())


class TableReader(LineReader):
    """Read one located sheet; what does not fit goes to the findings of the file."""

    def read(self, values: Values) -> None:
        """Add the values of the sheet, one to a filled cell; empty cells have none."""
        columns = self.values
        if self.view.size == 0 or not columns:
            return
        first = self.first_line()
        block = self.view[first:, [self.located.columns[column.item] for column in columns]]
        used = np.flatnonzero((block != "").any(axis=1)) + first
        lines = [line for at in used if (line := self.line(int(at))) is not None]
        self._required(lines)
        numeric = block[:, [column.type in NUMERIC for column in columns]]
        mark = decimal_mark(cell for cell in numeric.ravel() if type(cell) is str and cell)
        for column in columns:
            self._column(column, lines, mark, values)

    def _required(self, lines: list[Line]) -> None:
        for column in self.sheet.columns:
            if column.role is not Role.VALUE or not column.required:
                continue
            place = self.located.columns.get(column.item)
            for line in lines:
                if place is None or self.view[line.at, place] == "":
                    found = _("'{column}' is empty in a line with figures").format(column=column.heading)
                    cell = self.address(line.at, column.item)
                    self.findings.wrong("line.required", found, sheet=self.name, cell=cell, action=_("Fill it in."))

    def _column(self, column: FormColumn, lines: list[Line], mark: str, values: Values) -> None:
        """Add the values of one column; plain numbers within its limits need no closer look."""
        cells = self.view[[line.at for line in lines], self.located.columns[column.item]]
        found: list[Any] = []
        kept: list[Line] = []
        is_plain = column.type == "number" and not column.words
        low, high = _span(column)
        for line, cell in zip(lines, cells, strict=True):
            if cell == "":
                continue
            if is_plain and type(cell) is float and low <= cell <= high:
                found.append(cell)
                kept.append(line)
                continue
            read = self.read_cell(cell, column, mark)
            if isinstance(read, Trouble):
                self.trouble(read, cell, line.at, column.item)
            elif read.value != "":
                self.understood(read, cell, line.at, column.item)
                found.append(read.value)
                kept.append(line)
        if kept:
            self._add(column, kept, found, values)

    def _add(self, column: FormColumn, lines: list[Line], found: list[Any], values: Values) -> None:
        is_numeric = column.type in NUMERIC
        unassessed = [value == UNASSESSED for value in found] if is_numeric else False
        values.add(
            len(lines),
            table=self.sheet.table,
            set_id=self.sheet.set_id,
            unit_code=[line.unit for line in lines],
            year=[line.year for line in lines],
            row=[line.row for line in lines],
            item=column.item,
            number=[np.nan if value == UNASSESSED else float(value) for value in found] if is_numeric else np.nan,
            text=None if is_numeric else found,
            is_not_assessed=unassessed,
            status=[line.status for line in lines],
            as_of_date=[line.as_of for line in lines],
            sheet=self.name,
            cell=[self.address(line.at, column.item) for line in lines],
        )


def _span(column: FormColumn) -> tuple[float, float]:
    return (
        -np.finfo(float).max if column.min is None else column.min,
        np.finfo(float).max if column.max is None else column.max,
    )
