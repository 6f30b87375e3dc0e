"""``ntm template``: write the workbooks that communes, districts and the province fill in."""

from pathlib import Path
from typing import Annotated

import typer

from ntm_lib.cli.app import OnOption, app, say, say_error
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.submissions.forms.layout import Form
from ntm_lib.submissions.lines import RESULTS

RoundOption = Annotated[str | None, typer.Option("--round", metavar="ID", help=_("Round of reporting."))]


@app.command(help=_("Write the workbook that a commune, a district or everybody fills in."))
def template(
    output: Annotated[Path, typer.Option("--output", "-o", help=_("File to write; with --all a folder."))],
    commune: Annotated[str | None, typer.Option(metavar="CODE", help=_("Commune that reports."))] = None,
    district: Annotated[str | None, typer.Option(metavar="CODE", help=_("District that reports."))] = None,
    province: Annotated[bool, typer.Option("--province", help=_("The province reports."))] = False,
    everybody: Annotated[bool, typer.Option("--all", help=_("Everybody: communes, districts, province."))] = False,
    on: OnOption = None,
    round_id: RoundOption = None,
    years: Annotated[
        str | None, typer.Option(metavar="FIRST-LAST", help=_("Years, such as 2019 or 2010-2019."))
    ] = None,
) -> None:
    """Write one workbook, or one for everybody into a folder."""
    from ntm_lib import units
    from ntm_lib.submissions.forms import all_senders, file_name, form_of, sender_of, write_template

    project = Project.find()
    if sum([commune is not None, district is not None, province, everybody]) != 1:
        raise UsageError(_("Say for whom: one of --commune CODE, --district CODE, --province, --all."))
    chosen = _years(years)
    if everybody:
        senders = all_senders(project, round_id, on)
        for number, sender in enumerate(senders, 1):
            form = form_of(project, sender, chosen)
            say(f"{number}/{len(senders)} {write_template(output / file_name(project, sender), form)}")
        _tell_unjudged(form)
        return
    code = commune or district
    if code is None:
        first = all_senders(project, round_id, on)[0]
        code = units.on(first.unit_vintage, project).province.code
    sender = sender_of(project, code, round_id, on)
    wanted = "commune" if commune else "district" if district else "province"
    if sender.level != wanted:
        unit = units.on(sender.unit_vintage, project).unit(code)
        raise UsageError(_("{unit} is not a unit of the level asked for.").format(unit=unit.label))
    if output.suffix.lower() != ".xlsx":
        raise UsageError(_("{file}: the name of a workbook ends in .xlsx.").format(file=output))
    form = form_of(project, sender, chosen)
    write_template(output, form)
    say(
        _("{file}: {unit}, {count} tables, data as of {date}").format(
            file=output, unit=form.sender_name, count=len(form.sheets), date=f"{sender.as_of:%d/%m/%Y}"
        )
    )
    _tell_unjudged(form)


def _tell_unjudged(form: Form) -> None:
    """Say for which years the workbook asks no results, because no criteria set judges them."""
    judged = {year for sheet in form.sheets if sheet.table == RESULTS for year in sheet.years}
    if missing := [str(year) for year in form.years if year not in judged]:
        text = _("No criteria set for {years} is held here: the workbook has no table of results (Table 02) for it.")
        say_error(text.format(years=", ".join(missing)))


def _years(text: str | None) -> range | None:
    if text is None:
        return None
    first, _mark, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()) or int(first) > int(last or first) or len(first) != 4:
        raise UsageError(_("'{text}' are no years. Write 2019 or 2010-2019.").format(text=text))
    return range(int(first), int(last or first) + 1)
