"""When a search may stop, and which way it takes."""

from dataclasses import dataclass
from typing import Literal

ROUNDING = 1e-9  # of a plan's worth


@dataclass(frozen=True)
class Options:
    """Options of one search; the clock is none of them, so that the same problem gives the same plan.

    ``gap``: stop when the plan is proven to lie within this share of the best one. ``nodes``: stop after so many nodes of
    the search tree, with the best plan so far. ``seed``: of the solver. ``ties``: search a cheaper, then earlier plan of
    the same worth. ``method``: ``exact`` puts the whole problem to the solver, ``price`` goes by prices and steps (see
    ``search``) whatever the size, ``auto`` chooses by size: a large problem that the steps do not prove to ``gap`` comes
    back unproven, before its nodes are used up; ``exact`` searches it on. ``hasty``: do about a third of the work before
    the first branching, for an answer at once.
    """

    gap: float = 0.001
    nodes: int = 20_000
    seed: int = 0
    ties: bool = True
    method: Literal["auto", "exact", "price"] = "auto"
    hasty: bool = False


def good_enough(bound: float, gap: float) -> float:
    """Return the least worth of a plan that lies within a gap of the bound; the gap counts against the plan's own worth, at least 1."""
    return min(bound - gap, bound / (1 + gap), bound / (1 - gap)) + ROUNDING * abs(bound)
