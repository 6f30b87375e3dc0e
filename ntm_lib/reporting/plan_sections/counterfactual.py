"""Say what would bring a commune to the standard earlier: every change it takes, and what others lose where nothing is added."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.planning.reasons import Reason
from ntm_lib.planning.reasons.changes import Change
from ntm_lib.planning.reasons.limits import set_back
from ntm_lib.planning.reasons.more import seeks_results
from ntm_lib.planning.reasons.why import OPENING, TOLERANCE
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.scope import Scope, amount, told
from ntm_lib.reporting.sections.common import rows_of


def what_it_takes(scope: Scope, code: str, row: Any) -> Markup:
    """Say for a commune (a row of ``scope.reasons``) what it takes, and, without any more, what others lose."""
    more, swap = row.why.more, row.why.swap
    if more is None or row.kind == "stands_at_start":
        return Markup("–")
    wants, year = Markup("; ").join(_wants(scope, code, more.changes)), int(row.asked_year)
    said = told(_("{wants}: the standard in {year}") if wants else _("the standard in {year}"), wants=wants, year=year)
    parts = [said, *_effect(scope, code, more, is_free=not wants)]
    if swap is not None:
        later = set_back(scope.plan.problem, scope.plan.solution, swap.witness, more.commune)
        parts.append(_without_more(scope, code, more, later))
    text = Markup("; ").join(parts)
    return text[:1].upper() + text[1:]


def criteria_blocked(scope: Scope, reason: Reason | None) -> str:
    """List the criteria that would have to count earlier than they can."""
    changes = reason.changes if reason else ()
    return ", ".join(str(scope.plan.problem.criteria[item.criterion]) for item in changes if item.kind == "counts")


def _wants(scope: Scope, code: str, changes: tuple[Change, ...]) -> list[Markup]:
    """Say every change, those that open the way first."""
    wants = _opening(scope, changes)
    for kind, (name, text) in _amounts().items():
        total = sum(change.amount for change in changes if change.kind == kind)
        if total > 0:
            key = scope.key_of("commune", code, name)
            value = figure(key, total, "number", digits=1) if kind == "works" else amount(key, total)
            wants.append(told(text, amount=value))
    for change in changes:
        if change.kind == "fairness":
            share = figure(scope.key_of("commune", code, "extra_share"), 100 * change.amount, "percent", digits=0)
            wants.append(told(_("the balance between districts lowered to {share}"), share=share))
    return wants


def _amounts() -> dict[str, tuple[str, str]]:
    return {
        "money": ("extra_money", _("{amount} million VND more")),
        "cap": ("extra_cap", _("{amount} million VND more in the money allotted to the commune")),
        "works": ("extra_works", _("{amount} works more in the district's year")),
    }


def _opening(scope: Scope, changes: tuple[Change, ...]) -> list[Markup]:
    """Say the changes without which no money would help."""
    problem, said = scope.plan.problem, []
    kinds = {change.kind for change in changes}
    if "include" in kinds:
        said.append(Markup("{}").format(_("the commune no longer left out")))
    counted = [change for change in changes if change.kind == "counts"]
    for year in sorted({change.year for change in counted}):
        criteria = ", ".join(str(problem.criteria[change.criterion]) for change in counted if change.year == year)
        text = _("criteria {criteria} met by {year} already")
        said.append(told(text, criteria=criteria, year=problem.years[year]))
    if "order" in kinds:
        said.append(Markup("{}").format(_("works of the commune that need not wait for one another")))
    return said


def _effect(scope: Scope, code: str, more: Reason, *, is_free: bool) -> list[Markup]:
    """Say what the plan as a whole loses, where that is the reason."""
    key = scope.key_of("commune", code, "extra_loss")
    if not seeks_results(scope.plan.problem) and more.loss > TOLERANCE:
        money = amount(key, more.loss / scope.plan.problem.cost_weight)
        return [told(_("the plan then needs {amount} million VND more in all"), amount=money)]
    if more.limit == "worth":
        points = figure(key, more.loss, "number", digits=1)
        return [told(_("the plan is then worth {points} points less"), points=points)]
    return [Markup("{}").format(_("the plan is then worth no less"))] if is_free else []


def _without_more(scope: Scope, code: str, more: Reason, later: pd.DataFrame) -> Markup:
    """Say who comes later, and with what, where neither money nor works are added."""
    opening = Markup("; ").join(_opening(scope, tuple(item for item in more.changes if item.kind in OPENING)))
    lead = _("or, without more money and works, but {opening}: {lost}") if opening else _("or, without more money and works: {lost}")  # fmt: skip
    lost = _lost(scope, code, later) or [Markup("{}").format(_("no other commune comes later"))]
    return told(lead, opening=opening, lost=Markup("; ").join(lost))


def _lost(scope: Scope, code: str, later: pd.DataFrame) -> list[Markup]:
    """Say for each commune that is set back its standard, with both years, and its criteria."""
    said = []
    for other, moved in later.groupby("commune_code", sort=False):
        standard, criteria = moved[moved["criterion"] == ""], moved[moved["criterion"] != ""]
        is_gone = criteria["new_year"].isna()
        parts = [_standard(row) for row in rows_of(standard)]
        for name, count, text in (
            ("extra_lost", int(is_gone.sum()), _("{count} criteria no longer completed in the years of the plan")),
            ("extra_later", int((~is_gone).sum()), _("{count} criteria completed later")),
        ):
            if count:
                parts.append(told(text, count=figure(scope.key_of("commune", code, name, other), count, "count")))
        said.append(told("{commune}: {losses}", commune=_name(scope, str(other)), losses=Markup(", ").join(parts)))
    return said


def _standard(row: Any) -> Markup:
    if pd.isna(row.new_year):
        text = _("no longer reaches the standard in the years of the plan (planned: {old})")
        return told(text, old=int(row.old_year))
    return told(_("the standard in {new} instead of {old}"), old=int(row.old_year), new=int(row.new_year))


def _name(scope: Scope, code: str) -> str:
    """Name a commune, with its district where that is another one."""
    name = formats.in_sentence(str(scope.names[code]))
    is_own = not scope.is_province and scope.plan.baseline.communes["parent_code"].to_dict()[code] == scope.unit.code
    district = formats.in_sentence(scope.district_of(code))
    return name if is_own else _("{commune} ({district})").format(commune=name, district=district)
