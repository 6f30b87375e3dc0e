"""Every table of a plan as it is handed down, in the order of the workbook."""

from ntm_lib.messages import _
from ntm_lib.planning.means.measures import Measures
from ntm_lib.planning.plan import Plan
from ntm_lib.reporting.office.plan_balance import balance_sheet
from ntm_lib.reporting.office.plan_later import figure_labels, orientation_sheet, published_sheet, villages_sheet
from ntm_lib.reporting.office.plan_marks import law_name, plan_stamps, purse_columns, source_line
from ntm_lib.reporting.office.plan_units import (
    district_text,
    has_districts,
    money_sheet,
    targets_sheet,
    year_sheets,
    years_sheet,
)
from ntm_lib.reporting.office.plan_works import (
    other_money_sheet,
    planned_tasks,
    policies_sheet,
    register_sheet,
    tasks_sheet,
    works_sheet,
    works_summary_sheet,
)
from ntm_lib.reporting.sheets import Sheet

__all__ = [
    "about_plan", "balance_sheet", "district_text", "figure_labels", "law_name", "money_sheet", "orientation_sheet", "other_money_sheet",
    "plan_sheets", "plan_stamps", "planned_tasks", "policies_sheet", "published_sheet", "purse_columns", "register_sheet",
    "source_line", "targets_sheet", "tasks_sheet", "villages_sheet", "works_sheet", "works_summary_sheet", "year_sheets",
    "years_sheet",
]  # fmt: skip


def plan_sheets(plan: Plan, menu: Measures | None = None) -> list[Sheet]:
    """Return every table of a plan for the workbook; targets and money stand on a sheet for each year."""
    return [
        targets_sheet(plan, "province"),
        *([years_sheet(plan, "district")] if has_districts(plan) else []),
        years_sheet(plan, "commune"),
        *year_sheets(plan),
        money_sheet(plan, "province"),
        balance_sheet(plan),
        works_sheet(plan, menu),
        other_money_sheet(plan),
        register_sheet(plan, menu),
        villages_sheet(plan),
        tasks_sheet(plan, menu),
        policies_sheet(plan, menu),
        orientation_sheet(plan),
        published_sheet(plan),
    ]


def about_plan(plan: Plan) -> list[tuple[str, str]]:
    """Return the lines of the first sheet: scenario, author, reason, law, units, money."""
    scenario = plan.scenario
    return [
        (_("Scenario"), f"{scenario.title} ({scenario.id})"),
        (_("Author"), scenario.author),
        (_("Reason"), str(scenario.reason)),
        (_("Years"), f"{plan.problem.years[0]} - {plan.problem.years[-1]}"),
        (_("Set of criteria"), law_name(plan)),
        (_("Money"), _("million VND; prices of each year; no total is rounded, only printed rounded")),
        (_("Names of works"), _("proposed by the software, not reviewed")),
    ]
