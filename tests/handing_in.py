"""Hand in values in a test, as a file read without a fault would be."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ntm_lib import submissions
from ntm_lib.project import Project
from ntm_lib.submissions.lines import FINDING, items, row_keys
from ntm_lib.submissions.model import VALUES, Level, Reading, Sender, Submission
from ntm_lib.submissions.vault import open_store
from ntm_lib.tables import contract

ROUND = "tong_ket_2019"
ON = dt.date(2019, 6, 30)


def line(
    unit: str, year: int, values: Mapping[str, float | str], *, table: str = "b02", set_id: str = "", row: str = "",
    as_of: dt.date | None = None, status: str = "actual", findings: Mapping[str, bool] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return the values of one line; infinite is "Không xét". ``findings``: met or not met, by requirement."""
    as_of = as_of or dt.date(year, 12, 31)
    told = [(item, value, row) for item, value in values.items()]
    told += [(item, float(is_met), FINDING) for item, is_met in (findings or {}).items()]
    rows = [
        (
            table, set_id, unit, year, key, item,
            float("nan") if isinstance(value, str) or np.isinf(value) else float(value),
            value if isinstance(value, str) else None,
            not isinstance(value, str) and bool(np.isinf(value)),
            status, as_of, f"Biểu {table}", f"F{place}",
        )
        for place, (item, value, key) in enumerate(told, start=8)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=VALUES.names)


def hand_in(
    project: Project, *lines: pd.DataFrame, level: Level = Level.COMMUNE, unit_vintage: dt.date = ON,
    file: str = "xa.xlsx", as_of: dt.date = ON,
) -> Submission:  # fmt: skip
    """Store lines as one submission."""
    values = pd.concat(lines, ignore_index=True)
    original = json.dumps([file, level, values.astype("str").to_numpy().tolist()]).encode()
    sender = Sender(str(values["unit_code"].iloc[0]), level, unit_vintage, ROUND, as_of)
    reading = Reading(file, hashlib.sha256(original).hexdigest(), sender, values, ())
    return open_store(project).add(reading, original, "văn phòng")


def generated_again(
    project: Project, codes: list[str], years: list[int] | None = None, *tables: str
) -> list[pd.DataFrame]:
    """Return the lines of B2 and of other tables that were generated for communes, as if these had handed them in."""
    results = submissions.read_results(project)
    lines = [_of_set(results, set_id, codes) for set_id in results.values]
    lines += [_of_table(project, table, codes) for table in tables]
    whole = pd.concat(lines, ignore_index=True)
    return [whole if years is None else whole[whole["year"].isin(years)]]


def _of_set(results: submissions.Results, set_id: str, codes: list[str]) -> pd.DataFrame:
    frame = results.values[set_id]
    frame = frame[frame.index.get_level_values("commune_code").isin(codes)]
    long = frame.melt(ignore_index=False, var_name="item", value_name="number").dropna()
    about = pd.DataFrame({"status": results.status[set_id], "as_of_date": results.as_of[set_id].dt.date})
    long = long.join(about).reset_index().rename(columns={"commune_code": "unit_code"})
    is_not_assessed = np.isposinf(long["number"])
    return long.assign(
        table="b02", set_id=set_id, row="", text=None, sheet=set_id, cell="A1", is_not_assessed=is_not_assessed,
        number=long["number"].mask(is_not_assessed),
    )[VALUES.names]  # fmt: skip


def _of_table(project: Project, table: str, codes: list[str]) -> pd.DataFrame:
    agreed = contract(table, project)
    frame = submissions.read_table(table, project).frame
    frame = frame[frame["commune_code"].isin(codes)]
    rows = [
        frame[name].map(lambda cell: cell.date().isoformat() if isinstance(cell, pd.Timestamp) else str(cell))
        for name in row_keys(agreed)
    ]
    row = pd.Series(["|".join(cells) for cells in zip(*rows, strict=True)] if rows else "", index=frame.index)
    parts = []
    for column in items(agreed):
        cells = frame[column.name][frame[column.name].notna()]
        is_text = column.type in {"text", "choice", "code", "date"}
        text = cells.map(lambda cell: cell.date().isoformat() if isinstance(cell, pd.Timestamp) else str(cell))
        parts.append(
            pd.DataFrame({
                "unit_code": frame["commune_code"], "year": frame["year"].astype(int), "row": row, "status": frame["status"],
                "as_of_date": frame["as_of_date"].dt.date, "item": column.name,
                "number": float("nan") if is_text else cells.astype(float), "text": text if is_text else None,
            }).loc[cells.index]
        )  # fmt: skip
    return pd.concat(parts).assign(table=table, set_id="", sheet=table, cell="A1", is_not_assessed=False)[VALUES.names]
