"""From a relaxed plan to a whole one that keeps every limit: round it, then repair and improve it by small changes."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise import plans
from ntm_lib.planning.optimise.anneal import Course, anneal
from ntm_lib.planning.optimise.items import Flat, Items
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.moves import NEVER, Others, State, clear, put_commune, replan
from ntm_lib.planning.problem import Bools, Floats

FAIR = 1.002  # districts are measured against a little more than the share of gaps closed in the relaxed plan
LEAST, ASKED = 0.3, 20.0  # what a row lacks costs at least so many times what an item is usually worth; an aim more
HOT, CALM = (0.3, 0.6), (0.15, 0.6)  # heat as a share of a usual item's worth, share of turns that change two gaps
PULLS = 0.05  # share of turns that make room for a gap
COLD, MILD, STRICT = 0.03, 1.2, 10.0
ROUNDS, KEPT = 3, 1e-9
HALF = 0.5  # of a gap: what is done by more begins as done


@dataclass(frozen=True, eq=False)
class Packing:
    """What every search on one model shares: items, prices of their rows, what lacking costs, what is worth what.

    ``usual``: what an item is usually worth, the unit of heat.
    """

    model: Model
    items: Items
    prices: Floats
    lack: Floats
    usual: float

    @classmethod
    def of(cls, model: Model, items: Items, prices: Floats) -> "Packing":
        """Set up the packing of a model."""
        usual = items.usual
        both = sp.vstack([items.take, items.extra]).tocsc()
        mean = np.asarray(np.abs(both).sum(axis=0)).ravel() / np.maximum(np.diff(both.indptr), 1)
        is_asked = np.asarray(both.min(axis=0).todense()).ravel() < 0
        least = np.where(is_asked, ASKED, LEAST) * usual / np.where(mean > 0, mean, 1.0)
        own = items.rows.indices[items.rows.indptr[1:] - 1]
        all_in = np.asarray(np.abs(items.rows.T @ prices)[own])
        lack = np.where(items.is_equal, 0.0, np.maximum(all_in, least))
        return cls(model, items, prices, lack, usual)


def pack(packing: Packing, x: Floats, enough: float, *, turns: int, seed: int) -> Floats | None:
    """Return the best whole plan (model's variables) found near a relaxed one, or None.

    ``enough``: a plan worth that much ends the search. ``turns``: changes tried. ``seed``: even ones search hotter, odd ones
    calmer.
    """
    closed = share_closed(packing, x)
    for _round in range(ROUNDS):
        found = _search(packing, x, FAIR * closed, enough, turns, seed)
        if found is None or keeps(packing.model, found):
            return found
        closed = share_closed(packing, found)
    return None


def share_closed(packing: Packing, x: Floats) -> float:
    """Return the share of all gaps that is closed."""
    gaps = packing.model.gaps
    return float(x[packing.model.places.done[gaps.is_last]].sum() / max(1, int(gaps.of_commune.sum())))


def keeps(model: Model, x: Floats) -> bool:
    """Tell whether a plan keeps every row; it may miss fairness where it closes more gaps than was assumed."""
    use = model.rows @ x
    slack = KEPT * np.maximum(1.0, np.abs(use))
    return bool((use >= model.low - slack).all() and (use <= model.high + slack).all())


def _search(packing: Packing, x: Floats, closed: float, enough: float, turns: int, seed: int) -> Floats | None:
    """Pack once, districts measured against ``closed``, a share of the gaps of all."""
    items, model = packing.items, packing.model
    state, held, free = _start_from(packing, x, closed)
    base = model.base + float(items.extra_value[~free] @ held[~free])
    heat, swaps = (HOT, CALM)[seed % 2]
    course = Course(
        turns, heat * packing.usual, COLD * heat * packing.usual, MILD, STRICT, swaps, PULLS,
        enough - base,
    )  # fmt: skip
    worth = anneal(
        items.flat, _others(items, free), state, items.value, packing.lack, course, np.random.default_rng(seed)
    )
    if worth == NEVER:
        return None
    values = held.copy()
    values[free] = state.other
    return written(packing, state, values)


def _start_from(packing: Packing, x: Floats, closed: float) -> tuple[State, Floats, Bools]:
    """Return the plan to begin with: ``x`` rounded.

    With it what the variables of no commune start from, and which of them may change. Districts are measured against ``closed``, a share of the gaps of all.
    """
    items = packing.items
    fixed, held = _fixed(packing, x, closed)
    room = items.room - items.extra.T @ np.where(fixed, held, 0.0)
    state = _rounded(packing, x, room, _others(items, ~fixed), held[~fixed])
    return state, held, ~fixed


def _fixed(packing: Packing, x: Floats, closed: float) -> tuple[Bools, Floats]:
    """Which other variables stand during a search, and what all of them start from: villages are rounded and then move."""
    items, places, aims = packing.items, packing.model.places, packing.model.problem.aims
    at = items.others
    fixed = (at == places.closed) | np.isin(at, places.districts)
    held = np.where(fixed, x[at], np.floor(x[at] + 1e-6))
    held[at == places.closed] = min(1.0, closed)
    flags = np.flatnonzero(np.isin(at, places.districts[places.districts >= 0]))
    most = flags[np.argsort(-held[flags], kind="stable")][: int(aims.districts or 0)]
    held[flags] = 0.0
    held[most] = 1.0
    return fixed, held


def _others(items: Items, free: Bools) -> Others:
    rows: sp.csr_matrix = items.extra[np.flatnonzero(free)]
    return Others(rows.indptr, rows.indices, rows.data, items.extra_value[free], items.upper[free])


def _rounded(packing: Packing, x: Floats, room: Floats, others: Others, other: Floats) -> State:
    """Return the relaxed plan, rounded; a commune for which that is no plan is planned anew at the prices."""
    items, model = packing.items, packing.model
    flat, steps, years = items.flat, model.problem.steps, len(model.problem.years)
    done = plans.done_years(model.problem, model.gaps, x[model.places.done] > HALF)
    year = np.full(len(flat.item), years)
    year[items.gap_of] = done[steps.commune, steps.criterion]
    levels = np.stack(
        [
            np.where(flat.is_whole | flat.at_start, done.max(axis=1, initial=-1), years),
            plans.level_years(model.places.advanced, x, years),
            plans.level_years(model.places.model, x, years),
        ],
        axis=1,
    )
    state = State(room.copy(), year, levels, other.copy())
    nothing = np.zeros(len(room))
    for commune in range(len(flat.must)):
        if _is_plan(flat, state, commune, years):
            put_commune(flat, state, commune, items.value, nothing, 1.0)
        else:
            clear(flat, state, commune)
    profit = items.value - items.take @ packing.prices
    for empty in np.flatnonzero(flat.gap_start[1:] > flat.gap_start[:-1]):
        if (state.year[flat.gap_start[empty] : flat.gap_start[empty + 1]] >= years).all():
            _insert(packing, state, int(empty), profit, nothing)
    for at in range(len(other)):
        span = slice(others.start[at], others.start[at + 1])
        state.left[others.row[span]] -= other[at] * others.amount[span]
    return state


def _is_plan(flat: Flat, state: State, commune: int, years: int) -> bool:
    gaps = slice(flat.gap_start[commune], flat.gap_start[commune + 1])
    standard = state.level[commune, 0]
    if standard > flat.must[commune] or (0 <= standard < years and flat.standard[commune, standard] < 0):
        return False
    year = state.year[gaps]
    late = (flat.due[gaps] < years) & (year > flat.due[gaps])
    there = flat.item[np.arange(gaps.start, gaps.stop)[year < years], year[year < years]]
    return not late.any() and bool((there >= 0).all())


def _insert(packing: Packing, state: State, commune: int, profit: Floats, nothing: Floats) -> None:
    """Plan a commune at the prices, as late as it takes; one that has no plan stays without."""
    flat, years = packing.items.flat, len(packing.model.problem.years)
    for last in (years, *range(years)):
        clear(flat, state, commune)
        if last <= flat.must[commune] and replan(flat, state, commune, last, profit, nothing):
            return
        put_commune(flat, state, commune, packing.items.value, nothing, -1.0)
    clear(flat, state, commune)


def written(packing: Packing, state: State, values: Floats) -> Floats:
    """Return a found plan as the model's variables."""
    model, items = packing.model, packing.items
    problem, years = model.problem, len(model.problem.years)
    x = np.zeros(len(model.worth))
    x[items.others] = values
    steps = problem.steps
    done = np.where(problem.met, -1, years)
    done[steps.commune, steps.criterion] = state.year[items.gap_of]
    standard = done.max(axis=1, initial=-1)
    plan = plans.assemble(problem, done, standard, state.level[:, 1], state.level[:, 2], plans.villages(model, x))
    return plans.write(model, plan)
