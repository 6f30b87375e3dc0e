"""Rows that ask for something: a commune's own share of money, fairness between districts, the aims of the horizon."""

import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise.drafting import CEILING, Draft, Places, counted_at_start, district_needs, fixed_spend
from ntm_lib.planning.problem import Aims, Bools, Ints, Problem


def commune_caps(draft: Draft, spend: sp.csr_matrix) -> Ints:
    """Hold each commune to its own share of the capped purses over the whole horizon; return the rows (n; -1: none)."""
    problem = draft.problem
    counted = np.repeat(problem.capped, draft.years)
    limited = np.isfinite(problem.commune_cap) & bool(problem.capped.any())
    left = problem.commune_cap - fixed_spend(problem)[:, problem.capped].sum(axis=(1, 2))
    rows = np.full(len(limited), -1)
    rows[limited] = draft.rows.add(int(limited.sum()), upper=left[limited])
    amounts = spend @ counted.astype(float)
    for column, commune in draft.commune:
        at = rows[commune] >= 0
        draft.rows.fill(rows[commune[at]], column[at], amounts[column[at]])
    return rows


def fairness(draft: Draft, places: Places) -> None:
    """Hold closed gaps of a district / its gaps >= fairness x closed gaps of all / all gaps."""
    problem, gaps = draft.problem, draft.gaps
    total = float(gaps.of_commune.sum())
    if places.closed < 0 or not total:
        return
    last = np.flatnonzero(gaps.is_last)
    of_district = np.bincount(problem.district, gaps.of_commune, minlength=len(problem.districts))
    share = draft.rows.add(1, 0.0, 0.0)
    draft.rows.fill(np.repeat(share, len(last)), places.done[last], 1 / total)
    draft.rows.fill(share, np.array([places.closed]), -1.0)
    rows = draft.rows.add(len(of_district), lower=0.0)
    draft.rows.fill(rows[problem.district[problem.steps.commune[last]]], places.done[last])
    draft.rows.fill(rows, np.full(len(rows), places.closed), -problem.fairness * of_district)


def aims(draft: Draft, places: Places) -> None:
    """Ask for the aims of the horizon: communes by level, mean, villages, districts."""
    problem, gaps, aims = draft.problem, draft.gaps, draft.problem.aims
    years, at_start = draft.years, int(problem.start_standard.sum())
    last = np.flatnonzero(gaps.is_last)

    def at_least(columns: Ints, count: float) -> None:
        held = columns[columns >= 0]
        draft.rows.fill(np.repeat(draft.rows.add(1, lower=count), len(held)), held)

    standard = dict(aims.standard_by_year)
    if aims.standard is not None:
        standard[years - 1] = max(aims.standard, standard.get(years - 1, 0))
    for year, count in standard.items():
        at_least(places.standard[:, year], count - at_start)
    at_least(places.advanced[:, -1], aims.advanced or 0)
    at_least(places.model[:, -1], aims.model or 0)
    counted = counted_at_start(problem)
    if aims.mean is not None:
        at_least(places.done[last], np.ceil(aims.mean * len(counted) - counted.sum() - CEILING * len(counted)))
    villages = np.vstack([places.pool, places.villages])
    by_year = dict(aims.villages_by_year)
    if aims.villages is not None:
        by_year[years - 1] = max(aims.villages, by_year.get(years - 1, 0))
    for year, count in by_year.items():
        at_least(villages[:, : year + 1], count - problem.start_villages)
    if aims.districts:
        district_aim(draft, places, aims)


def least_closed(problem: Problem) -> Ints:
    """Gaps each commune must close for the floor (n; 0 and less: none)."""
    if problem.aims.floor is None:
        return np.zeros(len(problem.communes), dtype=np.int64)
    return np.minimum(problem.aims.floor, problem.of) - counted_at_start(problem)


def floor(draft: Draft, places: Places) -> Ints:
    """Ask each commune to close the gaps of the floor, and all of them where it reaches the standard; return the rows (n; -1: none).

    The second follows from the standard; said here, half a commune at the standard does not let the other half do nothing.
    """
    gaps, steps, least = draft.gaps, draft.problem.steps, least_closed(draft.problem)
    last, reached, rows = np.flatnonzero(gaps.is_last), places.standard[:, -1], np.full(len(least), -1)
    rows[least > 0] = draft.rows.add(int((least > 0).sum()), lower=least[least > 0])
    asked = last[rows[steps.commune[last]] >= 0]
    draft.rows.fill(rows[steps.commune[asked]], places.done[asked])
    more = np.flatnonzero((rows >= 0) & (reached >= 0) & (gaps.of_commune > least))
    draft.rows.fill(rows[more], reached[more], (least - gaps.of_commune)[more])
    return rows


def district_aim(draft: Draft, places: Places, aims: Aims) -> None:
    """Ask for districts in which enough communes reach the standard and the advanced level."""
    problem = draft.problem
    chosen = np.flatnonzero(places.districts >= 0)
    flags = places.districts[chosen]
    total = draft.rows.add(1, lower=float(aims.districts or 0))
    draft.rows.fill(np.repeat(total, len(flags)), flags)
    at_start = np.bincount(problem.district[problem.start_standard], minlength=len(problem.districts))
    for share, level, held in (
        (aims.district_share, places.standard, at_start),
        (aims.district_advanced_share, places.advanced, 0 * at_start),
    ):
        rows = np.full(len(problem.districts), -1)
        rows[chosen] = draft.rows.add(len(chosen), lower=-held[chosen])
        draft.rows.fill(rows[chosen], flags, -district_needs(problem, share)[chosen])
        commune = np.flatnonzero((level[:, -1] >= 0) & (rows[problem.district] >= 0))
        draft.rows.fill(rows[problem.district[commune]], level[commune, -1])


def unaffordable(problem: Problem) -> Bools:
    """Tell (n, t) where even the cheapest steps up to a year take more of the capped purses than the commune may use."""
    steps, years = problem.steps, len(problem.years)
    capped = np.repeat(problem.capped, years).astype(float)
    cheapest = np.full((*problem.met.shape, years), np.inf)
    cheapest[steps.commune, steps.criterion, steps.year] = steps.spend @ capped
    cheapest = np.minimum.accumulate(cheapest, axis=2)
    needed = np.where(problem.met[:, :, None], 0.0, cheapest).sum(axis=1)
    return np.asarray(
        (needed > problem.commune_cap[:, None] * (1 + CEILING) + CEILING) & np.isfinite(needed), dtype=bool
    )
