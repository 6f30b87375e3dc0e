"""Answer which rules judge a year: the decisions with their amendments, assumptions and corrections."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

import pandas as pd

from ntm_lib.criteria.check import check_tree
from ntm_lib.criteria.levels import resolve
from ntm_lib.criteria.model import DecisionRecord
from ntm_lib.criteria.read import Registers, Tree, paths, read_tree
from ntm_lib.criteria.sets import CriteriaSet, effective_sets, set_in_force
from ntm_lib.errors import FaultList, UsageError
from ntm_lib.messages import _, language
from ntm_lib.model_words import nearest
from ntm_lib.project import Project


@dataclass(frozen=True, eq=False)
class YearRules:
    """The rules that judge one year in one region.

    ``requirements``: frame by requirement id with ``criterion, indicator, label_vi, label_en, unit, sense,
    level`` (NaN: no usable level), ``basis, verified, allows_not_assessed, citation, note`` and, beyond the
    contract, ``state`` (usable | unconfirmed | delegated | relative | missing), ``sources`` and
    ``decision``. ``criteria`` (by criterion id) and ``indicators`` (by indicator id): the labels as this
    set names them, criteria with their group.
    """

    set_id: str
    year: int
    region: str
    variant: str
    requirements: pd.DataFrame
    criteria: pd.DataFrame
    indicators: pd.DataFrame
    decisions: tuple[DecisionRecord, ...]


@dataclass(frozen=True, eq=False)
class Law:
    """All criteria sets of a project. Read it with ``load``."""

    tree: Tree
    sets: Mapping[str, CriteriaSet] = field(init=False)
    _held: dict[tuple[int, int, str, str], tuple[CriteriaSet, YearRules]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "sets", MappingProxyType(effective_sets(self.tree)))

    @property
    def registers(self) -> Registers:
        """Return regions, groups, units and sources by id."""
        return self.tree.registers

    def set_for_year(
        self, year: int, variant: str = "commune", set_for_year: Mapping[int, str] | None = None
    ) -> CriteriaSet:
        """Return the set that judges the end of ``year``.

        ``set_for_year`` names another decision for single years. Raises UsageError when no set judges the
        year or the named one does not exist.
        """
        sets = {key: item for key, item in self.sets.items() if item.variant == variant}
        if not sets:
            known = {item.variant for item in self.sets.values()}
            raise UsageError(
                _("Variant '{variant}' is not known. Expected: {known}.").format(
                    variant=variant, known=nearest(variant, sorted(known))
                )
            )
        if set_for_year and year in set_for_year:
            return self._named(set_for_year[year], sets)
        for item in sets.values():
            if (years := item.decisions[-1].judges_years) and year in years:
                return item
        judged = [item.decisions[-1].judges_years for item in sets.values()]
        spans = ", ".join(sorted(f"{years.first}-{years.last}" for years in judged if years))
        raise UsageError(
            _("{year}: no set of variant '{variant}' judges this year. Judged years: {spans}.").format(
                year=year, variant=variant, spans=spans or "-"
            )
        )

    def named_set(self, name: str) -> CriteriaSet:
        """Return a set by its id, or by the id of its last decision; an unknown name stops."""
        return self._named(name, self.sets)

    @staticmethod
    def _named(name: str, sets: Mapping[str, CriteriaSet]) -> CriteriaSet:
        for item in sets.values():
            if name in {item.id, item.decisions[-1].id}:
                return item
        raise UsageError(
            _("Criteria set '{name}' is not known. Expected: {known}.").format(name=name, known=nearest(name, sets))
        )

    def for_year(
        self,
        year: int,
        region: str,
        variant: str = "commune",
        set_for_year: Mapping[int, str] | None = None,
    ) -> YearRules:
        """Return the rules that judge the end of ``year`` in ``region``; see ``set_for_year``."""
        return self.rules(self.set_for_year(year, variant, set_for_year), year, region)

    def rules(self, criteria_set: CriteriaSet, year: int, region: str) -> YearRules:
        """Return the levels of one set in a year and region, whether or not it judges that year; made once.

        A region for which a level is not held has NaN there. Raises UsageError for an unknown region.
        """
        key = id(criteria_set), year, region, language()
        if key not in self._held:
            self._held[key] = criteria_set, self._rules(criteria_set, year, region)
        return self._held[key][1]

    def _rules(self, criteria_set: CriteriaSet, year: int, region: str) -> YearRules:
        if region not in self.registers.regions:
            known = nearest(region, self.registers.regions)
            raise UsageError(_("Region '{region}' is not known. Expected: {known}.").format(region=region, known=known))
        rows = {
            item.id: {
                "criterion": item.criterion,
                "indicator": item.indicator,
                "label_vi": item.label.vi,
                "label_en": item.label.en,
                "unit": item.demand.unit,
                "sense": item.demand.sense.value,
                "allows_not_assessed": item.demand.allows_not_assessed is not None,
                "not_assessed_citation": getattr(item.demand.allows_not_assessed, "clause", ""),
                "decision": item.decision.id,
                **resolve(self.tree, item, region, year),
            }
            for item in criteria_set.requirements.values()
        }
        requirements = pd.DataFrame.from_dict(rows, orient="index").rename_axis("requirement")
        return YearRules(
            criteria_set.id,
            year,
            region,
            criteria_set.variant,
            requirements.astype({"level": float, "allows_not_assessed": bool}),
            self._criteria_frame(criteria_set),
            _indicator_frame(criteria_set),
            criteria_set.decisions,
        )

    def in_force(self, date: dt.date, variant: str = "commune") -> CriteriaSet:
        """Return the set that was law on ``date``; a date on which none was stops."""
        if item := set_in_force(self.sets, date, variant):
            return item
        raise UsageError(_("No criteria set was in force on {date}.").format(date=f"{date:%d/%m/%Y}"))

    def _criteria_frame(self, criteria_set: CriteriaSet) -> pd.DataFrame:
        groups = self.registers.groups
        rows = {}
        for key, item in criteria_set.criteria.items():
            group = groups[item.group].label if item.group else None
            rows[key] = {
                "label_vi": item.label.vi,
                "label_en": item.label.en,
                "group": item.group or "",
                "group_vi": group.vi if group else "",
                "group_en": group.en if group else "",
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("criterion")


def _indicator_frame(criteria_set: CriteriaSet) -> pd.DataFrame:
    rows = {
        item.id: {"criterion": key, "label_vi": item.label.vi, "label_en": item.label.en}
        for key, criterion in criteria_set.criteria.items()
        for item in criterion.indicators
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("indicator")


def load(project: Project | None = None) -> Law:
    """Read the law of a project with its assumptions and local corrections, checked whole.

    The result is kept until one of the files changes. Raises FaultsError with every fault of every file.
    """
    project = project or Project.find()
    stamps = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths(project))
    return _load(project, stamps)


@lru_cache(maxsize=8)
def _load(project: Project, stamps: tuple[tuple[str, int, int], ...]) -> Law:  # noqa: ARG001
    faults = FaultList(_("The criteria sets cannot be used"))
    tree = read_tree(project, faults)
    faults.stop_if_any()
    check_tree(tree, faults)
    faults.stop_if_any()
    return Law(tree)
