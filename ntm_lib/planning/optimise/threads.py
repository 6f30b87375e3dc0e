"""Two searches side by side, each with an end of its own: what comes out does not depend on which of them is faster."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

THREADS = 2


def side_by_side(work: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Result]:
    """Return the results in the order of the jobs; solver and compiled searches let go of the interpreter meanwhile."""
    waiting = list(jobs)
    if len(waiting) < 2:
        return [work(job) for job in waiting]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, waiting))
