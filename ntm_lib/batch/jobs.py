"""Lay out the work of a run: which notebook, with which parameters, to which files."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from ntm_lib import criteria, units
from ntm_lib.batch.parameters import (
    MODELS,
    DistrictEvaluation,
    NotebookParameters,
    Parameters,
    ProvinceOverview,
    check_district,
    check_notebook,
    read_parameters,
)
from ntm_lib.errors import FaultList, NtmError, UsageError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import Slot
from ntm_lib.review import Audience, Review, load_review

REPORTS, SLIDES = "reports", "slides"
"""Where written reports and slides stand among the results."""


@dataclass(frozen=True)
class Job:
    """One notebook to run for one unit.

    The page must declare ``unit_name``, or it is refused; ``home`` is the relative address of the index. ``more``: pages of
    their own for what the notebook shows in other places.
    """

    name: str
    title: str
    unit_name: str
    notebook: Path
    parameters: Parameters
    page: Path
    executed: Path
    home: str = ""
    more: tuple["OtherPage", ...] = ()


@dataclass(frozen=True)
class OtherPage:
    """A page made of the blocks that a notebook shows in one place (``slot``) other than its own page."""

    slot: Slot
    title: str
    page: Path
    home: str = "../index.html"


def district_jobs(
    project: Project, out: Path, on: dt.date, districts: list[str], audience: Audience = Audience.PUBLIC
) -> list[Job]:
    """Return a job for each district of the date, or for those named; every fault is told at once.

    None on a date without districts: the province page then holds everything.
    """
    check_notebook(project.notebooks / "district_evaluation.ipynb", MODELS["district_evaluation"])
    review = load_review(project)
    vintage = units.on(on, project)
    if vintage.districts.empty and districts:
        text = _("There is no district level on {date}: leave --district out.")
        raise UsageError(text.format(date=formats.date(on)))
    faults = FaultList(_("Districts that cannot be run"))
    jobs = []
    for code in districts or list(vintage.districts.index):
        try:
            jobs.append(_district_job(project, review, out, on, code, audience))
        except NtmError as error:
            faults.add(code, str(error))
    faults.stop_if_any(UsageFaultsError)
    return jobs


def _district_job(project: Project, review: Review, out: Path, on: dt.date, code: str, audience: Audience) -> Job:
    unit = units.resolve(code, on, project)
    name = f"{unit.code}-{on.year}"
    parameters = _read(project, review, "district_evaluation", name, DistrictEvaluation(on=on, district=unit.code))
    if not isinstance(parameters, DistrictEvaluation) or parameters.district != unit.code:
        raise UsageError(_("parameters/district_evaluation/{name}.yaml is for another district.").format(name=name))
    check_district(project, parameters)
    return Job(
        name=name,
        title=_title(unit, parameters),
        unit_name=unit.name,
        notebook=project.notebooks / "district_evaluation.ipynb",
        parameters=parameters.model_copy(update={"audience": audience}),
        page=out / "districts" / f"{name}.html",
        executed=out / "notebooks" / f"{name}.ipynb",
        home="../index.html",
        more=(OtherPage("report", _report_title(unit, parameters), out / REPORTS / f"{name}.html"),),
    )


def province_job(
    project: Project, out: Path, on: dt.date, pages: list[str], audience: Audience = Audience.PUBLIC
) -> Job:
    """Return the job of the province page, which leads to the district pages that exist."""
    notebook = project.notebooks / "province_overview.ipynb"
    check_notebook(notebook, MODELS["province_overview"])
    parameters = _read(project, load_review(project), "province_overview", str(on.year), ProvinceOverview(on=on))
    unit = units.on(parameters.on, project).province
    name = f"{unit.code}-{on.year}"
    return Job(
        name=name,
        title=_title(unit, parameters),
        unit_name=unit.name,
        notebook=notebook,
        parameters=parameters.model_copy(update={"pages": tuple(pages), "audience": audience}),
        page=out / "index.html",
        executed=out / "notebooks" / f"{name}.ipynb",
        more=(
            OtherPage("report", _report_title(unit, parameters), out / REPORTS / f"{name}.html"),
            OtherPage("press", _press_title(unit, parameters), out / f"press-{name}.html", "index.html"),
        ),
    )


def _title(unit: units.Unit, parameters: NotebookParameters) -> str:
    return _("New Rural Development in {name}, {period}").format(**_named(unit, parameters))


def _press_title(unit: units.Unit, parameters: NotebookParameters) -> str:
    text = _("New Rural Development in {name}, {period}: maps and figures for the press")
    return text.format(**_named(unit, parameters))


def _report_title(unit: units.Unit, parameters: NotebookParameters) -> str:
    return _("Report of the review in {name}, {period}").format(**_named(unit, parameters))


def _named(unit: units.Unit, parameters: NotebookParameters) -> dict[str, str]:
    period = formats.period(parameters.first_year, parameters.last_year)
    return {"name": formats.in_sentence(unit.name), "period": period}


def _read(project: Project, review: Review, notebook: str, name: str, asked: NotebookParameters) -> NotebookParameters:
    """Read one set of parameters; without a file what was ``asked`` for holds.

    Stops when its units, its period or the law do not fit what was asked for.
    """
    own = read_parameters(project, notebook, name)
    parameters = (own or asked).within(review)
    where, on = f"parameters/{notebook}/{name}.yaml" if own else "parameters/review.yaml", asked.on
    if units.on(parameters.on, project).units != units.on(on, project).units:
        raise UsageError(
            _("{path} is for units of {date}, which are not those of {on}.").format(
                path=where, date=parameters.on, on=on
            )
        )
    _check_period(project, review, parameters, where)
    return parameters


def _check_period(project: Project, review: Review, parameters: NotebookParameters, where: str) -> None:
    first, last = int(parameters.first_year or 0), int(parameters.last_year or 0)
    if last < first:
        text = _("The period {first}-{last} ends before it begins.").format(first=first, last=last)
        raise UsageError(f"{where}: {text}")
    law = criteria.load(project)
    faults = FaultList(_("Years that no criteria set judges"))
    for year in range(first, last + 1):
        try:
            law.set_for_year(year, set_for_year=review.judged_by)
        except UsageError as error:
            is_chosen = year in review.judged_by
            faults.add(f"parameters/review.yaml: judged_by.{year}" if is_chosen else where, str(error))
    faults.stop_if_any(UsageFaultsError)
