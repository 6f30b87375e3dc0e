"""What was gained and kept, and how long it took: every criterion of every commune is told once, and no law is a fall."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ntm_lib import evaluation
from ntm_lib.evaluation.counts import cube as cubes
from ntm_lib.evaluation.counts import durations, kept, shares, waiting
from ntm_lib.evaluation.counts.cube import Cube
from ntm_lib.review import NotAssessedRule
from ntm_lib.verdicts import Verdict

MET, NOT_MET, UNKNOWN, NOT_ASSESSED = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
AS_MET, LEFT_OUT = NotAssessedRule.COUNTS_AS_MET, NotAssessedRule.LEFT_OUT


def one(
    verdicts: list[int], eras: list[int] | None = None, rule: NotAssessedRule = NotAssessedRule.COUNTS_AS_MET
) -> Cube:
    """Return one commune and one criterion by year."""
    years = range(2010, 2010 + len(verdicts))
    codes = np.array(verdicts, dtype=np.int8)[None, :, None]
    era = np.array(eras or [0] * len(verdicts))[:, None]
    return Cube(pd.Index(["a"]), years, pd.Index(["1"]), codes, era, rule)


@st.composite
def cubes_of_any_kind(draw: st.DrawFn) -> Cube:
    shape = draw(st.tuples(st.integers(1, 6), st.integers(2, 6), st.integers(1, 4)))
    verdicts = draw(arrays(np.int8, shape, elements=st.sampled_from([-1, 0, 1, 2])))
    changes = draw(arrays(np.int64, shape[1:], elements=st.sampled_from([0, 0, 1])))
    changes[0] = 0
    return Cube(
        pd.Index([f"c{number}" for number in range(shape[0])]),
        tuple(range(2010, 2010 + shape[1])),
        pd.Index([str(number + 1) for number in range(shape[2])]),
        verdicts,
        np.cumsum(changes, axis=0),
        draw(st.sampled_from(list(NotAssessedRule))),
    )


@given(cubes_of_any_kind())
@settings(max_examples=50, deadline=None)
def test_steps_and_outcomes_add_up_to_all_there_is(cube: Cube) -> None:
    communes, _years, criteria = cube.verdicts.shape
    by_year = kept.steps_by_year(cube)
    assert (by_year.sum(axis=1) == communes * criteria).all()
    for place, year in enumerate(cube.years):
        assert (kept.outcomes_by_criterion(cube, year).sum(axis=1) == communes).all()
        by_commune = kept.outcomes_by_commune(cube, year)
        assert (by_commune.sum(axis=1) == criteria).all()
        met = by_commune[["held", "gained", "start_unknown"]].sum(axis=1)
        assert (met.to_numpy() == (cube.verdicts[:, place] == MET).sum(axis=1)).all()


@given(cubes_of_any_kind())
@settings(max_examples=150, deadline=None)
def test_the_change_of_what_is_met_is_what_was_gained_less_what_was_lost(cube: Cube) -> None:
    """Where everything is known, the steps explain the whole change of the count."""
    known = np.isin(cube.verdicts, [MET, NOT_MET]).all(axis=(0, 2))
    met = (cube.verdicts == MET).sum(axis=(0, 2))
    steps = kept.steps_by_year(cube)
    for place in range(1, len(cube.years)):
        if known[place] and known[place - 1]:
            row = steps.iloc[place - 1]
            change = row["gained"] + row["gained_new_rules"] - row["not_kept"] - row["new_rules"]
            assert change == met[place] - met[place - 1]


@given(cubes_of_any_kind())
@settings(max_examples=150, deadline=None)
def test_a_change_of_rules_is_never_a_fall(cube: Cube) -> None:
    steps = kept.steps(cube)
    is_changed = np.broadcast_to(cube.eras[1:] != cube.eras[:-1], steps.shape)
    assert not (steps[is_changed] == kept.STEPS.index("not_kept")).any()
    assert not (steps[~is_changed] == kept.STEPS.index("new_rules")).any()


@pytest.mark.parametrize(
    ("verdicts", "eras", "outcome"),
    [
        ([MET, MET, NOT_MET], [0, 0, 0], "not_kept"),
        ([MET, MET, NOT_MET], [0, 0, 1], "new_rules"),
        ([MET, NOT_MET, NOT_MET], [0, 1, 1], "new_rules"),
        ([NOT_MET, MET, NOT_MET], [0, 1, 1], "not_kept"),
        ([MET, NOT_MET, MET], [0, 0, 0], "held"),
        ([NOT_MET, UNKNOWN, MET], [0, 0, 0], "gained"),
        ([UNKNOWN, NOT_MET, MET], [0, 0, 0], "start_unknown"),
        ([UNKNOWN, NOT_MET, NOT_MET], [0, 0, 0], "not_yet"),
        ([MET, MET, UNKNOWN], [0, 0, 0], "unknown"),
        ([NOT_ASSESSED, MET, NOT_ASSESSED], [0, 0, 0], "not_assessed"),
        ([NOT_ASSESSED, NOT_MET, NOT_MET], [0, 0, 0], "not_yet"),  # it was never met, so it is not lost
    ],
)
def test_one_course_has_one_outcome(verdicts: list[int], eras: list[int], outcome: str) -> None:
    found = kept.outcomes(one(verdicts, eras), 2010 + len(verdicts) - 1)
    assert found.loc["a", "1"] == outcome


def rules(level: float, decision: str = "a") -> SimpleNamespace:
    frame = pd.DataFrame(
        {
            "criterion": ["1", "2", "2"],
            "sense": "at_least",
            "decision": ["a", decision, decision],
            "level": [50.0, level, np.nan],
        },
        index=["1", "2.1", "2.2"],
    )
    return SimpleNamespace(requirements=frame)


def test_an_era_ends_where_a_level_or_a_decision_changed_and_only_for_that_criterion() -> None:
    years = {2010: rules(10), 2011: rules(10), 2012: rules(12), 2013: rules(12, "b"), 2014: rules(12, "b")}
    found = cubes.eras(years, list(years), pd.Index(["1", "2"]))  # type: ignore[arg-type]
    assert found[:, 0].tolist() == [0, 0, 0, 0, 0]
    assert found[:, 1].tolist() == [0, 0, 1, 2, 2]


def test_between_two_sets_of_the_law_no_criterion_keeps_its_era() -> None:
    territory = shipped.territory("052")
    cube = cubes.cube(territory)
    sets = [territory.reported.rules[year].requirements["decision"].iloc[-1] for year in cube.years]
    change = next(place for place in range(1, len(sets)) if sets[place] != sets[place - 1])
    assert (cube.eras[change] != cube.eras[change - 1]).all()


@pytest.mark.parametrize(
    ("verdicts", "rule", "expected"),
    [
        ([MET, MET, MET], AS_MET, (2010, 2010, None)),
        ([NOT_MET, MET, NOT_MET], AS_MET, (2011, 2011, None)),
        ([NOT_MET, UNKNOWN, UNKNOWN, MET], AS_MET, (2011, 2013, None)),
        ([UNKNOWN, NOT_MET, MET], AS_MET, (2012, 2012, None)),
        ([UNKNOWN, UNKNOWN, MET], AS_MET, (2010, 2012, None)),
        ([NOT_MET, NOT_MET, UNKNOWN], AS_MET, (None, None, 2011)),
        ([UNKNOWN, UNKNOWN, UNKNOWN], AS_MET, (None, None, None)),
        ([NOT_MET, NOT_ASSESSED, NOT_ASSESSED], AS_MET, (2011, 2011, None)),
        ([NOT_ASSESSED, NOT_ASSESSED, NOT_ASSESSED], LEFT_OUT, (None, None, None)),
        ([NOT_ASSESSED, NOT_MET, MET], LEFT_OUT, (2012, 2012, None)),
    ],
)
def test_the_first_year_is_an_interval_where_years_are_unknown(
    verdicts: list[int], rule: NotAssessedRule, expected: tuple[int | None, ...]
) -> None:
    found = durations.first_met(one(verdicts, rule=rule)).iloc[0]
    assert tuple(None if pd.isna(value) else int(value) for value in found) == expected


@given(cubes_of_any_kind())
@settings(max_examples=100, deadline=None)
def test_times_cover_every_commune_and_the_median_is_an_interval(cube: Cube) -> None:
    table = durations.time_to_criterion(cube)
    communes = len(cube.communes)
    assert (table["at_start"] + table["later"] + table["not_yet"] + table["without_data"] == communes).all()
    both = table.dropna(subset=["median_low", "median_high"])
    assert (both["median_low"] <= both["median_high"]).all()
    assert table.loc[table["median_low"].isna(), "median_high"].isna().all()
    assert (table["median_high"].dropna() < len(cube.years)).all()


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=30))
@settings(max_examples=150, deadline=None)
def test_where_no_year_is_unknown_the_estimate_is_that_of_kaplan_and_meier(times: list[tuple[int, bool]]) -> None:
    left = np.array([time if happened else time + 1 for time, happened in times])
    right = np.array([time if happened else waiting.OPEN for time, happened in times])
    _begins, ends, share = waiting.turnbull(left, right)
    met = [float(time) for time, happened in times if happened]
    still = [float(time) for time, happened in times if not happened]
    told = stats.ecdf(stats.CensoredData(uncensored=met, right=still)).cdf
    for end, reached in zip(ends, np.cumsum(share), strict=True):
        if end != waiting.OPEN:
            assert reached == pytest.approx(float(told.evaluate(end)), abs=1e-5)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_no_other_distribution_makes_what_was_seen_more_likely(pairs: list[tuple[int, int]], seed: int) -> None:
    left, right = (np.array(ends) for ends in zip(*((start, start + width) for start, width in pairs), strict=True))
    begins, ends, share = waiting.turnbull(left, right)
    assert share.sum() == pytest.approx(1)
    may_lie = (left[:, None] <= begins) & (ends <= right[:, None])
    likely = np.log(may_lie @ share).sum()
    others = np.random.default_rng(seed).dirichlet(np.ones(len(share)), size=200)
    with np.errstate(divide="ignore"):
        assert np.log(others @ may_lie.T).sum(axis=1).max() <= likely + 1e-6


def test_leaving_out_those_not_yet_there_would_have_told_a_shorter_time() -> None:
    left, right = np.array([2, 3, 4, 11, 11]), np.array([2, 3, 4, waiting.OPEN, waiting.OPEN])
    assert waiting.median(left, right) == (4, 4)
    assert np.median([2, 3, 4]) < 4
    assert np.isnan(waiting.median(left[2:], right[2:])).all()
    assert np.isnan(waiting.median(left[:0], right[:0])).all()


def test_unknown_years_leave_the_median_an_interval() -> None:
    assert waiting.median(np.array([1, 1, 5]), np.array([3, 3, 5])) == (1, 3)
    assert waiting.median(np.array([1, 2, 5]), np.array([3, 4, 5])) == (2, 3)


@given(cubes_of_any_kind())
@settings(max_examples=100, deadline=None)
def test_groups_of_criteria_add_up_to_the_whole_count(cube: Cube) -> None:
    group_of = pd.Series(np.resize(["I", "II"], len(cube.criteria)), index=cube.criteria)
    everybody = np.ones(cube.verdicts.shape[:2], dtype=bool)
    by_group = shares.criteria_groups_by_year(cube, group_of, everybody)
    by_criterion = shares.criterion_by_year(cube)
    for end in ("low", "high"):
        whole = by_criterion[end].groupby(level="year").sum() / len(cube.communes)
        np.testing.assert_allclose(by_group[f"mean_{end}"].groupby(level="year").sum(), whole)
    assert (by_group["all_low"] <= by_group["all_high"]).all()
    assert (by_group["all_high"] <= by_group["communes"]).all()


def test_the_means_of_groups_of_criteria_add_up_to_the_mean_of_the_page() -> None:
    territory = shipped.province()
    cube = cubes.cube(territory)
    held = territory.counts["is_reported"].unstack("year").reindex(index=cube.communes).to_numpy(bool)
    group_of = territory.reported.rules[2020].criteria["group"]
    table = shares.criteria_groups_by_year(cube, group_of, held).groupby(level="year")[["mean_low", "mean_high"]].sum()
    pd.testing.assert_frame_equal(table, evaluation.trend(territory)[["mean_low", "mean_high"]])


def test_the_cube_has_the_counts_of_the_territory() -> None:
    territory = shipped.territory("052", on="2020-12-31")
    cube = cubes.cube(territory)
    low = pd.DataFrame(cube.is_met.sum(axis=2), index=cube.communes, columns=list(cube.years)).stack()  # noqa: PD013
    counts = territory.counts["low"].reindex(low.index)
    assert (low == counts).all()
    assert territory.vintage.date == dt.date(2020, 12, 31)
