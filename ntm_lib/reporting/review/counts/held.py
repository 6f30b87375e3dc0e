"""What the contents on progress of one territory are made from, made once."""

import pandas as pd

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.counts import columns, cube, progress, vintages
from ntm_lib.evaluation.counts.columns import Slice
from ntm_lib.evaluation.counts.cube import Cube
from ntm_lib.evaluation.once import once


@once
def cube_of(territory: Territory) -> Cube:
    """Return the verdicts of the territory as an array; see `cube`."""
    return cube.cube(territory)


@once
def slices_of(territory: Territory) -> list[Slice]:
    """Return the points in time that the tables show; see `slices`."""
    return columns.slices(territory)


@once
def planners_of(territory: Territory) -> pd.DataFrame:
    """Return the groups that planners use, by membership in the last year; see `by_planner_group`."""
    return progress.by_planner_group(territory, territory.review.last_year)


@once
def trends_of(territory: Territory) -> pd.DataFrame:
    """Return the trend on the units of each arrangement; see `trends`."""
    return vintages.trends(territory)
