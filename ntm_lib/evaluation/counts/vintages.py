"""See ten years on the units of other days: as it was reported, and on the map of each later arrangement."""

import datetime as dt

import numpy as np
import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.evaluation.counts.progress import summary
from ntm_lib.evaluation.territory import Territory
from ntm_lib.scoring import Scores, score
from ntm_lib.units import Lineage
from ntm_lib.units.territories import states

_SIZES = {"area": "area_km2", "people": "people_2019"}


def dates(territory: Territory) -> list[dt.date]:
    """Return the days whose units a series can be shown on: that of the reports, then each later arrangement."""
    reported = territory.results.unit_vintage
    return [reported, *(day for day in states(territory.project) if day > reported)]


def counts_on(territory: Territory, to_date: dt.date) -> pd.DataFrame:
    """Return the criteria met on the communes of ``to_date`` with land of the territory, by the review's rule for mergers.

    Columns as in `Territory.counts`. A commune is judged by all its parts, those of other districts as well.
    """
    lineage = units.lineage(territory.results.unit_vintage, to_date, territory.project)
    links = lineage.links[lineage.links["from_code"].map(lineage.before.frame["is_in_programme"]).astype(bool)]
    new = links.loc[links["from_code"].isin(territory.parts["from_code"]), "to_code"].unique()
    links = links[links["to_code"].isin(new)]
    scores = _scored(territory, pd.Index(links["from_code"].unique()))
    criteria_met = scores.criteria
    if to_date != territory.results.unit_vintage:
        criteria_met = scores.carried(lineage, territory.review.merge_rule).criteria
    is_wanted = criteria_met.index.get_level_values("commune_code").isin(new)
    counts = Scores(criteria_met[is_wanted], {}, scores.rules, to_date).counts(territory.review.not_assessed)
    return counts.assign(is_reported=_is_reported(territory, links, counts.index))


def trends(territory: Territory) -> pd.DataFrame:
    """Return the columns of `trend` for each day of `dates`, index (on, year); the same results, other units."""
    tables = {day: counts_on(territory, day) for day in dates(territory)}
    return pd.concat(
        {day: summary(counts, [counts.index.get_level_values("year")]) for day, counts in tables.items()}, names=["on"]
    )


def old_districts(territory: Territory, to_date: dt.date) -> pd.DataFrame:
    """Return which communes of ``to_date`` hold land of each old district of the territory; a row a district and commune.

    Columns: ``district``, ``district_name``, ``code``, ``name``, ``is_in_programme``; ``area_share`` and ``people_share``:
    of the old district, what lies in the commune; ``area_part``, ``people_part``: of the commune, what comes from the
    district (NaN where the size of a part is not known); ``is_crossing``: the commune also holds land of other districts;
    ``others``: their names. Districts are those of the territory's units or, where these have none, of the reports.
    """
    base = territory.vintage.date if not territory.vintage.districts.empty else territory.results.unit_vintage
    lineage = units.lineage(base, to_date, territory.project)
    rows = _shared(lineage)
    own = lineage.before.districts.index
    if territory.unit.level == "district":
        own = pd.Index([territory.unit.code])
    names = lineage.before.frame["name"]
    others = rows.groupby("code")["district"].transform("size") > 1
    told = rows.assign(district_name=rows["district"].map(names), is_crossing=others)
    told["others"] = _others(told)
    told["name"] = told["code"].map(lineage.after.frame["name"])
    told["is_in_programme"] = told["code"].map(lineage.after.frame["is_in_programme"]).astype(bool)
    return told[told["district"].isin(own)].sort_values(["district", "code"], ignore_index=True)


def _shared(lineage: Lineage) -> pd.DataFrame:
    """Return a row for each district and new commune with the sizes of what they share, as shares of either."""
    links = lineage.links
    old = lineage.before.communes
    table = pd.DataFrame({"district": links["from_code"].map(old["parent_code"]), "code": links["to_code"]})
    for by, column in _SIZES.items():
        table[by] = links["from_code"].map(old[column].astype("float64")) * links[f"{by}_share"]
    joined = table.groupby(["district", "code"])[list(_SIZES)].sum(skipna=False).reset_index()
    for by in _SIZES:
        for whole, name in (("district", "share"), ("code", "part")):
            total = joined.groupby(whole)[by].sum(skipna=False)  # a size that is not known makes the sum unknown
            joined[f"{by}_{name}"] = joined[by] / joined[whole].map(total)
    return joined.drop(columns=list(_SIZES))


def _others(rows: pd.DataFrame) -> pd.Series:
    """Name for each row the other districts that the commune holds land of."""
    pairs = rows.reset_index().merge(rows[["code", "district", "district_name"]], on="code", suffixes=("", "_other"))
    pairs = pairs[pairs["district"] != pairs["district_other"]].sort_values(["index", "district_other"])
    named: pd.Series = pairs.groupby("index")["district_name_other"].agg("; ".join)
    return named.reindex(rows.index).fillna("")


def _scored(territory: Territory, communes: pd.Index) -> Scores:
    """Judge the old communes named, also those outside the territory."""
    if communes.isin(territory.parts["from_code"]).all():
        return territory.reported
    review, project = territory.review, territory.project
    return score(
        territory.results,
        criteria.load(project),
        region=units.on(territory.results.unit_vintage, project).region,
        years=review.years,
        judged_by=review.judged_by,
        communes=communes,
    )


def _is_reported(
    territory: Territory, links: pd.DataFrame, index: pd.Index
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which commune-years have a value in one of their parts, by the set that judges the year."""
    rules, results = territory.reported.rules, territory.results
    held = pd.concat(
        results.values[item.set_id].notna().any(axis=1).xs(year, level="year", drop_level=False)
        for year, item in rules.items()
    )
    lines = held.rename("held").reset_index().merge(links, left_on="commune_code", right_on="from_code")
    found = lines.groupby(["to_code", "year"])["held"].any()
    return found.reindex(index).fillna(value=False).to_numpy(np.bool_)
