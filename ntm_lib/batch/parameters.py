"""Check the parameters of a notebook before anything runs: names, types, units and the cell itself."""

import datetime as dt
from pathlib import Path
from typing import Any, Self

from papermill.inspection import inspect_notebook
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from ntm_lib import units
from ntm_lib.errors import FaultList, UsageError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.review import Audience, Review, model_faults
from ntm_lib.strict_yaml import read_yaml

Year = Field(default=None, ge=1990, le=2100)


class Parameters(BaseModel):
    """The parameters of one notebook; names and types are those of its ``parameters`` cell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def injected(self) -> dict[str, Any]:
        """Return the values as papermill writes them into the notebook (dates as text)."""
        return self.model_dump(mode="json")


class NotebookParameters(Parameters):
    """The parameters of a report on what was reached; without years of its own it covers the period of the review."""

    on: dt.date
    first_year: StrictInt | None = Year
    last_year: StrictInt | None = Year
    audience: Audience = Audience.PUBLIC

    def within(self, review: Review) -> Self:
        """Return the parameters with the period of the review where they name none."""
        years = {"first_year": self.first_year or review.first_year, "last_year": self.last_year or review.last_year}
        return self.model_copy(update=years)


class DistrictEvaluation(NotebookParameters):
    """One district, a period, the date of its units and boundaries."""

    district: StrictStr


class ProvinceOverview(NotebookParameters):
    """The province, a period, the date of its units; ``pages`` are the district pages to lead to."""

    pages: tuple[StrictStr, ...] = ()


class ScenarioParameters(Parameters):
    """A plan of a scenario: by its own law, or by the ``law`` known on a day; ``from_year``: made anew from that year."""

    scenario: StrictStr
    law: dt.date | None = Field(default=None, strict=True)
    from_year: StrictInt | None = Year


class DistrictScenarios(ScenarioParameters):
    """One district in one plan; the units are those of the scenario."""

    district: StrictStr


class ProvinceScenarios(ScenarioParameters):
    """The province in one plan; ``compare`` are the scenarios beside it, by the same law and from the same year,
    ``pages`` the district pages to lead to.
    """  # fmt: skip

    compare: tuple[StrictStr, ...] = ()
    pages: tuple[StrictStr, ...] = ()


MODELS: dict[str, type[NotebookParameters]] = {
    "district_evaluation": DistrictEvaluation,
    "province_overview": ProvinceOverview,
}


def parameter_file(project: Project, notebook: str, name: str) -> Path:
    """Return the place of one set of parameters."""
    return project.parameters / notebook / f"{name}.yaml"


def read_parameters(project: Project, notebook: str, name: str) -> NotebookParameters | None:
    """Read and check one file of parameters; every fault is told at once. None without a file, which a report can do without."""
    path = parameter_file(project, notebook, name)
    if not path.exists():
        return None
    where = project.relative(path)
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise UsageError(_("{path}: expected lines of the form `name: value`.").format(path=where))
    try:
        return MODELS[notebook].model_validate(content)
    except ValidationError as error:
        raise model_faults(where, error, MODELS[notebook]) from error


def check_notebook(path: Path, model: type[Parameters]) -> None:
    """Check that the notebook has one ``parameters`` cell with exactly the names of ``model``.

    papermill itself only warns of an unknown name, and runs a notebook without the cell with its defaults.
    """
    if not path.exists():
        raise UsageError(_("{path}: the notebook does not exist.").format(path=path))
    faults = FaultList(_("Notebooks that cannot be run with parameters"))
    found = set(inspect_notebook(str(path)))
    wanted = set(model.model_fields)
    if not found:
        faults.add(path.name, _("no cell tagged `parameters`"), ", ".join(sorted(wanted)))
    else:
        for name in sorted(found ^ wanted):
            text = _("parameter `{name}` is not known") if name in found else _("parameter `{name}` is absent")
            faults.add(path.name, text.format(name=name), ", ".join(sorted(wanted)))
    faults.stop_if_any(UsageFaultsError)


def check_district(project: Project, parameters: DistrictEvaluation) -> units.Unit:
    """Return the district meant, or stop when there is none of that code on that date."""
    vintage = units.on(parameters.on, project)
    if parameters.district not in vintage.districts.index:
        raise UsageError(
            _("There is no district {code} on {date}. Districts on that date: {known}.").format(
                code=parameters.district,
                date=parameters.on,
                known=", ".join(f"{code} {name}" for code, name in vintage.districts["name"].items()) or _("none"),
            )
        )
    return vintage.unit(parameters.district)
