"""From a smooth answer to a nearly whole plan: what hardly anyone doubts stands, the rest is a small linear program.

At fitting prices most communes clearly do one thing; only what the smooth answer leaves open goes to the solver, a small
part of a large model. Then the program is dived: what is nearly whole becomes whole, districts and levels first, and is
solved again, so that what is still open makes up for each rounding. Rows that communes share may lack something, at a cost:
a small change search mends that later.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise.improve import owned
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.quiet import without_banner
from ntm_lib.planning.problem import Bools, Floats, Ints

LACKING = 40.0  # what a shared row lacks costs so many times what an item is usually worth
NEAR = 0.1  # what is so near to whole becomes whole at once; where nothing is, one is tried both ways
FAIR = 1.003  # districts are measured against a little more than the share of gaps closed
ROUNDS, OPENED = 200, 3
DOUBT, OPEN = 1e-5, 6_000  # what is nearer to 0 or 1 stands; at most so many variables are open at first
LOCAL = 0.02  # a row of at most this part of the variables belongs to a few communes, which can be looked at as a whole
SOME = 0.1  # of criteria, at least this part becomes whole in a round
SPARE = 0.5  # of each row of money so much of what one of its items usually takes is left for what rounding needs more
WHOLE = 1e-6


def dive(model: Model, x: Floats, usual: float) -> Floats:
    """Return a plan near the smooth ``x`` (model's variables) that is nearly whole and nearly keeps every row.

    ``usual``: what an item is usually worth.
    """
    program, best = _first(model, x, usual)
    if best is None:
        return x
    if model.places.closed >= 0:
        best = program.settle(best)
    for kind, is_hard in zip(_kinds(model), (True, True, False), strict=True):
        for _round in range(ROUNDS):
            part = program.columns[kind[program.columns] & (np.abs(best - np.rint(best)) > WHOLE)[program.columns]]
            if not len(part):
                break
            found = program.fix_some(part, best, is_hard=is_hard)
            if found is None:
                return best
            best = found
    return best


def _first(model: Model, x: Floats, usual: float) -> tuple["_Program", Floats | None]:
    """Return the program of what ``x`` leaves open, and its optimum; more is open where rows cannot be kept otherwise."""
    far = np.minimum(x, 1 - x)
    is_open = _most(far, OPEN)
    program = _Program.of(model, x, usual, is_open)
    best = program.solve()
    for wider in range(1, OPENED):
        more = (_most(far, OPEN * 3**wider) if best is None else _missed(model, best)) & ~is_open
        if not 0 < more.sum() <= OPEN * 3**wider:
            break
        is_open |= more
        other = _Program.of(model, x, usual, is_open)
        found = other.solve()
        if found is None and best is not None:
            break
        program, best = other, found
    return program, best


def _most(far: Floats, count: int) -> Bools:
    """Tell which are farthest from whole, ``count`` at most."""
    least = np.partition(far, -count)[-count] if len(far) > count else 0.0
    return np.asarray(far > max(DOUBT, least))


def _missed(model: Model, x: Floats) -> Bools:
    """Variables of the communes that share a row which lacks something, where those are few."""
    use = model.rows @ x
    lacks = np.maximum(model.low - use, use - model.high) > WHOLE
    lacks &= np.diff(model.rows.indptr) < LOCAL * len(model.worth)
    touched = np.asarray(np.abs(model.rows[lacks]).sum(axis=0)).ravel() > 0
    communes, found = np.zeros(len(model.problem.communes), dtype=bool), np.zeros(len(x), dtype=bool)
    owners = owned(model)
    for column, commune in owners:
        communes[commune[touched[column]]] = True
    for column, commune in owners:
        found[column[communes[commune]]] = True
    return found


def _kinds(model: Model) -> tuple[Bools, Bools, Bools]:
    """Variables in the order in which they become whole: flags of districts, levels, criteria."""
    places = model.places
    flags, levels, done = np.zeros((3, len(model.worth)), dtype=bool)
    flags[places.districts[places.districts >= 0]] = True
    for place in (places.standard, places.advanced, places.model):
        levels[place[place >= 0]] = True
    done[places.done] = True
    return flags, levels, done


@dataclass(frozen=True, eq=False)
class _Program:
    """The linear program of ``columns``, the model's open variables; all others stand as in ``fixed``; ``kept``: the model's rows in it."""

    model: Model
    solver: highspy.Highs
    columns: Ints
    fixed: Floats
    kept: Ints
    low: Floats
    high: Floats

    @classmethod
    def of(cls, model: Model, x: Floats, usual: float, is_open: Bools) -> "_Program":
        places = model.places
        is_open = is_open.copy()
        for at in (places.carried, places.pool, np.array([places.closed]), places.districts, places.villages):
            is_open[at[at >= 0]] = True
        is_open &= model.lower < model.upper
        columns = np.flatnonzero(is_open)
        fixed = np.where(is_open, 0.0, np.clip(np.rint(x), model.lower, model.upper))
        rows = model.rows.tocsc()[:, columns].tocsr()
        kept = np.flatnonzero(np.diff(rows.indptr) > 0)
        taken = (model.rows @ fixed)[kept]
        high = model.high[kept] - taken
        is_money = (kept >= model.money) & (kept < model.money + model.problem.money.size)
        usually = np.asarray(np.abs(rows[kept]).sum(axis=1)).ravel() / np.diff(rows[kept].indptr)
        high[is_money] -= SPARE * usually[is_money]
        solver = _load(model, columns, rows[kept], model.low[kept] - taken, high,
                       LACKING * usual, int((kept < model.shared).sum()))  # fmt: skip
        return cls(model, solver, columns, fixed, kept, model.low[kept] - taken, high)

    def fix(self, columns: Ints, x: Floats) -> None:
        """Let some of the columns be whole from now on."""
        at, whole = np.searchsorted(self.columns, columns), np.rint(x[columns])
        for column, value in zip(at.tolist(), whole.tolist(), strict=True):
            self.solver.changeColBounds(column, value, value)

    def settle(self, x: Floats) -> Floats:
        """Measure districts from now on against a share of gaps closed that stands, a little above the one in ``x``."""
        closed = self.model.places.closed
        share = FAIR * x[closed]
        own = self.model.rows[:, [closed]].tocsc()
        at = np.searchsorted(self.columns, closed)
        self.solver.changeColBounds(int(at), share, share)
        for row, amount in zip(own.indices.tolist(), own.data.tolist(), strict=True):
            place = int(np.searchsorted(self.kept, row))
            if self.model.low[row] == self.model.high[row]:
                low, high = -np.inf, self.high[place]
            else:  # whole gaps beyond what stands
                asked = np.ceil(self.model.low[row] - amount * share - WHOLE) + amount * share
                low, high = self.low[place] + asked - self.model.low[row], self.high[place]
            self.solver.changeRowBounds(place, low, high)
        found = self.solve()
        return x if found is None else found

    def fix_some(self, part: Ints, x: Floats, *, is_hard: bool) -> Floats | None:
        """Make whole what nearly is; where nothing is, one column, the better way of both."""
        far = np.abs(x[part] - np.rint(x[part]))
        near = far < (NEAR if is_hard else max(NEAR, float(np.quantile(far, SOME))))
        if near.any():
            self.fix(part[near], x)
            return self.solve()
        one = part[[np.argmin(far)]]
        tried = []
        for value in (0.0, 1.0):
            self.fix(one, np.full(len(x), value))
            found = self.solve()
            worth = -np.inf if found is None else -self.solver.getInfo().objective_function_value
            tried.append((worth, value, found))
        if tried[0][0] > tried[1][0]:
            self.fix(one, np.zeros(len(x)))
            return tried[0][2]
        return tried[1][2]

    def solve(self) -> Floats | None:
        """Return the model's variables at the optimum, None where the rows inside a commune cannot be kept."""
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return self._read()

    def _read(self) -> Floats:
        x = self.fixed.copy()
        x[self.columns] = np.asarray(self.solver.getSolution().col_value)[: len(self.columns)]
        return x


def _load(
    model: Model, columns: Ints, rows: sp.csr_matrix, low: Floats, high: Floats, cost: float, inside: int
) -> highspy.Highs:
    """Set up the solver; rows from ``inside`` on may be missed at a cost, on either side."""
    without_banner()
    free = len(low) - inside
    mean = np.asarray(np.abs(rows).sum(axis=1)).ravel()[inside:] / np.diff(rows.indptr)[inside:]
    miss = sp.vstack([sp.csr_matrix((inside, free)), sp.eye(free)])
    lp = highspy.HighsLp()
    matrix = sp.hstack([rows, miss, -miss], format="csc")
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_ = np.concatenate([-model.worth[columns], cost / mean, cost / mean])
    lp.col_lower_ = np.concatenate([model.lower[columns], np.zeros(2 * free)])
    lp.col_upper_ = np.concatenate([model.upper[columns], np.full(2 * free, np.inf)])
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {"output_flag": False, "threads": 1}.items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    return solver
