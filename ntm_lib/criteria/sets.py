"""Join decisions with their amendments to the sets that judge, and say which set may judge a year."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ntm_lib.criteria.levels import Requirement
from ntm_lib.criteria.model import Criterion, DecisionRecord
from ntm_lib.criteria.read import Decision, Tree, natural


@dataclass(frozen=True, eq=False)
class CriteriaSet:
    """A decision with the amendments applied to it.

    ``id`` joins the ids of its ``decisions`` with ``+``; ``criteria`` and ``requirements`` stand in natural
    order.
    """

    id: str
    decisions: tuple[DecisionRecord, ...]
    criteria: Mapping[str, Criterion]
    requirements: Mapping[str, Requirement]

    @property
    def variant(self) -> str:
        """Return what the set is for: commune, advanced, model, district."""
        return self.decisions[0].variant

    @property
    def numbers(self) -> str:
        """Return the numbers of the decisions, for printing."""
        return " + ".join(record.number for record in self.decisions)


def effective_sets(tree: Tree) -> dict[str, CriteriaSet]:
    """Build every base decision, and it again with each amendment in the order of issue."""
    in_order = sorted(tree.decisions.values(), key=lambda decision: (decision.record.issued, decision.record.id))
    sets: dict[str, CriteriaSet] = {}
    for base in (decision for decision in in_order if decision.record.amends is None):
        chain = [base, *(decision for decision in in_order if decision.record.amends == base.record.id)]
        for length in range(1, len(chain) + 1):
            item = _merge(chain[:length])
            sets[item.id] = item
    return sets


def _merge(chain: list[Decision]) -> CriteriaSet:
    criteria: dict[str, Criterion] = {}
    origin: dict[str, DecisionRecord] = {}
    for decision in chain:
        for criterion in decision.criteria:
            held = criteria[criterion.id].indicators if criterion.id in criteria else ()
            indicators = {item.id: item for item in (*held, *criterion.indicators)}
            ordered = tuple(indicators[key] for key in sorted(indicators, key=natural))
            criteria[criterion.id] = criterion.model_copy(update={"indicators": ordered})
            origin |= dict.fromkeys((item.id for item in criterion.indicators), decision.record)
    requirements = {
        key: Requirement(key, criterion.id, item.id, label, demand, item.note, origin[item.id])
        for criterion in criteria.values()
        for item in criterion.indicators
        for key, (label, demand) in item.requirements().items()
    }
    records = tuple(decision.record for decision in chain)
    return CriteriaSet(
        "+".join(record.id for record in records),
        records,
        MappingProxyType(criteria),
        MappingProxyType(requirements),
    )


def set_in_force(sets: Mapping[str, CriteriaSet], date: dt.date, variant: str) -> CriteriaSet | None:
    """Return the set of a variant that was law on ``date``, with the amendments of that day; None: there was none."""
    for item in reversed(list(sets.values())):
        if item.variant == variant and all(date in record.in_force for record in item.decisions):
            return item
    return None


def sets_of_year(sets: Mapping[str, CriteriaSet], year: int, variant: str) -> list[CriteriaSet]:
    """Return the sets that judge the end of ``year`` or may be chosen to: those in force on a day of the year."""
    judging = [
        item
        for item in sets.values()
        if item.variant == variant and (years := item.decisions[-1].judges_years) and year in years
    ]
    spans = [record.in_force for item in sets.values() for record in item.decisions]
    turns = {span.first for span in spans} | {span.last + dt.timedelta(days=1) for span in spans if span.last}
    days = {dt.date(year, 1, 1), *(day for day in turns if day.year == year)}
    in_force = [item for day in sorted(days) if (item := set_in_force(sets, day, variant))]
    return list(dict.fromkeys([*judging, *in_force]))
