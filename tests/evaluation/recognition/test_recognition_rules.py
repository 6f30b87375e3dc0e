"""The rules of recognition are dated data: which hold on a day, and what a damaged file is told."""

import datetime as dt
from itertools import pairwise

import pytest
from evaluation_signing import sign

from ntm_lib.errors import FaultsError
from ntm_lib.evaluation.recognition.rules import load_rules, rules_path
from ntm_lib.project import Project


@pytest.mark.parametrize(
    ("day", "checks"),
    [
        (dt.date(2014, 3, 13), set()),
        (dt.date(2016, 12, 29), {"registered", "criteria_at_registration", "all_criteria"}),
        (dt.date(2016, 12, 30), {"registered", "all_criteria", "no_arrears", "satisfaction"}),
        (dt.date(2022, 8, 1), {"registered", "all_criteria", "no_arrears", "satisfaction"}),
        (dt.date(2022, 8, 2), {"all_criteria", "satisfaction", "no_arrears", "security"}),
    ],
)
def test_the_conditions_of_a_day_are_those_of_the_document_in_force(
    project: Project, day: dt.date, checks: set[str]
) -> None:
    assert {item.check for item in load_rules(project).conditions_on(day)} == checks


def test_periods_follow_each_other_without_gap_or_overlap(project: Project) -> None:
    periods = load_rules(project).periods
    for before, after in pairwise(periods):
        assert before.last is not None
        assert after.first - before.last == dt.timedelta(days=1)
    assert periods[-1].last == dt.date(2025, 12, 31)
    assert load_rules(project).conditions_on(dt.date(2026, 1, 1)) == []


def test_what_was_not_read_says_so(project: Project) -> None:
    rules = load_rules(project)
    assert rules.again_for(dt.date(2015, 6, 1)).verified == "read"
    assert rules.again_for(dt.date(2019, 1, 14)).verified == "assumed"
    assert rules.again_for(dt.date(2013, 1, 1)) is None
    assert all(rule.source for rule in (*rules.conditions, *rules.papers, *rules.again, *rules.withdrawal))
    assert len(rules.not_read) > 0


def test_every_fault_of_the_file_is_told_at_once(own: Project) -> None:
    path = rules_path(own)
    text = path.read_text(encoding="utf-8")
    text = text.replace("check: no_arrears\n    period: p2016", "check: no_debts\n    period: p2016")
    path.write_text(text.replace("least_pct: 30", "least_pct: 300"), encoding="utf-8")
    sign(path)
    with pytest.raises(FaultsError) as refused:
        load_rules(own)
    places = " ".join(fault.where for fault in refused.value.faults)
    assert len(refused.value.faults) == 2
    assert "conditions.5.check" in places
    assert "withdrawal.0.least_pct" in places


def test_a_rule_of_an_unknown_period_and_a_changed_file_are_refused(own: Project) -> None:
    path = rules_path(own)
    path.write_text(path.read_text(encoding="utf-8").replace("period: p2022", "period: p2023", 1), encoding="utf-8")
    with pytest.raises(FaultsError, match="sha256"):
        load_rules(own)
    sign(path)
    with pytest.raises(FaultsError, match="p2023"):
        load_rules(own)
