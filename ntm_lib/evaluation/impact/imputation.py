"""The effect of reaching the standard when communes reach it in different years: the imputation estimator.

What a commune would have shown without reaching the standard is predicted from rows not (yet) reached, by the commune's
own level and the mean of its comparison group in the year (Borusyak, Jaravel and Spiess 2024; Gardner 2022). Rows
already reached never serve as comparison, which is what biases the plain two-way regression when effects differ by year
or by commune. ``pyfixest.did2s`` is the same estimator; it cannot take communes with a single year before the
standard, nor be repeated a thousand times for the randomisation test, so the algebra stands here and is tested
against it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Panel:
    """Communes by years: ``outcome`` (NaN where not reported) and the place of each commune's comparison group.

    A commune is compared with the communes of its group in the same year.
    """

    outcome: Numbers
    group: Places
    communes: pd.Index
    years: Places

    @property
    def known(self) -> Flags:
        """Where the outcome was reported."""
        return ~np.isnan(self.outcome)

    def since(self, first_years: Numbers) -> Numbers:
        """Return the years since each commune reached the standard (negative before); NaN for one that did not."""
        years: Numbers = self.years[None, :] - first_years[:, None]
        return years

    def only(self, keep: Flags) -> "Panel":
        """Return the panel with the outcome of the other cells taken out."""
        return Panel(np.where(keep, self.outcome, np.nan), self.group, self.communes, self.years)


@dataclass(frozen=True)
class Mean:
    """A mean effect with its standard error, clustered by commune; ``communes`` and ``rows`` it is the mean of."""

    estimate: float
    error: float
    communes: int
    rows: int

    @property
    def t(self) -> float:
        """The effect in standard errors; NaN without any spread."""
        return self.estimate / self.error if self.error > 0 else np.nan


def make_panel(outcome: pd.Series, group: pd.Series) -> Panel:
    """Lay an outcome (index commune, year) out as a panel; ``group`` (by commune) says who is compared with whom.

    A commune without a group is left out.
    """
    table = outcome.unstack("year").reindex(group.dropna().index)
    places = pd.factorize(group.dropna(), sort=True)[0].astype(np.int64)
    return Panel(table.to_numpy(np.float64), places, table.index, table.columns.to_numpy(np.int64))


def mean_effect(panel: Panel, reached: Flags, target: Flags) -> Mean:
    """Return the mean effect over the cells of ``target``, which lie among those ``reached``.

    A cell is left out where nothing predicts it: its commune has no year before the standard, or no commune of its
    group has a value of that year without the standard. With nothing left the effect is NaN.
    """
    free = panel.known & ~reached
    of_group = np.eye(int(panel.group.max(initial=0)) + 1)[panel.group].T  # groups x communes
    per_commune, per_cell = free.sum(axis=1), of_group @ free
    target = target & panel.known & (per_commune > 0)[:, None] & (per_cell[panel.group] > 0)
    rows = int(target.sum())
    if rows == 0:
        return Mean(np.nan, np.nan, 0, 0)
    inverse = np.divide(1.0, per_commune, out=np.zeros(len(per_commune)), where=per_commune > 0)
    swept = _swept(free, inverse, of_group, per_cell)

    def solve(cells: Numbers, weights: Flags) -> Numbers:
        """Return commune effect plus cell effect, for the sums of ``cells`` over the places of ``weights``."""
        by_commune = np.where(weights, cells, 0.0).sum(axis=1)
        by_cell = of_group @ np.where(weights, cells, 0.0) - of_group @ (free * (inverse * by_commune)[:, None])
        cell = np.linalg.solve(swept, by_cell[..., None])[..., 0][panel.group]
        level: Numbers = (inverse * (by_commune - (free * cell).sum(axis=1)))[:, None] + cell
        return level

    residual = panel.outcome - solve(panel.outcome, free)
    estimate = float(residual[target].mean())
    pull = solve(np.full(free.shape, 1.0 / rows), target)
    influence = np.where(target, (residual - estimate) / rows, 0.0) - np.where(free, pull * residual, 0.0)
    error = float(np.sqrt((influence.sum(axis=1) ** 2).sum()))
    return Mean(estimate, error, int(target.any(axis=1).sum()), rows)


def _swept(free: Flags, inverse: Numbers, of_group: Numbers, per_cell: Numbers) -> Numbers:
    """Return the normal equations of the cells of each group, communes swept out (groups x years x years).

    The cells of one group are known up to a constant that the communes take up; a ridge at rounding level picks one.
    """
    years = free.shape[1]
    products = (free[:, :, None] * free[:, None, :] * inverse[:, None, None]).reshape(len(free), -1)
    matrix = per_cell[:, :, None] * np.eye(years) - (of_group @ products).reshape(-1, years, years)
    swept: Numbers = matrix + 1e-10 * np.maximum(per_cell.max(axis=1), 1.0)[:, None, None] * np.eye(years)
    return swept
