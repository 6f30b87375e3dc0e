"""The search of a province, in steps, each only where those before did not prove enough.

The linear relaxation prices what communes share and bounds every plan. At its prices most communes have one good choice:
that stands, and the solver decides the rest (``core``), first who reaches which level when, with criteria in parts, then
the criteria, whole. Where the relaxation does not bound closely enough, levels are decided anew among all that a better
plan could do. Two searches go side by side, each ends by itself: the plan does not depend on which of them is faster.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from ntm_lib.planning.optimise import highs
from ntm_lib.planning.optimise.core import Losses, better, core, losses
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.improve import improve
from ntm_lib.planning.optimise.levels import levels, with_levels
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.options import Options, good_enough
from ntm_lib.planning.optimise.pack import Packing, pack
from ntm_lib.planning.optimise.threads import THREADS, side_by_side
from ntm_lib.planning.problem import Floats, Infeasible, NotFound


class Width(NamedTuple):
    """Shares of the communes, and of the gaps, that stay open in a core; ``spare``: see ``levels``, two tries."""

    communes: float
    gaps: float
    spare: tuple[float, float]


NARROW, WIDE = Width(0.35, 0.5, (0.05, 0.1)), Width(0.5, 0.7, (0.0, 0.2))
TURNS, SEEDS = 2_000, 4  # of a packing: turns for each commune, tries
NEARLY = 0.9  # share of the gap that is proven, where no more is needed
PART, CLOSE = 0.2, 0.1  # share of the gap that the levels may use up: of a plan, of a bound
FEW, MANY = 10, 40  # nodes for the levels: of a plan, of a bound
WHOLE_NODES = 500  # for all at once, where no step found a plan


def province(model: Model, options: Options, start: Floats | None) -> Found:
    """Search the best plan; raises ``Infeasible`` when there is none, ``NotFound`` when the nodes ran out before one was found."""
    return _Search(model, options, losses(model)).run(start)


@dataclass
class _Search:
    model: Model
    options: Options
    lost: Losses
    plans: list[Floats] = field(default_factory=list)  # best first
    bound: float = np.inf
    nodes: int = 0
    proven_for: float | None = None  # the worth of the best plan when the bound was last sought

    def run(self, start: Floats | None) -> Found:
        """Take step after step until the best plan is proven good enough."""
        self.bound = min(self.lost.bound, self.lost.relaxed)
        self._take([start])
        steps = (
            partial(self._plan, NARROW),
            self._prove,
            partial(self._plan, WIDE),
            self._prove,
            self._improve,
            self._prove,
        )
        for step in steps:
            if not self._is_done():
                step()
        return self._whole() if not self.plans else Found(self.plans[0], self._worth(), self.bound, self.nodes)

    def _plan(self, width: Width) -> None:
        """Decide the levels in a core, then the criteria."""
        decided = side_by_side(partial(self._levels, width), width.spare)
        self._count(decided)
        self._complete(width, [one.x for one in decided if one is not None])

    def _levels(self, width: Width, spare: float) -> Found | None:
        """Return whole levels with criteria in parts that leave some money over; None: none were found."""
        few = replace(self.options, gap=self.options.gap * PART, nodes=min(FEW, self.options.nodes))
        most = max(_least(self.lost.of_levels, width.communes), self.lost.items.usual)
        try:
            return levels(core(self.model, self.lost, most, most), few, spare=spare)
        except (NotFound, Infeasible):  # nothing is proven by that
            return None

    def _complete(self, width: Width, decided: list[Floats]) -> None:
        """Pack criteria in, then let the solver choose those of the best plan and of each of the decided levels."""
        if not decided:
            return
        packing = Packing.of(self.model, self.lost.items, self.lost.prices)
        turns, enough = TURNS * len(self.model.problem.communes), self._enough()
        for at in range(0, SEEDS, THREADS):
            if not self._is_done():
                seeds = range(at, at + THREADS)
                self._take(side_by_side(lambda seed: pack(packing, decided[-1], enough, turns=turns, seed=seed), seeds))
        jobs = [*self.plans[:1], *decided]
        for at in range(0, len(jobs), THREADS):
            if not self._is_done():
                found = side_by_side(partial(self._criteria, width), jobs[at : at + THREADS])
                self._count(found)
                self._take([None if one is None else one.x for one in found])

    def _criteria(self, width: Width, x: Floats) -> Found | None:
        """Return the best plan found with the levels in ``x``, which may be a plan itself; None: none was found."""
        few = replace(self.options, gap=self.options.gap / 4, nodes=min(FEW, self.options.nodes))
        start, held = self._as_plan(x), with_levels(self.model, x)
        try:
            lost = losses(held)
            small = core(held, lost, np.inf, _least(lost.of_gaps, width.gaps))
            if start is not None:
                small = replace(small, lower=np.minimum(small.lower, start), upper=np.maximum(small.upper, start))
            return highs.solve(small, few, start, self._enough(), goes_on=False)
        except (NotFound, Infeasible):
            return None

    def _as_plan(self, x: Floats) -> Floats | None:
        return x if any(x is plan for plan in self.plans) else None

    def _prove(self) -> None:
        """Bound every plan by levels with criteria in parts, among all that a plan does that is worth too much; complete them.

        The same plan is not asked about twice: the answer would be the same.
        """
        if self._worth() == self.proven_for:
            return
        self.proven_for = self._worth()
        close = replace(self.options, gap=self.options.gap * CLOSE, nodes=min(MANY, self.options.nodes))
        most, model = -np.inf, self.model
        if self.plans:
            most = self._worth() + NEARLY * self.options.gap * max(1.0, abs(self._worth()))
            model = better(self.model, self.lost, most)
        try:
            found = levels(model, close)
        except NotFound as unknown:
            self.bound = min(self.bound, max(most, unknown.bound))
            return
        except Infeasible:
            if not self.plans:
                raise
            self.bound = min(self.bound, most)
            return
        self.nodes += found.nodes
        self.bound = min(self.bound, max(most, found.bound))
        if not self._is_done():
            self._complete(NARROW, [found.x])

    def _improve(self) -> None:
        """Let a few communes be decided anew, round by round."""
        if not self.plans:
            return
        order = np.argsort(self.lost.of_levels, kind="stable")
        found, nodes = improve(self.model, self.plans[0], order, self.options, self._enough())
        self.nodes += nodes
        self._take([found])

    def _whole(self) -> Found:
        found = highs.solve(self.model, replace(self.options, nodes=min(WHOLE_NODES, self.options.nodes)))
        return replace(found, bound=min(found.bound, self.bound), nodes=found.nodes + self.nodes)

    def _count(self, found: Iterable[Found | None]) -> None:
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


def _least(losing: Floats, share: float) -> float:
    """Return the loss up to which so large a share of what has a choice stays open."""
    has_choice = losing[np.isfinite(losing)]
    return float(np.quantile(has_choice, share)) if len(has_choice) else 0.0
