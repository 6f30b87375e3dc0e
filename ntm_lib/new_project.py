"""Set up the project folder of another province: the law, the contracts and the common choices, and what it writes itself."""

import datetime as dt
import shutil
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ntm_lib.errors import FaultList, UsageError
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, record_path, sha256_of, write_record
from ntm_lib.strict_yaml import read_yaml

FOLDER = "new_project"
_LIST = "contents.yaml"


class Rewording(BaseModel):
    """A text of the first province in a copied file, and the neutral one that takes its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    old: str
    new: str


class Contents(BaseModel):
    """What a new project holds, by paths inside the one it is made from; see ``data/new_project/contents.yaml``.

    ``needed``: what is to be filled in first; ``copied``: files and folders as they are; ``emptied``: tables of which only the head is kept; ``no_entries``: YAML lists that begin
    empty; ``reworded``: texts that name the first province. The other files beside the list are laid over all that: they are the ones to fill in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    needed: tuple[str, ...]
    copied: tuple[str, ...]
    emptied: tuple[str, ...]
    no_entries: tuple[str, ...]
    reworded: tuple[Rewording, ...] = ()


def new_project(source: Project, root: Path) -> tuple[list[str], list[str]]:
    """Make the project folder ``root``; return the files that must be filled in, and those that are as far as the province has them.

    Raises UsageError when ``root`` exists and is not an empty folder; FaultsError with everything ``source`` lacks. What was half made
    is taken away again.
    """
    if root.exists() and not (root.is_dir() and not any(root.iterdir())):
        raise UsageError(_("{path} exists already. Name a new folder.").format(path=root))
    contents = _contents(source)
    was_there = root.exists()
    try:
        return _make(source, Project(root.absolute()), contents)
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        if was_there:
            root.mkdir()
        raise


def _contents(source: Project) -> Contents:
    path = source.data / FOLDER / _LIST
    faults = FaultList(_("A new project cannot be made from this one"))
    try:
        contents = Contents.model_validate(read_yaml(path))
    except ValidationError as error:
        tell(faults, source.relative(path), error, Contents)
        faults.stop_if_any()
        raise
    for name in (*contents.copied, *contents.emptied, *contents.no_entries):
        if not (source.root / name).exists():
            faults.add(name, _("the file does not exist"))
    faults.stop_if_any()
    return contents


def _make(source: Project, made: Project, contents: Contents) -> tuple[list[str], list[str]]:
    left_out = {source.root / name for name in (*contents.emptied, *contents.no_entries)}
    for name in contents.copied:
        _copy(source.root / name, made.root / name, left_out)
    for name in contents.emptied:
        with (source.root / name).open("rb") as handle:
            head = handle.readline()
        _write(source.root / name, made.root / name, head)
    for name in contents.no_entries:
        _write(source.root / name, made.root / name, _remarks(source.root / name) + b"[]\n")
    laid = source.data / FOLDER
    own = [path for path in sorted(laid.rglob("*")) if path.is_file() and path.name != _LIST]
    for path in own:
        _copy(path, made.root / path.relative_to(laid), set())
    _reword(made, contents.reworded)
    to_fill = {*contents.emptied, *contents.no_entries, *(path.relative_to(laid).as_posix() for path in own)}
    return list(contents.needed), sorted(to_fill - set(contents.needed))


def _copy(old: Path, new: Path, left_out: Iterable[Path]) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    if not old.is_dir():
        shutil.copyfile(old, new)
        return
    gone = {*left_out, *(record_path(path) for path in left_out)}
    hidden = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(
        old, new, dirs_exist_ok=True, copy_function=shutil.copyfile,
        ignore=lambda folder, names: {*hidden(folder, names), *(name for name in names if Path(folder) / name in gone)},
    )  # fmt: skip


def _write(old: Path, new: Path, content: bytes) -> None:
    """Write a file to fill in, with a record of its own where the old one has one."""
    new.parent.mkdir(parents=True, exist_ok=True)
    new.write_bytes(content)
    if record_path(old).exists():
        held = read_record(old)
        record = {
            "origin": _("to be filled in by the province"),
            "retrieved": dt.date.today(),  # noqa: DTZ011
            "sha256": sha256_of(new),
            "unit_vintage": None,
            "sources": (),
            "note": "",
        }
        write_record(new, held.model_copy(update=record))


def _reword(made: Project, rewordings: Iterable[Rewording]) -> None:
    """Put neutral texts where copied files name the first province; a file that no longer holds a text stays as it is."""
    for item in rewordings:
        path = made.root / item.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(item.old, item.new), encoding="utf-8", newline="")
        if record_path(path).exists():
            write_record(path, read_record(path).model_copy(update={"sha256": sha256_of(path)}))


def _remarks(path: Path) -> bytes:
    """Return the remarks at the head of a file, which say how its lines are written."""
    lines = path.read_bytes().splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines) if not line.startswith(b"#")), len(lines))
    return b"".join(lines[:end])
