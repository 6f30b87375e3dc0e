"""The estimator of impact finds a known effect, with honest intervals, where the plain two-way regression does not."""

import numpy as np
import pandas as pd
import pytest

from ntm_lib.evaluation.impact.effect import chance_of, dealt, effect_after, trend_before
from ntm_lib.evaluation.impact.imputation import Panel, make_panel, mean_effect
from ntm_lib.evaluation.impact.settings import ImpactSettings

SETTINGS = ImpactSettings(
    tied_criteria=("10", "11"), min_reached=10, min_comparison=10, draws=199, seed=1,
    confidence=0.95, power=0.8, leads=3, fake_shift=2, min_districts=6,
)  # fmt: skip
YEARS = np.arange(2010, 2021)


def generate(
    random: np.random.Generator, effect: float, share: float = 0.17, communes: int = 177, districts: int = 13
) -> tuple[Panel, np.ndarray, float]:
    """Return a panel, the years of reaching, and the true mean effect after.

    Communes reach the standard from 2014 on, better-off ones more often; districts have years of their own, errors
    last. The effect grows by ``effect`` a year since, and is three times as large for communes that came early.
    """
    district = random.permutation(np.arange(communes) % districts)
    level = random.normal(0, 8, communes)
    likely = np.argsort(-(level / 8 + random.normal(0, 1.5, communes)))
    first = np.full(communes, np.nan)
    reached = likely[: round(share * communes)]
    first[reached] = random.integers(2014, 2020, len(reached))
    noise = np.zeros((communes, len(YEARS)))
    noise[:, 0] = random.normal(0, 3, communes)
    for year in range(1, len(YEARS)):
        noise[:, year] = 0.5 * noise[:, year - 1] + random.normal(0, 2.6, communes)
    shocks = np.cumsum(random.normal(10, 3, (districts, len(YEARS))), axis=1)[district]
    since = YEARS - first[:, None]
    size = effect * np.where(first <= 2016, 3.0, 1.0)[:, None]
    true = np.where(since >= 0, (since + 1) * size, 0.0)
    outcome = level[:, None] + shocks + noise + true
    outcome[random.random(outcome.shape) < 0.04] = np.nan
    panel = Panel(outcome, district.astype(np.int64), pd.RangeIndex(communes), YEARS)
    return panel, first, float(true[(since >= 1) & panel.known].mean()) if len(reached) else 0.0


def two_way(panel: Panel, first: np.ndarray) -> tuple[float, float, float]:
    """Return the plain two-way regression's effect and interval, by pyfixest."""
    import pyfixest

    since = panel.since(first)
    frame = pd.DataFrame(
        {
            "outcome": panel.outcome.ravel(),
            "commune": np.repeat(np.arange(len(first)), len(YEARS)),
            "cell": (panel.group[:, None] * 100 + np.arange(len(YEARS))).ravel(),
            "reached": (since >= 0).ravel() * 1.0,
        }
    ).dropna()
    fit = pyfixest.feols("outcome ~ reached | commune + cell", frame, vcov={"CRV1": "commune"})
    low, high = fit.confint().iloc[0]
    return float(fit.coef().iloc[0]), float(low), float(high)


def coverage(runs: int, effect: float, seed: int, **size: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    few = SETTINGS.model_copy(update={"draws": 1})  # the interval alone is looked at
    rows = []
    for _run in range(runs):
        panel, first, true = generate(random, effect, **size)
        found = effect_after(panel, first, few)
        rows.append([found.estimate - true, found.low <= true <= found.high])
    return pd.DataFrame(rows, columns=["bias", "covers"])


@pytest.mark.parametrize("share", [0.08, 0.17, 0.85])
def test_the_effect_is_found_without_bias_when_communes_come_one_by_one_and_gain_unequally(share: float) -> None:
    random = np.random.default_rng(3)
    bias = []
    for _run in range(300):
        panel, first, true = generate(random, 1.0, share)
        since = panel.since(first)
        bias.append(mean_effect(panel, since >= 0, since >= 1).estimate - true)
    assert abs(np.mean(bias)) < 3.5 * np.std(bias) / np.sqrt(len(bias))
    assert np.std(bias) < 1.2  # of a true effect between five and eight


def test_the_interval_holds_its_level() -> None:
    few = {"communes": 72, "districts": 6, "share": 0.25}
    assert coverage(60, 0.0, seed=4, **few)["covers"].mean() >= 0.87
    assert coverage(40, 1.0, seed=4, **few)["covers"].mean() >= 0.93  # wider where effects differ between communes


@pytest.mark.long
@pytest.mark.parametrize("share", [0.08, 0.17, 0.85])
def test_bias_and_coverage_over_many_runs(share: float) -> None:
    for effect in (0.0, 1.0):
        found = coverage(300, effect, seed=5, share=share)
        assert abs(found["bias"].mean()) < 3.5 * found["bias"].std() / np.sqrt(len(found))
        assert found["covers"].mean() >= 0.92


def test_the_plain_two_way_regression_fails_where_this_one_does_not() -> None:
    random = np.random.default_rng(6)
    plain, ours, covers = [], [], []
    for _run in range(15):
        panel, first, _after = generate(random, effect=1.0, share=0.85)
        since = panel.since(first)
        size = np.where(first <= 2016, 3.0, 1.0)[:, None]
        true = float(np.where(since >= 0, (since + 1) * size, np.nan)[(since >= 0) & panel.known].mean())
        estimate, low, high = two_way(panel, first)
        plain.append(estimate - true)
        covers.append(low <= true <= high)
        ours.append(mean_effect(panel, since >= 0, since >= 0).estimate - true)
    assert np.mean(plain) < -2  # of a true effect of about six
    assert np.mean(covers) < 0.1
    assert abs(np.mean(ours)) < 0.8


def test_it_is_the_estimator_of_pyfixest() -> None:
    import pyfixest

    panel, first, _true = generate(np.random.default_rng(7), effect=1.0)
    since = panel.since(first)
    columns = {"outcome": panel.outcome, "since": since, "reached": since >= 0, "at": since == 0, "after": since >= 1}
    frame = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    frame["commune"] = np.repeat(np.arange(len(first)), len(YEARS)).astype(str)
    # the first year of every district shares one cell: the same space, of full rank
    cell = np.where(
        np.arange(len(YEARS)) == 0, "0", (panel.group[:, None] * 100 + np.arange(len(YEARS)) + 1).astype(str)
    )
    frame["cell"] = cell.ravel()
    frame = frame.dropna(subset="outcome").astype({"at": float, "after": float})
    free = frame[~frame["reached"]]
    assert free["commune"].value_counts().min() > 1  # pyfixest 0.60 stops at communes with a single year before
    fit = pyfixest.did2s(frame, "outcome", "~ 0 | commune + cell", "~ at + after", "reached", "commune")
    for name, target in (("at", since == 0), ("after", since >= 1)):
        found = mean_effect(panel, since >= 0, target)
        assert found.estimate == pytest.approx(fit.coef()[name], abs=1e-5)
        assert found.error == pytest.approx(fit.se()[name], rel=1e-5)


def rejections(runs: int, draws: int, seed: int) -> float:
    random = np.random.default_rng(seed)
    few = SETTINGS.model_copy(update={"draws": draws})
    return float(np.mean([chance_of(*generate(random, 0.0, 0.08)[:2], few) <= 0.05 for _run in range(runs)]))


def test_the_randomisation_test_holds_its_level_with_few_communes() -> None:
    assert rejections(40, 99, seed=8) <= 0.15  # 0.05 and three standard errors


@pytest.mark.long
def test_the_randomisation_test_holds_its_level_over_many_runs() -> None:
    assert 0.03 <= rejections(1000, 199, seed=9) <= 0.07


def test_the_randomisation_test_finds_a_clear_effect() -> None:
    panel, first, true = generate(np.random.default_rng(10), effect=3.0)
    found = effect_after(panel, first, SETTINGS)
    assert found.chance == pytest.approx(1 / 200)
    assert found.low <= true <= found.high
    assert found.detectable < true


def test_the_smallest_effect_is_found_as_often_as_the_power_says() -> None:
    random = np.random.default_rng(11)
    few = SETTINGS.model_copy(update={"draws": 1})
    size = {"communes": 72, "districts": 6, "share": 0.25}
    detectable = np.mean([effect_after(*generate(random, 0.0, **size)[:2], few).detectable for _run in range(20)])
    hits = []
    for _run in range(60):
        panel, first, _true = generate(random, 0.0, **size)
        raised = np.where(panel.since(first) >= 1, detectable, 0.0)
        found = effect_after(Panel(panel.outcome + raised, panel.group, panel.communes, panel.years), first, few)
        hits.append(found.low > 0)
    assert 0.62 <= np.mean(hits) <= 0.95


def test_dates_dealt_out_stay_within_their_group() -> None:
    random = np.random.default_rng(12)
    group = random.integers(0, 5, 60)
    first = np.where(random.random(60) < 0.4, random.integers(2014, 2020, 60), np.nan)
    mixed = dealt(first, group, random)
    assert not np.array_equal(mixed, first, equal_nan=True)
    for place in range(5):
        assert np.array_equal(np.sort(mixed[group == place]), np.sort(first[group == place]), equal_nan=True)


def test_a_trend_before_is_seen_and_an_even_one_is_not() -> None:
    random = np.random.default_rng(13)
    even, bent = [], []
    for _run in range(16):
        panel, first, _true = generate(random, 0.0)
        since = panel.since(first)
        rising = panel.outcome + np.where(since < 0, np.clip(since + 4, 0, None) * 2.0, 0.0)
        even.append(trend_before(panel, first, SETTINGS)[1] < 0.05)
        bent.append(trend_before(Panel(rising, panel.group, panel.communes, YEARS), first, SETTINGS)[1] < 0.05)
    assert np.mean(even) <= 0.2
    assert np.mean(bent) >= 0.9


def test_fake_dates_find_nothing_where_there_is_nothing_before() -> None:
    random = np.random.default_rng(14)
    few = SETTINGS.model_copy(update={"draws": 99})
    found = [effect_after(*generate(random, 3.0)[:2], few, shift=2) for _run in range(12)]
    assert sum(effect.chance <= 0.05 for effect in found) <= 3
    assert abs(np.mean([effect.estimate for effect in found])) < 1


def test_what_cannot_be_estimated_says_why() -> None:
    panel, first, _true = generate(np.random.default_rng(15), 1.0)
    few = np.where(np.cumsum(~np.isnan(first)) <= 5, first, np.nan)
    assert effect_after(panel, few, SETTINGS).why == "few_reached"
    everyone = np.where(np.isnan(first), 2018.0, first)
    assert effect_after(panel, everyone, SETTINGS).why == "few_comparison"
    nothing = panel.only(np.zeros(panel.outcome.shape, np.bool_))
    assert effect_after(nothing, first, SETTINGS).why == "no_outcome"
    flat = Panel(np.full(panel.outcome.shape, 7.0), panel.group, panel.communes, YEARS)
    assert effect_after(flat, first, SETTINGS).why == "no_variation"
    assert np.isnan(effect_after(flat, first, SETTINGS).estimate)


def test_a_commune_that_nothing_predicts_changes_nothing() -> None:
    panel, first, _true = generate(np.random.default_rng(16), 1.0)
    since = panel.since(first)
    before = mean_effect(panel, since >= 0, since >= 1)
    more = Panel(
        np.vstack([panel.outcome, np.full((1, len(YEARS)), 50.0)]), np.append(panel.group, 0),
        pd.RangeIndex(len(first) + 1), YEARS,
    )  # fmt: skip
    since = more.since(np.append(first, 2010.0))
    assert mean_effect(more, since >= 0, since >= 1) == before


def test_a_panel_leaves_out_communes_without_a_group() -> None:
    index = pd.MultiIndex.from_product([["a", "b", "c"], [2019, 2020]], names=["commune_code", "year"])
    panel = make_panel(pd.Series(range(6), index=index, dtype=float), pd.Series({"c": "x", "a": "y", "b": None}))
    assert panel.communes.tolist() == ["c", "a"]
    assert panel.outcome.tolist() == [[4, 5], [0, 1]]
