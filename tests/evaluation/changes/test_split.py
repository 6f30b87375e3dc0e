"""The change of a count between two years, sets and unit vintages splits exactly, as stated in ``split``."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntm_lib.evaluation import Territory, load_province, load_territory, trend
from ntm_lib.evaluation.changes.exact import PARTS
from ntm_lib.evaluation.changes.split import ORDERS, Split, by_order, split_change
from ntm_lib.evaluation.changes.worlds import World, as_it_was, state
from ntm_lib.evaluation.counts.progress import GROUP_FLOORS

DATES = ["2019-12-31", "2020-12-31", "2025-12-31"]


@pytest.fixture(scope="module")
def provinces(project) -> dict[str, Territory]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return {date: load_province(on=date) for date in DATES}


def assert_exact(split: Split, before: Territory, after: Territory, first: int, last: int) -> None:
    for table in (split.figures, split.by_criterion, split.by_commune):
        np.testing.assert_allclose(table[list(PARTS)].sum(axis=1), table["change"], atol=1e-9)
    figures = split.figures
    np.testing.assert_allclose(figures["last_low"] - figures["first_low"], figures["change"], atol=1e-9)
    is_open = figures[["not_compared", "hidden"]].sum(axis=1)
    assert (figures["open_low"] <= is_open + 1e-9).all()
    assert (is_open <= figures["open_high"] + 1e-9).all()
    assert split.by_criterion["change"].sum() == pytest.approx(figures.loc["criteria", "change"])
    assert split.by_commune["change"].sum() == pytest.approx(figures.loc["criteria", "change"])
    for territory, year, end in ((before, first, "first"), (after, last, "last")):
        row = trend(territory).loc[year]
        assert figures.loc["mean", [f"{end}_low", f"{end}_high"]].tolist() == pytest.approx(
            [row["mean_low"], row["mean_high"]]
        )
        for group in GROUP_FLOORS:
            assert figures.loc[group, f"{end}_low"] == row[group]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_split_of_the_province_is_exact(provinces: dict[str, Territory], data: st.DataObject) -> None:
    first = data.draw(st.integers(2010, 2020))
    last = data.draw(st.integers(first, 2020))
    one = data.draw(st.integers(0, 2))
    other = data.draw(st.integers(one, 2))
    before, after = provinces[DATES[one]], provinces[DATES[other]]
    order = data.draw(st.sampled_from(ORDERS))
    assert_exact(split_change(before, after, first, last, order), before, after, first, last)


def test_the_mean_over_all_orders_is_exact_and_lies_between_the_orders(provinces: dict[str, Territory]) -> None:
    before, after = provinces[DATES[0]], provinces[DATES[1]]
    mean = split_change(before, after, 2019, 2020, None)
    assert_exact(mean, before, after, 2019, 2020)
    orders = by_order(before, after, 2019, 2020)
    assert (orders.sum(axis=1) == mean.figures.loc["criteria", "change"]).all()
    np.testing.assert_allclose(orders.mean(), mean.figures.loc["criteria", list(PARTS)].astype(float))


def test_a_world_as_it_was_is_what_the_review_says(provinces: dict[str, Territory]) -> None:
    for territory in provinces.values():
        for year in (2010, 2016, 2020):
            found = state(territory, as_it_was(territory, year))
            pd.testing.assert_frame_equal(
                found.verdicts, territory.of_year(territory.scores.criteria, year), check_names=False
            )
            assert (found.is_reported == territory.of_year(territory.counts, year)["is_reported"]).all()


def test_within_one_set_and_level_only_communes_and_missing_data_change_a_count(
    provinces: dict[str, Territory],
) -> None:
    split = split_change(provinces[DATES[0]], provinces[DATES[0]], 2018, 2018)
    assert (split.figures[["change", *PARTS]] == 0).all().all()
    split = split_change(provinces[DATES[0]], provinces[DATES[0]], 2017, 2020)
    assert (split.figures["boundaries"] == 0).all()
    income = split.by_criterion.drop(index="10")
    assert (income["law"] == 0).all()  # of 1980 only the level of income moves
    assert split.by_criterion.loc["10", "law"] < 0


def test_the_new_law_is_measured_on_the_year_reported_by_both_sets(provinces: dict[str, Territory]) -> None:
    territory = provinces[DATES[0]]
    new = World(2016, "qd-1980-2016", 2016)
    with_new, with_old = state(territory, new).verdicts, state(territory, as_it_was(territory, 2016)).verdicts
    is_known = (with_new != -1) & (with_old != -1)
    jump = int((((with_new >= 1).astype(int) - (with_old >= 1)) * is_known).sum().sum())
    change = split_change(territory, territory, 2016, 2017).figures.loc["criteria", "law"]
    level = state(territory, World(2016, "qd-1980-2016", 2017)).verdicts["10"]
    moved = int((((level >= 1).astype(int) - (with_new["10"] >= 1)) * ((level != -1) & is_known["10"])).sum())
    assert change == jump + moved


def test_golden_parts_of_a_district_of_2019_and_its_successor_of_2020(project) -> None:
    before, after = load_territory("052", on=DATES[0]), load_territory("052", on=DATES[1])
    split = split_change(before, after, 2019, 2020)
    assert_exact(split, before, after, 2019, 2020)
    golden = pd.read_csv(GOLDEN, index_col=0).astype(float)
    golden.index = golden.index.astype(str)
    pd.testing.assert_frame_equal(split.figures.astype(float), golden, check_exact=False, rtol=1e-9)
    merged = split.by_commune.loc[split.by_commune["name"].str.contains(" + ", regex=False)]
    assert merged["boundaries"].sum() == split.figures.loc["criteria", "boundaries"]
    assert (split.by_commune.drop(index=merged.index)["boundaries"] == 0).all()


GOLDEN = __file__.replace("test_split.py", "golden_052_2019_2020.csv")


def test_a_loop_over_every_commune_and_criterion_finds_the_same_parts(provinces: dict[str, Territory]) -> None:
    territory = provinces[DATES[0]]
    old, new = "qd-491-2009+qd-342-2013", "qd-1980-2016"
    chain = [
        ("", World(2012, "qd-491-2009", 2012)),
        ("law", World(2012, old, 2016)),
        ("communes", World(2016, old, 2016)),
        ("law", World(2016, new, 2020)),
        ("communes", World(2020, new, 2020)),
    ]
    parts = dict.fromkeys(PARTS, 0)
    states = [(factor, state(territory, world)) for factor, world in chain]
    for (_factor, one), (factor, other) in itertools.pairwise(states):
        first, second = one.verdicts.to_numpy(), other.verdicts.to_numpy()
        for row in range(len(first)):
            for column in range(first.shape[1]):
                before, after = first[row, column], second[row, column]
                change = int(after >= 1) - int(before >= 1)
                if -1 not in {before, after}:
                    parts[factor] += change
                elif one.is_not_compared[row, column] or other.is_not_compared[row, column]:
                    parts["not_compared"] += change
                else:
                    parts["hidden"] += change
    figures = split_change(territory, territory, 2012, 2020).figures
    assert figures.loc["criteria", list(PARTS)].to_dict() == parts


def test_only_what_the_bridge_refuses_is_not_compared(provinces: dict[str, Territory]) -> None:
    split = split_change(provinces[DATES[0]], provinces[DATES[0]], 2010, 2016)
    touched = split.by_criterion.index[split.by_criterion["not_compared"] != 0]
    assert {"7", "12"} <= set(touched) <= {"7", "10", "12", "14", "15"}  # what Decision 342 amended
    later = split_change(provinces[DATES[0]], provinces[DATES[0]], 2013, 2020)
    assert (later.by_criterion["not_compared"] == 0).all()  # the year of the change was reported by both sets
