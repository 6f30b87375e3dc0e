"""How far a plan holds when cost, forecast, surveys, money and weather turn out otherwise: Monte Carlo.

``draws`` says what is drawn and how it hangs together, ``recourse`` what the province then does. The figures describe the
plan within these assumptions; what they do not draw (laws, mergers, prices of the packages and of the villages) is fixed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.special import ndtri

from ntm_lib.errors import FaultList, UsageError, preview
from ntm_lib.messages import _
from ntm_lib.planning.chance.draws import Works, as_planned, draw, find_works
from ntm_lib.planning.chance.recourse import Outcome, carry_out
from ntm_lib.planning.problem import Aims, Floats, Problem, Risks, Solution
from ntm_lib.planning.settings import Uncertainty

RANGE = (0.1, 0.5, 0.9)
CONFIDENCE = 0.95
LUMPS = ("advanced", "model", "villages", "villages_by_year")
"""Aims that a plan reaches by paying one sum: none of their criteria is judged, so no chance can be told."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """What became of a plan in ``draws`` draws. Years are calendar years, money million VND; ranges 10 % - 50 % - 90 %.

    ``aims``: one row an aim: ``aim`` ("standard", "standard_by_year", "advanced", "model", "floor", "mean", "districts",
    "villages", "villages_by_year"; "all": every aim judged, at once; "planned_standard": as many communes as the plan says, for each year),
    ``year``, ``asked``, ``planned``, ``chance``, ``standard_error`` (of the draws), ``low``, ``high`` (Wilson, 95 %; these
    four NaN for aims that rest on ``LUMPS``: nothing of them is judged). ``held``: bool, draws x rows of ``aims``. ``standard_counts``: communes at the standard, draws x years.
    ``province`` (year) and ``districts`` (district, year): ``communes``, ``standard_planned``, ``standard_low``,
    ``_middle``, ``_high`` (communes), the same for ``criteria`` (met by a commune on average). ``criteria`` (criterion,
    year): communes that meet it. ``money`` (purse, year): ``available`` and ``planned`` of the plan, ``mean``, ``low``,
    ``middle``, ``high`` really spent, ``lost`` (mean left over that does not carry). ``unpaid`` (year): mean upkeep
    without money. ``communes`` (code, those planned to reach the standard): ``planned_year``, ``by_planned_year``,
    ``by_end`` (chances), their ``*_error``, ``is_fragile``.
    """

    draws: int
    seed: int
    aims: pd.DataFrame
    held: pd.DataFrame
    standard_counts: pd.DataFrame
    province: pd.DataFrame
    districts: pd.DataFrame
    criteria: pd.DataFrame
    money: pd.DataFrame
    unpaid: pd.Series
    communes: pd.DataFrame

    @property
    def fragile(self) -> pd.DataFrame:
        """Planned communes that reach the standard by their year with too small a chance, the least certain first."""
        return self.communes[self.communes["is_fragile"]].sort_values("by_planned_year", kind="stable")


def simulate(
    problem: Problem, solution: Solution, risks: Risks, uncertainty: Uncertainty, asked: Aims | None = None
) -> Simulation:
    """Carry out a plan in ``uncertainty.draws`` draws.

    ``asked``: the aims that the draws are judged by, where the problem solved asks for less than was asked for.

    Repeatable for a seed; two plans, scenarios or budgets meet the same draws (see ``draws``), so ``difference`` compares
    them pairwise. Raises FaultsError where risks and plan do not fit, or the plan cannot be carried out as planned even
    when nothing goes wrong.
    """
    works = find_works(problem, solution, risks)
    planned = carry_out(problem, solution, works, as_planned(problem, works), risks.effort)
    _refuse_unsound(problem, solution, works, planned)
    draws = draw(problem, works, risks, uncertainty)
    outcome = carry_out(problem, solution, works, draws, risks.effort)
    here, there = _Reach(problem, works, outcome), _Reach(problem, works, planned)
    aims, held = _judge(problem if asked is None else replace(problem, aims=asked), here, there)
    years = pd.Index(problem.years, name="year")
    return Simulation(
        draws=draws.size,
        seed=uncertainty.seed,
        aims=aims,
        held=held,
        standard_counts=pd.DataFrame(here.standard.sum(axis=0).T, columns=years),
        province=_territories(here, there, np.ones((1, len(problem.communes)))).set_axis(years),
        districts=_territories(here, there, _belongs(problem)).set_axis(
            pd.MultiIndex.from_product([problem.districts, years], names=["district", "year"])
        ),
        criteria=_criteria(problem, here, there),
        money=_money(problem, outcome, planned),
        unpaid=pd.Series(outcome.unpaid.mean(axis=1), index=years, name="unpaid"),
        communes=_communes(problem, solution, outcome, uncertainty),
    )


def difference(one: Simulation, other: Simulation) -> pd.DataFrame:
    """Compare two plans on their common draws: ``aim``, ``year``, ``difference`` of chance (other - one), its standard error.

    Only aims that both name and judge. Raises UsageError where the draws are not the same.
    """
    if (one.draws, one.seed) != (other.draws, other.seed):
        raise UsageError(
            _("The plans were not drawn alike: {one} and {other} (draws, seed).").format(
                one=f"{one.draws}, {one.seed}", other=f"{other.draws}, {other.seed}"
            )
        )
    both = one.aims.reset_index().merge(other.aims.reset_index(), on=["aim", "year"], suffixes=("", "_other"))
    both = both[both["chance"].notna() & both["chance_other"].notna()]
    change = other.held[both["index_other"]].to_numpy(float) - one.held[both["index"]].to_numpy(float)
    return both[["aim", "year"]].assign(
        difference=change.mean(axis=0), standard_error=change.std(axis=0) / np.sqrt(one.draws)
    )


def wilson(hits: npt.ArrayLike, of: int) -> tuple[Floats, Floats]:
    """95 % interval of a chance from ``hits`` among ``of`` draws (E. B. Wilson, 1927)."""
    z = float(ndtri((1 + CONFIDENCE) / 2))
    share = np.asarray(hits) / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return np.where(share > 0, middle - half, 0.0), np.where(share < 1, middle + half, 1.0)


class _Reach:
    """What an outcome comes to, by commune and year, the draws last."""

    def __init__(self, problem: Problem, works: Works, outcome: Outcome) -> None:
        self.outcome = outcome
        years = range(len(problem.years))
        communes, criteria = problem.met.shape
        rows = np.arange(len(works))
        ones = np.ones(len(works), dtype=np.int32)
        by_commune = sp.csr_matrix((ones, (works.commune, rows)), (communes, len(works)))
        by_criterion = sp.csr_matrix((ones, (works.criterion, rows)), (criteria, len(works)))
        counted = problem.met.sum(axis=1) - (criteria - problem.of)
        done = [(outcome.done <= year).astype(np.int32) for year in years]
        self.standard = np.stack([outcome.standard <= year for year in years], axis=1)  # n, t, r
        self.counted = np.stack([by_commune @ part + counted[:, None] for part in done], axis=1)  # n, t, r
        self.by_criterion = np.stack(
            [by_criterion @ part + problem.met.sum(axis=0)[:, None] for part in done], axis=1
        )  # k, t, r


def _refuse_unsound(problem: Problem, solution: Solution, works: Works, planned: Outcome) -> None:
    """Stop where a plan does not come out as planned although nothing goes wrong: its figures would mean nothing."""
    faults = FaultList(_("The plan cannot be carried out as planned, even if nothing goes wrong"))
    late = works.commune[planned.done[:, 0] != works.finish]
    for name, found, expected in (
        ("standard", planned.standard[:, 0], solution.standard),
        ("advanced", planned.advanced[:, 0], solution.advanced),
        ("model", planned.model[:, 0], solution.model),
    ):
        if (wrong := found != expected).any():
            faults.add(name, preview(map(str, problem.communes[wrong])))
    if len(late):
        faults.add("done", preview(map(str, problem.communes[np.unique(late)])))
    villages = problem.start_villages + solution.villages.sum(axis=0).cumsum()
    if (planned.villages[:, 0] != villages).any():
        faults.add("villages", str(planned.villages[:, 0].tolist()), str(villages.tolist()))
    faults.stop_if_any()


def _reached(problem: Problem, reach: _Reach) -> Iterator[tuple[str, int, float, npt.NDArray[Any]]]:
    """Yield each aim asked for: name, year position, what is asked, what each draw reaches (r)."""
    aims, years, outcome = problem.aims, len(problem.years), reach.outcome
    standard = reach.standard.sum(axis=0)
    for year, count in sorted(aims.standard_by_year.items()):
        yield "standard_by_year", year, count, standard[year]
    for year, count in sorted(aims.villages_by_year.items()):
        yield "villages_by_year", year, count, outcome.villages[year]
    short = np.minimum(aims.floor or 0, problem.of)[:, None] - reach.counted[:, -1]
    for name, asked, found in (
        ("standard", aims.standard, standard[-1]),
        ("advanced", aims.advanced, (outcome.advanced < years).sum(axis=0)),
        ("model", aims.model, (outcome.model < years).sum(axis=0)),
        ("floor", aims.floor, (aims.floor or 0) - short.max(axis=0, initial=0)),
        ("mean", aims.mean, reach.counted[:, -1].sum(axis=0) / max(1, len(problem.communes))),
        ("districts", aims.districts, _districts(problem, outcome)),
        ("villages", aims.villages, outcome.villages[-1]),
    ):
        if asked is not None:
            yield name, years - 1, asked, found


def _districts(problem: Problem, outcome: Outcome) -> npt.NDArray[np.int64]:
    """Districts in which the shares asked for are reached (r)."""
    belongs, aims, years = _belongs(problem), problem.aims, len(problem.years)
    size = belongs.sum(axis=1)[:, None]
    standard = belongs @ (outcome.standard < years) >= aims.district_share * size - 1e-6
    advanced = belongs @ (outcome.advanced < years) >= aims.district_advanced_share * size - 1e-6
    counts = size > 0
    if aims.districts_apart is not None:
        counts = counts & ~aims.districts_apart[:, None]
    return np.asarray((standard & advanced & counts).sum(axis=0))


def _belongs(problem: Problem) -> Floats:
    """1 where a commune lies in a district (d, n)."""
    return np.asarray(np.arange(len(problem.districts))[:, None] == problem.district, dtype=float)


def _judge(problem: Problem, here: _Reach, there: _Reach) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Frame of the aims and what each draw makes of them."""
    rows, held, judged = [], [], []
    for (name, year, asked, found), (*_same, plan) in zip(
        _reached(problem, here), _reached(problem, there), strict=True
    ):
        rows.append((name, problem.years[year], float(asked), float(plan[0])))
        held.append(found >= asked - 1e-6)
        judged.append(name not in LUMPS and not (name == "districts" and problem.aims.district_advanced_share > 0))
    if any(judged):
        rows.append(("all", problem.years[-1], np.nan, np.nan))
        held.append(np.logical_and.reduce([reached for reached, counts in zip(held, judged, strict=True) if counts]))
        judged.append(True)
    for year, plan in enumerate(there.standard.sum(axis=0)[:, 0]):
        rows.append(("planned_standard", problem.years[year], float(plan), float(plan)))
        held.append(here.standard[:, year].sum(axis=0) >= plan)
        judged.append(True)
    draws = np.array(held)
    chance = draws.mean(axis=1)
    low, high = wilson(draws.sum(axis=1), draws.shape[1])
    aims = pd.DataFrame(rows, columns=["aim", "year", "asked", "planned"])
    error = np.sqrt(chance * (1 - chance) / draws.shape[1])
    told = {"chance": chance, "standard_error": error, "low": low, "high": high}
    return aims.assign(**{name: np.where(judged, value, np.nan) for name, value in told.items()}), pd.DataFrame(draws.T)


def _range(values: Floats) -> Floats:
    """Return ends and middle of the last axis, as values that occurred."""
    return np.asarray(np.quantile(values, RANGE, axis=-1, method="inverted_cdf"))


def _territories(here: _Reach, there: _Reach, belongs: Floats) -> pd.DataFrame:
    """Communes at the standard and mean criteria of each territory (rows of ``belongs``) and year."""
    size = belongs.sum(axis=1)
    columns = {"communes": np.repeat(size, here.standard.shape[1]).astype(int)}
    each = np.divide(belongs, size[:, None], out=np.full_like(belongs, np.nan), where=size[:, None] > 0)
    for name, weight, now, plan in (
        ("standard", belongs, here.standard, there.standard),
        ("criteria", each, here.counted, there.counted),
    ):
        low, middle, high = _range(np.einsum("dn,ntr->dtr", weight, now, optimize=True))
        columns[f"{name}_planned"] = np.einsum("dn,ntr->dt", weight, plan).ravel()
        columns |= {f"{name}_low": low.ravel(), f"{name}_middle": middle.ravel(), f"{name}_high": high.ravel()}
    return pd.DataFrame(columns)


def _criteria(problem: Problem, here: _Reach, there: _Reach) -> pd.DataFrame:
    low, middle, high = _range(here.by_criterion)
    return pd.DataFrame(
        {
            "planned": there.by_criterion[:, :, 0].ravel(),
            "low": low.ravel(),
            "middle": middle.ravel(),
            "high": high.ravel(),
        },
        index=pd.MultiIndex.from_product([problem.criteria, problem.years], names=["criterion", "year"]),
    )


def _money(problem: Problem, outcome: Outcome, planned: Outcome) -> pd.DataFrame:
    low, middle, high = _range(outcome.paid)
    return pd.DataFrame(
        {
            "available": problem.money.ravel(),
            "planned": planned.paid[:, :, 0].ravel(),
            "mean": outcome.paid.mean(axis=2).ravel(),
            "low": low.ravel(),
            "middle": middle.ravel(),
            "high": high.ravel(),
            "lost": outcome.lost.mean(axis=2).ravel(),
        },
        index=pd.MultiIndex.from_product([problem.purses, problem.years], names=["purse", "year"]),
    )


def _communes(problem: Problem, solution: Solution, outcome: Outcome, uncertainty: Uncertainty) -> pd.DataFrame:
    """Chance of each commune planned to reach the standard within the horizon."""
    years = len(problem.years)
    at = np.flatnonzero((solution.standard >= 0) & (solution.standard < years))
    planned = solution.standard[at]
    by_planned = (outcome.standard[at] <= planned[:, None]).mean(axis=1)
    by_end = (outcome.standard[at] < years).mean(axis=1)
    size = outcome.standard.shape[1]
    return pd.DataFrame(
        {
            "planned_year": np.array(problem.years)[planned],
            "by_planned_year": by_planned,
            "by_planned_year_error": np.sqrt(by_planned * (1 - by_planned) / size),
            "by_end": by_end,
            "by_end_error": np.sqrt(by_end * (1 - by_end) / size),
            "is_fragile": by_planned < uncertainty.fragile_below,
        },
        index=problem.communes[at],
    )
