"""Run one notebook with papermill and make its page; a page appears whole or not at all."""

import datetime as dt
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import papermill
from markupsafe import Markup
from papermill.exceptions import PapermillExecutionError

from ntm_lib.batch.jobs import Job
from ntm_lib.batch.kernel import CELL_TIMEOUT_SECONDS, SETTINGS, QuietKernel, reason_of
from ntm_lib.errors import NtmError
from ntm_lib.messages import _
from ntm_lib.project import whole_file
from ntm_lib.reporting.page import has_blocks, notebook_page

MAX_REASON = 1500
MAX_NOTEBOOK = 5_000_000  # letters; the notebook of a report has a tenth of it
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """How one job ended. ``reason`` is empty when it went well; ``has_page`` tells of an earlier good page."""

    name: str
    unit_name: str
    reason: str
    seconds: float
    finished: str
    has_page: bool

    @property
    def is_good(self) -> bool:
        """Whether the page was made anew."""
        return not self.reason


def run_job(job: Job, extra: Markup | None = None, beside_report: Markup | None = None) -> Outcome:
    """Run the notebook and write the executed notebook, its page and its other pages.

    ``extra`` stands before the page, ``beside_report`` before that of the report.

    A failure is returned, not raised, and leaves the last good page and notebook in place.
    """
    started = time.perf_counter()
    try:
        notebook = execute(job)
        publish(job, notebook, extra, beside_report)
        reason = ""
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in one district must not stop the others
        reason = describe(error, job)
    return Outcome(
        name=job.name,
        unit_name=job.unit_name,
        reason=reason,
        seconds=round(time.perf_counter() - started, 2),
        finished=dt.datetime.now().astimezone().isoformat(timespec="seconds"),
        has_page=job.page.exists(),
    )


def execute(job: Job) -> nbformat.NotebookNode:
    """Return the executed notebook, without paths of this machine in its metadata."""
    with TemporaryDirectory(prefix="ntm-") as folder:
        notebook: nbformat.NotebookNode = papermill.execute_notebook(
            str(job.notebook),
            str(Path(folder) / "executed.ipynb"),
            parameters=job.parameters.injected(),
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            execution_timeout=CELL_TIMEOUT_SECONDS,
            config=SETTINGS,
            kernel_manager_class=QuietKernel,
        )
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
    return notebook


def publish(
    job: Job, notebook: nbformat.NotebookNode, extra: Markup | None = None, beside_report: Markup | None = None
) -> None:
    """Write pages and executed notebook, after checking that the page names the unit that was asked for."""
    pages = {job.page: notebook_page(notebook, title=job.title, extra=extra, home=job.home)}
    for other in job.more:
        if has_blocks(notebook, other.slot):
            beside = beside_report if other.slot == "report" else None
            pages[other.page] = notebook_page(
                notebook, title=other.title, extra=beside, home=other.home, slot=other.slot
            )
    if not _names_unit(notebook, job.unit_name):
        raise NtmError(
            _("The page does not name {name}, for which it was asked. It was not kept.").format(name=job.unit_name)
        )
    executed: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    if len(executed) > MAX_NOTEBOOK:
        raise NtmError(
            _("The executed notebook is too large ({size} letters, at most {limit}): a cell prints too much.").format(
                size=len(executed), limit=MAX_NOTEBOOK
            )
        )
    with whole_file(job.executed) as path:
        path.write_text(executed, encoding="utf-8")
    for place, page in pages.items():
        with whole_file(place) as path:
            path.write_text(page, encoding="utf-8")


def _names_unit(notebook: nbformat.NotebookNode, name: str) -> bool:
    """Look for the unit that the report itself declares it is about."""
    declared = [
        output.metadata.get("ntm", {}).get("unit_name")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "display_data"
    ]
    return name in declared


def describe(error: BaseException, job: Job) -> str:
    """Say in one text why a job failed: the words of the error, without its traceback and this machine's paths."""
    text = reason_of(error) or str(error) or type(error).__name__
    if isinstance(error, PapermillExecutionError):
        text = _ANSI.sub("", str(error.evalue))
        is_ours = error.ename.endswith(("NtmError", "UsageError", "FaultsError", "RefusedError"))
        text = text if is_ours else f"{error.ename}: {text}"
    for folder in (job.notebook.parents[1], Path(tempfile.gettempdir()), Path.cwd(), Path.home(), Path(sys.prefix)):
        text = text.replace(f"{folder}{os.sep}", "")
    return text if len(text) <= MAX_REASON else text[:MAX_REASON] + "…"
