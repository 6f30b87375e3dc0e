"""Notes that stand under figures of a plan wherever they are printed."""

from ntm_lib.messages import _
from ntm_lib.planning.plan import Plan
from ntm_lib.reporting import formats


def package_notes(plan: Plan) -> list[str]:
    """Say that higher levels and villages rest on one assumed sum each, criteria unjudged; nothing where none is planned.

    Each level that the plan reaches is named with its sum.
    """
    costs, last, solution = plan.scenario.settings.costs, len(plan.years), plan.solution
    planned = (
        (_("an advanced commune"), costs.advanced_package_vnd_million, (solution.advanced < last).any()),
        (_("a model commune"), costs.model_package_vnd_million, (solution.model < last).any()),
        (_("a village"), costs.village_vnd_million, solution.villages.any()),
    )
    sums = [
        _("{what}: {money}").format(what=what, money=formats.money(money, "million", digits=0))
        for what, money, is_planned in planned
        if is_planned
    ]
    if not sums:
        return []
    text = _(
        "By an assumed sum of money ({sums}); the criteria of these levels are not examined one by one, so reaching them is "
        "not shown. Basis: {basis}."
    )
    return [text.format(sums="; ".join(sums), basis=costs.package_basis.rstrip("."))]
