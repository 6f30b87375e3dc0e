"""``ntm differences``: where commune, district and province do not say the same, for the meeting that settles it."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntm_lib import units
from ntm_lib.cli.app import OnOption, app, parse_date, say
from ntm_lib.cli.text_table import text_table
from ntm_lib.errors import UsageError
from ntm_lib.evaluation import load_territory
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.reporting.review.certainty.differences import differences_by_body, write_differences
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.review import Audience, load_review
from ntm_lib.units import Unit


@app.command("differences", help=_("List where commune, district and province differ, by department, for the meeting."))
def differences_command(
    output: Annotated[Path, typer.Option("--output", "-o", help=_("Workbook to write (.xlsx)."))],
    district: Annotated[str, typer.Option(metavar="CODE", help=_("One district (default: the whole province)."))] = "",
    commune: Annotated[str, typer.Option(metavar="CODE", help=_("One commune."))] = "",
    on: OnOption = None,
    as_of: Annotated[
        dt.date | None,
        typer.Option(
            "--as-of",
            parser=parse_date,
            metavar="YYYY-MM-DD",
            help=_("Cut-off date of the values (default: the review's)."),
        ),
    ] = None,
) -> None:
    """Write the workbook and print how many there are by department."""
    if district and commune:
        raise UsageError(_("Say for whom: --district CODE or --commune CODE; the whole province without either."))
    if output.suffix.lower() != ".xlsx":
        raise UsageError(_("{file}: the name of a workbook ends in .xlsx.").format(file=output))
    project = Project.find()
    if commune:
        home = _unit(commune, "commune", on, project).parent_code or ""
    else:
        home = _unit(district, "district", on, project).code if district else load_review(project).province
    day, cut_off = (date.isoformat() if date else "" for date in (on, as_of))
    subject = Subject(
        load_territory(home, on=day, as_of=cut_off, audience=Audience.INTERNAL), Audience.INTERNAL, commune
    )
    sheet = differences_by_body(subject)
    if sheet.frame.empty:
        say(sheet.empty)
    else:
        rows = sheet.frame[[column.key for column in sheet.columns]].to_numpy().tolist()
        for line in text_table([column.heading for column in sheet.columns], rows, range(1, len(sheet.columns))):
            say(line)
    say(_("Written: {path}").format(path=write_differences(output, subject)))


def _unit(code: str, level: str, on: dt.date | None, project: Project) -> Unit:
    """Return the unit of a code on the date; one whose meaning changed asks for ``--on``."""
    units.resolve(code, on, project)
    unit = units.on(on or load_review(project).on, project).unit(code)
    if unit.level != level:
        raise UsageError(_("{unit} is not a unit of the level asked for.").format(unit=unit.label))
    return unit
