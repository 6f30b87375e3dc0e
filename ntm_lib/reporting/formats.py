"""Write numbers, dates, shares and intervals the way a Vietnamese office prints them.

A missing value becomes the words for "not reported", never 0, a blank or "nan". Rounding is half up.
"""

import datetime as dt
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_decimal

from ntm_lib.messages import _, language

MoneyUnit = Literal["million", "billion"]

_ALPHABET = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {mark: place for place, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", start=1)}


def is_missing(value: object) -> bool:
    """Tell whether one value is missing (None, NaN, NaT, NA)."""
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]


def not_reported() -> str:
    """Return the words for a missing value."""
    return _("Not reported")


def two_digits(value: Any) -> str:
    """Write a small count as offices do: ``07``; a missing one as `number` does."""
    return number(value) if is_missing(value) else number(value).zfill(2)


def number(value: Any, digits: int = 0) -> str:
    """Write a number with thousands separators and a fixed number of decimals: ``1.234,5``."""
    if is_missing(value):
        return not_reported()
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0
    decimals = "." + "0" * digits if digits else ""
    return format_decimal(rounded, format=f"#,##0{decimals}", locale=language())


def digits_of(value: float) -> int:
    """Return how many decimals a published figure was written with: 13.1 has one, 9.19 two."""
    return 0 if float(value).is_integer() else len(f"{value:.6g}".partition(".")[2])


def percent(value: Any, digits: int = 1) -> str:
    """Write a percentage given in percent (0-100): ``25,4%``."""
    return not_reported() if is_missing(value) else f"{number(value, digits)}%"


def with_unit(text: str, unit: str) -> str:
    """Write a number that is written already with its unit: ``12 km``, ``90%``; without a unit as it is."""
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}".rstrip()


def share(part: Any, whole: Any, noun: str | None = None, digits: int = 1) -> str:
    """Write a share with its denominator: ``45/177 xã (25,4%)``; a denominator of 0 has no percentage.

    ``noun`` is what is counted, in the reader's language; communes by default, empty for none.
    """
    if is_missing(part) or is_missing(whole):
        return not_reported()
    noun = _("communes") if noun is None else noun
    text = f"{number(part)}/{number(whole)} {noun}".rstrip()
    return f"{text} ({percent(100 * part / whole, digits)})" if whole else text


def money(million: Any, unit: MoneyUnit = "million", digits: int | None = None) -> str:
    """Write an amount given in million đồng: ``1.234 triệu đồng`` (tables) or ``1,2 tỷ đồng`` (text)."""
    if is_missing(million):
        return not_reported()
    if unit == "million":
        return _("{amount} million VND").format(amount=number(million, digits or 0))
    amount = number(Decimal(str(million)) / 1000, 1 if digits is None else digits)
    return _("{amount} billion VND").format(amount=amount)


def date(value: dt.date | None) -> str:
    """Write a date as administrative papers do: day and the months 1 and 2 in two digits (``05/3/2020``)."""
    if value is None or is_missing(value):
        return not_reported()
    months = "MM" if value.month <= 2 else "M"
    return format_date(value, f"dd/{months}/yyyy" if language() == "vi" else "d MMMM yyyy", locale=language())


def year(value: Any) -> str:
    """Write a year, which has no thousands separator."""
    return not_reported() if is_missing(value) else str(int(value))


def period(first: Any, last: Any) -> str:
    """Write the years of a review inside a sentence: ``giai đoạn 2010 - 2020``, or ``năm 2025`` when it is one."""
    if first == last:
        return _("the year {year}").format(year=year(first))
    return _("the period {first} - {last}").format(first=year(first), last=year(last))


def years(first: Any, last: Any) -> str:
    """Write the years of a plan in a column head: ``2021 - 2025``, or ``2025`` when it is one."""
    return year(first) if first == last else f"{year(first)} - {year(last)}"


def interval_sentence(low: Any, high: Any, of: Any, *, inside: bool = False) -> str:
    """Write a count of criteria in the words of a report, e.g. at least 11 of 19, two of them unknown.

    ``inside``: within a sentence, so without a capital.
    """
    if is_missing(low) or is_missing(high) or is_missing(of):
        return not_reported()
    text = _("{low}/{of} criteria met")
    if low != high:
        text = _("At least {low}/{of} criteria met ({unknown} criteria without enough data)")
    text = text.format(low=number(low), of=number(of), unknown=f"{int(high - low):02d}")
    return lowered(text) if inside else text


def lowered(text: str) -> str:
    """Write a text for within a sentence: without its capital."""
    return text[:1].lower() + text[1:]


def interval(low: Any, high: Any, digits: int = 0) -> str:
    """Write an interval for a working table: ``11-13``, or one number where both ends print alike."""
    if is_missing(low) or is_missing(high):
        return not_reported()
    ends = number(low, digits), number(high, digits)
    return ends[0] if ends[0] == ends[1] else "-".join(ends)


def sort_key(name: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Return the key that sorts Vietnamese names: syllable by syllable, letters first, then the tone.

    Letters follow a ă â b c d đ e ê … o ô ơ … u ư …; tones ngang, huyền, hỏi, ngã, sắc, nặng. Own, since the
    one library with Vietnamese collation (ICU) would need a compiled system library.
    """
    return tuple(_syllable(word) for word in unicodedata.normalize("NFD", name.casefold()).split())


def _syllable(word: str) -> tuple[tuple[int, ...], int]:
    tone = max((_TONES.get(mark, 0) for mark in word), default=0)
    letters = unicodedata.normalize("NFC", "".join(mark for mark in word if mark not in _TONES))
    return tuple(_ALPHABET.get(letter, ord(letter) - 0x110000) for letter in letters), tone


def in_sentence(name: str) -> str:
    """Write the name of a unit inside a sentence: ``huyện Nguyên Bình``, ``thành phố Cao Bằng``."""
    return name[:1].lower() + name[1:] if language() == "vi" else name
