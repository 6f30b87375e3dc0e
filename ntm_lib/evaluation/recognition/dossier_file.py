"""Read what the office knows of a commune's dossier: ``data/local/dossiers/<commune code>.yaml``, strictly."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError, model_validator

from ntm_lib import units
from ntm_lib.errors import FaultList, FaultsError, NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.project import Project
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.units import Unit

MAX_BYTES = 50_000
Paper = Annotated[StrictStr, Field(max_length=200)]
"""Number and date of a paper, never the name of a person."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(_Model):
    """Yes or no, and the paper that says so."""

    answer: StrictBool
    paper: Paper = ""


class Satisfaction(_Model):
    """The survey of satisfaction: households of the commune, asked, satisfied."""

    households: StrictInt = Field(ge=1)
    asked: StrictInt = Field(ge=1)
    satisfied: StrictInt = Field(ge=0)
    paper: Paper = ""

    @model_validator(mode="after")
    def _parts_fit(self) -> "Satisfaction":
        if self.asked > self.households:
            raise ValueError(_("more households asked than there are"))
        if self.satisfied > self.asked:
            raise ValueError(_("more households satisfied than asked"))
        return self

    @property
    def asked_pct(self) -> float:
        """Share of the households that were asked."""
        return 100 * self.asked / self.households

    @property
    def satisfied_pct(self) -> float:
        """Share of those asked who were satisfied."""
        return 100 * self.satisfied / self.asked


class Arrears(_Model):
    """What is still owed for works, 0 when a paper says that nothing is."""

    owed_vnd_million: float = Field(ge=0, allow_inf_nan=False)
    paper: Paper = ""


class DossierFile(_Model):
    """What the office knows of one dossier; what is not written is not known.

    ``on``: the day whose units ``commune`` and ``name`` are of; ``year``: the year for which recognition is asked;
    ``papers``: true when the paper lies in the dossier, false when it does not.
    """

    commune: StrictStr = Field(pattern=r"^\d{5}$")
    name: StrictStr
    on: dt.date
    year: StrictInt = Field(ge=1990, le=2100)
    registered: Answer | None = None
    criteria_at_registration: StrictInt | None = Field(None, ge=0, le=50)
    satisfaction: Satisfaction | None = None
    arrears: Arrears | None = None
    security: Answer | None = None
    papers: dict[StrictStr, StrictBool] = Field(default_factory=dict)


def dossier_folder(project: Project) -> Path:
    """Return where the office keeps what it knows of dossiers."""
    return project.local / "dossiers"


def read_dossiers(project: Project, papers: Iterable[str]) -> list[tuple[Unit, DossierFile]]:
    """Read every dossier file, with the unit each is about; FaultsError tells every fault of every file at once.

    ``papers``: the ids of papers that any period knows. No folder or no file: an empty list. A file of another kind is a
    fault, so that none is passed over in silence.
    """
    known = sorted(set(papers))
    faults = FaultList(_("Dossier files that cannot be used"))
    folder = dossier_folder(project)
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []
    for path in paths:
        if path.suffix != ".yaml":
            faults.add(project.relative(path), path.suffix or path.name, "<code>.yaml")
    read = [_read(path, project, known, faults) for path in paths if path.suffix == ".yaml"]
    faults.stop_if_any()
    return [item for item in read if item is not None]


def _read(path: Path, project: Project, papers: list[str], faults: FaultList) -> tuple[Unit, DossierFile] | None:
    where = project.relative(path)
    if path.stat().st_size > MAX_BYTES:
        faults.add(where, _("the file is too large"), _("at most {limit} bytes").format(limit=MAX_BYTES))
        return None
    try:
        item = DossierFile.model_validate(read_yaml(path))
    except ValidationError as error:
        tell(faults, where, error, DossierFile)
        return None
    except NtmError as error:
        faults.add(where, str(error))
        return None
    if path.stem != item.commune:
        faults.add(f"{where}: commune", item.commune, path.stem, _("The file is named by the code of its commune."))
    for name in item.papers:
        if name not in papers:
            faults.add(f"{where}: papers.{name}", _("unknown name '{name}'").format(name=name), nearest(name, papers))
    unit = _unit(item, project, where, faults)
    return None if unit is None else (unit, item)


def _unit(item: DossierFile, project: Project, where: str, faults: FaultList) -> Unit | None:
    """Return the unit that the code meant on that day; its name must be the one written, since codes are used again."""
    try:
        unit = units.on(item.on, project).unit(item.commune)
    except (UsageError, FaultsError) as error:
        faults.add(f"{where}: commune", str(error))
        return None
    if item.name not in (unit.name, unit.short_name):
        faults.add(f"{where}: name", item.name, unit.name)
    return unit
