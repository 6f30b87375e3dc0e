"""The process in which a notebook runs, and why one stopped, in words of the planner."""

import logging
from subprocess import DEVNULL
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

from ntm_lib.messages import _

CELL_TIMEOUT_SECONDS = 600
# Talk to kernels encrypted where they can: their ports are open to every user of the machine.
SETTINGS = Config({"KernelManager": {"transport_encryption": "auto"}})
# What papermill would note beside the error it raises is told as the reason of the page that was not made.
logging.getLogger("papermill").setLevel(logging.CRITICAL)


class QuietKernel(AsyncKernelManager):
    """A kernel that writes into its notebook and nowhere else.

    To the terminal it would repeat what a cell writes, and add notes of its own in English: it is interrupted before it
    is shut down, and when the answer to the last question is barely sent it notes that.
    """

    async def start_kernel(self, *given: Any, **options: Any) -> None:  # type: ignore[override]
        """Start the process without the terminal of the command."""
        await super().start_kernel(*given, **options, stdout=DEVNULL, stderr=DEVNULL)


def reason_of(error: BaseException) -> str:
    """Return why a kernel gave no result; empty for errors that are not the kernel's own."""
    if isinstance(error, DeadKernelError):
        return _("The process in which the notebook ran ended by itself, most often because memory ran out.")
    if isinstance(error, CellTimeoutError):
        text = _("A cell of the notebook took longer than {minutes} minutes and was stopped.")
        return text.format(minutes=CELL_TIMEOUT_SECONDS // 60)
    return ""
