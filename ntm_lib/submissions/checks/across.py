"""Checks across tables and against the register of units: the same quantity twice, area, people, counts of communes."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.criteria.levels import number
from ntm_lib.errors import NtmError
from ntm_lib.messages import _
from ntm_lib.submissions.checks.filing import Filing
from ntm_lib.submissions.checks.hit import Hit
from ntm_lib.submissions.checks.lines import Floats, Lines, true_at
from ntm_lib.submissions.checks.rule import Rule
from ntm_lib.submissions.model import Weight
from ntm_lib.units import Vintage

_KEY = ["unit_code", "year"]


def same_quantity(filing: Filing) -> Iterator[Hit]:
    """Find a quantity of a unit and year that two tables give differently; the first table listed is the measure."""
    for rule in filing.rules.same:
        first: pd.Series | None = None
        for name in rule.items:
            table, _dot, item = name.partition(".")
            for lines in filing.lines(table):
                if item not in lines.column:
                    continue
                if first is None:
                    first, title = _latest(lines, item), table.upper()
                    continue
                other = first.reindex(lines.unit_years).to_numpy(float)
                value = lines.number(item)
                with np.errstate(invalid="ignore"):
                    off = np.abs(value - other) > rule.tolerance_pct / 100 * np.maximum(value, other) + 1e-9
                for line in true_at(off):
                    expected = _("{value}, as in table {table}").format(value=number(other[line]), table=title)
                    yield filing.hit(
                        lines, int(line), item, expected, _("Use one figure in both tables, or say why they differ.")
                    )


def _latest(lines: Lines, item: str) -> pd.Series:
    """Return an item by unit and year, of the latest cut-off date at which it was reported."""
    frame = (
        lines.heads.assign(value=lines.number(item)).dropna(subset=["value"]).sort_values("as_of_date", kind="stable")
    )
    return frame.drop_duplicates(_KEY, keep="last").set_index(_KEY)["value"]


def ratios(filing: Filing) -> Iterator[Hit]:
    """Find ratios of two quantities beyond plausibility, such as persons per household."""
    for rule in filing.rules.ratios:
        for lines in filing.lines(rule.table):
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = lines.number(rule.upper) / lines.number(rule.lower)
            for line in true_at(np.isfinite(ratio) & ((ratio < rule.low) | (ratio > rule.high))):
                text = _("{ratio} is {reason}; usually {low} to {high}")
                expected = text.format(
                    ratio=number(round(ratio[line], 1)),
                    reason=str(rule.reason),
                    low=number(rule.low),
                    high=number(rule.high),
                )
                found = "; ".join(filing.about(lines, int(line), item) for item in (rule.upper, rule.lower))
                yield filing.hit(
                    lines, int(line), rule.upper, expected, _("Check both figures against their source."), found=found
                )


def area(filing: Filing) -> Iterator[Hit]:
    """Find areas that are not those of the register."""
    limit = filing.rules.register_of_units.area_pct / 100
    for lines, held in _held(filing, "area_km2"):
        value = lines.number("area_km2")
        with np.errstate(invalid="ignore"):
            off = np.abs(value - held) > limit * held
        for line in true_at(off):
            expected = _("close to {value} km², the area in the register of units").format(value=number(held[line]))
            action = _("Check the unit (1 km² is 100 ha) and the boundary of that year.")
            yield filing.hit(lines, int(line), "area_km2", expected, action)


def people(filing: Filing) -> Iterator[Hit]:
    """Find numbers of people in the year of a census far from the census."""
    limit = filing.rules.register_of_units.people_pct / 100
    if filing.vintage is None:
        return
    for column in [name for name in filing.vintage.frame.columns if name.startswith("people_")]:
        for lines, held in _held(filing, column):
            value = lines.number("people")
            is_near = np.abs(lines.years - int(column.removeprefix("people_"))) <= 1
            with np.errstate(invalid="ignore"):
                off = is_near & (np.abs(value - held) > limit * held)
            for line in true_at(off):
                expected = _("close to {value}, the people of {year} in the register of units").format(
                    value=number(held[line]), year=column.removeprefix("people_")
                )
                yield filing.hit(lines, int(line), "people", expected, _("Check the value against its source."))


def border(filing: Filing) -> Iterator[Hit]:
    """Find communes said to lie, or not to lie, at the border against the register."""
    for lines, held in _held(filing, "is_border"):
        said = lines.number("is_border")
        for line in true_at(np.isfinite(said) & np.isfinite(held) & (said != held)):
            expected = (
                _("a border commune, by the register of units")
                if held[line]
                else _("no border commune, by the register of units")
            )
            yield filing.hit(lines, int(line), "is_border", expected, _("Check the value against its source."))


def _held(filing: Filing, column: str) -> Iterator[tuple[Lines, Floats]]:
    """Yield the lines on communes with what the register holds of their units on the date of the file."""
    if filing.vintage is None:
        return
    register = filing.vintage.frame[column].astype("float64")
    for lines in filing.lines("b01"):
        yield lines, np.asarray(register.reindex(lines.heads["unit_code"]), dtype=np.float64)


def communes_of_year(filing: Filing) -> Iterator[Hit]:
    """Find counts of communes above or below those in the programme, on the date of the file and at the year's end."""
    for table, item in (
        (filing.rules.groups.table, filing.rules.groups.communes),
        (filing.rules.counts.table, filing.rules.counts.communes),
    ):
        for lines in filing.lines(table):
            value = lines.number(item)
            for line in true_at(np.isfinite(value)):
                counts = _communes(filing, str(lines.heads["unit_code"].iloc[line]), int(lines.years[line]))
                if counts and value[line] not in counts:
                    expected = _("{count}, the communes of the unit that the programme covers").format(
                        count=" / ".join(map(str, sorted(counts)))
                    )
                    action = _(
                        "Write all communes of the unit that year; name those that were not reviewed in the notes."
                    )
                    yield filing.hit(lines, int(line), item, expected, action)


def _communes(filing: Filing, code: str, year: int) -> set[int]:
    """Return how many communes of a unit the programme covers, on the date of the file and at the end of the year."""
    if filing.vintage is None:
        return set()
    counts = set()
    for day in (filing.vintage.date, dt.date(year, 12, 31)):
        try:
            vintage: Vintage = units.on(day, filing.project)
            counts.add(int(vintage.communes_of(code)["is_in_programme"].sum()))
        except NtmError:
            continue
    return counts


def groups_beside_criteria(filing: Filing) -> Iterator[Hit]:
    """Find counts by criterion that the groups contradict: communes, the mean, those that meet every criterion."""
    groups, counts = filing.rules.groups, filing.rules.counts
    for by_criterion in filing.lines(counts.table):
        for by_group in filing.lines(groups.table):
            if by_group.set_id != by_criterion.set_id or by_group.set_id not in filing.law.sets:
                continue
            all_ = len(filing.law.sets[by_group.set_id].criteria)
            yield from _against_groups(filing, by_criterion, by_group, all_)


def _against_groups(filing: Filing, by_criterion: Lines, by_group: Lines, all_: int) -> Iterator[Hit]:
    groups, counts = filing.rules.groups, filing.rules.counts
    keys = [*_KEY, "as_of_date"]
    met = by_criterion.heads.assign(met=by_criterion.number(counts.met), communes=by_criterion.number(counts.communes))
    found = met.groupby(keys).agg(
        total=("met", "sum"), least=("met", "min"), n=("met", "count"), communes=("communes", "max")
    )
    found = found.reindex(pd.MultiIndex.from_frame(by_group.heads[keys])).reset_index(drop=True)
    communes, mean = by_group.number(groups.communes), by_group.number(groups.mean)
    top = by_group.number(next(band.item for band in groups.bands if band.last is None))
    is_whole = (found["n"] == all_).to_numpy(bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        counted = found["total"].to_numpy(float) / communes
        cases = (
            (
                groups.communes,
                found["communes"].to_numpy(float),
                np.abs(found["communes"].to_numpy(float) - communes) > 0,
            ),
            (groups.mean, np.round(counted, 2), is_whole & (np.abs(counted - mean) > groups.mean_tolerance)),
            (groups.bands[0].item, found["least"].to_numpy(float), top > found["least"].to_numpy(float)),
        )
    for item, expected, is_off in cases:
        for line in true_at(is_off & np.isfinite(expected)):
            text = _("{value}, by the table of single criteria").format(value=number(expected[line]))
            if item == groups.bands[0].item:
                text = _("at most {value}, by the table of single criteria").format(value=number(expected[line]))
            yield filing.hit(by_group, int(line), item, text, _("Compare the two tables and count again."))


def villages_listed(filing: Filing) -> Iterator[Hit]:
    """Find communes with more villages listed than they have."""
    profile = [_latest(lines, "villages") for lines in filing.lines("b01") if "villages" in lines.column]
    for lines in filing.lines("b13"):
        rows = lines.heads.drop_duplicates([*_KEY, "row"]).groupby(_KEY).size()
        for held in profile:
            both = pd.concat([rows.rename("rows"), held.rename("held")], axis=1, join="inner")
            over = both[both["rows"] > both["held"]].reset_index()
            for code, year, rows_, held_ in over.itertuples(index=False, name=None):
                line = true_at((lines.heads["unit_code"] == code) & (lines.years == year))[0]
                told = _("{unit}, {year}: {count} villages are listed").format(
                    unit=filing.name(code), year=int(year), count=int(rows_)
                )
                expected = _("at most {value}, as in table {table}").format(value=number(held_), table="B01")
                yield filing.hit(
                    lines, line, "", expected, _("Check the list of villages and their number."), found=told
                )


RULES = (
    Rule("same_quantity", Weight.DOUBTFUL, "households, people and villages in several tables", "one quantity has one value", "parameters/submissions/checks.yaml: same", same_quantity),
    Rule("ratio", Weight.DOUBTFUL, "persons per household, households per village", "of two figures far apart one is wrong", "parameters/submissions/checks.yaml: ratios", ratios),
    Rule("area", Weight.DOUBTFUL, "the area beside the register", "the area is published", "data/units/units.csv", area),
    Rule("people", Weight.DOUBTFUL, "people beside the census", "the census is published", "data/units/units.csv", people),
    Rule("border", Weight.DOUBTFUL, "border communes beside the register", "where the border runs is known", "data/units/units.csv", border),
    Rule("communes_of_year", Weight.DOUBTFUL, "the number of communes beside the register", "in 2010 only 165 of 177 communes were reviewed: the number must be the whole", "report_outline; data/units", communes_of_year),
    Rule("groups_beside_criteria", Weight.DOUBTFUL, "groups beside single criteria", "both count the same communes", "report_outline: sum of groups", groups_beside_criteria),
    Rule("villages_listed", Weight.DOUBTFUL, "villages listed beside their number", "both count the same villages", "contracts b01, b13", villages_listed),
)  # fmt: skip
