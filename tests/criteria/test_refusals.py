"""The loader refuses what it cannot read for certain, naming file, fault and remedy."""

import unicodedata

import pytest

from ntm_lib import criteria

ROADS = "data/criteria/qd-1-2000/01_roads.yaml"
MARKET = "data/criteria/qd-1-2000/02_market.yaml"
HEAD = "data/criteria/qd-1-2000/_decision.yaml"
AMENDMENT = "data/criteria/qd-2-2003/01_roads.yaml"
AMENDING = "data/criteria/qd-2-2003/_decision.yaml"
ASSUMED = "parameters/assumptions/roads.yaml"

REFUSED = {
    "unknown key": (
        (ROADS, "unit: percent", "unit: percent\n    colour: red"),
        ROADS,
        "unknown key 'colour'",
    ),
    "misspelt key": ((MARKET, "group: I", "gruop: I"), MARKET, "'gruop' — expected: 'group'"),
    "impossible day": ((HEAD, "issued: 2000-01-01", "issued: 2000-13-45"), f"{HEAD}:6", "'2000-13-45'"),
    "assumes for years of no set": (
        (ASSUMED, "to: 2006", "to: 2011"),
        f"{ASSUMED}, entry 1",
        "1.2/hardened: qd-1-2000 does not decide this requirement in 2010, 2011",
    ),
    "missing key": ((ROADS, "    sense: at_least\n", ""), ROADS, "key 'sense' is missing"),
    "duplicate key": ((MARKET, "group: I", "group: I\ngroup: I"), MARKET, "stands twice"),
    "broken YAML": ((MARKET, "indicators:", "indicators: ["), f"{MARKET}:6", "a bracket"),
    "no clause": ((MARKET, "    clause: Phụ lục, tiêu chí 2\n", ""), MARKET, "key 'clause' is missing"),
    "empty clause": ((MARKET, "clause: Phụ lục, tiêu chí 2", 'clause: ""'), MARKET, "'' — expected: length at least 1"),
    "read without source": ((ROADS, "read, sources: [S1]", "read"), ROADS, "verified: read needs sources"),
    "unknown source": ((ROADS, "sources: [S1]", "sources: [S2]"), ROADS, "source 'S2' is not known"),
    "unquoted id": ((ROADS, 'id: "1.10"', "id: 1.10"), ROADS, "id 1.1 is not quoted text"),
    "unknown unit": ((ROADS, "percent", "percnt"), ROADS, "unit 'percnt' is not known — expected: 'percent'"),
    "unknown region": ((ROADS, "[hills]", "[hils]"), ROADS, "region 'hils' is not known — expected: 'hills'"),
    "unknown group": ((MARKET, "group: I", "group: II"), MARKET, "group 'II' is not known"),
    "unknown quantity": ((ROADS, "provincial_mean", "mean"), ROADS, "quantity 'mean' is not known"),
    "unknown degree": ((MARKET, '"yes", verified: memory', '"yes", verified: sure'), MARKET, "'sure'"),
    "no English label": ((MARKET, "{vi: Chợ, en: Market}", "{vi: Chợ}"), MARKET, "key 'en' is missing"),
    "two levels a region": ((ROADS, "[delta]", "[delta, hills]"), ROADS, "1.1: two levels for hills"),
    "two levels a year": ((ROADS, "year: 2001", "year: 2000"), ROADS, "two levels for all in 2000"),
    "level out of bounds": ((ROADS, "value: 50", "value: 500"), ROADS, "level 500 — expected: 0..100"),
    "level is text": ((ROADS, "value: 50", 'value: "50"'), ROADS, "'50' — expected: a number without"),
    "level without end": ((ROADS, "value: 50", "value: .inf"), ROADS, "'.inf' — expected: a number"),
    "level says nothing": ((ROADS, "value: 50, ", ""), ROADS, "exactly one of"),
    "number for yes": ((MARKET, 'expected: "yes"', "value: 1"), MARKET, 'expected: "yes"'),
    "criterion left out": ((MARKET, 'id: "2"\ngroup', 'id: "3"\ngroup'), "qd-1-2000", "criteria 1, 3"),
    "indicator in wrong criterion": (
        (MARKET, '- id: "2"', '- id: "1.3"'),
        MARKET,
        "indicator 1.3 in criterion 2",
    ),
    "indicator twice": ((ROADS, '"1.10"', '"1.1"'), ROADS, "indicator 1.1 stands twice"),
    "wrong total": ((HEAD, "indicators: 4", "indicators: 5"), "qd-1-2000", "4 indicators — expected: 5"),
    "years overlap": ((HEAD, "to: 2004", "to: 2005"), "qd-1-2000, qd-2-2003", "both judge the same years"),
    "days run backwards": ((HEAD, "to: 2009-12-31", "to: 1999-12-31"), HEAD, "before it begins"),
    "amends an unknown indicator": (
        (AMENDMENT, '"1.1"', '"1.4"'),
        AMENDMENT,
        "which qd-1-2000 does not have",
    ),
    "amends an unknown decision": ((AMENDING, "amends: qd-1-2000", "amends: qd-9"), "qd-2-2003", "'qd-9'"),
    "assumes for an unknown requirement": ((ASSUMED, "1.2/hardened", "1.2/hard"), ASSUMED, "'1.2/hardened'"),
    "assumes for an unknown set": ((ASSUMED, "set: qd-1-2000", "set: qd-1"), ASSUMED, "decision 'qd-1'"),
    "assumes against the law": (
        (ASSUMED, "1.2/hardened", "1.1"),
        ASSUMED,
        "the decision itself holds a level",
    ),
    "assumes out of bounds": ((ASSUMED, "value: 40", "value: 400"), ASSUMED, "level 400"),
    "assumes without basis": ((ASSUMED, "  basis: {", "  reason: {"), ASSUMED, "key 'basis' is missing"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused(kind: str, refuse) -> None:
    change, where, what = REFUSED[kind]
    message = refuse(change)
    assert where in message
    assert what in message
    assert "Traceback" not in message


def test_all_faults_at_once(refuse) -> None:
    message = refuse((ROADS, "percent", "percnt"), (AMENDMENT, '"1.1"', '"1.4"'), (HEAD, "to: 2004", "to: 2005"))
    assert "(3)" in message
    assert all(text in message for text in ("percnt", "1.4", "both judge the same years"))


def test_faults_of_unreadable_files_at_once(refuse) -> None:
    message = refuse((ROADS, 'id: "1.10"', "id: 1.10"), (MARKET, "group: I", "group: I\ngroup: I"))
    assert ROADS in message
    assert MARKET in message


def test_decomposed_letters_are_refused(refuse) -> None:
    loose = unicodedata.normalize("NFD", "Chợ")
    assert "NFC" in refuse((MARKET, "vi: Chợ", f"vi: {loose}"))


def test_two_whole_sets_in_force_at_once(refuse) -> None:
    head = (AMENDING, "amends: qd-1-2000\n", "")
    assert "both are in force on the same days" in refuse(head)


def test_assumptions_that_overlap(refuse) -> None:
    again = (
        '[{set: qd-1-2000, requirement: "1.2/hardened", region: hills, years: {from: 2006, to: 2007}, '
        "value: 45, basis: {vi: Khác, en: Other}, dated: 2001-01-01, by: Tổ biên soạn}]"
    )
    message = refuse(extra={"parameters/assumptions/again.yaml": again})
    assert "again.yaml, entry 1" in message
    assert "the years overlap" in message


CORRECTION = """
- decision: {decision}
  requirement: "1.1"
  region: delta
  years: {{from: {first}, to: {last}}}
  value: 60
  document: 1/QĐ
  clause: Điều 1
  page: 2
  by: Tổ biên soạn
  on: 2001-01-01
"""


def _corrected(decision: str, first: int, last: int) -> dict[str, str]:
    return {"data/local/criteria.yaml": CORRECTION.format(decision=decision, first=first, last=last)}


def test_a_correction_of_what_was_amended_since_never_applies(refuse) -> None:
    message = refuse((ROADS, "percent", "percnt"), extra=_corrected("qd-1-2000", 2003, 2006))
    assert "(2)" in message, "told with the other faults"
    assert "1.1: qd-1-2000 does not decide this requirement in 2005, 2006 — expected: qd-2-2003" in message
    assert "in 2002" in refuse(extra=_corrected("qd-2-2003", 2002, 2003)), "before the amendment was made"


@pytest.mark.parametrize(("decision", "first", "last"), [("qd-1-2000", 2000, 2004), ("qd-2-2003", 2003, 2009)])
def test_a_correction_for_years_that_its_decision_judges_or_may_judge_is_kept(
    mini, decision: str, first: int, last: int
) -> None:
    law = criteria.load(mini(extra=_corrected(decision, first, last)))
    for year in range(first, last + 1):
        rules = law.for_year(year, "delta", set_for_year={year: decision})
        assert rules.requirements.loc["1.1", "level"] == 60
