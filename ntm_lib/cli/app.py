"""The application, the options every command shares, and how it speaks."""

import datetime as dt
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

import typer
from rich.console import Console

from ntm_lib.cli.spoken import Commands
from ntm_lib.errors import UsageError, disk_reason
from ntm_lib.messages import LANGUAGES, _, set_language
from ntm_lib.project import Project

app = Commands(add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False, markup=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def say(text: str = "") -> None:
    """Print one text for the planner."""
    console.print(text)


def say_error(text: str) -> None:
    """Print what went wrong."""
    _errors.print(text)


@app.callback(help=_("Judge and plan New Rural Development, commune by commune."))
def _choose(
    project: Annotated[Path | None, typer.Option(help=_("Folder of the project."))] = None,
    lang: Annotated[str | None, typer.Option(help=_("Language of messages and pages: vi or en."))] = None,
) -> None:
    if lang is not None:
        if lang not in LANGUAGES:
            raise UsageError(_("Language '{lang}' is not known: vi or en.").format(lang=lang))
        set_language(lang)
    Project.find(project).activate()


def parse_date(text: str) -> dt.date:
    """Read a date of the command line."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            _("'{text}' is not a date. Write it as year-month-day, for example 2019-12-31.").format(text=text)
        ) from error


OnOption = Annotated[
    dt.date | None,
    typer.Option(
        "--on",
        parser=parse_date,
        metavar="YYYY-MM-DD",
        help=_("Date whose units are meant; codes change meaning."),
    ),
]


def check_folder(folder: Path, option: str) -> None:
    """Make the folder that ``option`` names and write a file there, so that no hour of work is lost for want of a place."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(_("{path} is a file, not a folder.").format(path=folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".probe.") as probe:
            probe.write(b"ntm")
            probe.flush()
    except OSError as error:
        text = _("Results cannot be written to {path}: {reason}. Choose another folder with {option}.")
        raise UsageError(text.format(path=folder, reason=disk_reason(error), option=option)) from error
