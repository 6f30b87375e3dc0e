"""Say a reason, a limit or a nearest plan in one sentence; names and the form of money come from the caller."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ntm_lib.messages import _
from ntm_lib.planning.asked import Demand
from ntm_lib.planning.limits import More
from ntm_lib.planning.nearest import Lowered, Nearest, Offer
from ntm_lib.planning.problem import Problem
from ntm_lib.planning.why import Reason, Why

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


def limit_name(limit: str) -> str:
    """Name what keeps a commune from the standard (``why.LIMITS``)."""
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


def sentence(problem: Problem, why: Why, names: Names) -> str:
    """Say why a commune reaches the standard when it does, or not."""
    if why.more is None:
        return _("Main limiting factor: {limit}").format(limit=limit_name(why.limit))
    parts = [
        _("Main limiting factor: {limit}").format(limit=_named_limit(problem, why.more, names)),
        _more(problem, why.more, names),
    ]
    if why.swap:
        parts.append(_swap(problem, why.swap, names))
    return ". ".join(part for part in parts if part)


def _named_limit(problem: Problem, reason: Reason, names: Names) -> str:
    main = reason.main
    if main is None or reason.limit not in {"money", "works", "counts"}:
        return limit_name(reason.limit)
    if reason.limit == "money":
        purse, year = str(problem.purses[main.purse]), problem.years[main.year]
        return _("{purse} in {year}").format(purse=names.purses.get(purse, purse), year=year)
    if reason.limit == "works":
        district = str(problem.districts[main.district])
        return _("works that {district} can carry in {year}").format(
            district=names.districts.get(district, district), year=problem.years[main.year]
        )
    criteria = [str(problem.criteria[change.criterion]) for change in reason.changes if change.kind == "counts"]
    named = ", ".join(names.criteria.get(code, code) for code in criteria)
    return _("{criteria} cannot be met before the end of {year}").format(
        criteria=named, year=problem.years[reason.year]
    )


def _more(problem: Problem, reason: Reason, names: Names) -> str:
    money = sum(change.amount for change in reason.changes if change.kind == "money")
    works = sum(change.amount for change in reason.changes if change.kind == "works")
    year = problem.years[reason.year]
    if money and works:
        return _("To meet all criteria by {year}: {money} more and {works} more works in the district").format(
            year=year, money=names.money(money), works=names.number(works)
        )
    if money:
        return _("To meet all criteria by {year}: {money} more").format(year=year, money=names.money(money))
    if works:
        return _("To meet all criteria by {year}: {works} more works in the district").format(
            year=year, works=names.number(works)
        )
    return ""


def _swap(problem: Problem, reason: Reason, names: Names) -> str:
    if not reason.gives_way:
        return ""
    given = names.of_communes([str(problem.communes[commune]) for commune in reason.gives_way])
    return _("Without more money, {communes} would come later").format(communes=given)


def bought(more: More, names: Names) -> str:
    """Say what more money in a year buys."""
    what = {"money": names.money(more.amount), "year": more.year}
    if more.communes:
        return _("{money} more in {year}: {communes} would also meet all criteria").format(
            **what, communes=names.of_communes(more.communes)
        )
    if more.criteria_more > 0:
        return _("{money} more in {year}: {count} more criteria").format(**what, count=more.criteria_more)
    return _("{money} more in {year} changes nothing in the number of criteria and communes").format(**what)


def demand_name(problem: Problem, demand: Demand, names: Names) -> str:
    """Name one demand with what it asks for."""
    asked = names.number(demand.asked)
    match demand.kind:
        case "standard_by_year":
            return _("{count} communes meeting all criteria by {year}").format(
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


def refusal(problem: Problem, found: Nearest, names: Names) -> str:
    """Say which aims cannot be met together."""
    if not found.clash:
        return _("With the means entered no plan is possible at all: check budgets, works and excluded communes")
    aims = "; ".join(demand_name(problem, demand, names) for demand in found.clash)
    return _("With the means entered these aims cannot be met together: {aims}").format(aims=aims)


def offer(problem: Problem, made: Offer, names: Names) -> str:
    """Say what a nearest plan takes."""
    match made.kind:
        case "money":
            years = [
                year for at, year in enumerate(problem.years) if made.money is not None and made.money[:, at].any()
            ]
            named = ", ".join(str(year) for year in years)
            return _("{money} more in {years}").format(money=names.money(made.amount), years=named)
        case "money_in_year":
            return _("{money} more in {years}").format(money=names.money(made.amount), years=made.year)
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
