"""``ntm new``: the project folder of another province."""

from pathlib import Path
from typing import Annotated

import typer

from ntm_lib.cli.app import app, say
from ntm_lib.messages import _
from ntm_lib.new_project import new_project
from ntm_lib.project import Project


@app.command(help=_("Make the project folder of another province: law and forms copied, the rest to fill in."))
def new(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=_("A new folder."))]) -> None:
    """Make the folder and say which files to fill in."""
    needed, others = new_project(Project.find(), folder)
    say(_("Made: {path}. How to fill it in: docs/own_province.md.").format(path=folder))
    say(_("Needed before any other command:"))
    for name in needed:
        say(f"  {name}")
    say(_("As far as the province has them:"))
    for name in others:
        say(f"  {name}")
