"""The words of the part on impact: outcomes, variants, readings, limits."""

from ntm_lib.evaluation.impact import INCOME, PLACEBO
from ntm_lib.messages import _


def only_method() -> str:
    """Say first that generated data prove nothing."""
    return _(
        "The data are illustrative: the figures of this part only demonstrate the method and say nothing of the real impact of the Programme."
    )


def compared() -> str:
    """Say who is compared with whom."""
    return _(
        "Up to {year}, {reached} of {communes} communes met all criteria other than {tied} (income, poor households, the outcomes themselves) in a year that is known; each is compared with communes of its district that had not, in the same year, from the year after it met them."
    )


def unclear() -> str:
    """Say who is left out."""
    return _("{unclear} communes are left out: missing data leave open in which year they met the criteria.")


def too_few_here() -> str:
    """Say that a district is too small for a number of its own."""
    return _(
        "In {name} at most {reached} communes can be followed after reaching the standard, fewer than the {least} needed to compare; no impact is estimated for it alone, and the province's report gives the common result."
    )


def too_few() -> str:
    """Say that the province has too few communes."""
    return _(
        "At most {reached} communes can be followed after reaching the standard, fewer than the {least} needed to compare: no impact is estimated."
    )


def whole(code: str) -> str:
    """Say why no outcome has a number."""
    return {
        "few_comparison": _("Too few communes are left to compare with: no impact is estimated."),
        "no_outcome": _("Income and poverty were not reported by commune: no impact is estimated."),
    }.get(code, _("Income and poverty as reported do not differ between years: no impact is estimated."))


def not_estimated() -> str:
    """Name the outcomes without a number for one reason."""
    return _("Not estimated, {why}: {outcomes}.")


def why(code: str) -> str:
    """Return the reason of a missing number; empty for none."""
    return {
        "": "",
        "few_reached": _("too few communes followed after reaching the standard"),
        "few_comparison": _("too few communes to compare with"),
        "no_outcome": _("not reported"),
        "no_variation": _("the reported values do not change"),
        "few_communes": _("too few communes with complete data"),
        "few_districts": _("too few districts"),
        "no_money": _("money was not reported by commune and year"),
    }[code]


def outcome(name: str, standard: str) -> str:
    """Return the words for an outcome."""
    if name == PLACEBO:
        return _("Share of ethnic minorities (cannot be changed by the Programme)")
    return _("Income per head") if name == INCOME else _poverty(standard)


def _poverty(standard: str) -> str:
    return {
        "": _("Poverty rate"),
        "income_2006_2010": _("Poverty rate (standard of 2006-2010)"),
        "income_2011_2015": _("Poverty rate (standard of 2011-2015)"),
        "multidimensional_2016_2020": _("Poverty rate (multidimensional standard of 2016-2020)"),
        "multidimensional_2021_2025": _("Poverty rate (multidimensional standard of 2021-2025)"),
    }[standard]


def variants() -> dict[str, str]:
    """Return the words for the variants."""
    return {
        "main": _("Main: criteria other than income and poverty; within the district"),
        "province": _("Compared across the whole province"),
        "zone": _("Compared within the zone (I, II, III)"),
        "all_criteria": _("All criteria, income and poverty among them"),
        "register": _("Recognised by decision (communes named in the sources)"),
        "fake_dates": _("Check: dates moved back, before the standard"),
        "placebo_outcome": _("Check: an outcome that cannot be changed"),
    }


def reading(code: str, name: str, *, is_more: bool) -> str:
    """Return the sentence for a reading of one outcome; ``is_more``: the difference is upwards."""
    return _income(code, is_more=is_more) if name == INCOME else _poor(code, is_more=is_more)


def _income(code: str, *, is_more: bool) -> str:
    match code, is_more:
        case "apart_before", _more:
            return _(
                "Income per head: communes at the standard had moved apart from the others before they reached it (p = {trend}); the difference of {size} seen afterwards is not put down to the standard."
            )
        case "untested", _more:
            return _(
                "Income per head: the years before could not be tested; a difference of {size} afterwards ({confidence} interval: {low} to {high}) is for information only."
            )
        case "differs", True:
            return _(
                "Income per head of the {reached} communes followed was on average {size} higher after they reached the standard than it would have been without ({confidence} interval: {low} to {high}; p = {chance})."
            )
        case "differs", False:
            return _(
                "Income per head of the {reached} communes followed was on average {size} lower after they reached the standard than it would have been without ({confidence} interval: {low} to {high}; p = {chance})."
            )
    return _(
        "Income per head: no difference beyond chance after reaching the standard ({confidence} interval: {low} to {high}); with {reached} communes only a difference of {detectable} or more could be found."
    )


def _poor(code: str, *, is_more: bool) -> str:
    match code, is_more:
        case "apart_before", _more:
            return _(
                "{outcome}: communes at the standard had moved apart from the others before they reached it (p = {trend}); the difference of {size} points seen afterwards is not put down to the standard."
            )
        case "untested", _more:
            return _(
                "{outcome}: the years before could not be tested; a difference of {size} points afterwards ({confidence} interval: {low} to {high}) is for information only."
            )
        case "differs", True:
            return _(
                "{outcome}: in the {reached} communes followed it was on average {size} points higher after they reached the standard than it would have been without ({confidence} interval: {low} to {high}; p = {chance})."
            )
        case "differs", False:
            return _(
                "{outcome}: in the {reached} communes followed it was on average {size} points lower after they reached the standard than it would have been without ({confidence} interval: {low} to {high}; p = {chance})."
            )
    return _(
        "{outcome}: no difference beyond chance after reaching the standard ({confidence} interval: {low} to {high} points); with {reached} communes only a difference of {detectable} points or more could be found."
    )


def money(name: str, *, is_clear: bool) -> str:
    """Return the sentence on programme money a head and one outcome."""
    match name == INCOME, is_clear:
        case True, True:
            return _(
                "With twice the programme money a head in {from_year}-{to_year}, the growth of income up to {last} differs by {low} to {high} between communes of one district."
            )
        case True, False:
            return _(
                "Programme money a head in {from_year}-{to_year} and the growth of income up to {last} show no link beyond chance between communes of one district (with twice the money: {low} to {high})."
            )
        case False, True:
            return _(
                "{outcome}: with twice the programme money a head in {from_year}-{to_year}, the change up to {last} differs by {low} to {high} points between communes of one district."
            )
    return _(
        "{outcome}: the change up to {last} shows no link beyond chance with programme money a head in {from_year}-{to_year} between communes of one district (with twice the money: {low} to {high} points)."
    )


def dose_kinds() -> dict[str, str]:
    """Return the words for the two questions about money."""
    return {
        "after": _("Money first, change afterwards"),
        "before": _("Check: later money cannot change earlier years"),
    }


def placebo_flat() -> str:
    """Say that the outcome chosen as a check does not move."""
    return _("The check with the share of ethnic minorities could not be made: the reported values do not change.")


def no_comparison() -> str:
    """Say that there is nothing to show."""
    return _("Not enough communes or data to compare.")


def limits() -> list[str]:
    """Say what such a comparison cannot show."""
    return [
        _("Communes register when they are nearly ready, so those at the standard were better placed from the start; comparing each with its own past and with its district takes out what does not change, not what drew it forward."),
        _("Income and poor households are criteria themselves: reaching all criteria contains part of the outcome. The main comparison therefore leaves both out of the definition and looks only at the years after; housing, water and health remain, which multidimensional poverty also counts."),
        _("Roads, markets and jobs of a commune also serve its neighbours; such spill-over makes the difference look smaller than the benefit."),
        _("Communes with few poor households left cannot reduce poverty by many points; a smaller fall there is no failure."),
        _("The comparison tells what reaching the standard added, not what the whole Programme did for all communes at once."),
        _("Programme money was given by need and by readiness, in unequal doses to everyone; there is no commune without money, so its effect cannot be separated from why it was given."),
    ]  # fmt: skip


def test_notes() -> list[str]:
    """Say how the table was made."""
    return [
        _("Method: imputation estimator for communes that reach the standard in different years (Borusyak, Jaravel, Spiess 2024; Gardner 2022); communes already at the standard never serve as comparison. Interval: leaving out one commune at a time."),
        _("p of the randomisation test: how often dates dealt out at random within the comparison group give as large a difference. p of the trend before: below 0.05 the communes had moved apart already. Values under 0.001 are printed as 0.001."),
        _("Poverty is compared only within one standard; communes that had reached the standard before its first year cannot be followed. A dash: not estimated."),
    ]  # fmt: skip


def money_notes() -> list[str]:
    """Say how the table on money was made."""
    return [
        _("State budget money of the Programme itself, all tiers, a head; compared within districts, at equal starting level. Interval: leaving out one district at a time (CRV3)."),
    ]  # fmt: skip
