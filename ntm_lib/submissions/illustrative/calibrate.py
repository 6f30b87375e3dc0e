"""Shift the latent state until the communes stand where the published marks put them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.submissions.illustrative.latent import Array, World, bisect, counts, mean_value, verdicts
from ntm_lib.verdicts import Verdict

_ROUNDS = 3
_APPROACH = 4  # years over which a gap is closed
_YEARLY = 0.6  # what a measure with a series of its own gains in a year, in latent units


def calibrated(world: World) -> Array:
    """Return the latent state that meets the marks: trends first, then communes at nineteen and the lowest."""
    trend = _trends(world)
    series = _series(world)
    shifts = dict.fromkeys(sorted(world.settings.means), 0.0)
    for _round in range(_ROUNDS):
        for year in shifts:
            mark = world.settings.means[year]

            def mean_at(shift: float, year: int = year) -> float:
                return _mean(world, _state(world, trend, series, {**shifts, year: shift}), year)

            shifts[year] = bisect(float(mark.value or 0), mean_at, -2.0, 2.0, steps=12)
    return _state(world, trend, series, shifts)


def _trends(world: World) -> Array:
    """Return year × measure: the height at which each criterion has its prevalence in the years named."""
    settings = world.settings
    anchors = [int(year) for year in settings.prevalence["years"]]
    trend = np.zeros((len(settings.span), len(settings.measures)))
    for criterion, positions in world.of_criterion().items():
        if criterion not in settings.prevalence:
            continue
        shares = settings.prevalence[criterion]
        heights = [_height(world, positions, year, share) for year, share in zip(anchors, shares, strict=True)]
        trend[:, positions] = np.interp(world.years, anchors, heights)[:, None]
    return trend


def _height(world: World, positions: NDArray[np.intp], year: int, share: float) -> float:
    """Return the shift at which ``share`` of the communes meets the criterion for certain."""
    row = list(world.settings.span).index(year)
    used = positions[world.is_asked[row, positions]]
    room = world.noise[:, row, used] - world.thresholds[row, used]
    room[world.is_missing[:, row, used]] = -np.inf
    room[world.is_not_assessed[:, row, used]] = np.inf
    lowest = np.sort(room.min(axis=1)[world.inside])[::-1]
    finite = np.flatnonzero(np.isfinite(lowest))
    rank = int(np.clip(round(share * len(lowest)) - 1, finite[0], finite[-1]))
    return -float(lowest[rank])


def _state(world: World, trend: Array, series: dict[int, Array], shifts: dict[int, float]) -> Array:
    lift = np.interp(world.years, list(shifts), list(shifts.values()))
    latent = world.noise + trend[None, :, :] + lift[None, :, None]
    for place, values in series.items():
        latent[:, :, place] = values
    latent = _raise_lowest(world, latent)
    return _keep_below_nineteen(world, _stand_at_nineteen(world, latent))


def _series(world: World) -> dict[int, Array]:
    """Return the latent values (commune × year) of the measures that follow province means of their own.

    Communes at nineteen are held above the level, the others carry the mean.
    """
    found = {}
    for name, series in world.settings.series.items():
        place = world.names.index(name)
        floor = _floor(world, place)
        latent = world.noise[:, :, place].copy()
        for row, year in enumerate(world.settings.span):
            if year in series:
                latent[:, row] = _at_mean(world, name, year, series[year], latent[:, row], floor[:, row])
        found[place] = latent
    return found


def _floor(world: World, place: int) -> Array:
    """Return what a measure must reach, commune × year: the level where a commune stands at nineteen, less before."""
    floor = np.full((len(world.communes), len(world.years)), -np.inf)
    for commune in np.flatnonzero(~np.isnan(world.start)):
        begin = int(world.start[commune] - world.years[0])
        needed = world.thresholds[:, place] + world.margins[commune, place]
        floor[commune, begin:] = needed[begin:]
        floor[commune, :begin] = needed[begin] - _YEARLY * np.arange(begin, 0, -1)
    return np.asarray(np.nan_to_num(floor, nan=-np.inf, neginf=-np.inf))


def _at_mean(world: World, name: str, year: int, wanted: float, noise: Array, floor: Array) -> Array:
    """Shift the latent values of one year until the province's mean is as wanted."""
    sign = -1 if world.settings.measures[name].scale < 0 else 1

    def mean_at(shift: float) -> float:
        return sign * mean_value(world, name, year, np.maximum(noise + shift, floor))

    return np.maximum(noise + bisect(sign * wanted, mean_at, -12, 12), floor)


def _stand_at_nineteen(world: World, latent: Array) -> Array:
    """Lift the communes at nineteen over every threshold from their year on.

    Their criteria are reached one after another over the years before, the hardest last.
    """
    latent = latent.copy()
    own_series = set(np.flatnonzero(_has_series(world)))
    for commune in np.flatnonzero(~np.isnan(world.start)):
        begin = int(world.start[commune] - world.years[0])
        needed = world.thresholds + world.margins[commune]
        gaps = {}
        for criterion, positions in world.of_criterion().items():
            gap = np.nanmax(np.append(needed[begin, positions] - latent[commune, begin, positions], -np.inf))
            if gap > 0 and not own_series & set(positions):
                gaps[criterion] = gap
        reached = _one_after_another(gaps, begin, world.settings.at_nineteen.run_up)
        for criterion, positions in world.of_criterion().items():
            _lift(latent[commune], needed, positions, reached.get(criterion, begin))
    return latent


def _one_after_another(gaps: dict[str, float], last: int, run_up: int) -> dict[str, int]:
    """Spread the criteria over the years up to ``last``, the smallest gap first; returns positions of years."""
    order = sorted(gaps, key=lambda criterion: gaps[criterion])
    steps = max(len(order) - 1, 1)
    return {
        criterion: max(last - round((len(order) - 1 - place) / steps * (run_up - 1)), 0)
        for place, criterion in enumerate(order)
    }


def _lift(latent: Array, needed: Array, positions: NDArray[np.intp], reached: int) -> None:
    """Hold measures of one commune above ``needed`` from ``reached`` on, closing the gap in the years before."""
    gap = np.nan_to_num(np.maximum(needed[reached, positions] - latent[reached, positions], 0))
    for back in range(1, _APPROACH):
        if reached >= back:
            latent[reached - back, positions] += gap * (1 - back / _APPROACH)
    latent[reached:, positions] = np.fmax(latent[reached:, positions], needed[reached:, positions])


def _has_series(world: World) -> NDArray[np.bool_]:
    return np.array([name in world.settings.series for name in world.names])


def _keep_below_nineteen(world: World, latent: Array) -> Array:
    """Where nothing stands in the way of nineteen too early, hold the weakest measure below its level."""
    latent = latent.copy()
    room = latent - world.thresholds[None, :, :]
    room[world.is_not_assessed | ~np.broadcast_to(world.is_asked, room.shape)] = np.inf
    room[world.is_missing] = np.inf
    free = ~(world.start[:, None] <= world.years[None, :]) & ~(room < 0).any(axis=2)
    for commune, row in zip(*np.nonzero(free & world.inside[:, None]), strict=True):
        lasting = room[commune, row : row + 3].sum(axis=0)
        lasting[world.is_poverty] = np.inf
        place = int(np.argmin(lasting))
        latent[commune, row, place] = world.thresholds[row, place] - 0.5 * world.margins[commune, place]
    return latent


def _raise_lowest(world: World, latent: Array) -> Array:
    """Leave no more communes with few criteria than the choices allow, by criteria within easiest reach."""
    latent, fewest = latent.copy(), world.settings.fewest
    for year, allowed in sorted(fewest.communes_below.items()):
        row = list(world.settings.span).index(year)
        count = counts(world, latent)[:, row]
        low = np.flatnonzero((count < fewest.criteria) & world.inside)
        extra = low[np.argsort(-count[low], kind="stable")][: max(len(low) - allowed, 0)]
        for commune in extra:
            _raise(world, latent, commune, row, fewest.criteria - count[commune])
    return latent


def _raise(world: World, latent: Array, commune: int, row: int, wanted: int) -> None:
    """Lift the criteria with the smallest gap from ``row`` on, half of the gap the year before."""
    gaps: list[tuple[float, NDArray[np.intp]]] = []
    for criterion, positions in world.of_criterion().items():
        used = positions[world.is_asked[row, positions]]
        gap = float(np.max(world.thresholds[row, used] - latent[commune, row, used]))
        is_open = not (world.is_missing | world.is_not_assessed)[commune, row:, used].any()
        if gap > 0 and is_open and criterion in world.settings.prevalence:
            gaps.append((gap, used))
    for _gap, used in sorted(gaps, key=lambda item: item[0])[:wanted]:
        needed = world.thresholds[row:, used] + 0.3 * world.margins[commune, used]
        half = (needed[0] + latent[commune, row - 1, used]) / 2
        latent[commune, row - 1, used] = np.maximum(latent[commune, row - 1, used], half)
        latent[commune, row:, used] = np.fmax(latent[commune, row:, used], needed.T)


def _mean(world: World, latent: Array, year: int) -> float:
    """Return the mean count of a year as its mark reads it."""
    row = list(world.settings.span).index(year)
    count = counts(world, latent)[:, row]
    if year == world.settings.unreviewed.year:
        asked = world.is_asked[row]
        reviewed = world.inside & ~world.is_missing[:, row, asked].all(axis=1)
        return float(count[reviewed].mean())
    if not world.settings.means[year].is_after_mergers:
        return float(count[world.inside].mean())
    found = verdicts(world, latent)
    frame = pd.DataFrame({key: codes[:, row] for key, codes in found.items()}, index=world.communes.index)
    frame = frame[world.inside]
    merged = world.lineage.merge_verdicts(frame, rule="all_parts")
    return float(merged.isin([Verdict.MET, Verdict.NOT_APPLICABLE]).sum(axis=1).mean())
