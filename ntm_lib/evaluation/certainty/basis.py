"""Say what the verdicts rest on: levels that were not verified or are assumed, files and versions."""

from dataclasses import dataclass

import pandas as pd

from ntm_lib import __version__
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.provenance import SourceRecord, read_record
from ntm_lib.verdicts import Verdict

VERIFIED = ("read", "planner")
"""Degrees that need no mark: read in a source, or checked by a planner against the signed text."""


def rests_on(territory: Territory) -> pd.DataFrame:
    """List the levels that were not verified or are assumed, and how many verdicts of the period rest on each.

    One row for each set, requirement, level, basis and degree: years (text), verdicts (met and not met), columns of
    ``YearRules.requirements``.
    """
    levels = _levels(territory)
    return _grouped(levels[is_doubtful(levels)])


def confirmed(territory: Territory) -> pd.DataFrame:
    """List the levels that a planner checked against the signed text, as `rests_on` does; who and when is in ``note``."""
    levels = _levels(territory)
    return _grouped(levels[levels["basis"] == "local"])


def is_doubtful(levels: pd.DataFrame) -> pd.Series:
    """Tell which levels need a mark wherever they decide a result: assumed, or not verified."""
    return (levels["basis"] == "assumption") | ~levels["verified"].isin(VERIFIED)


def _levels(territory: Territory) -> pd.DataFrame:
    """Return the levels of every year, each with the number of verdicts that rest on it."""
    frames = []
    for year, rules in territory.reported.rules.items():
        verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
        decided = verdicts.isin([Verdict.MET, Verdict.NOT_MET]).sum()
        frame = rules.requirements.assign(year=year, set_id=rules.set_id, verdicts=decided)
        frames.append(frame.reset_index(names="requirement"))
    return pd.concat(frames)


def _grouped(levels: pd.DataFrame) -> pd.DataFrame:
    """Join the successive years in which nothing about a level differs."""
    keys = ["criterion", "requirement", "set_id", "level", "basis", "verified", "citation", "note"]
    levels = levels.sort_values("year", kind="stable")
    run = levels["year"] - levels.groupby(keys, dropna=False, sort=False).cumcount()
    first = dict.fromkeys(("label_vi", "label_en", "unit", "sense", "state"), "first")
    grouped = levels.assign(run=run).groupby([*keys, "run"], dropna=False, sort=False)
    joined = grouped.agg({"year": _span, "verdicts": "sum", **first}).reset_index()
    return joined.rename(columns={"year": "years"}).drop(columns="run")


def doubtful_shares(territory: Territory, year: int) -> dict[str, int]:
    """Count the verdicts of a year by what they rest on: verified, unverified, assumed."""
    rules = territory.reported.rules[year]
    verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
    decided = verdicts.isin([Verdict.MET, Verdict.NOT_MET]).sum()
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
    code_version: str


def sources(territory: Territory) -> Sources:
    """Return the data files with their records, and the version of the code."""
    files = tuple((name, read_record(territory.project.root / name)) for name in territory.results.files)
    return Sources(files, __version__)
