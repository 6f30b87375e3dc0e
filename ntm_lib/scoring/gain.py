"""Judge values reported by one criteria set with the levels of another, as far as the bridge between them allows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ntm_lib.criteria import YearRules
from ntm_lib.criteria.passage import How
from ntm_lib.scoring.judge import judge
from ntm_lib.submissions import NOT_ASSESSED
from ntm_lib.verdicts import Verdict


@dataclass(frozen=True, eq=False)
class Gained:
    """What is known by the other set, rows x requirements of its rules.

    ``values``: the values taken over (NaN: not reported, or nothing to take). ``verdicts``: int8, UNKNOWN where nothing can
    be concluded. ``is_concluded``: False where the bridge, not a missing value or level, is the reason.
    """

    values: pd.DataFrame
    verdicts: pd.DataFrame
    is_concluded: npt.NDArray[np.bool_]


def gain(old_values: pd.DataFrame, ways: pd.DataFrame, rules: YearRules) -> Gained:
    """Judge old values by the levels of ``rules`` as far as ``ways`` (see ``criteria.passage.find_ways``) allow.

    "Không xét" goes on where the rules know it, otherwise nothing is concluded from it.
    """
    given = np.full((len(old_values), len(ways)), np.nan)
    for place, take in enumerate(ways["take"]):
        if take:
            given[:, place] = old_values[take].to_numpy(float)
    refused = (given == NOT_ASSESSED) & ~rules.requirements["allows_not_assessed"].to_numpy(bool)
    given[refused] = np.nan
    frame = pd.DataFrame(given, index=old_values.index, columns=ways.index)
    how = ways["how"].to_numpy()
    verdicts, is_concluded = _concluded(judge(frame, rules).to_numpy(), how)
    return Gained(
        frame,
        pd.DataFrame(verdicts, index=frame.index, columns=frame.columns),
        is_concluded & ~refused & (how != How.NONE),
    )


def _concluded(
    after: npt.NDArray[np.int8], how: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    """Keep the verdicts that may be concluded; the second array is False where a known verdict was given up."""
    is_met = np.isin(after, [Verdict.MET, Verdict.NOT_APPLICABLE])
    given_up = ((how == How.AT_BEST) & is_met) | ((how == How.AT_WORST) & (after == Verdict.NOT_MET))
    return np.where(given_up, np.int8(Verdict.UNKNOWN), after), ~given_up
