"""Lay what leaves out as a workbook: counts and verdicts by commune and year, results, the other tables, the dictionary."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ntm_lib.messages import _, language
from ntm_lib.reporting.export.dictionary import COLUMNS, headings
from ntm_lib.reporting.export.parts import Collected, Part, mark_word
from ntm_lib.reporting.export.values import Handed
from ntm_lib.reporting.office.workbook import write_workbook
from ntm_lib.reporting.sections.common import not_assessed_note, source_line, withheld_note
from ntm_lib.reporting.sheets import Column, Kind, Sheet
from ntm_lib.tables import Column as Agreed
from ntm_lib.verdicts import Verdict

_KINDS: dict[str, Kind] = {"number": "decimal", "integer": "count", "date": "date", "yes_no": "text"}
_ONE_VALUE = {"table", "row", "text", "sheet"}  # say nothing in a sheet of results
MAX_ROWS = 1_000_000  # a sheet of .xlsx ends at 1 048 576


def write_export(
    path: Path, collected: Collected, words: pd.DataFrame, about: list[tuple[str, str]], stamps: list[str]
) -> None:
    """Write the workbook; verdicts stand in one line a commune and year, so that a reader sees them side by side."""
    sheets = [sheet for part in collected.parts for sheet in _sheets(collected, part)]
    sheets += [_handed(table) for table in collected.handed]
    write_workbook(path, [*sheets, _dictionary(words)], title=_("Data of the workbench"), about=about, stamps=stamps)


def _sheets(collected: Collected, part: Part) -> Iterator[Sheet]:
    if part.name == "tables":  # stand line by line, each on its own sheet
        return
    if part.name == "verdicts":
        yield _verdicts(collected, part)
        return
    agreed = [column for column in part.columns if part.name != "results" or column.name not in _ONE_VALUE]
    pieces = [part.frame.iloc[start : start + MAX_ROWS] for start in range(0, max(len(part.frame), 1), MAX_ROWS)]
    for number, frame in enumerate(pieces, start=1):
        name = part.title if len(pieces) == 1 else f"{number}. {part.title}"
        yield Sheet(name, name, [_column(column) for column in agreed], _yes_no(frame), source=_source(collected, part))


def _source(collected: Collected, part: Part) -> str:
    if part.name == "units":
        return _("register of units of the workbench (data/units)")
    return source_line(collected.territory, *collected.territory.years)


def _verdicts(collected: Collected, part: Part) -> Sheet:
    place = ["commune_code", "commune_name", "district_name", "year", "mark"]
    codes = {verdict.name.lower(): int(verdict) for verdict in Verdict}
    wide = part.frame.assign(code=part.frame["verdict"].map(codes)).pivot_table(
        index=["commune_code", "year"], columns="criterion", values="code", sort=False
    )
    wide = wide[list(part.frame["criterion"].unique())].astype(int)
    head = part.frame[place].drop_duplicates(["commune_code", "year"])
    known = {column.name: column for column in part.columns}
    territory = collected.territory
    return Sheet(
        part.title,
        part.title,
        [
            *(_column(known[name]) for name in place[:-1]),
            *(Column(criterion, criterion, "verdict", group=_("Criterion"), width=9) for criterion in wide.columns),
            _column(known["mark"]),
        ],
        head.merge(wide.reset_index(), on=["commune_code", "year"]),
        notes=[not_assessed_note(territory), *withheld_note(territory)],
        source=_source(collected, part),
    )


def _handed(table: Handed) -> Sheet:
    agreed, frame = table.contract, _yes_no(table.frame)
    title = agreed.title.vi if language() == "vi" else agreed.title.en
    columns = [_column(column) for column in agreed.columns]
    mark = table.frame["generated"].map({True: mark_word(), False: ""})
    return Sheet(
        title,
        title,
        [*columns, Column("mark", _("Mark"))],
        frame.assign(mark=mark),
        source=table.file,
        notes=[_("An empty cell was not reported; zero is written 0.")],
    )


def _dictionary(words: pd.DataFrame) -> Sheet:
    wide = {"definition": 60.0, "label_vi": 34.0, "label_en": 34.0, "source": 40.0, "missing": 24.0}
    title = _("Data dictionary")
    heads = headings()
    return Sheet(title, title, [Column(name, heads[name], width=wide.get(name, 14)) for name in COLUMNS], words)


def _column(column: Agreed) -> Column:
    head = column.label.vi if language() == "vi" else column.label.en
    if column.unit and column.type in {"number", "integer"}:
        head += f" ({column.unit})"
    kind = "year" if column.name == "year" else _KINDS.get(column.type, "text")
    return Column(column.name, head, kind, width=24 if column.name.endswith(("name", "definition")) else 13)


def _yes_no(frame: pd.DataFrame) -> pd.DataFrame:
    """Write yes/no in words, so that a reader need not know what 1 means."""
    words = {True: _("Yes"), False: _("No")}
    flags = [name for name in frame.columns if pd.api.types.is_bool_dtype(frame[name])]
    return frame.assign(**{name: frame[name].astype(object).map(words) for name in flags})
