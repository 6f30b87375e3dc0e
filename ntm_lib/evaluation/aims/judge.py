"""Lay results beside aims: exceeded, reached, not reached, or not enough data to say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

import pandas as pd

from ntm_lib.evaluation.aims.assigned import Aim, aims_of
from ntm_lib.evaluation.aims.measures import measured
from ntm_lib.evaluation.aims.value import UNKNOWN_VALUE, Evidence, Value
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.status import cut_off
from ntm_lib.evaluation.territory import Territory

PUBLISHED: Mapping[str, str] = MappingProxyType(
    {
        "recognised": "communes recognised NTM (cumulative)",
        "recognised_pct": "share of communes recognised NTM",
        "average_criteria": "average criteria per commune",
        "communes_under:5": "communes with fewer than 5 criteria",
    }
)
"""The published figure that a measure is held against."""


class Outcome(StrEnum):
    """How a result stands to its aim."""

    EXCEEDED = "exceeded"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    UNKNOWN = "unknown"
    NOT_DUE = "not_due"


@dataclass(frozen=True)
class Published:
    """A published result: ``is_forecast`` was said before the year ended and is no result."""

    value: float
    confidence: str
    source: str
    note: str
    is_forecast: bool


@dataclass(frozen=True)
class Result:
    """One aim with what was computed and what was published, each with its outcome; None: nothing was published.

    ``outcome`` joins the two: where they differ nothing is chosen (``is_contested``) and the outcome is unknown.
    """

    aim: Aim
    value: Value
    computed: Outcome
    published: Published | None
    published_outcome: Outcome | None

    @property
    def is_contested(self) -> bool:
        """Whether computed and published results lead to different outcomes."""
        decided = {self.computed, self.published_outcome} - {None, Outcome.UNKNOWN, Outcome.NOT_DUE}
        reached = {outcome is not Outcome.NOT_REACHED for outcome in decided}
        return len(reached) > 1

    @property
    def outcome(self) -> Outcome:
        """The outcome that both bear, or the one that is known."""
        if self.is_contested:
            return Outcome.UNKNOWN
        if self.published_outcome in {None, Outcome.UNKNOWN}:
            return self.computed
        return self.published_outcome or self.computed


def judge(low: float, high: float, target: float, operator: Literal["at_least", "at_most"]) -> Outcome:
    """Judge an interval against a target; one that straddles it is unknown. A missing end knows no limit.

    Exceeded is better than the target for certain; reached is at least as good for certain.
    """
    if operator == "at_most":
        low, high, target = -high, -low, -target
    if low > target:
        return Outcome.EXCEEDED
    if low >= target:
        return Outcome.REACHED
    return Outcome.NOT_REACHED if high < target else Outcome.UNKNOWN


def against_aims(evidence: Evidence) -> list[Result]:
    """Return every aim of the unit within the review's period beside its results."""
    territory = evidence.territory
    published = _published_results(territory) if not evidence.commune else pd.DataFrame(columns=["measure"])
    return [_result(aim, evidence, published) for aim in aims_of(territory, evidence.commune)]


def _result(aim: Aim, evidence: Evidence, published: pd.DataFrame) -> Result:
    value = measured(evidence, aim.measure, aim.target_year) if aim.measure else UNKNOWN_VALUE
    computed = judge(value.low, value.high, aim.value, aim.operator)
    if computed is Outcome.UNKNOWN and aim.target_year > cut_off(evidence.territory).year:
        computed = Outcome.NOT_DUE
    found = _published_of(aim, published)
    outcome = None
    if found is not None:
        outcome = Outcome.UNKNOWN if found.is_forecast else judge(found.value, found.value, aim.value, aim.operator)
    return Result(aim, value, computed, found, outcome)


def _published_results(territory: Territory) -> pd.DataFrame:
    columns = ["year", "scope", "scope_name", "measure", "value", "confidence", "source_title", "note"]
    table = read_published(territory.project, "results.csv", columns)
    unit = territory.unit
    is_own = (table["scope"] == unit.level) & table["scope_name"].isin([unit.short_name, unit.name])
    is_known = table["year"].astype(int) <= cut_off(territory).year
    return table[is_own & is_known]


def _published_of(aim: Aim, table: pd.DataFrame) -> Published | None:
    wanted = PUBLISHED.get(aim.measure)
    rows = table[(table["measure"] == wanted)] if wanted else table.head(0)
    rows = rows[rows["year"].astype(int) == aim.target_year] if len(rows) else rows
    if rows.empty:
        return None
    row = rows.iloc[0]
    number = pd.to_numeric(row["value"], errors="coerce")
    if math.isnan(number):
        return None
    is_forecast = any(word in row["confidence"] for word in ("forecast", "goal"))
    return Published(float(number), row["confidence"], row["source_title"], row["note"], is_forecast)
