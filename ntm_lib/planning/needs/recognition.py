"""What recognition costs: a commune that becomes zone I loses policies, first of all free health insurance."""

import numpy as np
import pandas as pd

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.planning.means.norms import PURSES, read_norms
from ntm_lib.planning.settings import Purse
from ntm_lib.planning.start.baseline import Baseline

PAYERS = (Purse.LOCAL, Purse.CENTRAL_RECURRENT)


def recognition_cost(baseline: Baseline) -> pd.DataFrame:
    """Price what keeps the insured share after a commune reaches the standard and becomes zone I.

    Cost a year = people x points lost by the zone before x premium x share that the budget pays; it falls on
    ``local`` and ``central_recurrent`` as the norm of the insurance measure divides them.

    Returns
    -------
    DataFrame
        Index: plan communes. One column a purse, million VND a year from ``grace_years`` after recognition, prices of the
        start year. ``people, loss_pct_point``; ``insured_before_pct``: what the commune has at recognition, its share now
        but at least the level; ``insured_after_pct``: without support (both NaN unknown); ``level_pct``;
        ``falls_below`` (boolean, NA unknown); ``is_assumed``: zone or people not known, the mean was taken.
    """
    settings = baseline.scenario.settings.recognition
    requirement = settings.insured_requirement
    _check(baseline, requirement)
    communes = baseline.communes
    loss = (
        communes["zone"].astype("object").map({str(k): v for k, v in settings.insured_loss_pct.items()}).astype(float)
    )
    people = communes["people"].astype("Float64").fillna(communes["people_2019"].astype("Float64")).astype(float)
    is_assumed = loss.isna() | people.isna()
    # ASSUME: where zone or people are not known, the mean of the other communes.
    loss = loss.fillna(loss.mean() if loss.notna().any() else float(np.mean(list(settings.insured_loss_pct.values()))))
    people = people.fillna(people.mean())
    yearly = people * loss / 100 * settings.premium_vnd_million * settings.premium_share
    frame = pd.DataFrame(0.0, index=communes.index, columns=PURSES)
    for purse, share in _payers(baseline, requirement).items():
        frame[purse] = yearly * share
    level = float(baseline.start_rules.requirements["level"].astype(float)[requirement])
    before = _insured(baseline, requirement).clip(lower=level)
    after = before - loss
    return frame.assign(
        people=people,
        loss_pct_point=loss,
        insured_before_pct=before,
        insured_after_pct=after,
        level_pct=level,
        falls_below=(after < level).astype("boolean").mask(after.isna() | np.isnan(level)),
        is_assumed=is_assumed,
    )


def _check(baseline: Baseline, requirement: str) -> None:
    faults = FaultList(_("A scenario that cannot be used"))
    if requirement not in baseline.values.columns:
        text = _("unknown requirement '{requirement}'").format(requirement=requirement)
        faults.add("recognition.insured_requirement", text, nearest(requirement, baseline.values.columns))
    if baseline.communes["people"].isna().all() and baseline.communes["people_2019"].isna().all():
        faults.add("B01", _("people of no commune are known"), action=_("Hand in table B1 of the start year."))
    faults.stop_if_any(UsageFaultsError)


def _insured(baseline: Baseline, requirement: str) -> pd.Series:
    """Return the insured share of each plan commune: mean of its parts by people; NaN where a part is not known."""
    parts = baseline.parts
    value = baseline.values[requirement].where(np.isfinite).reindex(parts["from_code"])
    people = baseline.lineage.before.communes["people_2019"].reindex(parts["from_code"]).astype("Float64").astype(float)
    weight = np.nan_to_num(people.to_numpy(), nan=1.0) * parts["people_share"].to_numpy(float)
    table = pd.DataFrame({"sum": value.to_numpy(float) * weight, "weight": weight, "to": parts["to_code"].to_numpy()})
    total = table.groupby("to")[["sum", "weight"]].sum().mask(table["sum"].isna().groupby(table["to"]).any())
    mean: pd.Series = (total["sum"] / total["weight"]).reindex(baseline.communes.index)
    return mean


def _payers(baseline: Baseline, requirement: str) -> dict[str, float]:
    """Return how the budget's payers divide the support: by the norm of the measure for the insured share."""
    measures = load_measures(baseline.project)
    norms = read_norms(baseline.project, baseline.scenario.settings.costs.norms, measures)
    held = measures.menu(baseline.law_set, requirement)
    names = [purse.value for purse in PAYERS]
    shares = norms.reindex([item.id for item in held[:1]])[names].to_numpy(float).sum(axis=0)
    if shares.sum() <= 0:  # ASSUME: without a norm that names them, local matching funds pay
        return {Purse.LOCAL.value: 1.0}
    return dict(zip(names, (shares / shares.sum()).tolist(), strict=True))
