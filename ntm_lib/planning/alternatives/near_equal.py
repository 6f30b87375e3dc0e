"""Plans of nearly the same worth that differ in which communes reach the standard."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ntm_lib.planning.alternatives.lazily import optimise_lazily
from ntm_lib.planning.optimise import Options, check
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.optimise.highs import solve
from ntm_lib.planning.optimise.model import Model, build, with_worth
from ntm_lib.planning.optimise.plans import read
from ntm_lib.planning.problem import Floats, Infeasible, Ints, Problem, Solution

EXACT = 40  # communes up to which the most different plan is searched; beyond it, one that leans the other way
LEANS = (8.0, 25.0)  # leaning may cost what is tolerated when so many communes change: first more, then less
APART = 0.05  # gap of the search for difference: how different a plan could be need not be exact
NODES = 30
PRECISE = 1e-6


@dataclass(frozen=True, eq=False)
class NearEqual:
    """``plans``: the plan itself first, then those that differ most from all before. ``place`` (index: commune code): in how
    many of them a commune reaches the standard within the horizon (``plans``), and ``group``: all | some | none | start.
    ``tolerance``: each is worth at least the plan less this share of it.
    """  # fmt: skip

    plans: tuple[Solution, ...]
    place: pd.DataFrame
    tolerance: float


def near_equal(
    problem: Problem, solution: Solution, options: Options, *, tolerance: float = 0.01, count: int = 5
) -> NearEqual:
    """Find up to ``count`` plans, the given one included, each as different as possible from those before it.

    Difference: communes that reach the standard within the horizon in one plan and not in the other, summed over the plans
    before. In a small problem the most different plan is searched, then its communes are held and it is made as good as it
    can be; in a large one the best plan is searched for which communes without the standard count a little more. Ends early
    when no other set of communes is worth enough. Each plan passes ``check``; its bound is that of the plan given.
    """
    plans = [solution]
    held = solution.objective - tolerance * max(1.0, abs(solution.objective))
    while len(plans) < count:
        if len(problem.communes) <= EXACT:
            plan = _apart(build(problem), plans, held, options)
        else:
            plan = _leaning(problem, plans, held, options)
        if plan is None:
            break
        bound = max(solution.bound, plan.objective)
        gap = (bound - plan.objective) / max(1.0, abs(plan.objective))
        plans.append(replace(plan, bound=bound, gap=gap, is_proven=False))
    return NearEqual(tuple(plans), _place(problem, plans), tolerance)


def _apart(model: Model, plans: list[Solution], held: float, options: Options) -> Solution | None:
    found = _most_different(model, plans, held, options)
    return None if found is None else _best_with_these(model, found, held, options)


def _leaning(problem: Problem, plans: list[Solution], held: float, options: Options) -> Solution | None:
    """Search the best plan where a commune counts more for the standard the fewer plans have it; None: no other set found."""
    have = np.mean([_reaches(problem, plan) for plan in plans], axis=0)
    for changes in LEANS:
        more = (plans[0].objective - held) / changes * (1 - 2 * have)
        leaned = replace(problem, standard_value=problem.standard_value + more[:, None])
        try:
            found = optimise_lazily(leaned, replace(options, ties=False))
        except Infeasible:
            continue
        plan = replace(found, objective=worth(problem, found), bound=np.inf)
        is_known = any((_reaches(problem, plan) == _reaches(problem, other)).all() for other in plans)
        if not is_known and plan.objective >= held - PRECISE and not check(problem, plan):
            return plan
    return None


def _reaches(problem: Problem, plan: Solution) -> np.ndarray:
    return np.asarray(plan.standard < len(problem.years))


def _most_different(model: Model, plans: list[Solution], held: float, options: Options) -> Floats | None:
    """Reward communes by how many plans lack them, less how many have them; the worth of the plan stays held."""
    last = model.places.standard[:, -1]
    commune = np.flatnonzero(last >= 0)
    have = np.sum([_reaches(model.problem, plan)[commune] for plan in plans], axis=0)
    reward = np.zeros(len(model.worth))
    reward[last[commune]] = len(plans) - 2.0 * have
    search = replace(options, gap=max(APART, options.gap), nodes=min(NODES, options.nodes), ties=False)
    try:
        return solve(_other_sets(with_worth(model, reward, held + PRECISE), plans, commune), search).x
    except Infeasible:
        return None


def _other_sets(model: Model, plans: list[Solution], commune: Ints) -> Model:
    """Leave out every set of communes that a plan already has: at least one commune must change."""
    have = np.array([_reaches(model.problem, plan)[commune] for plan in plans])
    column = np.tile(model.places.standard[commune, -1], len(plans))
    row = np.repeat(np.arange(len(plans)), len(commune))
    sign = np.where(have, -1.0, 1.0)
    rows = sp.csr_matrix((sign.ravel(), (row, column)), (len(plans), len(model.worth)))
    return replace(
        model,
        rows=sp.vstack([model.rows, rows], format="csr"),
        low=np.concatenate([model.low, 1.0 - have.sum(axis=1)]),
        high=np.concatenate([model.high, np.full(len(plans), np.inf)]),
    )


def _best_with_these(model: Model, x: Floats, held: float, options: Options) -> Solution | None:
    """Hold which communes reach the standard and search the best plan with them."""
    last = model.places.standard[:, -1]
    at = last[last >= 0]
    lower, upper = model.lower.copy(), model.upper.copy()
    lower[at] = upper[at] = np.rint(x[at])
    found = solve(
        replace(model, lower=lower, upper=upper), replace(options, nodes=min(NODES, options.nodes), ties=False), x
    )
    plan = read(model, found.x)
    plan = replace(plan, objective=worth(model.problem, plan), nodes=found.nodes)
    return None if plan.objective < held - PRECISE or check(model.problem, plan) else plan


def _place(problem: Problem, plans: list[Solution]) -> pd.DataFrame:
    count = np.sum([_reaches(problem, plan) for plan in plans], axis=0)
    group = np.where(count == len(plans), "all", np.where(count > 0, "some", "none"))
    group = np.where(problem.start_standard, "start", group)
    return pd.DataFrame({"plans": count, "group": group}, index=problem.communes)
