"""Arrears in capital construction (table B7): what was done and not yet paid at the end of each year."""

from dataclasses import dataclass, replace

import pandas as pd

from ntm_lib.evaluation.capital.lines import HandedIn, handed_in, parts_of
from ntm_lib.evaluation.territory import Territory

TABLE = "b07"
UNIT = "_vnd_million"
AMOUNTS = ("approved", "done", "paid", "owed")
_OWED = ["owed", "owed_works", "owed_before", "owed_before_year"]


@dataclass(frozen=True, eq=False)
class Arrears:
    """The works of a territory.

    ``works``: columns commune_code (as reported), to_code, district (of to_code), year, work_id, work, the ``AMOUNTS``
    (million VND), pay_by_year, is_divided (the commune as reported) and generated; ``owed`` is as reported or, where that is missing, done less paid. A commune without a
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
    parts = parts.assign(is_divided=parts["people_share"] < 1)[["from_code", "to_code", "district_now", "is_divided"]]
    rows = rows.merge(parts, left_on="commune_code", right_on="from_code")
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


def owed_by_commune(territory: Territory, year: int) -> pd.DataFrame:
    """Add up what each commune of the programme owed at the end of a year, million VND.

    Columns: owed (NaN when the commune handed in no row for the year, a work's debt is missing while the others owe
    nothing, or a part of a merged commune has no row), owed_works (works with a debt), owed_before and owed_before_year
    (the last year before with a debt). The debts of the parts of a merged commune are its own; of a divided one they
    stay unknown.
    """
    found, index = arrears(territory), territory.in_programme.index
    works = found.works[~found.works["is_divided"].astype(bool)]
    by = works.groupby(["to_code", "year"])
    sums = by["owed"].agg(owed="sum", unknown=lambda owed: owed.isna().any(), works=lambda owed: (owed > 0).sum())
    sums["parts"] = by["commune_code"].nunique()
    parts = territory.parts.groupby("to_code")["from_code"].nunique()
    all_parts = parts.reindex(sums.index.get_level_values("to_code")).to_numpy()
    is_whole = (sums["parts"].to_numpy() == all_parts) & ~sums["unknown"].astype(bool)
    sums["owed"] = sums["owed"].where((sums["owed"] > 0) | is_whole)
    by_year: pd.DataFrame = sums.reset_index("year")
    now, before = by_year[by_year["year"] == year], by_year[(by_year["year"] < year) & (by_year["owed"] > 0)]
    last = before.sort_values("year", kind="stable").groupby(level="to_code").last()
    table = pd.DataFrame(dict(zip(_OWED, (now["owed"], now["works"], last["owed"], last["year"]), strict=True)))
    return table.reindex(index).astype("float64")
