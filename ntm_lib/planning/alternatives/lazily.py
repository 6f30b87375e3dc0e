"""Search without the balance between districts first: most plans keep it anyhow, and it takes most of the time.

The balance is one row over all criteria of all communes. What is proven without it, a bound or that there is no plan, is
proven with it too; a plan that keeps it is a plan of the whole.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import numpy as np

from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.problem import NotFound, Problem, Solution

Result = TypeVar("Result")


def lazily(problem: Problem, search: Callable[[Problem], Result], plan_of: Callable[[Result], Solution]) -> Result:
    """Return what ``search`` finds, with a plan (``plan_of``) that keeps the balance; raises ``Infeasible`` as it does."""
    if problem.fairness > 0:
        free = replace(problem, fairness=0.0)
        with suppress(NotFound):
            found = search(free)
            if is_balanced(problem, free, plan_of(found)):
                return found
    return search(problem)


def is_balanced(problem: Problem, free: Problem, plan: Solution) -> bool:
    """Tell whether a plan breaks no more of the problem than of the one without the balance."""
    valued = replace(plan, objective=worth(free, plan), bound=np.inf)
    return len(check(problem, valued)) <= len(check(free, valued))


def optimise_lazily(problem: Problem, options: Options, start: Solution | None = None) -> Solution:
    """Return what ``optimise`` returns, the proof included; in less time where the whole is searched at once."""
    if options.method != "exact":
        return optimise(problem, options, start)
    return lazily(problem, lambda made: optimise(made, options, start), lambda plan: plan)
