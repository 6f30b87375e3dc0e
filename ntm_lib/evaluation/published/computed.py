"""The figures that stand beside published ones: a table of functions, each from a territory and a year to an interval."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.evaluation.counts.progress import trend
from ntm_lib.evaluation.recognition.register import recognitions
from ntm_lib.evaluation.recognition.standing import not_named
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict

NAMES, NO_DATA, INCOMPLETE = "names", "no_data", "incomplete"
"""Why a computed figure cannot be compared."""


@dataclass(frozen=True)
class Computed:
    """A figure with the least and the greatest value that missing data allow; None where nothing can be said.

    ``why``: empty, or why it cannot be compared although it may be shown. ``is_illustrative``: made from illustrative
    results; ``by_set``: counted by the set of criteria of the year.
    """

    low: float | None = None
    high: float | None = None
    why: str = ""
    is_illustrative: bool = False
    by_set: bool = False


Computation = Callable[[Territory, int, str, Mapping[str, Any]], Computed]
"""``(territory on the units of the figure, year, commune code or "", params)``."""


def _counts(territory: Territory, low: float, high: float) -> Computed:
    return Computed(low, high, is_illustrative=territory.is_illustrative, by_set=True)


def _communes(territory: Territory, _year: int, _commune: str, _params: Mapping[str, Any]) -> Computed:
    n = len(territory.in_programme)
    return Computed(n, n)


def _reported(territory: Territory, year: int, _commune: str, _params: Mapping[str, Any]) -> Computed:
    n = int(trend(territory)["reported"].loc[year])
    return Computed(n, n, is_illustrative=territory.is_illustrative)


def _mean(territory: Territory, year: int, _commune: str, _params: Mapping[str, Any]) -> Computed:
    means = trend(territory)[["mean_low", "mean_high"]]
    low, high = (float(means[name].loc[year]) for name in means.columns)
    return Computed(why=NO_DATA) if math.isnan(low) else _counts(territory, low, high)


def _group(territory: Territory, year: int, _commune: str, params: Mapping[str, Any]) -> Computed:
    """Count the reported communes with ``least`` to ``most`` criteria."""
    counts = territory.of_year(territory.counts, year)
    counts = counts[counts["is_reported"]]
    if counts.empty:
        return Computed(why=NO_DATA)
    least, most = params.get("least", 0), params.get("most", counts["of"])
    surely = (counts["low"] >= least) & (counts["high"] <= most)
    maybe = (counts["high"] >= least) & (counts["low"] <= most)
    return _counts(territory, int(surely.sum()), int(maybe.sum()))


def _criterion(territory: Territory, year: int, _commune: str, params: Mapping[str, Any]) -> Computed:
    """Count the communes that meet a criterion."""
    verdicts = territory.of_year(territory.scores.criteria, year)[params["criterion"]]
    met = int((verdicts == Verdict.MET).sum())
    return _counts(territory, met, met + int((verdicts == Verdict.UNKNOWN).sum()))


def _commune_count(territory: Territory, year: int, commune: str, _params: Mapping[str, Any]) -> Computed:
    """Return the criteria met by one commune."""
    counts = territory.of_year(territory.counts, year)
    if not counts["is_reported"].loc[commune]:
        return Computed(why=NO_DATA)
    return _counts(territory, int(counts["low"].loc[commune]), int(counts["high"].loc[commune]))


def _recognised(territory: Territory, year: int, _commune: str, params: Mapping[str, Any]) -> Computed:
    """Count the recognitions that the register names; where names are missing it cannot be compared."""
    register = recognitions(territory)
    is_cumulative = params.get("is_cumulative", False)
    wanted = register["year"] <= year if is_cumulative else register["year"] == year
    named = float(wanted.sum())
    unnamed = not_named(territory, year) - (0 if is_cumulative else not_named(territory, year - 1))
    if params.get("is_share", False):
        named = 100 * named / len(territory.in_programme)
    return Computed(named, named, NAMES if unnamed else "")


def _recognised_year(territory: Territory, _year: int, commune: str, _params: Mapping[str, Any]) -> Computed:
    """Return the year for which the register names one commune."""
    years = recognitions(territory).set_index("commune_code")["year"]
    if commune not in years.index:
        return Computed(why=NAMES)
    year = float(pd.Series(years.loc[commune]).max())
    return Computed(year, year)


def _table_sum(territory: Territory, year: int, _commune: str, params: Mapping[str, Any]) -> Computed:
    """Add up one column of a table over the communes, from year ``first`` (default: the year itself)."""
    rows, is_illustrative = _rows(territory, year, params)
    if rows is None or rows.empty:
        return Computed(why=NO_DATA)
    column = rows[params["column"]].astype("Float64")
    total = float(column.sum() * params.get("scale", 1))
    return Computed(total, total, INCOMPLETE if column.isna().any() else "", is_illustrative)


def _table_share(territory: Territory, year: int, _commune: str, params: Mapping[str, Any]) -> Computed:
    """Return one column as a share (%) of another, both added up over the communes."""
    rows, is_illustrative = _rows(territory, year, params)
    if rows is None or rows.empty:
        return Computed(why=NO_DATA)
    both = rows[[params["column"], params["whole"]]].astype("Float64")
    known = both.dropna()
    if known.empty:
        return Computed(why=NO_DATA)
    share = float(100 * known[params["column"]].sum() / known[params["whole"]].sum())
    return Computed(share, share, INCOMPLETE if len(known) < len(both) else "", is_illustrative)


def _rows(territory: Territory, year: int, params: Mapping[str, Any]) -> tuple[pd.DataFrame | None, bool]:
    """Return the rows of a table about the territory's communes (``is_all_units``: towns and wards too), None without one."""
    name = params["table"]
    if not submissions.is_handed_in(name, territory.project):
        return None, False
    table = submissions.read_table(name, territory.project, territory.review.as_of)
    table.check(territory.project)
    vintage = table.unit_vintage or territory.results.unit_vintage
    links = units.lineage(vintage, territory.vintage.date, territory.project).links
    inside = territory.communes if params.get("is_all_units", False) else territory.in_programme
    frame = table.frame
    frame = frame[frame["commune_code"].isin(links["from_code"][links["to_code"].isin(inside.index)])]
    frame = frame[frame["year"].between(params.get("first", year), year)]
    for column, value in params.get("where", {}).items():
        frame = frame[frame[column] == value]
    return frame, bool(table.generated[frame.index].any())


COMPUTATIONS: Mapping[str, Computation] = {
    "communes": _communes,
    "reported": _reported,
    "mean": _mean,
    "group": _group,
    "criterion": _criterion,
    "commune_count": _commune_count,
    "recognised": _recognised,
    "recognised_year": _recognised_year,
    "table_sum": _table_sum,
    "table_share": _table_share,
}
"""What ``compute`` may name in ``data/published/comparisons.yaml``."""
