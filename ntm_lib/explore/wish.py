"""What a planner sets on the page, in the page's own terms, and what that changes of a scenario."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.planning.means.budget import read_budget
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.settings import PlanSettings
from ntm_lib.project import Project

DIGITS = 4
"""Decimals of a percent in which a change of a year's money is kept."""
_WHOLE = re.compile(r"\d{1,6}")
AIMS = ("standard", "advanced", "model", "floor")
GROUPS = ("border", "especially_difficult", "safety_zone")


@dataclass(frozen=True)
class Wish:
    """The state of the page's controls.

    ``money``: year → all money of the year, million VND. ``objective``: what the plan is best in. ``weights``: how much
    a commune of each of ``GROUPS`` counts. ``aims``: one of ``AIMS`` → the text as typed, empty: no aim. ``pinned``:
    commune code → year by which it reaches the standard. ``excluded``: communes that shall not be planned to reach it.
    """

    money: Mapping[int, float]
    objective: str
    weights: Mapping[str, float]
    aims: Mapping[str, str]
    pinned: Mapping[str, int] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()


def money_parts(scenario: Scenario, project: Project) -> pd.DataFrame:
    """Return, by year, the money that a change in percent moves and the money that stays as it is, million VND.

    Columns ``moves`` (amounts of the table, changed by source) and ``stays`` (extra money); a closed source has neither.
    """
    money = scenario.settings.money
    full = dict.fromkeys(scenario.years, 0.0)
    without_extra = _settings(scenario, change_pct_by_year=full, extra_vnd_million={})
    moves = read_budget(project, without_extra).amounts.sum()
    stays = {
        year: sum(amount for purse, amount in extra.items() if purse not in money.closed)
        for year, extra in money.extra_vnd_million.items()
    }
    return pd.DataFrame({"moves": moves, "stays": pd.Series(stays, dtype=float)}).reindex(scenario.years).fillna(0.0)


def _settings(scenario: Scenario, **money: Any) -> PlanSettings:
    changed = scenario.settings.money.model_copy(update=money)
    return scenario.settings.model_copy(update={"money": changed})


def wish_of(scenario: Scenario, parts: pd.DataFrame) -> Wish:
    """Return what the controls show for a scenario as it stands in its file; ``parts``: see ``money_parts``."""
    settings = scenario.settings
    change = pd.Series(settings.money.change_pct_by_year, dtype=float).reindex(parts.index).fillna(0.0)
    money = parts["moves"] * (1 + change / 100) + parts["stays"]
    aims = {name: getattr(settings.aims, name) for name in AIMS}
    return Wish(
        money=dict(zip(scenario.years, money.tolist(), strict=True)),
        objective=settings.objective.value,
        weights={name: getattr(settings.weights, name) for name in GROUPS},
        aims={name: "" if value is None else str(value) for name, value in aims.items()},
        pinned=dict(settings.limits.pinned),
        excluded=settings.limits.excluded,
    )


def changes_of(
    wish: Wish, scenario: Scenario, parts: pd.DataFrame, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the dotted settings that a wish changes of its scenario; empty when it changes nothing.

    ``names``: of the communes by code, for what is told of them.

    Raises UsageFaultsError with everything that was mistyped or contradicts itself.
    """
    faults = FaultList(_("What was entered cannot be used"))
    before = wish_of(scenario, parts)
    changes: dict[str, Any] = {}
    if moved := _money_changes(wish, before, parts, faults):
        changes["money.change_pct_by_year"] = {**scenario.settings.money.change_pct_by_year, **moved}
    if wish.objective != before.objective:
        changes["objective"] = wish.objective
    changes |= {f"weights.{name}": wish.weights[name] for name in GROUPS if wish.weights[name] != before.weights[name]}
    for name, text in wish.aims.items():
        number = _whole_number(name, text, faults)
        if number != getattr(scenario.settings.aims, name):
            changes[f"aims.{name}"] = number
    for code in sorted(set(wish.pinned) & set(wish.excluded)):
        name = (names or {}).get(code, code)
        faults.add(_("Communes"), _("{name} ({code}) is both pinned and excluded").format(name=name, code=code))
    if dict(wish.pinned) != before.pinned:
        changes["limits.pinned"] = dict(wish.pinned)
    if set(wish.excluded) != set(before.excluded):
        changes["limits.excluded"] = list(wish.excluded)
    faults.stop_if_any(UsageFaultsError)
    return changes


def _money_changes(wish: Wish, before: Wish, parts: pd.DataFrame, faults: FaultList) -> dict[int, float]:
    """Return the change in percent of each year whose money was moved."""
    moved: dict[int, float] = {}
    for year, amount in wish.money.items():
        if abs(amount - before.money[year]) < 0.5:  # less than the control can show
            continue
        moves, stays = (float(parts[name].to_dict()[year]) for name in ("moves", "stays"))
        where = _("Money of {year}").format(year=year)
        if amount < stays or moves <= 0:
            faults.add(where, f"{amount:g}", _("not less than the extra money of the scenario, {amount} million VND").format(amount=f"{stays:g}"))  # fmt: skip
            continue
        moved[year] = round(100 * ((amount - stays) / moves - 1), DIGITS)
    return moved


def aim_labels() -> dict[str, str]:
    """Name the aims that the page can set."""
    return {
        "standard": _("Communes at the standard"),
        "advanced": _("Advanced communes"),
        "model": _("Model communes"),
        "floor": _("Least number of criteria in each commune"),
    }


def _whole_number(name: str, text: str, faults: FaultList) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        faults.add(aim_labels()[name], f"'{text[:40]}'", _("a whole number, or nothing for no aim"))
        return None
    return int(text)
