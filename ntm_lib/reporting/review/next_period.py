"""Part two of a report: aims, tasks and money of the next period, from the kept plan of the scenario that the review chose."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial

import pandas as pd

from ntm_lib import units
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.planning.handdown.targets import Tier, targets
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.study import Study, load_study, study_path
from ntm_lib.project import Project
from ntm_lib.reporting.figures import fig
from ntm_lib.reporting.office import plan_tables
from ntm_lib.reporting.office.plan_basis import clash_sentences, marked, noted
from ntm_lib.reporting.office.plan_marks import million, plan_stamps, source_line
from ntm_lib.reporting.office.plan_text import study_text
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, said, sentence
from ntm_lib.reporting.sheets import Column, Sheet, sums


@lru_cache(maxsize=2)
def _study(project: Project, scenario: str, _changed: int) -> Study | None:
    """Read a kept study once, and again when its file has changed."""
    try:
        return load_study(scenario, project)
    except UsageError:
        return None


def kept_plan(subject: Subject) -> Plan | None:
    """Return the kept plan that part two is made from; None when the review names no scenario or none is kept that holds."""
    study = kept_study(subject)
    return None if study is None else study.plan


def kept_study(subject: Subject) -> Study | None:
    """Return the kept study of that plan."""
    scenario, project = subject.territory.review.scenario, subject.territory.project
    if not scenario:
        return None
    path = study_path(project, load_scenario(scenario, project))
    return _study(project, scenario, path.stat().st_mtime_ns) if path.exists() else None


def own_communes(subject: Subject, plan: Plan) -> list[str]:
    """Return the plan's communes that lie, in whole or in part, in the unit that reports."""
    territory = subject.territory
    codes = [subject.commune] if subject.commune else list(territory.in_programme.index)
    lineage = units.lineage(territory.vintage.date, plan.baseline.vintage.date, territory.project)
    reached = set(lineage.links.loc[lineage.links["from_code"].isin(codes), "to_code"])
    return [code for code in plan.problem.communes if code in reached]


def _sentences(subject: Subject, name: str) -> Sequence[Sentence]:
    """Return the province's sentences on one subject; the other tiers speak through their own targets."""
    study = kept_study(subject)
    if study is None:
        return _no_plan(subject) if name == "aims" else []
    if subject.tier == "province":
        return [said(text) for text in study_text(study)[name]]
    lowered = [said(text) for text in clash_sentences(study)]
    return [*lowered, *_own(subject, study.plan)] if name == "aims" else []


def _no_plan(subject: Subject) -> Sequence[Sentence]:
    scenario = subject.territory.review.scenario
    if not scenario or not subject.is_internal:
        return []
    text = _(
        "No plan of the next period is kept that still holds; this part fills itself after: ntm plan --scenario {id}"
    )
    return [sentence(text, id=scenario)]


def _own(subject: Subject, plan: Plan) -> list[Sentence]:
    """Say what the plan asks of a district or commune: communes at the standard and money, first to last year."""
    table = targets(plan, "commune", with_start=True)
    own = table[table.index.get_level_values("unit_code").isin(own_communes(subject, plan))]
    if own.empty:
        return []
    last, years = plan.problem.years[-1], plan.problem.years
    by_year = own.drop(columns="name").groupby(level="year").sum(min_count=1)
    end, during = by_year.loc[last].to_dict(), by_year.loc[years[0] : last].sum().to_dict()
    key = partial(subject.key, "next")
    text = _(
        "By the scenario “{title}”, on the administrative units of {date}, {standard} of {communes} communes reach the standard by {year}, {new} of them newly; {completed} criteria are to be completed."
    )
    cost = _("Planned money in {first} - {last}: {total}; without credit {rest}.")
    return [
        sentence(
            text, title=str(plan.scenario.title), date=fig(key("on"), plan.baseline.vintage.date, "date"),
            standard=fig(key("standard"), end["standard"], "count"), communes=fig(key("communes"), end["communes"], "count"),
            year=fig(key("year"), last, "year"), new=fig(key("new"), during["newly_standard"], "count"),
            completed=fig(key("completed"), during["completed"], "count"),
        ),
        sentence(
            cost, first=fig(key("first"), years[0], "year"), last=fig(key("year"), last, "year"),
            total=fig(key("money"), during["money_vnd_million"], "money", unit="billion"), rest=fig(key("money_free"), during["without_credit_vnd_million"], "money", unit="billion"),
        ),
    ]  # fmt: skip


def _targets(subject: Subject) -> Sheet:
    """Return the targets of the units below; of the province with the proven gap of its plan as a note."""
    study = kept_study(subject)
    if study is None:
        return _empty()
    plan = study.plan
    if subject.tier == "province":
        tier: Tier = "province" if plan.baseline.vintage.districts.empty else "district"
        return noted(study, _with_ranges(plan_tables.targets_sheet(plan, tier)))
    return _with_ranges(plan_tables.targets_sheet(plan, "commune", codes=own_communes(subject, plan)))


def _with_ranges(sheet: Sheet) -> Sheet:
    """Return a table of targets with one column where the workbook keeps the least and the most apart."""
    headings = {
        "criteria": (_("Criteria met"), 0),
        "mean": (_("Average a commune"), 2),
        "standard": (_("Communes reaching the standard"), 0),
    }
    columns: list[Column] = []
    frame, total = sheet.frame.rename(columns={"standard": "standard_low"}), dict(sheet.total or {})
    if "standard" in total:
        total["standard_low"] = total.pop("standard")
    own = [replace(column, key="standard_low") if column.key == "standard" else column for column in sheet.columns]
    for column in own:
        name, _sign, end = str(column.key).rpartition("_")
        if name not in headings or end not in {"low", "high"}:
            columns.append(column)
        elif end == "low":
            heading, digits = headings[name]
            columns.append(Column(name, heading, "interval", column.group, 13, digits))
            frame[name] = list(zip(frame[f"{name}_low"], frame[f"{name}_high"], strict=True))
            if f"{name}_low" in total:
                total[name] = (total[f"{name}_low"], total[f"{name}_high"])
    return replace(sheet, columns=columns, frame=frame, total=total)


def _by_year(subject: Subject) -> Sheet:
    plan = kept_plan(subject)
    if plan is None:
        return _empty()
    if subject.tier == "province":
        return _with_ranges(plan_tables.targets_sheet(plan, "province"))
    return _own_by_year(subject, plan)


def _own_by_year(subject: Subject, plan: Plan) -> Sheet:
    table = targets(plan, "commune")
    own = table[table.index.get_level_values("unit_code").isin(own_communes(subject, plan))]
    by_year = own.drop(columns="name").groupby(level="year").sum(min_count=1).reset_index()
    columns = [
        Column("year", _("Year"), "year", width=10),
        Column("communes", _("Communes (count)"), "count", width=10),
        Column("standard", _("Communes reaching the standard"), "count", width=14),
        Column("newly_standard", _("of them new"), "count", width=10),
        Column("completed", _("Criteria completed"), "count", width=12),
        Column("money_vnd_million", _("Total"), "money", _("Money of the year"), 14),
        Column("without_credit_vnd_million", _("without credit"), "money", _("Money of the year"), 14),
    ]
    total = sums(by_year, columns, "year", ("money",))
    total |= {"newly_standard": by_year["newly_standard"].sum(), "completed": by_year["completed"].sum()}
    return Sheet(
        name=_("The next period"), title=_("Targets of the next period by year"), columns=columns, frame=by_year,
        unit=million(), total=total, source=source_line(plan), stamps=plan_stamps(plan), row_key="year", is_landscape=False,
    )  # fmt: skip


def _works(subject: Subject) -> Sheet:
    plan = kept_plan(subject)
    if plan is None:
        return _empty()
    if subject.tier == "province":
        return plan_tables.works_summary_sheet(plan)
    sheet = plan_tables.works_sheet(plan, codes=own_communes(subject, plan))
    # Sources of money and the norm's basis stand in the workbook of the plan; a page holds what is built, when, for how much.
    left_out = {"part", "basis", *(column.key for column in plan_tables.purse_columns(1))}
    return replace(sheet, columns=[column for column in sheet.columns if column.key not in left_out])


def _of_province(make: Callable[[Plan], Sheet], subject: Subject) -> Sheet:
    study = kept_study(subject)
    return _empty() if study is None else marked(study, make(study.plan))


def _marked(make: Callable[[Subject], Sheet], subject: Subject) -> Sheet:
    """Make a table of the kept plan with the warning that not all aims are reached, where that is so."""
    study, sheet = kept_study(subject), make(subject)
    return sheet if study is None else marked(study, sheet)


def _empty() -> Sheet:
    title = _("The next period")
    return Sheet(
        title, title, [Column("none", "")], pd.DataFrame({"none": []}), empty=_("No plan of the next period is kept.")
    )


_SPOKEN = ("start", "aims", "villages", "orientation", "works", "money", "basis")
CONTENTS = Contents(
    sentences={f"next_{name}": partial(_sentences, name=name) for name in _SPOKEN},
    tables={
        "next_targets": partial(_marked, _targets),
        "next_by_year": partial(_marked, _by_year),
        "next_works": partial(_marked, _works),
        "next_money": partial(_of_province, lambda plan: plan_tables.money_sheet(plan, "province")),
        "next_balance": partial(_of_province, plan_tables.balance_sheet),
        "next_tasks": partial(_of_province, plan_tables.tasks_sheet),
        "next_policies": partial(_of_province, plan_tables.policies_sheet),
        "next_orientation_table": partial(_of_province, plan_tables.orientation_sheet),
    },
)
