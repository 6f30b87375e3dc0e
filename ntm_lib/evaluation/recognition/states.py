"""What became of each recognition after the mergers: stands, confirmed, to be assessed again, left the programme, withdrawn."""

import datetime as dt

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.evaluation.recognition.register import recognitions
from ntm_lib.evaluation.recognition.rules import Rules, load_rules
from ntm_lib.evaluation.status import cut_off
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.units import Lineage

STANDS, CONFIRMED, REASSESS, TOWN, WITHDRAWN = "stands", "confirmed", "reassess", "town", "withdrawn"
COUNTED = (STANDS, CONFIRMED)
"""The states in which a recognition counts; ``reassess`` counts for certain neither way."""
_REVIEWED = {"withdrawn": WITHDRAWN, "confirmed": CONFIRMED}


def state_words() -> dict[str, str]:
    """Return the words for each state."""
    return {
        STANDS: _("Recognised, commune unchanged"),
        CONFIRMED: _("Recognition confirmed after the merger"),
        REASSESS: _("To be assessed again after the rearrangement of units"),
        TOWN: _("Became part of a town or ward, outside the Programme"),
        WITHDRAWN: _("Recognition withdrawn"),
    }


def state_day(territory: Territory) -> dt.date:
    """Return the day whose units tell what became of the recognitions: that of the units or, if later, of the data."""
    return max(territory.vintage.date, cut_off(territory))


def states(territory: Territory, on: dt.date | None = None) -> pd.DataFrame:
    """Say of each recognition of the territory what became of it by ``on`` (default `state_day`).

    Columns of ``recognitions`` and: now_code, now_name (the commune of ``on``), parts (how many communes it was formed
    from), is_split (bool), state, is_counted (True, False, NA where nothing is known), due (date of re-recognition, NaT
    when no rule is known), due_rule (id), due_verified, has_left. A merged commune inherits nothing: without a decision it
    is ``reassess``. One that became part of a town stays ``town`` when the town becomes part of a commune later.
    """
    day = on or state_day(territory)
    table = _now(recognitions(territory), units.lineage(territory.results.unit_vintage, day, territory.project))
    table["has_left"] = _has_left(table, territory, day)
    table["state"] = _state(table)
    table["is_counted"] = table["state"].isin(COUNTED).astype("boolean").mask(table["state"] == REASSESS)
    return _due(table, load_rules(territory.project))


def _now(table: pd.DataFrame, lineage: Lineage) -> pd.DataFrame:
    """Find the commune of today; of a divided one the largest part by people stands for it."""
    links = lineage.links.sort_values("people_share", ascending=False, kind="stable")
    first = links.drop_duplicates("from_code").set_index("from_code")
    pieces = links.groupby("from_code").size()
    after = lineage.after.communes
    now = table["commune_code"].map(first["to_code"])
    return table.assign(
        now_code=now,
        now_name=now.map(after["name"]),
        parts=now.map(links.groupby("to_code").size()),
        is_split=table["commune_code"].map(pieces) > 1,
    )


def _has_left(table: pd.DataFrame, territory: Territory, on: dt.date) -> pd.Series:
    """Tell which communes lay in a unit outside the programme after any of the changes up to a day."""
    start, project = territory.results.unit_vintage, territory.project
    changes = {link.date for link in territory.vintage.register.links}
    left = pd.Series(data=False, index=table.index)
    for day in sorted({on, *(day for day in changes if start < day <= on)}):
        then = _now(table, units.lineage(start, day, project))["now_code"]
        left |= ~then.map(units.on(day, project).communes["is_in_programme"]).astype(bool)
    return left


def _state(table: pd.DataFrame) -> np.ndarray:
    """Tell the state; a decision about the recognition goes before what the boundaries say."""
    reviewed = table["review"].map(_REVIEWED)
    changed = (table["parts"] > 1) | table["is_split"]
    kept = table["review"].isin(["kept", "again"])
    return np.select(
        [reviewed.notna(), table["has_left"], changed & ~kept],
        [reviewed.fillna(""), TOWN, REASSESS],
        default=STANDS,
    )


def _due(table: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Add when each recognition is due for re-recognition, by the rule in force when it was decided."""
    found = [rules.again_for(day.date()) for day in table["decision_date"]]
    days = [
        pd.NaT if rule is None else day + pd.DateOffset(years=rule.years)
        for day, rule in zip(table["decision_date"], found, strict=True)
    ]
    return table.assign(
        due=pd.Series(days, index=table.index, dtype="datetime64[s]"),
        due_rule=[rule.id if rule else "" for rule in found],
        due_verified=[rule.verified if rule else "" for rule in found],
    )
