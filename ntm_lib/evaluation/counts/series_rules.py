"""Read by which rule each indicator and volume is put together for communes formed from others."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib import criteria
from ntm_lib.errors import FaultList, FaultsError, UsageError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.project import Project
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.tables import contract, table_ids
from ntm_lib.units.lineage import By

FILE = "series_rules.yaml"
_NUMBERS = {"number", "integer", "yes_no"}
_NO_AMOUNT = {"year"}
Name = tuple[str, str]
"""Decision and requirement, or table and column."""


class Rule(StrEnum):
    """How the values of the parts become that of the commune formed from them."""

    SUM = "sum"
    WEIGHTED_MEAN = "weighted_mean"
    ALL_PARTS = "all_parts"
    NOT_DERIVABLE = "not_derivable"


def rule_words() -> dict[str, str]:
    """Return the words for each rule."""
    return {
        Rule.SUM: _("sum"),
        Rule.WEIGHTED_MEAN: _("weighted mean"),
        Rule.ALL_PARTS: _("all parts must meet it"),
        Rule.NOT_DERIVABLE: _("not derivable"),
    }


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Rule
    weight: str | None = Field(default=None, pattern=r"^b\d{2}\.[a-z][a-z0-9_]*$")
    by: By | None = None
    reason: str

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.rule is Rule.WEIGHTED_MEAN) != (self.weight is not None):
            raise ValueError(_("a weighted mean, and only that, has a weight"))
        if (self.rule in {Rule.SUM, Rule.WEIGHTED_MEAN}) != (self.by is not None):
            raise ValueError(_("a sum or a weighted mean says by what it is divided, other rules do not"))
        return self


class RequirementRule(_Entry):
    """The rule of one requirement, as it stands in some decisions."""

    decisions: tuple[str, ...]
    requirement: str
    is_leading: bool = False

    @property
    def name(self) -> str:
        """What the rule is for."""
        return self.requirement


class VolumeRule(_Entry):
    """The rule of one column of a table."""

    table: str
    column: str

    @property
    def name(self) -> str:
        """What the rule is for."""
        return f"{self.table}.{self.column}"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    reasons: dict[str, Labels]
    requirements: tuple[RequirementRule, ...]
    volumes: tuple[VolumeRule, ...]


@dataclass(frozen=True, eq=False)
class SeriesRules:
    """The rules of a project. Read them with `series_rules`.

    ``requirements``: index (decision, requirement), columns rule, weight, by, reason, is_leading; ``volumes``: index
    (table, column), the same columns without the last. ``reason`` is its text in both languages.
    """

    requirements: pd.DataFrame
    volumes: pd.DataFrame

    def of_set(self, requirements: pd.DataFrame) -> pd.DataFrame:
        """Return a row for each requirement of a set (`YearRules.requirements`); one without a rule stops."""
        wanted = pd.MultiIndex.from_arrays([requirements["decision"], requirements.index])
        _stop_if_missing(set(wanted) - set(self.requirements.index))
        return self.requirements.loc[wanted].droplevel(0)

    def of_table(self, table: str) -> pd.DataFrame:
        """Return a row for each column of one table that has a rule; a table without any stops."""
        if table not in self.volumes.index.get_level_values("table"):
            known = nearest(table, self.volumes.index.unique("table"))
            raise UsageError(
                _("Table '{table}' has no rules for series. Expected: {known}.").format(table=table, known=known)
            )
        return self.volumes.loc[[table]].droplevel(0)


def series_rules(project: Project | None = None) -> SeriesRules:
    """Read the rules; unknown names, rules given twice and requirements or volumes without a rule are told at once."""
    project = project or Project.find()
    path = project.data / "criteria" / FILE
    where = project.relative(path)
    faults = FaultList(_("The rules for series cannot be used"))
    try:
        read = _File.model_validate(read_yaml(path))
    except ValidationError as error:
        tell(faults, where, error, _File)
        raise FaultsError(faults.title, faults.faults) from error
    _check_names(read, where, project, faults)
    requirements = _frame(
        read, [(decision, rule.requirement, rule) for rule in read.requirements for decision in rule.decisions]
    )
    volumes = _frame(read, [(rule.table, rule.column, rule) for rule in read.volumes])
    requirements.index.names, volumes.index.names = ["decision", "requirement"], ["table", "column"]
    for frame in (requirements, volumes):
        for twice in frame.index[frame.index.duplicated()].unique():
            faults.add(where, _("stands twice: {name}").format(name=" ".join(twice)))
    _check_complete(set(requirements.index), set(volumes.index), where, project, faults)
    faults.stop_if_any()
    return SeriesRules(requirements, volumes)


def _frame(
    read: _File, rows: list[tuple[str, str, RequirementRule]] | list[tuple[str, str, VolumeRule]]
) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples([(first, second) for first, second, _rule in rows], names=["first", "second"])
    return pd.DataFrame(
        {
            "rule": [rule.rule.value for *_names, rule in rows],
            "weight": [rule.weight or "" for *_names, rule in rows],
            "by": [rule.by or "people" for *_names, rule in rows],
            "reason": [read.reasons.get(rule.reason) for *_names, rule in rows],
            "is_leading": [getattr(rule, "is_leading", False) for *_names, rule in rows],
        },
        index=index,
    )


def _check_names(read: _File, where: str, project: Project, faults: FaultList) -> None:
    known = _columns(project)
    rules: list[RequirementRule | VolumeRule] = [*read.requirements, *read.volumes]
    for entry in rules:
        name = entry.name
        if entry.reason not in read.reasons:
            faults.add(
                f"{where}: {name}",
                _("no such reason: {name}").format(name=entry.reason),
                nearest(entry.reason, read.reasons),
            )
        if entry.weight is not None and entry.weight not in known:
            faults.add(
                f"{where}: {name}", _("no such column: {name}").format(name=entry.weight), nearest(entry.weight, known)
            )


def _columns(project: Project) -> list[str]:
    return [f"{table}.{name}" for table in table_ids(project) for name in contract(table, project).names]


def _check_complete(
    requirements: set[Name], volumes: set[Name], where: str, project: Project, faults: FaultList
) -> None:
    """Tell every requirement of a commune's set and every amount of a table named here that has no rule, or never was."""
    law = criteria.load(project)
    demanded = {
        (item.decision.id, name)
        for held in law.sets.values()
        if held.variant == "commune"
        for name, item in held.requirements.items()
    }
    amounts = {
        (table, column.name)
        for table in {table for table, _column in volumes} & set(table_ids(project))
        for column in contract(table, project).columns
        if column.type in _NUMBERS and column.name not in _NO_AMOUNT
    }
    for wanted, held in ((demanded, requirements), (amounts, volumes)):
        for name in sorted(wanted - held):
            faults.add(where, _("no rule for {name}").format(name=" ".join(name)))
        for name in sorted(held - wanted):
            faults.add(where, _("a rule for what does not exist: {name}").format(name=" ".join(name)))


def _stop_if_missing(missing: Iterable[Name]) -> None:
    faults = FaultList(_("The rules for series cannot be used"))
    for name in missing:
        faults.add(FILE, _("no rule for {name}").format(name=" ".join(name)))
    faults.stop_if_any()
