"""The door: ``ntm [--project DIR] COMMAND``; exit 0 good, 1 a unit failed or a check found a fault, 2 wrong use."""

import sys

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
from ntm_lib.errors import NtmError

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
    try:
        app()
    except NtmError as error:
        say_error(str(error))
        sys.exit(error.exit_code)
