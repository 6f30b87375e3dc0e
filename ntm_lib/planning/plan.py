"""Make the plan of one scenario: everything it is made from, the solution, and what it means by name."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from ntm_lib.planning.alternatives.filled import filled
from ntm_lib.planning.fingerprint import digest_of
from ntm_lib.planning.formulate.build import build_problem
from ntm_lib.planning.means.budget import Budget, read_budget
from ntm_lib.planning.needs import Needs, load_needs
from ntm_lib.planning.optimise import Options, optimise
from ntm_lib.planning.outlook import Outlook, load_outlook
from ntm_lib.planning.problem import Floats, Problem, Risks, Solution
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.start.baseline import Baseline, load_baseline
from ntm_lib.project import Project


@dataclass(frozen=True, eq=False)
class Draft:
    """All that a plan is made from, before anything is decided."""

    scenario: Scenario
    baseline: Baseline
    needs: Needs
    outlook: Outlook
    budget: Budget
    problem: Problem
    risks: Risks

    @property
    def years(self) -> tuple[int, ...]:
        """The years planned."""
        return self.problem.years

    @property
    def digest(self) -> str:
        """Return the fingerprint of the problem and of what was handed in: the same of both has the same plan."""
        store, reserve = self.baseline.results.store, self.scenario.settings.money.reserve_pct
        parts = {"problem": digest_of(self.problem), "store": store, "reserve": reserve}
        held = {name: part for name, part in parts.items() if part}
        return digest_of(held) if len(held) > 1 else digest_of(self.problem)

    @property
    def reserve(self) -> Floats:
        """Money that no work is planned on, beside the problem's: purse x year, million VND."""
        amounts = self.budget.amounts.loc[list(self.problem.purses), list(self.years)].to_numpy(float)
        return np.asarray(amounts * self.scenario.settings.money.reserve_pct / 100)

    @property
    def carried_out(self) -> Problem:
        """The problem in which the plan is carried out: with the reserve, which is there when something costs more."""
        return replace(self.problem, money=self.problem.money + self.reserve)


@dataclass(frozen=True, eq=False)
class Plan(Draft):
    """The plan of one scenario."""

    solution: Solution

    def year_of(self, position: int) -> int | None:
        """Return the year of a position; None when not within the horizon, the start year for -1."""
        if position < 0:
            return self.scenario.settings.horizon.start_year
        return None if position >= len(self.years) else self.years[position]

    @property
    def steps(self) -> pd.DataFrame:
        """The criteria completed by the plan, a row each.

        ``commune_code, criterion, year, district_code, cost_vnd_million`` and one column for each purse: money of the
        step over the horizon, upkeep included.
        """
        problem, solution = self.problem, self.solution
        chosen = np.flatnonzero(solution.done[problem.steps.commune, problem.steps.criterion] == problem.steps.year)
        spend = problem.steps.spend[chosen].toarray().reshape(len(chosen), len(problem.purses), len(problem.years))
        by_purse = pd.DataFrame(spend.sum(axis=2), columns=list(problem.purses))
        communes = problem.communes[problem.steps.commune[chosen]]
        frame = pd.DataFrame(
            {
                "commune_code": communes,
                "criterion": problem.criteria[problem.steps.criterion[chosen]],
                "year": np.array(problem.years)[problem.steps.year[chosen]],
                "district_code": problem.districts[problem.district[problem.steps.commune[chosen]]],
                "cost_vnd_million": by_purse.sum(axis=1),
            }
        )
        return pd.concat([frame, by_purse], axis=1)

    @property
    def spending(self) -> pd.DataFrame:
        """All money of the plan, a row for each commune, kind, purse and year with money: ``spent_vnd_million``.

        ``kind``: step (``criterion`` names it), keeping (what keeps the standard), advanced, model, village. Adds up to
        the use of every purse and year.
        """
        return spending(self.problem, self.solution)


def draft(scenario: Scenario, project: Project | None = None, *, is_last_held: bool = False) -> Draft:
    """Read and price everything a scenario needs, without planning yet; ``is_last_held``: see ``read_budget``."""
    project = project or Project.find()
    baseline = load_baseline(scenario, project)
    needs, outlook = load_needs(baseline), load_outlook(baseline)
    budget = read_budget(project, scenario.settings, is_last_held=is_last_held)
    problem, risks = build_problem(baseline, needs, outlook, budget)
    return Draft(scenario, baseline, needs, outlook, budget, problem, risks)


def solve(made: Draft) -> Plan:
    """Plan one scenario, and fill the plan. Raises ``Infeasible`` when limits and aims cannot be kept together."""
    search = made.scenario.settings.search
    solution = optimise(made.problem, Options(gap=search.gap, nodes=search.nodes))
    return with_solution(made, filled(made.problem, solution))


def with_solution(made: Draft, solution: Solution) -> Plan:
    """Return the plan of a draft and its solution."""
    return Plan(**{item.name: getattr(made, item.name) for item in fields(Draft)}, solution=solution)


def spending(problem: Problem, solution: Solution) -> pd.DataFrame:
    """Return the money of a solution; see ``Plan.spending``."""
    years = len(problem.years)
    chosen = np.flatnonzero(solution.done[problem.steps.commune, problem.steps.criterion] == problem.steps.year)
    table = problem.steps.spend[chosen].tocoo()
    parts = [
        pd.DataFrame(
            {
                "commune": problem.steps.commune[chosen][table.row],
                "criterion": problem.steps.criterion[chosen][table.row],
                "kind": "step",
                "purse": table.col // years,
                "year": table.col % years,
                "spent_vnd_million": table.data,
            }
        )
    ]
    first = solution.standard + problem.after_lag
    at_start = np.where(problem.start_standard, problem.after_lag, first)
    is_kept = np.arange(years)[None, :] >= np.where(solution.standard < 0, at_start, first)[:, None]
    parts.append(_packages("keeping", is_kept, problem.after_spend))
    for kind, reached, spend in (
        ("advanced", solution.advanced, problem.advanced_spend),
        ("model", solution.model, problem.model_spend),
    ):
        parts.append(_packages(kind, reached[:, None] == np.arange(years)[None, :], spend))
    village_spend = np.broadcast_to(problem.village_spend, (len(problem.communes), len(problem.purses)))
    parts.append(_packages("village", solution.villages, village_spend))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["spent_vnd_million"] != 0].reset_index(drop=True)
    names = np.append(problem.criteria.to_numpy(object), "")
    return pd.DataFrame(
        {
            "commune_code": problem.communes[frame["commune"]],
            "district_code": problem.districts[problem.district[frame["commune"]]],
            "kind": frame["kind"],
            "criterion": names[frame["criterion"].fillna(-1).astype(int)],
            "purse": problem.purses[frame["purse"]],
            "year": np.array(problem.years)[frame["year"]],
            "spent_vnd_million": frame["spent_vnd_million"],
        }
    )


def _packages(kind: str, times: np.ndarray, spend: np.ndarray) -> pd.DataFrame:
    """Spread money (commune, purse) over the years in which it is paid (commune, year; a count)."""
    communes, years = np.nonzero(times)
    purses = np.arange(spend.shape[1])
    money = spend[communes] * times[communes, years][:, None]
    return pd.DataFrame(
        {
            "commune": np.repeat(communes, len(purses)),
            "criterion": -1,
            "kind": kind,
            "purse": np.tile(purses, len(communes)),
            "year": np.repeat(years, len(purses)),
            "spent_vnd_million": money.ravel(),
        }
    )
