"""The tables of a plan as they are handed down: targets, works, other money, register, villages, orientation, follow-up."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.handdown.register import register
from ntm_lib.planning.handdown.targets import Tier, targets
from ntm_lib.planning.handdown.tasks import policies_needed, tasks
from ntm_lib.planning.handdown.works import other_money, part_labels, works
from ntm_lib.planning.means.measures import Measures, load_measures
from ntm_lib.planning.means.policies import load_policies
from ntm_lib.planning.plan import Plan
from ntm_lib.reporting.office.plan_later import figure_labels, orientation_sheet, published_sheet, villages_sheet
from ntm_lib.reporting.office.plan_marks import law_name, million, plan_stamps, purse_columns, source_line
from ntm_lib.reporting.sheets import Column, Sheet, sums

__all__ = [
    "about_plan", "figure_labels", "law_name", "money_sheet", "orientation_sheet", "other_money_sheet", "plan_sheets",
    "plan_stamps", "planned_tasks", "policies_sheet", "published_sheet", "purse_columns", "register_sheet", "source_line",
    "targets_sheet", "tasks_sheet", "villages_sheet", "works_sheet", "works_summary_sheet",
]  # fmt: skip


def targets_sheet(plan: Plan, by: Tier, year: int | None = None, codes: Sequence[str] | None = None) -> Sheet:
    """Return the targets of a tier: a row a unit, for one year (None: the last), or a row a year for the province.

    ``codes``: only these units; the total is then theirs.
    """
    table = targets(plan, by).reset_index()
    if by == "province":
        first, title = Column("year", _("Year"), "year", width=10), _("Targets of the province by year")
    else:
        year = year or plan.problem.years[-1]
        table = table[table["year"] == year]
        if codes is not None:
            table = table[table["unit_code"].isin(codes)]
        names = {"district": _("Targets by district, {year}"), "commune": _("Targets by commune, {year}")}
        first, title = Column("name", _("Unit"), width=30), names[by].format(year=year)
    counts, money = _("Counts at the end of the year"), _("Money of the year")
    columns = [
        first,
        Column("communes", _("Communes (count)"), "count", width=7),
        Column("criteria_low", _("Criteria met, at least"), "count", counts, 10),
        Column("criteria_high", _("Criteria met, at most"), "count", counts, 10),
        Column("mean_low", _("Average a commune, at least"), "decimal", counts, 11),
        Column("mean_high", _("Average a commune, at most"), "decimal", counts, 11),
        Column("standard", _("Communes reaching the standard"), "count", counts, 10),
        Column("newly_standard", _("of them new"), "count", counts, 9),
        Column("advanced", _("Advanced"), "count", counts, 9),
        Column("model", _("Model"), "count", counts, 9),
        Column("villages", _("Villages"), "count", counts, 9),
        Column("money_vnd_million", _("Total"), "money", money, 12),
        Column("without_credit_vnd_million", _("without credit"), "money", money, 12),
        Column("investment_vnd_million", _("investment"), "money", money, 12),
        Column("recurrent_vnd_million", _("recurrent"), "money", money, 12),
    ]
    total = None if by == "province" else _mean_total(sums(table, columns, "name"))
    if by == "province":
        total = {column.key: table[column.key].sum() for column in columns if column.kind == "money"}
        total |= {"year": _("Total"), "newly_standard": table["newly_standard"].sum()}
    return Sheet(
        name={"province": _("Province"), "district": _("Districts"), "commune": _("Communes")}[by],
        title=title,
        columns=columns,
        frame=table,
        unit=million(),
        total=total,
        source=source_line(plan),
        notes=[_interval_note()],
        stamps=plan_stamps(plan),
    )


def money_sheet(plan: Plan, by: Tier = "district") -> Sheet:
    """Return the money of a tier by source: a row a year for the province, else a row a unit for the whole plan."""
    table = targets(plan, by).reset_index()
    key = "year" if by == "province" else "name"
    first = Column("year", _("Year"), "year", width=10) if by == "province" else Column("name", _("Unit"), width=28)
    columns = [
        first,
        Column("money_vnd_million", _("Total"), "money", width=13),
        Column("without_credit_vnd_million", _("without credit"), "money", width=13),
        Column("investment_vnd_million", _("investment"), "money", width=13),
        Column("recurrent_vnd_million", _("recurrent"), "money", width=13),
        *purse_columns(12),
    ]
    if by != "province":
        kept = [column.key for column in columns if column.kind == "money"]
        table = table.groupby(["unit_code", "name"], sort=False)[kept].sum().reset_index()
    years = f"{plan.problem.years[0]} - {plan.problem.years[-1]}"
    title = (
        _("Planned money by year and source")
        if by == "province"
        else _("Planned money by unit and source, {years}").format(years=years)
    )
    return Sheet(
        name=_("Money by year") if by == "province" else _("Money by unit"), title=title, columns=columns, frame=table,
        unit=million(), total=sums(table, columns, key, ("money",)), source=source_line(plan), stamps=plan_stamps(plan),
    )  # fmt: skip


def _mean_total(total: dict[Any, Any]) -> dict[Any, Any]:
    for bound in ("low", "high"):
        total[f"mean_{bound}"] = total[f"criteria_{bound}"] / total["communes"] if total["communes"] else None
    return total


def _interval_note() -> str:
    return _(
        "At least: met for certain, or completed by the plan. At most: with every criterion whose state at the start is not "
        "known and which the plan does not complete. Communes reaching the standard: by the plan; not yet recognised."
    )


def works_sheet(plan: Plan, menu: Measures | None = None, codes: Sequence[str] | None = None) -> Sheet:
    """Return the list of works; ``codes``: only of these communes."""
    table = works(plan, menu)
    table = table if codes is None else table[table["commune_code"].isin(codes)]
    labels = part_labels()
    bases = {"read": _("read"), "derived": _("derived"), "assumed": _("assumed")}
    table = table.assign(
        requirement=table["requirement"].str.partition("/")[0],
        part=table["part"].map(labels),
        basis=table["basis"].map(bases),
        years=_spans(table),
        place=table["commune"],
    )
    by_year = _("Money by year")
    columns = [
        Column("name", _("Work (proposed name)"), width=42),
        Column("part", _("Kind"), width=14),
        Column("criterion", _("Criterion"), width=8),
        Column("requirement", _("Indicator"), width=9),
        Column("volume", _("Scale"), "decimal", width=9),
        Column("unit", _("Unit"), width=11),
        Column("years", _("Start - finish"), width=11),
        Column("cost_vnd_million", _("Total"), "money", width=11),
        *(Column(year, str(year), "money", by_year, 10) for year in plan.problem.years),
        *purse_columns(10),
        Column("basis", _("Basis of the norm"), width=10),
    ]
    notes = [
        _("Names are proposed by the software from the measure and the commune; nobody has reviewed them."),
        _("Where only a survey will tell whether the work is needed, the money is the expected one."),
        _("With the table of other money this list adds up to all money of the plan."),
    ]
    return Sheet(
        name=_("Works"), title=_("List of works"), columns=columns, frame=table, unit=million(),
        total=sums(table, columns, "name", ("money",)), source=source_line(plan), notes=notes, stamps=plan_stamps(plan),
    )  # fmt: skip


def works_summary_sheet(plan: Plan, menu: Measures | None = None) -> Sheet:
    """Return the works added up by measure, for a document that cannot hold the whole list."""
    table = works(plan, menu)
    label = {key: str(item.label) for key, item in _menu(plan, menu).measures.items()}
    grouped = table.groupby(["measure", "unit"], sort=False)
    money = ["cost_vnd_million", *plan.problem.years]
    frame = grouped.agg(works=("name", "size"), communes=("commune_code", "nunique"), volume=("volume", "sum"))
    frame = frame.join(grouped[money].sum()).reset_index()
    frame["name"] = frame["measure"].map(label)
    columns = [
        Column("name", _("Work or task"), width=60),
        Column("works", _("Count"), "count", width=9),
        Column("communes", _("Communes (count)"), "count", width=9),
        Column("volume", _("Scale"), "decimal", width=13),
        Column("unit", _("Unit"), width=14),
        Column("cost_vnd_million", _("Total"), "money", width=13),
        *(Column(year, str(year), "money", _("Money by year"), 12) for year in plan.problem.years),
    ]
    total = sums(frame, columns, "name", ("money",)) | {"works": frame["works"].sum()}
    return Sheet(
        name=_("Works by kind"), title=_("Works and tasks by kind"), columns=columns, frame=frame, unit=million(),
        total=total, source=source_line(plan), notes=[_("The list of named works stands in the workbook of the plan.")],
        stamps=plan_stamps(plan),
    )  # fmt: skip


def _menu(plan: Plan, menu: Measures | None) -> Measures:
    return load_measures(plan.baseline.project) if menu is None else menu


def planned_tasks(plan: Plan, menu: Measures | None = None) -> pd.DataFrame:
    """Return what each responsible body does in each year; see ``planning.handdown.tasks.tasks``."""
    steps = works(plan, menu).rename(columns={"finish_year": "year"})
    return tasks(steps, _menu(plan, menu), load_policies(plan.baseline.project), ["cost_vnd_million"])


def tasks_sheet(plan: Plan, menu: Measures | None = None) -> Sheet:
    """Return the tasks of the lead bodies by year."""
    table = planned_tasks(plan, menu)
    table = table[table["role"] == "lead"]
    columns = [
        Column("year", _("Year"), "year", width=8),
        Column("body_label", _("Lead body"), width=32),
        Column("task", _("Task"), width=52),
        Column("criteria", _("Criteria"), width=10),
        Column("communes", _("Communes (count)"), "count", width=10),
        Column("cost_vnd_million", _("Money of the year"), "money", width=14),
    ]
    total = {"body_label": _("Total"), "cost_vnd_million": table["cost_vnd_million"].sum()}
    return Sheet(
        name=_("Tasks"), title=_("Tasks by year and lead body"), columns=columns, frame=table, unit=million(), total=total,
        source=source_line(plan),
        notes=[_("Money of each work is spread evenly over its years. Lead bodies: as usual, to be checked with the province's own assignment.")],
        stamps=plan_stamps(plan),
    )  # fmt: skip


def policies_sheet(plan: Plan, menu: Measures | None = None) -> Sheet:
    """Return the mechanisms and policies that the tasks need."""
    table = policies_needed(planned_tasks(plan, menu), load_policies(plan.baseline.project))
    general = table["measures"] == 0
    table["needed"] = table["first_year"].astype("string").mask(general, _("throughout"))
    table["used_by"] = table["measures"].astype("string").mask(general, _("all"))
    columns = [
        Column("label", _("Mechanism, policy"), width=46),
        Column("text", _("Content"), width=80),
        Column("needed", _("Needed from"), width=12),
        Column("used_by", _("Measures that use it"), width=12),
    ]
    return Sheet(
        name=_("Policies"), title=_("Mechanisms and policies that the plan needs"), columns=columns, frame=table,
        source=source_line(plan), stamps=plan_stamps(plan),
    )  # fmt: skip


def _spans(table: pd.DataFrame) -> list[str]:
    return [
        str(first) if first == last else f"{first} - {last}"
        for first, last in zip(table["start_year"], table["finish_year"], strict=True)
    ]


def other_money_sheet(plan: Plan, codes: Sequence[str] | None = None) -> Sheet:
    """Return the money that buys no named work, by kind and commune."""
    table = other_money(plan)
    table = table if codes is None else table[table["commune_code"].isin(codes)]
    by_year = _("Money by year")
    columns = [
        Column("name", _("What the money is for"), width=56),
        Column("cost_vnd_million", _("Total"), "money", width=12),
        *(Column(year, str(year), "money", by_year, 11) for year in plan.problem.years),
        *purse_columns(11),
    ]
    return Sheet(
        name=_("Other money"), title=_("Upkeep, keeping the standard, packages: money beside the list of works"),
        columns=columns, frame=table, unit=million(), total=sums(table, columns, "name"), source=source_line(plan),
        notes=[_("With the list of works this table adds up to all money of the plan.")], stamps=plan_stamps(plan),
    )  # fmt: skip


def register_sheet(plan: Plan, menu: Measures | None = None, codes: Sequence[str] | None = None) -> Sheet:
    """Return the register (table B16)."""
    table = register(plan, menu=menu)
    table = table if codes is None else table[table["commune_code"].isin(codes)]
    levels = {"ntm": _("New rural commune"), "advanced": _("Advanced"), "model": _("Model")}
    sources = {
        "central": _("Central budget"), "integrated": _("Integrated from other programmes"), "credit": _("Credit"),
        "firms": _("Enterprises and cooperatives"), "people": _("People and community"),
    }  # fmt: skip
    names = plan.baseline.communes["name"]
    table = table.assign(
        commune=table["commune_code"].map(names),
        target_level=table["target_level"].map(levels),
        money_source=table["money_source"].map(sources),
    )
    columns = [
        Column("commune", _("Commune"), width=20),
        Column("year", _("Year"), "year", width=7),
        Column("target_level", _("Level registered"), width=16),
        Column("criterion", _("Missing criterion"), width=9),
        Column("work_item", _("Work needed"), width=48),
        Column("volume", _("Volume"), "decimal", width=10),
        Column("volume_unit", _("Unit"), width=10),
        Column("unit_cost_vnd_million", _("Unit cost"), "decimal", width=11),
        Column("cost_vnd_million", _("Cost"), "money", width=12),
        Column("money_source", _("Source of money"), width=16),
        Column("note", _("Note"), width=40),
    ]
    return Sheet(
        name=_("Register B16"), title=_("Register of communes to be put forward"), columns=columns, frame=table,
        unit=million(), total=sums(table, columns, "commune", ("money",)), source=source_line(plan),
        stamps=plan_stamps(plan),
    )  # fmt: skip


def plan_sheets(plan: Plan, menu: Measures | None = None) -> list[Sheet]:
    """Return every table of a plan for the workbook."""
    return [
        targets_sheet(plan, "province"),
        targets_sheet(plan, "district"),
        targets_sheet(plan, "commune"),
        money_sheet(plan, "province"),
        money_sheet(plan, "district"),
        money_sheet(plan, "commune"),
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
