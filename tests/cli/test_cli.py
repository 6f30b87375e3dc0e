"""The commands as a planner types them: answers, exit codes, no tracebacks."""

import datetime as dt
import sys
from pathlib import Path

import pytest

from ntm_lib.cli import main
from ntm_lib.project import Project
from ntm_lib.units.schematic import schematic


@pytest.fixture
def ntm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs one command line and gives its exit code and all it printed."""

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ntm", *arguments])
        code = 0
        try:
            main()
        except SystemExit as stopped:
            code = stopped.code or 0
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_help_lists_the_commands(ntm) -> None:
    code, text = ntm("--help")
    assert code == 0
    for name in ("run", "lab", "criteria", "trace", "units", "boundaries"):
        assert name in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["units", "show", "01762"], ["Minh Thanh", "Vũ Minh", "--on"]),
        (["units", "show", "049"], ["Quảng Uyên", "Quảng Hòa", "--on"]),
        (["trace", "01762", "17.1"], ["Minh Thanh", "Vũ Minh", "--on"]),
        (["run", "--district", "049"], ["Quảng Uyên", "Quảng Hòa", "--on"]),
        (["run", "--district", "999", "--on", "2019-12-31"], ["999"]),
        (["run", "--district", "999", "--district", "01762", "--on", "2019-12-31"], ["999", "Minh Thanh", "052"]),
        (["run", "--district", "052,053"], ["--district 052 --district 053"]),
        (["run", "--district", "04", "--district", "998"], ["Cao Bằng", "998"]),
        (["trace", "01762", "17.1", "--on", "2009-12-31"], ["25/09/2012"]),
        (["units", "show", "xã Đức Long"], ["01669", "01822"]),
        (["run", "--formats", "dotx"], ["dotx", "html"]),
        (["run", "--on", "31/12/2019"], ["31/12/2019"]),
        (["run", "--district", "052", "--on", "2025-12-31"], ["31/12/2025", "--district"]),
        (["criteria", "show", "99", "--on", "2019-12-31"], ["99"]),
        (["criteria", "audit", "--region", "tdmnbp"], ["tdmnbp", "tdmnpb"]),
        (["trace", "01267", "17.1", "--on", "2019-12-31"], ["Sông Hiến"]),
        (["--lang", "fr", "units", "show", "052"], ["fr"]),
        (["--project", "no-such-folder", "units", "show", "052"], ["no-such-folder"]),
        (["no-such-command"], ["no-such-command"]),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_is_wrong(ntm, arguments: list[str], told: list[str]) -> None:
    code, text = ntm(*arguments)
    assert code == 2
    assert "Traceback" not in text
    for part in told:
        assert part in text


def test_a_code_means_the_unit_of_the_date(ntm) -> None:
    assert "Minh Thanh" in ntm("units", "show", "01762", "--on", "2018-12-31")[1]
    later = ntm("units", "show", "01762", "--on", "2020-12-31")[1]
    assert "Vũ Minh" in later
    assert "Bắc Hợp" in later


def test_a_rule_is_printed_with_its_source_and_how_far_it_was_verified(ntm) -> None:
    code, text = ntm("criteria", "show", "11", "--on", "2019-12-31")
    assert code == 0
    assert "1980/QĐ-TTg" in text
    assert "≤ 12%" in text
    assert "chưa đối chiếu văn bản gốc" in text


def test_the_audit_lists_what_is_assumed_and_counts_it(ntm) -> None:
    code, text = ntm("criteria", "audit")
    assert code == 0
    assert "[giả định] qd-1980-2016 2.1" in text
    assert "[chưa đối chiếu]" in text


def test_a_verdict_is_traced_to_value_file_row_rule_and_level(ntm) -> None:
    code, text = ntm("trace", "01762", "17.1", "--on", "2018-12-31")
    assert code == 0
    for part in ("17.1/hygienic", "17.1/clean", "data/illustrative/b02/2018.csv", "≥ 90%", "≥ 50%", "1980/QĐ-TTg"):
        assert part in text


def test_a_merged_commune_is_traced_to_its_parts(ntm) -> None:
    text = ntm("trace", "01762", "1", "--on", "2020-12-31")[1]
    for part in ("Minh Thanh", "Thái Học", "Bắc Hợp"):
        assert part in text


def test_english_on_request(ntm) -> None:
    assert "Formed from" in ntm("--lang", "en", "units", "show", "01762", "--on", "2020-12-31")[1]


def test_published_totals_stand_beside_the_sums(ntm) -> None:
    code, text = ntm("units", "totals")
    assert code == 0
    assert "530" in text


def test_a_folder_that_cannot_be_written_stops_before_anything_runs(ntm, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        code, text = ntm("run", "--out", str(out))
        assert code == 2
        assert str(out) in text
        assert "Traceback" not in text


def test_a_trace_ends_with_the_verdict_of_the_merged_commune_and_its_rule(ntm) -> None:
    text = ntm("--lang", "en", "trace", "01762", "17", "--on", "2020-12-31")[1]
    verdict, rule = text.rstrip().splitlines()[-2:]
    assert verdict.startswith("Criterion 17 of Xã Vũ Minh")
    assert verdict.endswith(": Not met")  # Bắc Hợp did not meet it, the two other parts did
    assert rule.endswith("when all the communes it was formed from did")


def test_a_year_before_the_register_is_traced_on_the_units_of_the_review(ntm) -> None:
    code, text = ntm("--lang", "en", "trace", "01762", "17.1", "--on", "2011-12-31")
    assert code == 0
    assert "reported by the units of 31 December 2019" in text.splitlines()[0]
    assert "data/illustrative/b02/2011.csv" in text
    assert text.rstrip().splitlines()[-1].startswith("Criterion 17 of Xã Minh Thanh")


def test_a_unit_is_shown_by_its_name(ntm) -> None:
    assert ntm("units", "show", "Thạch An")[1].startswith("053 ")


def test_imported_boundaries_are_listed_with_their_dates(ntm, own_project: Project, tmp_path: Path) -> None:
    def told(*arguments: str) -> str:
        code, text = ntm("--project", str(own_project.root), "--lang", "en", "boundaries", *arguments)
        assert code == 0, text
        return text

    assert "every map is drawn from the schematic" in told("show")
    file = tmp_path / "communes.geojson"
    schematic(dt.date(2025, 12, 31), own_project).reset_index().to_file(file, engine="pyogrio")
    imported = told("import", str(file), "--source", "Sở Nội vụ")
    lines = told("show").splitlines()
    assert lines[0] == "Maps of the units before 1 July 2025 keep the schematic."
    assert lines[1].startswith("Maps of the units from 1 July 2025 on are drawn from: Sở Nội vụ, ")
    assert imported.splitlines()[-2:] == lines
    removed = told("remove", "--on", "2025-12-31").splitlines()
    assert removed[0].startswith("Removed: the boundaries of the units from 1 July 2025 (Sở Nội vụ, ")
    assert "every map is drawn from the schematic" in removed[1]
