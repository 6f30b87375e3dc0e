"""Figures of a signed period never move; what is computed later stands beside them."""

import datetime as dt

import pandas as pd
import pytest

from ntm_lib.errors import FaultsError, UsageError
from ntm_lib.evaluation import Territory, criterion_shares, trend
from ntm_lib.evaluation.changes.signed import (
    FILES,
    NAME,
    as_signed,
    printed_trend,
    read_signed,
    sign_period,
    signed_beside,
    signed_differences,
    signed_folder,
)
from ntm_lib.evaluation.territory import load_province, load_territory
from ntm_lib.project import Project

BY, DAY = "Ban Chỉ đạo tỉnh", dt.date(2019, 8, 30)


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


def stricter(project: Project) -> None:
    """Count criteria that are not assessed otherwise: figures computed from now on differ."""
    path = project.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("counts_as_met", "left_out"), encoding="utf-8")


def test_signed_figures_stay_while_computed_ones_move(own: Project) -> None:
    before = load_territory("052")
    assert read_signed(own, before) is None
    pd.testing.assert_frame_equal(printed_trend(before, None), trend(before))
    folder = sign_period(own, before, BY, DAY)
    assert sorted(path.name for path in folder.iterdir()) == sorted([NAME, *FILES])
    stricter(own)
    after = load_territory("052")
    signed = read_signed(own, after)
    assert signed is not None
    assert (signed.about.signed_by, signed.about.signed_on, signed.about.is_illustrative) == (BY, DAY, True)
    pd.testing.assert_frame_equal(printed_trend(after, signed), trend(before))
    assert not trend(after).equals(trend(before))
    beside, differing = signed_beside(after, signed), signed_differences(after, signed)
    row = differing.loc[("mean_low", 2020)]
    assert row["signed"] == trend(before).loc[2020, "mean_low"]
    assert row["recomputed"] == trend(after).loc[2020, "mean_low"]
    assert row["difference"] == row["recomputed"] - row["signed"] != 0
    assert len(differing) < len(beside)
    agreed = beside.drop(index=differing.index).dropna()
    assert (agreed["difference"].abs() < 1e-9).all()


def test_a_signed_territory_prints_the_signed_figures_everywhere(own: Project) -> None:
    before = load_province(first_year=2018)
    sign_period(own, before, BY, DAY)
    path = own.parameters / "review.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("merge_rule: all_parts", "merge_rule: any_part"), encoding="utf-8"
    )
    stricter(own)
    for after in (load_province(first_year=2018), load_territory("052", first_year=2018)):
        held = as_signed(after, read_signed(own, after))
        kept = before.counts.reindex(after.counts.index)
        pd.testing.assert_frame_equal(held.counts, kept)
        assert not after.counts.equals(kept)
        pd.testing.assert_frame_equal(
            criterion_shares(held, 2020),
            criterion_shares(held.__class__(**{**vars(before), "communes": after.communes}), 2020),
        )
    assert as_signed(before, None) is before


def test_nothing_differs_right_after_signing_and_signed_tables_are_those_of_the_review(own: Project) -> None:
    territory = load_territory("052")
    sign_period(own, territory, BY, DAY)
    signed = read_signed(own, territory)
    assert signed is not None
    assert signed_differences(territory, signed).empty
    pd.testing.assert_frame_equal(signed.counts, territory.counts, check_dtype=False, check_index_type=False)
    pd.testing.assert_frame_equal(signed.criteria, territory.scores.criteria, check_dtype=False, check_index_type=False)


def test_what_the_province_signed_holds_for_its_districts(own: Project) -> None:
    province = load_province(first_year=2018)
    sign_period(own, province, BY, DAY)
    for code in province.vintage.districts.index[:3]:
        district: Territory = load_territory(str(code), first_year=2018)
        signed = read_signed(own, district)
        assert signed is not None
        assert signed.about.unit_code == province.unit.code
        pd.testing.assert_frame_equal(printed_trend(district, signed), trend(district))


def test_other_periods_and_other_units_are_not_signed(own: Project) -> None:
    sign_period(own, load_territory("052"), BY, DAY)
    assert read_signed(own, load_territory("052", first_year=2011)) is None
    assert read_signed(own, load_territory("052", on="2020-12-31")) is None
    assert read_signed(own, load_territory("051")) is None


def test_signing_again_is_refused_and_says_who_signed(own: Project) -> None:
    territory = load_territory("052")
    sign_period(own, territory, BY, DAY)
    with pytest.raises(UsageError, match=r"Ban Chỉ đạo tỉnh.*30/08/2019"):
        sign_period(own, territory, "Người khác", DAY)
    signed = read_signed(own, territory)
    assert signed is not None
    assert signed.about.signed_by == BY
    with pytest.raises(UsageError):
        sign_period(own, load_territory("051"), "  ", DAY)


@pytest.mark.parametrize("name", [*FILES, NAME])
def test_a_changed_file_stops(own: Project, name: str) -> None:
    territory = load_territory("052")
    folder = sign_period(own, territory, BY, DAY)
    assert folder == signed_folder(own, territory, "052")
    path = folder / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2020", "2019", 1), encoding="utf-8")
    with pytest.raises(FaultsError, match=name.replace(".", r"\.")):
        read_signed(own, territory)
    with pytest.raises(FaultsError):
        sign_period(own, territory, BY, DAY)
