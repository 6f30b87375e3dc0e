"""Both kinds of store, the second on a PostgreSQL server that the tests start for themselves."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from store_cases import units_on

from ntm_lib.submissions.vault import BookStore
from ntm_lib.submissions.vault.files import FileStore

Make = Callable[[], BookStore]
_USER = "postgres"


def _binaries() -> Path | None:
    found = [Path(path).parent for path in (shutil.which("initdb"),) if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def _as_server(command: list[str]) -> list[str]:
    """Return a command for a user other than root, as whom the server does not start."""
    return ["runuser", "-u", _USER, "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Start a server that only a socket in a folder of its own reaches; skip, and say why, where there is none."""
    pytest.importorskip("psycopg", reason="the packages of the extra 'server' are not installed")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server here (Debian: apt install postgresql)")
    with tempfile.TemporaryDirectory(prefix="ntmpg") as place:
        folder = Path(place)
        if os.geteuid() == 0:
            try:
                owner = pwd.getpwnam(_USER)
            except KeyError:
                pytest.skip(f"a PostgreSQL server does not start as root, and there is no user {_USER}")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data, options = folder / "data", f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        initdb = [str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", _USER, "-E", "UTF8", "--locale=C"]
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-w"]
        subprocess.run(_as_server(initdb), check=True, stdout=subprocess.DEVNULL, cwd=folder)
        log = str(folder / "log")
        subprocess.run(
            _as_server([*control, "-l", log, "-o", options, "start"]), check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
        try:
            yield f"postgresql://{_USER}@/postgres?host={folder}"
        finally:
            stop = _as_server([*control, "-m", "immediate", "stop"])
            subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, cwd=folder)


@pytest.fixture
def make_files(tmp_path: Path) -> Make:
    """Return a function that makes an empty store in files."""
    count = iter(range(10**6))
    return lambda: FileStore(tmp_path / f"store{next(count)}", units_on)


@pytest.fixture
def make_postgres(server_url: str) -> Iterator[Make]:
    """Return a function that makes an empty store on the server; it takes the place of the one made before."""
    from ntm_lib.submissions.vault.postgres import PostgresStore, metadata

    made: list[PostgresStore] = []

    def make() -> BookStore:
        if made:
            metadata.drop_all(made[-1]._engine)
            made.pop().dispose()
        made.append(PostgresStore(server_url, units_on))
        return made[-1]

    yield make
    for store in made:
        metadata.drop_all(store._engine)
        store.dispose()


@pytest.fixture(params=["files", "postgres"])
def make(request: pytest.FixtureRequest) -> Make:
    """Return the maker of one kind of store after the other."""
    return request.getfixturevalue(f"make_{request.param}")


@pytest.fixture
def store(make: Make) -> BookStore:
    """Return an empty store."""
    return make()


@pytest.fixture
def again(store: BookStore, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Return a function that opens the same store as another process would."""
    opened = []

    def open_again() -> BookStore:
        if isinstance(store, FileStore):
            return FileStore(store.folder, units_on)
        opened.append(type(store)(request.getfixturevalue("server_url"), units_on))
        return opened[-1]

    yield open_again
    for one in opened:
        one.dispose()
