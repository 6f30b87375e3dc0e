"""Show what one billion more in a year would add to the plan, with what is proven about it."""

import math

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.alternatives.filled import NOTHING
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.reasons.more import More
from ntm_lib.planning.settings import Objective, Purse
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, amount, billions, told
from ntm_lib.reporting.sections.common import names, paragraph, section
from ntm_lib.reporting.tables import Band, Cell, Column, html_table

POINT = 0.1  # points are told to this
TOLD = 0.005  # less is not told


def billion(scope: Scope) -> None:
    """Show what one billion more in each year would buy (province)."""
    title = _("With one billion more")
    if not scope.study.billion:
        show(section(title, _not_asked(scope), anchor="billion"))
        return
    rows: list[list[Cell] | Band] = []
    for is_state, label in ((False, _("Any source, spread as adds most")), (True, _("State budget only"))):
        part = [more for more in scope.study.billion if more.is_state == is_state]
        rows += [Band(label), *(_row(scope, more) for more in part)] if part else []
    table = html_table(
        [
            Column(_("Year of the money")),
            Column(_("Source, and what is used of it (million VND)")),
            Column(_("Criteria more"), "figure"),
            Column(_("Communes more"), "figure"),
            Column(_("Communes earlier"), "figure"),
            Column(_("Points more: at least"), "figure"),
            Column(_("Points more: at most"), "figure"),
            Column(_("What is added")),
        ],
        rows,
        caption=_("What one billion more would buy"),
        source=scope.source,
        stamps=scope.warnings,
        notes=[*_notes(scope)],
        is_numbered=False,
    )
    text = _(
        "What one billion VND more in a year would add while everything planned stands and nothing comes later. Each line is a plan that was checked against every limit."
    )
    show(section(title, paragraph(text), table, anchor="billion"))


def _not_asked(scope: Scope) -> Markup:
    """Say why a plan that only seeks to spend least is not asked what more money buys."""
    money = scope.study.limits.money
    text = _(
        "This plan seeks to reach its aims with the least money and nothing beyond them, so it is not asked what one billion more would add. Of the money entered, {left} stay unused over its years."
    )
    left = billions(scope.key("billion", "left"), float((money["available"] - money["used"]).sum()))
    return paragraph(text, left=left)


def _row(scope: Scope, more: More) -> list[Cell]:
    key = scope.key("billion", "state" if more.is_state else "any", more.year)
    at_most = _at_most(f"{key}.at_most", more.gain_at_most)
    if more.solution is None:
        return [str(more.year), "–", "–", "–", "–", "–", at_most, _("No plan that passes the check was found.")]
    return [
        str(more.year),
        _sources(scope, key, more),
        figure(f"{key}.criteria", len(more.criteria), "count"),
        figure(f"{key}.communes", len(more.communes), "count"),
        figure(f"{key}.sooner", len(more.sooner), "count"),
        figure(f"{key}.at_least", math.floor(more.gain / POINT + TOLD) * POINT, "number", digits=1),
        at_most,
        _added(scope, more),
    ]


def _at_most(key: str, points: float) -> Markup:
    """Print a bound; it is rounded up, so that it stays one."""
    return figure(key, math.ceil(points / POINT - TOLD) * POINT, "number", digits=1)


def _sources(scope: Scope, key: str, more: More) -> Cell:
    labels = purse_labels()
    parts = []
    for change in more.changes:
        purse = str(scope.plan.problem.purses[change.purse])
        used = amount(f"{key}.{purse}", change.amount)
        parts.append(told("{source}: {used}", source=labels[Purse(purse)], used=used))
    return Markup("; ").join(parts) or "–"


def _added(scope: Scope, more: More) -> str:
    """Name what is added: communes that reach the standard, earlier ones, criteria by commune."""
    said = []
    for codes, text in (
        (more.communes, _("newly reach the standard: {communes}")),
        (more.sooner, _("reach the standard earlier: {communes}")),
    ):
        if codes:
            said.append(text.format(communes=", ".join(_name(scope, code) for code in codes)))
    for count, text in zip(more.higher, _higher(), strict=True):
        if count:
            said.append(text.format(count=formats.number(count)))
    listed = [
        _("criterion {criterion}: {communes}").format(
            criterion=criterion, communes=", ".join(_name(scope, str(code)) for code in codes)
        )
        for criterion, codes in more.criteria.groupby("criterion", sort=False)["commune_code"]
    ]
    other = len(more.moves) - len(more.criteria) - len(more.communes) - len(more.sooner)
    if other:
        listed.append(_("{count} criteria completed earlier").format(count=formats.number(other)))
    text = names([*said, *listed])
    return text[:1].upper() + text[1:] or "–"


def _higher() -> tuple[str, str, str]:
    return (
        _("{count} communes of the advanced standard more"),
        _("{count} communes of the model standard more"),
        _("{count} villages meeting the standard more"),
    )


def _name(scope: Scope, code: str) -> str:
    commune, district = formats.in_sentence(str(scope.names[code])), formats.in_sentence(scope.district_of(code))
    return _("{commune} ({district})").format(commune=commune, district=district)


def _notes(scope: Scope) -> list[Markup]:
    found = scope.study.billion
    key, first = scope.key("billion"), found[0]
    notes = [_points(scope)]
    open_ = [more for more in found if more.gain_beside - more.gain > TOLD]
    years = ", ".join(str(year) for year in sorted({more.year for more in open_}))
    beside = max((more.gain_beside - more.gain for more in open_), default=0.0)
    if open_:
        text = _(
            "At least: the plan found. While everything planned stands it is proven that no use of the money adds more; only for {years} up to {points} points more are not ruled out."
        )
        notes.append(told(text, years=years, points=_at_most(f"{key}.beside", beside)))
    else:
        text = _("At least: the plan found; while everything planned stands it is proven that no use of the money adds more.")  # fmt: skip
        notes.append(told(text))
    if first.left_over <= NOTHING:
        text = _("It is proven as well that without the money nothing can be added, so all of the gain comes from the money.")  # fmt: skip
        notes.append(told(text))
    else:
        text = _("Without the money up to {points} points more are not ruled out; so much of the gain may not come from the money.")  # fmt: skip
        notes.append(told(text, points=_at_most(f"{key}.left_over", first.left_over)))
    return [*notes, *_anew(scope)]


def _points(scope: Scope) -> Markup:
    """Say what the plan counts."""
    settings = scope.scenario.settings
    weights = settings.weights
    standard = weights.standard if settings.objective == Objective.MOST_COMMUNES else 0
    text = _(
        "Points by the priorities of the scenario: {standard} for a commune that reaches the standard, {criterion} for a criterion, {earlier} more for each year earlier, times the weight of the commune's group where it has one."
    )
    return told(
        text, standard=formats.number(standard), criterion=formats.number(weights.criterion),
        earlier=formats.percent(weights.earlier_pct, 0),
    )  # fmt: skip


def _anew(scope: Scope) -> list[Markup]:
    """Say what is proven of a plan made anew with the money."""
    text = _(
        "At most: proven for any plan, also one made wholly anew with the money and without what is planned now; up to {gap} points of it would be a better plan without any more money."
    )
    solution = scope.plan.solution
    gap = _at_most(scope.key("billion", "gap"), solution.bound - solution.objective)
    notes = [told(text, gap=gap)] if solution.gap is not None else []
    values = scope.plan.problem.standard_value
    least = float(values[values > 0].min()) if (values > 0).any() else 0.0
    if 0 < max(more.gain_at_most for more in scope.study.billion) < least:
        text = _("Even so one billion would add less than a commune that reaches the standard is worth.")
        notes.append(told(text))
    return notes
