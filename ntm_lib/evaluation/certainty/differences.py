"""Find where commune, district and province do not say the same of a requirement."""

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.criteria import YearRules
from ntm_lib.evaluation.territory import Territory
from ntm_lib.scoring import judge
from ntm_lib.submissions import read_words
from ntm_lib.submissions.lines import FINDING
from ntm_lib.submissions.model import Level
from ntm_lib.verdicts import Verdict

LEVELS = tuple(level.value for level in Level)
_SAME = 1e-9
_SILENT = -2  # beside the verdicts, of which unknown is -1


def differences(territory: Territory) -> pd.DataFrame:
    """Return what two levels say differently, or one level's finding against its own value.

    A row a commune (as reported), year and requirement of the set that judges the year; only words about the latest cut-off date
    of each line (see `submissions.levels.newest_lines`). Columns: commune_code, name, to_code, year, set_id, requirement, criterion,
    indicator, label_vi, label_en, unit; by level ``<level>`` (its value; NaN: none, infinite: not assessed) and ``<level>_verdict``
    (its finding, or else the law's on its value; NA: the level said nothing); ``counts``: whose word counts; ``verdict``: the one that
    counts. Sorted by criterion, requirement, year, commune. No rows where nobody handed anything in.
    """
    vintage = units.on(territory.results.unit_vintage, territory.project)
    words = read_words(territory.project, vintage, territory.review.as_of)
    tables = [
        _of_year(territory, words, year, rules)
        for year, rules in territory.reported.rules.items()
        if year in territory.years
    ]
    table = pd.concat(tables, ignore_index=True)
    homes = territory.parts.drop_duplicates("from_code").set_index("from_code")["to_code"]
    names = vintage.frame[
        "name"
    ]  # unmarked: every row was handed in, also where other years of the commune are generated
    table = table.assign(name=table["commune_code"].map(names), to_code=table["commune_code"].map(homes))
    return table.sort_values(["criterion_place", "place", "year", "commune_code"], ignore_index=True)


def _of_year(territory: Territory, words: pd.DataFrame, year: int, rules: YearRules) -> pd.DataFrame:
    requirements = rules.requirements
    place = words.index.get_level_values
    is_own = (place("year") == year) & (place("set_id") == rules.set_id)
    own = words[is_own & place("commune_code").isin(territory.parts["from_code"])].droplevel(["set_id", "year"])
    own = own[own.index.get_level_values("requirement").isin(requirements.index)]
    verdicts, is_torn = _verdicts(own, rules)
    found = own[_differ(own, verdicts) | is_torn]
    about = requirements[["criterion", "indicator", "label_vi", "label_en", "unit"]].assign(
        place=range(len(requirements)), criterion_place=pd.factorize(requirements["criterion"])[0]
    )
    spoke = verdicts.loc[found.index]
    last = spoke.to_numpy().shape[1] - 1 - np.argmax(spoke.to_numpy()[:, ::-1] != _SILENT, axis=1)
    table = found[list(LEVELS)].assign(
        **{f"{level}_verdict": spoke[level].astype("Int8").mask(spoke[level] == _SILENT) for level in LEVELS},
        counts=np.array(LEVELS, dtype=object)[last],
        verdict=spoke.to_numpy()[np.arange(len(spoke)), last],
        year=year,
        set_id=rules.set_id,
    )
    return table.reset_index().join(about, on="requirement")


def _verdicts(words: pd.DataFrame, rules: YearRules) -> tuple[pd.DataFrame, pd.Series]:
    """Return the verdict of each level, `_SILENT` where it said nothing; and whether a level's finding is not the law's on its value."""
    held, is_torn = {}, pd.Series(data=False, index=words.index)
    for level in LEVELS:
        wide = words[level].unstack("requirement")
        judged = judge(wide, rules).to_numpy()[
            wide.index.get_indexer(words.index.get_level_values("commune_code")),
            rules.requirements.index.get_indexer(words.index.get_level_values("requirement")),
        ]
        value, finding = words[level], words[f"{level}_{FINDING}"]
        found = np.where(finding == 1, Verdict.MET, Verdict.NOT_MET)
        by_value = np.where(value.notna(), judged, _SILENT)
        held[level] = np.where(finding.notna(), found, by_value).astype(np.int8)
        is_torn |= finding.notna() & value.notna() & (found != by_value) & (by_value != Verdict.UNKNOWN)
    return pd.DataFrame(held, index=words.index), is_torn


def _differ(words: pd.DataFrame, verdicts: pd.DataFrame) -> pd.Series:
    """Tell where two levels spoke and gave another value or another verdict; what the law cannot judge is no other verdict."""
    values = words[list(LEVELS)].replace(np.inf, -1.0)  # not assessed: told apart from every value, equal to itself
    spread = values.max(axis=1) - values.min(axis=1)
    codes = verdicts.where(~verdicts.isin([_SILENT, Verdict.UNKNOWN])).astype(float)
    return (spread > _SAME) | (codes.max(axis=1) - codes.min(axis=1) > 0)
