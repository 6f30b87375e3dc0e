"""A plan is named by its scenario, the law it is planned by, and the year it was made anew from."""

import datetime as dt

import pytest

from ntm_lib.errors import UsageError
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.which_plan import (
    check_law,
    load_by_law,
    load_many_by_law,
    other_law,
    plan_name,
    plan_options,
    title_with_law,
    with_title,
)

LATER = dt.date(2022, 12, 31)


def test_another_law_changes_name_title_and_options_and_the_own_law_changes_nothing(project):
    own = load_by_law("base", project)
    same = load_by_law("base", project, own.settings.horizon.law_known_on)
    other = load_by_law("base", project, LATER)
    assert plan_name(own) == plan_name(same) == "base"
    assert str(own.title) == str(same.title) == str(load_scenario("base", project).title)
    assert plan_name(other) == "base-2022-12-31"
    assert plan_name(other, 2023) == "base-2022-12-31-from-2023"
    assert plan_name(own, 2023) == "base-from-2023"
    assert "31/12/2022" in str(other.title)
    assert plan_options(other, 2023) == "--scenario base --law 2022-12-31 --from 2023"
    assert plan_options(own) == "--scenario base"
    assert other_law(other) == "2022-12-31"
    assert other_law(own) is None


def test_a_list_names_the_law_of_every_plan_once(project):
    assert title_with_law(load_by_law("base", project)).count("31/12/2020") == 1
    assert title_with_law(load_by_law("base", project, LATER)).count("31/12/2022") == 1
    twice = with_title(load_by_law("base", project, LATER), "điều chỉnh từ năm 2023")
    assert str(twice.title).count("(") == 1


def test_the_law_of_a_notebook_is_a_text(project):
    assert plan_name(load_by_law("base", project, "2022-12-31")) == "base-2022-12-31"
    with pytest.raises(UsageError, match="31/12/2022"):
        load_by_law("base", project, "31/12/2022")


@pytest.mark.parametrize("day", [dt.date(2008, 1, 1), dt.date(2015, 6, 1), dt.date(2999, 1, 1)])
def test_a_day_without_a_law_to_plan_by_is_refused_with_the_days_that_can_be_chosen(project, day):
    with pytest.raises(UsageError) as refused:
        check_law(load_by_law("base", project, day), project)
    text = str(refused.value)
    assert "318/QĐ-TTg từ ngày 08/3/2022" in text
    assert "491/QĐ-TTg" not in text


def test_every_fault_is_told_at_once(project):
    with pytest.raises(UsageError) as refused:
        load_many_by_law(["base", "bass", "nothing"], project, dt.date(2008, 1, 1))
    assert len(refused.value.faults) == 3
    assert [item.id for item in load_many_by_law(["base", "bad_year"], project, LATER)] == ["base", "bad_year"]
