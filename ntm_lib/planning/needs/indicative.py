"""What a shortfall would cost by the norms alone: a range to talk about, before any plan is made."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ntm_lib.evaluation.once import once
from ntm_lib.evaluation.shortfalls.amounts import amount_rules
from ntm_lib.evaluation.shortfalls.commune import carried_figures, shortfalls
from ntm_lib.evaluation.territory import Territory
from ntm_lib.planning.means.measures import Base, Measure, Measures, load_measures
from ntm_lib.planning.means.norms import has_norms, read_norms
from ntm_lib.planning.needs.volumes import whole_pieces
from ntm_lib.planning.scenario import BASE, load_scenario
from ntm_lib.planning.settings import Forecast

COST_COLUMNS = ["measure", "low_vnd_million", "high_vnd_million", "is_yearly", "is_assumed_norm", "price_year"]
_NO_NORMS = pd.DataFrame(columns=["low", "high", "price_year", "basis"], dtype=float).astype({"basis": "object"})


def costed_shortfalls(territory: Territory, year: int) -> pd.DataFrame:
    """Return the shortfalls of a year with their costs, made once for a territory; without what the reader may not see."""
    held = _held(territory)
    if year not in held:
        rows = indicative_costs(territory, year, shortfalls(territory, year))
        shown = territory.shown(rows["criterion"].unique())
        held[year] = rows[rows["criterion"].isin(shown)].reset_index(drop=True)
    return held[year]


@once
def _held(_territory: Territory) -> dict[int, pd.DataFrame]:
    return {}


def indicative_costs(territory: Territory, year: int, shortfalls: pd.DataFrame) -> pd.DataFrame:
    """Add to each shortfall the usual measure against it, and what that costs by the norms of the base scenario.

    ``shortfalls``: see `evaluation.shortfalls.commune.shortfalls`. Adds ``measure`` (id; empty where the menu has none for
    the set), ``low_vnd_million, high_vnd_million`` (the whole cost, a year's where ``is_yearly``; NaN where volume or norm
    cannot be told, as in a province without a table of norms, and where it is not known whether the work is needed), ``is_assumed_norm``, ``price_year``. Factors of
    terrain and distance are left to the plan. The measure is the first of the menu that is meant for any place.
    """
    project = territory.project
    settings = load_scenario(BASE, project).settings
    measures = load_measures(project)
    norms = (
        read_norms(project, settings.costs.norms, measures) if has_norms(project, settings.costs.norms) else _NO_NORMS
    )
    set_id = territory.reported.rules[year].set_id
    chosen = {name: usual_measure(measures, set_id, name) for name in shortfalls["requirement"].unique()}
    measure = shortfalls["requirement"].map({name: item.id if item else "" for name, item in chosen.items()})
    volume = pd.Series(np.nan, index=shortfalls.index)
    for name, rows in shortfalls.groupby("requirement", sort=False):
        if item := chosen[str(name)]:
            base = measures.bases[item.volume.base] if item.volume.base else None
            volume[rows.index] = _volumes(territory, year, rows, item, base, settings.forecast)
    volume = volume.where(shortfalls["state"] == "not_met")
    norm = norms.reindex(measure).reset_index(drop=True).set_index(shortfalls.index)
    return shortfalls.assign(
        measure=measure,
        low_vnd_million=norm["low"] * volume,
        high_vnd_million=norm["high"] * volume,
        is_yearly=measure.isin([name for name, item in measures.measures.items() if item.is_effort]),
        is_assumed_norm=norm["basis"] == "assumed",
        price_year=norm["price_year"],
    )


def usual_measure(measures: Measures, set_id: str, requirement: str) -> Measure | None:
    """Return the first measure of the menu that is meant for any place; None where the menu has none."""
    return next((item for item in measures.menu(set_id, requirement) if not item.suits), None)


def first_steps(measures: Measures, missing: Mapping[str, object] | pd.Series) -> list[tuple[str, int]]:
    """Return the measures that others of a commune's measures wait for, with how many wait, the most waited for first.

    ``missing``: the ids of its measures.
    """
    held = set(missing)
    waiting = {
        name: sum(name in measures[other].needs_first for other in held if other in measures.measures)
        for name in measures.measures
        if name in held
    }
    return sorted(((name, count) for name, count in waiting.items() if count), key=lambda item: -item[1])


def _volumes(
    territory: Territory, year: int, rows: pd.DataFrame, measure: Measure, base: Base | None, forecast: Forecast
) -> np.ndarray:
    """Return the volume of one measure for the rows of one requirement; NaN where it cannot be told."""
    volume = measure.volume
    if volume.applies is not None:
        return np.full(len(rows), np.nan)
    if volume.kind == "one":
        return np.ones(len(rows))
    if volume.kind == "gap_amount" and base is None:
        return rows["amount"].to_numpy(float)
    if base is None or (volume.kind == "gap_share" and not _is_same_whole(territory, year, rows, base)):
        return np.full(len(rows), np.nan)
    if volume.kind == "gap_share":
        return rows["amount"].to_numpy(float) * volume.times
    scale = {
        "whole": 1.0,
        "effort_fall": forecast.effort_fall_pct / 100,
        "effort_rise": forecast.effort_rise_pct_point / 100,
    }.get(volume.kind, np.nan)
    figure = carried_figures(territory, year, base.table, base.column, base.carry, base.where)
    found = figure.reindex(rows["commune_code"]).to_numpy(float) * scale * volume.times
    return whole_pieces(found) if volume.is_counted else found


def _is_same_whole(territory: Territory, year: int, rows: pd.DataFrame, base: Base) -> bool:
    """Tell whether the menu counts the measure from the whole that the shortfall is a share of."""
    rules = amount_rules(territory, year)
    name = str(rows["requirement"].iloc[0])
    return name in rules.index and bool(rules.at[name, "column"] == base.column)
