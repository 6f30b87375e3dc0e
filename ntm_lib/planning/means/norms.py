"""Read what a unit of each measure costs: ``parameters/planning/<norms>.csv``, the table that a planner edits."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from ntm_lib.errors import FaultList, UsageFaultsError, preview
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.planning.means.measures import Measures
from ntm_lib.planning.means.parameter_tables import read_cells, table_path
from ntm_lib.planning.settings import Purse
from ntm_lib.project import Project

PURSES = [purse.value for purse in Purse]
ESTIMATES = ["low", "middle", "high"]
NUMBERS = [*ESTIMATES, "price_year", "upkeep_pct", "lead_years", *(f"{purse}_pct" for purse in PURSES)]
COLUMNS = [
    "measure", "unit", *ESTIMATES, "price_year", "nature", "upkeep_pct", "lead_years",
    *(f"{purse}_pct" for purse in PURSES), "basis", "source", "note",
]  # fmt: skip
BASES = ("read", "derived", "assumed")
NATURES = ("investment", "recurrent")
_YEARS = (1990, 2100)  # a price year outside is a typing fault


def has_norms(project: Project, name: str) -> bool:
    """Tell whether the province wrote any unit cost; a table with its head alone holds none."""
    return not read_cells(project, name, FaultList("")).empty


def read_norms(project: Project, name: str, measures: Measures) -> pd.DataFrame:
    """Read the unit costs of every measure.

    Returns
    -------
    DataFrame
        Index: measure id, every measure of the menu. ``low, middle, high`` million VND a unit at prices of
        ``price_year``; ``upkeep_pct`` yearly, percent of the cost; ``lead_years``; ``is_recurrent``; one column a purse
        with its share (0-1, rows sum to 1); ``unit, basis, source, note``.

    Raises UsageFaultsError with every fault: a measure without a line, a line twice, a negative or missing number, low
    above middle or middle above high, shares that do not add up to 100, a nature other than the measure's.
    """
    path = table_path(project, name)
    return _read(project, name, measures, path.stat().st_mtime_ns if path.exists() else 0).copy()


@lru_cache(maxsize=8)
def _read(project: Project, name: str, measures: Measures, _stamp: int) -> pd.DataFrame:
    """Read a table once, and again when its file has changed."""
    where = project.relative(table_path(project, name))
    faults = FaultList(_("Norms that cannot be used"))
    text = read_cells(project, name, faults)
    norms = check_norms(text, where, measures, faults)
    faults.stop_if_any(UsageFaultsError)
    return norms


def check_norms(
    text: pd.DataFrame, where: str, measures: Measures, faults: FaultList, *, rows: Sequence[int] | None = None
) -> pd.DataFrame:
    """Return the typed norms; note every fault with its row as a spreadsheet counts it. See ``read_norms``.

    ``rows``: the row of each line in its file (None: the heading is row 1, no row is blank).
    """
    if list(text.columns) != COLUMNS:
        faults.add(where, ", ".join(text.columns), ", ".join(COLUMNS))
        return text
    text = text.set_axis(pd.Index(range(2, len(text) + 2) if rows is None else rows))
    norms = text.copy()
    default = norms["measure"].map({key: str(item.lead_years) for key, item in measures.measures.items()})
    norms["lead_years"] = norms["lead_years"].where(norms["lead_years"] != "", default)
    for column in NUMBERS:
        norms[column] = pd.to_numeric(norms[column], errors="coerce").astype(float)
    for row in norms.index:
        _check_row(text.loc[row], norms.loc[row], f"{where}: {row}", measures, faults)
    _check_set(norms["measure"], where, measures, faults)
    if faults.faults:
        return norms
    shares = norms[[f"{purse}_pct" for purse in PURSES]].to_numpy() / 100
    norms[PURSES] = shares / shares.sum(axis=1, keepdims=True)
    norms["is_recurrent"] = norms["nature"] == "recurrent"
    norms = norms.astype({"price_year": int, "lead_years": int}).set_index("measure")
    norms = norms.drop(columns=[f"{purse}_pct" for purse in PURSES])
    return norms.loc[[key for key in measures.measures if key in norms.index]]


def _check_row(text: pd.Series, norm: pd.Series, place: str, measures: Measures, faults: FaultList) -> None:
    """Note every fault of one line."""
    for column in NUMBERS:
        if not np.isfinite(norm[column]):
            faults.add(f"{place}: {column}", f"'{text[column]}'", _("a number"))
        elif norm[column] < 0:
            faults.add(f"{place}: {column}", f"{norm[column]:g}", _("at least {limit}").format(limit=0))
    if not norm["low"] <= norm["middle"] <= norm["high"] and norm[ESTIMATES].notna().all():
        found = f"{norm['low']:g}, {norm['middle']:g}, {norm['high']:g}"
        faults.add(place, found, _("low <= middle <= high"))
    shares = norm[[f"{purse}_pct" for purse in PURSES]].astype(float)
    if shares.notna().all() and abs(shares.sum() - 100) > 1e-6:
        faults.add(place, _("shares of the sources add up to {sum}").format(sum=f"{shares.sum():g}"), "100")
    for column in ("price_year", "lead_years"):
        if np.isfinite(norm[column]) and norm[column] != round(norm[column]):
            faults.add(f"{place}: {column}", f"{norm[column]:g}", _("a whole number"))
    if np.isfinite(norm["price_year"]) and not _YEARS[0] <= norm["price_year"] <= _YEARS[1]:
        faults.add(f"{place}: price_year", f"{norm['price_year']:g}", f"{_YEARS[0]}-{_YEARS[1]}")
    if np.isfinite(norm["lead_years"]) and norm["lead_years"] < 1:
        faults.add(f"{place}: lead_years", f"{norm['lead_years']:g}", _("at least {limit}").format(limit=1))
    _check_words(norm, place, measures, faults)


def _check_words(norm: pd.Series, place: str, measures: Measures, faults: FaultList) -> None:
    name = norm["measure"]
    if name not in measures.measures:
        faults.add(place, _("unknown measure '{measure}'").format(measure=name), nearest(name, measures.measures))
    if norm["nature"] not in NATURES:
        faults.add(f"{place}: nature", f"'{norm['nature']}'", ", ".join(NATURES))
    elif name in measures.measures and norm["nature"] != measures[name].nature:
        faults.add(f"{place}: nature", f"'{norm['nature']}'", measures[name].nature)
    if norm["basis"] not in BASES:
        faults.add(f"{place}: basis", f"'{norm['basis']}'", ", ".join(BASES))
    elif norm["basis"] != "assumed" and not str(norm["source"]).strip():
        faults.add(place, _("no source"), _("the source, or basis: assumed"))


def _check_set(names: pd.Series, where: str, measures: Measures, faults: FaultList) -> None:
    """Note measures without a line and measures with two."""
    if (twice := names.duplicated(keep=False)).any():
        rows = map(str, names.index[twice])
        faults.add(where, _("lines that stand twice: {rows}").format(rows=preview(rows)))
    if missing := [key for key in measures.measures if key not in set(names)]:
        action = _("Write a line with the unit cost of each of them.")
        faults.add(where, _("no norm for: {missing}").format(missing=preview(missing)), action=action)
