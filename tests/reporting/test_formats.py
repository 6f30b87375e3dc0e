import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ntm_lib.reporting import formats


@pytest.fixture
def vietnamese(monkeypatch):
    monkeypatch.setenv("NTM_LANG", "vi")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234.5, 1, "1.234,5"),
        (1234567, 0, "1.234.567"),
        (0, 0, "0"),
        (-0.04, 1, "0,0"),
        (-1234.56, 1, "-1.234,6"),
        (0.25, 1, "0,3"),
        (2.675, 2, "2,68"),
        (12, 2, "12,00"),
        (np.float64(6.46), 1, "6,5"),
        (np.int64(199), 0, "199"),
    ],
)
def test_numbers_are_vietnamese_and_round_half_up(vietnamese, value, digits, text):
    assert formats.number(value, digits) == text


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, float("nan")])
def test_what_is_missing_is_said_in_words(missing):
    texts = [
        formats.number(missing),
        formats.percent(missing),
        formats.share(missing, 177),
        formats.share(45, missing),
        formats.money(missing),
        formats.date(missing),
        formats.year(missing),
        formats.interval(missing, 3),
        formats.interval(3, missing),
        formats.interval_sentence(11, missing, 19),
    ]
    assert set(texts) == {"Not reported"}


def test_a_share_prints_its_denominator(vietnamese):
    assert formats.share(45, 177, "xã") == "45/177 xã (25,4%)"
    assert formats.share(45, 177, "") == "45/177 (25,4%)"
    assert formats.share(0, 0, "xã") == "0/0 xã"


def test_the_words_of_a_report_in_vietnamese(vietnamese):
    assert formats.share(45, 177) == "45/177 xã (25,4%)"
    assert formats.not_reported() == "Chưa báo cáo"
    assert formats.interval_sentence(11, 13, 19) == "Đạt ít nhất 11/19 tiêu chí (02 tiêu chí chưa đủ số liệu)"
    assert formats.interval_sentence(11, 11, 19) == "Đạt 11/19 tiêu chí"
    assert formats.money(1234) == "1.234 triệu đồng"
    assert formats.money(1250, "billion") == "1,3 tỷ đồng"


def test_dates_and_years(vietnamese):
    days = [dt.date(2019, 6, 30), dt.date(2019, 1, 14), dt.date(2020, 3, 5), dt.date(2020, 2, 1), dt.date(2019, 12, 9)]
    assert [formats.date(day) for day in days] == ["30/6/2019", "14/01/2019", "05/3/2020", "01/02/2020", "09/12/2019"]
    assert formats.year(2019) == "2019"
    assert formats.percent(25.44) == "25,4%"


def test_an_interval_prints_one_number_where_both_ends_look_alike(vietnamese):
    assert formats.interval(11, 13) == "11-13"
    assert formats.interval(11, 11) == "11"
    assert formats.interval(6.46, 6.47, 1) == "6,5"
    assert formats.interval(6.4, 6.6, 1) == "6,4-6,6"


def test_names_sort_by_letter_then_tone_syllable_by_syllable():
    ordered = ["Ái Quốc", "An Lạc", "Ăn", "Ân", "Ba", "Bà", "Bà Con", "Bả", "Bã", "Bá", "Bạ", "Cô Ba", "Cô Ngân",
               "Da", "Đa Thông", "Đàm Thủy", "Nậm Nhùn", "Ngọc Khê", "Vĩnh Quang", "Yên Sơn"]  # fmt: skip
    shuffled = [*ordered[1::2], *ordered[::2]]
    assert sorted(shuffled, key=formats.sort_key) == ordered


def test_both_spellings_of_a_tone_sort_alike():
    assert formats.sort_key("Hoà An") == formats.sort_key("Hòa An")
