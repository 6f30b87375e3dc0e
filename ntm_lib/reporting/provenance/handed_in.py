"""The columns of tables that the figures of a page lead to, line by line."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib import submissions, tables
from ntm_lib.evaluation import Territory
from ntm_lib.reporting.provenance.columns import number
from ntm_lib.reporting.provenance.origins import Words
from ntm_lib.reporting.provenance.selection import Selection, label_column
from ntm_lib.submissions.store import Table


def columns_of(used: Iterable[Selection]) -> dict[str, list[str]]:
    """Return the columns that figures lead to, by table."""
    found: dict[str, dict[str, None]] = {}
    for item in used:
        for name in item.items if item.kind == "lines" else ():
            table, _dot, column = name.partition(".")
            found.setdefault(table, {})[column] = None
    return {table: list(columns) for table, columns in sorted(found.items())}


def table_of(territory: Territory, name: str, columns: list[str], words: Words) -> dict[str, Any]:
    """Return the lines of the page's communes in a table; none where they may not be shown or nobody handed it in.

    ``row``: of the file, 0 for a line of a submission, whose sheets and cells stand in ``words``.
    """
    project = territory.project
    agreed = tables.contract(name, project)
    title = agreed.title.vi if label_column() == "label_vi" else agreed.title.en
    held: dict[str, Any] = {
        "title": title,
        "file": None,
        "commune": [],
        "year": [],
        "row": [],
        "columns": {},
        "words": {},
    }
    if not submissions.is_handed_in(name, project):
        return held
    read = submissions.read_table(name, project, territory.review.as_of, may_disagree=True)
    held["file"] = words.files.place(read.file) if read.is_of_file else None
    vintage = read.unit_vintage or territory.results.unit_vintage
    if territory.withheld or vintage != territory.results.unit_vintage:
        return held
    reporters = {code: place for place, code in enumerate(dict.fromkeys(territory.parts["from_code"]))}
    lines = _numbered(territory, name, read)
    lines = lines[lines["commune_code"].isin(list(reporters)) & lines["year"].isin(territory.years)]
    held["commune"] = [reporters[code] for code in lines["commune_code"]]
    held["year"] = lines["year"].astype(int).tolist()
    held["row"] = lines["file_row"].astype(int).tolist()
    for column in columns:
        label = agreed.column(column).label
        text = label.vi if label_column() == "label_vi" else label.en
        cells = lines[column].astype("float64").to_numpy(np.float64)
        held["columns"][column] = [text, agreed.column(column).unit, [number(value) for value in cells]]
    held["words"] = words.of_table(read.words, lines.index, columns)
    return held


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
