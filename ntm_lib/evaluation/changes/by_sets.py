"""Put the same results side by side under each criteria set, and say requirement by requirement what cannot be compared."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from ntm_lib import criteria
from ntm_lib.criteria.bridge import Comparability
from ntm_lib.criteria.passage import How
from ntm_lib.evaluation.changes.worlds import (
    World,
    gained,
    rules_of,
    side_by_side,
    source_set,
    state,
    values_of,
    ways_of,
)
from ntm_lib.evaluation.counts.progress import GROUP_FLOORS, GROUP_UNKNOWN, groups
from ntm_lib.evaluation.territory import Territory
from ntm_lib.scoring import count
from ntm_lib.verdicts import Verdict

Flags = npt.NDArray[np.bool_]


class Reason(StrEnum):
    """Why a requirement of a set can or cannot be judged from the results of a year."""

    COMPARED = "compared"
    ONE_WAY = "one_way"
    NEW = "new"
    OTHERWISE = "otherwise"
    NO_BRIDGE = "no_bridge"
    NO_LEVEL = "no_level"
    NEVER_REPORTED = "never_reported"


def by_sets(territory: Territory) -> pd.DataFrame:
    """Return a row for each year and set that bridges join.

    Index (year, set_id). ``is_own``: the set judged the year; ``source``: the set whose results were used. Of the communes
    in the programme: ``communes``, ``reported``; per reported commune ``mean_low, mean_high`` (unknown criteria as not yet
    shown, as met) and ``decided`` (criteria known either way); ``all_low, all_high`` (communes with all criteria) and the
    number of communes in each group, ``unknown`` where the unknown criteria could move them. Means are NaN when nobody
    reported.
    """
    names = side_by_side(criteria.load(territory.project), territory.project)
    rows = {(year, name): _row(territory, World(year, name, year)) for year in territory.years for name in names}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["year", "set_id"])
    return frame


def _row(territory: Territory, world: World) -> dict[str, object]:
    found = state(territory, world)
    counts = count(found.verdicts, territory.review.not_assessed).assign(is_reported=found.is_reported)
    reported = counts[counts["is_reported"]]
    is_all = counts["is_reported"] & (counts["low"] == counts["of"])
    by_group = groups(counts).value_counts().reindex([*GROUP_FLOORS, GROUP_UNKNOWN], fill_value=0)
    source = source_set(territory, world)
    return {
        "is_own": territory.reported.rules[world.data_year].set_id == world.set_id,
        "source": source,
        "communes": len(counts),
        "reported": len(reported),
        "mean_low": reported["low"].mean(),
        "mean_high": reported["high"].mean(),
        "decided": (found.verdicts.shape[1] - reported["unknown"]).mean(),
        "all_low": int(is_all.sum()),
        "all_high": int((~counts["is_reported"] | (counts["high"] == counts["of"])).sum()),
        **{str(name): int(number) for name, number in by_group.items()},
    }


def comparability(territory: Territory, year: int, set_id: str) -> pd.DataFrame:
    """Say for each requirement of a set what the results of a year tell of it.

    Index requirement id. ``criterion, label_vi, label_en``; ``reason`` (a `Reason`), ``take`` (requirement whose value is
    used), ``is_weak`` (the detail may differ), ``why`` (text of the bridge, "" where there is none), ``state`` of the level
    (usable | delegated | …); then reporting communes: ``met, not_met, not_assessed``, ``not_concluded`` (reported, but the bridge or
    a missing level leaves the verdict open), ``not_reported``.
    """
    world = World(year, set_id, year)
    rules, found, ways = rules_of(territory, world), gained(territory, world), ways_of(territory, world)
    codes = found.verdicts.to_numpy()
    table = rules.requirements[["criterion", "label_vi", "label_en", "state"]].copy()
    if ways is None:
        ways = pd.DataFrame({"how": How.NONE, "take": "", "is_weak": False, "why": "", "word": ""}, index=table.index)
    table[["take", "is_weak", "why"]] = ways[["take", "is_weak", "why"]]
    for name, verdict in (
        ("met", Verdict.MET),
        ("not_met", Verdict.NOT_MET),
        ("not_assessed", Verdict.NOT_APPLICABLE),
    ):
        table[name] = np.count_nonzero(codes == verdict, axis=0)
    is_silent = _is_silent(territory, world, found.values)
    is_open = codes == Verdict.UNKNOWN
    table["not_reported"] = np.count_nonzero(is_open & is_silent, axis=0)
    table["not_concluded"] = np.count_nonzero(is_open & ~is_silent, axis=0)
    table.insert(
        3, "reason", _reasons(table, ways, np.all(is_silent, axis=0), is_bridged=ways_of(territory, world) is not None)
    )
    return table


def _is_silent(territory: Territory, world: World, values: pd.DataFrame) -> Flags:
    """Tell where nothing was reported: no value to take or, where none is taken, no value of the year at all."""
    nothing_at_all = ~values_of(territory, world).notna().any(axis=1).to_numpy()
    ways = ways_of(territory, world)
    is_taken = np.ones(values.shape[1], bool) if ways is None else (ways["take"] != "").to_numpy()
    return np.where(is_taken, values.isna().to_numpy(), nothing_at_all[:, None])


def _reasons(table: pd.DataFrame, ways: pd.DataFrame, is_silent: Flags, *, is_bridged: bool) -> npt.NDArray[np.str_]:
    how, word = ways["how"], ways["word"]
    has_nothing_before = word.isin([Comparability.NEW, Comparability.DROPPED])
    return np.select(
        [
            np.full(len(table), not is_bridged),
            (how == How.NONE) & has_nothing_before,
            how == How.NONE,
            is_silent,
            table["state"] != "usable",
            how != How.VALUE,
        ],
        [
            Reason.NO_BRIDGE.value,
            Reason.NEW.value,
            Reason.OTHERWISE.value,
            Reason.NEVER_REPORTED.value,
            Reason.NO_LEVEL.value,
            Reason.ONE_WAY.value,
        ],
        default=Reason.COMPARED.value,
    )
