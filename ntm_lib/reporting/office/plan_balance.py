"""The table of capital need, what there is, what the plan allots and what is short, by source."""

from ntm_lib.messages import _
from ntm_lib.planning.later.balance import TOTAL, WITHOUT_CREDIT, capital_balance
from ntm_lib.planning.later.orientation import remaining
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.reasons.more import seeks_results
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.plan_marks import million, plan_stamps, source_line
from ntm_lib.reporting.sheets import Column, Sheet


def balance_sheet(plan: Plan) -> Sheet:
    """Return the balance of the province's money by source, for all years of the plan."""
    table = capital_balance(plan)
    names = {purse.value: label for purse, label in purse_labels().items()}
    names |= {WITHOUT_CREDIT: _("Total without credit")}
    first, last = plan.problem.years[0], plan.problem.years[-1]
    total = table.loc[TOTAL].to_dict() | {"name": _("Total")}
    rows = table.drop(TOTAL)
    rows = rows.assign(name=rows.index.map(names)).reset_index()
    order = rows["purse"].ne(WITHOUT_CREDIT)
    columns = [
        Column("name", _("Source"), width=44),
        Column("need", _("Capital need"), "money", width=15),
        Column("available", _("Available"), "money", width=15),
        Column("short", _("Short"), "money", width=15),
        Column("over", _("Left over of the source"), "money", width=15),
        Column("allotted", _("Money allotted"), "money", width=15),
        Column("not_allotted", _("Need without money allotted"), "money", width=17),
    ]
    return Sheet(
        name=_("Capital balance"),
        title=_("Capital need, what can be met, what is short, {period}").format(period=formats.period(first, last)),
        columns=columns,
        frame=rows.assign(order=order).sort_values("order", kind="stable"),
        unit=million(),
        total=total,
        source=source_line(plan),
        notes=balance_notes(plan),
        stamps=plan_stamps(plan),
    )


def balance_notes(plan: Plan) -> list[str]:
    """Say what the need holds, what it leaves out, and how the sums of what is short are made."""
    left = remaining(plan)
    need = _(
        "Need: what the plan spends, and what the {left} criteria that stay missing would take if they were completed in "
        "{year}."
    )
    notes = [need.format(left=formats.number(left["missing"].sum()), year=plan.problem.years[-1])]
    if without := left["without_way"].sum():
        more = _("{count} of them cannot be completed within the plan whatever is spent, and are not priced.")
        notes.append(more.format(count=formats.number(without)))
    return [*notes, short_note(), *reserve_notes(plan), unplanned_note(plan)]


def short_note() -> str:
    """Say how what is short follows from need and money."""
    return _(
        "Short: need less what is available, source by source; what one source has over does not pay for another's works, "
        "so the first row adds up what each source is short of."
    )


def reserve_notes(plan: Plan) -> list[str]:
    """Say what is kept back of the money available; nothing where the scenario keeps no reserve."""
    share = plan.scenario.settings.money.reserve_pct
    if not share:
        return []
    text = _(
        "Of the money available {share} of every source and year, {amount}, is a reserve: no work is planned on it; it is used "
        "when works turn out dearer or a year brings less money, and the chances count on it."
    )
    amount = formats.money(float(plan.reserve.sum()), "billion")
    return [text.format(share=formats.percent(share, formats.digits_of(share)), amount=amount)]


def unplanned_note(plan: Plan) -> str:
    """Say why money can stay unplanned beside a need."""
    if not seeks_results(plan.problem):
        return _(
            "This plan allots only what its aims take; money that is available beyond that stays unplanned, and so does the "
            "need of what the aims do not ask for."
        )
    return _(
        "Available money can stay unplanned because another source that pays for the same works is used up, because a "
        "criterion needs time and not money, or because a district carries no more works in the year."
    )
