"""From the variables of a model to a plan and back."""

import numpy as np

from ntm_lib.planning.optimise.drafting import fixed_spend
from ntm_lib.planning.optimise.gaps import Gaps
from ntm_lib.planning.optimise.model import Model, eligible_districts, is_pooled
from ntm_lib.planning.problem import Floats, Ints, Problem, Solution


def read(model: Model, x: Floats) -> Solution:
    """Read the plan from a solution of the model; worth and bound are left to the caller."""
    problem, gaps, places = model.problem, model.gaps, model.places
    years = len(problem.years)
    done = done_years(problem, gaps, x[places.done] > 0.5)
    standard = done.max(axis=1, initial=-1)
    advanced, higher = (level_years(place, x, years) for place in (places.advanced, places.model))
    return assemble(problem, done, standard, advanced, higher, villages(model, x))


def done_years(problem: Problem, gaps: Gaps, by_year: np.ndarray) -> Ints:
    """Year each criterion is completed (n, k), from flags of the steps "completed by then"."""
    years = len(problem.years)
    before = np.concatenate([[False], by_year[:-1]]) & ~gaps.is_first if len(by_year) else by_year
    step = np.flatnonzero(by_year & ~before)
    done = np.where(problem.met, -1, years)
    done[problem.steps.commune[step], problem.steps.criterion[step]] = problem.steps.year[step]
    return done


def assemble(problem: Problem, done: Ints, standard: Ints, advanced: Ints, model: Ints, villages: Ints) -> Solution:
    """Return a plan that carries no proof yet."""
    years = len(problem.years)
    share = _share(problem, standard < years) >= problem.aims.district_share - 1e-9
    share &= _share(problem, advanced < years) >= problem.aims.district_advanced_share - 1e-9
    share &= np.bincount(problem.district, minlength=len(problem.districts)) > 0
    return Solution(
        done=done,
        standard=standard,
        advanced=advanced,
        model=model,
        villages=villages,
        districts=share,
        objective=np.nan,
        bound=np.inf,
        gap=None,
        is_proven=False,
        nodes=0,
    )


def _share(problem: Problem, held: np.ndarray) -> Floats:
    size = np.bincount(problem.district, minlength=len(problem.districts))
    return np.bincount(problem.district, held, minlength=len(size)) / np.maximum(size, 1)


def level_years(place: Ints, x: Floats, years: int) -> Ints:
    """First year (n) in which more than half of a level is reached; t: never."""
    held = (place >= 0) & (x[np.maximum(place, 0)] > 0.5) if len(x) else place >= 0
    return np.where(held.any(axis=1), held.argmax(axis=1), years)


def villages(model: Model, x: Floats) -> Ints:
    """Villages completed (n, t); those of the pool go to the communes in their order."""
    problem, places = model.problem, model.places
    years = len(problem.years)
    found = np.zeros((len(problem.communes), years), dtype=np.int64)
    own = places.villages >= 0
    found[own] = np.rint(x[places.villages[own]]).astype(np.int64)
    if places.pool[0] >= 0:
        found += deal(problem, np.rint(x[places.pool]).astype(np.int64))
    return found


def deal(problem: Problem, pool: Ints) -> Ints:
    """Give each year's villages (t) of the pool to communes (n, t)."""
    return share_out(np.where(is_pooled(problem), problem.villages, 0), pool)


def share_out(there: Ints, by_year: Ints) -> Ints:
    """Give each year's villages (t) to communes (n, t): to each nearly the same share of those it has (n)."""
    owner = np.repeat(np.arange(len(there)), there)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(there) - there, there)
    order = owner[np.argsort((turn + 1 / 2) / there[owner], kind="stable")]
    year = np.repeat(np.arange(len(by_year)), by_year)
    dealt = np.zeros((len(there), len(by_year)), dtype=np.int64)
    np.add.at(dealt, (order[: len(year)], year), 1)
    return dealt


def write(model: Model, plan: Solution) -> Floats:
    """Write a plan as variables of the model: where the search may start."""
    problem, gaps, places = model.problem, model.gaps, model.places
    steps, years = problem.steps, np.arange(len(problem.years))
    x = np.zeros(len(model.worth))
    x[places.done] = plan.done[steps.commune, steps.criterion] <= steps.year
    for place, level in (
        (places.standard, plan.standard),
        (places.advanced, plan.advanced),
        (places.model, plan.model),
    ):
        held = place >= 0
        x[place[held]] = (level[:, None] <= years)[held]
    own = places.villages >= 0
    x[places.villages[own]] = plan.villages[own]
    if places.pool[0] >= 0:
        x[places.pool] = plan.villages[is_pooled(problem)].sum(axis=0)
    spent = (model.spend.T @ x).reshape(problem.money.shape) + fixed_spend(problem).sum(axis=0)
    left = np.cumsum(problem.money - spent, axis=1)
    carried = places.carried >= 0
    x[places.carried[carried]] = np.maximum(left[carried], 0.0)
    if places.closed >= 0:
        x[places.closed] = x[places.done[gaps.is_last]].sum() / max(1, int(gaps.of_commune.sum()))
    flagged = places.districts >= 0
    x[places.districts[flagged]] = (plan.districts & eligible_districts(problem))[flagged]
    return x
