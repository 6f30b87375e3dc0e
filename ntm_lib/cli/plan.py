"""``ntm plan``: plan one scenario, keep the plan, say what it reaches."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ntm_lib.cli.app import app, check_folder, parse_date, say, say_error
from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.planning.later.anew import Anew
from ntm_lib.planning.scenario import Scenario, scenario_ids
from ntm_lib.planning.study import Study
from ntm_lib.planning.which_plan import load_many_by_law, plan_options
from ntm_lib.project import Project

LawOption = Annotated[
    dt.date | None,
    typer.Option("--law", parser=parse_date, metavar="YYYY-MM-DD", help=_("Plan by the law known on this day.")),
]
FromOption = Annotated[
    int | None, typer.Option("--from", help=_("First year planned anew, what was done before being fixed."))
]
ActualOption = Annotated[
    Path | None,
    typer.Option(
        "--actual", help=_("What was really done: a .xlsx or .csv file in the form of ntm follow --template.")
    ),
]
VillagesOption = Annotated[
    int | None,
    typer.Option(
        "--villages",
        min=0,
        help=_("Villages that met the village standard before --from (default: not known, all are planned)."),
    ),
]


def read_scenarios(project: Project, names: list[str], law: dt.date | None) -> list[Scenario]:
    """Read the scenarios named, all but the base when none is; every fault of every one is told at once."""
    return load_many_by_law(names or [held for held in scenario_ids(project) if held != "base"], project, law)


@app.command("plan", help=_("Plan a scenario: which communes reach which criteria in which year, and with what money."))
def plan_command(
    scenario: Annotated[list[str] | None, typer.Option(help=_("Name of a scenario; may be repeated."))] = None,
    law: LawOption = None,
    from_year: FromOption = None,
    actual: ActualOption = None,
    villages: VillagesOption = None,
    out: Annotated[Path | None, typer.Option("--export", help=_("Folder for the workbook and the Word draft."))] = None,
) -> None:
    """Plan and keep; exit 1 when the aims of a scenario cannot be met together, or one of several has no plan."""
    project = Project.find()
    if actual is not None and from_year is None:
        raise UsageError(_("--actual goes with --from YEAR: the first year to be planned anew."))
    if villages is not None and from_year is None:
        raise UsageError(_("--villages goes with --from YEAR: the first year to be planned anew."))
    if from_year is not None and len(scenario or []) != 1:
        raise UsageError(_("--from goes with one --scenario: each plan has a past of its own."))
    chosen = read_scenarios(project, scenario or [], law)
    if out is not None:
        check_folder(out, "--export")
    if from_year is not None:
        is_short = _plan_anew(project, chosen[0], from_year, actual, villages, out)
    elif len(chosen) == 1:
        is_short = plan_one(project, chosen[0], out).is_relaxed
    else:
        short = [_falls_short(project, one, out) for one in chosen]
        is_short = any(short)
    if is_short:
        raise typer.Exit(1)


def _falls_short(project: Project, scenario: Scenario, out: Path | None) -> bool:
    """Plan one of several scenarios; one without a plan is told and does not stop the others."""
    try:
        return plan_one(project, scenario, out).is_relaxed
    except NtmError as error:
        say_error(f"{scenario.id}: {error}")
        return True


def plan_one(project: Project, scenario: Scenario, out: Path | None, anew: Anew | None = None) -> Study:
    """Plan one scenario, or its later years anew, keep the plan and tell; return it."""
    from ntm_lib.planning.study import make_study, save_study
    from ntm_lib.reporting.plan_summary import summary_lines

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(str(scenario.title), total=None)
        study = make_study(
            scenario, project, lambda text: bar.update(task, description=f"{scenario.title}: {text}"), anew
        )
        path = save_study(project, study)
    for line in summary_lines(study):
        say(line)
    if study.is_relaxed:
        say_error(_("The plan kept is the nearest one: it does not reach all aims of the scenario."))
    options = plan_options(scenario, study.from_year)
    say(_("Kept: {path}. Pages: ntm run {options}").format(path=project.relative(path), options=options))
    if out is not None:
        from ntm_lib.reporting.office.export import export_study

        for written in export_study(study, out):
            say(_("Written: {path}").format(path=written))
    return study


def _plan_anew(
    project: Project, scenario: Scenario, from_year: int, actual: Path | None, villages: int | None, out: Path | None
) -> bool:
    """Plan the later years of a scenario anew and tell what changes; True when its aims cannot be met together."""
    from ntm_lib.cli.anew import change_lines, past_lines, read_past
    from ntm_lib.planning.study import load_study

    old = load_study(scenario, project)
    past = read_past(old.plan, scenario, from_year, actual)
    anew = Anew(scenario, from_year, past.actual, past.source, villages)
    for line in past_lines(old.plan, past, anew):
        say(line)
    new = plan_one(project, scenario, out, anew)
    for line in change_lines(old.plan, new.plan, anew):
        say(line)
    return new.is_relaxed
