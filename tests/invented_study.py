"""A study of the shipped data without any search: every third commune completes what it can; nothing about it is best."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ntm_lib.planning.alternatives.asked import Demand
from ntm_lib.planning.alternatives.near_equal import NearEqual, _place
from ntm_lib.planning.alternatives.nearest import Lowered, Nearest, Offer
from ntm_lib.planning.chance import simulate
from ntm_lib.planning.optimise.gaps import find_gaps
from ntm_lib.planning.optimise.plans import assemble
from ntm_lib.planning.plan import Draft, draft, with_solution
from ntm_lib.planning.problem import Problem, Solution
from ntm_lib.planning.reasons.limits import limits
from ntm_lib.planning.reasons.more import More
from ntm_lib.planning.reasons.why import Why
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.study import Study
from ntm_lib.project import Project
from ntm_lib.review import Labels

DRAWS = 20


def make_draft(project: Project) -> Draft:
    """Return the draft of the base with more money and works than anybody needs, so that any plan can be carried out."""
    made = draft(load_scenario("base", project, uncertainty__draws=DRAWS), project)
    problem = made.problem
    plenty = np.full_like(problem.money, 1e8)
    return replace(made, problem=replace(problem, money=plenty, works=np.full_like(problem.works, np.inf)))


def some_solution(problem: Problem, every: int) -> Solution:
    """Return a plan in which every so-many-th commune completes each criterion as early as steps and order allow."""
    years = len(problem.years)
    earliest = find_gaps(problem).earliest
    steps, done = problem.steps, np.where(problem.met, -1, years)
    for step in np.flatnonzero(steps.commune % every == 0)[::-1]:
        commune, criterion, year = steps.commune[step], steps.criterion[step], steps.year[step]
        if year >= earliest[commune, criterion]:
            done[commune, criterion] = year
    never = np.full(len(problem.communes), years)
    villages = np.zeros((len(never), years), dtype=np.int64)
    return replace(
        assemble(problem, done, done.max(axis=1), never, never, villages), objective=1.0, bound=1.001, gap=0.001
    )


def make_study(made: Draft, every: int = 3, name: str = "base") -> Study:
    """Return a study of such a plan; reasons are stand-ins."""
    scenario = replace(made.scenario, id=name, title=Labels(vi=f"Phương án {name}", en=f"Scenario {name}"))
    plan = with_solution(replace(made, scenario=scenario), some_solution(made.problem, every))
    problem, solution = plan.problem, plan.solution
    last = len(problem.years)
    kinds = np.select([solution.standard < 0, solution.standard < last], ["stands_at_start", "planned"], "not_planned")
    found = tuple(Why(at, str(kind), "aims", None, None) for at, kind in enumerate(kinds))
    more = More(
        is_state=False, year=problem.years[0], amount=1000.0, gain=0.5, gain_beside=0.5, gain_at_most=0.75, left_over=0.0,
        changes=(), moves=_gained(problem, 1), higher=(0, 0, 0), solution=solution,
    )  # fmt: skip
    simulation = simulate(problem, solution, plan.risks, scenario.settings.uncertainty)
    others = NearEqual((solution,), _place(problem, [solution]), 0.01)
    return Study(
        plan=plan,
        is_relaxed=False,
        nearest=None,
        why=found,
        limits=limits(problem, solution),
        billion=(more,),
        near_equal=others,
        simulation=simulation,
        robust=solution,
        robust_simulation=simulation,
    )


def _gained(problem: Problem, commune: int) -> pd.DataFrame:
    """Return what is gained where a commune completes two criteria more, and with them the standard."""
    names = ["", *problem.criteria[:2]]
    return pd.DataFrame(
        {
            "commune_code": problem.communes[commune],
            "criterion": names,
            "old_year": pd.array([pd.NA] * 3, dtype="Int64"),
            "new_year": pd.array([problem.years[0]] * 3, dtype="Int64"),
        }
    )


def make_relaxed(study: Study) -> Study:
    """Return the study as if its aims could not be met together."""
    problem, solution = study.plan.problem, study.plan.solution
    demand = Demand("standard", 137.0)
    money = Offer("money", 12_000.0, 11_900.0, None, np.ones_like(problem.money), (), problem, solution)
    fewer = Offer("demand", 3.0, 3.0, None, None, (Lowered(demand, 134.0),), problem, solution)
    return replace(study, is_relaxed=True, nearest=Nearest((demand,), (money, fewer)))
