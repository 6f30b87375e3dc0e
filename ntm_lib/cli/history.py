"""``ntm history``: every version of one figure that was handed in."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from ntm_lib import criteria, tables, units
from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.cli.text_table import text_table
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.model_words import close_to
from ntm_lib.project import Project
from ntm_lib.reporting import formats
from ntm_lib.submissions.lines import items
from ntm_lib.submissions.model import Level
from ntm_lib.submissions.rounds import VIETNAM
from ntm_lib.submissions.vault import open_store


@app.command("history", help=_("Print every version of a figure that was handed in, withdrawn ones too."))
def history(
    unit: Annotated[str, typer.Argument(metavar="CODE")],
    item: Annotated[str, typer.Argument(metavar="ITEM", help=_("A requirement such as 17.1, or a column of a table."))],
    on: OnOption = None,
) -> None:
    """Print the versions of one unit's values of an item; a code whose meaning changed is refused without a date."""
    project = Project.find()
    meant = units.resolve(unit, on, project)
    parts, store = _parts(item, project), open_store(project)
    found = pd.concat([store.history(meant.code, part) for part in parts], ignore_index=True)
    is_meant = np.array([_is_meant(meant, date, project) for date in found["unit_vintage"]], dtype=bool)
    found = found[is_meant].sort_values("submission", kind="stable")
    if found.empty:
        text = _("Nothing was handed in about {item} of {unit}.")
        raise UsageError(text.format(item=item, unit=meant.label))
    say(f"{meant.label}: {item}")
    is_split = parts != [item]
    head = [
        *([_("Requirement")] if is_split else []),
        _("Submission"),
        _("Received"),
        _("Reported by"),
        _("Table"),
        _("Year"),
        _("Cut-off date"),
        _("Value"),
        _("Status"),
        _("State"),
        _("File"),
    ]
    rows = [[*([row["item"]] if is_split else []), *_row(row)] for _index, row in found.iterrows()]
    for line in text_table(head, rows, figures=[place + is_split for place in (0, 4, 6)]):
        say(line)


def _parts(item: str, project: Project) -> list[str]:
    """Return what a name stands for: a column of a table, a requirement, or those of an indicator or criterion.

    A name that neither the law nor a table has is a UsageError.
    """
    held = [part for one in criteria.load(project).sets.values() for part in one.requirements.values()]
    of_law = [part.id for part in held if item in {part.id, part.indicator, part.criterion}]
    columns = [column.name for table in tables.table_ids(project) for column in items(tables.contract(table, project))]
    if item in columns:
        of_law.append(item)
    if not of_law:
        known = dict.fromkeys([*(part.id for part in held), *(part.indicator for part in held), *columns])
        close = close_to(item, known)[:3]
        text = _("'{item}' is no requirement of a criteria set and no column of a table.")
        hint = _("Meant perhaps: {known}.") if close else _("The requirements: ntm criteria show CRITERION.")
        raise UsageError(f"{text.format(item=item)} {hint.format(known=', '.join(close))}")
    return list(dict.fromkeys(of_law))


def _is_meant(meant: units.Unit, date: dt.date, project: Project) -> bool:
    """Whether the code means the same version of the unit on a submission's date."""
    return units.on(date, project).unit(meant.code).valid_from == meant.valid_from


def _row(row: pd.Series) -> list[object]:
    levels = {Level.COMMUNE: _("Commune"), Level.DISTRICT: _("District"), Level.PROVINCE: _("Province")}
    statuses = {"actual": _("actual"), "estimate": _("estimate"), "plan": _("plan")}
    if not pd.isna(row["withdrawn"]):
        state = _("withdrawn {date} ({by})").format(date=_moment(row["withdrawn"]), by=row["withdrawn_by"])
    else:
        state = _("counts") if row["counts"] else _("superseded")
    return [
        row["submission"],
        _moment(row["received"]),
        f"{levels[Level(row['level'])]} {row['sender']}",
        " ".join(filter(None, [row["table"].upper(), row["set_id"], row["row"]])),
        row["year"],
        formats.date(row["as_of_date"]),
        _value(row),
        statuses.get(row["status"], row["status"]),
        state,
        " ".join(filter(None, [row["file"], row["sheet"], row["cell"]])),
    ]


def _moment(value: dt.datetime) -> str:
    return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def _value(row: pd.Series) -> str:
    """Print a value with all the digits it was handed in with."""
    if row["is_not_assessed"]:
        return _("Not assessed")
    if not pd.isna(row["text"]):
        return str(row["text"])
    digits = Decimal(f"{row['number']:.15g}").as_tuple().exponent
    return formats.number(row["number"], max(0, -digits) if isinstance(digits, int) else 0)
