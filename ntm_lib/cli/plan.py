"""``ntm plan``: plan one scenario, keep the plan, say what it reaches."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ntm_lib.cli.app import app, parse_date, say, say_error
from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.planning.scenario import Scenario, load_scenario, scenario_ids
from ntm_lib.project import Project

LawOption = Annotated[
    dt.date | None,
    typer.Option("--law", parser=parse_date, metavar="YYYY-MM-DD", help=_("Plan by the law known on this day.")),
]


def load_scenarios(project: Project, names: list[str], law: dt.date | None) -> list[Scenario]:
    """Read the scenarios named, all but the base when none is; every fault of every one is told at once."""
    changes = {} if law is None else {"horizon__law_known_on": law.isoformat()}
    faults = FaultList(_("Scenarios that cannot be planned"))
    scenarios = []
    for name in names or [held for held in scenario_ids(project) if held != "base"]:
        try:
            scenarios.append(load_scenario(name, project, **changes))
        except UsageFaultsError as error:
            faults.faults.extend(error.faults)
    faults.stop_if_any(UsageFaultsError)
    return scenarios


@app.command("plan", help=_("Plan a scenario: which communes reach which criteria in which year, and with what money."))
def plan_command(
    scenario: Annotated[list[str] | None, typer.Option(help=_("Name of a scenario; may be repeated."))] = None,
    law: LawOption = None,
    out: Annotated[Path | None, typer.Option("--export", help=_("Folder for the workbook and the Word draft."))] = None,
) -> None:
    """Plan and keep; exit 1 when the aims of a scenario cannot be met together."""
    project = Project.find()
    is_short = False
    for chosen in load_scenarios(project, scenario or [], law):
        is_short |= plan_one(project, chosen, out)
    if is_short:
        raise typer.Exit(1)


def plan_one(project: Project, scenario: Scenario, out: Path | None) -> bool:
    """Plan one scenario, keep and tell; True when its aims cannot be met together."""
    from ntm_lib.planning.study import make_study, save_study
    from ntm_lib.reporting.plan_summary import summary_lines

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(str(scenario.title), total=None)
        study = make_study(scenario, project, lambda text: bar.update(task, description=f"{scenario.title}: {text}"))
        path = save_study(project, study)
    for line in summary_lines(study):
        say(line)
    if study.is_relaxed:
        say_error(_("With the means given these aims cannot be met together; the nearest plan was kept."))
    say(_("Kept: {path}. Pages: ntm run --scenario {name}").format(path=project.relative(path), name=scenario.id))
    if out is not None:
        from ntm_lib.reporting.office.export import export_study

        for written in export_study(study, out):
            say(_("Written: {path}").format(path=written))
    return study.is_relaxed
