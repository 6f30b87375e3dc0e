"""Count communes by criterion and by the groups of criteria, year by year."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.evaluation.counts.cube import Cube
from ntm_lib.verdicts import Verdict


def criterion_by_year(cube: Cube) -> pd.DataFrame:
    """Return how many communes met each criterion, index (criterion, year).

    Columns: ``low`` (met for certain, with those not assessed where the review counts them as met), ``high`` (if every
    unknown one were met), ``not_assessed``, ``unknown``, ``of`` (communes; less those not assessed where they leave the
    count).
    """
    is_not_assessed = cube.verdicts == Verdict.NOT_APPLICABLE
    is_counted = cube.is_met | ~is_not_assessed
    columns = {
        "low": cube.is_met,
        "high": cube.is_met | cube.is_unknown,
        "not_assessed": is_not_assessed,
        "unknown": cube.is_unknown,
        "of": is_counted,
    }
    index = pd.MultiIndex.from_product([cube.criteria, cube.years], names=["criterion", "year"])
    return pd.DataFrame({name: part.sum(axis=0).T.ravel() for name, part in columns.items()}, index=index)


def criteria_groups_by_year(cube: Cube, group_of: pd.Series, reported: NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """Return what was reached in each group of criteria, index (group, year).

    ``group_of``: the group of each criterion, in the order of the law; ``reported`` (commune, year): whose means are
    taken, None for all that are known of at all. Columns: ``criteria`` in the group; ``mean_low``, ``mean_high``: criteria
    met per reported commune, NaN where there is none; ``all_low``, ``all_high``: communes that met every criterion of the group;
    ``communes``.
    """
    held = np.any(~cube.is_unknown, axis=2) if reported is None else reported
    base = np.where(held.any(axis=0), held.sum(axis=0), np.nan)
    tables: list[pd.DataFrame] = []
    for group, criteria in group_of.groupby(group_of, sort=False):
        places = cube.criteria.get_indexer(criteria.index)
        met, open_ = cube.is_met[:, :, places], cube.is_unknown[:, :, places]
        left_out = (cube.verdicts[:, :, places] == Verdict.NOT_APPLICABLE) & ~met
        number = {"low": met, "high": met | open_}
        table = {"criteria": np.full(len(cube.years), len(places))}
        table |= {f"mean_{end}": (part.sum(axis=2) * held).sum(axis=0) / base for end, part in number.items()}
        table |= {f"all_{end}": (part | left_out).all(axis=2).sum(axis=0) for end, part in number.items()}
        frame = pd.DataFrame(table, index=pd.Index(cube.years, name="year")).assign(communes=len(cube.communes))
        tables.append(pd.concat({group: frame}, names=["group"]))
    joined: pd.DataFrame = pd.concat(tables)
    return joined
