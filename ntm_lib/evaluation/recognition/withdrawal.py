"""Try the rules of withdrawal on the data: which share of the criteria a recognised commune no longer meets."""

import numpy as np
import pandas as pd

from ntm_lib.evaluation.recognition.rules import Withdrawal, load_rules
from ntm_lib.evaluation.recognition.standing import standing
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict

VARIANT = "commune"
"""The set that the territory's data are judged by."""


def withdrawal_check(territory: Territory, year: int) -> pd.DataFrame:
    """Try each rule on each recognised commune of a year-end; one row a commune and rule.

    Columns: commune_code, name, rule, not_met, unknown, of, low_pct, high_pct (share of criteria not met, if unknown ones
    were met and if they were not), key_not_met, key_unknown (numbers of criteria, text), verdict (`Verdict`: MET when the
    rule applies for certain, NOT_MET when for certain not), is_in_force (whether the rule was law at the year's end and the
    year is judged by the set it names; otherwise it is a trial, never a finding). Communes to be assessed again after a
    merger are not tried.
    """
    table = standing(territory, year)
    wanted = table[table["is_recognised"]]
    verdicts = territory.of_year(territory.scores.criteria, year).loc[wanted.index]
    rules = load_rules(territory.project)
    last_day = pd.Timestamp(year, 12, 31).date()
    decisions = {record.id for record in territory.reported.rules[year].decisions}
    frames = [
        _tried(rule, wanted, verdicts).assign(
            is_in_force=rules.period(rule.period).covers(last_day) and rule.by_set in decisions
        )
        for rule in rules.withdrawal
    ]
    return pd.concat(frames).sort_index(kind="stable").rename_axis("commune_code").reset_index()


def _tried(rule: Withdrawal, communes: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    not_met, unknown = verdicts == Verdict.NOT_MET, verdicts == Verdict.UNKNOWN
    n_not_met, n_unknown = not_met.sum(axis=1), unknown.sum(axis=1)
    of = communes["of"]
    keys = [name for name in rule.key_criteria.get(VARIANT, ()) if name in verdicts.columns]
    verdict = _verdict(rule, n_not_met, n_unknown, of, not_met[keys].any(axis=1), unknown[keys].any(axis=1))
    return pd.DataFrame(
        {
            "name": communes["name"],
            "rule": rule.id,
            "not_met": n_not_met,
            "unknown": n_unknown,
            "of": of,
            "low_pct": 100 * n_not_met / of,
            "high_pct": 100 * (n_not_met + n_unknown) / of,
            "key_not_met": _listed(not_met[keys]),
            "key_unknown": _listed(unknown[keys]),
            "verdict": verdict,
        },
        index=communes.index,
    )


def _verdict(
    rule: Withdrawal,
    not_met: pd.Series,
    unknown: pd.Series,
    of: pd.Series,
    key_not_met: pd.Series,
    key_unknown: pd.Series,
) -> np.ndarray:
    """Judge by the whole interval of the share; whole numbers are compared, so that no rounding decides."""
    low, high = 100 * not_met, 100 * (not_met + unknown)
    least, below = rule.least_pct * of, (100.1 if rule.below_pct is None else rule.below_pct) * of
    surely, never = (low >= least) & (high < below), (high < least) | (low >= below)
    if rule.key_criteria:  # where only an unknown criterion can be the key one, it is one more not met
        with_key = low + 100 * ~key_not_met
        surely, never = surely & key_not_met, never | ~(key_not_met | key_unknown) | (with_key >= below)
    return np.select([surely, never], [Verdict.MET, Verdict.NOT_MET], default=Verdict.UNKNOWN).astype(np.int8)


def _listed(flags: pd.DataFrame) -> pd.Series:
    """Write the names of the columns that hold, one text a row."""
    return flags.apply(lambda row: ", ".join(row.index[row]), axis=1, result_type="reduce").astype("str")
