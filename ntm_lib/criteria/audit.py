"""List the levels of a period that are not read law: unverified, delegated, assumed, missing."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import pandas as pd

from ntm_lib.criteria.law import Law

COLUMNS = [
    "set_id",
    "criterion",
    "requirement",
    "label_vi",
    "label_en",
    "first_year",
    "last_year",
    "kind",
    "state",
    "unit",
    "sense",
    "level",
    "verified",
    "citation",
    "note",
]


def audit(
    law: Law,
    region: str,
    years: Iterable[int],
    variant: str = "commune",
    set_for_year: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """List each requirement whose level is not read law, over the years that it stays so.

    One row a requirement and run of years. ``kind``: ``missing`` (no level held, or only one that was not
    confirmed), ``delegated`` (left to the province, whose rule is not held), ``assumed``, ``unverified``
    (from memory or read in part). Columns: `COLUMNS`; ``level`` NaN where missing or delegated.
    """
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    places: dict[tuple[str, str], tuple[int, int]] = {}
    for year in sorted(set(years)):
        rules = law.for_year(year, region, variant, set_for_year)
        for place, (requirement, row) in enumerate(rules.requirements.iterrows()):
            key = (rules.set_id, str(requirement))
            if kind := kind_of(row):
                own = {"set_id": key[0], "requirement": key[1], "kind": kind, "year": year}
                rows.setdefault(key, []).append({**row, **own})
                places.setdefault(key, (list(law.sets).index(rules.set_id), place))
    runs = [run for key in sorted(rows, key=lambda key: places[key]) for run in _runs(rows[key])]
    return pd.DataFrame(runs, columns=COLUMNS)


def _runs(rows: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Join the rows of successive years in which nothing differs."""
    # Inside a run years grow with their position, so the difference stays the same.
    keyed = [(_likeness(row), row["year"] - place, row) for place, row in enumerate(rows)]
    for _key, group in groupby(keyed, key=lambda item: item[:2]):
        run = [item[2] for item in group]
        yield {**run[0], "first_year": run[0]["year"], "last_year": run[-1]["year"]}


def kind_of(row: Mapping[str, Any] | pd.Series) -> str:
    """Return the kind of doubt about one row of ``YearRules.requirements``, or ``""`` where it is read
    law."""
    if row["basis"] == "assumption":
        return "assumed"
    if row["state"] != "usable":
        return "delegated" if row["state"] == "delegated" else "missing"
    return "" if row["verified"] in {"read", "planner"} else "unverified"


def _likeness(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("kind", "state", "level", "verified", "citation"))
