"""``ntm check`` and ``ntm submit``: read what was handed in, tell every fault at once, take it into the store."""

import getpass
import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.cli.findings import findings_lines
from ntm_lib.cli.template import RoundOption
from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.submissions.checks.as_json import findings_data
from ntm_lib.submissions.model import Reading, Sender

_OF_SYSTEMS = {"thumbs.db", "desktop.ini"}
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="CODE", help=_("Unit that reports, when the file does not say so."))
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("Print one JSON object a file, for programs."))]


@app.command(help=_("Check files that were handed in, without taking them in."))
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    sender: FromOption = None,
    on: OnOption = None,
    round_id: RoundOption = None,
    as_json: JsonOption = False,
    annotated: Annotated[
        Path | None,
        typer.Option("--annotated", metavar="FOLDER", help=_("Folder for copies with the findings in their cells.")),
    ] = None,
) -> None:
    """Check each file; exit 1 when one is refused."""
    from ntm_lib.submissions.many import check_files
    from ntm_lib.submissions.taking import annotate

    project = Project.find()
    expected = _sender(project, sender, round_id, on)
    told = _Told(as_json=as_json)
    for path, reading in check_files(told.paths(files, annotated), project, expected):
        copy = annotate(path, annotated / told.folder(path), reading.findings) if annotated else None
        told.reading(path, reading, copy=copy)
    told.end()


@app.command(help=_("Check files that were handed in and take the good ones into the store."))
def submit(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...")] = None,
    sender: FromOption = None,
    on: OnOption = None,
    round_id: RoundOption = None,
    as_json: JsonOption = False,
    by: Annotated[
        str | None, typer.Option(help=_("Who is at the keyboard; the name of the account otherwise."))
    ] = None,
    undo: Annotated[
        int | None, typer.Option(metavar="ID", help=_("Withdraw a submission; what it replaced counts again."))
    ] = None,
) -> None:
    """Take in each file that nothing is wrong with; exit 1 when one is refused. Or withdraw one submission."""
    from ntm_lib.submissions.many import take_in_files
    from ntm_lib.submissions.vault import open_store

    project = Project.find()
    store = open_store(project)
    person = by or getpass.getuser()
    if undo is not None:
        if files:
            raise UsageError(_("Give files or --undo, not both."))
        gone = store.withdraw(undo, person)
        say(_("Withdrawn: {id}, {file}. What it replaced counts again.").format(id=gone.id, file=gone.file))
        return
    if not files:
        raise UsageError(_("Give the files to be handed in."))
    expected = _sender(project, sender, round_id, on)
    told = _Told(as_json=as_json)
    for path, taken in take_in_files(told.paths(files), project, person, expected, store=store):
        told.reading(path, taken.reading, number=taken.number, refusal=taken.refusal)
    told.end()


def _sender(project: Project, unit: str | None, round_id: str | None, on: Any) -> Sender | None:
    from ntm_lib.submissions.forms import sender_of

    return None if unit is None else sender_of(project, unit, round_id, on)


class _Told:
    """Tell of each file as soon as it is read, and at the end how many; nothing of a file is kept."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._counts: Counter[str] = Counter()
        self._total = 0
        self._folders: dict[Path, Path] = {}

    def paths(self, named: list[Path], besides: Path | None = None) -> list[Path]:
        """Return the files, those of a folder and of the folders in it by name: one that cannot be read is refused, not left out."""
        inside = {name: _inside(name, besides) for name in named if name.is_dir()}
        paths = list(dict.fromkeys(path for name in named for path in inside.get(name, [name])))
        self._folders = {path: path.parent.relative_to(name) for name, held in inside.items() for path in held}
        self._total = len(paths)
        if not paths:
            raise UsageError(_("There is no file to read in {folders}.").format(folders=", ".join(map(str, named))))
        return paths

    def folder(self, path: Path) -> Path:
        """Return where a file lay in the folder that was named, so that copies of files of one name stand apart."""
        return self._folders.get(path, Path())

    def reading(
        self, path: Path, reading: Reading, *, number: int | None = None, refusal: str = "", copy: Path | None = None
    ) -> None:
        """Tell of one file; ``copy``: where its annotated copy stands."""
        is_good = reading.is_accepted and not refusal
        self._counts["good" if is_good else "refused"] += 1
        if self._as_json:
            facts = {"accepted": is_good, "submission": number, "refusal": refusal, "annotated": copy and str(copy)}
            typer.echo(json.dumps(_as_json(path, reading) | facts, ensure_ascii=False))
            return
        verdict = (
            _("refused")
            if not is_good
            else _("accepted")
            if number is None
            else _("taken in as {id}").format(id=number)
        )
        at = f"{self._counts.total()}/{self._total} " if self._total > 1 else ""
        say(at + _("{file}: {verdict}, {count} values").format(file=path, verdict=verdict, count=len(reading.values)))
        lines = ([refusal] if refusal else []) + _findings_lines(path, reading, copy)
        if copy:
            lines.append(_("Annotated copy: {file}").format(file=copy))
        for line in lines:
            say(f"  {line}")

    def end(self) -> None:
        """Say how many files were good; exit 1 when one was refused."""
        if self._total > 1 and not self._as_json:
            say(_("{good} of {total} files are good.").format(good=self._counts["good"], total=self._total))
        if self._counts["refused"]:
            raise typer.Exit(NtmError.exit_code)


def _findings_lines(path: Path, reading: Reading, copy: Path | None) -> list[str]:
    if not reading.findings:
        return []
    where = (
        _("all of them stand in the annotated copy")
        if copy
        else _('"ntm check {file} --annotated FOLDER" writes all of them into a copy').format(file=path)
    )
    return findings_lines(reading.findings, where_all=where)


def _inside(folder: Path, besides: Path | None) -> list[Path]:
    """Return every file below a folder, but those of the folder ``besides`` and what programs keep beside the work."""
    copies = besides and besides.resolve()
    return sorted(
        path
        for path in folder.rglob("*")
        if not path.is_dir()
        and path.name.lower() not in _OF_SYSTEMS
        and not (copies and path.resolve().is_relative_to(copies))
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    )


def _as_json(path: Path, reading: Reading) -> dict[str, Any]:
    sender = reading.sender
    who = sender and {
        "unit": sender.unit,
        "level": sender.level,
        "round": sender.round,
        "as_of": sender.as_of.isoformat(),
    }
    facts = {"file": str(path), "sha256": reading.sha256, "sender": who, "values": len(reading.values)}
    return facts | findings_data(reading.findings)
