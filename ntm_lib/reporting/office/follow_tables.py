"""The workbook of a follow-up: published figures, outcomes by district, and every criterion, beside the plan."""

from pathlib import Path

import pandas as pd

from ntm_lib.messages import _, language
from ntm_lib.planning.later.against import OUTCOMES, by_unit, outcome_labels
from ntm_lib.planning.plan import Plan
from ntm_lib.reporting.office.plan_later import published_sheet
from ntm_lib.reporting.office.plan_marks import plan_stamps, source_line
from ntm_lib.reporting.office.plan_tables import about_plan
from ntm_lib.reporting.office.workbook import write_workbook
from ntm_lib.reporting.sheets import Column, Sheet, sums


def district_sheet(plan: Plan, table: pd.DataFrame, year: int, source: str) -> Sheet:
    """Return the outcomes by district; ``table``: see ``against.outcomes``."""
    counts = by_unit(plan, table, year).reset_index()
    labels = outcome_labels()
    criteria, communes = _("Criteria, up to the end of {year}").format(year=year), _("Communes meeting all criteria")
    columns = [
        Column("name", _("District, city"), width=28),
        Column("planned", _("Planned"), "count", criteria, 11),
        *(Column(name, labels[name], "count", criteria, 13) for name in OUTCOMES),
        Column("standard_planned", _("Planned"), "count", communes, 11),
        Column("standard", _("Actual, at least"), "count", communes, 11),
    ]
    return Sheet(
        name=_("By district"), title=_("Actual against plan by district, up to the end of {year}").format(year=year),
        columns=columns, frame=counts, unit=_("criterion of a commune; commune"), total=sums(counts, columns, "name"),
        source=_source(plan, source), stamps=plan_stamps(plan), notes=notes(),
    )  # fmt: skip


def criteria_sheet(plan: Plan, table: pd.DataFrame, year: int, source: str) -> Sheet:
    """Return every criterion planned or done by the end of a year with its outcome."""
    names = plan.baseline.vintage.frame["name"]
    labels = plan.baseline.rules[plan.problem.years[-1]].criteria[f"label_{language()}"]
    frame = table.assign(
        district=names.reindex(table["district_code"]).to_numpy(),
        criterion_name=[f"{criterion}. {labels[criterion]}" for criterion in table["criterion"]],
        outcome=table["outcome"].map(outcome_labels()),
    )
    columns = [
        Column("name", _("Commune"), width=28),
        Column("district", _("District, city"), width=26),
        Column("criterion_name", _("Criterion"), width=36),
        Column("planned_year", _("Year by the plan"), "year", width=12),
        Column("actual_year", _("Actual year"), "year", width=12),
        Column("outcome", _("Outcome"), width=30),
    ]
    return Sheet(
        name=_("By criterion"), title=_("Actual against plan by commune and criterion, up to the end of {year}").format(year=year),
        columns=columns, frame=frame, source=_source(plan, source), stamps=plan_stamps(plan), notes=notes(),
    )  # fmt: skip


def notes() -> list[str]:
    """Say what the outcomes mean."""
    return [
        _(
            "Not reported: planned by then, but nothing was told of it; this is not the same as not completed. Communes meeting "
            "all criteria: by what was told; criteria not reported are not counted."
        )
    ]


def write_follow_up(
    plan: Plan, path: Path, table: pd.DataFrame | None = None, year: int | None = None, source: str = ""
) -> Path:
    """Write the follow-up of a plan; without ``table`` only the published figures and aims."""
    sheets = [published_sheet(plan, year)]
    if table is not None and year is not None:
        sheets += [district_sheet(plan, table, year, source), criteria_sheet(plan, table, year, source)]
    return write_workbook(
        path,
        sheets,
        title=_("Actual against plan: {title}").format(title=plan.scenario.title),
        about=about_plan(plan),
        stamps=plan_stamps(plan),
    )


def _source(plan: Plan, source: str) -> str:
    actual = source or _("results handed in")
    return _("actual: {actual}; plan: {plan}").format(actual=actual, plan=source_line(plan))
