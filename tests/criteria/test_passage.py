"""What a result of one criteria set tells of another: forwards, backwards and over two bridges."""

import itertools

import pandas as pd
import pytest

from ntm_lib import criteria
from ntm_lib.criteria.passage import How, find_ways, joined, path_between, ways_between
from ntm_lib.errors import FaultsError
from ntm_lib.project import Project

SETS = ["qd-491-2009", "qd-491-2009+qd-342-2013", "qd-1980-2016", "qd-318-2022"]
BACK = {"value": "value", "at_best": "at_worst", "at_worst": "at_best"}


@pytest.mark.parametrize(("one", "other"), list(itertools.product(SETS, SETS)))
def test_every_pair_has_a_way_for_each_requirement_and_takes_only_what_there_is(
    project: Project, one: str, other: str
) -> None:
    law = criteria.load(project)
    ways = ways_between(law, one, other, project)
    assert ways is not None
    assert list(ways.index) == list(law.sets[other].requirements)
    taken = ways[ways["how"] != How.NONE]
    assert set(taken["take"]) <= set(law.sets[one].requirements)
    assert (ways.loc[ways["how"] == How.NONE, "take"] == "").all()
    for key, take in taken["take"].items():
        before, after = law.sets[one].requirements[take].demand, law.sets[other].requirements[str(key)].demand
        assert (before.unit, before.sense) == (after.unit, after.sense)


def test_a_set_passes_to_itself_unchanged(project: Project) -> None:
    ways = ways_between(criteria.load(project), SETS[2], SETS[2], project)
    assert (ways["how"] == How.VALUE).all()
    assert (ways["take"] == ways.index).all()


@pytest.mark.parametrize(("one", "other"), list(itertools.pairwise(SETS)))
def test_backwards_says_the_opposite_of_forwards(project: Project, one: str, other: str) -> None:
    law = criteria.load(project)
    there, back = ways_between(law, one, other, project), ways_between(law, other, one, project)
    for key, row in back[back["how"] != How.NONE].iterrows():
        assert there.loc[row["take"], "take"] == key
        assert BACK[there.loc[row["take"], "how"]] == row["how"]
    assert set(back.index[back["how"] != How.NONE]) == set(there["take"]) - {""}


def test_what_491_asked_goes_on_under_1980_only_where_the_bridge_says_so(project: Project) -> None:
    ways = ways_between(criteria.load(project), SETS[1], SETS[2], project)
    assert ways.loc["15.1", ["how", "take"]].tolist() == ["value", "15.1"]
    assert ways.loc["17.1/clean", ["how", "take"]].tolist() == ["at_best", "17.1"]
    assert ways.loc["11", "how"] == How.NONE
    assert ways.loc["11", "word"] == "not_comparable"
    assert ways.loc["18.5", ["how", "word"]].tolist() == ["none", "new"]


def test_over_two_bridges_opposite_ways_conclude_nothing() -> None:
    def ways(how: str) -> pd.DataFrame:
        row = {
            "how": how,
            "take": "" if how == "none" else "a",
            "is_weak": how == "at_best",
            "why": how,
            "word": "partial",
        }
        return pd.DataFrame([row], index=pd.Index(["a"], name="requirement"))

    expected = {
        ("value", "value"): "value", ("value", "at_best"): "at_best", ("at_best", "value"): "at_best",
        ("at_best", "at_best"): "at_best", ("at_best", "at_worst"): "none", ("at_worst", "at_best"): "none",
        ("at_worst", "at_worst"): "at_worst", ("none", "value"): "none", ("value", "none"): "none",
    }  # fmt: skip
    for (one, other), how in expected.items():
        both = joined(ways(one), ways(other)).loc["a"]
        assert both["how"] == how
        assert both["take"] == ("" if how == "none" else "a")
        assert both["is_weak"] == (how != "none" and "at_best" in {one, other})


def test_the_shortest_way_leads_over_the_amended_set_and_advanced_communes_have_none(project: Project) -> None:
    law = criteria.load(project)
    assert path_between(law, SETS[0], SETS[3], project) == SETS
    assert path_between(law, SETS[3], SETS[0], project) == SETS[::-1]
    assert ways_between(law, SETS[2], "qd-318-2022-advanced", project) is None


def test_a_way_that_takes_what_is_not_there_stops(own_project: Project) -> None:
    path = own_project.data / "criteria" / "bridges" / "passage.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('take: "2.3/clean"', 'take: "2.3/cleann"'), encoding="utf-8"
    )
    law = criteria.load(own_project)
    with pytest.raises(FaultsError, match=r"2\.3/cleann"):
        find_ways(law, law.sets[SETS[1]], law.sets[SETS[2]], own_project)
