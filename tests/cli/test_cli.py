"""The commands as a planner types them: answers, exit codes, no tracebacks."""

import sys

import pytest

from ntm_lib.cli import main


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
        (["run", "--formats", "dotx"], ["dotx", "html"]),
        (["run", "--on", "31/12/2019"], ["31/12/2019"]),
        (["run", "--on", "2025-12-31"], ["2025"]),
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
    assert "≤ 12 %" in text
    assert "chưa đối chiếu văn bản gốc" in text


def test_the_audit_lists_what_is_assumed_and_counts_it(ntm) -> None:
    code, text = ntm("criteria", "audit")
    assert code == 0
    assert "[giả định] qd-1980-2016 2.1" in text
    assert "[chưa đối chiếu]" in text


def test_a_verdict_is_traced_to_value_file_row_rule_and_level(ntm) -> None:
    code, text = ntm("trace", "01762", "17.1", "--on", "2018-12-31")
    assert code == 0
    for part in ("17.1/hygienic", "17.1/clean", "data/illustrative/b02/2018.csv", "≥ 90 %", "≥ 50 %", "1980/QĐ-TTg"):
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
