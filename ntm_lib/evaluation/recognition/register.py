"""List the recognised communes, as decided and published."""

import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.territory import Territory


def recognitions(territory: Territory) -> pd.DataFrame:
    """List the recognitions of communes of this territory, by year and documents' order.

    Columns: commune_code (as decided), name, district, year, decision_no, decision_date, source. A commune belongs
    where it, or the commune it became part of, lies.
    """
    table = submissions.read_table("b05", territory.project, territory.review.as_of)
    table.check(territory.project)
    old = units.on(table.unit_vintage or territory.results.unit_vintage, territory.project)
    register = old.attach(table.frame, ["name", "parent_code"])
    register = register[register["year"] <= territory.review.last_year]
    rows = register[register["commune_code"].isin(_origins(territory))]
    rows = rows.assign(district=rows["parent_code"].map(old.frame["name"]))
    return rows.sort_values(["year", "commune_code"]).reset_index(drop=True)


def _origins(territory: Territory) -> pd.Series:
    lineage = units.lineage(territory.results.unit_vintage, territory.vintage.date, territory.project)
    links = lineage.links
    return links["from_code"][links["to_code"].isin(territory.communes.index)]


def unnamed_recognitions(territory: Territory) -> pd.DataFrame:
    """Return the published numbers of recognised communes whose names were not found; only for the province.

    Columns: first_year, last_year, recognised, named, not_named (communes), confidence, source, note.
    """
    table = read_published(
        territory.project, "recognised_counts.csv", ["first_year", "last_year", "not_named", "source"]
    )
    counts = table.astype({"first_year": int, "last_year": int, "not_named": int})
    wanted = (counts["not_named"] > 0) & (territory.unit.level == "province")
    if territory.review.as_of:  # a year's recognitions are decided in the January after it
        wanted &= counts["last_year"] < territory.review.as_of.year
    return counts[wanted].reset_index(drop=True)
