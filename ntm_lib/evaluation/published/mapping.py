"""Read which computed figure stands beside each published one, and the known contradictions; both are data."""

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator

from ntm_lib.errors import FaultList, NtmError
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.provenance import check_files
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml

Why = Literal["no_table", "window", "definition", "text", "later", "names", "goal"]
ModelT = TypeVar("ModelT", bound=BaseModel)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pairing(_Model):
    """One published measure and what it is compared with; see the head of the file for the keys."""

    measure: str
    label: Labels
    compute: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
    why: Why | None = None
    calibrated: tuple[int, ...] = ()
    calibrated_codes: tuple[str, ...] = ()
    other_time: dict[int, str] = Field(default_factory=dict)
    units_on: dict[int, dt.date] = Field(default_factory=dict)
    same_source: bool = False

    @model_validator(mode="after")
    def _is_computed_or_says_why(self) -> "Pairing":
        if bool(self.compute) == bool(self.why):
            raise ValueError(_("either compute or why"))
        return self


class Pairings(RootModel[tuple[Pairing, ...]]):
    """All pairings."""

    @model_validator(mode="after")
    def _stand_once(self) -> "Pairings":
        names = [item.measure for item in self.root]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(_("measures that stand twice: {names}").format(names=", ".join(twice)))
        return self


class Statement(_Model):
    """What one source says."""

    text: Labels
    source: str = Field(min_length=1)
    confidence: str


class Contradiction(_Model):
    """Statements that cannot all hold as they are printed. ``reading``: what may explain it, never a finding."""

    id: str
    scope: Literal["province", "district", "commune"]
    scope_name: str
    label: Labels
    statements: tuple[Statement, ...] = Field(min_length=2)
    reading: Labels


class ContradictionsFile(RootModel[tuple[Contradiction, ...]]):
    """All contradictions."""


def load_pairings(project: Project) -> dict[str, Pairing]:
    """Read the pairings by measure; FaultsError tells every fault of the file."""
    file = _load(project, "comparisons.yaml", Pairings, _("Comparisons that cannot be used"))
    return {item.measure: item for item in file.root}


def load_contradictions(project: Project) -> tuple[Contradiction, ...]:
    """Read the known contradictions; FaultsError tells every fault of the file."""
    return _load(project, "contradictions.yaml", ContradictionsFile, _("Contradictions that cannot be used")).root


def _load(project: Project, name: str, model: type[ModelT], title: str) -> ModelT:
    path = project.data / "published" / name
    if not path.is_file():
        raise NtmError(_("{path}: the file does not exist.").format(path=project.relative(path)))
    check_files(project, [path])
    read: ModelT = _read(path, project.relative(path), model, title, path.stat().st_mtime_ns)
    return read


@lru_cache(maxsize=8)
def _read(path: Path, where: str, model: type[Any], title: str, _stamp: int) -> Any:
    content = read_yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = FaultList(title)
        tell(faults, where, error, model)
        faults.stop_if_any()
        raise
