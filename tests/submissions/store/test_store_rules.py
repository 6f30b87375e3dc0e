"""What a store promises, on files and on a server alike: one test, two stores."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from store_cases import AFTER, BEFORE, CHANGED, SAME, hand_in, line, numbers, reading

from ntm_lib.errors import NtmError, UsageError, UsageFaultsError
from ntm_lib.submissions.model import VALUES, Finding, Level, Weight, empty_values
from ntm_lib.submissions.vault import AlreadyHandedInError, BookStore, check_store

Again = Callable[[], BookStore]


def test_values_come_back_as_they_were_handed_in(store: BookStore, again: Again) -> None:
    lines = [
        line("1.1", 0.1 + 0.2),
        line("1.2", -0.0),
        line("1.3", 1e300),
        line("1.4", None, text='Đường liên xóm, "bê tông"\nđoạn 2; 5\'\t\\N'),
        line("1.5", None, text=""),
        line("1.6", None, text="\\."),
        line("1.7", None, text="a\n\\.\nb\r\nc"),
        line("7.1", None, is_not_assessed=True),
        line(
            "2.1", 12.0, row="tuyến 1|đoạn 2", set_id="", status="estimate", year=2010, as_of_date=dt.date(2011, 1, 31)
        ),
    ]
    taken = hand_in(store, b"a", *lines)
    found = again().values("b02")
    wanted = pd.DataFrame(lines).astype(empty_values().dtypes)
    pd.testing.assert_frame_equal(found[VALUES.names], wanted, check_exact=True)
    assert str(found["number"][1]) == "-0.0"
    assert set(found["submission"]) == {taken.id}
    assert set(found["level"]) == {"commune"}
    assert set(found["unit_vintage"]) == {BEFORE}


def test_an_empty_store_has_nothing(store: BookStore) -> None:
    assert store.submissions() == []
    assert store.closed() == {}
    found = store.values("b02")
    assert found.empty
    assert found.columns.tolist() == [*VALUES.names, "submission", "level", "unit_vintage"]
    assert store.history(SAME, "17.1").empty
    assert check_store(store).faults == ()


def test_a_submission_without_values_is_kept(store: BookStore, again: Again) -> None:
    taken = hand_in(store, b"empty")
    assert again().submissions() == [taken]
    assert again().values("b02").empty
    assert check_store(again()).faults == ()


def test_what_is_handed_in_again_supersedes_and_withdrawing_brings_back(store: BookStore, again: Again) -> None:
    first = hand_in(store, b"a", line("17.1", 1.0), line("17.2", 5.0))
    second = hand_in(store, b"b", line("17.1", 2.0))
    assert numbers(again()) == {f"commune {SAME} 17.1": 2.0, f"commune {SAME} 17.2": 5.0}
    gone = store.withdraw(second.id, "Trưởng phòng")
    assert (gone.withdrawn_by, gone.withdrawn > second.received) == ("Trưởng phòng", True)
    assert numbers(again()) == {f"commune {SAME} 17.1": 1.0, f"commune {SAME} 17.2": 5.0}
    assert again().submissions() == [first, gone]
    assert again().original(second.sha256) == b"b"


def test_the_store_is_seen_as_it_stood_at_each_moment(store: BookStore, again: Again) -> None:
    first = hand_in(store, b"a", line(number=1.0))
    second = hand_in(store, b"b", line(number=2.0))
    gone = store.withdraw(second.id, "x")
    tick = dt.timedelta(microseconds=1)
    key = f"commune {SAME} 17.1"
    views = [first.received - tick, first.received, second.received - tick, second.received, gone.withdrawn]
    found = [numbers(again(), known_on=moment).get(key) for moment in views]
    assert found == [None, 1.0, 1.0, 2.0, 1.0]
    with pytest.raises(ValueError, match="time zone"):
        store.values("b02", known_on=dt.datetime(2019, 1, 1))  # noqa: DTZ001


def test_levels_units_and_keys_do_not_supersede_one_another(store: BookStore) -> None:
    hand_in(store, b"a", line(number=1.0))
    hand_in(store, b"b", line(number=2.0), level=Level.DISTRICT, unit="052")
    hand_in(store, b"c", line(number=3.0, unit_code=CHANGED), unit=CHANGED)
    hand_in(store, b"d", line(number=4.0, as_of_date=dt.date(2018, 12, 31)))
    assert sorted(store.values("b02")["number"]) == [1.0, 2.0, 3.0, 4.0]
    assert store.values("b02", as_of=dt.date(2018, 12, 31))["number"].tolist() == [4.0]
    assert store.values("b04").empty


def test_a_code_that_changed_its_meaning_is_another_unit(store: BookStore) -> None:
    for number, (code, vintage) in enumerate([(SAME, BEFORE), (CHANGED, BEFORE), (SAME, AFTER), (CHANGED, AFTER)]):
        hand_in(store, b"%d" % number, line(number=number, unit_code=code), unit=code, vintage=vintage)
    found = store.values("b02")
    assert found["number"].tolist() == [1.0, 2.0, 3.0]
    assert found["unit_vintage"].tolist() == [BEFORE, AFTER, AFTER]


def test_the_same_file_is_told_and_not_stored_twice(store: BookStore, again: Again) -> None:
    first = hand_in(store, b"a", line())
    with pytest.raises(AlreadyHandedInError) as refused:
        hand_in(again(), b"a", line(), file="copy.xlsx")
    assert refused.value.submission == first
    assert store.submissions() == [first]
    store.withdraw(first.id, "x")
    second = hand_in(again(), b"a", line())
    assert [one.id for one in store.submissions() if one.withdrawn is None] == [second.id]
    assert numbers(store) == {f"commune {SAME} 17.1": 1.0}


def test_history_tells_every_version(store: BookStore) -> None:
    first = hand_in(store, b"a", line(number=1.0), file="lần 1.xlsx")
    second = hand_in(store, b"b", line(number=2.0), line("17.2"), file="lần 2.xlsx")
    third = hand_in(store, b"c", line(number=3.0), level=Level.DISTRICT, unit="052")
    fourth = hand_in(store, b"d", line(number=4.0))
    store.withdraw(fourth.id, "x")
    found = store.history(SAME, "17.1")
    assert found["submission"].tolist() == [first.id, second.id, third.id, fourth.id]
    assert found["number"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert found["counts"].tolist() == [False, True, True, False]
    assert found["withdrawn"].notna().tolist() == [False, False, False, True]
    assert found["file"].tolist()[:2] == ["lần 1.xlsx", "lần 2.xlsx"]
    assert found["level"].tolist() == ["commune", "commune", "district", "commune"]
    store.withdraw(third.id, "x")
    assert store.history(SAME, "17.1")["counts"].tolist() == [False, True, False, False]


def test_what_is_not_acceptable_is_refused_and_leaves_nothing(store: BookStore) -> None:
    good = reading([line()])
    wrong = Finding(Weight.WRONG, "rule", "Biểu 02", "F12", "-1")
    doubtful = dataclasses.replace(wrong, weight=Weight.DOUBTFUL)
    refused = [
        (dataclasses.replace(good, findings=(doubtful, wrong)), UsageError),
        (dataclasses.replace(good, sender=None), UsageError),
        (dataclasses.replace(good, sha256="0" * 64), NtmError),
        (dataclasses.replace(good, values=good.values.drop(columns="year")), NtmError),
        (dataclasses.replace(good, values=good.values.assign(year=70000)), NtmError),
        (reading([line(), line()]), UsageFaultsError),
        (reading([line(as_of_date=None)]), UsageFaultsError),
        (reading([line(number=None, text="a\0b")]), UsageFaultsError),
    ]
    for bad, error in refused:
        with pytest.raises(error):
            store.add(bad, b"original", "x")
    assert store.submissions() == []
    assert store.add(dataclasses.replace(good, findings=(doubtful,)), b"original", "x").id == 1


def test_unknown_and_withdrawn_submissions_cannot_be_withdrawn(store: BookStore) -> None:
    first = hand_in(store, b"a", line())
    store.withdraw(first.id, "x")
    for number in (first.id, 99, 2):
        with pytest.raises(UsageError):
            store.withdraw(number, "x")


def test_originals_are_found_by_their_hash_only(store: BookStore) -> None:
    taken = hand_in(store, b"a" * 100_000, line())
    assert store.original(taken.sha256) == b"a" * 100_000
    for name in (hashlib.sha256(b"other").hexdigest(), "../store.json", "", taken.sha256.upper()):
        with pytest.raises(NtmError):
            store.original(name)


def test_a_closed_round_takes_nothing_and_gives_nothing_back(store: BookStore, again: Again) -> None:
    taken = hand_in(store, b"a", line())
    other = hand_in(store, b"o", line("18.1"), round_id="next")
    store.close("tong_ket_2019", "Ban Chỉ đạo")
    for change in (
        lambda: hand_in(again(), b"b", line(number=2.0)),
        lambda: again().withdraw(taken.id, "x"),
        lambda: again().close("tong_ket_2019", "x"),
    ):
        with pytest.raises(UsageError, match="tong_ket_2019"):
            change()
    assert list(again().closed()) == ["tong_ket_2019"]
    assert store.withdraw(other.id, "x").withdrawn is not None


def test_another_round_does_not_change_signed_figures_but_may_repeat_or_add(store: BookStore) -> None:
    hand_in(store, b"a", line("17.1", 1.0), line("1.1", None, text="có"), line("7.1", None, is_not_assessed=True))
    store.close("tong_ket_2019", "x")
    before = numbers(store)
    for lines in (
        [line("17.1", 2.0)],
        [line("17.1", None, text="1")],
        [line("1.1", None, text="không")],
        [line("7.1", 3.0)],
    ):
        with pytest.raises(UsageFaultsError, match="F12"):
            hand_in(store, b"b", *lines, round_id="next")
    assert numbers(store) == pytest.approx(before, nan_ok=True)
    hand_in(store, b"c", line("17.1", 1.0), line("1.1", None, text="có"), line("17.2", 9.0), round_id="next")
    hand_in(store, b"d", line("17.1", 7.0, as_of_date=AFTER), round_id="next")
    hand_in(store, b"e", line("17.1", 8.0), round_id="next", level=Level.DISTRICT)
    found = store.values("b02")
    signed = found[(found["item"] == "17.1") & (found["level"] == "commune") & (found["as_of_date"] == BEFORE)]
    assert signed["submission"].tolist() == [1]
    assert sorted(found["number"].dropna()) == [1.0, 7.0, 8.0, 9.0]


def test_closing_freezes_what_the_round_itself_holds(store: BookStore) -> None:
    hand_in(store, b"a", line(number=1.0))
    hand_in(store, b"b", line(number=2.0), round_id="next")
    assert numbers(store) == {f"commune {SAME} 17.1": 2.0}
    store.close("tong_ket_2019", "x")
    assert numbers(store) == {f"commune {SAME} 17.1": 1.0}
    assert numbers(store, known_on=store.submissions()[-1].received) == {f"commune {SAME} 17.1": 2.0}


@pytest.mark.parametrize("order", [["tong_ket_2019", "next"], ["next", "tong_ket_2019"]])
def test_of_two_closed_rounds_the_one_closed_first_stays(store: BookStore, order: list[str]) -> None:
    hand_in(store, b"a", line(number=1.0))
    hand_in(store, b"b", line(number=2.0), round_id="next")
    for name in order:
        store.close(name, "x")
    assert numbers(store) == {f"commune {SAME} 17.1": 1.0 if order[0] == "tong_ket_2019" else 2.0}


def test_a_clock_far_behind_is_told_and_one_a_little_behind_keeps_the_order(
    store: BookStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hand_in(store, b"a", line())

    def set_clock(behind: dt.timedelta) -> None:
        class Clock(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # noqa: ARG003
                return first.received - behind

        monkeypatch.setattr("ntm_lib.submissions.vault.book_store.dt.datetime", Clock)

    set_clock(dt.timedelta(minutes=5))
    assert hand_in(store, b"b", line()).received == first.received + dt.timedelta(microseconds=1)
    set_clock(dt.timedelta(hours=2))
    with pytest.raises(NtmError, match=r"[Đđ]ồng hồ"):
        hand_in(store, b"c", line())


def test_many_submissions_are_read_through_packs_like_single_ones(
    store: BookStore, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ntm_lib.submissions.vault.packs.BLOCK", 4)
    taken = [
        hand_in(store, b"%d" % number, line(number=number, year=2010 + number % 3), line(table="b04", number=number))
        for number in range(10)
    ]
    store.withdraw(taken[9].id, "x")
    for view in (store, again()):
        found = view.values("b02").set_index("year")["number"].to_dict()
        assert found == {2010: 6.0, 2011: 7.0, 2012: 8.0}
        assert view.values("b04")["number"].tolist() == [8.0]
        assert view.values("b02", known_on=taken[1].received)["number"].tolist() == [0.0, 1.0]
        assert view.history(SAME, "17.1")["number"].tolist() == [float(n // 2) for n in range(20)]
    assert check_store(again()).faults == ()
    assert np.isfinite(store.values("b02")["number"]).all()
