"""Turn latent values into the unit of a measure, and levels into latent thresholds."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from ntm_lib.submissions.illustrative.settings import Measure

Array = NDArray[np.float64]


def from_latent(measure: Measure, latent: Array) -> Array:
    """Return values in the unit of the measure, within its limits; a higher latent value is always better."""
    match measure.form, measure.link:
        case "yes_no", _:
            return (latent >= 0).astype(float)
        case "count_down", _:
            values = np.ceil(-latent * measure.scale)
        case _, "logit":
            values = 100 * expit(measure.centre + measure.scale * latent)
        case _, "log":
            values = measure.centre * np.exp(measure.scale * latent)
        case _:
            values = measure.centre + measure.scale * latent
    return np.asarray(np.clip(values, measure.min, measure.max))


def to_latent(measure: Measure, level: float) -> float:
    """Return the latent threshold of a level; NaN stays NaN."""
    if measure.form in {"yes_no", "count_down"}:
        return 0.0 if not np.isnan(level) else np.nan
    match measure.link:
        case "logit":
            return float((logit(level / 100) - measure.centre) / measure.scale)
        case "log":
            return float(np.log(level / measure.centre) / measure.scale)
    return (level - measure.centre) / measure.scale
