"""One search: choose the way, break ties, check the plan that is returned."""

from dataclasses import replace

import numpy as np

from ntm_lib.planning.optimise import highs, plans, price
from ntm_lib.planning.optimise.check import check, worth
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.model import Model, build, with_worth
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.problem import Floats, Problem, Solution

# Variables: up to TINY only the whole is searched; beyond SMALL only near the prices.
TINY, SMALL = 1_000, 3_000
TIE_NODES = 50
TIE_GAP = 0.01
LATER = 1e-4  # a year of delay of one criterion counts as this share of a step's average cost


def optimise(problem: Problem, options: Options = Options(), start: Solution | None = None) -> Solution:  # noqa: B008
    """Return the best plan found, with the proven bound on any plan's worth.

    Of plans of the same worth the cheaper one is sought, then the earlier one (a search with few nodes; no proof is
    claimed for that). ``start``: a plan to begin with, used when it keeps the limits. Raises ``Infeasible`` when no plan
    keeps limits and aims. The plan returned has passed ``check``; otherwise its ``gap`` is None.
    """
    model = build(problem)
    begun = None if start is None else _usable(problem, start)
    found = _search(model, options, None if begun is None else plans.write(model, begun))
    plan = _valued(problem, plans.read(model, found.x))
    nodes = found.nodes
    if options.ties:
        tied = _tie(model, options, found.x, plan)
        plan, nodes = tied[0], nodes + tied[1]
    return finish(problem, plan, found.bound, nodes, options)


def _search(model: Model, options: Options, start: Floats | None) -> Found:
    """Pack by prices first; search the whole where that proves too little and the problem is small enough."""
    is_small = len(model.worth) <= SMALL
    if options.method == "exact" or (options.method == "auto" and len(model.worth) <= TINY):
        return highs.solve(model, options, start)
    packed = price.pack(model, options, start)
    if packed is None:
        return highs.solve(model, options, start)
    reached = packed.bound - packed.objective <= options.gap * max(1.0, abs(packed.objective))
    if reached or options.method == "price" or not is_small:
        return packed
    found = highs.solve(model, replace(options, nodes=max(1, options.nodes - packed.nodes)), packed.x)
    bound = min(found.bound, packed.bound)
    return Found(found.x, found.objective, max(bound, found.objective), found.nodes + packed.nodes)


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
    second = with_worth(_levels_stand(model, x) if len(x) > TINY else model, early - cost, held)
    few = replace(options, gap=TIE_GAP, nodes=min(TIE_NODES, options.nodes))
    found = highs.solve(second, few, x)
    better = _valued(model.problem, plans.read(model, found.x))
    if better.objective < held or check(model.problem, replace(better, bound=np.inf)):
        return plan, found.nodes
    return better, found.nodes


def _levels_stand(model: Model, x: Floats) -> Model:
    """Return the model with the levels of every commune as they were found: a large problem is only tidied up."""
    lower, upper = model.lower.copy(), model.upper.copy()
    for place in (model.places.standard, model.places.advanced, model.places.model):
        held = place[place >= 0]
        lower[held] = upper[held] = np.rint(x[held])
    return replace(model, lower=lower, upper=upper)
