"""Which level counts: the law's, an assumed one, or one that a planner read in the signed text."""

import datetime as dt

import numpy as np
import pytest

from ntm_lib import criteria
from ntm_lib.errors import FaultsError, UsageError

LOCAL = "data/local/criteria.yaml"
CORRECTION = """
- decision: qd-1-2000
  requirement: "1.1"
  region: delta
  years: {from: 2000, to: 2004}
  value: 65
  document: Quyết định số 1/QĐ, bản có dấu
  clause: Phụ lục
  page: 7
  by: Nông Thị A
  on: 2002-05-06
"""


def row(project, key: str, region: str = "hills", year: int = 2000):
    return criteria.load(project).for_year(year, region).requirements.loc[key]


def test_a_level_of_the_law(mini) -> None:
    found = row(mini(), "1.1")
    assert (found["level"], found["basis"], found["verified"], found["state"]) == (
        50,
        "law",
        "read",
        "usable",
    )
    assert found["citation"] == "1/QĐ, Phụ lục, tiêu chí 1.1"


@pytest.mark.parametrize(("year", "level"), [(2000, 90), (2001, 95), (2002, np.nan)])
def test_dated_levels_hold_in_their_year_only(mini, year: int, level: float) -> None:
    np.testing.assert_equal(float(row(mini(), "1.2/clean", year=year)["level"]), level)


@pytest.mark.parametrize(
    ("key", "region", "state"),
    [("1.1", "delta", "unconfirmed"), ("1.10", "hills", "relative"), ("1.10", "delta", "missing")],
)
def test_no_usable_level_is_not_a_number(mini, key: str, region: str, state: str) -> None:
    found = row(mini(), key, region)
    assert np.isnan(found["level"])
    assert found["state"] == state


def test_an_assumption_fills_a_delegated_level_and_its_deletion_empties_it(mini) -> None:
    found = row(mini(), "1.2/hardened")
    assert (found["level"], found["basis"], found["verified"]) == (40, "assumption", "memory-low")
    assert found["note"] == "Theo tỉnh bên"
    gone = row(mini(extra={"parameters/assumptions/roads.yaml": "[]\n"}), "1.2/hardened")
    assert np.isnan(gone["level"])
    assert gone["state"] == "delegated"


def test_a_weak_recollection_counts_when_an_assumption_takes_it_up(mini) -> None:
    taken = (
        '[{set: qd-1-2000, requirement: "1.1", region: delta, years: {from: 2000, to: 2000}, value: 70, '
        "basis: {vi: Theo trí nhớ, en: As recollected}, dated: 2001-01-01, by: Tổ biên soạn}]"
    )
    project = mini(extra={"parameters/assumptions/taken.yaml": taken})
    assert row(project, "1.1", "delta")["level"] == 70
    assert np.isnan(row(project, "1.1", "delta", year=2001)["level"])


def test_a_file_of_comments_holds_no_assumption(mini) -> None:
    project = mini(extra={"parameters/assumptions/roads.yaml": "# all deleted\n"})
    assert np.isnan(row(project, "1.2/hardened")["level"])


def test_a_planner_overrides_and_is_named(mini) -> None:
    found = row(mini(extra={LOCAL: CORRECTION}), "1.1", "delta")
    assert (found["level"], found["basis"], found["verified"]) == (65, "local", "planner")
    assert "trang 7" in found["citation"] or "page 7" in found["citation"]
    assert "Nông Thị A" in found["note"]
    assert "06/05/2002" in found["note"]


def test_a_planner_overrides_an_assumption(mini) -> None:
    text = CORRECTION.replace('"1.1"', '"1.2/hardened"').replace("delta", "hills")
    assert row(mini(extra={LOCAL: text}), "1.2/hardened")["level"] == 65


def test_faults_of_local_corrections_come_at_once(mini, monkeypatch) -> None:
    monkeypatch.setenv("NTM_LANG", "en")
    text = CORRECTION.replace("delta", "delt") + CORRECTION.replace('"1.1"', '"9.9"').replace("65", "650")
    with pytest.raises(FaultsError) as refusal:
        criteria.load(mini(extra={LOCAL: text}))
    assert "region 'delt' is not known" in str(refusal.value)
    assert "requirement '9.9' is not known" in str(refusal.value)
    assert f"{LOCAL}, entry 2" in str(refusal.value)


def test_an_edited_file_is_read_again(mini) -> None:
    project = mini()
    assert row(project, "1.1")["level"] == 50
    mini(("data/criteria/qd-1-2000/01_roads.yaml", "value: 50", "value: 55.5"))
    assert row(project, "1.1")["level"] == 55.5


def test_an_amendment_replaces_only_what_it_names(mini) -> None:
    rules = criteria.load(mini()).for_year(2005, "hills")
    assert rules.set_id == "qd-1-2000+qd-2-2003"
    assert rules.requirements.loc["1.1", "level"] == 80
    assert rules.requirements.loc["1.1", "decision"] == "qd-2-2003"
    assert rules.requirements.loc["2", "decision"] == "qd-1-2000"
    assert rules.criteria.loc["1", "label_en"] == "Rural roads"
    assert list(rules.requirements.index) == ["1.1", "1.2/clean", "1.2/hardened", "1.10", "2"]


def test_the_set_that_judges_a_year_can_be_chosen(mini) -> None:
    law = criteria.load(mini())
    assert law.for_year(2005, "hills", set_for_year={2005: "qd-1-2000"}).requirements.loc["1.1", "level"] == 50
    assert law.for_year(2004, "hills", set_for_year={2004: "qd-2-2003"}).set_id == "qd-1-2000+qd-2-2003"
    assert law.for_year(2004, "hills", set_for_year={2005: "qd-2-2003"}).set_id == "qd-1-2000"


def test_in_force_and_judging_differ(mini) -> None:
    law = criteria.load(mini())
    assert law.in_force(dt.date(2002, 12, 31)).id == "qd-1-2000"
    assert law.in_force(dt.date(2003, 1, 1)).id == "qd-1-2000+qd-2-2003"
    assert law.for_year(2003, "hills").set_id == "qd-1-2000"


@pytest.mark.parametrize(
    "ask",
    [
        lambda law: law.for_year(2007, "hills"),
        lambda law: law.for_year(2000, "hils"),
        lambda law: law.for_year(2000, "hills", variant="city"),
        lambda law: law.for_year(2000, "hills", set_for_year={2000: "qd-3"}),
        lambda law: law.in_force(dt.date(1999, 12, 31)),
        lambda law: criteria.describe(law, "7", dt.date(2000, 1, 1), region="hills"),
    ],
    ids=["year", "region", "variant", "set", "date", "item"],
)
def test_what_does_not_exist_is_wrong_use(mini, ask) -> None:
    with pytest.raises(UsageError):
        ask(criteria.load(mini()))
