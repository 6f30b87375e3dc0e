"""Turn what each commune needs into candidate steps: which criterion can be counted when, and what that takes."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.needs import Needs
from ntm_lib.planning.outlook import Outlook
from ntm_lib.planning.problem import Bools, Floats, Ints, Order, Steps
from ntm_lib.planning.settings import PlanSettings, Purse
from ntm_lib.planning.start.baseline import Baseline
from ntm_lib.verdicts import Verdict


@dataclass(frozen=True, eq=False)
class Candidates:
    """Steps with what is uncertain about them; see ``problem.Steps``, ``Order`` and ``Risks``.

    ``met`` (n, k): criteria that stand and, where they are forecast, are expected to stand.
    """

    met: Bools
    steps: Steps
    order: Order
    cost_low: Floats
    cost_high: Floats
    chance: Floats
    effort: Bools
    needed: Floats


@dataclass(frozen=True, eq=False)
class _Lines:
    """The lines of the needs as arrays, one position a line."""

    frame: pd.DataFrame
    cell: Ints
    is_forecast: Bools
    is_open: Bools  # known to be missing, and its past says too little for a forecast: no effort is taken to reach it
    shares: Floats  # lines x purses
    free: Floats  # lines x years: chance without effort (1: not forecast)
    with_effort: Floats  # lines x years
    first: Ints  # first year position in which its work may be counted
    survey: Floats  # million VND in the first year


def candidates(baseline: Baseline, needs: Needs, outlook: Outlook, settings: PlanSettings, value: Floats) -> Candidates:
    """Return the steps of every criterion that is missing, unknown or expected to be lost.

    A criterion counts in a year when every work can be finished by then (survey, lead time) and every forecast
    requirement is met with the scenario's confidence, without effort or with it; one that is missing and has no forecast, since
    too few of its years are known, counts in none. ``value`` (n, k, t): worth of each step.
    """
    years = len(settings.horizon.years)
    gaps, met = _gaps(baseline, outlook, settings)
    cells = pd.MultiIndex.from_arrays([baseline.communes.index[gaps[:, 0]], baseline.criteria.columns[gaps[:, 1]]])
    lines = _lines(baseline, needs, outlook, settings, cells)
    counts, uses_effort, chance = _countable(lines, settings, years)
    can = _all_lines(counts, lines.cell, len(cells)) & _expected(baseline, outlook, settings, cells, lines)
    spend, low, high = _spend(lines, uses_effort, settings)
    by_cell = {
        name: _sum_lines(table, lines.cell, len(cells))
        for name, table in (("mid", spend), ("low", low), ("high", high))
    }
    works = _sum_lines(_works(lines, years), lines.cell, len(cells))
    cell, year = np.nonzero(can)
    commune, criterion = gaps[cell, 0], gaps[cell, 1]
    flat = by_cell["mid"][cell, year].reshape(len(cell), -1)
    total = flat.sum(axis=1)
    low_total, high_total = (by_cell[name][cell, year].sum(axis=(1, 2)) for name in ("low", "high"))
    has_money = total > 0
    steps = Steps(
        commune, criterion, year, sp.csr_matrix(flat), sp.csr_matrix(works[cell, year]), value[commune, criterion, year]
    )
    return Candidates(
        met=met,
        steps=steps,
        order=_order(baseline, lines, gaps),
        cost_low=np.divide(low_total, total, out=np.ones_like(total), where=has_money),
        cost_high=np.divide(high_total, total, out=np.ones_like(total), where=has_money),
        chance=_product_lines(chance, lines.cell, len(cells))[cell, year],
        effort=np.isin(cell, lines.cell[lines.is_forecast]),
        needed=_needed(lines, gaps, met.shape),
    )


def worth_anew(made: Candidates, value: Floats) -> Candidates:
    """Return candidates with another worth of each step; ``value`` as for ``candidates``."""
    steps = made.steps
    return replace(made, steps=replace(steps, value=value[steps.commune, steps.criterion, steps.year]))


def _gaps(baseline: Baseline, outlook: Outlook, settings: PlanSettings) -> tuple[Ints, Bools]:
    """Return the (commune, criterion) positions that need a step, and which criteria stand."""
    verdicts = baseline.criteria.to_numpy()
    met = (verdicts == Verdict.MET) | (verdicts == Verdict.NOT_APPLICABLE)
    free = outlook.chance.xs(key=False, level="with_effort")[settings.horizon.first_year]
    if not free.empty:
        falls = free[free < settings.forecast.confidence].index
        rows = baseline.communes.index.get_indexer(falls.get_level_values("commune_code"))
        owner = baseline.start_rules.requirements["criterion"]
        columns = baseline.criteria.columns.get_indexer(pd.Index(owner.reindex(falls.get_level_values("requirement"))))
        met[rows, columns] = False
    return np.argwhere(~met), met


def _lines(baseline: Baseline, needs: Needs, outlook: Outlook, settings: PlanSettings, cells: pd.MultiIndex) -> _Lines:
    frame = needs.lines
    cell = cells.get_indexer(pd.MultiIndex.from_frame(frame[["commune_code", "criterion"]]))
    frame, cell = frame[cell >= 0].reset_index(drop=True), cell[cell >= 0]
    years = list(settings.horizon.years)
    free, with_effort = (_chances(outlook, frame, years, is_effort=flag) for flag in (False, True))
    is_forecast = frame["is_effort"].to_numpy(bool) & ~np.isnan(free[:, 0])
    is_open = frame["is_effort"].to_numpy(bool) & frame["requirement"].isin(outlook.requirements).to_numpy()
    is_open &= ~is_forecast & (frame["state"] == "not_met").to_numpy()
    survey = frame["is_survey_needed"].to_numpy(bool).astype(int)
    survey = (
        np.maximum.reduceat(survey[np.argsort(cell, kind="stable")], _starts(cell))[_rank(cell)]
        if len(cell)
        else survey
    )
    first = survey + np.where(is_forecast, 0, _lead(frame, baseline) - 1)
    return _Lines(
        frame=frame,
        cell=cell,
        is_forecast=is_forecast,
        is_open=is_open,
        shares=_shares(needs, frame, settings),
        free=np.where(is_forecast[:, None], np.nan_to_num(free), 1.0),
        with_effort=np.where(is_forecast[:, None], np.nan_to_num(with_effort), 1.0),
        first=first,
        survey=_survey(needs, frame),
    )


def _survey(needs: Needs, frame: pd.DataFrame) -> Floats:
    """Spread what a commune's survey costs over the requirements it asks about."""
    each = (
        needs.survey.set_index("commune_code")["cost_vnd_million"]
        / needs.survey.set_index("commune_code")["requirements"]
    )
    asked = frame["is_survey_needed"].to_numpy(bool)
    return np.where(asked, each.reindex(frame["commune_code"]).fillna(0.0).to_numpy(float), 0.0)


def _starts(cell: Ints) -> Ints:
    """Return where each cell begins once the lines are sorted by cell."""
    ordered = np.sort(cell, kind="stable")
    return np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])


def _rank(cell: Ints) -> Ints:
    return np.unique(cell, return_inverse=True)[1]


def _chances(outlook: Outlook, frame: pd.DataFrame, years: list[int], *, is_effort: bool) -> Floats:
    """Return lines x years: the outlook of the line's requirement; NaN where there is none."""
    table = outlook.chance.xs(is_effort, level="with_effort")[years]
    wanted = pd.MultiIndex.from_frame(frame[["commune_code", "requirement"]])
    return table.reindex(wanted).to_numpy(float)


def _lead(frame: pd.DataFrame, baseline: Baseline) -> Ints:
    """Return the years of each line, those of measures of the same criterion that must come first included."""
    menu = load_measures(baseline.project)
    own = frame["lead_years"].to_numpy(int)
    held = {
        key: int(lead)
        for key, lead in zip(
            zip(frame["commune_code"], frame["criterion"], frame["measure"], strict=True), own, strict=True
        )
    }
    before = [
        max((held.get((code, criterion, first), 0) for first in menu[measure].needs_first), default=0)
        for code, criterion, measure in zip(frame["commune_code"], frame["criterion"], frame["measure"], strict=True)
    ]
    return np.asarray(own + np.array(before, dtype=int).reshape(own.shape))


def _shares(needs: Needs, frame: pd.DataFrame, settings: PlanSettings) -> Floats:
    """Return lines x purses; what a closed purse would pay falls on the other purses of the measure."""
    purses = [purse.value for purse in Purse]
    shares = needs.shares.reindex(frame["measure"])[purses].to_numpy(float)
    closed = np.array([purse in settings.money.closed for purse in Purse])
    if closed.any():
        open_sum = np.where(closed, 0.0, shares).sum(axis=1, keepdims=True)
        # ASSUME: a measure that only closed purses would pay is paid from local matching funds.
        alone = np.eye(len(purses))[purses.index(Purse.LOCAL.value)]
        shares = np.where(open_sum > 0, np.where(closed, 0.0, shares) / np.where(open_sum > 0, open_sum, 1.0), alone)
    return shares


def _countable(lines: _Lines, settings: PlanSettings, years: int) -> tuple[Bools, Bools, Floats]:
    """Return by line and year: may it be counted, does it then rest on effort, and with which chance it counts."""
    confidence = settings.forecast.confidence
    by_itself = lines.free >= confidence
    by_effort = ~by_itself & (lines.with_effort >= confidence)
    in_time = (np.arange(years)[None, :] >= lines.first[:, None]) & ~lines.is_open[:, None]
    is_forecast = lines.is_forecast[:, None]
    counts = in_time & np.where(is_forecast, by_itself | by_effort, True)  # noqa: FBT003 - an array of truths
    chance = np.where(is_forecast, np.where(by_itself, lines.free, lines.with_effort), 1.0)
    return counts, by_effort & is_forecast, chance


def _expected(
    baseline: Baseline, outlook: Outlook, settings: PlanSettings, cells: pd.MultiIndex, lines: _Lines
) -> Bools:
    """Return cells x years: forecast requirements without a line of their own (met at the start) stay met."""
    years = list(settings.horizon.years)
    free = outlook.chance.xs(key=False, level="with_effort")[years].dropna(how="all")
    owner = baseline.start_rules.requirements["criterion"].reindex(free.index.get_level_values("requirement"))
    place = cells.get_indexer(pd.MultiIndex.from_arrays([free.index.get_level_values("commune_code"), owner]))
    own = pd.MultiIndex.from_frame(lines.frame[["commune_code", "requirement"]])
    alone = (place >= 0) & ~free.index.isin(own)
    stays = np.ones((len(cells), len(years)), dtype=bool)
    np.logical_and.at(stays, place[alone], free.to_numpy(float)[alone] >= settings.forecast.confidence)
    has_line = np.isin(np.arange(len(cells)), np.r_[lines.cell, place[alone]])
    return stays & has_line[:, None]


def _spend(lines: _Lines, uses_effort: Bools, settings: PlanSettings) -> tuple[Floats, Floats, Floats]:
    """Return money by line, completion year, purse and year of spending: as estimated, low and high."""
    years = settings.horizon.years
    count = len(years)
    frame = lines.frame
    lead = frame["lead_years"].to_numpy(int)[:, None, None]
    done, spent = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    growth = (1 + settings.costs.price_growth_pct / 100) ** (np.array(years) - years[0] + 1)
    in_work = ((spent > done - lead) & (spent <= done)) / lead
    before = (spent <= done)[None] * uses_effort[:, :, None]
    effort = np.where(lines.is_forecast[:, None, None], before, in_work * lead)
    is_effort = frame["is_effort"].to_numpy(bool)[:, None, None]
    pace = np.where(is_effort, effort, in_work) * growth
    chance = frame["chance"].to_numpy(float)
    upkeep = (spent > done)[None] * growth * (frame["upkeep_vnd_million"].to_numpy(float) * chance)[:, None, None]
    # ASSUME: upkeep of what was built, and surveys, are paid from local matching funds; what is paid anew every year
    # (insurance) keeps its payers.
    payer = np.eye(lines.shares.shape[1])[[purse.value for purse in Purse].index(Purse.LOCAL.value)]
    tables = []
    survey = lines.survey[:, None, None] * ((spent == 0) & (done >= 0))[None]
    payers = np.where(frame["is_recurrent"].to_numpy(bool)[:, None], lines.shares, payer[None, :])
    kept = upkeep[:, :, None, :] * payers[:, None, :, None] + survey[:, :, None, :] * payer[None, None, :, None]
    for column in (f"{settings.costs.estimate}_vnd_million", "low_vnd_million", "high_vnd_million"):
        money = (frame[column].to_numpy(float) * chance)[:, None, None] * pace
        tables.append(money[:, :, None, :] * lines.shares[:, None, :, None] + kept)
    return tables[0], tables[1], tables[2]


def _works(lines: _Lines, years: int) -> Floats:
    """Return works under way by line, completion year and year."""
    lead = lines.frame["lead_years"].to_numpy(int)[:, None, None]
    done, busy = np.meshgrid(np.arange(years), np.arange(years), indexing="ij")
    expected = lines.frame["works"].to_numpy(float) * lines.frame["chance"].to_numpy(float)
    return np.asarray(((busy > done - lead) & (busy <= done)) * expected[:, None, None])


def _sum_lines(table: Floats, cell: Ints, cells: int) -> Floats:
    """Add the lines of each cell."""
    total = np.zeros((cells, *table.shape[1:]))
    np.add.at(total, cell, table)
    return total


def _all_lines(table: Bools, cell: Ints, cells: int) -> Bools:
    every = np.ones((cells, table.shape[1]), dtype=bool)
    np.logical_and.at(every, cell, table)
    return every


def _product_lines(table: Floats, cell: Ints, cells: int) -> Floats:
    product = np.ones((cells, table.shape[1]))
    np.multiply.at(product, cell, table)
    return product


def _needed(lines: _Lines, gaps: Ints, shape: tuple[int, int]) -> Floats:
    """Return the chance that a criterion needs work at all: one of its lines does."""
    spared = _product_lines(1 - lines.frame["chance"].to_numpy(float)[:, None], lines.cell, len(gaps))[:, 0]
    needed = np.zeros(shape)
    needed[gaps[:, 0], gaps[:, 1]] = 1 - spared
    return needed


def _order(baseline: Baseline, lines: _Lines, gaps: Ints) -> Order:
    """Return the order between criteria: what a measure needs first is counted before its own work begins."""
    menu = load_measures(baseline.project)
    frame = lines.frame
    rows = frame[["commune_code", "criterion", "measure"]].assign(cell=lines.cell)
    wants = [(measure, first) for measure in frame["measure"].unique() for first in menu[measure].needs_first]
    pairs = pd.DataFrame(wants, columns=["measure", "first"])
    after = rows.assign(lead=frame["lead_years"]).merge(pairs, on="measure")
    joined = after.merge(
        rows.rename(columns={"measure": "first", "cell": "before"})[["commune_code", "first", "before"]],
        on=["commune_code", "first"],
    )
    joined = joined[joined["cell"] != joined["before"]]
    lag = joined.groupby(["before", "cell"], sort=True)["lead"].max().reset_index()
    before, cell = lag["before"].to_numpy(int), lag["cell"].to_numpy(int)
    return Order(gaps[cell, 0], gaps[before, 1], gaps[cell, 1], lag["lead"].to_numpy(int))
