"""Money adds up across communes, districts, province, years and sources; what is missing makes a sum at least."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_capital import book_of, handed, rows_of

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.capital.arrears import arrears, arrears_by_year
from ntm_lib.evaluation.capital.book import SOURCES, UNSPLIT, capital_book
from ntm_lib.evaluation.capital.cost import cost_for_each_criterion
from ntm_lib.evaluation.capital.totals import (
    by_group_and_year,
    by_source,
    by_source_and_year,
    by_unit,
    full_reporters,
    over_period,
)

AMOUNTS = [*SOURCES, UNSPLIT]
_QUICK = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def reporting(territory: Territory) -> list[str]:
    return sorted(territory.parts["from_code"].unique())


def invented(territory: Territory, seed: int, missing: float) -> pd.DataFrame:
    """Return rows with random amounts, lines and cells left out at random, and some totals without sources."""
    random = np.random.default_rng(seed)
    rows = rows_of(reporting(territory), list(territory.years))
    for source in SOURCES:
        amounts = random.integers(0, 10_000_000, len(rows)) / 1000
        rows[f"{source}_vnd_million"] = np.where(random.uniform(size=len(rows)) < missing, np.nan, amounts)
    is_total_only = random.uniform(size=len(rows)) < missing / 2
    rows.loc[is_total_only, [f"{source}_vnd_million" for source in SOURCES]] = np.nan
    rows["total_vnd_million"] = np.where(is_total_only, 1234.5, np.nan)
    return rows[random.uniform(size=len(rows)) >= missing / 3]


@_QUICK
@given(seed=st.integers(0, 2**32 - 1), missing=st.sampled_from([0.0, 0.1, 0.5]))
def test_money_adds_up_across_units_years_and_sources(province: Territory, loaded, seed: int, missing: float) -> None:
    rows = invented(province, seed, missing)
    book = book_of(province, rows)
    handed_in = rows[[f"{source}_vnd_million" for source in SOURCES]].sum().sum()
    handed_in += rows["total_vnd_million"][
        rows[[f"{source}_vnd_million" for source in SOURCES]].isna().all(axis=1)
    ].sum()
    years, sources, units_ = book.by_year, by_source(book), by_unit(book, province)
    assert years.amount["total"].sum() == pytest.approx(handed_in, rel=1e-12)
    assert sources["amount"].sum() == pytest.approx(handed_in, rel=1e-12)
    assert units_.amount["total"].sum() == pytest.approx(handed_in, rel=1e-12)
    assert by_group_and_year(book).sum().sum() == pytest.approx(handed_in, rel=1e-12)
    by_column = by_source_and_year(book).sum()
    pd.testing.assert_series_equal(by_column, years.amount["total"], check_names=False, rtol=1e-12)
    split = years.amount["total"] - years.amount[UNSPLIT].fillna(0) - years.amount["credit"].fillna(0)
    assert (years.amount["without_credit"] - split).abs().max() < 1e-6
    for code in ("052", "040"):
        own = book_of(loaded(code, "2019-12-31"), rows).by_year
        assert own.amount["total"].sum() == pytest.approx(units_.amount["total"][code], rel=1e-12)
        assert own.expected.sum() == units_.expected[code]
        assert own.reported["total"].sum() == units_.reported["total"][code]


@_QUICK
@given(seed=st.integers(0, 2**32 - 1), missing=st.sampled_from([0.0, 0.3]))
def test_the_mergers_change_no_sum_and_nobody_is_counted_twice(
    province: Territory, loaded, seed: int, missing: float
) -> None:
    rows = invented(province, seed, missing)
    before = book_of(province, rows).by_year
    for on in ("2020-12-31", "2025-12-31"):
        after = book_of(loaded("04", on), rows).by_year
        pd.testing.assert_frame_equal(before.amount, after.amount, rtol=1e-12)
        pd.testing.assert_frame_equal(before.reported, after.reported)
        pd.testing.assert_series_equal(before.expected, after.expected)


@_QUICK
@given(seed=st.integers(0, 2**32 - 1))
def test_reporting_less_never_makes_a_sum_larger_and_is_told(district: Territory, seed: int) -> None:
    whole = invented(district, seed, 0.0)
    less = whole.sample(frac=0.7, random_state=seed % 1000)
    full, part = book_of(district, whole).by_year, book_of(district, less).by_year
    assert full.is_complete["total"].all()
    assert (part.amount["total"].fillna(0) <= full.amount["total"] + 1e-6).all()
    assert (part.reported["total"] == less.groupby("year").size().reindex(full.amount.index, fill_value=0)).all()
    assert not part.is_complete["total"].all()


def test_a_year_nobody_reported_is_missing_and_not_zero(district: Territory) -> None:
    rows = rows_of(reporting(district), [2015], **dict.fromkeys(SOURCES, 1.0))
    sums = book_of(district, rows).by_year
    assert np.isnan(sums.amount["total"][2014])
    assert sums.reported["total"][2014] == 0
    assert sums.amount["total"][2015] == pytest.approx(len(reporting(district)) * len(SOURCES))
    assert by_group_and_year(book_of(district, rows)).T[2014].isna().all()


def test_without_a_table_everything_is_missing(district: Territory) -> None:
    with handed(district):
        book = capital_book(district)
        assert arrears(district).is_handed_in is False
    assert not book.lines.is_handed_in
    assert book.by_year.amount.isna().all(axis=None)
    assert full_reporters(book) == (0, len(reporting(district)))
    assert [cost.low for cost in cost_for_each_criterion(book, district)] == [None, None]


def test_a_missing_source_makes_the_total_at_least_unless_the_stated_total_confirms_it(district: Territory) -> None:
    codes, year = reporting(district), [2019]
    given_ = dict.fromkeys([name for name in SOURCES if name != "ngo"], 2.0)
    known = 2.0 * (len(SOURCES) - 1)
    unconfirmed = book_of(district, rows_of(codes, year, **given_))
    assert unconfirmed.by_year.reported["total"][2019] == 0
    confirmed = book_of(district, rows_of(codes, year, **given_, total=known, total_without_credit=known - 2.0))
    assert confirmed.by_year.reported["total"][2019] == len(codes)
    assert confirmed.by_year.reported["without_credit"][2019] == len(codes)
    contradicted = book_of(district, rows_of(codes, year, **given_, total=known + 5))
    assert contradicted.by_year.reported["total"][2019] == 0


def test_a_total_without_sources_stands_as_not_told_by_source(district: Territory) -> None:
    codes = reporting(district)
    book = book_of(district, rows_of(codes, [2019], total=50.0))
    table = by_source(book)
    assert table["amount"][UNSPLIT] == 50.0 * len(codes)
    assert np.isnan(over_period(book.by_year)["amount"]["without_credit"])


def test_what_is_planned_is_no_capital(district: Territory) -> None:
    from ntm_lib.evaluation.capital.lines import handed_in

    assert "plan" not in set(handed_in(district, "b06").frame["status"])


@pytest.mark.parametrize(
    ("periods", "amount", "reason"),
    [
        ([("2019-01-01", "2019-12-31"), ("2019-01-01", "2019-06-30")], 10.0, None),
        ([("2019-01-01", "2019-06-30"), ("2019-07-01", "2019-12-31")], 30.0, None),
        ([("2019-01-01", "2019-06-30"), ("2019-06-01", "2019-12-31")], np.nan, "overlapping"),
        ([("2011-01-01", "2019-12-31"), ("2019-01-01", "2019-06-30")], 20.0, "not_one_year"),
    ],
)
def test_money_of_other_periods_is_never_mixed_with_that_of_a_year(
    district: Territory, periods: list[tuple[str, str]], amount: float, reason: str | None
) -> None:
    code = reporting(district)[0]
    rows = pd.concat([rows_of([code], [2019], **dict.fromkeys(SOURCES, 0.0)) for _period in periods], ignore_index=True)
    rows["firms_vnd_million"] = [10.0, 20.0]
    rows["period_from"] = pd.to_datetime([begin for begin, _end in periods])
    rows["period_to"] = pd.to_datetime([end for _begin, end in periods])
    book = book_of(district, rows)
    found = book.by_year
    np.testing.assert_equal(found.amount["total"][2019], amount)
    assert set(book.set_aside["reason"]) == ({reason} if reason else set())
    assert found.reported["total"][2019] == (1 if periods[0] == ("2019-01-01", "2019-12-31") else 0)


def test_a_district_that_reported_for_silent_communes_stands_for_them_once(province: Territory) -> None:
    codes = sorted(province.parts["from_code"].unique())
    inside = set(province.communes.index[province.communes["parent_code"] == "052"])
    others = [code for code in codes if code not in inside]
    rows = pd.concat([
        rows_of(others, [2019], **dict.fromkeys(SOURCES, 1.0)),
        rows_of(["052"], [2019], **dict.fromkeys(SOURCES, 100.0)),
        rows_of(["053"], [2019], **dict.fromkeys(SOURCES, 100.0)),
    ])  # fmt: skip
    sums = book_of(province, rows).by_year
    assert sums.amount["total"][2019] == pytest.approx(len(SOURCES) * (len(others) + 100))
    assert sums.reported["total"][2019] == sums.expected[2019] == len(codes)
    assert by_unit(book_of(province, rows), province).amount["total"]["052"] == pytest.approx(len(SOURCES) * 100)


def test_cost_is_capital_over_criteria_and_open_above_when_capital_is_not_whole(district: Territory) -> None:
    rows = rows_of(reporting(district), list(district.years), **dict.fromkeys(SOURCES, 10.0))
    total, without = cost_for_each_criterion(book_of(district, rows), district)
    capital = total.communes * len(district.years) * len(SOURCES) * 10.0
    assert (total.communes, total.expected) == (15, 18)
    assert total.capital == pytest.approx(capital)
    assert total.low == pytest.approx(capital / total.gained_high)
    assert total.high == pytest.approx(capital / total.gained_low)
    assert without.capital == pytest.approx(capital * (len(SOURCES) - 1) / len(SOURCES))
    both = district.counts["is_reported"].unstack("year")[[2010, 2020]].all(axis=1)
    is_one = (rows["commune_code"] == both.index[both][0]) & (rows["year"] == 2015)
    for cost in cost_for_each_criterion(book_of(district, rows[~is_one]), district):
        assert cost.low is not None
        assert cost.high is None


def test_arrears_without_a_line_are_not_zero(district: Territory) -> None:
    works = pd.DataFrame(
        {
            "commune_code": reporting(district)[:2], "year": 2018, "work_id": "1", "work": "A",
            "done_vnd_million": [10.0, 8.0], "paid_vnd_million": [4.0, np.nan], "owed_vnd_million": [np.nan, np.nan],
        }
    )  # fmt: skip
    with handed(district, b07=works):
        table = arrears_by_year(arrears(district), district.years)
    assert np.isnan(table["owed"][2017])
    assert table["owed"][2018] == 6.0
    assert table["unknown"][2018] == 1
    assert table["works"][2018] == 1
