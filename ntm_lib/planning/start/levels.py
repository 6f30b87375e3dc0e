"""The levels a plan is judged by: those of its set of law in each plan year, with stated assumptions where none is held."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import pandas as pd
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from ntm_lib import criteria
from ntm_lib.criteria import CriteriaSet, Law, YearRules
from ntm_lib.criteria.model import Assumption, Verified
from ntm_lib.errors import FaultList
from ntm_lib.messages import _, language
from ntm_lib.model_words import nearest, tell
from ntm_lib.planning.scenario import Scenario
from ntm_lib.project import Project
from ntm_lib.review import Review
from ntm_lib.strict_yaml import read_yaml

FILE = "levels.yaml"
_MANY = TypeAdapter(
    Annotated[tuple[Assumption, ...], BeforeValidator(lambda raw: () if raw is None else raw)],
)


@dataclass(frozen=True, eq=False)
class PlanLaw:
    """The law of a plan.

    ``item``: the set that is law on ``horizon.law_known_on``; ``old``: the set that judged the start year. ``rules``: by
    plan year, the levels of ``item`` in that year; ``old_rules``: those of ``old`` in the start year; ``start``: what
    judges the start — the first plan year's levels, or ``old_rules`` where both sets are the same.
    """

    law: Law
    item: CriteriaSet
    old: CriteriaSet
    rules: Mapping[int, YearRules]
    old_rules: YearRules
    start: YearRules


def plan_law(scenario: Scenario, review: Review, region: str, project: Project) -> PlanLaw:
    """Return the law of a scenario with the assumptions of ``parameters/planning/levels.yaml``.

    Raises UsageError where no set was in force on the day chosen, FaultsError with every assumption that cannot stand.
    """
    law = criteria.load(project)
    horizon = scenario.settings.horizon
    item = law.in_force(horizon.law_known_on)
    old_rules = law.for_year(horizon.start_year, region, set_for_year=review.judged_by)
    assumed = read_levels(project, law)
    rules = {year: with_assumed(law.rules(item, year, region), assumed) for year in horizon.years}
    is_same = item.id == old_rules.set_id
    start = old_rules if is_same else rules[horizon.first_year]
    return PlanLaw(law, item, law.named_set(old_rules.set_id), MappingProxyType(rules), old_rules, start)


def read_levels(project: Project, law: Law) -> tuple[tuple[str, Assumption], ...]:
    """Read the levels that plans assume, each with the place it stands at, checked against the law.

    They stand apart from ``parameters/assumptions/``, since only a plan uses them: a set may be planned with for years
    that it does not judge, and a review of those years must not rest on them.
    """
    path = levels_path(project)
    where = project.relative(path)
    faults = FaultList(_("Levels assumed for plans that cannot be used"))
    try:
        entries = _MANY.validate_python(read_yaml(path))
    except ValidationError as error:
        tell(faults, where, error, Assumption)
        faults.stop_if_any()
        raise
    placed = tuple((_("{file}, entry {number}").format(file=where, number=n), e) for n, e in enumerate(entries, 1))
    _check(placed, law, faults)
    faults.stop_if_any()
    return placed


def _check(entries: tuple[tuple[str, Assumption], ...], law: Law, faults: FaultList) -> None:
    seen: dict[tuple[str, str, str], list[tuple[str, Assumption]]] = {}
    for where, entry in entries:
        held = {
            item.id: item
            for each in law.sets.values()
            for item in each.requirements.values()
            if item.decision.id == entry.set
        }
        for kind, name, known in (
            (_("decision"), entry.set, law.tree.decisions),
            (_("region"), entry.region, law.registers.regions),
            (_("requirement"), entry.requirement, held),
        ):
            if name not in known:
                text = _("{kind} '{name}' is not known")
                faults.add(where, text.format(kind=kind, name=name), nearest(name, list(known)))
        if entry.requirement in held:
            unit = law.registers.units[held[entry.requirement].demand.unit]
            if not unit.min <= entry.value <= unit.max:
                faults.add(where, _("level {value}").format(value=f"{entry.value:g}"), f"{unit.min:g}..{unit.max:g}")
        others = seen.setdefault((entry.set, entry.requirement, entry.region), [])
        for other, held_entry in others:
            if entry.years.overlaps(held_entry.years):
                faults.add(where, _("the years overlap with {other}").format(other=other))
        others.append((where, entry))


def with_assumed(rules: YearRules, entries: tuple[tuple[str, Assumption], ...]) -> YearRules:
    """Lay the assumed levels over the rules of a year where they hold no usable level.

    A level that the law, a planner's reading or ``parameters/assumptions/`` gives is never replaced; a requirement
    without either stays without a level, and its verdicts unknown.
    """
    rows: dict[str, dict[str, object]] = rules.requirements.to_dict("index")  # type: ignore[assignment]
    open_levels = rules.requirements["level"].isna()
    for where, entry in entries:
        row = rows.get(entry.requirement)
        if row is None or row["decision"] != entry.set or not open_levels[entry.requirement]:
            continue
        if entry.region == rules.region and rules.year in entry.years:
            row |= _assumed(entry, where)
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("requirement")
    return replace(rules, requirements=frame.astype({"level": float, "allows_not_assessed": bool}))


def _assumed(entry: Assumption, where: str) -> dict[str, object]:
    day = f"{entry.dated:%d/%m/%Y}" if language() == "vi" else entry.dated.isoformat()
    how = _("level assumed for the plan by {by} on {date}").format(by=entry.by, date=day)
    return {
        "level": entry.value,
        "basis": "assumption",
        "verified": Verified.MEMORY_LOW.value,
        "state": "usable",
        "citation": f"{how} ({where})",
        "sources": ", ".join(entry.sources),
        "note": str(entry.basis),
    }


def levels_path(project: Project) -> Path:
    """Return where the levels assumed for plans stand."""
    return project.parameters / "planning" / FILE
