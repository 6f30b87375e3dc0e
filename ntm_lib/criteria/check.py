"""Check that the files of the law agree with each other and with the registers."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from ntm_lib.criteria.model import Assumption, Correction, Demand, Level, Sense, Verified
from ntm_lib.criteria.read import Decision, Tree
from ntm_lib.criteria.sets import effective_sets, sets_of_year
from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.model_words import nearest


def check_tree(tree: Tree, faults: FaultList) -> None:
    """Note every contradiction of the tree in ``faults``."""
    for decision in tree.decisions.values():
        _check_numbers(decision, faults)
        for criterion in decision.criteria:
            place = _Place(tree, faults, decision.files[criterion.id], criterion.id)
            if criterion.group is not None:
                place.known(_("group"), [criterion.group], tree.registers.groups)
        for file, key, demand in _demands(decision):
            _check_demand(_Place(tree, faults, file, key), demand)
        _check_amendment(decision, tree, faults)
    _check_time(tree, faults)
    _check_entries(tree, tree.assumptions, faults)
    _check_entries(tree, tree.corrections, faults)
    _check_reach(tree, faults)


@dataclass(frozen=True)
class _Place:
    """A requirement in a file, and where to note what is wrong with it."""

    tree: Tree
    faults: FaultList
    where: str
    key: str

    def add(self, found: str, expected: str = "", action: str = "") -> None:
        self.faults.add(self.where, f"{self.key}: {found}", expected, action)

    def known(self, kind: str, names: Iterable[str], register: Iterable[str]) -> None:
        known = list(register)
        for name in dict.fromkeys(names):
            if name not in known:
                self.add(_("{kind} '{name}' is not known").format(kind=kind, name=name), nearest(name, known))

    def in_bounds(self, value: float, demand: Demand) -> None:
        unit = self.tree.registers.units.get(demand.unit)
        found = _("level {value}").format(value=f"{value:g}")
        if unit is not None and not unit.min <= value <= unit.max:
            self.add(found, f"{unit.min:g}..{unit.max:g} ({demand.unit})")
        elif demand.sense is Sense.YES and value != 1:
            self.add(found, '"yes"')


def _demands(decision: Decision) -> Iterable[tuple[str, str, Demand]]:
    for criterion in decision.criteria:
        for indicator in criterion.indicators:
            for key, (_label, demand) in indicator.requirements().items():
                yield decision.files[criterion.id], key, demand


def _check_numbers(decision: Decision, faults: FaultList) -> None:
    record = decision.record
    ids = [criterion.id for criterion in decision.criteria]
    numbered = [str(number) for number in range(1, record.totals.criteria + 1)]
    if record.amends is None and ids != numbered:
        found = _("criteria {found}").format(found=", ".join(ids))
        faults.add(record.id, found, f"1..{record.totals.criteria}")
    indicators = [(criterion, item) for criterion in decision.criteria for item in criterion.indicators]
    if record.coverage == "complete" and len(indicators) != record.totals.indicators:
        found = _("{count} indicators").format(count=len(indicators))
        faults.add(record.id, found, str(record.totals.indicators))
    seen: set[str] = set()
    for criterion, item in indicators:
        where = decision.files[criterion.id]
        if item.id in seen:
            faults.add(where, _("indicator {id} stands twice").format(id=item.id))
        if item.id.split(".")[0] != criterion.id:
            found = _("indicator {id} in criterion {criterion}").format(id=item.id, criterion=criterion.id)
            faults.add(where, found)
        if len({part.id for part in item.parts}) < len(item.parts):
            faults.add(where, _("indicator {id}: a part stands twice").format(id=item.id))
        seen.add(item.id)


def _check_demand(place: _Place, demand: Demand) -> None:
    registers = place.tree.registers
    cited = [source for level in demand.levels for source in level.sources]
    if demand.allows_not_assessed:
        cited += demand.allows_not_assessed.sources
    place.known(_("unit"), [demand.unit], registers.units)
    place.known(_("source"), cited, registers.sources)
    place.known(_("quantity"), [level.of for level in demand.levels if level.of], registers.bases)
    for level in demand.levels:
        place.known(_("region"), () if level.regions == "all" else level.regions, registers.regions)
        if level.value is not None:
            place.in_bounds(level.value, demand)
    for one, other in combinations(demand.levels, 2):
        if shared := _shared_regions(one, other):
            when = one.year or other.year or _("all years")
            found = _("two levels for {regions} in {when}").format(regions=", ".join(shared), when=when)
            place.add(found, _("one level a region and year"))


def _shared_regions(one: Level, other: Level) -> list[str]:
    """List the regions in which two levels hold in the same year."""
    if one.year is not None and other.year is not None and one.year != other.year:
        return []
    if one.regions == "all" or other.regions == "all":
        return ["all"]
    return sorted(set(one.regions) & set(other.regions))


def _check_amendment(decision: Decision, tree: Tree, faults: FaultList) -> None:
    record = decision.record
    if record.amends is None:
        return
    bases = {
        key: item
        for key, item in tree.decisions.items()
        if item.record.amends is None and item.record.variant == record.variant
    }
    if record.amends not in bases:
        found = _("amends '{id}', which is not a decision of this variant").format(id=record.amends)
        faults.add(record.id, found, nearest(record.amends, bases))
        return
    held = [item.id for criterion in bases[record.amends].criteria for item in criterion.indicators]
    for criterion in decision.criteria:
        for indicator in criterion.indicators:
            if indicator.id not in held:
                found = _("amends indicator {id}, which {base} does not have").format(
                    id=indicator.id, base=record.amends
                )
                faults.add(decision.files[criterion.id], found, nearest(indicator.id, held))


def _check_time(tree: Tree, faults: FaultList) -> None:
    records = [decision.record for decision in tree.decisions.values()]
    for one, other in combinations(sorted(records, key=lambda record: record.in_force.first), 2):
        if one.variant != other.variant:
            continue
        pair = f"{one.id}, {other.id}"
        if one.judges_years and other.judges_years and one.judges_years.overlaps(other.judges_years):
            faults.add(pair, _("both judge the same years"), _("one set a year"))
        both_whole = one.amends is None and other.amends is None
        if both_whole and (one.in_force.last is None or other.in_force.first <= one.in_force.last):
            faults.add(pair, _("both are in force on the same days"), _("an end date before the next begins"))


def _check_entries(tree: Tree, entries: Iterable[tuple[str, Assumption | Correction]], faults: FaultList) -> None:
    entries = list(entries)
    for where, entry in entries:
        place = _Place(tree, faults, where, entry.requirement)
        place.known(_("region"), [entry.region], tree.registers.regions)
        place.known(_("decision"), [_set_of(entry)], tree.decisions)
        if _set_of(entry) not in tree.decisions:
            continue
        held = tree.decisions[_set_of(entry)].requirements()
        place.known(_("requirement"), [entry.requirement], held)
        if entry.requirement in held:
            place.in_bounds(entry.value, held[entry.requirement][1])
            if isinstance(entry, Assumption):
                _check_assumed(place, entry, held[entry.requirement][1])
    for (where, one), (second, other) in combinations(entries, 2):
        same = (_set_of(one), one.requirement, one.region) == (
            _set_of(other),
            other.requirement,
            other.region,
        )
        if same and one.years.overlaps(other.years):
            found = _("the years overlap with {other}").format(other=second)
            _Place(tree, faults, where, one.requirement).add(found, _("one level a region and year"))


def _check_reach(tree: Tree, faults: FaultList) -> None:
    """Note assumptions and corrections for years in which their decision does not decide the requirement."""
    sets = effective_sets(tree)
    entries: list[tuple[str, Assumption | Correction]] = [*tree.assumptions, *tree.corrections]
    for where, entry in entries:
        decision = tree.decisions.get(_set_of(entry))
        if decision is None or entry.requirement not in decision.requirements():
            continue
        deciding = {
            year: {
                item.requirements[entry.requirement].decision.id
                for item in sets_of_year(sets, year, decision.record.variant)
                if entry.requirement in item.requirements
            }
            for year in range(entry.years.first, entry.years.last + 1)
        }
        if idle := [year for year, ids in deciding.items() if decision.record.id not in ids]:
            text = _("{decision} does not decide this requirement in {years}")
            found = text.format(decision=decision.record.id, years=", ".join(map(str, idle)))
            others = sorted({other for year in idle for other in deciding[year]})
            action = _("Name the decision that decides the year, or shorten the years.")
            _Place(tree, faults, where, entry.requirement).add(found, ", ".join(others), action)


def _set_of(entry: Assumption | Correction) -> str:
    return entry.set if isinstance(entry, Assumption) else entry.decision


def _check_assumed(place: _Place, entry: Assumption, demand: Demand) -> None:
    """Note an assumption that would hide a level of the law."""
    place.known(_("source"), entry.sources, place.tree.registers.sources)
    span = range(entry.years.first, entry.years.last + 1)
    if years := [year for year in span if _law_holds(demand, entry.region, year)]:
        found = _("the decision itself holds a level for {years}").format(years=", ".join(map(str, years)))
        action = _("Delete the assumption, or correct the level in data/local/criteria.yaml.")
        place.add(found, _("assumptions only where the law holds no usable level"), action)


def _law_holds(demand: Demand, region: str, year: int) -> bool:
    return any(
        (level.value is not None or level.expected is not None)
        and level.verified is not Verified.MEMORY_LOW
        and level.holds_in(region, year)
        for level in demand.levels
    )
