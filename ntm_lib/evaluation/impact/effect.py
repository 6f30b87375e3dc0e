"""One effect with its test: estimate, interval, randomisation test, trend before, smallest effect that could be found."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.evaluation.impact.imputation import Mean, Numbers, Panel, mean_effect
from ntm_lib.evaluation.impact.settings import ImpactSettings

FEW_REACHED, FEW_COMPARISON = "few_reached", "few_comparison"
NO_OUTCOME, NO_VARIATION = "no_outcome", "no_variation"


@dataclass(frozen=True)
class Effect:
    """The mean effect in the years after the standard was reached, or why there is none (``why``).

    ``chance``: how often dates dealt out at random give as strong an effect (p of the randomisation test).
    ``detectable``: the smallest effect that would be found with the power set. ``reached``, ``comparison``: communes.
    """

    reached: int
    comparison: int
    rows: int = 0
    estimate: float = np.nan
    error: float = np.nan
    low: float = np.nan
    high: float = np.nan
    chance: float = np.nan
    detectable: float = np.nan
    why: str = ""


def effect_after(panel: Panel, first: Numbers, settings: ImpactSettings, shift: int = 0) -> Effect:
    """Estimate the effect in the years after the first one at the standard.

    ``first``: year by commune of the panel, NaN where not reached. With ``shift`` the dates are moved that many years
    back and only years before the true date are used: a placebo. Dates are dealt out anew within comparison groups.
    """
    if not panel.known.any():
        return Effect(0, 0, why=NO_OUTCOME)
    mean = _mean(panel, first, shift)
    comparison = _comparison(panel, first)
    if why := _reason(mean, comparison, settings):
        return Effect(mean.communes, comparison, why=why)
    quantile, power = _quantiles(mean.communes, settings)
    error = _jackknife(panel, first, shift, mean)
    return Effect(
        mean.communes,
        comparison,
        mean.rows,
        mean.estimate,
        error,
        mean.estimate - quantile * error,
        mean.estimate + quantile * error,
        chance_of(panel, first, settings, shift),
        (quantile + power) * error,
    )


def chance_of(panel: Panel, first: Numbers, settings: ImpactSettings, shift: int = 0) -> float:
    """Return the p-value of the randomisation test: the dates are dealt out anew among the communes of each group.

    Compared are effects in standard errors, so that groups of unequal spread do no harm; a draw without an effect
    counts as strong.
    """
    random = np.random.default_rng(settings.seed)
    found = abs(_mean(panel, first, shift).t)
    drawn = np.array([abs(_mean(panel, dealt(first, panel.group, random), shift).t) for _draw in range(settings.draws)])
    return float((1 + np.sum(~(drawn < found))) / (1 + settings.draws))


def dealt(first: Numbers, group: NDArray[np.int64], random: np.random.Generator) -> Numbers:
    """Return the dates in random order within each group."""
    place = np.argsort(group, kind="stable")
    mixed = np.lexsort((random.random(len(group)), group))
    dates = np.empty_like(first)
    dates[place] = first[mixed]
    return dates


def path(panel: Panel, first: Numbers, settings: ImpactSettings) -> pd.DataFrame:
    """Return the effect by years since the standard was reached, negative ones before it.

    Columns: since, estimate, low, high, communes; only where at least ``min_reached`` communes are seen. The years
    before are those of the trend test (`trend_before`), relative to the years earlier still.
    """
    since = panel.since(first)
    rows = [trend_before(panel, first, settings)[0]]
    for years in range(int(np.nanmax(since, initial=-1)) + 1):
        mean = mean_effect(panel, since >= 0, since == years)
        if mean.communes >= settings.min_reached:
            margin = _quantiles(mean.communes, settings)[0] * mean.error * np.sqrt(mean.communes / (mean.communes - 1))
            ends = mean.estimate - margin, mean.estimate + margin
            rows.append(pd.DataFrame([[years, mean.estimate, *ends, mean.communes]], columns=_PATH))
    return pd.concat(rows, ignore_index=True)


_PATH = ["since", "estimate", "low", "high", "communes"]


def trend_before(panel: Panel, first: Numbers, settings: ImpactSettings) -> tuple[pd.DataFrame, float]:
    """Test whether communes that later reached the standard already moved apart in the last years before it.

    Returns the differences by year before (as `path`) and the p-value of all being zero at once (NaN when it cannot be
    tested). Only rows without the standard are used, so the test does not lean on the effect itself (Borusyak et al.).
    """
    since = panel.since(first)
    free = panel.known & ~(since >= 0)
    frame = pd.DataFrame(
        {
            "outcome": panel.outcome[free],
            "commune": np.broadcast_to(np.arange(len(panel.communes))[:, None], free.shape)[free],
            "cell": (panel.group[:, None] * len(panel.years) + np.arange(len(panel.years)))[free],
            "since": since[free],
        }
    )
    seen = frame["since"].value_counts()
    leads = [lead for lead in range(1, settings.leads + 1) if seen.get(-lead, 0) >= settings.min_reached]
    earlier = (frame["since"] < -settings.leads).sum()
    if not leads or earlier < settings.min_reached:
        return pd.DataFrame(columns=_PATH), np.nan
    return _fit_leads(frame, leads, settings)


def _fit_leads(frame: pd.DataFrame, leads: list[int], settings: ImpactSettings) -> tuple[pd.DataFrame, float]:
    import pyfixest

    names = [f"lead_{lead}" for lead in leads]
    frame = frame.assign(**{name: (frame["since"] == -lead) * 1.0 for name, lead in zip(names, leads, strict=True)})
    fit = pyfixest.feols(
        f"outcome ~ {' + '.join(names)} | commune + cell", frame, vcov={"CRV1": "commune"}, fixef_rm="none"
    )
    if list(fit.coef().index) != names:
        return pd.DataFrame(columns=_PATH), np.nan
    ends = fit.confint(alpha=1 - settings.confidence)
    communes = [frame.loc[frame["since"] == -lead, "commune"].nunique() for lead in leads]
    table = pd.DataFrame(
        {
            "since": [-lead for lead in leads],
            "estimate": fit.coef().to_numpy(),
            "low": ends.iloc[:, 0].to_numpy(),
            "high": ends.iloc[:, 1].to_numpy(),
            "communes": communes,
        }
    )
    return table.sort_values("since"), float(fit.wald_test()["pvalue"])


def _mean(panel: Panel, first: Numbers, shift: int) -> Mean:
    since = panel.since(first)
    if not shift:
        return mean_effect(panel, since >= 0, since >= 1)
    before = panel.only(~(since >= 0))
    return mean_effect(before, since >= -shift, (since >= 1 - shift) & (since < 0))


def _jackknife(panel: Panel, first: Numbers, shift: int, mean: Mean) -> float:
    """Return the standard error by leaving out one commune at a time.

    It holds its level also where few communes are left to compare with, where the error by formula is too small.
    """
    kept = ~np.eye(len(first), dtype=np.bool_)
    left_out = np.array([_mean(panel.only(keep[:, None]), first, shift).estimate for keep in kept])
    apart = np.nan_to_num(left_out - mean.estimate)
    return float(np.sqrt((mean.communes - 1) / mean.communes * (apart**2).sum()))


def _comparison(panel: Panel, first: Numbers) -> int:
    """Count the communes that did not reach the standard and stand in a group with one that did."""
    with_reached = np.isin(panel.group, panel.group[~np.isnan(first)])
    return int((np.isnan(first) & with_reached & panel.known.any(axis=1)).sum())


def _reason(mean: Mean, comparison: int, settings: ImpactSettings) -> str:
    if mean.communes < settings.min_reached:
        return FEW_REACHED
    if comparison < settings.min_comparison:
        return FEW_COMPARISON
    return "" if mean.error > 1e-9 else NO_VARIATION


def _quantiles(communes: int, settings: ImpactSettings) -> tuple[float, float]:
    """Return the quantiles of Student's t for the interval and for the power, by the communes that carry the effect."""
    from scipy.stats import t

    degrees = communes - 1
    return float(t.ppf((1 + settings.confidence) / 2, degrees)), float(t.ppf(settings.power, degrees))
