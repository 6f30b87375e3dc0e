"""Build the planning problem from the start, the needs, the outlook, the money and the choices of a scenario."""

import numpy as np
import pandas as pd

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.planning.formulate.steps import Candidates, candidates, worth_anew
from ntm_lib.planning.means.budget import Budget
from ntm_lib.planning.needs import Needs
from ntm_lib.planning.needs.recognition import recognition_cost
from ntm_lib.planning.outlook import Outlook
from ntm_lib.planning.problem import Aims, Bools, Floats, Ints, Problem, Risks
from ntm_lib.planning.settings import Objective, PlanSettings, Purse
from ntm_lib.planning.start.baseline import Baseline
from ntm_lib.verdicts import Verdict

GROUPS = {"border": "is_border", "especially_difficult": "is_especially_difficult", "safety_zone": "is_atk"}
"""Groups of communes that ``weights`` names, and the column that tells who belongs to each."""


def build_problem(
    baseline: Baseline, needs: Needs, outlook: Outlook, budget: Budget, held: Candidates | None = None
) -> tuple[Problem, Risks]:
    """Return the problem and its risks.

    ``held``: the candidate steps, where a scenario that differs only in weights, aims, limits and amounts of money has
    them already. Unknown communes and districts among the choices, and weights or years that contradict each other, stop
    with all faults at once.
    """
    settings = baseline.scenario.settings
    _check_names(baseline, settings)
    years, purses = settings.horizon.years, pd.Index([purse.value for purse in Purse])
    communes, districts = baseline.communes.index, baseline.vintage.districts.index
    districts = districts if len(districts) else pd.Index([baseline.vintage.province.code])
    district = districts.get_indexer(pd.Index(baseline.communes["parent_code"]))
    weight = _weights(baseline, settings)
    earlier = 1 + settings.weights.earlier_pct / 100 * np.arange(len(years) - 1, -1, -1)
    points = _points(settings)
    value = points["criterion"] * weight[:, None, None] * earlier
    value = np.broadcast_to(value, (len(communes), len(baseline.criteria.columns), len(years)))
    made = candidates(baseline, needs, outlook, settings, value) if held is None else worth_anew(held, value)
    start_standard = np.asarray(made.met.all(axis=1))
    keep = _met_before(baseline)
    packages = np.array([settings.costs.package_shares.get(purse, 0.0) for purse in Purse])
    problem = Problem(
        years=years,
        communes=communes,
        criteria=baseline.criteria.columns,
        districts=districts,
        purses=purses,
        district=district,
        met=made.met,
        of=np.full(len(communes), len(baseline.criteria.columns)),
        start_standard=start_standard,
        keep=keep,
        keep_by=years.index(settings.limits.keep_standard_by),
        steps=made.steps,
        order=made.order,
        standard_value=points["standard"] * weight[:, None] * earlier,
        advanced_value=points["advanced"],
        model_value=points["model"],
        village_value=points["village"],
        cost_weight=points["cost"],
        money=budget.amounts.loc[purses, list(years)].to_numpy(float) * (1 - settings.money.reserve_pct / 100),
        carries=np.array([purse in settings.money.carry_over for purse in Purse]),
        works=_works(settings, districts, district, len(years)),
        commune_cap=_commune_cap(baseline, settings, budget),
        capped=np.array([purse in settings.money.allocated for purse in Purse]),
        fairness=settings.limits.fairness,
        after_spend=recognition_cost(baseline).reindex(communes)[list(purses)].to_numpy(float),
        after_lag=settings.recognition.grace_years,
        latest=_latest(settings, communes),
        may_standard=~communes.isin(settings.limits.excluded),
        advanced_spend=np.tile(packages * settings.costs.advanced_package_vnd_million, (len(communes), 1)),
        model_spend=np.tile(packages * settings.costs.model_package_vnd_million, (len(communes), 1)),
        advanced_lag=settings.limits.standard_before_advanced_years,
        model_lag=settings.limits.advanced_before_model_years,
        villages=_villages(baseline, settings),
        village_spend=packages * settings.costs.village_vnd_million,
        start_villages=0,
        aims=_aims(settings, districts),
    )
    money_sd = np.full(len(purses), settings.uncertainty.money_sd_pct / 100)
    return problem, Risks(made.cost_low, made.cost_high, made.chance, made.needed, made.effort, money_sd)


def _check_names(baseline: Baseline, settings: PlanSettings) -> None:
    faults = FaultList(_("A scenario that cannot be used"))
    communes, districts = list(baseline.communes.index), list(baseline.vintage.districts.index)
    names = baseline.vintage.frame["name"].to_dict()
    named = {
        "limits.pinned": settings.limits.pinned,
        "limits.excluded": settings.limits.excluded,
        "weights.communes": settings.weights.communes,
    }
    day = f"{settings.horizon.on:%d/%m/%Y}"
    for where, codes in named.items():
        for code in codes:
            if code not in communes:
                text = _("'{code}' is not a commune in the Programme on {date}")
                faults.add(where, text.format(code=code, date=day), nearest(code, communes, names))
    for where, codes in (
        ("limits.works_by_district", settings.limits.works_by_district),
        ("aims.districts_apart", settings.aims.districts_apart),
    ):
        for code in codes:
            if code not in districts:
                text = _("'{code}' is not a district on {date}")
                faults.add(where, text.format(code=code, date=day), nearest(code, districts, names))
    for name, column in GROUPS.items():
        if getattr(settings.weights, name) != 1 and baseline.communes[column].isna().all():
            text = _("a weight without effect: of no commune it is known whether it belongs to this group")
            faults.add(f"weights.{name}", text, "1", _("Report it in table B1, or give the communes by name."))
    _check_amounts(baseline, settings, faults)
    faults.stop_if_any(UsageFaultsError)


def _check_amounts(baseline: Baseline, settings: PlanSettings, faults: FaultList) -> None:
    """Note choices that contradict each other or ask for more than there is."""
    names, most = baseline.vintage.frame["name"].to_dict(), _("at most {count}")
    for code in sorted(set(settings.limits.pinned) & set(settings.limits.excluded)):
        text = _("{name} ({code}) is both pinned and excluded")
        faults.add("limits.pinned", text.format(name=names.get(code, code), code=code))
    communes, criteria = baseline.criteria.shape
    can = communes - _never_standing(baseline, settings)
    units = max(1, len(baseline.vintage.districts)) - len(settings.aims.districts_apart)
    villages = int(_villages(baseline, settings).sum())
    there_are = {
        "standard": can, "advanced": can, "model": can, "floor": criteria, "mean": criteria,
        "districts": units, "villages": villages,
    }  # fmt: skip
    asked = {f"aims.{name}": (getattr(settings.aims, name), count) for name, count in there_are.items()}
    for name, there in (("standard_by_year", can), ("villages_by_year", villages)):
        by_year = getattr(settings.aims, name).items()
        asked |= {f"aims.{name}.{year}": (count, there) for year, count in by_year}
    for where, (aim, count) in asked.items():
        if aim is not None and aim > count:
            faults.add(where, str(aim), most.format(count=count))


def _never_standing(baseline: Baseline, settings: PlanSettings) -> int:
    """Count the communes that shall not be planned to reach the standard and do not meet it at the start."""
    stands = baseline.criteria.isin([Verdict.MET, Verdict.NOT_APPLICABLE]).all(axis=1)
    return sum(not stands[code] for code in set(settings.limits.excluded) & set(stands.index))


def _points(settings: PlanSettings) -> dict[str, float]:
    """Return what each result is worth and what a million costs, by the objective chosen."""
    points = {
        name: getattr(settings.weights, name) for name in ("standard", "criterion", "advanced", "model", "village")
    }
    match settings.objective:
        case Objective.MOST_COMMUNES:
            return {**points, "cost": 0.0}
        case Objective.MOST_CRITERIA:
            return {**points, "standard": 0.0, "advanced": 0.0, "model": 0.0, "cost": 0.0}
        case Objective.LEAST_COST:
            return {**dict.fromkeys(points, 0.0), "cost": 1.0}


def _weights(baseline: Baseline, settings: PlanSettings) -> Floats:
    """Return the weight of each commune: the largest of its groups, or the planner's own; unknown flags count as 1."""
    communes = baseline.communes
    weight = np.ones(len(communes))
    for name, column in GROUPS.items():
        factor = getattr(settings.weights, name)
        is_member = communes[column].fillna(value=False).to_numpy(bool)
        weight = np.where(is_member, np.maximum(weight, factor) if factor >= 1 else np.minimum(weight, factor), weight)
    for code, factor in settings.weights.communes.items():
        weight[communes.index.get_loc(code)] = factor
    return weight


def _met_before(baseline: Baseline) -> Bools:
    """Return which communes met every criterion at the start by the set that judged the start year."""
    old = baseline.old_criteria.reindex(baseline.communes.index).to_numpy()
    return np.asarray(np.isin(old, [Verdict.MET, Verdict.NOT_APPLICABLE]).all(axis=1))


def _works(settings: PlanSettings, districts: pd.Index, district: Ints, years: int) -> Floats:
    count = np.bincount(district, minlength=len(districts))
    works = settings.limits.works_per_commune_year * count.astype(float)
    for code, limit in settings.limits.works_by_district.items():
        works[districts.get_loc(code)] = limit
    return np.repeat(works[:, None], years, axis=1)


def _commune_cap(baseline: Baseline, settings: PlanSettings, budget: Budget) -> Floats:
    """Return what a commune may use of the allocated purses: its share by points of zone and border place."""
    communes, money = baseline.communes, settings.money
    if money.allocation == "free":
        return np.full(len(communes), np.inf)
    faults = FaultList(_("A scenario that cannot be used"))
    given = {str(name): value for name, value in money.allocation_points.items()}
    points = communes["zone"].map({zone: given.get(f"zone_{zone}") for zone in ("I", "II", "III")})
    if points.isna().any():
        zones = ", ".join(sorted({str(zone) for zone in communes.loc[points.isna(), "zone"]}))
        faults.add(
            "money.allocation_points", _("no points for zone: {zones}").format(zones=zones), "zone_I, zone_II, zone_III"
        )
        faults.stop_if_any(UsageFaultsError)
    is_border = communes["is_border"].fillna(value=False).to_numpy(bool)
    total = points.to_numpy(float) + is_border * given.get("border", 0.0)
    allotted = budget.amounts.loc[[purse.value for purse in money.allocated]].to_numpy().sum()
    allotted *= 1 - money.reserve_pct / 100
    return np.asarray(total / total.sum() * allotted * money.allocation_slack)


def _latest(settings: PlanSettings, communes: pd.Index) -> Ints:
    years = settings.horizon.years
    latest = np.full(len(communes), len(years))
    for code, year in settings.limits.pinned.items():
        latest[communes.get_loc(code)] = years.index(year)
    return latest


def _villages(baseline: Baseline, settings: PlanSettings) -> Ints:
    """Return the villages that can be brought to the village standard; where their number is unknown, none can."""
    count = baseline.communes["villages"].fillna(0).to_numpy(float).round().astype(int)
    if settings.aims.village_scope == "all":
        return count
    return np.where(baseline.communes["is_border"].fillna(value=False).to_numpy(bool), count, 0)


def _aims(settings: PlanSettings, districts: pd.Index) -> Aims:
    aims, years = settings.aims, settings.horizon.years
    if not aims.are_binding:
        return Aims(
            district_share=aims.district_share,
            district_advanced_share=aims.district_advanced_share,
            districts_apart=districts.isin(aims.districts_apart),
        )
    return Aims(
        standard=aims.standard,
        standard_by_year={years.index(year): count for year, count in aims.standard_by_year.items()},
        advanced=aims.advanced,
        model=aims.model,
        floor=aims.floor,
        mean=aims.mean,
        districts=aims.districts,
        district_share=aims.district_share,
        district_advanced_share=aims.district_advanced_share,
        districts_apart=districts.isin(aims.districts_apart),
        villages=aims.villages,
        villages_by_year={years.index(year): count for year, count in aims.villages_by_year.items()},
    )
