"""One offer for each commune: districts in which the relaxation takes parts are decided first, then money is balanced.

A district is a small program at the prices of what all share, which lean against what those before have used. Then
communes that hardly care, in districts whose own rows are slack, make up for what is left over or lacks.
"""

import highspy
import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise import plans
from ntm_lib.planning.optimise.drafting import district_needs
from ntm_lib.planning.optimise.items import counted
from ntm_lib.planning.optimise.offers import Offers, Shared, program, share_out
from ntm_lib.planning.optimise.pack import Packing, keeps
from ntm_lib.planning.problem import Bools, Floats, Ints

SPREADS, NEARBY = (0.003, 0.01, 0.03, 0.1), 16  # first offers: at prices that differ by such shares
ROUNDS, CLOSE = 8, 1e-5  # rounds of the relaxation at most; it is good enough within this share of its bound
NOISES, NOISY = (0.05, 0.15, 0.4, 0.8), 24  # of what items are worth, in districts that are decided
FAIR = 1.005  # districts are measured against a little more than the share of gaps closed
LEAN, MOST = 0.002, 0.02  # a price falls by this share when what a commune usually takes is left over; at most so much
HARD, SOFT = 1e5, 20.0  # what lacks: worth of a unit of a district's row; times its worth of what all share
BATCH, BATCHES, NODES, GAP = 400, 16, 100, 1e-4  # communes that balance at a time
RESERVE = 1e-4  # of what all share, kept back while communes balance: what lacks by less does no harm
WHOLE = 1e-6


def choose(packing: Packing, wide: Bools, district: Ints, gap: float, seed: int) -> tuple[Floats | None, float]:
    """Return the best plan found (model's variables; None: none keeps every row) and the proven bound.

    ``wide``, ``district`` (rows): whether several districts share a row, else whose it is. ``gap``: what is good enough.
    """
    offers = Offers(packing)
    draw = np.random.default_rng(seed)
    relaxed = _relax(offers, draw)
    lower, upper = _aims_stand(offers, relaxed)
    fixed = share_out(offers, lower, upper, is_fixed=True)
    chosen, others = _districts(offers, fixed, wide, district, draw), fixed.others
    enough = offers.bound - gap * abs(offers.bound)
    best: Floats | None = None
    order, worth = _indifferent(offers, fixed, chosen, district), packing.model.worth
    for begin in range(0, min(len(order), BATCH * BATCHES), BATCH):
        chosen, others = _balance(offers, others, chosen, wide, order[begin : begin + BATCH], enough)
        plan = _plan(offers, chosen, others)
        if plan is not None and (best is None or worth @ plan > worth @ best):
            best = plan
        if best is not None and worth @ best + packing.model.base >= enough:
            break
    return best, offers.bound


def _relax(offers: Offers, draw: np.random.Generator) -> Shared:
    """Ask for offers until their program is worth what its prices prove."""
    packing, items = offers.packing, offers.packing.items
    start = packing.prices
    offers.ask(start)
    for turn in range(NEARBY):
        bent = start * np.maximum(0.0, 1 + SPREADS[turn % len(SPREADS)] * draw.standard_normal(len(start)))
        offers.ask(np.where(items.is_equal, start, bent))
    for _round in range(ROUNDS):
        shared = share_out(offers, np.zeros(len(items.others)), items.upper, is_fixed=False)
        offers.ask(shared.prices)
        if offers.bound - shared.worth <= CLOSE * abs(offers.bound):
            break
        offers.ask((shared.prices + offers.prices) / 2)
    return share_out(offers, np.zeros(len(items.others)), items.upper, is_fixed=False)


def _aims_stand(offers: Offers, shared: Shared) -> tuple[Floats, Floats]:
    """Bounds of the other variables once the share of gaps closed and the districts that reach their aim stand."""
    packing, items = offers.packing, offers.packing.items
    places, problem = packing.model.places, packing.model.problem
    lower, upper = np.zeros(len(items.others)), items.upper.copy()
    closed = items.others == places.closed
    lower[closed] = upper[closed] = np.minimum(1.0, FAIR * shared.others[closed])
    done, standard = offers.pick[: len(shared.taken)].T @ shared.taken, items.flat.standard
    reached = np.where(standard >= 0, done[np.maximum(standard, 0)], 0.0).sum(axis=1) + items.flat.at_start
    needed = np.maximum(district_needs(problem, problem.aims.district_share), WHOLE)
    score = np.bincount(problem.district, reached, minlength=len(needed)) / needed
    flags = np.flatnonzero(places.districts >= 0)
    at = {int(place): position for position, place in enumerate(items.others)}
    where = np.array([at[int(place)] for place in places.districts[flags]], dtype=np.int64)
    most = where[np.argsort(-score[flags], kind="stable")][: int(problem.aims.districts or 0)]
    upper[where] = 0.0
    lower[most] = upper[most] = 1.0
    return lower, upper


def _districts(offers: Offers, shared: Shared, wide: Bools, district: Ints, draw: np.random.Generator) -> Ints:
    """Return the offer of each commune (n): where parts were taken, districts are decided as a whole, one after the other."""
    items, problem = offers.packing.items, offers.packing.model.problem
    known, prices = len(shared.taken), shared.prices
    chosen = np.full(offers.count, -1)
    order = np.argsort(shared.taken, kind="stable")
    chosen[offers.owner[order]] = order
    parts = offers.owner[:known][(shared.taken > WHOLE) & (shared.taken < 1 - WHOLE)]
    open_districts = np.unique(problem.district[parts])
    is_open = np.isin(problem.district, open_districts)
    profit = items.value - items.take @ prices
    for turn in range(NOISY if len(parts) else 0):
        noise = NOISES[turn % len(NOISES)] * items.usual * draw.standard_normal(len(profit))
        offers.around(profit + noise, is_open)
    taken = np.append(shared.taken, np.zeros(len(offers.worth) - known))
    room = items.room - items.extra.T @ shared.others
    usually, balance = np.maximum(np.abs(items.room), 1e-9) / offers.count, np.zeros(len(room))
    by_district = problem.district[offers.owner]
    for one in draw.permutation(open_districts):
        at, rows = np.flatnonzero(by_district == one), np.flatnonzero(district == one)
        use = offers.use[at]
        now = np.where(wide, prices * (1 - np.clip(LEAN * balance / usually, -MOST, MOST)), 0.0)
        solver = _program(
            offers, at, use[:, rows].T, room[rows], offers.worth[at] - use @ now, np.full(len(rows), HARD), np.zeros(0)
        )
        solver.run()
        is_taken = np.asarray(solver.getSolution().col_value)[: len(at)] > 1 / 2
        chosen[offers.owner[at[is_taken]]] = at[is_taken]
        balance += use.T @ (taken[at] - is_taken)
    return chosen


def _program(
    offers: Offers, at: Ints, rows: sp.spmatrix, room: Floats, worth: Floats, lack: Floats, upper: Floats
) -> highspy.Highs:
    """One of the offers ``at`` for each commune, and other whole columns up to ``upper``; rows may lack at a cost."""
    communes, own = np.unique(offers.owner[at], return_inverse=True)
    count, more = len(at), len(at) + len(upper)
    takes = sp.csr_matrix((np.ones(count), (own, np.arange(count))), (len(communes), more + len(room)))
    both = sp.vstack([takes, sp.hstack([rows, -sp.eye(len(room))])])
    ones, free = np.ones(len(communes)), np.full(len(room), np.inf)
    return program(both, np.append(ones, -free), np.append(ones, room), np.append(worth, -lack), np.zeros(more + len(room)),
                   np.concatenate([np.ones(count), upper, free]), more)  # fmt: skip


def _balance(
    offers: Offers, others: Floats, chosen: Ints, wide: Bools, communes: Ints, enough: float
) -> tuple[Ints, Floats]:
    """Let some communes, and the villages, choose again; return the offer of each commune and the other variables."""
    packing, items, model = offers.packing, offers.packing.items, offers.packing.model
    free = np.isin(np.arange(offers.count), communes)
    at, stands = np.flatnonzero(free[offers.owner]), chosen[~free]
    held = others.copy()
    moves = np.flatnonzero((items.others != model.places.closed) & ~np.isin(items.others, model.places.districts))
    held[moves] = 0.0
    room = items.room - np.where(wide, RESERVE * np.abs(items.room), 0.0)
    room -= np.asarray(offers.use[stands].sum(axis=0)).ravel() + items.extra.T @ held
    rows = sp.vstack([offers.use[at], items.extra[moves]]).T.tocsr()
    kept = np.flatnonzero(np.diff(rows.indptr) > 0)
    lack = np.where(wide[kept], SOFT * np.maximum(packing.lack[kept], WHOLE), HARD)
    worth = np.append(offers.worth[at], items.extra_value[moves])
    solver = _program(offers, at, rows[kept], room[kept], worth, lack, items.upper[moves])
    base = model.base + float(offers.worth[stands].sum() + items.extra_value @ held)
    for name, value in {
        "mip_rel_gap": GAP * abs(offers.bound) / max(1.0, offers.bound - base),
        "mip_max_nodes": NODES,
        "objective_target": base - enough,
    }.items():
        solver.setOptionValue(name, value)
    solver.run()
    x = np.asarray(solver.getSolution().col_value)
    if not len(x):
        return chosen, others
    taken = at[x[: len(at)] > 1 / 2]
    final = chosen.copy()
    final[offers.owner[taken]] = taken
    held[moves] = np.rint(x[len(at) : len(at) + len(moves)])
    return final, held


def _plan(offers: Offers, chosen: Ints, others: Floats) -> Floats | None:
    """Return the plan (model's variables) if it keeps every row."""
    model = offers.packing.model
    done = np.asarray(offers.pick[chosen].sum(axis=0)).ravel()
    plan = plans.write(model, plans.read(model, counted(model, offers.packing.items, done, others)))
    return plan if keeps(model, plan) else None


def _indifferent(offers: Offers, shared: Shared, chosen: Ints, district: Ints) -> Ints:
    """Return the communes of districts whose own rows are slack, those that have another offer nearly as good first."""
    problem = offers.packing.model.problem
    profit = offers.worth - offers.use @ shared.prices
    loss = np.abs(profit[chosen][offers.owner] - profit)
    is_other = np.ones(len(loss), dtype=bool)
    is_other[chosen] = False
    second = np.full(offers.count, np.inf)
    np.minimum.at(second, offers.owner[is_other], loss[is_other])
    tight = np.unique(district[(district >= 0) & (shared.prices > WHOLE)])
    second[np.isin(problem.district, tight)] = np.inf
    order = np.argsort(second, kind="stable")
    return np.asarray(order[np.isfinite(second[order])])
