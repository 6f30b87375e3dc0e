"""Say what a plan made anew changes against the plan that was followed: communes and money."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.later.replan import committed, read_past

if TYPE_CHECKING:
    from ntm_lib.planning.later.anew import Anew
    from ntm_lib.planning.plan import Plan

KINDS = ("earlier", "added", "later", "dropped", "same", "never")


def change_labels() -> dict[str, str]:
    """Name what can become of a commune."""
    return {
        "earlier": _("Earlier than planned"),
        "added": _("Newly in the plan"),
        "later": _("Later than planned"),
        "dropped": _("No longer within the plan"),
        "same": _("As planned"),
        "never": _("In neither plan"),
    }


def commune_changes(old: "Plan", new: "Plan", anew: "Anew") -> pd.DataFrame:
    """Return what becomes of each commune's year of meeting all criteria.

    Index ``commune_code``, documents' order; ``name, district_code``; ``old_year, new_year`` (missing: not within the plan;
    the start year where all are met at the start; ``new_year`` lies before ``anew.from_year`` where the commune
    really met all criteria by then), ``kind`` (one of ``KINDS``).
    """
    problem = old.problem
    past = read_past(old, anew.actual, anew.from_year)
    years = np.array([*problem.years, np.nan])  # the last place: not within the plan
    at_start = old.scenario.settings.horizon.start_year
    last = len(problem.years)

    def year_of(position: np.ndarray) -> np.ndarray:
        return np.where(position < 0, at_start, years[np.clip(position, 0, last)])

    # Positions of the new plan begin at from_year; what it has as met at its start was met in the past.
    later = np.minimum(new.solution.standard + past.at, last)
    old_year = year_of(old.solution.standard)
    new_year = year_of(np.where(new.solution.standard < 0, past.standard, later))
    kind = np.select(
        [
            np.isnan(old_year) & np.isnan(new_year),
            np.isnan(old_year),
            np.isnan(new_year),
            new_year < old_year,
            new_year > old_year,
        ],
        ["never", "added", "dropped", "earlier", "later"],
        default="same",
    )
    codes = pd.Index(problem.communes, name="commune_code")
    return pd.DataFrame(
        {
            "name": old.baseline.communes["name"].reindex(codes).to_numpy(),
            "district_code": problem.districts[problem.district],
            "old_year": pd.array(old_year, dtype="Int64"),
            "new_year": pd.array(new_year, dtype="Int64"),
            "kind": kind,
        },
        index=codes,
    )


def money_changes(old: "Plan", new: "Plan", anew: "Anew") -> pd.DataFrame:
    """Return the money of the years to come by both plans, million VND.

    Index: the years from ``anew.from_year`` on; ``old``: what the followed plan spends in the year; ``committed``: what
    upkeep and the standards of what was done take before anything is planned; ``new``: what the new plan spends besides.
    """
    frame = pd.DataFrame(index=pd.Index(new.problem.years, name="year"))
    for name, plan in (("old", old), ("new", new)):
        spent = plan.spending.groupby("year")["spent_vnd_million"].sum()
        frame[name] = spent.reindex(frame.index, fill_value=0.0)
    frame.insert(1, "committed", committed(old, anew.actual, anew.from_year).sum())
    return frame


def standard_counts(old: "Plan", new: "Plan", anew: "Anew") -> pd.DataFrame:
    """Count the communes that meet all criteria at the end of each year to come: ``old``, ``new``; index: the year."""
    table = commune_changes(old, new, anew)
    years = list(new.problem.years)
    counts = {name: [int((table[f"{name}_year"] <= year).sum()) for year in years] for name in ("old", "new")}
    return pd.DataFrame(counts, index=pd.Index(years, name="year"))
