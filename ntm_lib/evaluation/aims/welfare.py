"""Income a head and poverty of the communes of the programme (tables B10 and B1)."""

import math
from dataclasses import replace

import pandas as pd

from ntm_lib import tables
from ntm_lib.evaluation.aims.value import UNKNOWN_VALUE, Evidence, Value
from ntm_lib.evaluation.capital.lines import Lines, handed_in, lay
from ntm_lib.messages import _
from ntm_lib.project import Project

TABLE = "b10"


def income(evidence: Evidence, year: int, _argument: str = "") -> Value:
    """Return income a head over the communes, weighted by people, million VND a year.

    A commune that did not report its income is taken to have had one between the lowest and the highest reported, and one
    that did not report its people to have as many as the others on average.
    """
    laid = _laid(evidence, _one_income(handed_in(evidence.territory, TABLE).frame), ["income"], is_shared=False)
    values = laid.frame["income"].xs(year, level="year")
    codes = values.index.get_level_values("from_code")
    reported, expected = codes[values.notna()].nunique(), codes.nunique()
    if not reported:
        return Value(math.nan, math.nan, 0, expected)
    weights = _people(evidence).xs(year, level="year").reindex(values.index)
    # ASSUME: people not reported are as many as the others' average; incomes not reported lie within the reported ones.
    weights = weights.fillna(weights.mean() if weights.notna().any() else 1.0)
    low, high = (float((values.fillna(end) * weights).sum() / weights.sum()) for end in (values.min(), values.max()))
    status = "estimate" if year in laid.estimated_years else "actual"
    return Value(low, high, reported, expected, status, laid.is_illustrative)


def income_ratio(evidence: Evidence, year: int, argument: str) -> Value:
    """Return income a head of a year as a multiple of that of an earlier one."""
    base_year = int(argument)
    if base_year not in evidence.territory.years:
        return UNKNOWN_VALUE
    base, now = income(evidence, base_year), income(evidence, year)
    communes = min(base.communes, now.communes)
    return replace(now, low=now.low / base.high, high=now.high / base.low, communes=communes)


def poverty(evidence: Evidence, year: int, argument: str) -> Value:
    """Return poor households in per cent by one poverty line; figures of two lines are never joined.

    A commune that did not report has between none and all of its households poor.
    """
    rows = handed_in(evidence.territory, TABLE).frame
    if rows.empty:
        return UNKNOWN_VALUE
    laid = _laid(evidence, rows[rows["poverty_standard"] == argument], ["poor_households", "households"])
    frame = laid.frame.xs(year, level="year")
    poor, households = frame["poor_households"], frame["households"]
    codes = frame.index.get_level_values("from_code")
    known = poor.notna() & households.notna()
    whole = float(households.sum()) if households.notna().all() else math.nan
    low, high = float(poor[known].sum()), float(poor.where(known, households).sum())
    status = "estimate" if year in laid.estimated_years else "actual"
    return Value(
        100 * low / whole, 100 * high / whole, codes[known].nunique(), codes.nunique(), status, laid.is_illustrative
    )


def poverty_standards(project: Project) -> tuple[str, ...]:
    """Return the poverty lines that table B10 knows."""
    return tables.contract(TABLE, project).column("poverty_standard").allowed


def poverty_line(standard: str) -> str:
    """Return the words for a poverty line (``multidimensional_2016_2020``)."""
    kind, first, last = standard.rsplit("_", 2)
    words = {
        "income": _("income line of {first}-{last}"),
        "multidimensional": _("multidimensional line of {first}-{last}"),
    }
    return words.get(kind, standard).format(first=first, last=last)


def _one_income(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep one income a commune and year: a year may stand under two poverty lines; two different incomes are none."""
    rows = rows.rename(columns={"income_per_head_vnd_million": "income"})
    rows = rows.reindex(columns=["commune_code", "year", "income", "status"]).dropna(subset="income")
    is_one = rows.groupby(["commune_code", "year"])["income"].transform("nunique") == 1
    return rows[is_one].drop_duplicates(["commune_code", "year"])


def _people(evidence: Evidence) -> pd.Series:
    source = handed_in(evidence.territory, "b01")
    return lay(evidence.territory, "b01", source, ["people"]).frame["people"]


def _laid(evidence: Evidence, rows: pd.DataFrame, columns: list[str], *, is_shared: bool = True) -> Lines:
    source = replace(handed_in(evidence.territory, TABLE), frame=rows)
    laid = lay(evidence.territory, TABLE, source, columns, is_shared=is_shared)
    return laid.of(evidence.commune) if evidence.commune else laid
