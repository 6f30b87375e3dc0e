"""``ntm export``: values, verdicts and counts as files for other programs."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntm_lib.cli.app import OnOption, app, parse_date, say, say_error
from ntm_lib.evaluation.territory import load_province
from ntm_lib.messages import _
from ntm_lib.reporting.export import FORMATS, Choice, check, export
from ntm_lib.review import Audience


@app.command(
    "export", help=_("Write values, verdicts and counts as .xlsx, CSV, GeoPackage and Parquet, with a data dictionary.")
)
def export_command(
    folder: Annotated[Path, typer.Option("--out", "-o", help=_("A new folder for the files."))],
    what: Annotated[str, typer.Option(help=_("results, tables, counts or all."))] = "all",
    formats: Annotated[str, typer.Option(help=_("xlsx, csv, gpkg, parquet, separated by commas."))] = ",".join(FORMATS),
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
    year: Annotated[
        int | None, typer.Option(help=_("Year of the map layer (default: the last); tables hold every year."))
    ] = None,
    internal: Annotated[bool, typer.Option("--internal", help=_("With what the public version withholds."))] = False,
    persons: Annotated[bool, typer.Option("--persons", help=_("With the tables that name persons (B17)."))] = False,
) -> None:
    """Write one folder, whole or not at all."""
    audience = Audience.INTERNAL if internal else Audience.PUBLIC
    choice = Choice(what, persons, internal)
    chosen = tuple(dict.fromkeys(name.strip() for name in formats.split(",") if name.strip()))
    check(choice, chosen, folder)
    if persons:
        say_error(_("Holds names of persons: pass on only to those who need them for their work."))
    territory = load_province(
        on=on.isoformat() if on else "", as_of=as_of.isoformat() if as_of else "", audience=audience
    )
    say(_("Written: {path}").format(path=export(territory, folder, choice, chosen, year).parent))
    if territory.is_illustrative:
        say(_("The figures are illustrative and marked so in every file."))
