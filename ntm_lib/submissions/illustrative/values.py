"""Turn the latent state of one year into raw values and the volumes they are quotients of."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.submissions.illustrative.communes import households_in, people_in, stream
from ntm_lib.submissions.illustrative.latent import Array, Mask, World
from ntm_lib.submissions.illustrative.links import from_latent
from ntm_lib.submissions.illustrative.settings import Measure

_TRIES = 80


@dataclass(frozen=True)
class Occasion:
    """One report: the year it speaks of, its status and its cut-off date."""

    year: int
    status: str
    as_of: dt.date


@dataclass(frozen=True, eq=False)
class Sheet:
    """What all communes report on one occasion.

    ``values`` (by measure) and ``parts`` (numerators, by measure) are NaN where nothing is reported;
    ``wholes`` are the denominators by column name. ``is_not_assessed`` by measure.
    """

    occasion: Occasion
    values: pd.DataFrame
    parts: pd.DataFrame
    wholes: pd.DataFrame
    is_not_assessed: pd.DataFrame


def sheets(world: World, latent: Array) -> list[Sheet]:
    """Return one sheet for each year-end, then those of the review's cut-off date."""
    cut_off = world.settings.cut_off
    found = []
    for row, year in enumerate(world.settings.span):
        found.append(_sheet(world, Occasion(year, "actual", dt.date(year, 12, 31)), latent[:, row]))
    row = list(world.settings.span).index(cut_off.this_year)
    done = latent[:, row - 1] + cut_off.share_of_year * (latent[:, row] - latent[:, row - 1])
    found.append(_sheet(world, Occasion(cut_off.this_year, "estimate", cut_off.as_of), done))
    hoped = latent[:, row + 1]
    found.append(_sheet(world, Occasion(cut_off.this_year + 1, "estimate", cut_off.as_of), hoped))
    return found


def _sheet(world: World, occasion: Occasion, latent: Array) -> Sheet:
    row = list(world.settings.span).index(occasion.year)
    wholes = _wholes(world, occasion.year)
    values: dict[str, Array] = {}
    parts: dict[str, Array] = {}
    for place, (name, measure) in enumerate(world.settings.measures.items()):
        whole = None if measure.volume is None or measure.volume.whole is None else wholes[measure.volume.whole]
        goal = _Goal(latent[:, place], float(world.thresholds[row, place]), _level(world, measure, row, place))
        plain = _plain(world, name, measure, occasion, latent[:, place])
        if measure.not_above:
            plain = np.minimum(plain, values[measure.not_above])
        values[name], parts[name] = _counted(measure, plain, whole, goal)
        if measure.volume is not None and measure.form == "share":
            wholes.setdefault(measure.volume.part, parts[name])
    hidden = world.is_missing[:, row] | world.is_not_assessed[:, row]
    frame = pd.DataFrame(values, index=world.communes.index).mask(hidden)
    columns = {key: number for key, number in wholes.items() if key not in _part_names(world)}
    return Sheet(
        occasion,
        frame,
        pd.DataFrame(parts, index=frame.index).mask(hidden),
        pd.DataFrame(columns, index=frame.index),
        pd.DataFrame(world.is_not_assessed[:, row], index=frame.index, columns=frame.columns),
    )


def _part_names(world: World) -> set[str]:
    return {measure.volume.part for measure in world.settings.measures.values() if measure.volume}


@dataclass(frozen=True)
class _Goal:
    """On which side of the level a value must stay after rounding; NaN threshold: anywhere."""

    latent: Array
    threshold: float
    level: tuple[float, str]

    def is_wrong(self, values: Array) -> Mask:
        level, sense = self.level
        if np.isnan(self.threshold):
            return np.zeros(len(values), dtype=bool)
        passes = {
            "at_least": values >= level,
            "yes": values >= level,
            "at_most": values <= level,
            "above": values > level,
        }
        return np.asarray(passes[sense] != (self.latent >= self.threshold))

    def direction(self) -> Array:
        """+1 where a wrong value must grow, -1 where it must shrink."""
        better = -1 if self.level[1] == "at_most" else 1
        return np.where(self.latent >= self.threshold, better, -better)


def _level(world: World, measure: Measure, row: int, place: int) -> tuple[float, str]:
    """Return level and sense of the requirement that the year's set makes of a measure."""
    year = world.settings.span[row]
    set_id = next(key for number, key in world.rules if number == year)
    requirement = measure.ids[world.settings.sets.index(set_id)]
    if not world.is_asked[row, place] or requirement is None:
        return np.nan, "at_least"
    asked = world.rules[year, set_id].requirements
    return float(asked["level"].loc[requirement]), str(asked["sense"].loc[requirement])


def _plain(world: World, name: str, measure: Measure, occasion: Occasion, latent: Array) -> Array:
    """Return values before counting; early ones are partly rough."""
    values = from_latent(measure, latent)
    rough = world.settings.rough
    if measure.form == "share" and occasion.year <= rough.last_year:
        chance = stream(world.settings, f"rough {name} {occasion.year}").uniform(size=len(values))
        rounded = np.rint(values / rough.step) * rough.step
        row = list(world.settings.span).index(occasion.year)
        goal = _Goal(
            latent,
            float(world.thresholds[row, world.names.index(name)]),
            _level(world, measure, row, world.names.index(name)),
        )
        values = np.where((chance < rough.share) & ~goal.is_wrong(rounded), rounded, values)
    return values


def _counted(measure: Measure, plain: Array, whole: Array | None, goal: _Goal) -> tuple[Array, Array]:
    """Return values as reported and the numerators behind them, kept on their side of the level."""
    if measure.form in {"yes_no", "count_down"}:
        return plain, plain
    step = 0.1 if measure.volume is None else measure.volume.step
    digits = max(0, round(-np.log10(step)))
    top = whole if whole is not None else np.full(len(plain), measure.max)
    count = np.rint((plain if whole is None else plain * whole / 100) / step)
    for _try in range(_TRIES):
        part = np.round(np.clip(count * step, 0.0, top), digits).astype(np.float64)
        value = part if whole is None else np.round(100 * part / whole, 1).astype(np.float64)
        wrong = goal.is_wrong(value)
        if not wrong.any():
            return value, part
        count = np.where(wrong, count + goal.direction(), count)
    raise ValueError(f"values of {goal.level} cannot be kept on their side of the level")


def _wholes(world: World, year: int) -> dict[str, Array]:
    """Return the denominators of one year; lengths and areas of a commune stay, people and households grow."""
    frame = world.communes
    size = len(frame)
    random = stream(world.settings, "wholes")
    area = frame["area_km2"].to_numpy(float)
    people, last = people_in(frame, year), frame["people_2019"].to_numpy(float)
    villages = np.clip(np.rint(last / random.uniform(130, 230, size)), 4, 40)

    def length(base: NDArray[np.float64]) -> Array:
        return np.maximum(np.round(base * random.lognormal(0, 0.25, size), 2), 0.5)

    households = households_in(frame, year, world.settings)
    lengths = {
        "road_commune_km": length(3 + 1.6 * np.sqrt(area)),
        "road_village_km": length(0.9 * villages + 0.12 * area),
        "road_lane_km": length(0.6 * villages + 0.004 * last),
        "road_field_km": length(0.5 * villages),
        "canal_km": length(2 + 0.35 * villages),
        "farmland_ha": np.round(length(40 + 0.12 * last), 1),
        "schools": random.integers(2, 5, size).astype(float),
    }
    return lengths | {
        "villages": villages,
        "people": people,
        "households": households,
        "working_age": np.rint(people * 0.57),
        "livestock_households": np.rint(households * random.uniform(0.55, 0.9, size)),
    }
