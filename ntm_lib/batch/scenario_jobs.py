"""Lay out the work of a scenario's pages: which notebook, with which parameters, to which files."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from ntm_lib import units
from ntm_lib.batch.jobs import Job
from ntm_lib.batch.parameters import DistrictScenarios, ProvinceScenarios, ScenarioParameters, check_notebook
from ntm_lib.errors import FaultList, NtmError, UsageError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.study import is_kept_relaxed, plan_title
from ntm_lib.planning.which_plan import other_law, plan_name
from ntm_lib.project import Project
from ntm_lib.reporting import formats

FOLDER = "scenarios"
"""Where the pages of scenarios stand among the results, a folder for each plan: see ``plan_name``."""


def district_scenario_jobs(
    project: Project, out: Path, scenario: Scenario, districts: Sequence[str], from_year: int | None = None
) -> list[Job]:
    """Return a job for each district of the plan's units, or for those named; every fault is told at once.

    ``from_year``: pages of the plan made anew from that year.
    """
    notebook = project.notebooks / "district_scenarios.ipynb"
    check_notebook(notebook, DistrictScenarios)
    vintage = units.on(scenario.settings.horizon.on, project)
    faults = FaultList(_("Districts that cannot be run"))
    title, jobs = _title(project, scenario, from_year), []
    for code in districts or list(vintage.districts.index):
        try:
            unit = vintage.unit(code)
        except NtmError as error:
            faults.add(code, str(error))
            continue
        if unit.level != "district":
            faults.add(code, _("{unit} is not a district").format(unit=unit.label), _("the code of a district"))
            continue
        parameters = DistrictScenarios(district=code, scenario=scenario.id, law=_law(scenario), from_year=from_year)
        jobs.append(_job(title, out, scenario, unit, notebook, parameters, f"{code}-{vintage.date.year}"))
    faults.stop_if_any(UsageFaultsError)
    return jobs


def province_scenario_job(
    project: Project,
    out: Path,
    scenario: Scenario,
    compare: Sequence[str],
    pages: Sequence[str],
    from_year: int | None = None,
) -> Job:
    """Return the job of the scenario's province page, which leads to the district ``pages`` that exist."""
    notebook = project.notebooks / "province_scenarios.ipynb"
    check_notebook(notebook, ProvinceScenarios)
    if scenario.id in compare:
        raise UsageError(_("Scenario '{name}' cannot be compared with itself.").format(name=scenario.id))
    unit = units.on(scenario.settings.horizon.on, project).province
    parameters = ProvinceScenarios(
        scenario=scenario.id,
        law=_law(scenario),
        from_year=from_year,
        compare=tuple(compare),
        pages=tuple(pages),
    )
    return _job(_title(project, scenario, from_year), out, scenario, unit, notebook, parameters, "index")


def _law(scenario: Scenario) -> dt.date | None:
    day = other_law(scenario)
    return None if day is None else dt.date.fromisoformat(day)


def _title(project: Project, scenario: Scenario, from_year: int | None) -> str:
    return plan_title(str(scenario.title), is_relaxed=is_kept_relaxed(scenario, project, from_year))


def _job(
    title: str, out: Path, scenario: Scenario, unit: units.Unit, notebook: Path, parameters: ScenarioParameters, name: str
) -> Job:  # fmt: skip
    years, plan = scenario.years, plan_name(scenario, parameters.from_year)
    return Job(
        name=name,
        title=_("Plan of New Rural Development in {name}, {period}: {scenario}").format(
            name=formats.in_sentence(unit.name),
            period=formats.period(years[0], years[-1]),
            scenario=title,
        ),
        unit_name=unit.name,
        notebook=notebook,
        parameters=parameters,
        page=out / FOLDER / plan / f"{name}.html",
        executed=out / "notebooks" / f"scenario-{plan}-{name}.ipynb",
        home="../../index.html" if name == "index" else "index.html",
    )
