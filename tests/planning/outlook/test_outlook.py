"""Forecasts: right about the past, no surer than they may be, moved by effort, told where they rest on little."""

import time

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib import criteria
from ntm_lib.errors import FaultsError
from ntm_lib.messages import _
from ntm_lib.planning.outlook import Outlook, load_outlook, trend
from ntm_lib.planning.outlook.forecast import fit_series, from_scale, to_scale
from ntm_lib.planning.outlook.series import forecasts, history
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.start.baseline import Baseline, load_baseline
from ntm_lib.project import Project
from ntm_lib.verdicts import Verdict

LAWS = {"old": "2020-12-31", "new": "2022-12-31"}
NORMAL_80 = 1.2816


@pytest.fixture(scope="module")
def starts(project: Project) -> dict[str, Baseline]:
    return {
        name: load_baseline(load_scenario("base", project, horizon__law_known_on=day), project)
        for name, day in LAWS.items()
    }


@pytest.fixture(scope="module")
def outlooks(starts: dict[str, Baseline]) -> dict[str, Outlook]:
    return {name: load_outlook(start) for name, start in starts.items()}


def test_what_is_forecast(outlooks: dict[str, Outlook]) -> None:
    assert set(outlooks["old"].requirements) == {"10", "11", "12", "14.2", "14.3", "15.3"}
    assert set(outlooks["new"].requirements) == {"10", "11", "12.1", "14.2", "15.3"}
    for outlook in outlooks.values():
        assert list(outlook.chance.columns) == list(range(2021, 2031))
        assert outlook.chance.index.names == ["commune_code", "requirement", "with_effort"]
        assert len(outlook.chance) == 139 * len(outlook.requirements) * 2
        for frame in (outlook.mean, outlook.sd):
            assert frame.index.equals(outlook.chance.index)


@pytest.fixture(scope="module")
def backtest(project: Project) -> Baseline:
    past = load_scenario(
        "base",
        project,
        horizon__start_year=2017,
        horizon__first_year=2018,
        horizon__last_year=2020,
        horizon__orientation_year=2020,
        limits__keep_standard_by=2019,
    )
    return load_baseline(past, project)


@pytest.mark.parametrize("requirement", ["10", "11", "12", "14.2", "14.3"])
def test_the_interval_of_80_percent_holds_about_so_many(
    backtest: Baseline, starts: dict[str, Baseline], requirement: str
) -> None:
    law = criteria.load(backtest.project)
    entry = next(
        item for item in forecasts(backtest.project, law, backtest.start_rules) if item.requirement == requirement
    )
    fitted, (years, _values) = fit_series(backtest, entry)
    assert years.max() == 2017
    assert years.min() == (2015 if requirement == "11" else 2010)
    middle, spread = fitted.ahead(2020)
    came = to_scale(history(starts["old"], entry)[2020].to_numpy(float), entry.transform)
    # A share cannot rise above 100 %: an end of the interval beyond it means that.
    edge = to_scale(np.array(100.0), entry.transform) if entry.transform == "logit" else np.inf
    low, high = (np.minimum(middle + sign * NORMAL_80 * spread, edge) for sign in (-1, 1))
    known = ~np.isnan(came) & ~np.isnan(middle)
    coverage = ((came >= low) & (came <= high))[known].mean()
    assert 0.68 <= coverage <= 0.95, coverage  # 80 % of 139 communes, which share their bad years


def test_chances_of_the_past_come_true_about_as_often(backtest: Baseline, starts: dict[str, Baseline]) -> None:
    outlook = load_outlook(backtest)
    free = outlook.chance.xs(key=False, level="with_effort")[2020]
    expected, happened = [], []
    for requirement in ("11", "14.2", "14.3"):
        entry = next(
            item
            for item in forecasts(backtest.project, criteria.load(backtest.project), backtest.start_rules)
            if item.requirement == requirement
        )
        came = history(starts["old"], entry)[2020]
        rule = backtest.rules[2020].requirements.loc[requirement]
        met = came <= rule["level"] if rule["sense"] == "at_most" else came >= rule["level"]
        chance = free.xs(requirement, level="requirement").reindex(came.index)
        known = came.notna() & chance.notna()
        expected.append(chance[known].sum())
        happened.append(met[known].sum())
    assert abs(sum(expected) - sum(happened)) < 0.15 * sum(happened), (expected, happened)


def test_chances_are_chances_and_effort_never_lowers_them(outlooks: dict[str, Outlook]) -> None:
    for outlook in outlooks.values():
        chance = outlook.chance
        assert ((chance >= 0) & (chance <= 1)).all(axis=None)
        free, effort = (chance.xs(flag, level="with_effort") for flag in (False, True))
        assert (effort >= free).all(axis=None)
        assert (effort - free).to_numpy().max() > 0.3
        planned = free[[2021, 2022, 2023, 2024, 2025]]
        assert (planned.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)  # "and every later plan year": fewer years, surer


def test_effort_moves_the_values_as_the_settings_say(starts: dict[str, Baseline], outlooks: dict[str, Outlook]) -> None:
    force = starts["old"].scenario.settings.forecast
    mean = outlooks["old"].mean
    free, effort = (mean.xs(flag, level="with_effort") for flag in (False, True))
    poor = (effort / free).xs("11", level="requirement")
    for years, year in enumerate(range(2021, 2026), start=1):
        assert np.allclose(poor[year], (1 - force.effort_fall_pct / 100) ** years)
    assert np.allclose(poor[2030], poor[2025])  # effort ends with the plan, its gain stays
    trained = (effort - free).xs("14.3", level="requirement")
    assert np.allclose(trained[2021], force.effort_rise_pct_point, atol=0.05)
    stunted = (effort - free).xs("15.3", level="requirement")
    assert np.allclose(stunted[2022], -2 * force.effort_rise_pct_point, atol=0.05)
    income = mean.xs("10", level="requirement")
    growth = {
        flag: np.log(income.xs(flag, level="with_effort")[2022] / income.xs(flag, level="with_effort")[2021])
        for flag in (False, True)
    }
    assert np.allclose(np.exp(growth[True]) - np.exp(growth[False]), force.effort_growth_pct_point / 100, atol=0.004)


def test_what_is_met_for_certain_stays_likely(starts: dict[str, Baseline], outlooks: dict[str, Outlook]) -> None:
    chance = outlooks["old"].chance.xs(key=False, level="with_effort")[2021]
    for requirement in outlooks["old"].requirements:
        of_it = chance.xs(requirement, level="requirement")
        met = starts["old"].requirements[requirement].reindex(of_it.index)
        assert of_it[met == Verdict.MET].mean() > of_it[met == Verdict.NOT_MET].mean() + 0.3


def test_a_higher_level_is_less_likely(outlooks: dict[str, Outlook]) -> None:
    old, new = (outlooks[name].chance.xs("10", level="requirement").xs(key=False, level="with_effort") for name in LAWS)
    assert (new[2025] <= old[2025]).all()
    assert new[2025].sum() < old[2025].sum()


def test_the_new_poverty_line_is_marked_as_assumed(outlooks: dict[str, Outlook]) -> None:
    notes = outlooks["new"].history["note"].xs("11", level="requirement")
    assert notes.str.startswith("Giả định").all()
    old, new = (outlooks[name].mean.xs("11", level="requirement").xs(key=False, level="with_effort") for name in LAWS)
    assert (new[2021] > old[2021]).all()


def test_no_series_mixes_poverty_lines(starts: dict[str, Baseline]) -> None:
    entry = next(
        item
        for item in forecasts(starts["old"].project, criteria.load(starts["old"].project), starts["old"].start_rules)
        if item.requirement == "11"
    )
    assert list(history(starts["old"], entry).columns) == list(range(2015, 2021))


def test_a_merged_commune_has_the_mean_of_its_parts_by_people(starts: dict[str, Baseline]) -> None:
    start = starts["old"]
    entry = next(
        item
        for item in forecasts(start.project, criteria.load(start.project), start.start_rules)
        if item.requirement == "15.3"
    )
    values = start.results.values["qd-1980-2016"]["15.3"].xs(2020, level="year")
    people = start.lineage.before.communes["people_2019"].astype(float)
    carried = history(start, entry)[2020]
    for code, parts in start.parts.groupby("to_code"):
        weight = parts["from_code"].map(people) * parts["people_share"]
        expected = (parts["from_code"].map(values) * weight).sum(skipna=False) / weight.sum()
        assert carried[code] == pytest.approx(expected, nan_ok=True)


def test_unknown_pasts_have_no_forecast_and_say_so(own_project: Project) -> None:
    scenario = load_scenario("base", own_project, forecast__history_years=10)
    start = load_baseline(scenario, own_project)
    values = start.results.values["qd-1980-2016"]
    code = start.parts["to_code"].value_counts().index[-1]
    first = start.parts.loc[start.parts["to_code"] == code, "from_code"].iloc[0]
    values.loc[first, "15.3"] = np.nan
    outlook = load_outlook(start)
    assert outlook.chance.loc[(code, "15.3")].isna().all(axis=None)
    assert outlook.history.loc[(code, "15.3"), "note"] == _("not enough years known: no forecast")
    assert outlook.history.loc[(code, "15.3"), "points"] == 0


def test_it_is_deterministic_and_quick(starts: dict[str, Baseline], outlooks: dict[str, Outlook]) -> None:
    began = time.perf_counter()
    again = load_outlook(starts["old"])
    assert time.perf_counter() - began < 10
    pd.testing.assert_frame_equal(again.chance, outlooks["old"].chance)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"requirement": "99"}, "'99'"),
        ({"decisions": ["qd-1"]}, "'qd-1'"),
        ({"transform": "logit"}, "log"),
        ({"series": {"table": "b10", "value": "incme"}}, "'incme'"),
        ({"series": {"table": "b10"}}, "b10|results|bảng"),
        ({"shift": 0.4}, "shift|mức chênh|dịch"),
    ],
)
def test_a_wrong_list_of_forecasts_stops(own_project: Project, change: dict[str, object], told: str) -> None:
    path = own_project.data / "planning" / "forecast.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries[0] |= change
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    start = load_baseline(load_scenario("base", own_project), own_project)
    with pytest.raises(FaultsError, match=told):
        load_outlook(start)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(-0.3, 0.3), st.floats(0.0, 0.08))
def test_the_slope_lies_between_the_own_and_the_common_one(seed: int, common: float, spread: float) -> None:
    rng = np.random.default_rng(seed)
    years = np.arange(2016, 2021)
    slopes = common + spread * rng.standard_normal(60)
    values = slopes[:, None] * (years - 2018) + np.cumsum(0.05 * rng.standard_normal((60, 5)), axis=1)
    fitted = trend.fit(values, years)
    own = np.array([np.polyfit(years, row, 1)[0] for row in values])
    low, high = np.minimum(own, fitted.common_slope), np.maximum(own, fitted.common_slope)
    assert ((fitted.slope >= low - 1e-9) & (fitted.slope <= high + 1e-9)).all()
    assert (fitted.slope_var >= 0).all()
    assert 0.02 < fitted.step_sd < 0.1
    assert np.allclose(fitted.origin, values[:, -1])


def test_a_line_without_noise_goes_on() -> None:
    years = np.array([2016, 2017, 2019, 2020])
    values = np.outer([0.1, 0.2, -0.1], years - 2016)
    fitted = trend.fit(values, years)
    assert np.allclose(fitted.ahead(2022)[0], np.array([0.1, 0.2, -0.1]) * 6, atol=1e-6)


def test_what_leaves_zero_or_stays_at_all_is_no_measure_of_a_step() -> None:
    rng = np.random.default_rng(4)
    years = np.arange(2011, 2021)
    shares = np.clip(20 + 2.0 * (years - 2011) + rng.normal(0, 1, (40, 10)), 1, 99)
    shares[:10, :3] = 0.0
    shares[10, :] = 100.0
    values = to_scale(shares, "logit")
    at_edge = (shares == 0) | (shares == 100)
    plain, mended = trend.fit(values, years), trend.fit(values, years, at_edge)
    without = trend.fit(np.where(at_edge, np.nan, values), years)
    assert mended.step_sd == pytest.approx(without.step_sd)
    assert mended.step_sd < 0.3 * plain.step_sd
    assert np.allclose(mended.slope[:10], without.slope[:10])
    assert (mended.points[:10] == 7).all()
    assert mended.origin[10] == values[10, -1]  # it stands where it stands, and moves as the province does
    assert mended.slope[10] == mended.common_slope
    assert np.isnan(without.origin[10])


def test_the_line_of_the_province_is_not_held_for_sure_where_no_commune_is_known_throughout() -> None:
    rng = np.random.default_rng(5)
    years = np.arange(2011, 2021)
    common = np.cumsum(rng.normal(0.1, 0.2, 10))  # good and bad years that all communes share
    values = common + np.cumsum(rng.normal(0, 0.01, (60, 10)), axis=1)
    whole = trend.fit(values, years)
    late = values.copy()
    late[:30, 0] = np.nan
    late[30:, 1] = np.nan
    assert trend.fit(late, years).slope_var.min() > 0.5 * whole.slope_var.min() > 1e-4


def test_what_a_forecast_rests_on_is_told(outlooks: dict[str, Outlook], starts: dict[str, Baseline]) -> None:
    pasts = outlooks["old"].pasts
    assert pasts["first_year"].to_dict() == {
        "10": 2011, "11": 2015, "12": 2011, "14.2": 2011, "14.3": 2011, "15.3": 2016
    }  # fmt: skip
    assert (pasts["last_year"] == 2020).all()
    law = criteria.load(starts["old"].project)
    for entry in forecasts(starts["old"].project, law, starts["old"].start_rules):
        past = pasts.loc[entry.requirement]
        known = history(starts["old"], entry).loc[:, past["first_year"] :].notna()
        assert past["whole"] == known.all(axis=1).sum()
        assert past["communes"] == 139
        chance = outlooks["old"].chance.xs(entry.requirement, level="requirement")
        assert past["unknown"] == chance.xs(key=False, level="with_effort").isna().all(axis=1).sum()
        assert past["unknown"] >= (~known.any(axis=1)).sum()


def test_few_points_move_as_the_province_does() -> None:
    years = np.arange(2016, 2021)
    values = np.outer(np.linspace(0.05, 0.15, 20), years - 2016) + 0.01 * np.sin(np.arange(100)).reshape(20, 5)
    values[0, :3] = np.nan
    values[1] = np.nan
    fitted = trend.fit(values, years)
    assert fitted.slope[0] == fitted.common_slope
    assert fitted.slope_var[0] > fitted.slope_var[2:].max()
    assert np.isnan([fitted.slope[1], fitted.origin[1]]).all()


@given(st.floats(1, 99))
def test_the_scale_goes_there_and_back(value: float) -> None:
    for transform in ("log", "logit"):
        assert from_scale(to_scale(np.array([value]), transform), transform)[0] == pytest.approx(value)
