"""``ntm status``: who has handed in for a round, on time, late, returned, not sent, and how complete it is."""

import json
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from ntm_lib.cli.app import app, say
from ntm_lib.cli.text_table import text_table
from ntm_lib.messages import _
from ntm_lib.project import Project, whole_file
from ntm_lib.reporting import formats
from ntm_lib.reporting.status_page import (
    due_lines,
    level_words,
    moment_text,
    refused_note,
    share_of,
    state_text,
    status_page,
)
from ntm_lib.submissions.calendar import HANDED_IN, Calendar, State, calendar, present_round, state_words
from ntm_lib.submissions.model import Level
from ntm_lib.submissions.rounds import find_round
from ntm_lib.submissions.vault import open_store

PAGE = "status.html"


@app.command("status", help=_("Say who has handed in for a round: on time, late, returned, not sent."))
def status_command(
    round_id: Annotated[
        str, typer.Option("--round", help=_("The round (default: the one whose cut-off came last)."))
    ] = "",
    district: Annotated[str, typer.Option(help=_("Code of a district: its communes one by one."))] = "",
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON for programs; no page is written."))] = False,
    page: Annotated[
        Path | None, typer.Option(help=_("Where the page goes (default: the folder for internal use)."))
    ] = None,
) -> None:
    """Print the calendar of a round and write its page."""
    project = Project.find()
    held = find_round(round_id, project) if round_id else present_round(project)
    whole = calendar(project, open_store(project), held.id)
    shown = whole.within(district) if district else whole
    if as_json:
        typer.echo(json.dumps(_as_json(shown), ensure_ascii=False, indent=1))
        return
    say(f"{held.title}. " + _("Data as of {date}").format(date=formats.date(held.as_of)))
    for line in due_lines(shown):
        say(line)
    for line in [*_levels(shown), "", *(_communes(shown, district) if district else _districts(shown))]:
        say(line)
    say(refused_note())
    if shown.strangers:
        files = ", ".join(f"{one.sender} ({one.file})" for one in shown.strangers)
        say(_("Files of units that this round does not ask: {files}").format(files=files))
    if not district or page is not None:
        say(_("Written: {path}").format(path=_write(project, status_page(shown), page)))


def _write(project: Project, text: str, page: Path | None) -> Path:
    """Write the page beside the public folder and not in it, which is copied and shared as a whole."""
    path = page or project.outputs.with_name(f"{project.outputs.name}-internal") / PAGE
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def _states(shown: Calendar) -> list[State]:
    return [state for state in State if state is not State.RECEIVED or (shown.senders["state"] == state).any()]


def _levels(shown: Calendar) -> list[str]:
    counts, states = shown.by_state().T.to_dict(), _states(shown)
    rows = [
        [level_words()[level], sum(counts[level].values()), *(counts[level][state] for state in states)]
        for level in shown.levels
    ]
    head = [_("Tier"), _("Units that report"), *(state_words()[state] for state in states)]
    return text_table(head, rows, range(1, len(head)))


def _districts(shown: Calendar) -> list[str]:
    """Print a line a district: its own state, the communes by state; nothing where there is no district."""
    if shown.vintage.districts.empty:
        return []
    own, states, rows = shown.senders["state"].to_dict(), _states(shown), []
    for code, name in shown.vintage.districts["name"].items():
        communes = shown.communes_of(str(code))
        if len(communes):
            state = own.get((Level.DISTRICT, code))
            counts = [int((communes["state"] == each).sum()) for each in states]
            rows.append([code, name, "" if state is None else state_text(state), len(communes), *counts])
    head = [_("Unit code"), _("District"), _("State"), _("Communes"), *(state_words()[state] for state in states)]
    return text_table(head, rows, range(3, len(head)))


def _communes(shown: Calendar, district: str) -> list[str]:
    communes, cells = shown.communes_of(district), shown.of_unit()
    rows = [
        [
            code,
            row["name"],
            state_text(row["state"]),
            moment_text(row["received"]),
            _share(row, cells.loc[(Level.COMMUNE, code)]),
        ]
        for code, row in zip(communes.index, communes.to_dict("records"), strict=True)
    ]
    return text_table([_("Unit code"), _("Commune"), _("State"), _("Received"), _("Filled in")], rows, [4])


def _share(row: dict[Any, Any], cells: pd.Series) -> str:
    share = share_of(cells["filled"], cells["asked"]) if row["state"] in HANDED_IN else None
    return "-" if share is None else formats.percent(share, 0)


def _as_json(shown: Calendar) -> dict[str, Any]:
    due = {level.value: day.isoformat() for level, day in shown.round.due.items()}
    senders = shown.senders.join(shown.of_unit()).reset_index()
    times = {
        name: senders[name].map(lambda at: None if pd.isna(at) else at.isoformat()) for name in ("received", "last")
    }
    parents = senders["parent_code"].astype(object).where(senders["parent_code"].notna(), None)
    return {
        "round": shown.round.id,
        "as_of": shown.round.as_of.isoformat(),
        "due_before": due,
        "senders": senders.assign(**times, parent_code=parents).to_dict("records"),
        "tables": shown.tables.reset_index().to_dict("records"),
        "strangers": [{"id": one.id, "sender": one.sender, "file": one.file} for one in shown.strangers],
    }
