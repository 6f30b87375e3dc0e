"""What each commune would do at given prices, exactly: the bound that no plan exceeds."""

import numpy as np
from numba import njit

from ntm_lib.planning.optimise.items import Flat
from ntm_lib.planning.optimise.moves import level_item
from ntm_lib.planning.problem import Floats, Ints

NEVER = -1e300
CLOSE = 1e-12  # of what a commune gains: two lines that meet so closely are one
STEEPER, TRIES = (
    8.0,
    30,
)  # prices that bring a commune within its own share, until they do; times they are asked at most


@njit(cache=True, nogil=True)
def higher(flat: Flat, profit: Floats, commune: int, standard: int) -> tuple[float, int, int]:
    """Return the best profit of the higher levels after a standard, with their years (t: none)."""
    years = flat.standard.shape[1]
    best, at, then = 0.0, years, years
    for year in range(max(0, standard + flat.advanced_lag), years):
        item = flat.advanced[commune, year]
        if item < 0:
            continue
        value = profit[item]
        if value > best:
            best, at, then = value, year, years
        for later in range(year + flat.model_lag, years):
            above = flat.model[commune, later]
            if above >= 0 and value + profit[above] > best:
                best, at, then = value + profit[above], year, later
    return best, at, then


@njit(cache=True, nogil=True)
def _by_year(
    flat: Flat, profit: Floats, more: float, commune: int, standard: int, added: Floats, best: Floats
) -> float:
    """Best profit of the gaps of a commune whose last is closed by ``standard``; fills ``best`` (gaps, t + 1): of completing in a year or later.

    Each gap closed gains ``more``. ``standard``: t where some may stay open. Of several gaps that must come before one, only one is heeded: what is
    found is never less than the best.
    """
    begin, end = flat.gap_start[commune], flat.gap_start[commune + 1]
    years = flat.standard.shape[1]
    last, is_whole = min(standard, years - 1), standard < years
    for gap in range(end - begin):
        for year in range(years + 1):
            added[gap, year] = 0.0
    total = 0.0
    for gap in range(end - 1, begin - 1, -1):
        due = min(last, flat.due[gap])
        must = is_whole or flat.due[gap] < years
        at = gap - begin
        best[at, years] = NEVER if must else added[at, years]
        for year in range(years - 1, -1, -1):
            item = flat.item[gap, year]
            best[at, year] = best[at, year + 1]
            if item >= 0 and year <= due and profit[item] + more + added[at, year] > best[at, year]:
                best[at, year] = profit[item] + more + added[at, year]
        first = flat.parent_start[gap]
        if first == flat.parent_start[gap + 1]:
            if best[at, 0] <= NEVER / 2:
                return NEVER
            total += best[at, 0]
        else:
            lag, parent = flat.parent_lag[first], flat.parent[first] - begin
            for year in range(years):
                added[parent, year] += best[at, min(years, year + lag)]
            if must:
                added[parent, years] = NEVER
    return total


@njit(cache=True, nogil=True)
def _sums(flat: Flat, profit: Floats, commune: int, sums: Floats) -> None:
    """Fill the first row of ``sums`` with what ``_by_year`` finds for each standard, where no gap must come before another."""
    years = flat.standard.shape[1]
    for standard in range(years + 1):
        sums[0, standard] = 0.0
    for gap in range(flat.gap_start[commune + 1] - 1, flat.gap_start[commune] - 1, -1):
        most, due = NEVER, flat.due[gap]
        for year in range(years):
            item = flat.item[gap, year]
            if item >= 0 and year <= due and profit[item] > most:
                most = profit[item]
            sums[0, year] = sums[0, year] + most if most > NEVER and sums[0, year] > NEVER else NEVER
        free = most if due < years else max(most, 0.0)
        sums[0, years] = sums[0, years] + free if free > NEVER and sums[0, years] > NEVER else NEVER


@njit(cache=True, nogil=True)
def _years(flat: Flat, profit: Floats, commune: int, standard: int, year_of: Ints) -> None:
    """Fill the year of each gap of a commune that reaches the standard by ``standard`` (t: not) at its best, where no gap must come before another."""
    years = flat.standard.shape[1]
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        must = standard < years or flat.due[gap] < years
        most, year_of[gap] = NEVER if must else 0.0, years
        for year in range(min(standard, flat.due[gap], years - 1) + 1):
            item = flat.item[gap, year]
            if item >= 0 and (profit[item] > most or (year_of[gap] < years and profit[item] == most)):
                most, year_of[gap] = profit[item], year


@njit(cache=True, nogil=True)
def _closed(
    flat: Flat, profit: Floats, more: float, commune: int, added: Floats, best: Floats, year_of: Ints
) -> tuple[float, int]:
    """Best profit of a commune without the standard where each gap closed gains ``more``: without that gain; and gaps closed."""
    years = flat.standard.shape[1]
    total = _by_year(flat, profit, more, commune, years, added, best)
    if total <= NEVER / 2:
        return NEVER, 0
    _fill(flat, commune, best, year_of)
    count = 0
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        count += year_of[gap] < years
    return total - more * count, count


@njit(cache=True, nogil=True)
def _with_floor(
    flat: Flat, profit: Floats, commune: int, added: Floats, best: Floats, year_of: Ints
) -> tuple[float, float]:
    """Best profit of a commune without the standard that closes the gaps of the floor; and what each gap must gain for that.

    What few gaps and what many gaps gain are two lines in the gain of a gap; where they meet is asked next. What is found is
    never less than the best; it is the best where the gain leads to just as many gaps as the floor asks for.
    """
    least, high = flat.least[commune], 1.0
    few, few_count = _closed(flat, profit, 0.0, commune, added, best, year_of)
    if few_count >= least or few <= NEVER / 2:
        return few, 0.0
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        for year in range(flat.standard.shape[1]):
            if flat.item[gap, year] >= 0:
                high += abs(profit[flat.item[gap, year]])
    many, many_count = _closed(flat, profit, high, commune, added, best, year_of)
    bound = many
    for _try in range(TRIES):
        if many_count <= least:
            return many, high
        more = (few - many) / (many_count - few_count)
        found, count = _closed(flat, profit, more, commune, added, best, year_of)
        bound = found + more * (count - least)
        if found + more * count <= few + more * few_count + CLOSE * (1.0 + abs(few)):
            break
        if count < least:
            few, few_count = found, count
        else:
            many, many_count, high = found, count, more
    return bound, high


@njit(cache=True, nogil=True)
def values(flat: Flat, profit: Floats, begin: int, end: int, worth: Floats, choice: Ints, year_of: Ints) -> None:
    """Fill ``worth`` (n) with the best profit of communes ``begin`` to ``end``, ``choice`` (n, 3) and ``year_of`` (gaps) with what gives it.

    Years of the levels and gaps; t: not within the horizon, -1: at the start.
    """
    years, most = flat.standard.shape[1], 1
    for commune in range(begin, end):
        most = max(most, flat.gap_start[commune + 1] - flat.gap_start[commune])
    added, best = np.zeros((most, years + 1)), np.zeros((most, years + 1))
    own = profit.copy() if (flat.cap < np.inf).any() else profit
    for commune in range(begin, end):
        answer(flat, profit, commune, added, best, worth, choice, year_of)
        if flat.cap[commune] < np.inf and worth[commune] > NEVER / 2:
            _within(flat, profit, own, commune, added, best, worth, choice, year_of)


@njit(cache=True, nogil=True)
def _used(flat: Flat, commune: int, choice: Ints, year_of: Ints) -> float:
    """Return what a commune's choice uses of its own share."""
    years, used = flat.standard.shape[1], 0.0
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        if year_of[gap] < years:
            used += flat.capped[flat.item[gap, year_of[gap]]]
    for level in range(3):
        year = choice[commune, level]
        if 0 <= year < years:
            used += flat.capped[level_item(flat, commune, level, year)]
    return used


@njit(cache=True, nogil=True)
def _priced(flat: Flat, profit: Floats, own: Floats, commune: int, price: float) -> None:
    """Fill ``own`` with the profit of a commune's items, less a price of what they use of its own share."""
    years = flat.standard.shape[1]
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        for year in range(years):
            item = flat.item[gap, year]
            if item >= 0:
                own[item] = profit[item] - price * flat.capped[item]
    for level in range(3):
        for year in range(years):
            item = level_item(flat, commune, level, year)
            if item >= 0:
                own[item] = profit[item] - price * flat.capped[item]


@njit(cache=True, nogil=True)
def _at_price(
    flat: Flat, profit: Floats, own: Floats, commune: int, price: float, added: Floats, best: Floats, worth: Floats,
    choice: Ints, year_of: Ints,
) -> tuple[float, float]:  # fmt: skip
    """Let a commune answer at a price of its own share; return what it gains, the price not counted, and what it uses."""
    _priced(flat, profit, own, commune, price)
    answer(flat, own, commune, added, best, worth, choice, year_of)
    used = _used(flat, commune, choice, year_of)
    return worth[commune] + price * used, used


@njit(cache=True, nogil=True)
def _within(
    flat: Flat, profit: Floats, own: Floats, commune: int, added: Floats, best: Floats, worth: Floats, choice: Ints,
    year_of: Ints,
) -> None:  # fmt: skip
    """Change the answer of a commune that uses more than its own share, by a price of it, into one that keeps it.

    What is over and what is within the share are two lines in the price; where they meet is asked next. ``worth`` becomes
    what that proves, which is never less than the best. Where no price brings it within, the last answer stays.
    """
    cap, tries = flat.cap[commune], 0
    over, over_used = worth[commune], _used(flat, commune, choice, year_of)
    fits, within, used = (1.0 + abs(over)) / max(over_used - cap, 1.0), over, over_used
    while used > cap and tries < TRIES:
        fits, tries = fits * STEEPER, tries + 1
        within, used = _at_price(flat, profit, own, commune, fits, added, best, worth, choice, year_of)
    if used > cap or tries == 0:
        worth[commune] = over
        return
    within_used, bound = used, within
    for _try in range(TRIES):
        price = (over - within) / (over_used - within_used)
        found, used = _at_price(flat, profit, own, commune, price, added, best, worth, choice, year_of)
        bound = found - price * (used - cap)
        if found - price * used <= over - price * over_used + CLOSE * (1.0 + abs(over)):
            break
        if used > cap:
            over, over_used = found, used
        else:
            within, within_used, fits = found, used, price
    _at_price(flat, profit, own, commune, fits, added, best, worth, choice, year_of)
    worth[commune] = bound


@njit(cache=True, nogil=True)
def answer(
    flat: Flat, profit: Floats, commune: int, added: Floats, best: Floats, worth: Floats, choice: Ints, year_of: Ints
) -> None:
    """Do what ``values`` does for one commune; ``added``, ``best`` (gaps of a commune, t + 1): room to work in."""
    years = flat.standard.shape[1]
    if flat.at_start[commune]:
        worth[commune], choice[commune, 1], choice[commune, 2] = higher(flat, profit, commune, -1)
        choice[commune, 0] = -1
        return
    worth[commune], without, more = NEVER, NEVER, 0.0
    is_free = flat.parent_start[flat.gap_start[commune]] == flat.parent_start[flat.gap_start[commune + 1]]
    if flat.least[commune] > 0:
        without, more = _with_floor(flat, profit, commune, added, best, year_of)
    if is_free:
        _sums(flat, profit, commune, added)
    for standard in range(years, -1, -1):
        is_reached = standard < years
        if standard > flat.must[commune] or (
            is_reached and (not flat.is_whole[commune] or flat.standard[commune, standard] < 0)
        ):
            continue
        if without > NEVER and not is_reached:
            value = without
        elif is_free:
            value = added[0, standard]
        else:
            value = _by_year(flat, profit, 0.0, commune, standard, added, best)
        advanced = model = years
        if is_reached and value > NEVER / 2:
            above, advanced, model = higher(flat, profit, commune, standard)
            value += profit[flat.standard[commune, standard]] + above
        if value > worth[commune]:
            worth[commune] = value
            choice[commune, 0], choice[commune, 1], choice[commune, 2] = standard, advanced, model
    if worth[commune] > NEVER / 2:
        more = 0.0 if choice[commune, 0] < years else more
        _again(flat, profit, more, commune, choice[commune, 0], added, best, year_of)


@njit(cache=True, nogil=True)
def _again(
    flat: Flat, profit: Floats, more: float, commune: int, standard: int, added: Floats, best: Floats, year_of: Ints
) -> None:
    """Fill the year of each gap of a commune that reaches the standard by ``standard`` (t: not) at its best."""
    if more == 0.0 and flat.parent_start[flat.gap_start[commune]] == flat.parent_start[flat.gap_start[commune + 1]]:
        _years(flat, profit, commune, standard, year_of)
    else:
        _by_year(flat, profit, more, commune, standard, added, best)
        _fill(flat, commune, best, year_of)


@njit(cache=True, nogil=True)
def _fill(flat: Flat, commune: int, best: Floats, year_of: Ints) -> None:
    """Fill the year of each gap of a commune (t: stays open) from what ``_by_year`` found ``best``."""
    years = flat.standard.shape[1]
    begin = flat.gap_start[commune]
    for gap in range(begin, flat.gap_start[commune + 1]):
        at, first = gap - begin, 0
        if flat.parent_start[gap] < flat.parent_start[gap + 1]:
            link = flat.parent_start[gap]
            before = year_of[flat.parent[link]]
            first = years if before >= years else before + flat.parent_lag[link]
        year_of[gap] = years
        for year in range(first, years):  # the year whose own answer is the best of all later ones
            if best[at, year] > best[at, years] and best[at, year + 1] < best[at, first]:
                year_of[gap] = year
                break
