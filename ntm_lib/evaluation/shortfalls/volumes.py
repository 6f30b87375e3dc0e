"""Turn distances into work still to be done: km, households, schools, where the tables handed in tell it."""

import numpy as np
import pandas as pd

from ntm_lib import criteria, submissions
from ntm_lib.errors import FaultList, NtmError
from ntm_lib.evaluation.shortfalls.gaps import distances
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _, language
from ntm_lib.provenance import check_files
from ntm_lib.submissions import store
from ntm_lib.tables import contract, table_ids

FILE = "volumes.csv"
COLUMNS = ["decision", "requirement", "kind", "table", "base", "carry", "is_works", "what_vi", "what_en"]


def volume_bases(territory: Territory, year: int) -> pd.DataFrame:
    """Return how volumes are counted, by requirement of the year: kind (share | count), table, base, carry, is_works, what (in words)."""
    project = territory.project
    path = project.data / "criteria" / FILE
    check_files(project, [path])
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    _check(table, project.relative(path), territory)
    requirements = territory.reported.rules[year].requirements
    wanted = requirements[["decision"]].reset_index(names="requirement")
    bases = wanted.merge(table, on=["decision", "requirement"]).set_index("requirement")
    bases = bases.assign(is_works=bases["is_works"] == "1", what=bases[f"what_{language()}"])
    return bases.drop(columns=["decision", "what_vi", "what_en"])


def _check(table: pd.DataFrame, where: str, territory: Territory) -> None:
    faults = FaultList(_("Bases of volumes that cannot be used"))
    if list(table.columns) != COLUMNS:
        faults.add(where, ", ".join(table.columns), ", ".join(COLUMNS))
        faults.stop_if_any()
    known = table_ids(territory.project)
    for line, row in enumerate(table.to_dict("records"), start=2):
        if row["kind"] not in {"share", "count"}:
            faults.add(f"{where}:{line}, kind", row["kind"], "share, count")
        if row["is_works"] not in {"0", "1"}:
            faults.add(f"{where}:{line}, is_works", row["is_works"], "0, 1")
        if row["carry"] not in {"area", "people"}:
            faults.add(f"{where}:{line}, carry", row["carry"], "area, people")
        if row["kind"] == "share" and row["table"] not in known:
            faults.add(f"{where}:{line}, table", row["table"], ", ".join(known))
        elif row["kind"] == "share" and row["base"] not in contract(row["table"], territory.project).names:
            faults.add(f"{where}:{line}, base", row["base"], row["table"])
    faults.stop_if_any()


def missing_volumes(territory: Territory, year: int) -> pd.DataFrame:
    """List the volume that each requirement not met still takes, by reporting commune.

    Columns: commune_code (as reported), requirement, criterion, volume (the missing share of the base last reported up to
    the year, or the distance itself where it counts things; in the territory's share of a commune that was divided;
    NaN: the base was never reported), volume_unit (of the base).
    """
    bases = volume_bases(territory, year)
    cells = distances(territory, year)
    cells = cells[cells["requirement"].isin(bases.index)].join(
        bases[["kind", "table", "base", "carry"]], on="requirement"
    )
    base = pd.Series(np.nan, index=cells.index)
    for (table, column), rows in cells.groupby(["table", "base"]):
        if table:
            base[rows.index] = rows["commune_code"].map(_last_reported(territory, str(table), str(column), year))
    scale = pd.Series(np.where(cells["kind"] == "share", base / 100, 1.0), index=cells.index)
    shares = territory.parts.groupby("from_code")[["area_share", "people_share"]].sum()
    share = cells["commune_code"].map(shares["people_share"])
    share = share.where(cells["carry"] == "people", cells["commune_code"].map(shares["area_share"]))
    units = {
        (table, column): contract(str(table), territory.project).column(str(column)).unit
        for table, column in cells[["table", "base"]].drop_duplicates().itertuples(index=False)
        if table
    }
    own = {name: entry.label.vi for name, entry in criteria.load(territory.project).registers.units.items()}
    pairs = zip(cells["table"], cells["base"], cells["unit"], strict=True)
    unit = [units[table, column] if table else own[counted] for table, column, counted in pairs]
    listed = cells[["commune_code", "requirement", "criterion"]]
    return listed.assign(volume=cells["gap"].astype(float) * scale * share.astype(float), volume_unit=unit).reset_index(
        drop=True
    )


def total_volumes(territory: Territory, year: int) -> pd.DataFrame:
    """Add the volumes up by requirement: volume (of those known), volume_unit, known and unknown (communes)."""
    volumes = missing_volumes(territory, year)
    return volumes.groupby("requirement", sort=False).agg(
        volume=("volume", lambda parts: parts.sum(min_count=1)),
        volume_unit=("volume_unit", "first"),
        known=("volume", "count"),
        unknown=("volume", lambda parts: int(parts.isna().sum())),
    )


def _last_reported(territory: Territory, table: str, column: str, year: int) -> pd.Series:
    """Return the last figure of each reporting commune up to a year; a table that nobody handed in gives none."""
    if not (store.folder(territory.project) / f"{table}.csv").is_file():
        return pd.Series(dtype=float)
    read = submissions.read_table(table, territory.project, territory.review.as_of)
    if read.unit_vintage != territory.results.unit_vintage:
        raise NtmError(
            _("{file}: uses the units of {found}, the results those of {expected}.").format(
                file=read.file, found=read.unit_vintage, expected=territory.results.unit_vintage
            )
        )
    frame = read.frame[read.frame["year"] <= year].dropna(subset=[column]).sort_values("year", kind="stable")
    last: pd.Series = frame.groupby("commune_code")[column].last().astype(float)
    return last
