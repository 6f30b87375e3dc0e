"""Published beside computed: judged by the printed precision, on the units of the day, nothing put in place of another."""

import datetime as dt

import pandas as pd
import pytest
import shipped
from evaluation_signing import sign
from hypothesis import given
from hypothesis import strategies as st

from ntm_lib.errors import FaultsError
from ntm_lib.evaluation import load_province
from ntm_lib.evaluation.published import comparison as compared
from ntm_lib.evaluation.published.comparison import comparison, contradictions
from ntm_lib.evaluation.published.computed import COMPUTATIONS
from ntm_lib.evaluation.published.mapping import load_contradictions, load_pairings
from ntm_lib.project import Project


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


@pytest.mark.parametrize(
    ("published", "low", "high", "digits", "is_over", "expected"),
    [
        (6.46, 6.4576, 6.4576, 2, False, "agrees"),
        (6.46, 6.4549, 6.4549, 2, False, "differs"),
        (12, 12.4, 12.4, 0, False, "agrees"),
        (12, 12.6, 12.6, 0, False, "differs"),
        (134, 109, 137, 0, False, "within"),
        (134, 109, 133, 0, False, "differs"),
        (134, 135, 140, 0, False, "differs"),
        (5874, 5874.9, 5874.9, 0, True, "agrees"),
        (5874, 5873.9, 5873.9, 0, True, "differs"),
        (0, 0, 0, 0, False, "agrees"),
    ],
)
def test_agreement_goes_by_the_printed_precision(
    published: float, low: float, high: float, digits: int, is_over: bool, expected: str
) -> None:
    assert compared._verdict(published, low, high, digits, is_over=is_over) == expected


@given(number=st.integers(0, 10**6), digits=st.integers(0, 3), shift=st.floats(-0.49, 0.49))
def test_what_rounds_to_the_printed_number_agrees(number: int, digits: int, shift: float) -> None:
    value = number / 10**digits
    assert compared._verdict(value, *(value + shift * 10.0**-digits,) * 2, digits, is_over=False) == "agrees"
    far = value + (1.02 if shift >= 0 else -1.02) * 10.0**-digits
    assert compared._verdict(value, far, far, digits, is_over=False) == "differs"


def test_every_published_measure_of_the_province_has_a_pairing(project: Project) -> None:
    table = pd.read_csv(project.data / "published" / "results.csv", dtype=str, keep_default_na=False)
    inside = table[table["scope"].isin(["province", "district", "commune"])]
    assert set(inside["measure"]) == set(load_pairings(project))
    assert {item.compute for item in load_pairings(project).values() if item.compute} <= set(COMPUTATIONS)
    assert "unpaired" not in set(comparison(shipped.province())["why"])


def test_each_row_is_compared_or_says_why_not() -> None:
    for table in (comparison(shipped.province()), comparison(shipped.territory("053"))):
        is_open = table["verdict"] == "not_comparable"
        assert ((table["why"] != "") == is_open).all()
        assert table.loc[~is_open, ["low", "high", "published"]].notna().all(axis=None)
        assert (table["source"] != "").all()
        difference = table.loc[~is_open, "low"] - table.loc[~is_open, "published"]
        pd.testing.assert_series_equal(difference, table.loc[~is_open, "difference_low"], check_names=False)


def test_each_figure_is_computed_on_the_units_of_its_own_day() -> None:
    on_old, on_new = (comparison(shipped.province(on=on)) for on in ("2019-12-31", "2025-12-31"))
    pd.testing.assert_frame_equal(on_old, on_new)
    table = on_old.set_index(["measure", "year"])
    assert table.loc[("rural communes after mergers", 2020), ["low", "verdict"]].tolist() == [139, "agrees"]
    assert table.loc[("communes in the NTM programme", 2019), ["low", "verdict"]].tolist() == [177, "agrees"]
    assert table.loc[("average criteria per commune", 2020), "units_on"] == dt.date(2020, 12, 31)
    assert table.loc[("average criteria per commune", 2015), "units_on"] == dt.date(2019, 12, 31)


def test_what_the_illustrative_data_were_fitted_to_is_marked() -> None:
    table = comparison(shipped.province()).set_index(["measure", "year"])
    for measure, year in [
        ("average criteria per commune", 2010), ("average criteria per commune", 2015), ("communes with fewer than 5 criteria", 2019),
        ("poverty rate (multidimensional)", 2019), ("capital mobilised for NTM, total", 2020),
    ]:  # fmt: skip
        assert table.loc[(measure, year), "is_calibrated"], measure
    assert not table.loc[("rural communes after mergers", 2020), "is_calibrated"]
    commune = comparison(shipped.territory("052"), "01747")
    assert not commune["is_calibrated"].any()


def test_the_recognised_are_not_compared_while_names_are_missing() -> None:
    table = comparison(shipped.province()).set_index(["measure", "year"])
    cumulative = table.xs("communes recognised NTM (cumulative)")
    assert set(cumulative["why"]) == {"names"}
    new = table.xs("communes newly recognised")
    assert new["verdict"].to_dict() == {2018: "agrees", 2019: "agrees", 2020: "not_comparable"}
    assert new["is_same_source"].all()


def test_the_cut_off_hides_what_was_published_later() -> None:
    table = comparison(shipped.province(as_of="2019-06-30"))
    assert table["year"].max() <= 2019


def test_a_district_shows_its_own_figures_and_its_communes() -> None:
    table = comparison(shipped.territory("053"))
    assert set(table.loc[table["scope"] == "district", "scope_name"]) == {"Thạch An"}
    assert table.loc[table["scope"] == "commune", "code"].tolist() == ["01819"]
    counted = table.set_index("measure").loc["communes meeting transport"]
    assert counted.loc[counted["year"] == 2016, "set_id"].tolist() == ["qd-491-2009+qd-342-2013"]
    assert comparison(shipped.territory("049", on="2020-12-31"))["scope_name"].tolist().count("Quảng Hòa") == 18


def test_a_commune_without_a_code_is_found_by_its_name_and_district() -> None:
    table = comparison(shipped.territory("047"))
    assert table.loc[table["scope_name"] == "Đàm Thủy (Trùng Khánh)", "code"].ne("").all()
    assert (table["scope_name"] == "Đàm Thủy (Trùng Khánh)").sum() == 2


def test_missing_reports_leave_a_figure_uncompared_never_smaller() -> None:
    table = comparison(shipped.territory("045")).set_index("measure")
    assert table.loc["villages with a culture house", ["verdict", "why"]].tolist() == ["not_comparable", "incomplete"]


def test_contradictions_are_shown_to_whom_they_concern_and_none_is_chosen(project: Project) -> None:
    held = load_contradictions(project)
    assert len(contradictions(shipped.province())) == len(held)
    assert [item.id for item in contradictions(shipped.territory("053"))] == ["thach_an_capital"]
    assert contradictions(shipped.territory("052")) == []
    for item in held:
        assert len(item.statements) >= 2
        assert all(told.source for told in item.statements)


def test_an_unknown_computation_and_a_measure_that_stands_twice_are_refused(own: Project) -> None:
    path = own.data / "published" / "comparisons.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('compute: "reported"', 'compute: "reporter"'), encoding="utf-8")
    sign(path)
    with pytest.raises(FaultsError, match="reported"):
        comparison(load_province())
    line = next(line for line in text.splitlines() if "GRDP" in line)
    path.write_text(
        text + line + "\n" + line.replace("GRDP", "GNI").replace("no_table", "no_tables") + "\n", encoding="utf-8"
    )
    sign(path)
    with pytest.raises(FaultsError) as refused:
        load_pairings(own)
    assert "no_tables" in str(refused.value)
    path.write_text(text + line + "\n", encoding="utf-8")
    sign(path)
    with pytest.raises(FaultsError, match="GRDP per head"):
        load_pairings(own)
