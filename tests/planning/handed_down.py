"""Plans of invented problems with stand-ins of the parts that the tables to hand down read."""

import dataclasses
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from planning.problems import make_problem

from ntm_lib.planning.means.budget import Budget
from ntm_lib.planning.means.measures import Measures, load_measures
from ntm_lib.planning.plan import Draft, Plan, with_solution
from ntm_lib.planning.problem import Problem, Risks, Solution
from ntm_lib.planning.scenario import Scenario, load_scenario
from ntm_lib.project import Project
from ntm_lib.review import Labels
from ntm_lib.verdicts import Verdict


@dataclasses.dataclass(frozen=True, eq=False)
class Start:
    """The parts of a baseline that are read."""

    project: Project
    scenario: Scenario
    vintage: Any
    communes: pd.DataFrame
    criteria: pd.DataFrame
    results: Any
    law_set: str = "qd-318-2022"
    is_illustrative: bool = True
    is_mixed: bool = False
    review: Any = None

    @property
    def rules(self) -> Any:
        """The rules of every year: no labels."""
        empty = SimpleNamespace(requirements=pd.DataFrame({"label_vi": [], "label_en": []}))
        return dict.fromkeys(self.scenario.settings.horizon.years, empty)

    @property
    def generated(self) -> pd.Series:
        """Whether a commune's start is generated."""
        return pd.Series(self.is_illustrative, index=self.communes.index)


@dataclasses.dataclass(frozen=True, eq=False)
class Lines:
    """The parts of the needs that are read."""

    lines: pd.DataFrame
    shares: pd.DataFrame
    survey: pd.DataFrame


class Menu(dict):
    """A menu of measures that names every measure it is asked for."""

    def __missing__(self, key: str) -> Any:
        return SimpleNamespace(label=Labels(vi=f"Việc {key}", en=f"Work {key}"), unit=Labels(vi="km", en="km"))


def real_menu(project: Project) -> Measures:
    """Return the menu of the project under the names that the invented needs use."""
    menu = load_measures(project)
    return replace(
        menu,
        measures={
            f"m{at}": one.model_copy(update={"id": f"m{at}"}) for at, one in enumerate(list(menu.measures.values())[:4])
        },
    )


def make_draft(project: Project, seed: int = 0, communes: int = 24, **changes: Any) -> Draft:
    """Invent a draft: a problem of ``problems.make_problem`` with needs, start and budget that fit it."""
    rng = np.random.default_rng([seed, communes, 7])
    problem = make_problem(communes, seed, **{"districts": 3, "limits": False, **changes})
    scenario = load_scenario("base", project)
    first, last = problem.years[0], problem.years[-1]
    scenario = load_scenario(
        "base", project, horizon__last_year=last, horizon__first_year=first, limits__keep_standard_by=first
    )
    needs = _needs(rng, problem)
    table = pd.DataFrame(columns=["purse", "year", "amount_vnd_million", "basis", "source", "note"])
    amounts = pd.DataFrame(problem.money, index=problem.purses, columns=list(problem.years))
    risks = Risks(
        *(np.ones(len(problem.steps)) for _part in range(3)),
        needed=(~problem.met).astype(float),
        effort=np.zeros(len(problem.steps), dtype=bool),
        money_sd=np.full(len(problem.purses), 0.1),
    )
    outlook: Any = SimpleNamespace(chance=pd.DataFrame())
    start: Any = _start(rng, project, scenario, problem)
    return Draft(scenario, start, needs, outlook, Budget(amounts, table), problem, risks)  # type: ignore[arg-type]


def make_plan(project: Project, seed: int = 0, communes: int = 24, **changes: Any) -> Plan:
    """Invent a plan: any steps, feasible or not; sums must agree in each."""
    made = make_draft(project, seed, communes, **changes)
    return with_solution(made, any_solution(made.problem, seed))


def any_solution(problem: Problem, seed: int) -> Solution:
    """Choose steps, levels and villages at random."""
    rng = np.random.default_rng([seed, 11])
    count = len(problem.years)
    done = np.where(problem.met, -1, count)
    for step in rng.permutation(len(problem.steps)):
        place = problem.steps.commune[step], problem.steps.criterion[step]
        if done[place] == count and rng.random() < 0.6 * (1 + (place[0] % 3 == 0)):
            done[place] = problem.steps.year[step]
    standard = done.max(axis=1)
    advanced = np.where((standard < count - 1) & (rng.random(len(standard)) < 0.5), np.maximum(standard, 0) + 1, count)
    model = np.where((advanced < count - 1) & (rng.random(len(standard)) < 0.7), advanced + 1, count)
    villages = np.zeros((len(problem.communes), count), dtype=np.int64)
    villages[:, -1] = problem.villages
    districts = np.zeros(len(problem.districts), dtype=bool)
    return Solution(done, standard, advanced, model, villages, districts, 0.0, 1.0, None, is_proven=False, nodes=0)


def _needs(rng: np.random.Generator, problem: Problem) -> Any:
    """Invent one or two lines for most missing criteria; some have none, so that their money is unexplained."""
    commune, criterion = np.nonzero(~problem.met)
    twice = rng.integers(0, 3, len(commune))
    commune, criterion = np.repeat(commune, twice), np.repeat(criterion, twice)
    size = len(commune)
    of_cell = pd.Series(1).reindex(range(size), fill_value=1).groupby([commune, criterion]).cumsum()
    names = problem.criteria[criterion]
    is_effort = criterion % 5 == 4
    middle = rng.uniform(50, 4000, size)
    measure = [f"m{item}" for item in criterion % 4]
    lines = pd.DataFrame(
        {
            "commune_code": problem.communes[commune],
            "criterion": names,
            "requirement": [f"{name}.{place}" for name, place in zip(names, of_cell, strict=True)],
            "state": "not_met",
            "measure": measure,
            "volume": rng.uniform(0.5, 20, size),
            "volume_unit": "km",
            "low_vnd_million": middle * 0.7,
            "middle_vnd_million": middle,
            "high_vnd_million": middle * 1.4,
            "upkeep_vnd_million": np.where(rng.random(size) < 0.7, middle * 0.02, 0.0),
            "is_recurrent": criterion % 4 == 3,
            "chance": np.where(rng.random(size) < 0.2, 0.4, 1.0),
            "lead_years": rng.integers(1, 3, size),
            "works": np.where(criterion % 5 < 2, 1, 0),
            "is_effort": is_effort,
            "basis": "assumed",
            "volume_basis": "reported",
            "level_is_doubtful": False,
        }
    )
    shares = pd.DataFrame(rng.dirichlet(np.ones(len(problem.purses)), 4), [f"m{i}" for i in range(4)], problem.purses)
    lines["is_survey_needed"] = lines["chance"] < 1
    asked = lines[lines["is_survey_needed"]].groupby("commune_code").size()
    survey = pd.DataFrame({"commune_code": asked.index, "requirements": asked.to_numpy(), "cost_vnd_million": 15.0})
    return Lines(lines, shares, survey)


def _start(rng: np.random.Generator, project: Project, scenario: Scenario, problem: Problem) -> Start:
    verdicts = np.where(problem.met, Verdict.MET, Verdict.NOT_MET)
    verdicts = np.where(~problem.met & (rng.random(problem.met.shape) < 0.2), Verdict.UNKNOWN, verdicts)
    codes = list(problem.communes)
    units = ["04", *problem.districts, *codes]
    names = ["Tỉnh Cao Bằng", *(f"Huyện {code}" for code in problem.districts), *(f"Xã Số {code}" for code in codes)]
    communes = pd.DataFrame({"name": names[-len(codes) :]}, index=pd.Index(codes, name="code"))
    communes["parent_code"] = problem.districts[problem.district]
    vintage = SimpleNamespace(
        frame=pd.DataFrame({"name": names}, index=pd.Index(units, name="code")),
        province=SimpleNamespace(code="04", name="Tỉnh Cao Bằng", short_name="Cao Bằng"),
        unit=lambda code: SimpleNamespace(code=code, name=f"Huyện {code}", short_name=code),
    )
    year = scenario.settings.horizon.start_year
    index = pd.MultiIndex.from_product([codes, [year]], names=["commune_code", "year"])
    results = SimpleNamespace(as_of={"any": pd.Series(pd.Timestamp(f"{year}-12-31"), index=index)})
    criteria = pd.DataFrame(verdicts.astype(np.int8), index=problem.communes, columns=problem.criteria)
    return Start(project, scenario, vintage, communes, criteria, results)
