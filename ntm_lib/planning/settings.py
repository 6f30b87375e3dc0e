"""What a scenario may choose: every setting of a plan, with its unit and meaning.

No setting has a default in the code: the base file names them all, so that each assumption can be read there.
"""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from ntm_lib.messages import _

Percent = Annotated[float, Field(ge=0, le=100)]
Chance = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(gt=0, le=10)]
Count = Annotated[int, Field(ge=0)]
Points = Annotated[float, Field(ge=0, le=10_000)]
Code = Annotated[str, StringConstraints(min_length=1)]


class Purse(StrEnum):
    """The sources of money of a plan, in the order they are printed."""

    CENTRAL_INVESTMENT = "central_investment"
    CENTRAL_RECURRENT = "central_recurrent"
    INTEGRATED = "integrated"
    LOCAL = "local"
    CREDIT = "credit"
    FIRMS = "firms"
    PEOPLE_CASH = "people_cash"
    PEOPLE_IN_KIND = "people_in_kind"


class Settings(BaseModel):
    """One block of settings: closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Horizon(Settings):
    """``on``: date of the units planned for; results of ``start_year`` are where the plan starts."""

    on: dt.date
    start_year: int
    first_year: int
    last_year: int
    orientation_year: int
    law_known_on: dt.date

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if not self.start_year < self.first_year <= self.last_year <= self.orientation_year:
            raise ValueError(
                _("expected start_year < first_year <= last_year <= orientation_year, found {years}").format(
                    years=f"{self.start_year}, {self.first_year}, {self.last_year}, {self.orientation_year}"
                )
            )
        return self

    @property
    def years(self) -> tuple[int, ...]:
        """The years planned."""
        return tuple(range(self.first_year, self.last_year + 1))


class Objective(StrEnum):
    """What a plan is best in; ties go to the cheaper plan."""

    MOST_COMMUNES = "most_communes"
    MOST_CRITERIA = "most_criteria"
    LEAST_COST = "least_cost"


class Weights(Settings):
    """What the plan counts: points for each result, and how much a commune of each group counts.

    ``standard``, ``criterion``, ``advanced``, ``model``, ``village``: points of one more; ``earlier_pct``: added for each
    year earlier. Groups: 1 as any other; the largest of a commune's groups holds.
    """

    standard: Points
    criterion: Points
    advanced: Points
    model: Points
    village: Points
    earlier_pct: Percent
    border: Factor
    especially_difficult: Factor
    safety_zone: Factor
    communes: dict[Code, Factor]


class Aims(Settings):
    """What the plan must reach at the end of the horizon; None: no aim.

    ``standard``: communes meeting all criteria (those meeting them at the start included), ``standard_by_year`` the
    same for single years. ``floor``: criteria that every commune meets; ``mean``: criteria a commune on average.
    ``districts``: district units of which ``district_share`` of the communes meet the standard (and
    ``district_advanced_share`` of them the advanced one), beside those named in ``districts_apart``.
    ``villages``: villages that meet the village standard, counted in ``village_scope``; ``villages_by_year`` the same for
    single years. Figures by year never fall and stay within the aim of the end: equal to it in the last year. A higher
    title is not asked of more communes than the one it stands on.
    """

    standard: Count | None
    standard_by_year: dict[int, Count]
    advanced: Count | None
    model: Count | None
    floor: Annotated[int, Field(ge=0, le=30)] | None
    mean: Annotated[float, Field(ge=0, le=30)] | None
    districts: Count | None
    district_share: Chance
    district_advanced_share: Chance
    districts_apart: tuple[Code, ...]
    villages: Count | None
    villages_by_year: dict[int, Count]
    village_scope: Literal["border", "all"]
    are_binding: StrictBool

    @model_validator(mode="after")
    def _rise_with_the_years(self) -> Self:
        by_year = {"aims.standard_by_year": self.standard_by_year, "aims.villages_by_year": self.villages_by_year}
        falling = [
            f"{name}: {_named(earlier)}, {_named(later)}"
            for name, held in by_year.items()
            for earlier, later in pairwise(sorted(held.items()))
            if later[1] < earlier[1]
        ]
        if falling:
            text = _("{found}: counted up to the end of each year, so a later year cannot ask for less")
            raise ValueError(text.format(found="; ".join(falling)))
        return self


class Money(Settings):
    """The budget table (``parameters/planning/<table>.csv``) and how this scenario changes it.

    Changes in percent of the table: for a year, for a purse; both apply. ``extra_vnd_million``: added to a purse in a
    year ("2024": {local: 12000}). ``carry_over``: purses whose unspent money may be used next year. ``closed``: purses
    the plan may not use. ``reserve_pct``: share of every purse and year that no work is planned on; it is there when the
    plan is carried out, for works that turn out dearer and years that bring less. ``allocation``: ``free``, or ``coefficients``: each commune gets at most its share of the
    ``allocated`` purses over the whole horizon, by points of its zone and border place, times ``allocation_slack``.
    """

    table: Code
    change_pct_by_year: dict[int, Annotated[float, Field(ge=-100, le=1000)]]
    change_pct_by_purse: dict[Purse, Annotated[float, Field(ge=-100, le=1000)]]
    extra_vnd_million: dict[int, dict[Purse, float]]
    carry_over: tuple[Purse, ...]
    closed: tuple[Purse, ...]
    reserve_pct: Annotated[float, Field(ge=0, lt=100)]
    allocation: Literal["free", "coefficients"]
    allocated: tuple[Purse, ...]
    allocation_points: dict[Literal["zone_I", "zone_II", "zone_III", "border"], Factor]
    allocation_slack: Factor


class Costs(Settings):
    """The table of norms (``parameters/planning/<norms>.csv``) and the factors on it.

    ``estimate`` picks low, middle or high. ``zone_factor``: terrain, by zone I, II, III. ``distance_factor_per_10km``:
    added for each 10 km from the district's seat, at most ``distance_factor_max``. ``price_growth_pct``: yearly, from the
    norm's price year to the year of spending. ``change_pct_by_measure``: single measures. ``measure_for``: the
    planner's own choice of a measure, by "requirement" or "commune/requirement". Packages of the advanced and
    the model commune and of a village are one sum each, paid by purse as in ``package_shares``.
    """

    norms: Code
    estimate: Literal["low", "middle", "high"]
    zone_factor: dict[Literal["I", "II", "III"], Factor]
    distance_factor_per_10km: Annotated[float, Field(ge=0, le=1)]
    distance_factor_max: Annotated[float, Field(ge=1, le=10)]
    price_growth_pct: Annotated[float, Field(ge=-10, le=50)]
    change_pct_by_measure: dict[Code, Annotated[float, Field(ge=-100, le=1000)]]
    measure_for: dict[Code, Code]
    advanced_package_vnd_million: Annotated[float, Field(ge=0)]
    model_package_vnd_million: Annotated[float, Field(ge=0)]
    village_vnd_million: Annotated[float, Field(ge=0)]
    package_shares: dict[Purse, Chance]
    package_basis: Code

    @model_validator(mode="after")
    def _shares_are_whole(self) -> Self:
        if abs(sum(self.package_shares.values()) - 1) > 1e-9:
            raise ValueError(_("package_shares: expected shares that add up to 1"))
        return self


class Forecast(Settings):
    """How income, poverty and schooling move: by their own ten years and by effort.

    A plan may count such a criterion in the first year in which it is met with at least ``confidence``.
    ``effort_growth_pct_point``: what a costed effort adds to the yearly growth of income; ``effort_fall_pct``: the share
    of poor households that a year of effort lifts out; ``effort_rise_pct_point``: what it adds a year to other shares.
    """

    confidence: Chance
    history_years: Annotated[int, Field(ge=4, le=30)]
    effort_growth_pct_point: Annotated[float, Field(ge=0, le=50)]
    effort_fall_pct: Percent
    effort_rise_pct_point: Annotated[float, Field(ge=0, le=50)]


class Unknowns(Settings):
    """What is planned where the start is not known: a survey first, then the work with a stated chance.

    ``chance_to_do``: by requirement (or "other"), the chance that the work turns out to be needed; ``from_data`` uses
    the share of communes with known verdicts that do not meet it, where at least ``least_known`` are known.
    """

    survey_vnd_million: Annotated[float, Field(ge=0)]
    from_data: StrictBool
    least_known: Count
    chance_to_do: dict[str, Chance]


class Recognition(Settings):
    """What recognition costs a commune: it becomes zone I and loses policies.

    ``insured_loss_pct``: percentage points of people who lose free health insurance, by zone before; ``grace_years``:
    years after reaching the standard before that happens; ``premium_vnd_million``: a person and year;
    ``premium_share``: share of the premium that the budget then pays to keep criterion ``insured_requirement``.
    """

    insured_requirement: Code
    insured_loss_pct: dict[Literal["I", "II", "III"], Percent]
    grace_years: Count
    premium_vnd_million: Annotated[float, Field(ge=0)]
    premium_share: Chance
    basis: Code


class Limits(Settings):
    """What can be done at all.

    ``works_per_commune_year``: works under way that a district can carry, for each of its communes;
    ``works_by_district`` sets single districts. ``fairness``: a district closes at least this share of the province's
    average share of its gaps. ``keep_standard_by``: year by which communes at the standard at the start meet the law of
    the plan. ``standard_before_advanced_years``, ``advanced_before_model_years``: years between the steps.
    ``pinned``: communes that reach the standard by a year; ``excluded``: communes that shall not be planned to reach it.
    """

    works_per_commune_year: Annotated[float, Field(ge=0)]
    works_by_district: dict[Code, Annotated[float, Field(ge=0)]]
    fairness: Chance
    keep_standard_by: int
    standard_before_advanced_years: Count
    advanced_before_model_years: Count
    pinned: dict[Code, int]
    excluded: tuple[Code, ...]


class Search(Settings):
    """When the search may stop: proven gap (share of the objective) or nodes; never the clock."""

    gap: Annotated[float, Field(ge=0, le=0.5)]
    nodes: Annotated[int, Field(ge=1)]


class Uncertainty(Settings):
    """The draws of Monte Carlo.

    ``money_sd_pct``: standard deviation of a year's money; ``cost_common_share``: share of the spread of costs that all
    communes have in common; ``disaster_chance``: chance of a disaster year in a district, which delays its works a year.
    ``robust_quantile``: the robust variant plans on costs above, and money below, this share of the draws.
    """

    draws: Annotated[int, Field(ge=1, le=100_000)]
    seed: Count
    money_sd_pct: Percent
    cost_common_share: Chance
    disaster_chance: Chance
    fragile_below: Chance
    robust_quantile: Annotated[float, Field(ge=0.5, lt=1)]


class PlanSettings(Settings):
    """All settings of one scenario."""

    horizon: Horizon
    objective: Objective
    weights: Weights
    aims: Aims
    money: Money
    costs: Costs
    forecast: Forecast
    unknowns: Unknowns
    recognition: Recognition
    limits: Limits
    search: Search
    uncertainty: Uncertainty

    @model_validator(mode="after")
    def _years_lie_in_the_horizon(self) -> Self:
        years = self.horizon.years
        named: dict[str, Iterable[int]] = {
            "aims.standard_by_year": self.aims.standard_by_year,
            "aims.villages_by_year": self.aims.villages_by_year,
            "money.change_pct_by_year": self.money.change_pct_by_year,
            "money.extra_vnd_million": self.money.extra_vnd_million,
            "limits.pinned": self.limits.pinned.values(),
            "limits.keep_standard_by": [self.limits.keep_standard_by],
        }
        outside = [f"{name}: {year}" for name, held in named.items() for year in held if year not in years]
        if outside:
            raise ValueError(
                _("years outside the plan ({years}): {found}").format(
                    years=", ".join(map(str, years)), found="; ".join(outside)
                )
            )
        return self

    @model_validator(mode="after")
    def _choices_agree(self) -> Self:
        """Refuse choices that contradict each other, all at once: a planner who writes both means one of them."""
        aims = self.aims
        found = [
            *_by_year_faults("standard", aims.standard, aims.standard_by_year, self.horizon.last_year),
            *_by_year_faults("villages", aims.villages, aims.villages_by_year, self.horizon.last_year),
            *_level_faults(aims),
            *_money_faults(self.money),
        ]
        if found:
            raise ValueError("; ".join(found))
        return self


def _by_year_faults(name: str, asked: int | None, by_year: dict[int, int], last: int) -> list[str]:
    """Tell figures by year that ask for more than the aim of the end, or for another number in the last year."""
    wrong = [
        _named(each)
        for each in sorted(by_year.items())
        if asked is not None and (each[1] > asked or (each[0] == last and each[1] != asked))
    ]
    text = _("aims.{name}_by_year: {found} contradicts aims.{name}: {asked}, the aim by the end of {year}")
    return [text.format(name=name, found=", ".join(wrong), asked=asked, year=last)] if wrong else []


def _level_faults(aims: Aims) -> list[str]:
    """Tell a higher title asked of more communes than the title it stands on, and districts asked for without a share."""
    found = []
    text = _("aims.{higher}: {more} contradicts aims.{lower}: {less}: each of these communes counts for both")
    for lower, higher in (("standard", "advanced"), ("standard", "model"), ("advanced", "model")):
        less, more = getattr(aims, lower), getattr(aims, higher)
        if less is not None and more is not None and more > less:
            found.append(text.format(higher=higher, more=more, lower=lower, less=less))
    share, advanced = aims.district_share, aims.district_advanced_share
    if advanced > share:
        found.append(
            text.format(
                higher="district_advanced_share", more=f"{advanced:g}", lower="district_share", less=f"{share:g}"
            )
        )
    if aims.districts and share == 0:
        none = _("aims.districts: {count} with aims.district_share: 0: every district would count, whatever is done")
        found.append(none.format(count=aims.districts))
    return found


def _money_faults(money: Money) -> list[str]:
    """Tell sources that are closed and changed, and coefficients without a source to share out: neither has an effect."""
    changed = {
        "money.change_pct_by_purse": [purse for purse, change in money.change_pct_by_purse.items() if change],
        "money.extra_vnd_million": [
            purse for extra in money.extra_vnd_million.values() for purse, amount in extra.items() if amount
        ],
    }
    text = _("{name}: {purse} contradicts money.closed: a closed source has no money")
    found = [
        text.format(name=name, purse=purse.value)
        for name, purses in changed.items()
        for purse in dict.fromkeys(purses)
        if purse in money.closed
    ]
    if money.allocation == "coefficients" and set(money.allocated) <= set(money.closed):
        found.append(_("money.allocation: coefficients, but money.allocated names no source that is open"))
    return found


def _named(each: tuple[int, int]) -> str:
    return f"{each[0]}: {each[1]}"
