"""``ntm criteria``: the rule in force, and what of the law is not certain."""

import datetime as dt
from typing import Annotated

import pandas as pd
import typer

from ntm_lib import criteria, units
from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.cli.spoken import Commands
from ntm_lib.messages import _, language
from ntm_lib.project import Project
from ntm_lib.review import load_review

criteria_app = Commands(help=_("The law: criteria, levels, how far each was verified."))
app.add_typer(criteria_app, name="criteria")

RegionOption = Annotated[str | None, typer.Option(help=_("Region of the levels (default: the province's)."))]


def _region(region: str | None, project: Project, date: dt.date) -> str:
    return region or units.on(date, project).region


@criteria_app.command("show", help=_("Print the rule in force for a criterion or indicator, with its source."))
def show(item: str, on: OnOption = None, region: RegionOption = None) -> None:
    """Print one rule."""
    project = Project.find()
    review = load_review(project)
    date = on or review.on
    law = criteria.load(project)
    description = criteria.describe(
        law, item, date, region=_region(region, project, max(date, review.on)), set_for_year=review.judged_by
    )
    say(str(description))


@criteria_app.command("audit", help=_("List what is unverified, delegated, assumed or missing."))
def audit(region: RegionOption = None, variant: str = "commune", kind: str | None = None) -> None:
    """Print a line for each level that is not read law, in the period of the review."""
    project = Project.find()
    review = load_review(project)
    law = criteria.load(project)
    table = criteria.audit(
        law, _region(region, project, review.on), review.years, variant, set_for_year=review.judged_by
    )
    table = table if kind is None else table[table["kind"] == kind]
    for _index, row in table.iterrows():
        say(_line(law, row))
    counts = table["kind"].value_counts()
    say(
        _("{count} entries: {kinds}").format(
            count=len(table), kinds=", ".join(f"{_kind(name)} {number}" for name, number in counts.items())
        )
    )


def _kind(name: object) -> str:
    return {
        "missing": _("missing"),
        "delegated": _("delegated to the province"),
        "assumed": _("assumed"),
        "unverified": _("unverified"),
    }[str(name)]


def _line(law: criteria.Law, row: pd.Series) -> str:
    years = f"{row['first_year']}-{row['last_year']}" if row["first_year"] != row["last_year"] else row["first_year"]
    return (
        f"[{_kind(row['kind'])}] {row['set_id']} {row['requirement']} {row[f'label_{language()}']} ({years}): "
        f"{criteria.level_text(law, row)}; {row['citation']}"
    )
