"""What follows from a planner's wish, without a page."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib.errors import UsageError, UsageFaultsError
from ntm_lib.explore import model, offers, views
from ntm_lib.explore.app import Page, explore
from ntm_lib.explore.model import Explorer
from ntm_lib.explore.wish import changes_of, money_parts, wish_of
from ntm_lib.planning.fingerprint import digest_of
from ntm_lib.planning.formulate.build import build_problem
from ntm_lib.planning.means.budget import read_budget
from ntm_lib.planning.optimise import check
from ntm_lib.planning.optimise.check import worth
from ntm_lib.planning.problem import NotFound
from ntm_lib.planning.scenario import load_scenario, scenario_ids

NAME, DISTRICT = "as_usual", "047"


@pytest.fixture(autouse=True)
def _without_event_loop(monkeypatch):
    """Answer at once: a browser test in the same process may have left an event loop that nobody turns."""

    def no_loop():
        raise RuntimeError

    monkeypatch.setattr("ntm_lib.explore.app.asyncio.get_running_loop", no_loop)


@pytest.fixture(scope="module")
def explorer(project, tmp_path_factory):
    return Explorer(project)


@pytest.fixture
def wish(explorer):
    return explorer.wish(explorer.scenario(NAME))


def moved(wish, year, factor):
    return replace(wish, money={held: money * (factor if held == year else 1) for held, money in wish.money.items()})


def keeps_every_limit(plan):
    value = worth(plan.problem, plan.solution)
    return check(plan.problem, replace(plan.solution, objective=value, bound=max(value, plan.solution.bound))) == []


def keywords(changes):
    return {key.replace(".", "__"): value for key, value in changes.items()}


def test_a_scenario_as_stored_changes_nothing(project):
    for name in scenario_ids(project):
        scenario = load_scenario(name, project)
        parts = money_parts(scenario, project)
        assert changes_of(wish_of(scenario, parts), scenario, parts) == {}


@settings(max_examples=15, deadline=None)
@given(
    name=st.sampled_from(["as_usual", "bad_year", "provincial_aims"]),
    factors=st.lists(st.floats(0, 2), min_size=5, max_size=5),
    weight=st.floats(0.5, 5),
    floor=st.one_of(st.just(""), st.integers(0, 19).map(str)),
)
def test_the_changes_bring_the_scenario_to_the_wish(project, name, factors, weight, floor):
    scenario = load_scenario(name, project)
    parts = money_parts(scenario, project)
    held = wish_of(scenario, parts)
    money = {year: amount * factor for (year, amount), factor in zip(held.money.items(), factors, strict=True)}
    asked = replace(held, money=money, weights={**held.weights, "border": weight}, aims={**held.aims, "floor": floor})
    changed = load_scenario(scenario.id, project, **keywords(changes_of(asked, scenario, parts)))
    reached = wish_of(changed, money_parts(changed, project))
    assert reached.money == pytest.approx(asked.money, abs=1.0)
    assert replace(reached, money={}) == replace(asked, money={})


def test_every_mistyped_entry_is_told_at_once(explorer, wish):
    typed = replace(
        wish,
        aims={**wish.aims, "floor": "15,5", "standard": "năm mươi"},
        pinned={"01774": 2023},
        excluded=("01774",),
    )
    with pytest.raises(UsageFaultsError) as raised:
        explorer.answer(NAME, typed)
    text = str(raised.value)
    assert len(raised.value.faults) == 3
    assert all(word in text for word in ("15,5", "năm mươi", "01774"))


def test_an_aim_that_no_commune_can_have_is_told(explorer, wish):
    with pytest.raises(UsageFaultsError, match="77"):
        explorer.answer(NAME, replace(wish, aims={**wish.aims, "floor": "77"}))


def test_an_unknown_district_or_scenario_is_told(explorer):
    with pytest.raises(UsageError, match=DISTRICT):
        explorer.answer(NAME, None, "999")
    with pytest.raises(UsageError, match="as_usual"):
        explorer.answer("as_usuall")


def test_the_start_is_not_read_again_while_money_weights_and_aims_move(explorer, wish, monkeypatch):
    explorer.answer(NAME)
    for reader in ("load_baseline", "load_needs", "load_outlook"):
        monkeypatch.setattr(model, reader, lambda *_args: pytest.fail("read again"))
    less = moved(wish, 2023, 0.5)
    answer = explorer.answer(NAME, replace(less, weights={**less.weights, "border": 3.0}), DISTRICT)
    assert answer.draft.baseline.scenario is answer.draft.scenario
    assert answer.draft.scenario.settings.weights.border == 3
    assert explorer.answer(NAME, replace(less, weights={**less.weights, "border": 3.0}), DISTRICT).plan is answer.plan


def test_money_moves_the_plan_and_the_districts_share_it(explorer, wish):
    whole = explorer.answer(NAME)
    scarce = replace(wish, money={year: amount * 0.4 for year, amount in wish.money.items()})
    less = explorer.answer(NAME, scarce)
    assert not less.is_relaxed
    assert less.draft.problem.money.sum() == pytest.approx(0.4 * whole.draft.problem.money.sum(), rel=1e-6)
    done = [(answer.plan.solution.done < 5).sum() for answer in (whole, less)]
    assert done[1] < done[0]
    shares = [explorer.answer(NAME, scarce, code).draft.problem.money for code in ("042", DISTRICT)]
    assert all((share > 0).any() for share in shares)
    assert (sum(shares) <= less.draft.problem.money + 1e-6).all()


def test_a_district_reaches_what_the_province_plans_for_it(explorer):
    part = explorer.part_of_plan(NAME, DISTRICT)
    answer = explorer.answer(NAME, None, DISTRICT)
    assert keeps_every_limit(part)
    assert keeps_every_limit(answer.plan)
    assert list(answer.plan.problem.communes) == list(part.problem.communes)
    own, planned = (worth(part.problem, plan.solution) for plan in (answer.plan, part))
    assert own >= planned - 0.01 * abs(planned) - 1e-6


def test_a_pinned_commune_reaches_the_standard_and_a_left_out_one_does_not(explorer, wish):
    answer = explorer.answer(NAME, wish, DISTRICT)
    solution, communes = answer.plan.solution, answer.plan.problem.communes
    first = communes[np.flatnonzero((solution.standard >= 0) & (solution.standard < 5))[0]]
    out = explorer.answer(NAME, replace(wish, excluded=(*wish.excluded, first)), DISTRICT)
    assert not out.is_relaxed
    assert out.plan.solution.standard[communes.get_loc(first)] == 5
    last = answer.plan.years[-1]
    kept = explorer.answer(NAME, replace(wish, pinned={**wish.pinned, first: last}), DISTRICT)
    assert not kept.is_relaxed
    assert kept.plan.solution.standard[communes.get_loc(first)] < 5
    assert views.standard_words(out.plan)[first] != views.standard_words(kept.plan)[first]


def test_aims_that_cannot_be_met_give_a_plan_without_them_and_offers(explorer, wish):
    scarce = replace(
        wish,
        money={year: amount * 0.2 for year, amount in wish.money.items()},
        aims={**wish.aims, "floor": "18"},
    )
    answer = explorer.answer(NAME, scarce, DISTRICT)
    assert answer.is_relaxed
    assert answer.plan is not None
    assert keeps_every_limit(answer.plan)
    found = explorer.offers(answer)
    assert "floor" in {demand.kind for demand in found.clash}
    assert found.offers
    assert all(offer.solution is not None for offer in found.offers)
    text = str(offers.offers_list(found, answer))
    assert "18" in text
    assert str(offers.infeasible_box(answer))


def test_a_longer_search_is_no_worse_and_is_what_the_page_then_holds(explorer, wish):
    asked = moved(wish, 2023, 0.7)
    rough = explorer.answer(NAME, asked, DISTRICT)
    finer = explorer.refine(rough)
    assert keeps_every_limit(finer.plan)
    assert finer.plan.solution.objective >= rough.plan.solution.objective - 1e-9
    assert finer.plan.solution.bound <= rough.plan.solution.bound + 1e-6
    assert explorer.answer(NAME, asked, DISTRICT).plan is finer.plan


@pytest.fixture
def kept(explorer, monkeypatch):
    """Let the plan be the one that ``ntm plan`` kept."""
    plan = explorer.answer(NAME).plan
    monkeypatch.setattr(model, "load_study", lambda *_args: SimpleNamespace(plan=plan, is_relaxed=False))
    return plan


def test_the_plan_that_was_kept_is_the_plan_that_is_shown(project, kept, monkeypatch):
    plan = kept
    monkeypatch.setattr(model, "optimise", lambda *_args: pytest.fail("planned anew"))
    again = Explorer(project).answer(NAME)
    assert (again.plan is plan, again.is_kept, again.is_rough) == (True, True, False)


def test_a_search_that_gave_up_is_not_called_impossible(explorer, wish, monkeypatch):
    def give_up(*_args):
        raise NotFound

    explorer.answer(NAME)
    monkeypatch.setattr(model, "optimise", give_up)
    answer = explorer.answer(NAME, moved(wish, 2024, 0.83))
    assert (answer.plan, answer.is_unsure) == (None, True)
    sure = replace(answer, is_unsure=False)
    assert str(offers.infeasible_box(answer)) != str(offers.infeasible_box(sure))


def test_a_scenario_file_that_broke_meanwhile_is_told_on_the_page(own_project, kept):
    page = Page(Explorer(own_project), NAME, DISTRICT)
    (own_project.parameters / "scenarios" / "bad_year.yaml").write_text("title: 1", encoding="utf-8")
    page.controls.scenario_choice.value = "bad_year"
    assert "bad_year.yaml" in page.message.value


@pytest.fixture(scope="module")
def own_explorer(tmp_path_factory, copied_project):
    """Return a session on a project into which scenarios may be saved."""
    return Explorer(copied_project(tmp_path_factory.mktemp("saved")))


def test_saving_needs_words_and_never_overwrites(own_explorer):
    explorer = own_explorer
    wish = moved(explorer.wish(explorer.scenario(NAME)), 2023, 0.5)
    words = {"title": "Cắt vốn 2023", "author": "Phòng Kế hoạch", "reason": "Thử mức cắt giảm"}
    with pytest.raises(UsageFaultsError) as raised:
        explorer.save(NAME, wish, new="cat_von", title=" ", author="", reason="")
    assert len(raised.value.faults) == 3
    with pytest.raises(UsageError):
        explorer.save(NAME, explorer.wish(explorer.scenario(NAME)), new="cat_von", **words)
    with pytest.raises(UsageError, match="Cắt"):
        explorer.save(NAME, wish, new="Cắt vốn", **words)
    assert explorer.save(NAME, wish, new="cat_von", **words) == "parameters/scenarios/cat_von.yaml"
    stored = explorer.scenario("cat_von")
    assert (stored.author, stored.title.vi, stored.reason.vi) == tuple(
        words[key] for key in ("author", "title", "reason")
    )
    assert explorer.wish(stored).money == pytest.approx(wish.money, abs=1.0)
    before = (explorer.project.parameters / "scenarios" / "cat_von.yaml").read_bytes()
    with pytest.raises(UsageError, match="cat_von"):
        explorer.save(NAME, wish, new="cat_von", **words)
    assert (explorer.project.parameters / "scenarios" / "cat_von.yaml").read_bytes() == before


def test_what_a_scenario_cannot_name_is_not_saved(own_explorer):
    explorer = own_explorer
    wish = replace(explorer.wish(explorer.scenario(NAME)), excluded=("99999",))
    with pytest.raises(UsageFaultsError, match="99999"):
        explorer.save(NAME, wish, new="la", title="a", author="b", reason="c")
    assert not (explorer.project.parameters / "scenarios" / "la.yaml").exists()


@pytest.fixture
def page(explorer):
    return Page(explorer, NAME, DISTRICT)


def test_the_page_follows_its_controls(page):
    assert set(map(bool, (part.value for part in page.parts.values()))) == {True}
    before = page.parts["targets"].value
    for slider in page.controls.money.values():
        slider.value = slider.min
    assert page.message.value == "" or "alert" in page.message.value
    assert page.parts["targets"].value != before


def test_the_page_says_what_is_wrong_and_that_the_results_are_old(page):
    shown = page.parts["targets"].value
    page.controls.aims["floor"].value = "<b>x</b>"
    assert "&lt;b&gt;x&lt;/b&gt;" in page.message.value
    assert "<b>x" not in page.message.value
    assert page.parts["targets"].value == shown
    assert page.status.value
    page.controls.aims["floor"].value = ""
    assert page.message.value == ""


def test_an_error_of_the_program_is_told_without_a_traceback(page, monkeypatch):
    monkeypatch.setattr(page.explorer, "answer", lambda *_args: 1 // 0)
    page.soon()
    assert "ZeroDivisionError" in page.message.value
    assert "Traceback" not in page.message.value


def test_text_of_the_data_never_becomes_markup(explorer, own_project):
    hostile = "<img src=x onerror=alert(1)>"
    plan = explorer.answer(NAME, None, DISTRICT).plan
    place = Page(explorer, NAME, DISTRICT)._place(explorer.answer(NAME, None, DISTRICT))
    html = str(views.comparison(plan, plan, hostile, place)) + str(views.notice(hostile))
    assert "<img" not in html
    assert "&lt;img" in html


def test_a_wrong_parameter_of_the_notebook_is_told_on_the_page(monkeypatch):
    shown = []
    monkeypatch.setattr("ntm_lib.explore.app.display", shown.append)
    explore("no_such_scenario")
    explore(NAME, "999")
    assert ["no_such_scenario" in shown[0].value, "999" in shown[1].value] == [True, True]


def test_steps_that_are_kept_make_the_same_problem_as_reading_all_anew(explorer, wish):
    settings = explorer.scenario(NAME).settings
    money = {year: amount * 0.8 for year, amount in wish.money.items()}
    changed = replace(wish, money=money, weights={**wish.weights, "border": 2.0}, aims={**wish.aims, "floor": "8"})
    answer = explorer.answer(NAME, changed, DISTRICT)
    made = answer.draft
    problem, _risks = build_problem(replace(made.baseline, scenario=made.scenario), made.needs, made.outlook,
                                    read_budget(explorer.project, made.scenario.settings))  # fmt: skip
    assert made.scenario.settings.weights.border != settings.weights.border
    again, _risks = build_problem(
        made.baseline, made.needs, made.outlook, read_budget(explorer.project, made.scenario.settings),
        explorer._candidates(made.scenario),
    )  # fmt: skip
    assert digest_of(again) == digest_of(problem)
