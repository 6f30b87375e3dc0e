"""Keep what the search library prints by itself off the page."""

import os
from functools import cache


@cache
def without_banner() -> None:
    """Let the library print its name, which it does once a process, to nowhere; a page or a command would show it."""
    import highspy

    held, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(held, 1)
        os.close(held)
        os.close(nowhere)
