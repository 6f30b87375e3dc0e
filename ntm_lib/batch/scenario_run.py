"""Make the pages of one scenario: its districts, several at a time, then the province with the comparison."""

import datetime as dt
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from ntm_lib.batch.engine import Outcome, run_job
from ntm_lib.batch.index import scenario_districts
from ntm_lib.batch.run import RunReport
from ntm_lib.batch.scenario_jobs import district_scenario_jobs, province_scenario_job
from ntm_lib.batch.scenario_links import index_links, read_notes, refresh, write_notes
from ntm_lib.messages import _
from ntm_lib.planning.study import is_kept_relaxed, load_study
from ntm_lib.planning.which_plan import load_by_law
from ntm_lib.project import Project, whole_file
from ntm_lib.reporting.page import standalone_page


def run_scenario(
    project: Project,
    out: Path,
    scenario: str,
    *,
    law: dt.date | None = None,
    from_year: int | None = None,
    districts: Sequence[str] = (),
    compare: Sequence[str] = (),
    jobs: int | None = None,
    started: Callable[[int], None] = lambda _total: None,
    finished: Callable[[Outcome], None] = lambda _outcome: None,
) -> RunReport:
    """Make the pages of a scenario from its stored plan; see ``run`` for ``started`` and ``finished``.

    ``law``: the plan by the law known on that day; ``from_year``: the plan made anew from that year; each has pages of
    its own. ``districts``: codes on the plan's units, all without any; ``compare``: scenarios shown beside it on the
    province page, by the same law and from the same year. The pages of the review that stand in ``out`` lead to the new pages afterwards. Every parameter is checked
    before anything runs; a page that fails keeps its last good version. Raises UsageError for an unknown scenario or
    district.
    """
    out = out.resolve()
    made = load_by_law(scenario, project, law)
    for name in compare:
        load_by_law(name, project, law)
    if from_year is not None:
        made = load_study(made, project, from_year).plan.scenario
    is_relaxed = is_kept_relaxed(made, project, from_year)
    work = district_scenario_jobs(project, out, made, districts, from_year)
    province_scenario_job(project, out, made, compare, [], from_year)
    started(len(work) + 1)
    outcomes = []
    with ThreadPoolExecutor(jobs or min(os.cpu_count() or 1, len(work))) as pool:
        for future in as_completed([pool.submit(run_job, job) for job in work]):
            outcomes.append(future.result())
            finished(outcomes[-1])
    notes = write_notes(out, made, outcomes, from_year, is_relaxed=is_relaxed)
    listed = [outcome for outcome in notes.outcomes if outcome.name != "index"]
    pages = [entry.name for entry in listed if entry.has_page]
    last = province_scenario_job(project, out, made, compare, pages, from_year)
    province = run_job(last, extra=scenario_districts(listed))
    write_notes(out, made, [province], from_year, is_relaxed=is_relaxed)
    _link(project, out)
    finished(province)
    return RunReport(tuple(sorted(outcomes, key=lambda outcome: outcome.name)), province, last.page)


def _link(project: Project, out: Path) -> None:
    """Let the pages of the review lead to the scenarios; without any, write an index of the scenarios alone."""
    refresh(project, out)
    index = out / "index.html"
    if index.exists() or not any("index" in held.pages for held in read_notes(out).values()):
        return
    page = standalone_page(index_links(out), title=_("Scenarios of New Rural Development"))
    with whole_file(index) as path:
        path.write_text(page, encoding="utf-8")
