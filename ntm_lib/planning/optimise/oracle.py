"""What each commune would do at given prices, exactly: the bound that no plan exceeds."""

import numpy as np
from numba import njit

from ntm_lib.planning.optimise.items import Flat
from ntm_lib.planning.problem import Floats, Ints

NEVER = -1e300


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
def _by_year(flat: Flat, profit: Floats, commune: int, last: int, is_whole: bool, added: Floats, best: Floats) -> float:
    """Best profit of the gaps of a commune by year ``last``; fills ``best`` (gaps, t + 1): of completing in a year or later.

    Every gap must be closed where ``is_whole``. Of several gaps that must come before one, only one is heeded: what is
    found is never less than the best.
    """
    begin, end = flat.gap_start[commune], flat.gap_start[commune + 1]
    years = flat.standard.shape[1]
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
            if item >= 0 and year <= due and profit[item] + added[at, year] > best[at, year]:
                best[at, year] = profit[item] + added[at, year]
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
    """Do what ``again`` does, where no gap must come before another."""
    years = flat.standard.shape[1]
    for gap in range(flat.gap_start[commune], flat.gap_start[commune + 1]):
        must = standard < years or flat.due[gap] < years
        most, year_of[gap] = NEVER if must else 0.0, years
        for year in range(min(standard, flat.due[gap], years - 1) + 1):
            item = flat.item[gap, year]
            if item >= 0 and (profit[item] > most or (year_of[gap] < years and profit[item] == most)):
                most, year_of[gap] = profit[item], year


@njit(cache=True, nogil=True)
def values(flat: Flat, profit: Floats, begin: int, end: int, worth: Floats, choice: Ints, year_of: Ints) -> None:
    """Fill ``worth`` (n) with the best profit of communes ``begin`` to ``end``, ``choice`` (n, 3) and ``year_of`` (gaps) with what gives it.

    Years of the levels and gaps; t: not within the horizon, -1: at the start.
    """
    years, most = flat.standard.shape[1], 1
    for commune in range(begin, end):
        most = max(most, flat.gap_start[commune + 1] - flat.gap_start[commune])
    added, best = np.zeros((most, years + 1)), np.zeros((most, years + 1))
    for commune in range(begin, end):
        answer(flat, profit, commune, added, best, worth, choice, year_of)


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
    worth[commune] = NEVER
    is_free = flat.parent_start[flat.gap_start[commune]] == flat.parent_start[flat.gap_start[commune + 1]]
    if is_free:
        _sums(flat, profit, commune, added)
    for standard in range(years, -1, -1):
        is_reached = standard < years
        if standard > flat.must[commune] or (
            is_reached and (not flat.is_whole[commune] or flat.standard[commune, standard] < 0)
        ):
            continue
        if is_free:
            value = added[0, standard]
        else:
            value = _by_year(flat, profit, commune, min(standard, years - 1), is_reached, added, best)
        advanced = model = years
        if is_reached and value > NEVER / 2:
            above, advanced, model = higher(flat, profit, commune, standard)
            value += profit[flat.standard[commune, standard]] + above
        if value > worth[commune]:
            worth[commune] = value
            choice[commune, 0], choice[commune, 1], choice[commune, 2] = standard, advanced, model
    if worth[commune] > NEVER / 2 and is_free:
        _years(flat, profit, commune, choice[commune, 0], year_of)
    elif worth[commune] > NEVER / 2:
        again(flat, profit, commune, choice[commune, 0], added, best, year_of)


@njit(cache=True, nogil=True)
def again(flat: Flat, profit: Floats, commune: int, standard: int, added: Floats, best: Floats, year_of: Ints) -> None:
    """Fill the year of each gap of a commune that reaches the standard by ``standard`` (t: not) at its best."""
    years = flat.standard.shape[1]
    begin = flat.gap_start[commune]
    _by_year(flat, profit, commune, min(standard, years - 1), standard < years, added, best)
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
