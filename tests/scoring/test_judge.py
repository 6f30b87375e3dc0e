"""Values against levels: below, at and above, without data, not assessed; and how verdicts become criteria and counts."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ntm_lib.errors import FaultsError, NtmError
from ntm_lib.review import NotAssessedRule
from ntm_lib.scoring import NOT_ASSESSED, count, criteria_verdicts, judge, judge_column, score
from ntm_lib.verdicts import Verdict

MET, NOT_MET, UNKNOWN, NA = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE


def rules(**columns: dict[str, object]) -> SimpleNamespace:
    frame = pd.DataFrame(
        {
            "criterion": ["1", "1", "2"],
            "sense": ["at_least", "yes", "at_most"],
            "level": [70.0, 1.0, 12.0],
            "allows_not_assessed": [False, False, True],
        }
        | columns,
        index=pd.Index(["1.1", "1.2", "2"], name="requirement"),
    )
    return SimpleNamespace(set_id="test", requirements=frame)


@pytest.mark.parametrize(
    ("sense", "below", "at", "above"),
    [
        ("at_least", NOT_MET, MET, MET),
        ("at_most", MET, MET, NOT_MET),
        ("above", NOT_MET, NOT_MET, MET),
    ],
)
def test_each_sense_at_its_level(sense: str, below: int, at: int, above: int) -> None:
    values = np.array([69.999, 70.0, 70.001, np.nan, NOT_ASSESSED])
    assert judge_column(values, sense, 70.0).tolist() == [below, at, above, UNKNOWN, NA]


def test_unknown_level_makes_unknown_verdicts_never_not_met() -> None:
    assert judge_column(np.array([0.0, 50.0, np.nan]), "at_least", np.nan).tolist() == [UNKNOWN] * 3


def test_an_unknown_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="sense"):
        judge_column(np.array([1.0]), "more_or_less", 1.0)


def test_a_requirement_without_a_column_is_unknown() -> None:
    verdicts = judge(pd.DataFrame({"1.1": [80.0]}), rules())
    assert verdicts.iloc[0].tolist() == [MET, UNKNOWN, UNKNOWN]


def test_a_column_the_set_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(FaultsError, match=r"9\.9"):
        judge(pd.DataFrame({"9.9": [1.0]}), rules())


def test_not_assessed_where_it_is_not_allowed_is_refused_with_all_places() -> None:
    values = pd.DataFrame({"1.1": [NOT_ASSESSED, 80.0], "1.2": [1.0, NOT_ASSESSED]}, index=["a", "b"])
    with pytest.raises(FaultsError) as refused:
        judge(values, rules())
    assert len(refused.value.faults) == 2


def test_a_criterion_is_met_when_all_its_parts_are() -> None:
    verdicts = pd.DataFrame(
        [[MET, MET, MET], [MET, NOT_MET, UNKNOWN], [MET, UNKNOWN, NA], [UNKNOWN, NOT_MET, NOT_MET]],
        columns=["1.1", "1.2", "2"],
        dtype=np.int8,
    )
    criteria = criteria_verdicts(verdicts, rules())
    assert criteria["1"].tolist() == [MET, NOT_MET, UNKNOWN, NOT_MET]
    assert criteria["2"].tolist() == [MET, UNKNOWN, NA, NOT_MET]


VERDICTS = hnp.arrays(np.int8, (4, 19), elements=st.sampled_from([int(verdict) for verdict in Verdict]))


@given(VERDICTS)
def test_count_is_an_interval_that_holds_every_possible_truth(codes: np.ndarray) -> None:
    frame = pd.DataFrame(codes)
    for rule in NotAssessedRule:
        counted = count(frame, rule)
        assert (counted["high"] - counted["low"] == counted["unknown"]).all()
        assert (counted["high"] <= counted["of"]).all()
        worst = count(frame.replace({int(UNKNOWN): int(NOT_MET)}), rule)
        best = count(frame.replace({int(UNKNOWN): int(MET)}), rule)
        assert (counted["low"] == worst["low"]).all()
        assert (counted["high"] == best["low"]).all()


def test_not_assessed_counts_as_met_or_leaves_the_total() -> None:
    frame = pd.DataFrame([[MET, NOT_MET, NA]])
    assert count(frame, NotAssessedRule.COUNTS_AS_MET).iloc[0].to_dict() == {
        "low": 2, "high": 2, "unknown": 0, "not_assessed": 1, "of": 3,
    }  # fmt: skip
    assert count(frame, NotAssessedRule.LEFT_OUT).iloc[0].to_dict() == {
        "low": 1, "high": 1, "unknown": 0, "not_assessed": 1, "of": 2,
    }  # fmt: skip


def test_a_year_without_results_stops_and_names_the_sets_that_reported() -> None:
    index = pd.MultiIndex.from_tuples([("01762", 2016)], names=["commune_code", "year"])
    results = SimpleNamespace(
        values={"other": pd.DataFrame({"1.1": [1.0]}, index=index)}, unit_vintage=dt.date(2019, 12, 31)
    )
    law = SimpleNamespace(for_year=lambda _year, _region, **_options: rules())
    with pytest.raises(NtmError, match=r"2016: [^\n]*other"):
        score(results, law, region="r", years=[2016])
