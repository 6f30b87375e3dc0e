"""A problem whose limits give way at a price: the least that is missing, and where.

Money of purses and years, works of districts and caps of communes may be exceeded; aims, deadlines, order and fairness
hold. What is minimised is what is missing.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise.drafting import fixed_spend
from ntm_lib.planning.optimise.gaps import find_gaps
from ntm_lib.planning.optimise.highs import solve
from ntm_lib.planning.optimise.model import Model, build, differences, with_worth
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.plans import read
from ntm_lib.planning.problem import Bools, Floats, Problem, Solution

NOTHING = 1e-4  # million VND or works: less than this is not missing
ROUND_UP = 1e-6  # what is added to a limit beyond what is missing, as a share, so that rounding never breaks it


@dataclass(frozen=True, eq=False)
class Missing:
    """The least that is missing for a plan that keeps everything else.

    ``money`` (s, t), ``works`` (d, t), ``cap`` (n); ``price``: all of it in million VND, works at ``work_price``;
    ``bound``: no plan misses less. ``solution``: the plan that misses just this.
    """

    money: Floats
    works: Floats
    cap: Floats
    price: float
    bound: float
    solution: Solution


def work_price(problem: Problem) -> float:
    """Return what a work costs on average in a year (million VND): the price at which a missing work is weighed."""
    has_works = np.asarray(problem.steps.works.sum(axis=1)).ravel() > 0
    works = float(problem.steps.works[has_works].sum())
    # ASSUME: one more work in a district weighs as much as the money it spends in a year
    return max(1.0, float(problem.steps.spend[has_works].sum()) / works) if works else 1.0


def least_missing(
    problem: Problem,
    options: Options,
    *,
    years: Bools | None = None,
    is_money_only: bool = False,
    price: float | None = None,
    at_most: float = np.inf,
) -> Missing:
    """Find the plan that exceeds the limits least; raises ``Infeasible`` when no money and no works would help.

    ``years`` (t): years in which more money may be given (default: any). ``is_money_only``: works and caps hold.
    ``price`` of a work: default ``work_price``. ``at_most``: more than that (million VND) is of no use.
    """
    loose = replace(
        problem, money=np.full(problem.money.shape, np.inf), carries=np.zeros(len(problem.purses), dtype=bool)
    )
    if not is_money_only:
        no_works, no_cap = np.full(problem.works.shape, np.inf), np.full(len(problem.communes), np.inf)
        loose = replace(loose, works=no_works, commune_cap=no_cap)
    model = build(loose)
    price = work_price(problem) if price is None else price
    blocks = [_money_rows(problem, model)]
    if not is_money_only:
        blocks += [_works_rows(problem, model), _cap_rows(problem, model)]
    sizes = [block[2].shape[1] for block in blocks]
    weights = np.concatenate([np.full(size, price if at == 1 else 1.0) for at, size in enumerate(sizes)])
    upper = np.full(sum(sizes), np.inf)
    if years is not None:
        upper[: problem.money.size] = np.where(np.tile(years, len(problem.purses)), np.inf, 0.0)
    extended = _extend(model, blocks, weights, upper)
    if np.isfinite(at_most):
        extended = with_worth(extended, extended.worth, -at_most)
    found = solve(extended, replace(options, ties=False))
    extra = np.split(found.x[len(model.worth) :], np.cumsum(sizes)[:-1])
    extra = [np.where(part > NOTHING, part * (1 + ROUND_UP), 0.0) for part in extra]
    empty = np.zeros(problem.works.shape), np.zeros(len(problem.communes))
    works, cap = (empty[0], empty[1]) if is_money_only else (extra[1].reshape(empty[0].shape), extra[2])
    solution = read(model, found.x[: len(model.worth)])
    missing = float(weights @ np.concatenate(extra))
    return Missing(extra[0].reshape(problem.money.shape), works, cap, missing, -found.bound, solution)


Block = tuple[sp.csr_matrix, Floats, sp.csr_matrix]  # rows over the variables, their upper bounds, rows over the extras


def _extend(model: Model, blocks: list[Block], weights: Floats, upper: Floats) -> Model:
    """Add columns for what is missing, with the rows they loosen; the worth becomes what is missing, below zero."""
    rows = sp.vstack([block[0] for block in blocks], format="csr")
    extras = sp.block_diag([block[2] for block in blocks], format="csr")
    kept = sp.hstack([model.rows, sp.csr_matrix((model.rows.shape[0], len(weights)))], format="csr")
    return replace(
        model,
        worth=np.concatenate([np.zeros(len(model.worth)), -weights]),
        base=0.0,
        lower=np.concatenate([model.lower, np.zeros(len(weights))]),
        upper=np.concatenate([model.upper, upper]),
        whole=np.concatenate([model.whole, np.zeros(len(weights), dtype=bool)]),
        rows=sp.vstack([kept, sp.hstack([rows, -extras], format="csr")], format="csr"),
        low=np.concatenate([model.low, np.full(rows.shape[0], -np.inf)]),
        high=np.concatenate([model.high, *(block[1] for block in blocks)]),
    )


def _money_rows(problem: Problem, model: Model) -> Block:
    """Write each purse and year, or, where a purse carries on, everything up to the year."""
    years = len(problem.years)
    running = sp.csr_matrix(np.tril(np.ones((years, years))))
    one = sp.eye(years, format="csr")
    until = sp.block_diag([running if carries else one for carries in problem.carries], format="csr")
    have = (problem.money - fixed_spend(problem).sum(axis=0)).ravel()
    return (until @ model.spend.T).tocsr(), np.asarray(until @ have), until


def _works_rows(problem: Problem, model: Model) -> Block:
    years, steps = len(problem.years), problem.steps
    works = differences(steps.works, find_gaps(problem)).tocoo()
    row = problem.district[steps.commune[works.row]] * years + works.col
    rows = sp.csr_matrix((works.data, (row, model.places.done[works.row])), (problem.works.size, len(model.worth)))
    kept = np.flatnonzero(np.isfinite(problem.works.ravel()))
    return rows[kept], problem.works.ravel()[kept], sp.eye(problem.works.size, format="csr")[kept]


def _cap_rows(problem: Problem, model: Model) -> Block:
    """Write the capped money of each commune, over the variables that belong to one commune."""
    places, communes = model.places, len(problem.communes)
    columns = [places.done]
    owners = [problem.steps.commune]
    for place in (places.standard, places.advanced, places.model, places.villages):
        commune, year = np.nonzero(place >= 0)
        columns.append(place[commune, year])
        owners.append(commune)
    column, owner = np.concatenate(columns), np.concatenate(owners)
    amount = (model.spend @ np.repeat(problem.capped, len(problem.years)).astype(float))[column]
    rows = sp.csr_matrix((amount, (owner, column)), (communes, len(model.worth)))
    kept = np.flatnonzero(np.isfinite(problem.commune_cap) & problem.capped.any())
    left = problem.commune_cap - fixed_spend(problem)[:, problem.capped].sum(axis=(1, 2))
    return rows[kept], left[kept], sp.eye(communes, format="csr")[kept]
