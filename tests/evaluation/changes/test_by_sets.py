"""Three sets side by side: only what can be compared is, and every requirement says why not."""

import pytest

from ntm_lib import criteria
from ntm_lib.evaluation import load_territory, trend
from ntm_lib.evaluation.changes.by_sets import Reason, by_sets, comparability
from ntm_lib.evaluation.changes.worlds import World, gained, side_by_side, values_of
from ntm_lib.project import Project
from ntm_lib.verdicts import Verdict


@pytest.fixture(scope="module")
def district(project: Project):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return load_territory("052")


def test_the_set_that_judged_the_year_gives_the_figures_of_the_review(district) -> None:
    table, own = by_sets(district), trend(district)
    assert side_by_side(criteria.load(district.project), district.project) == list(table.index.unique("set_id"))
    assert len(table.index.unique("set_id")) == 3
    for (year, _set), row in table[table["is_own"]].iterrows():
        for name in ("communes", "reported", "mean_low", "mean_high", "all", "under_5", "unknown"):
            assert row[name] == pytest.approx(own.loc[year, name], nan_ok=True)


def test_bounds_hold_and_what_is_decided_is_what_lies_between_them(district) -> None:
    table = by_sets(district).dropna(subset="mean_low")
    assert (table["mean_low"] <= table["mean_high"]).all()
    assert (table["mean_high"] - table["mean_low"] - (19 - table["decided"])).abs().max() < 1e-9
    assert (table["all_low"] <= table["all_high"]).all()


def test_the_year_reported_by_both_sets_uses_what_was_handed_in(district) -> None:
    table = by_sets(district)
    assert table.loc[(2016, "qd-1980-2016"), "source"] == "qd-1980-2016"
    assert table.loc[(2016, "qd-318-2022"), "source"] == "qd-1980-2016"
    assert table.loc[(2015, "qd-1980-2016"), "source"] == "qd-491-2009+qd-342-2013"


@pytest.mark.parametrize(
    ("year", "set_id"), [(2012, "qd-1980-2016"), (2020, "qd-318-2022"), (2020, "qd-491-2009+qd-342-2013")]
)
def test_every_requirement_says_what_the_results_tell_of_it(district, year: int, set_id: str) -> None:
    table = comparability(district, year, set_id)
    law = criteria.load(district.project)
    assert list(table.index) == list(law.sets[set_id].requirements)
    counted = table[["met", "not_met", "not_assessed", "not_concluded", "not_reported"]].sum(axis=1)
    assert (counted == len(values_of(district, World(year, set_id, year)))).all()
    refused = table[table["reason"].isin([Reason.NEW, Reason.OTHERWISE, Reason.NO_BRIDGE, Reason.NO_LEVEL])]
    assert len(refused)
    assert (refused[["met", "not_met"]] == 0).all().all()
    one_way = table[table["reason"] == Reason.ONE_WAY]
    assert ((one_way["met"] == 0) | (one_way["not_met"] == 0)).all()


def test_what_the_bridge_calls_new_is_new_and_a_known_level_is_needed(district) -> None:
    table = comparability(district, 2020, "qd-318-2022")
    assert table.loc["15.4", "reason"] == Reason.NEW
    assert table.loc["11", "reason"] == Reason.OTHERWISE
    assert table.loc["2.1", "reason"] == Reason.NO_LEVEL
    assert table.loc["15.1", "reason"] == Reason.COMPARED
    assert table.loc["1.1", "reason"] == Reason.ONE_WAY
    assert table.loc["1.1", "why"]


def test_a_set_without_a_bridge_is_not_compared(district) -> None:
    world = World(2020, "qd-318-2022-advanced", 2022)
    assert (gained(district, world).verdicts == Verdict.UNKNOWN).all().all()
    table = comparability(district, 2020, "qd-318-2022-advanced")
    assert set(table["reason"]) == {Reason.NO_BRIDGE}


def test_a_direct_value_is_judged_by_its_own_level(district) -> None:
    world = World(2020, "qd-318-2022", 2020)
    values = values_of(district, world)["15.1"]
    verdicts = gained(district, world).verdicts["15.1"]
    assert (verdicts[values >= 90] == Verdict.MET).all()
    assert (verdicts[values < 90] == Verdict.NOT_MET).all()
    assert (verdicts[values.isna()] == Verdict.UNKNOWN).all()
