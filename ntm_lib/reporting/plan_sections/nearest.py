"""Say which aims cannot be met together and what comes nearest; show plans of nearly the same worth."""

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.alternatives.nearest import Offer
from ntm_lib.planning.plan import spending
from ntm_lib.planning.reasons.clash_words import nearest_notes, nearest_plan, whatever_the_money
from ntm_lib.planning.reasons.more import seeks_results
from ntm_lib.planning.reasons.words import demand_name
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, amount, bullets, names_apart
from ntm_lib.reporting.sections.common import names, paragraph, section
from ntm_lib.reporting.tables import Cell, Column, html_table


def nearest(scope: Scope) -> None:
    """Show the clash of aims and the nearest plans; nothing where the aims can be met."""
    if not scope.study.is_relaxed or scope.study.nearest is None:
        return
    held = scope.study.nearest
    clash = [Markup("{}").format(demand_name(scope.plan.problem, demand, scope.words)) for demand in held.clash]
    lead = paragraph(
        _("With the resources entered, this aim cannot be reached:")
        if scope.study.is_one_aim
        else _("With the resources entered, these aims cannot be reached together:")
        if clash
        else _("The resources entered do not even allow a plan without aims.")
    )
    has_districts = any(offer.districts is not None for offer in held.offers)
    offers = [_offer(scope, number, offer, has_districts=has_districts) for number, offer in enumerate(held.offers)]
    table = html_table(
        [
            Column(_("What would have to be different")),
            Column(_("Communes reaching the standard"), "figure"),
            *([Column(_("District units reaching the standard"), "figure")] if has_districts else []),
            Column(_("Criteria per commune"), "figure"),
            Column(_("Planned money (million VND)"), "figure"),
        ],
        offers,
        caption=_("Nearest scenarios"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[
            *([] if scope.is_province else [_("Figures of the whole province.")]),
            _("Each line was planned anew and checked against every limit."),
            *nearest_notes(scope.plan.problem, held, scope.words),
        ],
        empty=_("No nearest plan was found."),
    )
    money = [Markup("<p>{}</p>").format(text) for text in whatever_the_money(scope.plan.problem, held, scope.words)]
    show(section(_("Nearest scenarios"), lead, bullets(clash), *money, table, anchor="nearest"))


def _offer(scope: Scope, number: int, offer: Offer, *, has_districts: bool) -> list[Cell]:
    key = scope.key_of("province", scope.plan.baseline.vintage.province.code, "offer", number)
    held = scope.study.nearest
    cells: list[Cell] = [
        nearest_plan(scope.plan.problem, held, offer, scope.words) if held else "",
        figure(f"{key}.standard", offer.standard, "count"),
    ]
    if has_districts:
        cells.append("–" if offer.districts is None else figure(f"{key}.districts", offer.districts, "count"))
    money = spending(offer.problem, offer.solution)["spent_vnd_million"].sum()
    return [*cells, figure(f"{key}.mean", offer.mean, "number"), amount(f"{key}.money", money)]


def _how_near(scope: Scope) -> str:
    """Say by how much the plans may differ in worth; where a plan only seeks to spend least, in money."""
    held, problem = scope.study.near_equal, scope.plan.problem
    if seeks_results(problem):
        text = _("The plans differ in their communes and are worth at least {share} of this plan.")
        return text.format(share=formats.percent(100 * (1 - held.tolerance)))
    costs = [spending(problem, plan)["spent_vnd_million"].sum() for plan in held.plans]
    text = _("The plans differ in their communes and need at most {share} more money than this plan.")
    return text.format(share=formats.percent(max(0.0, 100 * (max(costs) / costs[0] - 1)) if costs[0] else 0.0))


def near_equal(scope: Scope) -> None:
    """Show which communes reach the standard in all plans of nearly the same worth, and which only in some."""
    held = scope.study.near_equal
    title = _("Plans of nearly the same worth")
    if len(held.plans) == 1:
        text = _(
            "No plan with other communes was found that is worth nearly the same; that there is none is not proven."
        )
        show(section(title, paragraph(text), anchor="near-equal"))
        return
    place = held.place.reindex(scope.communes)
    count = len(held.plans)
    words = {
        "all": _("in all of them"),
        "some": _("in some of them"),
        "none": _("in none of them"),
        "start": _("Stands at the standard at the start"),
    }
    told = names_apart(scope) if scope.is_province else scope.names
    rows: list[list[Cell]] = []
    for group, label in words.items():
        codes = place.index[place["group"] == group]
        listed = names(str(told[code]) for code in codes) if group in {"all", "some"} else "–"
        rows.append([label, figure(scope.key("near_equal", group), len(codes), "count"), listed or "–"])
    table = html_table(
        [Column(_("Reaches the standard")), Column(_("Number of communes"), "figure"), Column(_("Names"))],
        rows,
        caption=_("Communes in {count} plans of nearly the same worth").format(count=formats.number(count)),
        source=scope.source,
        stamps=scope.warnings,
        notes=[_how_near(scope)],
        is_numbered=False,
    )
    text = _(
        "{count} plans are worth nearly the same. A commune that is in all of them hardly depends on the choice; one that is in some of them does."
    )
    lead = paragraph(text, count=figure(scope.key("near_equal", "plans"), count, "count"))
    show(section(title, lead, table, anchor="near-equal"))
