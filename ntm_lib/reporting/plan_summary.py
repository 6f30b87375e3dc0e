"""Say in a few lines what the plan of a scenario reaches, for the command line."""

from collections.abc import Mapping
from typing import Any

from ntm_lib.messages import _
from ntm_lib.planning.reasons.clash_words import nearest_notes, nearest_plans, whatever_the_money
from ntm_lib.planning.study import Study
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.plan_basis import clash_sentences
from ntm_lib.reporting.plan_sections.opening import aimless, asked_less
from ntm_lib.reporting.plan_sections.scope import scope


def summary_lines(study: Study) -> list[str]:
    """Return title, targets, money and chance of a study, in words; illustrative data says so first."""
    plan = study.plan
    problem, solution = plan.problem, plan.solution
    last = len(plan.years)
    reached = [int((solution.standard <= year).sum()) for year in range(last)]
    spent = plan.spending["spent_vnd_million"].sum()
    lines = [study.title]
    if plan.baseline.is_mixed:
        lines.append(_("Partly ILLUSTRATIVE DATA: not official figures."))
    elif plan.baseline.is_illustrative:
        lines.append(_("ILLUSTRATIVE DATA: not official figures."))
    by_year = "; ".join(f"{year}: {count}" for year, count in zip(plan.years, reached, strict=True))
    lines.append(_("Communes meeting all criteria, of {all}: {years}").format(all=len(problem.communes), years=by_year))
    lines.append(
        _("Planned money {years}: {money}").format(
            years=formats.period(plan.years[0], plan.years[-1]), money=formats.money(spent, "billion")
        )
    )
    if solution.gap is None:
        lines.append(_("The plan did not pass its own check; do not use it, and report the fault."))
    elif not solution.is_proven:
        lines.append(
            _("The search stopped early: no plan is better than this by more than {gap}.").format(
                gap=formats.percent(100 * solution.gap, 2)
            )
        )
    lines += _clash(study)
    if text := aimless(scope(study)):
        lines.append(text)
    lines.extend(_chance(row) for row in study.simulation.aims.to_dict("records") if row["aim"] == "all")
    return lines


def _clash(study: Study) -> list[str]:
    """Say which aims clash, what stands in the way of money, what comes nearest, and what is shown instead."""
    if not study.is_relaxed or study.nearest is None:
        return []
    problem, found, words = study.plan.problem, study.nearest, scope(study).words
    clash = clash_sentences(study)[0]
    lines = [clash, *whatever_the_money(problem, found, words)]
    if found.offers:
        lines += [_("The nearest scenarios:"), *(f"  {text}" for text in nearest_plans(problem, found, words))]
    lines += nearest_notes(problem, found, words)
    return [*lines, _("Less than the aims of the scenario: {less}").format(less=asked_less(scope(study)))]


def _chance(row: Mapping[Any, Any]) -> str:
    """Write the chance of the scenario's own aims with its error; where no or every draw reaches them, the end of its range."""
    shown = formats.percent(100 * row["chance"])
    if row["chance"] <= 0:
        shown = _("{share} (at most {high})").format(share=shown, high=formats.percent(100 * row["high"]))
    elif row["chance"] >= 1:
        shown = _("{share} (at least {low})").format(share=shown, low=formats.percent(100 * row["low"]))
    else:
        shown = f"{shown} (± {formats.percent(100 * row['standard_error'])})"
    return _("Chance of all aims of the scenario that are judged: {chance}").format(chance=shown)
