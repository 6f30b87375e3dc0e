"""The hidden state of each commune, year and measure, and the steps that bring it to the published marks.

A measure is on the good side of its level exactly where its latent value is at or above the latent threshold.
Axes: commune, year, measure.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from ntm_lib.criteria import Law, YearRules
from ntm_lib.submissions.illustrative.communes import households_in, nineteen_from, stream
from ntm_lib.submissions.illustrative.links import from_latent, to_latent
from ntm_lib.submissions.illustrative.settings import Settings
from ntm_lib.units import Lineage
from ntm_lib.verdicts import Verdict, all_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
_STEPS = 40


@dataclass(frozen=True, eq=False)
class World:
    """Everything that is fixed before the calibration.

    ``thresholds``: year × measure, NaN where there is no level; ``is_asked``: what the year's set asks for.
    ``noise``: commune × year × measure. ``is_missing`` and ``is_not_assessed`` likewise.
    """

    settings: Settings
    communes: pd.DataFrame
    start: Array
    lineage: Lineage
    rules: dict[tuple[int, str], YearRules]
    thresholds: Array
    is_asked: Mask
    noise: Array
    margins: Array
    is_missing: Mask
    is_not_assessed: Mask

    @property
    def names(self) -> list[str]:
        """Return the measures in the order of the last axis."""
        return list(self.settings.measures)

    @property
    def years(self) -> Array:
        """Return the years in the order of the middle axis."""
        return np.array(self.settings.span, dtype=float)

    @property
    def inside(self) -> Mask:
        """Return which communes are in the programme."""
        return self.communes["is_in_programme"].to_numpy(bool)

    @property
    def is_poverty(self) -> Mask:
        """Return which measures count poor households."""
        return np.isin(self.names, list(self.settings.poverty_lines))

    def of_criterion(self) -> dict[str, NDArray[np.intp]]:
        """Return the positions of each criterion's measures."""
        criteria = pd.Series([measure.criterion for measure in self.settings.measures.values()])
        return {
            str(key): positions.to_numpy() for key, positions in criteria.groupby(criteria, sort=False).groups.items()
        }


def build(
    settings: Settings, law: Law, communes: pd.DataFrame, lineage: Lineage, rules: dict[tuple[int, str], YearRules]
) -> World:
    """Draw everything random once."""
    thresholds, is_asked = _thresholds(settings, law, rules)
    start = nineteen_from(communes, lineage, settings.at_nineteen)
    better = communes["quality"].clip(lower=settings.at_nineteen.quality)
    communes = communes.assign(quality=communes["quality"].mask(start.notna(), better))
    is_not_assessed = _not_assessed(settings, communes, start)
    shape = (len(communes), len(settings.span), len(settings.measures))
    margins = stream(settings, "margins").uniform(0.05, 0.6, size=(shape[0], shape[2]))
    return World(
        settings,
        communes,
        start.to_numpy(float),
        lineage,
        rules,
        thresholds,
        is_asked,
        _noise(settings, communes),
        margins,
        _missing(settings, communes, start, is_not_assessed),
        is_not_assessed,
    )


def _thresholds(settings: Settings, law: Law, rules: dict[tuple[int, str], YearRules]) -> tuple[Array, Mask]:
    found = np.full((len(settings.span), len(settings.measures)), np.nan)
    is_asked = np.zeros(found.shape, dtype=bool)
    position = {name: number for number, name in enumerate(settings.measures)}
    for row, year in enumerate(settings.span):
        set_id = law.set_for_year(year).id
        levels = rules[year, set_id].requirements["level"]
        for requirement, name in settings.requirement_measures(set_id, year).items():
            found[row, position[name]] = to_latent(settings.measures[name], float(levels[requirement]))
            is_asked[row, position[name]] = True
    return found, is_asked


def _noise(settings: Settings, communes: pd.DataFrame) -> Array:
    size, years, measures = len(communes), len(settings.span), list(settings.measures.values())
    criteria = pd.factorize(np.array([measure.criterion for measure in measures]))[0]
    spread = settings.spread
    loading = np.linspace(spread.first, spread.last, years)
    own = stream(settings, "criterion").normal(size=(size, criteria.max() + 1))[:, criteria]
    single = stream(settings, "measure").normal(size=(size, len(measures)))
    drift = _drift(settings, stream(settings, "drift"), (size, years, criteria.max() + 1))[:, :, criteria]
    drift_single = _drift(settings, stream(settings, "drift of measures"), (size, years, len(measures)))
    fixed = spread.criterion * own + spread.measure * single + np.array([measure.ease for measure in measures])
    quality = communes["quality"].to_numpy()
    moving = quality[:, None, None] * loading[None, :, None]
    return np.asarray(moving + fixed[:, None, :] + drift + 0.4 * drift_single)


def _drift(settings: Settings, random: np.random.Generator, shape: tuple[int, int, int]) -> Array:
    """Ups and downs of which a share lasts into the next year."""
    shocks = random.normal(scale=settings.drift.size, size=shape)
    for year in range(1, shape[1]):
        shocks[:, year] += settings.drift.memory * shocks[:, year - 1]
    return shocks


def _not_assessed(settings: Settings, communes: pd.DataFrame, start: pd.Series) -> Mask:
    choice = settings.not_assessed
    mask = np.zeros((len(communes), len(settings.span), len(settings.measures)), dtype=bool)
    chosen = stream(settings, "not assessed").uniform(size=len(communes)) < choice.share
    chosen &= start.isna().to_numpy()
    late = np.array(settings.span) >= choice.from_year
    mask[:, :, list(settings.measures).index(choice.measure)] = chosen[:, None] & late[None, :]
    return mask


def _missing(settings: Settings, communes: pd.DataFrame, start: pd.Series, is_not_assessed: Mask) -> Mask:
    """Cells nobody reported: fewer from year to year, none where a commune is at nineteen, poverty from its survey."""
    years = np.array(settings.span)
    rate = np.array([settings.missing.rate[int(year)] for year in years])
    memory, random = settings.missing.memory, stream(settings, "missing")
    rank = random.normal(size=is_not_assessed.shape)
    for year in range(1, len(years)):
        rank[:, year] = memory * rank[:, year - 1] + np.sqrt(1 - memory**2) * rank[:, year]
    mask = rank < norm.ppf(rate)[None, :, None]
    mask &= ~(start.to_numpy()[:, None] - 1 <= years[None, :])[:, :, None]
    surveyed = [name in settings.poverty_lines for name in settings.measures]
    mask &= ~((years > settings.missing.poverty_until)[None, :, None] & np.array(surveyed)[None, None, :])
    mask &= ~is_not_assessed
    inside = communes["is_in_programme"].to_numpy(bool)
    chance = stream(settings, "unreviewed").uniform(size=len(communes)) * np.exp(-communes["quality"].to_numpy())
    chance[~inside | start.notna().to_numpy()] = -1
    out = np.argsort(-chance)[: settings.unreviewed.communes]
    mask[out, list(settings.span).index(settings.unreviewed.year)] = True
    return np.asarray(mask)


def verdicts(world: World, latent: Array) -> dict[str, NDArray[np.int8]]:
    """Judge the latent values: criterion → verdicts, commune × year."""
    codes = np.where(latent >= world.thresholds, np.int8(Verdict.MET), np.int8(Verdict.NOT_MET))
    codes[world.is_missing | np.isnan(world.thresholds)] = Verdict.UNKNOWN
    codes[world.is_not_assessed | ~world.is_asked] = Verdict.NOT_APPLICABLE
    return {criterion: all_of(codes[:, :, positions], axis=2) for criterion, positions in world.of_criterion().items()}


def counts(world: World, latent: Array) -> NDArray[np.int_]:
    """Count the criteria met for certain, commune × year; what is not assessed counts as met."""
    found = verdicts(world, latent).values()
    return np.asarray(np.sum([(codes == Verdict.MET) | (codes == Verdict.NOT_APPLICABLE) for codes in found], axis=0))


def bisect(wanted: float, figure: Callable[[float], float], low: float, high: float, steps: int = _STEPS) -> float:
    """Find where a growing figure reaches ``wanted``."""
    for _step in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if figure(middle) < wanted else (low, middle)
    return (low + high) / 2


def mean_value(world: World, name: str, year: int, latent: Array) -> float:
    """Return the mean of a measure over all units, weighted by households of the year; ``latent`` by commune."""
    weights = households_in(world.communes, year, world.settings)
    return float(np.average(from_latent(world.settings.measures[name], latent), weights=weights))
