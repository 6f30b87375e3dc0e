"""One file with all that its checks need: its lines by table, the units of the date, the law, the limits of plausibility."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.criteria import CriteriaSet, Law
from ntm_lib.criteria.levels import number
from ntm_lib.errors import NtmError
from ntm_lib.messages import _, language
from ntm_lib.project import Project
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.lines import ASPECT, FOUND, Item, Lines, set_out
from ntm_lib.submissions.checks.settings import CheckRules, check_rules
from ntm_lib.submissions.forms.words import choice_words
from ntm_lib.submissions.lines import RESULTS
from ntm_lib.submissions.model import Reading, Sender
from ntm_lib.tables import TableContract, contract, table_ids
from ntm_lib.units import Vintage

Tables = Mapping[tuple[str, str], Lines]


@dataclass(frozen=True, eq=False)
class Filing:
    """One file to be checked; ``before``: what counts now of the same units, in the same form.

    ``vintage`` is None when the file does not say who reports; checks that need the units then say nothing.
    """

    project: Project
    sender: Sender | None
    vintage: Vintage | None
    law: Law
    rules: CheckRules
    values: pd.DataFrame
    tables: Tables
    before: Tables

    def lines(self, table: str) -> list[Lines]:
        """Return the lines of a table: none when it was not handed in, several when it speaks of several sets."""
        return [lines for (name, _set), lines in self.tables.items() if name == table]

    def all_lines(self) -> Iterator[tuple[TableContract, Lines]]:
        """Yield every table that was handed in with its contract; unknown tables are passed over."""
        known = table_ids(self.project)
        for (table, _set), lines in self.tables.items():
            if table in known:
                yield contract(table, self.project), lines

    def name(self, code: object) -> str:
        """Return the name of a unit, or its code when the units of the date do not have it."""
        frame = None if self.vintage is None else self.vintage.frame
        return str(frame.at[code, "name"]) if frame is not None and code in frame.index else str(code)

    def unit(self, item: Item) -> str:
        """Return the unit of an item in the reader's words."""
        known = self.law.registers.units
        return str(known[item.unit].label) if item.unit in known else item.unit

    def levels(self, set_id: str, year: int) -> pd.DataFrame | None:
        """Return the levels of a set in a year in the province's region; None when set or region is not known."""
        if self.vintage is None or set_id not in self.law.sets:
            return None
        try:
            region = self.vintage.region
        except NtmError:
            return None
        return _levels(self.law, set_id, year, region)

    def about(self, lines: Lines, line: int, item: str) -> str:
        """Tell unit, year, item and value of one cell."""
        place = lines.column.get(item)
        label = item if place is None else lines.items[place].label
        head = lines.heads.iloc[line]
        text = _("{unit}, {year}, {item}: {value}")
        return text.format(
            unit=self.name(head["unit_code"]), year=int(head["year"]), item=label, value=shown(lines, line, item)
        )

    def hit(self, lines: Lines, line: int, item: str, expected: str = "", action: str = "", *, found: str = "") -> Hit:
        """Make the finding of one cell; of a cell that is empty, of the first one of its line."""
        place = lines.places[line, lines.column[item]] if item in lines.column else -1
        if place < 0:
            places = lines.places[line]
            place = places[places >= 0][0]
        value = lines.values.iloc[place]
        text = found or self.about(lines, line, item)
        return Hit(str(value["sheet"] or ""), str(value["cell"] or ""), text, expected, action)


def shown(lines: Lines, line: int, item: str) -> str:
    """Write one value the reader's way, a choice in its words; what was not reported is a dash."""
    value, text = lines.number(item)[line], lines.text(item)[line]
    if np.isfinite(value):
        return number(float(value))
    if text is None:
        return "–"
    is_choice = item in lines.column and str(text) in lines.items[lines.column[item]].allowed
    return choice_words(item, (str(text),))[str(text)] if is_choice else str(text)


@lru_cache(maxsize=256)
def _levels(law: Law, set_id: str, year: int, region: str) -> pd.DataFrame:
    return law.rules(law.sets[set_id], year, region).requirements


def filing_of(reading: Reading, project: Project, before: pd.DataFrame | None) -> Filing:
    """Set out a reading for its checks. Only what ``before`` says of the units and tables of the file is kept."""
    law = criteria.load(project)
    vintage = None if reading.sender is None else units.on(reading.sender.unit_vintage, project)
    values = reading.values.reset_index(drop=True)
    earlier = values.iloc[:0] if before is None else before[before["unit_code"].isin(values["unit_code"].unique())]
    earlier = earlier[earlier["table"].isin(values["table"].unique())].reset_index(drop=True)
    rules = check_rules(project)
    tables, stood = (_tables(frame, project, law) for frame in (values, earlier))
    return Filing(project, reading.sender, vintage, law, rules, values, tables, stood)


def _tables(values: pd.DataFrame, project: Project, law: Law) -> dict[tuple[str, str], Lines]:
    return {
        (table, set_id): Lines(table, set_id, heads, _items(table, set_id, names, project, law), *arrays, values)
        for table, set_id, heads, names, arrays in set_out(values)
    }


def _items(table: str, set_id: str, names: list[str], project: Project, law: Law) -> tuple[Item, ...]:
    if table == FOUND:
        return tuple(_found(name, law.sets.get(set_id)) for name in names)
    if table not in table_ids(project):
        return tuple(Item(name, name) for name in names)
    agreed = contract(table, project)
    if table == RESULTS:
        return tuple(_requirement(name, law.sets.get(set_id), agreed, law) for name in names)
    return tuple(_column(name, name, agreed) for name in names)


def _found(name: str, criteria_set: CriteriaSet | None) -> Item:
    """Return what a finding on a requirement holds: met or not."""
    if criteria_set is None or name not in criteria_set.requirements:
        return Item(name, name)
    return Item(name, _("requirement {id}, finding").format(id=name), "yes_no")


def _column(name: str, column: str, agreed: TableContract, prefix: str = "") -> Item:
    if column not in agreed.names:
        return Item(name, name)
    found = agreed.column(column)
    label = found.label.vi if language() == "vi" else found.label.en
    return Item(name, prefix + label, found.type, found.unit, found.min, found.max, found.allowed)


def _requirement(name: str, criteria_set: CriteriaSet | None, agreed: TableContract, law: Law) -> Item:
    """Return what a requirement of the set holds, or what else is said of it."""
    requirement, _mark, aspect = name.partition(ASPECT)
    if criteria_set is None or requirement not in criteria_set.requirements:
        return Item(name, name)
    label = _("requirement {id}").format(id=requirement)
    if aspect:
        return _column(name, aspect, agreed, f"{label}, ")
    unit = law.registers.units[criteria_set.requirements[requirement].demand.unit]
    kind = "yes_no" if unit.id == "yes_no" else "number"
    low, high = (None if np.isinf(end) else end for end in (unit.min, unit.max))
    return Item(name, label, kind, unit.id, low, high)
