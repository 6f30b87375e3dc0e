"""``ntm run``: make the pages."""

import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ntm_lib import batch, units
from ntm_lib.batch import Outcome, RunReport
from ntm_lib.cli.app import OnOption, app, check_folder, say, say_error
from ntm_lib.cli.plan import FromOption, LawOption, plan_one, read_scenarios
from ntm_lib.errors import FaultList, UsageError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.study import has_study, load_study
from ntm_lib.planning.which_plan import plan_options
from ntm_lib.project import Project
from ntm_lib.review import Audience, load_review


@app.command("run", help=_("Make the pages of the districts and the province."))
def run_command(
    district: Annotated[list[str] | None, typer.Option(help=_("Code of a district; may be repeated."))] = None,
    on: OnOption = None,
    jobs: Annotated[int | None, typer.Option(min=1, max=64, help=_("How many reports to make at once."))] = None,
    out: Annotated[Path | None, typer.Option(help=_("Folder for the results (default: outputs)."))] = None,
    formats: Annotated[str, typer.Option(help=_("html, docx, slides, pptx, separated by commas."))] = "html",
    communes: Annotated[
        bool, typer.Option("--communes", help=_("The sheet of each commune too; with docx its report and minutes."))
    ] = False,
    internal: Annotated[
        bool, typer.Option("--internal", help=_("The version for internal use, in a folder of its own."))
    ] = False,
    scenario: Annotated[list[str] | None, typer.Option(help=_("Pages of a scenario; may be repeated."))] = None,
    law: LawOption = None,
    from_year: FromOption = None,
) -> None:
    """Run the notebooks and write the pages; exit 1 when one failed."""
    project = Project.find()
    papers = batch.check_formats(formats)
    if scenario:
        if on is not None:
            raise UsageError(_("--on does not go with --scenario: a scenario names its own units."))
        if papers or internal or communes:
            raise UsageError(_("--formats, --communes and --internal do not go with --scenario."))
        chosen = read_scenarios(project, list(dict.fromkeys(scenario)), law)
        _run_scenarios(project, out or project.outputs, chosen, district or [], jobs, law, from_year)
        return
    if law is not None or from_year is not None:
        raise UsageError(_("--law and --from go with --scenario: they name a plan of a scenario."))
    date = on or load_review(project).on
    codes = _districts(list(dict.fromkeys(district or [])), on, units.on(date, project), project)
    folder = out or project.outputs
    if internal:  # beside the public folder and not in it, which is copied and shared as a whole
        folder = folder.with_name(f"{folder.name}-internal")
    audience = Audience.INTERNAL if internal else Audience.PUBLIC
    check_folder(folder, "--out")
    work = functools.partial(
        batch.run,
        project,
        folder,
        on=date,
        districts=codes,
        jobs=jobs,
        papers=papers,
        communes=communes,
        audience=audience,
    )
    _conclude(_with_progress(work))


def _run_scenarios(
    project: Project,
    out: Path,
    scenarios: list[Scenario],
    codes: list[str],
    jobs: int | None,
    law: dt.date | None,
    from_year: int | None,
) -> None:
    """Plan what has no plan that still holds, then make the pages, each scenario beside the others.

    A plan made anew is never made here: what was done before is not known, so a missing one stops.
    """
    for on in {chosen.settings.horizon.on: None for chosen in scenarios}:
        _districts(codes, on, units.on(on, project), project)
    check_folder(out, "--out")
    if from_year is not None:
        _check_anew(project, scenarios, from_year)
    for chosen in scenarios:
        if from_year is None and not has_study(chosen, project):
            plan_one(project, chosen, None)
    names = [chosen.id for chosen in scenarios]
    for name in names:
        others = [other for other in names if other != name]
        work = functools.partial(
            batch.run_scenario, project, out, name, law=law, from_year=from_year, districts=codes, compare=others,
            jobs=jobs,
        )  # fmt: skip
        _conclude(_with_progress(work))


def _check_anew(project: Project, scenarios: list[Scenario], from_year: int) -> None:
    faults = FaultList(_("Plans made anew that are not kept"))
    for chosen in scenarios:
        try:
            load_study(chosen, project, from_year)
        except UsageError as error:
            faults.add(plan_options(chosen, from_year), str(error))
    faults.stop_if_any(UsageFaultsError)


def _districts(codes: list[str], on: dt.date | None, vintage: units.Vintage, project: Project) -> list[str]:
    """Return the codes when each is that of a district of the day; otherwise tell every wrong one."""
    if vintage.districts.empty:
        return codes  # the run itself says that the day has none
    faults = FaultList(_("Districts that cannot be run"))
    for code in codes:
        where = f"--district {code}"
        if "," in code:
            each = " ".join(f"--district {part.strip()}" for part in code.split(",") if part.strip())
            faults.add(where, _("several codes in one option"), action=_("Write: {options}").format(options=each))
            continue
        try:
            units.resolve(code, on, project)
            unit = vintage.unit(code)
        except UsageError as error:
            faults.add(where, str(error))
            continue
        if unit.level != "district":
            faults.add(where, *_not_a_district(unit, vintage))
    faults.stop_if_any(UsageFaultsError)
    return codes


def _not_a_district(unit: units.Unit, vintage: units.Vintage) -> tuple[str, str, str]:
    """Return what was found, what was expected and what to do instead."""
    if unit.level != "commune" or unit.parent_code is None:
        return _("{unit} is not a district").format(unit=unit.label), _("the code of a district"), ""
    parent = vintage.unit(unit.parent_code)
    return (
        _("{unit} is a commune, ward or town").format(unit=unit.label),
        _("the code of a district"),
        _("It lies in {district}: write --district {code}").format(district=parent.name, code=parent.code),
    )


def _with_progress(work: Callable[..., RunReport]) -> RunReport:
    """Show how many reports are made; ``work`` takes ``started`` and ``finished``, whom it tells."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(_("Reports"), total=None)

        def finished(outcome: Outcome) -> None:
            bar.advance(task)
            if not outcome.is_good:
                bar.console.print(f"{outcome.unit_name}: {outcome.reason}", markup=False, highlight=False)

        return work(started=lambda total: bar.update(task, total=total), finished=finished)


def _conclude(report: RunReport) -> None:
    good = sum(outcome.is_good for outcome in report.districts)
    if report.districts:
        say(_("{good} of {all} district reports made.").format(good=good, all=len(report.districts)))
    say(_("Open in a browser: {path}").format(path=report.index))
    if report.failed:
        pages = [outcome.unit_name for outcome in report.failed if outcome not in report.papers]
        files = [outcome.unit_name for outcome in report.failed if outcome in report.papers]
        if pages:
            say_error(_("Failed: {names}. The index says why.").format(names=", ".join(pages)))
        if files:
            say_error(
                _("Files that could not be made (the reasons stand above): {names}.").format(names=", ".join(files))
            )
        raise typer.Exit(1)
