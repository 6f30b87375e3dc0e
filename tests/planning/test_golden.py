"""The plan of each shipped scenario, as it was when it was last looked at: a change shows in the difference of its file.

Compared to the last digit, so only in the long tests: another processor may round a sum another way.
"""

import json
from pathlib import Path

import pytest

from ntm_lib.planning.plan import Plan, draft, solve
from ntm_lib.planning.problem import Infeasible
from ntm_lib.planning.scenario import load_scenario, scenario_ids
from ntm_lib.project import Project

GOLDEN = Path(__file__).parent / "golden"


def summary(plan: Plan) -> dict[str, object]:
    """Return what a golden file holds of a plan."""
    solution, years = plan.solution, plan.years
    return {
        "digest": plan.digest,
        "standard": {str(year): int((solution.standard <= place).sum()) for place, year in enumerate(years)},
        "criteria": int((solution.done < len(years)).sum()),
        "spent_vnd_million": round(float(plan.spending["spent_vnd_million"].sum()), 1),
        "communes": {
            code: plan.year_of(int(place)) for code, place in zip(plan.problem.communes, solution.standard, strict=True)
        },
    }


def _check(project: Project, name: str) -> None:
    held = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    made = draft(load_scenario(name, project), project)
    assert made.digest == held["digest"], "data, law, norms or settings changed: look at the plan, then renew its file"
    if held.get("plan") == "none":
        with pytest.raises(Infeasible):
            solve(made)
        return
    assert summary(solve(made)) == held


def test_every_scenario_has_a_golden_file(project: Project) -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == sorted(scenario_ids(project))


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_every_plan_is_the_one_that_was_looked_at(project: Project, name: str) -> None:
    _check(project, name)
