"""Name a limit or a demand, and say what a nearest plan takes; names and the form of money come from the caller."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ntm_lib.messages import _
from ntm_lib.planning.alternatives.asked import Demand
from ntm_lib.planning.alternatives.nearest import Lowered, Offer
from ntm_lib.planning.problem import Problem

NAMED = 3  # communes named in a sentence; the rest is counted


@dataclass(frozen=True)
class Names:
    """How positions and money are printed: names by code, ``money`` from million VND to text with its unit."""

    communes: Mapping[str, str]
    districts: Mapping[str, str]
    purses: Mapping[str, str]
    criteria: Mapping[str, str]
    money: Callable[[float], str]
    number: Callable[[float], str]

    def of_communes(self, codes: Sequence[str]) -> str:
        """Name the first few communes and count the rest."""
        named = ", ".join(self.communes.get(code, code) for code in codes[:NAMED])
        more = len(codes) - NAMED
        return _("{names} and {count} other communes").format(names=named, count=more) if more > 0 else named


def limit_name(limit: str, *, is_least_cost: bool = False) -> str:
    """Name what keeps a commune from the standard (``why.LIMITS``); ``is_least_cost``: the plan only seeks to spend least."""
    if limit == "worth" and is_least_cost:
        return _("not needed for the aims at the least money")
    return {
        "none": _("meets all criteria at the start"),
        "first_year": _("planned for the first year"),
        "excluded": _("left out by the planner's choice"),
        "counts": _("a criterion that cannot be met earlier"),
        "order": _("works that must follow one another"),
        "money": _("money"),
        "works": _("works a district can carry in a year"),
        "cap": _("money allotted to the commune"),
        "fairness": _("balance between districts"),
        "aims": _("other aims of the plan"),
        "worth": _("other communes come first by the objective"),
        "gap": _("this choice is as good as the plan"),
    }[limit]


def demand_name(problem: Problem, demand: Demand, names: Names) -> str:
    """Name one demand with what it asks for."""
    asked = names.number(demand.asked)
    match demand.kind:
        case "standard_by_year":
            return _("{count} communes meeting all criteria by {year}").format(
                count=asked, year=problem.years[demand.year]
            )
        case "villages_by_year":
            return _("{count} villages meeting the standard by {year}").format(
                count=asked, year=problem.years[demand.year]
            )
        case "pinned":
            code = str(problem.communes[demand.commune])
            return _("{commune} meets all criteria by {year}").format(
                commune=names.communes.get(code, code), year=problem.years[int(demand.asked)]
            )
        case _:
            texts = {
                "standard": _("{count} communes meeting all criteria"),
                "floor": _("no commune under {count} criteria"),
                "mean": _("{count} criteria a commune on average"),
                "advanced": _("{count} communes of the advanced standard"),
                "model": _("{count} communes of the model standard"),
                "districts": _("{count} district units"),
                "villages": _("{count} villages meeting the standard"),
                "keep": _("{count} communes keep the standard they hold"),
                "fairness": _("balance between districts"),
            }
            return texts[demand.kind].format(count=asked)


def offer(problem: Problem, made: Offer, names: Names) -> str:
    """Say what a nearest plan takes."""
    match made.kind:
        case "money" | "money_in_year":
            by_year = [] if made.money is None else made.money.sum(axis=0).tolist()
            years = [(year, money) for year, money in zip(problem.years, by_year, strict=False) if money > 0]
            if len(years) > 1:
                named = "; ".join(f"{year}: {names.money(money)}" for year, money in years)
                return _("{money} more: {years}").format(money=names.money(made.amount), years=named)
            named = str(made.year or next((year for year, _money in years), ""))
            return _("{money} more in {years}").format(money=names.money(made.amount), years=named)
        case "later":
            return _("one year later: aims reached by the end of {year}").format(year=made.year)
        case _:
            return "; ".join(_lowered(problem, lowered, names) for lowered in made.lowered)


def _lowered(problem: Problem, lowered: Lowered, names: Names) -> str:
    demand, short = lowered.demand, names.number(lowered.short)
    aim = demand_name(problem, demand, names)
    if demand.kind == "pinned" and lowered.offered < len(problem.years):
        return _("{aim}: in {year} at the earliest").format(aim=aim, year=problem.years[int(lowered.offered)])
    if lowered.offered <= 0 or demand.kind in {"pinned", "keep"}:
        return _("{aim}: given up").format(aim=aim)
    if demand.kind in {"standard", "standard_by_year", "advanced", "model"}:
        return _("{aim}: {count} communes fewer").format(aim=aim, count=short)
    return _("{aim}: only {count}").format(aim=aim, count=names.number(lowered.offered))
