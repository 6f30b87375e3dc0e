"""``ntm run``: make the pages."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ntm_lib import batch, units
from ntm_lib.batch import Outcome, RunReport
from ntm_lib.cli.app import OnOption, app, say, say_error
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.review import load_review


@app.command("run", help=_("Make the pages of the districts and the province."))
def run_command(
    district: Annotated[list[str] | None, typer.Option(help=_("Code of a district; may be repeated."))] = None,
    on: OnOption = None,
    jobs: Annotated[int | None, typer.Option(min=1, max=64, help=_("How many reports to make at once."))] = None,
    out: Annotated[Path | None, typer.Option(help=_("Folder for the results (default: outputs)."))] = None,
    formats: Annotated[str, typer.Option(help=_("Formats of the pages, separated by commas."))] = "html",
) -> None:
    """Run the notebooks and write the pages; exit 1 when one failed."""
    project = Project.find()
    batch.check_formats(formats)
    codes = [units.resolve(code, on, project).code for code in dict.fromkeys(district or [])]
    folder = out or project.outputs
    if folder.exists() and not folder.is_dir():
        raise UsageError(_("{path} is a file, not a folder.").format(path=folder))
    report = _run_with_progress(project, folder, codes, on, jobs)
    _conclude(report)


def _run_with_progress(
    project: Project, out: Path, codes: list[str], on: dt.date | None, jobs: int | None
) -> RunReport:
    date = on or load_review(project).on
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(_("Reports"), total=None)

        def finished(outcome: Outcome) -> None:
            bar.advance(task)
            if not outcome.is_good:
                bar.console.print(f"{outcome.unit_name}: {outcome.reason}", markup=False, highlight=False)

        return batch.run(
            project,
            out,
            on=date,
            districts=codes,
            jobs=jobs,
            started=lambda total: bar.update(task, total=total),
            finished=finished,
        )


def _conclude(report: RunReport) -> None:
    good = sum(outcome.is_good for outcome in report.districts)
    say(_("{good} of {all} district reports made.").format(good=good, all=len(report.districts)))
    say(_("Open in a browser: {path}").format(path=report.index))
    if report.failed:
        say_error(
            _("Failed: {names}. The index says why.").format(
                names=", ".join(outcome.unit_name for outcome in report.failed)
            )
        )
        raise typer.Exit(1)
