"""The chance of another status is exact: it sums up, agrees with draws, and leaves the unknown unknown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_territory import YEAR, district

from ntm_lib.errors import NtmError, UsageFaultsError
from ntm_lib.evaluation import GROUP_UNKNOWN
from ntm_lib.evaluation.certainty.flips import can_tell, distribution, flips
from ntm_lib.evaluation.certainty.margins import by_requirement, margins
from ntm_lib.evaluation.certainty.settings import CertaintyRules, certainty_rules
from ntm_lib.project import Project

NAN = float("nan")


@pytest.fixture
def rules(project: Project) -> CertaintyRules:
    return certainty_rules(project)


def without_error(rules: CertaintyRules) -> CertaintyRules:
    """Return rules under which hardly anything is wrong."""
    errors = {
        name: error.model_copy(
            update={"wrong": 0.0, "half_width": 1e-9 if error.half_width else None,
                    "half_width_percent": 1e-9 if error.half_width_percent else None}
        )
        for name, error in rules.errors.items()
    }  # fmt: skip
    return rules.model_copy(update={"errors": errors})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 8))
def test_the_distribution_sums_to_one_and_keeps_the_mean(seed: int, communes: int, criteria: int) -> None:
    rng = np.random.default_rng(seed)
    no_fail = rng.random((communes, criteria))
    has_unknown, applies = rng.random((2, communes, criteria)) < np.array([0.2, 0.9])[:, None, None]
    chance = distribution(no_fail, has_unknown, applies)
    assert chance.sum(axis=(1, 2)) == pytest.approx(np.ones(communes))
    met = (chance.sum(axis=2) * np.arange(criteria + 1)).sum(axis=1)
    assert met == pytest.approx((no_fail * (applies & ~has_unknown)).sum(axis=1))
    unknown = (chance.sum(axis=1) * np.arange(chance.shape[2])).sum(axis=1)
    assert unknown == pytest.approx((no_fail * (applies & has_unknown)).sum(axis=1))


def test_the_exact_chances_agree_with_draws() -> None:
    rng = np.random.default_rng(3)
    no_fail = rng.random((1, 6))
    has_unknown, applies = np.array([[0, 0, 1, 0, 0, 1]], dtype=bool), np.array([[1, 1, 1, 0, 1, 1]], dtype=bool)
    passes = (rng.random((40_000, 6)) < no_fail) & applies
    met, unknown = (passes & ~has_unknown).sum(axis=1), (passes & has_unknown).sum(axis=1)
    chance = distribution(no_fail, has_unknown, applies)[0]
    drawn = np.zeros_like(chance)
    np.add.at(drawn, (met, unknown), 1 / len(met))
    assert chance == pytest.approx(drawn, abs=0.012)


def test_without_errors_nothing_moves(rules: CertaintyRules) -> None:
    base = district({(0, YEAR, "5"): 10.0, (1, YEAR, "10"): 30.0, (2, YEAR, "15.1"): 90.0})
    far = {(place, YEAR, name): value for place in range(18) for name, value in {"5": 90.0, "2.2": 80.0}.items()}
    territory = district({**far, (0, YEAR, "5"): 10.0})
    table = flips(territory, YEAR, without_error(rules))
    at_level = margins(territory, YEAR, rules)["margin"].eq(0).any()
    assert at_level  # values exactly at a level are even chances, so only the commune that misses surely is firm
    code = territory.parts["from_code"].iloc[0]
    assert not table.loc[code, "all_now"]
    assert table.loc[code, "all_chance"] == pytest.approx(0, abs=1e-12)
    assert base.communes.index.equals(territory.communes.index)


def test_a_value_far_past_its_level_holds_and_one_at_it_is_even(rules: CertaintyRules) -> None:
    territory = district({(0, YEAR, "5"): 95.0, (1, YEAR, "5"): 70.0, (2, YEAR, "5"): 69.0, (3, YEAR, "5"): 100.0})
    cells = margins(territory, YEAR, rules)
    own = cells[cells["requirement"] == "5"].set_index("commune_code")
    first = territory.parts["from_code"].tolist()
    assert own.loc[first[0], "chance"] == pytest.approx(1)
    assert own.loc[first[1], "chance"] == pytest.approx(0.5)
    assert 0.05 < own.loc[first[2], "chance"] < 0.5
    assert own.loc[first[3], "chance"] == pytest.approx(1 - rules.errors["percent"].wrong)  # "all" is a claim
    assert own["is_within"].reindex(first[:4]).tolist() == [False, True, True, False]


def test_what_is_not_reported_has_no_margin_and_no_group_to_leave(rules: CertaintyRules) -> None:
    territory = district({(0, YEAR, name): NAN for name in ("5", "10")})
    code = territory.parts["from_code"].iloc[0]
    cells = margins(territory, YEAR, rules)
    assert not ((cells["commune_code"] == code) & cells["requirement"].isin(["5", "10"])).any()
    row = flips(territory, YEAR, rules).loc[code]
    assert row["group"] == GROUP_UNKNOWN
    assert np.isnan(row["other_group"])
    assert row["all_chance"] == pytest.approx(0)  # the unknown is never taken for met


def test_one_result_that_decides_the_group_is_counted(rules: CertaintyRules) -> None:
    safe = {"percent": 3.5, "million_vnd_per_person_year": 9.0}
    about = district().reported.rules[YEAR].requirements
    changes = {}
    for name, row in about.iterrows():
        if row["unit"] in safe and 10 < row["level"] < 96:
            step = safe[row["unit"]] if row["sense"] != "at_most" else -safe[row["unit"]]
            changes[0, YEAR, name] = row["level"] + step
    firm = flips(district(changes), YEAR, rules)
    code = firm.index[0]
    assert firm.loc[code, ["group", "single"]].tolist() == ["all", 0]
    near = flips(district({**changes, (0, YEAR, "5"): 71.0}), YEAR, rules)
    assert near.loc[code, "single"] == 1
    missed = flips(district({**changes, (0, YEAR, "5"): 69.0}), YEAR, rules)
    assert missed.loc[code, ["group", "single"]].tolist() == ["15_18", 1]
    assert near.loc[code, "other_group"] > firm.loc[code, "other_group"]


def test_merged_communes_are_told_only_under_the_rule_that_is_exact(rules: CertaintyRules) -> None:
    territory = district(on="2020-12-31")
    assert can_tell(territory)
    assert len(flips(territory, YEAR, rules)) == len(territory.in_programme)
    other = replace(territory, review=territory.review.model_copy(update={"merge_rule": "people_majority"}))
    assert not can_tell(other)
    with pytest.raises(ValueError, match="people_majority"):
        flips(other, YEAR, rules)


def test_distances_by_requirement_add_up_to_the_verdicts(rules: CertaintyRules) -> None:
    territory = district({(0, YEAR, "5"): 60.0, (1, YEAR, "5"): 50.0, (2, YEAR, "5"): NAN})
    row = by_requirement(territory, YEAR, rules).loc["5"]
    communes = territory.parts["from_code"].nunique()
    assert row[["met", "not_met", "typical_gap"]].tolist() == [communes - 3, 2, 15.0]


def test_a_unit_without_an_error_stops_and_a_wrong_file_tells_every_fault(
    rules: CertaintyRules, own_project: Project
) -> None:
    less = rules.model_copy(update={"errors": {k: v for k, v in rules.errors.items() if k != "household"}})
    with pytest.raises(NtmError, match="household"):
        margins(district(), YEAR, less)
    path = own_project.parameters / "evaluation" / "certainty.yaml"
    text = path.read_text(encoding="utf-8").replace("listed_from: 0.2", "listed_from: 2").replace("min_communes", "few")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageFaultsError) as refused:
        certainty_rules(own_project)
    assert len(refused.value.faults) >= 3


def test_an_unreported_commune_is_neither_full_nor_placed(rules: CertaintyRules) -> None:
    base = district()
    names = base.reported.rules[YEAR].requirements.index
    territory = district({(0, YEAR, name): NAN for name in names})
    row = flips(territory, YEAR, rules).iloc[0]
    assert not row["all_now"]
    assert pd.isna(row["all_chance"])
