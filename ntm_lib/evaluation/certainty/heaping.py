"""Test whether more communes stand just past a level than just short of it, as they would if values were pushed over it.

Four windows of one width lie side by side, two short of the level and two past it. The outer two tell how the number of
communes rises or falls there (log-linear, as McCrary's density test takes a smooth density on either side); from that slope
follows which share of the inner two should pass. A binomial test asks whether more do; the slope's own uncertainty is
averaged over. Since many levels are tested, false discoveries are held by Benjamini and Hochberg's rule. Heaping is a
reason to look at the papers, no proof: real effort stops at a level too.
"""

import numpy as np
import pandas as pd
from scipy.stats import binom, false_discovery_control, gamma

from ntm_lib import criteria
from ntm_lib.evaluation.certainty.margins import margins
from ntm_lib.evaluation.certainty.settings import CertaintyRules, Heaping
from ntm_lib.evaluation.territory import Territory

_GRID = (np.arange(31) + 0.5) / 31  # quantiles over which the slope's uncertainty is averaged
_PRIOR = 0.5  # Jeffreys' for a count
SIDES = {"far_failing": (-2, -1), "failing": (-1, 0), "passing": (0, 1), "far_passing": (1, 2)}


def heaping(territory: Territory, year: int, rules: CertaintyRules) -> pd.DataFrame:
    """Test each level of a year: index requirement; columns of `sides_of_levels`, and criterion, label_vi, label_en, unit, level.

    Left out: yes/no, units without a window, and levels with less than two windows of room before the end of their range.
    """
    cells = margins(territory, year, rules)
    units = criteria.load(territory.project).registers.units
    window = cells["unit"].map(rules.heaping.window).astype(float)
    low, high = (
        cells["unit"].map({name: getattr(unit, end) for name, unit in units.items()}) for end in ("min", "max")
    )
    has_room = (cells["level"] - 2 * window >= low.astype(float).fillna(-np.inf)) & (
        cells["level"] + 2 * window <= high.astype(float).fillna(np.inf)
    )
    kept = (cells["sense"] != "yes") & window.notna() & has_room
    tested = sides_of_levels(cells[kept], window[kept], rules.heaping)
    about = territory.reported.rules[year].requirements[["criterion", "label_vi", "label_en", "unit", "level"]]
    return about.join(tested, how="inner")


def sides_of_levels(cells: pd.DataFrame, window: pd.Series, rules: Heaping) -> pd.DataFrame:
    """Count and test by requirement: far_failing, failing, passing, far_passing, expected_share, p_value, is_heaped.

    ``cells``: columns requirement, margin (0 or more passes). ``expected_share``: of the inner two windows, the share that
    should pass (from the outer ones). A level with fewer than ``min_communes`` in the inner two together is counted and
    not tested (p_value NaN, is_heaped False).
    """
    place = np.floor(cells["margin"] / window + 1e-9)
    counted = pd.DataFrame({name: place == start for name, (start, _end) in SIDES.items()})
    table = counted.groupby(cells["requirement"], sort=False).sum().astype(int)
    shares = np.array(
        [_expected(*pair) for pair in zip(table["far_failing"], table["far_passing"], strict=True)]
    ).reshape(len(table), -1)
    total = table["passing"] + table["failing"]
    tail = binom.sf(table["passing"].to_numpy()[:, None] - 1, total.to_numpy()[:, None], shares).mean(axis=1)
    table["expected_share"] = shares.mean(axis=1)
    table["p_value"] = np.where(total >= rules.min_communes, tail, np.nan)
    tested = table["p_value"].notna()
    adjusted = pd.Series(1.0, index=table.index)
    if tested.any():
        adjusted[tested] = false_discovery_control(table.loc[tested, "p_value"])
    return table.assign(is_heaped=adjusted <= rules.false_discovery)


def _expected(far_failing: int, far_passing: int) -> np.ndarray:
    """Return the share that should pass, over the grid of what the outer windows may truly hold.

    The outer windows lie three widths apart, the inner ones one: a third of the slope's logarithm is theirs.
    """
    failing, passing = (gamma.ppf(_GRID, count + _PRIOR) for count in (far_failing, far_passing))
    ratio = np.cbrt(passing[:, None] / failing[None, :])
    share: np.ndarray = (ratio / (1 + ratio)).ravel()
    return share
