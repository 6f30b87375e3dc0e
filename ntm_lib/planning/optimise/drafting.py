"""A model while it is being written: where its variables stand, its rows so far, what they spend."""

from dataclasses import dataclass, field

import numpy as np

from ntm_lib.planning.optimise.gaps import Gaps
from ntm_lib.planning.optimise.rows import Columns, Rows
from ntm_lib.planning.problem import Floats, Ints, Problem

CEILING = 1e-9  # shares times counts are rounded up only beyond this


@dataclass(frozen=True, eq=False)
class Places:
    """Positions of the variables, -1 where there is none: ``done`` (steps), levels (n, t), villages (n, t), carried (s, t).

    ``pool`` (t): villages of all communes without a cap on their money, ``closed``: share of the gaps closed in all.
    """

    done: Ints
    standard: Ints
    advanced: Ints
    model: Ints
    pool: Ints
    villages: Ints
    carried: Ints
    closed: int
    districts: Ints


@dataclass
class Draft:
    """A model while it is being written."""

    problem: Problem
    gaps: Gaps
    columns: Columns = field(default_factory=Columns)
    rows: Rows = field(default_factory=Rows)
    spend: Rows = field(default_factory=Rows)
    commune: list[tuple[Ints, Ints]] = field(default_factory=list)
    worth: list[tuple[Ints, Floats]] = field(default_factory=list)

    @property
    def years(self) -> int:
        """Number of years planned."""
        return len(self.problem.years)

    def pay(self, column: Ints, year: Ints, amounts: Floats) -> None:
        """Spend ``amounts`` (columns, s) in ``year`` (columns); years behind the horizon are left out."""
        inside = year < self.years
        at, purse = np.nonzero(amounts * inside[:, None])
        self.spend.fill(column[at], purse * self.years + year[at], amounts[at, purse])


def fixed_spend(problem: Problem) -> Floats:
    """Money (n, s, t) that communes at the standard from the start need whatever is planned."""
    years = np.arange(len(problem.years))
    paid = years >= problem.after_lag
    return problem.after_spend[:, :, None] * problem.start_standard[:, None, None] * paid


def counted_at_start(problem: Problem) -> Ints:
    """Criteria each commune counts at the start (n): those not assessed are left out where ``of`` leaves them out."""
    left_out = problem.met.shape[1] - problem.of
    return np.asarray(problem.met.sum(axis=1) - left_out, dtype=np.int64)


def district_needs(problem: Problem, share: float) -> Ints:
    """Communes of each district (d) that make up a share of them."""
    communes = np.bincount(problem.district, minlength=len(problem.districts))
    return np.asarray(np.ceil(share * communes - CEILING), dtype=np.int64)
