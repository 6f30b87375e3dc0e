"""Turn distances into work still to be done: km, households, schools, where the tables handed in tell it."""

import numpy as np
import pandas as pd

from ntm_lib import criteria
from ntm_lib.errors import FaultList
from ntm_lib.evaluation.shortfalls.gaps import distances
from ntm_lib.evaluation.shortfalls.tables import handed_in
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _, language
from ntm_lib.provenance import check_files
from ntm_lib.tables import contract, table_ids

FILE = "volumes.csv"
KINDS = ("share", "count", "one")
LENGTHS = ("km", "ha")
WORK = "công trình"
_ROUNDING = 1e-9  # a volume this little above a whole number is that number
COLUMNS = ["decision", "requirement", "kind", "table", "base", "carry", "is_works", "what_vi", "what_en"]


def volume_bases(territory: Territory, year: int) -> pd.DataFrame:
    """Return how volumes are counted, by requirement of the year: kind (share | count | one), table, base, carry, is_works, what (in words)."""
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
        if row["kind"] not in KINDS:
            faults.add(f"{where}:{line}, kind", row["kind"], ", ".join(KINDS))
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
    the year, the distance itself where it counts things, or one work; what is counted is rounded up to whole pieces; in
    the territory's share of a commune that was divided; NaN: the base was never reported), volume_unit.
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
    volume = (cells["gap"].astype(float) * base / 100).where(cells["kind"] == "share", cells["gap"].astype(float))
    volume = volume.mask(cells["kind"] == "one", 1.0)
    unit = _units(territory, cells)
    volume = volume.where(unit.isin(LENGTHS), pd.Series(np.ceil(volume - _ROUNDING), index=cells.index))
    shares = territory.parts.groupby("from_code")[["area_share", "people_share"]].sum()
    share = cells["commune_code"].map(shares["people_share"])
    share = share.where(cells["carry"] == "people", cells["commune_code"].map(shares["area_share"]))
    listed = cells[["commune_code", "requirement", "criterion"]]
    return listed.assign(volume=volume * share.astype(float), volume_unit=unit).reset_index(drop=True)


def _units(territory: Territory, cells: pd.DataFrame) -> pd.Series:
    """Return the unit of each volume: that of its base, of the requirement itself, or one work."""
    own = {name: entry.label.vi for name, entry in criteria.load(territory.project).registers.units.items()}
    unit = cells["unit"].map(own).mask(cells["kind"] == "one", WORK)
    for (table, column), rows in cells[cells["kind"] == "share"].groupby(["table", "base"]):
        unit[rows.index] = contract(str(table), territory.project).column(str(column)).unit
    return unit.astype("str")


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
    frame = handed_in(territory, table)
    frame = frame[frame["year"] <= year].dropna(subset=[column])
    last: pd.Series = frame.groupby("commune_code")[column].last().astype(float)
    return last
