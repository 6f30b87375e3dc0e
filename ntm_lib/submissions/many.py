"""Take in many files: several are read and checked at once, each in a process of its own, and stored one after the other."""

import hashlib
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ntm_lib.messages import _, language, set_language
from ntm_lib.project import Project
from ntm_lib.submissions.model import Finding, Reading, Sender, Weight, empty_values
from ntm_lib.submissions.taking import Taken, check_file, put
from ntm_lib.submissions.vault import open_store
from ntm_lib.submissions.vault.interface import Store

_WORTH_PROCESSES = 8  # files; starting a process takes as long as reading a few
_MOST_PROCESSES = 4
_AHEAD = 2  # files that wait for each process, so that memory does not grow with their number


def check_files(
    paths: Sequence[Path], project: Project, sender: Sender | None = None, jobs: int | None = None
) -> Iterator[tuple[Path, Reading]]:
    """Yield each file as read and checked beside what stands in the project's store, in their order; nothing is stored.

    ``jobs``: how many at once; None: as many as the machine and the number of files are worth.
    """
    jobs, done = jobs or _jobs(len(paths)), 0
    while jobs > 1 and done < len(paths):
        try:
            for pair in _at_once(paths[done:], project, sender, jobs):
                done += 1
                yield pair
        except BrokenProcessPool:  # a process was ended: by a file too big for the machine, or from outside
            for path in paths[done : done + jobs * _AHEAD]:  # one of those that were being read
                done += 1
                yield path, _alone(path, project, sender)
    if jobs <= 1:
        store = open_store(project)
        for path in paths:
            yield path, check_file(path, project, sender, store)


def _alone(path: Path, project: Project, sender: Sender | None) -> Reading:
    """Check a file in a process of its own; one that ends the process is refused, which is told."""
    try:
        return next(_at_once([path], project, sender, 1))[1]
    except BrokenProcessPool:
        content = path.read_bytes() if path.is_file() else b""
        found = Finding(
            Weight.WRONG,
            "file.ended",
            "",
            "",
            _("reading the file ended the program: it needs more memory than there is"),
            action=_("Copy the figures into a new form and hand that in; tell the office that keeps the program."),
        )
        return Reading(path.name, hashlib.sha256(content).hexdigest(), None, empty_values(), (found,))


def _at_once(
    paths: Sequence[Path], project: Project, sender: Sender | None, jobs: int
) -> Iterator[tuple[Path, Reading]]:
    context = multiprocessing.get_context("spawn")
    waiting: deque[tuple[Path, Future[Reading]]] = deque()
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=set_language, initargs=(language(),)) as pool:
        try:
            for path in paths:
                waiting.append((path, pool.submit(_check, path, project, sender)))
                if len(waiting) >= jobs * _AHEAD:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            pool.shutdown(cancel_futures=True)


def take_in_files(
    paths: Sequence[Path],
    project: Project,
    by: str,
    sender: Sender | None = None,
    jobs: int | None = None,
    store: Store | None = None,
) -> Iterator[tuple[Path, Taken]]:
    """Yield each file as taken into the project's store, in their order.

    A second file of one sender is checked beside the first one, which may have been stored after it was read.
    """
    store = store or open_store(project)
    told = set()
    for path, checked in check_files(paths, project, sender, jobs):
        who = checked.sender and (checked.sender.unit, checked.sender.level)
        reading = check_file(path, project, sender, store) if who in told else checked
        taken = put(path, reading, store, by)
        if taken.number is not None:
            told.add(who)
        yield path, taken


def _next(waiting: deque[tuple[Path, Future[Reading]]]) -> tuple[Path, Reading]:
    path, future = waiting.popleft()
    return path, future.result()


def _jobs(count: int) -> int:
    return 1 if count < _WORTH_PROCESSES else min(os.cpu_count() or 1, _MOST_PROCESSES)


def _check(path: Path, project: Project, sender: Sender | None) -> Reading:
    return check_file(path, project, sender, open_store(project))
