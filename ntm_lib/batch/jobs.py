"""Lay out the work of a run: which notebook, with which parameters, to which files."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from ntm_lib import units
from ntm_lib.batch.parameters import (
    MODELS,
    DistrictEvaluation,
    NotebookParameters,
    check_district,
    check_notebook,
    read_parameters,
)
from ntm_lib.errors import FaultList, NtmError, UsageError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.reporting import formats


@dataclass(frozen=True)
class Job:
    """One notebook to run for one unit.

    The page must declare ``unit_name``, or it is refused; ``home`` is the relative address of the index.
    """

    name: str
    title: str
    unit_name: str
    notebook: Path
    parameters: NotebookParameters
    page: Path
    executed: Path
    home: str = ""


def district_jobs(project: Project, out: Path, on: dt.date, districts: list[str]) -> list[Job]:
    """Return a job for each district of the date, or for those named; every fault is told at once."""
    notebook = project.notebooks / "district_evaluation.ipynb"
    check_notebook(notebook, MODELS["district_evaluation"])
    vintage = units.on(on, project)
    if vintage.districts.empty:
        raise UsageError(
            _("There is no district level on {date}: give a date before it was abolished with --on.").format(date=on)
        )
    faults = FaultList(_("Districts that cannot be run"))
    jobs = []
    for code in districts or list(vintage.districts.index):
        try:
            jobs.append(_district_job(project, out, notebook, on, code))
        except NtmError as error:
            faults.add(code, str(error))
    faults.stop_if_any(UsageFaultsError)
    return jobs


def _district_job(project: Project, out: Path, notebook: Path, on: dt.date, code: str) -> Job:
    unit = units.resolve(code, on, project)
    name = f"{unit.code}-{on.year}"
    parameters = read_parameters(project, "district_evaluation", name)
    if not isinstance(parameters, DistrictEvaluation) or parameters.district != unit.code:
        raise UsageError(_("parameters/district_evaluation/{name}.yaml is for another district.").format(name=name))
    if check_district(project, parameters).name != unit.name:
        raise UsageError(
            _("parameters/district_evaluation/{name}.yaml is for units of {date}, which are not those of {on}.").format(
                name=name, date=parameters.on, on=on
            )
        )
    return Job(
        name=name,
        title=_("New Rural Development in {name}, {first}-{last}").format(
            name=formats.in_sentence(unit.name), first=parameters.first_year, last=parameters.last_year
        ),
        unit_name=unit.name,
        notebook=notebook,
        parameters=parameters,
        page=out / "districts" / f"{name}.html",
        executed=out / "notebooks" / f"{name}.ipynb",
        home="../index.html",
    )


def province_job(project: Project, out: Path, on: dt.date, pages: list[str]) -> Job:
    """Return the job of the province page, which leads to the district pages that exist."""
    notebook = project.notebooks / "province_overview.ipynb"
    check_notebook(notebook, MODELS["province_overview"])
    parameters = read_parameters(project, "province_overview", str(on.year))
    unit = units.on(parameters.on, project).province
    return Job(
        name=f"{unit.code}-{on.year}",
        title=_("New Rural Development in {name}, {first}-{last}").format(
            name=formats.in_sentence(unit.name), first=parameters.first_year, last=parameters.last_year
        ),
        unit_name=unit.name,
        notebook=notebook,
        parameters=parameters.model_copy(update={"pages": tuple(pages)}),
        page=out / "index.html",
        executed=out / "notebooks" / f"{unit.code}-{on.year}.ipynb",
    )
