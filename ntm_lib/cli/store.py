"""``ntm store``: look after what was handed in."""

from pathlib import Path
from typing import Annotated

import typer

from ntm_lib.cli.app import app, say
from ntm_lib.cli.spoken import Commands
from ntm_lib.cli.text_table import text_table
from ntm_lib.errors import FaultsError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.reporting import formats
from ntm_lib.submissions.model import Level
from ntm_lib.submissions.rounds import VIETNAM, find_round, load_rounds
from ntm_lib.submissions.vault import back_up, check_store, open_store, restore
from ntm_lib.submissions.vault.entries import VERSION

store_app = Commands(help=_("The store of what was handed in: check, back up, close rounds."))
app.add_typer(store_app, name="store")

ByOption = Annotated[str, typer.Option("--by", help=_("Office or person who does it, as they wish to be named."))]


@store_app.command("check", help=_("Read everything in the store and tell what is not as it was handed in."))
def check() -> None:
    """Check the whole store; a fault ends with code 1."""
    health = check_store(open_store())
    for remark in health.remarks:
        say(remark)
    if health.faults:
        raise FaultsError(_("The store is damaged"), health.faults)
    text = _("The store is whole: {entries} entries, {submissions} submissions, {rows} values.")
    say(text.format(entries=health.entries, submissions=health.submissions, rows=health.rows))


@store_app.command("backup", help=_("Write the whole store into one file, checked."))
def backup(file: Path) -> None:
    """Back the store up; an existing file is not overwritten."""
    book = back_up(open_store(), file)
    text = _("{file} holds the whole store: {submissions} submissions. Keep it on another disk.")
    say(text.format(file=file, submissions=len(book.taken_in)))


@store_app.command("restore", help=_("Fill an empty store from a backup; nothing is overwritten."))
def restore_(file: Path) -> None:
    """Restore from a backup, which is checked first."""
    book = restore(open_store(), file)
    say(_("{submissions} submissions were restored from {file}.").format(submissions=len(book.taken_in), file=file))


@store_app.command("migrate", help=_("Move the store of an older program to the present version."))
def migrate() -> None:
    """Move an older store; a store of the present version stays."""
    version = open_store().migrate()
    text = (
        _("The store is of the present version ({own}); nothing was to be done.")
        if version == VERSION
        else _("The store was moved from version {version} to {own}.")
    )
    say(text.format(version=version, own=VERSION))


@store_app.command("close", help=_("Close a round: its figures are signed and do not change any more."))
def close(round_id: Annotated[str, typer.Argument(metavar="ROUND")], by: ByOption) -> None:
    """Close a round; this cannot be undone."""
    chosen = find_round(round_id)
    store = open_store()
    count = sum(one.withdrawn is None for one in store.submissions(chosen.id))
    store.close(chosen.id, by)
    text = _("{title}: closed with {count} submissions. Its figures do not change any more.")
    say(text.format(title=chosen.title, count=count))


@store_app.command("rounds", help=_("List the rounds: cut-off date, due days, what was handed in, whether closed."))
def rounds() -> None:
    """Print a line for each round of the parameters, and for those that only the store knows."""
    project = Project.find()
    store, known = open_store(project), load_rounds(project)
    closed, submissions = store.closed(), store.submissions()
    head = [
        _("Round"),
        _("Cut-off date"),
        _("Commune before"),
        _("District before"),
        _("Province before"),
        _("Handed in"),
        _("Withdrawn"),
        _("Closed"),
    ]
    rows = []
    for name in dict.fromkeys([*known, *(one.round for one in submissions), *closed]):
        due = known[name].due if name in known else {}
        days = [known[name].as_of if name in known else None, *(due.get(level) for level in Level)]
        mine = [one.withdrawn is not None for one in submissions if one.round == name]
        end = f"{closed[name].astimezone(VIETNAM):%d/%m/%Y %H:%M}" if name in closed else ""
        rows.append([name, *(formats.date(day) if day else "" for day in days), len(mine), sum(mine), end])
    for line in text_table(head, rows, figures=[5, 6]):
        say(line)
