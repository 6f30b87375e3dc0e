"""Intervals, dates and numbers with their unit stay on one line of a table's cell."""

import pytest

from ntm_lib.reporting.text import unbroken


@pytest.mark.parametrize("text", ["156-174", "≥ 80%*", "12,4 km", "22,0 triệu đồng", "giảm 578 hộ", "930-2.320 (gđ)"])
def test_a_short_cell_stays_on_one_line(text: str) -> None:
    assert unbroken(text) == f'<span class="nb">{text}</span>'


def test_in_a_longer_text_only_the_interval_and_the_date_are_kept_together() -> None:
    text = unbroken("Quyết định số 46/QĐ-UBND ngày 14/01/2019 & 12-15 xã")
    assert text.count('class="nb"') == 2
    assert '<span class="nb">14/01/2019</span> &amp; <span class="nb">12-15</span>' in text


@pytest.mark.parametrize("text", ["Tân Việt", "5. Trường học", "Quyết định số 1980"])
def test_other_text_is_left_alone(text: str) -> None:
    assert unbroken(text) == text


def test_text_from_data_never_becomes_markup() -> None:
    assert "<b>" not in unbroken("1-2 <b>")
