"""Run all the work of a province, several districts at a time, and write the index."""

import datetime as dt
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from markupsafe import Markup

from ntm_lib.batch.engine import Outcome, run_job
from ntm_lib.batch.index import failure_notice, status_table
from ntm_lib.batch.jobs import REPORTS, Job, district_jobs, province_job
from ntm_lib.batch.ledger import write_ledger
from ntm_lib.batch.papers import WRITERS, keep_run, write_communes, write_papers
from ntm_lib.batch.scenario_links import district_links, index_links
from ntm_lib.batch.siblings import sibling_links
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project, whole_file
from ntm_lib.reporting.page import notebook_page, standalone_page
from ntm_lib.review import Audience

FORMATS = ("html", *WRITERS)


@dataclass(frozen=True)
class RunReport:
    """How a run ended: the outcome of each district asked for, of the province page, and of every other file."""

    districts: tuple[Outcome, ...]
    province: Outcome
    index: Path
    papers: tuple[Outcome, ...] = ()

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The jobs that failed."""
        return tuple(outcome for outcome in (*self.districts, self.province, *self.papers) if not outcome.is_good)


def check_formats(formats: str) -> tuple[str, ...]:
    """Return the formats asked for, in the order in which they are made; one that cannot be made is refused.

    The pages are always made: the other formats are linked from them.
    """
    asked = [name.strip() for name in formats.split(",") if name.strip()]
    unknown = [name for name in asked if name not in FORMATS]
    if unknown:
        raise UsageError(
            _("Formats that cannot be made: {unknown}. There are: {known}.").format(
                unknown=", ".join(unknown), known=", ".join(FORMATS)
            )
        )
    return tuple(name for name in WRITERS if name in asked)


def run(
    project: Project,
    out: Path,
    *,
    on: dt.date,
    districts: list[str],
    jobs: int | None = None,
    papers: Sequence[str] = (),
    communes: bool = False,
    audience: Audience = Audience.PUBLIC,
    started: Callable[[int], None] = lambda _total: None,
    finished: Callable[[Outcome], None] = lambda _outcome: None,
) -> RunReport:
    """Make the pages of the districts, then the province page that leads to them; that one alone on a date without districts.

    ``papers``: other formats (``WRITERS``), written first, so that the pages lead to them; ``communes``: the sheets of the communes
    too; ``audience``: for whom.
    Every parameter is checked before anything runs; ``started`` then receives the number of jobs and ``finished``
    each outcome. A district that fails does not stop the others and keeps its last good page. Kernels are processes
    of their own, so threads are enough to keep ``jobs`` of them busy.
    """
    out = out.resolve()
    work = district_jobs(project, out, on, districts, audience)
    whole = province_job(project, out, on, [], audience)
    started((len(work) + 1) * (1 + len(papers)))
    written = write_papers(out, [*work, whole], papers, finished)
    if communes:
        written.append(write_communes(out, whole, papers, districts))
    outcomes = []
    with ThreadPoolExecutor(jobs or max(1, min(os.cpu_count() or 1, len(work)))) as pool:
        running = [pool.submit(_run_district, project, out, on, job) for job in work]
        for future in as_completed(running):
            outcomes.append(future.result())
            finished(outcomes[-1])
    notes = write_ledger(out, on, outcomes)
    pages = [entry.name for entry in notes[str(on.year)] if entry.has_page]
    last = province_job(project, out, on, pages, audience)
    listed = sibling_links(out, last, "") + status_table(notes, str(on.year)) + index_links(out)
    province = run_job(last, extra=listed, beside_report=sibling_links(out, last, REPORTS))
    if not province.is_good:
        _write_index_anyway(last, province, listed)
    kept = keep_run(project, last)
    finished(province)
    ordered = tuple(sorted(outcomes, key=lambda outcome: outcome.name))
    return RunReport(ordered, province, last.page, (*written, kept))


def _run_district(project: Project, out: Path, on: dt.date, job: Job) -> Outcome:
    scenarios = district_links(project, out, job.name.split("-")[0], on)
    return run_job(job, sibling_links(out, job, "districts") + scenarios, sibling_links(out, job, REPORTS))


def _write_index_anyway(job: Job, province: Outcome, listed: Markup) -> None:
    """Write the index around the last good province report or, without one, around the list of districts alone."""
    if job.executed.exists():
        notebook = nbformat.read(job.executed, as_version=4)  # type: ignore[no-untyped-call]
        page = notebook_page(notebook, title=job.title, extra=failure_notice(province, is_kept=True) + listed)
    else:
        page = standalone_page(failure_notice(province, is_kept=False) + listed, title=job.title)
    with whole_file(job.page) as path:
        path.write_text(page, encoding="utf-8")
