"""A plan made anew with the past fixed, as something that can be kept and found again; see ``replan`` for what it means."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.planning.later.replan import replan
from ntm_lib.planning.plan import Draft, draft
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.which_plan import with_title
from ntm_lib.project import Project

TOLERANCE = 1e-6  # million VND


@dataclass(frozen=True, eq=False)
class Anew:
    """What a plan made anew rests on.

    ``scenario``: as it was planned first. ``from_year``: the first year planned anew. ``actual``: what was really done
    before, in the form of ``follow_up.check_actual``; what it does not name was not done. ``source``: name of the file
    it came from; empty: the results handed in. ``villages``: villages that met the village standard before that year; None:
    not told, they are planned as if still to do.
    """

    scenario: Scenario
    from_year: int
    actual: pd.DataFrame
    source: str
    villages: int | None = None


def draft_plan(
    scenario: Scenario, project: Project | None = None, anew: Anew | None = None, *, is_last_held: bool = False
) -> Draft:
    """Return the draft of a scenario, or of its years from ``anew.from_year`` on with the past fixed.

    Raises FaultsError where ``actual`` does not fit the plan, or what was done takes more money than the years have.
    """
    made = draft(scenario, project, is_last_held=is_last_held)
    if anew is None:
        return made
    new = replan(made, anew.actual, anew.from_year, anew.villages)
    _check_money(new)
    title = _("planned anew from {year}").format(year=anew.from_year)
    return replace(new, scenario=with_title(new.scenario, title))


def _check_money(made: Draft) -> None:
    """Stop where upkeep and the standards of what was done take more of a source than a year has: all places at once."""
    problem = made.problem
    faults = FaultList(_("What was done takes more money than the years to come have"))
    for purse, year in np.argwhere(problem.money < -TOLERANCE):
        faults.add(
            f"{problem.purses[purse]}, {problem.years[year]}",
            _("{amount} million VND short").format(amount=f"{-problem.money[purse, year]:.0f}"),
            action=_("Enter more money of this source, or correct what was done"),
        )
    faults.stop_if_any()
