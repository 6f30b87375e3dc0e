"""What counts in the store of submissions, on the units of one day, with the file and cell that each value stands in."""

import datetime as dt
import hashlib
from functools import lru_cache

import pandas as pd

from ntm_lib import units
from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.submissions.model import Level, empty_values
from ntm_lib.submissions.vault import Store, open_store
from ntm_lib.units import Vintage

ABOUT = ["file", "sha256", "unit_vintage"]
_NONE = empty_values().assign(
    submission=pd.Series(dtype="int64"),
    level=pd.Series(dtype="object"),
    **{name: pd.Series(dtype="object") for name in ABOUT},
)
RANK = {level.value: rank for rank, level in enumerate(Level)}
"""How much a level's word weighs: the greatest outranks the others."""


def store_state(project: Project) -> str:
    """Return a fingerprint of all that counts in the store; it changes with every file taken in and every withdrawal.

    Empty where nothing counts.
    """
    return _state(open_store(project))


def _state(store: Store) -> str:
    counting = [(one.id, one.sha256, one.level.value) for one in store.submissions() if one.withdrawn is None]
    return hashlib.sha256(repr(counting).encode()).hexdigest() if counting else ""


def reported(project: Project, table: str, as_of: dt.date | None = None) -> pd.DataFrame:
    """Return the values of a table that count, of every level.

    Columns of ``VALUES`` with ``submission``, ``level`` and, of the submission, ``file, sha256, unit_vintage``; ``as_of``: only
    values with a cut-off date not later. No rows where nobody handed the table in.
    """
    state = store_state(project)
    return _reported(project, table, as_of, state).copy(deep=False)


@lru_cache(maxsize=32)
def _reported(project: Project, table: str, as_of: dt.date | None, state: str) -> pd.DataFrame:
    if not state:
        return _NONE
    store = open_store(project)
    values = store.values(table, as_of)
    about = pd.DataFrame(
        [(one.id, one.file, one.sha256, one.unit_vintage) for one in store.submissions()],
        columns=["submission", *ABOUT],
    )
    values = values.drop(columns=ABOUT, errors="ignore").merge(about, on="submission", how="left", validate="m:1")
    return values.assign(
        as_of_date=pd.to_datetime(values["as_of_date"]).astype("datetime64[s]"),
        year=values["year"].astype("int64"),
        row=values["row"].fillna("").astype("object"),
    )


def on_units(values: pd.DataFrame, vintage: Vintage, project: Project, *, communes_only: bool = False) -> pd.DataFrame:
    """Return values with the codes of one day; ``communes_only``: units above a commune are refused.

    A unit that a later day left as it was keeps its value under its code of that day. One that was merged, divided or has no
    unit of the day behind it stops, each named with its file: a code alone never joins.
    """
    faults = FaultList(
        _("Submitted values that cannot be used with the units of {date}").format(date=_day(vintage.date))
    )
    codes = values["unit_code"].astype("object")
    for day in values["unit_vintage"].unique():
        of_day = values["unit_vintage"] == day
        codes[of_day] = codes[of_day].map(_same_units(day, vintage.date, project, communes_only))
    lost = values[codes.isna()].drop_duplicates(["submission", "unit_code"])
    for row in lost.to_dict("records"):
        faults.add(
            f"{row['file']}, {row['sheet']} {row['cell']}",
            _("{code}, unit of {date}").format(code=row["unit_code"], date=_day(row["unit_vintage"])),
            _("a commune that stayed the same until {date}").format(date=_day(vintage.date))
            if communes_only
            else _("a unit that stayed the same until {date}").format(date=_day(vintage.date)),
            _("Report by the units of {date}, or withdraw submission {number}.").format(
                date=_day(vintage.date), number=row["submission"]
            ),
        )
    faults.stop_if_any()
    return values.assign(unit_code=codes.astype("str"), unit_vintage=vintage.date)


@lru_cache(maxsize=64)
def _same_units(day: dt.date, target: dt.date, project: Project, communes_only: bool) -> dict[str, str]:
    """Return the code on ``target`` of each unit of ``day`` that is the same unit on both days."""
    if day == target:
        same = units.on(day, project).frame["level"]
        found = {code: code for code in same.index}
    else:
        line = units.lineage(min(day, target), max(day, target), project)
        links = line.links
        links = links[~links["from_code"].duplicated(keep=False) & ~links["to_code"].duplicated(keep=False)]
        pair = ("from_code", "to_code") if day < target else ("to_code", "from_code")
        found = dict(zip(links[pair[0]], links[pair[1]], strict=True))
        before, after = (frame[frame["level"] != "commune"] for frame in (line.before.frame, line.after.frame))
        common = before.index.intersection(after.index)
        stayed = common[(before.loc[common, "valid_from"] == after.loc[common, "valid_from"]).to_numpy()]
        found |= {code: code for code in stayed}
    if communes_only:
        communes = set(units.on(day, project).communes.index)
        found = {code: other for code, other in found.items() if code in communes}
    return found


def _day(date: dt.date) -> str:
    return f"{date:%d/%m/%Y}"
