"""Write the files that leave the browser: Word reports and slides, from one reading of the province."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ntm_lib.batch.engine import Outcome, describe
from ntm_lib.batch.jobs import REPORTS, SLIDES, Job
from ntm_lib.batch.parameters import NotebookParameters
from ntm_lib.evaluation import Territory, load_province, narrowed
from ntm_lib.evaluation.changes import run_folder, write_snapshot
from ntm_lib.evaluation.territory import load_province as load_computed
from ntm_lib.project import Project
from ntm_lib.reporting.communes import FOLDER as COMMUNES
from ntm_lib.reporting.communes import write_commune_sheets
from ntm_lib.reporting.review.report import Report
from ntm_lib.reporting.slides.deck import Deck, make_deck
from ntm_lib.reporting.slides.html import write_slides
from ntm_lib.reporting.slides.powerpoint import write_powerpoint
from ntm_lib.review import Audience


def _asked(job: Job) -> NotebookParameters:
    """Return the parameters of a job of the review: its period, date and reader."""
    if not isinstance(job.parameters, NotebookParameters):
        raise TypeError(f"{job.name} is no job of the review")
    return job.parameters


@dataclass
class _Desk:
    """What several files are written from: each province is read once."""

    provinces: dict[tuple[dt.date, int, int, Audience], Territory] = field(default_factory=dict)

    def territory(self, job: Job) -> Territory:
        asked = _asked(job)
        key = asked.on, int(asked.first_year or 0), int(asked.last_year or 0), asked.audience
        if key not in self.provinces:
            on, first, last, audience = key
            self.provinces[key] = load_province(on=on.isoformat(), first_year=first, last_year=last, audience=audience)
        province, code = self.provinces[key], job.name.split("-")[0]
        return province if code == province.unit.code else narrowed(province, code)


@dataclass
class _Unit:
    """One unit whose files are written; report and slides are made when the first file needs them."""

    desk: _Desk
    job: Job

    @cached_property
    def report(self) -> Report:
        asked = _asked(self.job)
        return Report.of(self.desk.territory(self.job), asked.audience)

    @cached_property
    def deck(self) -> Deck:
        return make_deck(self.report.subject)


WRITERS: dict[str, Callable[[_Unit, Path], object]] = {
    "docx": lambda unit, out: unit.report.write(out / REPORTS / f"{unit.job.name}.docx"),
    "slides": lambda unit, out: write_slides(unit.deck, out / SLIDES / f"{unit.job.name}.html"),
    "pptx": lambda unit, out: write_powerpoint(unit.deck, out / SLIDES / f"{unit.job.name}.pptx"),
}
"""By format: what writes one file of a unit."""


def write_papers(
    out: Path, jobs: Sequence[Job], formats: Sequence[str], finished: Callable[[Outcome], None]
) -> list[Outcome]:
    """Write every format that is no page for the unit of each job; one that fails does not stop the others.

    A file appears whole or not at all, so the last good one stays where the new one could not be made.
    """
    desk, outcomes = _Desk(), []
    for job in jobs:
        unit = _Unit(desk, job)
        for name in formats:
            outcomes.append(_write(unit, out, name))
            finished(outcomes[-1])
    return outcomes


def write_communes(out: Path, job: Job, formats: Sequence[str], codes: Sequence[str]) -> Outcome:
    """Write the sheets of the communes of some districts (none: of all), and their reports where Word is asked for."""
    asked = _asked(job)

    def write() -> None:
        province = _Desk().territory(job)
        parents = province.in_programme["parent_code"]
        wanted = list(parents.index[parents.isin(codes)]) if codes else None
        wanted_formats = ["html", *(name for name in formats if name == "docx")]
        write_commune_sheets(
            province.project, out, province, codes=wanted, formats=wanted_formats, audience=asked.audience
        )

    return _outcome(job, COMMUNES, write)


def keep_run(project: Project, job: Job) -> Outcome:
    """Keep what the run rests on under the moment of the run, so that ``ntm why`` can tell later why a figure changed."""
    asked = _asked(job)
    name = f"{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}-{job.name}"

    def keep() -> None:
        territory = load_computed(on=asked.on.isoformat(), first_year=asked.first_year, last_year=asked.last_year)
        write_snapshot(run_folder(project, name), territory)

    return _outcome(job, "run", keep)


def _write(unit: _Unit, out: Path, name: str) -> Outcome:
    return _outcome(unit.job, name, lambda: WRITERS[name](unit, out))


def _outcome(job: Job, name: str, work: Callable[[], object]) -> Outcome:
    started = time.perf_counter()
    try:
        work()
        reason = ""
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in one file must not stop the others
        reason = describe(error, job)
    return Outcome(
        name=f"{job.name}.{name}",
        unit_name=f"{job.unit_name} ({name})",
        reason=reason,
        seconds=round(time.perf_counter() - started, 2),
        finished=dt.datetime.now().astimezone().isoformat(timespec="seconds"),
        has_page=not reason,
    )
