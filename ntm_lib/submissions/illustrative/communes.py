"""What sets the communes apart before anything is generated: place, density, border, district."""

import zlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.submissions.illustrative.settings import AtNineteen, Settings
from ntm_lib.units import Lineage, Vintage

Array = NDArray[np.float64]
_KM_PER_DEGREE = 111.2


def stream(settings: Settings, name: str) -> np.random.Generator:
    """Return random numbers of their own for one purpose, so that adding a purpose changes no other."""
    return np.random.default_rng([settings.seed, zlib.crc32(name.encode())])


def standardised(values: Array) -> Array:
    """Centre values on 0 with a standard deviation of 1."""
    return np.asarray((values - values.mean()) / values.std())


def describe(vintage: Vintage, settings: Settings) -> pd.DataFrame:
    """Return the communes with ``quality`` (standard deviations, programme communes around 0)."""
    frame = vintage.communes.copy()
    own = stream(settings, "quality").normal(size=len(frame))
    weights = settings.quality
    score = (
        weights.near_centre * _nearness(frame, _centres(frame, "parent_code"))
        + weights.near_city * _nearness(frame, _city(vintage))
        + weights.density
        * standardised(np.log(frame["people_2019"].to_numpy(float) / frame["area_km2"].to_numpy(float)))
        + weights.border * frame["is_border"].astype("boolean").fillna(value=False).to_numpy(float)
        + weights.district * _district_effect(frame, settings)
        + weights.own * own
    )
    inside = frame["is_in_programme"].to_numpy(bool)
    score = (score - score[inside].mean()) / score[inside].std()
    score = weights.limit * np.tanh(score / weights.limit)
    frame["quality"] = np.where(inside, score, np.maximum(score, 0) + weights.town)
    return frame


def people_in(communes: pd.DataFrame, year: int) -> Array:
    """Return people at the end of a year, on the line between the censuses of 2009 and 2019, then unchanged."""
    first, last = (communes[name].to_numpy(float) for name in ("people_2009", "people_2019"))
    return np.asarray(np.rint(first + (last - first) * min((year - 2009) / 10, 1)))


def households_in(communes: pd.DataFrame, year: int, settings: Settings) -> Array:
    """Return households at the end of a year, at the province's mean size."""
    return np.maximum(np.rint(people_in(communes, year) / settings.people_per_household), 20)


def _centres(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Place of each district's centre: the mean of its towns and wards."""
    towns = frame[~frame["is_in_programme"]].groupby(by)[["lat", "lon"]].mean()
    return towns.reindex(frame[by]).set_axis(frame.index)


def _city(vintage: Vintage) -> pd.DataFrame:
    """Place of the province's city, the same for every commune."""
    communes = vintage.communes
    cities = vintage.districts.index[vintage.districts["kind"] == "thanh_pho"]
    wards = communes[communes["parent_code"].isin(cities) & ~communes["is_in_programme"]]
    middle = wards[["lat", "lon"]].mean()
    return pd.DataFrame([middle] * len(communes), index=communes.index)


def _nearness(frame: pd.DataFrame, centre: pd.DataFrame) -> Array:
    north = (frame["lat"] - centre["lat"]).to_numpy() * _KM_PER_DEGREE
    east = (frame["lon"] - centre["lon"]).to_numpy() * _KM_PER_DEGREE * np.cos(np.radians(frame["lat"].mean()))
    return -standardised(np.log1p(np.hypot(north, east)))


def _district_effect(frame: pd.DataFrame, settings: Settings) -> Array:
    districts = sorted(frame["parent_code"].unique())
    effect = dict(zip(districts, stream(settings, "district").normal(size=len(districts)), strict=True))
    return frame["parent_code"].map(effect).to_numpy(float)


def nineteen_from(communes: pd.DataFrame, lineage: Lineage, choices: AtNineteen) -> pd.Series:
    """Return the year from which each commune stands at nineteen, NaN for the others.

    The unnamed ones are the best placed: in communes that the mergers left alone, or in merged ones of which no
    other part stands at nineteen.
    """
    start = pd.Series(np.nan, index=communes.index)
    start.update(pd.Series(choices.named, dtype=float))
    partners = lineage.links.groupby("to_code")["from_code"].agg(list)
    parts = lineage.links.set_index("from_code")["to_code"].map(partners)
    ranked = communes[communes["is_in_programme"]].sort_values("quality", ascending=False).index
    for wave in choices.others:
        for count, is_alone in ((wave.left_alone, True), (wave.merged, False)):
            for _place in range(count):
                start[_next(ranked, start, parts, is_alone=is_alone)] = wave.year
    return start


def _next(ranked: pd.Index, start: pd.Series, parts: pd.Series, *, is_alone: bool) -> str:
    for code in ranked:
        others = {other for group in np.atleast_1d(parts[[code]].to_numpy()) for other in group} - {code}
        if pd.isna(start[code]) and bool(others) != is_alone and start.reindex(list(others)).isna().all():
            return str(code)
    raise ValueError("fewer communes than parameters/illustrative.yaml asks to stand at nineteen")
