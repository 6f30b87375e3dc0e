"""Put values of communes together for the communes formed from them: sums, weighted means, all parts; whole arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.units import Lineage
from ntm_lib.units.lineage import By

Values = NDArray[np.float64]
_NOT_ASSESSED = np.inf


@dataclass(frozen=True, eq=False)
class Parts:
    """Links from old communes to new ones, sorted by new commune.

    ``old``: codes of the old communes that have a part, ``new``: codes of the new ones. ``row``: for each link the place
    of its old commune in ``old``; ``first``: the first link of each new commune; ``share``: of the old commune, by area
    and by people.
    """

    old: pd.Index
    new: pd.Index
    row: NDArray[np.intp]
    first: NDArray[np.intp]
    share: Mapping[By, Values]

    def sums(self, values: Values, by: By) -> Values:
        """Add up amounts (old commune, …) by their shares: (new commune, …); one that is missing makes the sum unknown."""
        return self._added(self._spread(values) * self._shaped(by, values.ndim))

    def means(self, values: Values, weights: Values, by: By) -> Values:
        """Return means weighted by the weights (same shape) that each part holds.

        A part that is not assessed, or whose weight is zero (a share of no roads), is passed over; where all are not
        assessed the result is. Any other missing value makes the mean unknown; where only a weight is missing it is
        unknown too, unless the parts are all alike.
        """
        spread = self._spread(values)
        is_left_out = np.isposinf(spread)
        weight = np.where(is_left_out, 0.0, self._spread(weights) * self._shaped(by, values.ndim))
        is_empty = weight == 0
        total = self._added(weight)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self._added(np.where(is_empty, 0.0, spread) * weight) / total
        counted = np.where(is_left_out, np.nan, spread)
        low, high = (bound.reduceat(counted, self.first, axis=0) for bound in (np.fmin, np.fmax))
        is_alike = (low == high) & ~self._any(np.isnan(spread) & ~is_empty)
        mean = np.where(is_alike, low, np.clip(mean, low, high))
        return np.where(self._all(is_left_out), _NOT_ASSESSED, mean)

    def all_parts(self, values: Values) -> Values:
        """Join yes (1) and no (0): any no gives no, else any missing is unknown, else yes; not assessed is passed over."""
        spread = self._spread(values)
        is_left_out = np.isposinf(spread)
        joined = np.where(self._any(np.isnan(spread)), np.nan, 1.0)
        joined = np.where(self._any(spread == 0), 0.0, joined)
        return np.where(self._all(is_left_out), _NOT_ASSESSED, joined)

    def _spread(self, values: Values) -> Values:
        spread: Values = values[self.row]
        return spread

    def _shaped(self, by: By, dimensions: int) -> Values:
        return self.share[by].reshape(-1, *[1] * (dimensions - 1))

    def _added(self, values: Values) -> Values:
        added: Values = np.add.reduceat(values, self.first, axis=0)
        return added

    def _any(self, marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.logical_or.reduceat(marks, self.first, axis=0)
        return found

    def _all(self, marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.logical_and.reduceat(marks, self.first, axis=0)
        return found


def parts(lineage: Lineage, of: pd.Index | None = None) -> Parts:
    """Return the parts that were in the programme; ``of``: only new communes with land of these old ones.

    Land of a town brings nothing, as with verdicts: what is put together is what communes of the programme reported.
    """
    old = lineage.before.communes
    links = lineage.links[lineage.links["from_code"].isin(old.index[old["is_in_programme"]])]
    if of is not None:
        links = links[links["to_code"].isin(links.loc[links["from_code"].isin(of), "to_code"])]
    return of_links(links)


def of_links(links: pd.DataFrame) -> Parts:
    """Return links (from_code, to_code, area_share, people_share) as arrays; links without a row are refused."""
    if links.empty:
        raise ValueError("no links")
    links = links.sort_values(["to_code", "from_code"])
    old = pd.Index(links["from_code"]).unique().sort_values().rename("commune_code")
    new, first = np.unique(links["to_code"].to_numpy(dtype=str), return_index=True)
    share: dict[By, Values] = {
        "area": links["area_share"].to_numpy(float),
        "people": links["people_share"].to_numpy(float),
    }
    row = old.get_indexer(pd.Index(links["from_code"]))
    return Parts(old, pd.Index(new, name="commune_code"), row, first, share)


def coverage(lineage: Lineage) -> pd.DataFrame:
    """Return which share of each new commune came from communes of the programme, index code, columns area and people.

    Missing where the size of a part is not known.
    """
    old = lineage.before.communes
    table = {}
    for by, column in (("area", "area_km2"), ("people", "people_2019")):
        size = old[column].astype("float64").reindex(lineage.links["from_code"]).to_numpy()
        held = pd.Series(size * lineage.links[f"{by}_share"].to_numpy(), index=lineage.links["to_code"].to_numpy())
        is_in = lineage.links["from_code"].map(old["is_in_programme"]).to_numpy(bool)
        table[by] = _summed(held.where(is_in, 0.0)) / _summed(held)
    return pd.DataFrame(table).rename_axis("commune_code")


def _summed(values: pd.Series) -> pd.Series:
    total: pd.Series = values.groupby(level=0).sum(min_count=1)
    return total.mask(values.isna().groupby(level=0).any())
