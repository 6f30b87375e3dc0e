"""A merged commune inherits nothing: what became of each recognition, and the balance that adds up."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib import units
from ntm_lib.evaluation import load_province, load_territory
from ntm_lib.evaluation.recognition import balance as balances
from ntm_lib.evaluation.recognition.balance import balance
from ntm_lib.evaluation.recognition.standing import compare, not_named, standing
from ntm_lib.evaluation.recognition.states import state_day, states

Edit = Callable[[Callable[[pd.DataFrame], pd.DataFrame]], None]


def by_name(table: pd.DataFrame, what: str) -> dict[str, object]:
    return dict(zip(table["name"], table[what], strict=True))


def test_the_mergers_of_2020_leave_five_to_stand_three_to_be_assessed_and_two_outside() -> None:
    table = states(shipped.province())
    found = by_name(table, "state")
    assert {name for name, state in found.items() if state == "town"} == {"Xã Bế Triều", "Xã Đình Minh"}
    assert {name for name, state in found.items() if state == "reassess"} == {
        "Xã Minh Thanh",
        "Xã Phù Ngọc",
        "Xã Quang Hán",
    }
    assert (table["state"] == "stands").sum() == 5
    counted = by_name(table, "is_counted")
    assert counted["Xã Sóc Hà"] == True  # noqa: E712 - may be NA, which "is" cannot tell from True
    assert counted["Xã Bế Triều"] == False  # noqa: E712
    assert pd.isna(counted["Xã Minh Thanh"])


def test_who_left_with_a_town_does_not_come_back_when_the_town_becomes_a_commune() -> None:
    table = states(shipped.province(on="2025-12-31"))
    assert {name for name, state in by_name(table, "state").items() if state == "town"} == {
        "Xã Bế Triều", "Xã Đình Minh", "Xã Vĩnh Quang", "Xã Hoàng Tung",
    }  # fmt: skip
    assert by_name(table, "now_name")["Xã Bế Triều"] == "Xã Hòa An"
    assert (table["state"] == "reassess").sum() == 6


def test_before_the_mergers_all_stand_and_the_cut_off_hides_the_later_decision() -> None:
    territory = shipped.province(as_of="2019-06-30")
    assert state_day(territory) == dt.date(2019, 12, 31)
    table = states(territory)
    assert set(table["state"]) == {"stands"}
    assert set(table["year"]) == {2018}


def test_re_recognition_is_due_five_years_after_the_decision_by_an_assumed_rule() -> None:
    table = states(shipped.province())
    assert ((table["due"].dt.year - table["decision_date"].dt.year) == 5).all()
    assert set(table["due_verified"]) == {"assumed"}


def test_a_decision_after_the_merger_goes_before_what_the_boundaries_say(edit_register: Edit) -> None:
    new = {"01762": "confirmed", "01438": "kept", "01417": "withdrawn"}

    def change(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(review=table["commune_code"].map(new).fillna(""))

    edit_register(change)
    found = by_name(states(load_province()), "state")
    assert found["Xã Minh Thanh"] == "confirmed"
    assert found["Xã Phù Ngọc"] == "stands"
    assert found["Xã Sóc Hà"] == "withdrawn"
    balanced = balance(load_province())
    assert (balanced.recognised, balanced.published, balanced.of("withdrawn"), balanced.of("confirmed")) == (
        26,
        17,
        1,
        1,
    )


def test_fifteen_five_and_six_are_seventeen_cause_by_cause() -> None:
    found = balance(shipped.province())
    assert (found.recognised, found.published, found.missing) == (26, 17, 9)
    assert found.agrees
    assert list(found.by_year["recognised"]) == [10, 5, 5, 6]
    rows = found.rows.set_index("cause")
    assert int(rows["communes"].sum()) == 26
    held = rows[["communes", "stay_low", "stay_high"]].T.to_dict("list")
    assert held == {
        "stands": [5, 5, 5],
        "town": [2, 0, 0],
        "reassess": [3, 0, 3],
        "not_named": [10, 3, 6],
        "new_units": [6, 6, 6],
    }


def test_before_the_mergers_the_sum_is_the_published_number() -> None:
    found = balance(shipped.province(as_of="2019-06-30"))
    assert (found.recognised, found.published, found.missing) == (15, 15, 0)
    assert (found.rows["stay_low"] == found.rows["stay_high"]).all()


def test_a_number_that_no_outcome_can_give_is_told_and_nothing_is_bent(edit_register: Edit) -> None:
    edit_register(lambda table: table.assign(review="withdrawn"))
    found = balance(load_province())
    assert not found.agrees
    assert found.of("withdrawn") == 10
    assert found.rows.loc[found.rows["cause"] == "not_named", "stay_high"].tolist() == [10]


def test_a_district_has_its_named_communes_and_no_published_number() -> None:
    found = balance(shipped.territory("051"))
    assert found.published is None
    assert found.recognised == 2
    assert set(found.rows["cause"]) == {"stands", "town"}


def test_districts_add_up_to_the_named_of_the_province() -> None:
    province = shipped.province()
    parts = [balance(shipped.territory(code)).recognised for code in province.vintage.districts.index]
    assert sum(parts) == len(states(province)) == 10


def test_two_recognised_communes_in_one_new_commune_count_once(edit_register: Edit) -> None:
    links = units.lineage(dt.date(2019, 12, 31), dt.date(2020, 12, 31)).links
    whole = links[(links["to_code"] == "01762") & (links["from_code"] != "01762") & (links["area_share"] == 1)]
    other = whole["from_code"].iloc[0]

    def change(table: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([table, table[table["commune_code"] == "01762"].assign(commune_code=other)])

    edit_register(change)
    found = balance(load_territory("052"))
    assert (found.recognised, found.of("joined"), found.of("reassess")) == (2, 1, 1)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.booleans()), min_size=1, max_size=4),
    published=st.integers(0, 24),
)
def test_bounds_are_those_of_every_possible_outcome(rows: list[tuple[int, bool, bool]], published: int) -> None:
    frame = pd.DataFrame(
        {
            "communes": [n for n, _s, _g in rows],
            "stay_low": [n if surely else 0 for n, surely, _g in rows],
            "stay_high": [0 if gone and not surely else n for n, surely, gone in rows],
        }
    )
    ranges = [np.arange(low, high + 1) for low, high in zip(frame["stay_low"], frame["stay_high"], strict=True)]
    outcomes = np.array(np.meshgrid(*ranges)).reshape(len(rows), -1)
    fitting = outcomes[:, outcomes.sum(axis=0) == published]
    bounded, agrees = balances._bounded(frame, published)
    assert agrees == (fitting.shape[1] > 0)
    if agrees:
        assert (bounded["stay_low"].to_numpy() == fitting.min(axis=1)).all()
        assert (bounded["stay_high"].to_numpy() == fitting.max(axis=1)).all()


@pytest.mark.parametrize("on", ["2019-12-31", "2020-12-31", "2025-12-31"])
def test_meeting_and_being_recognised_are_counted_apart(on: str) -> None:
    territory = shipped.province(on=on)
    table = standing(territory, 2020)
    numbers = compare(table)
    assert numbers["communes"] == len(territory.in_programme)
    assert numbers["meets"] == numbers["both"] + numbers["meets_only"]
    assert numbers["recognised"] == numbers["both"] + numbers["recognised_not_met"] + numbers["recognised_unknown"]
    assert not (table["is_recognised"] & table["is_reassessed"]).any()


def test_on_the_units_of_2020_merged_communes_are_not_called_recognised() -> None:
    numbers = compare(standing(shipped.province(on="2020-12-31"), 2020))
    assert (numbers["recognised"], numbers["reassessed"]) == (5, 3)


def test_a_year_counts_only_the_recognitions_up_to_it() -> None:
    territory = shipped.province()
    assert compare(standing(territory, 2018))["recognised"] == 5
    assert compare(standing(territory, 2017))["recognised"] == 0
    assert [not_named(territory, year) for year in (2016, 2017, 2019, 2020)] == [0, 10, 10, 16]


def test_unknown_criteria_leave_meeting_open_never_not_met() -> None:
    territory = shipped.province()
    counts = territory.of_year(territory.counts, 2010)
    table = standing(territory, 2010)
    open_ones = (counts["low"] < counts["of"]) & (counts["high"] >= counts["of"])
    assert open_ones.any()
    assert (table["meets"].isna() == open_ones).all()
