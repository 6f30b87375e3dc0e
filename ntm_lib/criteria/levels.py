"""Find the level that counts for one requirement, region and year, and say how it is known."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ntm_lib.criteria.model import Assumption, Correction, DecisionRecord, Demand, Label, Level, Verified
from ntm_lib.criteria.read import Tree
from ntm_lib.messages import _, language

NO_LEVEL = float("nan")


@dataclass(frozen=True)
class Requirement:
    """What one value is compared with, and the decision it stands in."""

    id: str
    criterion: str
    indicator: str
    label: Label
    demand: Demand
    note: str
    decision: DecisionRecord


def resolve(tree: Tree, item: Requirement, region: str, year: int) -> dict[str, Any]:
    """Return ``level, basis, verified, state, citation, sources, note`` of one requirement.

    What a planner read in the signed text comes first, then the assumption (which is refused on reading
    where the law holds a usable level), then the decision's own level. Without a usable one ``level`` is
    NaN and ``state`` says why: unconfirmed (memory-low), delegated, relative or missing.
    """
    for _where, correction in tree.corrections:
        if correction.decision == item.decision.id and _applies(correction, item.id, region, year):
            return _corrected(item, correction)
    for _where, assumption in tree.assumptions:
        if assumption.set == item.decision.id and _applies(assumption, item.id, region, year):
            return _assumed(item, assumption)
    found = [level for level in item.demand.levels if level.holds_in(region, year)]
    return _by_law(tree, item, found[0] if found else None)


def _applies(entry: Assumption | Correction, key: str, region: str, year: int) -> bool:
    return entry.requirement == key and entry.region == region and year in entry.years


def _by_law(tree: Tree, item: Requirement, level: Level | None) -> dict[str, Any]:
    clause = (level.clause if level else None) or item.demand.clause
    row = {
        "level": NO_LEVEL,
        "basis": "law",
        "verified": (level.verified if level else Verified.MEMORY_LOW).value,
        "state": "missing",
        "citation": f"{item.decision.number}, {clause}",
        "sources": ", ".join(level.sources) if level else "",
        "note": item.note,
    }
    if level is None:
        return row
    if level.delegated:
        return {**row, "state": "delegated"}
    if level.times is not None and level.of is not None:
        note = _("{times} times {quantity}, which is not known").format(
            times=number(level.times), quantity=tree.registers.bases[level.of].label
        )
        return {**row, "state": "relative", "note": note}
    if level.verified is Verified.MEMORY_LOW:
        return {**row, "state": "unconfirmed"}
    return {**row, "level": 1.0 if level.expected else level.value, "state": "usable"}


def _assumed(item: Requirement, entry: Assumption) -> dict[str, Any]:
    how = _("level assumed by {by} on {date}").format(by=entry.by, date=day(entry.dated))
    return {
        "level": entry.value,
        "basis": "assumption",
        "verified": Verified.MEMORY_LOW.value,
        "state": "usable",
        "citation": f"{item.decision.number}, {item.demand.clause}; {how}",
        "sources": ", ".join(entry.sources),
        "note": str(entry.basis),
    }


def _corrected(item: Requirement, entry: Correction) -> dict[str, Any]:
    where = _("{document}, {clause}, page {page}").format(document=entry.document, clause=entry.clause, page=entry.page)
    note = _("read in the signed text by {by} on {date}").format(by=entry.by, date=day(entry.on))
    return {
        "level": entry.value,
        "basis": "local",
        "verified": Verified.PLANNER.value,
        "state": "usable",
        "citation": f"{item.decision.number}, {item.demand.clause}; {where}",
        "sources": "",
        "note": note,
    }


def day(date: dt.date) -> str:
    """Write a date in the reader's way."""
    return f"{date:%d/%m/%Y}" if language() == "vi" else date.isoformat()


def number(value: float) -> str:
    """Write a level in the reader's way: 26,7 in Vietnamese."""
    text = f"{value:.10g}"
    return text.replace(".", ",") if language() == "vi" else text
