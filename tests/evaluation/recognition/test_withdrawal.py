"""The rules of withdrawal on intervals: certain only when every completion of the unknown agrees."""

from itertools import product

import pandas as pd
import pytest
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib.evaluation.recognition import withdrawal as tried
from ntm_lib.evaluation.recognition.rules import Withdrawal, load_rules
from ntm_lib.verdicts import Verdict

CRITERIA = [str(number) for number in range(1, 20)]


def applies(rule: Withdrawal, codes: dict[str, int]) -> bool:
    """Judge complete verdicts straight from the words of the rule."""
    failed = [name for name, code in codes.items() if code == Verdict.NOT_MET]
    share = 100 * len(failed) / len(codes)
    inside = share >= rule.least_pct and (rule.below_pct is None or share < rule.below_pct)
    keys = rule.key_criteria.get("commune", ())
    return inside and (not keys or any(name in keys for name in failed))


def verdict_of(rule: Withdrawal, codes: dict[str, int]) -> int:
    verdicts = pd.DataFrame([codes], index=["00001"])
    communes = pd.DataFrame({"name": ["Xã A"], "of": [len(codes)]}, index=["00001"])
    return int(tried._tried(rule, communes, verdicts)["verdict"].iloc[0])


@settings(max_examples=150, deadline=None)
@given(
    codes=st.lists(st.sampled_from([0, 1, 1, 2]), min_size=19, max_size=19),
    unknown=st.sets(st.integers(0, 18), max_size=5),
    which=st.integers(0, 1),
)
def test_the_verdict_is_certain_exactly_when_every_completion_agrees(
    codes: list[int], unknown: set[int], which: int
) -> None:
    rule = load_rules().withdrawal[which]
    known = {
        name: -1 if place in unknown else code for place, (name, code) in enumerate(zip(CRITERIA, codes, strict=True))
    }
    open_ones = [name for name, code in known.items() if code == -1]
    answers = {
        applies(rule, known | dict(zip(open_ones, choice, strict=True)))
        for choice in product((0, 1), repeat=len(open_ones))
    }
    expected = Verdict.UNKNOWN if len(answers) == 2 else Verdict.MET if answers == {True} else Verdict.NOT_MET
    assert verdict_of(rule, known) == expected


@pytest.mark.parametrize(
    ("n_failed", "with_income", "expected"),
    [
        (5, True, (False, False)),
        (6, True, (True, False)),
        (6, False, (False, False)),
        (9, True, (True, False)),
        (10, False, (False, True)),
    ],
)
def test_the_limits_on_nineteen_criteria(n_failed: int, with_income: bool, expected: tuple[bool, bool]) -> None:
    others = [name for name in CRITERIA if name not in {"10", "17", "19"}]
    failed = ["10", *others][:n_failed] if with_income else others[:n_failed]
    codes = {name: 0 if name in failed else 1 for name in CRITERIA}
    rules = load_rules().withdrawal
    assert tuple(verdict_of(rule, codes) == Verdict.MET for rule in rules) == expected


def test_a_rule_of_2022_is_only_a_trial_on_data_of_2020() -> None:
    table = tried.withdrawal_check(shipped.province(), 2020)
    assert len(table) == 2 * 10
    assert not table["is_in_force"].any()
    assert (table["low_pct"] <= table["high_pct"]).all()


def test_merged_communes_are_not_tried() -> None:
    table = tried.withdrawal_check(shipped.province(on="2020-12-31"), 2020)
    assert table["commune_code"].nunique() == 5
