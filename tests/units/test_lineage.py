"""Figures and verdicts carried from one day's communes to another's."""

import csv
import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ntm_lib import units
from ntm_lib.errors import NtmError, UsageError
from ntm_lib.project import Project
from ntm_lib.units.lineage import By
from ntm_lib.verdicts import Verdict, all_of, any_of

HERE = Path(__file__).parent
Y2019, FEBRUARY, Y2020, Y2025 = (
    dt.date.fromisoformat(day) for day in ("2019-12-31", "2020-02-15", "2020-12-31", "2025-12-31")
)
MET, NOT_MET, UNKNOWN, NOT_APPLICABLE = (
    Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE,
)  # fmt: skip


def links_of(lineage: units.Lineage) -> set[tuple[str, str, float, float]]:
    return set(lineage.links.itertuples(index=False, name=None))


@pytest.mark.parametrize(("start", "end"), [(Y2019, Y2020), (Y2020, Y2025)])
def test_every_row_of_the_crosswalks(start: dt.date, end: dt.date) -> None:
    with (HERE / "expected_links.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["from_date"] == str(start)]
    expected = {
        (row["from_code"], row["to_code"], float(row["area_share"]), float(row["people_share"])) for row in rows
    }
    lineage = units.lineage(start, end)
    assert links_of(lineage) == expected
    assert len(lineage.links) == len(rows)
    assert set(lineage.links["from_code"]) == set(units.on(start).communes.index)
    assert set(lineage.links["to_code"]) == set(units.on(end).communes.index)


def test_only_bac_hop_is_split() -> None:
    links = units.lineage(Y2019, Y2020).links
    split = links[links["area_share"] < 1].set_index("to_code")
    assert set(split["from_code"]) == {"01753"}
    assert split["area_share"].to_dict() == {"01762": 0.414, "01747": 0.586}
    assert split["people_share"].to_dict() == {"01762": 0.353, "01747": 0.647}


def test_lineage_is_composed_over_both_changes() -> None:
    whole = units.lineage(Y2019, Y2025)
    first, second = units.lineage(Y2019, Y2020), units.lineage(Y2020, Y2025)
    assert set(whole.links.loc[whole.links["from_code"] == "01753", "to_code"]) == {"01726", "01747"}
    people = units.on(Y2019).communes["people_2019"]
    assert whole.carry(people, by="people").equals(second.carry(first.carry(people, by="people"), by="people"))
    shares = whole.links.groupby("from_code")[["area_share", "people_share"]].sum()
    assert np.allclose(shares, 1, rtol=0, atol=1e-12)


def test_identity_where_nothing_changed() -> None:
    for start, end in (
        (Y2019, Y2019),
        (dt.date(2013, 1, 1), Y2019),
        (Y2019, dt.date(2013, 1, 1)),
        (FEBRUARY, Y2020),
    ):
        links = units.lineage(start, end).links
        assert (links["from_code"] == links["to_code"]).all()
        assert (links[["area_share", "people_share"]] == 1).all(axis=None)


def test_backwards_is_refused() -> None:
    with pytest.raises(UsageError, match="31/12/2020"):
        units.lineage(Y2020, Y2019)


@pytest.mark.parametrize("column", ["people_2009", "people_2019"])
@pytest.mark.parametrize("end", [Y2020, Y2025])
def test_the_register_agrees_with_its_lineage(column: str, end: dt.date) -> None:
    carried = units.lineage(Y2019, end).carry(units.on(Y2019).communes[column], by="people")
    assert carried.to_dict() == units.on(end).communes[column].to_dict()


def test_areas_of_2020_are_sums_of_their_parts() -> None:
    carried = units.lineage(Y2019, Y2020).carry(units.on(Y2019).communes["area_km2"], by="area")
    assert np.allclose(carried, units.on(Y2020).communes["area_km2"], rtol=0, atol=1e-9)


def series(figures: np.ndarray) -> pd.Series:
    return pd.Series(figures, index=units.on(Y2019).communes.index, name="figure")


ENDS = st.sampled_from([Y2019, FEBRUARY, Y2020, Y2025])
BYS = st.sampled_from(["area", "people"])
COUNTS = arrays(np.int64, 199, elements=st.integers(-10, 10**9), fill=st.integers(0, 5))
AMOUNTS = arrays(
    np.float64, 199, elements=st.just(0.0) | st.floats(1e-9, 1e9), fill=st.just(0.0) | st.floats(1e-9, 1e3)
)  # below that no amount is meant, and an exact sum may not be reachable: it is refused


@settings(max_examples=60, deadline=None)
@given(figures=COUNTS, end=ENDS, by=BYS)
def test_carry_keeps_the_sum_of_integers(figures: np.ndarray, end: dt.date, by: By) -> None:
    carried = units.lineage(Y2019, end).carry(series(figures), by=by)
    assert carried.dtype == np.int64
    assert carried.sum() == figures.sum()
    assert list(carried.index) == list(units.on(end).communes.index)
    assert carried.name == "figure"


@settings(max_examples=60, deadline=None)
@given(figures=AMOUNTS, end=ENDS, by=BYS)
def test_carry_keeps_the_sum_of_floats(figures: np.ndarray, end: dt.date, by: By) -> None:
    carried = units.lineage(Y2019, end).carry(series(figures), by=by)
    assert math.fsum(carried) == math.fsum(figures)
    assert (carried >= 0).all()


def test_a_split_unit_is_shared_out() -> None:
    figures = series(np.zeros(199, dtype=np.int64))
    figures["01753"] = 1000
    lineage = units.lineage(Y2019, Y2020)
    assert lineage.carry(figures, by="area")[["01762", "01747"]].tolist() == [414, 586]
    assert lineage.carry(figures, by="people")[["01762", "01747"]].tolist() == [353, 647]
    figures["01753"] = 1
    assert lineage.carry(figures, by="area")[["01762", "01747"]].tolist() == [0, 1]


def test_a_missing_part_makes_the_new_unit_unknown() -> None:
    lineage = units.lineage(Y2019, Y2020)
    whole = series(np.ones(199))
    whole["01753"] = np.nan
    carried = lineage.carry(whole)
    assert set(carried.index[carried.isna()]) == {"01762", "01747"}
    counts = series(np.ones(199, dtype=np.int64)).drop("01405")
    carried = lineage.carry(counts)
    assert carried.dtype == "Int64"
    assert set(carried.index[carried.isna()]) == {"01402"}
    assert carried["01762"] == 2, "Minh Thanh and Thái Học; of Bắc Hợp's one the larger share takes it"


def test_figures_that_cannot_be_carried_are_refused() -> None:
    lineage = units.lineage(Y2020, Y2025)
    with pytest.raises(NtmError, match="01405, 01753"):
        lineage.carry(pd.Series([1, 2, 3], index=["01405", "01762", "01753"]))
    with pytest.raises(NtmError, match="01762"):
        lineage.carry(pd.Series([1, 2], index=["01762", "01762"]))
    with pytest.raises(NtmError):
        lineage.carry(pd.Series([np.inf], index=["01762"]))
    with pytest.raises(NtmError):
        lineage.carry(pd.Series([2**60], index=["01762"]))
    with pytest.raises(TypeError):
        lineage.carry(pd.Series([True], index=["01762"]))


def rural(date: dt.date = Y2019) -> pd.Index:
    communes = units.on(date).communes
    return communes.index[communes["is_in_programme"]]


def merged(verdicts: dict[str, Verdict], rule: str = "all_parts", default: Verdict = MET) -> pd.Series:
    frame = pd.DataFrame({"c": np.full(len(rural()), default, dtype=np.int8)}, index=rural())
    for code, verdict in verdicts.items():
        frame.loc[code, "c"] = verdict
    return units.lineage(Y2019, Y2020).merge_verdicts(frame, rule)["c"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, MET),
        ({"01762": NOT_MET}, NOT_MET),
        ({"01762": UNKNOWN}, UNKNOWN),
        ({"01762": UNKNOWN, "01741": NOT_MET}, NOT_MET),
        ({"01762": NOT_APPLICABLE, "01741": NOT_APPLICABLE}, MET),
        ({"01762": NOT_APPLICABLE, "01741": NOT_APPLICABLE, "01753": NOT_APPLICABLE}, NOT_APPLICABLE),
    ],
)
def test_a_merged_commune_meets_what_all_its_parts_meet(old: dict[str, Verdict], new: Verdict) -> None:
    assert merged(old)["01762"] == new


def test_the_split_commune_counts_on_both_sides() -> None:
    after = merged({"01753": NOT_MET})
    assert set(after.index[after == NOT_MET]) == {"01762", "01747"}


# People of 2019: Minh Thanh 1,388, Thái Học 1,716, a part of Bắc Hợp 389; area 26.58, 19.51 and 7.34 km².
@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("any_part", {"01762": NOT_MET, "01753": NOT_MET}, MET),
        ("any_part", {"01762": NOT_MET, "01753": NOT_MET, "01741": UNKNOWN}, UNKNOWN),
        ("largest_part", {"01741": NOT_MET}, NOT_MET),
        ("largest_part", {"01762": NOT_MET, "01753": UNKNOWN}, MET),
        ("people_majority", {"01762": NOT_MET}, MET),
        ("people_majority", {"01741": NOT_MET, "01753": NOT_MET}, NOT_MET),
        ("people_majority", {"01741": NOT_MET, "01753": UNKNOWN}, UNKNOWN),
        ("area_majority", {"01762": NOT_MET}, MET),
        ("area_majority", {"01762": NOT_MET, "01753": NOT_MET}, NOT_MET),
        ("area_majority", {"01762": NOT_APPLICABLE, "01753": NOT_MET}, MET),
    ],
)
def test_the_other_rules(rule: str, old: dict[str, Verdict], new: Verdict) -> None:
    assert merged(old, rule)["01762"] == new


def test_towns_bring_no_verdict() -> None:
    after = merged({"01510": NOT_MET})
    assert "01477" not in after.index, "Đình Minh became part of a town, which the programme does not cover"
    assert set(after.index) == set(rural(Y2020))
    assert (after == MET).all()
    frame = pd.DataFrame({"c": np.full(139, MET, dtype=np.int8)}, index=rural(Y2020))
    later = units.lineage(Y2020, Y2025).merge_verdicts(frame)["c"]
    assert set(later.index) == set(rural(Y2025))
    assert (later == MET).all(), "each commune of 2025 has a part that was in the programme"


def test_a_part_without_a_verdict_is_unknown() -> None:
    frame = pd.DataFrame({"c": np.full(177, MET, dtype=np.int8)}, index=rural()).drop("01741")
    after = units.lineage(Y2019, Y2020).merge_verdicts(frame)["c"]
    assert set(after.index[after != MET]) == {"01762"}
    assert after["01762"] == UNKNOWN
    assert after.dtype == np.int8


def test_a_commune_without_a_part_in_the_programme_is_unknown() -> None:
    lineage = units.lineage(Y2019, Y2020)
    without = replace(lineage, links=lineage.links[lineage.links["to_code"] != "01762"])
    frame = pd.DataFrame({"c": np.full(177, MET, dtype=np.int8)}, index=rural())
    for rule in units.MERGE_RULES:
        after = without.merge_verdicts(frame, rule)["c"]
        assert set(after.index[after != MET]) == {"01762"}
        assert after["01762"] == UNKNOWN


def test_a_part_of_unknown_size_leaves_the_majority_unknown(own_project: Project) -> None:
    path = own_project.data / "units" / "units.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2020-01-31,26.58,published", "2020-01-31,,", 1), encoding="utf-8")
    frame = pd.DataFrame({"c": np.full(177, MET, dtype=np.int8)}, index=rural())
    lineage = units.lineage(Y2019, Y2020, own_project)
    assert lineage.merge_verdicts(frame, "area_majority").loc["01762", "c"] == UNKNOWN
    assert lineage.merge_verdicts(frame, "people_majority").loc["01762", "c"] == MET
    assert lineage.carry(lineage.before.communes["area_km2"], by="area").isna().sum() == 1


def test_verdicts_of_the_same_day_stay() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(-1, 3, (177, 19)).astype(np.int8), index=rural())
    for rule in units.MERGE_RULES:
        assert (units.lineage(Y2019, Y2019).merge_verdicts(frame, rule) == frame.to_numpy()).all(axis=None)


@pytest.mark.parametrize("rule", ["all_parts", "any_part"])
def test_merging_agrees_with_joining_the_parts_one_by_one(rule: str) -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.integers(-1, 3, (177, 19)).astype(np.int8), index=rural())
    lineage = units.lineage(Y2019, Y2025)
    after = lineage.merge_verdicts(frame, rule)
    join = {"all_parts": all_of, "any_part": any_of}[rule]
    for code, verdicts in after.iterrows():
        parts = lineage.links.loc[lineage.links["to_code"] == code, "from_code"]
        expected = join(frame.loc[parts[parts.isin(frame.index)]], axis=0)
        assert verdicts.tolist() == expected.tolist()


def test_wrong_rules_codes_and_verdicts_are_refused() -> None:
    lineage = units.lineage(Y2019, Y2020)
    frame = pd.DataFrame({"c": np.array([1, 1], dtype=np.int8)}, index=["01762", "01741"])
    with pytest.raises(UsageError, match="all_parts"):
        lineage.merge_verdicts(frame, "best_part")
    with pytest.raises(NtmError, match="99999"):
        lineage.merge_verdicts(frame.rename(index={"01741": "99999"}))
    with pytest.raises(ValueError, match="verdict"):
        lineage.merge_verdicts(frame * 7)


@pytest.mark.parametrize(
    ("parts", "every", "one"),
    [
        ([MET, MET], MET, MET),
        ([MET, NOT_MET], NOT_MET, MET),
        ([MET, UNKNOWN], UNKNOWN, MET),
        ([NOT_MET, UNKNOWN], NOT_MET, UNKNOWN),
        ([MET, NOT_APPLICABLE], MET, MET),
        ([NOT_MET, NOT_APPLICABLE], NOT_MET, NOT_MET),
        ([UNKNOWN, NOT_APPLICABLE], UNKNOWN, UNKNOWN),
        ([NOT_APPLICABLE, NOT_APPLICABLE], NOT_APPLICABLE, NOT_APPLICABLE),
    ],
)
def test_joining_verdicts(parts: list[Verdict], every: Verdict, one: Verdict) -> None:
    codes = np.array([parts, parts[::-1]], dtype=np.int8)
    assert all_of(codes, axis=1).tolist() == [every, every]
    assert any_of(codes, axis=1).tolist() == [one, one]
    assert all_of(pd.DataFrame(codes.T), axis=0).dtype == np.int8
    assert all_of(pd.DataFrame(codes.T), axis=0).tolist() == [every, every]
