"""What stands behind one figure, and the register of rules that tell it from the figure's key."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from ntm_lib import evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.territory import rows_of_year
from ntm_lib.messages import language
from ntm_lib.verdicts import Verdict

Kind = Literal["units", "counts", "criteria", "requirements", "lines", "norms", "files", "none"]
"""Where the way of a figure ends.

``units``: the register of units; ``counts``: how many criteria each commune met; ``criteria``, ``requirements``: single
verdicts with their values; ``lines``: columns of a table that was handed in; ``norms``: what a unit of each measure costs;
``files``: published facts or parameters that
belong to no commune; ``none``: the way is not laid yet, ``meaning`` says why.
"""
How = Literal["", "number", "mean", "value", "gap", "decided", "sum", "total", "range", "share", "rise"]
"""How the figure follows from the selection, where the record itself proves it.

``number``: as many communes; ``mean``: mean of their counts (low, high); ``value``: the value itself; ``gap``: its distance
to the level; ``decided``: verdicts met and not met; ``sum``: the columns added up over communes and years; ``total``:
the count (low, high) of one commune; ``range``: the least and the greatest value; ``share``: the first
column in percent of the second, or of the communes that reported it; ``rise``: what changed between the two years, over the
communes that reported both. Empty: derived in more steps; the record leads to what it was derived from.
"""

KEY = re.compile(r"(?P<level>[a-z_]+)\.(?P<code>\d+)-(?P<on>\d{8})\.(?P<rest>.+)")


@dataclass(frozen=True)
class Selection:
    """Communes, years and items behind a figure; ``communes`` None: all of the unit's in the programme.

    ``items``: criteria, requirements, ``table.column``, measures or files, by ``kind``; empty: all shown criteria.
    Communes of ``counts``, ``criteria`` and ``units`` are those of the page, of ``requirements`` and ``lines`` those that reported.
    """

    meaning: str
    kind: Kind
    years: tuple[int, ...] = ()
    items: tuple[str, ...] = ()
    communes: tuple[str, ...] | None = None
    how: How = ""


class Ground:
    """A territory with what its figures ask for again and again, worked out once."""

    def __init__(self, territory: Territory) -> None:
        self.territory = territory
        inside, parts = territory.in_programme, territory.parts
        self.columns = frozenset(map(str, territory.scores.criteria.columns))
        self._of_district = {str(code): list(rows.index) for code, rows in inside.groupby("parent_code")}
        self._inside = list(inside.index)
        self._known = frozenset(self._inside)
        self._old = parts.groupby("to_code", sort=False)["from_code"].agg(list).to_dict()
        self._new = parts.groupby("from_code", sort=False)["to_code"].agg(list).to_dict()
        self.requirements = {
            str(name).lower().replace(".", "-"): str(name)
            for rules in territory.reported.rules.values()
            for name in rules.requirements.index
        }
        self._held: dict[object, pd.DataFrame] = {}
        self._signs: dict[int, dict[str, dict[str, int]]] = {}
        self._criteria: dict[int, dict[str, str]] = {}
        self._of_communes: dict[int, dict[str, dict[object, int]]] = {}
        self._words: dict[tuple[str, int], str] = {}

    def level_of(self, code: str) -> str:
        """Return the level of a unit of the page; empty for what is no code of one."""
        levels = self.territory.vintage.frame["level"]
        known = code in self._of_district or code in self._known or code in self._new
        return "commune" if code in self._new else str(levels[code]) if known else ""

    def communes(self, level: str, code: str, *, as_reported: bool = False) -> list[str]:
        """Return the communes of a unit in the programme, on the units of the page.

        ``as_reported``: the code is that of a commune that reported; one code may name both, with other borders.
        """
        if code == self.territory.unit.code:
            return self._inside
        if level == "commune":
            is_own = code in self._known and not as_reported
            return [code] if is_own else list(dict.fromkeys(self._new.get(code, [])))
        return self._of_district.get(code, [])

    def reporters(self, level: str, code: str, *, as_reported: bool = False) -> list[str]:
        """Return the communes that reported for those of a unit; for the page's own, also for what left the programme."""
        if code == self.territory.unit.code:
            return [str(old) for old in self._new]
        if level == "commune" and code in self._new and (as_reported or code not in self._known):
            return [code]
        inside = self.communes(level, code, as_reported=as_reported)
        return list(dict.fromkeys(old for new in inside for old in self._old.get(new, [])))

    def counts(self, year: int) -> pd.DataFrame:
        """Return the counts of a year, with the column ``group`` of the planners."""
        return self._once(("counts", year), lambda: self._grouped(year))

    def verdicts(self, year: int) -> pd.DataFrame:
        """Return the verdicts of a year on each criterion."""
        return self._once(("verdicts", year), lambda: self.territory.of_year(self.territory.scores.criteria, year))

    def judged(self, year: int) -> pd.DataFrame:
        """Return the verdicts of a year on each requirement, by the communes that reported."""
        rules = self.territory.reported.rules[year]
        frame = self.territory.reported.requirements[rules.set_id]
        return self._once(("judged", year), lambda: rows_of_year(frame, year))

    def verdict(self, year: int, item: str, reporter: str) -> int:
        """Return the verdict of a commune that reported on one requirement of a year; unknown where it has none."""
        if year not in self._signs:
            judged = self.judged(year)
            codes = list(map(str, judged.index))
            self._signs[year] = {
                str(name): dict(zip(codes, judged[name].tolist(), strict=True)) for name in judged.columns
            }
        return int(self._signs[year].get(item, {}).get(reporter, Verdict.UNKNOWN))

    def criteria(self, year: int) -> dict[str, str]:
        """Return the criterion of each requirement of a year that the reader may see."""
        if year not in self._criteria:
            held = self.territory.reported.rules[year].requirements["criterion"]
            shown = set(self.territory.shown(map(str, held.unique())))
            self._criteria[year] = {str(name): str(of) for name, of in held.items() if str(of) in shown}
        return self._criteria[year]

    def verdicts_of(self, year: int, code: str) -> dict[str, int]:
        """Return the verdict of one commune of the page on each criterion of a year."""
        if year not in self._of_communes:
            self._of_communes[year] = {str(name): row for name, row in self.verdicts(year).to_dict("index").items()}
        return {str(name): int(verdict) for name, verdict in self._of_communes[year][code].items()}

    def requirement_words(self, item: str, year: int) -> str:
        """Return a requirement with its number and name in the set that judges a year."""
        if (item, year) not in self._words:
            about = self.territory.reported.rules[year].requirements
            label = (
                f"{item.split('/', maxsplit=1)[0]}. {about[label_column()].to_dict()[item]}"
                if item in about.index
                else item
            )
            self._words[item, year] = label
        return self._words[item, year]

    def _grouped(self, year: int) -> pd.DataFrame:
        counts = self.territory.of_year(self.territory.counts, year)
        return counts.assign(group=evaluation.groups(counts))

    def _once(self, name: object, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        if name not in self._held:
            self._held[name] = make()
        return self._held[name]


@dataclass(frozen=True)
class Scope:
    """The unit that a key names, within the territory of the page."""

    ground: Ground
    level: str
    code: str
    as_reported: bool = False

    @property
    def territory(self) -> Territory:
        """The territory of the page."""
        return self.ground.territory

    @property
    def first(self) -> int:
        """The first year of the period."""
        return self.territory.review.first_year

    @property
    def last(self) -> int:
        """The last year of the period."""
        return self.territory.review.last_year

    @property
    def years(self) -> tuple[int, ...]:
        """Every year of the period."""
        return tuple(self.territory.years)

    @property
    def communes(self) -> list[str]:
        """The communes of the unit in the programme, on the units of the page."""
        return self.ground.communes(self.level, self.code, as_reported=self.as_reported)

    @property
    def reporters(self) -> list[str]:
        """The communes that reported for those of the unit."""
        return self.ground.reporters(self.level, self.code, as_reported=self.as_reported)

    def counts(self, year: int) -> pd.DataFrame:
        """Return the counts of the unit's communes in a year, with their ``group``."""
        held = self.ground.counts(year)
        return held if self.code == self.territory.unit.code else held.loc[self.communes]

    def criterion(self, name: str) -> str:
        """Return a criterion with its name in the set of the last year."""
        labels = self.territory.reported.rules[self.last].criteria
        return f"{name}. {labels[label_column()].to_dict()[name]}" if name in labels.index else name


def label_column() -> str:
    """Return the column of labels in the reader's language."""
    return f"label_{language()}"


Resolver = Callable[[Scope, re.Match[str]], Selection | None]
_RULES: list[tuple[re.Pattern[str], Resolver]] = []


def resolves(*patterns: str) -> Callable[[Resolver], Resolver]:
    """Register how keys of these forms (after unit and date) lead to what stands behind them; the first match counts."""

    def register(resolver: Resolver) -> Resolver:
        _RULES.extend((re.compile(pattern), resolver) for pattern in patterns)
        return resolver

    return register


def resolve(ground: Ground, key: str) -> Selection | None:
    """Return what stands behind a figure; None when no rule knows its key.

    What the reader may not see is left out: nothing leads to a withheld criterion.
    """
    parts = KEY.fullmatch(key)
    if parts is None:
        return None
    territory = ground.territory
    as_reported = parts["on"] != f"{territory.vintage.date:%Y%m%d}"
    scope = Scope(ground, parts["level"], parts["code"], as_reported)
    for pattern, resolver in _RULES:
        if (match := pattern.fullmatch(parts["rest"])) and (found := resolver(scope, match)):
            return _shown(scope, found)
    return None


def _shown(scope: Scope, found: Selection) -> Selection:
    if found.kind in {"criteria", "requirements"}:
        hidden = scope.territory.withheld
        found = replace(found, items=tuple(item for item in found.items if item.split(".")[0] not in hidden))
    if found.communes is None and found.kind not in {"files", "none"}:
        communes = scope.reporters if found.kind in {"requirements", "lines"} else scope.communes
        found = replace(found, communes=tuple(communes))
    return found
