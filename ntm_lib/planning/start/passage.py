"""Carry results from the criteria set that judged them to the set that a plan is made by: what continues, and how."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from ntm_lib.criteria import YearRules, passage
from ntm_lib.messages import _
from ntm_lib.planning.start.levels import PlanLaw
from ntm_lib.project import Project
from ntm_lib.scoring.gain import gain
from ntm_lib.verdicts import Verdict


class Passage(StrEnum):
    """What became of one result under the plan's law; see ``passage_words``."""

    KEPT = "kept"
    STRICTER = "stricter"
    STILL_MISSING = "still_missing"
    NOW_MET = "now_met"
    NOT_DERIVABLE = "not_derivable"
    NOT_REPORTED = "not_reported"
    NO_LEVEL = "no_level"


PASSAGES = tuple(item.value for item in Passage)


def passage_words() -> dict[str, str]:
    """Return the words for each passage, in the order they are printed."""
    return {
        Passage.KEPT: _("met before and by the plan's law"),
        Passage.STRICTER: _("met before, not met by the plan's law"),
        Passage.STILL_MISSING: _("not met before, and still not met"),
        Passage.NOW_MET: _("not met before, met by the plan's law"),
        Passage.NOT_DERIVABLE: _("cannot be concluded from the old results, to be surveyed"),
        Passage.NOT_REPORTED: _("not reported for the starting year"),
        Passage.NO_LEVEL: _("the level of the plan's law is not known"),
    }


def find_ways(plan_law: PlanLaw, project: Project) -> pd.DataFrame:
    """Say for each requirement of the plan's set how it is gained from the set that judged the start."""
    return passage.find_ways(plan_law.law, plan_law.old, plan_law.item, project)


def carry_over(
    old_values: pd.DataFrame, old_verdicts: pd.DataFrame, ways: pd.DataFrame, rules: YearRules
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Judge old values by the levels of ``rules`` as far as ``ways`` allow.

    Returns three frames, communes x requirements of ``rules``: values (NaN: unknown or not concluded), verdicts (int8) and
    passages (text). "Không xét" goes on where the plan's law knows it, otherwise nothing is concluded from it.
    """
    gained = gain(old_values, ways, rules)
    before = np.full(gained.values.shape, Verdict.UNKNOWN, dtype=np.int8)
    for place, take in enumerate(ways["take"]):
        if take:
            before[:, place] = old_verdicts[take].to_numpy()
    is_missing = gained.values.isna().to_numpy()
    passages = _passages(before, gained.verdicts.to_numpy(), is_missing, rules.requirements["level"].isna().to_numpy())
    passages[~gained.is_concluded] = Passage.NOT_DERIVABLE.value
    return (
        gained.values.mask(~gained.is_concluded),
        gained.verdicts,
        pd.DataFrame(passages, index=gained.values.index, columns=gained.values.columns),
    )


def _passages(
    before: npt.NDArray[np.int8],
    after: npt.NDArray[np.int8],
    is_missing: npt.NDArray[np.bool_],
    has_no_level: npt.NDArray[np.bool_],
) -> npt.NDArray[np.object_]:
    was = np.isin(before, [Verdict.MET, Verdict.NOT_APPLICABLE])
    now = np.isin(after, [Verdict.MET, Verdict.NOT_APPLICABLE])
    names = np.select(
        [is_missing, np.broadcast_to(has_no_level, before.shape), was & now, was & ~now, now],
        [Passage.NOT_REPORTED, Passage.NO_LEVEL, Passage.KEPT, Passage.STRICTER, Passage.NOW_MET],
        default=Passage.STILL_MISSING,
    )
    return np.asarray(names, dtype=object)
