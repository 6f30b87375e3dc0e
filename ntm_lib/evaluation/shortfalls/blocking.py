"""Say which requirements keep a criterion from being met, commune by commune, and which criteria are nearly met.

A commune here is one of the territory's units; where it was formed from several that reported, every part that misses a
requirement blocks it.
"""

import numpy as np
import pandas as pd

from ntm_lib.evaluation.shortfalls.gaps import distances, unknowns
from ntm_lib.evaluation.shortfalls.settings import ShortfallRules
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict

CASE = ["commune_code", "criterion"]
NEAR, MAY_BE_NEAR, FAR = "near", "may_be_near", "far"


def blocking(territory: Territory, year: int) -> pd.DataFrame:
    """List what blocks each criterion that is not met: a row a commune, requirement and reporting part.

    Columns of `distances` with ``commune_code`` the territory's unit and ``reported_code`` the part. What is unknown blocks
    nothing.
    """
    return _of_cases(territory, year, distances(territory, year))


def _of_cases(territory: Territory, year: int, cells: pd.DataFrame) -> pd.DataFrame:
    """Lay cells of the communes that reported on the territory's units, where the criterion is not met."""
    links = territory.parts[["from_code", "to_code"]]
    cells = cells.rename(columns={"commune_code": "reported_code"})
    cells = cells.merge(links, left_on="reported_code", right_on="from_code").drop(columns="from_code")
    cells = cells.rename(columns={"to_code": "commune_code"})
    return cells.merge(_not_met(territory, year), on=CASE).sort_values("commune_code", kind="stable", ignore_index=True)


def _not_met(territory: Territory, year: int) -> pd.DataFrame:
    """List the criteria not met: columns commune_code, criterion."""
    verdicts = territory.of_year(territory.scores.criteria, year)
    rows, columns = np.nonzero(verdicts.to_numpy() == Verdict.NOT_MET)
    return pd.DataFrame({"commune_code": verdicts.index[rows], "criterion": verdicts.columns[columns].astype(str)})


def cases(territory: Territory, year: int, rules: ShortfallRules) -> pd.DataFrame:
    """List every criterion not met in a commune, and whether it is nearly met.

    Columns: commune_code, criterion, missing and unknown (distinct requirements), requirements (ids joined by a blank),
    is_one_missing (one of several), is_close (each is short by no more than the rules say), state: ``near`` | ``far``, or
    ``may_be_near`` where only an unknown requirement keeps it from being told.
    """
    blocks = blocking(territory, year)
    blocks = blocks.assign(is_close=is_close(blocks, rules))
    table = blocks.groupby(CASE, sort=False).agg(
        missing=("requirement", "nunique"),
        requirements=("requirement", lambda ids: " ".join(dict.fromkeys(ids))),
        is_close=("is_close", "all"),
    )
    not_known = _of_cases(territory, year, unknowns(territory, year)).groupby(CASE)["requirement"].nunique()
    table = _not_met(territory, year).merge(table.reset_index(), on=CASE, how="left")
    table["missing"] = table["missing"].fillna(0).astype(int)
    table["requirements"] = table["requirements"].fillna("")
    table["unknown"] = not_known.reindex(pd.MultiIndex.from_frame(table[CASE]), fill_value=0).to_numpy()
    total = territory.reported.rules[year].requirements.groupby("criterion").size()
    table["is_one_missing"] = (table["missing"] == 1) & (table["criterion"].map(total) > 1)
    table["is_close"] = table["is_close"].eq(other=True)
    looks_near = table["is_one_missing"] | table["is_close"]
    table["state"] = np.select([looks_near & (table["unknown"] == 0), looks_near], [NEAR, MAY_BE_NEAR], FAR)
    return table


def is_close(blocks: pd.DataFrame, rules: ShortfallRules) -> pd.Series:
    """Tell which distances are small by the rules; one that cannot be measured (yes/no) never is."""
    limit = pd.Series(np.nan, index=blocks.index)
    for unit, near in rules.near.items():
        of_unit = blocks["unit"] == unit
        most = near.within if near.within is not None else blocks["level"].abs() * (near.within_percent or 0) / 100
        limit = limit.mask(of_unit, most)
    return (blocks["gap"] <= limit + 1e-9) & blocks["gap"].notna()


def by_requirement(territory: Territory, year: int, rules: ShortfallRules) -> pd.DataFrame:
    """Count for each requirement the communes it keeps from a criterion.

    Index requirement, order of the law; columns criterion, label_vi, label_en, unit, level, communes, alone (nothing else
    of the criterion is missing or unknown), close (short by no more than the rules say, of those with a distance).
    """
    blocks = blocking(territory, year)
    table = cases(territory, year, rules)
    blocks = blocks.assign(is_close=is_close(blocks, rules)).merge(table[[*CASE, "missing", "unknown"]], on=CASE)
    blocks["is_alone"] = (blocks["missing"] == 1) & (blocks["unknown"] == 0)
    once = blocks.groupby(["requirement", "commune_code"]).agg(alone=("is_alone", "first"), close=("is_close", "all"))
    counted = once.groupby("requirement").agg(
        communes=("alone", "size"), alone=("alone", "sum"), close=("close", "sum")
    )
    about = territory.reported.rules[year].requirements
    about = about[["criterion", "indicator", "label_vi", "label_en", "unit", "level", "sense"]]
    counted = counted.reindex(about.index, fill_value=0).astype(int)
    return about.join(counted)
