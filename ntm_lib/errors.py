"""Say what is wrong, where, what was found and expected, and what to do: all faults at once."""

import errno
from collections.abc import Iterable
from dataclasses import dataclass, field

from ntm_lib.messages import _


class NtmError(Exception):
    """The work cannot go on; the message is written for the planner."""

    exit_code = 1


class UsageError(NtmError):
    """The command or a parameter was used wrongly."""

    exit_code = 2


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    ``where`` names file, sheet, cell or parameter; ``found`` and ``expected`` are both printed;
    ``action`` tells the reader what to do next.
    """

    where: str
    found: str
    expected: str = ""
    action: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.found}"
        if self.expected:
            text += " — " + _("expected: {expected}").format(expected=self.expected)
        if self.action:
            text += f". {self.action}"
        return text


class FaultsError(NtmError):
    """Several faults found in one reading, told together."""

    def __init__(self, title: str, faults: Iterable[Fault]) -> None:
        self.title = title
        self.faults = tuple(faults)
        lines = [f"{title} ({len(self.faults)}):", *(f"  - {fault}" for fault in self.faults)]
        super().__init__("\n".join(lines))


@dataclass
class FaultList:
    """Collect faults while reading, then stop once with all of them."""

    title: str
    faults: list[Fault] = field(default_factory=list)

    def add(self, where: object, found: str, expected: str = "", action: str = "") -> None:
        """Note one fault and go on reading."""
        self.faults.append(Fault(str(where), found, expected, action))

    def stop_if_any(self, error: type[FaultsError] = FaultsError) -> None:
        """Raise ``error`` with every fault collected so far; do nothing when there is none."""
        if self.faults:
            raise error(self.title, self.faults)


class UsageFaultsError(FaultsError, UsageError):
    """Several wrong parameters told together; exit code 2."""

    exit_code = 2


def preview(names: Iterable[str], limit: int = 5) -> str:
    """List the first few names and the number of all: ``'A', 'B' … (12)``."""
    names = list(names)
    shown = ", ".join(f"'{name}'" for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} … ({len(names)})"


def disk_reason(error: BaseException) -> str:
    """Say why a file could not be read or written; an unforeseen reason stays as the system says it.

    ``error``: an OSError, or one that a writer of workbooks wrapped.
    """
    cause = disk_cause(error)
    if cause is None or cause.errno is None:
        return str(error)
    words = {
        errno.ENOSPC: _("the disk is full"),
        errno.EDQUOT: _("the disk is full"),
        errno.EFBIG: _("the disk is full"),
        errno.ENOENT: _("there is no such file or folder"),
        errno.EISDIR: _("it is a folder, not a file"),
        errno.ENOTDIR: _("part of its path is a file, not a folder"),
        errno.EEXIST: _("part of its path is a file, not a folder"),
        errno.EACCES: _("no right to it, or another program has it open"),
        errno.EPERM: _("no right to it, or another program has it open"),
        errno.EROFS: _("nothing can be written to that disk"),
        errno.ENAMETOOLONG: _("the name is too long"),
        errno.EIO: _("the disk has a fault"),
    }
    return words.get(cause.errno, cause.strerror or str(cause))


def disk_cause(error: BaseException) -> OSError | None:
    """Return the OSError that an error is or was made from; None where it is of another kind."""
    return next((cause for cause in (error, *error.args) if isinstance(cause, OSError)), None)
