"""A problem as sparse rows: the one place where the limits are written for the solver.

Every decision is cumulative: "criterion counted by the end of year t", "all criteria met by the end of year t". Such a
variable only rises with the years, one row each says so, and its relaxation is nearly whole-numbered. What a completion in
a year spends is put on the difference of two neighbouring variables.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise.aims import aims, commune_caps, fairness, floor, unaffordable
from ntm_lib.planning.optimise.drafting import Draft, Places, fixed_spend
from ntm_lib.planning.optimise.gaps import Gaps, deadlines, find_gaps
from ntm_lib.planning.problem import Floats, Infeasible, Ints, Problem


@dataclass(frozen=True, eq=False)
class Model:
    """Maximise ``worth @ x + base`` with ``low <= rows @ x <= high`` and ``lower <= x <= upper``; ``spend`` (x, s * t).

    Rows from ``shared`` on tie communes to each other or to money and works; those before hold inside a commune. Those of
    money, one for each purse and year, stand from ``money`` on; ``caps``, ``floors`` (n): the row of a commune's own share of
    money and of its floor (-1: none).
    """

    problem: Problem
    gaps: Gaps
    places: Places
    worth: Floats
    base: float
    lower: Floats
    upper: Floats
    whole: np.ndarray
    rows: sp.csr_matrix
    low: Floats
    high: Floats
    spend: sp.csr_matrix
    shared: int
    money: int
    caps: Ints
    floors: Ints


def needs_advanced(problem: Problem) -> bool:
    """Tell whether reaching the advanced level can be worth anything."""
    aims = problem.aims
    asked = aims.advanced or aims.model or (aims.districts and aims.district_advanced_share > 0)
    return bool(asked) or problem.advanced_value > 0 or problem.model_value > 0


def build(problem: Problem) -> Model:
    """Write the whole problem as rows; raises ``Infeasible`` where a deadline lies before the first step."""
    draft = Draft(problem, find_gaps(problem))
    done = _completions(draft)
    standard = _standard(draft, done)
    advanced, model = _higher_levels(draft, standard)
    _order(draft, done)
    shared = draft.rows.count
    pool, villages = _villages(draft)
    places = Places(done, standard, advanced, model, pool, villages, *_rest(draft))
    spend = _spend_matrix(draft)
    money = draft.rows.count
    _money(draft, spend, places.carried)
    _works(draft, done)
    caps = commune_caps(draft, spend)
    fairness(draft, places)
    aims(draft, places)
    floors = floor(draft, places)
    worth = -problem.cost_weight * np.asarray(spend.sum(axis=1)).ravel()
    for column, amount in draft.worth:
        np.add.at(worth, column, amount)
    return Model(
        problem=problem,
        gaps=draft.gaps,
        places=places,
        worth=worth,
        base=-problem.cost_weight * float(fixed_spend(problem).sum()),
        lower=np.concatenate(draft.columns.lower),
        upper=_upper(draft, places),
        whole=np.concatenate(draft.columns.whole),
        rows=draft.rows.matrix(draft.columns.count),
        low=np.concatenate(draft.rows.lower or [np.zeros(0)]),
        high=np.concatenate(draft.rows.upper or [np.zeros(0)]),
        spend=spend,
        shared=shared,
        money=money,
        caps=caps,
        floors=floors,
    )


def _upper(draft: Draft, places: Places) -> Floats:
    """Close the years in which a commune cannot pay for the standard from its own share of the money."""
    upper = np.concatenate(draft.columns.upper)
    closed = unaffordable(draft.problem) & (places.standard >= 0)
    upper[places.standard[closed]] = 0.0
    return upper


def differences(matrix: sp.csr_matrix, gaps: Gaps) -> sp.csr_matrix:
    """Return what each step has beyond the next step of its gap: the coefficients of cumulative variables."""
    kept = np.flatnonzero(~gaps.is_last)
    shift = sp.csr_matrix((np.ones(len(kept)), (kept, kept + 1)), (matrix.shape[0], matrix.shape[0]))
    return (matrix - shift @ matrix).tocsr()


def _completions(draft: Draft) -> Ints:
    problem, gaps, steps = draft.problem, draft.gaps, draft.problem.steps
    due = deadlines(problem, gaps)
    years = draft.years
    asked = np.argwhere((due < years) & ~problem.met)
    at = gaps.upto[asked[:, 0], asked[:, 1], due[asked[:, 0], asked[:, 1]]]
    if (at < 0).any() or (gaps.earliest[asked[:, 0], asked[:, 1]] > due[asked[:, 0], asked[:, 1]]).any():
        raise Infeasible
    lower = np.zeros(len(steps))
    lower[at] = 1.0
    upper = np.where(steps.year < gaps.earliest[steps.commune, steps.criterion], 0.0, 1.0)
    done = draft.columns.add(len(steps), lower, upper)
    draft.commune.append((done, steps.commune))
    draft.worth.append((done, differences(sp.csr_matrix(steps.value[:, None]), gaps).toarray().ravel()))
    money = differences(steps.spend, gaps).tocoo()
    draft.spend.fill(done[money.row], money.col, money.data)
    earlier = np.flatnonzero(~gaps.is_last)
    draft.rows.at_most(done[earlier], done[earlier + 1])
    return done


def _levels(draft: Draft, exists: np.ndarray) -> Ints:
    """One variable for each commune and year where the level can be held; they rise with the years."""
    commune, year = np.nonzero(exists)
    place = np.full(exists.shape, -1)
    place[commune, year] = draft.columns.add(len(commune))
    draft.commune.append((place[commune, year], commune))
    both = (place[:, :-1] >= 0) & (place[:, 1:] >= 0)
    draft.rows.at_most(place[:, :-1][both], place[:, 1:][both])
    return place


def _standard(draft: Draft, done: Ints) -> Ints:
    """All criteria met: never without each of them, and never left out once all of them are met."""
    problem, gaps, years = draft.problem, draft.gaps, draft.years
    free = ~problem.start_standard & gaps.is_whole & problem.may_standard
    place = _levels(draft, free[:, None] & (np.arange(years) >= gaps.first_standard[:, None]))
    gap = gaps.upto.max(axis=2, initial=-1) >= 0
    commune, criterion, year = np.nonzero(gap[:, :, None] & (place >= 0)[:, None, :])
    step = gaps.upto[commune, criterion, year]
    following = np.where(year + 1 < years, gaps.upto[commune, criterion, np.minimum(year + 1, years - 1)], -1)
    tight = step != following
    draft.rows.at_most(place[commune, year][tight], done[step[tight]])
    value = problem.standard_value
    gain = value - np.hstack([value[:, 1:], np.zeros((len(value), 1))])
    at, when = np.nonzero(place >= 0)
    draft.worth.append((place[at, when], gain[at, when]))
    draft.pay(place[at, when], when + problem.after_lag, problem.after_spend[at])
    hides = np.asarray((problem.after_spend > 0).any(axis=1) | (gain < 0).any(axis=1))
    rows = np.full(place.shape, -1)
    told = (place >= 0) & hides[:, None]
    rows[told] = draft.rows.add(int(told.sum()), upper=np.broadcast_to(gaps.of_commune[:, None] - 1, place.shape)[told])
    draft.rows.fill(rows[told], place[told], -1.0)
    shown = told[commune, year]
    draft.rows.fill(rows[commune, year][shown], done[step[shown]])
    _never_whole(draft, done, ~problem.start_standard & gaps.is_whole & ~problem.may_standard)
    return place


def _never_whole(draft: Draft, done: Ints, excluded: np.ndarray) -> None:
    steps = np.flatnonzero(draft.gaps.is_last & excluded[draft.problem.steps.commune])
    rows = np.full(len(excluded), -1)
    rows[excluded] = draft.rows.add(int(excluded.sum()), upper=draft.gaps.of_commune[excluded] - 1)
    draft.rows.fill(rows[draft.problem.steps.commune[steps]], done[steps])


def _higher_levels(draft: Draft, standard: Ints) -> tuple[Ints, Ints]:
    problem, years = draft.problem, draft.years
    none = np.full(standard.shape, -1)
    if not needs_advanced(problem):
        return none, none
    at_start = problem.start_standard[:, None]
    advanced = _follow(
        draft, standard, at_start & (np.arange(years) >= problem.advanced_lag - 1), problem.advanced_lag,
        problem.advanced_spend, problem.advanced_value,
    )  # fmt: skip
    no_start = np.zeros(standard.shape, dtype=bool)
    model = _follow(draft, advanced, no_start, problem.model_lag, problem.model_spend, problem.model_value)
    return advanced, model


def _follow(draft: Draft, below: Ints, free: np.ndarray, lag: int, spend: Floats, value: float) -> Ints:
    """Add a level reached at least ``lag`` years after the one ``below`` it; its package is paid in the year it is reached."""
    years = draft.years
    before = np.full(below.shape, -1)
    before[:, lag:] = below[:, : max(0, years - lag)]
    place = _levels(draft, (before >= 0) | free)
    bound = (place >= 0) & (before >= 0)
    draft.rows.at_most(place[bound], before[bound])
    commune, year = np.nonzero(place >= 0)
    draft.pay(place[commune, year], year, spend[commune])
    draft.pay(place[commune, year], year + 1, -spend[commune])
    last = year == years - 1
    draft.worth.append((place[commune, year][last], np.full(int(last.sum()), value)))
    return place


def is_pooled(problem: Problem) -> np.ndarray:
    """Communes (n) whose villages need not be told apart: no cap on their money counts villages."""
    counted = bool((problem.village_spend[problem.capped] > 0).any())
    return ~np.isfinite(problem.commune_cap) | (not counted)


def _villages(draft: Draft) -> tuple[Ints, Ints]:
    """Whole numbers of villages a year: of all communes together, or of each commune that has a cap."""
    problem, years = draft.problem, draft.years
    pooled = is_pooled(problem)
    total = int(problem.villages[pooled].sum())
    pool = np.full(years, -1)
    if total:
        pool = draft.columns.add(years, upper=float(total))
        draft.rows.fill(np.repeat(draft.rows.add(1, upper=float(total)), years), pool)
    own = np.flatnonzero(~pooled & (problem.villages > 0))
    place = np.full((len(pooled), years), -1)
    most = problem.villages[own].astype(float)
    place[own] = draft.columns.add(len(own) * years, upper=np.repeat(most, years)).reshape(-1, years)
    draft.rows.fill(np.repeat(draft.rows.add(len(own), upper=most), years), place[own].ravel())
    draft.commune.append((place[own].ravel(), np.repeat(own, years)))
    columns = np.concatenate([pool[pool >= 0], place[own].ravel()])
    when = np.concatenate([np.arange(years)[pool >= 0], np.tile(np.arange(years), len(own))])
    draft.pay(columns, when, np.broadcast_to(problem.village_spend, (len(columns), len(problem.purses))))
    draft.worth.append((columns, np.full(len(columns), problem.village_value)))
    return pool, place


def _rest(draft: Draft) -> tuple[Ints, int, Ints]:
    """Money carried on, the share of gaps closed, and flags of districts: only where a limit asks for them."""
    problem, years = draft.problem, draft.years
    carried = np.full(problem.money.shape, -1)
    purses = np.flatnonzero(problem.carries)
    carried[purses, : years - 1] = draft.columns.add(len(purses) * (years - 1), upper=np.inf, is_whole=False).reshape(
        len(purses), years - 1
    )
    closed = int(draft.columns.add(1, is_whole=False)[0]) if problem.fairness > 0 else -1
    districts = np.full(len(problem.districts), -1)
    counted = eligible_districts(problem)
    if problem.aims.districts:
        districts[counted] = draft.columns.add(int(counted.sum()))
    return carried, closed, districts


def eligible_districts(problem: Problem) -> np.ndarray:
    """Districts (d) that may count for the aim: not set apart, with at least one commune."""
    apart = problem.aims.districts_apart
    counted = np.bincount(problem.district, minlength=len(problem.districts)) > 0
    return counted if apart is None else counted & ~apart


def _order(draft: Draft, done: Ints) -> None:
    problem, gaps, steps = draft.problem, draft.gaps, draft.problem.steps
    order = problem.order
    counts = ~problem.met[order.commune, order.before] & ~problem.met[order.commune, order.after]
    row, year = np.nonzero(counts[:, None] & np.ones(draft.years, dtype=bool))
    commune, before, after, lag = (part[row] for part in (order.commune, order.before, order.after, order.lag))
    later = gaps.upto[commune, after, year]
    is_step = (later >= 0) & (steps.year[later] == year) if len(steps) else later >= 0
    ready = year - lag
    earlier = np.where(ready >= 0, gaps.upto[commune, before, np.maximum(ready, 0)], -1)
    bound = is_step & (earlier >= 0)  # steps before the first possible year are closed by their upper bound
    draft.rows.at_most(done[later[bound]], done[earlier[bound]])


def _spend_matrix(draft: Draft) -> sp.csr_matrix:
    draft.spend.count = draft.columns.count
    return draft.spend.matrix(draft.problem.money.size)


def _money(draft: Draft, spend: sp.csr_matrix, carried: Ints) -> None:
    problem = draft.problem
    left = (problem.money - fixed_spend(problem).sum(axis=0)).ravel()
    rows = draft.rows.add(len(left), upper=left)
    paid = spend.tocoo()
    draft.rows.fill(rows[paid.col], paid.row, paid.data)
    purse, year = np.nonzero(carried >= 0)
    flat = purse * draft.years + year
    draft.rows.fill(rows[flat], carried[purse, year])
    draft.rows.fill(rows[flat + 1], carried[purse, year], -1.0)


def _works(draft: Draft, done: Ints) -> None:
    problem = draft.problem
    limited = np.isfinite(problem.works)
    rows = np.full(problem.works.shape, -1)
    rows[limited] = draft.rows.add(int(limited.sum()), upper=problem.works[limited])
    works = differences(problem.steps.works, draft.gaps).tocoo()
    at = rows[problem.district[problem.steps.commune[works.row]], works.col]
    draft.rows.fill(at[at >= 0], done[works.row[at >= 0]], works.data[at >= 0])


def with_worth(model: Model, worth: Floats, held: float) -> Model:
    """Return the model with another objective, the worth of the first one held at ``held`` or above."""
    row = sp.csr_matrix(model.worth[None, :])
    return replace(
        model,
        worth=worth,
        base=0.0,
        rows=sp.vstack([model.rows, row], format="csr"),
        low=np.append(model.low, held - model.base),
        high=np.append(model.high, np.inf),
    )
