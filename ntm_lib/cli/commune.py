"""``ntm commune``: the sheet of one commune, its report and the minutes of its board's meeting."""

from pathlib import Path
from typing import Annotated

import typer

from ntm_lib import units
from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.evaluation import load_province
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.reporting.communes import FORMATS, write_commune_sheets
from ntm_lib.review import Audience, load_review


@app.command("commune", help=_("Write the sheet of one commune (one A4 page), its report and minutes."))
def commune_command(
    code: Annotated[str, typer.Argument(help=_("Code of a commune."))],
    on: OnOption = None,
    formats: Annotated[str, typer.Option(help=_("html, docx, separated by commas."))] = ",".join(FORMATS),
    out: Annotated[Path | None, typer.Option(help=_("Folder for the results (default: outputs)."))] = None,
    internal: Annotated[
        bool, typer.Option("--internal", help=_("The version for internal use, in a folder of its own."))
    ] = False,
) -> None:
    """Write the papers of one commune; a code whose meaning changed asks for ``--on``."""
    project = Project.find()
    date = on or load_review(project).on
    unit = units.resolve(code, date, project)
    audience = Audience.INTERNAL if internal else Audience.PUBLIC
    folder = out or project.outputs
    if internal:
        folder = folder.with_name(f"{folder.name}-internal")
    territory = load_province(on=date.isoformat(), audience=audience)
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    written = write_commune_sheets(project, folder, territory, codes=[unit.code], formats=wanted, audience=audience)
    for path in written:
        say(_("Written: {path}").format(path=path))
