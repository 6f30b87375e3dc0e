"""Bring together who fulfils the conditions, who is to be verified, who does not and why; quotas; keys and ranges of ranks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.evaluation.commendation.conditions import conditions, unnamed_in_phase
from ntm_lib.evaluation.commendation.handed_in import handed_in
from ntm_lib.evaluation.commendation.keys import keys
from ntm_lib.evaluation.commendation.ranks import Ranks, rank_ranges
from ntm_lib.evaluation.commendation.rules import Phase, Rule, load_phase
from ntm_lib.evaluation.commendation.settings import CommendationSettings, load_commendation_settings
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict, all_of


@dataclass(frozen=True, eq=False)
class RuleList:
    """One rule applied: its candidates with keys and ranges of ranks, those left out with the conditions not fulfilled.

    ``candidates``: index commune_code; ``verdict`` (met, or unknown = to be verified), ``to_verify`` (tuple of
    conditions), the keys, the columns of `Ranks`. ``excluded``: ``reasons`` (tuple of conditions not fulfilled).
    ``quota``: least and greatest number that may be proposed, None where no quota was read or it is the province's.
    """

    rule: Rule
    candidates: pd.DataFrame
    excluded: pd.DataFrame
    ranks: Ranks
    quota: tuple[int, int] | None


@dataclass(frozen=True, eq=False)
class CommendationList:
    """The communes by every rule for communes, in the documents' order; ``names``: name and district by commune code."""

    phase: Phase
    settings: CommendationSettings
    lists: tuple[RuleList, ...]
    names: pd.DataFrame
    is_illustrative: bool


_latest: list[tuple[Territory, CommendationList]] = []


def commendation_list(territory: Territory) -> CommendationList:
    """Return the lists; the last territory's are kept, since every part of a report asks for them."""
    if not (_latest and _latest[0][0] is territory):
        _latest[:] = [(territory, _make(territory))]
    return _latest[0][1]


def _make(territory: Territory) -> CommendationList:
    settings = load_commendation_settings(territory.project)
    phase = load_phase(territory.project, territory.review.last_year)
    known = handed_in(territory)
    verdicts = conditions(territory, phase, known, settings)
    table = keys(territory, phase, known)
    lists = tuple(
        _apply(rule, verdicts, table, settings, _quota(territory, phase, rule, verdicts, settings))
        for rule in phase.of_kind("commune")
    )
    frame = units.on(territory.results.unit_vintage, territory.project).frame
    names = pd.DataFrame({"name": frame["name"], "district": frame["parent_code"].map(frame["name"])}).loc[known.index]
    return CommendationList(phase, settings, lists, names, territory.is_illustrative)


def _apply(
    rule: Rule,
    verdicts: pd.DataFrame,
    table: pd.DataFrame,
    settings: CommendationSettings,
    quota: tuple[int, int] | None,
) -> RuleList:
    asked = verdicts[list(rule.conditions)]
    verdict = pd.Series(all_of(asked), index=asked.index)
    stays = verdict != Verdict.NOT_MET
    ranks = rank_ranges(table[stays], settings)
    candidates = table[stays].assign(verdict=verdict, to_verify=_named(asked == Verdict.UNKNOWN)).join(ranks.table)
    excluded = pd.DataFrame({"reasons": _named(asked == Verdict.NOT_MET)})[~stays]
    return RuleList(rule, candidates, excluded, ranks, quota)


def _named(flags: pd.DataFrame) -> pd.Series:
    """Return for each row the names of the columns that are true."""
    names = np.array(flags.columns, dtype=object)
    return pd.Series([tuple(names[row]) for row in flags.to_numpy(np.bool_)], index=flags.index, dtype="object")


def _quota(
    territory: Territory, phase: Phase, rule: Rule, verdicts: pd.DataFrame, settings: CommendationSettings
) -> tuple[int, int] | None:
    """Return least and greatest quota of the province; the number it is a share of may be known only as an interval."""
    if rule.quota_pct is None or territory.unit.level != "province":
        return None
    if rule.quota_of == "communes":
        low = high = len(verdicts)
    elif rule.quota_of == "model":
        low, high = _met(verdicts["model_title"])
    else:
        # one recognised for the first time in this phase cannot have been rewarded as NTM commune in the phase before
        named = _met(verdicts["recognised_in_phase"])[0]
        low, high = (named + unnamed for unnamed in unnamed_in_phase(territory, phase))
    whole = settings.rounding.whole
    return whole(rule.quota_pct / 100 * low), whole(rule.quota_pct / 100 * high)


def _met(verdicts: pd.Series) -> tuple[int, int]:
    """Return how many surely fulfil a condition, and how many may."""
    return int((verdicts == Verdict.MET).sum()), int(verdicts.isin([Verdict.MET, Verdict.UNKNOWN]).sum())
