import datetime as dt

import numpy as np
import pytest

from ntm_lib.reporting import figures
from ntm_lib.reporting.figures import figure


def test_a_figure_carries_key_and_unrounded_value(monkeypatch):
    monkeypatch.setenv("NTM_LANG", "vi")
    html = figure("district.052.mean.2020", 12.345, "number", digits=2)
    assert html == '<span class="fig" data-figure="district.052.mean.2020" data-value="12.345">12,35</span>'
    assert figures.printed()["district.052.mean.2020"].text == "12,35"


def test_equal_values_carry_the_same_raw_value():
    integer, real = (figure("a.b", value, "count") for value in (np.int64(12), 12.0))
    assert integer == real


def test_context_enters_the_raw_value():
    html = figure("commune.01762.count.2018", 11, "interval_sentence", high=13, of=19)
    assert 'data-value="11 13 19"' in html
    assert "At least 11/19" in html
    assert 'data-value="2019-06-30"' in figure("review.date", dt.date(2019, 6, 30), "date")


@pytest.mark.parametrize(("value", "context"), [(np.nan, {"high": 3}), (3, {"high": np.nan})])
def test_a_missing_figure_says_so(value, context):
    html = figure("a.b", value, "interval", **context)
    assert 'class="fig missing"' in html
    assert 'data-value=""' in html
    assert "Not reported" in html


@pytest.mark.parametrize("key", ["", "mean", "District.mean", "a b.c", 'a."><script>', "a..b", "a.b\n"])
def test_a_malformed_key_is_refused(key):
    with pytest.raises(ValueError, match="figure key"):
        figure(key, 1, "count")


def test_an_unknown_kind_or_tag_is_refused():
    with pytest.raises(ValueError, match="kind"):
        figure("a.b", 1, "guess")
    with pytest.raises(ValueError, match="tag"):
        figure("a.b", 1, "count", tag="script")


def test_keys_with_parts_of_requirements_are_known():
    assert figure("commune.01762.17.1/clean.2018", 98, "percent")
    assert set(figures.printed()) == {"commune.01762.17.1/clean.2018"}
