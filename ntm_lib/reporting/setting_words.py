"""Name the settings of a scenario, and what they are set to, as a planner reads them."""

from collections.abc import Mapping
from typing import Any

from ntm_lib.messages import _
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.settings import Objective

YEARS = (
    "horizon.start_year", "horizon.first_year", "horizon.last_year", "horizon.orientation_year",
    "limits.keep_standard_by", "limits.pinned",
)  # fmt: skip
"""Settings whose numbers are years."""


def setting_labels() -> dict[str, str]:
    """Name every setting by its dotted key."""
    return {**_aims_and_weights(), **_money_and_costs(), **_limits_and_rest()}


def setting_label(key: str, names: Mapping[str, str] | None = None) -> str:
    """Name one setting; what stands below a key (a year, a code) is told after its name, anything else as it is.

    ``names``: of units by code, told in place of codes.
    """
    words = {**word_labels(), **(names or {})}
    labels = setting_labels()
    above = next((name for name in labels if key == name or key.startswith(f"{name}.")), None)
    if above is None:
        return key
    below = [words.get(part, part) for part in key.removeprefix(above).split(".") if part]
    return ", ".join([labels[above], *below])


def word_labels() -> dict[str, str]:
    """Name the words that a setting may be set to."""
    purses = {purse.value: label for purse, label in purse_labels().items()}
    return {
        Objective.MOST_COMMUNES.value: _("Many communes at the standard, and early"),
        Objective.MOST_CRITERIA.value: _("Most criteria met"),
        Objective.LEAST_COST.value: _("Least capital need"),
        "low": _("low estimate"),
        "middle": _("middle estimate"),
        "high": _("high estimate"),
        "free": _("not shared out by coefficients"),
        "coefficients": _("by coefficients of the communes"),
        "border": _("border communes"),
        "all": _("all communes"),
        **purses,
    }


def setting_value(key: str, value: Any, names: Mapping[str, str] | None = None) -> Any:
    """Return the value of one setting with words and units named; years become text, which has no thousands separator."""
    named = named_values(value, names)
    if not key.startswith(YEARS):
        return named
    if isinstance(named, dict):
        return {unit: str(year) for unit, year in named.items()}
    return str(named) if isinstance(named, int) else named


def named_values(value: Any, names: Mapping[str, str] | None = None) -> Any:
    """Return the value of a setting with its words named; ``names``: of units by code."""
    labels = {**word_labels(), **(names or {})}
    if isinstance(value, dict):
        return {labels.get(str(key), key): named_values(held, names) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [named_values(held, names) for held in value]
    return labels.get(str(value), value) if isinstance(value, str) else value


def _aims_and_weights() -> dict[str, str]:
    return {
        "objective": _("What the plan is best in"),
        "horizon.on": _("Administrative units of the day"),
        "horizon.start_year": _("Year of the results at the start"),
        "horizon.first_year": _("First year of the plan"),
        "horizon.last_year": _("Last year of the plan"),
        "horizon.orientation_year": _("Year of the orientation"),
        "horizon.law_known_on": _("Law known on the day"),
        "weights.standard": _("Points of a commune at the standard"),
        "weights.criterion": _("Points of a criterion"),
        "weights.advanced": _("Points of an advanced commune"),
        "weights.model": _("Points of a model commune"),
        "weights.village": _("Points of a village at the standard"),
        "weights.earlier_pct": _("Added for each year earlier (%)"),
        "weights.border": _("Weight of border communes"),
        "weights.especially_difficult": _("Weight of especially difficult communes"),
        "weights.safety_zone": _("Weight of safety-zone communes"),
        "weights.communes": _("Weight of single communes"),
        "aims.standard": _("Aim: communes at the standard"),
        "aims.standard_by_year": _("Aim: communes at the standard by year"),
        "aims.advanced": _("Aim: advanced communes"),
        "aims.model": _("Aim: model communes"),
        "aims.floor": _("Aim: least number of criteria in each commune"),
        "aims.mean": _("Aim: criteria per commune on average"),
        "aims.districts": _("Aim: district-level units at the standard"),
        "aims.district_share": _("Share of a district's communes at the standard"),
        "aims.district_advanced_share": _("Share of a district's communes that are advanced"),
        "aims.districts_apart": _("District-level units not counted for the aim"),
        "aims.villages": _("Aim: villages at the standard"),
        "aims.villages_by_year": _("Aim: villages at the standard by year"),
        "aims.village_scope": _("Villages counted"),
        "aims.are_binding": _("The plan must reach the aims"),
    }


def _money_and_costs() -> dict[str, str]:
    return {
        "money.table": _("Table of money available"),
        "money.change_pct_by_year": _("Change of money by year (%)"),
        "money.change_pct_by_purse": _("Change of money by source (%)"),
        "money.extra_vnd_million": _("Money added (million VND)"),
        "money.carry_over": _("Sources whose unspent money may be used next year"),
        "money.closed": _("Sources that may not be used"),
        "money.allocation": _("How money is shared out to communes"),
        "money.allocated": _("Sources shared out by coefficients"),
        "money.reserve_pct": _("Reserve kept back of every source (%)"),
        "money.allocation_points": _("Points of the coefficients"),
        "money.allocation_slack": _("Share of its allotment that a commune may use"),
        "costs.norms": _("Table of norms"),
        "costs.estimate": _("Estimate of the norms"),
        "costs.zone_factor": _("Factor of terrain by zone"),
        "costs.distance_factor_per_10km": _("Factor for each 10 km from the district's seat"),
        "costs.distance_factor_max": _("Largest factor of distance"),
        "costs.price_growth_pct": _("Growth of prices a year (%)"),
        "costs.change_pct_by_measure": _("Change of single norms (%)"),
        "costs.measure_for": _("Measure chosen by the planner"),
        "costs.advanced_package_vnd_million": _("Sum for an advanced commune (million VND)"),
        "costs.model_package_vnd_million": _("Sum for a model commune (million VND)"),
        "costs.village_vnd_million": _("Sum for a village (million VND)"),
        "costs.package_shares": _("Sources of these sums"),
        "costs.package_basis": _("Basis of these sums"),
    }


def _limits_and_rest() -> dict[str, str]:
    return {
        "forecast.confidence": _("Least chance at which a forecast criterion counts"),
        "forecast.history_years": _("Years of results that forecasts use"),
        "forecast.effort_growth_pct_point": _("Added growth of income by support (percentage points)"),
        "forecast.effort_fall_pct": _("Poor households lifted out a year by support (%)"),
        "forecast.effort_rise_pct_point": _("Added rise of other shares by support (percentage points)"),
        "unknowns.survey_vnd_million": _("Cost of a survey (million VND)"),
        "unknowns.from_data": _("Chance of a need from the communes that are known"),
        "unknowns.least_known": _("Least number of communes known for it"),
        "unknowns.chance_to_do": _("Chance that a work not surveyed is needed"),
        "recognition.insured_requirement": _("Content that recognition affects"),
        "recognition.insured_loss_pct": _("People losing free health insurance by zone (percentage points)"),
        "recognition.grace_years": _("Years of grace after recognition"),
        "recognition.premium_vnd_million": _("Premium of a person and year (million VND)"),
        "recognition.premium_share": _("Share of the premium that the budget pays"),
        "recognition.basis": _("Basis of what recognition costs"),
        "limits.works_per_commune_year": _("Works under way a year for each commune of a district"),
        "limits.works_by_district": _("Works under way a year of single districts"),
        "limits.fairness": _("Least share of the provincial average that a district reaches"),
        "limits.keep_standard_by": _("Year by which recognised communes meet the plan's law"),
        "limits.standard_before_advanced_years": _("Years from the standard to the advanced level"),
        "limits.advanced_before_model_years": _("Years from the advanced to the model level"),
        "limits.pinned": _("Communes that reach the standard by a given year"),
        "limits.excluded": _("Communes not planned to reach the standard"),
        "search.gap": _("Deviation from the best plan at which the search stops"),
        "search.nodes": _("Most steps of the search"),
        "uncertainty.draws": _("Number of draws"),
        "uncertainty.seed": _("Seed of the draws"),
        "uncertainty.money_sd_pct": _("Spread of a year's money (%)"),
        "uncertainty.cost_common_share": _("Share of the spread of costs that communes have in common"),
        "uncertainty.disaster_chance": _("Chance of a disaster year in a district"),
        "uncertainty.fragile_below": _("Chance below which a commune's year counts as uncertain"),
        "uncertainty.robust_quantile": _("Share of the draws that the cautious plan withstands"),
    }
