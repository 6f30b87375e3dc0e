"""The door: ``ntm [--project DIR] COMMAND``; exit 0 good, 1 a unit failed or a check found a fault, 2 wrong use."""

import sys
import zipfile
from typing import NoReturn

from typer import Abort, TyperException

from ntm_lib.cli import (
    boundaries,
    commune,
    criteria,
    differences,
    explore,
    export,
    follow,
    history,
    lab,
    new,
    plan,
    run,
    scenario,
    status,
    store,
    submit,
    template,
    trace,
    units,
    why,
)
from ntm_lib.cli.app import app, say_error
from ntm_lib.cli.spoken import usage_fault
from ntm_lib.errors import NtmError, disk_reason
from ntm_lib.messages import _

__all__ = [
    "app",
    "boundaries",
    "commune",
    "criteria",
    "differences",
    "explore",
    "export",
    "follow",
    "history",
    "lab",
    "main",
    "new",
    "plan",
    "run",
    "scenario",
    "status",
    "store",
    "submit",
    "template",
    "trace",
    "units",
    "why",
]


def main() -> None:
    """Run one command; an error of use or data is told in words, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _without_leftovers
    try:
        code = app(standalone_mode=False, prog_name="ntm")
    except NtmError as error:
        _stop(str(error), error.exit_code)
    except TyperException as error:
        _stop(usage_fault(error), error.exit_code)
    except Abort:
        _stop(_("Stopped."), 1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _stop(place + disk_reason(error), 1)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _without_leftovers(lost: "sys.UnraisableHookArgs") -> None:
    """Pass over what a workbook that did not fit on the disk still wants to write when it is thrown away."""
    if lost.object is not zipfile.ZipFile.__del__:
        sys.__unraisablehook__(lost)


def _stop(text: str, code: int) -> NoReturn:
    say_error(text)
    sys.exit(code)
