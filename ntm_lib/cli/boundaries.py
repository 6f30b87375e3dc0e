"""``ntm boundaries``: use a boundary file of one's own instead of the schematic."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.cli.spoken import Commands
from ntm_lib.errors import NtmError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import read_record
from ntm_lib.reporting import formats
from ntm_lib.review import load_review

boundaries_app = Commands(help=_("Boundaries: import your own file, show, remove."))
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

    project = Project.find()
    report = import_boundaries(
        file,
        project,
        on=on,
        crs=crs,
        layer=layer,
        name_column=name_column,
        code_column=code_column,
        source=source,
    )
    for line in [*report.lines(), *_maps(project)]:
        say(line)


@boundaries_app.command("show", help=_("Print every imported file, or what the maps of a date are drawn from."))
def show(on: OnOption = None) -> None:
    """Print from which date on each imported file is used; with a date, the shapes of that day."""
    from ntm_lib.units.boundaries import load_shapes

    project = Project.find()
    if on is None:
        for line in _maps(project):
            say(line)
        return
    shapes = load_shapes(on, project)
    say(_("{count} units: {label}").format(count=len(shapes.frame), label=shapes.label))


@boundaries_app.command("remove", help=_("Remove imported boundaries; maps are schematic again."))
def remove(on: OnOption = None) -> None:
    """Remove the imported file of the units of a date."""
    from ntm_lib.units.boundary_import import remove_import
    from ntm_lib.units.territories import state_of

    project = Project.find()
    state = state_of(on or load_review(project).on, project)
    source = _source(state, project)
    remove_import(state, project)
    say(
        _("Removed: the boundaries of the units from {date} ({source}).").format(
            date=formats.date(state), source=source
        )
    )
    for line in _maps(project):
        say(line)


def _maps(project: Project) -> list[str]:
    """Say, in the order of the dates, what the maps of the units of each date are drawn from."""
    from ntm_lib.units.boundaries import imported_states
    from ntm_lib.units.territories import states

    imported = imported_states(project)
    if not imported:
        return [_("No boundaries are imported: every map is drawn from the schematic.")]
    lines = []
    if imported[0] > states(project)[0]:
        lines.append(_("Maps of the units before {date} keep the schematic.").format(date=formats.date(imported[0])))
    for state, following in zip(imported, [*imported[1:], None], strict=True):
        facts = {"first": formats.date(state), "source": _source(state, project)}
        if following is None:
            lines.append(_("Maps of the units from {first} on are drawn from: {source}.").format(**facts))
        else:
            last = formats.date(following - dt.timedelta(days=1))
            text = _("Maps of the units from {first} to {last} are drawn from: {source}.")
            lines.append(text.format(last=last, **facts))
    return lines


def _source(state: dt.date, project: Project) -> str:
    """Name the file imported for a state and its date; a record that cannot be read is told in its place."""
    from ntm_lib.units.boundaries import BOUNDARY_FILE, boundary_folder

    try:
        record = read_record(boundary_folder(project) / state.isoformat() / BOUNDARY_FILE)
    except NtmError as error:
        return str(error)
    return f"{record.origin}, {formats.date(record.retrieved)}"
