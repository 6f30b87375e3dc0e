"""A model as things that can be done: what each is worth and what it takes of the rows that communes share.

The model's variables are cumulative ("counted by the end of year t"); an *item* is one of them happening: a criterion
completed in a year, a level reached in a year. Items are what a commune chooses from; rows are what communes share.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numba import njit

from ntm_lib.planning.optimise.aims import least_closed
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.problem import Bools, Floats, Ints, Order


class Flat(NamedTuple):
    """What compiled code reads. Items: the steps first, then each commune and year of the three levels.

    ``start``, ``row``, ``amount``: csr of items x rows, what each takes. ``gap_start`` (n + 1): gaps of each commune, what
    must come before standing before; ``owner`` (gaps): their commune; ``item`` (gaps, t): what completes a gap in a year
    (-1: nothing does); ``due`` (gaps): last year allowed (t: none). ``parent_start``, ``parent``, ``parent_lag``: csr of the
    gaps that must be completed ``lag`` years before. ``standard``, ``advanced``, ``model`` (n, t): items of levels (-1:
    none). ``must`` (n): year by which the standard must be reached (t: none). ``is_whole`` (n): completing every gap means
    the standard. ``at_start`` (n): holds it at the start. What holds for each commune alone (see ``on_their_own``): ``least``
    (n) gaps are closed, and of the amounts ``capped`` (items) no more than ``cap`` (n; inf: none) is used.
    """

    start: Ints
    row: Ints
    amount: Floats
    gap_start: Ints
    owner: Ints
    item: Ints
    due: Ints
    parent_start: Ints
    parent: Ints
    parent_lag: Ints
    standard: Ints
    advanced: Ints
    model: Ints
    must: Ints
    is_whole: Bools
    at_start: Bools
    least: Ints
    cap: Floats
    capped: Floats
    advanced_lag: int
    model_lag: int


@dataclass(frozen=True, eq=False)
class Items:
    """The items of a model and the rows they share: ``take' @ chosen + extra' @ others <= room`` (``is_equal``: =).

    ``value`` (items); ``take`` csr (items, rows). Money that is carried over is written as rows of all money up to a year.
    ``others``: variables of no commune, by position in the model (villages, the share of gaps closed, flags of districts),
    each from nothing to ``upper``, worth ``extra_value``, taking ``extra`` csr (others, rows). ``gap_of`` (steps): gap that
    a step completes.
    """

    flat: Flat
    value: Floats
    take: sp.csr_matrix
    room: Floats
    is_equal: Bools
    others: Ints
    upper: Floats
    extra_value: Floats
    extra: sp.csr_matrix
    gap_of: Ints
    rows: sp.csr_matrix  # from the model's shared rows to these rows: signs, and sums of money carried over

    @property
    def usual(self) -> float:
        """What a step is usually worth, the unit of heat; 1 where no step is worth anything."""
        worth = np.abs(self.value[: len(self.gap_of)])
        return float(np.median(worth[worth > 0])) if (worth > 0).any() else 1.0


def read_items(model: Model) -> Items:
    """Read the items of a model; bounds of its variables hold as they stand in it."""
    problem, places = model.problem, model.places
    years = len(problem.years)
    happens = _happenings(model)
    turn, room, is_equal = _shared_rows(model)
    by_variable = (turn @ model.rows[model.shared :]).T.tocsr()
    kinds = (places.pool, places.villages.ravel(), np.array([places.closed]), places.districts)
    others = np.concatenate([at[at >= 0] for at in kinds]).astype(np.int64)
    gap_start, owner, gap_of, item, due, place = _gaps(model)
    levels = len(item) + np.arange(3 * len(problem.communes)).repeat(years)
    extra = by_variable[others]
    has_others = np.bincount(extra.indices[extra.data != 0], minlength=len(room)) > 0
    take = _scarce((happens @ by_variable).tocsr(), np.append(gap_of, levels), room, is_equal | has_others)
    parent_start, parent, lag = _parents(problem.order, place, len(item))
    standard, advanced, higher = (
        _level_items(model, at, level) for level, at in enumerate((places.standard, places.advanced, places.model))
    )
    held = (
        (places.standard >= 0) & (model.lower[np.maximum(places.standard, 0)] > 0.5)
        if len(model.worth)
        else standard >= 0
    )
    must = np.where(held.any(axis=1), held.argmax(axis=1), years)
    return Items(
        flat=Flat(
            take.indptr, take.indices, take.data, gap_start, owner, item, due, parent_start, parent, lag, standard,
            advanced, higher, np.where(problem.start_standard, years, np.minimum(must, problem.latest)),
            model.gaps.is_whole & ~problem.start_standard, problem.start_standard, np.zeros(len(problem.communes), dtype=np.int64),
            np.full(len(problem.communes), np.inf), np.zeros(take.shape[0]), problem.advanced_lag, problem.model_lag,
        ),
        value=np.asarray(happens @ model.worth),
        take=take,
        room=room,
        is_equal=is_equal,
        others=others,
        upper=model.upper[others],
        extra_value=model.worth[others],
        extra=extra,
        gap_of=gap_of,
        rows=turn,
    )  # fmt: skip


def on_their_own(model: Model, items: Items) -> Items:
    """Return the items with what holds for each commune alone: its floor, which is no row any more, and its share of money.

    A share that pays for villages too, which are no items, is a row and nothing else.
    """
    if (model.floors < 0).all() and (model.caps < 0).all():
        return items
    row_of = np.zeros(items.rows.shape[1], dtype=np.int64)
    at, shared = items.rows.nonzero()
    row_of[shared] = at
    floors, caps = (row_of[rows[rows >= 0] - model.shared] for rows in (model.floors, model.caps))
    is_row = np.ones(len(items.room))
    is_row[floors] = 0.0
    take = (items.take @ sp.diags(is_row)).tocsr()
    take.eliminate_zeros()
    is_cap, cap = np.zeros(len(items.room)), np.full(len(model.caps), np.inf)
    alone = np.diff(items.extra.tocsc().indptr)[caps] == 0
    is_cap[caps[alone]] = 1.0
    cap[np.flatnonzero(model.caps >= 0)[alone]] = items.room[caps[alone]]
    flat = items.flat._replace(
        start=take.indptr, row=take.indices, amount=take.data, cap=cap, capped=items.take @ is_cap,
        least=np.maximum(0, least_closed(model.problem)),
    )  # fmt: skip
    return replace(items, flat=flat, take=take, room=items.room * is_row)


def part(items: Items, communes: Bools, is_own: Bools, share: float, closed: int) -> Items:
    """Return the items of some communes alone; of what all share they have a ``share``.

    ``is_own`` (rows): only communes of one district take of it, and those communes are in or out as a whole. ``closed``:
    the variable of the share of gaps closed, which stays what it is.
    """
    flat, (n, years) = items.flat, items.flat.standard.shape
    inside = np.flatnonzero(communes)
    gaps = np.flatnonzero(communes[flat.owner])
    levels = ((np.arange(3)[:, None, None] * n + inside[:, None]) * years + np.arange(years)).ravel()
    kept = np.append(np.flatnonzero(communes[flat.owner[items.gap_of]]), len(items.gap_of) + levels)
    item_at, gap_at, commune_at = (
        _renumbered(held, size) for held, size in ((kept, len(items.value)), (gaps, len(flat.item)), (inside, n))
    )
    take = items.take[kept]
    links = np.diff(flat.parent_start)
    is_link = np.repeat(communes[flat.owner], links)
    is_there = ~is_own | (np.diff(take.tocsc().indptr) > 0)
    many = items.extra @ is_own.astype(float) == 0
    many |= items.others == closed
    local = np.asarray(np.abs(items.extra) @ (is_own & ~is_there).astype(float)).ravel() > 0
    scale = sp.diags(np.where(many, share, 1.0))
    extra = scale @ items.extra @ sp.diags((~is_own).astype(float)) + items.extra @ sp.diags((is_own & is_there) * 1.0)
    return replace(
        items,
        flat=flat._replace(
            start=take.indptr, row=take.indices, amount=take.data,
            gap_start=np.append(0, np.cumsum(np.diff(flat.gap_start)[inside])),
            owner=commune_at[flat.owner[gaps]], item=item_at[flat.item[gaps]], due=flat.due[gaps],
            parent_start=np.append(0, np.cumsum(links[gaps])), parent=gap_at[flat.parent[is_link]],
            parent_lag=flat.parent_lag[is_link], standard=item_at[flat.standard[inside]],
            advanced=item_at[flat.advanced[inside]], model=item_at[flat.model[inside]], must=flat.must[inside],
            is_whole=flat.is_whole[inside], at_start=flat.at_start[inside], least=flat.least[inside],
            cap=flat.cap[inside], capped=flat.capped[kept],
        ),
        value=items.value[kept], take=take, room=np.where(is_own, items.room * is_there, items.room * share),
        upper=np.where(local & ~many, 0.0, items.upper), extra_value=items.extra_value * np.where(many, share, 1.0),
        extra=extra.tocsr(), gap_of=gap_at[items.gap_of[kept[: len(kept) - len(levels)]]],
    )  # fmt: skip


def _renumbered(kept: Ints, size: int) -> Ints:
    """Return the new number of each old one; -1 stays -1."""
    number = np.full(size + 1, -1)
    number[kept] = np.arange(len(kept))
    return number


def _scarce(take: sp.csr_matrix, chooses: Ints, room: Floats, is_kept: Bools) -> sp.csr_matrix:
    """Leave the rows out of ``take``, in place, that have room whatever is chosen: all that is chosen at its most.

    ``chooses`` (items): items of one number, which stand together, exclude each other. Such a row holds by itself in every plan.
    """
    use = _most_used(take.indptr, take.indices, take.data, chooses, take.shape[1])
    take.data *= ((use > room) | is_kept)[take.indices]
    take.eliminate_zeros()
    return take


@njit(cache=True, nogil=True)
def _most_used(start: Ints, row: Ints, amount: Floats, chooses: Ints, rows: int) -> Floats:
    """Return what is used of each row at most; ``start``, ``row``, ``amount``: csr of items x rows."""
    most, now, number = np.zeros(rows), np.zeros(rows), np.full(rows, -1)
    for item in range(len(start) - 1):
        for at in range(start[item], start[item + 1]):
            if number[row[at]] != chooses[item]:
                most[row[at]] += now[row[at]]
                now[row[at]], number[row[at]] = 0.0, chooses[item]
            now[row[at]] = max(now[row[at]], amount[at])
    return most + now


def _happenings(model: Model) -> sp.csr_matrix:
    """Items x variables: what happens in a year is counted from that year on."""
    places, gaps = model.places, model.gaps
    n, years = places.standard.shape
    steps = len(model.problem.steps)
    chain = np.cumsum(gaps.is_first)
    at, column = [], []
    for ahead in range(years):
        first = np.arange(max(0, steps - ahead))
        same = first[chain[first] == chain[first + ahead]]
        at.append(same)
        column.append(places.done[same + ahead])
    for level, place in enumerate((places.standard, places.advanced, places.model)):
        for year in range(years):
            commune, later = np.nonzero((place[:, year:] >= 0) & (place[:, [year]] >= 0))
            at.append(steps + (level * n + commune) * years + year)
            column.append(place[commune, later + year])
    rows, columns = np.concatenate(at), np.concatenate(column)
    return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), (steps + 3 * n * years, len(model.worth)))


def _shared_rows(model: Model) -> tuple[sp.csr_matrix, Floats, Bools]:
    """How the shared rows become ``<=`` or ``=`` rows, with their room; money that is carried over as sums up to each year."""
    problem = model.problem
    years, first = len(problem.years), model.money - model.shared
    low, high = model.low[model.shared :], model.high[model.shared :].copy()
    blocks = [np.tril(np.ones((years, years))) if carries else np.eye(years) for carries in problem.carries]
    after = first + problem.money.size
    turn = sp.block_diag([sp.eye(first), *blocks, sp.eye(len(high) - after)], format="csr")
    high[first:after] = turn[first:after, first:after] @ high[first:after]
    is_turned = np.isinf(high)
    kept = np.isfinite(low) | np.isfinite(high)
    turn = (sp.diags(np.where(is_turned, -1.0, 1.0)) @ turn).tocsr()[kept]
    return turn, np.where(is_turned, -low, high)[kept], (low == high)[kept]


def _level_items(model: Model, place: Ints, level: int) -> Ints:
    n, years = place.shape
    items = len(model.problem.steps) + level * n * years + np.arange(n * years).reshape(n, years)
    is_open = place >= 0
    is_open[is_open] = model.upper[place[is_open]] > 0.5
    return np.where(is_open, items, -1)


def _gaps(model: Model) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """Give the gaps numbers by commune, what must come before standing before; also by (commune, criterion)."""
    problem, steps = model.problem, model.problem.steps
    n, k = problem.met.shape
    years = len(problem.years)
    rank = _ranks(problem.order, n, k)
    owner, criterion = np.nonzero(model.gaps.upto.max(axis=2, initial=-1) >= 0)
    sort = np.lexsort((criterion, rank[owner, criterion], owner))
    owner, criterion = owner[sort], criterion[sort]
    place = np.full((n, k), -1)
    place[owner, criterion] = np.arange(len(owner))
    gap_of = place[steps.commune, steps.criterion]
    item, due = np.full((len(owner), years), -1), np.full(len(owner), years)
    is_open = model.upper[model.places.done] > 0.5
    item[gap_of[is_open], steps.year[is_open]] = np.flatnonzero(is_open)
    forced = model.lower[model.places.done] > 0.5
    np.minimum.at(due, gap_of[forced], steps.year[forced])
    return np.searchsorted(owner, np.arange(n + 1)), owner, gap_of, item, due, place


def _ranks(order: Order, communes: int, criteria: int) -> Ints:
    """How many criteria stand one before the other before each of them (n, k)."""
    rank = np.zeros((communes, criteria), dtype=np.int64)
    for _round in range(criteria):
        before = rank.copy()
        np.maximum.at(rank, (order.commune, order.after), before[order.commune, order.before] + 1)
        if (rank == before).all():
            break
    return rank


def _parents(order: Order, place: Ints, gaps: int) -> tuple[Ints, Ints, Ints]:
    before, after = place[order.commune, order.before], place[order.commune, order.after]
    kept = (before >= 0) & (after >= 0)
    sort = np.argsort(after[kept], kind="stable")
    return np.searchsorted(after[kept][sort], np.arange(gaps + 1)), before[kept][sort], order.lag[kept][sort]


def counted(model: Model, items: Items, done: Floats, others: Floats) -> Floats:
    """Return what is done (items) as the model's variables, counted by the end of each year; ``others``: their amounts."""
    flat, x = items.flat, np.zeros(len(model.worth))
    amount = np.where(flat.item >= 0, done[np.maximum(flat.item, 0)], 0.0)
    x[model.places.done] = np.cumsum(amount, axis=1)[items.gap_of, model.problem.steps.year]
    for place, level in (
        (model.places.standard, flat.standard),
        (model.places.advanced, flat.advanced),
        (model.places.model, flat.model),
    ):
        amount = np.where(level >= 0, done[np.maximum(level, 0)], 0.0)
        x[place[place >= 0]] = np.cumsum(amount, axis=1)[place >= 0]
    x[items.others] = others
    return x
