"""Names as different offices write them."""

import datetime as dt
import unicodedata

import pytest

from ntm_lib import units
from ntm_lib.errors import UsageError
from ntm_lib.units import names

Y2019, Y2020, Y2025 = (dt.date.fromisoformat(day) for day in ("2019-12-31", "2020-12-31", "2025-12-31"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà An", "Hòa An"),
        ("Đàm Thuỷ", "Đàm Thủy"),
        ("Hồng Sỹ", "Hồng Sĩ"),
        ("Mỹ Hưng", "Mĩ Hưng"),
        ("Vinh Quý", "Vinh Quí"),
        ("Huyện Phục Hoà", "phục   hòa"),
        ("Thị trấn Nước Hai", "TT. Nước Hai"),
        ("Thị trấn Nước Hai", "ThịtrấnNướcHai"),
        ("Thành phố Cao Bằng", "TP Cao Bằng"),
        ("Xã Triệu Ẩu", "Xã Triệu ẩu"),
        (unicodedata.normalize("NFD", "Xã Thượng Thôn"), "XÃ THƯỢNG THÔN"),
    ],
)
def test_spelling_pairs_share_a_key(one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Đức Xuân", "Đức Long"),
        ("Nậm", "Nặm"),
        ("Thuý", "Thúi"),
        ("Hòa", "Hóa"),
        ("Đa", "Da"),
        ("Thành Công", "Công"),
    ],
)
def test_different_names_keep_apart(one: str, other: str) -> None:
    assert names.key(one) != names.key(other)


def test_kind_before_the_name() -> None:
    assert names.split_kind("Thị trấn Nước Hai") == ("thi_tran", "Nước Hai")
    assert names.split_kind("TP. Cao Bằng") == ("thanh_pho", "Cao Bằng")
    assert names.split_kind("Thành Công") == (None, "Thành Công")
    assert names.split_kind("Xuân Trường") == (None, "Xuân Trường")
    assert names.split_kind("Xã") == (None, "Xã")


@pytest.mark.parametrize("date", [Y2019, Y2020, Y2025])
def test_every_unit_is_found_by_its_name_and_place(date: dt.date) -> None:
    vintage = units.on(date)
    for code, name, parent in zip(
        vintage.communes.index, vintage.communes["name"], vintage.communes["parent_code"], strict=True
    ):
        assert vintage.find(name, within=parent).code == code
        assert vintage.find(unicodedata.normalize("NFD", name), within=parent).code == code


def test_names_are_unique_within_a_district_without_diacritics() -> None:
    for date in (Y2019, Y2020):
        communes = units.on(date).communes
        loose = communes["short_name"].map(names.loose_key)
        assert not (communes["parent_code"] + " " + loose).duplicated().any()


def test_stored_names_are_nfc() -> None:
    for date in (Y2019, Y2020, Y2025):
        frame = units.on(date).frame
        assert (frame["name"] == frame["name"].map(names.normalise)).all()


def test_names_borne_by_several_communes_are_refused_with_the_candidates() -> None:
    communes = units.on(Y2019).communes
    counts = communes["short_name"].value_counts()
    twice = {
        "Vĩnh Quang",
        "Thái Học",
        "Phan Thanh",
        "Hưng Đạo",
        "Ngọc Động",
        "Quang Trung",
        "Đức Xuân",
        "Đức Long",
    }
    assert set(counts.index[counts > 1]) == twice
    for name in twice:
        with pytest.raises(UsageError) as caught:
            units.on(Y2019).find(name)
        for code in communes.index[communes["short_name"] == name]:
            assert code in str(caught.value)
    assert units.on(Y2019).find("Hưng Đạo", within="040").code == "01705"
    assert units.on(Y2025).communes["short_name"].is_unique


def test_kind_tells_a_town_from_its_district() -> None:
    vintage = units.on(Y2019)
    with pytest.raises(UsageError, match="01576"):
        vintage.find("Quảng Uyên")
    assert vintage.find("Huyện Quảng Uyên").code == "049"
    assert vintage.find("Thị trấn Quảng Uyên").code == "01576"
    assert vintage.find("Quảng Uyên", level="district").code == "049"


def test_spelling_of_lists_and_aliases_is_found() -> None:
    vintage = units.on(Y2019)
    assert vintage.find("Sỹ Hai").code == "01429"
    assert vintage.find("Thông Hoè").code == "01525"
    assert vintage.find("Xã Trương Vương").code == "01699"
    assert vintage.find("Hồng Sĩ").code == "01426"
    assert units.on(Y2020).find("Hồng Sĩ").code == "01429"
    with pytest.raises(UsageError):
        units.on(Y2020).find("Thông Hoè")


def test_without_diacritics_only_within_a_district() -> None:
    vintage = units.on(Y2019)
    assert vintage.find("Hung Dao", within="040").code == "01705"
    assert vintage.find("ThaiHoc", within="052").code == "01741"
    with pytest.raises(UsageError):
        vintage.find("Hung Dao")


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(UsageError, match="Thị trấn Trùng Khánh"):
        units.on(Y2019).find("Trung Khah")
    with pytest.raises(UsageError, match="Huyện Quảng Hòa"):
        units.on(Y2020).find("Quảng Hà", within="04", level="district")
