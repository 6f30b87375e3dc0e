"""The menu of measures in the workbook: every indicator with all that can be done about it, and what the plan takes."""

import invented_study
import pytest

from ntm_lib.planning.means.measures import load_measures
from ntm_lib.reporting.office.plan_menu import menu_sheet, place_labels


@pytest.fixture(scope="module")
def plan(project):
    return invented_study.make_study(invented_study.make_draft(project)).plan


def test_every_indicator_stands_with_all_its_measures_and_who_when_and_what(plan):
    frame = menu_sheet(plan).frame
    rules, measures = plan.baseline.start_rules.requirements, load_measures(plan.baseline.project)
    counts = [len(measures.menu(plan.baseline.law_set, str(item))) for item in rules.index]
    assert min(counts) >= 1
    assert len(frame) == sum(counts)
    for name in ("lead", "district", "commune", "people", "unit", "payers", "suits", "basis"):
        assert frame[name].ne("").all(), name
    assert (frame["low"] <= frame["middle"]).all()
    assert (frame["middle"] <= frame["high"]).all()
    assert frame["communes"].sum() == len(plan.needs.lines)
    assert frame["suits"].str.contains(place_labels()["karst_without_water"]).any()
    assert frame["first"].ne("").any()
