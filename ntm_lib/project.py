"""Find the folders of a project: facts, choices, notebooks and results."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from ntm_lib.errors import NtmError, UsageError, disk_cause, disk_reason
from ntm_lib.messages import _

_ENV = "NTM_PROJECT"
_MARKS = ("data", "parameters", "notebooks")


@dataclass(frozen=True)
class Project:
    """One province's folders; every path is absolute."""

    root: Path

    @property
    def data(self) -> Path:
        """Facts with their sources."""
        return self.root / "data"

    @property
    def local(self) -> Path:
        """What the user brought: boundaries, submissions, notes, corrections; never in git."""
        return self.data / "local"

    @property
    def parameters(self) -> Path:
        """What a planner chooses."""
        return self.root / "parameters"

    @property
    def notebooks(self) -> Path:
        """The parameterised notebooks."""
        return self.root / "notebooks"

    @property
    def outputs(self) -> Path:
        """Where results go unless told otherwise; never in git."""
        return self.root / "outputs"

    def relative(self, path: Path) -> str:
        """Name a file by its place in the project, with forward slashes."""
        path = path.absolute()
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    @classmethod
    def find(cls, start: Path | None = None) -> "Project":
        """Return the project at ``start``, at NTM_PROJECT, or around the working directory.

        Raises UsageError when no folder holds data, parameters and notebooks.
        """
        named = start or (Path(os.environ[_ENV]) if os.environ.get(_ENV) else None)
        candidates = [named] if named else [Path.cwd(), *Path.cwd().parents]
        for folder in candidates:
            if all((folder / mark).is_dir() for mark in _MARKS):
                return cls(folder.resolve())
        raise UsageError(
            _(
                "{folder} is not a workbench project: it has no folders data, parameters and notebooks. "
                "Give --project DIR, or start the command inside the project."
            ).format(folder=named or Path.cwd())
        )

    def activate(self) -> "Project":
        """Make this the project of the process and of the kernels it starts."""
        os.environ[_ENV] = str(self.root)
        return self


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` and move it there only when the block succeeds.

    Folders that are missing on the way are made, whatever command writes; each says where it wrote. Raises NtmError where the place or the disk does not let it be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as handle:
            temporary = Path(handle.name)
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except Exception as error:
        cause = disk_cause(error)
        if cause is None or cause.filename not in {None, str(temporary)}:  # also what another file did
            raise
        raise _not_written(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _not_written(path: Path, error: Exception) -> NtmError:
    return NtmError(_("{file} could not be written: {reason}").format(file=path, reason=disk_reason(error)))
