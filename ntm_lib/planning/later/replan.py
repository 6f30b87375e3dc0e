"""Plan anew with the past fixed: what was done stands, what was not may still be done, the money of the past is gone."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.planning.later.follow_up import UNDER_WAY, check_actual
from ntm_lib.planning.optimise.plans import share_out
from ntm_lib.planning.problem import Aims, Bools, Floats, Ints, Order, Problem, Risks, Steps
from ntm_lib.planning.settings import PlanSettings
from ntm_lib.verdicts import Verdict

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Draft


@dataclass(frozen=True, eq=False)
class Past:
    """What is fixed before position ``at``; positions of the old problem.

    ``done`` (n, k): year position in which a criterion was really completed; the number of years where it was not.
    ``begun`` (n, k): year position since which its work is under way; ``at`` where nothing was begun.
    ``standard`` (n): position in which a commune met all criteria; -1 at the start, the number of years: not before.
    """

    at: int
    done: Ints
    begun: Ints
    standard: Ints


def replan(made: "Draft", actual: pd.DataFrame, from_year: int, villages: int | None = None) -> "Draft":
    """Return the draft of the years from ``from_year`` on, with the past fixed; plan it with ``plan.solve``.

    Parameters
    ----------
    made
        The draft (or plan) that was followed.
    actual
        What was really done before ``from_year``; see ``follow_up.read_actual``. What is not named was not done.
    from_year
        First year that can still be planned.
    villages
        Villages that met the village standard before ``from_year``; None: not told, they are planned as if still to do.

    Returns
    -------
    Draft
        Criteria done are met. A criterion that was not begun can be completed as many years after ``from_year`` as it
        could after the first year of the old plan; what is under way keeps the years it has behind it. Money of past
        years is gone, and upkeep and what keeps the standard of what was done is taken from the money of the years to
        come before anything is planned (``committed`` tells it). A commune's deadline that has passed unmet becomes
        the end of the plan, or no deadline where that cannot be kept either. The advanced level may follow
        ``advanced_lag`` years after the first year that can still be planned also where the standard was reached before.

    Stops with all faults at once when ``actual`` names what the plan does not have; UsageError for a year outside, and for
    more villages than there are.
    """
    years = made.problem.years
    if from_year not in years[1:]:
        raise UsageError(
            _("{year}: a plan can be made anew from {first} to {last}.").format(
                year=from_year, first=years[1], last=years[-1]
            )
            if len(years) > 1
            else _("A plan of one year cannot be made anew.")
        )
    past = read_past(made, check_actual(actual, made, from_year), from_year)
    problem, kept = _problem(made, past)
    problem = _with_villages(problem, villages or 0)
    risks = _risks(made.risks, kept, made, past)
    values: dict[str, Any] = {item.name: getattr(made, item.name) for item in fields(made)}
    values.pop("solution", None)
    is_done = pd.DataFrame(past.done < past.at, made.problem.communes, made.problem.criteria)
    scenario = replace(made.scenario, settings=_settings(made.scenario.settings, from_year))
    values |= {
        "scenario": scenario,
        "baseline": _baseline(made, is_done, scenario),
        "needs": _needs(made, is_done),
        "budget": replace(made.budget, amounts=made.budget.amounts[list(problem.years)]),
        "problem": problem,
        "risks": risks,
    }
    from ntm_lib.planning.plan import Draft

    return Draft(**values)


def committed(made: "Draft", actual: pd.DataFrame, from_year: int) -> pd.DataFrame:
    """Return the money that what was done takes from the years to come: purse × year, million VND."""
    past = read_past(made, check_actual(actual, made, from_year), from_year)
    return pd.DataFrame(
        _committed(made.problem, past), index=made.problem.purses, columns=list(made.problem.years[past.at :])
    )


def read_past(made: "Draft", actual: pd.DataFrame, from_year: int) -> Past:
    """Lay checked progress out over communes and criteria."""
    problem = made.problem
    count, at = len(problem.years), problem.years.index(from_year)
    done = np.where(problem.met, -1, count)
    begun = np.full(problem.met.shape, at)
    rows = problem.communes.get_indexer(pd.Index(actual["commune_code"]))
    columns = problem.criteria.get_indexer(pd.Index(actual["criterion"]))
    position = actual["year"].to_numpy(int) - problem.years[0]
    is_open = (actual["state"] == UNDER_WAY).to_numpy()
    is_new = ~problem.met[rows, columns]
    for held, where in ((done, ~is_open & is_new), (begun, is_open & is_new)):
        held[rows[where], columns[where]] = position[where]
    return Past(at, done, begun, done.max(axis=1, initial=-1))


def _problem(made: "Draft", past: Past) -> tuple[Problem, Ints]:
    """Return the problem of the years to come and the positions of the steps that it keeps."""
    old, at = made.problem, past.at
    met: Bools = np.asarray(past.done < at)
    is_whole: Bools = np.asarray(met.all(axis=1))
    kept = _kept_steps(made, past, met)
    count = len(old.years) - at
    steps = Steps(
        old.steps.commune[kept],
        old.steps.criterion[kept],
        old.steps.year[kept] - at,
        _spend(made, past, kept),
        sp.csr_matrix(old.steps.works[kept][:, at:]),
        old.steps.value[kept],
    )
    new = replace(
        old,
        years=old.years[at:],
        met=met,
        start_standard=is_whole,
        keep_by=max(0, old.keep_by - at),
        steps=steps,
        order=_order(old, met),
        standard_value=old.standard_value[:, at:],
        money=old.money[:, at:] - _committed(old, past),
        works=old.works[:, at:],
        commune_cap=_commune_cap(old, at),
        after_spend=np.where(is_whole[:, None], 0.0, old.after_spend),
        aims=_aims(old.aims, at),
    )
    return replace(new, latest=_latest(old, new, at, count)), kept


def _kept_steps(made: "Draft", past: Past, met: Bools) -> Ints:
    """Return the steps that can still be taken.

    Work begun in year position ``b`` can be completed in year ``y`` when, begun in the first year of the old plan, it
    could be completed in ``y - b``. What moves by its forecast alone needs no work that must begin.
    """
    steps, at = made.problem.steps, past.at
    begun = past.begun[steps.commune, steps.criterion]
    keys = pd.MultiIndex.from_arrays([steps.commune, steps.criterion, steps.year])
    sooner = pd.MultiIndex.from_arrays([steps.commune, steps.criterion, steps.year - begun])
    can = sooner.isin(keys) | _moves_by_itself(made, at)
    can &= (steps.year >= at) & ~met[steps.commune, steps.criterion]
    return np.flatnonzero(can & (steps.year >= _soonest(made.problem, past)[steps.commune, steps.criterion]))


def _moves_by_itself(made: "Draft", at: int) -> Bools:
    """Return the steps that rest on a forecast and neither spend nor work before a year position."""
    problem, steps = made.problem, made.problem.steps
    spend = steps.spend.toarray().reshape(len(steps), len(problem.purses), len(problem.years)).sum(axis=1)
    is_busy = (spend[:, :at] > 0).any(axis=1) | (steps.works[:, :at].toarray() > 0).any(axis=1)
    return np.asarray(made.risks.effort & ~is_busy)


def _soonest(problem: Problem, past: Past) -> Ints:
    """Return the first year position that the criteria already done leave to those that must wait for them."""
    soonest = np.zeros(problem.met.shape, dtype=np.int64)
    order = problem.order
    before = past.done[order.commune, order.before]
    wait = np.where((before >= 0) & (before < past.at), before + order.lag, 0)
    np.maximum.at(soonest, (order.commune, order.after), wait)
    return soonest


def _spend(made: "Draft", past: Past, kept: Ints) -> sp.csr_matrix:
    """Return what the steps kept spend from now on.

    What a step that was not begun would have spent in past years is its survey, which is still to be paid; of an effort,
    which goes on every year, only the years to come are paid.
    """
    old, at = made.problem, past.at
    steps, years = old.steps, len(old.years)
    spend = steps.spend[kept].toarray().reshape(len(kept), len(old.purses), years)
    is_new = (past.begun[steps.commune[kept], steps.criterion[kept]] == at) & ~made.risks.effort[kept]
    spend[:, :, at] += spend[:, :, :at].sum(axis=2) * is_new[:, None]
    return sp.csr_matrix(spend[:, :, at:].reshape(len(kept), -1))


def _order(old: Problem, met: Bools) -> Order:
    order = old.order
    open_rows = ~met[order.commune, order.before] & ~met[order.commune, order.after]
    return Order(order.commune[open_rows], order.before[open_rows], order.after[open_rows], order.lag[open_rows])


def _committed(problem: Problem, past: Past) -> Floats:
    """Return what upkeep and the standards reached take of each purse in the years to come (s, t)."""
    years, at = len(problem.years), past.at
    steps = problem.steps
    taken = np.zeros((len(problem.purses), years))
    wanted = past.done[steps.commune, steps.criterion]
    is_past = (wanted >= 0) & (wanted < at)
    # ASSUME: a criterion completed in a year for which the old plan had no step is kept up as if completed in the
    # nearest year that had one.
    distance = pd.Series(np.abs(steps.year - wanted)[is_past], index=np.flatnonzero(is_past))
    groups = distance.groupby([steps.commune[is_past], steps.criterion[is_past]])
    chosen = groups.idxmin().to_numpy(int) if len(distance) else np.zeros(0, dtype=int)
    spend = steps.spend[chosen].toarray().reshape(len(chosen), len(problem.purses), years)
    is_upkeep = np.arange(years)[None, :] > steps.year[chosen][:, None]
    taken += (spend * is_upkeep[:, None, :]).sum(axis=0)
    since = np.maximum(past.standard, 0) + problem.after_lag
    is_kept = (past.standard < at)[:, None] & (np.arange(years) >= since[:, None])
    taken += problem.after_spend.T @ is_kept
    return taken[:, at:]


def _commune_cap(old: Problem, at: int) -> Floats:
    """Return what a commune may still use: its cap, by the part of the capped money that is left."""
    total = old.money[old.capped].sum()
    left = old.money[old.capped][:, at:].sum() / total if total > 0 else 1.0
    return old.commune_cap * left


def _latest(old: Problem, new: Problem, at: int, count: int) -> Ints:
    """Move deadlines; a deadline that has passed unmet, or can no longer be kept, becomes the end of the plan."""
    demanded = old.latest < len(old.years)
    first = np.full(new.met.shape, count)
    np.minimum.at(first, (new.steps.commune, new.steps.criterion), new.steps.year)
    first[new.met] = 0
    soonest = first.max(axis=1, initial=0)
    moved = np.where(old.latest - at >= soonest, old.latest - at, count - 1)
    return np.where(demanded & new.may_standard & (soonest < count), moved, count)


def _with_villages(problem: Problem, done: int) -> Problem:
    """Count villages done in the past; where they lie is not told."""
    if not 0 <= done <= (most := int(problem.villages.sum())):
        text = _("{count} villages before the plan: there are {most} in its scope")
        raise UsageError(text.format(count=done, most=most))
    # ASSUME: villages done before lie in the communes in the shares in which a plan deals villages out.
    left = problem.villages - share_out(problem.villages, np.array([done]))[:, 0]
    return replace(problem, villages=left, start_villages=problem.start_villages + done)


def _aims(aims: Aims, at: int) -> Aims:
    """Return the aims of the years to come: those of single past years fall away."""
    return replace(
        aims,
        standard_by_year={year - at: asked for year, asked in aims.standard_by_year.items() if year >= at},
        villages_by_year={year - at: asked for year, asked in aims.villages_by_year.items() if year >= at},
    )


def _risks(risks: Risks, kept: Ints, made: "Draft", past: Past) -> Risks:
    """Keep the risks of the steps kept; work begun later than the old plan foresaw has the chance of fewer years of it."""
    steps = made.problem.steps
    begun = past.begun[steps.commune, steps.criterion][kept]
    keys = pd.MultiIndex.from_arrays([steps.commune, steps.criterion, steps.year])
    sooner = pd.MultiIndex.from_arrays([steps.commune[kept], steps.criterion[kept], steps.year[kept] - begun])
    place = keys.get_indexer(sooner)
    is_later = (place >= 0) & ~_moves_by_itself(made, past.at)[kept]
    chance = np.where(is_later, np.minimum(risks.chance[kept], risks.chance[place]), risks.chance[kept])
    return replace(
        risks, cost_low=risks.cost_low[kept], cost_high=risks.cost_high[kept], chance=chance, effort=risks.effort[kept]
    )


def _settings(settings: PlanSettings, from_year: int) -> PlanSettings:
    """Return the settings of the years to come; what the old ones say of past years falls away."""
    content = settings.model_dump(mode="json")
    content["horizon"] |= {"start_year": from_year - 1, "first_year": from_year}
    content["limits"]["keep_standard_by"] = max(settings.limits.keep_standard_by, from_year)
    for block, name in (
        ("aims", "standard_by_year"),
        ("aims", "villages_by_year"),
        ("money", "change_pct_by_year"),
        ("money", "extra_vnd_million"),
    ):
        content[block][name] = {year: held for year, held in content[block][name].items() if int(year) >= from_year}
    pinned = content["limits"]["pinned"]
    content["limits"]["pinned"] = {code: max(year, from_year) for code, year in pinned.items()}
    return PlanSettings.model_validate(content)


def _baseline(made: "Draft", is_done: pd.DataFrame, scenario: Any) -> Any:
    held = made.baseline.criteria
    fresh = is_done & ~pd.DataFrame(made.problem.met, is_done.index, is_done.columns)
    return replace(made.baseline, scenario=scenario, criteria=held.mask(fresh, Verdict.MET).astype(held.dtypes))


def _needs(made: "Draft", is_done: pd.DataFrame) -> Any:
    lines = made.needs.lines
    row = is_done.index.get_indexer(pd.Index(lines["commune_code"]))
    column = is_done.columns.get_indexer(pd.Index(lines["criterion"]))
    gone = (row >= 0) & (column >= 0) & is_done.to_numpy()[row, column]
    return replace(made.needs, lines=lines[~gone].reset_index(drop=True))
