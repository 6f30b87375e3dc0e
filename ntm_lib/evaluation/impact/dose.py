"""Did communes with more programme money a head do better afterwards? Money first, change of the outcome after."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ntm_lib.evaluation.impact.settings import ImpactSettings

FEW_COMMUNES, FEW_DISTRICTS, NO_MONEY = "few_communes", "few_districts", "no_money"


@dataclass(frozen=True)
class Dose:
    """The difference of the later change that goes with twice the money a head, within a district; or ``why`` there is none."""

    communes: int
    districts: int
    estimate: float = np.nan
    low: float = np.nan
    high: float = np.nan
    chance: float = np.nan
    why: str = ""


def dose_effect(
    change: pd.Series, money: pd.Series, start: pd.Series, district: pd.Series, settings: ImpactSettings
) -> Dose:
    """Regress the change of an outcome on the logarithm of money a head, its start level and the district.

    All Series by commune; a commune with a missing value is left out, as is one without money. The error is the
    jackknife by district (CRV3), which holds its level with few districts, with Student's t of districts less one.
    """
    frame = pd.DataFrame({"change": change, "money": money, "start": start, "district": district}).dropna()
    frame = frame[frame["money"] > 0]
    frame = frame[frame.groupby("district")["money"].transform("size") > 1]
    communes, districts = len(frame), frame["district"].nunique()
    if not money.notna().any():
        return Dose(communes, districts, why=NO_MONEY)
    if districts < settings.min_districts:
        return Dose(communes, districts, why=FEW_DISTRICTS)
    if communes < 3 * settings.min_reached:
        return Dose(communes, districts, why=FEW_COMMUNES)
    import pyfixest

    frame = frame.assign(doublings=np.log2(frame["money"].astype("float64")))
    fit = pyfixest.feols("change ~ doublings + start | district", frame, vcov={"CRV3": "district"})
    low, high = fit.confint(alpha=1 - settings.confidence).loc["doublings"]
    estimate, chance = fit.coef()["doublings"], fit.pvalue()["doublings"]
    return Dose(communes, districts, float(estimate), float(low), float(high), float(chance))
