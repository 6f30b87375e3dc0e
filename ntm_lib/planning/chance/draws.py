"""Draws of what a plan cannot know: cost, forecast, survey, money and disaster.

Each commune and criterion, purse and year, district and year has a stream of its own, seeded by its code. So two scenarios
meet the same prices, the same incomes and the same floods, whatever they plan; and the first draws of a longer run are
those of a shorter one.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from ntm_lib.errors import FaultList
from ntm_lib.messages import _, language
from ntm_lib.planning.problem import Bools, Floats, Ints, Problem, Risks, Solution
from ntm_lib.planning.settings import Uncertainty

Years = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Works:
    """What the plan carries out, one row for each criterion of a commune it completes (m rows).

    ``step``: position among the problem's steps. ``start``: first year with money or works, ``finish``: year completed.
    ``spend`` (m, s, t) and ``works`` (m, t) as planned. ``chance`` (m, t): chance that it counts at the end of a year, 0
    before ``finish``, from the steps of later years (a year without a step: as the year before). ``go_on`` (m, s, t): what
    one more year of an effort takes: by how much the step that ends in that year takes more than the one before it. ``dearer`` (m, t): cost of finishing by that
    many years later against the plan, at least 1. ``height``: works that wait for it, one behind the other.
    """

    step: Ints
    commune: Ints
    criterion: Ints
    start: Ints
    finish: Ints
    spend: Floats
    works: Floats
    chance: Floats
    go_on: Floats
    dearer: Floats
    height: Ints

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True, eq=False)
class Draws:
    """r draws for m works, s purses, d districts, t years.

    ``cost`` (m, r): factor on the planned money; 0 where the survey finds no need, so ``is_needed`` is False. ``size_up``
    (m): factor on the planned works, which are expected ones where only a survey will tell. ``counts``
    (m, r): first year from which the forecast lets the criterion count (t: none). ``money`` (s, t, r): million VND.
    ``disaster`` (d, t, r).
    """

    cost: npt.NDArray[np.float32]
    is_needed: Bools
    size_up: Floats
    counts: Years
    money: Floats
    disaster: Bools

    @property
    def size(self) -> int:
        """Number of draws."""
        return int(self.money.shape[2])


def find_works(problem: Problem, solution: Solution, risks: Risks) -> Works:
    """Look up the steps a plan takes and those of later years that could stand for them.

    Raises FaultsError where risks and problem do not fit, or the plan completes a criterion by a year without a step.
    """
    _refuse_unfit(problem, solution, risks)
    years = len(problem.years)
    at = np.full((*problem.met.shape, years), -1)
    at[problem.steps.commune, problem.steps.criterion, problem.steps.year] = np.arange(len(problem.steps))
    commune, criterion = np.nonzero((solution.done >= 0) & (solution.done < years))
    finish = solution.done[commune, criterion]
    step = at[commune, criterion, finish]
    spend, works = _dense(problem, step)
    runs = ((spend > 0).any(axis=1) | (works > 0)) & (np.arange(years) <= finish[:, None])
    chance = np.zeros((len(step), years))
    go_on = np.zeros_like(spend)
    dearer = np.ones((len(step), years))
    by_purse = _until(spend, finish)
    planned = by_purse.sum(axis=1)
    row = np.arange(len(step))
    chance[row, finish] = risks.chance[step]
    last = spend[row, :, finish]
    for year in range(1, years):
        later = np.where(finish < year, at[commune, criterion, year], -1)
        held = np.flatnonzero(later >= 0)
        chance[held, year] = risks.chance[later[held]]
        other, _none = _dense(problem, later[held])
        upto = _until(other, np.full(len(held), year))
        last[held] = np.maximum(upto - by_purse[held], 0)
        by_purse[held] = upto
        go_on[:, :, year] = last
        total = upto.sum(axis=1)
        is_dearer = (planned[held] > 0) & (total > 0) & ~risks.effort[step[held]]
        into = held[is_dearer]
        dearer[into, year - finish[into]] = (total / np.where(planned[held] > 0, planned[held], 1))[is_dearer]
    return Works(
        step=step,
        commune=commune,
        criterion=criterion,
        start=np.where(runs.any(axis=1), runs.argmax(axis=1), finish),
        finish=finish,
        spend=spend,
        works=works,
        chance=np.maximum.accumulate(chance, axis=1),
        go_on=go_on,
        dearer=np.maximum.accumulate(dearer, axis=1),
        height=_height(problem)[commune, criterion],
    )


def _dense(problem: Problem, step: Ints) -> tuple[Floats, Floats]:
    """Money (rows, s, t) and works (rows, t) of steps."""
    shape = (len(step), len(problem.purses), len(problem.years))
    return problem.steps.spend[step].toarray().reshape(shape), problem.steps.works[step].toarray()


def _until(spend: Floats, finish: Ints) -> Floats:
    """Money of each purse up to the year of completion (rows, s)."""
    before = np.arange(spend.shape[2]) <= finish[:, None]
    return np.asarray((spend * before[:, None, :]).sum(axis=2))


def _height(problem: Problem) -> Ints:
    """How many criteria wait one behind the other for each one (n, k)."""
    height = np.zeros(problem.met.shape, dtype=np.int64)
    order = problem.order
    for _round in range(problem.met.shape[1]):
        known = height.copy()
        np.maximum.at(height, (order.commune, order.before), known[order.commune, order.after] + 1)
        if (height == known).all():
            break
    return height


def _refuse_unfit(problem: Problem, solution: Solution, risks: Risks) -> None:
    faults = FaultList(_("The risks do not fit the plan"))
    steps = len(problem.steps)
    for name, values, shape, low, high in (
        ("cost_low", risks.cost_low, (steps,), 0.0, 1.0),
        ("cost_high", risks.cost_high, (steps,), 1.0, np.inf),
        ("chance", risks.chance, (steps,), 0.0, 1.0),
        ("effort", risks.effort, (steps,), 0.0, 1.0),
        ("needed", risks.needed, problem.met.shape, 0.0, 1.0),
        ("money_sd", risks.money_sd, (len(problem.purses),), 0.0, np.inf),
    ):
        if values.shape != shape:
            faults.add(name, str(values.shape), str(shape))
        elif (wrong := ~((values >= low) & (values <= high))).any():
            faults.add(
                name,
                _("{count} values outside the range, the first is {value}").format(
                    count=int(wrong.sum()), value=values[wrong][0]
                ),
                f"{low:g} … {high:g}",
            )
    if solution.done.shape != problem.met.shape:
        faults.add("done", str(solution.done.shape), str(problem.met.shape))
    else:
        years = len(problem.years)
        steps_at = np.zeros((*problem.met.shape, years), dtype=bool)
        steps_at[problem.steps.commune, problem.steps.criterion, problem.steps.year] = True
        for commune, criterion in np.argwhere((solution.done >= 0) & (solution.done < years)):
            year = solution.done[commune, criterion]
            if not steps_at[commune, criterion, year]:
                faults.add(
                    _("commune {commune}, criterion {criterion}").format(
                        commune=problem.communes[commune], criterion=problem.criteria[criterion]
                    ),
                    _("the plan completes it in {year}").format(year=problem.years[year]),
                    _("a year in which it can be completed"),
                )
    faults.stop_if_any()


def stream(seed: int, *name: str) -> np.random.Generator:
    """Return the random stream of one named thing, the same whatever else is drawn."""
    digest = hashlib.blake2b("|".join(name).encode(), digest_size=16).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def triangular(low: Floats, high: Floats, u: Floats) -> Floats:
    """Value of the triangular law from ``low`` over 1 to ``high`` that a share ``u`` lies below."""
    width = high - low
    below = (1 - low) / np.where(width > 0, width, 1)
    rise = low + np.sqrt(u * width * (1 - low))
    fall = high - np.sqrt((1 - u) * width * (high - 1))
    return np.asarray(np.where(width > 0, np.where(u < below, rise, fall), 1.0))


def draw(problem: Problem, works: Works, risks: Risks, uncertainty: Uncertainty) -> Draws:
    """Draw everything that is uncertain about a plan.

    Cost: triangular, by a Gaussian copula in which one factor, common to all works of the province, holds
    ``cost_common_share`` of the spread. Forecast: one draw u a commune and criterion, which counts from the first year
    whose chance is at least u. Survey: needed with its chance; planned money and works are the expected ones, so the
    work then takes them divided by that chance (the survey's own cost, a small part of it, likewise). Money: one shock a year for the whole province, by which each purse moves with its own
    deviation, never below nothing. Disaster: each district and year by itself.
    """
    size, years, seed = uncertainty.draws, len(problem.years), uncertainty.seed
    share = uncertainty.cost_common_share
    common = np.sqrt(share) * stream(seed, "cost").standard_normal(size)
    cost = np.empty((len(works), size), dtype=np.float32)
    is_needed = np.empty((len(works), size), dtype=bool)
    counts = np.empty((len(works), size), dtype=np.int8)
    needed = risks.needed[works.commune, works.criterion]
    for row, (commune, criterion) in enumerate(zip(works.commune, works.criterion, strict=True)):
        cell = stream(seed, "work", str(problem.communes[commune]), str(problem.criteria[criterion]))
        own, forecast, survey = cell.random((size, 3)).T
        step = works.step[row]
        counts[row] = np.searchsorted(works.chance[row], forecast, side="left")
        is_needed[row] = survey < needed[row]
        cost[row] = _cost(risks, step, common, share, own)
    size_up = 1 / np.where(needed > 0, needed, 1)
    cost *= np.where(is_needed, size_up[:, None], 0).astype(np.float32)
    shock = np.array([stream(seed, "money", str(year)).standard_normal(size) for year in problem.years])
    money = problem.money[:, :, None] * np.maximum(0, 1 + risks.money_sd[:, None, None] * shock)
    disaster = np.zeros((len(problem.districts), years, size), dtype=bool)
    for place, (district, year) in _cells(problem.districts, problem.years):
        disaster[place] = stream(seed, "disaster", district, year).random(size) < uncertainty.disaster_chance
    return Draws(cost, is_needed, size_up, counts, money, disaster)


def _cost(risks: Risks, step: int, common: Floats, share: float, own: Floats) -> Floats:
    low, high = risks.cost_low[step], risks.cost_high[step]
    if low == high:
        return np.ones(len(own))
    return triangular(np.array(low), np.array(high), ndtr(common + np.sqrt(1 - share) * ndtri(own)))


def _cells(names: pd.Index, years: Iterable[int]) -> Iterable[tuple[tuple[int, int], tuple[str, str]]]:
    for row, name in enumerate(names):
        for column, year in enumerate(years):
            yield (row, column), (str(name), str(year))


def as_planned(problem: Problem, works: Works) -> Draws:
    """Return one draw in which everything comes as the plan says."""
    return Draws(
        cost=np.ones((len(works), 1), dtype=np.float32),
        is_needed=np.ones((len(works), 1), dtype=bool),
        size_up=np.ones(len(works)),
        counts=np.zeros((len(works), 1), dtype=np.int8),
        money=problem.money[:, :, None].copy(),
        disaster=np.zeros((*problem.works.shape, 1), dtype=bool),
    )


def assumptions(uncertainty: Uncertainty) -> tuple[str, ...]:
    """Return what the draws assume, as sentences for the page, with the figures of the scenario."""
    return (
        _(
            "Costs vary between a low and a high estimate; {share} % of the spread is common to the whole province, the rest "
            "is each work's own."
        ).format(share=_number(uncertainty.cost_common_share * 100)),
        _(
            "A year of little or much money is the same for all sources; each source varies by its own spread, {spread} % "
            "where nothing else is known."
        ).format(spread=_number(uncertainty.money_sd_pct)),
        _(
            "In each year a district is struck by a disaster with a chance of {chance} %, independently of other districts "
            "and years; its works under way then stop for a year."
        ).format(chance=_number(uncertainty.disaster_chance * 100)),
        _(
            "Income, poverty and schooling of one commune hang together over the years, but not with those of other "
            "communes; a bad year for the whole province is not drawn, so the real range is wider."
        ),
        _("What only a survey will tell turns out to be needed or not, each commune and criterion by itself."),
    )


def _number(value: float) -> str:
    return f"{value:g}".replace(".", "," if language() == "vi" else ".")
