"""What more money buys on top of a plan: everything planned stands, nothing comes later, and what still fits is searched.

The search is small, so it ends with a proof: what is found can be carried out (``check``), and beside it stands how much more
any plan could gain, with everything planned kept and with everything planned anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ntm_lib.planning.alternatives.filled import BESIDE, NOTHING, fill, stands
from ntm_lib.planning.optimise import check, highs, plans
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.optimise.ledger import keep_ledger
from ntm_lib.planning.optimise.model import Model, build
from ntm_lib.planning.problem import Bools, Problem, Solution
from ntm_lib.planning.reasons.changes import Change, apply
from ntm_lib.planning.reasons.limits import difference
from ntm_lib.planning.settings import Purse

STATE = frozenset({Purse.CENTRAL_INVESTMENT, Purse.CENTRAL_RECURRENT, Purse.INTEGRATED, Purse.LOCAL})
"""The purses that are the State's budget."""
ROUND_UP = 1e-6  # what is given beyond what is spent, as a share, so that rounding never breaks a limit


@dataclass(frozen=True, eq=False)
class More:
    """What ``amount`` million more in ``year`` buys while nothing planned comes later.

    ``is_state``: only purses of the State's budget get it; else any purse. It is spread as buys most; ``changes``: what is
    really used. ``gain``: worth of the new plan beyond the old one; ``gain_beside``: no plan in which nothing comes later
    gains more; ``gain_at_most``: no plan at all does. ``left_over``: the most that could be gained without the money,
    nothing coming later (0: proven that nothing can). ``solution``: the new plan (None: the plan found did not pass
    ``check``; then no gain is told). ``moves``: see ``limits.difference``; ``higher``: communes of the advanced standard, of
    the model standard, and villages more.
    """

    is_state: bool
    year: int
    amount: float
    gain: float
    gain_beside: float
    gain_at_most: float
    left_over: float
    changes: tuple[Change, ...]
    moves: pd.DataFrame
    higher: tuple[int, int, int]
    solution: Solution | None

    @property
    def communes(self) -> tuple[str, ...]:
        """Communes that newly reach the standard within the horizon."""
        return tuple(self._standard["commune_code"][self._standard["old_year"].isna()])

    @property
    def sooner(self) -> tuple[str, ...]:
        """Communes that reach the standard earlier than planned."""
        return tuple(self._standard["commune_code"][self._standard["old_year"].notna()])

    @property
    def criteria(self) -> pd.DataFrame:
        """Criteria completed that the plan leaves undone: ``commune_code, criterion, old_year, new_year``."""
        return self.moves[(self.moves["criterion"] != "") & self.moves["old_year"].isna()]

    @property
    def _standard(self) -> pd.DataFrame:
        return self.moves[self.moves["criterion"] == ""]


def seeks_results(problem: Problem) -> bool:
    """Tell whether a plan seeks results beyond its aims; False: it only seeks to spend least."""
    values = (problem.steps.value, problem.standard_value)
    others = problem.advanced_value, problem.model_value, problem.village_value
    return any(bool((value > 0).any()) for value in values) or any(value > 0 for value in others)


def one_billion(
    problem: Problem, solution: Solution, *, amount: float = 1000.0, years: Sequence[int] | None = None
) -> tuple[More, ...]:
    """Find what ``amount`` million more buys in each year, from any purse and from the State's budget alone.

    What money at hand would buy anyway is never counted: the plan is filled first (``filled``), and gains count from there.
    ``years``: positions to look at (default: all). Empty for a plan that seeks no results beyond its aims.
    """
    if not seeks_results(problem):
        return ()
    model = build(problem)
    held, left_over = fill(model, solution)
    state = np.isin(problem.purses, list(STATE))
    groups = [(False, np.ones(len(state), dtype=bool)), *([(True, state)] if state.any() and not state.all() else [])]
    wanted = range(len(problem.years)) if years is None else years
    return tuple(
        _more(model, held, left_over, year, amount, may, is_state=is_state)
        for is_state, may in groups
        for year in wanted
    )


def _more(
    model: Model, held: Solution, left_over: float, year: int, amount: float, may: Bools, *, is_state: bool
) -> More:
    """Search what the money adds to a plan; the relaxation bounds what planning anew with it could gain."""
    problem = model.problem
    given = _given(model, year, amount, may)
    start = np.append(plans.write(model, held), np.zeros(len(may)))
    found = highs.solve(stands(given, start), BESIDE, start)
    new = plans.read(model, found.x[: len(model.worth)])
    new = replace(new, objective=worth(problem, new))
    if new.objective <= held.objective + NOTHING:
        new = held
    changes = _used(problem, new, year)
    new = replace(new, bound=np.inf, gap=None, is_proven=False)
    spent = sum(change.amount for change in changes)
    is_kept = spent <= amount * (1 + 2 * ROUND_UP) and not check(apply(problem, changes), new)
    new = new if is_kept else held
    return More(
        is_state=is_state,
        year=problem.years[year],
        amount=amount,
        gain=new.objective - held.objective if is_kept else float("nan"),
        gain_beside=max(found.bound, new.objective) - held.objective,
        gain_at_most=max(highs.relax(given).bound, new.objective) - held.objective,
        left_over=left_over,
        changes=changes if is_kept else (),
        moves=difference(problem, held, new),
        higher=_higher(problem, held, new),
        solution=new if is_kept else None,
    )


def _higher(problem: Problem, old: Solution, new: Solution) -> tuple[int, int, int]:
    years = len(problem.years)
    levels = [
        int((after < years).sum() - (before < years).sum())
        for before, after in ((old.advanced, new.advanced), (old.model, new.model))
    ]
    return levels[0], levels[1], int(new.villages.sum() - old.villages.sum())


def _given(model: Model, year: int, amount: float, may: Bools) -> Model:
    """Add a variable a purse, what it gets in the year; together at most the amount."""
    purses, width = len(may), len(model.worth)
    at = model.money + np.arange(purses) * len(model.problem.years) + year
    gets = sp.csr_matrix((-np.ones(purses), (at, np.arange(purses))), (model.rows.shape[0], purses))
    together = sp.hstack([sp.csr_matrix((1, width)), sp.csr_matrix(np.ones((1, purses)))])
    return replace(
        model,
        worth=np.append(model.worth, np.zeros(purses)),
        lower=np.append(model.lower, np.zeros(purses)),
        upper=np.append(model.upper, np.where(may, amount, 0.0)),
        whole=np.append(model.whole, np.zeros(purses, dtype=bool)),
        rows=sp.vstack([sp.hstack([model.rows, gets]), together], format="csr"),
        low=np.append(model.low, -np.inf),
        high=np.append(model.high, amount),
    )


def _used(problem: Problem, plan: Solution, year: int) -> tuple[Change, ...]:
    """Return what the purses must get in the year so that the plan can be paid."""
    left = problem.money - keep_ledger(problem, plan).money.sum(axis=0)
    running = np.cumsum(left, axis=1)[:, year:].min(axis=1)
    lacks = -np.where(problem.carries, running, left[:, year])
    allowed = NOTHING * np.maximum(1.0, problem.money[:, year])
    return tuple(
        Change("money", float(lacks[purse]) * (1 + ROUND_UP), purse=purse, year=year)
        for purse in np.flatnonzero(lacks > allowed).tolist()
    )
