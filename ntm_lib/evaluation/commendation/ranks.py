"""How far the order of candidates depends on weights: ranges of ranks and firmness of pairs, never one sum.

Practice of composite indicators (OECD and JRC handbook, 2008; Saisana and others, 2005): weights are drawn at random
around the office's own and the range of ranks is told.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.evaluation.commendation.keys import KEYS
from ntm_lib.evaluation.commendation.settings import CommendationSettings


@dataclass(frozen=True, eq=False)
class Ranks:
    """Ranks of the candidates under changed weights.

    ``table``: by commune, ``rank_low``, ``rank_high`` (hold the share ``range`` of the draws), ``before``, ``after``
    (candidates that it surely precedes or follows), ``open`` (those with which the order is not firm).
    ``left_out``: keys that nobody reported or in which all are equal.
    """

    table: pd.DataFrame
    left_out: tuple[str, ...]

    @property
    def firm_share(self) -> float:
        """The share of pairs of candidates whose order is firm; NaN with fewer than two."""
        pairs = len(self.table) * (len(self.table) - 1)
        return float((self.table["before"] + self.table["after"]).sum() / pairs) if pairs else np.nan


def rank_ranges(keys: pd.DataFrame, settings: CommendationSettings) -> Ranks:
    """Rank candidates (rows of `keys`) under weights drawn from a Dirichlet distribution around the office's own.

    Each key counts by the share of candidates it surpasses, ties by half. A value that is not known is drawn anew each
    time from all that is possible, so ignorance widens the range.
    """
    used = [name for name in KEYS if _tells(keys[name], keys[f"{name}_high"])]
    left_out = tuple(name for name in KEYS if name not in used)
    random = np.random.default_rng(settings.seed)
    number = len(keys)
    if not used or number < 2:
        table = pd.DataFrame(
            {"rank_low": 1, "rank_high": number, "before": 0, "after": 0, "open": number - 1}, index=keys.index
        )
        return Ranks(table, left_out)
    own = np.array([getattr(settings.weights, name) for name in used])
    weights = random.dirichlet(settings.concentration * own * len(own) / own.sum(), settings.draws)
    worth = np.zeros((settings.draws, number))
    for place, name in enumerate(used):
        low, high = _standing(keys[name]), _standing(keys[f"{name}_high"], keys[name])
        worth += weights[:, [place]] * random.uniform(low, np.maximum(low, high), (settings.draws, number))
    return Ranks(_table(np.round(worth, 12), keys.index, settings), left_out)


def _tells(low: pd.Series, high: pd.Series) -> bool:
    """Whether a key can tell candidates apart: it is known of someone, and not the same of all."""
    known = pd.concat([low, high]).dropna()
    return bool(len(known)) and (known.min() < known.max() or bool(low.isna().any()))


def _standing(values: pd.Series, among: pd.Series | None = None) -> NDArray[np.float64]:
    """Return the share of the candidates that each value surpasses, ties by half; for unknown ones 0 and (``among``) 1."""
    others = (values if among is None else among).dropna().to_numpy(np.float64)
    own = values.to_numpy(np.float64)
    below = (others[None, :] < own[:, None]).mean(axis=1) + (others[None, :] == own[:, None]).mean(axis=1) / 2
    return np.where(np.isnan(own), 0.0 if among is None else 1.0, below)


def _table(worth: NDArray[np.float64], index: pd.Index, settings: CommendationSettings) -> pd.DataFrame:
    number = worth.shape[1]
    above = np.zeros((number, number))
    ranks = np.empty(worth.shape)
    for draw, of_draw in enumerate(worth):
        is_above = of_draw[:, None] > of_draw[None, :]
        above += is_above
        ranks[draw] = 1 + is_above.sum(axis=0)
    above /= len(worth)
    edge = (1 - settings.range) / 2
    low, high = np.quantile(ranks, [edge, 1 - edge], axis=0, method="inverted_cdf").astype(int)
    before, after = ((matrix >= settings.firm).sum(axis=1) for matrix in (above, above.T))
    return pd.DataFrame(
        {"rank_low": low, "rank_high": high, "before": before, "after": after, "open": number - 1 - before - after},
        index=index,
    )
