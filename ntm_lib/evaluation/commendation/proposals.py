"""Check the proposals handed in (table B17): collectives, persons, households, units of every kind."""

import numpy as np
import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.evaluation.commendation.rules import load_phase
from ntm_lib.evaluation.impact.handed_in import has_table
from ntm_lib.evaluation.territory import Territory

OUTSIDE_PHASE, REFUSED = "outside_phase", "refused"
TWICE, UNCHECKED, NO_DEED, NO_PAPER, NO_RULE = "twice", "unchecked", "no_deed", "no_paper", "no_rule"


def proposals(territory: Territory) -> pd.DataFrame | None:
    """Return the proposals of this territory with what the checks found; None when nobody handed the table in.

    Columns of B17 with ``unit`` (name), ``reasons`` (tuple: why it is left out: of another phase, refused by the
    check) and ``to_verify`` (tuple: proposed twice for one form, perhaps by two tiers; not checked yet; no deed; no
    paper named; no quota read for its kind). A proposal belongs to the territory that made it or lies around it.
    """
    if not has_table(territory, "b17"):
        return None
    read = submissions.read_table("b17", territory.project, territory.review.as_of)
    frame = units.on(read.unit_vintage or territory.results.unit_vintage, territory.project).frame
    mine = read.frame[read.frame["unit_code"].isin(_codes(territory, frame))].reset_index(drop=True)
    phase = load_phase(territory.project, territory.review.last_year)
    kinds = {rule.kind for rule in phase.rules if rule.quota_max is not None or rule.quota_pct is not None}
    excluded = {
        OUTSIDE_PHASE: ~mine["year"].between(phase.first_year, phase.last_year),
        REFUSED: mine["is_eligible"].eq(other=0).fillna(value=False),
    }
    open_points = {
        TWICE: mine.duplicated(["kind", "candidate", "form"], keep=False),
        UNCHECKED: mine["is_eligible"].isna(),
        NO_DEED: _is_blank(mine["deed"]),
        NO_PAPER: _is_blank(mine["source_doc"]),
        NO_RULE: ~mine["kind"].isin(kinds),
    }
    return mine.assign(
        unit=mine["unit_code"].map(frame["name"]), reasons=_named(excluded), to_verify=_named(open_points)
    )


def _codes(territory: Territory, frame: pd.DataFrame) -> set[str]:
    """Return the territory's code and those of the units within it, on the date of the table."""
    communes = territory.parts["from_code"]
    districts = frame["parent_code"].reindex(communes).dropna()
    inside = set(communes) | {territory.unit.code}
    if territory.unit.level == "province":
        inside |= set(districts)
    return inside


def _is_blank(texts: pd.Series) -> pd.Series:
    return texts.fillna("").astype("str").str.strip() == ""


def _named(flags: dict[str, pd.Series]) -> pd.Series:
    table = pd.DataFrame(flags).astype(bool)
    names = np.array(table.columns, dtype=object)
    return pd.Series([tuple(names[row]) for row in table.to_numpy(np.bool_)], index=table.index, dtype="object")
