"""Heaping is found where values were pushed over a level, and a steep but smooth spread is no heap."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_territory import YEAR, district

from ntm_lib.evaluation.certainty.heaping import heaping, sides_of_levels
from ntm_lib.evaluation.certainty.ranks import rank_ranges, ties
from ntm_lib.evaluation.certainty.rests import rests_by_criterion
from ntm_lib.evaluation.certainty.settings import Heaping, certainty_rules
from ntm_lib.project import Project

RULES = Heaping(window={"percent": 3.0}, min_communes=12, false_discovery=0.05)


def levels(margins: dict[str, np.ndarray]) -> pd.DataFrame:
    cells = pd.concat([pd.DataFrame({"requirement": name, "margin": values}) for name, values in margins.items()])
    cells = cells.reset_index(drop=True)
    return sides_of_levels(cells, pd.Series(3.0, index=cells.index), RULES)


def test_values_pushed_over_the_level_are_found() -> None:
    rng = np.random.default_rng(1)
    smooth = rng.uniform(-30, 30, 400)
    pushed = np.where((smooth < 0) & (smooth > -3), 0.5, smooth)
    table = levels({"pushed": pushed, "smooth": smooth})
    assert table["is_heaped"].tolist() == [True, False]
    assert table.loc["pushed", "failing"] == 0


def test_a_steep_smooth_spread_is_called_heaped_no_more_often_than_the_rules_allow() -> None:
    found, small = 0, []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        table = levels({str(number): 30 * rng.beta(4, 1.2, 170) - 20 for number in range(15)})
        assert (table["passing"] > table["failing"]).mean() > 0.5  # a plain comparison would take these for heaping
        found += table["is_heaped"].any()
        small += table["p_value"].lt(0.05).tolist()
    assert found <= 4
    assert np.mean(small) <= 0.06


def test_the_sides_are_counted_at_the_level_itself_and_few_communes_are_not_tested() -> None:
    table = levels({"a": np.array([-6.0, -3.1, -3.0, -0.1, 0.0, 2.9, 3.0, 5.9, 6.0])})
    row = table.iloc[0]
    assert row[["far_failing", "failing", "passing", "far_passing"]].tolist() == [2, 2, 2, 2]
    assert np.isnan(row["p_value"])
    assert not row["is_heaped"]


def test_levels_without_room_and_yes_or_no_are_left_out(project: Project) -> None:
    table = heaping(district(), YEAR, certainty_rules(project))
    assert "2.1" not in table.index  # 100 % is the end of the range
    assert "1.1" not in table.index
    assert "5" in table.index


bounds = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 3)), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(bounds, st.integers(0, 1000))
def test_every_order_that_the_unknown_allows_lies_within_the_places(pairs: list[tuple[int, int]], seed: int) -> None:
    low = pd.Series([float(value) for value, _more in pairs])
    high = low + [float(more) for _value, more in pairs]
    ranges = rank_ranges(low, high)
    truth = pd.Series(np.random.default_rng(seed).uniform(low, high))
    assert (ranges["best"] <= truth.rank(ascending=False, method="max")).all()
    assert (ranges["worst"] >= truth.rank(ascending=False, method="min")).all()
    assert ties(low, high)["units"].sum() == len(low)


def test_equal_results_share_their_places_and_a_missing_one_can_stand_anywhere() -> None:
    low = pd.Series([19.0, 10.0, 10.0, np.nan])
    ranges = rank_ranges(low, low)
    assert ranges.values.tolist() == [[1, 2], [2, 4], [2, 4], [1, 4]]


def test_a_criterion_missed_by_one_verified_level_does_not_rest_on_doubtful_ones() -> None:
    territory = district({(0, YEAR, "9.1"): 20.0, (1, YEAR, "9.2"): 10.0, (2, YEAR, "9.2"): float("nan")})
    row = rests_by_criterion(territory, YEAR).loc["9"]  # 9.1 was read, 9.2 is from memory
    communes = territory.parts["from_code"].nunique()
    assert row[["levels", "unverified", "assumed"]].tolist() == [2, 1, 0]
    assert row[["met", "not_met", "met_doubtful", "not_met_doubtful"]].tolist() == [communes - 3, 2, communes - 3, 1]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_communes_does_not_change_a_test(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 6, 120)
    again = rng.permutation(values)
    assert levels({"a": values}).loc["a", "p_value"] == levels({"a": again}).loc["a", "p_value"]
