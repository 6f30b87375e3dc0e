"""Compare values with the levels of the law: one verdict for each value."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ntm_lib.criteria import YearRules
from ntm_lib.errors import FaultList, preview
from ntm_lib.messages import _
from ntm_lib.submissions import NOT_ASSESSED
from ntm_lib.verdicts import Verdict

Verdicts = npt.NDArray[np.int8]
Level = float | npt.NDArray[np.float64]


def judge(values: pd.DataFrame, rules: YearRules) -> pd.DataFrame:
    """Judge each value by the rules of one year.

    ``values``: float, any index, one column per requirement id of ``rules`` (others are refused, absent ones are
    unknown); yes/no requirements hold 1 or 0. Returns int8 verdicts of the same rows, one column per requirement
    of the rules. A missing value or a requirement without a usable level is UNKNOWN; ``NOT_ASSESSED`` is
    NOT_APPLICABLE where the rules allow it and a fault where they do not.
    """
    return judge_levels(values, rules, rules.requirements["level"].tolist())


def judge_levels(values: pd.DataFrame, rules: YearRules, levels: Sequence[Level]) -> pd.DataFrame:
    """Judge as `judge` does, by levels given for each requirement: one number, or one for each row of ``values``."""
    _check_columns(values, rules)
    requirements = rules.requirements
    verdicts = np.full((len(values), len(requirements)), Verdict.UNKNOWN, dtype=np.int8, order="F")
    for position, (requirement, sense, level) in enumerate(
        zip(requirements.index, requirements["sense"], levels, strict=True)
    ):
        if requirement in values.columns:
            verdicts[:, position] = judge_column(values[requirement].to_numpy(float), sense, level)
    _check_not_assessed(values, verdicts, rules)
    return pd.DataFrame(verdicts, index=values.index, columns=requirements.index)


def judge_column(values: npt.NDArray[np.float64], sense: str, level: Level) -> Verdicts:
    """Judge the values of one requirement against one level, or a level for each (see ``judge``)."""
    verdicts = _passes(values, sense, level).view(np.int8)
    np.copyto(verdicts, np.int8(Verdict.UNKNOWN), where=np.isnan(values))
    np.copyto(verdicts, np.int8(Verdict.UNKNOWN), where=np.isnan(level))
    np.copyto(verdicts, np.int8(Verdict.NOT_APPLICABLE), where=values == NOT_ASSESSED)
    return verdicts


def _passes(values: npt.NDArray[np.float64], sense: str, level: Level) -> npt.NDArray[np.bool_]:
    match sense:
        case "at_least" | "yes":
            return values >= level
        case "at_most":
            return values <= level
        case "above":
            return values > level
    raise ValueError(f"sense {sense!r} is not known")


def _check_columns(values: pd.DataFrame, rules: YearRules) -> None:
    unknown = values.columns.difference(rules.requirements.index)
    if len(unknown):
        faults = FaultList(_("Values for requirements that the criteria set does not have"))
        faults.add(rules.set_id, preview(map(str, unknown)))
        faults.stop_if_any()


def _check_not_assessed(values: pd.DataFrame, verdicts: Verdicts, rules: YearRules) -> None:
    forbidden = ~rules.requirements["allows_not_assessed"].to_numpy(bool)
    is_marked = verdicts == Verdict.NOT_APPLICABLE
    if not (is_marked.any(axis=0) & forbidden).any():
        return
    rows, columns = np.nonzero(is_marked & forbidden)
    faults = FaultList(_("Requirements that must be assessed in every commune are marked as not assessed"))
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        place = values.index[row]
        faults.add(
            " ".join(map(str, place)) if isinstance(place, tuple) else str(place),
            str(rules.requirements.index[column]),
            _("a value, or an empty cell when it was not reported"),
        )
    faults.stop_if_any()
