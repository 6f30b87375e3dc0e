"""Scenarios beside each other: on one map over the years, and any two of them by money, works and what is sure."""

import json
import re
from dataclasses import replace

import invented_study
import pytest

from ntm_lib.planning.handdown.works import works
from ntm_lib.reporting import display, plan_sections
from ntm_lib.reporting.plan_sections.compare import comparison_data


@pytest.fixture(scope="module")
def studies(project):
    made = invented_study.make_draft(project)
    return invented_study.make_study(made), invented_study.make_study(made, every=2, name="other")


@pytest.fixture
def shown(monkeypatch):
    parts = []
    monkeypatch.setattr(display, "_publish", lambda html, _metadata, **_text: parts.append(str(html)))
    return parts


def layers(parts):
    [data] = [
        json.loads(text)
        for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', "".join(parts), re.S)
        if '"layers"' in text
    ]
    return {layer["id"]: layer for layer in data["layers"]}, data["years"]


@pytest.mark.parametrize("code", ["", "052"])
def test_the_map_sets_each_other_scenario_beside_this_one(studies, shown, code):
    study, other = studies
    scope = plan_sections.scope(study, code)
    plan_sections.plan_map(scope, others=[other])
    held, years = layers(shown)
    beside, their = held["beside_other"], plan_sections.scope(other, code)
    assert years == [scope.start_year, *scope.years]
    for year in years:
        count = {symbol: beside["values"][str(year)].count(symbol) for symbol in "0123"}
        assert count["0"] + count["1"] == int(scope.own.at[year, "standard"])
        assert count["0"] + count["2"] == int(their.own.at[year, "standard"])
        assert sum(count.values()) == len(scope.communes)
    assert other.title in beside["title"]


def test_a_scenario_that_counts_otherwise_has_no_layer(studies, shown):
    study, other = studies
    by_other_law = replace(other.plan, baseline=replace(other.plan.baseline, law_set="qd-318-2022"))
    plan_sections.plan_map(plan_sections.scope(study), others=[replace(other, plan=by_other_law)])
    assert not [name for name in layers(shown)[0] if name.startswith("beside")]


def test_any_two_scenarios_differ_by_their_works(studies):
    own, other = (plan_sections.scope(study) for study in studies)
    data = comparison_data(own, [own, other])
    assert "works" in [measure["id"] for measure in data["measures"]]
    for plan, each in zip(data["plans"], (own, other), strict=True):
        built = works(each.plan)
        assert plan["works"][0] == sum(plan["works"][1:]) == int((built["part"] == "work").sum())
    assert data["plans"][0]["works"] != data["plans"][1]["works"]


def test_the_table_tells_kinds_of_money_and_the_range_of_each(studies, shown):
    own, other = studies
    scope = plan_sections.scope(own)
    plan_sections.comparison(scope, [other])
    page = "".join(shown)
    for each in (scope, plan_sections.scope(other)):
        for name in ("investment", "recurrent"):
            value = round(float(each.own[f"{name}_vnd_million"].sum()), 3)
            assert f'data-figure="{each.key(name)}" data-value="{value:.12g}"' in page
        assert each.key("range_standard", each.years[-1]) in page


def test_what_is_called_part_of_the_money_stands_below_the_sum_it_adds_up_to(studies, shown):
    scope = plan_sections.scope(studies[0])
    plan_sections.targets_by_year(scope)
    plan_sections.comparison(scope, [studies[1]])
    found = 0
    for table in re.findall(r"<table.*?</table>", "".join(shown), re.S):
        keys = re.findall(
            r'data-figure="province\.[^"]*\.plan\.base\.(money|investment|recurrent|without_credit)"', table
        )
        if "investment" in keys:
            found += 1
            assert keys == ["money", "investment", "recurrent", "without_credit"]
    assert found == 2
