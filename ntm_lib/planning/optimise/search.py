"""One search: choose the way by size, break ties, check the plan that is returned.

A small problem goes to the solver as it is. A country: prices are found commune by commune and the plan is made at them. A
province begins as a country and goes on in steps. Whatever the way, the bound is proven and the plan is checked by separate
code.
"""

from dataclasses import replace

import numpy as np

from ntm_lib.planning.optimise import highs, plans
from ntm_lib.planning.optimise.check import check, worth
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.levels import with_levels
from ntm_lib.planning.optimise.model import Model, build, with_worth
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.pace import evenly
from ntm_lib.planning.problem import Floats, Problem, Solution

# Variables: up to TINY the whole is searched at once; beyond LARGE it is a country.
TINY, LARGE = 1_000, 15_000
TIE_NODES = 50
TIE_GAP = 0.01
LATER = 1e-4  # a year of delay of one criterion counts as this share of a step's average cost


def optimise(problem: Problem, options: Options = Options(), start: Solution | None = None) -> Solution:  # noqa: B008
    """Return the best plan found, with the proven bound on any plan's worth.

    Of plans of the same worth the cheaper one is sought, then the earlier one (a search with few nodes; no proof is
    claimed for that); villages are spread evenly over the years (see ``pace``). ``start``: a plan to begin with, used when it keeps the limits. Raises ``Infeasible`` when no plan
    keeps limits and aims. The plan returned has passed ``check``; otherwise its ``gap`` is None.
    """
    model = build(problem)
    begun = None if start is None else _usable(problem, start)
    found = _search(model, options, None if begun is None else plans.write(model, begun))
    plan = _valued(problem, plans.read(model, found.x))
    nodes = found.nodes
    if options.ties and len(model.worth) <= LARGE:
        tied = _tie(model, options, found.x, plan)
        plan, nodes = tied[0], nodes + tied[1]
    return finish(problem, evenly(problem, plan), found.bound, nodes, options)


def _search(model: Model, options: Options, start: Floats | None) -> Found:
    if options.method == "exact" or (options.method == "auto" and len(model.worth) <= TINY):
        return highs.solve(model, options, start)
    if len(model.worth) > LARGE:
        from ntm_lib.planning.optimise.country import country  # compiled code: only where it is used

        return country(model, options, start)
    from ntm_lib.planning.optimise.province import province

    return province(model, options, start)


def finish(problem: Problem, plan: Solution, bound: float, nodes: int, options: Options) -> Solution:
    """Check the plan and put the proof on it."""
    bound = max(bound, plan.objective)
    gap = (bound - plan.objective) / max(1.0, abs(plan.objective))
    proven = replace(plan, bound=bound, gap=gap, is_proven=gap <= options.gap * (1 + 1e-9) + 1e-12, nodes=nodes)
    if check(problem, proven):
        return replace(proven, gap=None, is_proven=False)
    return proven


def _usable(problem: Problem, start: Solution) -> Solution | None:
    """Return the plan to begin with if it fits the problem and keeps every limit, else None."""
    parts = (start.done, start.standard, start.advanced, start.model, start.villages)
    n, years = len(problem.communes), len(problem.years)
    if [part.shape for part in parts] != [problem.met.shape, (n,), (n,), (n,), (n, years)]:
        return None
    begun = replace(_valued(problem, plans.assemble(problem, *parts)), bound=np.inf)
    return None if check(problem, begun) else begun


def _valued(problem: Problem, plan: Solution) -> Solution:
    return replace(plan, objective=worth(problem, plan))


def _tie(model: Model, options: Options, x: Floats, plan: Solution) -> tuple[Solution, int]:
    """Search a cheaper, then earlier plan that is worth no less."""
    if not len(x):
        return plan, 0
    cost = np.asarray(model.spend.sum(axis=1)).ravel()
    steps = max(1, len(model.problem.steps))
    mean = float(np.abs(cost).sum()) / steps
    early = np.zeros(len(cost))
    early[model.places.done] = LATER * mean
    early[model.places.standard[model.places.standard >= 0]] = LATER * mean
    held = plan.objective - 1e-9 * max(1.0, abs(plan.objective))
    second = with_worth(with_levels(model, x) if len(x) > TINY else model, early - cost, held)
    few = replace(options, gap=TIE_GAP, nodes=min(TIE_NODES, options.nodes))
    found = highs.solve(second, few, x)
    better = _valued(model.problem, plans.read(model, found.x))
    if better.objective < held or check(model.problem, replace(better, bound=np.inf)):
        return plan, found.nodes
    return better, found.nodes
