"""``ntm units``: what a code or a name means on a date."""

import datetime as dt
import math
from typing import Annotated, Any

import typer

from ntm_lib import units
from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.cli.spoken import Commands
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.review import load_review

units_app = Commands(help=_("Units with their dates and lineage."))
app.add_typer(units_app, name="units")


@units_app.command("show", help=_("Print what a code or name means: name, dates, what it was formed from."))
def show(unit: Annotated[str, typer.Argument(metavar="CODE|NAME")], on: OnOption = None) -> None:
    """Print one unit; a code whose meaning changed is refused without a date, a name is one of the review's date."""
    project = Project.find()
    is_code = unit.isascii() and unit.isdigit()
    found = units.resolve(unit, on, project) if is_code else _vintage(on, project).find(unit)
    _print(found, project)


@units_app.command("find", help=_("Find a unit by its name."))
def find(
    name: str,
    within: Annotated[str | None, typer.Option(help=_("Code of the district to look in."))] = None,
    on: OnOption = None,
) -> None:
    """Print the unit of that name; a name that several units bear is refused with the candidates."""
    project = Project.find()
    _print(_vintage(on, project).find(name, within=within), project)


@units_app.command("totals", help=_("Set the totals that registers publish beside the sums of the communes."))
def totals(on: OnOption = None) -> None:
    """Print published and computed totals with their difference."""
    project = Project.find()
    row: Any
    for row in units.register_totals(on or load_review(project).on, project).itertuples():
        computed = "?" if math.isnan(row.computed) else f"{row.computed:,.2f}"
        difference = "?" if math.isnan(row.difference) else f"{row.difference:+,.2f}"
        say(
            f"{row.code} {row.name}, {row.quantity}, {row.date:%d/%m/%Y}: {row.published:,.2f} / {computed} ({difference})"
        )


def _vintage(on: dt.date | None, project: Project) -> units.Vintage:
    return units.on(on or load_review(project).on, project)


def _print(unit: units.Unit, project: Project) -> None:
    say(unit.label)
    day_before = unit.valid_from - dt.timedelta(days=1)
    if unit.level != "commune":
        return
    for date, other, text in (
        (day_before, unit.valid_from, _("Formed from: {names}")),
        (unit.valid_to, unit.valid_to and unit.valid_to + dt.timedelta(days=1), _("Became part of: {names}")),
    ):
        names = _neighbours(unit, date, other, project)
        if names:
            say(text.format(names=names))


def _neighbours(unit: units.Unit, date: dt.date | None, other: dt.date | None, project: Project) -> str:
    if date is None or other is None or date < units.on(unit.valid_from, project).register.first_day:
        return ""
    links = units.lineage(date, other, project).links
    is_origin = other == unit.valid_from
    mine, theirs = ("to_code", "from_code") if is_origin else ("from_code", "to_code")
    links = links[links[mine] == unit.code]
    vintage = units.on(date if is_origin else other, project)
    return ", ".join(
        f"{code} {vintage.unit(code).name}" + (f" ({share:.1%})" if share < 1 else "")
        for code, share in zip(links[theirs].tolist(), links["area_share"].tolist(), strict=True)
    )
