"""Checks of arithmetic within one table: totals, parts of wholes, shares, groups of communes, products."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ntm_lib.criteria.levels import number
from ntm_lib.messages import _, language
from ntm_lib.submissions.checks.filing import Filing
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.lines import Floats, Lines, true_at
from ntm_lib.submissions.checks.rule import Rule
from ntm_lib.submissions.checks.settings import Within
from ntm_lib.submissions.model import Weight
from ntm_lib.tables import SumRule

_EPS = 1e-9


def totals(filing: Filing) -> Iterator[Hit]:
    """Find totals that cannot be the sum of their parts, whatever the parts not reported are."""
    for lines, rule, total, parts in _sums(filing):
        known, is_whole = np.nansum(parts, axis=1), ~np.isnan(parts).any(axis=1)
        slack = rule.tolerance + _EPS
        wrong = (known > total + slack) | (is_whole & (np.abs(known - total) > slack))
        wrong &= ~np.isnan(parts).all(axis=1) & ~np.isnan(total)
        for line in true_at(wrong):
            yield filing.hit(lines, line, rule.total, _sum_text(lines, rule, known[line]), _add_again())


def open_totals(filing: Filing) -> Iterator[Hit]:
    """Find totals above the sum of the parts reported, where some parts are empty."""
    for lines, rule, total, parts in _sums(filing):
        known, missing = np.nansum(parts, axis=1), np.isnan(parts)
        open_ = missing.any(axis=1) & ~missing.all(axis=1) & (total > known + rule.tolerance + _EPS)
        for line in true_at(open_):
            empty = ", ".join(_label(filing, lines, rule.parts[place]) for place in true_at(missing[line]))
            expected = _("the parts reported make {sum}; empty: {items}").format(sum=number(known[line]), items=empty)
            action = _("Write the parts that are missing, or 0 where there is nothing.")
            yield filing.hit(lines, line, rule.total, expected, action)


def _sums(filing: Filing) -> Iterator[tuple[Lines, SumRule, Floats, Floats]]:
    for agreed, lines in filing.all_lines():
        for rule in agreed.sums:
            yield lines, rule, lines.number(rule.total), np.column_stack([lines.number(part) for part in rule.parts])


def _label(filing: Filing, lines: Lines, item: str) -> str:
    for agreed, other in filing.all_lines():
        if other is lines and item in agreed.names:
            label = agreed.column(item).label
            return label.vi if language() == "vi" else label.en
    return item


def _sum_text(lines: Lines, rule: SumRule, known: float) -> str:
    labels = [lines.items[lines.column[part]].label for part in rule.parts if part in lines.column]
    return _("{sum}, the sum of: {items}").format(sum=number(known), items=", ".join(labels))


def _add_again() -> str:
    return _("Add up again and correct the total or the part.")


def bounds(filing: Filing) -> Iterator[Hit]:
    """Find parts that are more than their whole, by the contract."""
    for agreed, lines in filing.all_lines():
        for bound in agreed.bounds:
            part, whole = lines.number(bound.part), lines.number(bound.whole)
            for line in true_at(part > whole + _EPS):
                yield _too_much(filing, lines, int(line), [bound.part], [bound.whole], part[line], whole[line])


def certainly_within(filing: Filing) -> Iterator[Hit]:
    """Find parts that cannot be more than their whole and are, by the parameters."""
    yield from _within(filing, [rule for rule in filing.rules.within if rule.is_certain])


def usually_within(filing: Filing) -> Iterator[Hit]:
    """Find parts that are usually not more than their whole."""
    yield from _within(filing, [rule for rule in filing.rules.within if not rule.is_certain])


def _within(filing: Filing, rules: Sequence[Within]) -> Iterator[Hit]:
    for rule in rules:
        for lines in filing.lines(rule.table):
            parts = np.column_stack([lines.number(part) for part in rule.parts])
            whole = np.column_stack([lines.number(item) for item in rule.wholes]).sum(axis=1)
            with np.errstate(invalid="ignore"):
                above = np.nansum(parts, axis=1) > whole + _EPS + (0.05 if len(rule.wholes) > 1 else 0)
            for line in true_at(above):
                total = float(np.nansum(parts[line]))
                reason = str(rule.reason)
                yield _too_much(filing, lines, int(line), rule.parts, rule.wholes, total, whole[line], reason)


def _too_much(
    filing: Filing,
    lines: Lines,
    line: int,
    parts: Sequence[str],
    wholes: Sequence[str],
    part: float,
    whole: float,
    reason: str = "",
) -> Hit:
    there = [item for item in parts if item in lines.column]
    label = " + ".join(_label(filing, lines, item) for item in wholes[:2]) + (" + …" if len(wholes) > 2 else "")
    text = _("at most {whole}, as {item} is").format(whole=number(whole), item=label)
    expected = f"{text} ({reason})" if reason else text
    is_share = whole < part <= 100 and all(not lines.items[lines.column[item]].unit.startswith("%") for item in there)
    action = (
        _("Check both figures; a percentage may stand where a count is meant.")
        if is_share
        else _("Check both figures against their source.")
    )
    found = ""
    if len(there) > 1:
        found = "; ".join(filing.about(lines, line, item) for item in there)
    return filing.hit(lines, line, there[-1], expected, action, found=found)


def shares(filing: Filing) -> Iterator[Hit]:
    """Find percentages that are not their part out of their whole."""
    for rule in filing.rules.shares:
        for lines in filing.lines(rule.table):
            part, whole, percent = (lines.number(item) for item in (rule.part, rule.whole, rule.percent))
            with np.errstate(invalid="ignore", divide="ignore"):
                share = np.where(whole > 0, 100 * part / whole, np.nan)
                off = np.abs(share - percent) > rule.tolerance + _EPS
            for line in true_at(off):
                expected = _("{share} %, {part} out of {whole}").format(
                    share=number(round(share[line], 2)), part=number(part[line]), whole=number(whole[line])
                )
                is_count = percent[line] == part[line]
                action = (
                    _("Write the percentage here, not the count.") if is_count else _("Compute the percentage again.")
                )
                yield filing.hit(lines, line, rule.percent, expected, action)


def products(filing: Filing) -> Iterator[Hit]:
    """Find costs that are not volume by unit cost."""
    for rule in filing.rules.products:
        for lines in filing.lines(rule.table):
            first, second = (lines.number(item) for item in rule.factors)
            product, found = first * second, lines.number(rule.product)
            with np.errstate(invalid="ignore"):
                off = np.abs(product - found) > rule.tolerance_pct / 100 * np.maximum(product, found) + _EPS
            for line in true_at(off):
                expected = _("{product}, that is {first} x {second}").format(
                    product=number(product[line]), first=number(first[line]), second=number(second[line])
                )
                yield filing.hit(lines, line, rule.product, expected, _("Check volume, unit cost and cost."))


def group_mean(filing: Filing) -> Iterator[Hit]:
    """Find means of criteria that no distribution over the groups can have."""
    rule = filing.rules.groups
    for lines in filing.lines(rule.table):
        count = len(filing.law.sets[lines_set].criteria) if (lines_set := _set_of(filing, lines)) else None
        communes = np.column_stack([lines.number(band.item) for band in rule.bands])
        if count is None:
            continue
        low = np.array([band.first for band in rule.bands])
        high = np.array([count if band.last is None else band.last for band in rule.bands])
        total, mean = communes.sum(axis=1), lines.number(rule.mean)
        with np.errstate(invalid="ignore", divide="ignore"):
            least, most = communes @ low / total, communes @ high / total
            off = (mean < least - rule.mean_tolerance) | (mean > most + rule.mean_tolerance)
        for line in true_at(off & (total > 0)):
            expected = _("between {low} and {high}, as the groups stand").format(
                low=number(round(least[line], 2)), high=number(round(most[line], 2))
            )
            yield filing.hit(
                lines, line, rule.mean, expected, _("Compute the mean again: criteria met divided by communes.")
            )


def _set_of(filing: Filing, lines: Lines) -> str:
    """Return the set that lines of groups speak of: their own, or the one in the further key of the first line."""
    names = {lines.set_id, *lines.heads["row"].unique()} & set(filing.law.sets)
    return names.pop() if len(names) == 1 else ""


def own_rows(filing: Filing) -> Iterator[Hit]:
    """Find rows of a district or province that are not the sum of the rows of its units."""
    if filing.vintage is None:
        return
    frame = filing.vintage.frame
    for agreed, lines in filing.all_lines():
        if agreed.period == "event" or agreed.id == "b14":
            continue
        items = [item for item in lines.items if _adds_up(item.unit, item.type)]
        heads = lines.heads.assign(parent=frame["parent_code"].reindex(lines.heads["unit_code"]).to_numpy())
        own = set(heads["unit_code"]) & set(heads["parent"].dropna())
        for code in sorted(own):
            below = frame.index[
                (frame["parent_code"] == code) & (frame["is_in_programme"] | (frame["level"] != "commune"))
            ]
            yield from _own_row(filing, lines, heads, code, below, [item.name for item in items])


def _own_row(
    filing: Filing, lines: Lines, heads: pd.DataFrame, code: str, below: pd.Index, items: list[str]
) -> Iterator[Hit]:
    keys = ["year", "row", "as_of_date"]
    values = pd.DataFrame({name: lines.number(name) for name in items})
    inside = heads["unit_code"].isin(below).to_numpy(bool)
    own = heads["unit_code"] == code
    grouped = values[inside].groupby([heads.loc[inside, key] for key in keys])
    at = pd.MultiIndex.from_frame(heads.loc[own, keys])
    sums, reported = (part.reindex(at).to_numpy(float) for part in (grouped.sum(), grouped.count()))
    found = values[own].to_numpy(float)
    slack = np.maximum(0.5, np.abs(found) * 1e-3)
    with np.errstate(invalid="ignore"):
        off = ((reported == len(below)) & (np.abs(found - sums) > slack)) | ((reported > 0) & (sums > found + slack))
    for row, place in np.argwhere(off):
        expected = _("{sum}, the sum of the {count} units below that report it").format(
            sum=number(sums[row, place]), count=int(reported[row, place])
        )
        action = _("Compare the row of the unit with the rows below it.")
        yield filing.hit(lines, true_at(own)[row], items[place], expected, action)


def _adds_up(unit: str, kind: str) -> bool:
    return kind in {"integer", "number"} and unit not in {"", "%", "percent"} and "/" not in unit


RULES = (
    Rule("total", Weight.WRONG, "totals: groups to all communes, sources to the total, paid and owed to done", "a total that its parts contradict cannot be used", "data/contracts: sums; report_outline: Hà Quảng 41,483 + 27,205 = 68,688 against 70,265", totals),
    Rule("total_open", Weight.DOUBTFUL, "totals with parts left empty", "empty is not zero: the rest may be unreported", "data/contracts: sums", open_totals),
    Rule("bound", Weight.WRONG, "parts beside their whole", "a part is never more than its whole", "data/contracts: bounds", bounds),
    Rule("within", Weight.WRONG, "parts beside their whole, beyond the contracts", "a part is never more than its whole", "parameters/submissions/checks.yaml: within", certainly_within),
    Rule("usually_within", Weight.DOUBTFUL, "works done beside approved, money paid beside allotted", "possible, but rarely right", "parameters/submissions/checks.yaml: within", usually_within),
    Rule("share", Weight.DOUBTFUL, "percentages beside the counts they are made of", "of two figures that disagree one is wrong", "report_outline: percentage written where a count is meant", shares),
    Rule("product", Weight.DOUBTFUL, "costs beside volume and unit cost", "of three figures that disagree one is wrong", "parameters/submissions/checks.yaml: products", products),
    Rule("group_mean", Weight.DOUBTFUL, "the mean of criteria beside the groups", "the groups bound the mean", "central grouping", group_mean),
    Rule("own_row", Weight.DOUBTFUL, "the row of a district or province beside the rows of its units", "both are printed and must agree", "office practice", own_rows),
)  # fmt: skip
