"""What is known of one measure, and what it is measured from."""

import math
from dataclasses import dataclass

import pandas as pd

from ntm_lib.evaluation.aims.volumes import Volumes
from ntm_lib.evaluation.territory import Territory


@dataclass(frozen=True)
class Value:
    """A measured value: ``low``..``high`` (NaN: not known; an unknown ``high`` is "at least").

    ``communes`` of ``expected`` reported what it needs. ``status``: actual | estimate | plan; ``is_published``: counted from
    published decisions, not from reports.
    """

    low: float
    high: float
    communes: int
    expected: int
    status: str = "actual"
    is_illustrative: bool = False
    is_published: bool = False


UNKNOWN_VALUE = Value(math.nan, math.nan, 0, 0)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What aims are measured from: a territory, or one commune of it, its recognitions (column year) and its volumes."""

    territory: Territory
    recognised: pd.DataFrame
    volumes: Volumes
    commune: str = ""
