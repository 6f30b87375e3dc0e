"""Checks of change: from year to year within the file, and against what counted before it; mistaken units are told apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from ntm_lib.criteria.levels import number
from ntm_lib.messages import _
from ntm_lib.submissions.checks.filing import Filing
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.lines import ASPECT, Bools, Floats, Item, Lines, Places, true_at
from ntm_lib.submissions.checks.rule import Rule
from ntm_lib.submissions.checks.settings import CheckRules, Jump
from ntm_lib.submissions.forms.words import status_words
from ntm_lib.submissions.lines import FINDING, split_keys
from ntm_lib.submissions.model import Weight, firmness
from ntm_lib.tables import contract

_EPS = 1e-9


@dataclass(frozen=True, eq=False)
class Beside:
    """Pairs of lines of one unit: ``now`` of the file; ``then`` numbers in the items of the file; ``gap`` in years."""

    lines: Lines
    now: Places
    then: Floats
    gap: Floats
    years: np.ndarray

    @property
    def numbers(self) -> Floats:
        """The numbers of the file, by pair and item."""
        return self.lines.numbers[self.now]


def _years_beside(filing: Filing) -> Iterator[Beside]:
    """Yield the lines of the file beside those of the nearest earlier year in it."""
    for lines in _of_state(filing):
        now, then = lines.previous
        gap = (lines.years[now] - lines.years[then]).astype(float)
        yield Beside(lines, now, lines.numbers[then], gap, lines.years[then])


def _of_state(filing: Filing) -> Iterator[Lines]:
    """Yield lines that may be compared with other years: states at year-ends, and sums of single years by unit."""
    for agreed, lines in filing.all_lines():
        if agreed.period in {"year_end", "during_year"} and len(lines) > 1:
            yield lines.by_year if "period_to" in agreed.key else lines


def _earlier_beside(filing: Filing) -> Iterator[Beside]:
    """Yield the lines of the file beside those that counted before for the same unit, year and further keys."""
    for lines in filing.tables.values():
        stood = filing.before.get((lines.table, lines.set_id))
        if stood is None:
            continue
        now, before = _aligned(lines, stood)
        columns = pd.Index([item.name for item in stood.items]).get_indexer(
            pd.Index([item.name for item in lines.items])
        )
        then = stood.numbers[before][:, columns]
        then[:, columns < 0] = np.nan
        yield Beside(lines, now, then, np.ones(len(now)), lines.years[now])


def jumps(filing: Filing) -> Iterator[Hit]:
    """Find changes from year to year beyond plausibility."""
    for pair in _years_beside(filing):
        yield from _jumps(filing, pair, 1.0)


def revisions(filing: Filing) -> Iterator[Hit]:
    """Find values that changed beyond plausibility since they were handed in before."""
    for pair in _earlier_beside(filing):
        yield from _jumps(filing, pair, filing.rules.revision)


def _jumps(filing: Filing, pair: Beside, scale: float) -> Iterator[Hit]:
    limits = [_limit(filing.rules, pair.lines.table, item) for item in pair.lines.items]
    factor, floor, points = (
        np.array([np.nan if value is None else value for value in column])
        for column in zip(
            *[(None, None, None) if one is None else (one.factor, one.floor, one.points) for one in limits], strict=True
        )
    )
    factor = 1 + (factor - 1) * scale
    now, then, gap = pair.numbers, pair.then, pair.gap[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        high, low = np.maximum(now, then), np.minimum(now, then)
        odd = (low > 0) & (high > low * factor**gap + _EPS) & (high - low > floor * scale)
        odd |= high - low > points * scale * gap + _EPS
    odd &= ~_confused(filing, pair) & ~_across_a_turn(pair, limits)
    for row, place in np.argwhere(odd):
        limit = limits[place]
        yield _hit(filing, pair, row, place, _look_again(), str(limit.reason) if limit else "")


def _across_a_turn(pair: Beside, limits: list[Jump | None]) -> Bools:
    """Tell where the measure of an item changed between the two years."""
    now = pair.lines.years[pair.now]
    turned = [
        np.any([(pair.years < turn) & (now >= turn) for turn in one.turns], axis=0)
        if one is not None and one.turns
        else np.zeros(len(now), dtype=bool)
        for one in limits
    ]
    return np.column_stack(turned)


def confusions(filing: Filing) -> Iterator[Hit]:
    """Find values too large or too small by a power of ten beside the year before."""
    for pair in _years_beside(filing):
        yield from _confusions(filing, pair)


def confused_revisions(filing: Filing) -> Iterator[Hit]:
    """Find values too large or too small by a power of ten beside what was handed in before."""
    for pair in _earlier_beside(filing):
        yield from _confusions(filing, pair)


def _confusions(filing: Filing, pair: Beside) -> Iterator[Hit]:
    action = _("Check the unit: {unit}. Metres or kilometres, đồng, million or billion, a fraction or a percentage?")
    for row, place in np.argwhere(_confused(filing, pair)):
        item = pair.lines.items[place]
        yield _hit(filing, pair, row, place, action.format(unit=filing.unit(item)), "")


def _confused(filing: Filing, pair: Beside) -> Bools:
    """Tell where now and then lie a power of ten apart by which units are mistaken."""
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(np.log10(pair.numbers) - np.log10(pair.then))
    confused = np.zeros(apart.shape, dtype=bool)
    for rule in filing.rules.confusions:
        of_unit = np.array([item.unit in rule.units and ASPECT not in item.name for item in pair.lines.items])
        with np.errstate(invalid="ignore"):
            of_unit = of_unit & (np.maximum(pair.numbers, pair.then) >= rule.least)
        for power in rule.powers:
            confused |= of_unit & (np.abs(apart - power) <= filing.rules.confusion_tolerance)
    return confused


def zero_for_blank(filing: Filing) -> Iterator[Hit]:
    """Find zeros after a year in which much stood there: something not reported may have been written as 0."""
    for pair in _years_beside(filing):
        limits = [_limit(filing.rules, pair.lines.table, item) for item in pair.lines.items]
        floor = np.array([np.nan if one is None or one.factor is None else one.floor for one in limits])
        with np.errstate(invalid="ignore"):
            vanished = (pair.numbers == 0) & (pair.then > floor)
        for row, place in np.argwhere(vanished):
            yield _hit(
                filing,
                pair,
                row,
                place,
                _("Leave the cell empty when the value is not known; write 0 when there is none."),
                "",
            )


def gone(filing: Filing) -> Iterator[Hit]:
    """Find lines in which something reported before is empty now: a blank erases nothing."""
    for lines in filing.tables.values():
        stood = filing.before.get((lines.table, lines.set_id))
        if stood is None:
            continue
        now, then = _aligned(lines, stood)
        columns = pd.Index([item.name for item in lines.items]).get_indexer(
            pd.Index([item.name for item in stood.items])
        )
        is_there: Bools = (lines.places[now] >= 0)[:, columns] & (columns >= 0)
        lost: Bools = (stood.places[then] >= 0) & ~is_there
        for row in true_at(np.logical_or.reduce(lost, axis=1)):
            head = lines.heads.iloc[now[row]]
            labels = [stood.items[place].label for place in true_at(lost[row])]
            told = _("{unit}, {year}: empty now, reported before: {items}").format(
                unit=filing.name(head["unit_code"]), year=int(head["year"]), items=", ".join(labels)
            )
            action = _still_counts(stood, stood.places[then[row]][lost[row]])
            yield filing.hit(lines, int(now[row]), "", "", action, found=told)


def firmer_before(filing: Filing) -> Iterator[Hit]:
    """Find lines that are less firm than what was reported before of the same year, which goes on counting."""
    words = status_words()
    for lines in filing.tables.values():
        stood = filing.before.get((lines.table, lines.set_id))
        if stood is None:
            continue
        now, then = _aligned(lines, stood)
        of_now, of_then = (of.heads["status"].to_numpy() for of in (lines, stood))
        for row in true_at(firmness(of_now[now]) < firmness(of_then[then])):
            head = lines.heads.iloc[now[row]]
            told = _("{unit}, {year}: {status}, reported before: {before}").format(
                unit=filing.name(head["unit_code"]),
                year=int(head["year"]),
                status=words[of_now[now[row]]],
                before=words[of_then[then[row]]],
            )
            places = stood.places[then[row]]
            yield filing.hit(lines, int(now[row]), "", "", _firmer_counts(stood, places[places >= 0]), found=told)


def _firmer_counts(stood: Lines, places: Places) -> str:
    if "submission" not in stood.values:
        return _("What was counted goes on counting; a plan or an estimate does not replace it.")
    numbers = sorted(set(stood.values["submission"].to_numpy()[places].tolist()))
    return _(
        "What was counted goes on counting; a plan or an estimate does not replace it. If it was wrong, withdraw it: {commands}"
    ).format(commands="; ".join(f"ntm submit --undo {one}" for one in numbers))


def gone_lines(filing: Filing) -> Iterator[Hit]:
    """Find whole lines that were reported before for the same round and are not in the file, a finding a unit and table."""
    for lines in filing.tables.values():
        stood = filing.before.get((lines.table, lines.set_id))
        if stood is None or filing.sender is None or "round" not in stood.values:
            continue
        keys = ["unit_code", "year", "row"]
        is_there = pd.MultiIndex.from_frame(stood.heads[keys]).isin(pd.MultiIndex.from_frame(lines.heads[keys]))
        first = np.where(stood.places >= 0, stood.places, len(stood.values)).min(axis=1)
        of_round = stood.values["round"].to_numpy()[first] == filing.sender.round
        for unit, rows in stood.heads[~is_there & of_round].groupby("unit_code", sort=False):
            words = dict.fromkeys(
                _line_words(int(year), str(row)) for year, row in zip(rows["year"], rows["row"], strict=True)
            )
            told = _("{unit}: not in this file, reported before: {lines}").format(
                unit=filing.name(unit), lines="; ".join(words)
            )
            places = stood.places[rows.index]
            beside = true_at(lines.heads["unit_code"] == unit)[:1] or [0]
            yield filing.hit(lines, beside[0], "", "", _still_counts(stood, places[places >= 0]), found=told)


def _line_words(year: int, row: str) -> str:
    return f"{year} ({', '.join(split_keys(row))})" if row and row != FINDING else str(year)


def _still_counts(stood: Lines, places: Places) -> str:
    """Say that what stood goes on counting and, where it is known which files it stands in, how it is withdrawn."""
    if "submission" not in stood.values:
        return _("What was reported before goes on counting; write the new value if it changed.")
    numbers = sorted(set(stood.values["submission"].to_numpy()[places].tolist()))
    return _(
        "What was reported before goes on counting. To change it, write the new value. To withdraw it, take this file in first, "
        "then: {commands}"
    ).format(commands="; ".join(f"ntm submit --undo {one}" for one in numbers))


def _aligned(lines: Lines, stood: Lines) -> tuple[Places, Places]:
    """Return the lines that counted before too, and the latest of these: same unit, year and further keys."""
    keys = ["unit_code", "year", "row"]
    latest = stood.heads.sort_values("as_of_date", kind="stable").drop_duplicates(keys, keep="last")
    place = pd.MultiIndex.from_frame(latest[keys]).get_indexer(pd.MultiIndex.from_frame(lines.heads[keys]))
    now = np.flatnonzero(place >= 0)
    return now, latest.index.to_numpy()[place[now]].astype(np.intp)


def _hit(filing: Filing, pair: Beside, row: int, place: int, action: str, reason: str) -> Hit:
    line, item = int(pair.now[row]), pair.lines.items[place].name
    is_before = int(pair.years[row]) == int(pair.lines.years[line])
    before = (
        _("close to {value}, handed in before for {year}") if is_before else _("close to {value}, the value of {year}")
    ).format(value=number(pair.then[row, place]), year=int(pair.years[row]))
    return filing.hit(pair.lines, line, item, f"{before} ({reason})" if reason else before, action)


def _look_again() -> str:
    return _("Check the value against its source; if it is right, say why in the notes.")


def _limit(rules: CheckRules, table: str, item: Item) -> Jump | None:
    """Return the limits of an item: those of the first entry that fits."""
    return None if ASPECT in item.name else _first(rules.jumps, table, item.name, item.unit)


@lru_cache(maxsize=4096)
def _first(jumps: tuple[Jump, ...], table: str, name: str, unit: str) -> Jump | None:
    for jump in jumps:
        if table in jump.tables and (name in jump.items or unit in jump.units):
            return jump
    return None


def percent_for_count(filing: Filing) -> Iterator[Hit]:
    """Find counts that look like the percentage of their whole that the neighbouring year had."""
    for _agreed, lines in filing.all_lines():
        for bound in contract(lines.table, filing.project).bounds:
            part, whole = lines.number(bound.part), lines.number(bound.whole)
            now, then = lines.previous
            with np.errstate(invalid="ignore", divide="ignore"):
                share = 100 * part / whole
                for one, other in ((now, then), (then, now)):
                    is_percent = (part[one] <= 100) & (whole[one] > 100) & (np.abs(part[one] - share[other]) <= 10)
                    is_far = np.abs(share[one] - share[other]) > 30
                    for line in one[np.asarray(is_percent & is_far)].tolist():
                        expected = _("a count; beside the year before or after it looks like a percentage of {whole}")
                        told = expected.format(whole=number(whole[line]))
                        yield filing.hit(
                            lines, int(line), bound.part, told, _("Write the count itself, not the percentage.")
                        )


_WHERE = "parameters/submissions/checks.yaml"
RULES = (
    Rule("jump", Weight.DOUBTFUL, "values beside the year before", "what is built, owned and counted changes slowly", f"{_WHERE}: jumps", jumps),
    Rule("revision", Weight.DOUBTFUL, "values beside those handed in before", "a correction is smaller than a year's change", f"{_WHERE}: revision", revisions),
    Rule("unit_mistaken", Weight.DOUBTFUL, "powers of ten beside the year before", "km and m, million and billion, fraction and percentage are mistaken", f"{_WHERE}: confusions", confusions),
    Rule("unit_mistaken_before", Weight.DOUBTFUL, "powers of ten beside what was handed in before", "km and m, million and billion, fraction and percentage are mistaken", f"{_WHERE}: confusions", confused_revisions),
    Rule("zero_for_blank", Weight.DOUBTFUL, "zeros where much stood a year before", "empty is not zero", "report_outline: zero must be written as 0", zero_for_blank),
    Rule("firmer_before", Weight.DOUBTFUL, "status beside what was handed in before", "a plan or estimate does not replace what was counted", "report_outline: each value carries a status", firmer_before),
    Rule("gone", Weight.NOTE, "values reported before and empty now", "a blank erases nothing", "report_outline: empty means not reported", gone, is_of_absence=True),
    Rule("gone_lines", Weight.NOTE, "lines reported before for the same round and not in the file", "a line left out erases nothing", "report_outline: empty means not reported", gone_lines, is_of_absence=True),
    Rule("percent_for_count", Weight.DOUBTFUL, "counts beside their whole and the neighbouring year", "a percentage is written where a count is meant", "report_outline: 6,46% tiêu chí/xã", percent_for_count),
)  # fmt: skip
