"""Volumes of work: sums with what is unknown as an interval, the change over those who reported both years."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntm_lib.errors import UsageFaultsError
from ntm_lib.evaluation import Territory, load_territory
from ntm_lib.evaluation.aims.published_work import published_work
from ntm_lib.evaluation.aims.volume_list import load_volume_list
from ntm_lib.evaluation.aims.volumes import Volumes, volume_lines, volumes
from ntm_lib.evaluation.capital.book import capital_book
from ntm_lib.evaluation.capital.cost import cost_for_each_criterion
from ntm_lib.project import Project

ROAD, MARKET, HOUSES = "b08.road_village_hardened_km", "b08.has_market", "b08.makeshift_houses"


def rows(territory: Territory, year: int) -> pd.DataFrame:
    table = pd.read_csv(territory.project.data / "illustrative" / "b08.csv", dtype={"commune_code": str})
    inside = table["commune_code"].isin(territory.parts["from_code"])
    return table[inside & (table["year"] == year) & (table["status"] == "actual")].set_index("commune_code")


def at(found: Volumes, name: str, year: int) -> pd.Series:
    return found.by_year.T[(name, year)]


def test_the_sum_and_what_is_unknown_by_hand(district: Territory) -> None:
    found, table = volumes(district), rows(district, 2010)
    part, whole = table["road_village_hardened_km"], table["road_village_km"]
    row = at(found, ROAD, 2010)
    assert row["low"] == pytest.approx(part.sum())
    assert row["high"] == pytest.approx(part.sum() + whole[part.isna()].sum())
    assert (row["reported"], row["expected"]) == (part.notna().sum(), len(table))
    assert 0 < row["reported"] < row["expected"]


def test_where_no_market_is_planned_there_is_nothing_to_report(district: Territory) -> None:
    found, table = volumes(district), rows(district, 2020)
    row = at(found, MARKET, 2020)
    assert row["whole"] == table["is_market_planned"].sum() < len(table)
    assert row["low"] == table["has_market"].sum()
    assert row["reported"] == (table["has_market"].notna() | (table["is_market_planned"] == 0)).sum()


def test_what_was_done_is_the_change_of_those_who_reported_both_years(district: Territory) -> None:
    found = volumes(district)
    first, last = rows(district, 2010), rows(district, 2020)
    change = (last["road_village_hardened_km"] - first["road_village_hardened_km"]).dropna()
    assert found.done["amount"][ROAD] == pytest.approx(change.sum())
    assert found.done["both"][ROAD] == len(change) < len(last)
    fewer = (first["makeshift_houses"] - last["makeshift_houses"]).dropna()
    assert found.done["amount"][HOUSES] == fewer.sum() > 0


def test_a_table_that_nobody_handed_in_is_missing_and_not_zero(district: Territory) -> None:
    found = volumes(district)
    assert found.not_handed_in == ("b09",)
    cooperatives = at(found, "b09.cooperatives", 2020)
    assert np.isnan(cooperatives["low"])
    assert cooperatives["reported"] == 0


def test_districts_add_up_to_the_province_before_and_after_the_mergers(province: Territory, loaded) -> None:
    whole = volumes(province)
    for on in ("2020-12-31",):  # districts that changed
        codes = loaded("04", on).vintage.districts.index
        parts = [volumes(loaded(str(code), on)).by_year for code in codes]
        for column in ("low", "reported", "expected"):
            total = sum(part[column].fillna(0) for part in parts)
            assert np.allclose(total, whole.by_year[column].fillna(0)), (on, column)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_knowing_more_only_narrows_the_interval(district: Territory, seed: int) -> None:
    read = volume_lines(district)
    full = volumes(district, read=read)
    random = np.random.default_rng(seed)
    by_table = {
        name: lines.__class__(
            **{**vars(lines), "frame": lines.frame.mask(random.uniform(size=lines.frame.shape) < 0.3)}
        )
        for name, lines in read.by_table.items()
    }
    less = volumes(district, read=read.__class__(read.choice, by_table, read.about))
    low, high = less.by_year["low"].fillna(0), less.by_year["high"].fillna(np.inf)
    assert (low <= full.by_year["low"].fillna(0) + 1e-9).all()
    assert (high >= full.by_year["high"].fillna(0) - 1e-9).all()


def test_the_communes_of_a_district_add_up(district: Territory) -> None:
    read = volume_lines(district)
    of_communes = [volumes(district, code, read).by_year for code in district.in_programme.index]
    total = sum(part["low"].fillna(0) for part in of_communes)
    assert np.allclose(total, volumes(district, read=read).by_year["low"].fillna(0))


def test_a_yes_of_a_divided_commune_stays_with_its_larger_part(loaded) -> None:
    district = loaded("052", "2020-12-31")
    shares = district.parts[district.parts["from_code"] == "01753"]
    divided = district.parts.groupby("from_code").filter(lambda part: len(part) > 1)
    assert len(divided) == 2, shares
    smaller = divided.sort_values("people_share")["to_code"].iloc[0]
    parts = district.parts[district.parts["to_code"] == smaller]
    row = at(volumes(district, smaller), "b08.has_standard_health_station", 2020)
    assert row["expected"] == len(parts) - 1


def test_a_district_has_its_published_volumes_beside_comparable_ones_only(loaded) -> None:
    district = loaded("045", "2019-12-31")
    table = published_work(district, volumes(district), capital_book(district)).set_index("label")
    houses = table.loc["Xóm có nhà văn hóa"]
    assert (houses["value"], houses["year"]) == (146, 2015)
    row = at(volumes(district), "b08.villages_with_culture_house", 2015)
    assert (houses["low"], houses["high"]) == (row["low"], row["high"])
    assert np.isnan(table.loc["Đường giao thông nông thôn đã xây dựng", "low"])
    assert published_work(loaded("045", "2020-12-31"), volumes(loaded("045", "2020-12-31")), capital_book(loaded("045", "2020-12-31"))).empty  # fmt: skip


def test_every_fault_of_the_list_is_told_at_once(own_project: Project) -> None:
    path = own_project.parameters / "review" / "volumes.yaml"
    path.write_text(
        """
milestones: [2015]
contents:
  - label: {vi: A, en: A}
    lines:
      - {table: b08, part: canal_km_lined}
      - {table: b88, part: canal_km}
      - {table: b06, part: firms_vnd_million}
      - {table: b08, part: canal_lined_km, whole: canals}
      - {table: b08, part: canal_lined_km, whole: canal_km}
""",
        encoding="utf-8",
    )
    with pytest.raises(UsageFaultsError) as caught:
        load_volume_list(own_project)
    for part in ("canal_km_lined", "b88", "'b06'", "canals", "b08.canal_lined_km"):
        assert part in str(caught.value), part


def test_a_milestone_outside_the_period_is_left_out(project: Project) -> None:
    choice = load_volume_list(project)
    assert choice.shown_years(range(2016, 2019)) == [2016, 2018]


def test_a_period_of_one_year_still_has_its_volumes(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    territory = load_territory("052", on="2019-12-31", first_year=2020, last_year=2020)
    costs = cost_for_each_criterion(capital_book(territory), territory)
    assert [(cost.gained_low, cost.gained_high, cost.low) for cost in costs] == [(0, 0, None)] * 2
    found = volumes(territory)
    assert found.done["amount"][ROAD] == 0
    assert at(found, ROAD, 2020)["low"] > 0
