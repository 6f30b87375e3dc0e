"""Say what the verdicts rest on: levels that were not verified or are assumed, files and versions."""

from dataclasses import dataclass

import pandas as pd

from ntm_lib import __version__
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.provenance import SourceRecord, read_record

VERIFIED = ("read", "planner")
"""Degrees that need no mark: read in a source, or checked by a planner against the signed text."""


def rests_on(territory: Territory) -> pd.DataFrame:
    """List the levels that were not verified or are assumed, and how many verdicts of the period rest on each.

    One row for each set, requirement, level, basis and degree: years (text), verdicts (met and not met), columns of
    ``YearRules.requirements``.
    """
    rows = []
    for year, rules in territory.reported.rules.items():
        verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
        decided = ((verdicts == 0) | (verdicts == 1)).sum()
        frame = rules.requirements.assign(year=year, set_id=rules.set_id, verdicts=decided)
        doubtful = (frame["basis"] != "law") | ~frame["verified"].isin(VERIFIED)
        rows.append(frame[doubtful & ~frame["verified"].isin(["planner"])].reset_index(names="requirement"))
    table = pd.concat(rows)
    keys = ["criterion", "requirement", "set_id", "level", "basis", "verified"]
    grouped = table.groupby(keys, dropna=False, sort=False)
    return grouped.agg(
        years=("year", _span),
        verdicts=("verdicts", "sum"),
        label_vi=("label_vi", "first"),
        label_en=("label_en", "first"),
        unit=("unit", "first"),
        sense=("sense", "first"),
        state=("state", "first"),
        citation=("citation", "first"),
        note=("note", "first"),
    ).reset_index()


def doubtful_shares(territory: Territory, year: int) -> dict[str, int]:
    """Count the verdicts of a year by what they rest on: verified, unverified, assumed."""
    rules = territory.reported.rules[year]
    verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
    decided = ((verdicts == 0) | (verdicts == 1)).sum()
    basis = rules.requirements["basis"].where(
        rules.requirements["basis"] == "assumption",
        rules.requirements["verified"].isin(VERIFIED).map({True: "verified", False: "unverified"}),
    )
    return {name: int(decided[basis == name].sum()) for name in ("verified", "unverified", "assumption")}


def _span(years: pd.Series) -> str:
    first, last = int(years.min()), int(years.max())
    return str(first) if first == last else f"{first}-{last}"


@dataclass(frozen=True)
class Sources:
    """What a page was made from."""

    files: tuple[tuple[str, SourceRecord], ...]
    set_ids: tuple[str, ...]
    code_version: str


def sources(territory: Territory) -> Sources:
    """Return the data files with their records, the criteria sets and the version of the code."""
    names = pd.concat([origin["file"] for origin in territory.results.origin.values()]).unique()
    files = tuple((name, read_record(territory.project.root / name)) for name in sorted(names))
    sets = tuple(dict.fromkeys(rules.set_id for rules in territory.reported.rules.values()))
    return Sources(files, sets, __version__)
