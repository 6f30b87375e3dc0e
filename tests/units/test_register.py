"""The register: which units there were on which day, and what a code means."""

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from ntm_lib import units
from ntm_lib.errors import FaultsError, NtmError, UsageError
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, sha256_of

HERE = Path(__file__).parent
Y2019, FEBRUARY, Y2020, Y2025 = (
    dt.date.fromisoformat(day) for day in ("2019-12-31", "2020-02-15", "2020-12-31", "2025-12-31")
)


def expected(date: dt.date) -> dict[str, tuple[str, str]]:
    with (HERE / "expected_communes.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {row["code"]: (row["name"], row["parent_code"]) for row in rows if row["on"] == str(date)}


@pytest.mark.parametrize(
    ("date", "districts", "communes", "in_programme"),
    [(Y2019, 13, 199, 177), (FEBRUARY, 12, 161, 139), (Y2020, 10, 161, 139), (Y2025, 0, 56, 53)],
)
def test_counts_of_units(date: dt.date, districts: int, communes: int, in_programme: int) -> None:
    vintage = units.on(date)
    assert len(vintage.districts) == districts
    assert len(vintage.communes) == communes
    assert vintage.communes["is_in_programme"].sum() == in_programme


@pytest.mark.parametrize("date", [Y2019, Y2020, Y2025])
def test_every_commune_by_code_name_and_parent(date: dt.date) -> None:
    communes = units.on(date).communes
    rows = zip(communes.index, communes["name"], communes["parent_code"], strict=True)
    found = {code: (name, parent) for code, name, parent in rows}
    assert found == expected(date)
    rural = {code for code, (name, _parent) in expected(date).items() if name.startswith("Xã ")}
    assert set(communes.index[communes["is_in_programme"]]) == rural


def test_order_is_province_districts_communes_by_code() -> None:
    frame = units.on(Y2019).frame
    assert list(frame["level"].unique()) == ["province", "district", "commune"]
    for _level, part in frame.groupby("level"):
        assert part.index.is_monotonic_increasing


@pytest.mark.parametrize(
    ("code", "date", "name", "parent"),
    [
        ("01363", "2020-01-31", "Thị trấn Thông Nông", "044"),
        ("01363", "2020-02-01", "Thị trấn Thông Nông", "045"),
        ("01447", "2020-02-29", "Thị trấn Hùng Quốc", "046"),
        ("01447", "2020-03-01", "Thị trấn Trà Lĩnh", "047"),
        ("01474", "2020-02-29", "Xã Quốc Toản", "046"),
        ("01474", "2020-03-01", "Xã Quốc Toản", "049"),
        ("01648", "2020-02-29", "Thị trấn Hoà Thuận", "050"),
        ("01648", "2020-03-01", "Thị trấn Hoà Thuận", "049"),
        ("01762", "2020-01-31", "Xã Minh Thanh", "052"),
        ("01762", "2020-02-01", "Xã Vũ Minh", "052"),
        ("049", "2020-02-29", "Huyện Quảng Uyên", "04"),
        ("049", "2020-03-01", "Huyện Quảng Hòa", "04"),
        ("01273", "2025-06-30", "Phường Hợp Giang", "040"),
        ("01273", "2025-07-01", "Phường Thục Phán", "04"),
    ],
)
def test_a_code_on_the_days_around_a_change(code: str, date: str, name: str, parent: str) -> None:
    unit = units.on(dt.date.fromisoformat(date)).unit(code)
    assert (unit.name, unit.parent_code) == (name, parent)


def test_districts_of_february_2020() -> None:
    before, february = units.on(Y2019), units.on(FEBRUARY)
    assert set(before.districts.index) - set(february.districts.index) == {"044"}
    moved = february.communes.loc[["01363", "01366", "01384"], "parent_code"]
    assert set(moved) == {"045"}
    assert len(february.communes_of("045")) == len(units.on(Y2020).communes_of("045"))
    assert february.communes_of("046").index.is_unique
    assert not february.communes_of("046").empty


def test_communes_of_covers_every_level() -> None:
    vintage = units.on(Y2019)
    assert len(vintage.communes_of("04")) == 199
    assert sum(len(vintage.communes_of(code)) for code in vintage.districts.index) == 199
    assert len(units.on(Y2025).communes_of("04")) == 56
    with pytest.raises(UsageError, match="044"):
        units.on(Y2020).communes_of("044")


def test_a_date_before_the_register_stops() -> None:
    assert len(units.on(dt.date(2012, 9, 25)).communes) == 199
    with pytest.raises(UsageError, match="25/09/2012"):
        units.on(dt.date(2012, 9, 24))
    assert len(units.on(dt.date(2040, 1, 1)).communes) == 56


def test_frame_is_a_copy() -> None:
    frame = units.on(Y2019).frame
    frame.loc["01762", "name"] = "changed"
    assert units.on(Y2019).frame.loc["01762", "name"] == "Xã Minh Thanh"


def test_people_and_areas() -> None:
    for date in (Y2019, FEBRUARY, Y2020, Y2025):
        communes = units.on(date).communes
        assert communes["people_2019"].sum() == 530_341
        assert communes["area_km2"].notna().all()
    assert units.on(Y2025).communes["people_2025"].sum() == 574_684
    assert units.on(Y2019).communes["people_2025"].isna().all()
    assert units.on(Y2025).communes["area_km2"].sum() == pytest.approx(6700.48)


def test_doubtful_border_flags_are_unknown() -> None:
    communes = units.on(Y2019).communes
    unknown = set(communes.loc[communes["is_border"].isna(), "name"])
    assert unknown == {"Thị trấn Hoà Thuận", "Xã Danh Sỹ", "Xã Lê Lợi"}
    assert communes["is_border"].sum() == 45


def test_register_totals_stand_beside_the_sums() -> None:
    totals = units.register_totals(Y2019).set_index(["code", "quantity", "date"])
    census = totals.loc[("04", "people", dt.date(2019, 4, 1))]
    assert (census["published"], census["computed"], census["difference"]) == (530_341, 530_341, 0)
    area = totals.loc[("04", "area_km2", dt.date(2019, 11, 1))]
    assert area["published"] == 6700.39
    assert area["difference"] == pytest.approx(-10.74)
    assert totals.loc[("04", "people", dt.date(2022, 12, 31)), ["computed", "difference"]].isna().all()
    assert "045" not in totals.index.get_level_values("code"), "the figure of 2020 is of another territory"
    later = units.register_totals(Y2020).set_index(["code", "quantity"])
    assert later.loc[("045", "area_km2"), "published"] == 810.96
    assert "046" not in later.index.get_level_values("code")


REUSED = {
    "01402": ("Xã Vân An", "Xã Cải Viên"),
    "01429": ("Xã Sĩ Hai", "Xã Hồng Sỹ"),
    "01438": ("Xã Phù Ngọc", "Xã Ngọc Đào"),
    "01468": ("Xã Lưu Ngọc", "Xã Quang Vinh"),
    "01525": ("Xã Thông Huề", "Xã Đoài Dương"),
    "01564": ("Xã Việt Chu", "Xã Thống Nhất"),
    "01630": ("Xã Triệu Ẩu", "Xã Bế Văn Đàn"),
    "01699": ("Xã Trưng Vương", "Xã Nguyễn Huệ"),
    "01762": ("Xã Minh Thanh", "Xã Vũ Minh"),
    "01447": ("Thị trấn Hùng Quốc", "Thị trấn Trà Lĩnh"),
    "049": ("Huyện Quảng Uyên", "Huyện Quảng Hòa"),
}


@pytest.mark.parametrize("code", sorted(REUSED))
def test_a_code_used_again_needs_a_date(code: str) -> None:
    old, new = REUSED[code]
    with pytest.raises(UsageError) as caught:
        units.resolve(code)
    assert old in str(caught.value)
    assert new in str(caught.value)
    assert units.resolve(code, Y2019).name == old
    assert units.resolve(code, Y2020).name == new


def test_exactly_these_communes_changed_name_in_2020() -> None:
    before, after = units.on(Y2019).communes["name"], units.on(Y2020).communes["name"]
    common = before.index.intersection(after.index)
    changed = set(common[before[common] != after[common]])
    assert changed == {code for code in REUSED if len(code) == 5}


def test_meanings_are_told_with_their_dates() -> None:
    with pytest.raises(UsageError) as caught:
        units.resolve("01762")
    for day in ("25/09/2012", "31/01/2020", "01/02/2020", "30/06/2025"):
        assert day in str(caught.value)


def test_a_code_with_one_meaning_needs_no_date() -> None:
    assert units.resolve("04").name == "Tỉnh Cao Bằng"
    assert units.resolve("045").valid_from == dt.date(2020, 2, 1), "the latest version, with its dates"
    assert units.resolve("01753").valid_to == dt.date(2020, 1, 31)


def test_unknown_codes_name_what_is_near() -> None:
    with pytest.raises(UsageError, match="01762 Xã Vũ Minh"):
        units.resolve("1762")
    with pytest.raises(UsageError, match=r"01753 Xã Bắc Hợp.*01747 Xã Minh Tâm.*01762 Xã Vũ Minh"):
        units.resolve("01753", Y2020)


def test_attach_joins_by_code_and_keeps_rows() -> None:
    table = pd.DataFrame({"commune_code": ["01762", "01405", "01762"], "value": [1, 2, 3]}, index=[7, 7, 9])
    joined = units.on(Y2019).attach(table, columns=["name", "people_2019"])
    assert list(joined.index) == [7, 7, 9]
    assert list(joined["name"]) == ["Xã Minh Thanh", "Xã Cải Viên", "Xã Minh Thanh"]
    assert list(joined["value"]) == [1, 2, 3]
    by_level = table.set_index(["commune_code", "value"])
    assert list(units.on(Y2019).attach(by_level, ["name"])["name"]) == list(joined["name"])


def test_attach_refuses_codes_of_another_day_all_at_once() -> None:
    table = pd.DataFrame({"commune_code": ["01405", "99999", "052", None, "01762"], "kind": "x"})
    with pytest.raises(FaultsError) as caught:
        units.on(Y2020).attach(table, columns=["kind", "nothing"])
    message = str(caught.value)
    assert len(caught.value.faults) == 6
    for text in ("Xã Cải Viên", "99999", "052", "kind", "nothing"):
        assert text in message


def test_each_table_has_its_record(project: Project) -> None:
    for name in ("units.csv", "lineage.csv", "registers.csv", "aliases.csv"):
        path = project.data / "units" / name
        assert read_record(path).sha256 == sha256_of(path)


def broken(project: Project, name: str, old: str, new: str) -> Project:
    path = project.data / "units" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return project


def test_faults_of_the_tables_are_told_together(own_project: Project) -> None:
    broken(own_project, "units.csv", "2012-09-25,2020-01-31,26.58", "2012-09-25,2020-13-31,-26.58")
    broken(
        own_project,
        "units.csv",
        "Phường Sông Hiến,Sông Hiến,commune,phuong",
        "Phường Sông Hiến,,commune,ward",
    )
    with pytest.raises(FaultsError) as caught:
        units.on(Y2019, own_project)
    where = [fault.where for fault in caught.value.faults]
    assert {text.split(", ")[1] for text in where} == {"valid_to", "area_km2", "short_name", "kind"}


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("units.csv", "052,2020-02-01,2025-06-30,53.43436", "052,2020-01-15,2025-06-30,53.43436", "01762"),
        (
            "units.csv",
            "01762,Xã Vũ Minh,Vũ Minh,commune,xa,052",
            "01762,Xã Vũ Minh,Vũ Minh,commune,xa,044",
            "044",
        ),
        ("lineage.csv", "split,0.414,0.353", "split,0.4,0.353", "01753"),
        ("lineage.csv", "2020-02-01,01753,01762", "2020-02-01,01753,09999", "09999"),
        ("lineage.csv", "2020-02-01,01405,01402", "2020-02-01,01406,01402", "01406"),
        ("lineage.csv", "2020-03-01,01447,01447", "2020-03-01,01450,01447", "01450"),
        ("registers.csv", "040,area_km2", "090,area_km2", "090"),
        ("aliases.csv", "Xã Thông Huề", "Xã Thông Hòe", "01525"),
    ],
)
def test_tables_that_disagree_stop(own_project: Project, name: str, old: str, new: str, told: str) -> None:
    with pytest.raises(FaultsError, match=told) as caught:
        units.on(Y2019, broken(own_project, name, old, new))
    assert name in str(caught.value)


def test_a_missing_table_stops(own_project: Project) -> None:
    (own_project.data / "units" / "lineage.csv").unlink()
    with pytest.raises(NtmError, match=r"lineage\.csv"):
        units.on(Y2019, own_project)


def test_a_corrected_table_is_read_again(own_project: Project) -> None:
    assert units.on(Y2019, own_project).unit("01762").area_km2 == 26.58
    broken(own_project, "units.csv", "2020-01-31,26.58", "2020-01-31,26.59")
    assert units.on(Y2019, own_project).unit("01762").area_km2 == 26.59
