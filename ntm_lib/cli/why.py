"""``ntm why`` and ``ntm sign``: why a figure changed between two runs; the figures of a period frozen as signed."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntm_lib.cli.app import OnOption, app, parse_date, say, say_error
from ntm_lib.cli.text_table import text_table
from ntm_lib.errors import UsageError
from ntm_lib.evaluation.changes import read_snapshot, run_folder, sign_period, why_changed
from ntm_lib.evaluation.territory import Territory, load_province
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.reporting.office.workbook import write_workbook
from ntm_lib.reporting.review.changes.signed import why_said, why_sheet
from ntm_lib.reporting.sheets import printed


@app.command("why", help=_("Say why the headline figures changed between two runs."))
def why_command(
    old: Annotated[str, typer.Argument(help=_("Name of the earlier run; without names the runs are listed."))] = "",
    new: Annotated[str, typer.Argument(help=_("Name of the later run."))] = "",
    export: Annotated[Path | None, typer.Option(help=_("Write the table as a workbook."))] = None,
) -> None:
    """Split each changed figure into data, boundary, criteria and code."""
    project = Project.find()
    if not (old and new):
        _list(project)
        return
    before, after = (read_snapshot(run_folder(project, name)) for name in (old, new))
    table = why_changed(before, after)
    for sentence in why_said(table, before, after):
        say(str(sentence))
    sheet = why_sheet(table, before, after)
    if len(sheet.frame):
        cells = [
            [printed(value, column) for value, column in zip(row, sheet.columns, strict=True)] for row in sheet.cells()
        ]
        numbers = [place for place, column in enumerate(sheet.columns) if column.kind != "text"]
        for line in text_table([column.heading for column in sheet.columns], cells, numbers):
            say(line)
    if export is not None:
        write_workbook(export, [sheet], title=sheet.title, about=[(_("Runs"), f"{old}, {new}")])
        say(_("Written: {path}").format(path=export))


def _list(project: Project) -> None:
    folder = project.outputs / "runs"
    names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not names:
        raise UsageError(_("No run is kept yet: ntm run keeps one each time."))
    say(_("Runs: {names}").format(names=", ".join(names)))
    say(_("Compare two: ntm why {old} {new}").format(old=names[0], new=names[-1]))


@app.command("sign", help=_("Freeze the figures of the period as they are signed."))
def sign_command(
    by: Annotated[str, typer.Option(help=_("Who signs: office, number and date of the report."))],
    date: Annotated[
        dt.date | None,
        typer.Option(parser=parse_date, metavar="YYYY-MM-DD", help=_("Day of signing (default: today).")),
    ] = None,
    on: OnOption = None,
    illustrative: Annotated[
        bool, typer.Option("--illustrative", help=_("Sign though illustrative values count, for practice only."))
    ] = False,
) -> None:
    """Write the figures of the whole province, none of them illustrative unless that is asked for; from then on pages print them, and later ones stand beside."""
    project = Project.find()
    territory = load_province(on=on.isoformat() if on else "")
    if territory.is_illustrative:
        _check_wanted(territory, is_wanted=illustrative)
    folder = sign_period(project, territory, by, date or dt.datetime.now().astimezone().date())
    say(_("Signed and frozen: {path}").format(path=project.relative(folder)))


def _check_wanted(territory: Territory, *, is_wanted: bool) -> None:
    """Stop, or say, that figures to be signed are not what anybody reported."""
    communes = territory.generated[territory.generated].index.get_level_values("commune_code").nunique()
    text = _("{unit}: values of {count} communes are illustrative, not reported.").format(
        unit=territory.unit.name, count=communes
    )
    if not is_wanted:
        raise UsageError(f"{text} {_('Signed figures are never replaced; only for practice: --illustrative.')}")
    say_error(f"{text} {_('They are signed as illustrative and stay marked.')}")
