"""The cautious form of a planning problem, whose plan stands more of what may happen."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from scipy.special import ndtri

from ntm_lib.planning.chance.draws import triangular
from ntm_lib.planning.problem import Problem, Risks, Steps
from ntm_lib.planning.settings import Uncertainty


def robust_problem(problem: Problem, risks: Risks, uncertainty: Uncertainty) -> Problem:
    """Return the cautious form of a problem, for the caller to optimise: a plan of it stands more of the draws.

    Each step costs what it exceeds only in the worst ``1 - robust_quantile`` of the draws, each purse holds what it falls
    short of as rarely, and a criterion counts only in years in which the forecast bears it out with that chance. Each is
    taken by itself, so that together they are more cautious than the quantile says. What only a survey can tell keeps its
    expected cost; disasters are not planned for. Simulate its plan on the original problem and risks.
    """
    level = uncertainty.robust_quantile
    factor = triangular(risks.cost_low, risks.cost_high, np.full(len(problem.steps), level))
    keep = np.flatnonzero(risks.chance >= level)
    steps = problem.steps
    money = problem.money * np.maximum(0.0, 1 - float(ndtri(level)) * risks.money_sd)[:, None]
    return replace(
        problem,
        money=money,
        steps=Steps(
            commune=steps.commune[keep],
            criterion=steps.criterion[keep],
            year=steps.year[keep],
            spend=sp.csr_matrix(sp.diags(factor) @ steps.spend)[keep],
            works=steps.works[keep],
            value=steps.value[keep],
        ),
    )


def robust_risks(problem: Problem, risks: Risks, uncertainty: Uncertainty) -> Risks:
    """Return the risks in the positions of ``robust_problem``'s steps."""
    keep = risks.chance >= uncertainty.robust_quantile
    if len(keep) != len(problem.steps):
        raise ValueError("risks and problem must have the same steps")
    return replace(
        risks,
        cost_low=risks.cost_low[keep],
        cost_high=risks.cost_high[keep],
        chance=risks.chance[keep],
        effort=risks.effort[keep],
    )
