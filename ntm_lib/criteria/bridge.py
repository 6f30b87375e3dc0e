"""Say which indicator of one criteria set continues as which of the next, and whether values compare."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from ntm_lib.criteria.law import Law, load
from ntm_lib.criteria.model import Model, Text
from ntm_lib.errors import FaultList, FaultsError, UsageError, preview
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.provenance import SourceRecord, read_record
from ntm_lib.strict_yaml import read_yaml

COLUMNS = ["from_indicator", "to_indicator", "comparability", "remark"]


class Comparability(StrEnum):
    """How far values of the two indicators may be put side by side."""

    SAME = "same"
    SAME_IF_LEVEL_SAME = "same_if_level_same"
    SAME_NAME = "same_name"
    RAW_VALUE = "raw_value"
    PARTIAL = "partial"
    NOT_COMPARABLE = "not_comparable"
    NEW = "new"
    DROPPED = "dropped"


class BridgeEntry(Model):
    """One bridge as listed in ``bridges/index.yaml``."""

    from_set: Text = Field(alias="from")
    to_set: Text = Field(alias="to")
    file: Annotated[str, StringConstraints(pattern=r"^[\w-]+\.csv$")]
    reading: Literal["own", "compiled"]


@dataclass(frozen=True, eq=False)
class Bridge:
    """The indicators of two sets side by side.

    ``links``: text columns ``from_indicator, to_indicator`` (empty where there is none), ``comparability``,
    ``remark``; an indicator that splits or merges has several rows. ``is_own_reading``: no official text
    says so.
    """

    from_set: str
    to_set: str
    links: pd.DataFrame
    is_own_reading: bool
    record: SourceRecord


def bridge(from_set: str, to_set: str, project: Project | None = None) -> Bridge:
    """Return the bridge between two sets, named by their id or by the id of their last decision.

    Raises UsageError where there is none, FaultsError where the table leaves out or invents an indicator.
    """
    project = project or Project.find()
    law = load(project)
    wanted = (law.named_set(from_set).id, law.named_set(to_set).id)
    folder = project.data / "criteria" / "bridges"
    entries = _entries(project)
    for entry in entries:
        if (entry.from_set, entry.to_set) == wanted:
            path = folder / entry.file
            links = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
            _check(project.relative(path), links, law, wanted)
            return Bridge(*wanted, links, entry.reading == "own", read_record(path))
    known = "; ".join(f"{entry.from_set} → {entry.to_set}" for entry in entries)
    raise UsageError(
        _("No bridge from {from_set} to {to_set}. Bridges: {known}.").format(
            from_set=wanted[0], to_set=wanted[1], known=known
        )
    )


def bridge_ends(project: Project) -> list[tuple[str, str]]:
    """Return the pairs of sets that have a bridge, earlier first, in the order of the index."""
    return [(entry.from_set, entry.to_set) for entry in _entries(project)]


def _entries(project: Project) -> tuple[BridgeEntry, ...]:
    path = project.data / "criteria" / "bridges" / "index.yaml"
    try:
        return TypeAdapter(tuple[BridgeEntry, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("The bridges between criteria sets cannot be used"))
        tell(faults, project.relative(path), error, BridgeEntry)
        raise FaultsError(faults.title, faults.faults) from error


def _check(where: str, links: pd.DataFrame, law: Law, sets: tuple[str, str]) -> None:
    faults = FaultList(_("The bridges between criteria sets cannot be used"))
    if list(links.columns) != COLUMNS:
        faults.add(where, ", ".join(links.columns), ", ".join(COLUMNS))
        faults.stop_if_any()
    for column, set_id in zip(COLUMNS[:2], sets, strict=True):
        held = {item.indicator for item in law.sets[set_id].requirements.values()}
        named = set(links[column]) - {""}
        if named - held:
            faults.add(where, _("not in {set}: {ids}").format(set=set_id, ids=preview(sorted(named - held))))
        if held - named:
            faults.add(where, _("left out of {set}: {ids}").format(set=set_id, ids=preview(sorted(held - named))))
    if strange := sorted(set(links["comparability"]) - {item.value for item in Comparability}):
        faults.add(where, preview(strange), ", ".join(item.value for item in Comparability))
    faults.stop_if_any()
