"""The sentences that the software proposes for the plan document, each made from figures of the plan."""

from pathlib import Path

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.handdown.targets import targets
from ntm_lib.planning.handdown.tasks import policies_needed
from ntm_lib.planning.handdown.works import works
from ntm_lib.planning.later.orientation import orientation, orientation_notes, remaining
from ntm_lib.planning.means.measures import Measures
from ntm_lib.planning.means.policies import load_policies
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.study import Study
from ntm_lib.project import Project
from ntm_lib.reporting import formats
from ntm_lib.reporting.office import plan_basis as basis
from ntm_lib.reporting.office import plan_tables as tables
from ntm_lib.reporting.office.document import Filling, write_document
from ntm_lib.reporting.office.outline import Outline, read_outline
from ntm_lib.reporting.office.plan_later import year_of_all_words
from ntm_lib.reporting.office.plan_menu import menu_sheet
from ntm_lib.reporting.office.plan_works import planned_tasks
from ntm_lib.reporting.office.workbook import write_workbook
from ntm_lib.reporting.plan_notes import package_notes
from ntm_lib.reporting.sheets import Sheet

NOTED = "targets_province"


def machine_text(plan: Plan, menu: Measures | None = None) -> dict[str, list[str]]:
    """Return the sentences for each machine block of the outline."""
    first, last = plan.problem.years[0], plan.problem.years[-1]
    table = targets(plan, "province", with_start=True).droplevel("unit_code")
    start, end = table.iloc[0], table.loc[last]
    money = table.loc[
        first:last,
        ["money_vnd_million", "without_credit_vnd_million", "investment_vnd_million", "recurrent_vnd_million"],
    ].sum()
    return {
        "start": [
            _("At the end of {year}, {communes} communes in the Programme are judged by the plan's criteria set: on average {mean} criteria a commune; {standard} communes meet all criteria.").format(
                year=plan.scenario.settings.horizon.start_year, communes=formats.number(start["communes"]),
                mean=formats.interval(start["mean_low"], start["mean_high"], 1),
                standard=formats.interval(start["standard"], start["standard_high"]),
            )
        ],
        "aims": [
            _("By {year} the plan brings {standard} of {communes} communes to the standard, {new} of them newly.").format(
                year=last, standard=formats.number(end["standard"]), communes=formats.number(end["communes"]),
                new=formats.number(table.loc[first:last, "newly_standard"].sum()),
            ),
            *_still_unknown(end, last),
            *tables.district_text(plan),
            *_higher_levels(plan, end),
            _("On average {mean} criteria a commune by {year}.").format(
                year=last, mean=formats.interval(end["mean_low"], end["mean_high"], 1)
            ),
        ],
        "villages": [
            (
                _("The plan brings {count} more villages to the village standard by {year}, beside {before} before.")
                if plan.problem.start_villages
                else _("The plan brings {count} more villages to the village standard by {year}; how many met it before is not known.")
            ).format(
                count=formats.number(end["villages"]), year=last, before=formats.number(plan.problem.start_villages)
            )
            if end["villages"] or plan.problem.aims.ask_for_villages
            else _("This scenario sets no aim for villages.")
        ],
        "orientation": _orientation_text(plan),
        **_of_policies(plan, menu),
        "works": [
            _("{works} works and tasks are to be carried out in {communes} communes; the list is annexed.").format(
                works=formats.number(len(listed := works(plan, menu))),
                communes=formats.number(listed["commune_code"].nunique()),
            )
        ],
        "money": [
            _("Planned money in {period}: {total}; without credit {rest}; investment {investment}, recurrent {recurrent}.").format(
                period=formats.period(first, last), total=formats.money(money["money_vnd_million"], "billion"),
                rest=formats.money(money["without_credit_vnd_million"], "billion"),
                investment=formats.money(money["investment_vnd_million"], "billion"),
                recurrent=formats.money(money["recurrent_vnd_million"], "billion"),
            )
        ],
    }  # fmt: skip


def study_text(study: Study, menu: Measures | None = None) -> dict[str, list[str]]:
    """Return the sentences of ``machine_text`` with what was lowered before the aims, and what only a study tells.

    ``basis``: what all rests on; ``without``: what comes if nothing is done; ``money``: also at other unit costs.
    """
    said = machine_text(study.plan, menu)
    rests = [f"{head}: {formats.lowered(text)}" for head, text in basis.basis_lines(study)]
    return {
        **said,
        "aims": [*basis.clash_sentences(study), *said["aims"]],
        "basis": rests,
        "without": basis.nothing_done_sentences(study),
        "money": [*said["money"], *(text for _head, text in basis.money_lines(study))],
    }


def _still_unknown(end: pd.Series | pd.DataFrame, year: int) -> list[str]:
    """Say how many communes could stand at the standard beside those of the plan."""
    ends = end[["standard", "standard_high"]].to_numpy(int)
    more = int(ends[1] - ends[0])
    text = _("{count} more communes miss, by {year}, only criteria whose state is not known.")
    return [text.format(count=formats.number(more), year=year)] if more else []


def _of_policies(plan: Plan, menu: Measures | None) -> dict[str, list[str]]:
    """Say the principles and main solutions that hold for the whole plan, and how many policies its tasks need."""
    policies = load_policies(plan.baseline.project)
    listed = {
        group: [f"- {item.label}: {item.text}" for item in policies.of(group)] for group in ("principles", "solutions")
    }
    needed = policies_needed(planned_tasks(plan, menu), policies)
    count = int(needed["group"].isin(["mechanisms", "policies"]).sum())
    text = _(
        "The tasks of the plan need {count} mechanisms and policies; their content and the year of need are annexed."
    )
    return {**listed, "policies": [text.format(count=formats.number(count))]}


def _higher_levels(plan: Plan, end: pd.Series | pd.DataFrame) -> list[str]:
    """Say how many communes reach the higher levels; a level without an aim that nobody reaches is no result."""
    aims = plan.problem.aims
    if not (end["advanced"] or end["model"] or aims.advanced or aims.model):
        return [_("This scenario sets no aim for advanced and model communes.")]
    text = _("{advanced} advanced and {model} model communes by {year}.")
    return [
        text.format(
            year=plan.problem.years[-1], advanced=formats.number(end["advanced"]), model=formats.number(end["model"])
        ),
        *package_notes(plan),
    ]


def _orientation_text(plan: Plan) -> list[str]:
    left, after = remaining(plan), orientation(plan)
    text = [
        _("At the end of {year}, {communes} communes still miss criteria; what can be costed takes {cost}.").format(
            year=plan.problem.years[-1],
            communes=formats.number((left["missing"] > 0).sum()),
            cost=formats.money(left["cost_vnd_million"].sum(), "billion"),
        )
    ]
    if len(after):
        sentence = _(
            "With money of the same size, {standard} communes could reach the standard by {year}; the forecasts bear out "
            "{expected} of them, {low} to {high} in 8 of 10 cases."
        )
        end = after.iloc[-1]
        told = {name: formats.number(round(float(end[name]))) for name in ("standard", "expected", "low", "high")}
        text.append(sentence.format(year=after.index[-1], **told))
    text.append(year_of_all_words(plan))
    return [*text, *orientation_notes(plan)]


def plan_tables_by_name(plan: Plan, menu: Measures | None = None) -> dict[str, Sheet]:
    """Return every table that the outline may name."""
    return {
        "targets_province": tables.targets_sheet(plan, "province"),
        "targets_district": tables.targets_sheet(plan, "district"),
        "targets_commune": tables.targets_sheet(plan, "commune"),
        "district_years": tables.years_sheet(plan, "district"),
        "commune_years": tables.years_sheet(plan, "commune"),
        "balance": tables.balance_sheet(plan),
        "money": tables.money_sheet(plan, "province"),
        "money_district": tables.money_sheet(plan, "district"),
        "villages": tables.villages_sheet(plan),
        "orientation": tables.orientation_sheet(plan),
        "works": tables.works_summary_sheet(plan, menu),
        "tasks": tables.tasks_sheet(plan, menu),
        "policies": tables.policies_sheet(plan, menu),
        "follow_up": tables.published_sheet(plan),
    }


def study_tables_by_name(study: Study, menu: Measures | None = None) -> dict[str, Sheet]:
    """Return every table that the outline may name, with the warnings of the study."""
    held = {name: basis.marked(study, sheet) for name, sheet in plan_tables_by_name(study.plan, menu).items()}
    return {"aims": basis.aims_sheet(study), **held}


def write_plan_workbook(study: Study, path: Path, menu: Measures | None = None) -> Path:
    """Write every table of a study as a workbook; its first sheet says what was lowered and what all rests on."""
    about = tables.about_plan(study.plan)
    about[0] = (about[0][0], f"{study.title} ({study.plan.scenario.id})")
    about += [(_("Aims"), text) for text in basis.clash_sentences(study)]
    sheets = [basis.marked(study, sheet) for sheet in [*tables.plan_sheets(study.plan, menu), menu_sheet(study.plan)]]
    return write_workbook(
        path,
        [basis.aims_sheet(study), *sheets],
        title=_("Plan tables: {title}").format(title=study.title),
        about=[
            *about,
            *basis.basis_lines(study),
            *basis.money_lines(study),
            (_("Deviation"), basis.gap_sentence(study.plan)),
        ],
        stamps=basis.study_stamps(study),
    )


def write_plan_document(study: Study, path: Path, outline: Outline | None = None, menu: Measures | None = None) -> Path:
    """Write the draft document of a study by the outline of its project; the proven gap stands as a note below a table."""
    plan = study.plan
    outline = outline or read_plan_outline(plan.baseline.project)
    annexed = study_tables_by_name(study, menu)
    if (name := noted_table(outline)) in annexed:
        annexed[name] = basis.noted(study, annexed[name])
    period = formats.period(plan.problem.years[0], plan.problem.years[-1])
    filling = Filling(
        values={
            "first": plan.problem.years[0],
            "last": plan.problem.years[-1],
            "period": period,
            "PERIOD": period.upper(),
            "orientation": plan.scenario.settings.horizon.orientation_year,
        },
        sentences=study_text(study, menu),
        tables=annexed,
        stamps=basis.study_stamps(study),
    )
    return write_document(path, outline, filling)


def noted_table(outline: Outline) -> str:
    """Name the table below which the proven gap stands: the province's targets, or the first one; empty without tables."""
    named = outline.named("table")
    return NOTED if NOTED in named else next(iter(named), "")


def read_plan_outline(project: Project) -> Outline:
    """Read the outline of the plan document, ``parameters/planning/outline.yaml``."""
    return read_outline(project.parameters / "planning" / "outline.yaml", project)
