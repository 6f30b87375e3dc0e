"""Arrears in capital construction (table B7): what was done and not yet paid at the end of each year."""

from dataclasses import dataclass, replace

import pandas as pd

from ntm_lib.evaluation.capital.lines import HandedIn, handed_in, parts_of
from ntm_lib.evaluation.territory import Territory

TABLE = "b07"
UNIT = "_vnd_million"
AMOUNTS = ("approved", "done", "paid", "owed")


@dataclass(frozen=True, eq=False)
class Arrears:
    """The works of a territory.

    ``works``: columns commune_code (as reported), to_code, district (of to_code), year, work_id, work, the ``AMOUNTS``
    (million VND), pay_by_year and generated; ``owed`` is as reported or, where that is missing, done less paid. A commune without a
    row in a year has no arrears or did not report: the table does not tell which. ``last_year``: the last year of the period of
    which anybody reported.
    """

    works: pd.DataFrame
    is_handed_in: bool
    last_year: int | None

    @property
    def is_illustrative(self) -> bool:
        """Whether any work is generated."""
        return bool(self.works["generated"].any())

    def of(self, commune: str) -> "Arrears":
        """Keep the works of one commune of the territory."""
        return replace(self, works=self.works[self.works["to_code"] == commune])


def arrears(territory: Territory) -> Arrears:
    """Read the arrears of a territory; where a commune was divided its works stay with the larger part."""
    source = handed_in(territory, TABLE)
    rows = works_of(source)
    parts = (
        parts_of(territory, source.vintage.date).sort_values("people_share").drop_duplicates("from_code", keep="last")
    )
    rows = rows[rows["year"].isin(territory.years)]
    last_year = None if rows.empty else int(rows["year"].max())
    rows = rows.merge(parts[["from_code", "to_code", "district_now"]], left_on="commune_code", right_on="from_code")
    rows = rows.drop(columns="from_code").rename(columns={"district_now": "district"})
    rows = rows.assign(owed=rows["owed"].fillna(rows["done"] - rows["paid"]))
    rows = rows.sort_values(["year", "to_code", "work_id"], kind="stable").reset_index(drop=True)
    places = pd.MultiIndex.from_frame(rows[["commune_code", "year"]].astype({"year": "int64"}))
    rows = rows.assign(generated=places.isin(source.generated.index[source.generated.to_numpy(bool)]))
    return Arrears(rows, source.is_handed_in, last_year)


def works_of(source: HandedIn) -> pd.DataFrame:
    """Return the works as handed in, amounts by their plain names."""
    columns = ["commune_code", "year", "work_id", "work", *AMOUNTS, "pay_by_year"]
    return source.frame.rename(columns=lambda name: name.removesuffix(UNIT)).reindex(columns=columns)


def arrears_by_year(found: Arrears, years: range) -> pd.DataFrame:
    """Return a row a year: works, communes (with a work owed), the ``AMOUNTS``, ``unknown`` (works whose arrears are not known).

    A year without any row has missing amounts: nobody reported arrears, which is not the same as none.
    """
    works = found.works
    held = works.groupby("year")
    owing = works[works["owed"] > 0]
    return pd.DataFrame(
        {
            "works": owing.groupby("year").size(),
            "communes": owing.groupby("year")["to_code"].nunique(),
            **{name: held[name].sum(min_count=1) for name in AMOUNTS},
            "unknown": works["owed"].isna().groupby(works["year"]).sum(),
        }
    ).reindex(list(years))
