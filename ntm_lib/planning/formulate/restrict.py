"""Cut one district out of a problem, with its share of the province's money; the answer comes in a moment.

The whole plan divides money between districts; a district that looks at its own part keeps its share of every đồng.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from ntm_lib.planning.optimise.ledger import keep_ledger
from ntm_lib.planning.problem import Aims, Bools, Floats, Ints, Order, Problem, Solution, Steps


def only_district(problem: Problem, district: str, money: Floats, aims: Aims | None = None) -> Problem:
    """Return the problem of one district's communes alone.

    Parameters
    ----------
    problem
        The problem of the province.
    district
        Code of the district; raises KeyError when the problem has no such district or none of its communes.
    money
        What the district may spend (purses, years), million VND; see ``money_shares``.
    aims
        What the district must reach; None: only the floor, which holds for each commune. See ``district_aims``.

    Returns
    -------
    Problem
        Communes, steps, order, works and caps of the district. Aims of the province and the comparison with other
        districts (``fairness``) do not apply within one.
    """
    place, inside = _find(problem, district)
    apart = problem.aims.districts_apart
    kept = _only_floor(problem.aims) if aims is None else aims
    per_commune = {
        name: getattr(problem, name)[inside]
        for name in (
            "met", "of", "start_standard", "keep", "standard_value", "commune_cap", "after_spend", "latest",
            "may_standard", "advanced_spend", "model_spend", "villages",
        )
    }  # fmt: skip
    return replace(
        problem,
        communes=problem.communes[inside],
        districts=problem.districts[[place]],
        district=np.zeros(int(inside.sum()), dtype=np.int64),
        steps=_steps(problem.steps, inside),
        order=_order(problem.order, inside),
        money=np.asarray(money, dtype=float),
        works=problem.works[[place]],
        fairness=0.0,
        start_villages=0,
        aims=replace(kept, districts_apart=None if apart is None else apart[[place]]),
        **per_commune,
    )


def only_solution(problem: Problem, solution: Solution, district: str) -> Solution:
    """Return the part of a solution that lies in one district; what it is worth there is not known (NaN)."""
    place, inside = _find(problem, district)
    return replace(
        solution,
        **{name: getattr(solution, name)[inside] for name in ("done", "standard", "advanced", "model", "villages")},
        districts=solution.districts[[place]],
        objective=float("nan"),
        bound=float("nan"),
        gap=None,
    )


def _find(problem: Problem, district: str) -> tuple[int, Bools]:
    place = int(problem.districts.get_indexer(pd.Index([district]))[0])
    inside = problem.district == place
    if place < 0 or not inside.any():
        raise KeyError(district)
    return place, np.asarray(inside)


def district_aims(problem: Problem, solution: Solution, district: str) -> Aims:
    """Return the district's part of the province's aims: what the province's plan gives the district.

    Only aims that the province has become aims of the district, so that a district never does less than its part.
    """
    aims, part, years = problem.aims, only_solution(problem, solution, district), len(problem.years)
    return replace(
        _only_floor(aims),
        standard_by_year={year: int((part.standard <= year).sum()) for year in aims.standard_by_year},
        standard=None if aims.standard is None else int((part.standard < years).sum()),
        advanced=None if aims.advanced is None else int((part.advanced < years).sum()),
        model=None if aims.model is None else int((part.model < years).sum()),
        villages=None if aims.villages is None else int(part.villages.sum()),
        villages_by_year={year: int(part.villages[:, : year + 1].sum()) for year in aims.villages_by_year},
    )


def _only_floor(aims: Aims) -> Aims:
    return Aims(
        floor=aims.floor,
        district_share=aims.district_share,
        district_advanced_share=aims.district_advanced_share,
        districts_apart=aims.districts_apart,
    )


def money_shares(problem: Problem, solution: Solution) -> Floats:
    """Return which share of each purse's money of each year falls to each district (districts, purses, years).

    Money that the plan spends goes to the district where it is spent; where a purse carries over, a year's spending uses
    the oldest money first. Money that stays unspent is shared like the purse's spending; that of a purse without
    spending, and a year without money, by the number of communes. The shares of a purse and year add up to 1, and with
    them every district can carry out its part of the plan.
    """
    spent = np.zeros((len(problem.districts), *problem.money.shape))
    np.add.at(spent, problem.district, keep_ledger(problem, solution).money)
    communes = np.bincount(problem.district, minlength=len(problem.districts)).astype(float)
    shares = np.empty_like(spent)
    for purse, carries in enumerate(problem.carries):
        shares[:, purse] = _shares(spent[:, purse], problem.money[purse], communes, carries=bool(carries))
    return shares


def _shares(spent: Floats, money: Floats, communes: Floats, *, carries: bool) -> Floats:
    """Share one purse: ``spent`` (districts, years), ``money`` (years)."""
    total = spent.sum(axis=0)
    pays = _oldest_first(money, total) if carries else np.diag(np.minimum(money, total))
    in_year = np.divide(spent, total, out=np.zeros_like(spent), where=total > 0)
    rest = spent.sum(axis=1) if spent.sum() > 0 else communes
    paid = in_year @ pays.T
    given = paid + np.outer(rest / rest.sum(), np.maximum(money - pays.sum(axis=1), 0.0))
    all_given = given.sum(axis=0)
    by_communes = np.broadcast_to((communes / communes.sum())[:, None], given.shape)
    return np.asarray(np.where(all_given > 0, given / np.where(all_given > 0, all_given, 1.0), by_communes))


def _oldest_first(money: Floats, spent: Floats) -> Floats:
    """Return which part of the money of each year (rows) pays the spending of each year (columns)."""
    have, used = np.cumsum(money), np.cumsum(spent)
    end = np.minimum(have[:, None], used[None, :])
    begin = np.maximum((have - money)[:, None], (used - spent)[None, :])
    return np.asarray(np.maximum(end - begin, 0.0))


def _steps(steps: Steps, inside: Bools) -> Steps:
    kept = np.flatnonzero(inside[steps.commune])
    return Steps(
        commune=_renumber(steps.commune[kept], inside),
        criterion=steps.criterion[kept],
        year=steps.year[kept],
        spend=steps.spend[kept],
        works=steps.works[kept],
        value=steps.value[kept],
    )


def _order(order: Order, inside: Bools) -> Order:
    kept = inside[order.commune]
    return Order(_renumber(order.commune[kept], inside), order.before[kept], order.after[kept], order.lag[kept])


def _renumber(communes: Ints, inside: Bools) -> Ints:
    return np.asarray((np.cumsum(inside) - 1)[communes])
