"""The planning problem as arrays: what can be done, what it takes, what limits it, what it is worth.

Positions, not codes, inside: communes ``0..n-1``, criteria ``0..k-1``, years ``0..t-1``, districts ``0..d-1``, purses
``0..s-1``. Money in million VND. A *step* is one way to complete a criterion of a commune: "counted as met from the end of
year ``year`` on". Everything outside the steps cannot be done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Steps:
    """The candidate completions, one position each, sorted by commune, criterion, year.

    ``spend``: csr (steps, s * t), purse-major (column ``purse * t + year``): money of each purse in each year of the
    horizon, upkeep after completion included. ``works``: csr (steps, t), works under way in each year. ``value``: what
    completing in that year is worth. A criterion of a commune has at most one step a year; a later step never needs an
    earlier one.
    """

    commune: Ints
    criterion: Ints
    year: Ints
    spend: sp.csr_matrix
    works: sp.csr_matrix
    value: Floats

    def __len__(self) -> int:
        return len(self.commune)


@dataclass(frozen=True, eq=False)
class Order:
    """Rows "``after`` in a commune is completed at least ``lag`` years after ``before``" (criteria positions).

    Only where ``before`` is not met at the start.
    """

    commune: Ints
    before: Ints
    after: Ints
    lag: Ints


@dataclass(frozen=True, eq=False)
class Aims:
    """What the end of the horizon must reach; None: no aim. See ``settings.Aims``."""

    standard: int | None = None
    standard_by_year: Mapping[int, int] = field(default_factory=dict)  # year position -> communes
    advanced: int | None = None
    model: int | None = None
    floor: int | None = None
    mean: float | None = None
    districts: int | None = None
    district_share: float = 1.0
    district_advanced_share: float = 0.0
    districts_apart: Bools | None = None  # d: never counted for ``districts``
    villages: int | None = None
    villages_by_year: Mapping[int, int] = field(default_factory=dict)  # year position -> villages

    @property
    def ask_for_villages(self) -> bool:
        """Whether any number of villages is asked for, at the end or by a year."""
        return bool(self.villages or any(self.villages_by_year.values()))


@dataclass(frozen=True, eq=False)
class Problem:
    """One planning problem.

    ``met`` (n, k): criteria that stand at the start and stay, those not assessed included. ``start_standard`` (n): meets
    all criteria at the start. ``keep`` (n): holds the standard's title at the start and must meet every criterion by year
    position ``keep_by``, as early as its steps allow. ``standard_value`` (n, t): worth of first meeting all criteria in a
    year; ``cost_weight``: worth lost per million spent. ``money`` (s, t); ``carries`` (s): what is unspent may be used in
    later years. ``works`` (d, t): works a district can carry (inf: no limit). ``commune_cap`` (n): money of the
    ``capped`` purses (s) a commune may use in the whole horizon (inf: no limit). ``fairness``: a district closes at least
    this share of the province's average share of closed gaps (a gap: a criterion not met at the start that has a step).
    ``after_spend`` (n, s): money a year, from ``after_lag`` years after the year in which the commune first meets all
    criteria (or from year 0 + lag for ``start_standard``), that keeps the standard (health insurance). ``latest`` (n):
    year position by which a commune must meet all criteria (t: no such demand); ``may_standard`` (n): False where the
    planner excluded it. ``advanced_spend``, ``model_spend`` (n, s): packages, paid in the year of completion, possible
    ``advanced_lag`` years after the standard and ``model_lag`` after the advanced one. ``villages`` (n): villages that can
    still be brought to the village standard (0 outside the scope), ``village_spend`` (s) each, paid in the year.
    ``start_villages``: villages that meet it at the start, as far as known. ``of``: criteria a commune counts (n).

    What the search and ``check`` mean. *Standard*: the year of a commune's last completion, a fact and never a choice;
    ``start_standard`` must equal ``met.all(axis=1)``, and a criterion neither met nor with a step keeps the standard out of
    reach. An excluded commune (``may_standard`` False) leaves at least one criterion open, unless it meets all at the
    start. ``after_spend`` is paid in every year ``u >= max(standard, 0) + after_lag`` (lag 0: from the year itself). Higher
    levels: a choice, the same worth in every year, never before year 0, ``advanced >= standard + advanced_lag`` with -1 for
    the start, ``model >= advanced + model_lag``. ``keep``: each criterion by ``max(keep_by, earliest year that steps and
    order allow)``; one that can never be met is not asked for. ``carries``: spent up to each year <= money up to that year.
    Fairness and ``aims.mean``, ``aims.floor`` look at the end of the horizon; criteria counted = met - (k - ``of``), the
    floor is at most ``of``. Shares of districts are rounded up to whole communes. What all communes spend, the fixed
    ``after_spend`` too, costs ``cost_weight``.
    """

    years: tuple[int, ...]
    communes: pd.Index
    criteria: pd.Index
    districts: pd.Index
    purses: pd.Index
    district: Ints
    met: Bools
    of: Ints
    start_standard: Bools
    keep: Bools
    keep_by: int
    steps: Steps
    order: Order
    standard_value: Floats
    advanced_value: float
    model_value: float
    village_value: float
    cost_weight: float
    money: Floats
    carries: Bools
    works: Floats
    commune_cap: Floats
    capped: Bools
    fairness: float
    after_spend: Floats
    after_lag: int
    latest: Ints
    may_standard: Bools
    advanced_spend: Floats
    model_spend: Floats
    advanced_lag: int
    model_lag: int
    villages: Ints
    village_spend: Floats
    start_villages: int
    aims: Aims


@dataclass(frozen=True, eq=False)
class Solution:
    """What is done when. Year positions; ``t`` (the number of years): not within the horizon; -1: at the start.

    ``done`` (n, k): year each criterion is completed; ``standard``, ``advanced``, ``model`` (n): first year each level is
    reached; ``villages`` (n, t): villages completed in each year; ``districts`` (d): True where the district aim's share is
    reached at the end. ``objective``: value of the plan (higher is better), ``bound``: no plan is worth more, ``gap``:
    ``(bound - objective) / max(1, |objective|)``, proven; None when the plan did not pass the independent check.
    ``is_proven``: the gap asked for was reached; False: the search stopped at its node limit with the best plan so far.
    """

    done: Ints
    standard: Ints
    advanced: Ints
    model: Ints
    villages: Ints
    districts: Bools
    objective: float
    bound: float
    gap: float | None
    is_proven: bool
    nodes: int


class Infeasible(Exception):  # noqa: N818 - a result that the caller handles, not an error of the program
    """No plan keeps all limits and aims; ``planning.alternatives`` offers the nearest ones."""


class NotFound(Infeasible):
    """No plan was found within the limit of the search; that there is none is not proven. ``bound``: on the worth of any plan."""

    def __init__(self, bound: float = float("inf")) -> None:
        super().__init__()
        self.bound = bound


@dataclass(frozen=True, eq=False)
class Risks:
    """How far the figures of a problem may be wrong, by its positions.

    ``cost_low``, ``cost_high`` (steps): what a step may cost against ``Steps.spend`` (factors; triangular with its mode at
    1). ``chance`` (steps): chance that the step counts once it was carried out (1: bought; less: moved by a forecast, met
    at the end of its year and after). ``needed`` (n, k): chance that the work turns out to be needed (1: known to be
    missing; less: only a survey will tell; the step's spend is already the expected one). ``effort`` (steps): the step is
    an effort or a wait, not a building. ``money_sd`` (s): relative standard deviation of a year's money in each purse.
    """

    cost_low: Floats
    cost_high: Floats
    chance: Floats
    needed: Floats
    effort: Bools
    money_sd: Floats
