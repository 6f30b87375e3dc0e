"""Every figure of a plan's page leads to scenario, years, communes, works and unit costs; what the record holds proves it."""

import csv
import json
import re
from dataclasses import replace
from typing import Any

import invented_study
import pytest
import yaml
from provenance_pages import behind, columns_of_plan

from ntm_lib import __version__
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.study import Study
from ntm_lib.project import Project
from ntm_lib.provenance import sha256_of
from ntm_lib.reporting import display, figures, plan_sections
from ntm_lib.reporting.page_check import Outline
from ntm_lib.reporting.plan_sections.provenance import plan_record
from ntm_lib.reporting.provenance import unpack

PROVINCE = (
    "opening", "nearest", "start", "targets_by_year", "money", "why", "billion", "chance", "near_equal", "works_list",
    "tasks_by_year", "villages", "orientation", "follow_up", "closing",
)  # fmt: skip
DISTRICT = tuple(name for name in PROVINCE if name != "billion")
pytestmark = pytest.mark.xdist_group("plan_provenance")
Made = tuple[plan_sections.Scope, str, dict[str, Any]]


@pytest.fixture(scope="module")
def study(project: Project) -> Study:
    made = invented_study.make_draft(project)
    held = invented_study.make_study(made)
    return replace(held, plan=replace(held.plan, scenario=load_scenario("most_communes", project)))


@pytest.fixture(scope="module", params=["052", ""], ids=["district", "province"])
def page(request: pytest.FixtureRequest, study: Study) -> Made:
    shown: list[str] = []
    scope = plan_sections.scope(study, request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display, "display", lambda data, **_told: shown.append(data["text/html"]))
        for name in DISTRICT if request.param else PROVINCE:
            getattr(plan_sections, name)(scope)
    figures.forget()
    text = "\n".join(shown)
    return scope, text, unpack(text)


def shown(text: str) -> dict[str, list[float]]:
    return {
        key: [float(part) for part in next(iter(values)).split()] for key, values in Outline.of(text).figures.items()
    }


def test_no_figure_of_a_plan_ends_nowhere(page: Made) -> None:
    _scope, text, record = page
    assert [key for key in shown(text) if behind(record, key) is None] == []
    for key in shown(text):
        found = behind(record, key)
        assert found.items, key
        if found.kind == "files":
            assert all(record["files"][place][1] for place in found.items), key
        if found.kind == "norms":
            assert all(name in record["norms"]["rows"] for name in found.items), key


def test_figures_follow_from_the_communes_of_the_record(page: Made) -> None:
    _scope, text, record = page
    wrong, proved = [], set()
    for key, raw in shown(text).items():
        found = behind(record, key)
        if found.kind != "plan" or not found.how:
            continue
        made = columns_of_plan(record, found)
        if raw[: len(made)] != pytest.approx(made, rel=1e-6, abs=0.01):
            wrong.append((key, raw, made))
        proved.add(key)
    assert wrong == []
    assert len(proved) > 250
    summary = text[text.index('<ul class="key-figures">') :].split("</ul>")[0]
    assert set(re.findall(r'data-figure="([^"]+)"', summary)) <= proved


def test_the_scenario_stands_with_its_blocks_and_its_file(page: Made, project: Project) -> None:
    scope, _text, record = page
    plan = record["plan"]
    name, sha256 = record["files"][plan["file"]][:2]
    assert name == "parameters/scenarios/most_communes.yaml"
    assert sha256_of(project.root / name) == sha256
    written = yaml.safe_load((project.root / name).read_text(encoding="utf-8"))["blocks"]
    for setting, _before, _after, block, reason in plan["changes"]:
        assert setting in written[block]["set"]
        assert reason == written[block]["reason"]["vi"]
    assert "aims.floor" in {change[0] for change in plan["changes"]}
    used = {part for parts in plan["parts"] for part in parts}
    settings = yaml.safe_load((project.root / "parameters/scenarios/base.yaml").read_text(encoding="utf-8"))["settings"]
    assert {"aims", "money", "costs"} <= used <= set(settings)
    assert record["about"]["digest"] == scope.plan.digest[:16]
    assert record["about"]["code"] == __version__
    assert {record["files"][place][0] for place in plan["data"]} >= {"data/illustrative/b02/2020.csv"}


def test_a_unit_cost_stands_in_the_row_that_the_record_names(page: Made, project: Project) -> None:
    _scope, _text, record = page
    name, sha256 = record["files"][record["norms"]["file"]][:2]
    assert sha256_of(project.root / name) == sha256
    with (project.root / name).open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert set(record["plan"]["works"]["measure"]) <= set(record["norms"]["rows"])
    for measure, row in record["norms"]["rows"].items():
        line = lines[row[9] - 2]
        assert line["measure"] == measure
        assert [float(line[part]) for part in ("low", "middle", "high")] == row[2:5]
        assert (line["source"], line["note"]) == (row[7], row[8])


def test_a_figure_of_another_scenario_names_that_scenario(study: Study) -> None:
    scope = plan_sections.scope(study)
    key = scope.key("standard", 2025).replace("most_communes", "bad_year")
    record = plan_record(scope, [key])
    [place] = behind(record, key).items
    assert record["files"][place][0] == "parameters/scenarios/bad_year.yaml"
    assert json.dumps(record)
