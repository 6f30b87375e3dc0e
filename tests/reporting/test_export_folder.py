"""An export is whole or not at all, overwrites nothing, and follows the choice and the units."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from invented_territory import district

from ntm_lib import evaluation
from ntm_lib.errors import UsageError
from ntm_lib.evaluation import Territory
from ntm_lib.reporting.export import Choice, bundle, collect, export

YEAR = 2020


@pytest.fixture(autouse=True)
def _vietnamese(_english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "vi")


@pytest.fixture(scope="module")
def territory(project) -> Territory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        patch.setenv("NTM_LANG", "vi")
        return district({(0, YEAR, "1.1"): float("nan")})


def read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def test_a_folder_appears_whole_or_not_at_all(territory, tmp_path, monkeypatch):
    def broken(*_args, **_kw):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle, "write_parquet", broken)
    with pytest.raises(OSError, match="No space"):
        export(territory, tmp_path / "out", Choice("counts"), ("csv", "parquet"))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_wrong_use_is_told(territory, tmp_path):
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError):
        export(territory, tmp_path, Choice("counts"), ("csv",))
    for choice, formats, year in (
        (Choice("everything"), ("csv",), None),
        (Choice("counts"), ("pdf",), None),
        (Choice("counts"), (), None),
        (Choice("counts"), ("gpkg",), 1999),
    ):
        with pytest.raises(UsageError):
            export(territory, tmp_path / "new", choice, formats, year)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_units_without_districts_leave_too(project, tmp_path):
    later = evaluation.load_territory("04", on="2025-12-31")
    export(later, tmp_path / "out", Choice("counts"), ("gpkg", "csv"))
    counts = read_csv(tmp_path / "out" / "counts.csv")
    assert (counts["district_code"] == "").all()
    assert counts["unit_vintage"].unique().tolist() == ["2025-12-31"]
    lines = gpd.read_file(tmp_path / "out" / f"ntm-{YEAR}.gpkg", layer="inner_lines")
    assert set(lines["kind"]) == {"commune"}


def test_the_parts_follow_the_choice(territory):
    assert [part.name for part in collect(territory, Choice("counts")).parts] == ["units", "verdicts", "counts"]
    assert [part.name for part in collect(territory, Choice("results")).parts] == ["units", "results"]
