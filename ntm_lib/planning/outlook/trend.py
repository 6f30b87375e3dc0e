"""Lines through short series of many communes, each drawn towards the province's, with how far they may be wrong."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEAST_POINTS = 3


@dataclass(frozen=True, eq=False)
class Trend:
    """Trends of n communes on the transformed scale.

    ``origin`` (n): the last value known, in year ``last`` (n); ``slope`` (n): yearly change, drawn towards the province's
    ``common_slope`` by how much the communes really differ; ``slope_var`` (n): variance of its error, that of the
    province's own line included; ``step_sd``: standard deviation of one year's chance move (all communes together);
    ``points`` (n): years the line is drawn through. With fewer than ``LEAST_POINTS`` a commune moves as the province does,
    with the spread of the communes' slopes; NaN where no year, or no slope of any commune, is known.
    """

    origin: Floats
    last: Floats
    slope: Floats
    slope_var: Floats
    common_slope: float
    step_sd: float
    points: npt.NDArray[np.int64]

    def ahead(self, year: int) -> tuple[Floats, Floats]:
        """Return expected value and standard deviation in a later year, on the transformed scale."""
        gone = year - self.last
        return self.origin + self.slope * gone, np.sqrt(self.step_sd**2 * gone + self.slope_var * gone**2)


def fit(values: Floats, years: npt.NDArray[np.int64], at_edge: npt.NDArray[np.bool_] | None = None) -> Trend:
    """Fit one line a commune and draw its slope towards the province's (empirical Bayes).

    ``values`` (communes, years): transformed values, NaN unknown. ``at_edge`` (communes, years): shares of 0 or 100 %, whose
    log-odds are only a stand-in: the last one is where a commune stands, but no line and no step is measured from them
    (a rise from 0 to 5 % would count as the largest of all steps). Least squares on the other years known. What a year leaves of
    the line stays (a bad harvest or a new road does not undo itself), so a series is taken as a walk around its line: the
    spread of one step is pooled over all communes, since a few points say little about it, and the error of a slope
    follows from it. The communes' own slopes count by the share of their variance that is more than that error (moment
    estimate). The province's line adds its own error, which all communes share.
    """
    known = ~np.isnan(values)
    moving = values if at_edge is None else np.where(at_edge, np.nan, values)
    points = (~np.isnan(moving)).sum(axis=1)
    usable = points >= LEAST_POINTS
    slope, weights = _lines(np.where(usable[:, None], moving, np.nan), years)
    step_var = _step_variance(moving[usable], years, slope[usable])
    own_var = step_var * _walk_variance(weights, years)
    common, spread = _between(slope[usable], own_var[usable])
    weight = spread / (spread + own_var)
    shrunk = np.where(usable, weight * slope + (1 - weight) * common, common)
    error = np.where(usable, weight * own_var, spread) + _shared_error(moving[usable], years, step_var)
    is_empty = ~known.any(axis=1) | np.isnan(common)
    place = np.arange(len(values)), _last_place(known)
    last = np.where(is_empty, np.nan, np.broadcast_to(years, values.shape)[place])
    shrunk, error = (np.where(is_empty, np.nan, item) for item in (shrunk, error))
    return Trend(
        np.where(is_empty, np.nan, values[place]), last, shrunk, error, common, float(np.sqrt(step_var)), points
    )


def _last_place(known: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the place of the last known year of each commune (the last place where there is none)."""
    place: npt.NDArray[np.int64] = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return place


def _lines(values: Floats, years: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return least-squares slopes, and the weight of each year in them (0 where unknown); NaN rows give NaN slopes."""
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=1), 1)
    centre = np.where(known, years, 0.0).sum(axis=1) / count
    centred = np.where(known, years - centre[:, None], 0.0)
    squares = (centred**2).sum(axis=1)
    weights = centred / np.where(squares > 0, squares, np.nan)[:, None]
    return (weights * np.where(known, values, 0.0)).sum(axis=1), weights


def _walk_variance(weights: Floats, years: npt.NDArray[np.int64]) -> Floats:
    """Return the variance of each slope when the values walk with steps of variance 1 a year."""
    since = np.minimum.outer(years - years[0], years - years[0]).astype(float)
    variance: Floats = np.einsum("ij,jk,ik->i", weights, since, weights)
    return variance


def _step_variance(values: Floats, years: npt.NDArray[np.int64], slope: Floats) -> float:
    """Return the pooled variance of one year's change around the commune's own slope; a commune costs one freedom."""
    change = np.diff(values, axis=1) - slope[:, None] * np.diff(years)
    change = change / np.sqrt(np.diff(years))
    freedom = (~np.isnan(change)).sum(axis=1)
    total = float(np.nansum(change[freedom > 1] ** 2))
    # ASSUME: a series with gaps counts only where two successive years are known.
    return total / max(int((freedom[freedom > 1] - 1).sum()), 1)


def _between(slope: Floats, variance: Floats) -> tuple[float, float]:
    """Return the common slope and the variance of the communes' true slopes around it (never below zero)."""
    if len(slope) == 0:
        return np.nan, np.nan
    weight = 1 / np.maximum(variance, 1e-12)
    common = float((weight * slope).sum() / weight.sum())
    spread = float(np.mean((slope - common) ** 2 - variance)) if len(slope) > 1 else 0.0
    return common, max(spread, 1e-12)


def _shared_error(values: Floats, years: npt.NDArray[np.int64], step_var: float) -> float:
    """Return the variance of the slope of the province's line.

    Its yearly change is the mean over the communes known at both ends of the year: communes that began to report later
    do not make it jump. ``step_var``: of one commune, taken where fewer than two changes of the province are known.
    """
    if len(values) == 0:
        return 0.0
    change = np.diff(values, axis=1) / np.sqrt(np.diff(years))
    change = change[:, (~np.isnan(change)).any(axis=0)]
    steps = np.nanmean(change, axis=0) if change.shape[1] else np.empty(0)
    _slope, weights = _lines(np.zeros((1, len(years))), years)
    of_step = float(np.var(steps, ddof=1)) if len(steps) > 1 else step_var
    return of_step * float(_walk_variance(weights, years)[0])
