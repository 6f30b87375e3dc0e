"""Turn distances into amounts of what is still missing: km, households, schools, where the tables handed in tell it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib.errors import FaultList
from ntm_lib.evaluation.shortfalls.gaps import distances
from ntm_lib.evaluation.shortfalls.tables import handed_in
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _, language
from ntm_lib.project import Project
from ntm_lib.provenance import check_files
from ntm_lib.tables import contract, table_ids

FILE = "shortfalls.csv"
COLUMNS = [
    "decision", "requirement", "short_vi", "short_en", "kind", "table", "column", "where", "carry", "is_works", "unit_vi",
    "unit_en", "what_vi", "what_en",
]  # fmt: skip
KINDS = ("", "share", "count", "one")
LENGTHS = ("km", "ha")
"""Units that are measured; things in any other are counted, in whole pieces."""
_ROUNDING = 1e-9  # an amount this little above a whole number is that number
_ALLOWED = {"kind": KINDS, "carry": ("", "area", "people"), "is_works": ("", "0", "1")}


def amount_rules(territory: Territory, year: int) -> pd.DataFrame:
    """Return the short names of the requirements of a year, and how what is missing of each is counted.

    Index: requirement. ``short_vi, short_en`` (missing where the table has none); ``kind``: share (of the figures in
    ``table``, ``column``, in the rows ``where`` column=value), count (the distance is a number of things), one (one work), or
    empty: there is no amount; ``carry`` (people | area): how a divided commune's figure is divided; ``is_works``;
    ``unit_vi, unit_en``; ``what``: what the amount is of, in words. Stops with every fault of the table.
    """
    requirements = territory.reported.rules[year].requirements
    return rules_of(territory.project, requirements["decision"])


def rules_of(project: Project, decisions: pd.Series) -> pd.DataFrame:
    """Return the same for requirements (index) and the decision that sets each."""
    wanted = decisions.rename("decision").rename_axis("requirement").reset_index()
    rules = wanted.merge(_read(project), on=["decision", "requirement"]).set_index("requirement")
    rules = rules.assign(is_works=rules["is_works"] == "1", what=rules[f"what_{language()}"])
    shorts = ["short_vi", "short_en"]
    return rules.assign(**rules[shorts].mask(rules[shorts] == "")).drop(columns=["decision", "what_vi", "what_en"])


def _read(project: Project) -> pd.DataFrame:
    path = project.data / "criteria" / FILE
    check_files(project, [path])
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    where, faults = project.relative(path), FaultList(_("Rules of amounts that cannot be used"))
    if list(table.columns) != COLUMNS:
        faults.add(where, ", ".join(table.columns), ", ".join(COLUMNS))
        faults.stop_if_any()
    for line, row in enumerate(table.to_dict("records"), start=2):
        _check(faults, f"{where}:{line}", row, project)
    faults.stop_if_any()
    return table


def _check(faults: FaultList, place: str, row: Mapping[Any, str], project: Project) -> None:
    for name, allowed in _ALLOWED.items():
        if row[name] not in allowed:
            faults.add(f"{place}, {name}", row[name], ", ".join(filter(None, allowed)))
    for name in ("carry", "is_works", "unit_vi", "unit_en", "what_vi", "what_en"):
        if row["kind"] and not row[name]:
            faults.add(f"{place}, {name}", _("empty"))
    if row["kind"] != "share":
        return
    if row["table"] not in table_ids(project):
        faults.add(place, _("unknown table '{table}'").format(table=row["table"]), ", ".join(table_ids(project)))
        return
    for name in filter(None, (row["column"], row["where"].partition("=")[0])):
        if name not in contract(row["table"], project).names:
            faults.add(place, _("table {table} has no column '{column}'").format(table=row["table"], column=name))


def last_figures(
    territory: Territory, year: int, table: str, column: str, where: Mapping[str, str] = MappingProxyType({})
) -> pd.Series:
    """Return the last figure of each reporting commune up to a year; empty when nobody handed in the table.

    ``where``: value by column of the rows that count. Index: code as reported; communes without a figure are absent.
    """
    frame = handed_in(territory, table)
    frame = frame[(frame["year"] <= year) & frame[column].notna()]
    for name, value in where.items():
        frame = frame[frame[name].astype("str") == value]
    last: pd.Series = frame.groupby("commune_code")[column].last().astype(float)
    return last


def last_years(territory: Territory, year: int, table: str, column: str) -> pd.Series:
    """Return the year of that last figure; communes without a figure are absent."""
    frame = handed_in(territory, table)
    frame = frame[(frame["year"] <= year) & frame[column].notna()]
    last: pd.Series = frame.groupby("commune_code")["year"].last().astype(int)
    return last


def amounts(territory: Territory, year: int, cells: pd.DataFrame) -> pd.Series:
    """Return what is missing of each row: a share of the whole, or the distance itself; NaN where it cannot be told.

    ``cells``: see `distances`, joined with `amount_rules` and the columns from_code, area_share and people_share (the
    part of the commune that is meant). Things are counted in whole pieces.
    """
    amount = pd.Series(np.nan, index=cells.index)
    is_count = cells["kind"] == "count"
    amount[is_count] = cells.loc[is_count, "gap"]
    shared = cells[(cells["kind"] == "share") & (cells["unit"] == "percent")]
    for (table, column, where), rows in shared.groupby(["table", "column", "where"], sort=False):
        name, _sign, value = str(where).partition("=")
        last = last_figures(territory, year, str(table), str(column), {name: value} if name else {})
        amount[rows.index] = rows["gap"].to_numpy(float) / 100 * last.reindex(rows["from_code"]).to_numpy(float)
    amount = amount * cells["area_share"].where(cells["carry"] == "area", cells["people_share"])
    return amount.where(cells["unit_vi"].isin(LENGTHS), np.ceil(amount - _ROUNDING))


def missing_volumes(territory: Territory, year: int) -> pd.DataFrame:
    """List the volume that each requirement not met still takes, by reporting commune.

    Columns: commune_code (as reported), requirement, criterion, volume (its amount in the territory, or one work; NaN: what
    it is a share of was never reported), volume_unit.
    """
    rules = amount_rules(territory, year)
    rules = rules[rules["kind"] != ""].drop(columns=["short_vi", "short_en"])
    cells = (
        distances(territory, year)
        .drop(columns=["name", "short_name", "new_name"])
        .join(rules, on="requirement", how="inner")
    )
    shares = territory.parts.groupby("from_code")[["area_share", "people_share"]].sum()
    cells = cells.assign(from_code=cells["commune_code"]).join(shares, on="from_code")
    volume = amounts(territory, year, cells).mask(cells["kind"] == "one", 1.0)
    listed = cells[["commune_code", "requirement", "criterion"]]
    return listed.assign(volume=volume, volume_unit=cells[f"unit_{language()}"].astype("str")).reset_index(drop=True)


def total_volumes(territory: Territory, year: int) -> pd.DataFrame:
    """Add the volumes up by requirement: volume (of those known), volume_unit, known and unknown (communes)."""
    volumes = missing_volumes(territory, year)
    return volumes.groupby("requirement", sort=False).agg(
        volume=("volume", lambda parts: parts.sum(min_count=1)),
        volume_unit=("volume_unit", "first"),
        known=("volume", "count"),
        unknown=("volume", lambda parts: int(parts.isna().sum())),
    )
