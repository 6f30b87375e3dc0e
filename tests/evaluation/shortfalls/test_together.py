"""Pairs missing together: the null keeps the margins, a planted pair is found, weak communes alone are no finding."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib.evaluation.shortfalls.settings import Together
from ntm_lib.evaluation.shortfalls.together import chances, pairs, tail
from ntm_lib.verdicts import Verdict

RULES = Together(min_communes=10, min_together=5, false_discovery=0.05)


def verdicts(misses: np.ndarray) -> pd.DataFrame:
    codes = np.where(misses, Verdict.NOT_MET, Verdict.MET).astype(np.int8)
    return pd.DataFrame(codes, columns=[str(number + 1) for number in range(misses.shape[1])])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_null_keeps_the_sums_of_rows_and_columns_and_the_unknown_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    misses, known = rng.random((14, 7)) < 0.4, rng.random((14, 7)) < 0.9
    chance = chances(misses, known)
    assert (chance[~known] == 0).all()
    assert ((chance >= 0) & (chance <= 1)).all()
    assert chance.sum(axis=0) == pytest.approx((misses & known).sum(axis=0), abs=0.02)
    assert chance.sum(axis=1) == pytest.approx((misses & known).sum(axis=1), abs=0.02)


def test_a_planted_pair_is_found_and_no_other() -> None:
    rng = np.random.default_rng(7)
    misses = rng.random((160, 8)) < 0.35
    misses[:, 4] = np.where(rng.random(160) < 0.9, misses[:, 1], misses[:, 4])
    table = pairs(verdicts(misses), RULES)
    assert table.loc[table["is_beyond_chance"], ["first", "second"]].values.tolist() == [["2", "5"]]
    row = table[table["is_beyond_chance"]].iloc[0]
    assert row["lift"] == pytest.approx(row["both"] / (row["missing_first"] * row["missing_second"] / row["known"]))


def test_communes_that_miss_nearly_everything_are_not_taken_for_linked_criteria() -> None:
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        weak = rng.random(150) < 0.4
        misses = rng.random((150, 8)) < np.where(weak, 0.85, 0.1)[:, None]
        table = pairs(verdicts(misses), RULES)
        assert table["lift"].min() > 1.3  # against independence every pair would look linked
        found += table["is_beyond_chance"].any()
    assert found <= 3


def test_for_very_many_communes_the_limit_agrees_with_the_exact_chance() -> None:
    chance = np.random.default_rng(5).random(1000) * 0.5
    mean = chance.sum()
    for seen in (int(mean - 20), int(mean), int(mean + 15), int(mean + 30)):
        exact = tail(seen, chance)
        limit = tail(seen, np.concatenate([chance, np.zeros(1)]))  # one commune more, without any chance
        assert limit == pytest.approx(exact, abs=0.003)


def test_what_is_unknown_or_not_assessed_leaves_the_pair() -> None:
    frame = verdicts(np.ones((12, 2), dtype=bool))
    frame.iloc[:4, 0] = Verdict.UNKNOWN
    frame.iloc[4:6, 1] = Verdict.NOT_APPLICABLE
    row = pairs(frame, RULES).iloc[0]
    assert row[["known", "missing_first", "missing_second", "both"]].tolist() == [6, 6, 6, 6]
    assert np.isnan(row["p_value"])
    assert not row["is_beyond_chance"]
