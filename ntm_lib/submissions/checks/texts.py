"""Checks of what stands in texts: names of persons where none belong, counts and percentages that disagree, votes."""

import re
from collections.abc import Iterator

import pandas as pd

from ntm_lib.criteria.levels import number
from ntm_lib.messages import _
from ntm_lib.submissions.checks.filing import Filing
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.rule import Rule
from ntm_lib.submissions.model import Weight

WITH_PERSONS = frozenset({"b17"})
"""Tables that are about persons."""
_UPPER = "A-ZÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĂĐĨŨƠƯẠ-Ỹ"
_PERSON = re.compile(rf"(?:^|[\s(,;:\"“])(?i:ông|bà|anh|chị|đồng chí|đ/c)\s+(?:[{_UPPER}]\w+\s+){{1,3}}[{_UPPER}]\w+")
_COUNT = r"(\d{1,3}(?:\.\d{3})+|\d+)"
_FRACTION = re.compile(
    rf"(?<![\d/.,]){_COUNT}\s*/\s*{_COUNT}\s*(?!/|\d)[^\d/%;.]{{1,60}}?(\d+(?:,\d+)?)\s*%", re.IGNORECASE
)
_VOTES = re.compile(
    rf"(?:lấy ý kiến|phát ra|hỏi)\D{{0,40}}?{_COUNT}\s*(?:phiếu|hộ|người|ý kiến).*?(?<!không )(?:hài lòng|đồng ý|tán thành)\D{{0,30}}?{_COUNT}"
    rf"(?:\D{{0,40}}?(?:không hài lòng|không đồng ý)\D{{0,30}}?{_COUNT})?",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST = 2000  # letters of a text that are looked at
_POINTS = 0.6  # rounding to whole per cent


def persons(filing: Filing) -> Iterator[Hit]:
    """Find names of persons in tables that are not about persons."""
    texts = _texts(filing)
    for _index, row in texts[~texts["table"].isin(WITH_PERSONS) & texts["text"].str.contains(_PERSON)].iterrows():
        found = _PERSON.search(str(row["text"]))
        name = found.group().strip(' (,;:"“') if found else ""
        text = _("{unit}, {year}: “{text}”").format(
            unit=filing.name(row["unit_code"]), year=int(row["year"]), text=name
        )
        expected, action = (
            _("no names of persons outside table B17"),
            _("Write the office or the function instead of the name."),
        )
        yield Hit(str(row["sheet"] or ""), str(row["cell"] or ""), text, expected, action)


def fractions(filing: Filing) -> Iterator[Hit]:
    """Find fractions written in a text with another percentage, or with more in the part than in the whole."""
    texts = _texts(filing)
    for _index, row in texts[texts["text"].str.contains("%", regex=False)].iterrows():
        for match in _FRACTION.finditer(str(row["text"])[:_LONGEST]):
            part, whole, percent = (_figure(group) for group in match.groups())
            if whole and not _is_year(whole) and (part > whole or abs(100 * part / whole - percent) > _POINTS):
                expected = _("{share} %, {part} out of {whole}").format(
                    share=number(round(100 * part / whole, 2)), part=number(part), whole=number(whole)
                )
                yield _hit(filing, row, match.group(), expected)


def votes(filing: Filing) -> Iterator[Hit]:
    """Find satisfaction votes told in a text that do not add up."""
    texts = _texts(filing)
    for _index, row in texts[texts["text"].str.contains("hài lòng|đồng ý|tán thành", case=False)].iterrows():
        match = _VOTES.search(str(row["text"])[:_LONGEST])
        if match is None:
            continue
        asked, satisfied, not_satisfied = (0.0 if group is None else _figure(group) for group in match.groups())
        if satisfied + not_satisfied > asked:
            expected = _("at most {asked} answers, as many as were asked").format(asked=number(asked))
            yield _hit(filing, row, match.group(), expected)


def _texts(filing: Filing) -> pd.DataFrame:
    values = filing.values
    return values[values["text"].notna() & (values["text"].astype("str").str.len() > 3)]


def _figure(text: str) -> float:
    """Read a figure as it is written in a text: 1.234,5."""
    return float(text.replace(".", "").replace(",", "."))


def _is_year(whole: float) -> bool:
    """Tell the number of a paper (46/2019) or a month (6/2019) from a fraction."""
    return 1990 <= whole <= 2100


def _hit(filing: Filing, row: pd.Series, text: str, expected: str) -> Hit:
    told = _("{unit}, {year}: “{text}”").format(
        unit=filing.name(row["unit_code"]), year=int(row["year"]), text=" ".join(text.split())
    )
    return Hit(str(row["sheet"] or ""), str(row["cell"] or ""), told, expected, _("Count again and correct the text."))


_SEEN = "report_outline: percentage written where a count is meant; data/recognition/rules.yaml: satisfaction"
RULES = (
    Rule("person_named", Weight.NOTE, "texts outside the table of commendation", "persons are named in B17 only", "contracts: no persons are named", persons),
    Rule("fraction_in_text", Weight.DOUBTFUL, "fractions with percentages in texts, such as 45/177 xã (25,4%)", "of two figures that disagree one is wrong", _SEEN, fractions),
    Rule("votes", Weight.DOUBTFUL, "votes of a satisfaction survey told in texts", "no more can be satisfied than were asked", _SEEN, votes),
)  # fmt: skip
