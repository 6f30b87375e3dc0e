"""The tables of works, other money, tasks, policies and the register, as they are handed down."""

from collections.abc import Sequence

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.handdown.register import ALL_CRITERIA, register_rows, requirement_words
from ntm_lib.planning.handdown.tasks import policies_needed, tasks
from ntm_lib.planning.handdown.works import other_money, part_labels, works
from ntm_lib.planning.means.measures import Measures, load_measures
from ntm_lib.planning.means.policies import load_policies
from ntm_lib.planning.plan import Plan
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.plan_marks import (
    code_column,
    district_column,
    million,
    plain_numbers,
    plan_stamps,
    purse_columns,
    source_line,
    with_district,
)
from ntm_lib.reporting.sheets import Column, Sheet, sums


def works_sheet(plan: Plan, menu: Measures | None = None, codes: Sequence[str] | None = None) -> Sheet:
    """Return the list of works; ``codes``: only of these communes."""
    table = works(plan, menu)
    table = table if codes is None else table[table["commune_code"].isin(codes)]
    labels = part_labels()
    bases = {"read": _("read"), "derived": _("derived"), "assumed": _("assumed")}
    rules = plan.baseline.rules[plan.problem.years[-1]]
    table = with_district(plan, table).assign(
        requirement=[requirement_words(rules, item) for item in table["requirement"]],
        part=table["part"].map(labels),
        basis=table["basis"].map(bases),
        years=_spans(table),
        volume=plain_numbers(table["volume"]),
    )
    by_year = _("Money by year")
    columns = [
        Column("name", _("Work (proposed name)"), width=42),
        code_column(),
        *district_column(plan),
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
    frame["name"], frame["volume"] = frame["measure"].map(label), plain_numbers(frame["volume"])
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
    return tasks(steps, _menu(plan, menu), load_policies(plan.baseline.project))


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
        notes=[
            _("Money of the works, tasks and yearly support, in the year in which it is paid."),
            _("Lead bodies: as usual, to be checked with the province's own assignment."),
        ],
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
    return [formats.years(first, last) for first, last in zip(table["start_year"], table["finish_year"], strict=True)]


def other_money_sheet(plan: Plan, codes: Sequence[str] | None = None) -> Sheet:
    """Return the money that buys no named work, by kind and commune."""
    table = other_money(plan)
    table = with_district(plan, table if codes is None else table[table["commune_code"].isin(codes)])
    by_year = _("Money by year")
    columns = [
        Column("name", _("What the money is for"), width=56),
        code_column(),
        *district_column(plan),
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
    table = with_district(plan, register_rows(plan, menu=menu))
    table = table if codes is None else table[table["commune_code"].isin(codes)]
    levels = {"ntm": _("New rural commune"), "advanced": _("Advanced"), "model": _("Model")}
    names = plan.baseline.communes["name"]
    table = table.assign(
        commune=table["commune_code"].map(names),
        target_level=table["target_level"].map(levels),
        volume=plain_numbers(table["volume"]),
        criterion=table["criterion"].replace(ALL_CRITERIA, _("every criterion")),
        note=[_without(note, paid) for note, paid in zip(table["note"], table["paid_by"], strict=True)],
    )
    columns = [
        Column("commune", _("Commune"), width=20),
        code_column(),
        *district_column(plan),
        Column("year", _("Year"), "year", width=7),
        Column("target_level", _("Level registered"), width=16),
        Column("criterion", _("Missing criterion"), width=9),
        Column("work_item", _("Work needed"), width=48),
        Column("volume", _("Volume"), "decimal", width=10),
        Column("volume_unit", _("Unit"), width=10),
        Column("unit_cost_vnd_million", _("Unit cost"), "decimal", width=11),
        Column("cost_vnd_million", _("Cost"), "money", width=12),
        Column("paid_by", _("Source of money"), width=40),
        Column("note", _("Note"), width=40),
    ]
    return Sheet(
        name=_("Register B16"), title=_("Register of communes to be put forward"), columns=columns, frame=table,
        unit=million(), total=sums(table, columns, "commune", ("money",)), source=source_line(plan),
        stamps=plan_stamps(plan),
    )  # fmt: skip


def _without(note: str, paid_by: str) -> str:
    """Return a note without the shares of the sources, which stand in a column of their own here."""
    return note.replace(paid_by, "").strip("; ") if paid_by else note
