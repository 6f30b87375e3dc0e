"""Work printed figures out anew, by their keys, from nothing but the record of the page: plain code, apart from the program's."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from provenance_pages import Behind, line_values

Record = dict[str, Any]
Worked = list[float] | None
"""The values of a figure in the order in which it carries them; None where the record does not hold all that it takes."""
_RULES: list[tuple[re.Pattern[str], Callable[["Page", Behind, re.Match[str]], Worked]]] = []
ROUNDED = {r"capital_picture\..+": 0.5, r"volume\..+\.done": 0.0501}
"""Figures that are printed rounded, by their keys, and by how much they may differ."""
OUTCOMES = "held|gained|start_unknown|not_kept|new_rules|not_yet|unknown|not_assessed"
YEAR = r"(?P<year>\d{4})"


def recomputed(record: Record, key: str, found: Behind, sibling: Callable[[str], Behind | None]) -> Worked:
    """Work one figure out; ``sibling``: what stands behind another figure of the same unit, by the rest of its key."""
    rest = key.split(".", 2)[2]
    for pattern, rule in _RULES:
        if match := pattern.fullmatch(rest):
            return rule(Page(record, sibling), found, match)
    return None


def tolerance(key: str) -> float:
    """Return by how much a figure may differ from what the record gives."""
    rest = key.split(".", 2)[2]
    return next((most for pattern, most in ROUNDED.items() if re.fullmatch(pattern, rest)), 1e-9)


def _works_out(*patterns: str) -> Any:
    def register(rule: Any) -> Any:
        _RULES.extend((re.compile(pattern), rule) for pattern in patterns)
        return rule

    return register


class Page:
    """The verdicts and lines of a record."""

    def __init__(self, record: Record, sibling: Callable[[str], Behind | None]) -> None:
        self.record, self.sibling = record, sibling
        self.years = sorted(map(int, record["years"]))

    def year(self, year: int) -> Record:
        return self.record["years"][str(year)]

    def sign(self, year: int, criterion: str, place: int) -> str:
        return self.year(year)["criteria"][criterion][place]

    def signs(self, year: int, found: Behind) -> Iterator[str]:
        for place in found.communes:
            for criterion in found.items:
                yield self.sign(year, criterion, place)

    def is_met(self, sign: str) -> bool:
        return sign == "1" or (sign == "2" and self.record["not_assessed"] == "counts_as_met")

    def ends(self, year: int, found: Behind) -> tuple[int, int, int]:
        """Count what is met for certain, what may be, and what it is out of."""
        signs = list(self.signs(year, found))
        low = sum(map(self.is_met, signs))
        of = sum(self.is_met(sign) or sign != "2" for sign in signs)
        return low, low + signs.count("-"), of

    def means(self, year: int, found: Behind) -> list[float]:
        held = self.year(year)
        own = [place for place in found.communes if held["reported"][place] == "1"]
        return [sum(held[end][place] for place in own) / len(own) for end in ("low", "high")] if own else []

    def sums(self, year: int, found: Behind) -> list[float]:
        return [sum(self.year(year)[end][place] for place in found.communes) for end in ("low", "high")]

    def judged_by(self, year: int, criterion: str) -> frozenset[tuple[Any, ...]]:
        """Return what judged a criterion: requirements with sense, decision and level."""
        rules = (self.record["rules"][place] for place in self.year(year)["rules"])
        return frozenset((rule[0], rule[5], rule[8], rule[4]) for rule in rules if rule[1] == criterion)

    def is_unchanged(self, first: int, last: int, criterion: str) -> bool:
        return len({self.judged_by(year, criterion) for year in range(first, last + 1)}) == 1

    def outcome(self, criterion: str, place: int) -> str:
        course = [self.sign(year, criterion, place) for year in self.years]
        if course[-1] in "2-":
            return "not_assessed" if course[-1] == "2" else "unknown"
        if course[-1] == "1":
            return {"1": "held", "0": "gained"}.get(course[0], "start_unknown")
        if "1" not in course:
            return "not_yet"
        met = max(number for number, sign in enumerate(course) if sign == "1")
        fell = next(number for number in range(met, len(course)) if course[number] == "0")
        return "not_kept" if self.is_unchanged(self.years[met], self.years[fell], criterion) else "new_rules"

    def step(self, year: int, criterion: str, place: int) -> str:
        before, after = self.sign(year - 1, criterion, place), self.sign(year, criterion, place)
        if "2" in before + after:
            return "not_assessed"
        if "-" in before + after:
            return "unknown"
        same = self.is_unchanged(year - 1, year, criterion)
        return {
            "11": "kept",
            "01": "gained" if same else "gained_new_rules",
            "10": "not_kept" if same else "new_rules",
            "00": "still_missing",
        }[before + after]


@_works_out(rf"progress\.criterion_share\.\d+\.{YEAR}", rf"table\.progress_criteria\.\d+\.share_{YEAR}")
def _share(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    low, high, of = page.ends(int(match["year"]), found)
    return [100 * low / of, 100 * high / of]


@_works_out(rf"table\.progress_by_commune\.\d+\.met_{YEAR}")
def _of_commune(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    return page.sums(int(match["year"]), found)


@_works_out(
    rf"progress\.criteria_group\.\w+\.{YEAR}", rf"table\.progress_criteria_groups\.\w+\.(?P<what>mean|all)_{YEAR}",
    r"progress\.criteria_group\.\w+\.(?P<what>of)", r"table\.progress_criteria_groups\.\w+\.(?P<what>criteria)",
)  # fmt: skip
def _group(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    what = match.groupdict().get("what") or "mean"
    if what in {"of", "criteria"}:
        return [len(found.items)]
    year = int(match["year"])
    met = [[page.sign(year, name, place) for name in found.items] for place in found.communes]
    ends = [page.is_met, lambda sign: page.is_met(sign) or sign == "-"]
    if what == "all":
        return [sum(all(end(sign) or sign == "2" for sign in signs) for signs in met) for end in ends]
    reported = page.year(year)["reported"]
    own = [signs for place, signs in zip(found.communes, met, strict=True) if reported[place] == "1"]
    return [sum(end(sign) for signs in own for sign in signs) / len(own) for end in ends]


@_works_out(
    rf"table\.progress_kept\.\d+\.(?P<name>{OUTCOMES})", rf"progress\.outcome\.(?P<name>{OUTCOMES})\.\d+",
    rf"table\.progress_by_commune\.\d+\.(?P<name>{OUTCOMES})", r"progress\.not_kept\.\d+\.\d+(?P<name>)",
)  # fmt: skip
def _outcome(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    name = match["name"] or "not_kept"
    criteria = found.items or list(page.record["criteria"])
    return [sum(page.outcome(criterion, place) == name for criterion in criteria for place in found.communes)]


@_works_out(r"table\.progress_times\.\d+\.(?P<name>at_start|later|not_yet|without_data)")
def _times(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    [criterion] = found.items
    courses = [[page.sign(year, criterion, place) for year in page.years] for place in found.communes]
    met = [[page.is_met(sign) for sign in course] for course in courses]
    return [
        {
            "at_start": sum(one[0] for one in met),
            "later": sum(any(one) and not one[0] for one in met),
            "not_yet": sum(not any(one) and set(course) != {"-"} for one, course in zip(met, courses, strict=True)),
            "without_data": sum(set(course) == {"-"} for course in courses),
        }[match["name"]]
    ]


@_works_out(rf"progress\.steps\.(?P<name>[a-z_]+)\.{YEAR}", rf"table\.progress_steps\.{YEAR}\.(?P<name>[a-z_]+)")
def _step(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    year, taken = int(match["year"]), match["name"]
    criteria = found.items or list(page.record["criteria"])
    return [sum(page.step(year, criterion, place) == taken for criterion in criteria for place in found.communes)]


@_works_out(r"table\.missing_together\.[\d-]+\.(?P<name>known|both|expected|lift)")
def _together(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    pairs = [tuple(page.sign(found.years[-1], name, place) for name in found.items) for place in found.communes]
    known = [pair for pair in pairs if set(pair) <= {"0", "1"}]
    both = known.count(("0", "0"))
    expected = sum(one == "0" for one, _other in known) * sum(other == "0" for _one, other in known) / len(known)
    return [{"known": len(known), "both": both, "expected": expected, "lift": both / expected}[match["name"]]]


@_works_out(r"table\.criteria_standing\.\d+\.(?P<name>before|now|rate)", r"criterion\.\d+\.(?P<name>gain)")
def _standing(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    def ends(year: int) -> list[int]:
        signs = list(page.signs(year, found))
        return [signs.count("1"), signs.count("1") + signs.count("-")]

    first, last = ends(page.years[0]), ends(page.years[-1])
    match match["name"]:
        case "before":
            return first
        case "now":
            return last
        case "gain":
            return [last[0] - first[1]]
    return [100 * last[0] / len(found.communes)]


@_works_out(
    r"table\.blocking_requirements\.[^.]+\.(?P<name>communes|alone)", r"(?P<name>blocking|alone)\.[^.]+(?:\.[^.]+)*",
)  # fmt: skip
def _blocking(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    """Only where every commune reported for itself: parts of a merged one are joined by a rule of the program."""
    if page.record["parts"] != [[place] for place in range(len(page.record["parts"]))]:
        return None
    held, counts = page.year(found.years[-1]), [0, 0, 0]
    rules = [page.record["rules"][place] for place in held["rules"]]
    [item] = found.items
    criterion = next(rule[1] for rule in rules if rule[0] == item)
    for place in found.communes:
        if held["criteria"][criterion][place] != "0":
            continue
        own = {
            rule[0]: signs[place] for rule, signs in zip(rules, held["verdicts"], strict=True) if rule[1] == criterion
        }
        counts[0] += own[item] == "0"
        counts[1] += own[item] == "0" and sorted(own.values()).count("0") == 1 and "-" not in own.values()
        counts[2] += 1
    return {"communes": counts[:1], "alone": counts[1:2], "blocking": [counts[0], counts[2]]}[match["name"]]


@_works_out(r"cases")
def _cases(page: Page, found: Behind, _match: re.Match[str]) -> Worked:
    return [list(page.signs(found.years[-1], found)).count("0")]


@_works_out(r"mean_gain", r"progress\.gain")
def _gain(page: Page, found: Behind, _match: re.Match[str]) -> Worked:
    return [page.means(found.years[-1], found)[0] - page.means(found.years[0], found)[1]]


@_works_out(
    r"table\.change_counts\.criteria\.(?P<end>first|last|change)", r"table\.change_means\.\d{4}_\d{4}\.(?P<end>first|last|change)",
    r"table\.change_by_criterion\.\d+\.(?P<end>change)",
)  # fmt: skip
def _change(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    if found.items:
        first, last = (list(page.ends(year, found)[:2]) for year in found.years)
    else:
        is_mean = "change_means" in match[0]
        first, last = (page.means(year, found) if is_mean else page.sums(year, found) for year in found.years)
    return {"first": first, "last": last, "change": [last[0] - first[0]]}[match["end"]]


@_works_out(r"table\.series_on_units\.(?P<on>[\d-]+)\.(?P<year>\d{4})")
def _on_units(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    """Only on the units of the page: the others are not in the record."""
    day = "/".join(reversed(match["on"].split("-")))
    return page.means(int(match["year"]), found) if day == page.record["about"]["units_on"] else None


@_works_out(rf"table\.same_results_by_set\.{YEAR}\.(?P<set>[a-z0-9_-]+?)_(?P<name>mean|decided|all)")
def _by_own_set(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    """Only by the set that judges the year: what another set would say is not in the record."""
    year = int(match["year"])
    held = page.year(year)
    decisions = {page.record["rules"][place][8] for place in held["rules"]} | {held["set"]}
    if set(re.split(r"_(?=qd)", match["set"])) != {name.lower().replace("+", "_") for name in decisions}:
        return None
    own = [place for place in found.communes if held["reported"][place] == "1"]
    if match["name"] == "mean":
        return page.means(year, found)
    if match["name"] == "all":
        return [sum(held[end][place] == held["of"][place] for place in found.communes) for end in ("low", "high")]
    known = sum(page.sign(year, name, place) != "-" for name in page.record["criteria"] for place in own)
    return [known / len(own)] if own else []


@_works_out(
    r"capital\.group_share\.(?P<name>[a-z]+)", r"table\.capital_by_source\.(?P<name>[a-z0-9_-]+)\.(?P<share>share)",
)  # fmt: skip
def _capital(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    whole = page.sibling("capital.total")
    part = found
    if match.groupdict().get("share") is None:
        part = page.sibling(f"capital.group.{match['name']}")
    if whole is None or part is None:
        return None
    return [100 * sum(line_values(page.record, part)) / sum(line_values(page.record, whole))]


@_works_out(rf"capital_picture\.[a-z]+\.{YEAR}")
def _capital_of_year(page: Page, found: Behind, _match: re.Match[str]) -> Worked:
    return [sum(line_values(page.record, found)) / 1000]


@_works_out(r"table\.(?:capital_by_year|capital_in_kind|same_results_by_set)\.(?P<year>\d{4})\.year")
def _year(_page: Page, found: Behind, match: re.Match[str]) -> Worked:
    return [found.years[-1]] if found.years[-1] == int(match["year"]) else []


@_works_out(r"table\.not_kept\.(?P<code>\d+)-(?P<criterion>\d+)-(?P<year>\d{4})\.(?P<name>met_in|year)")
def _not_kept(page: Page, _found: Behind, match: re.Match[str]) -> Worked:
    place = page.record["communes"][0].index(match["code"])
    course = {year: page.sign(year, match["criterion"], place) for year in page.years if year <= int(match["year"])}
    fell = max(course)
    if course[fell] != "0":
        return []
    return [fell if match["name"] == "year" else max(year for year, sign in course.items() if sign == "1")]


@_works_out(rf"(?P<name>group|group_of)\.\w+\.{YEAR}", rf"(?P<name>to_keep)\.{YEAR}")
def _criteria_of_commune(page: Page, found: Behind, match: re.Match[str]) -> Worked:
    year, [place] = int(match["year"]), found.communes
    if match["name"] == "group_of":
        return [len(found.items)]
    names = found.items if match["name"] == "group" else list(page.record["criteria"])
    signs = [page.sign(year, name, place) for name in names]
    return [signs.count("1"), signs.count("1") + (signs.count("-") if match["name"] == "group" else 0)]


@_works_out(r"criteria\.gained")
def _gained(page: Page, found: Behind, _match: re.Match[str]) -> Worked:
    pairs = [
        [page.sign(year, name, found.communes[0]) for year in page.years[:: len(page.years) - 1]]
        for name in found.items
    ]
    return [pairs.count(["0", "1"])]


@_works_out(rf"volume\.[\w-]+\.{YEAR}\.communes")
def _should_report(_page: Page, found: Behind, _match: re.Match[str]) -> Worked:
    return [len(found.communes)]


@_works_out(rf"profile\.\w+\.{YEAR}")
def _profile(page: Page, found: Behind, _match: re.Match[str]) -> Worked:
    """Add up the last figure of each part, none of which is divided."""
    [item] = found.items
    table, column = item.split(".")
    held = page.record["tables"][table]
    lines = zip(held["commune"], held["year"], held["columns"][column][2], strict=True)
    last = {commune: value for commune, _year, value in sorted(lines, key=lambda line: line[1]) if value is not None}
    return [sum(last[place] for place in found.communes)] if set(found.communes) <= set(last) else []
