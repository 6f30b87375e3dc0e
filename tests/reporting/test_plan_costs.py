"""What a plan costs and rests on: three estimates of the unit costs, recognition, levels that are assumed."""

import re
from dataclasses import replace

import invented_study
import numpy as np
import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from ntm_lib.planning.handdown.estimates import estimates
from ntm_lib.planning.handdown.rests import assumed_criteria, completed_by_level
from ntm_lib.planning.handdown.works import works
from ntm_lib.planning.needs.recognition import recognition_cost
from ntm_lib.reporting import display, plan_sections
from ntm_lib.reporting.office import plan_text
from ntm_lib.reporting.office.plan_balance import reserve_notes
from ntm_lib.reporting.page_check import Outline
from ntm_lib.reporting.plan_sections.figures_behind import behind
from ntm_lib.reporting.plan_sections.money import estimate_words
from ntm_lib.reporting.plan_sections.opening import promise_words


@pytest.fixture(scope="module")
def study(project):
    return invented_study.make_study(invented_study.make_draft(project))


@pytest.fixture
def shown(study, monkeypatch):
    """Return the page's text and its figures, of some sections of a unit."""
    parts = []
    monkeypatch.setattr(display, "_publish", lambda html, _metadata, **_text: parts.append(str(html)))

    def made(names, code=""):
        parts.clear()
        scope = plan_sections.scope(study, code)
        for name in names:
            getattr(plan_sections, name)(scope)
        page = "<main>" + "".join(parts) + "</main>"
        return scope, page, {key: next(iter(held)) for key, held in Outline.of(page).figures.items()}

    return made


def test_the_estimate_planned_with_adds_up_and_the_others_follow_the_norms(study):
    table, plan = estimates(study.plan), study.plan
    middle = table.loc["middle"]
    spent = plan.spending.groupby("commune_code")["spent_vnd_million"].sum()
    assert middle["money"].to_numpy() == pytest.approx(spent.reindex(middle.index, fill_value=0.0).to_numpy())
    assert (table["investment"] + table["recurrent"]).to_numpy() == pytest.approx(table["money"].to_numpy())
    credit = plan.spending[plan.spending["purse"] == "credit"].groupby("commune_code")["spent_vnd_million"].sum()
    rest = middle["money"] - credit.reindex(middle.index, fill_value=0.0)
    assert middle["without_credit"].to_numpy() == pytest.approx(rest.to_numpy())
    held, norms = works(plan), plan.needs.norms
    for name in ("low", "high"):
        factor = (norms[name] / norms["middle"]).reindex(held["measure"]).to_numpy()
        named = float((held["cost_vnd_million"].to_numpy() * factor).sum() - held["cost_vnd_million"].sum())
        upkeep = float(table.loc[name, "money"].sum() - middle["money"].sum()) - named
        assert np.sign(upkeep) == np.sign(named) == (1 if name == "high" else -1)
        assert abs(upkeep) < abs(named)


def free_at_middle(study):
    """Let a building measure that the plan uses cost nothing at the estimate planned with; the other two keep their price."""
    plan = study.plan
    measure = works(plan).query("part == 'work'")["measure"].iloc[0]
    lines, norms = plan.needs.lines.copy(), plan.needs.norms.copy()
    lines.loc[lines["measure"] == measure, ["low_vnd_million", "middle_vnd_million"]] = 0.0
    norms.loc[measure, ["low", "middle"]] = 0.0
    return measure, replace(study, plan=replace(plan, needs=replace(plan.needs, lines=lines, norms=norms)))


def test_what_costs_nothing_at_the_estimate_planned_with_is_unknown_where_it_costs_something(study):
    measure, changed = free_at_middle(study)
    table, plan = estimates(changed.plan), study.plan
    lines = plan.needs.lines
    done = pd.DataFrame(plan.solution.done, plan.problem.communes, plan.problem.criteria)
    uses = {
        row.commune_code
        for row in lines[lines["measure"] == measure].itertuples()
        if 0 <= done.at[row.commune_code, row.criterion] < len(plan.years) and row.high_vnd_million > 0
    }
    others = [code for code in plan.problem.communes if code not in uses]
    assert uses
    assert others
    assert table.loc["middle"].notna().all(axis=None)
    assert table.loc["low"].notna().all(axis=None)  # a norm of 0 there too: nothing to know
    high = table.loc["high"]
    assert high.loc[sorted(uses), ["investment", "money", "without_credit"]].isna().all(axis=None)
    assert high.loc[sorted(uses), "recurrent"].notna().all()
    assert high.loc[others].notna().all(axis=None)


def test_the_page_names_the_work_whose_price_is_unknown_and_prints_no_sum(study, monkeypatch):
    _measure, changed = free_at_middle(study)
    parts = []
    monkeypatch.setattr(display, "_publish", lambda html, _metadata, **_text: parts.append(str(html)))
    scope = plan_sections.scope(changed, "")
    plan_sections.money(scope)
    page = "".join(parts)
    figures = Outline.of(f"<main>{page}</main>").figures
    assert scope.key("estimate", "low", "money") in figures
    assert scope.key("estimate", "high", "money") not in figures
    assert scope.key("estimate", "high", "recurrent") in figures
    assert "The norm planned with is 0 and another estimate is above 0" in page
    assert "not known in full" in estimate_words(scope)


def test_every_completed_criterion_is_counted_once_by_its_levels(study):
    counts, plan = completed_by_level(study.plan), study.plan
    done = plan.solution.done
    completed = ((done >= 0) & (done < len(plan.years))).sum(axis=1)
    assert counts.sum(axis=1).to_list() == completed.tolist()
    frame = plan.baseline.rules_of(plan.years[-1]).requirements
    assumed = set(frame.loc[frame["basis"] == "assumption", "criterion"])
    assert assumed <= set(assumed_criteria(plan))
    assert 0 < counts["assumed"].sum() < completed.sum()


def test_the_page_prices_the_plan_three_times_and_tells_what_its_results_rest_on(shown):
    scope, page, figures = shown(("opening", "money"))
    low, middle, high = (float(figures[scope.key("estimate", name, "money")]) for name in ("low", "middle", "high"))
    assert low < middle < high
    assert middle == pytest.approx(float(figures[scope.key("money")]), abs=0.01)
    assert "the plan counts with: middle unit costs" in page
    whole, assumed = (figures[scope.key(*name)].split()[0] for name in (("completed",), ("completed_by", "assumed")))
    assert 0 < int(assumed) < int(whole)
    assert "eight of ten draws" in page


def test_recognition_is_priced_by_source_and_says_who_would_fall_back(study, shown):
    scope, page, figures = shown(("money",), "052")
    keeping = float(figures[scope.key("keeping")])
    sources = [value for key, value in figures.items() if re.fullmatch(r".*\.keeping_(local|central_recurrent)", key)]
    assert keeping > 0
    assert sum(map(float, sources)) == pytest.approx(keeping, abs=0.01)
    cost = recognition_cost(study.plan.baseline)
    reached = scope.communes[study.plan.solution.standard[scope.places] < len(scope.years)]
    assert int(figures[scope.key("insured_falls")]) == int(cost.loc[reached, "falls_below"].sum()) > 0
    assert int(figures[scope.key("insured_communes")]) == len(reached)
    code = str(reached[0])
    after = float(figures[scope.key_of("commune", code, "insured_after")])
    assert after == pytest.approx(cost.at[code, "insured_after_pct"])
    assert "What each commune would lose by recognition" in page


def test_the_documents_tell_the_same_and_what_comes_if_nothing_is_done(study, shown, tmp_path):
    _scope, page, _figures = shown(("opening", "money", "tasks_by_year"))
    said = plan_text.study_text(study)
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    told = [*said["money"][1:], *(item.removeprefix("- ") for item in said["without"])]
    assert len(said["money"]) == 3
    assert len(said["without"]) >= 2
    assert all(" ".join(item.split()) in text for item in told if "unit costs" not in item)
    words = [each.text for each in Document(str(plan_text.write_plan_document(study, tmp_path / "x.docx"))).paragraphs]
    assert set(told) <= {item.removeprefix("- ") for item in words}
    book = load_workbook(plan_text.write_plan_workbook(study, tmp_path / "x.xlsx"), read_only=True)
    first = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell]
    assert any("at low unit costs" in item for item in first)
    assert any("would fall below its level" in item for item in first)
    assert any("eight of ten draws" in item for item in first)


def test_these_figures_lead_on(shown):
    for code in ("", "052"):
        scope, _page, figures = shown(("opening", "money"), code)
        assert not [key for key in figures if behind(scope, key) is None]


def test_an_aim_below_what_is_prepared_is_told_with_its_chance(study, monkeypatch):
    parts = []
    monkeypatch.setattr(display, "_publish", lambda html, _metadata, **_text: parts.append(str(html)))
    row = {"aim": "standard", "year": study.plan.years[-1], "asked": 30.0, "planned": 47.0, "chance": 0.9}
    aims = pd.DataFrame([row | {"standard_error": 0.01, "low": 0.88, "high": 0.92}])
    held = replace(study, simulation=replace(study.simulation, aims=aims))
    scope = plan_sections.scope(held, "")
    assert "at least 30 communes" in (told := promise_words(scope).striptags())
    assert "90.0%" in told
    plan_sections.opening(scope)
    plan_sections.chance(scope)
    page = "".join(parts)
    assert "at least" in page
    assert "prepares 47 communes so that 30 can be counted on" in page
    assert all(len(shown) == 1 for shown in Outline.of(f"<main>{page}</main>").figures.values())
    district = str(study.plan.problem.districts[0])
    assert promise_words(plan_sections.scope(held, district)) == ""
    assert promise_words(plan_sections.scope(study, "")) == ""
    equal = replace(held, simulation=replace(study.simulation, aims=aims.assign(planned=30.0)))
    parts.clear()
    plan_sections.chance(plan_sections.scope(equal, ""))
    assert "can be counted on" not in "".join(parts)


def test_a_reserve_is_told_with_its_sum_and_none_is_not_told(study):
    plan = study.plan
    assert reserve_notes(plan) == []
    money = plan.scenario.settings.money.model_copy(update={"reserve_pct": 12.5})
    settings = plan.scenario.settings.model_copy(update={"money": money})
    kept = replace(plan, scenario=replace(plan.scenario, settings=settings))
    [told] = reserve_notes(kept)
    assert "12.5%" in told
    assert f"{plan.budget.amounts.to_numpy().sum() * 0.125 / 1000:,.1f} billion" in told
