"""Principles, mechanisms, policies and main solutions that the tasks of a plan rest on: ``data/planning/policies.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import pandas as pd
from pydantic import BaseModel, ConfigDict

from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.planning.means.measures import Id, Measures, Sourced, Text, load_measures, path_of, read_model
from ntm_lib.project import Project
from ntm_lib.review import Labels

GROUPS = ("principles", "mechanisms", "policies", "solutions")


class Policy(Sourced):
    """One principle, mechanism, policy or main solution; ``criteria``: ids it concerns most (empty: all).

    ``basis``: read in a source, derived, or an assumption and proposal of the authors of the workbench.
    """

    id: Id
    label: Labels
    text: Labels
    criteria: tuple[Text, ...] = ()


class PoliciesFile(BaseModel):
    """``data/planning/policies.yaml``, by group."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    principles: tuple[Policy, ...]
    mechanisms: tuple[Policy, ...]
    policies: tuple[Policy, ...]
    solutions: tuple[Policy, ...]


@dataclass(frozen=True, eq=False)
class Policies:
    """All entries by id, in the order of the file, and the ``group`` (one of ``GROUPS``) of each."""

    entries: Mapping[str, Policy]
    group: Mapping[str, str]

    def of(self, group: str) -> list[Policy]:
        """List the entries of one group; KeyError for another name."""
        if group not in GROUPS:
            raise KeyError(group)
        return [item for key, item in self.entries.items() if self.group[key] == group]


def load_policies(project: Project | None = None) -> Policies:
    """Read the policies of a project and check that every one a measure uses stands there; FaultsError tells all faults."""
    project = project or Project.find()
    path = path_of(project).with_name("policies.yaml")
    measures = load_measures(project)
    return _load(project, measures, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=8)
def _load(project: Project, measures: Measures, _stamp: int) -> Policies:
    path = path_of(project).with_name("policies.yaml")
    where = project.relative(path)
    title = _("Policies that cannot be used")
    file = read_model(path, where, PoliciesFile, title)
    faults = FaultList(title)
    entries: dict[str, Policy] = {}
    group: dict[str, str] = {}
    for name in GROUPS:
        for item in getattr(file, name):
            if item.id in entries:
                faults.add(f"{where}: {name}.{item.id}", _("the entry stands twice"))
            entries[item.id], group[item.id] = item, name
    for measure in measures.measures.values():
        for name in measure.policies:
            if name not in entries:
                place = f"{project.relative(path_of(project))}: {measure.id}.policies"
                faults.add(place, _("unknown name '{name}'").format(name=name), nearest(name, entries))
    faults.stop_if_any()
    return Policies(MappingProxyType(entries), MappingProxyType(group))


def supported(policies: Policies, measures: Measures) -> pd.DataFrame:
    """List which measures each policy supports: ``policy, group, measure``, in the order of the two files."""
    rows = [
        {"policy": key, "group": policies.group[key], "measure": item.id}
        for key in policies.entries
        for item in measures.measures.values()
        if key in item.policies
    ]
    return pd.DataFrame(rows, columns=["policy", "group", "measure"])
