"""Where each gap has its steps, and the years that steps and order allow."""

from dataclasses import dataclass

import numpy as np

from ntm_lib.planning.problem import Bools, Ints, Problem


@dataclass(frozen=True, eq=False)
class Gaps:
    """Index of the steps. A gap: a criterion of a commune, not met at the start, that has a step.

    ``upto`` (n, k, t): position of the gap's last step by the year, -1 where it has none yet. ``is_last`` (steps): the
    gap's latest step. ``of_commune``: gaps of each commune (n). ``is_whole`` (n): every criterion not met has a step, so
    that the standard can be reached. ``earliest`` (n, k): first year a gap can be completed by steps and order (t: never;
    -1: met at the start).
    """

    upto: Ints
    is_last: Bools
    is_first: Bools
    of_commune: Ints
    is_whole: Bools
    earliest: Ints

    @property
    def first_standard(self) -> Ints:
        """First year in which each commune can meet all criteria (n; t: never; -1: at the start)."""
        return np.asarray(self.earliest.max(axis=1, initial=-1))


def find_gaps(problem: Problem) -> Gaps:
    """Index the steps of a problem; steps of criteria met at the start are not accepted."""
    steps = problem.steps
    communes, criteria = problem.met.shape
    years = len(problem.years)
    refuse_unsound(problem)
    upto = np.full((communes, criteria, years), -1)
    upto[steps.commune, steps.criterion, steps.year] = np.arange(len(steps))
    has_step = (upto >= 0).any(axis=2)
    upto = np.maximum.accumulate(upto, axis=2)
    key = steps.commune * criteria + steps.criterion
    changes = key[1:] != key[:-1]
    edge = np.ones(min(1, len(steps)), dtype=bool)
    return Gaps(
        upto=upto,
        is_last=np.concatenate([changes, edge]),
        is_first=np.concatenate([edge, changes]),
        of_commune=has_step.sum(axis=1),
        is_whole=np.asarray((problem.met | has_step).all(axis=1)),
        earliest=_earliest(problem),
    )


def refuse_unsound(problem: Problem) -> None:
    """Refuse arrays that contradict each other: a mistake of the program, not of the planner."""
    steps = problem.steps
    key = (steps.commune * problem.met.shape[1] + steps.criterion) * len(problem.years) + steps.year
    if (np.diff(key) <= 0).any():
        raise ValueError("steps must be sorted by commune, criterion, year, and each must stand once")
    if problem.met[steps.commune, steps.criterion].any():
        raise ValueError("a criterion that is met at the start has a step")
    if (problem.start_standard != problem.met.all(axis=1)).any():
        raise ValueError("start_standard must be True exactly where every criterion is met at the start")


def _earliest(problem: Problem) -> Ints:
    """Push the first step of each gap behind what must come before it, until nothing moves."""
    steps, order = problem.steps, problem.order
    years = len(problem.years)
    coming = np.full((*problem.met.shape, years + 1), years)  # first step in or after a year
    coming[steps.commune, steps.criterion, steps.year] = steps.year
    coming = np.minimum.accumulate(coming[:, :, ::-1], axis=2)[:, :, ::-1]
    earliest = np.where(problem.met, -1, coming[:, :, 0])
    counts = ~problem.met[order.commune, order.before] & ~problem.met[order.commune, order.after]
    commune, before, after, lag = (part[counts] for part in (order.commune, order.before, order.after, order.lag))
    while True:
        wait = np.minimum(earliest[commune, before] + lag, years)
        moved = np.maximum(earliest[commune, after], coming[commune, after, wait])
        later = earliest.copy()
        np.maximum.at(later, (commune, after), moved)
        if (later == earliest).all():
            return later
        earliest = later


def deadlines(problem: Problem, gaps: Gaps) -> Ints:
    """Return the year by which each criterion must be met (n, k; t: no demand), from ``keep`` and ``latest``.

    A title that is kept: by ``keep_by``, or, where steps and order do not allow that, in the earliest year they do; a
    criterion that can never be met is not asked for.
    """
    years = len(problem.years)
    kept = np.where(gaps.earliest < years, np.maximum(problem.keep_by, gaps.earliest), years)
    due = np.where(problem.keep[:, None], kept, years)
    return np.minimum(due, problem.latest[:, None])
