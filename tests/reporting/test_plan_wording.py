"""What a plan says of itself: its years, its title where aims were lowered, why money stays, how near other plans are."""

from dataclasses import replace

import invented_study
import pytest

from ntm_lib.planning.alternatives.hindrance import Hindrance, Sooner
from ntm_lib.planning.handdown.targets import targets
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.norms import read_norms
from ntm_lib.planning.plan import spending
from ntm_lib.reporting import display, formats, plan_sections
from ntm_lib.reporting.office import plan_basis, plan_text
from ntm_lib.reporting.office.plan_balance import unplanned_note
from ntm_lib.reporting.plan_sections.basis import levels_table
from ntm_lib.reporting.plan_sections.compare import _side_by_side, comparison_data
from ntm_lib.reporting.plan_sections.scope import whole_head
from ntm_lib.reporting.plan_summary import summary_lines


@pytest.fixture(scope="module")
def study(project):
    return invented_study.make_study(invented_study.make_draft(project))


@pytest.fixture
def shown(monkeypatch):
    """Return a function that gives the markup of one section."""
    parts = []
    monkeypatch.setattr(display, "_publish", lambda html, _metadata, **_text: parts.append(str(html)))

    def of(section, scope):
        parts.clear()
        getattr(plan_sections, section)(scope)
        return " ".join(parts)

    return of


def cheapest(study):
    """Return the study with a plan that seeks to spend least and nothing else."""
    problem = study.plan.problem
    steps = replace(problem.steps, value=problem.steps.value * 0)
    problem = replace(
        problem, steps=steps, standard_value=problem.standard_value * 0, advanced_value=0.0, model_value=0.0,
        village_value=0.0, cost_weight=1.0,
    )  # fmt: skip
    return replace(study, plan=replace(study.plan, problem=problem))


def test_a_plan_of_one_year_names_that_year_once():
    assert formats.years(2021, 2025) == "2021 - 2025"
    assert formats.years(2025, 2025) == "2025"
    assert whole_head((2025,)) == "Whole period"


def test_a_plan_whose_aims_were_lowered_never_bears_their_title_alone(study, shown):
    relaxed = invented_study.make_relaxed(study)
    title = f"Nearest plan, not all aims reached, to the scenario: {study.title}"
    assert relaxed.title == title
    scope = plan_sections.scope(relaxed)
    assert title in shown("opening", scope)
    assert title in scope.source
    assert [plan["title"] for plan in comparison_data(scope, [scope])["plans"]] == [title]


def test_the_reason_for_unplanned_money_is_that_of_the_plan(study):
    assert "another source" in unplanned_note(study.plan)
    assert "only what its aims take" in unplanned_note(cheapest(study).plan)


def test_plans_that_only_spend_least_are_near_by_their_money(study, shown):
    plan = study.plan
    dearer = invented_study.some_solution(plan.problem, 2)
    near = replace(study.near_equal, plans=(plan.solution, dearer))
    first, second = (spending(plan.problem, made)["spent_vnd_million"].sum() for made in near.plans)
    assert second > first
    two = replace(study, near_equal=near)
    assert "are worth at least" in shown("near_equal", plan_sections.scope(two))
    share = formats.percent(100 * (second / first - 1))
    assert f"at most {share} more money than this plan" in shown("near_equal", plan_sections.scope(cheapest(two)))


def test_the_draft_document_proposes_principles_and_solutions(study):
    said = plan_text.machine_text(study.plan)
    assert len(said["principles"]) >= 3
    assert len(said["solutions"]) >= 3
    assert all(text.startswith("- ") for text in said["principles"] + said["solutions"])


def test_tables_that_are_kept_cannot_be_changed_by_a_reader(study, project):
    held = targets(study.plan, "commune", with_start=True)
    held["standard"] = -1
    assert (targets(study.plan, "commune", with_start=True)["standard"] >= 0).all()
    menu = load_measures(project)
    norms = read_norms(project, "norms", menu)
    norms["middle"] = -1.0
    assert (read_norms(project, "norms", menu)["middle"] > 0).all()


def test_levels_of_the_start_bear_the_year_they_judge_also_in_a_plan_made_anew(study):
    plan = study.plan
    judged = plan.baseline.start_rules.year
    settings = plan.scenario.settings
    horizon = settings.horizon.model_copy(update={"start_year": judged + 2, "first_year": judged + 3})
    scenario = replace(plan.scenario, settings=settings.model_copy(update={"horizon": horizon}))
    table = str(levels_table(plan_sections.scope(replace(study, plan=replace(plan, scenario=scenario)))))
    assert f">{judged}<" in table
    assert f">{judged + 2}<" not in table


def test_a_single_aim_that_cannot_be_reached_clashes_with_nothing(study, shown):
    relaxed = invented_study.make_relaxed(study)
    demand = relaxed.nearest.clash[0]
    one, two = (
        replace(relaxed, nearest=replace(relaxed.nearest, clash=clash)) for clash in ((demand,), (demand, demand))
    )
    for held, word in ((one, "this aim cannot be reached"), (two, "these aims cannot be reached together")):
        assert word in shown("nearest", plan_sections.scope(held))
        assert word in plan_basis.clash_sentences(held)[0]
    assert "one aim of the scenario cannot be reached" in shown("opening", plan_sections.scope(one))
    assert "THE AIM CANNOT" in plan_basis.study_stamps(one)[0]


def test_what_no_money_buys_is_said_wherever_the_clash_is_said(study, shown):
    relaxed = invented_study.make_relaxed(study)
    late = Hindrance(("time",), is_each=True, sooner=(Sooner(0, 1, 2),), is_enough=True)
    held = replace(relaxed, nearest=replace(relaxed.nearest, offers=relaxed.nearest.offers[1:], hindrance=late))
    whole, district = (shown("nearest", plan_sections.scope(held, code)) for code in ("", "047"))
    commune = str(plan_sections.scope(held).names[study.plan.problem.communes[0]])
    for text in (whole, " ".join(plan_basis.clash_sentences(held)), "\n".join(summary_lines(held))):
        assert "Whatever money is added, the aims cannot be reached by 2025" in text
        assert "criteria that no measure leads to in time" in text
        assert f"{commune} met criterion 2 (" in text
        assert "(the plan shown)" in text
    assert "Planned money (million VND)" in whole
    assert "Figures of the whole province." in district
    assert "Figures of the whole province." not in whole
    assert "Whatever money" not in shown("nearest", plan_sections.scope(relaxed))


def test_a_scenario_that_falls_short_says_by_what_beside_others(study):
    relaxed = invented_study.make_relaxed(study)
    note = str(_side_by_side(plan_sections.scope(study), [plan_sections.scope(relaxed)]))
    assert f"{study.plan.scenario.title} (137 communes meeting all criteria: 3 communes fewer)" in note
