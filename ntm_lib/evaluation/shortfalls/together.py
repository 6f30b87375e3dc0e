"""Find pairs of criteria that are missing together more often than chance would bring them together.

Two measures, since a weak commune misses nearly everything. ``expected`` is what two unrelated criteria would share. The
test asks for more: given how many criteria each commune misses and how many communes miss each criterion, is the pair
still seen together too often? That null is the maximum-entropy network with those margins (bipartite configuration
model); a pair's count is then a Poisson-binomial sum, and false discoveries are held by Benjamini and Hochberg's rule.
"""

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm, poisson_binom

from ntm_lib.evaluation.shortfalls.settings import Together
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict

Floats = NDArray[np.float64]
_TURNS = 2000
_TOLERANCE = 1e-8
_EXACT_UP_TO = 1000  # communes; beyond, the normal limit differs by less than is printed


def missing_together(territory: Territory, year: int, rules: Together) -> pd.DataFrame:
    """Count for each pair of criteria the communes that miss both; see `pairs`."""
    return pairs(territory.of_year(territory.scores.criteria, year), rules)


def pairs(verdicts: pd.DataFrame, rules: Together) -> pd.DataFrame:
    """Count the pairs of one frame of verdicts (communes x criteria), most often missing together first.

    Columns: first, second, known (communes with a verdict met or not met in both), missing_first, missing_second, both,
    expected, lift (both / expected), p_value (by the strict null; NaN below ``min_communes``), is_beyond_chance (false
    discoveries held, at least ``min_together`` and more than expected). Unknown and not assessed are left out of the pair.
    """
    codes = verdicts.to_numpy()
    misses, known = codes == Verdict.NOT_MET, (codes == Verdict.NOT_MET) | (codes == Verdict.MET)
    chance = chances(misses, known)
    names = [str(name) for name in verdicts.columns]
    places = list(combinations(range(len(names)), 2))
    rows = [_pair(names, place, (misses, known, chance), rules) for place in places]
    columns = ["first", "second", "known", "missing_first", "missing_second", "both", "expected", "lift", "p_value"]
    table = pd.DataFrame(rows, columns=columns)
    tested = table["p_value"].notna()
    adjusted = pd.Series(np.nan, index=table.index)
    if tested.any():
        adjusted[tested] = false_discovery_control(table.loc[tested, "p_value"])
    found = (adjusted <= rules.false_discovery) & (table["both"] >= rules.min_together)
    table["is_beyond_chance"] = found & (table["both"] > table["expected"])
    return table.sort_values("both", ascending=False, kind="stable", ignore_index=True)


def _pair(
    names: list[str],
    place: tuple[int, int],
    arrays: tuple[NDArray[np.bool_], NDArray[np.bool_], Floats],
    rules: Together,
) -> tuple[object, ...]:
    misses, known, chance = arrays
    first, second = place
    rows = known[:, first] & known[:, second]
    count = int(rows.sum())
    one, other = int(misses[rows, first].sum()), int(misses[rows, second].sum())
    both = int((misses[rows, first] & misses[rows, second]).sum())
    expected = one * other / count if count else np.nan
    p_value = np.nan
    if count >= rules.min_communes:
        p_value = tail(both, np.clip(chance[rows, first] * chance[rows, second], 0.0, 1.0))
    lift = both / expected if expected else np.nan
    return names[first], names[second], count, one, other, both, expected, lift, p_value


def tail(seen: int, chance: Floats) -> float:
    """Return the chance of seeing so many or more: exact, for very many communes the normal limit with half a step."""
    if len(chance) <= _EXACT_UP_TO:
        exact = float(poisson_binom.sf(seen - 1, chance))
    else:
        spread = float(np.sqrt((chance * (1 - chance)).sum()))
        exact = float(norm.sf((seen - 0.5 - chance.sum()) / max(spread, 1e-12)))
    return min(max(exact, 0.0), 1.0)


def chances(misses: NDArray[np.bool_], known: NDArray[np.bool_]) -> Floats:
    """Return the chance of each miss given only the margins: rows and columns keep their sums on average.

    Only known cells count. A row or column that misses all or nothing keeps exactly that.
    """
    hits = (misses & known).astype(float)
    weight = known.astype(float)
    rows, columns = hits.sum(axis=1), hits.sum(axis=0)
    row_odds = rows / np.sqrt(max(hits.sum(), 1.0))
    column_odds = columns / np.sqrt(max(hits.sum(), 1.0))
    for _turn in range(_TURNS):
        with np.errstate(divide="ignore", invalid="ignore"):
            part = weight * column_odds / (1 + np.outer(row_odds, column_odds))
            row_odds = np.nan_to_num(np.where(rows > 0, rows / part.sum(axis=1), 0.0), posinf=1e9)
            part = weight * row_odds[:, None] / (1 + np.outer(row_odds, column_odds))
            column_odds = np.nan_to_num(np.where(columns > 0, columns / part.sum(axis=0), 0.0), posinf=1e9)
        odds = np.outer(row_odds, column_odds)
        chance: Floats = weight * odds / (1 + odds)
        if (
            np.abs(chance.sum(axis=1) - rows).max(initial=0) + np.abs(chance.sum(axis=0) - columns).max(initial=0)
            < _TOLERANCE
        ):
            break
    return chance
