"""The search of a province, in steps, each only where those before did not prove enough.

A plan at prices first, as for a country. Then the levels are decided, with none or little of the money left over so that
whole criteria fit in; the criteria are packed in; the solver chooses the criteria of the best plans. Two searches go side
by side, each ends by itself: the plan does not depend on which of them is faster.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from ntm_lib.planning.optimise import highs
from ntm_lib.planning.optimise.choose import Effort
from ntm_lib.planning.optimise.country import at_prices
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.improve import improve, indifference
from ntm_lib.planning.optimise.items import read_items
from ntm_lib.planning.optimise.levels import levels, with_levels
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.options import Options, good_enough
from ntm_lib.planning.optimise.pack import Packing, pack
from ntm_lib.planning.optimise.threads import THREADS, side_by_side
from ntm_lib.planning.problem import Floats, Infeasible, NotFound

BEGIN = Effort(rounds=2, exchanges=0)  # at the prices
PART, CLOSE = 0.5, 0.1  # share of the gap that the levels may use up, at first and where that proves too little
# Shares of money left unused: none, which bounds every plan, and some, so that whole criteria fit in.
SPARE, MORE = (0.0, 3e-4), (1e-3,)
FEW, MANY = 10, 40  # nodes for the levels, at first and where that proves too little
SHORT, LONG = 2_000, 6_000  # turns of a packing for each commune
WAYS = tuple((seed, False) for seed in range(8)) + tuple((seed, True) for seed in range(4))  # seed, near
WHOLE_NODES = 500  # for all at once, where no step found a plan


def province(model: Model, options: Options, start: Floats | None) -> Found:
    """Search the best plan; raises ``Infeasible`` when there is none, ``NotFound`` when the nodes ran out before one was found."""
    return _Search(model, options).run(start)


@dataclass
class _Search:
    model: Model
    options: Options
    plans: list[Floats] = field(default_factory=list)  # best first
    bound: float = np.inf
    nodes: int = 0

    def run(self, start: Floats | None) -> Found:
        """Take step after step until the best plan is proven good enough."""
        self._take([start])
        if highs.is_ruled_out(self.model):
            raise Infeasible
        items = read_items(self.model)
        priced = at_prices(self.model, items, self.options, BEGIN)
        self.bound = priced.bound
        self._take([priced.plan])
        packing = Packing.of(self.model, items, priced.prices)
        steps: tuple[Callable[[], None], ...] = (
            partial(self._levels_first, packing, SPARE, SHORT),
            self._prove,
            partial(self._levels_first, packing, MORE, LONG),
            self._improve,
        )
        for step in steps:
            if not self._is_done():
                step()
        return self._whole() if not self.plans else Found(self.plans[0], self._worth(), self.bound, self.nodes)

    def _levels_first(self, packing: Packing, spares: tuple[float, ...], each: int) -> None:
        """Decide the levels, pack the criteria in, and let the solver choose the criteria of the two best plans."""
        decided = side_by_side(self._decided, spares)
        self._count(*decided)
        self.bound = min(
            [self.bound, *(one.bound for one, spare in zip(decided, spares, strict=True) if one and not spare)]
        )
        found = [one for one in decided if one is not None]
        if not found:
            return
        near = found[-1]
        enough, turns = self._enough(), each * len(self.model.problem.communes)
        for at in range(0, len(WAYS), THREADS):
            self._take(
                side_by_side(
                    lambda way: pack(packing, near.x, enough, turns=turns, seed=way[0], near=way[1]),
                    WAYS[at : at + THREADS],
                )
            )
            if self._is_done():
                return
        chosen = side_by_side(self._criteria, self.plans[:THREADS] or [near.x])
        self._count(*chosen)
        self._take([None if found is None else found.x for found in chosen])

    def _decided(self, spare: float) -> Found | None:
        """Return a plan with whole levels that leaves some money over; None: none was found."""
        few = replace(self.options, gap=self.options.gap * PART, nodes=min(FEW, self.options.nodes))
        try:
            return levels(self.model, few, spare=spare, start=self.plans[0] if self.plans else None)
        except NotFound:  # nothing is proven by that
            return None
        except Infeasible:
            if not spare:
                raise
            return None  # only a plan that leaves money over is impossible

    def _criteria(self, x: Floats) -> Found | None:
        """Let the solver choose the criteria for the levels in ``x``."""
        few = replace(self.options, gap=self.options.gap / 4, nodes=1)
        start = x if any(x is plan for plan in self.plans) else None
        try:
            return highs.solve(with_levels(self.model, x), few, start, self._enough(), goes_on=False)
        except Infeasible:
            return None

    def _prove(self) -> None:
        """Search the levels on for a lower bound."""
        close = replace(self.options, gap=self.options.gap * CLOSE, nodes=min(MANY, self.options.nodes))
        try:
            closer = levels(self.model, close, start=self.plans[0] if self.plans else None)
        except NotFound:
            return
        self.nodes += closer.nodes
        self.bound = min(self.bound, closer.bound)

    def _improve(self) -> None:
        """Let a few communes be decided anew, round by round."""
        if not self.plans:
            return
        order = np.argsort(indifference(self.model, highs.relax(self.model)), kind="stable")
        found, nodes = improve(self.model, self.plans[0], order, self.options, self._enough())
        self.nodes += nodes
        self._take([found])

    def _whole(self) -> Found:
        found = highs.solve(self.model, replace(self.options, nodes=min(WHOLE_NODES, self.options.nodes)))
        return replace(found, bound=min(found.bound, self.bound), nodes=found.nodes + self.nodes)

    def _count(self, *found: Found | None) -> None:
        self.nodes += sum(one.nodes for one in found if one is not None)

    def _take(self, found: Iterable[Floats | None]) -> None:
        self.plans += [x for x in found if x is not None]
        self.plans.sort(key=lambda x: -float(self.model.worth @ x))

    def _worth(self) -> float:
        return float(self.model.worth @ self.plans[0]) + self.model.base if self.plans else -np.inf

    def _enough(self) -> float:
        """Worth of a plan that needs no further search."""
        return good_enough(self.bound, self.options.gap)

    def _is_done(self) -> bool:
        return self._worth() >= self._enough()
