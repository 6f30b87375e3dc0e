"""One offer for each commune: districts in which the relaxation takes parts are decided first, then the whole is balanced.

A district is a small program at the prices of what all share, which lean against what those before have used. Then offers
are switched (``balance``) until no row lacks anything.
"""

from dataclasses import dataclass, replace
from functools import partial

import highspy
import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise import plans
from ntm_lib.planning.optimise.balance import NEVER, PHASES, Choice, Course, Taken, balance
from ntm_lib.planning.optimise.drafting import district_needs
from ntm_lib.planning.optimise.exchange import exchange
from ntm_lib.planning.optimise.items import counted
from ntm_lib.planning.optimise.moves import Others
from ntm_lib.planning.optimise.offers import Offers, Shared, one_each, program, share_out
from ntm_lib.planning.optimise.options import good_enough
from ntm_lib.planning.optimise.pack import keeps
from ntm_lib.planning.optimise.threads import side_by_side
from ntm_lib.planning.problem import Bools, Floats, Ints

NOISES, NOISY = (0.05, 0.15, 0.4, 0.8), 24  # of what items are worth, in districts that are decided
VARIED, FEW = 2, 2  # more offers of all communes, to balance with; where districts have no rows of their own
FINE, COARSE = 0.1, 10.0  # how they vary, of what items are worth; levels much: who nearly reaches one offers both
SPARING = (0.03, 0.1, 0.3, 1.0)  # rows that lack something are dearer by such shares of what lacking costs
MODEST, DEARER = (0.003, 0.03), 3.0  # such with everything dearer by such shares; so many times more each turn
FAIR = 1.005  # districts are measured against a little more than the share of gaps closed
LEAN, MOST = 0.005, 0.1  # a price falls by this share when what a commune usually takes is left over; at most so much
HARD = 1e5  # what lacks of a district's row while the district is decided: worth of a unit
WHOLE = 1e-6

# Balancing: offers that lose at most so many times what an item is usually worth; seeds; phases until all stop if one is there.
NEAR, SEEDS, STRETCH = 20.0, 2, 10
EACH, TURNS, LEAST = 10_000, 1_500_000, 150  # turns a commune, up to so many in all, but so many a commune at least
PLAIN, PLAIN_LEAST = 600_000, 30  # the same where districts have no rows of their own
HOT, COLD, STRICT = 0.2, 0.01, 30.0  # heat by a usual item's worth; what lacks costs once to so many times its worth
PAIRS, OTHER = 0.5, 0.1
RESERVE, TINY = 3e-5, 5e-10  # of what all share is kept back, for lacking less does no harm; of other rows for rounding
DEAR = 3.0  # what lacks costs so many times its price, and an item's usual worth so many times in rows of all and a district
COMMON, OWN, CLOSED = 1.0, 10.0, 25.0  # (and where the share of gaps closed stands)
ROUNDS, EXCHANGES = (
    6,
    20,
)  # of balancing, each after districts that lacked something were decided anew; then of exchanges
HARDER = 4.0  # what lacked in a round costs so many times more in the next


def choose(
    offers: Offers, relaxed: Shared, wide: Bools, district: Ints, gap: float, draw: np.random.Generator
) -> Floats | None:
    """Return the best plan found (model's variables; None: none keeps every row).

    ``wide``, ``district`` (rows): whether several districts share a row, else whose it is. ``gap``: what is good enough.
    """
    lower, upper = _aims_stand(offers, relaxed)
    offers.keep_shares(relaxed.prices)
    is_same = not len(lower) and len(offers.worth) == len(relaxed.taken)
    fixed = relaxed if is_same else share_out(offers, lower, upper, is_fixed=True)
    stand = Standing(_districts(offers, fixed, wide, district, draw), np.floor(fixed.others + WHOLE))
    closed = offers.packing.items.others == offers.packing.model.places.closed
    stand.others[closed] = fixed.others[closed]
    count, good = offers.count, good_enough(offers.bound, gap)
    turns = (
        max(min(EACH * count, TURNS), LEAST * count)
        if (district >= 0).any()
        else max(min(EACH * count, PLAIN), PLAIN_LEAST * count)
    )
    harder = np.ones(len(fixed.prices))
    for turn in range(ROUNDS):
        balance = _Balance.of(offers, fixed, stand, wide, harder)
        stand, left, plan = balance.run(turn, turns, good)
        if plan is not None:
            return _exchanged(balance, fixed.prices, stand, left, plan, good, draw, EXCHANGES)
        _ask_again(offers, fixed.prices, left, draw, VARIED)
        _ask_for_less(offers, fixed.prices, turn + 1)
        lacking = left < -balance.spare
        harder[lacking] *= HARDER
        ask_sparing(offers, fixed.prices, np.where(lacking, balance.lack, 0.0))
        short = (district >= 0) & lacking
        raised = fixed.prices + np.where(short, (turn + 1) * balance.lack, 0.0)
        stand = replace(
            stand, chosen=_anew(offers, fixed, stand, raised, np.unique(district[short]), wide, district, draw)
        )
    return None


@dataclass(frozen=True, eq=False)
class Standing:
    """``chosen`` (n): the offer of each commune; ``others``: amount of each variable of no commune."""

    chosen: Ints
    others: Floats


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
    problem, known = offers.packing.model.problem, len(shared.taken)
    chosen = np.full(offers.count, -1)
    order = np.argsort(shared.taken, kind="stable")
    chosen[offers.owner[order]] = order
    parts = offers.owner[:known][(shared.taken > WHOLE) & (shared.taken < 1 - WHOLE)]
    nothing = np.zeros(len(shared.prices))
    if not (district >= 0).any():
        _ask_again(offers, shared.prices, nothing, draw, FEW, COARSE)
        _ask_for_less(offers, shared.prices, 0)
        return chosen
    is_open = np.unique(problem.district[parts])
    _ask_again(offers, shared.prices, nothing, draw, VARIED)
    return _anew(offers, shared, Standing(chosen, shared.others), shared.prices, is_open, wide, district, draw)


def _anew(
    offers: Offers, shared: Shared, stand: Standing, prices: Floats, districts: Ints, wide: Bools, district: Ints,
    draw: np.random.Generator,
) -> Ints:  # fmt: skip
    """Decide some districts as a whole, one after the other, with more offers made at ``prices`` that vary."""
    items, of_commune = offers.packing.items, offers.packing.model.problem.district
    profit, is_open = items.value - items.take @ prices, np.isin(of_commune, districts)
    for turn in range(NOISY if len(districts) else 0):
        noise = NOISES[turn % len(NOISES)] * items.usual * draw.standard_normal(len(profit))
        offers.around(profit + noise, is_open)
    taken = np.append(shared.taken, np.zeros(len(offers.worth) - len(shared.taken)))
    room, chosen = items.room - items.extra.T @ stand.others, stand.chosen.copy()
    usually, left_over = np.maximum(np.abs(items.room), 1e-9) / offers.count, np.zeros(len(room))
    by_district = of_commune[offers.owner]
    for one in draw.permutation(districts):
        at, rows = np.flatnonzero(by_district == one), np.flatnonzero(district == one)
        use = offers.use[at]
        now = np.where(wide, shared.prices * (1 - np.clip(LEAN * left_over / usually, -MOST, MOST)), 0.0)
        is_taken = _decided(offers, at, use[:, rows].T, room[rows], offers.worth[at] - use @ now)
        chosen[offers.owner[at[is_taken]]] = at[is_taken]
        left_over += use.T @ (taken[at] - is_taken)
    return chosen


def _ask_again(
    offers: Offers, prices: Floats, left: Floats, draw: np.random.Generator, turns: int, coarse: float = FINE
) -> None:
    """Take in more offers of all communes, at prices that lean against what is ``left`` of each row; levels vary ``coarse``."""
    items = offers.packing.items
    usually = np.maximum(np.abs(items.room), 1e-9) / offers.count
    profit = items.value - items.take @ (prices * (1 - np.clip(LEAN * left / usually, -MOST, MOST)))
    spread = items.usual * np.where(np.arange(len(profit)) < len(items.gap_of), FINE, coarse)
    for _turn in range(turns):
        offers.around(profit + spread * draw.standard_normal(len(profit)))


def _ask_for_less(offers: Offers, prices: Floats, turn: int) -> None:
    """Take in offers that want less of everything, the less the later the turn: they let rows come out that all are short of."""
    items = offers.packing.items
    for dear in MODEST:
        offers.around(items.value - items.take @ (prices + dear * DEARER**turn * np.abs(prices)))


def ask_sparing(offers: Offers, prices: Floats, lack: Floats) -> None:
    """Take in offers that spare the rows that lack something, also those that cost nothing at the prices."""
    items = offers.packing.items
    for times in SPARING:
        offers.around(items.value - items.take @ (prices + times * lack))


def _decided(offers: Offers, at: Ints, rows: sp.spmatrix, room: Floats, worth: Floats) -> Bools:
    """Choose one of the offers ``at`` for each commune; rows may lack at a cost."""
    count = len(at)
    communes, takes = one_each(offers.owner[at], count + len(room))
    both = sp.vstack([takes, sp.hstack([rows, -sp.eye(len(room))])])
    ones, free = np.ones(len(communes)), np.full(len(room), np.inf)
    solver: highspy.Highs = program(
        both, np.append(ones, -free), np.append(ones, room), np.append(worth, np.full(len(room), -HARD)),
        np.zeros(count + len(room)), np.append(np.ones(count), free), count,
    )  # fmt: skip
    solver.run()
    return np.asarray(solver.getSolution().col_value)[:count] > 1 / 2


@dataclass(frozen=True, eq=False)
class _Balance:
    """Offers near the best, where they stand among all (``at``), and what is decided when balancing begins.

    ``others``: those variables of no commune that may change (``moves``), one that does not pay at the prices not beyond what is
    taken of it; ``held``: what all of them start from.
    """

    offers: Offers
    at: Ints
    choice: Choice
    others: Others
    moves: Ints
    held: Floats
    begin: Taken
    spare: Floats
    lack: Floats

    @classmethod
    def of(cls, offers: Offers, shared: Shared, stand: Standing, wide: Bools, harder: Floats) -> "_Balance":
        packing, items, places = offers.packing, offers.packing.items, offers.packing.model.places
        at, position = _near(offers, shared, stand.chosen)
        use: sp.csr_matrix = offers.use[at]
        choice = Choice(
            np.searchsorted(offers.owner[at], np.arange(offers.count + 1)), use.indptr, use.indices, use.data, offers.worth[at]
        )  # fmt: skip
        moves = np.flatnonzero((items.others != places.closed) & ~np.isin(items.others, places.districts))
        extra: sp.csr_matrix = items.extra[moves]
        pays = items.extra_value[moves] > extra @ shared.prices
        held, upper = stand.others, items.upper[moves]
        upper = np.where(pays, upper, np.minimum(upper, np.ceil(shared.others[moves] - WHOLE)))
        others = Others(extra.indptr, extra.indices, extra.data, items.extra_value[moves], upper)
        kept_back = np.where(wide & ~items.is_equal, RESERVE * np.abs(items.room), 0.0)
        left = items.room - kept_back - np.asarray(use[position].sum(axis=0)).ravel() - items.extra.T @ held
        amounts = abs(use).tocsc()
        mean = np.asarray(amounts.sum(axis=0)).ravel() / np.maximum(np.diff(amounts.indptr), 1)
        times = np.where(items.is_equal, CLOSED, np.where(wide, COMMON, OWN))
        lack = np.maximum(packing.lack, times * items.usual / np.where(mean > 0, mean, 1.0))
        lack = np.maximum(lack, DEAR * shared.prices) * harder
        begin = Taken(position, held[moves], left)
        return cls(offers, at, choice, others, moves, held, begin, np.maximum(kept_back, TINY), lack)

    def run(self, turn: int, turns: int, enough: float) -> tuple[Standing, Floats, Floats | None]:
        """Return what stands in the end, what is left of each row, and the plan (None: something lacks)."""
        items = self.offers.packing.items
        stands = np.ones(len(self.held), dtype=bool)
        stands[self.moves] = False
        base = self.offers.packing.model.base + float(items.extra_value[stands] @ self.held[stands])
        course = Course(turns, HOT * items.usual, COLD * items.usual, 1.0, STRICT, PAIRS, OTHER, enough - base)
        tries = [_Try.of(self.begin, seed) for seed in range(turn * SEEDS, (turn + 1) * SEEDS)]
        for first in range(0, PHASES, STRETCH):
            side_by_side(partial(self._go_on, course, (first, first + STRETCH)), tries)
            if max(one.found for one in tries) >= course.enough:
                break
        best = max(tries, key=lambda one: one.found)
        taken = best.taken if best.found == NEVER else best.best
        held = self.held.copy()
        held[self.moves] = taken.other
        stand = Standing(self.at[taken.chosen], held)
        return stand, taken.left, self.plan(stand)  # districts may lack a little against a share that was set too high

    def _go_on(self, course: Course, phases: tuple[int, int], one: "_Try") -> None:
        one.found = balance(
            self.choice, self.others, one.taken, self.spare, self.lack, course, phases, one.draw, one.best, one.found
        )

    def plan(self, stand: Standing) -> Floats | None:
        """Return the plan (model's variables) if it keeps every row."""
        model, items = self.offers.packing.model, self.offers.packing.items
        done = np.asarray(self.offers.pick[stand.chosen].sum(axis=0)).ravel()
        plan = plans.write(model, plans.read(model, counted(model, items, done, stand.others)))
        return plan if keeps(model, plan) else None


def _exchanged(
    balance: _Balance, prices: Floats, stand: Standing, left: Floats, plan: Floats, enough: float,
    draw: np.random.Generator, exchanges: int,
) -> Floats:  # fmt: skip
    """Exchange offers until the plan is worth ``enough``; what was kept back of rows is there to be used."""
    offers, model = balance.offers, balance.offers.packing.model
    left = np.maximum(left + balance.spare, 0.0)
    for _turn in range(exchanges):
        more = enough - float(model.worth @ plan) - model.base
        if more <= 0:
            break
        chosen, rest = exchange(offers, prices, balance.at, stand.chosen, left, more, draw)
        found = balance.plan(replace(stand, chosen=chosen))
        if found is not None and model.worth @ found > model.worth @ plan:
            plan, stand, left = found, replace(stand, chosen=chosen), np.maximum(rest, 0.0)
    return plan


@dataclass(eq=False)
class _Try:
    """One seed's search: where it stands, the best plan it found and what that is worth."""

    taken: Taken
    best: Taken
    draw: np.random.Generator
    found: float = NEVER

    @classmethod
    def of(cls, begin: Taken, seed: int) -> "_Try":
        taken, best = (Taken(begin.chosen.copy(), begin.other.copy(), begin.left.copy()) for _copy in range(2))
        return cls(taken, best, np.random.default_rng(seed))


def _near(offers: Offers, shared: Shared, chosen: Ints) -> tuple[Ints, Ints]:
    """Return the offers that lose little (those of a commune together), and where those ``chosen`` stand among them (n)."""
    profit = offers.worth - offers.use @ shared.prices
    best = np.full(offers.count, -np.inf)
    np.maximum.at(best, offers.owner, profit)
    is_near = profit >= best[offers.owner] - NEAR * offers.packing.items.usual
    is_near[: len(shared.taken)] |= shared.taken > WHOLE
    is_near[chosen] = True
    at = np.flatnonzero(is_near)
    at = at[np.argsort(offers.owner[at], kind="stable")]
    position = np.full(len(profit), -1)
    position[at] = np.arange(len(at))
    return at, position[chosen]
