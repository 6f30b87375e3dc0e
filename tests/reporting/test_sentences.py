"""Sentences carry figures with keys; a printed table becomes a page's table with the same values."""

import pandas as pd
import pytest

from ntm_lib.reporting.figures import fig
from ntm_lib.reporting.sentences import sentence
from ntm_lib.reporting.sheet_html import sheet_html
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.verdicts import Verdict


def test_a_sentence_is_text_and_markup_with_keys():
    made = sentence("{name} has {count} communes", name="A & <b>", count=fig("district.052.communes", 1200, "count"))
    assert str(made) == "A & <b> has 1,200 communes"
    assert "A &amp; &lt;b&gt; has" in made.markup()
    assert 'data-figure="district.052.communes" data-value="1200"' in made.markup()


def test_a_missing_figure_is_told_in_words():
    assert str(sentence("{x} km", x=fig("district.052.km", None, "number"))) == "Not reported km"


def test_a_bare_number_or_a_value_not_given_is_refused():
    with pytest.raises(TypeError, match="fig"):
        sentence("{count}", count=3)
    with pytest.raises(KeyError):
        sentence("{count} {other}", count=fig("a.b", 1, "count"))
    with pytest.raises(ValueError, match="does not look like"):
        fig("Not a key", 1, "count")


def test_a_sheet_on_a_page_keeps_values_intervals_and_verdicts():
    frame = pd.DataFrame(
        {"code": ["01", "02"], "name": ["<i>A</i>", "B"], "n": [3, None], "met": [(1, 2), (4, 4)], "v": [Verdict.MET, Verdict.UNKNOWN]}
    )  # fmt: skip
    columns = [Column("name", "Name"), Column("n", "N", "count"), Column("met", "Met", "interval"), Column("v", "V", "verdict")]  # fmt: skip
    page = sheet_html(
        Sheet("s", "Title", columns, frame, total={"name": "Total", "n": 3}, row_key="code"), "district.052.t"
    )
    assert "&lt;i&gt;A" in page
    assert 'data-figure="district.052.t.01.met" data-value="1 2">1-2<' in page
    assert 'data-figure="district.052.t.02.met" data-value="4 4">4<' in page
    assert 'data-figure="district.052.t.02.n" data-value="">Not reported<' in page
    assert 'data-figure="district.052.t.total.n" data-value="3">3<' in page
    assert 'class="v1"' in page
    assert 'class="v-1"' in page
