"""Budgets: money by source and year, changed only by what the scenario says; a missing line is no zero."""

import pandas as pd
import pytest

from ntm_lib.errors import UsageError
from ntm_lib.planning.means.budget import purse_labels, read_budget
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.settings import Purse


def _budget(project, **changes):
    return read_budget(project, load_scenario("base", project, **changes).settings)


def _write(project, change):
    path = project.parameters / "planning" / "budget.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table).to_csv(path, index=False)


def test_the_shipped_table_covers_every_source_and_year(project):
    budget = _budget(project)
    assert list(budget.amounts.index) == [purse.value for purse in Purse] == [purse.value for purse in purse_labels()]
    assert list(budget.amounts.columns) == list(range(2021, 2026))
    assert budget.amounts.notna().all().all()
    assert 0 < budget.assumed_share < 1


def test_changes_apply_to_year_and_source(project):
    base = _budget(project).amounts
    changed = _budget(
        project, money__change_pct_by_year={2023: -40}, money__change_pct_by_purse={"local": 50},
        money__extra_vnd_million={2024: {"firms": 1000}}, money__closed=["credit"],
    ).amounts  # fmt: skip
    assert changed.loc["integrated", 2023] == pytest.approx(0.6 * base.loc["integrated", 2023])
    assert changed.loc["local", 2023] == pytest.approx(0.6 * 1.5 * base.loc["local", 2023])
    assert changed.loc["firms", 2024] == base.loc["firms", 2024] + 1000
    assert (changed.loc["credit"] == 0).all()
    assert changed.loc["integrated", 2022] == base.loc["integrated", 2022]


def test_money_that_a_scenario_adds_is_assumed(project):
    base = _budget(project)
    read = base.table.loc[base.table["basis"] != "assumed", "amount_vnd_million"].sum()
    more = _budget(project, money__change_pct_by_year={2022: 25})
    assert (1 - more.assumed_share) * more.amounts.to_numpy().sum() == pytest.approx(read)
    less = _budget(project, money__change_pct_by_year={2022: -50})
    assert (1 - less.assumed_share) * less.amounts.to_numpy().sum() == pytest.approx(read / 2)


def test_a_published_need_is_not_money_that_was_read(project):
    table = _budget(project).table
    assert set(table.loc[table["source"].str.contains("nhu cầu"), "basis"]) == {"assumed"}


def test_money_may_not_become_negative(project):
    with pytest.raises(UsageError, match=r"2024\.firms"):
        _budget(project, money__extra_vnd_million={2024: {"firms": -1e9}})


def test_every_fault_is_told_at_once(own_project):
    def spoil(table):
        table = table.drop(index=3)
        table.loc[0, "amount_vnd_million"] = "-5"
        table.loc[1, "purse"] = "centrall_investment"
        table.loc[2, "amount_vnd_million"] = "nhiều"
        table.loc[5, "basis"] = "guess"
        return pd.concat([table, table.tail(1)])

    _write(own_project, spoil)
    with pytest.raises(UsageError) as error:
        _budget(own_project)
    told = str(error.value)
    for part in ("budget.csv: 2", "-5", "central_investment'", "budget.csv: 4", "guess", "central_investment 2024"):
        assert part in told


def test_a_figure_that_was_read_needs_its_source(own_project):
    def unsourced(table):
        table.loc[table["basis"] == "read", "source"] = ""
        return table

    _write(own_project, unsourced)
    with pytest.raises(UsageError, match="basis: assumed"):
        _budget(own_project)


def test_an_unknown_table_is_told_with_the_nearest(project):
    with pytest.raises(UsageError, match="'budget'"):
        _budget(project, money__table="buget")
