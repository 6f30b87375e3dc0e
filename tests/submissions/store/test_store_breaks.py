"""A kill at any moment, a full disk, several at once: nothing is lost and nothing is half there."""

import errno
import itertools
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from store_cases import SAME, hand_in, line, numbers, to_an_older_version, units_on

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.submissions.vault import AlreadyHandedInError, BookStore, back_up, check_store, restore
from ntm_lib.submissions.vault.files import FileStore

KEY = f"commune {SAME} 17.1"
STEPS = {"open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.listdir", "os.scandir"}
Change = Callable[[FileStore], object]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are split off with fork")


def _begun(store: FileStore) -> None:
    hand_in(store, b"first", line(number=1.0))
    hand_in(store, b"second", line(number=2.0))


def _read_in_packs(store: FileStore) -> None:
    assert numbers(store)


def _in_child(work: Callable[[], object]) -> int:
    """Run work in a process of its own; return its exit code, negative for the signal that ended it."""
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _killed_at(step: int, folder: Path, work: Callable[[], object]) -> None:
    """Run work until the given step, then die as if the power went: before a file operation, or half through a write."""
    count = 0

    def reached() -> bool:
        nonlocal count
        count += 1
        return count == step

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in STEPS and str(folder.parent) in str(arguments[0]) and reached():
            die()

    write, sync = os.write, os.fsync

    def half_write(handle: int, data: Any) -> int:
        if reached():
            write(handle, bytes(data)[: len(data) // 2])
            die()
        return write(handle, data)

    def no_sync(handle: int) -> None:
        if reached():
            die()
        sync(handle)

    os.write, os.fsync = half_write, no_sync
    sys.addaudithook(hook)
    work()


CHANGES: dict[str, tuple[Callable[[FileStore], None], Change]] = {
    "the very first": (lambda _store: None, lambda store: hand_in(store, b"third", line(number=3.0))),
    "a resubmission": (_begun, lambda store: hand_in(store, b"third", line(number=3.0), line("17.2"))),
    "a withdrawal": (_begun, lambda store: store.withdraw(2, "x")),
    "a closing": (_begun, lambda store: store.close("tong_ket_2019", "x")),
    "reading that makes packs": (_begun, _read_in_packs),
    "moving to a newer version": (
        lambda store: (_begun(store), to_an_older_version(store.folder))[0],
        lambda store: store.migrate(),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_kill_at_any_step_leaves_the_store_before_or_after_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ntm_lib.submissions.vault.packs.BLOCK", 2)
    prepare, change = CHANGES[name]
    start, done = tmp_path / "start", tmp_path / "done" / "store"
    prepare(FileStore(start, units_on))
    done.parent.mkdir()
    _copy(start, done)
    change(FileStore(done, units_on))
    allowed = [_state(start), _state(done)]
    seen = set()
    for step in range(1, 400):
        place = tmp_path / f"at{step}" / "store"
        place.parent.mkdir()
        _copy(start, place)
        code = _in_child(
            lambda place=place, step=step: _killed_at(step, place, lambda: change(FileStore(place, units_on)))
        )
        state = _state(place)
        assert state in allowed, f"step {step}"
        seen.add(allowed.index(state))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        _finish(place, change, state == allowed[1])
        assert _state(place) == allowed[1], f"step {step}, done again"
        shutil.rmtree(place.parent)
    assert step > 5, "no step was found to be killed at"
    assert code == 0, "the work never came to its end"
    assert seen == {allowed.index(state) for state in allowed}
    assert _is_written(place, name)


def _is_written(folder: Path, name: str) -> bool:
    """Whether the work, which may change nothing that a reader sees, was done at all."""
    if name == "reading that makes packs":
        return len(list((folder / "packs").glob("*.parquet"))) == 1
    return '"version": 2' in (folder / "store.json").read_text(encoding="utf-8")


def test_before_an_entry_gets_its_name_all_it_names_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "store"
    synced: dict[int, int] = {}  # by inode: what a power cut cannot take any more
    clock = iter(range(10**6))
    link, sync = os.link, os.fsync
    seen = []

    def sync_and_note(handle: int) -> None:
        sync(handle)
        synced[os.fstat(handle).st_ino] = next(clock)

    def link_and_look(source: Any, target: Any, **options: Any) -> None:
        assert Path(source).stat().st_ino in synced, "a name for what is not on the disk yet"
        if Path(target).parent.name == "book":
            for part in ("originals", "values"):
                for path in (folder / part).iterdir():
                    written, named = synced.get(path.stat().st_ino), synced.get((folder / part).stat().st_ino)
                    assert written is not None, path
                    assert named is not None, path
                    assert named > written, path
                    seen.append(path)
        link(source, target, **options)

    monkeypatch.setattr("os.fsync", sync_and_note)
    monkeypatch.setattr("os.link", link_and_look)
    hand_in(FileStore(folder, units_on), b"first", line())
    assert len(seen) == 2
    last = max(synced, key=lambda inode: synced[inode])
    assert last == (folder / "book").stat().st_ino


def _copy(start: Path, place: Path) -> None:
    if start.exists():
        shutil.copytree(start, place)


def _finish(place: Path, change: Change, is_done: bool) -> None:
    """Do again what was broken off; what was done already may be refused, but must not be done twice."""
    try:
        change(FileStore(place, units_on))
    except UsageError:
        assert is_done


def _state(folder: Path) -> tuple[Any, ...]:
    """Return all that a store says, after a check of everything in it; an older one is moved on a copy."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "store"
        _copy(folder, copy)
        store = FileStore(copy, units_on)
        version = 0
        if (copy / "store.json").exists():
            version = store.migrate()
        health = check_store(store)
        assert health.faults == ()
        told = [(one.id, one.sha256, one.withdrawn is not None) for one in store.submissions()]
        originals = [store.original(one.sha256) for one in store.submissions()]
        return version if told else 0, told, originals, numbers(store), sorted(store.closed())


@pytest.mark.parametrize("is_written", [0.0, 0.5])
def test_a_full_disk_is_told_and_nothing_is_left_of_what_did_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_written: float
) -> None:
    folder = tmp_path / "store"
    _begun(FileStore(folder, units_on))
    before = _state(folder)
    write = os.write
    for full_at in range(1, 20):
        count = 0

        def no_room(handle: int, data: Any, full_at: int = full_at) -> int:
            nonlocal count
            count += 1
            if count == full_at:
                if is_written:
                    return write(handle, bytes(data)[: int(len(data) * is_written)])
                raise OSError(errno.ENOSPC, "No space left on device")
            if count > full_at:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(handle, data)

        with monkeypatch.context() as patch:
            patch.setattr("os.write", no_room)
            told = _refusal(lambda: hand_in(FileStore(folder, units_on), b"third", line(number=3.0)))
        if not told:
            break
        assert "đĩa đã đầy" in told
        assert _state(folder) == before
        assert not [path for path in folder.rglob(".*") if path.is_file()]
    assert full_at > 3
    assert numbers(FileStore(folder, units_on)) == {KEY: 3.0}


def _refusal(work: Callable[[], object]) -> str:
    """Return with which words a work was refused; empty when it was done."""
    try:
        work()
    except NtmError as error:
        return str(error)
    return ""


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here (needs root)")
    try:
        store = FileStore(disk / "store", units_on)
        told, taken = "", -1
        while not told:
            taken += 1
            told = _refusal(lambda: hand_in(store, os.urandom(10_000), line(number=float(taken))))  # noqa: B023
        assert "đĩa đã đầy" in told
        again = FileStore(disk / "store", units_on)
        assert taken > 5
        assert len(again.submissions()) == taken
        assert check_store(again).faults == ()
        assert numbers(again) == {KEY: taken - 1.0}
        with pytest.raises(NtmError):
            back_up(again, disk / "backup.zip")
        assert not list(disk.glob("*backup.zip*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_kill_while_restoring_leaves_no_store_or_the_whole_one(tmp_path: Path) -> None:
    source = FileStore(tmp_path / "source", units_on)
    _begun(source)
    back_up(source, tmp_path / "backup.zip")
    for step in range(1, 400):
        place = tmp_path / f"at{step}" / "store"
        place.parent.mkdir()
        work = lambda place=place: restore(FileStore(place, units_on), tmp_path / "backup.zip")  # noqa: E731
        code = _in_child(lambda step=step, work=work, place=place: _killed_at(step, place, work))
        assert not place.exists() or _state(place) == _state(tmp_path / "source")
        if code == 0:
            break
        if not place.exists():
            work()
        assert _state(place) == _state(tmp_path / "source")
        shutil.rmtree(place.parent)
    assert code == 0
    assert step > 20


def _at_once(works: list[Callable[[], object]]) -> list[Any]:
    """Run works in processes that begin together; return what each gave."""
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(len(works)), context.SimpleQueue()

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results.put((place, work()))
        except Exception as error:  # noqa: BLE001 - whatever happened is told to the test
            results.put((place, type(error).__name__))

    processes = [context.Process(target=run, args=item) for item in enumerate(works)]
    for process in processes:
        process.start()
    found = dict(results.get() for _process in processes)
    for process in processes:
        process.join()
    return [found[place] for place in range(len(works))]


def test_several_processes_hand_in_at_once_and_all_of_it_is_there(
    store: BookStore, again: Callable[[], BookStore]
) -> None:
    def office(number: int) -> list[int]:
        own = again()
        return [
            hand_in(own, b"%d %d" % (number, turn), line(f"{number}.{turn}", 10.0 * number + turn)).id
            for turn in range(8)
        ]

    _forget_connections(store)
    found = _at_once([lambda number=number: office(number) for number in range(4)])
    assert sorted(number for numbers_of_one in found for number in numbers_of_one) == list(range(1, 33))
    assert all(numbers_of_one == sorted(numbers_of_one) for numbers_of_one in found)
    wanted = {f"commune {SAME} {office_}.{turn}": 10.0 * office_ + turn for office_ in range(4) for turn in range(8)}
    assert numbers(store) == wanted
    assert check_store(store).faults == ()


def test_of_several_who_want_the_same_one_gets_it(store: BookStore, again: Callable[[], BookStore]) -> None:
    hand_in(store, b"first", line())
    _forget_connections(store)
    found = _at_once([lambda: hand_in(again(), b"same", line(number=2.0)).id for _process in range(4)])
    assert sorted(map(str, found)) == ["2", *[AlreadyHandedInError.__name__] * 3]
    found = _at_once([lambda: again().withdraw(1, "x").id for _process in range(4)])
    assert sorted(map(str, found)) == ["1", *[UsageError.__name__] * 3]
    found = _at_once([lambda: again().close("tong_ket_2019", "x") for _process in range(4)])
    assert sorted(map(str, found)) == ["None", *[UsageError.__name__] * 3]
    assert check_store(store).faults == ()


def test_what_comes_while_a_round_is_closed_is_in_it_or_refused(
    store: BookStore, again: Callable[[], BookStore]
) -> None:
    def office(number: int) -> list[int]:
        own, taken = again(), []
        with suppress(UsageError):
            taken.extend(
                hand_in(own, b"%d %d" % (number, turn), line(f"{number}.{turn}")).id for turn in itertools.count()
            )
        return taken

    def closer() -> list[int]:
        own = again()
        while len(own.submissions()) < 6:
            time.sleep(0.002)
        own.close("tong_ket_2019", "x")
        return []

    _forget_connections(store)
    found = _at_once([lambda: office(0), closer, lambda: office(1)])
    told = store.submissions()
    assert sorted(found[0] + found[2]) == [one.id for one in told]
    assert len(told) >= 6
    assert all(one.received < store.closed()["tong_ket_2019"] for one in told)
    assert len(store.values("b02")) == len(told)


def _forget_connections(store: BookStore) -> None:
    """Let every process make connections of its own."""
    if not isinstance(store, FileStore):
        store._engine.dispose(close=False)


def test_a_server_that_ends_a_connection_midway_leaves_nothing_half(make_postgres: Callable[[], BookStore]) -> None:
    import sqlalchemy as sa

    store = make_postgres()
    _begun(store)
    before = store.book()

    def cut(connection: Any, cursor: Any, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO ntm_originals"):
            own = connection.connection.driver_connection.info.backend_pid
            with store._engine.connect() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": own})

    sa.event.listen(store._engine, "before_cursor_execute", cut)
    with pytest.raises(NtmError):
        hand_in(store, b"third", line(number=3.0))
    sa.event.remove(store._engine, "before_cursor_execute", cut)
    assert store.book() == before
    assert numbers(store) == {KEY: 2.0}
    assert hand_in(store, b"third", line(number=3.0)).id == 3
    assert check_store(store).faults == ()
