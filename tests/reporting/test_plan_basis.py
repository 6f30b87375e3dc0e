"""What a plan rests on is printed: aims not reached, sums without criteria, levels recalled, what comes if nothing is done."""

from dataclasses import replace
from typing import Any

import invented_study
import numpy as np
import pytest

from ntm_lib.planning.chance import simulate
from ntm_lib.planning.problem import Aims
from ntm_lib.planning.settings import Objective
from ntm_lib.planning.study import Study
from ntm_lib.project import Project
from ntm_lib.reporting import display, plan_sections
from ntm_lib.reporting.plan_notes import package_notes
from ntm_lib.reporting.plan_summary import summary_lines


@pytest.fixture(scope="module")
def study(project: Project) -> Study:
    """Return a study whose scenario asks for more than its plan reaches, with one advanced commune."""
    made = invented_study.make_study(invented_study.make_draft(project))
    plan, last = made.plan, len(made.plan.years)
    asked = Aims(standard=len(plan.problem.communes), advanced=1)
    first = int(plan.solution.standard.argmin())
    advanced = np.where(np.arange(len(plan.solution.advanced)) == first, last - 1, last)
    solution = replace(plan.solution, advanced=advanced)
    found = simulate(plan.problem, solution, plan.risks, plan.scenario.settings.uncertainty, asked)
    changed = replace(made, plan=replace(plan, solution=solution), simulation=found)
    return invented_study.make_relaxed(changed)


@pytest.fixture
def text_of(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that gives what some sections print."""
    monkeypatch.setenv("NTM_LANG", "en")
    shown: list[str] = []
    monkeypatch.setattr(display, "_publish", lambda html, _metadata, **_text: shown.append(str(html)))

    def made(study: Study, *names: str, district: str = "") -> str:
        shown.clear()
        for name in names:
            getattr(plan_sections, name)(plan_sections.scope(study, district))
        return "\n".join(shown)

    return made


def test_an_aim_that_was_given_up_is_still_the_aim(study: Study, text_of: Any) -> None:
    page = text_of(study, "chance")
    assert "that this plan does not reach with the resources entered: Communes reaching the standard." in page
    assert f'data-value="{len(study.plan.problem.communes)}"' in page
    assert "What it asks less: 137 communes meeting all criteria: 3 communes fewer." in text_of(study, "opening")


def test_the_command_line_gives_the_chance_with_its_range(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "en")
    lines = summary_lines(study)
    assert "Less than the aims of the scenario: 137 communes meeting all criteria: 3 communes fewer" in lines
    [chance] = [line for line in lines if line.startswith("Chance")]
    assert "0.0% (at most 16.1%)" in chance  # none of 20 draws


def test_least_money_without_an_aim_says_that_nothing_is_sought(study: Study, text_of: Any) -> None:
    settings = study.plan.scenario.settings.model_copy(update={"objective": Objective.LEAST_COST})
    problem = replace(study.plan.problem, aims=Aims())
    plan = replace(study.plan, scenario=replace(study.plan.scenario, settings=settings), problem=problem)
    told = "no aim and seeks the least money"
    assert told not in "\n".join(summary_lines(study))
    bare = replace(study, plan=plan, is_relaxed=False, nearest=None)
    assert told in "\n".join(summary_lines(bare))
    assert told in text_of(bare, "opening")
    aimed = replace(bare, plan=replace(plan, problem=replace(problem, aims=Aims(floor=5))))
    assert told not in text_of(aimed, "opening")


def test_a_level_reached_by_one_sum_says_so(study: Study, text_of: Any) -> None:
    [note] = package_notes(study.plan)
    assert "an advanced commune: 12,000 million VND" in note
    page = text_of(study, "opening", "targets_by_year", "works_list", "chance")
    assert page.count("not examined one by one, so reaching them is not shown") == 5
    assert "–: not judged. Advanced NTM communes" in page
    assert package_notes(replace(study.plan, solution=invented_study.some_solution(study.plan.problem, 50))) == []


def test_levels_recalled_or_assumed_are_listed_with_the_verdicts_on_them(study: Study, text_of: Any) -> None:
    page = text_of(study, "opening")
    assert "assumed, not law; recalled, low confidence" in page
    assert "2021-2025" in page  # the income of the plan's years, which judges nothing at the start
    assert "verdicts at the start" in page
    assert "verdicts_on.2.1" in text_of(study, "opening", district="052")


def test_what_comes_by_itself_is_told_with_what_is_lost(study: Study, text_of: Any) -> None:
    page = text_of(study, "tasks_by_year")
    assert "No criterion is completed" not in page
    assert "are expected to be met by themselves" in page
    assert "plan.base.alone.gained" in page
