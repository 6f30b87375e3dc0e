"""The plan of each shipped scenario, as it was when it was last looked at: a change shows in the difference of its file.

Compared to the last digit, so only in the long tests: another processor may round a sum another way.
"""

import json
from pathlib import Path

import pytest

from ntm_lib.planning.alternatives.nearest import Offer
from ntm_lib.planning.plan import Plan, draft
from ntm_lib.planning.scenario import load_scenario, scenario_ids
from ntm_lib.planning.study import plan_shown
from ntm_lib.project import Project
from tests.planning.optimise.restated import judged

GOLDEN = Path(__file__).parent / "golden"


def summary(digest: str, plan: Plan, taken: Offer | None) -> dict[str, object]:
    """Return what a golden file holds: the plan shown, and which aims it lowers (from, to) where they clash."""
    solution, years = plan.solution, plan.years
    lowered = {} if taken is None else {item.demand.kind: [item.demand.asked, item.offered] for item in taken.lowered}
    return {
        "digest": digest,
        **({"lowered": lowered} if lowered else {}),
        "standard": {str(year): int((solution.standard <= place).sum()) for place, year in enumerate(years)},
        **(
            {"villages": dict(zip(map(str, years), solution.villages.sum(axis=0).cumsum().tolist(), strict=True))}
            if solution.villages.any()
            else {}
        ),
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
    plan, offers = plan_shown(made)
    assert judged(plan.problem, plan.solution) == (pytest.approx(plan.solution.objective), [])
    assert summary(made.digest, plan, None if offers is None else offers.taken) == held


def test_every_scenario_has_a_golden_file(project: Project) -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == sorted(scenario_ids(project))


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_every_plan_is_the_one_that_was_looked_at(project: Project, name: str) -> None:
    _check(project, name)
