"""What distance and recognition cost a commune."""

from dataclasses import replace

import numpy as np
import pytest

from ntm_lib.planning.means.norms import PURSES
from ntm_lib.planning.needs.places import cost_factors, distance_km, places, seats
from ntm_lib.planning.needs.recognition import recognition_cost
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.start.baseline import Baseline, load_baseline
from ntm_lib.project import Project


@pytest.fixture(scope="module")
def baseline(project: Project) -> Baseline:
    return load_baseline(load_scenario("base", project), project)


def test_distance_runs_on_the_earth_to_the_districts_town(baseline: Baseline) -> None:
    one_degree = distance_km(np.array([22.0]), np.array([106.0]), np.array([23.0]), np.array([106.0]))
    assert one_degree[0] == pytest.approx(110.75, abs=0.1)
    found = seats(baseline.vintage)
    assert set(baseline.communes["parent_code"]) <= set(found.index)
    units = baseline.vintage.communes
    for district, point in found.iterrows():
        here = units[(units["parent_code"] == district) & ~units["is_in_programme"]]
        assert ((here["lat"] == point["lat"]) & (here["lon"] == point["lon"])).any()
    factors = cost_factors(baseline, baseline.scenario.settings.costs)
    limits = baseline.scenario.settings.costs
    assert factors["distance"].between(1, limits.distance_factor_max).all()
    assert (factors["factor"] == factors["zone"] * factors["distance"]).all()
    assert set(factors["zone"]) <= set(limits.zone_factor.values())


def test_recognition_by_hand(baseline: Baseline) -> None:
    cost = recognition_cost(baseline)
    rules = baseline.scenario.settings.recognition
    code = baseline.communes.index[baseline.communes["zone"] == "III"][0]
    people = int(baseline.communes.loc[code, "people"])
    loss = rules.insured_loss_pct["III"]
    total = people * loss / 100 * rules.premium_vnd_million * rules.premium_share
    assert cost.loc[code, PURSES].sum() == pytest.approx(total)
    assert cost.loc[code, "central_recurrent"] == pytest.approx(total * 40 / 70)
    assert cost.loc[code, "local"] == pytest.approx(total * 30 / 70)
    assert cost.loc[code, "insured_after_pct"] == pytest.approx(cost.loc[code, "insured_before_pct"] - loss)
    assert cost.loc[code, "falls_below"] == (cost.loc[code, "insured_after_pct"] < cost.loc[code, "level_pct"])
    free = baseline.communes.index[baseline.communes["zone"] == "I"]
    assert (cost.loc[free, PURSES].to_numpy() == 0).all()
    assert cost.index.equals(baseline.communes.index)


def test_unknown_zone_and_place_take_the_mean_and_say_so(baseline: Baseline) -> None:
    communes = baseline.communes.copy()
    code, other = communes.index[:2]
    communes.loc[code, "zone"] = None
    communes.loc[other, ["lat", "lon"]] = np.nan
    changed = replace(baseline, communes=communes)
    factors = cost_factors(changed, baseline.scenario.settings.costs)
    assert factors["is_assumed"].sum() == 2
    assert factors.loc[code, "zone"] == pytest.approx(factors["zone"].drop(code).mean())
    assert np.isnan(factors.loc[other, "distance_km"])
    assert np.isfinite(factors["factor"]).all()
    cost = recognition_cost(changed)
    assert cost["is_assumed"].sum() == 1
    assert np.isfinite(cost[PURSES].to_numpy()).all()
    assert not places(changed).loc[code, ["zone_I", "zone_II", "zone_III"]].any()
