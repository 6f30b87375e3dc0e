"""Judge the results of one year by the rules of another year or set, on the units of a territory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.criteria import Law, YearRules
from ntm_lib.criteria.bridge import bridge_ends
from ntm_lib.criteria.passage import path_between, ways_between
from ntm_lib.evaluation.changes.recent import once
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.project import Project
from ntm_lib.scoring import criteria_verdicts, judge
from ntm_lib.scoring.gain import Gained, gain
from ntm_lib.verdicts import Verdict


@dataclass(frozen=True)
class World:
    """What a count rests on: the results of ``data_year`` judged by ``set_id`` with its levels of ``level_year``."""

    data_year: int
    set_id: str
    level_year: int


@dataclass(frozen=True, eq=False)
class State:
    """The criteria of the programme communes of a territory in one world.

    ``verdicts``: int8, communes of ``Territory.in_programme`` x criteria. ``is_not_compared`` (same shape): unknown since the set
    holds no level or the results cannot be read under it, although the commune reported. ``is_reported``: whether a commune, or one it was
    formed from, reported any value of the year.
    """

    verdicts: pd.DataFrame
    is_not_compared: npt.NDArray[np.bool_]
    is_reported: npt.NDArray[np.bool_]


def side_by_side(law: Law, project: Project) -> list[str]:
    """Return the ids of the sets that bridges join, oldest first: those that may be put side by side."""
    ends = bridge_ends(project)
    named = dict.fromkeys(name for pair in ends for name in pair)
    return [name for name in law.sets if name in named]


def as_it_was(territory: Territory, year: int) -> World:
    """Return the world of a year as the review judges it."""
    return World(year, territory.reported.rules[year].set_id, year)


@dataclass(frozen=True, eq=False)
class _Bench:
    """The law of one territory, with the rules and ways already asked for."""

    law: Law
    region: str
    rules: dict[tuple[str, int], YearRules]
    ways: dict[tuple[str, str], pd.DataFrame | None]
    states: dict[World, State]


@once
def _bench(territory: Territory) -> _Bench:
    region = next(iter(territory.reported.rules.values())).region
    return _Bench(criteria.load(territory.project), region, {}, {}, {})


def reported_by(territory: Territory, year: int, set_id: str) -> bool:
    """Tell whether results of the year were handed in by this set."""
    held = territory.results.values.get(set_id)
    return held is not None and year in held.index.unique("year")


def source_set(territory: Territory, world: World) -> str:
    """Return the set whose results are used: of those handed in for the year the nearest to the world's own.

    Nearest by the number of bridges and amendments between them; of equally near ones the set that judged the year.
    """
    if reported_by(territory, world.data_year, world.set_id):
        return world.set_id
    own = territory.reported.rules[world.data_year].set_id
    held = [own, *(name for name in territory.results.values if reported_by(territory, world.data_year, name))]
    law = _bench(territory).law
    paths = {name: path_between(law, name, world.set_id, territory.project) for name in held}
    lengths = {name: len(path) for name, path in paths.items() if path is not None}
    return min(lengths, key=lambda name: lengths[name], default=own)


def rules_of(territory: Territory, world: World) -> YearRules:
    """Return the rules of a world."""
    bench, key = _bench(territory), (world.set_id, world.level_year)
    if key not in bench.rules:
        bench.rules[key] = bench.law.rules(bench.law.named_set(world.set_id), world.level_year, bench.region)
    return bench.rules[key]


def ways_of(territory: Territory, world: World) -> pd.DataFrame | None:
    """Return how each requirement of the world's set is gained from the results used; see ``criteria.passage``."""
    bench, pair = _bench(territory), (source_set(territory, world), world.set_id)
    if pair not in bench.ways:
        bench.ways[pair] = ways_between(bench.law, *pair, territory.project)
    return bench.ways[pair]


def values_of(territory: Territory, world: World) -> pd.DataFrame:
    """Return the results used, one row a reporting commune in the programme that the territory holds a part of."""
    values = territory.results.values[source_set(territory, world)]
    codes = next(iter(territory.reported.requirements.values())).index.unique("commune_code")
    return rows_of_year(values, world.data_year).reindex(codes)


def gained(territory: Territory, world: World) -> Gained:
    """Judge the results of the reporting communes; without a bridge nothing is known."""
    rules, values, ways = rules_of(territory, world), values_of(territory, world), ways_of(territory, world)
    if ways is None:
        shape = (len(values), len(rules.requirements))
        nothing = pd.DataFrame(np.nan, index=values.index, columns=rules.requirements.index)
        verdicts = nothing.fillna(Verdict.UNKNOWN).astype(np.int8)
        return Gained(nothing, verdicts, np.zeros(shape, dtype=np.bool_))
    if source_set(territory, world) == world.set_id:
        return Gained(values, judge(values, rules), np.ones(values.shape, dtype=np.bool_))
    return gain(values, ways, rules)


def state(territory: Territory, world: World) -> State:
    """Return the criteria of the territory's communes in a world, merged communes by the review's rule."""
    states = _bench(territory).states
    if world not in states:
        states[world] = _state(territory, world)
    return states[world]


def _state(territory: Territory, world: World) -> State:
    rules, found = rules_of(territory, world), gained(territory, world)
    verdicts = criteria_verdicts(found.verdicts, rules)
    wanted, parts = territory.in_programme.index, territory.parts
    has_value = values_of(territory, world).notna().any(axis=1)
    refused = _refused(found, rules) & has_value.to_numpy()[:, None]
    flags = pd.DataFrame(refused, index=verdicts.index, columns=verdicts.columns).assign(is_reported=has_value)
    by_part = flags.reindex(parts["from_code"], fill_value=False).set_axis(pd.Index(parts["to_code"]))
    merged = by_part.groupby(level=0).any().reindex(wanted, fill_value=False)
    if territory.vintage.date != territory.results.unit_vintage:
        lineage = units.lineage(territory.results.unit_vintage, territory.vintage.date, territory.project)
        verdicts = lineage.merge_verdicts(verdicts, rule=territory.review.merge_rule)
    whole = verdicts.reindex(wanted, fill_value=Verdict.UNKNOWN).astype(np.int8).rename_axis("commune_code")
    is_unknown = whole.to_numpy() == Verdict.UNKNOWN
    is_not_compared = is_unknown & merged.drop(columns="is_reported").to_numpy(bool)
    return State(whole, is_not_compared, merged["is_reported"].to_numpy(bool))


def _refused(found: Gained, rules: YearRules) -> npt.NDArray[np.bool_]:
    """Tell of each criterion whether a requirement of it is unknown for want of a level or of a way, not of a value."""
    has_no_level = rules.requirements["level"].isna().to_numpy()
    is_open = (found.verdicts.to_numpy() == Verdict.UNKNOWN) & (~found.is_concluded | has_no_level)
    groups = rules.requirements.groupby("criterion", sort=False).indices
    return np.column_stack([is_open[:, places].any(axis=1) for places in groups.values()])
