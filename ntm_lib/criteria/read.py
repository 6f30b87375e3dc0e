"""Read the folders of the law, of assumptions and of local corrections; every fault is told at once."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

from ntm_lib.criteria.model import (
    Assumption,
    Correction,
    Criterion,
    DecisionRecord,
    Demand,
    Entry,
    Label,
    Model,
    Registered,
    Source,
    UnitEntry,
)
from ntm_lib.errors import FaultList, NtmError
from ntm_lib.messages import _
from ntm_lib.model_words import ModelFault, model_words
from ntm_lib.project import Project
from ntm_lib.strict_yaml import read_yaml

T = TypeVar("T")
M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Registered)
HEAD = "_decision.yaml"


@dataclass(frozen=True)
class Decision:
    """One decision as read: its head, its criteria in natural order and the file of each."""

    record: DecisionRecord
    criteria: tuple[Criterion, ...]
    files: Mapping[str, str]

    def requirements(self) -> dict[str, tuple[Label, Demand]]:
        """Return every requirement of the decision by id."""
        indicators = (indicator for criterion in self.criteria for indicator in criterion.indicators)
        return {key: value for indicator in indicators for key, value in indicator.requirements().items()}


@dataclass(frozen=True)
class Registers:
    """The words that the decisions may use, each by id."""

    regions: Mapping[str, Entry]
    groups: Mapping[str, Entry]
    units: Mapping[str, UnitEntry]
    bases: Mapping[str, Entry]
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Tree:
    """Everything that was read; ``assumptions`` and ``corrections`` carry the file they stand in."""

    decisions: Mapping[str, Decision]
    registers: Registers
    assumptions: tuple[tuple[str, Assumption], ...]
    corrections: tuple[tuple[str, Correction], ...]


def natural(item: str) -> tuple[int, ...]:
    """Return the key that sorts 17.2 before 17.10."""
    return tuple(int(piece) for piece in item.split("/", maxsplit=1)[0].split("."))


def paths(project: Project) -> list[Path]:
    """List the files that make up the law of a project, with assumptions and local corrections."""
    found = [
        *(project.data / "criteria").glob("*.yaml"),
        *(project.data / "criteria").glob("*/*.yaml"),
        *(project.parameters / "assumptions").glob("*.yaml"),
    ]
    local = project.local / "criteria.yaml"
    return sorted([*found, local] if local.exists() else found)


def read_tree(project: Project, faults: FaultList) -> Tree:
    """Read all files; what cannot be read is noted in ``faults`` and left out."""
    return _Reader(project, faults).tree()


class _Reader:
    def __init__(self, project: Project, faults: FaultList) -> None:
        self.project, self.faults = project, faults
        self.root = project.data / "criteria"

    def tree(self) -> Tree:
        registers = Registers(
            regions=self.register("regions", Entry),
            groups=self.register("groups", Entry),
            units=self.register("units", UnitEntry),
            bases=self.register("bases", Entry),
            sources=self.register("sources", Source),
        )
        heads = sorted(self.root.glob(f"*/{HEAD}"))
        for folder in sorted(path for path in self.root.iterdir() if path.is_dir() and path.name != "bridges"):
            if folder / HEAD not in heads:
                self.faults.add(self.name(folder), _("the folder has no {file}").format(file=HEAD))
        read = [decision for head in heads if (decision := self.decision(head))]
        local = self.project.local / "criteria.yaml"
        return Tree(
            {decision.record.id: decision for decision in read},
            registers,
            self.entries(sorted((self.project.parameters / "assumptions").glob("*.yaml")), Assumption),
            self.entries([local] if local.exists() else [], Correction),
        )

    def decision(self, head: Path) -> Decision | None:
        record = self.parse(head, TypeAdapter(DecisionRecord), DecisionRecord)
        criteria: dict[str, Criterion] = {}
        files: dict[str, str] = {}
        for path in sorted(path for path in head.parent.glob("*.yaml") if path != head):
            criterion = self.parse(path, TypeAdapter(Criterion), Criterion)
            if criterion is None:
                continue
            if criterion.id in criteria:
                found = _("criterion {id} stands in {file} too").format(id=criterion.id, file=files[criterion.id])
                self.faults.add(self.name(path), found, _("one file a criterion"))
                continue
            criteria[criterion.id], files[criterion.id] = criterion, self.name(path)
        if record is None:
            return None
        if record.id != head.parent.name:
            self.faults.add(self.name(head), f"id '{record.id}'", f"'{head.parent.name}'")
        return Decision(record, tuple(criteria[key] for key in sorted(criteria, key=natural)), files)

    def register(self, name: str, model: type[R]) -> dict[str, R]:
        path = self.root / f"{name}.yaml"
        entries = self.parse(path, _many(model), model) or ()
        register: dict[str, R] = {}
        for entry in entries:
            if entry.id in register:
                self.faults.add(self.name(path), _("id '{id}' stands twice").format(id=entry.id))
            register[entry.id] = entry
        return register

    def entries(self, files: Iterable[Path], model: type[M]) -> tuple[tuple[str, M], ...]:
        read: list[tuple[str, M]] = []
        for path in files:
            parsed = self.parse(path, _many(model), model) or ()
            for number, entry in enumerate(parsed, start=1):
                read.append((f"{self.name(path)}, {_('entry {number}').format(number=number)}", entry))
        return tuple(read)

    def parse(self, path: Path, adapter: TypeAdapter[T], model: type[BaseModel]) -> T | None:
        try:
            raw = read_yaml(path)
        except NtmError as error:
            line, _colon, found = str(error).removeprefix(str(path)).partition(": ")
            self.faults.add(self.name(path) + line, found)
            return None
        if loose := [text for text in _texts(raw) if not unicodedata.is_normalized("NFC", text)]:
            self.faults.add(self.name(path), _("text is not in composed form (NFC): {text}").format(text=loose[0]))
        try:
            return adapter.validate_python(raw)
        except ValidationError as error:
            for fault in model_words(error, model):
                self.faults.add(self.name(path), *_fault(fault, raw))
            return None

    def name(self, path: Path) -> str:
        return self.project.relative(path)


def _many(model: type[M]) -> TypeAdapter[tuple[M, ...]]:
    """Read a list of entries; a file that holds nothing but comments is an empty list."""
    listed = BeforeValidator(lambda raw: () if raw is None else raw)
    return TypeAdapter(Annotated[tuple[model, ...], listed])  # type: ignore[valid-type,arg-type]


def _texts(raw: object) -> list[str]:
    if isinstance(raw, str):
        return [raw]
    if isinstance(raw, dict):
        return [text for pair in raw.items() for item in pair for text in _texts(item)]
    if isinstance(raw, list):
        return [text for item in raw for text in _texts(item)]
    return []


def _fault(fault: ModelFault, raw: object) -> tuple[str, str, str]:
    """Turn one error of a model into found, expected, action."""
    loc = [part for part in fault.loc if part != "own"]
    place = _place(loc, raw)
    if fault.type == "string_type" and loc and loc[-1] in {"id", "requirement"}:
        found = f"{place}: " + _("id {value} is not quoted text").format(value=fault.found)
        action = _("Put ids in quotation marks: 17.10 without them is read as 17.1.")
        return found, f'"{fault.found}"', action
    return f"{place}: {fault.found}" if place else fault.found, fault.expected, ""


def _place(loc: list[Any], raw: object) -> str:
    """Name the place by the ids on the way to it rather than by positions."""
    words: list[str] = []
    for part in loc:
        try:
            raw = raw[part]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            raw = None
        named = raw.get("id", raw.get("requirement")) if isinstance(raw, dict) else None
        words.append(str(named) if isinstance(part, int) and named is not None else str(part))
    return ".".join(words)
