"""Whose word counts: what commune, district and province each say of a value, and which of them is taken."""

import numpy as np
import pandas as pd

from ntm_lib.messages import _
from ntm_lib.submissions.lines import FINDING
from ntm_lib.submissions.model import Level, firmness
from ntm_lib.submissions.reported import RANK

LINE = ["set_id", "unit_code", "year"]
RESULT_INDEX = ["set_id", "commune_code", "year", "requirement"]
CELL = [*LINE, "item"]
WHERE = ["level", "status", "as_of_date", "file", "sheet", "cell", "submission", "sha256"]


def newest_lines(values: pd.DataFrame, line: list[str]) -> pd.DataFrame:
    """Keep, of each line, what was said last and, of each of its cells, what is firmest, by whichever level.

    A word about an earlier state does not judge a later one: what a district found in June does not count for the figures
    that a commune gives as of December. So a line replaces all that was said of it as of an earlier cut-off date, unless that was
    firmer: a count (thực hiện) stands against a later estimate (ước thực hiện), an estimate against a later plan (kế hoạch).
    Of what is left of a cell, the firmest status counts whoever gave it: a district's plan does not judge what a commune
    counted. Only among equally firm words do levels decide (`highest`). A plan or estimate counts where nobody gave anything
    firmer, and goes on bearing its status.
    """
    firm = pd.Series(firmness(values["status"]), index=values.index)
    of_line = values.groupby(line, dropna=False, sort=False).ngroup()
    is_newest = pd.Series(data=True, index=values.index)
    for least in firm.unique():
        last = values["as_of_date"].where(firm >= least).groupby(of_line).transform("max")
        is_newest &= (firm != least) | (values["as_of_date"] == last)
    kept, firm = values[is_newest], firm[is_newest]
    return kept[firm == firm.groupby([of_line[is_newest], kept["item"]]).transform("max")]


def line_facts(values: pd.DataFrame, line: list[str]) -> pd.DataFrame:
    """Return one row a line, indexed by it: the word of the highest level among the least firm ones.

    A line that holds an estimate is an estimate, though some of its values were counted.
    """
    firm = pd.Series(firmness(values["status"]), index=values.index)
    softest = firm.groupby([values[name] for name in line], dropna=False).transform("min")
    return highest(values[firm == softest], line).set_index(line)


def highest(values: pd.DataFrame, cell: list[str]) -> pd.DataFrame:
    """Keep one row a cell: the word of the highest level and, of one level, of its last submission."""
    rank = values["level"].map(RANK).to_numpy(np.int64)
    order = np.lexsort((values["submission"].to_numpy(np.int64), rank))
    return values.iloc[order].drop_duplicates(cell, keep="last")


def results_that_count(values: pd.DataFrame) -> pd.DataFrame:
    """Return what counts of table b02, one row a commune, year and requirement.

    Index (set_id, commune_code, year, requirement). ``value``: of the highest level that gave one (NaN: none did; infinite: not
    assessed). ``finding``: 1 met, 0 not met, of the highest level that found so, where no higher level gave a value of its own;
    NaN without one. A finding decides over the value, also over a value that the law judges otherwise. ``level``: whose word
    decides; ``value_level``: whose value it is, empty without one; ``status, as_of_date, file, sheet, cell, submission, sha256``: of
    the word that decides.
    """
    values = newest_lines(values, LINE)
    is_finding = values["row"].fillna("") == FINDING
    figures, findings = (
        highest(values[~is_finding], CELL).set_index(CELL),
        highest(values[is_finding], CELL).set_index(CELL),
    )
    number = figures["number"].mask(figures["is_not_assessed"].fillna(value=False).astype(bool), np.inf)
    index = figures.index.union(findings.index)
    rank = figures["level"].map(RANK).astype(float).reindex(index).fillna(-1)
    decides = findings["level"].map(RANK).astype(float).reindex(index).fillna(-2) >= rank
    where = findings.reindex(index)[WHERE].where(decides, figures.reindex(index)[WHERE])
    words = where.assign(
        value=number.reindex(index),
        finding=findings["number"].reindex(index).where(decides),
        value_level=figures["level"].reindex(index).fillna("").astype("str"),
    )
    words.index = words.index.set_names(RESULT_INDEX)
    return words.astype({"submission": "int64", "value": "float64", "finding": "float64"})


def no_words() -> pd.DataFrame:
    """Return a frame as `results_that_count` does, without rows."""
    index = pd.MultiIndex.from_arrays([[]] * len(RESULT_INDEX), names=RESULT_INDEX)
    columns = [*WHERE, "value", "finding", "value_level"]
    types = {"submission": "int64", "value": "float64", "finding": "float64"}
    return pd.DataFrame(columns=columns, index=index, dtype=object).astype(types)


def all_words(values: pd.DataFrame) -> pd.DataFrame:
    """Return what each level says of table b02, side by side, as of the latest cut-off date of each line.

    Only words as firm as the firmest of a cell are set side by side: an estimate does not contradict a count.
    Index (set_id, commune_code, year, requirement); two columns a level, such as ``district`` (its value; NaN: none; infinite: not
    assessed) and ``district_finding`` (1, 0, NaN).
    """
    values = newest_lines(values, LINE)
    is_finding = values["row"].fillna("") == FINDING
    number = values["number"].mask(values["is_not_assessed"].fillna(value=False).astype(bool), np.inf)
    label = values["level"].astype("object") + np.where(is_finding, f"_{FINDING}", "")
    told = (
        values.assign(number=number, label=label)
        .sort_values("submission")
        .drop_duplicates([*CELL, "label"], keep="last")
    )
    wide = told.set_index([*CELL, "label"])["number"].unstack("label")
    wide.index = wide.index.set_names(RESULT_INDEX)
    columns = [name for level in RANK for name in (level, f"{level}_{FINDING}")]
    return wide.reindex(columns=columns).rename_axis(columns=None).astype(float)


def level_words() -> dict[str, str]:
    """Return whose word a value or finding is, as the review names its three steps."""
    return {
        Level.COMMUNE.value: _("Commune self-assessment"),
        Level.DISTRICT.value: _("District verification"),
        Level.PROVINCE.value: _("Provincial appraisal"),
    }
