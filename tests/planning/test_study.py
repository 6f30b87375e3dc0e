"""A kept study comes back as it was, and is not shown for other data, law or settings."""

import re
from dataclasses import replace

import invented_study
import numpy as np
import pandas as pd
import pytest

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.planning import study as study_module
from ntm_lib.planning.alternatives.hindrance import Hindrance, Sooner
from ntm_lib.planning.alternatives.nearest import Nearest, Offer, nearest
from ntm_lib.planning.plan import draft
from ntm_lib.planning.problem import Aims, Infeasible
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.study import (
    ROUGH,
    VERSION,
    first_offer,
    has_study,
    load_study,
    make_study,
    save_study,
    study_path,
)


@pytest.fixture
def kept(own_project):
    made = draft(load_scenario("base", own_project), own_project)
    study = invented_study.make_study(made, every=10_000)
    save_study(own_project, study)
    return study


def test_a_kept_study_comes_back_and_only_for_its_own_problem(own_project, kept):
    back = load_study("base", own_project)
    assert back.plan.digest == kept.plan.digest
    np.testing.assert_array_equal(back.plan.solution.done, kept.plan.solution.done)
    pd.testing.assert_frame_equal(back.simulation.aims, kept.simulation.aims)
    pd.testing.assert_frame_equal(back.plan.spending, kept.plan.spending)
    assert [item.kind for item in back.why] == [item.kind for item in kept.why]
    assert back.nearest is None

    path = study_path(own_project, kept.plan.scenario)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'"version": {VERSION}', f'"version": {VERSION - 1}'), encoding="utf-8")
    with pytest.raises(UsageError, match="ntm plan --scenario base"):  # its chances were judged otherwise
        load_study("base", own_project)
    path.write_text(text, encoding="utf-8")

    budget = own_project.parameters / "planning" / "budget.csv"
    budget.write_text(
        budget.read_text(encoding="utf-8").replace("local,2023,150000", "local,2023,150001"), encoding="utf-8"
    )
    with pytest.raises(UsageError, match="ntm plan --scenario base"):
        load_study("base", own_project)
    assert not has_study(load_scenario("base", own_project), own_project)


def test_what_no_money_buys_comes_back_with_the_nearest_plans(own_project, kept):
    late = Hindrance(("time",), is_each=True, sooner=(Sooner(3, 1, 2),), is_enough=True)
    relaxed = invented_study.make_relaxed(kept)
    save_study(own_project, replace(relaxed, nearest=replace(relaxed.nearest, hindrance=late)))
    back = load_study("base", own_project).nearest
    assert (back.hindrance.limits, back.hindrance.is_each, back.hindrance.is_enough) == (("time",), True, True)
    [sooner] = back.hindrance.sooner
    assert (sooner.commune, sooner.criterion, sooner.year) == (3, 1, 2)
    assert [offer.kind for offer in back.offers] == ["money", "demand"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 0}', '{"version": 1}'])
def test_a_broken_file_is_no_study(own_project, content):
    scenario = load_scenario("base", own_project)
    path = study_path(own_project, scenario)
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    assert not has_study(scenario, own_project)


def test_a_scenario_without_a_plan_says_how_to_make_one(own_project):
    with pytest.raises(UsageError, match="ntm plan --scenario bad_year"):
        load_study("bad_year", own_project)


def test_another_law_is_kept_apart(own_project):
    one = load_scenario("base", own_project)
    other = load_scenario("base", own_project, horizon__law_known_on="2022-12-31")
    assert study_path(own_project, one) != study_path(own_project, other)


def test_the_plan_shown_for_aims_that_clash_keeps_the_money_entered(base_draft):
    problem = base_draft.problem
    solution = invented_study.some_solution(problem, 10_000)
    more = Offer("money", 5.0, 5.0, None, problem.money * 0 + 5, (), problem, solution)
    less = Offer("demand", 1.0, 1.0, None, None, (), problem, solution)
    assert first_offer(base_draft, Nearest((), (more, less)))[1] is less.solution
    with pytest.raises(NtmError):
        first_offer(base_draft, Nearest((), (more,)))


def test_where_no_plan_is_possible_the_money_that_lacks_is_named(base_draft, monkeypatch):
    monkeypatch.setenv("NTM_LANG", "en")
    local = base_draft.problem.purses == "local"
    problem = replace(base_draft.problem, money=np.where(local[:, None], 0.0, base_draft.problem.money))
    with pytest.raises(NtmError) as told:
        first_offer(replace(base_draft, problem=problem), nearest(problem, ROUGH))
    text = str(told.value)
    assert "Local matching funds, 2022: 0 million VND; keeping communes" in text
    assert re.search(r"With [\d,]+ million VND more .*Local matching funds 2021: [\d,]+", text)


def test_a_study_of_a_plan_that_asks_less_is_judged_by_the_aims_of_the_scenario(project, base_draft, monkeypatch):
    problem = replace(
        base_draft.problem,
        money=np.full_like(base_draft.problem.money, 1e8), works=np.full_like(base_draft.problem.works, np.inf),
    )  # fmt: skip
    asked, solution = len(problem.communes), invented_study.some_solution(problem, 10)
    made = replace(base_draft, problem=replace(problem, aims=Aims(standard=asked)))
    less = Offer("demand", 1.0, 1.0, None, None, (), replace(problem, aims=Aims(standard=1)), solution)
    stubs = {
        "draft_plan": made, "nearest": Nearest((), (less,)), "explain": (), "one_billion": (), "limits": None,
        "_beside": (None, solution),
    }  # fmt: skip
    for name, value in stubs.items():
        monkeypatch.setattr(study_module, name, lambda *_args, _value=value, **_named: _value)

    def refuse(*_args):
        raise Infeasible

    monkeypatch.setattr(study_module, "optimise", refuse)
    study = make_study(load_scenario("base", project, uncertainty__draws=5), project)
    for found in (study.simulation, study.robust_simulation):
        row = found.aims.set_index("aim").loc["standard"]
        assert (row["asked"], row["chance"]) == (asked, 0)
    assert study.taken is less
