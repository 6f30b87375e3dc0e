"""The linear relaxation without solving it: its prices, bound, and what is done.

Few rounds of a program that chooses among offers of all communes, from prices that are nearly the best. Where no district
has rows of its own those come from ``prices``; else from a sample of communes: the prices of money, roughly, from exact
answers, then all prices from the same program. Any prices give a valid bound: the best one seen is kept.
"""

import numpy as np

from ntm_lib.planning.optimise.items import Items, part
from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.offers import Offers, Shared, share_out
from ntm_lib.planning.optimise.pack import Packing
from ntm_lib.planning.optimise.prices import money_first, price
from ntm_lib.planning.problem import Bools, Floats, Ints

SAMPLE, FIRST = 1000, 60  # communes; evaluations for money alone
SPREADS = 3 * (0.003, 0.01, 0.03, 0.1)  # first offers: at prices that differ by such shares
ROUNDS, CLOSE = 8, 5e-5  # rounds of the program at most; good enough within this share of its bound
FAIR = 1e-4  # the same where no district has rows of its own, and no more than half the gap
TRAINED = 25  # rounds in the sample


def relax(model: Model, items: Items, district: Ints, gap: float, draw: np.random.Generator) -> tuple[Offers, Shared]:
    """Return offers of all communes with the bound they prove, and how they are shared out at the best prices.

    ``district`` (rows): the one whose communes alone take of it, -1 where none or several do. ``gap``: what is good enough
    for the plan.
    """
    if not (district >= 0).any():
        priced = price(model, items, draw)
        return _rounds(Offers(Packing.of(model, items, priced.best)), priced.together, ROUNDS, min(gap / 2, FAIR))
    few = _sample(model, items, district, draw)
    first = money_first(model, few, FIRST)
    trained, shared = _rounds(Offers(Packing.of(model, few, first)), _bent(few, first, draw), TRAINED)
    if len(few.flat.must) == len(items.flat.must):
        return trained, shared
    return _rounds(Offers(Packing.of(model, items, trained.prices)), _bent(items, trained.prices, draw), ROUNDS)


def _sample(model: Model, items: Items, district: Ints, draw: np.random.Generator) -> Items:
    """Return some communes, with their share of what all share: whole districts, for they have rows of their own."""
    of_commune, is_own = model.problem.district, district >= 0
    size = len(of_commune)
    if size <= SAMPLE:
        return items
    order = draw.permutation(len(model.problem.districts))
    until = np.cumsum(np.bincount(of_commune, minlength=len(order))[order])
    inside: Bools = np.isin(of_commune, order[: np.searchsorted(until, SAMPLE) + 1])
    return part(items, inside, is_own, float(inside.sum()) / size, model.places.closed)


def _bent(items: Items, prices: Floats, draw: np.random.Generator) -> list[Floats]:
    """Return prices that differ at random from some."""
    bent = [prices * np.maximum(0.0, 1 + spread * draw.standard_normal(len(prices))) for spread in SPREADS]
    return [np.where(items.is_equal, prices, one) for one in bent]


def _rounds(offers: Offers, first: list[Floats], rounds: int, close: float = CLOSE) -> tuple[Offers, Shared]:
    """Ask for offers until their program is worth what its prices prove.

    ``first``: prices to ask at before. ``close``: what is good enough, as a share of the bound.
    """
    items, start = offers.packing.items, offers.packing.prices
    nothing = np.zeros(len(items.others))
    for prices in (start, *first):
        offers.ask(prices)
    shared = share_out(offers, nothing, items.upper, is_fixed=False)
    for _round in range(rounds):
        offers.ask(shared.prices)
        if offers.bound - shared.worth <= close * abs(offers.bound):
            break
        offers.ask((shared.prices + offers.prices) / 2)
        shared = share_out(offers, nothing, items.upper, is_fixed=False)
    return offers, shared
