"""What a commune still owes for works, by the table of arrears."""

import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.evaluation.territory import Territory

_COLUMNS = ["owed", "owed_works", "owed_before", "owed_before_year"]


def arrears(territory: Territory, year: int) -> pd.DataFrame:
    """Add up what each commune of the programme owed at the end of a year, million VND.

    Columns: owed (NaN when the commune handed in no row for the year, a work's debt is missing while the others owe
    nothing, or a part of a merged commune has no row), owed_works (works with a debt), owed_before and owed_before_year
    (the last year before with a debt). The debts of the parts of a merged commune are its own; of a divided one they
    stay unknown.
    """
    index = territory.in_programme.index
    if not submissions.is_handed_in("b07", territory.project):
        return pd.DataFrame(float("nan"), index=index, columns=_COLUMNS)
    table = submissions.read_table("b07", territory.project, territory.review.as_of)
    table.check(territory.project)
    links = units.lineage(
        table.unit_vintage or territory.results.unit_vintage, territory.vintage.date, territory.project
    ).links
    whole = links[~links["from_code"].duplicated(keep=False)]
    rows = table.frame.merge(whole[["from_code", "to_code"]], left_on="commune_code", right_on="from_code")
    by = rows.groupby(["to_code", "year"])
    sums = by["owed_vnd_million"].agg(
        owed="sum", unknown=lambda owed: owed.isna().any(), works=lambda owed: (owed > 0).sum()
    )
    sums["parts"] = by["commune_code"].nunique()
    parts = links.groupby("to_code")["from_code"].nunique().reindex(sums.index.get_level_values("to_code")).to_numpy()
    is_whole = (sums["parts"].to_numpy() == parts) & ~sums["unknown"].astype(bool)
    sums["owed"] = sums["owed"].where((sums["owed"] > 0) | is_whole)
    by_year: pd.DataFrame = sums.reset_index("year")
    now, before = by_year[by_year["year"] == year], by_year[(by_year["year"] < year) & (by_year["owed"] > 0)]
    last = before.sort_values("year", kind="stable").groupby(level="to_code").last()
    found = pd.DataFrame(
        {"owed": now["owed"], "owed_works": now["works"], "owed_before": last["owed"], "owed_before_year": last["year"]}
    )
    return found.reindex(index).astype("float64")
