"""The pages of a plan: complete, one value for a figure, sums that add up between tables, map and comparison."""

import json
import re
from dataclasses import replace

import invented_study
import nbformat
import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from ntm_lib.errors import UsageError
from ntm_lib.explore import offers
from ntm_lib.planning.alternatives.asked import Demand
from ntm_lib.planning.later import against
from ntm_lib.planning.later.against import planned_by
from ntm_lib.planning.later.anew import Anew
from ntm_lib.planning.later.progress_file import Progress
from ntm_lib.reporting import display, plan_sections
from ntm_lib.reporting.office import plan_basis, plan_later, plan_text, plan_units
from ntm_lib.reporting.page import notebook_page
from ntm_lib.reporting.page_check import Outline
from ntm_lib.reporting.plan_sections.compare import comparison_data

PROVINCE = (
    "opening", "nearest", "start", "targets_by_year", "plan_map", "money", "why", "billion", "chance", "near_equal",
    "works_list", "tasks_by_year", "villages", "orientation", "follow_up", "closing",
)  # fmt: skip
DISTRICT = tuple(name for name in PROVINCE if name != "billion")


@pytest.fixture(scope="module")
def made(project):
    return invented_study.make_draft(project)


@pytest.fixture(scope="module")
def study(made):
    return invented_study.make_study(made)


@pytest.fixture(scope="module")
def other(made):
    return invented_study.make_study(made, every=2, name="other")


@pytest.fixture
def page_of(monkeypatch):
    """Return a function that makes the page of some sections as a notebook would."""
    shown = []
    monkeypatch.setattr(display, "_publish", lambda html, metadata, **_text: shown.append((str(html), metadata)))

    def made_page(scope, names, others=()):
        shown.clear()
        for name in names:
            getattr(plan_sections, name)(scope)
        if others:
            plan_sections.comparison(scope, others)
        outputs = [
            nbformat.v4.new_output("display_data", data={"text/html": html}, metadata={"ntm": metadata})
            for html, metadata in shown
        ]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)])
        return notebook_page(notebook, title="Plan")

    return made_page


def value(figures, key):
    """Return the one value of a figure."""
    [text] = figures[key]
    return float(text.split()[0])


def blocks(page):
    """Return the data blocks of a page."""
    return [json.loads(text) for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S)]


def test_a_plan_by_another_criteria_set_is_named_and_not_compared(study, other, page_of):
    by_other_law = replace(other.plan, baseline=replace(other.plan.baseline, law_set="qd-318-2022"))
    page = page_of(plan_sections.scope(study), ("opening",), [replace(other, plan=by_other_law)])
    assert "Not compared, since units, years or criteria sets differ: Scenario other" in page
    assert [plan["id"] for block in blocks(page) if "plans" in block for plan in block["plans"]] == ["base"]


def test_the_page_of_a_plan_made_anew_says_what_it_takes_as_done(study, page_of):
    problem = study.plan.problem
    actual = pd.DataFrame(
        {
            "commune_code": problem.communes[:2],
            "criterion": problem.criteria[:2],
            "year": 2022,
            "state": ["done", "under_way"],
        }
    )
    anew = Anew(study.plan.scenario, 2023, actual, "<b>thực hiện</b>.xlsx")
    page = page_of(plan_sections.scope(replace(study, anew=anew)), ("opening", "start"))
    assert "Planned anew from 2023" in page
    assert "&lt;b&gt;thực hiện&lt;/b&gt;.xlsx" in page
    assert "<b>thực hiện" not in page
    figures = Outline.of(page).figures
    scope = plan_sections.scope(study)
    assert [value(figures, scope.key(name)) for name in ("past_done", "past_open")] == [1, 1]
    assert "what was done since then" in page


def test_the_province_page_is_whole_and_adds_up(study, other, page_of):
    scope = plan_sections.scope(study)
    page = page_of(scope, PROVINCE, [other])
    figures = Outline.of(page).figures
    assert len(page.encode()) < 1_500_000
    last, province = scope.years[-1], scope.key("standard", scope.years[-1])
    districts = [key for key in figures if re.fullmatch(rf"district\.\d+-\d+\.plan\.base\.standard\.{last}", key)]
    assert len(districts) == len(scope.plan.problem.districts)
    assert sum(value(figures, key) for key in districts) == value(figures, province) > 0
    money = [key for key in figures if re.fullmatch(r"district\.\d+-\d+\.plan\.base\.money", key)]
    assert sum(value(figures, key) for key in money) == pytest.approx(value(figures, scope.key("money")), abs=0.01)
    years = [value(figures, scope.key("money", year)) for year in scope.years]
    assert sum(years) == pytest.approx(value(figures, scope.key("money")), abs=0.01)
    parts = [key for key in figures if re.fullmatch(r".*\.plan\.base\.part_[a-z]+", key)]
    assert sum(value(figures, key) for key in parts) == pytest.approx(value(figures, scope.key("money")), abs=0.01)
    purses = [key for key in figures if re.fullmatch(r"province\..*\.plan\.base\.purse_[a-z_]+", key)]
    assert sum(value(figures, key) for key in purses) == pytest.approx(value(figures, scope.key("money")), abs=0.01)


def test_the_district_page_is_whole_and_agrees_with_the_province(study, page_of):
    province = Outline.of(page_of(plan_sections.scope(study), ("targets_by_year",))).figures
    for code in ("052", "040"):
        scope = plan_sections.scope(study, code)
        page = page_of(scope, DISTRICT)
        figures = Outline.of(page).figures
        shared = set(figures) & set(province)
        assert scope.key("standard", scope.years[-1]) in shared
        assert all(figures[key] == province[key] for key in shared)
        communes = [key for key in figures if re.fullmatch(r"commune\.\d+-\d+\.plan\.base\.money", key)]
        assert len(communes) == len(scope.communes)
        whole = value(figures, scope.key("money"))
        assert sum(value(figures, key) for key in communes) == pytest.approx(whole, abs=0.01)


def test_the_follow_up_of_a_district_stands_beside_the_province_and_tells_what_nobody_reported(study, page_of):
    province = Outline.of(page_of(plan_sections.scope(study), ("follow_up",))).figures
    last = plan_sections.scope(study).years[-1]
    assert not [key for key in province if re.search(r"\.actual\.(on_time|done|standard)\.", key)]
    summed = 0.0
    for code in study.plan.problem.districts:
        scope = plan_sections.scope(study, code)
        page = page_of(scope, ("follow_up",))
        figures = Outline.of(page).figures
        shared = set(figures) & set(province)
        assert scope.key("actual", "planned", last) in shared
        assert any(key.startswith("province.") for key in shared)  # the published figures are the province's
        assert all(figures[key] == province[key] for key in shared)
        communes = [value(figures, key) for key in figures if re.match(rf"commune\..*\.actual\.planned\.{last}$", key)]
        assert len(communes) == len(scope.communes)
        assert sum(communes) == value(figures, scope.key("actual", "planned", last))
        assert figures[scope.key("actual", "unknown", last)] == figures[scope.key("actual", "planned", last)]
        assert not [key for key in figures if re.search(r"\.actual\.(on_time|not_done|done|standard)\.", key)]
        assert "alone in the years of the plan" in page
        assert "No results of communes were handed in" in page
        summed += sum(communes)
    assert summed == value(province, plan_sections.scope(study).key("actual", "planned", last)) > 0


def test_results_handed_in_stand_beside_the_plan_of_a_district_and_add_up(study, page_of, monkeypatch):
    year = study.plan.years[1]
    planned = planned_by(study.plan, year)
    planned = planned[planned["state"] == "done"]
    told = Progress(planned.iloc[::3], planned.iloc[1::3][["commune_code", "criterion"]], "")
    monkeypatch.setattr(against, "reported_years", lambda _plan: [year])
    monkeypatch.setattr(against, "progress_from_results", lambda _plan, _year: told)
    whole = plan_sections.scope(study)
    province = Outline.of(page_of(whole, ("follow_up",))).figures
    counted = {"planned": len(planned), "on_time": len(told.actual), "not_done": len(told.not_done)}
    counted["unknown"] = len(planned) - len(told)
    assert {name: value(province, whole.key("actual", name, year)) for name in counted} == counted
    sums = dict.fromkeys(counted, 0.0)
    for code in study.plan.problem.districts:
        scope = plan_sections.scope(study, code)
        page = page_of(scope, ("follow_up",))
        figures = Outline.of(page).figures
        for name in counted:
            sums[name] += value(figures, scope.key("actual", name, year))
        [done] = figures[scope.key("actual", "done", year)]
        assert province[scope.key("actual", "done", year)] == {done}
        low, high = map(float, (done.split() * 2)[:2])
        assert low == value(figures, scope.key("actual", "on_time", year))
        assert high == low + value(figures, scope.key("actual", "unknown", year))
        assert scope.key("actual", "on_time", study.plan.years[-1]) not in figures
        assert "No results of communes were handed in" not in page
    assert sums == counted


def test_the_map_counts_what_the_targets_say(study, page_of):
    scope = plan_sections.scope(study)
    [data] = [block for block in blocks(page_of(scope, ("opening", "plan_map"))) if "layers" in block]
    layers = {layer["id"]: layer["values"] for layer in data["layers"]}
    assert data["years"] == [scope.start_year, *scope.years]
    for year in data["years"]:
        standard = int(scope.own.at[year, "standard"])
        assert layers["count"][str(year)].count("0") == standard
        assert sum(layers["standard"][str(year)].count(symbol) for symbol in "01") == standard
        assert sum(layers["standard"][str(year)].count(symbol) for symbol in "0123") == len(scope.communes)


def test_two_scenarios_are_compared_by_their_own_targets(study, other):
    scope = plan_sections.scope(study)
    data = comparison_data(scope, [scope, plan_sections.scope(other)])
    for plan, held in zip(data["plans"], (study, other), strict=True):
        own = plan_sections.scope(held)
        assert plan["standard"][0] == sum(plan["standard"][1:]) == own.own.at[own.years[-1], "standard"]
        assert plan["money"][0] == pytest.approx(sum(plan["money"][1:]), abs=0.1)
        reached = [year is not None for year in plan["years"]]
        assert sum(reached) == plan["standard"][0]
    assert data["plans"][0]["years"] != data["plans"][1]["years"]
    assert [data["districts"][place] for _name, place in data["communes"]] == [
        scope.district_of(code) for code in scope.communes
    ]


def test_aims_that_clash_are_said_with_what_comes_nearest(study, page_of):
    relaxed = invented_study.make_relaxed(study)
    page = page_of(plan_sections.scope(relaxed), ("opening", "nearest"))
    assert 'href="#nearest"' in page
    assert "137" in page
    assert "12.0 billion VND more" in page
    assert 'id="nearest"' not in page_of(plan_sections.scope(study), ("opening", "nearest"))


def test_no_gap_is_printed_for_a_plan_that_was_not_checked(study, page_of):
    unchecked = replace(study, plan=replace(study.plan, solution=replace(study.plan.solution, gap=None)))
    page = page_of(plan_sections.scope(unchecked), ("opening", "billion", "closing"))
    assert ".gap" not in " ".join(Outline.of(page).figures)
    assert "did not pass the independent check" in page


def test_pages_speak_the_words_of_the_office(study, page_of):
    page = page_of(plan_sections.scope(study, "052"), DISTRICT)
    text = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", page, flags=re.S).lower()
    for word in ("solver", "infeasible", "optimal", "objective", "highs", "node", "nan", "worst"):
        assert not re.search(rf"\b{word}\b", text), word


def test_a_code_that_is_no_district_of_the_plan_stops(study):
    with pytest.raises(UsageError, match="052"):
        plan_sections.scope(study, "04")


def test_the_documents_of_aims_that_clash_say_so_and_claim_nothing(study, tmp_path):
    relaxed = invented_study.make_relaxed(study)
    fewer = relaxed.nearest.offers[1]
    aims = replace(study.plan.problem.aims, standard=134)
    problem = replace(study.plan.problem, aims=aims)
    held = replace(relaxed.nearest, offers=(relaxed.nearest.offers[0], replace(fewer, problem=problem)))
    settings = study.plan.scenario.settings
    asked = settings.model_copy(update={"aims": settings.aims.model_copy(update={"standard": 137})})
    plan = replace(study.plan, problem=problem, scenario=replace(study.plan.scenario, settings=asked))
    relaxed = replace(relaxed, plan=plan, nearest=held)
    book = load_workbook(plan_text.write_plan_workbook(relaxed, tmp_path / "x.xlsx"), read_only=True)
    pages = [
        [str(cell) for row in page.iter_rows(values_only=True) for cell in row if cell] for page in book.worksheets
    ]
    assert all(any("137 communes" in text and "3 communes fewer" in text for text in page) for page in pages)
    assert all(any("not all aims of the scenario" in text for text in page) for page in pages[1:])
    assert "Nearest plan, not all aims reached" in pages[0][0]
    aim = next(
        row for row in book.worksheets[1].iter_rows(values_only=True) if row[1] == "Communes reaching the standard"
    )
    assert aim[3:5] == (137, 134)
    assert "lowered" in aim[-1]
    said = plan_text.study_text(relaxed)
    assert "137 communes" in said["aims"][0]
    assert "3 communes fewer" in said["aims"][1]
    assert any("assumed norms" in text for text in said["basis"])
    assert any("not checked" in text for text in said["basis"])
    assert not any("deviation" in text for text in said["basis"])  # it stands as a note below a table
    page = pages[0]
    assert any("0.1" in text and "deviation" in text for text in page)


def test_the_proven_gap_is_a_note_below_the_targets_and_not_running_text(study, tmp_path):
    outline = plan_text.read_plan_outline(study.plan.baseline.project)
    assert plan_text.noted_table(outline) == "targets_province"
    assert plan_text.noted_table(outline.without(lambda block: block.table == "targets_province")) == "aims"
    assert plan_text.noted_table(outline.without(lambda block: block.table is not None)) == ""
    short = outline.without(lambda block: block.table not in {None, "aims", "targets_province"})
    path = plan_text.write_plan_document(study, tmp_path / "x.docx", short)
    words = [each.text for each in Document(str(path)).paragraphs]
    [place] = [at for at, text in enumerate(words) if "deviation from the best" in text]
    assert words[place] == "Note: largest deviation from the best plan: 0.100%."
    assert words.index("Table 02") < place
    assert words[place + 1].startswith("Source: ")
    unchecked = replace(study, plan=replace(study.plan, solution=replace(study.plan.solution, gap=None)))
    sheet = plan_text.tables.targets_sheet(study.plan, "province")
    assert plan_basis.noted(unchecked, sheet).notes[-1].startswith("Note: the plan did not pass")


def test_documents_of_aims_that_are_kept_carry_no_such_warning(study):
    assert plan_text.study_text(study)["aims"] == plan_text.machine_text(study.plan)["aims"]
    assert plan_basis.study_stamps(study) == plan_basis.plan_stamps(study.plan)
    assert study.title == str(study.plan.scenario.title)


def test_a_scenario_without_an_aim_for_villages_prints_no_targets_of_villages(study, page_of):
    assert study.plan.problem.aims.villages is None
    page = page_of(plan_sections.scope(study), ("villages", "targets_by_year"))
    assert "sets no aim for villages" in page
    assert "villages" not in " ".join(Outline.of(page).figures)


def test_villages_by_year_stand_among_the_aims_beside_what_the_plan_reaches(study, page_of):
    plan = study.plan
    villages = plan.solution.villages * 0
    villages[plan.problem.villages.argmax(), :2] = 2, 3
    asked = plan.scenario.settings.aims.model_copy(update={"villages_by_year": {2022: 6}})
    settings = plan.scenario.settings.model_copy(update={"aims": asked})
    plan = replace(
        plan, scenario=replace(plan.scenario, settings=settings), solution=replace(plan.solution, villages=villages),
        problem=replace(plan.problem, aims=replace(plan.problem.aims, villages_by_year={1: 4})),
    )  # fmt: skip
    row = {"aim": "villages_by_year", "year": 2022, "asked": 6.0, "planned": 5.0}
    judged = pd.concat([study.simulation.aims, pd.DataFrame([row])], ignore_index=True)
    study = replace(study, plan=plan, simulation=replace(study.simulation, aims=judged))
    [told] = plan_basis.aims_sheet(study).frame.query("year == 2022").to_dict("records")
    assert told["aim"] == "Villages reaching the standard, aim of the year"
    assert (told["asked"], told["kept"], told["reached"]) == (6, 4, 5)
    assert pd.isna(told["chance"])
    page = page_of(plan_sections.scope(study), ("villages", "chance"))
    assert told["aim"] in page
    assert "spread over the years" in page
    demand = Demand("villages_by_year", 4.0, year=1)
    assert offers._demand(plan.problem, demand, {}) == "4 villages at the standard by 2022"
    none = replace(plan, solution=replace(plan.solution, villages=0 * villages))
    assert "villages" in plan_units.higher_levels(none)
    assert plan_later.no_villages() not in plan_later.villages_sheet(none).notes


def test_the_page_tells_what_the_unknown_start_leaves_open_and_names_the_districts(study, page_of):
    baseline = study.plan.baseline
    place = int((study.plan.solution.standard == len(study.plan.years)).argmax())
    met = study.plan.problem.met.copy()
    done = study.plan.solution.done.copy()
    done[place, 1:], done[place, 0] = 0, len(study.plan.years)
    met[place, 0] = False
    criteria = baseline.criteria.copy()
    criteria.iloc[place, 0] = -1
    plan = replace(
        study.plan, baseline=replace(baseline, criteria=criteria), problem=replace(study.plan.problem, met=met),
        solution=replace(study.plan.solution, done=done),
    )  # fmt: skip
    scope = plan_sections.scope(replace(study, plan=plan))
    page = page_of(scope, ("targets_by_year",))
    [text] = Outline.of(page).figures[scope.key("standard", scope.years[-1])]
    low, high = map(float, text.split())
    assert high == low + 1
    assert "district-level unit" in page.lower()
