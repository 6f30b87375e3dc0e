"""Find what the figures alone cannot explain, for the local discussion: works done but the criterion missed, money, arrears."""

import numpy as np
import pandas as pd

from ntm_lib.evaluation.shortfalls.amounts import amount_rules
from ntm_lib.evaluation.shortfalls.blocking import blocking
from ntm_lib.evaluation.shortfalls.tables import handed_in
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.verdicts import Verdict


def done_but_missed(territory: Territory, year: int) -> pd.DataFrame:
    """Count, by criterion, the communes whose works all stand and which yet miss the criterion.

    Index criterion; columns: communes (every requirement of it that is works is met in every part, the criterion is not),
    requirement (the one that most often keeps them from it), blocked (how many of them it keeps). Only criteria that ask
    for works and for something else; a work that is unknown does not count as done.
    """
    about = territory.reported.rules[year].requirements
    rules = amount_rules(territory, year)
    works = about.index.intersection(rules.index[rules["is_works"]])
    asks_more = about.loc[~about.index.isin(works), "criterion"].unique()
    works = works[about["criterion"].loc[works].isin(asks_more).to_numpy(bool)]
    blocks = blocking(territory, year)
    verdicts = rows_of_year(territory.reported.requirements[territory.reported.rules[year].set_id], year)
    parts = territory.parts[["from_code", "to_code"]]
    done = (verdicts[works] == Verdict.MET).reindex(parts["from_code"], fill_value=False)
    done = done.groupby(parts["to_code"].to_numpy()).all()
    held = np.zeros(len(blocks), dtype=bool)
    for criterion, names in about.loc[works].groupby("criterion").groups.items():
        stands = blocks["commune_code"].map(done[names].all(axis=1)).eq(other=True)
        held |= (stands & (blocks["criterion"] == criterion)).to_numpy()
    once = blocks[held].drop_duplicates(["commune_code", "requirement"])
    communes = once.groupby("criterion")["commune_code"].nunique().rename("communes")
    most = once.groupby(["criterion", "requirement"], sort=False).size().rename("blocked").reset_index()
    most = most.sort_values("blocked", ascending=False, kind="stable").drop_duplicates("criterion")
    return most.set_index("criterion").join(communes).sort_values("communes", ascending=False, kind="stable")


def money_and_arrears(territory: Territory) -> pd.DataFrame:
    """Lay money, arrears and unmet works side by side: a row a reporting commune.

    Columns: missing_works (requirements of works not met in the last year), per_household (million VND without credit, all
    years of the review together; NaN where a year or the households were not reported), owed (million VND in the last
    year reported; NaN: no line in the table of arrears, which is not the same as none).
    """
    year = territory.review.last_year
    rules = amount_rules(territory, year)
    verdicts = rows_of_year(territory.reported.requirements[territory.reported.rules[year].set_id], year)
    works = verdicts.columns.intersection(rules.index[rules["is_works"]])
    money = handed_in(territory, "b06")
    total = money.pivot_table(index="commune_code", columns="year", values="total_without_credit_vnd_million")
    all_years = total.reindex(columns=list(territory.years)).sum(axis=1, skipna=False)
    homes = handed_in(territory, "b08").dropna(subset=["households"]).groupby("commune_code")["households"].last()
    owed = handed_in(territory, "b07").dropna(subset=["owed_vnd_million"])
    owed = owed[owed["year"] == owed.groupby("commune_code")["year"].transform("max")]
    return pd.DataFrame(
        {
            "missing_works": (verdicts[works] == Verdict.NOT_MET).sum(axis=1),
            "per_household": all_years.astype(float) / homes.astype(float).where(homes > 0),
            "owed": owed.groupby("commune_code")["owed_vnd_million"].sum(),
        }
    ).reindex(verdicts.index)
