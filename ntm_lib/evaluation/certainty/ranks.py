"""Keep ties open: between which places each unit can stand, when equal and overlapping results are not told apart."""

import numpy as np
import pandas as pd


def rank_ranges(low: pd.Series, high: pd.Series) -> pd.DataFrame:
    """Return the best and the worst place of each unit (1 has most), same index: columns best, worst.

    A unit is before another only when its ``low`` is above the other's ``high``. Equal results share their places. A
    missing result can stand anywhere.
    """
    lows = np.sort(low.fillna(-np.inf).to_numpy(float))
    highs = np.sort(high.fillna(np.inf).to_numpy(float))
    own_low, own_high = low.fillna(-np.inf).to_numpy(float), high.fillna(np.inf).to_numpy(float)
    best = 1 + len(lows) - np.searchsorted(lows, own_high, side="right")
    worst = len(highs) - np.searchsorted(highs, own_low, side="left")
    return pd.DataFrame({"best": best, "worst": worst}, index=low.index)


def ties(low: pd.Series, high: pd.Series) -> pd.DataFrame:
    """Gather the units whose result is the same: columns low, high, units, best, worst; from most to least."""
    ranges = rank_ranges(low, high)
    table = pd.DataFrame({"low": low, "high": high}).join(ranges)
    grouped = table.groupby(["low", "high", "best", "worst"]).size().rename("units").reset_index()
    return grouped.sort_values(["low", "high"], ascending=False, ignore_index=True)
