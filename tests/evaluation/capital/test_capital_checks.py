"""Figures that must agree and do not are listed as they were reported; nothing is mended."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_capital import handed, rows_of

from ntm_lib import submissions
from ntm_lib.errors import FaultsError
from ntm_lib.evaluation import Territory, load_territory
from ntm_lib.evaluation.capital.book import SOURCES, capital_book
from ntm_lib.evaluation.capital.checks import disagreements
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, record_path, sha256_of

PARTS = dict.fromkeys(SOURCES, 10.0)
TOTALS = {"total": 130.0, "total_without_credit": 120.0, "disbursed": 50.0}


def found(
    territory: Territory, rows: pd.DataFrame, works: pd.DataFrame | None = None, commune: str = ""
) -> pd.DataFrame:
    tables = {"b06": rows} | ({} if works is None else {"b07": works})
    with handed(territory, **tables):
        book = capital_book(territory)
        return disagreements(book.of(commune) if commune else book, territory, commune)


def codes(territory: Territory) -> list[str]:
    return sorted(territory.parts["from_code"].unique())


def test_figures_that_agree_are_not_listed(province: Territory) -> None:
    assert found(province, rows_of(codes(province), [2018, 2019], **PARTS, **TOTALS)).empty


@pytest.mark.parametrize(
    ("column", "value", "checks"),
    [
        ("total", 131.0, {"source_total", "total_less_credit"}),
        ("total_without_credit", 119.0, {"total_without_credit", "total_less_credit"}),
        ("disbursed", 80.1, {"disbursed_over_state"}),
        ("total", 130.04, set()),
    ],
)
def test_a_figure_of_one_line_that_does_not_agree_is_listed(
    district: Territory, column: str, value: float, checks: set[str]
) -> None:
    rows = rows_of(codes(district), [2019], **PARTS, **TOTALS)
    rows.loc[3, f"{column}_vnd_million"] = value
    table = found(district, rows)
    assert set(table["check"]) == checks
    assert set(table["code"]) <= {codes(district)[3]}


def test_missing_parts_are_not_compared(district: Territory) -> None:
    rows = rows_of(
        codes(district), [2019], **{**PARTS, "provincial": np.nan}, total_without_credit=110.0, disbursed=500.0
    )
    assert found(district, rows).empty


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shift=st.floats(min_value=20, max_value=1e6))
def test_a_district_that_differs_from_its_communes_is_listed_with_the_difference(
    district: Territory, shift: float
) -> None:
    of_communes = rows_of(codes(district), [2019], **PARTS)
    own = rows_of(["052"], [2019], credit=10.0 * len(codes(district)) + shift)
    table = found(district, pd.concat([of_communes, own], ignore_index=True))
    assert list(table["check"]) == ["communes_to_district"]
    assert list(table["item"]) == ["credit"]
    assert table["difference"][0] == pytest.approx(shift)


def test_a_district_of_silent_communes_is_not_called_differing_unless_it_has_less(district: Territory) -> None:
    half = rows_of(codes(district)[:9], [2019], **PARTS)
    more, less = rows_of(["052"], [2019], credit=1000.0), rows_of(["052"], [2019], credit=20.0)
    assert found(district, pd.concat([half, more], ignore_index=True)).empty
    assert list(found(district, pd.concat([half, less], ignore_index=True))["difference"]) == [20.0 - 90.0]


def test_the_province_is_compared_with_districts_and_with_communes(province: Territory) -> None:
    of_communes = rows_of(codes(province), [2019], credit=1.0)
    districts = [str(code) for code in province.vintage.districts.index]
    sizes = province.in_programme.groupby("parent_code").size()
    of_districts = rows_of(districts, [2019])
    of_districts["credit_vnd_million"] = [float(sizes[code]) for code in districts]
    own = rows_of(["04"], [2019], credit=500.0)
    table = found(province, pd.concat([of_communes, of_districts, own], ignore_index=True))
    assert set(table["check"]) == {"districts_to_province", "communes_to_province"}
    assert set(table["difference"]) == {500.0 - 177.0}


def test_works_whose_figures_do_not_agree_are_listed_by_name(district: Territory) -> None:
    works = pd.DataFrame(
        {
            "commune_code": codes(district)[0], "year": 2019, "work_id": ["1", "2", "3"], "work": ["A", "B", "C"],
            "done_vnd_million": [10.0, 10.0, 10.0], "paid_vnd_million": [4.0, 12.0, 4.0],
            "owed_vnd_million": [6.0, np.nan, 5.0],
        }
    )  # fmt: skip
    table = found(district, rows_of(codes(district), [2019], **PARTS), works)
    assert dict(zip(table["item"], table["check"], strict=True)) == {"B": "work_paid", "C": "work_done"}


def test_a_commune_sees_only_its_own(district: Territory) -> None:
    rows = rows_of(codes(district), [2019], **PARTS, **{**TOTALS, "total": 999.0})
    own = found(district, rows, commune=codes(district)[2])
    assert set(own["code"]) == {codes(district)[2]}


def test_a_handed_in_line_that_does_not_agree_is_shown_and_not_refused(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    path = own_project.data / "illustrative" / "b06.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    line = table.index[(table["commune_code"] == "01762") & (table["year"] == "2019")][0]
    stated = float(table.loc[line, "total_vnd_million"]) + 1000
    table.loc[line, "total_vnd_million"] = str(stated)
    table.to_csv(path, index=False)
    beside = record_path(path)
    old = read_record(path).sha256
    beside.write_text(beside.read_text(encoding="utf-8").replace(old, sha256_of(path)), encoding="utf-8")
    with pytest.raises(FaultsError, match="total_vnd_million"):
        submissions.read_table("b06", own_project)
    territory = load_territory("052", on="2019-12-31")
    book = capital_book(territory)
    listed = disagreements(book, territory)
    assert set(listed["check"]) == {"source_total", "total_less_credit"}
    assert listed["stated"].max() == pytest.approx(stated)
    assert book.by_year.amount["total"][2019] == pytest.approx(152444.1, abs=0.2)
    assert book.by_year.reported["total"][2019] == 18


def test_a_code_that_is_no_unit_of_the_tables_date_stops(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    path = own_project.data / "illustrative" / "b06.csv"
    text = path.read_text(encoding="utf-8").replace("\n01762,2019", "\n99999,2019")
    path.write_text(text, encoding="utf-8")
    beside = record_path(path)
    old = read_record(path).sha256
    beside.write_text(beside.read_text(encoding="utf-8").replace(old, sha256_of(path)), encoding="utf-8")
    with pytest.raises(Exception, match="99999"):
        capital_book(load_territory("052", on="2019-12-31"))
