"""``ntm scenario``: what it prints can be read, and the command it prints can be run."""

import shlex

import openpyxl
import pytest
from typer.testing import CliRunner

from ntm_lib.cli import app
from ntm_lib.planning.scenario import load_scenario


@pytest.fixture
def run(own_project, monkeypatch):
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return lambda *arguments: CliRunner().invoke(app, ["scenario", *arguments])


def test_changes_stand_in_words_as_on_the_pages(run):
    told = run("show", "provincial_aims").output
    assert "2022: 22; 2023: 27; 2024: 32" in told
    assert "Nhu cầu vốn thấp nhất" in told
    assert "least_cost" not in told
    assert "0,1 → 0,25" in run("show", "bad_year").output


def test_the_command_told_with_a_workbook_reads_it_back(own_project, run, tmp_path):
    path = tmp_path / "tables.xlsx"
    told = run("workbook", "bad_year", "--out", str(path)).output
    book = openpyxl.load_workbook(path)
    book["Khả năng cân đối vốn"]["D5"] = 1000
    book.save(path)
    words = shlex.split(told.partition("ntm scenario ")[2])
    made = run(*("edited" if word == "MÃ" else word for word in words))
    assert made.exit_code == 0, made.output
    scenario = load_scenario("edited", own_project)
    assert scenario.settings.money.table == "edited_budget"
    assert scenario.settings.money.change_pct_by_year == {2023: -40, 2024: -10}
