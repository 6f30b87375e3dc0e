"""What the forecasts say of the years after the plan: which criteria may be counted, and how many communes then stand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import poisson_binom

from ntm_lib.planning.problem import Bools, Floats, Ints
from ntm_lib.verdicts import Verdict

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Plan

TAILS = (0.1, 0.9)


@dataclass(frozen=True, eq=False)
class Foreseen:
    """Forecasts of n communes and k criteria for the y years after the plan.

    ``chance`` (n, y): that every forecast requirement of the commune is met at the end of the year; a requirement without
    a forecast is taken as it stands. ``is_likely`` (n, k, y): each forecast requirement of the criterion is met with the
    scenario's confidence (true where nothing is forecast). ``comes_alone`` (n, k): the criterion waits for forecasts
    alone, so that it costs nothing more once they are likely.
    """

    chance: Floats
    is_likely: Bools
    comes_alone: Bools


def foreseen(plan: "Plan", last_step: Ints) -> Foreseen:
    """Read the outlook for the years after the plan; ``last_step`` (n, k): year position of the last step, -1 for none.

    Effort counts where the plan pays it: for criteria completed by it, and for open ones that have a step, whose cost
    holds it. Effort ends with the plan, its gain stays (see ``outlook.Outlook``).
    """
    problem = plan.problem
    years = list(range(problem.years[-1] + 1, plan.scenario.settings.horizon.orientation_year + 1))
    chance = np.ones((len(problem.communes), len(years)))
    is_likely = np.ones((*problem.met.shape, len(years)), dtype=bool)
    forecast = plan.outlook.chance
    if forecast.empty:
        return Foreseen(chance, is_likely, np.zeros(problem.met.shape, dtype=bool))
    owner, confidence = plan.baseline.start_rules.requirements["criterion"], plan.scenario.settings.forecast.confidence
    left_out = (plan.baseline.criteria == Verdict.NOT_APPLICABLE).to_numpy()
    has_effort, of = (forecast.index.get_level_values(name) for name in ("with_effort", "requirement"))
    for requirement in plan.outlook.requirements:
        column = int(problem.criteria.get_indexer(pd.Index([owner[requirement]]))[0])
        free, effort = (
            forecast[(of == requirement) & (has_effort == flag)].droplevel([1, 2]).reindex(problem.communes)
            for flag in (False, True)
        )
        paid = _effort_is_paid(plan, free, column, last_step)
        met = np.where(paid[:, None], effort[years], free[years])
        open_ = np.isnan(met) | left_out[:, [column]]
        chance *= np.where(open_, 1.0, met)
        is_likely[:, column] &= open_ | (met >= confidence)
    return Foreseen(chance, is_likely, _comes_alone(plan))


def count_range(chances: Floats) -> tuple[int, int]:
    """Return the 10 % and 90 % ends of how many of several independent events with these chances happen."""
    if not len(chances):
        return 0, 0
    law = poisson_binom.cdf(np.arange(len(chances) + 1), chances)  # its own ppf takes no more than 63 chances
    low, high = np.searchsorted(law + 1e-12, TAILS)
    return int(low), int(high)


def _effort_is_paid(plan: "Plan", free: pd.DataFrame, column: int, last_step: Ints) -> Bools:
    """Tell for each commune whether the plan, or what an open criterion costs, pays an effort for it."""
    years = len(plan.problem.years)
    done, last = plan.solution.done[:, column], last_step[:, column]
    at = np.where((done >= 0) & (done < years), done, np.where(done >= years, last, -1))
    by_itself = free[list(plan.problem.years)].to_numpy(float)[np.arange(len(at)), np.maximum(at, 0)]
    return np.asarray((at >= 0) & (by_itself < plan.scenario.settings.forecast.confidence))


def _comes_alone(plan: "Plan") -> Bools:
    """Tell which criteria have no other line of need than requirements that are forecast."""
    problem, lines = plan.problem, plan.needs.lines
    alone = np.zeros(problem.met.shape, dtype=bool)
    if len(lines) == 0:
        return alone
    free = plan.outlook.chance.xs(key=False, level="with_effort")[problem.years[-1]]
    known = free.reindex(pd.MultiIndex.from_frame(lines[["commune_code", "requirement"]])).notna().to_numpy()
    is_forecast = pd.Series(lines["is_effort"].to_numpy(bool) & known)
    every = is_forecast.groupby([lines["commune_code"].to_numpy(), lines["criterion"].to_numpy()]).all()
    every = every[every]
    rows = problem.communes.get_indexer(every.index.get_level_values(0))
    columns = problem.criteria.get_indexer(every.index.get_level_values(1))
    alone[rows, columns] = True
    return alone
