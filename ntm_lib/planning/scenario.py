"""Scenarios: a base file with every setting, and files that name only what they change, in blocks with a reason."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ntm_lib.errors import FaultList, FaultsError, UsageError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.planning.settings import PlanSettings
from ntm_lib.project import Project, whole_file
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml

BASE = "base"
FileT = TypeVar("FileT", bound=BaseModel)
_ID = re.compile(r"[a-z][a-z0-9_]{0,40}")
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Labels
    author: Text
    reason: Labels
    dated: dt.date


class BaseFile(_File):
    """``parameters/scenarios/base.yaml``: every setting."""

    settings: dict[str, Any]


class Block(BaseModel):
    """One block of changes: why, and the dotted settings it sets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Labels
    set: dict[str, Any] = Field(min_length=1)


class ScenarioFile(_File):
    """``parameters/scenarios/<id>.yaml``: named blocks of changes to the base."""

    base: Text
    blocks: dict[str, Block]


@dataclass(frozen=True, eq=False)
class Scenario:
    """One scenario: who proposes it and why, its settings, and what it changes of the base.

    ``changes``: dotted setting → (value in the base, value here, name of the block).
    """

    id: str
    title: Labels
    author: str
    reason: Labels
    dated: dt.date
    settings: PlanSettings
    blocks: Mapping[str, Block]
    changes: Mapping[str, tuple[Any, Any, str]]

    @property
    def years(self) -> tuple[int, ...]:
        """The years planned."""
        return self.settings.horizon.years


def folder(project: Project) -> Path:
    """Return where the scenarios stand."""
    return project.parameters / "scenarios"


def scenario_ids(project: Project | None = None) -> list[str]:
    """List the scenarios of a project, the base first, then by name."""
    project = project or Project.find()
    held = sorted(path.stem for path in folder(project).glob("*.yaml"))
    return [name for name in held if name == BASE] + [name for name in held if name != BASE]


def load_scenario(name: str, project: Project | None = None, **changes: Any) -> Scenario:
    """Read one scenario; ``changes`` (dotted settings, dots written as ``__``) are laid over it, as a slider does.

    Raises UsageError for an unknown scenario (with the nearest name), FaultsError with every fault of its file.
    """
    project = project or Project.find()
    if name not in (held := scenario_ids(project)):
        raise UsageError(
            _("Scenario '{name}' is not known. Expected: {known}.").format(name=name, known=nearest(name, held))
        )
    base_file = _read(project, BASE, BaseFile)
    base = _settings(project.relative(folder(project) / f"{BASE}.yaml"), base_file.settings)
    extra = {"": Block(reason=Labels(vi="", en=""), set=_dotted(changes))} if changes else {}
    if name == BASE:
        return _scenario(project, BASE, base_file, base, extra)
    file = _read(project, name, ScenarioFile)
    if file.base != BASE:
        raise UsageError(
            _("{path}: base '{found}' is not known. Expected: {known}.").format(
                path=project.relative(folder(project) / f"{name}.yaml"), found=file.base, known=BASE
            )
        )
    return _scenario(project, name, file, base, {**file.blocks, **extra})


def save_scenario(
    project: Project, name: str, *, title: Labels, author: str, reason: Labels, changes: Mapping[str, Any], origin: str
) -> Path:
    """Write a new scenario file: the changes of ``origin`` to the base, and one block ``adjusted`` with ``changes``.

    ``changes``: dotted setting → value. The base, and a file that exists, are never overwritten; what is written is read
    back before it takes its place. Raises UsageError for a name that cannot be used, FaultsError for wrong changes.
    """
    if not _ID.fullmatch(name) or name == BASE:
        raise UsageError(
            _("'{name}' cannot name a scenario: small letters, digits and _, beginning with a letter.").format(
                name=name
            )
        )
    path = folder(project) / f"{name}.yaml"
    if path.exists():
        raise UsageError(_("{path} exists already. Choose another name.").format(path=project.relative(path)))
    held = {} if origin == BASE else _read(project, origin, ScenarioFile).blocks
    lessened = {key: _without(block, changes) for key, block in held.items()}
    blocks = {key: block for key, block in lessened.items() if block is not None}
    if changes:
        blocks[_free_name("adjusted", blocks)] = Block(reason=reason, set=dict(changes))
    file = ScenarioFile(
        title=title, author=author, reason=reason, dated=dt.datetime.now().astimezone().date(), base=BASE, blocks=blocks
    )
    base = _settings(project.relative(folder(project) / f"{BASE}.yaml"), _read(project, BASE, BaseFile).settings)
    _scenario(project, name, file, base, file.blocks)
    with whole_file(path) as temporary:
        text = yaml.safe_dump(file.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=110)
        temporary.write_text(text, encoding="utf-8")
    return path


def _free_name(name: str, held: Mapping[str, Any]) -> str:
    number = 2
    free = name
    while free in held:
        free, number = f"{name}_{number}", number + 1
    return free


def _without(block: Block, changes: Mapping[str, Any]) -> Block | None:
    """Leave out of a block what a later change sets anew; None when nothing is left."""
    kept = {key: value for key, value in block.set.items() if key not in changes}
    return Block(reason=block.reason, set=kept) if kept else None


def _dotted(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("__", "."): value for key, value in changes.items()}


def _read(project: Project, name: str, model: type[FileT]) -> FileT:
    path = folder(project) / f"{name}.yaml"
    try:
        return model.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("A scenario that cannot be used"))
        tell(faults, project.relative(path), error, model)
        raise UsageFaultsError(faults.title, faults.faults) from error


def _settings(where: str, content: Mapping[str, Any], faults: FaultList | None = None) -> PlanSettings:
    try:
        return PlanSettings.model_validate(content)
    except ValidationError as error:
        faults = faults or FaultList(_("A scenario that cannot be used"))
        tell(faults, where, error, PlanSettings)
        raise UsageFaultsError(faults.title, faults.faults) from error


def _scenario(
    project: Project, name: str, file: BaseFile | ScenarioFile, base: PlanSettings, blocks: Mapping[str, Block]
) -> Scenario:
    where = project.relative(folder(project) / f"{name}.yaml")
    content = base.model_dump(mode="json")
    faults = FaultList(_("A scenario that cannot be used"))
    changes: dict[str, tuple[Any, Any, str]] = {}
    for block_name, block in blocks.items():
        for key, value in block.set.items():
            if block_name and key in changes:
                text = _("'{key}' is set twice, by {first} and {second}")
                faults.add(where, text.format(key=key, first=changes[key][2], second=block_name))
                continue
            before = _set(content, key, value, f"{where}: blocks.{block_name}.set", faults)
            changes[key] = (before, value, block_name)
    faults.stop_if_any(UsageFaultsError)
    try:
        settings = _settings(where, content)
    except FaultsError as error:
        raise UsageFaultsError(error.title, error.faults) from error
    shown = {key: change for key, change in changes.items() if change[0] != change[1]}
    return Scenario(name, file.title, file.author, file.reason, file.dated, settings, blocks, shown)


_OPEN = {
    "weights.communes", "aims.standard_by_year", "aims.villages_by_year", "money.change_pct_by_year",
    "money.change_pct_by_purse", "money.extra_vnd_million", "money.allocation_points", "costs.change_pct_by_measure", "costs.measure_for", "unknowns.chance_to_do",
    "limits.works_by_district", "limits.pinned",
}  # fmt: skip
"""Settings whose keys are the planner's own: a new key may stand there; what may not is said by the model."""


def _set(content: dict[str, Any], key: str, value: Any, where: str, faults: FaultList) -> Any:
    """Set one dotted setting in place and return what stood there; an unknown name is told with the nearest one."""
    *way, last = key.split(".")
    place: Any = content
    for depth, part in enumerate(way):
        if not isinstance(place, dict) or (part not in place and ".".join(way[:depth]) not in _OPEN):
            known = place if isinstance(place, dict) else ()
            faults.add(where, _("unknown setting '{key}'").format(key=key), nearest(part, map(str, known)))
            return None
        place = place.setdefault(part, {})
    if not isinstance(place, dict) or (last not in place and not _is_open(way)):
        known = place if isinstance(place, dict) else ()
        faults.add(where, _("unknown setting '{key}'").format(key=key), nearest(last, map(str, known)))
        return None
    before = place.get(last)
    place[last] = value
    return before


def _is_open(way: list[str]) -> bool:
    return ".".join(way) in _OPEN or ".".join(way[:2]) in _OPEN
