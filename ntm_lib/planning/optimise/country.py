"""The search of a country: prices of what communes share, and a plan made at them, without a program of the whole.

Where districts have rows of their own, the best prices come from a program that chooses among what communes offer, and the
plan is one of their offers each (``choose``). Where they have none, or that found no plan: sweep after sweep every commune
takes its best plan at prices that lean against what is left over or lacks (``steer``). The first sweeps only spread what
would be used too much; the later ones take a change only where it gains, and lean more and more. Where a district's own
rows still lack something, that district is searched alone.
"""

from dataclasses import dataclass

import numpy as np

from ntm_lib.planning.optimise.anneal import Course, anneal
from ntm_lib.planning.optimise.choose import choose
from ntm_lib.planning.optimise.highs import Found
from ntm_lib.planning.optimise.items import Items, read_items
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.moves import Others, Window
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.pack import Packing, keeps, share_closed, start_from, written
from ntm_lib.planning.optimise.prices import HEATS, ROUGH, price
from ntm_lib.planning.optimise.steer import Lean, steer
from ntm_lib.planning.problem import Bools, Floats, Ints, NotFound

GENTLE, SPREADS = (1e-4,), (1e-3, 3e-4, 1e-4)  # the first sweeps of the first try, of the others: a price falls by this
# share when what a commune usually takes is left over
LEANS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # the later ones: by this share at most
# How soon that is reached, in the first try and the others; rows of a district: STEEP times what lacking costs, for a unit.
BLUNT, SHARP = 1 / 30, 30.0
STEEP, STEEPEST = 0.5, 10.0
STRICT = 5.0  # what lacks costs so many times its worth
ALONE = Course(200, 0.1, 0.005, 1.2, 10.0, 0.2, 0.1, 0.02, np.inf)  # turns for each gap; heat by a usual item's worth
FAIR = 1.005  # districts are measured against a little more than the share of gaps closed
TRIES = 6


def country(model: Model, options: Options, start: Floats | None) -> Found:
    """Price and plan; raises ``NotFound`` where no plan was found, which does not prove that there is none."""
    items = read_items(model)
    rows = Sharing.of(model, items)
    has_own = bool((rows.district >= 0).any())
    priced = price(model, items, ROUGH if has_own else HEATS)
    packing, bound, plan = Packing.of(model, items, priced.prices), priced.bound, None
    if has_own:
        plan, bound = choose(packing, rows.is_wide, rows.district, options.gap, options.seed)
    if plan is None:
        plan = steered(packing, priced.x, bound - options.gap * max(1.0, abs(bound)) - model.base)
    if plan is None and start is None and not has_own:
        plan, bound = choose(packing, rows.is_wide, rows.district, options.gap, options.seed)
    found = [one for one in (plan, start) if one is not None]
    if not found:
        raise NotFound
    best = max(found, key=lambda one: float(model.worth @ one))
    objective = float(model.worth @ best) + model.base
    return Found(best, objective, max(bound, objective), 0)


def steered(packing: Packing, x: Floats, enough: float) -> Floats | None:
    """Return the best plan (model's variables) made at the prices of a packing, None where none keeps every row.

    ``x``: what is done at these prices in part; districts are measured against its share of gaps closed, at first.
    ``enough``: a plan worth that much ends the search.
    """
    best, closed, worth = None, share_closed(packing, x), packing.model.worth
    for seed in range(TRIES):
        plan = _Steering(packing, x, min(1.0, FAIR * closed), seed).run()
        if keeps(packing.model, plan) and (best is None or worth @ plan > worth @ best):
            best = plan
        if best is not None and worth @ best >= enough:
            break
        closed = share_closed(packing, plan)
    return best


@dataclass(frozen=True, eq=False)
class Sharing:
    """``district`` (rows): the one whose communes alone take of it, -1 where none or several do; ``is_wide``: several do."""

    district: Ints
    is_wide: Bools

    @classmethod
    def of(cls, model: Model, items: Items) -> "Sharing":
        """Read who takes of each row of the items of a model."""
        flat, take = items.flat, items.take.tocoo()
        n, years = flat.standard.shape
        owner = np.append(flat.owner[items.gap_of], np.tile(np.arange(n).repeat(years), 3))
        district = model.problem.district[owner[take.row]]
        rows, count = take.shape[1], len(model.problem.districts)
        first, last = np.full(rows, count), np.full(rows, -1)
        np.minimum.at(first, take.col, district)
        np.maximum.at(last, take.col, district)
        return cls(np.where(first == last, first, -1), last > first)


class _Steering:
    """One plan in work, districts measured against ``closed``."""

    def __init__(self, packing: Packing, x: Floats, closed: float, seed: int) -> None:
        self.packing, self.items, self.flat = packing, packing.items, packing.items.flat
        self.state, self.held, self.free, self.room = start_from(packing, x, closed)
        self.rows = Sharing.of(packing.model, packing.items)
        self.draw, self.prices = np.random.default_rng(seed), packing.prices.copy()
        self.count = len(self.flat.must)
        self.spreads: tuple[float, ...] = SPREADS if seed else GENTLE
        self.sharp = SHARP if seed else BLUNT

    def run(self) -> Floats:
        """Sweep, then search districts that lack something alone, then sweep again; return the plan."""
        self._fill_others()
        for spread in self.spreads:
            lean = self._lean(spread * self.usual_price / self._usually(), np.inf, is_wide=True)
            balance = np.zeros(len(self.room))
            self._sweep(lean, balance, np.zeros(len(balance)), guards=False)
            if spread != self.spreads[-1]:
                self.prices = np.maximum(0.0, self.prices - lean.lean * np.where(self.rows.is_wide, balance, 0.0))
        self._tighten()
        if self._alone():
            self._tighten()
        values = self.held.copy()
        values[self.free] = self.state.other
        return written(self.packing, self.state, values)

    def _fill_others(self) -> None:
        """Let the variables of no commune reach what is asked of them alone (villages), the best ones first."""
        extra, state = self.items.extra[np.flatnonzero(self.free)].tocsc(), self.state
        spare = (self.items.extra_value - self.items.extra @ self.prices)[self.free]
        upper = self.items.upper[self.free]
        for row in np.flatnonzero((self.rows.district < 0) & ~self.rows.is_wide & (state.left < -1e-9)):
            at, amount = extra[:, [row]].nonzero()[0], extra[:, [row]].toarray().ravel()
            for one in at[np.argsort(-spare[at], kind="stable")]:
                if amount[one] >= 0 or state.left[row] >= 0:
                    continue
                more = min(np.floor(upper[one] - state.other[one]), np.ceil(state.left[row] / amount[one] - 1e-9))
                state.other[one] += more
                state.left[:] -= more * extra[[one]].toarray().ravel()

    @property
    def usual_price(self) -> Floats:
        """Return what one unit more of each row is usually worth."""
        return np.maximum(self.packing.all_in, np.where(self.rows.is_wide, self.packing.prices, 0.0))

    def _usually(self) -> Floats:
        """Return what a commune usually takes of each row."""
        return np.asarray(np.maximum(np.abs(self.room), 1e-9) / self.count)

    def _lean(self, lean: Floats, most: Floats | float, *, is_wide: bool) -> Lean:
        """Let the rows of all lean, and those of its district too for each commune unless ``is_wide``."""
        wide = np.flatnonzero(self.rows.is_wide)
        own = np.flatnonzero(self.rows.district >= 0)
        own = own[np.argsort(self.rows.district[own], kind="stable")]
        size = len(self.packing.model.problem.districts)
        begin = np.searchsorted(self.rows.district[own], np.arange(size + 1))
        mine = [
            np.append(wide, [] if is_wide else own[begin[at] : begin[at + 1]]).astype(np.int64) for at in range(size)
        ]
        district = self.packing.model.problem.district
        start = np.append(0, np.cumsum([len(mine[at]) for at in district]))
        row = np.concatenate([mine[at] for at in district]) if len(district) else wide[:0]
        used = self.room - self.state.left
        share = np.ones(len(lean))
        if is_wide:
            share = np.where(self.rows.is_wide & (used > 0), self.room / np.where(used > 0, used, 1.0), 1.0)
        return Lean(start, row, lean, np.broadcast_to(most, lean.shape).copy(), share)

    def _sweep(self, lean: Lean, balance: Floats, lack: Floats, *, guards: bool) -> None:
        order = self.draw.permutation(self.count)
        value, prices = self.items.value, self.prices
        steer(self.flat, order, lean, self.state, value, prices, lack, balance, False, guards)  # noqa: FBT003

    def _tighten(self) -> None:
        lack, wide = self.packing.lack, self.rows.is_wide
        sharp = np.where(wide, self.sharp * self.usual_price / self._usually(), STEEP * lack)
        lean = self._lean(sharp, 0.0, is_wide=False)
        for most in LEANS:
            bent = lean._replace(most=np.where(wide, most * self.usual_price, STEEPEST * most * lack))
            self._sweep(bent, self.state.left.copy(), STRICT * lack, guards=True)

    def _alone(self) -> bool:
        """Search each district alone whose own rows lack something; tell whether there was any."""
        state, flat, problem = self.state, self.flat, self.packing.model.problem
        lacks = (self.rows.district >= 0) & (state.left < -1e-9 * np.maximum(1.0, np.abs(self.room)))
        districts = np.unique(self.rows.district[lacks])
        wide = np.flatnonzero(self.rows.is_wide)
        value = self.items.value - self.items.take @ np.where(self.rows.is_wide, self.prices, 0.0)
        profit = self.items.value - self.items.take @ self.prices
        none = Others(np.zeros(1, self.items.extra.indptr.dtype), self.items.extra.indices[:0],
                      np.zeros(0), np.zeros(0), np.zeros(0))  # fmt: skip
        for district in districts:
            gaps = np.flatnonzero(problem.district[flat.owner] == district)
            window = Window(
                gaps, np.flatnonzero(problem.district == district), np.flatnonzero(self.rows.district == district), wide
            )
            usual = self.packing.usual
            course = ALONE._replace(turns=ALONE.turns * len(gaps), hot=ALONE.hot * usual, cold=ALONE.cold * usual)
            lack = np.where(self.rows.is_wide, self.usual_price, self.packing.lack)
            anneal(flat, window, none, state, value, profit, lack, course, self.draw)
        return bool(len(districts))
