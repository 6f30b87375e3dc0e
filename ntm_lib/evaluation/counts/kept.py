"""Tell what was gained and kept from year to year; what a change of rules took away is never called a fall."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.evaluation.counts.cube import Cube
from ntm_lib.messages import _
from ntm_lib.verdicts import Verdict


class Step(StrEnum):
    """What became of one criterion of one commune from one year to the next."""

    GAINED = "gained"
    GAINED_NEW_RULES = "gained_new_rules"
    KEPT = "kept"
    NOT_KEPT = "not_kept"
    NEW_RULES = "new_rules"
    STILL_MISSING = "still_missing"
    UNKNOWN = "unknown"
    NOT_ASSESSED = "not_assessed"


class Outcome(StrEnum):
    """Where one criterion of one commune stands in a year, seen from the years before it."""

    HELD = "held"
    GAINED = "gained"
    START_UNKNOWN = "start_unknown"
    NOT_KEPT = "not_kept"
    NEW_RULES = "new_rules"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"
    NOT_ASSESSED = "not_assessed"


STEPS = tuple(step.value for step in Step)
OUTCOMES = tuple(outcome.value for outcome in Outcome)


def step_words() -> dict[str, str]:
    """Return the words for each step, in the order of columns."""
    return {
        Step.GAINED: _("newly met"),
        Step.GAINED_NEW_RULES: _("newly met, by other rules"),
        Step.KEPT: _("kept"),
        Step.NOT_KEPT: _("not kept"),
        Step.NEW_RULES: _("not met by the new criteria set"),
        Step.STILL_MISSING: _("not met in either year"),
        Step.UNKNOWN: _("not enough data in one of the years"),
        Step.NOT_ASSESSED: _("not assessed in one of the years"),
    }


def outcome_words() -> dict[str, str]:
    """Return the words for each outcome, in the order of columns."""
    return {
        Outcome.HELD: _("met in the first year and now"),
        Outcome.GAINED: _("met since"),
        Outcome.START_UNKNOWN: _("met now, first year unknown"),
        Outcome.NOT_KEPT: _("not kept"),
        Outcome.NEW_RULES: _("not met by the new criteria set"),
        Outcome.NOT_YET: _("not met yet"),
        Outcome.UNKNOWN: _("Not enough data"),
        Outcome.NOT_ASSESSED: _("Not assessed"),
    }


def steps(cube: Cube) -> NDArray[np.int8]:
    """Return the step into each year but the first: (commune, year, criterion), as places in ``STEPS``.

    A step is a fall (``not_kept``) only where both years judged the criterion by the same requirements and levels;
    where they did not, it is ``new_rules``.
    """
    before, after = cube.verdicts[:, :-1], cube.verdicts[:, 1:]
    is_same = np.broadcast_to(cube.eras[:-1] == cube.eras[1:], before.shape)
    was, now = before == Verdict.MET, after == Verdict.MET
    return _chosen(
        STEPS,
        [
            (before == Verdict.NOT_APPLICABLE) | (after == Verdict.NOT_APPLICABLE),
            (before == Verdict.UNKNOWN) | (after == Verdict.UNKNOWN),
            was & now,
            ~was & now & is_same,
            ~was & now,
            was & ~now & is_same,
            was & ~now,
        ],
        [
            Step.NOT_ASSESSED,
            Step.UNKNOWN,
            Step.KEPT,
            Step.GAINED,
            Step.GAINED_NEW_RULES,
            Step.NOT_KEPT,
            Step.NEW_RULES,
        ],
        Step.STILL_MISSING,
    )


def steps_by_year(cube: Cube) -> pd.DataFrame:
    """Return a row a year but the first, a column a step: how many criteria of communes took it.

    Each row adds up to communes times criteria.
    """
    taken = steps(cube)
    table = {step: np.count_nonzero(taken == place, axis=(0, 2)) for place, step in enumerate(STEPS)}
    return pd.DataFrame(table, index=pd.Index(cube.years[1:], name="year"))


def outcomes(cube: Cube, year: int) -> pd.DataFrame:
    """Return the outcome of each commune (rows) and criterion (columns) in one year.

    ``not_kept``: not met, and the year in which that was first seen after the last one in which it was met judged by the
    same requirements and levels; ``new_rules``: that year judged by others; ``not_yet``: not met, and in no earlier year known to be. ``start_unknown``: met, but
    the first year is not known, so that it cannot be called gained.
    """
    return pd.DataFrame(np.array(OUTCOMES)[_outcomes(cube, year)], index=cube.communes, columns=cube.criteria)


def _outcomes(cube: Cube, year: int) -> NDArray[np.int8]:
    """Return the outcomes (commune, criterion) as places in ``OUTCOMES``."""
    place = cube.place(year)
    now, first = cube.verdicts[:, place], cube.verdicts[:, 0]
    is_lost, is_same = _last_loss(cube, place)
    return _chosen(
        OUTCOMES,
        [
            now == Verdict.NOT_APPLICABLE,
            now == Verdict.UNKNOWN,
            (now == Verdict.MET) & (first == Verdict.MET),
            (now == Verdict.MET) & (first == Verdict.NOT_MET),
            now == Verdict.MET,
            is_lost & is_same,
            is_lost,
        ],
        [
            Outcome.NOT_ASSESSED,
            Outcome.UNKNOWN,
            Outcome.HELD,
            Outcome.GAINED,
            Outcome.START_UNKNOWN,
            Outcome.NOT_KEPT,
            Outcome.NEW_RULES,
        ],
        Outcome.NOT_YET,
    )


def _last_loss(cube: Cube, place: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell (commune, criterion) where a criterion was met before ``place``, and whether its last loss was by unchanged rules."""
    was_met = cube.verdicts[:, : place + 1] == Verdict.MET
    is_known_missing = cube.verdicts[:, : place + 1] == Verdict.NOT_MET
    years = np.arange(place + 1)[:, None]
    last_met = np.where(was_met, years, -1).max(axis=1)
    lost_in = np.where(is_known_missing & (years > last_met[:, None, :]), years, place).min(axis=1)
    criteria = np.broadcast_to(np.arange(cube.verdicts.shape[2]), last_met.shape)
    eras = np.broadcast_to(cube.eras, (cube.verdicts.shape[1], cube.verdicts.shape[2]))
    return last_met >= 0, eras[last_met, criteria] == eras[lost_in, criteria]


def outcomes_by_criterion(cube: Cube, year: int) -> pd.DataFrame:
    """Return a row a criterion, a column an outcome; each row adds up to the number of communes."""
    return _counted(_outcomes(cube, year), 0, cube.criteria)


def outcomes_by_commune(cube: Cube, year: int) -> pd.DataFrame:
    """Return a row a commune, a column an outcome; each row adds up to the number of criteria."""
    return _counted(_outcomes(cube, year), 1, cube.communes)


def _counted(found: NDArray[np.int8], axis: int, index: pd.Index) -> pd.DataFrame:
    counts = {outcome: np.count_nonzero(found == place, axis=axis) for place, outcome in enumerate(OUTCOMES)}
    return pd.DataFrame(counts, index=index)


def _chosen(
    names: tuple[str, ...], cases: Sequence[NDArray[np.bool_]], meanings: Sequence[str], otherwise: str
) -> NDArray[np.int8]:
    """Return for each place the first case that holds, as a place in ``names``."""
    codes = [np.int8(names.index(meaning)) for meaning in meanings]
    chosen: NDArray[np.int8] = np.select(cases, codes, default=np.int8(names.index(otherwise)))
    return chosen
