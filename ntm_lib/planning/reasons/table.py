"""Why each commune reaches the standard when it does, or does not, as a table; and whether a reason holds."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from ntm_lib.planning.alternatives.elastic import least_missing, work_price
from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.optimise.ledger import keep_ledger
from ntm_lib.planning.optimise.neighbourhood import cut
from ntm_lib.planning.problem import Infeasible, Problem, Solution
from ntm_lib.planning.reasons.changes import Change, apply
from ntm_lib.planning.reasons.limits import Undone, as_years, undone_steps
from ntm_lib.planning.reasons.why import EXACT, OPENING, TOLERANCE, Reason, Why, deepen, explain

LESS = 0.99  # a claim of the least amount is tested with this share of it


def verify(problem: Problem, solution: Solution, reason: Reason, options: Options | None = None) -> bool:
    """Solve anew and tell whether the reason holds.

    The witness must keep every limit of the changed problem, bring the commune to the standard by the year, and leave
    the others where they are (but those that give way). Each change must be needed: without one that opens the way
    nothing helps; the amounts are the least, so that the neighbourhood solved anew misses nothing with them, and
    something with 99 % of the largest. With ``options`` the whole problem is solved as well: with the changes there must
    be a plan, worth no less than the witness up to its proven gap.
    """
    changed = apply(problem, reason.changes)
    later = np.flatnonzero(reason.witness.standard > solution.standard)
    return bool(
        not check(changed, reason.witness)
        and reason.witness.standard[reason.commune] <= reason.year
        and set(later.tolist()) == set(reason.gives_way)
        and abs(solution.objective - reason.witness.objective - reason.loss) <= TOLERANCE * max(1.0, abs(reason.loss))
        and _is_least(problem, solution, reason)
        and (options is None or _verify_whole(changed, reason, options))
    )


def _is_least(problem: Problem, solution: Solution, reason: Reason) -> bool:
    """Tell whether every change is needed."""
    for dropped in reason.changes:
        rest = [change for change in reason.changes if change is not dropped]
        if dropped.kind in OPENING and np.isfinite(_misses(problem, solution, reason, rest)):
            return False
        if dropped.kind == "fairness" and not check(apply(problem, rest), reason.witness):
            return False
    amounts = [change for change in reason.changes if change.kind in {"money", "works", "cap"}]
    if not amounts:
        return True
    largest = max(amounts, key=lambda change: change.amount)
    short = [replace(change, amount=change.amount * LESS) if change is largest else change for change in reason.changes]
    return _misses(problem, solution, reason, reason.changes) <= 0 < _misses(problem, solution, reason, short)


def _misses(problem: Problem, solution: Solution, reason: Reason, changes: Iterable[Change]) -> float:
    """Return what is missing in the neighbourhood of the commune after changes (inf: nothing would help)."""
    pinned = apply(problem, (*changes, Change("pin", commune=reason.commune, year=reason.year)))
    part = cut(pinned, solution, keep_ledger(problem, solution), np.array([reason.commune]))
    try:
        return least_missing(part, EXACT, price=work_price(problem)).price
    except Infeasible:
        return float("inf")


def _verify_whole(changed: Problem, reason: Reason, options: Options) -> bool:
    try:
        found = optimise(apply(changed, [Change("pin", commune=reason.commune, year=reason.year)]), options)
    except Infeasible:
        return False
    allowed = options.gap * max(1.0, abs(found.objective)) if found.is_proven else found.bound - found.objective
    return found.gap is not None and found.objective >= reason.witness.objective - allowed - TOLERANCE


def reasons(
    problem: Problem,
    solution: Solution,
    options: Options | None = None,
    *,
    deep: bool = False,
    found: tuple[Why, ...] | None = None,
) -> pd.DataFrame:
    """Return a row for each commune (index: its code): why now or why not, in figures.

    ``kind``; ``standard_year`` (NA: not planned, or at the start); ``met_at_start``, ``met_at_end`` (criteria).
    ``next_criterion``, ``next_year``, ``next_cost`` (million VND), ``next_limit``, ``next_purse``, ``next_limit_year``: the
    cheapest criterion left undone, and what is most short for it; with none left undone, the first one planned, without
    a limit. ``limit``: what keeps the standard from coming earlier (or at all) (LIMITS), with ``limit_purse``,
    ``limit_criterion``, ``limit_district``, ``limit_year``. ``asked_year``: the year asked about (one earlier than planned,
    or the last); ``extra_money`` (million VND), ``extra_works``: what it would take. Without more:
    ``gives_way`` (codes: the standard later or not at all; ``limits.set_back`` tells all that others do later),
    ``worth_lost`` (NA: no plan found). ``why``: the ``Why`` with its witnesses. ``deep`` re-solves the whole problem for ``gives_way`` with
    ``options``. ``found``: the reasons where they are known already (a record for each commune, in its order).
    """
    found = explain(problem, solution) if found is None else found
    if deep:
        found = tuple(deepen(problem, solution, why, options or Options()) for why in found)
    left_out = problem.met.shape[1] - problem.of
    years = len(problem.years)
    frame = pd.DataFrame(
        {
            "kind": [why.kind for why in found],
            "standard_year": as_years(problem, solution.standard).array,
            "met_at_start": problem.met.sum(axis=1) - left_out,
            "met_at_end": (solution.done < years).sum(axis=1) - left_out,
        },
        index=problem.communes,
    )
    following = _next(problem, solution, undone_steps(problem, solution, keep_ledger(problem, solution)))
    rest = pd.DataFrame([_row(problem, why) for why in found], index=problem.communes)
    for name in ("limit_year", "asked_year"):
        rest[name] = rest[name].astype("Int64")
    return pd.concat([frame, following, rest], axis=1)


def _row(problem: Problem, why: Why) -> dict[str, object]:
    main = why.more.main if why.more else None
    changes = why.more.changes if why.more else ()
    blocked = [change for change in changes if change.kind == "counts"]
    first = blocked[0] if why.limit == "counts" and blocked else main
    return {
        "limit": why.limit,
        "limit_purse": problem.purses[first.purse] if first and first.purse >= 0 else None,
        "limit_criterion": problem.criteria[first.criterion] if first and first.criterion >= 0 else None,
        "limit_district": problem.districts[first.district] if first and first.district >= 0 else None,
        "limit_year": problem.years[first.year] if first and first.year >= 0 else pd.NA,
        "asked_year": problem.years[why.more.year] if why.more else pd.NA,
        "extra_money": sum(change.amount for change in changes if change.kind == "money"),
        "extra_works": sum(change.amount for change in changes if change.kind == "works"),
        "gives_way": tuple(problem.communes[list(why.swap.gives_way)]) if why.swap else (),
        "worth_lost": why.swap.loss if why.swap else np.nan,
        "why": why,
    }


def _next(problem: Problem, solution: Solution, undone: Undone) -> pd.DataFrame:
    """Find the cheapest criterion left undone, else the first one planned."""
    steps, years, communes = problem.steps, len(problem.years), len(problem.communes)
    taken = np.flatnonzero(solution.done[steps.commune, steps.criterion] == steps.year)
    cost = np.asarray(steps.spend.sum(axis=1)).ravel()
    rows: list[dict[str, object]] = [{} for _commune in range(communes)]
    for step in taken[np.lexsort((cost[taken], steps.year[taken]))][::-1]:
        rows[steps.commune[step]] = _step_row(problem, int(step), cost[step])
    for at in np.lexsort((undone.shortage, undone.cost))[::-1]:
        step = int(undone.step[at])
        row = _step_row(problem, step, undone.cost[at])
        if undone.waits[at]:
            row["next_limit"] = "order"
        elif undone.short_money[at] > 0:
            purse, year = divmod(int(undone.money_at[at]), years)
            row |= {"next_limit": "money", "next_purse": problem.purses[purse], "next_limit_year": problem.years[year]}
        elif undone.short_works[at] > 0:
            row |= {"next_limit": "works", "next_limit_year": problem.years[int(undone.works_at[at])]}
        else:
            row["next_limit"] = "cap" if undone.short_cap[at] > 0 else "worth"
        rows[steps.commune[step]] = row
    names = ["next_criterion", "next_year", "next_cost", "next_limit", "next_purse", "next_limit_year"]
    frame = pd.DataFrame(rows, index=problem.communes).reindex(columns=names)
    return frame.astype({"next_year": "Int64", "next_limit_year": "Int64", "next_cost": float})


def _step_row(problem: Problem, step: int, cost: float) -> dict[str, object]:
    steps = problem.steps
    return {
        "next_criterion": problem.criteria[steps.criterion[step]],
        "next_year": problem.years[steps.year[step]],
        "next_cost": float(cost),
    }
