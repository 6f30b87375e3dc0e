"""Set every published figure beside the computed one: agreeing, differing, or not comparable and why."""

import datetime as dt
import math
import re
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.errors import FaultList
from ntm_lib.evaluation.published.computed import COMPUTATIONS, NO_DATA, Computed
from ntm_lib.evaluation.published.mapping import Contradiction, Pairing, load_contradictions, load_pairings
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.status import cut_off
from ntm_lib.evaluation.territory import Territory, load_territory
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.units import names

AGREES, WITHIN, DIFFERS, NOT_COMPARABLE = "agrees", "within", "differs", "not_comparable"
LATER, TIME, UNPAIRED, TEXT = "later", "time", "unpaired", "text"
_NUMBER = re.compile(r"-?\d+(?:\.(\d+))?")
_CODE = re.compile(r"\b(\d{5})\b")
_OVER = '"over"'
_COLUMNS = ["year", "scope", "scope_name", "measure", "value", "unit", "source_title", "confidence", "note"]


def comparison(territory: Territory, commune: str = "") -> pd.DataFrame:
    """Compare the published figures of the territory, or of one commune of it, in the order of the years.

    A district's table holds the figures of its communes too. Each figure is computed on the units of its own day (the end
    of its year, not before the units of the results). Columns: year, scope, scope_name, code, measure, label (Labels),
    value (text, as printed), published (float, NaN for text), digits, unit, low, high (computed, NaN: not computed),
    verdict (AGREES: equal as printed; WITHIN: inside the interval that missing data leave; DIFFERS; NOT_COMPARABLE), why,
    difference_low, difference_high (computed less published), when (another time that the source speaks of), units_on,
    set_id (set that counted, "" when none), is_calibrated (illustrative data were fitted to it: agreement confirms
    nothing), is_illustrative (computed from such data), is_same_source, confidence, source.
    """
    pairings = load_pairings(territory.project)
    _check_names(pairings)
    rows = _published(territory, commune)
    held: dict[tuple[str, dt.date], Territory] = {}
    lines = [_line(row, pairings.get(row["measure"]), territory, held) for row in rows.to_dict("records")]
    return pd.DataFrame(lines, columns=_LINE)


_LINE = [
    *("year", "scope", "scope_name", "code", "measure", "label", "value", "published", "digits", "unit", "low", "high"),
    *("verdict", "why", "difference_low", "difference_high", "when", "units_on", "set_id"),
    *("is_calibrated", "is_illustrative", "is_same_source", "confidence", "source"),
]


def contradictions(territory: Territory, commune: str = "") -> list[Contradiction]:
    """List the known contradictions about the territory; a province's list holds those of its districts too."""
    if commune:
        return []
    found = load_contradictions(territory.project)
    if territory.unit.level == "province":
        return list(found)
    mine = names.key(territory.unit.short_name)
    return [item for item in found if item.scope == "district" and names.key(item.scope_name) == mine]


def _check_names(pairings: Mapping[str, Pairing]) -> None:
    faults = FaultList(_("Comparisons that cannot be used"))
    for item in pairings.values():
        if item.compute and item.compute not in COMPUTATIONS:
            found = _("unknown name '{name}'").format(name=item.compute)
            faults.add(f"comparisons.yaml: {item.measure}.compute", found, nearest(item.compute, COMPUTATIONS))
    faults.stop_if_any()


def _published(territory: Territory, commune: str) -> pd.DataFrame:
    """Return the published rows about the territory or the commune, with the unit's code in ``code``."""
    table = read_published(territory.project, "results.csv", _COLUMNS).astype({"year": int})
    table = table[table["year"] <= cut_off(territory).year]
    table["code"] = _codes(table, territory)
    if commune:
        parts = territory.parts.loc[territory.parts["to_code"] == commune, "from_code"]
        mine = (table["scope"] == "commune") & table["code"].isin({commune, *parts})
    elif territory.unit.level == "province":
        mine = (table["scope"] == "province") & (table["scope_name"] == territory.unit.short_name)
    else:
        inside = {*territory.parts["from_code"], *territory.in_programme.index}
        named = table["scope_name"].map(names.key) == names.key(territory.unit.short_name)
        named |= table["scope_name"].map(names.key) == names.key(territory.unit.name)
        mine = (table["scope"] == "district") & named | (table["scope"] == "commune") & table["code"].isin(inside)
    order = table["scope"].map({"province": 0, "district": 1, "commune": 2})
    return table.assign(order=order)[mine].sort_values(["order", "year"], kind="stable").drop(columns="order")


def _codes(table: pd.DataFrame, territory: Territory) -> pd.Series:
    """Find the code of each commune: written in brackets, or by its name and its district's."""
    communes = units.on(territory.results.unit_vintage, territory.project).communes
    parents = units.on(territory.results.unit_vintage, territory.project).frame["short_name"]
    known = communes["short_name"].map(names.key) + "|" + communes["parent_code"].map(parents).map(names.key)
    by_name = pd.Series(known.index, index=known.to_numpy())
    written = table["scope_name"].str.extract(_CODE.pattern, expand=False)
    parts = table["scope_name"].str.extract(r"^(?P<commune>[^(]+)\((?P<district>[^,)]+)")
    keys = parts["commune"].fillna("").map(names.key) + "|" + parts["district"].fillna("").map(names.key)
    return written.fillna(keys.map(by_name[~by_name.index.duplicated(keep=False)])).fillna("")


def _line(
    row: Mapping[Hashable, Any],
    pairing: Pairing | None,
    territory: Territory,
    held: dict[tuple[str, dt.date], Territory],
) -> dict[str, object]:
    year, text = int(str(row["year"])), str(row["value"])
    number = _NUMBER.fullmatch(text)
    digits = len(number.group(1) or "") if number else 0
    day = max(dt.date(year, 12, 31), territory.results.unit_vintage)
    if pairing and year in pairing.units_on:
        day = pairing.units_on[year]
    found = _compute(row, pairing, territory, day, held)
    when = pairing.other_time.get(year, "") if pairing else ""
    why = _why(found, pairing, is_number=number is not None, when=when)
    published = float(text) if number else math.nan
    low, high = (math.nan if end is None else float(end) for end in (found.low, found.high))
    is_over = _OVER in str(row["note"])
    verdict = NOT_COMPARABLE if why else _verdict(published, low, high, digits, is_over=is_over)
    rules = territory.reported.rules.get(year)
    return {
        **{name: row[name] for name in ("scope", "scope_name", "code", "measure", "unit", "confidence")},
        "year": year,
        "label": pairing.label if pairing else None,
        "value": text,
        "published": published,
        "digits": digits,
        "low": low,
        "high": high,
        "verdict": verdict,
        "why": why,
        "difference_low": low - published,
        "difference_high": high - published,
        "when": when,
        "units_on": day,
        "set_id": rules.set_id if rules and found.by_set else "",
        "is_calibrated": found.is_illustrative and _is_calibrated(pairing, year, str(row["code"])),
        "is_illustrative": found.is_illustrative,
        "is_same_source": bool(pairing and pairing.same_source),
        "source": row["source_title"],
    }


def _is_calibrated(pairing: Pairing | None, year: int, code: str) -> bool:
    """Tell whether illustrative data were fitted to a published figure."""
    if pairing is None or year not in pairing.calibrated:
        return False
    return not pairing.calibrated_codes or code in pairing.calibrated_codes


def _compute(
    row: Mapping[Hashable, Any],
    pairing: Pairing | None,
    territory: Territory,
    day: dt.date,
    held: dict[tuple[str, dt.date], Territory],
) -> Computed:
    """Compute one figure on the units of its day; nothing is computed for a year outside the review."""
    year = int(str(row["year"]))
    if pairing is None or not pairing.compute:
        return Computed()
    if year not in territory.years:
        return Computed(why=LATER)
    place = _territory_of(row, territory, day, held)
    commune = str(row["code"]) if row["scope"] == "commune" else ""
    if place is None or (commune and commune not in place.in_programme.index):
        return Computed(why=NO_DATA)
    return COMPUTATIONS[pairing.compute](place, year, commune, pairing.params)


def _territory_of(
    row: Mapping[Hashable, Any], territory: Territory, day: dt.date, held: dict[tuple[str, dt.date], Territory]
) -> Territory | None:
    """Return the unit of a row on the units of a day: the commune's province, or the district of that name."""
    vintage = units.on(day, territory.project)
    code = vintage.province.code
    if row["scope"] == "district":
        keys = vintage.districts["short_name"].map(names.key)
        wanted = names.key(str(row["scope_name"]))
        full = vintage.districts["name"].map(names.key)
        found = keys.index[(keys == wanted) | (full == wanted)]
        if len(found) != 1:
            return None
        code = str(found[0])
    if (code, day) not in held:
        review = territory.review
        held[code, day] = load_territory(
            code,
            on=day.isoformat(),
            first_year=review.first_year,
            last_year=review.last_year,
            as_of=review.as_of.isoformat() if review.as_of else "",
        )
    return held[code, day]


def _why(found: Computed, pairing: Pairing | None, *, is_number: bool, when: str) -> str:
    """Say why a figure cannot be compared, the strongest reason first; empty when it can."""
    if pairing is None:
        return UNPAIRED
    if pairing.why:
        return pairing.why
    if found.why:
        return found.why
    if not is_number:
        return TEXT
    return TIME if when else ""


def _verdict(published: float, low: float, high: float, digits: int, *, is_over: bool) -> str:
    """Compare by the printed precision: half a unit of the last digit; "over 12" allows up to one unit more."""
    step = 10.0**-digits
    below, above = (0.0, step) if is_over else (step / 2, step / 2)
    slack = 1e-9 * max(1.0, abs(published))
    inside = np.array([low, high]) - published
    fits = (inside >= -below - slack) & (inside <= above + slack)
    if fits.all():
        return AGREES
    if low - above - slack <= published <= high + below + slack:
        return WITHIN
    return DIFFERS
