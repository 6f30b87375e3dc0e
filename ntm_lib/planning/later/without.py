"""What the data let expect if nothing is done: criteria that are met or lost by themselves, titles that do not stand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ntm_lib.planning.problem import Bools, Floats
from ntm_lib.verdicts import Verdict

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

Range = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Without:
    """What becomes of the communes by the last year of a plan that nobody carries out; expected numbers, at least and at most.

    ``mean``: criteria a commune meets; ``gained``: criteria not met at the start that are met by themselves; ``lost``: criteria
    met at the start that do not hold. ``titles``: communes that met every criterion by the set of the start year;
    ``below``: of them, those that do not meet every criterion of the plan's law at the start.
    """

    mean: Range
    gained: Range
    lost: Range
    titles: int
    below: tuple[int, int]


def without(plan: "Plan", places: Any = slice(None)) -> Without:
    """Return what comes for the communes at ``places`` (positions in the problem) without any work or effort.

    Only what is forecast moves, by its own past years; every other requirement stays as at the start. What is not known at
    the start, or has no forecast, is between not met and met.
    """
    low, high = (table[places] for table in chances(plan))
    verdicts = _verdicts(plan)[places]
    is_met, is_missing = _holds(verdicts), verdicts == Verdict.NOT_MET
    left_out = verdicts.shape[1] - plan.problem.of[places]
    keep = plan.problem.keep[places]
    return Without(
        mean=_ends((low.sum(axis=1) - left_out).mean(), (high.sum(axis=1) - left_out).mean()),
        gained=_ends(low[is_missing].sum(), high[is_missing].sum()),
        lost=_ends((1 - high)[is_met].sum(), (1 - low)[is_met].sum()),
        titles=int(keep.sum()),
        below=(int(is_missing[keep].any(axis=1).sum()), int((~is_met)[keep].any(axis=1).sum())),
    )


def chances(plan: "Plan") -> tuple[Floats, Floats]:
    """Return the least and the largest chance that each criterion is met at the end of the plan without works and effort.

    Communes x criteria. How the forecasts of one criterion hang together is not known, so its chance lies between both ends
    that any such hanging together allows.
    """
    verdicts = plan.baseline.requirements.reindex(plan.problem.communes)
    held = _holds(verdicts.to_numpy()).astype(float)
    least = pd.DataFrame(held, verdicts.index, verdicts.columns)
    most = least.mask(verdicts == Verdict.UNKNOWN, 1.0)
    if not plan.outlook.chance.empty:
        alone = plan.outlook.chance.xs(key=False, level="with_effort")[plan.years[-1]].unstack("requirement")
        alone = alone.reindex(index=verdicts.index, columns=verdicts.columns)
        is_sought = verdicts != Verdict.NOT_APPLICABLE
        least, most = (table.mask(alone.notna() & is_sought, alone) for table in (least, most))
    owner = plan.baseline.start_rules.requirements["criterion"].reindex(verdicts.columns)
    low = 1 - (1 - least).T.groupby(owner.to_numpy()).sum().T
    high = most.T.groupby(owner.to_numpy()).min().T
    names = list(plan.problem.criteria)
    return low.clip(lower=0.0)[names].to_numpy(float), high[names].to_numpy(float)


def _verdicts(plan: "Plan") -> np.ndarray:
    return plan.baseline.criteria.reindex(index=plan.problem.communes, columns=plan.problem.criteria).to_numpy()


def _holds(verdicts: np.ndarray) -> Bools:
    return np.isin(verdicts, [Verdict.MET, Verdict.NOT_APPLICABLE])


def _ends(low: float, high: float) -> Range:
    return float(low), float(high)
