"""``ntm boundaries``: use a boundary file of one's own instead of the schematic."""

from pathlib import Path
from typing import Annotated

import typer

from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.review import load_review

boundaries_app = typer.Typer(no_args_is_help=True, help=_("Boundaries: import your own file, show, remove."))
app.add_typer(boundaries_app, name="boundaries")


@boundaries_app.command("import", help=_("Check a boundary file and use it in place of the schematic."))
def import_command(
    file: Path,
    on: OnOption = None,
    crs: Annotated[str | None, typer.Option(help=_("Coordinate system, for example EPSG:4326."))] = None,
    layer: Annotated[str | None, typer.Option(help=_("Layer of the file."))] = None,
    name_column: Annotated[str | None, typer.Option(help=_("Column with the names."))] = None,
    code_column: Annotated[str | None, typer.Option(help=_("Column with the codes."))] = None,
    source: Annotated[str, typer.Option(help=_("Who made the file; printed on every map."))] = "",
) -> None:
    """Import one file and print everything that was found."""
    from ntm_lib.units.boundary_import import import_boundaries

    report = import_boundaries(
        file,
        Project.find(),
        on=on,
        crs=crs,
        layer=layer,
        name_column=name_column,
        code_column=code_column,
        source=source,
    )
    for line in report.lines():
        say(line)


@boundaries_app.command("show", help=_("Print what the maps of a date are drawn from."))
def show(on: OnOption = None) -> None:
    """Print the label of the shapes used on a date."""
    from ntm_lib.units.boundaries import load_shapes

    project = Project.find()
    shapes = load_shapes(on or load_review(project).on, project)
    say(_("{count} units: {label}").format(count=len(shapes.frame), label=shapes.label))


@boundaries_app.command("remove", help=_("Remove imported boundaries; maps are schematic again."))
def remove(on: OnOption = None) -> None:
    """Remove the imported file of the units of a date."""
    from ntm_lib.units.boundary_import import remove_import

    project = Project.find()
    remove_import(on or load_review(project).on, project)
    say(_("Removed."))
