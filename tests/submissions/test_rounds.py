"""Rounds of reporting: a day "before" which one hands in is late itself, and a day is one of Viet Nam."""

import datetime as dt

import pytest

from ntm_lib.errors import UsageError, UsageFaultsError
from ntm_lib.project import Project
from ntm_lib.submissions.model import Level
from ntm_lib.submissions.rounds import VIETNAM, find_round, load_rounds


def test_the_shipped_round_has_the_dates_of_the_review(project: Project) -> None:
    review = load_rounds(project)["tong_ket_2019"]
    assert review.as_of == dt.date(2019, 6, 30)
    assert review.due == {
        Level.COMMUNE: dt.date(2019, 6, 28),
        Level.DISTRICT: dt.date(2019, 7, 26),
        Level.PROVINCE: dt.date(2019, 9, 20),
    }


@pytest.mark.parametrize(
    ("received", "is_late"),
    [
        (dt.datetime(2019, 6, 27, 23, 59, tzinfo=VIETNAM), False),
        (dt.datetime(2019, 6, 28, 0, 0, tzinfo=VIETNAM), True),
        (dt.datetime(2019, 6, 27, 16, 59, tzinfo=dt.UTC), False),
        (dt.datetime(2019, 6, 27, 17, 0, tzinfo=dt.UTC), True),
    ],
)
def test_the_due_day_itself_is_late_by_the_clock_of_viet_nam(
    project: Project, received: dt.datetime, is_late: bool
) -> None:
    assert load_rounds(project)["tong_ket_2019"].is_late(Level.COMMUNE, received) is is_late


def test_a_level_without_a_due_day_is_never_late_and_never_on_time(own_project: Project) -> None:
    write(own_project, "- {id: a, title: {vi: A, en: A}, as_of: 2026-06-30, due: {commune: 2026-07-10}}\n")
    received = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    assert load_rounds(own_project)["a"].is_late(Level.DISTRICT, received) is None


def test_every_fault_of_the_file_is_told(own_project: Project) -> None:
    write(
        own_project, "- {id: A b, title: {vi: A, en: A}, as_of: 2026-06-30}\n- {id: b, title: {vi: B}, due: {xa: 1}}\n"
    )
    with pytest.raises(UsageFaultsError) as refused:
        load_rounds(own_project)
    assert len(refused.value.faults) >= 4


def test_a_round_twice_and_an_unknown_round_are_refused(own_project: Project) -> None:
    one = "- {id: a, title: {vi: A, en: A}, as_of: 2026-06-30}\n"
    write(own_project, one)
    with pytest.raises(UsageError, match=r"rounds\.yaml"):
        find_round("b", own_project)
    write(own_project, one * 2)
    with pytest.raises(UsageFaultsError):
        load_rounds(own_project)


def write(project: Project, text: str) -> None:
    (project.parameters / "rounds.yaml").write_text(text, encoding="utf-8")
