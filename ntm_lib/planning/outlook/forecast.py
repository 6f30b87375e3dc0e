"""How criteria that money does not buy within a year will move: by their own past and by effort, not by decree.

A line through the logarithm of incomes, or the log-odds of shares, of the last years of each commune, drawn towards the
province's where the commune's own years say little (``trend``). From the last value known the series walks on
along that line: each year adds a chance move as large as the past ones were, and the slope itself may be wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit, ndtri
from scipy.stats import qmc

from ntm_lib import criteria
from ntm_lib.messages import _
from ntm_lib.planning.outlook import trend
from ntm_lib.planning.outlook.series import Forecast, forecasts, history
from ntm_lib.planning.settings import Forecast as Force
from ntm_lib.planning.start.baseline import Baseline

Floats = npt.NDArray[np.float64]
INDEX = ["commune_code", "requirement", "with_effort"]
# ASSUME: a reported share of 0 or 100 % stands for one within this much of it, so that its log-odds exist.
EDGE_PCT = 0.5
_DRAWS = 1024
_CEILING = "at_most"


@dataclass(frozen=True, eq=False)
class Outlook:
    """How criteria that money does not buy within a year will move, with and without effort.

    ``chance``, ``mean``, ``sd``: index (commune_code, requirement, with_effort), columns the years from the plan's first
    to the orientation year. ``chance``: that the requirement is met at the end of that year and of every later plan year,
    by the level of each year; with effort: an effort in every year from the plan's first up to that year (the plan's last
    at most), whose gain stays. NaN: the past is not known well enough, or there is no level. ``mean``, ``sd``: expected
    value and standard deviation, in the unit of the requirement. ``history``: index (commune_code, requirement):
    first_year, last_year (known), reported (years known), points (of them those a line is drawn through: not at 0 or
    100 %), slope (yearly, on the scale of the transform), residual_sd (one year's chance move, same scale), note.
    """

    chance: pd.DataFrame
    mean: pd.DataFrame
    sd: pd.DataFrame
    history: pd.DataFrame

    @property
    def requirements(self) -> list[str]:
        """The requirements that are forecast."""
        return list(self.history.index.unique("requirement"))

    @property
    def pasts(self) -> pd.DataFrame:
        """What each forecast rests on, by ``requirement``.

        ``first_year``, ``last_year`` known of any commune (NA: none); ``whole``: communes known in every year between them;
        ``own``: communes with years enough for a line of their own; ``unknown``: communes without a forecast; ``communes``.
        """
        rows = {}
        for requirement, of_it in self.history.groupby(level="requirement", sort=False):
            first, last = of_it["first_year"].min(), of_it["last_year"].max()
            rows[requirement] = {
                "first_year": first,
                "last_year": last,
                "whole": 0 if first is pd.NA else int((of_it["reported"] == last - first + 1).sum()),
                "own": int((of_it["points"] >= trend.LEAST_POINTS).sum()),
                "unknown": int(of_it["slope"].isna().sum()),
                "communes": len(of_it),
            }
        names = ["first_year", "last_year", "whole", "own", "unknown", "communes"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("requirement")


@dataclass(frozen=True, eq=False)
class _Paths:
    """Draws of the future on the transformed scale: ``values`` (communes, draws, years); ``slope`` (communes)."""

    values: Floats
    slope: Floats


def load_outlook(baseline: Baseline) -> Outlook:
    """Forecast the requirements that ``data/planning/forecast.yaml`` names for the plan's set.

    Deterministic: the draws are the same in every run. Raises FaultsError with every fault of that file.
    """
    horizon = baseline.scenario.settings.horizon
    years = list(range(horizon.first_year, horizon.orientation_year + 1))
    frames: list[tuple[pd.DataFrame, ...]] = []
    for entry in forecasts(baseline.project, criteria.load(baseline.project), baseline.start_rules):
        fitted, span = fit_series(baseline, entry)
        about = _about(baseline, entry, fitted, span)
        paths = _paths(baseline, entry, fitted, len(years))
        parts = [_forecast(baseline, entry, paths, years, is_effort=flag) for flag in (False, True)]
        frames.append((*(pd.concat(columns) for columns in zip(*parts, strict=True)), about))
    if not frames:
        empty = pd.DataFrame(columns=years, dtype=float, index=pd.MultiIndex.from_arrays([[], [], []], names=INDEX))
        return Outlook(empty, empty, empty, _about_nothing())
    chance, mean, sd, about = (pd.concat(columns) for columns in zip(*frames, strict=True))
    return Outlook(chance, mean, sd, about)


def to_scale(values: Floats, transform: str) -> Floats:
    """Put values on the scale on which they move evenly: logarithm, or log-odds of per cent."""
    if transform == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            moved: Floats = np.where(values > 0, np.log(values), np.nan)
        return moved
    odds: Floats = logit(np.clip(values, EDGE_PCT, 100 - EDGE_PCT) / 100)
    return odds


def from_scale(values: Floats, transform: str) -> Floats:
    """Return the values in their own unit; see ``to_scale``."""
    back: Floats = np.exp(values) if transform == "log" else 100 * expit(values)
    return back


def fit_series(baseline: Baseline, entry: Forecast) -> tuple[trend.Trend, tuple[npt.NDArray[np.int64], Floats]]:
    """Fit the last years of a series; returns the years used and the values too."""
    start = baseline.scenario.settings.horizon.start_year
    first = start - baseline.scenario.settings.forecast.history_years + 1
    frame = history(baseline, entry)
    frame = frame.loc[:, frame.columns.to_numpy(int) >= first]
    if frame.shape[1] == 0:
        frame = pd.DataFrame(np.nan, index=frame.index, columns=[start])
    years = frame.columns.to_numpy(np.int64)
    shares = frame.to_numpy(float)
    values = to_scale(shares, entry.transform)
    at_edge = (entry.transform == "logit") & ((shares <= EDGE_PCT) | (shares >= 100 - EDGE_PCT))
    return trend.fit(values, years, at_edge), (years, values)


def _paths(baseline: Baseline, entry: Forecast, fitted: trend.Trend, years: int) -> _Paths:
    """Draw the future: last value, line, error of the slope, chance moves; the draws are common to all communes."""
    start = baseline.scenario.settings.horizon.start_year
    draws = _normals(years + 2)
    late = start - fitted.last
    ahead = late[:, None] + np.arange(1, years + 1)
    middle = (fitted.origin + (entry.shift or 0.0))[:, None] + fitted.slope[:, None] * ahead
    early = np.sqrt(fitted.step_sd**2 * late + entry.shift_sd**2)
    walk = fitted.step_sd * np.cumsum(draws[:, 2:], axis=1)
    bend = np.sqrt(fitted.slope_var)[:, None] * ahead
    values = middle[:, None, :] + early[:, None, None] * draws[None, :, 1, None] + walk[None]
    return _Paths(values + bend[:, None, :] * draws[None, :, 0, None], fitted.slope)


@lru_cache(maxsize=4)
def _normals(columns: int) -> Floats:
    """Return well-spread standard normal draws, always the same."""
    points = qmc.Sobol(columns, scramble=True, rng=np.random.default_rng(0)).random(_DRAWS)
    draws: Floats = ndtri(np.clip(points, 1e-9, 1 - 1e-9))
    return draws


def _forecast(
    baseline: Baseline, entry: Forecast, paths: _Paths, years: list[int], *, is_effort: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    horizon = baseline.scenario.settings.horizon
    rules = [baseline.rules_of(year).requirements for year in years]
    levels = np.array([frame["level"][entry.requirement] for frame in rules], dtype=float)
    sense = str(rules[0]["sense"][entry.requirement])
    force = baseline.scenario.settings.forecast
    lasts = [min(year, horizon.last_year) - horizon.first_year + 1 if is_effort else 0 for year in years]
    chance = np.empty((len(paths.values), len(years)))
    for place in range(len(years)):
        end = max(place + 1, horizon.last_year - horizon.first_year + 1)
        least = _thresholds(entry, levels[place:end], sense, lasts[place], paths.slope, force)
        path = paths.values[:, :, place:end]
        passes = path <= least[:, None, :] if sense == _CEILING else path >= least[:, None, :]
        is_open = np.isnan(paths.slope) | np.isnan(levels[place:end]).any()
        chance[:, place] = np.where(is_open, np.nan, passes.all(axis=2).mean(axis=1))
    moved = _moved(entry, paths, np.array(lasts), sense, force)
    index = pd.MultiIndex.from_product([baseline.communes.index, [entry.requirement], [is_effort]], names=INDEX)
    tables = (chance, moved.mean(axis=1), moved.std(axis=1))
    made = [pd.DataFrame(table, index=index, columns=pd.Index(years, name="year")) for table in tables]
    return made[0], made[1], made[2]


def _thresholds(entry: Forecast, levels: Floats, sense: str, efforts: int, slope: Floats, force: Force) -> Floats:
    """Return what a path must reach without the effort to meet each level with it: (communes, levels)."""
    if entry.effort == "growth":
        return to_scale(levels, entry.transform)[None, :] - _gain(slope, efforts, force)[:, None]
    if entry.effort == "fall":
        needed = levels / (1 - force.effort_fall_pct / 100) ** efforts
    else:
        points = force.effort_rise_pct_point * efforts
        needed = levels + points if sense == _CEILING else levels - points
    with np.errstate(divide="ignore"):
        wanted = logit(np.clip(needed / 100, 0.0, 1.0))
    return np.broadcast_to(wanted, (len(slope), len(levels)))


def _gain(slope: Floats, efforts: int | npt.NDArray[np.int64], force: Force) -> Floats:
    """Return what years of effort add to the logarithm: the yearly growth rises by so many percentage points."""
    gain: Floats = np.asarray(efforts, float) * np.log1p(force.effort_growth_pct_point / 100 / np.exp(slope))
    return gain


def _moved(entry: Forecast, paths: _Paths, efforts: npt.NDArray[np.int64], sense: str, force: Force) -> Floats:
    """Return the draws in the requirement's unit, effort included: (communes, draws, years)."""
    if entry.effort == "growth":
        gain = _gain(paths.slope[:, None], efforts[None, :], force)
        return from_scale(paths.values + gain[:, None, :], entry.transform)
    shares = from_scale(paths.values, entry.transform)
    if entry.effort == "fall":
        left: Floats = shares * np.power(1 - force.effort_fall_pct / 100, efforts)
        return left
    points = force.effort_rise_pct_point * efforts
    moved: Floats = np.clip(shares - points if sense == _CEILING else shares + points, 0, 100)
    return moved


def _about(
    baseline: Baseline, entry: Forecast, fitted: trend.Trend, span: tuple[npt.NDArray[np.int64], Floats]
) -> pd.DataFrame:
    years, values = span
    known = ~np.isnan(values)
    start = baseline.scenario.settings.horizon.start_year
    reported, usable = known.sum(axis=1), ~np.isnan(fitted.slope)
    is_few, at_edge = fitted.points < trend.LEAST_POINTS, reported >= trend.LEAST_POINTS
    texts = [
        (fitted.last < start, _("the starting year was not reported; moved on from the last year known")),
        (usable & is_few & ~at_edge, _("too few years known: moves as the province does")),
        (usable & is_few & at_edge, _("stood at 0 or 100 %: moves as the province does")),
        (usable & (entry.basis is not None), str(entry.basis)),
        (~usable, _("not enough years known: no forecast")),
    ]
    note = ["; ".join(text for holds, text in texts if holds[place]) for place in range(len(values))]
    year = np.where(known, years, np.nan)
    is_empty = ~known.any(axis=1)
    first = pd.Series(np.where(is_empty, np.nan, np.min(np.where(known, year, np.inf), axis=1))).astype("Int64")
    last = pd.Series(np.where(is_empty, np.nan, np.max(np.where(known, year, -np.inf), axis=1))).astype("Int64")
    columns: Mapping[str, object] = {
        "first_year": first.array,
        "last_year": last.array,
        "reported": reported,
        "points": fitted.points,
        "slope": fitted.slope,
        "residual_sd": np.where(usable, fitted.step_sd, np.nan),
        "note": note,
    }
    index = pd.MultiIndex.from_product([baseline.communes.index, [entry.requirement]], names=INDEX[:2])
    return pd.DataFrame(columns, index=index)


def _about_nothing() -> pd.DataFrame:
    names = ["first_year", "last_year", "reported", "points", "slope", "residual_sd", "note"]
    return pd.DataFrame(columns=names, index=pd.MultiIndex.from_arrays([[], []], names=INDEX[:2]))
