"""One search: choose the way by size, break ties, check the plan that is returned.

A small problem goes to the solver as it is. A province: the relaxation gives prices and a bound, the levels are decided
first, the criteria are packed in, the rest is improvement. A country: prices are found commune by commune and the plan is
made at them. Whatever the way, the bound is proven and the plan is checked by separate code.
"""

from dataclasses import dataclass, replace

import numpy as np

from ntm_lib.planning.optimise import highs, plans
from ntm_lib.planning.optimise.check import check, worth
from ntm_lib.planning.optimise.highs import Found, Relaxed
from ntm_lib.planning.optimise.improve import improve, indifference
from ntm_lib.planning.optimise.levels import levels, with_levels
from ntm_lib.planning.optimise.model import Model, build, with_worth
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.problem import Floats, Infeasible, NotFound, Problem, Solution

# Variables: up to TINY the whole is searched at once; beyond LARGE the relaxation is not solved but priced.
TINY, LARGE = 1_000, 15_000
PART, CLOSE = 0.6, 0.1  # share of the gap that the levels may use up, at first and where that proves too little
TURNS, SEEDS = 2_000_000, range(4)
SPARE = (0.0, 3e-4, 1e-3, 3e-3)  # share of money left unused, more where whole criteria did not fit in
WHOLE_NODES = 500  # of a province for which no step found a plan
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
    if options.ties and len(model.worth) <= LARGE:
        tied = _tie(model, options, found.x, plan)
        plan, nodes = tied[0], nodes + tied[1]
    return finish(problem, plan, found.bound, nodes, options)


def _search(model: Model, options: Options, start: Floats | None) -> Found:
    if options.method == "exact" or (options.method == "auto" and len(model.worth) <= TINY):
        return highs.solve(model, options, start)
    if len(model.worth) > LARGE:
        from ntm_lib.planning.optimise.country import country  # compiled code: only where it is used

        return country(model, options, start)
    return _Province(model, options).search(start)


@dataclass
class _Province:
    """A search in steps, each only where those before did not prove enough."""

    model: Model
    options: Options
    best: Floats | None = None
    bound: float = np.inf
    nodes: int = 0

    def search(self, start: Floats | None) -> Found:
        """Relax, decide the levels, pack the criteria in, improve, and at last search the whole."""
        self._take(start)
        relaxed = highs.relax(self.model)
        self.bound = relaxed.bound
        if not self._is_done():
            self._levels_first(relaxed)
        if not self._is_done() and self.best is not None:
            order = np.argsort(indifference(self.model, relaxed), kind="stable")
            found, nodes = improve(self.model, self.best, order, self.options, self._enough())
            self.nodes += nodes
            self._take(found)
        if self.best is None:
            return self._whole()
        return Found(self.best, self._worth(), max(self.bound, self._worth()), self.nodes)

    def _levels_first(self, relaxed: Relaxed) -> None:
        from ntm_lib.planning.optimise.items import read_items  # compiled code: only where it is used
        from ntm_lib.planning.optimise.pack import Packing, pack
        from ntm_lib.planning.optimise.prices import duals

        items = read_items(self.model)
        packing = Packing.of(self.model, items, duals(items, relaxed.prices[self.model.shared :]))
        close = replace(self.options, gap=self.options.gap * PART)
        for spare in SPARE:
            try:
                decided = levels(self.model, close, spare=spare)
            except NotFound:  # nothing is proven by that
                continue
            except Infeasible:
                if not spare:
                    raise
                return  # only a plan that leaves money over is impossible
            self.nodes += decided.nodes
            if not spare:
                self.bound = min(self.bound, decided.bound)
            packed = pack(packing, decided.x, self._enough(), turns=TURNS, seeds=SEEDS)
            self._take(packed)
            if self._is_done():
                return
            self._criteria(decided.x if packed is None else packed, packed)
            if not spare and not self._is_done():
                self._prove()
            if self._is_done() or (spare and self.best is not None):
                return

    def _prove(self) -> None:
        """Search the levels on for a lower bound."""
        try:
            closer = levels(self.model, replace(self.options, gap=self.options.gap * CLOSE))
        except NotFound:
            return
        self.nodes += closer.nodes
        self.bound = min(self.bound, closer.bound)

    def _criteria(self, x: Floats, start: Floats | None) -> None:
        """Let the solver choose the criteria for the levels in ``x``."""
        few = replace(self.options, gap=self.options.gap / 4, nodes=1, hasty=True)
        try:
            found = highs.solve(with_levels(self.model, x), few, start, self._enough(), goes_on=False)
        except Infeasible:
            return
        self.nodes += found.nodes
        self._take(found.x)

    def _whole(self) -> Found:
        found = highs.solve(self.model, replace(self.options, nodes=min(WHOLE_NODES, self.options.nodes)))
        return replace(found, bound=min(found.bound, self.bound), nodes=found.nodes + self.nodes)

    def _take(self, x: Floats | None) -> None:
        if x is not None and (self.best is None or self.model.worth @ x > self.model.worth @ self.best):
            self.best = x

    def _worth(self) -> float:
        return -np.inf if self.best is None else float(self.model.worth @ self.best) + self.model.base

    def _enough(self) -> float:
        """Worth of a plan that needs no further search."""
        return float(self.bound - self.options.gap * max(1.0, abs(self.bound)) * (1 - 1e-6))

    def _is_done(self) -> bool:
        return self._worth() >= self._enough()


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
